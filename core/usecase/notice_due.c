/* Notices that fall due by themselves: birthdays, answers that are late, records the school brought in by import and event. Each is derived from
 * the documents and made again it is the same one, so nothing is lost with a server that was off. */
#include "usecase/notice.h"
#include "usecase/backup.h"
#include "usecase/family.h"

#include "base/json.h"
#include "base/text.h"
#include "model/year.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_BACK_DAYS = 31, RECENT_MS = 2 * 86400000, KEEP_DAYS = 365 };
#define DAY_MS INT64_C(86400000)

/* Noon of the day at the school, so that the notice has the same id whenever it is made. */
static int64_t noon_of(const struct uc_call *call, struct lt_date d)
{
    return (int64_t)lt_date_days(d) * DAY_MS + DAY_MS / 2 - (int64_t)call->app->clock.offset_minutes * 60000;
}

/* --- birthdays --- */

/* Birth dates whose `years`-th birthday lies in the last days; 29 February is kept on 1 March. */
static json_t *births(struct lt_date today, int years)
{
    json_t *list = json_array();
    char text[LT_DATE_SIZE];
    for (int back = 0; list && back < LOOK_BACK_DAYS; back++) {
        struct lt_date d = lt_date_add_days(today, -back);
        d.year -= years;
        if (lt_date_valid(d)) json_array_append_new(list, json_string(lt_date_format(d, text)));
        struct lt_date leap = {d.year, 2, 29};
        if (d.month == 3 && d.day == 1 && lt_date_valid(leap)) json_array_append_new(list, json_string(lt_date_format(leap, text)));
    }
    return list;
}

static bool has_active(const json_t *consents, struct lt_date on)
{
    size_t i;
    const json_t *c;
    json_array_foreach(consents, i, c) {
        if (strcmp(lt_json_str_or(c, "state", ""), "active") == 0 && lt_date_in(on, lt_json_str(c, "from"), lt_json_str(c, "to"))) return true;
    }
    return false;
}

static int tell_birthday(struct uc_call *call, const char *pupil, int years, struct lt_error *err)
{
    json_t *card = NULL, *consents = NULL;
    struct lt_date birth;
    struct notice n = {.kind = years == 14 ? "consent_14" : "consent_18", .pupil = pupil, .once = "birthday"};
    int rc = uc_doc(call, "pupil", pupil, &card, err);
    if (!rc) rc = family_consents(call, pupil, &consents, err);
    if (!rc && lt_date_parse(lt_json_str_or(card, "birth", ""), &birth) && has_active(consents, call->today)) {
        n.at = noon_of(call, model_birthday(birth, years));
        rc = notice_family(call, card, true, years == 14 ? MODEL_GUARDIAN_CONSENT : 0, &n, err);
    }
    json_decref(card);
    json_decref(consents);
    return rc;
}

static int birthdays(struct uc_call *call, int years, struct lt_error *err)
{
    json_t *rows = NULL, *days = births(call->today, years);
    size_t i;
    const json_t *row;
    int rc = uc_all(call, "pupils", json_pack("{s:s, s:o}", "state", "active", "birth", days), &rows, err);
    json_array_foreach(rows, i, row) {
        if (!rc) rc = tell_birthday(call, lt_json_str_or(row, "id", ""), years, err);
    }
    json_decref(rows);
    return rc;
}

/* --- objections without an answer --- */

static int overdue(struct uc_call *call, struct lt_error *err)
{
    json_t *rows = NULL;
    char today[LT_DATE_SIZE];
    size_t i;
    const json_t *row;
    int rc = uc_all(call, "disputes", json_pack("{s:b, s:s}", "open", 1, "due_before", lt_date_format(call->today, today)), &rows, err);
    json_array_foreach(rows, i, row) {
        json_t *classes = NULL;
        struct lt_error miss = {0};
        struct lt_date due;
        const char *pupil = lt_json_str_or(row, "pupil", "");
        if (rc || !lt_date_parse(lt_json_str_or(row, "due", ""), &due)) continue;
        if (index_get(call->app->index, "classes", pupil, &classes, NULL, &miss)) lt_error_clear(&miss);
        struct notice n = {.kind = "dispute_overdue", .pupil = pupil, .entry = lt_json_str(row, "entry"), .once = lt_json_str_or(row, "at", "x"),
                           .at = noon_of(call, lt_date_add_days(due, 1))};
        rc = notice_deputies(call, classes, &n, err);
        if (!rc) rc = notice_class(call, classes, &n, err);
        json_decref(classes);
    }
    json_decref(rows);
    return rc;
}

/* --- what the school brought in --- */

static int tell_added(struct uc_call *call, const char *pupil, const char *source, int64_t count, int64_t at, struct lt_error *err)
{
    json_t *card = NULL;
    struct notice n = {.kind = "entries_added", .pupil = pupil, .object = source, .count = count, .at = at, .once = "added"};
    int rc = uc_doc(call, "pupil", pupil, &card, err);
    if (!rc) rc = notice_family(call, card, true, MODEL_GUARDIAN_SEE, &n, err);
    json_decref(card);
    if (!rc && json_array_size(call->notices) > 1000) rc = notice_store(call, err);
    return rc;
}

/* How many records each pupil got, page by page: a batch may hold more than a list. */
static int count_added(struct uc_call *call, const char *key, const char *source, json_t *counts, struct lt_error *err)
{
    enum { PAGE = 1000 };
    json_t *params = json_pack("{s:s}", key, source);
    char *cursor = NULL;
    int rc = params && counts ? 0 : lt_fail_memory(err);
    do {
        json_t *page = NULL, *row;
        char *next = NULL;
        size_t i;
        if (!rc) rc = index_list(call->app->index, "entries", params, PAGE, cursor, &page, &next, err);
        json_array_foreach(page, i, row) {
            const char *p = lt_json_str_or(row, "pupil", "");
            lt_json_put_int(counts, p, lt_json_int(counts, p, 0) + 1);
        }
        free(cursor);
        cursor = next;
        json_decref(page);
    } while (!rc && cursor);
    free(cursor);
    json_decref(params);
    return rc;
}

/* The same of a batch applied a moment ago: its own record says it without asking for each entry. */
static int count_imported(struct uc_call *call, const char *batch, json_t *counts, int64_t *at, struct lt_error *err)
{
    json_t *doc = NULL;
    size_t i;
    const json_t *c;
    int rc = index_get(call->app->index, "import", batch, &doc, NULL, err);
    *at = call->now;
    lt_instant_parse(lt_json_str_or(lt_json_object(doc, "created"), "at", ""), at);
    json_array_foreach(lt_json_array(doc, "changes"), i, c) {
        const char *p = lt_json_str_or(c, "repo", "");
        if (strcmp(lt_json_str_or(c, "what", ""), "new") != 0 || !lt_ends(lt_json_str_or(c, "path", ""), "/entry.json")) continue;
        if (lt_json_put_int(counts, p, lt_json_int(counts, p, 0) + 1)) rc = lt_fail_memory(err);
    }
    json_decref(doc);
    return rc;
}

static int tell_all_added(struct uc_call *call, json_t *counts, const char *source, int64_t at, struct lt_error *err)
{
    const char *pupil;
    json_t *count;
    int rc = 0;
    json_object_foreach(counts, pupil, count) {
        if (!rc) rc = tell_added(call, pupil, source, json_integer_value(count), at, err);
    }
    return rc;
}

static int applied_now(struct uc_call *call, struct lt_error *err)
{
    json_t *counts = json_object();
    int64_t at = 0;
    int rc = counts ? count_imported(call, call->imported, counts, &at, err) : lt_fail_memory(err);
    if (!rc) rc = tell_all_added(call, counts, call->imported, at, err);
    json_decref(counts);
    return rc;
}

/* Families whose portfolios got records from this batch or event. key: batch or event. */
static int added_by(struct uc_call *call, const char *key, const char *source, int64_t at, struct lt_error *err)
{
    json_t *counts = json_object();
    int rc = count_added(call, key, source, counts, err);
    if (!rc) rc = tell_all_added(call, counts, source, at, err);
    json_decref(counts);
    return rc;
}

static int recent_imports(struct uc_call *call, struct lt_error *err)
{
    json_t *rows = NULL;
    size_t i;
    const json_t *row;
    int64_t at;
    int rc = uc_all(call, "imports", json_pack("{s:s}", "state", "applied"), &rows, err);
    json_array_foreach(rows, i, row) {
        if (rc || !lt_instant_parse(lt_json_str_or(row, "at", ""), &at) || at < call->now - RECENT_MS) continue;
        rc = added_by(call, "batch", lt_json_str_or(row, "id", ""), at, err);
    }
    json_decref(rows);
    return rc;
}

/* When an event was closed stands in its document alone. */
static int recent_event(struct uc_call *call, const char *id, struct lt_error *err)
{
    json_t *doc = NULL;
    int64_t at = 0;
    int rc = uc_doc(call, "event", id, &doc, err);
    bool closed = !rc && strcmp(lt_json_str_or(doc, "state", ""), "closed") == 0 &&
                  lt_instant_parse(lt_json_str_or(lt_json_object(doc, "changed"), "at", ""), &at);
    if (closed && at >= call->now - RECENT_MS) rc = added_by(call, "event", id, at, err);
    json_decref(doc);
    return rc;
}

static int recent_events(struct uc_call *call, struct lt_error *err)
{
    json_t *rows = NULL;
    size_t i;
    const json_t *row;
    int rc = uc_all(call, "events", json_pack("{s:s, s:[i, i]}", "state", "closed", "year", call->today.year - 1, call->today.year), &rows, err);
    json_array_foreach(rows, i, row) {
        if (!rc) rc = recent_event(call, lt_json_str_or(row, "id", ""), err);
    }
    json_decref(rows);
    return rc;
}

/* --- all together --- */

int notice_run_due(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    int rc = birthdays(call, 14, err);
    if (!rc) rc = birthdays(call, 18, err);
    if (!rc) rc = overdue(call, err);
    if (!rc) rc = backup_due(call, err);
    if (!rc) rc = recent_imports(call, err);
    if (!rc) rc = recent_events(call, err);
    size_t n = json_array_size(call->notices);
    if (!rc) rc = notice_store(call, err);
    if (!rc) rc = sysdb_notice_purge(call->app->sys, call->now - KEEP_DAYS * DAY_MS, err);
    if (!rc) *out = json_pack("{s:I}", "notices", (json_int_t)n);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

void notice_after(struct uc_call *call)
{
    bool import = *call->imported;
    bool event = strcmp(call->row->noun, "event") == 0 && strcmp(call->row->verb, "close") == 0;
    if (!import && !event) return;
    struct lt_error ignored = {0};
    json_t *kept = call->notices;
    call->notices = NULL;
    int rc = import ? applied_now(call, &ignored) : recent_event(call, lt_json_str_or(call->in, "id", ""), &ignored);
    if (!rc) notice_store(call, &ignored);
    json_decref(call->notices);
    call->notices = kept;
    lt_error_clear(&ignored);
}

int notice_due_app(struct lt_app *app, const char *local_user, struct lt_error *err)
{
    json_t *none = json_object();
    struct uc_request request = {.noun = "notice", .verb = "due", .values = none, .door = UC_CLI, .local_user = local_user};
    struct uc_answer answer;
    int rc = uc_dispatch(app, &request, &answer, err);
    uc_answer_clear(&answer);
    json_decref(none);
    return rc;
}
