#include "plugin/kind.h"

#include "plugin/load.h"
#include "plugin/wire.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct child {
    struct plugin plugin;
    unsigned cap; /* 0: only to be looked at */
    struct letopis_host host;
    struct sandbox_io *io; /* NULL while open() runs */
    struct lt_error problem;
    bool loaded;
    char why[PLUGIN_WHY + 1];
    unsigned log_lines;
    struct lt_buf frame; /* being put together for the program */
    struct lt_buf text;  /* cells of the row being given, each with its NUL */
    struct letopis_cell *cells;
    size_t cells_cap;
};

/* --- host functions --- */

static int32_t host_emit(void *ctx, const char *json, size_t len)
{
    struct child *c = ctx;
    if (!c->io || !json || len == 0 || len > PLUGIN_JSON_MAX) return -1;
    return c->io->send(c->io->ctx, PLUGIN_FRAME_EMIT, json, len);
}

static int32_t send_part(struct child *c, const char *name, const char *data, size_t len, bool last)
{
    lt_buf_reset(&c->frame);
    sandbox_put_u8(&c->frame, last);
    sandbox_put_bytes(&c->frame, name, strlen(name));
    if (lt_buf_add(&c->frame, data, len)) return -1;
    return c->io->send(c->io->ctx, PLUGIN_FRAME_FILE, c->frame.data, c->frame.len);
}

static int32_t host_file(void *ctx, const char *name, const void *data, size_t len, int32_t last)
{
    enum { PART = 512 << 10 };
    struct child *c = ctx;
    const char *p = data ? data : "";
    if (!c->io || !name || (!data && len) || strnlen(name, PLUGIN_NAME_MAX + 1) > PLUGIN_NAME_MAX) return -1;
    for (;;) {
        size_t n = len < PART ? len : PART;
        if (send_part(c, name, p, n, last && n == len)) return -1;
        p += n;
        len -= n;
        name = "";
        if (len == 0) return 0;
    }
}

static int32_t host_log(void *ctx, int32_t level, const char *text, size_t len)
{
    struct child *c = ctx;
    if (!c->io || !text || level < LETOPIS_LOG_ERROR || level > LETOPIS_LOG_INFO || c->log_lines >= PLUGIN_LOG_LINES) return -1;
    c->log_lines++;
    lt_buf_reset(&c->frame);
    sandbox_put_u8(&c->frame, (uint8_t)level);
    if (lt_buf_add(&c->frame, text, len < PLUGIN_LOG_BYTES ? len : PLUGIN_LOG_BYTES)) return -1;
    return c->io->send(c->io->ctx, PLUGIN_FRAME_LOG, c->frame.data, c->frame.len);
}

static void host_fail(void *ctx, const char *text, size_t len)
{
    struct child *c = ctx;
    char all[PLUGIN_WHY + 1];
    lt_print(all, sizeof all, "%.*s", (int)(text ? (len < PLUGIN_WHY ? len : PLUGIN_WHY) : 0), text ? text : "");
    lt_print(c->why, sizeof c->why, "%.*s", (int)lt_utf8_clip(all, PLUGIN_WHY), all);
}

/* --- loading, between the steps --- */

static int load(const struct sandbox_start *start, void **loaded, unsigned cap)
{
    struct child *c = lt_calloc(1, sizeof *c);
    if (!c) return LT_SYSTEM;
    c->cap = cap;
    c->host = (struct letopis_host){.struct_size = sizeof c->host, .abi_major = LETOPIS_ABI_MAJOR, .abi_minor = LETOPIS_ABI_MINOR,
                                    .ctx = c, .emit = host_emit, .file = host_file, .log = host_log, .fail = host_fail};
    lt_buf_init(&c->frame, SANDBOX_FRAME_MAX);
    lt_buf_init(&c->text, 2 * SANDBOX_FRAME_MAX);
    *loaded = c;
    int rc = plugin_load(start->modules_dir, start->name, &c->host, c->why, &c->plugin, &c->problem);
    if (!rc && cap && !(c->plugin.caps & cap))
        rc = lt_fail(&c->problem, LT_REFUSED, "plugin.not_capable", "id", c->plugin.id, "capability", plugin_cap_id(cap), (char *)NULL);
    c->loaded = rc == 0;
    c->why[0] = 0;
    return 0;
}

static int load_inspect(const struct sandbox_start *s, void **out, struct lt_error *err)
{
    return load(s, out, 0) ? lt_fail_memory(err) : 0;
}

static int load_importer(const struct sandbox_start *s, void **out, struct lt_error *err)
{
    return load(s, out, PLUGIN_IMPORTER) ? lt_fail_memory(err) : 0;
}

static int load_evaluator(const struct sandbox_start *s, void **out, struct lt_error *err)
{
    return load(s, out, PLUGIN_EVALUATOR) ? lt_fail_memory(err) : 0;
}

static int load_workflow(const struct sandbox_start *s, void **out, struct lt_error *err)
{
    return load(s, out, PLUGIN_WORKFLOW) ? lt_fail_memory(err) : 0;
}

static int load_publisher(const struct sandbox_start *s, void **out, struct lt_error *err)
{
    return load(s, out, PLUGIN_PUBLISHER) ? lt_fail_memory(err) : 0;
}

/* --- running, after the second step --- */

static int refused(struct child *c, const char *where, struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "plugin.refused", "id", c->plugin.id, "why", *c->why ? c->why : where, (char *)NULL);
}

/* JSON that a plugin gives as text of its own (formats, settings); null where it is none. */
static void put_json(json_t *to, const char *key, const char *text)
{
    json_t *value = NULL;
    struct lt_error ignored = {0};
    if (!text) return;
    if (lt_json_parse(text, strnlen(text, PLUGIN_JSON_MAX), PLUGIN_JSON_MAX, &value, &ignored)) value = json_null();
    json_object_set_new(to, key, value);
    lt_error_clear(&ignored);
}

static int tell_about(struct child *c, struct lt_error *err)
{
    char abi[24];
    lt_print(abi, sizeof abi, "%u.%u", c->plugin.def.abi_major, c->plugin.def.abi_minor);
    json_t *about = json_pack("{s:s, s:s, s:s, s:[], s:b, s:b}", "id", c->plugin.id, "version", c->plugin.version, "abi", abi,
                              "capabilities", "network", (c->plugin.publisher.flags & LETOPIS_PUBLISHER_NETWORK) != 0, "folder",
                              (c->plugin.publisher.flags & LETOPIS_PUBLISHER_FOLDER) != 0);
    if (!about) return lt_fail_memory(err);
    for (unsigned cap = 1; cap <= PLUGIN_PUBLISHER; cap <<= 1)
        if (c->plugin.caps & cap) json_array_append_new(lt_json_array(about, "capabilities"), json_string(plugin_cap_id(cap)));
    if (c->plugin.caps & PLUGIN_IMPORTER) {
        put_json(about, "formats", c->plugin.importer.formats);
        lt_json_put_bool(about, "recognises", (c->plugin.importer.flags & LETOPIS_IMPORTER_RECOGNISES) != 0);
    }
    if (c->plugin.caps & PLUGIN_PUBLISHER) put_json(about, "settings", c->plugin.publisher.settings);
    char *text = json_dumps(about, JSON_COMPACT);
    json_decref(about);
    int rc = text && c->io->send(c->io->ctx, PLUGIN_FRAME_ABOUT, text, strlen(text)) == 0 ? 0 : lt_fail_memory(err);
    free(text);
    return rc;
}

static int bad_input(struct lt_error *err)
{
    return lt_fail(err, LT_SYSTEM, "plugin.input", (char *)NULL);
}

/* One NUL-terminated item after another; the frame's bytes are borrowed, so each is copied for its NUL. */
static int give_items(struct child *c, const struct plugin_run *r, void *run, struct sandbox_cursor *in, struct lt_error *err)
{
    while (in->at < in->len) {
        const char *json;
        size_t len;
        if (!sandbox_get_bytes(in, &json, &len)) return bad_input(err);
        lt_buf_reset(&c->text);
        if (lt_buf_add(&c->text, json, len)) return lt_fail_memory(err);
        if (r->item(run, c->text.data, len) != LETOPIS_OK) return refused(c, "item", err);
    }
    return 0;
}

static bool take_cell(struct child *c, struct sandbox_cursor *in, struct letopis_cell *cell, size_t *at)
{
    uint8_t kind, flags;
    const char *text;
    if (!sandbox_get_u32(in, &cell->column) || !sandbox_get_u8(in, &kind) || !sandbox_get_u8(in, &flags) ||
        !sandbox_get_f64(in, &cell->number) || !sandbox_get_bytes(in, &text, &cell->len))
        return false;
    cell->kind = kind;
    cell->flags = flags;
    *at = c->text.len;
    return lt_buf_add(&c->text, text, cell->len) == 0 && lt_buf_addc(&c->text, 0) == 0;
}

static int give_rows(struct child *c, const struct plugin_run *r, void *run, struct sandbox_cursor *in, struct lt_error *err)
{
    while (in->at < in->len) {
        struct letopis_row row = {.struct_size = sizeof row, .cell_size = sizeof *c->cells};
        const char *sheet;
        uint32_t n;
        uint8_t flags;
        if (!sandbox_get_u32(in, &row.row) || !sandbox_get_u8(in, &flags) || !sandbox_get_bytes(in, &sheet, &row.sheet_len) ||
            !sandbox_get_u32(in, &n) || n > in->len)
            return bad_input(err);
        row.flags = flags;
        lt_buf_reset(&c->text);
        struct letopis_cell *grown = lt_array_grow(c->cells, &c->cells_cap, n ? n : 1, sizeof *c->cells);
        size_t *at = lt_calloc(n ? n : 1, sizeof *at);
        if (grown) c->cells = grown;
        if (!grown || !at || lt_buf_add(&c->text, sheet, row.sheet_len) || lt_buf_addc(&c->text, 0)) {
            free(at);
            return lt_fail_memory(err);
        }
        bool good = true;
        for (uint32_t i = 0; good && i < n; i++) good = take_cell(c, in, &c->cells[i], &at[i]);
        for (uint32_t i = 0; good && i < n; i++) c->cells[i].text = c->text.data + at[i]; /* the buffer moves no more */
        free(at);
        if (!good) return bad_input(err);
        row.sheet = c->text.data;
        row.cells = c->cells;
        row.cells_len = n;
        if (r->row(run, &row) != LETOPIS_OK) return refused(c, "row", err);
    }
    return 0;
}

static int feed(struct child *c, const struct plugin_run *r, void *run, struct lt_error *err)
{
    for (;;) {
        uint32_t type;
        struct sandbox_cursor in = {0};
        const void *data;
        if (c->io->send(c->io->ctx, PLUGIN_FRAME_ASK, NULL, 0) || c->io->receive(c->io->ctx, &type, &data, &in.len))
            return bad_input(err);
        in.data = data;
        if (type == PLUGIN_FRAME_END) return 0;
        int rc = type == PLUGIN_FRAME_ITEMS && r->item  ? give_items(c, r, run, &in, err)
                 : type == PLUGIN_FRAME_ROWS && r->row ? give_rows(c, r, run, &in, err)
                                                       : bad_input(err);
        if (rc) return rc;
    }
}

static int run_job(struct child *c, const json_t *args, struct lt_error *err)
{
    struct plugin_run r;
    void *run = NULL;
    char *job = json_dumps(args, JSON_COMPACT);
    if (!job) return lt_fail_memory(err);
    plugin_run_of(&c->plugin, c->cap, &r);
    int rc = r.begin(c->plugin.state, &c->host, job, strlen(job), &run) == LETOPIS_OK ? 0 : refused(c, "begin", err);
    free(job);
    if (rc) return rc;
    rc = feed(c, &r, run, err);
    if (!rc && r.finish(run) != LETOPIS_OK) rc = refused(c, "finish", err);
    r.end(run);
    return rc;
}

static int run(void *loaded, struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err)
{
    struct child *c = loaded;
    (void)input_fd;
    c->io = io;
    if (!c->loaded) {
        *err = c->problem;
        return err->status;
    }
    int rc = c->cap ? run_job(c, args, err) : tell_about(c, err);
    c->plugin.def.close(c->plugin.state);
    return rc;
}

static const struct sandbox_kind inspect = {.name = "inspect", .load = load_inspect, .run = run};
static const struct sandbox_kind importer = {.name = "importer", .load = load_importer, .run = run};
static const struct sandbox_kind evaluator = {.name = "evaluator", .load = load_evaluator, .run = run};
static const struct sandbox_kind workflow = {.name = "workflow", .load = load_workflow, .run = run};
static const struct sandbox_kind publisher = {.name = "publisher", .network = true, .load = load_publisher, .run = run};

const struct sandbox_kind *const plugin_kinds[] = {&inspect, &importer, &evaluator, &workflow, &publisher, NULL};
