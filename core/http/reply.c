#include "http/inside.h"

#include "base/id.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/range.h"
#include "http/wire.h"

#include <sodium.h>
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

/* `lang` of the query, or the first language of Accept-Language that we speak, by its prefix. */
enum lt_lang http_lang(struct http_exchange *x)
{
    const char *s = x->listener->kind == HTTP_WEB ? MHD_lookup_connection_value(x->mhd, MHD_GET_ARGUMENT_KIND, "lang") : NULL;
    if (s && strcmp(s, "ru") == 0) return LT_RU;
    if (s && strcmp(s, "en") == 0) return LT_EN;
    s = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
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

void http_reply_empty(struct http_exchange *x, unsigned status)
{
    if (x->response) MHD_destroy_response(x->response);
    x->response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    x->status = status;
}

bool http_wants_packed(struct http_exchange *x, size_t len)
{
    return len >= PACK_LEAST && pack_wanted(MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING));
}

static int add_text(const char *text, size_t len, void *out)
{
    return lt_buf_add(out, text, len);
}

static void reply_json(struct http_exchange *x, unsigned status, json_t *doc, bool may_pack)
{
    struct lt_buf out = LT_BUF_INIT((size_t)64 << 20);
    size_t len = 0;
    if (!doc || json_dump_callback(doc, add_text, &out, JSON_COMPACT)) lt_buf_reset(&out);
    json_decref(doc);
    char *body = out.len ? lt_buf_take(&out, &len) : NULL;
    lt_buf_free(&out);
    size_t packed_len = 0;
    char *packed = body && may_pack && http_wants_packed(x, len) ? pack_gzip(body, len, &packed_len) : NULL;
    if (packed) {
        free(body);
        body = packed;
        len = packed_len;
    }
    http_reply_bytes(x, status, "application/json", body, len);
    if (packed) http_header(x, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

void http_reply_json(struct http_exchange *x, unsigned status, json_t *doc)
{
    reply_json(x, status, doc, false);
}

void http_reply_json_packed(struct http_exchange *x, unsigned status, json_t *doc)
{
    reply_json(x, status, doc, true);
}

/* The tag is weak: packed and plain bytes share it. */
void http_reply_json_tagged(struct http_exchange *x, json_t *doc)
{
    unsigned char sum[crypto_generichash_BYTES_MIN];
    char tag[2 * sizeof sum + 1], quoted[sizeof tag + 8];
    char *text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
    size_t len = text ? strlen(text) : 0;
    crypto_generichash(sum, sizeof sum, (const unsigned char *)(text ? text : ""), len, NULL, 0);
    free(text);
    lt_hex(sum, sizeof sum, tag);
    lt_print(quoted, sizeof quoted, "W/\"%s\"", tag);
    const char *known = len ? MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH) : NULL;
    if (known && http_etag_listed(known, tag)) {
        json_decref(doc);
        http_reply_empty(x, MHD_HTTP_NOT_MODIFIED);
    } else {
        reply_json(x, MHD_HTTP_OK, doc, true);
    }
    http_header(x, MHD_HTTP_HEADER_ETAG, quoted);
    http_header(x, MHD_HTTP_HEADER_VARY, "Accept-Encoding, Accept-Language");
    http_header(x, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
}

/* --- problems --- */

/* What a code means in HTTP where the status of the error alone does not say it. */
static unsigned status_of_error(const struct lt_error *err)
{
    static const struct {
        const char *code;
        unsigned status;
    } codes[] = {
        {"session.needed", MHD_HTTP_UNAUTHORIZED},
        {"session.unknown", MHD_HTTP_UNAUTHORIZED},
        {"session.idle", MHD_HTTP_UNAUTHORIZED},
        {"session.wrong_login", MHD_HTTP_UNAUTHORIZED},
        {"session.slip_expired", MHD_HTTP_UNAUTHORIZED},
        {"factor.wanted", MHD_HTTP_UNAUTHORIZED},
        {"factor.wrong", MHD_HTTP_UNAUTHORIZED},
        {"session.locked", MHD_HTTP_TOO_MANY_REQUESTS},
        {"session.address_locked", MHD_HTTP_TOO_MANY_REQUESTS},
        {"share.too_often", MHD_HTTP_TOO_MANY_REQUESTS},
        {"session.must_change", MHD_HTTP_PRECONDITION_REQUIRED},
        {"factor.needed", MHD_HTTP_PRECONDITION_REQUIRED},
        {"entry.revision_moved", MHD_HTTP_PRECONDITION_FAILED},
        {"usecase.unknown", MHD_HTTP_NOT_FOUND},
        {"http.busy", MHD_HTTP_SERVICE_UNAVAILABLE},
        {"http.stopping", MHD_HTTP_SERVICE_UNAVAILABLE},
        {"http.method", MHD_HTTP_METHOD_NOT_ALLOWED},
        {"http.too_large", MHD_HTTP_CONTENT_TOO_LARGE},
        {"json.too_large", MHD_HTTP_CONTENT_TOO_LARGE},
        {"file.too_large", MHD_HTTP_CONTENT_TOO_LARGE},
        {"preview.busy", MHD_HTTP_SERVICE_UNAVAILABLE},
        {"upload.version", MHD_HTTP_PRECONDITION_FAILED},
        {"upload.checksum", 460}, /* tus */
        {"http.content_type", MHD_HTTP_UNSUPPORTED_MEDIA_TYPE},
    };
    for (size_t i = 0; i < LT_COUNT(codes); i++) {
        if (strcmp(codes[i].code, err->code) == 0) return codes[i].status;
    }
    /* it could be read, and a field is not as it should be */
    if (err->status == LT_USAGE && *err->field) return MHD_HTTP_UNPROCESSABLE_CONTENT;
    return http_status_of(err->status);
}

/* Parameters as an object, for readers of JSON. */
static json_t *named(const struct lt_error *err)
{
    json_t *pairs = wire_params(err), *out = json_object(), *pair;
    size_t i;
    json_array_foreach(pairs, i, pair)
    {
        json_object_set(out, json_string_value(json_array_get(pair, 0)), json_array_get(pair, 1));
    }
    json_decref(pairs);
    return out;
}

/* A failure of the machine, of which the reader learns no more. */
static bool is_inside(const struct lt_error *err)
{
    return err->status == LT_SYSTEM && !lt_starts(err->code, "http.") && strcmp(err->code, "preview.busy") != 0;
}

/* The web speaks of pages where the command line speaks of commands: "error.web.<code>" where there is such a text. Of what failed in
 * the machine the reader learns only that it did, and the id by which it is found in the log. */
static void wording(struct http_exchange *x, const struct lt_error *err, struct lt_error *out)
{
    char id[96];
    *out = *err;
    out->details = NULL;
    if (is_inside(err)) {
        if (x->server->config.log)
            lt_log_write(x->server->config.log, LT_LOG_ERROR, "http", "failed request=%s what=%s code=%s", x->id, x->what, err->code);
        lt_fail(out, LT_SYSTEM, "http.failed", "request", x->id, (char *)NULL);
    }
    lt_print(id, sizeof id, "error.web.%s", out->code);
    if (lt_msg_known(http_lang(x), id)) memmove(out->code, id + 6, strlen(id + 6) + 1);
}

static json_t *web_problem(struct http_exchange *x, unsigned status, const struct lt_error *err)
{
    struct lt_error worded;
    struct lt_buf text = LT_BUF_INIT(32768);
    char title[32];
    wording(x, err, &worded);
    lt_error_text(&text, http_lang(x), &worded);
    bool inside = is_inside(err);
    lt_print(title, sizeof title, "http.title.%u", status);
    json_t *doc = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s*, s:o, s:O*, s:s}", "type", "about:blank", "title", lt_msg(http_lang(x), title), "status",
                            (int)status, "detail", text.data ? text.data : err->code, "code", inside ? "http.failed" : err->code, "field",
                            err->field[0] ? err->field : NULL, "params", inside ? json_object() : named(err), "details",
                            inside ? NULL : err->details, "instance", x->id);
    lt_buf_free(&text);
    return doc;
}

static json_t *call_problem(struct http_exchange *x, unsigned status, const struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(32768);
    lt_error_text(&text, http_lang(x), err);
    json_t *doc =
        json_pack("{s:s, s:s, s:i, s:s, s:s*, s:o, s:O*}", "type", "about:blank", "title",
                  text.data ? text.data : err->code, "status", (int)status, "code", err->code, "field",
                  err->field[0] ? err->field : NULL, "params", wire_params(err), "details", err->details);
    lt_buf_free(&text);
    return doc;
}

void http_reply_problem(struct http_exchange *x, unsigned http_status, const struct lt_error *err)
{
    bool web = x->listener->kind == HTTP_WEB;
    unsigned status = http_status ? http_status : web ? status_of_error(err) : http_status_of(err->status);
    struct lt_buf out = LT_BUF_INIT((size_t)16 << 20);
    json_t *doc = web ? web_problem(x, status, err) : call_problem(x, status, err);
    if (!doc || lt_json_compact(doc, &out, NULL)) lt_buf_reset(&out);
    json_decref(doc);
    size_t len = 0;
    char *body = lt_buf_take(&out, &len);
    http_reply_bytes(x, status, "application/problem+json", body, len);
    if (!web) return;
    const char *seconds = lt_error_param(err, "seconds");
    if (status == MHD_HTTP_TOO_MANY_REQUESTS) x->retry = seconds ? (unsigned)strtoul(seconds, NULL, 10) : 60;
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE) x->retry = 1;
    if (status == MHD_HTTP_UNAUTHORIZED) http_header(x, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"letopis\"");
}
