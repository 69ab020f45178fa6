#include "plugin/sample.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* A table with everything a table of people has; the words are of no format. */
static const char *const table[][4] = {{"ФИО", "Класс", "Балл", "Статус"},
                                       {"Образцова Анна Ивановна", "9А", "42,5", "победитель"},
                                       {"Примеров Пётр Ильич", "10/1", "7", "участник"},
                                       {"", "", "", ""},
                                       {"Дата проведения:", "05.03.2026", "", ""}};

struct trial {
    unsigned cap;
    size_t at, emitted;
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

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    struct trial *t = user;
    (void)doc, (void)err;
    t->emitted++;
    return 0;
}

static int file(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    struct trial *t = user;
    (void)name, (void)data, (void)len, (void)last, (void)err;
    t->emitted += first;
    return 0;
}

static int try_one(const struct sandbox_config *config, const char *id, unsigned cap, const json_t *args, const char *format, json_t *samples,
                   struct lt_error *err)
{
    struct trial t = {.cap = cap};
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
    rc = !one || lt_json_put_str(one, "format", format) || lt_json_put_str(one, "why", refused ? lt_error_param(&why, "why") : NULL) ||
                 json_array_append_new(samples, one)
             ? lt_fail_memory(err)
             : 0;
    lt_error_clear(&why);
    return rc;
}

static int try_importer(const struct sandbox_config *config, const char *id, const json_t *about, json_t *samples, struct lt_error *err)
{
    size_t i;
    const json_t *f;
    int rc = 0;
    json_array_foreach(lt_json_array(about, "formats"), i, f) {
        const char *name = lt_json_str_or(f, "name", "");
        for (int recognise = lt_json_bool(about, "recognises", false); !rc && recognise >= 0; recognise--) {
            json_t *args = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:{}, s:{}}", "action", recognise ? "recognise" : "propose", "format", name,
                                     "lang", "ru", "file_name", "sample.xlsx", "today", "2026-03-06", "year", 0, "mapping", "settings");
            rc = try_one(config, id, PLUGIN_IMPORTER, args, name, samples, err);
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

int plugin_try(const struct sandbox_config *config, const char *id, json_t *about, struct lt_error *err)
{
    json_t *samples = json_array();
    const json_t *caps = lt_json_array(about, "capabilities");
    bool network = lt_json_bool(about, "network", false); /* reaching out is not for a look */
    int rc = samples ? 0 : lt_fail_memory(err);
    for (unsigned cap = 1; !rc && cap <= PLUGIN_PUBLISHER; cap <<= 1) {
        if (!lt_json_array_has(caps, plugin_cap_id(cap)) || (cap == PLUGIN_PUBLISHER && network)) continue;
        if (cap == PLUGIN_IMPORTER) {
            rc = try_importer(config, id, about, samples, err);
            continue;
        }
        json_t *args = args_of(cap);
        rc = try_one(config, id, cap, args, NULL, samples, err);
        json_decref(args);
    }
    if (!rc && json_object_set(about, "samples", samples)) rc = lt_fail_memory(err);
    json_decref(samples);
    return rc;
}
