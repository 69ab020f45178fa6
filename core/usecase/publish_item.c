/* What a publisher is given: only what is covered, field by field. */
#include "usecase/person.h"
#include "usecase/publish.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"
#include "model/values.h"

#include <stdlib.h>
#include <string.h>

/* --- the job --- */

/* The school's own labels stand over those of the catalogue. */
static json_t *words_of(const char *set, const json_t *school, enum lt_lang lang)
{
    size_t n;
    const char *const *values = model_values(set, &n);
    const json_t *own = lt_json_object(lt_json_object(school, "labels"), set);
    json_t *out = json_object();
    for (size_t i = 0; out && i < n; i++)
        json_object_set_new(out, values[i], json_string(lt_label(lang, set, values[i])));
    const char *value;
    json_t *label, *labels = (json_t *)(uintptr_t)own;
    json_object_foreach(labels, value, label) {
        const char *text = lt_json_str(label, lt_lang_word(lang));
        if (out && text) json_object_set_new(out, value, json_string(text));
    }
    return out;
}

int publish_job(struct uc_call *call, const struct publish_channel *ch, json_t **out, struct lt_error *err)
{
    static const char *const sets[] = {"level", "section", "activity", "result", "badge", "review_kind"};
    json_t *school = NULL, *settings = json_deep_copy(lt_json_object(ch->doc, "settings")), *words = json_object();
    int rc = uc_doc(call, "school", call->app->installation, &school, err);
    for (size_t i = 0; !rc && words && i < LT_COUNT(sets); i++)
        json_object_set_new(words, sets[i], words_of(sets[i], school, ch->lang));
    json_object_del(settings, "folder"); /* where things lie on our disk is not the plugin's concern */
    json_t *job = rc ? NULL
                     : json_pack("{s:s, s:s, s:{s:s, s:s, s:O?}, s:{s:s, s:s}, s:O?}", "action", "publish", "lang", lt_lang_word(ch->lang),
                                 "channel", "id", ch->id, "title", lt_json_str_or(ch->doc, "title", ""), "settings", settings, "site",
                                 "school", lt_json_str_or(school, "name", ""), "short_name", lt_json_str_or(school, "short_name", ""),
                                 "words", words);
    json_decref(settings);
    json_decref(words);
    json_decref(school);
    if (!rc && !job) rc = lt_fail_memory(err);
    if (!rc) *out = job;
    return rc;
}

/* --- reviews and mentors --- */

/* Texts without their authors: a name is published only with its owner's consent. */
static int reviews_of(struct uc_call *call, const struct publish_pupil *p, json_t **out, struct lt_error *err)
{
    *out = NULL;
    if (!(p->fields & PUBLISH_REVIEW)) return 0;
    return uc_all(call, "reviews", json_pack("{s:s, s:s}", "pupil", p->id, "state", "given"), out, err);
}

/* Reviews of one entry; "" = those of the pupil as a whole. What rests on consent needs the consent to processing too. */
static int put_reviews(json_t *to, const json_t *rows, const char *entry, bool processing)
{
    json_t *texts = json_array();
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        bool family = strcmp(lt_json_str_or(row, "by_kind", "staff"), "staff") != 0;
        if (strcmp(lt_json_str_or(row, "entry", ""), entry) != 0 || (family && !processing) || !lt_json_str(row, "text")) continue;
        json_array_append_new(texts, json_pack("{s:s, s:s}", "kind", lt_json_str_or(row, "kind", "review"), "text", lt_json_str(row, "text")));
    }
    return json_array_size(texts) ? lt_json_put(to, "reviews", texts) : (json_decref(texts), 0);
}

/* The person document of the mentor where that person agreed to be named; NULL: no name. One who is written as text cannot agree. */
static int mentor_of(struct uc_call *call, const json_t *verified, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str(lt_json_object(verified, "mentor"), "person");
    json_t *person = NULL;
    *out = NULL;
    if (!id) return 0;
    int rc = uc_doc(call, "person", id, &person, err);
    if (rc == LT_NOTFOUND) {
        lt_error_clear(err);
        return 0;
    }
    if (!rc && person_named(person)) *out = json_incref(person);
    json_decref(person);
    return rc;
}

unsigned publish_entry_fields(struct uc_call *call, unsigned fields, const json_t *verified)
{
    struct lt_error ignored = {0};
    json_t *mentor = NULL;
    if (!(fields & PUBLISH_MENTOR)) return fields;
    bool named = mentor_of(call, verified, &mentor, &ignored) == 0 && mentor;
    lt_error_clear(&ignored);
    json_decref(mentor);
    return named ? fields : fields & ~(unsigned)PUBLISH_MENTOR;
}

static int put_mentor(struct uc_call *call, json_t *to, const json_t *verified, struct lt_error *err)
{
    json_t *mentor = NULL;
    int rc = mentor_of(call, verified, &mentor, err);
    if (rc || !mentor) return rc;
    char *full = model_name_full(lt_json_str_or(mentor, "surname", ""), lt_json_str_or(mentor, "name", ""), lt_json_str_or(mentor, "patronymic", ""));
    if (!full || lt_json_put_str(to, "mentor", full)) rc = lt_fail_memory(err);
    free(full);
    json_decref(mentor);
    return rc;
}

/* --- entries --- */

/* more: keys put in besides (a link's pictures), or NULL. */
static int put_entry(struct uc_call *call, const struct publish_pupil *p, const json_t *verified, unsigned fields, const json_t *reviews,
                     const json_t *more, json_t *list, struct lt_error *err)
{
    static const struct {
        unsigned field;
        const char *key, *as;
    } parts[] = {{PUBLISH_TITLE, "title", "title"},       {PUBLISH_TITLE, "section", "section"},
                 {PUBLISH_TITLE, "activity", "activity"}, {PUBLISH_RESULT, "level", "level"},
                 {PUBLISH_RESULT, "result", "result"},    {PUBLISH_RESULT, "degree", "degree"},
                 {PUBLISH_RESULT, "place", "place"},      {PUBLISH_RESULT, "badge", "badge"},
                 {PUBLISH_RESULT, "team_size", "team"},   {PUBLISH_ORGANISER, "organiser", "organiser"},
                 {PUBLISH_DATE, "date", "date"},          {PUBLISH_DATE, "school_year", "year"}};
    json_t *e = json_object();
    int rc = e ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < LT_COUNT(parts); i++) {
        json_t *v = json_object_get(verified, parts[i].key);
        if ((fields & parts[i].field) && v && json_object_set(e, parts[i].as, v)) rc = lt_fail_memory(err);
    }
    if (!rc && more && json_object_update(e, (json_t *)(uintptr_t)more)) rc = lt_fail_memory(err);
    if (!rc && (fields & PUBLISH_MENTOR)) rc = put_mentor(call, e, verified, err);
    if (!rc && (fields & PUBLISH_REVIEW) && put_reviews(e, reviews, lt_json_str_or(verified, "id", ""), p->processing)) rc = lt_fail_memory(err);
    if (!rc && json_array_append(list, e)) rc = lt_fail_memory(err);
    json_decref(e);
    return rc;
}

static const char *shown_date(const json_t *shown)
{
    return lt_json_int(shown, "fields", 0) & PUBLISH_DATE ? lt_json_str_or(lt_json_object(shown, "verified"), "date", "") : "";
}

/* By date where the date is shown, else by title: the order must not tell what the page does not. */
static int newest_first(const void *a, const void *b)
{
    const json_t *x = *(const json_t *const *)a, *y = *(const json_t *const *)b;
    const json_t *v = lt_json_object(x, "verified"), *w = lt_json_object(y, "verified");
    int order = strcmp(shown_date(y), shown_date(x));
    if (!order) order = strcmp(lt_json_str_or(v, "title", ""), lt_json_str_or(w, "title", ""));
    return order ? order : strcmp(lt_json_str_or(v, "id", ""), lt_json_str_or(w, "id", ""));
}

int publish_item(struct uc_call *call, const struct publish_channel *ch, const struct publish_pupil *p, const json_t *shown,
                 struct lt_buf *out, struct lt_error *err)
{
    size_t n = json_array_size(shown);
    json_t *reviews = NULL, *entries = json_array();
    const json_t **sorted = lt_calloc(n ? n : 1, sizeof *sorted);
    json_t *item = json_pack("{s:s, s:s, s:O?}", "key", p->key, "name", p->name, "entries", entries);
    (void)ch;
    int rc = sorted && item ? reviews_of(call, p, &reviews, err) : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < n; i++) sorted[i] = json_array_get(shown, i);
    if (!rc) qsort(sorted, n, sizeof *sorted, newest_first);
    for (size_t i = 0; !rc && i < n; i++)
        rc = put_entry(call, p, lt_json_object(sorted[i], "verified"), (unsigned)lt_json_int(sorted[i], "fields", 0), reviews,
                       lt_json_object(sorted[i], "more"), entries, err);
    if (!rc && (lt_json_put_str(item, "class", p->klass) || put_reviews(item, reviews, "", p->processing))) rc = lt_fail_memory(err);
    if (!rc) rc = lt_json_compact(item, out, err);
    free(sorted);
    json_decref(item);
    json_decref(entries);
    json_decref(reviews);
    return rc;
}
