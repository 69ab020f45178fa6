/* Pages of people, of classes, and the front page. */
#include "site.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- a person --- */

static void reviews_html(struct site *s, const json_t *of)
{
    size_t i;
    const json_t *r;
    json_array_foreach(lt_json_array(of, "reviews"), i, r) {
        char kind[120];
        site_upper(site_word(s, "review_kind", lt_json_str_or(r, "kind", "review")), kind, sizeof kind);
        lt_buf_adds(&s->page, "<figure class=\"review\"><figcaption>");
        out_html_text(&s->page, kind);
        lt_buf_adds(&s->page, "</figcaption><blockquote>");
        out_html_text(&s->page, lt_json_str_or(r, "text", ""));
        lt_buf_adds(&s->page, "</blockquote></figure>");
    }
}

static void fact(struct site *s, const char *label, const char *text)
{
    if (!text || !*text) return;
    lt_buf_adds(&s->page, "<li>");
    if (label) {
        lt_buf_adds(&s->page, "<span class=\"label\">");
        out_html_text(&s->page, label);
        lt_buf_adds(&s->page, "</span> ");
    }
    out_html_text(&s->page, text);
    lt_buf_adds(&s->page, "</li>");
}

/* Public copies, which the program has put into the release: the small one leads to the large one. */
static void pictures_html(struct site *s, const json_t *e)
{
    const json_t *list = lt_json_array(e, "pictures"), *f;
    struct lt_buf *b = &s->page;
    size_t i;
    if (!json_array_size(list)) return;
    struct lt_buf alt = LT_BUF_INIT(4000);
    lt_msg_add(&alt, s->lang, "site.picture", "title", lt_json_str_or(e, "title", ""), (char *)NULL);
    lt_buf_adds(b, "<ul class=\"pictures\">");
    json_array_foreach(list, i, f) {
        lt_buf_adds(b, "<li><a href=\"../");
        out_html_attr(b, lt_json_str_or(f, "large", ""));
        lt_buf_adds(b, "\"><img src=\"../");
        out_html_attr(b, lt_json_str_or(f, "file", ""));
        lt_buf_addf(b, "\" width=\"%lld\" height=\"%lld\" loading=\"lazy\" alt=\"", (long long)lt_json_int(f, "width", 0), (long long)lt_json_int(f, "height", 0));
        out_html_attr(b, alt.data ? alt.data : "");
        lt_buf_adds(b, "\"></a></li>");
    }
    lt_buf_adds(b, "</ul>");
    lt_buf_free(&alt);
}

static void entry_html(struct site *s, const json_t *e)
{
    char text[300], level[200] = "";
    const char *medal = site_medal(e), *date = lt_json_str(e, "date");
    if (lt_json_str(e, "level")) site_level(s, lt_json_str(e, "level"), level, sizeof level);
    site_result(s, e, text, sizeof text);
    lt_buf_adds(&s->page, "<li class=\"card\">");
    if (*text) {
        lt_buf_addf(&s->page, "<p class=\"how\"><span class=\"result%s%s\">", *medal ? " medal " : "", medal);
        out_html_text(&s->page, text);
        lt_buf_adds(&s->page, "</span></p>");
    }
    lt_buf_adds(&s->page, "<h3>");
    out_html_text(&s->page, lt_json_str_or(e, "title", ""));
    lt_buf_adds(&s->page, "</h3><ul class=\"facts\">");
    site_upper(level, text, sizeof text);
    fact(s, NULL, text);
    if (date) {
        site_date(s, date, text, sizeof text);
        fact(s, NULL, text);
    }
    fact(s, NULL, lt_json_str(e, "organiser"));
    fact(s, lt_msg(s->lang, "site.mentor"), lt_json_str(e, "mentor"));
    lt_buf_adds(&s->page, "</ul>");
    pictures_html(s, e);
    reviews_html(s, e);
    lt_buf_adds(&s->page, "</li>\n");
}

/* Entries come newest first, so a year is one run of them. */
static void entries_html(struct site *s, const json_t *entries)
{
    const char *year = NULL;
    bool open = false;
    size_t i;
    const json_t *e;
    json_array_foreach(entries, i, e) {
        const char *y = lt_json_str_or(e, "year", "");
        if (!year || strcmp(y, year) != 0) {
            lt_buf_adds(&s->page, open ? "</ul></section>\n<section class=\"year\"><h2>" : "<section class=\"year\"><h2>");
            struct lt_buf title = LT_BUF_INIT(400);
            if (*y) lt_msg_add(&title, s->lang, "site.year", "year", y, (char *)NULL);
            else lt_buf_adds(&title, lt_msg(s->lang, "site.achievements"));
            out_html_text(&s->page, title.data ? title.data : "");
            lt_buf_free(&title);
            lt_buf_adds(&s->page, "</h2>\n<ul class=\"cards\">\n");
            year = y;
            open = true;
        }
        entry_html(s, e);
    }
    if (open) lt_buf_adds(&s->page, "</ul></section>\n");
}

int person_page(struct site *s, const json_t *pupil)
{
    char name[80], klass[48], href[64];
    const char *class_name = lt_json_str(pupil, "class"), *key = lt_json_str_or(pupil, "key", "");
    const json_t *entries = lt_json_array(pupil, "entries");
    struct lt_buf over = LT_BUF_INIT(200);
    if (class_name) lt_msg_add(&over, s->lang, "site.class", "class", class_name, (char *)NULL);
    site_file_name(class_name ? class_name : "", klass, sizeof klass);
    lt_print(href, sizeof href, "class/%s.html", klass);
    struct site_page p = {.up = "../", .title = lt_json_str_or(pupil, "name", ""), .preview = lt_msg(s->lang, "site.person_preview"),
                          .crumb = over.data, .crumb_href = class_name ? href : NULL};
    page_open(s, &p);
    lt_buf_adds(&s->page, "<p class=\"lead\">");
    site_count(s, &s->page, "site.entries", (unsigned)json_array_size(entries));
    lt_buf_adds(&s->page, "</p>\n");
    entries_html(s, entries);
    if (lt_json_array(pupil, "reviews")) {
        lt_buf_addf(&s->page, "<section><h2>%s</h2>", lt_msg(s->lang, "site.reviews"));
        reviews_html(s, pupil);
        lt_buf_adds(&s->page, "</section>\n");
    }
    lt_print(name, sizeof name, "person/%s.html", key);
    int rc = page_close(s, &p, name);
    lt_buf_free(&over);
    return rc;
}

/* --- a class --- */

int class_flush(struct site *s)
{
    if (s->class_rows.len == 0) return LETOPIS_OK;
    const struct site_class *c = &s->classes[s->classes_len - 1];
    char name[80];
    struct lt_buf title = LT_BUF_INIT(200);
    if (*c->name) lt_msg_add(&title, s->lang, "site.class", "class", c->name, (char *)NULL);
    else lt_buf_adds(&title, lt_msg(s->lang, "site.no_class"));
    struct site_page p = {.up = "../", .title = title.data ? title.data : ""};
    page_open(s, &p);
    lt_buf_adds(&s->page, "<p class=\"lead\">");
    site_count(s, &s->page, "site.pupils", c->pupils);
    lt_buf_adds(&s->page, "</p>\n<ul class=\"people\">\n");
    lt_buf_add(&s->page, s->class_rows.data, s->class_rows.len);
    lt_buf_adds(&s->page, "</ul>\n");
    lt_print(name, sizeof name, "class/%s.html", c->file);
    int rc = page_close(s, &p, name);
    lt_buf_reset(&s->class_rows);
    lt_buf_free(&title);
    return rc;
}

int class_row(struct site *s, const json_t *pupil)
{
    const char *name = lt_json_str_or(pupil, "class", "");
    if (s->classes_len == 0 || strcmp(s->classes[s->classes_len - 1].name, name) != 0) {
        if (class_flush(s)) return LETOPIS_FAILED;
        struct site_class *grown = lt_array_grow(s->classes, &s->classes_cap, s->classes_len + 1, sizeof *grown);
        if (!grown) return LETOPIS_FAILED;
        s->classes = grown;
        struct site_class *c = &s->classes[s->classes_len++];
        *c = (struct site_class){0};
        lt_print(c->name, sizeof c->name, "%s", name);
        site_file_name(name, c->file, sizeof c->file);
    }
    s->classes[s->classes_len - 1].pupils++;
    struct lt_buf *b = &s->class_rows;
    const json_t *entries = lt_json_array(pupil, "entries");
    lt_buf_addf(b, "<li><a class=\"person\" href=\"../person/%s.html\"><span class=\"name\">", lt_json_str_or(pupil, "key", ""));
    out_html_text(b, lt_json_str_or(pupil, "name", ""));
    lt_buf_adds(b, "</span><span class=\"first\">");
    out_html_text(b, lt_json_str_or(json_array_get(entries, 0), "title", ""));
    lt_buf_adds(b, "</span><span class=\"count\">");
    site_count(s, b, "site.entries", (unsigned)json_array_size(entries));
    return lt_buf_adds(b, "</span></a></li>\n") ? LETOPIS_FAILED : LETOPIS_OK;
}

/* --- the newest of all --- */

void recent_note(struct site *s, const json_t *pupil, const json_t *entry)
{
    const char *date = lt_json_str(entry, "date");
    size_t at = RECENT;
    if (!date || strlen(date) >= sizeof s->recent[0].date) return;
    while (at > 0 && (!s->recent[at - 1].html || strcmp(date, s->recent[at - 1].date) > 0)) at--;
    if (at == RECENT) return;
    struct lt_buf row = LT_BUF_INIT(64 << 10);
    row_html(s, pupil, entry, "", true, &row);
    free(s->recent[RECENT - 1].html);
    memmove(&s->recent[at + 1], &s->recent[at], (RECENT - 1 - at) * sizeof s->recent[0]);
    lt_print(s->recent[at].date, sizeof s->recent[at].date, "%s", date);
    s->recent[at].html = lt_buf_take(&row, NULL);
}

/* --- the front page --- */

static void chips(struct site *s, const char *folder, const char *heading, const char *order)
{
    bool open = false;
    /* newest year first; levels and sections in the order of their words */
    for (size_t pass = 0; pass < 64; pass++) {
        const struct site_list *best = NULL;
        const char *word = order;
        for (size_t skip = 0; word && skip < pass; skip++) {
            word = strchr(word, ' ');
            word = word ? word + 1 : NULL;
        }
        if (order && !word) break;
        for (size_t i = 0; i < s->lists_len; i++) {
            const struct site_list *l = &s->lists[i];
            if (strcmp(l->folder, folder) != 0) continue;
            size_t n = word ? strcspn(word, " ") : 0;
            if (word && (strlen(l->value) != n || strncmp(l->value, word, n) != 0)) continue;
            if (!word) { /* the pass-th greatest */
                size_t greater = 0;
                for (size_t k = 0; k < s->lists_len; k++)
                    greater += strcmp(s->lists[k].folder, folder) == 0 && strcmp(s->lists[k].value, l->value) > 0;
                if (greater != pass) continue;
            }
            best = l;
        }
        if (!best && !order) break;
        if (!best) continue;
        if (!open) lt_buf_addf(&s->page, "<div class=\"by\"><h3>%s</h3><ul class=\"chips\">", lt_msg(s->lang, heading));
        open = true;
        lt_buf_addf(&s->page, "<li><a href=\"%s/%s.html\">", folder, best->value);
        out_html_text(&s->page, best->chip);
        lt_buf_addf(&s->page, " <span class=\"n\">%u</span></a></li>", best->total);
    }
    if (open) lt_buf_adds(&s->page, "</ul></div>\n");
}

static void class_tiles(struct site *s)
{
    if (s->classes_len == 0) return;
    lt_buf_addf(&s->page, "<section><h2>%s</h2>\n<ul class=\"tiles\">\n", lt_msg(s->lang, "site.classes"));
    for (size_t i = 0; i < s->classes_len; i++) {
        const struct site_class *c = &s->classes[i];
        lt_buf_addf(&s->page, "<li><a href=\"class/%s.html\"><span class=\"big%s\">", c->file, *c->name ? "" : " words");
        out_html_text(&s->page, *c->name ? c->name : lt_msg(s->lang, "site.no_class"));
        lt_buf_adds(&s->page, "</span><span class=\"count\">");
        site_count(s, &s->page, "site.pupils", c->pupils);
        lt_buf_adds(&s->page, "</span></a></li>\n");
    }
    lt_buf_adds(&s->page, "</ul></section>\n");
}

int front_page(struct site *s)
{
    struct site_page p = {.up = "", .title = s->title};
    page_open(s, &p);
    if (*s->intro) {
        lt_buf_adds(&s->page, "<p class=\"lead\">");
        out_html_text(&s->page, s->intro);
        lt_buf_adds(&s->page, "</p>\n");
    }
    if (s->pupils == 0) lt_buf_addf(&s->page, "<p class=\"empty\">%s</p>\n", lt_msg(s->lang, "site.empty"));
    if (s->recent[0].html) {
        lt_buf_addf(&s->page, "<section><h2>%s</h2>\n<ul class=\"rows recent\">\n", lt_msg(s->lang, "site.recent"));
        for (size_t i = 0; i < RECENT && s->recent[i].html; i++) lt_buf_adds(&s->page, s->recent[i].html);
        lt_buf_adds(&s->page, "</ul></section>\n");
    }
    class_tiles(s);
    if (s->lists_len) {
        lt_buf_addf(&s->page, "<section><h2>%s</h2>\n", lt_msg(s->lang, "site.browse"));
        chips(s, "year", "site.by_year", NULL);
        chips(s, "level", "site.by_level", "international national interregional regional municipal school class");
        chips(s, "section", "site.by_section", "study extracurricular additional personal");
        lt_buf_adds(&s->page, "</section>\n");
    }
    return page_close(s, &p, "index.html");
}
