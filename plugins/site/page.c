#include "site.h"

#include "base/text.h"

#include <string.h>

int site_put(struct site *s, const char *name, const struct lt_buf *data)
{
    if (data->failed) {
        const char *why = lt_msg(s->lang, "site.too_large");
        s->host->fail(s->host->ctx, why, strlen(why));
        return LETOPIS_FAILED;
    }
    return s->host->file(s->host->ctx, name, data->data, data->len, 1) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
}

static void meta(struct lt_buf *b, const char *key, const char *name, const char *content)
{
    lt_buf_addf(b, "<meta %s=\"%s\" content=\"", key, name);
    out_html_attr(b, content);
    lt_buf_adds(b, "\">\n");
}

static void head(struct site *s, const struct site_page *p)
{
    struct lt_buf *b = &s->page;
    const char *lang = lt_lang_word(s->lang);
    lt_buf_addf(b, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", lang);
    /* No script, nothing from elsewhere; the school's server may say the same in headers, which then also forbid frames. */
    lt_buf_adds(b, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; img-src 'self';"
                   " base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"format-detection\" content=\"telephone=no\">\n");
    if (!s->index_allowed) lt_buf_adds(b, "<meta name=\"robots\" content=\"noindex, nofollow, noarchive\">\n");
    meta(b, "name", "theme-color", s->accent);
    lt_buf_adds(b, "<title>");
    out_html_text(b, p->title);
    if (strcmp(p->title, s->title) != 0) {
        lt_buf_adds(b, " — ");
        out_html_text(b, s->title);
    }
    lt_buf_adds(b, "</title>\n");
    meta(b, "property", "og:type", "website");
    meta(b, "property", "og:locale", s->lang == LT_RU ? "ru_RU" : "en_GB");
    meta(b, "property", "og:site_name", s->school);
    meta(b, "property", "og:title", p->preview ? p->preview : p->title);
    meta(b, "property", "og:description", lt_msg(s->lang, "site.preview"));
    lt_buf_addf(b, "<link rel=\"icon\" href=\"%sicon.svg\" type=\"image/svg+xml\">\n<link rel=\"stylesheet\" href=\"%sstyle.css\">\n</head>\n",
                p->up, p->up);
}

static void crumb(struct lt_buf *b, const char *text, const char *up, const char *href)
{
    if (!text) return;
    lt_buf_adds(b, "<li>");
    if (href) lt_buf_addf(b, "<a href=\"%s%s\">", up, href);
    out_html_text(b, text);
    lt_buf_adds(b, href ? "</a></li>" : "</li>");
}

void page_open(struct site *s, const struct site_page *p)
{
    struct lt_buf *b = &s->page;
    bool front = *p->up == 0;
    lt_buf_reset(b);
    head(s, p);
    lt_buf_adds(b, "<body>\n<a class=\"skip\" href=\"#main\">");
    out_html_text(b, lt_msg(s->lang, "site.skip"));
    lt_buf_addf(b, "</a>\n<header class=\"band\"><div class=\"wrap\"><a class=\"school\" href=\"%sindex.html\">", p->up);
    out_html_text(b, s->school);
    lt_buf_adds(b, "</a></div></header>\n");
    if (!front) {
        lt_buf_adds(b, "<nav class=\"crumbs wrap\" aria-label=\"");
        out_html_attr(b, lt_msg(s->lang, "site.crumbs"));
        lt_buf_adds(b, "\"><ol>");
        crumb(b, s->title, p->up, "index.html");
        crumb(b, p->crumb, p->up, p->crumb_href);
        crumb(b, p->crumb2, p->up, p->crumb2_href);
        lt_buf_adds(b, "</ol></nav>\n");
    }
    lt_buf_addf(b, "<main id=\"main\" class=\"wrap%s\">\n<div class=\"title\">", front ? " front" : "");
    if (p->over) {
        lt_buf_adds(b, "<p class=\"over\">");
        out_html_text(b, p->over);
        lt_buf_adds(b, "</p>");
    }
    lt_buf_adds(b, "<h1>");
    out_html_text(b, p->title);
    lt_buf_adds(b, "</h1></div>\n");
}

int page_close(struct site *s, const struct site_page *p, const char *name)
{
    struct lt_buf *b = &s->page;
    (void)p;
    lt_buf_adds(b, "</main>\n<footer class=\"wrap\"><p>");
    out_html_text(b, s->school);
    lt_buf_adds(b, "</p><p>");
    out_html_text(b, lt_msg(s->lang, "site.footer"));
    lt_buf_adds(b, "</p></footer>\n</body>\n</html>\n");
    s->pages++;
    return site_put(s, name, b);
}
