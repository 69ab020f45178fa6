#include "http/guard.h"

#include "base/text.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

static const char *cookie_name(const struct http_exchange *x)
{
    return x->secure ? "__Host-letopis" : "letopis";
}

/* --- credentials --- */

struct headers {
    const char *cookie, *authorization;
    unsigned cookies, authorizations;
};

static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    struct headers *h = ctx;
    if (strcasecmp(name, MHD_HTTP_HEADER_COOKIE) == 0) h->cookie = value, h->cookies++;
    if (strcasecmp(name, MHD_HTTP_HEADER_AUTHORIZATION) == 0) h->authorization = value, h->authorizations++;
    return MHD_YES;
}

static bool take_token(const char *s, size_t len, char out[GUARD_TOKEN])
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] <= 0x20 || s[i] >= 0x7F) return false;
    }
    return len && lt_print(out, GUARD_TOKEN, "%.*s", (int)len, s);
}

/* Our cookie among all; twice the name means that somebody put a second one there. */
static bool from_cookie(const char *s, const char *name, char out[GUARD_TOKEN])
{
    size_t n = strlen(name);
    bool found = false;
    while (s && *s) {
        s += strspn(s, "; \t");
        size_t len = strcspn(s, ";");
        if (len > n && s[n] == '=' && strncmp(s, name, n) == 0) {
            if (found) return false;
            found = true;
            if (!take_token(s + n + 1, len - n - 1, out)) *out = 0;
        }
        s += len;
    }
    return true;
}

int guard_read(struct http_exchange *x, struct guard *out, struct lt_error *err)
{
    struct headers h = {0};
    *out = (struct guard){0};
    MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, look, &h);
    bool good = h.cookies <= 1 && h.authorizations <= 1;
    if (good && h.authorization) {
        good = strncasecmp(h.authorization, "Bearer ", 7) == 0 && take_token(h.authorization + 7, strlen(h.authorization + 7), out->token);
    } else if (good && h.cookie) {
        good = from_cookie(h.cookie, cookie_name(x), out->token);
        out->cookie = *out->token != 0;
    }
    return good ? 0 : lt_fail(err, LT_USAGE, "http.malformed", (char *)NULL);
}

/* --- other sites --- */

/* Is the origin "scheme://authority" ours? What we are called stands in Host. */
static bool own_origin(struct http_exchange *x, const char *origin)
{
    const char *host = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    const char *authority = strstr(origin, "://");
    bool secure = lt_starts(origin, "https://");
    if (!host || !authority || (x->secure && !secure)) return false;
    return strcasecmp(authority + 3, host) == 0;
}

int guard_site(struct http_exchange *x, struct lt_error *err)
{
    const char *site = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, "Sec-Fetch-Site");
    const char *origin = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_ORIGIN);
    bool good = !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    if (good && origin) good = own_origin(x, origin);
    return good ? 0 : lt_fail(err, LT_DENIED, "http.other_site", (char *)NULL);
}

void guard_csrf_of(const char *token, char out[GUARD_CSRF])
{
    static const unsigned char what[] = "letopis csrf 1";
    unsigned char hash[16];
    size_t n = strlen(token);
    crypto_generichash(hash, sizeof hash, what, sizeof what - 1, (const unsigned char *)token,
                       n > crypto_generichash_KEYBYTES_MAX ? crypto_generichash_KEYBYTES_MAX : n);
    sodium_bin2base64(out, GUARD_CSRF, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int guard_csrf(struct http_exchange *x, const struct guard *g, struct lt_error *err)
{
    int rc = guard_site(x, err);
    if (rc || !g->cookie) return rc;
    const char *said = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, "X-Letopis-CSRF");
    char wanted[GUARD_CSRF] = "", given[GUARD_CSRF] = "";
    guard_csrf_of(g->token, wanted);
    bool good = said && lt_print(given, sizeof given, "%s", said) && sodium_memcmp(wanted, given, sizeof wanted) == 0;
    return good ? 0 : lt_fail(err, LT_DENIED, "http.csrf", (char *)NULL);
}

void guard_set_cookie(struct http_exchange *x, const char *token, long long seconds)
{
    char text[400];
    lt_print(text, sizeof text, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", cookie_name(x), token, seconds,
             x->secure ? "; Secure" : "");
    http_header(x, MHD_HTTP_HEADER_SET_COOKIE, text);
    sodium_memzero(text, sizeof text);
}
