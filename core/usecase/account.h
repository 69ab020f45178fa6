/* Making accounts, for school init and the account noun. */
#ifndef LT_USECASE_ACCOUNT_H
#define LT_USECASE_ACCOUNT_H

#include "usecase/call.h"
#include "usecase/secret.h"

struct account_new {
    const char *login;
    const char *subject;  /* person or pupil id */
    bool is_pupil;
    const char *password; /* NULL: one for a slip is made, to be changed at the first sign-in */
    bool confirmed;
};

/* A login nobody has yet. */
void account_free_login(struct uc_call *call, bool pupil, char out[64]);
/* slip (16 bytes, may be NULL when a password is given) receives the password to print. */
int account_create(struct uc_call *call, const struct account_new *a, char slip[16], struct lt_error *err);

/* The caller's own account, proved once more by in["current_password"] where the call came with a session: "field.required", "password.wrong". */
int account_prove(struct uc_call *call, struct sys_account *a, const json_t *in, struct lt_error *err);

#endif
