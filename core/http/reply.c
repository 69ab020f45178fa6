#include "http/inside.h"

#include "base/json.h"
#include "base/text.h"
#include "http/wire.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

unsigned http_status_of(int status)
{
    switch (status) {
    case LT_OK:
        return MHD_HTTP_OK;
    case LT_REFUSED:
        return MHD_HTTP_UNPROCESSABLE_CONTENT;
    case LT_USAGE:
        return MHD_HTTP_BAD_REQUEST;
    case LT_NOTFOUND:
        return MHD_HTTP_NOT_FOUND;
    case LT_DENIED:
        return MHD_HTTP_FORBIDDEN;
    case LT_CONFLICT:
        return MHD_HTTP_CONFLICT;
    default:
        return MHD_HTTP_INTERNAL_SERVER_ERROR;
    }
}

/* The first language of Accept-Language that we speak, by its prefix. */
enum lt_lang http_lang(struct http_exchange *x)
{
    const char *s = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
    while (s && *s) {
        s += strspn(s, " ,");
        if (strncasecmp(s, "ru", 2) == 0) return LT_RU;
        if (strncasecmp(s, "en", 2) == 0) return LT_EN;
        s = strchr(s, ',');
    }
    return LT_RU;
}

void http_header(struct http_exchange *x, const char *name, const char *value)
{
    if (x->response) MHD_add_response_header(x->response, name, value);
}

void http_reply(struct http_exchange *x, unsigned status, const char *type, struct MHD_Response *response)
{
    if (x->response) MHD_destroy_response(x->response);
    x->response = response;
    x->status = status;
    http_header(x, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

void http_reply_bytes(struct http_exchange *x, unsigned status, const char *type, char *data, size_t len)
{
    struct MHD_Response *r = data ? MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!r) free(data);
    http_reply(x, status, type, r);
}

void http_reply_problem(struct http_exchange *x, unsigned http_status, const struct lt_error *err)
{
    unsigned status = http_status ? http_status : http_status_of(err->status);
    struct lt_buf text = LT_BUF_INIT(32768), out = LT_BUF_INIT((size_t)16 << 20);
    lt_error_text(&text, http_lang(x), err);
    json_t *doc =
        json_pack("{s:s, s:s, s:i, s:s, s:s*, s:o, s:O*}", "type", "about:blank", "title",
                  text.data ? text.data : err->code, "status", (int)status, "code", err->code, "field",
                  err->field[0] ? err->field : NULL, "params", wire_params(err), "details", err->details);
    if (!doc || lt_json_compact(doc, &out, NULL)) lt_buf_reset(&out);
    json_decref(doc);
    lt_buf_free(&text);
    size_t len = 0;
    char *body = lt_buf_take(&out, &len);
    http_reply_bytes(x, status, "application/problem+json", body, len);
}
