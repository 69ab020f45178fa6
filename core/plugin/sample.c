#include "plugin/sample.h"

#include "plugin/data.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/results.h"

#include <stdlib.h>
#include <string.h>

/* A table with everything a table of people has; the words are of no format. */
static const char *const table[][4] = {{"ФИО", "Класс", "Балл", "Статус"},
                                       {"Образцова Анна Ивановна", "9А", "42,5", "победитель"},
                                       {"Примеров Пётр Ильич", "10/1", "7", "участник"},
                                       {"", "", "", ""},
                                       {"Дата проведения:", "05.03.2026", "", ""}};

struct trial {
    const char *id;
    unsigned cap;
    bool recognise;
    size_t at, emitted;
    int kinds[RESULTS_SAID_KINDS]; /* of an importer: how many of each kind */
};

static int next_row(struct trial *t, struct lt_buf *out)
{
    struct letopis_cell cells[4];
    size_t n = 0;
    if (t->at == LT_COUNT(table)) return 0;
    for (uint32_t i = 0; i < 4; i++) {
        const char *text = table[t->at][i];
        if (*text) cells[n++] = (struct letopis_cell){.column = i + 1, .kind = LETOPIS_CELL_TEXT, .text = text, .len = strlen(text)};
    }
    static const char sheet[] = "Лист1";
    struct letopis_row row = {.struct_size = sizeof row, .row = (uint32_t)++t->at, .sheet = sheet, .sheet_len = sizeof sheet - 1, .cells = cells,
                              .cells_len = n, .cell_size = sizeof cells[0]};
    return plugin_put_row(out, &row) ? LT_SYSTEM : 1;
}

static const char *item_of(unsigned cap)
{
    switch (cap) {
    case PLUGIN_EVALUATOR:
        return "{\"pupil\":\"00000000-0000-7000-8000-000000000000\",\"sex\":\"f\",\"age\":14,\"results\":["
               "{\"kind\":\"run_60\",\"value\":10.2,\"unit\":\"s\",\"date\":\"2026-03-05\"},"
               "{\"kind\":\"unknown\",\"value\":\"9,11\",\"unit\":\"\",\"date\":\"2026-03-06\"}]}";
    case PLUGIN_WORKFLOW:
        return "{\"object\":\"award\",\"state\":\"nominated\",\"event\":\"agree\",\"facts\":{\"by_role\":\"deputy_head\"}}";
    default:
        return "{\"key\":\"0f3a0f3a0f3a0f3a0f3a0f3a0f3a0f3a\",\"name\":\"Образцова Анна\",\"class\":\"9А\",\"entries\":[{\"title\":\"Олимпиада\","
               "\"section\":\"study\",\"activity\":\"olympiad\",\"level\":\"municipal\",\"result\":\"winner\",\"date\":\"2026-03-05\","
               "\"year\":\"2025/26\",\"reviews\":[]}],\"reviews\":[]}";
    }
}

static int next(void *user, struct lt_buf *out, struct lt_error *err)
{
    struct trial *t = user;
    if (t->cap == PLUGIN_IMPORTER) return next_row(t, out);
    if (t->at++) return 0;
    const char *item = item_of(t->cap);
    return lt_buf_add(out, item, strlen(item)) ? lt_fail_memory(err) : 1;
}

/* What the program would pass over in silence is told here: the author looks for it otherwise in vain. */
static int judge_emitted(struct trial *t, const json_t *doc, struct lt_error *err)
{
    const char *place = "score";
    if (t->recognise && json_is_number(json_object_get(doc, "score"))) return 0;
    if (!t->recognise) {
        enum results_said kind = results_said(doc, &place);
        if (kind != RESULTS_SAID_NOTHING && !place) {
            t->kinds[kind]++;
            return 0;
        }
    }
    char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS), shown[240];
    lt_print(shown, sizeof shown, "%.*s", (int)lt_utf8_clip(text ? text : "", 200), text ? text : "");
    free(text);
    return lt_fail(err, LT_REFUSED, "plugin.emitted", "id", t->id, "place", place ? place : "", "text", shown, (char *)NULL);
}

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    struct trial *t = user;
    t->emitted++;
    return t->cap == PLUGIN_IMPORTER ? judge_emitted(t, doc, err) : 0;
}

static int file(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    struct trial *t = user;
    (void)name, (void)data, (void)len, (void)last, (void)err;
    t->emitted += first;
    return 0;
}

/* How many of what: of an importer asked for proposals. */
static int put_kinds(const struct trial *t, json_t *to)
{
    if (t->cap != PLUGIN_IMPORTER || t->recognise) return 0;
    return lt_json_put_int(to, "results", t->kinds[RESULTS_SAID_RESULT]) || lt_json_put_int(to, "sheets", t->kinds[RESULTS_SAID_SHEET]) ||
           lt_json_put_int(to, "skipped", t->kinds[RESULTS_SAID_SKIPPED]);
}

static int try_one(const struct sandbox_config *config, const char *id, unsigned cap, const json_t *args, const char *format, json_t *samples,
                   struct lt_error *err)
{
    struct trial t = {.id = id, .cap = cap, .recognise = strcmp(lt_json_str_or(args, "action", ""), "recognise") == 0};
    struct plugin_job job = {.config = config, .cap = cap, .id = id, .args = args, .next = next, .emit = emit,
                             .file = cap == PLUGIN_PUBLISHER ? file : NULL, .user = &t};
    struct lt_error why = {0};
    int rc = args ? plugin_run_job(&job, &why) : lt_fail_memory(&why);
    bool refused = rc && strcmp(why.code, "plugin.refused") == 0;
    if (rc && !refused) {
        *err = why;
        return rc;
    }
    json_t *one = json_pack("{s:s, s:s, s:i}", "capability", plugin_cap_id(cap), "state", refused ? "refused" : "done", "emitted", (int)t.emitted);
    rc = !one || lt_json_put_str(one, "format", format) || lt_json_put_str(one, "action", lt_json_str(args, "action")) || put_kinds(&t, one) || lt_json_put_str(one, "why", refused ? lt_error_param(&why, "why") : NULL) ||
                 json_array_append_new(samples, one)
             ? lt_fail_memory(err)
             : 0;
    lt_error_clear(&why);
    return rc;
}

/* As above, with the tables of the plugin in the job. */
static int try_with_data(struct lt_app *app, const struct sandbox_config *config, const char *id, unsigned cap, const json_t *args, const char *format,
                         json_t *samples, struct lt_error *err)
{
    json_t *whole = NULL;
    int rc = args ? plugin_job_with_data(app, config->modules_dir, id, args, &whole, err) : lt_fail_memory(err);
    if (!rc) rc = try_one(config, id, cap, whole, format, samples, err);
    json_decref(whole);
    return rc;
}

static int try_importer(struct lt_app *app, const struct sandbox_config *config, const char *id, const json_t *about, json_t *samples, struct lt_error *err)
{
    size_t i;
    const json_t *f;
    int rc = 0;
    json_array_foreach(lt_json_array(about, "formats"), i, f) {
        const char *name = lt_json_str_or(f, "name", "");
        for (int recognise = lt_json_bool(about, "recognises", false); !rc && recognise >= 0; recognise--) {
            json_t *args = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:{}, s:{}}", "action", recognise ? "recognise" : "propose", "format", name,
                                     "lang", "ru", "file_name", "sample.xlsx", "today", "2026-03-06", "year", 0, "mapping", "settings");
            rc = try_with_data(app, config, id, PLUGIN_IMPORTER, args, name, samples, err);
            json_decref(args);
        }
    }
    return rc;
}

static json_t *args_of(unsigned cap)
{
    if (cap != PLUGIN_PUBLISHER) return json_pack("{s:s, s:s, s:{}, s:{}}", "lang", "ru", "today", "2026-03-06", "rules", "settings");
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:{}}, s:{s:s, s:s}, s:{}}", "action", "publish", "lang", "ru", "channel", "id", "sample", "title", "sample",
                     "settings", "site", "school", "Школа", "short_name", "Школа", "words");
}

int plugin_try(struct lt_app *app, const struct sandbox_config *config, const char *id, json_t *about, struct lt_error *err)
{
    json_t *samples = json_array();
    const json_t *caps = lt_json_array(about, "capabilities");
    bool network = lt_json_bool(about, "network", false); /* reaching out is not for a look */
    int rc = samples ? 0 : lt_fail_memory(err);
    for (unsigned cap = 1; !rc && cap <= PLUGIN_PUBLISHER; cap <<= 1) {
        if (!lt_json_array_has(caps, plugin_cap_id(cap)) || (cap == PLUGIN_PUBLISHER && network)) continue;
        if (cap == PLUGIN_IMPORTER) {
            rc = try_importer(app, config, id, about, samples, err);
            continue;
        }
        json_t *args = args_of(cap);
        rc = cap == PLUGIN_EVALUATOR ? try_with_data(app, config, id, cap, args, NULL, samples, err)
                                     : try_one(config, id, cap, args, NULL, samples, err);
        json_decref(args);
    }
    if (!rc && json_object_set(about, "samples", samples)) rc = lt_fail_memory(err);
    json_decref(samples);
    return rc;
}
