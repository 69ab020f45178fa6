/* openapi.json (OpenAPI 3.1): what goes in is described wholly by the fields of the rows; what comes out by its kind and by the value sets of
 * the noun, which answers use as the fields do. */
#include "http/api.h"
#include "http/describe.h"
#include "http/input.h"

#include "base/json.h"
#include "base/text.h"
#include "model/values.h"

#include <string.h>

enum { TEXT_MAX = 500, LINES_MAX = 10000, SECRET_MAX = 200, LIST_MAX = 500 };

static json_t *ref(const char *kind, const char *name)
{
    char path[120];
    lt_print(path, sizeof path, "#/components/%s/%s", kind, name);
    return json_pack("{s:s}", "$ref", path);
}

static json_t *set_ref(const char *set)
{
    char name[80];
    lt_print(name, sizeof name, "set.%s", set);
    return ref("schemas", name);
}

/* --- fields --- */

static json_t *text_schema(const struct uc_field *f, long long most)
{
    json_t *s = json_pack("{s:s, s:I}", "type", "string", "maxLength", (json_int_t)(f->max ? f->max : most));
    if (s && f->min) lt_json_put_int(s, "minLength", f->min);
    return s;
}

static json_t *number_schema(const struct uc_field *f, const char *type)
{
    json_t *s = json_pack("{s:s}", "type", type);
    if (s && (f->min || f->max)) {
        lt_json_put_int(s, "minimum", f->min);
        lt_json_put_int(s, "maximum", f->max);
    }
    return s;
}

static json_t *one_schema(const struct uc_field *f)
{
    switch (f->type) {
    case UC_TEXT:
        return text_schema(f, TEXT_MAX);
    case UC_LINES:
        return text_schema(f, LINES_MAX);
    case UC_ID:
        return json_pack("{s:s, s:s}", "type", "string", "format", "uuid");
    case UC_INT:
        return number_schema(f, "integer");
    case UC_DEC:
        return number_schema(f, "number");
    case UC_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case UC_DATE:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date");
    case UC_ENUM:
    case UC_WORDS:
        return f->values && model_values(f->values, NULL) ? set_ref(f->values) : json_pack("{s:s}", "type", "string");
    case UC_LOGIN:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", "^[A-Za-z][A-Za-z0-9._-]{1,59}$");
    case UC_FILE:
        return ref("schemas", "Upload");
    case UC_SECRET:
        return json_pack("{s:s, s:s, s:i}", "type", "string", "format", "password", "maxLength", SECRET_MAX);
    case UC_OBJECT:
        return json_pack("{s:[s, s]}", "type", "object", "array");
    }
    return NULL;
}

static json_t *field_schema(enum lt_lang lang, const struct uc_row *row, const struct uc_field *f)
{
    json_t *s = one_schema(f);
    if (http_field_many(f)) s = json_pack("{s:s, s:o}", "type", "array", "items", s);
    if (s) lt_json_put_str(s, "description", uc_field_label(lang, row->noun, f->name));
    return s;
}

/* --- what goes in --- */

static void add_parameter(json_t *list, const char *in, const char *name, bool required, json_t *schema)
{
    json_t *description = json_incref(json_object_get(schema, "description"));
    json_object_del(schema, "description");
    json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o, s:o*}", "name", name, "in", in, "required", required, "schema", schema, "description",
                                          description));
}

static bool in_query(const struct uc_row *row)
{
    return strcmp(row->method, "GET") == 0 || strcmp(row->method, "DELETE") == 0;
}

static json_t *parameters(enum lt_lang lang, const struct uc_row *row)
{
    json_t *list = json_array();
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        bool path = http_path_names(row, f->name);
        if (path || (in_query(row) && f->type != UC_FILE))
            add_parameter(list, path ? "path" : "query", f->name, path || (f->flags & UC_REQUIRED) != 0, field_schema(lang, row, f));
    }
    if (row->reply == UC_LIST) {
        json_array_append_new(list, ref("parameters", "limit"));
        json_array_append_new(list, ref("parameters", "cursor"));
    }
    if (row->flags & UC_REVISION) json_array_append_new(list, ref("parameters", "ifMatch"));
    if (row->flags & UC_WRITE) json_array_append_new(list, ref("parameters", "idempotencyKey"));
    json_array_append_new(list, ref("parameters", "lang"));
    return list;
}

/* The fields that stand in the body; files: those alone, as the parts of a form. */
static json_t *body_schema(enum lt_lang lang, const struct uc_row *row, bool files)
{
    json_t *properties = json_object(), *required = json_array();
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        if (http_path_names(row, f->name) || (files && f->type != UC_FILE)) continue;
        json_t *s = field_schema(lang, row, f);
        if (files) {
            json_decref(s);
            s = json_pack("{s:s, s:s}", "type", "string", "format", "binary");
            if (http_field_many(f)) s = json_pack("{s:s, s:o}", "type", "array", "items", s);
        }
        json_object_set_new(properties, f->name, s);
        if ((f->flags & UC_REQUIRED) && !files) json_array_append_new(required, json_string(f->name));
    }
    if (!files && (row->flags & UC_REVISION))
        json_object_set_new(properties, "revision", json_pack("{s:s, s:i, s:s}", "type", "integer", "minimum", 1, "description", "the same as If-Match"));
    if (api_is_login(row)) {
        static const struct uc_field login = {"login", UC_TEXT, 0, 0, 0, NULL}, password = {"password", UC_SECRET, 0, 0, 0, NULL};
        json_object_set_new(properties, "login", field_schema(lang, row, &login));
        json_object_set_new(properties, "password", field_schema(lang, row, &password));
        json_array_append_new(required, json_string("login"));
        json_array_append_new(required, json_string("password"));
    }
    if (files) json_object_set_new(properties, "values", ref("schemas", "Values"));
    json_t *s = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties, "additionalProperties", 0);
    if (json_array_size(required)) json_object_set(s, "required", required);
    json_decref(required);
    return s;
}

static json_t *request_body(enum lt_lang lang, const struct uc_row *row)
{
    if (in_query(row)) return NULL;
    bool files = false;
    for (const struct uc_field *f = row->fields; f && f->name; f++)
        files = files || f->type == UC_FILE;
    json_t *content = json_pack("{s:{s:o}}", "application/json", "schema", body_schema(lang, row, false));
    if (files) json_object_set_new(content, "multipart/form-data", json_pack("{s:o}", "schema", body_schema(lang, row, true)));
    return json_pack("{s:o}", "content", content);
}

/* --- what comes out --- */

static json_t *json_answer(const char *text, json_t *schema)
{
    return json_pack("{s:s, s:{s:{s:o}}}", "description", text, "content", "application/json", "schema", schema);
}

static void noun_name(const struct uc_row *row, char out[60])
{
    lt_print(out, 60, "%s", row->noun);
}

static json_t *responses(const struct uc_row *row)
{
    json_t *all = json_object();
    char noun[60];
    noun_name(row, noun);
    bool creates = strcmp(row->method, "POST") == 0 && !*row->tail && (row->flags & UC_WRITE) && strcmp(row->noun, "session") != 0;
    if (row->reply == UC_NONE) {
        json_object_set_new(all, "204", json_pack("{s:s}", "description", "done"));
    } else if (row->reply == UC_BYTES) {
        json_t *any = json_pack("{s:{}}", "*/*");
        json_object_set_new(all, "200", json_pack("{s:s, s:o}", "description", "the bytes", "content", any));
        json_object_set_new(all, "206", json_pack("{s:s}", "description", "the range asked for"));
        json_object_set_new(all, "304", json_pack("{s:s}", "description", "as the client has it"));
    } else if (row->reply == UC_LIST) {
        json_t *items = json_pack("{s:s, s:o}", "type", "array", "items", ref("schemas", noun));
        json_t *page = json_pack("{s:s, s:[s, s], s:{s:o, s:{s:[s, s]}}}", "type", "object", "required", "items", "next", "properties", "items", items,
                                 "next", "type", "string", "null");
        json_object_set_new(all, "200", json_answer("a page", page));
    } else {
        json_object_set_new(all, "200", json_answer("the answer", ref("schemas", noun)));
        if (creates) json_object_set_new(all, "201", json_answer("a new thing", ref("schemas", noun)));
    }
    if (row->flags & UC_LONG) json_object_set_new(all, "202", json_answer("it is done as a job", ref("schemas", "job")));
    json_object_set_new(all, "default", ref("responses", "Problem"));
    return all;
}

/* --- paths --- */

struct drawing {
    enum lt_lang lang;
    json_t *paths, *nouns;
};

static json_t *operation(enum lt_lang lang, const struct uc_row *row)
{
    char id[96], title[128];
    lt_print(id, sizeof id, "%s.%s", row->noun, row->verb);
    lt_print(title, sizeof title, "uc.%s", id);
    json_t *o = json_pack("{s:s, s:s, s:[s], s:o, s:o}", "operationId", id, "summary", lt_msg(lang, title), "tags", row->noun, "parameters",
                          parameters(lang, row), "responses", responses(row));
    json_t *body = request_body(lang, row);
    if (o && body) json_object_set_new(o, "requestBody", body);
    if (o && ((row->flags & UC_ANONYMOUS) || api_is_login(row))) json_object_set_new(o, "security", json_array());
    return o;
}

static const struct uc_field *answer_field(const struct uc_field *f)
{
    bool plain = f->type == UC_ENUM || f->type == UC_WORDS;
    return plain && f->values && model_values(f->values, NULL) ? f : NULL;
}

/* Words in answers are words of the set that the field of the same name takes. */
static void add_noun(json_t *nouns, const struct uc_row *row)
{
    char noun[60];
    noun_name(row, noun);
    json_t *s = json_object_get(nouns, noun), *properties = json_object_get(s, "properties");
    if (!s) {
        properties = json_object();
        json_object_set_new(nouns, noun, json_pack("{s:s, s:o}", "type", "object", "properties", properties));
    }
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        if (!answer_field(f) || json_object_get(properties, f->name)) continue;
        /* a text is a word of the set; a document may stand under the same key */
        json_object_set_new(properties, f->name, json_pack("{s:[o, {s:[s, s, s]}]}", "anyOf", set_ref(f->values), "type", "object", "array", "null"));
    }
}

static int draw_row(void *ctx, const struct uc_row *row)
{
    struct drawing *d = ctx;
    char path[ROUTER_PATH], method[16];
    http_row_path(row, path);
    lt_print(method, sizeof method, "%s", row->method);
    for (char *c = method; *c; c++)
        *c = (char)(*c - 'A' + 'a');
    json_t *item = json_object_get(d->paths, path);
    if (!item) {
        item = json_object();
        json_object_set_new(d->paths, path, item);
    }
    json_object_set_new(item, method, operation(d->lang, row));
    add_noun(d->nouns, row);
    return item ? 0 : -1;
}

/* --- the rest --- */

static void add_sets(json_t *schemas)
{
    const char *name;
    for (size_t i = 0; (name = model_value_set(i)); i++) {
        char id[80];
        size_t n;
        const char *const *words = model_values(name, &n);
        json_t *list = json_array();
        for (size_t k = 0; k < n; k++)
            json_array_append_new(list, json_string(words[k]));
        lt_print(id, sizeof id, "set.%s", name);
        json_object_set_new(schemas, id, json_pack("{s:s, s:o}", "type", "string", "enum", list));
    }
}

static void add_common(json_t *schemas)
{
    static const char problem[] =
        "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\",\"code\",\"params\",\"instance\"],\"additionalProperties\":false,"
        "\"properties\":{\"type\":{\"const\":\"about:blank\"},\"title\":{\"type\":\"string\",\"minLength\":1},\"status\":{\"type\":\"integer\",\"minimum\":400,\"maximum\":599},"
        "\"detail\":{\"type\":\"string\",\"minLength\":1},\"code\":{\"type\":\"string\",\"pattern\":\"^[a-z_]+(\\\\.[a-z0-9_]+)+$\"},\"field\":{\"type\":\"string\"},"
        "\"params\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},\"details\":{\"type\":[\"object\",\"array\"]},"
        "\"instance\":{\"type\":\"string\",\"format\":\"uuid\"}}}";
    json_object_set_new(schemas, "Problem", json_loads(problem, 0, NULL));
    json_object_set_new(schemas, "Upload", json_pack("{s:s, s:[s], s:{s:{s:s}}}", "type", "object", "required", "upload", "properties", "upload", "type", "string"));
    json_object_set_new(schemas, "Values", json_pack("{s:s, s:s}", "type", "object", "description", "the other fields, as in application/json"));
    json_object_set_new(schemas, "job", json_pack("{s:s}", "type", "object"));
}

static json_t *common_parameters(void)
{
    static const char text[] =
        "{\"limit\":{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":500,\"default\":50}},"
        "\"cursor\":{\"name\":\"cursor\",\"in\":\"query\",\"schema\":{\"type\":\"string\"},\"description\":\"`next` of the page before\"},"
        "\"lang\":{\"name\":\"lang\",\"in\":\"query\",\"schema\":{\"enum\":[\"ru\",\"en\"]},\"description\":\"of messages; else Accept-Language\"},"
        "\"ifMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"schema\":{\"type\":\"string\",\"pattern\":\"^\\\"[0-9]+\\\"$\"},\"description\":\"the revision seen\"},"
        "\"idempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"schema\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9_-]{8,64}$\"},"
        "\"description\":\"the same call with the same key answers as the first time\"}}";
    return json_loads(text, 0, NULL);
}

static json_t *security_schemes(void)
{
    static const char text[] =
        "{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
        "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"letopis\",\"description\":\"__Host-letopis under TLS; writes carry X-Letopis-CSRF: the csrf of GET /session\"}}";
    return json_loads(text, 0, NULL);
}

json_t *http_openapi(enum lt_lang lang)
{
    struct drawing d = {.lang = lang, .paths = json_object(), .nouns = json_object()};
    add_common(d.nouns);
    add_sets(d.nouns);
    http_each_row(draw_row, &d);
    json_t *problem = json_pack("{s:{s:s, s:{s:{s:o}}}}", "Problem", "description", "RFC 9457", "content", "application/problem+json", "schema",
                                ref("schemas", "Problem"));
    json_t *components = json_pack("{s:o, s:o, s:o, s:o}", "schemas", d.nouns, "parameters", common_parameters(), "responses", problem,
                                   "securitySchemes", security_schemes());
    return json_pack("{s:s, s:{s:s, s:s}, s:[{s:s}], s:[{s:[]}, {s:[]}], s:o, s:o}", "openapi", "3.1.0", "info", "title", "Letopis", "version",
                     LETOPIS_VERSION, "servers", "url", HTTP_API, "security", "token", "cookie", "paths", d.paths, "components", components);
}
