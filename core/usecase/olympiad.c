/* olympiad: what a school keeps around results. The participant's statement (the family knows the rules; a school year long), who lacks it, the paper to
 * sign; the list of events that count for the state register; the hash by which a person looks for a diploma of the ministry's list by hand.
 *
 * The consent to publication by the organiser is a consent of its own (purpose olympiad, 152-FZ art. 9): here it is only shown beside. */
#include "usecase/spool.h"
#include "usecase/state_events.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"
#include "model/rights.h"
#include "model/year.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SPELLINGS_MAX = 64 };

static int year_of(struct uc_call *call, const json_t *in)
{
    return (int)lt_json_int(in, "year", model_year_of(call->today, NULL));
}

static json_t *name_of(const json_t *row)
{
    char *full = model_name_full(lt_json_str(row, "surname"), lt_json_str(row, "name"), lt_json_str(row, "patronymic"));
    json_t *out = json_string(full ? full : "");
    free(full);
    return out;
}

/* --- statements --- */

/* pupil → document of that year. */
static int statements_of(struct uc_call *call, int year, json_t *out, struct lt_error *err)
{
    enum { PAGE = 2000 };
    json_t *params = json_pack("{s:[s]}", "kind", "statement");
    char *cursor = NULL, tail[24];
    int rc = params ? 0 : lt_fail_memory(err);
    lt_print(tail, sizeof tail, "/%d.json", year);
    do {
        json_t *page = NULL;
        char *next = NULL;
        size_t i;
        const json_t *d;
        if (!rc) rc = index_list(call->app->index, "documents", params, PAGE, cursor, &page, &next, err);
        json_array_foreach(page, i, d) {
            if (!rc && lt_ends(lt_json_str_or(d, "path", ""), tail) && json_object_set(out, lt_json_str_or(d, "repo", ""), lt_json_object(d, "doc")))
                rc = lt_fail_memory(err);
        }
        free(cursor);
        cursor = rc ? NULL : next;
        json_decref(page);
    } while (cursor);
    json_decref(params);
    return rc;
}

/* pupil → true: a consent to publication of olympiad results stands today. */
static int consents_today(struct uc_call *call, json_t *out, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *rows = NULL;
    size_t i;
    const json_t *row;
    lt_date_format(call->today, today);
    int rc = uc_all(call, "consents", json_pack("{s:s, s:s, s:s}", "purpose", "olympiad", "state", "active", "on", today), &rows, err);
    json_array_foreach(rows, i, row) {
        if (!rc && json_object_set_new(out, lt_json_str_or(row, "pupil", ""), json_true())) rc = lt_fail_memory(err);
    }
    json_decref(rows);
    return rc;
}

static int pupils_of(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_pack("{s:s}", "state", "active");
    int rc = !params || lt_json_copy_key(params, in, "class") ? lt_fail_memory(err) : uc_scope(call, "olympiad.read", params, err);
    if (!rc) return uc_all(call, "pupils", params, out, err);
    json_decref(params);
    return rc;
}

static int run_statements(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *pupils = NULL, *known = json_object(), *consents = json_object(), *items = json_array();
    int rc = known && consents && items ? pupils_of(call, in, &pupils, err) : lt_fail_memory(err);
    if (!rc) rc = statements_of(call, year_of(call, in), known, err);
    if (!rc) rc = consents_today(call, consents, err);
    bool lacking = lt_json_bool(in, "lacking", false), complete = lt_json_bool(in, "complete", false);
    size_t i;
    const json_t *p;
    json_array_foreach(pupils, i, p) {
        const char *id = lt_json_str_or(p, "id", "");
        const json_t *doc = json_object_get(known, id);
        bool both = doc && json_object_get(consents, id);
        if (rc || (lacking && both) || (complete && !both)) continue;
        json_t *one = json_pack("{s:s, s:o, s:s?, s:s?, s:b, s:s?, s:b}", "pupil", id, "pupil_name", name_of(p), "class_name", lt_json_str(p, "class_name"),
                                "birth", lt_json_str(p, "birth"), "rules", doc != NULL, "signed", lt_json_str(doc, "signed"), "publication",
                                json_object_get(consents, id) != NULL);
        if (json_array_append_new(items, one)) rc = lt_fail_memory(err);
        uc_saw(call, id);
    }
    if (!rc && !(*out = json_pack("{s:O, s:n}", "items", items, "next"))) rc = lt_fail_memory(err);
    json_decref(pupils);
    json_decref(known);
    json_decref(consents);
    json_decref(items);
    return rc;
}

static int enter_one(struct uc_call *call, struct uc_tx *tx, const char *pupil, const json_t *in, struct lt_error *err)
{
    char path[64], text[MODEL_YEAR_SIZE];
    int year = year_of(call, in);
    lt_print(path, sizeof path, "statements/%d.json", year);
    json_t *doc = json_pack("{s:s, s:s, s:b, s:s, s:s}", "pupil", pupil, "year", model_year_text(year, text), "rules", 1, "signed",
                            lt_json_str_or(in, "signed", ""), "who", lt_json_str_or(in, "who", "guardian"));
    int rc = doc ? uc_tx_put(tx, pupil, path, doc, err) : lt_fail_memory(err);
    json_decref(doc);
    return rc;
}

static int run_enter(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const json_t *pupils = lt_json_array(in, "pupil"), *v;
    size_t n = json_array_size(pupils), i;
    const char **repos = lt_calloc(n ? n : 1, sizeof *repos);
    struct uc_tx *tx = NULL;
    struct lt_date day;
    int rc = repos ? 0 : lt_fail_memory(err);
    if (!rc && lt_date_parse(lt_json_str_or(in, "signed", ""), &day) && lt_date_cmp(day, call->today) > 0)
        rc = lt_fail_field(err, LT_REFUSED, "signed", "consent.paper_future", (char *)NULL);
    json_array_foreach(pupils, i, v) {
        if (!rc) rc = uc_require(call, "olympiad.statement", UC_T_PUPIL, json_string_value(v), err);
        if (repos) repos[i] = json_string_value(v);
    }
    if (!rc) rc = uc_tx_begin(call, repos, n, &tx, err);
    for (i = 0; !rc && i < n; i++) rc = enter_one(call, tx, repos[i], in, err);
    if (!rc) rc = uc_tx_commit(tx, "Enter statements of olympiad participants", NULL, err);
    uc_tx_end(tx);
    free(repos);
    if (!rc && !(*out = json_pack("{s:i}", "count", (int)n))) rc = lt_fail_memory(err);
    return rc;
}

/* --- the paper: a sheet for each --- */

static char *sentence(struct uc_call *call, const char *id, const char *school, const char *pupil, const char *klass, const char *year)
{
    struct lt_buf b = LT_BUF_INIT(4000);
    lt_msg_add(&b, call->lang, id, "school", school, "pupil", pupil, "class", klass, "year", year, (char *)NULL);
    char *out = lt_strdup(b.data ? b.data : "");
    lt_buf_free(&b);
    return out;
}

static int add_sheet(struct uc_call *call, json_t *blocks, const char *school, const json_t *p, const char *year)
{
    json_t *name = name_of(p);
    char *text = sentence(call, "olympiad.statement.text", school, json_string_value(name), lt_json_str_or(p, "class_name", ""), year);
    json_t *group = json_pack("{s:s, s:[{s:s, s:i, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:[{s:s}, {s:s}, {s:s}]}]}", "type", "group", "blocks", "type", "heading",
                              "level", 2, "text", lt_msg(call->lang, "olympiad.statement.title"), "type", "text", "text", text ? text : "", "type", "text",
                              "text", lt_msg(call->lang, "olympiad.statement.consent"), "type", "sign", "items", "label",
                              lt_msg(call->lang, "olympiad.statement.guardian"), "label", lt_msg(call->lang, "olympiad.statement.pupil"), "label",
                              lt_msg(call->lang, "olympiad.statement.date"));
    int rc = json_array_append_new(blocks, group);
    if (json_array_append_new(blocks, json_pack("{s:s}", "type", "cut"))) rc = -1;
    json_decref(name);
    free(text);
    return rc;
}

static int run_form(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    char year[MODEL_YEAR_SIZE];
    json_t *pupils = NULL, *school = NULL, *blocks = json_array();
    int rc = blocks ? pupils_of(call, in, &pupils, err) : lt_fail_memory(err);
    if (!rc) rc = index_get(call->app->index, "school", call->app->installation, &school, NULL, err);
    model_year_text(year_of(call, in), year);
    size_t i;
    const json_t *p;
    json_array_foreach(pupils, i, p) {
        if (!rc && add_sheet(call, blocks, lt_json_str_or(school, "name", ""), p, year)) rc = lt_fail_memory(err);
        uc_saw(call, lt_json_str(p, "id"));
    }
    if (!rc && !json_array_size(pupils)) rc = lt_fail(err, LT_REFUSED, "olympiad.nobody", (char *)NULL);
    if (!rc)
        rc = spool_pdf(call, json_pack("{s:s, s:s, s:O}", "title", lt_msg(call->lang, "olympiad.statement.title"), "lang", lt_lang_word(call->lang), "blocks", blocks),
                       "olympiad-statements", err);
    json_decref(pupils);
    json_decref(school);
    json_decref(blocks);
    return rc;
}

/* --- the hash of the ministry's base: for looking by hand; nothing is sent --- */

static void capital_words(char *s)
{
    bool begin = true;
    for (; *s; s++) {
        if (begin && *s >= 'a' && *s <= 'z') *s = (char)(*s - 32);
        begin = *s == ' ' || *s == '-';
    }
}

/* Every way to write е and ё: the base keeps the spelling of whoever entered it. */
static int add_spellings(const char *text, json_t *out)
{
    size_t at[12], n = 0, len = strlen(text);
    for (size_t i = 0; i + 1 < len && n < 6; i++) {
        if (strncmp(text + i, "е", 2) == 0 || strncmp(text + i, "ё", 2) == 0) at[n++] = i;
    }
    for (unsigned bits = 0; bits < 1u << n && json_array_size(out) < SPELLINGS_MAX; bits++) {
        char *copy = lt_strdup(text), sum[65];
        unsigned char digest[crypto_hash_sha256_BYTES];
        if (!copy) return -1;
        for (size_t i = 0; i < n; i++) memcpy(copy + at[i], bits & (1u << i) ? "ё" : "е", 2);
        crypto_hash_sha256(digest, (const unsigned char *)copy, len);
        lt_hex(digest, sizeof digest, sum);
        json_t *one = json_pack("{s:s, s:s, s:b}", "spelling", copy, "sha256", sum, "own", strcmp(copy, text) == 0);
        free(copy);
        if (json_array_append_new(out, one)) return -1;
    }
    return 0;
}

static int run_hash(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const json_t *card = call->target.pupil;
    json_t *name = name_of(card), *items = json_array();
    const char *birth = lt_json_str(card, "birth");
    int rc = !birth ? lt_fail(err, LT_REFUSED, "olympiad.no_birth", (char *)NULL) : name && items ? 0 : lt_fail_memory(err);
    char *text = rc ? NULL : lt_format("%s %s", json_string_value(name), birth);
    if (text) capital_words(text);
    if (!rc && (!text || add_spellings(text, items))) rc = lt_fail_memory(err);
    if (!rc && !(*out = json_pack("{s:s, s:O}", "pupil", lt_json_str_or(in, "pupil", ""), "hashes", items))) rc = lt_fail_memory(err);
    uc_saw(call, lt_json_str(card, "id"));
    json_decref(name);
    json_decref(items);
    free(text);
    return rc;
}

#define YEAR {"year", UC_INT, 0, 2000, 2100, NULL}
static const struct uc_field statements_fields[] = {{"class", UC_ID, 0, 0, 0, NULL}, YEAR, {"lacking", UC_BOOL, 0, 0, 0, NULL},
                                                    {"complete", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field enter_fields[] = {{"pupil", UC_ID, UC_MANY | UC_REQUIRED, 0, 0, NULL}, {"signed", UC_DATE, UC_REQUIRED, 0, 0, NULL},
                                               {"who", UC_ENUM, 0, 0, 0, "consent_who"}, YEAR, {0}};
static const struct uc_field form_fields[] = {{"class", UC_ID, UC_REQUIRED, 0, 0, NULL}, YEAR, {0}};
static const struct uc_field hash_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL}, {0}};
static const struct uc_field events_fields[] = {{"file", UC_FILE, UC_POSITIONAL, 0, 0, NULL}, {"edition", UC_TEXT, 0, 1, 200, NULL},
                                                {"source", UC_TEXT, 0, 1, 400, NULL},         {"from", UC_DATE, 0, 0, 0, NULL},
                                                {"to", UC_DATE, 0, 0, 0, NULL},               {"events", UC_LINES, 0, 1, 400000, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "olympiad", .verb = "statements", .method = "GET", .tail = "/statements", .reply = UC_LIST, .right = "olympiad.read", .target = UC_T_LIST,
     .gives = "statement", .fields = statements_fields, .columns = "pupil_name class_name birth rules signed publication", .run = run_statements},
    {.noun = "olympiad", .verb = "enter", .method = "POST", .tail = "/statements", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT,
     .gives = "how_many", .right = "olympiad.statement", .target = UC_T_OWN, .fields = enter_fields, .run = run_enter},
    {.noun = "olympiad", .verb = "form", .method = "GET", .tail = "/form", .reply = UC_BYTES, .right = "olympiad.read", .target = UC_T_LIST,
     .fields = form_fields, .run = run_form},
    {.noun = "olympiad", .verb = "hash", .method = "GET", .tail = "/hash", .reply = UC_ONE, .right = "portfolio.read", .target = UC_T_PUPIL,
     .gives = "olympiad_hashes", .target_field = "pupil", .fields = hash_fields, .run = run_hash},
    {.noun = "olympiad", .verb = "events", .method = "GET", .tail = "/events", .reply = UC_ONE, .right = "import.results",
     .gives = "state_events", .run = state_events_show},
    {.noun = "olympiad", .verb = "events_set", .method = "POST", .tail = "/events", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT,
     .right = "import.results", .gives = "state_events", .fields = events_fields, .run = state_events_set},
};

const struct uc_noun uc_noun_olympiad = UC_NOUN("olympiad", "olympiads", NULL, rows);
