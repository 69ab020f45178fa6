#include "plugin/about.h"

#include "plugin/load.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

enum { TEXT_MAX = 300, PLACE_MAX = 160 };

struct judge {
    const char *id;
    char place[PLACE_MAX]; /* of the first thing that is wrong; "" while nothing is */
    bool failed;           /* out of memory */
};

static void wrong(struct judge *j, const char *at, const char *key)
{
    if (!*j->place && !lt_print(j->place, sizeof j->place, "%s%s%s", at, *at && *key ? "." : "", key)) lt_print(j->place, sizeof j->place, "%.40s", at);
}

static bool is_text(const json_t *v)
{
    return json_is_string(v) && json_string_length(v) > 0 && json_string_length(v) <= TEXT_MAX;
}

static void keep(struct judge *j, json_t *to, const char *key, const json_t *v)
{
    if (json_object_set(to, key, (json_t *)(uintptr_t)v)) j->failed = true;
}

/* A text that has to be there, or may be absent. */
static void take_text(struct judge *j, const char *at, const json_t *from, const char *key, bool must, json_t *to)
{
    const json_t *v = json_object_get(from, key);
    if (!v && !must) return;
    if (is_text(v)) keep(j, to, key, v);
    else wrong(j, at, key);
}

static void take_title(struct judge *j, const char *at, const json_t *from, json_t *to)
{
    const json_t *title = lt_json_object(from, "title");
    json_t *both = json_object();
    char inside[PLACE_MAX];
    lt_print(inside, sizeof inside, "%.120s.title", at);
    if (!title) wrong(j, at, "title");
    take_text(j, inside, title, "ru", true, both);
    take_text(j, inside, title, "en", true, both);
    if (!both || json_object_set_new(to, "title", both)) j->failed = true;
}

static void take_values(struct judge *j, const char *at, const json_t *from, json_t *to)
{
    const json_t *list = json_object_get(from, "values");
    size_t i;
    const json_t *v;
    if (!list) return;
    bool good = json_is_array(list) && json_array_size(list) > 0 && json_array_size(list) <= PLUGIN_WORDS_MAX;
    json_array_foreach(list, i, v) good = good && is_text(v);
    if (good) keep(j, to, "values", list);
    else wrong(j, at, "values");
}

typedef void one_fn(struct judge *j, const char *at, const json_t *from, json_t *to);

/* The objects of from[key], each taken by fn, at most `most`; absent is nothing unless it must be there. */
static void take_list(struct judge *j, const char *at, const json_t *from, const char *key, size_t most, bool must, one_fn *fn, json_t *to)
{
    const json_t *list = json_object_get(from, key), *v;
    json_t *clean = json_array();
    size_t i;
    if (!list && !must) {
        json_decref(clean);
        return;
    }
    if (!json_is_array(list) || json_array_size(list) > most || (must && !json_array_size(list))) wrong(j, at, key);
    json_array_foreach(list, i, v) {
        char inside[PLACE_MAX];
        json_t *one = json_object();
        lt_print(inside, sizeof inside, "%.60s%s%s[%zu]", at, *at ? "." : "", key, i);
        if (json_is_object(v)) fn(j, inside, v, one);
        else wrong(j, inside, "");
        if (!one || json_array_append_new(clean, one)) j->failed = true;
    }
    if (!clean || json_object_set_new(to, key, clean)) j->failed = true;
}

static void take_column(struct judge *j, const char *at, const json_t *from, json_t *to)
{
    const json_t *required = json_object_get(from, "required");
    take_text(j, at, from, "word", true, to);
    take_title(j, at, from, to);
    if (json_is_boolean(required)) keep(j, to, "required", required);
    else if (required) wrong(j, at, "required");
}

static void take_fact(struct judge *j, const char *at, const json_t *from, json_t *to)
{
    take_text(j, at, from, "name", true, to);
    take_title(j, at, from, to);
    take_values(j, at, from, to);
}

static void take_setting(struct judge *j, const char *at, const json_t *from, json_t *to)
{
    take_fact(j, at, from, to);
    take_text(j, at, from, "kind", false, to);
}

bool plugin_format_name(const char *name, const char *id)
{
    size_t n = strlen(id);
    return strncmp(name, id, n) == 0 && (name[n] == 0 || name[n] == '-') && plugin_id_valid(name);
}

static void take_format(struct judge *j, const char *at, const json_t *from, json_t *to)
{
    take_text(j, at, from, "name", true, to);
    if (!plugin_format_name(lt_json_str_or(to, "name", ""), j->id)) wrong(j, at, "name");
    take_title(j, at, from, to);
    take_list(j, at, from, "columns", PLUGIN_WORDS_MAX, false, take_column, to);
    take_list(j, at, from, "facts", PLUGIN_WORDS_MAX, false, take_fact, to);
}

int plugin_about_judge(json_t *about, const char *id, struct lt_error *err)
{
    struct judge j = {.id = id};
    bool imports = lt_json_array_has(lt_json_array(about, "capabilities"), plugin_cap_id(PLUGIN_IMPORTER));
    if (imports) take_list(&j, "", about, "formats", PLUGIN_FORMATS_MAX, true, take_format, about);
    take_list(&j, "", about, "settings", PLUGIN_WORDS_MAX, false, take_setting, about);
    if (j.failed) return lt_fail_memory(err);
    return *j.place ? lt_fail(err, LT_REFUSED, "plugin.described", "id", id, "place", j.place, (char *)NULL) : 0;
}
