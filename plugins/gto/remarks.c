/* What of a sheet was not read, so that nobody takes the preview for the whole of the file. */
#include "import.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

enum { REMARKS_MOST = 12 };

void gto_problem_words(struct lt_buf *out, enum lt_lang lang, const struct gto_problem *p)
{
    struct lt_error e = {0};
    char id[64];
    lt_print(id, sizeof id, "gto.%s", p->code);
    lt_fail(&e, LT_REFUSED, id, "name", lt_json_str_or(p->params, "name", ""), "level", lt_json_str_or(p->params, "level", ""), "value",
            lt_json_str_or(p->params, "value", ""), "test", lt_json_str_or(p->params, "test", ""), "tests", lt_json_str_or(p->params, "tests", ""),
            "gto_unit", lt_json_str_or(p->params, "gto_unit", "points"), (char *)NULL);
    lt_error_text(out, lang, &e);
    lt_error_clear(&e);
}

static void remark(json_t *list, const char *code, const struct lt_buf *text)
{
    if (text->data) json_array_append_new(list, json_pack("{s:s, s:s}", "code", code, "message", text->data));
}

/* Does anybody's row hold something in the column? */
static bool is_used(const struct gto_sheet *s, unsigned c)
{
    for (size_t i = s->first; i < s->len; i++) {
        const struct gto_cell *found = gto_sheet_cell(&s->lines[i], c);
        if (found && !gto_value_absent(found->text) && gto_sheet_person(s, &s->lines[i])) return true;
    }
    return false;
}

static void unread_column(const struct gto_sheet *s, const struct gto_tables *t, unsigned c, enum lt_lang lang, bool by_row, json_t *list)
{
    struct gto_problem p = {.code = ""};
    char name[8];
    const char *heading = s->columns[c].heading;
    const struct gto_edition *e = NULL;
    int level = gto_sheet_level(s, t, &e);
    struct lt_buf why = LT_BUF_INIT(4000), text = LT_BUF_INIT(6000);
    bool alone = level >= 0 && s->sex;
    gto_column_name(c, name);
    int test = gto_test_find(t, alone ? e : NULL, alone ? level : -1, s->sex, heading, lang, &p);
    bool known = strcmp(p.code, "test_not_in_level") == 0 || strcmp(p.code, "test_unclear") == 0;
    if (known) gto_problem_words(&why, lang, &p);
    if (test < 0 && (known || !by_row)) {
        lt_msg_add(&text, lang, known ? "gto.remark.column" : "gto.remark.no_test", "column", name, "heading", heading, "why", why.data ? why.data : "",
                   (char *)NULL);
        remark(list, "column_unread", &text);
    }
    gto_problem_clear(&p);
    lt_buf_free(&why);
    lt_buf_free(&text);
}

json_t *gto_sheet_remarks(const struct gto_sheet *s, const struct gto_tables *t, bool results, enum lt_lang lang)
{
    json_t *list = json_array();
    bool by_row = false;
    if (s->hidden) {
        struct lt_buf text = LT_BUF_INIT(2000);
        lt_msg_add(&text, lang, "gto.remark.hidden", "n", LT_NUM(s->hidden), (char *)NULL);
        remark(list, "rows_hidden", &text);
        lt_buf_free(&text);
    }
    for (unsigned c = 1; c <= s->last; c++) by_row = by_row || s->columns[c].role == GTO_R_TEST;
    for (unsigned c = 1; results && c <= s->last && json_array_size(list) < REMARKS_MOST; c++) {
        const struct gto_column *col = &s->columns[c];
        if (col->role == GTO_R_NONE && *col->heading && !gto_sheet_points(s, c) && is_used(s, c)) unread_column(s, t, c, lang, by_row, list);
    }
    return list;
}
