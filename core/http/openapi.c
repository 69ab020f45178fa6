/* openapi.json (OpenAPI 3.1): what goes in is described by the fields of the rows, what comes out by their shapes (openapi_out.c). */
#include "http/api.h"
#include "http/describe.h"
#include "http/input.h"
#include "http/openapi.h"

#include "base/json.h"
#include "base/text.h"
#include "model/values.h"

#include <string.h>

enum { TEXT_MAX = 500, LINES_MAX = 10000, SECRET_MAX = 200, LIST_MAX = 500 };

json_t *openapi_ref(const char *kind, const char *name)
{
    char path[120];
    lt_print(path, sizeof path, "#/components/%s/%s", kind, name);
    return json_pack("{s:s}", "$ref", path);
}

json_t *openapi_set(const char *set)
{
    char name[80];
    lt_print(name, sizeof name, "set.%s", set);
    return openapi_ref("schemas", name);
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
        return f->values && model_values(f->values, NULL) ? openapi_set(f->values) : json_pack("{s:s}", "type", "string");
    case UC_LOGIN:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", "^[A-Za-z][A-Za-z0-9._-]{1,59}$");
    case UC_FILE:
        return openapi_ref("schemas", "Upload");
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
        json_array_append_new(list, openapi_ref("parameters", "limit"));
        json_array_append_new(list, openapi_ref("parameters", "cursor"));
        json_array_append_new(list, openapi_ref("parameters", "xlsx"));
    }
    if (row->reply == UC_BYTES && strcmp(row->method, "GET") == 0) {
        json_array_append_new(list, openapi_ref("parameters", "range"));
        json_array_append_new(list, openapi_ref("parameters", "ifNoneMatch"));
    }
    if (row->flags & UC_REVISION) json_array_append_new(list, openapi_ref("parameters", "ifMatch"));
    if (row->flags & UC_WRITE) json_array_append_new(list, openapi_ref("parameters", "idempotencyKey"));
    json_array_append_new(list, openapi_ref("parameters", "lang"));
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
    if (files) json_object_set_new(properties, "values", openapi_ref("schemas", "Values"));
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

/* --- paths --- */

struct drawing {
    enum lt_lang lang;
    json_t *paths;
};

/* A write with the cookie carries the CSRF word; nothing is asked of who needs no account. */
static json_t *security(const struct uc_row *row)
{
    if ((row->flags & UC_ANONYMOUS) || api_is_login(row)) return json_array();
    if (strcmp(row->method, "GET") == 0) return NULL;
    return json_pack("[{s:[]}, {s:[], s:[]}]", "token", "cookie", "csrf");
}

/* The summary is English; in Russian the title stands as the description. */
static json_t *operation(enum lt_lang lang, const struct uc_row *row)
{
    char id[96], title[128];
    lt_print(id, sizeof id, "%s.%s", row->noun, row->verb);
    lt_print(title, sizeof title, "uc.%s", id);
    json_t *o = json_pack("{s:s, s:s, s:s*, s:[s], s:o, s:o}", "operationId", id, "summary", lt_msg(LT_EN, title), "description",
                          lang == LT_EN ? NULL : lt_msg(lang, title), "tags", row->noun, "parameters", parameters(lang, row), "responses",
                          openapi_responses(row));
    json_t *body = request_body(lang, row), *who = security(row);
    if (o && body) json_object_set_new(o, "requestBody", body);
    if (o && who) json_object_set_new(o, "security", who);
    if (o && openapi_add_examples(row, o)) return json_decref(o), NULL;
    return o;
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

json_t *http_openapi(enum lt_lang lang)
{
    struct drawing d = {.lang = lang, .paths = json_object()};
    json_t *schemas = json_object();
    add_sets(schemas);
    bool bad = openapi_add_schemas(schemas) || openapi_add_shapes(schemas) || http_each_row(draw_row, &d) || openapi_add_paths(d.paths);
    json_t *components = json_pack("{s:o, s:o, s:o, s:o, s:o}", "schemas", schemas, "parameters", openapi_parameters(), "responses", openapi_problems(),
                                   "headers", openapi_headers(), "securitySchemes", openapi_security_schemes());
    json_t *doc = json_pack("{s:s, s:o, s:[{s:s}], s:[{s:[]}, {s:[]}], s:o, s:o}", "openapi", "3.1.0", "info", openapi_info(), "servers", "url", HTTP_API,
                            "security", "token", "cookie", "paths", d.paths, "components", components);
    if (!bad) return doc;
    json_decref(doc);
    return NULL;
}
