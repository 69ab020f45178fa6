/* What comes out: shapes as schemas, and the answers of a row by status. */
#include "http/openapi.h"

#include "http/api.h"
#include "http/describe.h"

#include "base/json.h"
#include "base/text.h"
#include "usecase/shape.h"

#include <string.h>

/* --- schemas --- */

static json_t *own_words(const char *words)
{
    json_t *list = json_array();
    for (const char *w = words; *w; w += strcspn(w, "|"), w += strspn(w, "|"))
        json_array_append_new(list, json_stringn(w, strcspn(w, "|")));
    return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

static json_t *one_schema(const struct uc_shape_field *f)
{
    switch (f->kind) {
    case UC_SHAPE_INT:
        return json_pack("{s:s}", "type", "integer");
    case UC_SHAPE_NUMBER:
        return json_pack("{s:s}", "type", "number");
    case UC_SHAPE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case UC_SHAPE_ID:
        return json_pack("{s:s, s:s}", "type", "string", "format", "uuid");
    case UC_SHAPE_ACTOR:
        return openapi_ref("schemas", "Actor");
    case UC_SHAPE_DATE:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date");
    case UC_SHAPE_AT:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    case UC_SHAPE_SHA256:
        return openapi_ref("schemas", "Sha256");
    case UC_SHAPE_WORD:
        return f->words ? own_words(f->words) : openapi_set(f->type + 1);
    case UC_SHAPE_PART:
        return openapi_ref("schemas", f->part->name);
    case UC_SHAPE_ANY:
        return json_object();
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

static json_t *field_schema(const struct uc_shape_field *f)
{
    json_t *s = one_schema(f);
    if (f->many) s = json_pack("{s:s, s:o}", "type", "array", "items", s);
    if (f->map) s = json_pack("{s:s, s:o}", "type", "object", "additionalProperties", s);
    if (f->null && f->kind != UC_SHAPE_ANY) s = json_pack("{s:[o, {s:s}]}", "anyOf", s, "type", "null");
    return s;
}

/* beside: those that stand beside the items of a list, else all others. */
static int take_fields(const char *fields, bool beside, json_t *properties, json_t *required)
{
    struct uc_shape_walk w;
    struct uc_shape_field f;
    bool secret = false;
    int bad = 0;
    uc_shape_begin(&w, fields);
    while (uc_shape_next(&w, &f)) {
        if (f.beside != beside) continue;
        bad |= json_object_set_new(properties, f.name, field_schema(&f));
        if (!f.optional && !f.secret) bad |= json_array_append_new(required, json_string(f.name));
        secret = secret || f.secret;
    }
    if (secret) bad |= json_object_set_new(properties, "withheld", openapi_ref("schemas", "Withheld"));
    return bad;
}

static json_t *object_schema(json_t *properties, json_t *required)
{
    json_t *s = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties, "additionalProperties", 0);
    if (s && json_array_size(required)) json_object_set(s, "required", required);
    json_decref(required);
    return s;
}

static json_t *shape_schema(const char *fields)
{
    json_t *properties = json_object(), *required = json_array();
    if (take_fields(fields, false, properties, required)) {
        json_decref(properties);
        json_decref(required);
        return NULL;
    }
    return object_schema(properties, required);
}

int openapi_add_shapes(json_t *schemas)
{
    const struct uc_shape *s;
    int bad = 0;
    for (size_t i = 0; (s = uc_shape_at(i)); i++)
        bad |= json_object_set_new(schemas, s->name, shape_schema(s->fields));
    return bad ? -1 : 0;
}

/* --- answers --- */

static json_t *given(const struct uc_row *row)
{
    const char *name, *fields = uc_row_gives(http_answer_row(row), &name);
    if (!fields) return json_pack("{s:s}", "type", "object");
    return name ? openapi_ref("schemas", name) : shape_schema(fields);
}

static json_t *page_schema(const struct uc_row *row)
{
    json_t *properties = json_pack("{s:{s:s, s:o}, s:{s:[s, s]}}", "items", "type", "array", "items", given(row), "next", "type", "string", "null");
    json_t *required = json_pack("[s, s]", "items", "next");
    const char *fields = uc_row_gives(row, NULL);
    if (fields && take_fields(fields, true, properties, required)) {
        json_decref(properties);
        json_decref(required);
        return NULL;
    }
    return object_schema(properties, required);
}

static json_t *json_answer(const char *text, json_t *schema)
{
    return json_pack("{s:s, s:{s:{s:o}}}", "description", text, "content", "application/json", "schema", schema);
}

/* A write repeated under its Idempotency-Key may answer shorter. */
static json_t *one_answer(const struct uc_row *row, const char *text)
{
    bool again = (row->flags & UC_WRITE) && !(row->flags & UC_REPEAT);
    struct uc_shape_walk w;
    struct uc_shape_field f;
    json_t *schema = given(row);
    if (again) schema = json_pack("{s:[o, o]}", "anyOf", schema, openapi_ref("schemas", "repeated"));
    json_t *answer = json_answer(text, schema);
    uc_shape_begin(&w, uc_row_gives(row, NULL) ? uc_row_gives(row, NULL) : "");
    while (answer && uc_shape_next(&w, &f)) {
        if (strcmp(f.name, "revision") == 0) json_object_set_new(answer, "headers", json_pack("{s:o}", "ETag", openapi_ref("headers", "Revision")));
    }
    return answer;
}

static void add_good(const struct uc_row *row, json_t *all)
{
    bool creates = strcmp(row->method, "POST") == 0 && !*row->tail && (row->flags & UC_WRITE) && strcmp(row->noun, "session") != 0;
    if (row->reply == UC_NONE) {
        json_object_set_new(all, "204", openapi_ref("responses", "Done"));
    } else if (row->reply == UC_BYTES) {
        bool read = strcmp(row->method, "GET") == 0;
        json_object_set_new(all, "200", openapi_ref("responses", "Bytes"));
        if (read) json_object_set_new(all, "206", openapi_ref("responses", "Part"));
        if (read) json_object_set_new(all, "304", openapi_ref("responses", "Same"));
        if (read) json_object_set_new(all, "416", openapi_ref("responses", "NoRange"));
    } else if (row->reply == UC_LIST) {
        json_t *page = json_answer("a page", page_schema(row));
        json_t *sheet = json_pack("{s:{s:s, s:s}}", "schema", "type", "string", "format", "binary");
        json_object_set_new(json_object_get(page, "content"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheet);
        json_object_set_new(all, "200", page);
    } else {
        json_object_set_new(all, "200", one_answer(row, creates ? "done before, or nothing new" : "the answer"));
        if (creates) json_object_set_new(all, "201", one_answer(row, "a new thing"));
    }
    if (row->flags & UC_LONG) json_object_set_new(all, "202", openapi_ref("responses", "Job"));
}

static void add_problem(json_t *all, bool so, const char *status)
{
    if (so) json_object_set_new(all, status, openapi_ref("responses", status));
}

json_t *openapi_responses(const struct uc_row *row)
{
    json_t *all = json_object();
    bool anonymous = (row->flags & UC_ANONYMOUS) != 0, files = false, read = strcmp(row->method, "GET") == 0, quiet = (row->flags & UC_QUIET) != 0;
    for (const struct uc_field *f = row->fields; f && f->name; f++)
        files = files || f->type == UC_FILE;
    if (!all) return NULL;
    add_good(row, all);
    add_problem(all, true, "400");
    add_problem(all, !anonymous, "401");
    add_problem(all, !anonymous, "403");
    add_problem(all, row->fields || row->right, "404");
    add_problem(all, !read, "409");
    add_problem(all, (row->flags & UC_REVISION) != 0, "412");
    add_problem(all, !read, "413");
    add_problem(all, files, "415");
    add_problem(all, row->fields != NULL || row->reply == UC_LIST || api_is_login(row), "422");
    add_problem(all, !anonymous && !quiet, "428");
    json_object_set_new(all, "default", openapi_ref("responses", "Problem"));
    return all;
}
