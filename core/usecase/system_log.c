/* system: what is wrong with the installation, and the newest lines of its log. Neither holds names or content: log lines carry ids only. */
#include "usecase/system.h"

#include "base/json.h"
#include "base/logring.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/backup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { LEVELS = 4, LINE_PARTS = 3 };

/* --- lines --- */

static const char *const levels[LEVELS] = {"error", "warn", "info", "debug"};

/* "2026-03-05T10:11:12.345Z level component text": the first three parts, and the text behind them. False when it is no such line. */
static bool split(const char *line, char parts[LINE_PARTS][40], const char **text)
{
    for (int i = 0; i < LINE_PARTS; i++) {
        size_t n = strcspn(line, " ");
        if (!line[n] || n >= 40) return false;
        memcpy(parts[i], line, n);
        parts[i][n] = 0;
        line += n + 1;
    }
    *text = line;
    return true;
}

static int rank(const char *level)
{
    for (int i = 0; i < LEVELS; i++) {
        if (strcmp(levels[i], level) == 0) return i;
    }
    return LEVELS;
}

struct reading {
    int most;           /* rank of the least urgent level wanted */
    const char *needle; /* "" for any */
    size_t limit;
    uint64_t last;      /* number of the last line taken */
    bool more;
    json_t *items;
};

static int take(void *ctx, uint64_t number, const char *line)
{
    struct reading *r = ctx;
    char parts[LINE_PARTS][40];
    const char *text;
    if (!split(line, parts, &text) || rank(parts[1]) > r->most || (*r->needle && !strstr(line, r->needle))) return 0;
    if (json_array_size(r->items) == r->limit) return r->more = true, 1;
    r->last = number;
    return json_array_append_new(r->items, json_pack("{s:s, s:s, s:s, s:s}", "at", parts[0], "level", parts[1], "component", parts[2], "text", text)) ? -1 : 0;
}

int system_run_log(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *cursor = lt_json_str(in, "cursor");
    char *end = NULL, next[24];
    uint64_t before = cursor ? strtoull(cursor, &end, 10) : 0;
    if (!call->app->log) return lt_fail(err, LT_REFUSED, "system.no_log", (char *)NULL);
    if (cursor && (*end || end == cursor || !before)) return lt_fail_field(err, LT_USAGE, "cursor", "cursor.malformed", (char *)NULL);
    struct reading r = {.most = rank(lt_json_str_or(in, "level", "info")), .needle = lt_json_str_or(in, "query", ""),
                        .limit = (size_t)lt_json_int(in, "limit", 50), .items = json_array()};
    if (!r.items || lt_log_ring_each(call->app->log, before, take, &r) < 0) return json_decref(r.items), lt_fail_memory(err);
    lt_print(next, sizeof next, "%llu", (unsigned long long)r.last);
    *out = json_pack("{s:o, s:s?}", "items", r.items, "next", r.more ? next : NULL);
    return *out ? 0 : lt_fail_memory(err);
}

/* --- what is wrong --- */

static int count_error(void *ctx, uint64_t number, const char *line)
{
    char parts[LINE_PARTS][40];
    const char *text;
    (void)number;
    *(int *)ctx += split(line, parts, &text) && rank(parts[1]) == 0;
    return 0;
}

static bool disk_is_full(const struct lt_app *app)
{
    struct statvfs fs;
    return statvfs(app->dir, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < SYSTEM_DISK_LEAST;
}

/* The word of the state of backups where it asks for something to be done; "" otherwise. */
static const char *backup_trouble(struct uc_call *call)
{
    json_t *state = NULL, *none = json_object();
    struct lt_error ignored = {0};
    const char *word = "";
    if (none && backup_run_status(call, none, &state, &ignored) == 0) {
        const char *s = lt_json_str_or(state, "state", "");
        word = strcmp(s, "damaged") == 0 ? "backup_damaged" : strcmp(s, "overdue") == 0 ? "backup_overdue" : strcmp(s, "none") == 0 ? "backup_none" : "";
    }
    lt_error_clear(&ignored);
    json_decref(state);
    json_decref(none);
    return word;
}

static int add(struct uc_call *call, json_t *list, const char *code)
{
    char text[64], mend[64];
    lt_print(text, sizeof text, "problem.%s", code);
    lt_print(mend, sizeof mend, "problem.%s.mend", code);
    return json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "code", code, "text", lt_msg(call->lang, text), "mend", lt_msg(call->lang, mend)));
}

int system_problems(struct uc_call *call, json_t **out, struct lt_error *err)
{
    int errors = 0;
    json_t *list = json_array();
    const char *backup = backup_trouble(call);
    if (call->app->log) lt_log_ring_each(call->app->log, 0, count_error, &errors);
    bool bad = !list || (disk_is_full(call->app) && add(call, list, "disk"));
    bad = bad || (atomic_load(&call->app->index_behind) && add(call, list, "index"));
    bad = bad || (*backup && add(call, list, backup));
    bad = bad || (errors && add(call, list, "errors"));
    if (bad) return json_decref(list), lt_fail_memory(err);
    *out = list;
    return 0;
}
