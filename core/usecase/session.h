/* Being signed in: sessions of people and tokens of programs. */
#ifndef LT_USECASE_SESSION_H
#define LT_USECASE_SESSION_H

#include "usecase/call.h"

/* A new session or token (kind) of the caller's account; *out carries the secret, which is shown this once. Its end: `days` of the
 * values, else the school's setting for staff or families. */
int session_add(struct uc_call *call, const json_t *in, const char *kind, json_t **out, struct lt_error *err);

/* LT_DENIED "session.idle", and the session is ended, where it lay unused for longer than the school lets it. Tokens do not idle. */
int session_check_idle(struct uc_call *call, const struct sys_session *s, struct lt_error *err);

#endif
