/* Validation of an entry document against the lists of values and the limits of its fields. */
#include "model/entry.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/values.h"

#include <string.h>

/* Collects faults; the first becomes the error, all of them its details. */
struct faults {
    json_t *list;
    bool memory;
};

static void fault(struct faults *f, const char *field, const char *code, const char *name, const char *value)
{
    json_t *item = name
                       ? json_pack("{s:s, s:s, s:{s:s}}", "field", field, "code", code, "params", name, value)
                       : json_pack("{s:s, s:s, s:{}}", "field", field, "code", code, "params");
    if (!item || json_array_append_new(f->list, item)) f->memory = true;
}

struct text_rule {
    const char *field;
    long long max; /* characters */
};
static const struct text_rule texts[] = {{"title", MODEL_TITLE_MAX},
                                         {"organiser", MODEL_TITLE_MAX},
                                         {"subject", 120},
                                         {"description", MODEL_TEXT_MAX},
                                         {"link", 2000},
                                         {"group", 40}};

static const char *const worded[][2] = {
    {"kind", "kind"},   {"section", "section"}, {"activity", "activity"},           {"level", "level"},
    {"stage", "stage"}, {"format", "format"},   {"participation", "participation"}, {"result", "result"},
    {"badge", "badge"}, {"ground", "ground"}};

struct number_rule {
    const char *field;
    double min, max;
    bool whole;
};
static const struct number_rule numbers[] = {
    {"degree", 1, 3, true},     {"place", 1, 100000, true},       {"team_size", 2, 10000, true},
    {"hours", 0, 10000, false}, {"score", -10000, 100000, false}, {"score_max", 0, 100000, false}};

static void check_texts(const json_t *e, struct faults *f)
{
    for (size_t i = 0; i < LT_COUNT(texts); i++) {
        const json_t *v = json_object_get(e, texts[i].field);
        if (v && !json_is_string(v))
            fault(f, texts[i].field, "entry.field_type", NULL, NULL);
        else if (v && lt_utf8_count(json_string_value(v)) > (size_t)texts[i].max)
            fault(f, texts[i].field, "entry.too_long", "limit", LT_NUM(texts[i].max));
    }
}

static void check_words(const json_t *e, struct faults *f)
{
    for (size_t i = 0; i < LT_COUNT(worded); i++) {
        const json_t *v = json_object_get(e, worded[i][0]);
        if (v && !json_is_string(v))
            fault(f, worded[i][0], "entry.field_type", NULL, NULL);
        else if (v && !model_value_known(worded[i][1], json_string_value(v)))
            fault(f, worded[i][0], "entry.value_unknown", "value", json_string_value(v));
    }
}

static const char *range_text(const struct number_rule *rule, char out[48])
{
    lt_print(out, 48, "%.0f…%.0f", rule->min, rule->max);
    return out;
}

static void check_numbers(const json_t *e, struct faults *f)
{
    for (size_t i = 0; i < LT_COUNT(numbers); i++) {
        const json_t *v = json_object_get(e, numbers[i].field);
        if (!v) continue;
        double n = json_number_value(v);
        char range[48];
        if (!json_is_number(v) || (numbers[i].whole && !json_is_integer(v)))
            fault(f, numbers[i].field, "entry.field_type", NULL, NULL);
        else if (!(n >= numbers[i].min && n <= numbers[i].max))
            fault(f, numbers[i].field, "entry.out_of_range", "range", range_text(&numbers[i], range));
    }
    const json_t *score = json_object_get(e, "score"), *max = json_object_get(e, "score_max");
    if (json_is_number(score) && json_is_number(max) && json_number_value(score) > json_number_value(max))
        fault(f, "score", "entry.score_over_max", NULL, NULL);
}

/* none when absent or faulty */
static struct lt_date check_date(const json_t *obj, const char *key, const char *field, struct faults *f)
{
    struct lt_date d = {0, 0, 0};
    const json_t *v = json_object_get(obj, key);
    if (v && (!json_is_string(v) || !lt_date_parse(json_string_value(v), &d)))
        fault(f, field, "entry.date_bad", NULL, NULL);
    return d;
}

static void check_past(struct lt_date d, const char *field, const struct model_entry_check *how,
                       struct faults *f)
{
    if (lt_date_none(d)) return;
    if (lt_date_cmp(d, how->today) > 0)
        fault(f, field, "entry.date_future", NULL, NULL);
    else if (!lt_date_none(how->birth) && lt_date_cmp(d, how->birth) < 0)
        fault(f, field, "entry.date_before_birth", NULL, NULL);
}

static void check_dates(const json_t *e, const struct model_entry_check *how, struct faults *f)
{
    struct lt_date from = check_date(e, "date", "date", f), to = check_date(e, "date_to", "date_to", f);
    check_past(from, "date", how, f);
    check_past(to, "date_to", how, f);
    if (!lt_date_none(to) && (lt_date_none(from) || lt_date_cmp(to, from) < 0))
        fault(f, "date_to", "entry.dates_order", NULL, NULL);
}

/* http or https with a host and without a user name, so that a link is what it looks like (and never
 * javascript:). */
static bool link_safe(const char *link)
{
    size_t n = !strncasecmp(link, "https://", 8) ? 8 : !strncasecmp(link, "http://", 7) ? 7 : 0;
    size_t host = n ? strcspn(link + n, "/?#") : 0;
    if (!host || memchr(link + n, '@', host)) return false;
    for (const unsigned char *p = (const unsigned char *)link; *p; p++) {
        if (*p <= ' ' || *p == 0x7F || *p == '<' || *p == '>' || *p == '"' || *p == '\\' || *p == '`')
            return false;
    }
    return true;
}

static void check_document(const json_t *e, const struct model_entry_check *how, struct faults *f)
{
    const json_t *doc = json_object_get(e, "document");
    if (!doc) return;
    if (!json_is_object(doc)) {
        fault(f, "document", "entry.field_type", NULL, NULL);
        return;
    }
    const char *kind = lt_json_str(doc, "kind"), *number = lt_json_str(doc, "number"),
               *issuer = lt_json_str(doc, "issuer");
    if (kind && !model_value_known("document_kind", kind))
        fault(f, "document.kind", "entry.value_unknown", "value", kind);
    if (number && lt_utf8_count(number) > 100) fault(f, "document.number", "entry.too_long", "limit", "100");
    if (issuer && lt_utf8_count(issuer) > MODEL_TITLE_MAX)
        fault(f, "document.issuer", "entry.too_long", "limit", LT_NUM(MODEL_TITLE_MAX));
    check_past(check_date(doc, "date", "document.date", f), "document.date", how, f);
}

static void check_parts(const json_t *e, struct faults *f)
{
    const char *link = lt_json_str(e, "link");
    if (link && !link_safe(link)) fault(f, "link", "entry.link_scheme", NULL, NULL);
    const json_t *files = json_object_get(e, "files"), *mentor = json_object_get(e, "mentor");
    if (files && !json_is_array(files))
        fault(f, "files", "entry.field_type", NULL, NULL);
    else if (json_array_size(files) > MODEL_FILES_MAX)
        fault(f, "files", "entry.too_many_files", "limit", LT_NUM(MODEL_FILES_MAX));
    if (mentor && !json_is_object(mentor)) fault(f, "mentor", "entry.field_type", NULL, NULL);
    const char *name = lt_json_str(mentor, "name");
    if (name && lt_utf8_count(name) > MODEL_TITLE_MAX)
        fault(f, "mentor.name", "entry.too_long", "limit", LT_NUM(MODEL_TITLE_MAX));
    for (size_t i = 0; i < 2; i++) {
        const char *field = i ? "significant" : "sensitive";
        const json_t *v = json_object_get(e, field);
        if (v && !json_is_boolean(v)) fault(f, field, "entry.field_type", NULL, NULL);
    }
    const char *result = lt_json_str(e, "result");
    /* a degree is that of a diploma or a prize: it says nothing beside mere participation */
    if (json_object_get(e, "degree") && result &&
        (!strcmp(result, "participant") || !strcmp(result, "completed")))
        fault(f, "degree", "entry.degree_result", NULL, NULL);
}

static void need(const json_t *e, const char *field, struct faults *f)
{
    const json_t *v = json_object_get(e, field);
    if (!v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)))
        fault(f, field, "entry.required", "field", field);
}

static void check_required(const json_t *e, struct faults *f)
{
    static const char *const always[] = {"kind", "title", "section", "activity"};
    /* A file of results may have no status, and a school year and no day: nothing is made up in their place. */
    bool import = !strcmp(lt_json_str_or(lt_json_object(e, "source"), "kind", ""), "import");
    for (size_t i = 0; i < LT_COUNT(always); i++)
        need(e, always[i], f);
    if (!import || !lt_json_str(e, "school_year")) need(e, "date", f);
    const char *kind = lt_json_str_or(e, "kind", ""), *activity = lt_json_str_or(e, "activity", "");
    if (!strcmp(kind, "achievement")) {
        need(e, "level", f);
        if (!import) need(e, "result", f);
    } else if (!strcmp(kind, "document") && !lt_json_str(lt_json_object(e, "document"), "kind")) {
        fault(f, "document.kind", "entry.required", "field", "document.kind");
    } else if (!strcmp(kind, "experience") && !strcmp(activity, "volunteering") &&
               !lt_json_str(e, "result")) {
        need(e, "hours", f);
    }
}

int model_entry_check(const json_t *entry, const struct model_entry_check *how, struct lt_error *err)
{
    struct faults f = {.list = json_array(), .memory = false};
    if (!f.list) return lt_fail_memory(err);
    if (how->draft)
        need(entry, "title", &f);
    else
        check_required(entry, &f);
    check_texts(entry, &f);
    check_words(entry, &f);
    check_numbers(entry, &f);
    check_dates(entry, how, &f);
    check_document(entry, how, &f);
    check_parts(entry, &f);
    if (f.memory) {
        json_decref(f.list);
        return lt_fail_memory(err);
    }
    const json_t *first = json_array_get(f.list, 0);
    if (!first) {
        json_decref(f.list);
        return LT_OK;
    }
    const char *name = "field", *value = lt_json_str(first, "field");
    const char *key;
    json_t *param;
    json_object_foreach(lt_json_object(first, "params"), key, param)
    {
        name = key;
        value = json_string_value(param);
    }
    int status = lt_fail_field(err, LT_REFUSED, lt_json_str(first, "field"), lt_json_str(first, "code"), name,
                               value, (char *)NULL);
    if (err)
        lt_error_details(err, f.list);
    else
        json_decref(f.list);
    return status;
}
