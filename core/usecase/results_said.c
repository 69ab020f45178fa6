/* What a plugin emits is a stranger's: of it only the keys of docs/plugin-abi.md go on, in their types. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

enum { PLAIN_MAX = 300, SENTENCE_MAX = 800 };

/* NULL, or the key of the object that is there and not of that type. */
static const char *not_of(const json_t *object, const char *const keys[], size_t len, json_type type)
{
    for (size_t i = 0; i < len; i++) {
        const json_t *v = json_object_get(object, keys[i]);
        if (v && !json_is_null(v) && json_typeof(v) != type) return keys[i];
    }
    return NULL;
}

static const char *wrong_result(const json_t *doc)
{
    static const char *const who[] = {"surname", "name", "patronymic", "full_name", "class", "birth", "number", "uin", "code"};
    static const char *const texts[] = {"school", "mentor", "participation_class", "identity"};
    const char *at = not_of(lt_json_object(doc, "pupil"), who, LT_COUNT(who), JSON_STRING);
    if (!at) at = not_of(doc, texts, LT_COUNT(texts), JSON_STRING);
    if (!at && !lt_json_object(doc, "pupil")) at = "pupil";
    if (!at && !lt_json_object(doc, "values")) at = "values";
    if (!at && json_object_get(doc, "problems") && !lt_json_array(doc, "problems")) at = "problems";
    if (!at && json_object_get(doc, "of") && !lt_json_object(doc, "of")) at = "of";
    if (!at && json_object_get(doc, "year") && !json_is_integer(json_object_get(doc, "year"))) at = "year";
    return at;
}

static const char *wrong_sheet(const json_t *doc)
{
    static const char *const keys[] = {"column", "header", "role"};
    static const char *const lists[] = {"missing", "problems"};
    const char *at = not_of(doc, lists, LT_COUNT(lists), JSON_ARRAY);
    size_t i;
    const json_t *v;
    json_array_foreach(lt_json_array(doc, "columns"), i, v) {
        if (!at && (!lt_json_str(v, "column") || not_of(v, keys, LT_COUNT(keys), JSON_STRING))) at = "columns";
    }
    json_array_foreach(lt_json_array(doc, "missing"), i, v) {
        if (!at && !json_is_string(v)) at = "missing";
    }
    if (!at && json_object_get(doc, "header") && !json_is_integer(json_object_get(doc, "header"))) at = "header";
    if (!at && json_object_get(doc, "facts") && !lt_json_object(doc, "facts")) at = "facts";
    return at;
}

enum results_said results_said(const json_t *doc, const char **place)
{
    enum results_said kind = lt_json_array(doc, "columns")                                    ? RESULTS_SAID_SHEET
                             : lt_json_str(doc, "skipped")                                    ? RESULTS_SAID_SKIPPED
                             : lt_json_object(doc, "pupil") || lt_json_array(doc, "problems") ? RESULTS_SAID_RESULT
                                                                                              : RESULTS_SAID_NOTHING;
    if (!place) return kind;
    *place = kind == RESULTS_SAID_RESULT ? wrong_result(doc) : kind == RESULTS_SAID_SHEET ? wrong_sheet(doc) : kind ? NULL : "pupil";
    if (!*place && kind && !lt_json_str(doc, "sheet")) *place = "sheet";
    if (!*place && (kind == RESULTS_SAID_RESULT || kind == RESULTS_SAID_SKIPPED) && lt_json_int(doc, "row", 0) <= 0) *place = "row";
    return kind;
}

/* --- the form --- */

static int put_text(json_t *to, const json_t *from, const char *key, const char *fallback)
{
    char text[SENTENCE_MAX + 1];
    size_t most = strcmp(key, "message") == 0 ? SENTENCE_MAX : PLAIN_MAX;
    const char *said = lt_json_str_or(from, key, fallback);
    lt_print(text, sizeof text, "%.*s", (int)lt_utf8_clip(said, most), said);
    return json_object_set_new(to, key, json_string(text));
}

static int put_whole(json_t *to, const json_t *from, const char *key)
{
    int64_t n = lt_json_int(from, key, 0);
    return json_object_set_new(to, key, json_integer(n > 0 && n < INT32_MAX ? (json_int_t)n : 0));
}

static json_t *columns_of(const json_t *doc)
{
    json_t *list = json_array();
    size_t i;
    const json_t *v;
    json_array_foreach(lt_json_array(doc, "columns"), i, v) {
        json_t *one = json_object();
        if (put_text(one, v, "column", "") || put_text(one, v, "header", "") || put_text(one, v, "role", "") || json_array_append_new(list, one))
            return json_decref(list), NULL;
    }
    return list;
}

static json_t *problems_of(const json_t *doc)
{
    json_t *list = json_array();
    size_t i;
    const json_t *v;
    json_array_foreach(lt_json_array(doc, "problems"), i, v) {
        json_t *one = json_object();
        if (put_text(one, v, "code", "plugin") || put_text(one, v, "message", lt_json_str_or(v, "code", "")) || json_array_append_new(list, one))
            return json_decref(list), NULL;
    }
    return list;
}

/* Facts are words, numbers and yes or no. */
static json_t *facts_of(const json_t *doc)
{
    json_t *facts = json_object(), *v;
    const char *key;
    json_object_foreach(lt_json_object(doc, "facts"), key, v) {
        if (!json_is_object(v) && !json_is_array(v) && json_object_set(facts, key, v)) return json_decref(facts), NULL;
    }
    return facts;
}

static json_t *words_of(const json_t *doc, const char *key)
{
    json_t *list = json_array();
    size_t i;
    json_t *v;
    json_array_foreach(lt_json_array(doc, key), i, v) {
        if (json_is_string(v) && json_array_append(list, v)) return json_decref(list), NULL;
    }
    return list;
}

json_t *results_said_sheet(const json_t *doc)
{
    json_t *o = json_pack("{s:o, s:o, s:o, s:o}", "columns", columns_of(doc), "facts", facts_of(doc), "missing", words_of(doc, "missing"), "problems",
                          problems_of(doc));
    if (!o || (!put_text(o, doc, "sheet", "") && !put_text(o, doc, "kind", "results") && !put_whole(o, doc, "header"))) return o;
    json_decref(o);
    return NULL;
}

json_t *results_said_skipped(const json_t *doc)
{
    json_t *o = json_object();
    if (!put_text(o, doc, "sheet", "") && !put_whole(o, doc, "row") && !put_text(o, doc, "skipped", "") && !put_text(o, doc, "message", "")) return o;
    json_decref(o);
    return NULL;
}
