#include "http/wire.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>
#include <unistd.h>

static void put_length(char out[4], size_t n)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(n >> (8 * (3 - i)));
}

int64_t wire_prefix(const char prefix[WIRE_PREFIX], const char *magic, size_t max)
{
    if (memcmp(prefix, magic, 4) != 0) return -1;
    uint64_t n = 0;
    for (int i = 4; i < WIRE_PREFIX; i++)
        n = n << 8 | (unsigned char)prefix[i];
    return n > max ? -1 : (int64_t)n;
}

static int add_text(const char *text, size_t len, void *out)
{
    return lt_buf_add(out, text, len);
}

/* Prefix and the document, its keys in their order, so that an answer looks the same from far and near; takes
 * doc. */
static int encode(const char *magic, json_t *doc, size_t max, struct lt_buf *out, struct lt_error *err)
{
    if (!doc) return lt_fail_memory(err);
    char prefix[WIRE_PREFIX];
    memcpy(prefix, magic, 4);
    put_length(prefix + 4, 0);
    size_t start = out->len;
    lt_buf_add(out, prefix, sizeof prefix);
    int rc = json_dump_callback(doc, add_text, out, JSON_COMPACT);
    json_decref(doc);
    if (rc || out->failed) return lt_fail_memory(err);
    size_t len = out->len - start - WIRE_PREFIX;
    if (len > max) return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(max), (char *)NULL);
    put_length(out->data + start + 4, len);
    return 0;
}

/* --- calls --- */

static const char *lang_word(const struct uc_request *r)
{
    return lt_lang_word(r->lang);
}

int wire_call_encode(const struct uc_request *r, const uint64_t *sizes, struct lt_buf *out,
                     struct lt_error *err)
{
    json_t *files = json_array();
    for (size_t i = 0; files && i < r->files_len; i++) {
        json_t *file = json_pack("{s:s, s:I}", "name", r->files[i].name, "size", (json_int_t)sizes[i]);
        if (json_array_append_new(files, file)) {
            json_decref(files);
            files = NULL;
        }
    }
    if (!files) return lt_fail_memory(err);
    json_t *doc = json_pack("{s:s, s:s, s:O?, s:s, s:s*, s:s*, s:s*, s:s*, s:o}", "noun", r->noun, "verb",
                            r->verb, "values", r->values, "lang", lang_word(r), "request", r->request_id,
                            "login", r->login, "password", r->password, "token", r->token, "files", files);
    return encode("LTC1", doc, WIRE_HEADER_MAX, out, err);
}

static int malformed(struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "http.malformed_call", (char *)NULL);
}

static int decode_files(struct wire_call *c, const json_t *list, struct lt_error *err)
{
    size_t i;
    json_t *file;
    if (json_array_size(list) > WIRE_FILES_MAX) return malformed(err);
    json_array_foreach(list, i, file)
    {
        const char *name = lt_json_str(file, "name");
        int64_t size = lt_json_int(file, "size", -1);
        if (!name || size < 0 || !lt_print(c->files[i].name, sizeof c->files[i].name, "%s", name))
            return malformed(err);
        c->files[i].fd = -1;
        c->sizes[i] = (uint64_t)size;
        c->files_len++;
    }
    return 0;
}

int wire_call_decode(const char *header, size_t len, struct wire_call *c, struct lt_error *err)
{
    *c = (struct wire_call){0};
    int rc = lt_json_parse(header, len, WIRE_HEADER_MAX, &c->doc, err);
    if (rc) return rc;
    const char *noun = lt_json_str(c->doc, "noun"), *verb = lt_json_str(c->doc, "verb");
    json_t *values = json_object_get(c->doc, "values");
    if (!noun || !verb || (values && !json_is_object(values) && !json_is_null(values))) rc = malformed(err);
    if (!rc) rc = decode_files(c, json_object_get(c->doc, "files"), err);
    if (rc) {
        wire_call_clear(c);
        return rc;
    }
    c->request = (struct uc_request){.noun = noun,
                                     .verb = verb,
                                     .values = json_is_object(values) ? values : NULL,
                                     .files = c->files,
                                     .files_len = c->files_len,
                                     .lang = lt_lang_parse(lt_json_str(c->doc, "lang"), LT_RU),
                                     .door = UC_CLI,
                                     .request_id = lt_json_str(c->doc, "request"),
                                     .login = lt_json_str(c->doc, "login"),
                                     .password = lt_json_str(c->doc, "password"),
                                     .token = lt_json_str(c->doc, "token")};
    return 0;
}

/* --- errors --- */

json_t *wire_params(const struct lt_error *err)
{
    json_t *list = json_array();
    const char *end = err->params + err->params_len;
    for (const char *name = err->params; list && name < end;) {
        const char *value = name + strlen(name) + 1;
        /* a value cut in the middle of a character is no JSON text */
        json_t *pair = json_pack("[s, s]", name, lt_utf8_valid(value, strlen(value)) ? value : "?");
        if (!pair || json_array_append_new(list, pair)) break;
        name = value + strlen(value) + 1;
    }
    return list;
}

void wire_params_read(const json_t *params, struct lt_error *err)
{
    size_t i;
    json_t *pair;
    err->params_len = 0;
    json_array_foreach((json_t *)params, i, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));
        if (!name || !value) continue;
        size_t n = strlen(name) + 1, m = strlen(value) + 1;
        if (err->params_len + n + m > sizeof err->params) return;
        memcpy(err->params + err->params_len, name, n);
        memcpy(err->params + err->params_len + n, value, m);
        err->params_len += n + m;
    }
}

/* --- answers --- */

int wire_answer_encode(int status, const struct uc_answer *a, const struct lt_error *failure,
                       struct lt_buf *out, struct lt_error *err)
{
    json_t *doc;
    if (status) {
        doc = json_pack("{s:{s:i, s:s, s:s, s:o, s:O*}}", "error", "status", status, "code", failure->code,
                        "field", failure->field, "params", wire_params(failure), "details", failure->details);
    } else if (a->stream.read) {
        doc = json_pack("{s:O*, s:{s:s, s:s, s:I}}", "body", a->body, "stream", "content_type",
                        a->stream.content_type, "file_name", a->stream.file_name, "size",
                        (json_int_t)a->stream.size);
    } else {
        doc = json_pack("{s:O*}", "body", a->body);
    }
    return encode("LTA1", doc, WIRE_ANSWER_MAX, out, err);
}

static int decode_error(const json_t *e, struct lt_error *err)
{
    int status = (int)lt_json_int(e, "status", LT_SYSTEM);
    if (status >= 0 || status < LT_SYSTEM) status = LT_SYSTEM;
    if (!err) return status;
    const char *code = lt_json_str(e, "code");
    lt_fail(err, status, code && *code ? code : "http.malformed_answer", (char *)NULL);
    lt_print(err->field, sizeof err->field, "%s", lt_json_str_or(e, "field", ""));
    wire_params_read(json_object_get(e, "params"), err);
    json_t *details = json_object_get(e, "details");
    if (details) lt_error_details(err, json_incref(details));
    return status;
}

int wire_answer_decode(const char *header, size_t len, struct uc_answer *out, bool *streams,
                       struct lt_error *err)
{
    json_t *doc = NULL;
    int rc = lt_json_parse(header, len, WIRE_ANSWER_MAX, &doc, err);
    if (rc) return rc;
    const json_t *error = lt_json_object(doc, "error"), *stream = lt_json_object(doc, "stream");
    if (error) {
        rc = decode_error(error, err);
    } else {
        *out = (struct uc_answer){.body = json_incref(json_object_get(doc, "body"))};
        *streams = stream != NULL;
        out->stream.size = lt_json_int(stream, "size", -1);
        lt_print(out->stream.content_type, sizeof out->stream.content_type, "%s",
                 lt_json_str_or(stream, "content_type", "application/octet-stream"));
        lt_print(out->stream.file_name, sizeof out->stream.file_name, "%s",
                 lt_json_str_or(stream, "file_name", ""));
    }
    json_decref(doc);
    return rc;
}

void wire_call_clear(struct wire_call *c)
{
    for (size_t i = 0; i < c->files_len; i++) {
        if (c->files[i].fd >= 0) close(c->files[i].fd);
    }
    json_decref(c->doc);
    *c = (struct wire_call){0};
}
