/* Who a request of the web speaks for, and whether a browser was made to send it. */
#ifndef LT_HTTP_GUARD_H
#define LT_HTTP_GUARD_H

#include "http/inside.h"

enum { GUARD_TOKEN = 128, GUARD_CSRF = 32 };

struct guard {
    char token[GUARD_TOKEN]; /* "": none */
    bool cookie;             /* it came by itself, with the browser */
};

/* LT_USAGE "http.malformed" where two cookies or headers disagree. */
int guard_read(struct http_exchange *x, struct guard *out, struct lt_error *err);

/* LT_DENIED "http.other_site" for what another site made the browser send. */
int guard_site(struct http_exchange *x, struct lt_error *err);
/* LT_DENIED "http.csrf" where a write with the cookie does not carry what our own pages know. */
int guard_csrf(struct http_exchange *x, const struct guard *g, struct lt_error *err);
/* What X-Letopis-CSRF must say for this token. */
void guard_csrf_of(const char *token, char out[GUARD_CSRF]);

/* Sets the cookie for so many seconds; token "" removes it. */
void guard_set_cookie(struct http_exchange *x, const char *token, long long seconds);

#endif
