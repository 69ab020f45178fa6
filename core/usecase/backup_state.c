/* The state of the backups in words, and what the schedule of the school's act asks for: a copy on each carrier after the end of each study period and
 * once a year by a date (settings backup.period_ends, backup.yearly), and never older than backup.days anywhere. */
#include "usecase/backup.h"
#include "usecase/notice.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CARRIERS_WANTED = 2 };

struct state {
    struct uc_call *call;
    struct lt_date due;     /* the last day of the schedule that has come */
    struct lt_date next;    /* the one that comes */
    struct lt_date made, checked; /* the newest copy of all carriers; the newest one that was verified without faults */
    char made_on[256], checked_on[256];
    int damaged, overdue, unchecked, carriers, old;
    bool code_given;
    json_t *rows;
};

/* --- the schedule --- */

static struct lt_date day_of(struct uc_call *call, const char *instant)
{
    int64_t ms = 0;
    return instant && lt_instant_parse(instant, &ms) ? lt_date_of_ms(ms, call->app->clock.offset_minutes) : (struct lt_date){0};
}

/* "01-25": its last coming up to today and its next one. */
static void look_at(struct state *s, const char *month_day)
{
    struct lt_date today = s->call->today;
    for (int year = today.year - 1; year <= today.year + 1; year++) {
        char text[LT_DATE_SIZE];
        struct lt_date d;
        if (!lt_print(text, sizeof text, "%04d-%.5s", year, month_day) || !lt_date_parse(text, &d)) continue;
        if (lt_date_cmp(d, today) <= 0 && (lt_date_none(s->due) || lt_date_cmp(d, s->due) > 0)) s->due = d;
        if (lt_date_cmp(d, today) > 0 && (lt_date_none(s->next) || lt_date_cmp(d, s->next) < 0)) s->next = d;
    }
}

static void read_schedule(struct state *s)
{
    char value[200];
    look_at(s, uc_setting(s->call, "backup.yearly", value, sizeof value));
    const char *days = uc_setting(s->call, "backup.period_ends", value, sizeof value);
    for (const char *d = days + strspn(days, " ,"); *d; d += strcspn(d, " ,"), d += strspn(d, " ,")) look_at(s, d);
}

/* --- words --- */

static int add_msg(json_t *to, const char *key, enum lt_lang lang, const char *id, const char *n, const char *date, const char *number)
{
    struct lt_buf text = LT_BUF_INIT(2000);
    int rc = lt_msg_add(&text, lang, id, "n", n, "date", date, "number", number, (char *)NULL) || lt_json_put_str(to, key, text.data);
    lt_buf_free(&text);
    return rc;
}

/* «сегодня», «вчера», «3 дня назад» */
static void ago(const struct state *s, struct lt_date day, struct lt_buf *out)
{
    int n = lt_date_days(s->call->today) - lt_date_days(day);
    lt_buf_reset(out);
    lt_msg_add(out, s->call->lang, n <= 0 ? "backup.ago.today" : n == 1 ? "backup.ago.yesterday" : "backup.ago.days", "n", LT_NUM(n), (char *)NULL);
}

/* "backup.made" with the day in words, or "backup.made.none". */
static int add_step(struct state *s, json_t *to, const char *key, const char *id, struct lt_date day, const char *number, bool good)
{
    struct lt_buf when = LT_BUF_INIT(200);
    json_t *step = json_object();
    char none[60], date[LT_DATE_SIZE];
    lt_print(none, sizeof none, "%s.none", id);
    ago(s, day, &when);
    int rc = !step || lt_json_put_bool(step, "good", good);
    if (!rc && !lt_date_none(day)) rc = lt_json_put_str(step, "day", lt_date_format(day, date));
    if (!rc) rc = add_msg(step, "text", s->call->lang, lt_date_none(day) ? none : id, "0", when.data ? when.data : "", number);
    lt_buf_free(&when);
    if (rc) return json_decref(step), -1;
    return lt_json_put(to, key, step);
}

/* --- carriers --- */

static void judge_copy(struct state *s, json_t *row, const json_t *carrier, const json_t *last)
{
    const json_t *v = lt_json_object(last, "verified");
    struct lt_date made = day_of(s->call, lt_json_str(last, "at")), added = day_of(s->call, lt_json_str(lt_json_object(carrier, "created"), "at"));
    const char *number = lt_json_str_or(carrier, "number", ""), *state = "good";
    bool faulty = v && lt_json_int(v, "faults", 0) > 0;
    bool late = !lt_date_none(s->due) && lt_date_cmp(added, s->due) <= 0 && (lt_date_none(made) || lt_date_cmp(made, s->due) < 0);
    if (!last) state = "empty";
    if (last && !v) state = "unchecked", s->unchecked++;
    if (late) state = "overdue", s->overdue++;
    if (faulty) state = "damaged", s->damaged++;
    if (!lt_date_none(made) && (lt_date_none(s->made) || lt_date_cmp(made, s->made) > 0)) {
        s->made = made;
        lt_print(s->made_on, sizeof s->made_on, "%s", number);
    }
    lt_json_put_str(row, "state", state);
}

/* The newest copy that was read back without faults, on any carrier. */
static void judge_checks(struct state *s, const json_t *carrier)
{
    size_t i;
    const json_t *one;
    json_array_foreach(lt_json_array(carrier, "copies"), i, one) {
        const json_t *v = lt_json_object(one, "verified");
        struct lt_date day = day_of(s->call, lt_json_str(v, "at"));
        if (!v || lt_json_int(v, "faults", 1) > 0 || (!lt_date_none(s->checked) && lt_date_cmp(day, s->checked) < 0)) continue;
        s->checked = day;
        lt_print(s->checked_on, sizeof s->checked_on, "%s", lt_json_str_or(carrier, "number", ""));
    }
}

static int add_carrier(struct state *s, const json_t *carrier)
{
    const json_t *copies = lt_json_array(carrier, "copies"), *last = json_array_get(copies, json_array_size(copies) - 1);
    json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:I}", "id", lt_json_str_or(carrier, "id", ""), "number", lt_json_str_or(carrier, "number", ""), "place",
                            lt_json_str_or(carrier, "place", ""), "keeper", lt_json_str_or(carrier, "keeper", ""), "copies",
                            (json_int_t)json_array_size(copies));
    char id[60];
    struct lt_buf when = LT_BUF_INIT(200);
    if (!row) return -1;
    judge_copy(s, row, carrier, last);
    judge_checks(s, carrier);
    ago(s, day_of(s->call, lt_json_str(last, "at")), &when);
    lt_print(id, sizeof id, "backup.carrier.%s", lt_json_str_or(row, "state", "good"));
    int rc = add_msg(row, "text", s->call->lang, id, "0", when.data ? when.data : "", "");
    if (!rc && last)
        rc = lt_json_put_str(row, "last", lt_json_str(last, "at")) || lt_json_put_int(row, "bytes", lt_json_int(last, "bytes", 0)) ||
             lt_json_put_str(row, "verified", lt_json_str(lt_json_object(last, "verified"), "at"));
    lt_buf_free(&when);
    s->carriers++;
    if (rc) return json_decref(row), -1;
    return json_array_append_new(s->rows, row);
}

/* --- copies that hold what was erased since --- */

struct erased {
    struct vault_snapshot *s;
    char newest[LT_INSTANT_SIZE];
    struct lt_error *err;
};

static int note_erasure(void *user, const struct vault_item *item)
{
    struct erased *e = user;
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    json_t *doc = NULL;
    int rc = vault_snapshot_read(e->s, item->path, &text, e->err);
    if (!rc) rc = lt_json_parse(text.data, text.len, VAULT_TEXT_MAX, &doc, e->err);
    const char *at = lt_json_str_or(lt_json_object(doc, "created"), "at", "");
    if (strcmp(at, e->newest) > 0) lt_print(e->newest, sizeof e->newest, "%s", at);
    json_decref(doc);
    lt_buf_free(&text);
    return rc;
}

static int count_old(struct state *s, const json_t *carriers, struct lt_error *err)
{
    struct erased e = {.err = err};
    size_t i, k;
    const json_t *one, *copy;
    struct vault *v = s->call->app->vault;
    int rc = vault_snapshot_open(v, VAULT_SCHOOL, NULL, &e.s, err);
    if (!rc) rc = vault_snapshot_walk(e.s, "erasures", note_erasure, &e, err);
    if (!rc) s->code_given = vault_snapshot_has(e.s, "backup/code.json");
    vault_snapshot_close(e.s);
    json_array_foreach(carriers, i, one) {
        json_array_foreach(lt_json_array(one, "copies"), k, copy) s->old += strcmp(lt_json_str_or(copy, "at", ""), e.newest) < 0;
    }
    return rc;
}

/* --- all of it --- */

/* The worst first: what to do next is one thing. */
static const char *judge(const struct state *s)
{
    int most = (int)uc_setting_int(s->call, "backup.days");
    bool stale = !lt_date_none(s->made) && most > 0 && lt_date_days(s->call->today) - lt_date_days(s->made) > most;
    if (!s->carriers) return "none";
    if (s->damaged) return "damaged";
    if (lt_date_none(s->made)) return "empty";
    if (s->overdue || stale) return "overdue";
    if (s->carriers < CARRIERS_WANTED) return "one_carrier";
    if (s->unchecked) return "unchecked";
    return s->code_given ? "good" : "no_code";
}

static int read_state(struct uc_call *call, struct state *s, struct lt_error *err)
{
    json_t *all = NULL;
    size_t i;
    const json_t *one;
    *s = (struct state){.call = call, .rows = json_array()};
    int rc = s->rows ? carrier_all(call, true, &all, err) : lt_fail_memory(err);
    read_schedule(s);
    if (!rc) rc = count_old(s, all, err);
    json_array_foreach(all, i, one) {
        if (!rc && strcmp(lt_json_str_or(one, "state", ""), "active") == 0 && add_carrier(s, one)) rc = lt_fail_memory(err);
    }
    json_decref(all);
    return rc;
}

int backup_run_status(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    struct state s;
    char id[60], next[LT_DATE_SIZE], due[LT_DATE_SIZE];
    json_t *doc = json_object();
    int rc = read_state(call, &s, err);
    const char *state = rc ? "" : judge(&s);
    bool bad_made = strcmp(state, "none") == 0 || strcmp(state, "empty") == 0 || strcmp(state, "overdue") == 0;
    lt_print(id, sizeof id, "backup.state.%s", state);
    if (!rc && (!doc || lt_json_put_str(doc, "state", state) || lt_json_put_bool(doc, "good", strcmp(state, "good") == 0) ||
                add_msg(doc, "text", call->lang, id, LT_NUM(s.carriers), lt_date_format(s.due, due), "") ||
                add_step(&s, doc, "made", "backup.made", s.made, s.made_on, !bad_made) ||
                add_step(&s, doc, "checked", "backup.checked", s.checked, s.checked_on, !s.damaged && !s.unchecked && !lt_date_none(s.checked)) ||
                lt_json_put_str(doc, "next", lt_date_format(s.next, next)) || lt_json_put_str(doc, "due", due) ||
                lt_json_put_bool(doc, "code_given", s.code_given) || lt_json_put_int(doc, "before_erasure", s.old) ||
                (s.old && add_msg(doc, "erased_text", call->lang, "backup.before_erasure", LT_NUM(s.old), "", "")) ||
                lt_json_put(doc, "carriers", json_incref(s.rows))))
        rc = lt_fail_memory(err);
    json_decref(s.rows);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* --- telling --- */

static int tell(struct uc_call *call, json_t *params, const struct notice *n, struct lt_error *err)
{
    json_t *rows = NULL;
    char today[LT_DATE_SIZE];
    size_t i;
    const json_t *row;
    if (!params || lt_json_put_str(params, "today", lt_date_format(call->today, today))) return json_decref(params), lt_fail_memory(err);
    int rc = uc_all(call, "roles", params, &rows, err);
    json_array_foreach(rows, i, row) {
        bool storage = strcmp(lt_json_str_or(row, "role", ""), "duty") != 0 || strcmp(lt_json_str_or(row, "duty", ""), "storage") == 0;
        if (!rc && storage) rc = notice_tell(call, lt_json_str(row, "person"), n, err);
    }
    json_decref(rows);
    return rc;
}

/* Once a day of the schedule, or once a week of an old copy. A school that keeps no copies here at all is told by the page alone. */
int backup_due(struct uc_call *call, struct lt_error *err)
{
    struct state s;
    char once[40], due[LT_DATE_SIZE];
    int rc = read_state(call, &s, err);
    const char *state = rc ? "" : judge(&s);
    bool tell_it = strcmp(state, "overdue") == 0 || strcmp(state, "damaged") == 0;
    int week = (int)(lt_date_days(call->today) / 7);
    lt_print(once, sizeof once, "%s-%s-%d", state, lt_date_format(s.due, due), week);
    struct notice n = {.kind = strcmp(state, "damaged") == 0 ? "backup_damaged" : "backup_overdue", .object = call->app->installation, .once = once};
    /* the notice is the same one all week, whenever it is made */
    n.at = (int64_t)week * 7 * INT64_C(86400000) + INT64_C(43200000);
    if (!rc && tell_it) rc = tell(call, json_pack("{s:[s, s, s]}", "role", "director", "sysadmin", "duty"), &n, err);
    json_decref(s.rows);
    return rc;
}
