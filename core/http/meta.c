/* /api/v1/meta: what forms and tables are made of, in the reader's language. No data of the school but its name, its accent and its limits.
 * Without a noun it is what every page needs; with nouns the fields of their use cases, which a page with a form asks for. Both carry a tag, so
 * that a browser has them once. */
#include "http/describe.h"
#include "http/inside.h"
#include "http/input.h"
#include "http/router.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/values.h"

#include <stdlib.h>
#include <string.h>

static json_t *sets(enum lt_lang lang)
{
    json_t *all = json_object();
    const char *name;
    for (size_t i = 0; all && (name = model_value_set(i)); i++) {
        size_t n;
        const char *const *words = model_values(name, &n);
        json_t *set = json_array();
        for (size_t k = 0; set && k < n; k++)
            json_array_append_new(set, json_pack("{s:s, s:s}", "value", words[k], "label", lt_label(lang, name, words[k])));
        json_object_set_new(all, name, set);
    }
    return all;
}

/* What is not so is left out. */
static void mark(json_t *doc, const char *key, bool on)
{
    if (doc && on) lt_json_put_bool(doc, key, true);
}

static json_t *field(enum lt_lang lang, const struct uc_row *row, const struct uc_field *f)
{
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s*}", "name", f->name, "type", http_type_word(f->type), "label",
                            uc_field_label(lang, row->noun, f->name), "values", f->values);
    mark(doc, "required", (f->flags & UC_REQUIRED) != 0);
    mark(doc, "many", http_field_many(f));
    if (doc && (f->min || f->max)) {
        lt_json_put_int(doc, "min", f->min);
        lt_json_put_int(doc, "max", f->max);
    }
    return doc;
}

static json_t *columns(enum lt_lang lang, const struct uc_row *row)
{
    json_t *list = json_array();
    for (const char *w = row->columns; list && w && *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        char name[64];
        lt_print(name, sizeof name, "%.*s", (int)strcspn(w, " "), w);
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", name, "label", uc_field_label(lang, row->noun, name)));
    }
    return list;
}

static json_t *use_case(enum lt_lang lang, const struct uc_row *row)
{
    static const char *const replies[] = {[UC_ONE] = "one", [UC_LIST] = "list", [UC_NONE] = "none", [UC_BYTES] = "bytes", [UC_JOBS] = "job"};
    char path[ROUTER_PATH], title[128];
    http_row_path(row, path);
    lt_print(title, sizeof title, "uc.%s.%s", row->noun, row->verb);
    json_t *fields = json_array();
    for (const struct uc_field *f = row->fields; fields && f && f->name; f++)
        json_array_append_new(fields, field(lang, row, f));
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:o}", "method", row->method, "path", path, "title", lt_msg(lang, title), "reply",
                            replies[row->reply], "fields", fields);
    if (doc && row->columns) json_object_set_new(doc, "columns", columns(lang, row));
    mark(doc, "write", (row->flags & UC_WRITE) != 0);
    mark(doc, "revision", (row->flags & UC_REVISION) != 0);
    return doc;
}

enum { NOUNS = 32 };
struct gathering {
    enum lt_lang lang;
    const char *nouns[NOUNS]; /* asked for, as they stand in the query */
    size_t len;
    json_t *all;
};

static enum MHD_Result take_noun(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct gathering *g = ctx;
    (void)kind;
    if (strcmp(key, "noun") == 0 && value && g->len < NOUNS) g->nouns[g->len++] = value;
    return MHD_YES;
}

static int gather(void *ctx, const struct uc_row *row)
{
    struct gathering *g = ctx;
    char id[96];
    lt_print(id, sizeof id, "%s.%s", row->noun, row->verb);
    for (size_t i = 0; i < g->len; i++)
        if (strcmp(g->nouns[i], row->noun) == 0) return json_object_set_new(g->all, id, use_case(g->lang, row));
    return 0;
}

/* Words for what may become a job: the only use cases a person sees named without their form. */
static int gather_long(void *ctx, const struct uc_row *row)
{
    struct gathering *g = ctx;
    char id[96], title[128];
    if (!(row->flags & UC_LONG)) return 0;
    lt_print(id, sizeof id, "%s.%s", row->noun, row->verb);
    lt_print(title, sizeof title, "uc.%s", id);
    return json_object_set_new(g->all, id, json_string(lt_msg(g->lang, title)));
}

static json_t *about(struct http_exchange *x)
{
    struct lt_error ignored = {0};
    struct uc_answer answer = {0};
    json_t *nothing = json_object(), *body = NULL;
    struct uc_request r = {.noun = "school", .verb = "about", .values = nothing, .lang = LT_RU, .door = UC_HTTP, .trace = x->id};
    if (uc_dispatch(x->server->config.app, &r, &answer, &ignored) == 0) body = json_incref(answer.body);
    uc_answer_clear(&answer);
    lt_error_clear(&ignored);
    json_decref(nothing);
    return body;
}

/* What the server sets, and what the school does. */
static json_t *limits(const struct http_exchange *x, const json_t *school)
{
    json_t *doc = json_pack("{s:I, s:I, s:I, s:i}", "json_bytes", (json_int_t)INPUT_JSON_MAX, "upload_bytes",
                            (json_int_t)x->server->config.web_upload_max, "resumable_from", (json_int_t)5 << 20, "json_levels", INPUT_DEPTH_MAX);
    json_t *own = lt_json_object(school, "limits");
    if (doc && own) json_object_update(doc, own);
    return doc;
}

void http_meta_run(struct http_exchange *x)
{
    struct gathering g = {.lang = http_lang(x), .all = json_object()};
    json_t *doc;
    MHD_get_connection_values(x->mhd, MHD_GET_ARGUMENT_KIND, take_noun, &g);
    http_each_row(g.len ? gather : gather_long, &g);
    if (g.len) {
        doc = json_pack("{s:s, s:s, s:o}", "lang", lt_lang_word(g.lang), "version", LETOPIS_VERSION, "use_cases", g.all);
    } else {
        json_t *school = about(x);
        doc = json_pack("{s:s, s:s, s:O*, s:o, s:o, s:o}", "lang", lt_lang_word(g.lang), "version", LETOPIS_VERSION, "school", school, "sets",
                        sets(g.lang), "jobs", g.all, "limits", limits(x, school));
        json_t *shown = lt_json_object(doc, "school");
        if (shown) json_object_del(shown, "limits");
        json_decref(school);
    }
    http_reply_json_tagged(x, doc);
}

void http_openapi_run(struct http_exchange *x)
{
    http_reply_json_tagged(x, http_openapi(http_lang(x)));
}
