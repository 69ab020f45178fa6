/* Answers for people: a list is a table of the row's columns, one object is "label: value" line by line. */
#include "cli.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 32, DEEPEST = 6 };

struct view {
    const struct cli *c;
    const struct cli_term *term;
    const struct uc_row *row;
    struct lt_buf *out;
};

static void show_object(struct view *v, const json_t *object, int indent, int depth);

static const char *label_of(const struct view *v, const char *key)
{
    return cli_field_label(v->c->lang, v->row, key);
}

/* The column "counts.new" is known by its last part. */
static const char *heading_of(const struct view *v, const char *column)
{
    const char *dot = strrchr(column, '.');
    return label_of(v, dot ? dot + 1 : column);
}

/* The value at "a.b.c". */
static const json_t *at(const json_t *object, const char *path)
{
    char part[128];
    while (object && *path) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof part) return NULL;
        memcpy(part, path, n);
        part[n] = 0;
        object = json_object_get(object, part);
        path += n + (path[n] == '.');
    }
    return object;
}

/* --- tables --- */

struct columns {
    char names[COLUMNS_MAX][128];
    size_t len;
};

static void split_columns(const char *s, struct columns *out)
{
    while (*s && out->len < COLUMNS_MAX) {
        size_t n = strcspn(s, " ");
        if (n && n < 128) {
            memcpy(out->names[out->len], s, n);
            out->names[out->len++][n] = 0;
        }
        s += n + (s[n] == ' ');
    }
}

/* Without columns of the row: every key that appears, in the order of appearance. */
static void find_columns(const json_t *items, struct columns *out)
{
    size_t i;
    json_t *item, *value;
    const char *key;
    json_array_foreach(items, i, item)
    {
        json_object_foreach(item, key, value)
        {
            bool seen = strlen(key) >= 128;
            for (size_t k = 0; k < out->len; k++)
                seen = seen || strcmp(out->names[k], key) == 0;
            if (!seen && out->len < COLUMNS_MAX) lt_print(out->names[out->len++], 128, "%s", key);
        }
    }
}

/* Parts of parts ("values.score") that no item has are no column. */
static void drop_empty(const json_t *items, struct columns *cols)
{
    size_t to = 0, i;
    const json_t *item;
    for (size_t k = 0; k < cols->len; k++) {
        bool any = strchr(cols->names[k], '.') == NULL;
        json_array_foreach(items, i, item) any = any || at(item, cols->names[k]);
        if (any && to++ != k) memcpy(cols->names[to - 1], cols->names[k], sizeof cols->names[k]);
    }
    cols->len = to;
}

static void show_table(struct view *v, const json_t *items, const char *columns, int indent)
{
    struct columns cols = {.len = 0};
    if (columns)
        split_columns(columns, &cols);
    else
        find_columns(items, &cols);
    if (columns && indent) drop_empty(items, &cols);
    struct cli_grid g;
    if (cli_grid_init(&g, json_array_size(items) + 1, cols.len)) {
        v->out->failed = true;
        return;
    }
    for (size_t k = 0; k < cols.len; k++) {
        g.cells[k] = lt_strdup(heading_of(v, cols.names[k]));
        g.right[k] = json_array_size(items) > 0;
        for (size_t i = 0; i < json_array_size(items); i++) {
            const json_t *value = at(json_array_get(items, i), cols.names[k]);
            const char *s = json_string_value(value);
            if (value && !json_is_number(value) && !json_is_null(value)) g.right[k] = false;
            if (s && lt_id_valid(s)) g.whole[k] = true;
            /* an absent value is an empty cell, quieter than a dash in every line */
            g.cells[(i + 1) * cols.len + k] =
                value && !json_is_null(value) ? cli_value_text(v->c->lang, v->row, cols.names[k], value, true)
                                              : lt_strdup("");
        }
    }
    cli_grid_print(&g, v->term, indent, v->out);
    cli_grid_free(&g);
}

/* --- objects --- */

static bool is_table(const json_t *value)
{
    return json_is_array(value) && json_is_object(json_array_get(value, 0));
}

static void add_label(struct view *v, const char *label, int width, int indent)
{
    lt_buf_addf(v->out, "%*s", indent, "");
    if (v->term->colour) lt_buf_adds(v->out, "\033[1m");
    lt_buf_adds(v->out, label);
    lt_buf_addc(v->out, ':');
    if (v->term->colour) lt_buf_adds(v->out, "\033[0m");
    int w = lt_utf8_width(label);
    if (width > w) lt_buf_addf(v->out, "%*s", width - w, "");
}

/* Lines after the first stand under the first. */
static void add_lines(struct view *v, const char *text, int indent)
{
    for (;;) {
        size_t n = strcspn(text, "\n");
        lt_buf_add(v->out, text, n);
        lt_buf_addc(v->out, '\n');
        if (!text[n]) return;
        text += n + 1;
        lt_buf_addf(v->out, "%*s", indent, "");
    }
}

static void show_member(struct view *v, const char *key, const json_t *value, int width, int indent,
                        int depth)
{
    const char *label = label_of(v, key);
    if (json_is_object(value) && json_object_size(value) && depth < DEEPEST) {
        add_label(v, label, 0, indent);
        lt_buf_addc(v->out, '\n');
        show_object(v, value, indent + 2, depth + 1);
        return;
    }
    if (is_table(value)) {
        add_label(v, label, 0, indent);
        lt_buf_addc(v->out, '\n');
        bool own = v->row && v->row->columns && (strcmp(key, "items") == 0 || strcmp(key, "rows") == 0);
        show_table(v, value, own ? v->row->columns : NULL, indent + 2);
        return;
    }
    add_label(v, label, width, indent);
    char *text = cli_value_text(v->c->lang, v->row, key, value, false);
    lt_buf_addc(v->out, ' ');
    add_lines(v, text ? text : "", indent + width + 2);
    free(text);
}

static void show_object(struct view *v, const json_t *object, int indent, int depth)
{
    const char *key;
    json_t *value;
    int width = 0;
    json_object_foreach((json_t *)object, key, value)
    {
        int w = lt_utf8_width(label_of(v, key));
        if (w > width && !json_is_object(value) && !is_table(value)) width = w;
    }
    json_object_foreach((json_t *)object, key, value)
    {
        show_member(v, key, value, width, indent, depth);
    }
}

int cli_show(const struct cli *c, const struct cli_term *term, const struct uc_row *row, const json_t *body,
             struct lt_buf *out)
{
    struct view v = {.c = c, .term = term, .row = row, .out = out};
    const json_t *items = json_is_array(body)     ? body
                          : row->reply == UC_LIST ? lt_json_array(body, "items")
                                                  : NULL;
    if (items) {
        if (json_array_size(items) == 0)
            lt_buf_addf(out, "%s\n", lt_msg(c->lang, "cli.empty"));
        else
            show_table(&v, items, row->columns, 0);
        const char *next = lt_json_str(body, "next");
        if (next) {
            lt_msg_add(out, c->lang, "cli.more", "cursor", next, (char *)NULL);
            lt_buf_addc(out, '\n');
        }
    } else if (json_is_object(body)) {
        show_object(&v, body, 0, 0);
    }
    return out->failed ? -1 : 0;
}

int cli_show_details(const struct cli *c, const struct cli_term *term, const struct uc_row *row,
                     const json_t *details, struct lt_buf *out)
{
    struct view v = {.c = c, .term = term, .row = row, .out = out};
    if (is_table(details)) {
        show_table(&v, details, NULL, 2);
    } else if (json_is_object(details)) {
        show_object(&v, details, 2, 0);
    } else if (details) {
        char *text = cli_value_text(c->lang, row, "details", details, false);
        if (text) lt_buf_addf(out, "  %s\n", text);
        free(text);
    }
    return out->failed ? -1 : 0;
}
