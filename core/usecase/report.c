/* report: figures of the school year, and a sample for oversight. Numbers of records, never of pupils against each other. */
#include "usecase/call.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/year.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WEEK_MS = 7 * 24 * 3600 * 1000, SAMPLE_DEFAULT = 20, SAMPLE_DAYS = 60 };

/* --- the school's year --- */

static const char *const sides[] = {"level", "section", "activity", "result", "class_name"};

static int year_of(struct uc_call *call, const json_t *in)
{
    struct model_year_rule rule = uc_year_rule(call);
    return (int)lt_json_int(in, "year", model_year_of(call->today, &rule));
}

/* Two rows of one value, of the year and of the one before, become {value, count, before}. */
static json_t *beside(const json_t *tally, int year)
{
    json_t *out = json_array();
    for (int turn = 0; turn < 2; turn++) {
        size_t i;
        const json_t *row;
        json_array_foreach(tally, i, row) {
            const char *value = lt_json_str_or(row, "value", "");
            json_int_t count = lt_json_int(row, "count", 0);
            bool now = lt_json_int(row, "year", 0) == year;
            if (now != (turn == 0)) continue;
            json_t *item = NULL;
            for (size_t k = 0; !now && k < json_array_size(out); k++) {
                if (strcmp(lt_json_str_or(json_array_get(out, k), "value", ""), value) == 0) item = json_array_get(out, k);
            }
            if (item) lt_json_put_int(item, "before", count);
            else json_array_append_new(out, json_pack("{s:s, s:I, s:I}", "value", value, "count", now ? count : 0, "before", now ? 0 : count));
        }
    }
    return out;
}

static int put_sides(struct uc_call *call, const json_t *params, int year, json_t *out, struct lt_error *err)
{
    int rc = 0;
    json_int_t count = 0, before = 0;
    for (size_t i = 0; !rc && i < sizeof sides / sizeof sides[0]; i++) {
        json_t *tally = NULL;
        rc = index_tally(call->app->index, params, sides[i], &tally, err);
        if (rc) break;
        json_t *rows = beside(tally, year);
        json_decref(tally);
        for (size_t k = 0; i == 0 && k < json_array_size(rows); k++) {
            count += lt_json_int(json_array_get(rows, k), "count", 0);
            before += lt_json_int(json_array_get(rows, k), "before", 0);
        }
        rc = lt_json_put(out, strcmp(sides[i], "class_name") == 0 ? "class" : sides[i], rows) ? lt_fail_memory(err) : 0;
    }
    if (!rc && (lt_json_put_int(out, "count", count) || lt_json_put_int(out, "before", before))) rc = lt_fail_memory(err);
    return rc;
}

/* Who checks the entries of a class: class teachers and substitutes of the day. */
static int put_teachers(struct uc_call *call, json_t *item, const char *klass, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *roles = NULL, *names = json_array();
    int rc = names ? uc_all(call, "roles",
                            json_pack("{s:s, s:[s,s], s:s}", "class", klass, "role", "class_teacher", "substitute", "today",
                                      lt_date_format(call->today, today)),
                            &roles, err)
                   : lt_fail_memory(err);
    size_t i;
    const json_t *r;
    json_array_foreach(roles, i, r) {
        if (json_array_append(names, json_object_get(r, "person_name"))) rc = lt_fail_memory(err);
    }
    json_decref(roles);
    if (rc) return json_decref(names), rc;
    return lt_json_put(item, "teachers", names) ? lt_fail_memory(err) : 0;
}

static json_t *class_row(json_t *rows, const json_t *entry)
{
    const char *klass = lt_json_str_or(entry, "pupil_class", "");
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) {
        if (strcmp(lt_json_str_or(row, "class", ""), klass) == 0) return row;
    }
    row = json_pack("{s:s, s:s, s:i, s:i, s:s}", "class", klass, "class_name", lt_json_str_or(entry, "pupil_class_name", ""), "count", 0, "over_week",
                    0, "since", lt_json_str_or(entry, "changed", ""));
    return json_array_append_new(rows, row) ? NULL : row;
}

/* What waits to be checked, class by class, the longest waiting first. */
static int put_waiting(struct uc_call *call, const json_t *scoped, json_t *out, struct lt_error *err)
{
    json_t *queue = NULL, *params = json_object(), *rows = json_array();
    char week[LT_INSTANT_SIZE];
    lt_instant_format(call->now - WEEK_MS, week);
    lt_json_copy_key(params, scoped, "scope");
    lt_json_copy_key(params, scoped, "today");
    int rc = params && rows ? uc_all(call, "queue", params, &queue, err) : lt_fail_memory(err);
    size_t i;
    json_t *e;
    json_array_foreach(queue, i, e) {
        json_t *row = rc ? NULL : class_row(rows, e);
        if (!row) continue;
        lt_json_put_int(row, "count", lt_json_int(row, "count", 0) + 1);
        if (strcmp(lt_json_str_or(e, "changed", ""), week) < 0) lt_json_put_int(row, "over_week", lt_json_int(row, "over_week", 0) + 1);
    }
    json_array_foreach(rows, i, e) {
        const char *klass = lt_json_str_or(e, "class", "");
        if (!rc && *klass) rc = put_teachers(call, e, klass, err);
    }
    if (!rc) rc = lt_json_put(out, "waiting", json_incref(rows)) ? lt_fail_memory(err) : 0;
    json_decref(queue);
    json_decref(rows);
    return rc;
}

static int put_disputes(struct uc_call *call, const json_t *scoped, json_t *out, struct lt_error *err)
{
    int open = 0, late = 0;
    char today[LT_DATE_SIZE];
    json_t *params = json_pack("{s:b}", "open", 1);
    lt_json_copy_key(params, scoped, "scope");
    lt_json_copy_key(params, scoped, "today");
    int rc = params ? index_count(call->app->index, "disputes", params, 1000, &open, err) : lt_fail_memory(err);
    if (!rc && lt_json_put_str(params, "due_before", lt_date_format(call->today, today))) rc = lt_fail_memory(err);
    if (!rc) rc = index_count(call->app->index, "disputes", params, 1000, &late, err);
    json_decref(params);
    if (rc) return rc;
    return lt_json_put(out, "disputes", json_pack("{s:i, s:i}", "open", open, "late", late)) ? lt_fail_memory(err) : 0;
}

static int run_school(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    int year = year_of(call, in);
    json_t *params = json_pack("{s:b, s:[i,i]}", "verified_only", 1, "school_year", year, year - 1);
    json_t *answer = json_pack("{s:i}", "year", year);
    int rc = params && answer ? uc_scope(call, "report.school", params, err) : lt_fail_memory(err);
    if (!rc) rc = put_sides(call, params, year, answer, err);
    if (!rc) rc = put_waiting(call, params, answer, err);
    if (!rc) rc = put_disputes(call, params, answer, err);
    json_decref(params);
    if (rc) json_decref(answer);
    else *out = answer;
    return rc;
}

/* --- a sample for oversight --- */

struct drawn {
    uint64_t lot;
    const char *entry;
};

static int by_lot(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;
    return x->lot < y->lot ? -1 : x->lot > y->lot;
}

/* The lot of an entry hangs on the day of the drawing and on the school: the same all day for everybody, and nobody who verifies knows it before. */
static uint64_t lot_of(const struct uc_call *call, const char *day, const char *entry)
{
    unsigned char out[16];
    struct lt_buf text = LT_BUF_INIT(512);
    lt_buf_addf(&text, "%s %s %s", call->app->installation, day, entry);
    crypto_generichash(out, sizeof out, (const unsigned char *)text.data, text.failed ? 0 : text.len, NULL, 0);
    lt_buf_free(&text);
    uint64_t lot;
    memcpy(&lot, out, sizeof lot);
    return lot;
}

/* Ids of the drawn ones. */
static json_t *draw(struct uc_call *call, const json_t *verifications, const char *day, size_t n)
{
    size_t all = json_array_size(verifications), i;
    struct drawn *lots = calloc(all ? all : 1, sizeof *lots);
    json_t *ids = lots ? json_array() : NULL;
    const json_t *v;
    size_t k = 0;
    json_array_foreach(verifications, i, v) {
        const char *entry = lt_json_str_or(v, "entry", "");
        /* nobody oversees what he verified himself */
        if (ids && strcmp(lt_json_str_or(v, "by", ""), call->actor.id) != 0) lots[k++] = (struct drawn){lot_of(call, day, entry), entry};
    }
    if (ids) qsort(lots, k, sizeof *lots, by_lot);
    for (i = 0; ids && i < k && i < n; i++) json_array_append_new(ids, json_string(lots[i].entry));
    free(lots);
    return ids;
}

/* The first n of the drawn ones that may be seen, in the order of their lots. */
static json_t *first_seen(const json_t *ids, const json_t *items, size_t n)
{
    json_t *out = json_array();
    size_t i, k;
    const json_t *id;
    json_t *item;
    json_array_foreach(ids, i, id) {
        json_array_foreach(items, k, item) {
            if (json_array_size(out) < n && json_equal(id, json_object_get(item, "id"))) json_array_append(out, item);
        }
    }
    return out;
}

static int put_who(json_t *items, const json_t *verifications)
{
    size_t i, k;
    json_t *item;
    const json_t *v;
    json_array_foreach(items, i, item) {
        json_array_foreach(verifications, k, v) {
            if (strcmp(lt_json_str_or(v, "entry", ""), lt_json_str_or(item, "id", "")) != 0) continue;
            lt_json_copy_key(item, v, "act");
            if (lt_json_put_str(item, "verified_by", lt_json_str(v, "by")) || lt_json_put_str(item, "verified_at", lt_json_str(v, "at"))) return -1;
            break;
        }
    }
    return 0;
}

static int run_sample(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char day[LT_DATE_SIZE], from[LT_DATE_SIZE];
    lt_date_format(call->today, day);
    const char *since = lt_json_str_or(in, "from", lt_date_format(lt_date_add_days(call->today, -SAMPLE_DAYS), from));
    size_t wanted = (size_t)lt_json_int(in, "count", SAMPLE_DEFAULT);
    /* verifications know pupils alone; the entries themselves pass the scope of this right */
    json_t *acts = json_pack("{s:s}", "from", since), *shown = json_pack("{s:b}", "verified_only", 1);
    json_t *verifications = NULL, *ids = NULL, *seen = NULL, *items = NULL;
    int rc = acts && shown ? uc_scope(call, "report.sample", shown, err) : lt_fail_memory(err);
    if (!rc) rc = uc_scope(call, "pupil.list", acts, err);
    if (!rc) rc = uc_all(call, "verifications", json_incref(acts), &verifications, err);
    /* more than wanted: of those hidden or disputed meanwhile nothing is shown */
    if (!rc && (!(ids = draw(call, verifications, day, 2 * wanted + SAMPLE_DEFAULT)) || lt_json_put(shown, "ids", json_incref(ids))))
        rc = lt_fail_memory(err);
    if (!rc) rc = uc_all(call, "entries", json_incref(shown), &seen, err);
    if (!rc && (!(items = first_seen(ids, seen, wanted)) || put_who(items, verifications))) rc = lt_fail_memory(err);
    if (!rc) {
        uc_saw_items(call, items, "pupil");
        *out = json_pack("{s:O, s:n}", "items", items, "next");
        if (!*out) rc = lt_fail_memory(err);
    }
    json_decref(acts);
    json_decref(shown);
    json_decref(items);
    json_decref(seen);
    json_decref(ids);
    json_decref(verifications);
    return rc;
}

static const struct uc_field school_fields[] = {{"year", UC_INT, 0, 2000, 2100, NULL}, {0}};
static const struct uc_field sample_fields[] = {{"count", UC_INT, 0, 1, 100, NULL}, {"from", UC_DATE, 0, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "report", .verb = "school", .method = "GET", .tail = "/school", .reply = UC_ONE, .right = "report.school", .target = UC_T_LIST,
     .gives = "report", .fields = school_fields, .run = run_school},
    {.noun = "report", .verb = "sample", .method = "GET", .tail = "/sample", .reply = UC_LIST, .right = "report.sample", .target = UC_T_LIST,
     .gives = "sample_row", .fields = sample_fields, .columns = "id pupil_name pupil_class_name title verified_by verified_at act", .run = run_sample},
};

const struct uc_noun uc_noun_report = UC_NOUN("report", "reports", NULL, rows);
