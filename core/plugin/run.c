#include "plugin/run.h"

#include "plugin/about.h"

#include "plugin/wire.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define BATCH (256u << 10) /* items are sent together up to about this */

struct runner {
    const struct plugin_job *job;
    struct lt_buf batch, held; /* held: an item that the last batch had no room for */
    bool ended;                /* the source has no more */
    unsigned log_lines;
    unsigned files;
    char name[PLUGIN_NAME_MAX + 1]; /* of the file under way; "" for none */
    uint64_t file_size;
    bool text;
    char tail[4]; /* the beginning of a character that the last part cut */
    size_t tail_len;
    json_t *about;
};

static int fault(const struct runner *r, const char *what, struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "plugin.malformed", "id", r->job->id, "plugin_fault", what, (char *)NULL);
}

/* --- input --- */

int plugin_put_row(struct lt_buf *out, const struct letopis_row *row)
{
    sandbox_put_u32(out, row->row);
    sandbox_put_u8(out, (uint8_t)row->flags);
    sandbox_put_bytes(out, row->sheet ? row->sheet : "", row->sheet_len);
    sandbox_put_u32(out, (uint32_t)row->cells_len);
    for (size_t i = 0; i < row->cells_len; i++) {
        const struct letopis_cell *c = letopis_row_cell(row, i);
        sandbox_put_u32(out, c->column);
        sandbox_put_u8(out, (uint8_t)c->kind);
        sandbox_put_u8(out, (uint8_t)c->flags);
        sandbox_put_f64(out, c->number);
        sandbox_put_bytes(out, c->text ? c->text : "", c->len);
    }
    return out->failed ? -1 : 0;
}

static int too_large(const struct runner *r, struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "plugin.item_too_large", "id", r->job->id, "limit", LT_NUM(PLUGIN_ITEM_MAX), (char *)NULL);
}

static int add_held(struct runner *r, struct lt_error *err)
{
    int rc = r->job->cap == PLUGIN_IMPORTER ? lt_buf_add(&r->batch, r->held.data, r->held.len)
                                            : sandbox_put_bytes(&r->batch, r->held.data, r->held.len);
    lt_buf_reset(&r->held);
    return rc ? lt_fail_memory(err) : 0;
}

static int answer_ask(struct runner *r, struct sandbox_child *child, struct lt_error *err)
{
    lt_buf_reset(&r->batch);
    int rc = r->held.len ? add_held(r, err) : 0;
    while (!rc && !r->ended && r->batch.len < BATCH) {
        lt_buf_reset(&r->held);
        rc = r->job->next ? r->job->next(r->job->user, &r->held, err) : 0;
        if (r->held.failed) return too_large(r, err);
        r->ended = rc == 0;
        if (rc <= 0 || r->batch.len + r->held.len + 8 > SANDBOX_FRAME_MAX) break;
        rc = add_held(r, err);
    }
    if (rc < 0) return rc;
    if (r->batch.len == 0 && r->held.len == 0) return sandbox_reply(child, PLUGIN_FRAME_END, NULL, 0, err);
    return sandbox_reply(child, r->job->cap == PLUGIN_IMPORTER ? PLUGIN_FRAME_ROWS : PLUGIN_FRAME_ITEMS, r->batch.data, r->batch.len, err);
}

/* --- output: nothing of it is taken on trust --- */

static int take_emit(struct runner *r, const void *data, size_t len, struct lt_error *err)
{
    json_t *doc = NULL;
    struct lt_error ignored = {0};
    if (!r->job->emit || len > PLUGIN_JSON_MAX) return fault(r, "emit", err);
    int rc = lt_json_parse(data, len, PLUGIN_JSON_MAX, &doc, &ignored);
    lt_error_clear(&ignored);
    if (rc || !json_is_object(doc)) rc = fault(r, "json", err);
    else rc = r->job->emit(r->job->user, doc, err);
    if (!rc && r->job->bytes) r->job->bytes(r->job->user, data, len);
    json_decref(doc);
    return rc;
}

static bool one_of(const char *words, const char *word, size_t len)
{
    for (const char *w = words; *w; w += strcspn(w, " "), w += strspn(w, " "))
        if (strcspn(w, " ") == len && memcmp(w, word, len) == 0) return true;
    return false;
}

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool plugin_file_name_valid(const char *name, size_t len)
{
    size_t segments = 1, begin = 0, dot = 0;
    if (len == 0 || len > PLUGIN_NAME_MAX) return false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (i == begin ? !plain(c) : !(plain(c) || strchr("._-/", c))) return false; /* a NUL is found by strchr: refused below */
        if (c == 0) return false;
        if (c == '.') dot = i;
        if (i - begin >= 80 || (c == '.' && i > begin && name[i - 1] == '.')) return false;
        if (c == '/') {
            if (++segments > 4 || i + 1 == len) return false;
            begin = i + 1;
            dot = 0;
        }
    }
    return dot > begin && one_of("html css svg txt xml json png jpg webp pdf ico", name + dot + 1, len - dot - 1);
}

/* Well-formed UTF-8 without NUL. A site is a hundred megabytes of it, mostly ASCII between short runs of Cyrillic: base/text.h's check, which
 * also judges code points, takes five times as long. */
static bool utf8_fast(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len;
    while (p < end) {
        unsigned char c = *p++;
        if (c < 0x80) {
            if (c == 0) return false;
            continue;
        }
        unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
        if (c < 0xC2 || c > 0xF4 || (size_t)(end - p) < more) return false;
        /* too long, surrogates, beyond U+10FFFF */
        if ((c == 0xE0 && *p < 0xA0) || (c == 0xED && *p > 0x9F) || (c == 0xF0 && *p < 0x90) || (c == 0xF4 && *p > 0x8F)) return false;
        while (more--)
            if ((*p++ & 0xC0) != 0x80) return false;
    }
    return true;
}

/* Text may be cut anywhere between parts: what remains of a character waits for the next part. */
static bool text_valid(struct runner *r, const char *data, size_t len, bool last)
{
    char joint[8];
    size_t skip = 0;
    if (r->tail_len) {
        memcpy(joint, r->tail, r->tail_len);
        size_t n = r->tail_len;
        while (skip < len && n < 4 && ((unsigned char)data[skip] & 0xC0) == 0x80) joint[n++] = data[skip++];
        if (!utf8_fast(joint, n)) return false; /* parts shorter than a character are no honest way of writing */
        r->tail_len = 0;
    }
    size_t end = len;
    for (size_t back = 1; !last && back <= 3 && back <= len - skip; back++) {
        unsigned char c = (unsigned char)data[len - back];
        if ((c & 0xC0) == 0x80) continue;
        size_t need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        if (need > back) end = len - back;
        break;
    }
    r->tail_len = len - end;
    memcpy(r->tail, data + end, r->tail_len);
    return utf8_fast(data + skip, end - skip);
}

static int begin_file(struct runner *r, const char *name, size_t len, struct lt_error *err)
{
    if (!plugin_file_name_valid(name, len)) return fault(r, "file_name", err);
    if (++r->files > PLUGIN_FILES_MAX) return fault(r, "too_many_files", err);
    lt_print(r->name, sizeof r->name, "%.*s", (int)len, name);
    const char *ending = strrchr(r->name, '.') + 1;
    r->text = one_of("html css svg txt xml json", ending, strlen(ending));
    r->file_size = 0;
    r->tail_len = 0;
    return 0;
}

static int take_file(struct runner *r, const void *data, size_t len, struct lt_error *err)
{
    struct sandbox_cursor c = {.data = data, .len = len};
    uint8_t last;
    const char *name;
    size_t name_len;
    if (!r->job->file || !sandbox_get_u8(&c, &last) || last > 1 || !sandbox_get_bytes(&c, &name, &name_len)) return fault(r, "file", err);
    bool first = name_len > 0;
    if (!first && !*r->name) return fault(r, "file", err);
    /* the same name again while the file is under way: the plugin hands it over in parts */
    if (first && *r->name) {
        if (strlen(r->name) != name_len || memcmp(r->name, name, name_len) != 0) return fault(r, "file", err);
        first = false;
    }
    if (first && begin_file(r, name, name_len, err)) return err ? err->status : LT_REFUSED;
    size_t n = c.len - c.at;
    r->file_size += n;
    if (r->file_size > PLUGIN_FILE_MAX) return fault(r, "file_too_large", err);
    if (r->text && !text_valid(r, (const char *)c.data + c.at, n, last)) return fault(r, "text", err);
    int rc = r->job->file(r->job->user, r->name, c.data + c.at, n, first, last, err);
    if (last) r->name[0] = 0;
    return rc;
}

static int take_log(struct runner *r, const void *data, size_t len, struct lt_error *err)
{
    const char *text = (const char *)data + 1;
    if (len < 1 || len > PLUGIN_LOG_BYTES + 1) return fault(r, "log", err);
    if (++r->log_lines > PLUGIN_LOG_LINES)
        return lt_fail(err, LT_REFUSED, "plugin.flood", "id", r->job->id, "limit", LT_NUM(PLUGIN_LOG_LINES), (char *)NULL);
    char line[PLUGIN_LOG_BYTES + 1];
    for (size_t i = 0; i + 1 < len; i++) line[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7F ? ' ' : text[i];
    line[len - 1] = 0;
    if (r->job->log && lt_utf8_valid(line, len - 1)) r->job->log(r->job->user, *(const unsigned char *)data, line);
    return 0;
}

static int take_about(struct runner *r, const void *data, size_t len, struct lt_error *err)
{
    struct lt_error ignored = {0};
    int rc = r->job->cap || r->about ? LT_REFUSED : lt_json_parse(data, len, SANDBOX_FRAME_MAX, &r->about, &ignored);
    lt_error_clear(&ignored);
    const char *id = lt_json_str_or(r->about, "id", "");
    return rc || strcmp(id, r->job->id) != 0 || !json_is_array(json_object_get(r->about, "capabilities")) ? fault(r, "json", err) : 0;
}

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err)
{
    struct runner *r = ctx;
    switch (type) {
    case PLUGIN_FRAME_ASK:
        return len == 0 ? answer_ask(r, child, err) : fault(r, "frame", err);
    case PLUGIN_FRAME_EMIT:
        return take_emit(r, data, len, err);
    case PLUGIN_FRAME_FILE:
        return take_file(r, data, len, err);
    case PLUGIN_FRAME_LOG:
        return take_log(r, data, len, err);
    case PLUGIN_FRAME_ABOUT:
        return take_about(r, data, len, err);
    default:
        return fault(r, "frame", err);
    }
}

/* --- the run --- */

/* The words of the sandbox speak of files; here it was a plugin. What it wrote to stderr stays in the details. */
static int as_plugin_error(const struct runner *r, struct lt_error *err)
{
    static const char *const params[] = {"signal", "seconds", "limit", "why"};
    char code[64], name[16] = "what", value[256] = "";
    if (!lt_starts(err->code, "sandbox.")) return err->status;
    lt_print(code, sizeof code, "plugin.%s", err->code + strlen("sandbox."));
    if (strcmp(code, "plugin.malformed") == 0) {
        lt_print(name, sizeof name, "plugin_fault");
        lt_print(value, sizeof value, "frame");
    }
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) {
        const char *v = lt_error_param(err, params[i]);
        if (!v) continue;
        lt_print(name, sizeof name, "%s", params[i]);
        lt_print(value, sizeof value, "%s", v);
    }
    json_t *details = json_incref(err->details);
    int rc = lt_fail(err, err->status, code, "id", r->job->id, name, value, (char *)NULL);
    if (details) lt_error_details(err, details);
    return rc;
}

static struct sandbox_config limits(const struct plugin_job *job)
{
    struct sandbox_config c = *job->config;
    bool publisher = job->cap == PLUGIN_PUBLISHER;
    if (!c.memory) c.memory = (uint64_t)256 << 20;
    if (!c.cpu_seconds) c.cpu_seconds = publisher ? 600 : job->cap ? 120 : 5;
    if (!c.deadline_ms) c.deadline_ms = publisher ? 1200 * 1000 : job->cap ? 300 * 1000 : 10 * 1000;
    if (!c.max_answer) c.max_answer = publisher ? (uint64_t)4 << 30 : job->cap ? (uint64_t)512 << 20 : 1 << 20;
    c.network = job->network;
    return c;
}

static int run(struct runner *r, struct lt_error *err)
{
    static const char *const prefixes[] = {"plugin.", NULL};
    const struct plugin_job *job = r->job;
    if (!plugin_id_valid(job->id)) return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", job->id, (char *)NULL);
    struct sandbox_config config = limits(job);
    struct sandbox_call call = {.kind = job->cap ? plugin_cap_word(job->cap) : "inspect", .name = job->id, .args = job->args,
                                .error_prefixes = prefixes, .frame = on_frame, .ctx = r};
    lt_buf_init(&r->batch, SANDBOX_FRAME_MAX);
    lt_buf_init(&r->held, PLUGIN_ITEM_MAX);
    struct lt_error own = {0};
    int rc = sandbox_run(&config, &call, err ? err : &own);
    if (rc) rc = as_plugin_error(r, err ? err : &own);
    if (!rc && *r->name) rc = fault(r, "file", err);
    lt_error_clear(&own);
    lt_buf_free(&r->batch);
    lt_buf_free(&r->held);
    return rc;
}

int plugin_run_job(const struct plugin_job *job, struct lt_error *err)
{
    struct runner r = {.job = job};
    return run(&r, err);
}

int plugin_inspect(const struct sandbox_config *config, const char *id, json_t **out, struct lt_error *err)
{
    struct plugin_job job = {.config = config, .id = id};
    struct runner r = {.job = &job};
    int rc = run(&r, err);
    if (!rc && !r.about) rc = fault(&r, "frame", err);
    if (!rc) rc = plugin_about_judge(r.about, id, err);
    if (rc) json_decref(r.about);
    else *out = r.about;
    return rc;
}
