/* A table of use cases of every kind for tests of the doors: they say back what they were given. Stands in
 * for core/usecase, so nothing of that folder is linked. */
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/ports.h"
#include "usecase/usecase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

struct lt_app {
    int lock;
};

static const struct uc_field add_fields[] = {
    {.name = "title", .type = UC_TEXT, .flags = UC_REQUIRED | UC_POSITIONAL},
    {.name = "place", .type = UC_TEXT, .flags = UC_POSITIONAL},
    {.name = "birth_date", .type = UC_DATE},
    {.name = "count", .type = UC_INT, .min = 1, .max = 10},
    {.name = "score", .type = UC_DEC},
    {.name = "team", .type = UC_BOOL},
    {.name = "level", .type = UC_ENUM, .values = "level"},
    {.name = "tags", .type = UC_WORDS},
    {.name = "note", .type = UC_LINES, .flags = UC_MANY},
    {.name = "scan", .type = UC_FILE, .flags = UC_MANY},
    {.name = "extra", .type = UC_OBJECT},
    {.name = "password", .type = UC_SECRET},
    {.name = NULL},
};
static const struct uc_field enter_fields[] = {
    {.name = "login", .type = UC_LOGIN, .flags = UC_REQUIRED | UC_POSITIONAL},
    {.name = "old_password", .type = UC_SECRET, .flags = UC_REQUIRED},
    {.name = "password", .type = UC_SECRET, .flags = UC_REQUIRED},
    {.name = NULL},
};
static const struct uc_field many_fields[] = {
    {.name = "id", .type = UC_ID, .flags = UC_REQUIRED | UC_POSITIONAL},
    {.name = "others", .type = UC_TEXT, .flags = UC_MANY | UC_POSITIONAL},
    {.name = NULL},
};
static const struct uc_field get_fields[] = {
    {.name = "size", .type = UC_INT, .flags = UC_REQUIRED | UC_POSITIONAL},
    {.name = "unknown", .type = UC_BOOL},
    {.name = "text", .type = UC_BOOL},
    {.name = "break_at", .type = UC_INT},
    {.name = NULL},
};
static const struct uc_field sleep_fields[] = {
    {.name = "ms", .type = UC_INT, .flags = UC_REQUIRED | UC_POSITIONAL},
    {.name = "mark", .type = UC_TEXT},
    {.name = NULL},
};
static const struct uc_field fail_fields[] = {
    {.name = "status", .type = UC_INT, .flags = UC_REQUIRED | UC_POSITIONAL},
    {.name = "field", .type = UC_TEXT},
    {.name = "birth_date", .type = UC_DATE},
    {.name = "rows", .type = UC_BOOL},
    {.name = NULL},
};

/* --- the use cases --- */

static long long number(const json_t *in, const char *key, long long dflt)
{
    const json_t *v = json_object_get(in, key);
    if (json_is_integer(v)) return json_integer_value(v);
    return json_is_string(v) ? atoll(json_string_value(v)) : dflt;
}

static json_t *file_note(const struct uc_input_file *f)
{
    char start[64] = "";
    unsigned long long size = 0, sum = 0;
    unsigned char buf[4096];
    ssize_t n;
    while ((n = read(f->fd, buf, sizeof buf)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            sum = sum * 31 + buf[i];
        if (!size) lt_print(start, sizeof start, "%.*s", (int)(n < 40 ? n : 40), (const char *)buf);
        size += (unsigned long long)n;
    }
    if (!lt_utf8_valid(start, strlen(start))) start[0] = 0;
    return json_pack("{s:s, s:I, s:I, s:s}", "name", f->name, "size", (json_int_t)size, "sum",
                     (json_int_t)(sum & 0x7fffffff), "start", start);
}

static json_t *echo(const struct uc_request *r)
{
    json_t *files = json_array();
    for (size_t i = 0; i < r->files_len; i++)
        json_array_append_new(files, file_note(&r->files[i]));
    return json_pack("{s:O?, s:o, s:s, s:s?, s:s?, s:s?, s:s?, s:s?}", "values", r->values, "files", files,
                     "lang", lt_lang_word(r->lang), "local", r->local_user, "login", r->login, "password",
                     r->password, "token", r->token, "request", r->request_id);
}

static json_t *items(void)
{
    return json_pack("{s:[{s:s, s:s, s:s, s:s, s:i, s:b}, {s:s, s:s, s:s, s:n, s:i, s:b}], s:s}", "items",
                     "id", "0190b6f0-0000-7000-8000-000000000001", "title", "Олимпиада\033[31m по физике",
                     "level", "municipal", "date", "2026-03-05", "count", 5, "team", 1, "id",
                     "0190b6f0-0000-7000-8000-000000000002", "title", "Contest", "level", "school", "date",
                     "count", 123, "team", 0, "next", "abc");
}

static json_t *one(void)
{
    return json_pack("{s:s, s:s, s:s, s:f, s:b, s:[s,s], s:{s:i, s:s}, s:[{s:s, s:i}]}", "title",
                     "Grand\nsecond line", "date", "2026-03-05", "changed", "2026-03-05T10:11:12.345Z",
                     "score", 1.5, "team", 1, "tags", "a", "b", "inner", "count", 2, "level", "school",
                     "rows", "outcome", "new", "count", 7);
}

static int fail(const json_t *in, struct lt_error *err)
{
    int status = -(int)number(in, "status", 1);
    const char *field = lt_json_str(in, "field");
    int rc = field ? lt_fail_field(err, status, field, "field.required", "field", field, (char *)NULL)
                   : lt_fail(err, status, "system.io", "doing", "read", "path", "/x", "reason", "tea",
                             (char *)NULL);
    if (lt_json_bool(in, "rows", false))
        lt_error_details(
            err, json_pack("[{s:i, s:s}, {s:i, s:s}]", "row", 4, "why", "first", "row", 15, "why", "second"));
    return rc;
}

struct source {
    long long size, break_at;
};

static ssize_t source_read(void *ctx, void *buf, size_t len, uint64_t off, struct lt_error *err)
{
    struct source *s = ctx;
    if (s->break_at >= 0 && off >= (uint64_t)s->break_at)
        return lt_fail(err, LT_SYSTEM, "system.memory", (char *)NULL);
    long long left = s->size - (long long)off;
    if (left <= 0) return 0;
    size_t n = left < (long long)len ? (size_t)left : len;
    for (size_t i = 0; i < n; i++)
        ((char *)buf)[i] = (char)('a' + (off + i) % 26);
    return (ssize_t)n;
}

static int get(const json_t *in, struct uc_stream *out, struct lt_error *err)
{
    struct source *s = lt_calloc(1, sizeof *s);
    if (!s) return lt_fail_memory(err);
    s->size = number(in, "size", 0);
    s->break_at = number(in, "break_at", -1);
    *out = (struct uc_stream){.size = lt_json_bool(in, "unknown", false) ? -1 : s->size,
                              .ctx = s,
                              .read = source_read,
                              .close = free};
    lt_print(out->content_type, sizeof out->content_type, "%s",
             lt_json_bool(in, "text", false) ? "text/plain" : "application/octet-stream");
    lt_print(out->file_name, sizeof out->file_name, "letters.bin");
    return 0;
}

static int slept(const json_t *in, json_t **out)
{
    long long ms = number(in, "ms", 0);
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
    const char *mark = lt_json_str(in, "mark");
    if (mark) { /* proof on disk that the use case came to its end */
        int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) close(fd);
    }
    *out = json_pack("{s:I}", "slept", (json_int_t)ms);
    return 0;
}

/* --- the table --- */

static const struct uc_row rows[] = {
    {.noun = "thing",
     .verb = "add",
     .method = "POST",
     .tail = "",
     .flags = UC_WRITE | UC_REVISION,
     .fields = add_fields},
    {.noun = "thing",
     .verb = "enter",
     .method = "POST",
     .tail = "/enter",
     .flags = UC_WRITE,
     .fields = enter_fields},
    {.noun = "thing", .verb = "many", .method = "POST", .tail = "/many", .fields = many_fields},
    {.noun = "thing",
     .verb = "list",
     .method = "GET",
     .tail = "",
     .reply = UC_LIST,
     .columns = "id title level date count team"},
    {.noun = "thing", .verb = "show", .method = "GET", .tail = "/{id}"},
    {.noun = "thing",
     .verb = "get",
     .method = "GET",
     .tail = "/bytes",
     .reply = UC_BYTES,
     .fields = get_fields},
    {.noun = "thing", .verb = "sleep", .method = "POST", .tail = "/sleep", .fields = sleep_fields},
    {.noun = "thing", .verb = "none", .method = "POST", .tail = "/none", .reply = UC_NONE},
    {.noun = "thing", .verb = "empty", .method = "GET", .tail = "/empty", .reply = UC_LIST},
    {.noun = "thing", .verb = "fail", .method = "POST", .tail = "/fail", .fields = fail_fields},
    {.noun = "thing", .verb = "whole", .method = "POST", .tail = "/whole", .flags = UC_EXCLUSIVE},
    {.noun = "thing",
     .verb = "init",
     .method = "POST",
     .tail = "/init",
     .flags = UC_NO_DATA,
     .fields = add_fields},
    {.noun = "thing", .verb = "hidden", .method = "POST", .tail = "/hidden", .doors = UC_HTTP},
};
static const struct uc_row part_rows[] = {
    {.noun = "part", .verb = "join", .method = "POST", .tail = ""},
};
static const struct uc_noun thing = {
    .word = "thing", .plural = "things", .rows = rows, .len = LT_COUNT(rows)};
static const struct uc_noun part = {
    .word = "part", .plural = "parts", .rows = part_rows, .len = LT_COUNT(part_rows)};
static const struct uc_noun *const nouns[] = {&thing, &part};

const struct uc_noun *const *uc_nouns(size_t *n)
{
    *n = LT_COUNT(nouns);
    return nouns;
}

const struct uc_row *uc_find(const char *noun, const char *verb)
{
    for (size_t i = 0; i < LT_COUNT(nouns); i++) {
        for (size_t k = 0; strcmp(nouns[i]->word, noun) == 0 && k < nouns[i]->len; k++) {
            if (strcmp(nouns[i]->rows[k].verb, verb) == 0) return &nouns[i]->rows[k];
        }
    }
    return NULL;
}

const struct uc_noun *uc_noun_of(const struct uc_row *row)
{
    return strcmp(row->noun, "part") == 0 ? &part : &thing;
}

const char *uc_field_label(enum lt_lang lang, const char *noun, const char *name)
{
    (void)noun;
    if (strcmp(name, "birth_date") == 0) return lang == LT_RU ? "Дата рождения" : "Date of birth";
    if (strcmp(name, "title") == 0) return lang == LT_RU ? "Название" : "Title";
    return name;
}

/* --- the application: nothing but the lock of the folder --- */

static int take_lock(const struct lt_app_config *config, struct lt_app *app, struct lt_error *err)
{
    char path[4096];
    lt_print(path, sizeof path, "%s/lock", config->dir);
    app->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (app->lock < 0) return lt_fail_errno(err, "open", path);
    for (int waited = 0; flock(app->lock, LOCK_EX | LOCK_NB); waited += 10) {
        if (errno != EWOULDBLOCK) return lt_fail_errno(err, "lock", path);
        if (waited >= config->lock_wait_ms) return lt_fail(err, LT_CONFLICT, "vault.locked", (char *)NULL);
        nanosleep(&(struct timespec){.tv_nsec = 10000000L}, NULL);
    }
    return 0;
}

int lt_app_open(const struct lt_app_config *config, struct lt_app **out, struct lt_error *err)
{
    struct lt_app *app = lt_calloc(1, sizeof *app);
    if (!app) return lt_fail_memory(err);
    app->lock = -1;
    int rc = config->offline ? 0 : take_lock(config, app, err);
    if (rc)
        lt_app_close(app);
    else
        *out = app;
    return rc;
}

void lt_app_close(struct lt_app *app)
{
    if (!app) return;
    if (app->lock >= 0) close(app->lock);
    free(app);
}

int lt_app_jobs_start(struct lt_app *app, unsigned threads, struct lt_error *err)
{
    (void)app, (void)threads, (void)err;
    return 0;
}

void lt_app_jobs_stop(struct lt_app *app)
{
    (void)app;
}

void lt_app_log(struct lt_app *app, struct lt_log_ring *ring)
{
    (void)app, (void)ring;
}

void lt_app_ports(struct lt_app *app, const struct uc_ports *ports)
{
    (void)app, (void)ports;
}

int uc_dispatch(struct lt_app *app, const struct uc_request *r, struct uc_answer *out, struct lt_error *err)
{
    (void)app;
    *out = (struct uc_answer){.row = uc_find(r->noun, r->verb)};
    if (!out->row) return lt_fail(err, LT_USAGE, "usecase.unknown", (char *)NULL);
    if (strcmp(r->verb, "fail") == 0) return fail(r->values, err);
    if (strcmp(r->verb, "get") == 0) return get(r->values, &out->stream, err);
    if (strcmp(r->verb, "sleep") == 0) return slept(r->values, &out->body);
    if (strcmp(r->verb, "none") == 0) return 0;
    out->body = strcmp(r->verb, "list") == 0    ? items()
                : strcmp(r->verb, "empty") == 0 ? json_pack("{s:[]}", "items")
                : strcmp(r->verb, "show") == 0  ? one()
                                                : echo(r);
    return out->body ? 0 : lt_fail_memory(err);
}

void uc_answer_clear(struct uc_answer *a)
{
    json_decref(a->body);
    if (a->stream.close) a->stream.close(a->stream.ctx);
    *a = (struct uc_answer){.row = a->row};
}

int lt_app_hourly(struct lt_app *app, const char *local_user, struct lt_error *err)
{
    (void)app, (void)local_user, (void)err;
    return 0;
}

const char *uc_value_set(const struct uc_row *row, const char *key)
{
    for (const struct uc_field *f = row ? row->fields : NULL; f && f->name; f++) {
        if (f->values && strcmp(f->name, key) == 0) return f->values;
    }
    const struct uc_noun *noun = row ? uc_noun_of(row) : NULL;
    for (size_t i = 0; noun && i < noun->len; i++) {
        for (const struct uc_field *f = noun->rows[i].fields; f && f->name; f++) {
            if (f->values && strcmp(f->name, key) == 0) return f->values;
        }
    }
    return key;
}
