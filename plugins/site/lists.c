/* Pages by school year, level and section: rows come pupil by pupil, a page is written when it is full and more follows. */
#include "site.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Label of a result with its medal, if it is one. */
static void result_html(const struct site *s, const json_t *entry, struct lt_buf *out)
{
    char text[300];
    const char *medal = site_medal(entry);
    site_result(s, entry, text, sizeof text);
    if (!*text) return;
    lt_buf_addf(out, "<span class=\"result%s%s\">", *medal ? " medal " : "", medal);
    out_html_text(out, text);
    lt_buf_adds(out, "</span>");
}

void row_html(const struct site *s, const json_t *pupil, const json_t *entry, const char *up, bool with_year, struct lt_buf *out)
{
    char text[300];
    const char *klass = lt_json_str(pupil, "class"), *level = lt_json_str(entry, "level"), *date = lt_json_str(entry, "date");
    lt_buf_addf(out, "<li class=\"row\"><p class=\"who\"><a href=\"%sperson/%s.html\">", up, lt_json_str_or(pupil, "key", ""));
    out_html_text(out, lt_json_str_or(pupil, "name", ""));
    lt_buf_adds(out, "</a>");
    if (klass) {
        lt_buf_adds(out, " <span class=\"class\">");
        out_html_text(out, klass);
        lt_buf_adds(out, "</span>");
    }
    lt_buf_adds(out, "</p><p class=\"what\">");
    out_html_text(out, lt_json_str_or(entry, "title", ""));
    lt_buf_adds(out, "</p><p class=\"how\">");
    result_html(s, entry, out);
    if (level) {
        site_level(s, level, text, sizeof text);
        lt_buf_adds(out, "<span>");
        out_html_text(out, text);
        lt_buf_adds(out, "</span>");
    }
    if (date && with_year) {
        site_date(s, date, text, sizeof text);
        lt_buf_adds(out, "<span>");
        out_html_text(out, text);
        lt_buf_adds(out, "</span>");
    }
    lt_buf_adds(out, "</p></li>\n");
}

static void page_name(const struct site_list *l, unsigned page, char *out, size_t size)
{
    if (page <= 1) lt_print(out, size, "%s/%s.html", l->folder, l->value);
    else lt_print(out, size, "%s/%s-%u.html", l->folder, l->value, page);
}

static void pager(struct site *s, const struct site_list *l, bool more)
{
    char name[128];
    if (l->page == 1 && !more) return;
    lt_buf_addf(&s->page, "<nav class=\"pager\" aria-label=\"%s\">", lt_msg(s->lang, "site.pages"));
    if (l->page > 1) {
        page_name(l, l->page - 1, name, sizeof name);
        lt_buf_addf(&s->page, "<a rel=\"prev\" href=\"../%s\">%s</a>", name, lt_msg(s->lang, "site.back"));
    }
    lt_buf_addf(&s->page, "<span>%s %u</span>", lt_msg(s->lang, "site.page"), l->page);
    if (more) {
        page_name(l, l->page + 1, name, sizeof name);
        lt_buf_addf(&s->page, "<a rel=\"next\" href=\"../%s\">%s</a>", name, lt_msg(s->lang, "site.more"));
    }
    lt_buf_adds(&s->page, "</nav>\n");
}

static int write_page(struct site *s, struct site_list *l, bool more)
{
    char name[128], over[32];
    lt_print(over, sizeof over, "site.by_%s", l->folder);
    struct site_page p = {.up = "../", .title = l->title, .over = lt_msg(s->lang, over)};
    page_name(l, l->page, name, sizeof name);
    page_open(s, &p);
    lt_buf_adds(&s->page, "<ul class=\"rows\">\n");
    lt_buf_add(&s->page, l->rows.data, l->rows.len);
    lt_buf_adds(&s->page, "</ul>\n");
    pager(s, l, more);
    lt_buf_reset(&l->rows);
    l->rows_len = 0;
    l->page++;
    return page_close(s, &p, name);
}

/* Values of lists come from documents: what is no plain word has no page. */
static bool plain(const char *v)
{
    size_t n = strlen(v);
    return n > 0 && n < 30 && strspn(v, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

int list_add(struct site *s, const char *folder, const char *value, const char *title, const char *chip, const char *row)
{
    struct site_list *l = NULL;
    if (!plain(value)) return LETOPIS_OK;
    for (size_t i = 0; !l && i < s->lists_len; i++)
        if (strcmp(s->lists[i].folder, folder) == 0 && strcmp(s->lists[i].value, value) == 0) l = &s->lists[i];
    if (!l) {
        if (s->lists_len == LISTS_MOST) return LETOPIS_OK;
        l = &s->lists[s->lists_len++];
        *l = (struct site_list){.folder = folder, .page = 1};
        lt_print(l->value, sizeof l->value, "%s", value);
        site_upper(title, l->title, sizeof l->title);
        site_upper(chip, l->chip, sizeof l->chip);
        lt_buf_init(&l->rows, PAGE_MAX);
    }
    if (l->rows_len == LIST_ROWS && write_page(s, l, true)) return LETOPIS_FAILED;
    l->rows_len++;
    l->total++;
    return lt_buf_adds(&l->rows, row) ? LETOPIS_FAILED : LETOPIS_OK;
}

int lists_finish(struct site *s)
{
    for (size_t i = 0; i < s->lists_len; i++)
        if (write_page(s, &s->lists[i], false)) return LETOPIS_FAILED;
    return LETOPIS_OK;
}
