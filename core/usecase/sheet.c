#include "usecase/sheet.h"
#include "usecase/spool.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 20000u
#define PAGE 500

/* One page of the list with the same filters. */
static int page(struct uc_call *call, const json_t *asked, const char *cursor, json_t **out, struct lt_error *err)
{
    json_t *in = json_deep_copy(asked);
    const json_t *was = call->in;
    if (!in || json_object_del(in, "xlsx") || lt_json_put_int(in, "limit", PAGE) || lt_json_put_str(in, "cursor", cursor)) {
        json_decref(in);
        return lt_fail_memory(err);
    }
    call->in = in;
    int rc = call->row->run(call, in, out, err);
    call->in = was;
    json_decref(in);
    return rc;
}

static int gather(struct uc_call *call, json_t *items, struct lt_error *err)
{
    char *cursor = NULL;
    const json_t *asked = call->in;
    int rc;
    do {
        json_t *part = NULL;
        rc = page(call, asked, cursor, &part, err);
        free(cursor);
        cursor = NULL;
        if (!rc && json_array_extend(items, lt_json_array(part, "items"))) rc = lt_fail_memory(err);
        if (!rc && lt_json_str(part, "next") && !(cursor = lt_strdup(lt_json_str(part, "next")))) rc = lt_fail_memory(err);
        json_decref(part);
        if (!rc && json_array_size(items) > ROWS_MAX) rc = lt_fail(err, LT_REFUSED, "list.sheet_long", "limit", LT_NUM(ROWS_MAX), (char *)NULL);
    } while (!rc && cursor);
    free(cursor);
    return rc;
}

static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* A column is "key", "a.b" or, where no field says of which set its words are, "key:set". */
struct column {
    char path[64], set[64];
};

static struct column column_of(const struct uc_call *call, const char *word, size_t n)
{
    struct column c;
    size_t path = strcspn(word, ": ");
    lt_print(c.path, sizeof c.path, "%.*s", (int)(path < n ? path : n), word);
    if (path < n) lt_print(c.set, sizeof c.set, "%.*s", (int)(n - path - 1), word + path + 1);
    else lt_print(c.set, sizeof c.set, "%s", uc_value_set(call->row, last_part(c.path)));
    return c;
}

/* The value at "a.b". */
static json_t *value_at(const json_t *item, const char *path)
{
    const char *dot = strchr(path, '.');
    char part[64];
    if (!dot) return json_object_get(item, path);
    lt_print(part, sizeof part, "%.*s", (int)(dot - path), path);
    return value_at(json_object_get(item, part), dot + 1);
}

/* Ids tell a reader nothing; a column of nothing else is left out. */
static bool only_ids(const json_t *items, const char *path)
{
    size_t i, ids = 0;
    json_t *item;
    json_array_foreach(items, i, item) {
        const json_t *v = value_at(item, path);
        if (json_is_null(v) || !v) continue;
        if (!json_is_string(v) || !lt_id_valid(json_string_value(v))) return false;
        ids++;
    }
    return ids > 0 || strcmp(path, "id") == 0;
}

static json_t *joined(enum lt_lang lang, const char *set, const json_t *list)
{
    struct lt_buf b = LT_BUF_INIT(30000);
    size_t i;
    const json_t *v;
    json_array_foreach(list, i, v) {
        if (json_is_string(v)) lt_buf_addf(&b, "%s%s", b.len ? ", " : "", lt_label(lang, set, json_string_value(v)));
    }
    json_t *out = json_string(b.data ? b.data : "");
    lt_buf_free(&b);
    return out;
}

static json_t *cell(const struct uc_call *call, const json_t *item, const struct column *column)
{
    static const char *const names[] = {"title", "name", "label"};
    const char *set = column->set;
    json_t *v = value_at(item, column->path);
    if (json_is_string(v)) return json_string(lt_label(call->lang, set, json_string_value(v)));
    if (json_is_boolean(v)) return json_string(lt_msg(call->lang, json_is_true(v) ? "sheet.yes" : "sheet.no"));
    if (json_is_number(v)) return json_incref(v);
    if (json_is_array(v)) return joined(call->lang, set, v);
    for (size_t i = 0; json_is_object(v) && i < 3; i++) {
        if (lt_json_str(v, names[i])) return json_string(lt_json_str(v, names[i]));
    }
    return json_null();
}

/* Dates are dates of the sheet where all values are. */
static const char *type_of(const json_t *items, const char *path)
{
    size_t i, days = 0, instants = 0, others = 0;
    json_t *item;
    json_array_foreach(items, i, item) {
        const char *s = json_string_value(value_at(item, path));
        struct lt_date d;
        int64_t ms;
        if (!s) continue;
        if (lt_date_parse(s, &d)) days++;
        else if (strlen(s) >= 20 && lt_instant_parse(s, &ms)) instants++;
        else others++;
    }
    return others || (days && instants) ? "text" : days ? "date" : instants ? "instant" : "text";
}

static int add_column(struct uc_call *call, const json_t *items, const struct column *c, json_t *columns, json_t *rows, struct lt_error *err)
{
    size_t i;
    json_t *item;
    const char *path = c->path;
    if (only_ids(items, path)) return 0;
    json_t *column = json_pack("{s:s, s:s}", "title", uc_field_label(call->lang, call->row->noun, last_part(path)), "type", type_of(items, path));
    if (!column || json_array_append_new(columns, column)) return lt_fail_memory(err);
    json_array_foreach(items, i, item) {
        if (json_array_append_new(json_array_get(rows, i), cell(call, item, c))) return lt_fail_memory(err);
    }
    return 0;
}

static int columns_of(struct uc_call *call, const json_t *items, json_t *columns, json_t *rows, struct lt_error *err)
{
    const char *words = call->row->sheet ? call->row->sheet : call->row->columns ? call->row->columns : "";
    int rc = 0;
    while (!rc && *words) {
        size_t n = strcspn(words, " ");
        struct column c = column_of(call, words, n);
        if (n) rc = add_column(call, items, &c, columns, rows, err);
        words += n + (words[n] == ' ');
    }
    if (!rc && json_array_size(columns) == 0) rc = lt_fail(err, LT_REFUSED, "list.no_sheet", (char *)NULL);
    return rc;
}

int sheet_answer(struct uc_call *call, struct lt_error *err)
{
    char day[LT_DATE_SIZE], name[120], title_id[96];
    const struct uc_noun *noun = uc_noun_of(call->row);
    json_t *items = json_array(), *columns = json_array(), *rows = json_array();
    int rc = items && columns && rows ? gather(call, items, err) : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < json_array_size(items); i++) {
        if (json_array_append_new(rows, json_array())) rc = lt_fail_memory(err);
    }
    if (!rc) rc = columns_of(call, items, columns, rows, err);
    lt_print(title_id, sizeof title_id, "uc.%s.%s", call->row->noun, call->row->verb);
    lt_print(name, sizeof name, "%s-%s", noun && noun->plural ? noun->plural : call->row->noun, lt_date_format(call->today, day));
    const char *title = lt_msg(call->lang, title_id);
    if (!rc)
        rc = spool_xlsx(call, json_pack("{s:s, s:[{s:s, s:O, s:O}]}", "title", title, "sheets", "name", title, "columns", columns, "rows", rows),
                        name, err);
    json_decref(items);
    json_decref(columns);
    json_decref(rows);
    return rc;
}
