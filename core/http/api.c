/* /api/v1/…: the table of use cases. A request becomes a struct uc_request and nothing more; what it may is judged behind uc_dispatch. */
#include "http/api.h"
#include "http/input.h"
#include "http/tus.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char *header(struct http_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);
}

static bool is_read(const struct http_exchange *x)
{
    return strcmp(x->method, "GET") == 0 || strcmp(x->method, "HEAD") == 0;
}

/* --- the beginning --- */

static int find(struct http_exchange *x, struct api *a, struct lt_error *err)
{
    if (http_match(x->method, x->url + strlen(HTTP_API), &a->match)) {
        lt_print(x->what, sizeof x->what, "%s.%s", a->match.row->noun, a->match.row->verb);
        return 0;
    }
    lt_print(x->allow, sizeof x->allow, "%s", a->match.allow);
    return *x->allow ? lt_fail(err, LT_USAGE, "http.method", (char *)NULL) : lt_fail(err, LT_NOTFOUND, "http.no_page", (char *)NULL);
}

static bool is_type(const char *value, const char *type)
{
    size_t n = strlen(type);
    return value && strncasecmp(value, type, n) == 0 && strchr("; \t", value[n]);
}

static int body_kind(struct http_exchange *x, struct api *a, struct lt_error *err)
{
    const char *type = header(x, MHD_HTTP_HEADER_CONTENT_TYPE);
    bool none = is_read(x) || strcmp(x->method, "DELETE") == 0;
    if (!x->length) return 0;
    if (none) return http_no_body(x, NULL, 0, err);
    uint64_t most = INPUT_JSON_MAX;
    if (is_type(type, "application/json")) {
        a->body = API_JSON;
    } else if (is_type(type, "multipart/form-data")) {
        a->body = API_MULTIPART;
        most = x->server->config.web_upload_max;
    } else {
        return lt_fail(err, LT_USAGE, "http.content_type", (char *)NULL);
    }
    if (header(x, MHD_HTTP_HEADER_CONTENT_ENCODING)) return lt_fail(err, LT_USAGE, "http.content_type", (char *)NULL);
    if (x->length != UINT64_MAX && x->length > most) return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(most), (char *)NULL);
    return a->body == API_MULTIPART ? api_upload_begin(x, type, err) : 0;
}

/* A word of the client's choice that names this write: a UUID, or what looks as harmless. */
static int repeat_key(struct http_exchange *x, struct api *a, struct lt_error *err)
{
    const char *key = header(x, "Idempotency-Key");
    if (!key || is_read(x)) return 0;
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (strlen(key) >= 8 && strspn(key, good) == strlen(key) && lt_print(a->key, sizeof a->key, "%s", key)) return 0;
    return lt_fail(err, LT_USAGE, "http.idempotency_key", (char *)NULL);
}

int http_api_begin(struct http_exchange *x, struct lt_error *err)
{
    struct api *a = lt_calloc(1, sizeof *a);
    if (!a) return lt_fail_memory(err);
    x->state = a;
    lt_buf_init(&a->text, INPUT_JSON_MAX);
    int rc = find(x, a, err);
    if (!rc) rc = guard_read(x, &a->guard, err);
    if (!rc && !is_read(x)) rc = api_is_login(a->match.row) ? guard_site(x, err) : guard_csrf(x, &a->guard, err);
    if (!rc) rc = repeat_key(x, a, err);
    if (!rc) rc = body_kind(x, a, err);
    return rc;
}

/* --- the body --- */

int api_text(struct http_exchange *x, const char *data, size_t len, struct lt_error *err)
{
    struct api *a = x->state;
    if (len > INPUT_JSON_MAX - a->text.len) return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(INPUT_JSON_MAX), (char *)NULL);
    int rc = http_hold(x->server, len, err);
    if (rc) return rc;
    a->held += len;
    return lt_buf_add(&a->text, data, len) ? lt_fail_memory(err) : 0;
}

int http_api_take(struct http_exchange *x, const char *data, size_t len, struct lt_error *err)
{
    struct api *a = x->state;
    if (a->body == API_NO_BODY) return http_no_body(x, data, len, err);
    if (a->body == API_JSON) return api_text(x, data, len, err);
    if (x->received > x->server->config.web_upload_max)
        return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(x->server->config.web_upload_max), (char *)NULL);
    return multipart_take(&a->multipart, data, len, err);
}

/* --- the call --- */

struct query {
    json_t *values;
    bool read; /* fields stand in the query */
    int rc;
    struct lt_error *err;
};

static enum MHD_Result add_argument(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value,
                                    size_t value_len)
{
    (void)kind;
    struct query *q = ctx;
    if (name_len == 4 && memcmp(name, "lang", 4) == 0) return MHD_YES; /* http_lang */
    if (!q->read) q->rc = lt_fail(q->err, LT_USAGE, "http.query", (char *)NULL);
    else q->rc = http_query_add(q->values, name, name_len, value ? value : "", value ? value_len : 0, q->err);
    return q->rc ? MHD_NO : MHD_YES;
}

static int read_values(struct http_exchange *x, struct api *a, struct lt_error *err)
{
    bool query = is_read(x) || strcmp(x->method, "DELETE") == 0;
    if (a->body == API_MULTIPART && !multipart_whole(&a->multipart)) return lt_fail(err, LT_USAGE, "http.multipart", (char *)NULL);
    int rc = http_json_values(a->text.data ? a->text.data : "", a->text.len, &a->values, err);
    if (rc) return rc;
    struct query q = {.values = a->values, .read = query, .err = err};
    if (MHD_get_connection_values(x->mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL) > INPUT_ARGS_MAX)
        return lt_fail(err, LT_USAGE, "http.malformed", (char *)NULL);
    MHD_get_connection_values_n(x->mhd, MHD_GET_ARGUMENT_KIND, add_argument, &q);
    if (q.rc) return q.rc;
    if (a->body == API_MULTIPART) rc = api_upload_values(a, err);
    return rc ? rc : http_path_values(&a->match, a->values, err);
}

/* If-Match: "12" is the field revision. */
static int read_revision(struct http_exchange *x, struct api *a, struct lt_error *err)
{
    const char *match = header(x, MHD_HTTP_HEADER_IF_MATCH);
    if (!match || !(a->match.row->flags & UC_REVISION)) return 0;
    size_t n = strlen(match);
    char *end = NULL;
    long long revision = n > 2 && match[0] == '"' && match[n - 1] == '"' ? strtoll(match + 1, &end, 10) : 0;
    if (revision < 1 || end != match + n - 1) return lt_fail(err, LT_USAGE, "http.if_match", (char *)NULL);
    if (json_object_get(a->values, "revision"))
        return lt_fail_field(err, LT_USAGE, "revision", "http.twice", "field", "revision", (char *)NULL);
    return lt_json_put_int(a->values, "revision", revision) ? lt_fail_memory(err) : 0;
}

static int prepare(struct http_exchange *x, struct api *a, struct lt_error *err)
{
    int rc = read_values(x, a, err);
    if (!rc) rc = read_revision(x, a, err);
    if (!rc) rc = api_uploads_take(x, a, err);
    for (size_t i = 0; !rc && i < a->files_len; i++) {
        if (lseek(a->files[i].fd, 0, SEEK_SET) != 0) rc = lt_fail_errno(err, "read", "spool");
    }
    return rc;
}

void http_api_run(struct http_exchange *x)
{
    struct api *a = x->state;
    struct lt_error err = {0};
    struct uc_answer answer = {0};
    int rc = prepare(x, a, &err);
    struct uc_request request = {.noun = a->match.row->noun,
                                 .verb = a->match.row->verb,
                                 .values = a->values,
                                 .files = a->files,
                                 .files_len = a->files_len,
                                 .lang = http_lang(x),
                                 .door = UC_HTTP,
                                 .request_id = *a->key ? a->key : NULL,
                                 .trace = x->id,
                                 .peer = *x->peer ? x->peer : NULL,
                                 .text = true,
                                 .token = *a->guard.token ? a->guard.token : NULL};
    if (!rc && api_is_login(a->match.row)) {
        api_login(x, &request);
        return;
    }
    if (!rc) rc = uc_dispatch(x->server->config.app, &request, &answer, &err);
    if (rc) {
        api_refuse(x, &err);
        lt_error_clear(&err);
        return;
    }
    api_uploads_used(x, a);
    api_session_after(x, a->match.row, answer.body);
    api_give(x, &answer);
    if (strcmp(a->match.row->noun, "session") == 0 && strcmp(x->method, "DELETE") == 0 && a->guard.cookie &&
        !json_object_get(a->values, "id"))
        guard_set_cookie(x, "", 0);
}

void http_api_end(struct http_exchange *x)
{
    struct api *a = x->state;
    if (!a) return;
    for (size_t i = 0; i < a->files_len; i++) {
        if (a->files[i].fd >= 0) close(a->files[i].fd);
    }
    if (a->text.data) explicit_bzero(a->text.data, a->text.cap);
    lt_buf_free(&a->text);
    http_release(x->server, a->held);
    json_decref(a->values);
    explicit_bzero(a->guard.token, sizeof a->guard.token);
    free(a);
    x->state = NULL;
}
