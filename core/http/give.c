/* Answers of use cases as answers of HTTP. */
#include "http/api.h"
#include "http/range.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 65536 };

/* --- refusals --- */

void api_refuse(struct http_exchange *x, struct lt_error *err)
{
    struct api *a = x->state;
    http_reply_problem(x, 0, err);
    /* a cookie that is nobody's any more only makes the browser ask in vain */
    if (x->status == MHD_HTTP_UNAUTHORIZED && a && a->guard.cookie && lt_starts(err->code, "session.") && strcmp(err->code, "session.wrong_login") != 0)
        guard_set_cookie(x, "", 0);
}

/* --- bytes --- */

struct sending {
    struct uc_stream stream;
    uint64_t first; /* of the range */
};

static void sending_free(void *ctx)
{
    struct sending *s = ctx;
    if (s->stream.close) s->stream.close(s->stream.ctx);
    free(s);
}

static ssize_t sending_read(void *ctx, uint64_t pos, char *buf, size_t max)
{
    struct sending *s = ctx;
    struct lt_error ignored = {0};
    ssize_t n = s->stream.read(s->stream.ctx, buf, max, s->first + pos, &ignored);
    lt_error_clear(&ignored);
    if (n < 0) return MHD_CONTENT_READER_END_WITH_ERROR;
    return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

/* Kinds that show nothing but themselves. Everything else is bytes to be kept. */
static const char *harmless(const char *type)
{
    static const char *const types[] = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/heic", "image/heif",
                                        "application/pdf", "application/zip", "text/plain", "text/csv",
                                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
    size_t n = strcspn(type, "; ");
    for (size_t i = 0; i < LT_COUNT(types); i++) {
        if (strlen(types[i]) == n && strncmp(types[i], type, n) == 0) return types[i];
    }
    return "application/octet-stream";
}

/* RFC 6266: a name for old readers in ASCII, and the whole one. */
static void disposition(struct http_exchange *x, const char *original)
{
    char name[LT_FILE_NAME], plain[LT_FILE_NAME];
    struct lt_buf text = LT_BUF_INIT(2000);
    lt_safe_file_name(*original ? original : "file", name);
    size_t n = 0;
    for (const char *c = name; *c; c++) {
        unsigned char u = (unsigned char)*c;
        if ((u & 0xC0) == 0x80) continue;
        plain[n++] = (char)(u < 0x20 || u >= 0x7F || strchr("\"\\%;", u) ? '_' : u);
    }
    plain[n] = 0;
    lt_buf_addf(&text, "attachment; filename=\"%s\"; filename*=UTF-8''", plain);
    out_url_arg(&text, name);
    if (!text.failed) http_header(x, MHD_HTTP_HEADER_CONTENT_DISPOSITION, text.data);
    lt_buf_free(&text);
}

/* If-Range with another tag, or with a date: the whole. */
static const char *wanted_range(struct http_exchange *x, const char *etag)
{
    const char *range = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_RANGE);
    const char *only_if = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_RANGE);
    return only_if && (!*etag || *only_if != '"' || !http_etag_listed(only_if, etag)) ? NULL : range;
}

static void reply_part(struct http_exchange *x, struct sending *s, uint64_t first, uint64_t len)
{
    uint64_t whole = s->stream.size < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)s->stream.size;
    bool part = len != whole;
    s->first = first;
    char range[80];
    lt_print(range, sizeof range, "bytes %llu-%llu/%llu", (unsigned long long)first, (unsigned long long)(first + len - 1),
             (unsigned long long)whole);
    const char *type = harmless(s->stream.content_type);
    bool seekable = s->stream.size >= 0 && *s->stream.etag;
    struct MHD_Response *r = MHD_create_response_from_callback(len, BLOCK, sending_read, s, sending_free);
    if (!r) sending_free(s);
    http_reply(x, part ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, type, r);
    if (seekable) http_header(x, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    if (part) http_header(x, MHD_HTTP_HEADER_CONTENT_RANGE, range);
}

static void file_headers(struct http_exchange *x, const char *name, const char *etag)
{
    char quoted[96];
    if (lt_print(quoted, sizeof quoted, "\"%s\"", etag) && *etag) {
        http_header(x, MHD_HTTP_HEADER_ETAG, quoted);
        http_header(x, MHD_HTTP_HEADER_CACHE_CONTROL, "private, no-cache");
    }
    http_header(x, "Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'");
    x->own_policy = true;
    if (name) disposition(x, name);
}

static void give_bytes(struct http_exchange *x, struct uc_answer *answer)
{
    struct sending *s = lt_calloc(1, sizeof *s);
    if (!s) return;
    s->stream = answer->stream;
    answer->stream = (struct uc_stream){0};
    char name[256], etag[80], range[80];
    unsigned pages = s->stream.pages;
    lt_print(name, sizeof name, "%s", s->stream.file_name);
    lt_print(etag, sizeof etag, "%s", s->stream.etag);
    const char *known = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    uint64_t first = 0, size = s->stream.size < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)s->stream.size, len = size;
    enum http_range how = s->stream.size >= 0 && *etag ? http_range_read(wanted_range(x, etag), size, &first, &len) : RANGE_NONE;
    if (*etag && known && http_etag_listed(known, etag)) {
        sending_free(s);
        http_reply_empty(x, MHD_HTTP_NOT_MODIFIED);
        file_headers(x, NULL, etag);
    } else if (how == RANGE_BAD) {
        sending_free(s);
        http_reply_empty(x, MHD_HTTP_RANGE_NOT_SATISFIABLE);
        lt_print(range, sizeof range, "bytes */%llu", (unsigned long long)size);
        http_header(x, MHD_HTTP_HEADER_CONTENT_RANGE, range);
    } else {
        reply_part(x, s, first, how == RANGE_PART ? len : size);
        file_headers(x, name, etag);
    }
    if (pages) http_header(x, "X-Letopis-Pages", LT_NUM(pages));
}

/* --- documents --- */

/* A new thing: made by POST to the list of its kind. */
static bool is_new(const struct http_exchange *x, const struct uc_answer *answer)
{
    return strcmp(x->method, MHD_HTTP_METHOD_POST) == 0 && answer->row && !*answer->row->tail && (answer->row->flags & UC_WRITE) &&
           !api_is_login(answer->row) && strcmp(answer->row->noun, "session") != 0 && lt_json_str(answer->body, "id");
}

/* Passwords of slips, tokens, the CSRF word, keys of links. */
static bool has_secrets(const struct uc_row *row)
{
    static const char *const nouns[] = {"session", "account", "share"};
    for (size_t i = 0; i < LT_COUNT(nouns); i++) {
        if (row && strcmp(row->noun, nouns[i]) == 0) return true;
    }
    return !row;
}

static void text_gone(void *text)
{
    uc_text_free(text);
}

static void give_text(struct http_exchange *x, struct uc_answer *answer)
{
    size_t len, packed_len = 0;
    const char *bytes = uc_text_bytes(answer->text, &len);
    const char *packed = http_wants_packed(x, len) && !has_secrets(answer->row) ? uc_text_packed(answer->text, pack_gzip, &packed_len) : NULL;
    struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback_cls(packed ? packed_len : len, (void *)(uintptr_t)(packed ? packed : bytes),
                                                                                   text_gone, answer->text);
    if (r) answer->text = NULL; /* the response's */
    http_reply(x, MHD_HTTP_OK, "application/json", r);
    if (packed) http_header(x, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

void api_give(struct http_exchange *x, struct uc_answer *answer)
{
    char tag[32];
    if (answer->stream.read) {
        give_bytes(x, answer);
    } else if (answer->text) {
        give_text(x, answer);
    } else if (!answer->body) {
        http_reply_empty(x, MHD_HTTP_NO_CONTENT);
    } else {
        int64_t revision = lt_json_int(answer->body, "revision", 0);
        /* work begun as a job; asking how far it is, is a reading like others */
        bool accepted = answer->row && (answer->row->flags & UC_LONG) && lt_json_str(answer->body, "job");
        unsigned status = accepted ? MHD_HTTP_ACCEPTED : is_new(x, answer) ? MHD_HTTP_CREATED : MHD_HTTP_OK;
        (has_secrets(answer->row) ? http_reply_json : http_reply_json_packed)(x, status, json_incref(answer->body));
        lt_print(tag, sizeof tag, "\"%lld\"", (long long)revision);
        if (revision > 0) http_header(x, MHD_HTTP_HEADER_ETAG, tag);
    }
    uc_answer_clear(answer);
}
