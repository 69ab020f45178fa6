/* A row as the plugin read it, and what is said about it. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/when.h"
#include "usecase/bind.h"
#include "usecase/entry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SAID_MAX = 800 };

void results_row_clear(struct results_row *row)
{
    json_decref(row->problems);
    json_decref(row->candidates);
    json_decref(row->changes);
    json_decref(row->in);
    if (row->has_name) model_name_free(&row->name);
    free(row->key);
    free(row->identity);
}

void results_outcome(struct results_row *row, const char *outcome, const char *why)
{
    row->outcome = outcome;
    row->why = why;
}

static void add_problem(struct results *r, struct results_row *row, const char *column, const char *code, const char *message)
{
    size_t i;
    const json_t *p;
    if (!row->problems) row->problems = json_array();
    json_array_foreach(row->problems, i, p) {
        if (strcmp(lt_json_str_or(p, "code", ""), code) == 0 && strcmp(lt_json_str_or(p, "column", ""), column) == 0) return;
    }
    json_t *one = json_pack("{s:s, s:s, s:s}", "column", column, "code", code, "message", message);
    if (json_array_append_new(row->problems, one)) r->failed = true;
}

void results_tell(struct results *r, struct results_row *row, const char *code, const char *text)
{
    struct lt_buf line = LT_BUF_INIT(4400);
    if (lt_msg_add(&line, r->call->lang, "import.row", "row", LT_NUM(row->number), "text", text, (char *)NULL) == 0)
        add_problem(r, row, "", code, line.data ? line.data : "");
    lt_buf_free(&line);
}

void results_problem(struct results *r, struct results_row *row, const char *code, const char *value)
{
    char id[96], clipped[128];
    struct lt_buf text = LT_BUF_INIT(4096);
    lt_print(id, sizeof id, "problem.%s", code);
    lt_print(clipped, sizeof clipped, "%.*s", (int)lt_utf8_clip(value ? value : "", 100), value ? value : "");
    if (lt_msg_add(&text, r->call->lang, id, "value", clipped, (char *)NULL) == 0 && text.data) results_tell(r, row, code, text.data);
    lt_buf_free(&text);
}

void results_error(struct results *r, struct results_row *row, const struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(4096);
    /* an answer without its field leaves people guessing: «Уровень: …» */
    if (*err->field) lt_buf_addf(&text, "%s: ", uc_field_label(r->call->lang, "entry", err->field));
    if (lt_error_text(&text, r->call->lang, err) == 0 && text.data) results_tell(r, row, err->code, text.data);
    lt_buf_free(&text);
}

void results_problem_name(struct results *r, struct results_row *row, const char *code)
{
    const char *said = lt_json_str(lt_json_object(row->doc, "pupil"), "full_name");
    char *whole = said || !row->has_name ? NULL : model_name_full(row->name.surname, row->name.name, row->name.patronymic);
    results_problem(r, row, code, said ? said : whole);
    free(whole);
}

void results_candidate(struct results *r, struct results_row *row, const struct results_pupil *p, const char *why)
{
    size_t i;
    const json_t *known;
    char code[64], then[24];
    if (!row->candidates) row->candidates = json_array();
    if (json_array_size(row->candidates) >= RESULTS_CANDIDATES) return;
    json_array_foreach(row->candidates, i, known) {
        if (strcmp(lt_json_str_or(known, "id", ""), p->id) == 0) return;
    }
    lt_print(code, sizeof code, "why.%s", why);
    results_class(r, row, p, then);
    char *full = model_name_full(p->name.surname, p->name.name, p->name.patronymic);
    json_t *c = json_pack("{s:s, s:s, s:s, s:s?}", "id", p->id, "kind", "pupil", "why", lt_msg(r->call->lang, code), "name", full);
    if (!c || lt_json_put_str(c, "class", then) || lt_json_put_str(c, "birth", p->birth) || json_array_append_new(row->candidates, c))
        r->failed = true;
    free(full);
}

/* --- what the plugin said --- */

static void take_problems(struct results *r, struct results_row *row)
{
    size_t i;
    const json_t *p;
    json_array_foreach(lt_json_array(row->doc, "problems"), i, p) {
        char message[SAID_MAX + 1], code[64], column[TABLE_COLUMN_NAME] = "";
        const char *said = lt_json_str_or(p, "message", "");
        int64_t n = lt_json_int(p, "column", 0);
        lt_print(message, sizeof message, "%.*s", (int)lt_utf8_clip(said, SAID_MAX), said);
        lt_print(code, sizeof code, "%.60s", lt_json_str_or(p, "code", "plugin"));
        if (n > 0 && n < 20000) table_column_name((uint32_t)n, column);
        struct lt_buf line = LT_BUF_INIT(4400);
        lt_msg_add(&line, r->call->lang, *column ? "import.place" : "import.row", "row", LT_NUM(row->number), "column", column, "text", message,
                   (char *)NULL);
        add_problem(r, row, column, code, line.data ? line.data : message);
        lt_buf_free(&line);
    }
}

static void take_name(struct results *r, struct results_row *row, const json_t *who)
{
    const char *full = lt_json_str(who, "full_name");
    const char *surname = lt_json_str(who, "surname"), *name = lt_json_str(who, "name"), *patronymic = lt_json_str(who, "patronymic");
    if (!full && !surname && name && strchr(name, ' ')) full = name; /* a plugin that knows no parts */
    int rc = full ? model_name_split(full, &row->name, NULL)
             : surname || name ? model_name_parts(surname, name, patronymic, &row->name, NULL) : LT_REFUSED;
    row->has_name = rc == 0;
    if (rc == LT_SYSTEM) r->failed = true;
    if (rc) return;
    row->key = model_name_key_of(row->name.surname, row->name.name, row->name.patronymic);
    if (!row->key) r->failed = true;
    if (*row->name.note) results_problem(r, row, "name_note", row->name.note);
    if (row->name.remarks & MODEL_NAME_MIXED_ALPHABET) results_problem(r, row, "name_latin_letters", full ? full : surname);
}

static void take_who(struct results *r, struct results_row *row)
{
    const json_t *who = lt_json_object(row->doc, "pupil");
    struct model_when when;
    struct model_when_options o = {MODEL_WHEN_UNKNOWN, MODEL_WHEN_BIRTH, r->call->today.year};
    take_name(r, row, who);
    const char *klass = lt_json_str(who, "class"), *birth = lt_json_str(who, "birth");
    if (klass) model_klass_parse(klass, &row->klass);
    if (birth && model_when_parse(birth, &o, &when) && !(when.remarks & (MODEL_WHEN_AMBIGUOUS | MODEL_WHEN_YEAR_UNSURE)))
        lt_date_format(when.date, row->birth);
    else if (birth && *birth) results_problem(r, row, "date_bad", birth);
    row->pupil_number = lt_json_str_or(who, "number", "");
    row->uin = lt_json_str_or(who, "uin", "");
    row->code = lt_json_str_or(who, "code", "");
}

/* The values judged as those of `entry add` are. A key that is there with nothing (null) says that the file has no such value. */
static void take_values(struct results *r, struct results_row *row)
{
    static const struct uc_field none[] = {{0}};
    struct uc_row as = {.noun = "entry", .verb = "add", .fields = entry_fields[0].name ? entry_fields + 1 : none};
    static const char *const not_ours[] = {"file", "same_file", "submit", "group", "mentor_person", "sensitive", "pupil"};
    json_t *values = json_copy(lt_json_object(row->doc, "values")), *empty = json_array();
    struct lt_error err = {0};
    const char *key;
    void *tmp;
    json_t *v;
    for (size_t i = 0; i < LT_COUNT(not_ours); i++) json_object_del(values, not_ours[i]);
    json_object_foreach_safe(values, tmp, key, v) {
        if (!json_is_null(v)) continue;
        if (json_array_append_new(empty, json_string(key))) r->failed = true;
        json_object_del(values, key);
    }
    if (!values) results_outcome(row, "error", "error");
    else if (uc_bind(&as, values, NULL, 0, &row->in, &err)) {
        results_error(r, row, &err);
        results_outcome(row, "error", "error");
    } else if (json_array_size(empty) && json_object_set(row->in, "-", empty)) r->failed = true;
    lt_error_clear(&err);
    json_decref(values);
    json_decref(empty);
}

/* The year of the result and the day whose class counts. */
static void set_day(struct results *r, struct results_row *row)
{
    const char *date = lt_json_str(row->in, "date");
    struct lt_date d;
    row->year = (int)lt_json_int(row->doc, "year", r->options->year ? r->options->year : 0);
    if (date && lt_date_parse(date, &d)) {
        row->day = d;
        if (!row->year) row->year = model_year_of(d, NULL);
    }
    if (row->year < 1990 || row->year > r->year_now + 1) row->year = r->year_now;
    if (!lt_date_none(row->day) && model_year_of(row->day, NULL) == row->year) return;
    row->day = row->year == r->year_now ? r->call->today : (struct lt_date){row->year + 1, 5, 15};
}

static void set_identity(struct results *r, struct results_row *row)
{
    const char *said = lt_json_str(row->doc, "identity");
    char text[700];
    lt_print(text, sizeof text, "%s|%.600s", r->format->plugin, said ? said : "");
    if (!said)
        lt_print(text, sizeof text, "%s|%d|%.300s|%s|%s|%.120s", r->format->plugin, row->year, lt_json_str_or(row->in, "title", ""),
                 lt_json_str_or(row->in, "stage", ""), lt_json_str_or(row->in, "date", ""), lt_json_str_or(row->in, "subject", ""));
    row->identity = lt_fold(text);
    if (!row->identity) r->failed = true;
}

static const char *decision_of(const struct results *r, const struct results_row *row)
{
    char key[320];
    lt_print(key, sizeof key, "%.280s!%u", row->sheet, row->number);
    return lt_json_str(r->options->decisions, key);
}

static struct results_row *push(struct results *r)
{
    void *grown = lt_array_grow(r->rows, &r->rows_cap, r->rows_len + 1, sizeof *r->rows);
    if (!grown) return NULL;
    r->rows = grown;
    struct results_row *row = &r->rows[r->rows_len++];
    *row = (struct results_row){.outcome = ""};
    return row;
}

/* Of each row alone, so that two threads may share the rows. */
static void judge(struct results *r, size_t at)
{
    struct results_row *row = &r->rows[at];
    take_problems(r, row);
    take_who(r, row);
    take_values(r, row);
    /* the plugin has said why it cannot be read */
    if (lt_json_bool(row->doc, "unread", false)) results_outcome(row, "error", "error");
    set_day(r, row);
    set_identity(r, row);
}

int results_rows(struct results *r, struct lt_error *err)
{
    size_t i;
    json_t *doc;
    json_array_foreach(r->emitted, i, doc) {
        struct results_row *row = push(r);
        if (!row) return lt_fail_memory(err);
        row->doc = doc;
        row->sheet = lt_json_str_or(doc, "sheet", "");
        row->number = (uint32_t)lt_json_int(doc, "row", 0);
        row->decision = decision_of(r, row);
        row->incomplete = json_array_size(lt_json_array(json_object_get(r->described, row->sheet), "missing")) > 0;
        row->school = results_school(r, lt_json_str(doc, "school"));
    }
    results_each(r, judge);
    return 0;
}

/* --- by two threads --- */

struct share {
    struct results r; /* a copy: what it is told stays apart until both have ended */
    void (*work)(struct results *r, size_t at);
    size_t from, to;
};

static void *do_share(void *arg)
{
    struct share *s = arg;
    for (size_t i = s->from; i < s->to; i++) s->work(&s->r, i);
    return NULL;
}

void results_each(struct results *r, void (*work)(struct results *r, size_t at))
{
    enum { MANY = 1000 }; /* fewer are done before a thread has begun */
    size_t half = r->rows_len >= MANY ? r->rows_len / 2 : 0;
    struct share mine = {.r = *r, .work = work, .from = half, .to = r->rows_len}, other = {.r = *r, .work = work, .to = half};
    pthread_t thread;
    bool runs = half && pthread_create(&thread, NULL, do_share, &other) == 0;
    do_share(&mine);
    if (runs) pthread_join(thread, NULL);
    else do_share(&other);
    r->failed = r->failed || mine.r.failed || other.r.failed;
}

/* --- what a person sees --- */

static json_t *values_of(struct results *r, const struct results_row *row)
{
    json_t *v = json_object();
    const json_t *who = lt_json_object(row->doc, "pupil"), *one;
    const char *key;
    static const char *const extra[] = {"school", "mentor", "participation_class"};
    json_object_foreach((json_t *)(uintptr_t)who, key, one) {
        if (!v || json_object_set(v, strcmp(key, "name") == 0 ? "first_name" : key, (json_t *)(uintptr_t)one)) r->failed = true;
    }
    json_object_foreach((json_t *)(uintptr_t)row->in, key, one) {
        if (strcmp(key, "-") != 0 && json_object_set(v, key, (json_t *)(uintptr_t)one)) r->failed = true;
    }
    for (size_t i = 0; i < LT_COUNT(extra); i++) {
        if (lt_json_copy_key(v, row->doc, extra[i])) r->failed = true;
    }
    return v;
}

static json_t *row_json(struct results *r, const struct results_row *row)
{
    char why[64];
    lt_print(why, sizeof why, "why.%s", row->why ? row->why : "none");
    bool open = strcmp(row->outcome, "doubtful") == 0 || strcmp(row->outcome, "not_found") == 0 || strcmp(row->outcome, "waits") == 0;
    bool told = !r->options->batch->brief || open || strcmp(row->outcome, "error") == 0 || strcmp(row->outcome, "contradiction") == 0;
    json_t *o = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s?, s:s?, s:o, s:o, s:o}", "kind", "results", "sheet", row->sheet, "row",
                          (int)row->number, "outcome", row->outcome, "why", row->why ? lt_msg(r->call->lang, why) : "", "pupil",
                          row->pupil && !open ? row->pupil->id : NULL, "person", row->mentor, "candidates",
                          row->candidates ? json_incref(row->candidates) : json_array(), "values", told ? values_of(r, row) : json_object(), "problems",
                          row->problems ? json_incref(row->problems) : json_array());
    if (!o || (row->changes && json_object_set(o, "changes", row->changes)) || lt_json_put_str(o, "entry", open ? NULL : row->entry)) r->failed = true;
    return o;
}

static void show(struct results *r, size_t at)
{
    r->rows[at].shown = row_json(r, &r->rows[at]);
}

int results_show(struct results *r, struct lt_error *err)
{
    int rc = 0;
    results_each(r, show);
    for (size_t i = 0; i < r->rows_len; i++) {
        if (json_array_append_new(r->out->rows, r->rows[i].shown)) rc = lt_fail_memory(err);
    }
    return rc;
}
