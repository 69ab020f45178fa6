/* The publisher to a folder: a small static site. Private to plugins/site.
 *
 * Pupils come in the order of pages: class after class, in it by name. Everything is written as it comes, so memory holds one class, one
 * open page of each list and the dozen newest entries, whatever the size of the school. The same input gives the same bytes: no
 * time, no random, no address of memory goes into a page. */
#ifndef SITE_H
#define SITE_H

#include "letopis/plugin.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"

#include <jansson.h>
#include <stdbool.h>

enum { LIST_ROWS = 100, RECENT = 6, LISTS_MOST = 400, PAGE_MAX = 12 << 20 };

/* One list that goes over pages of LIST_ROWS rows: a school year, a level or a section. */
struct site_list {
    const char *folder; /* "year", "level", "section" */
    char value[40], title[160], chip[80]; /* chip: the short name under its heading */
    struct lt_buf rows;
    unsigned rows_len, page, total;
};

struct site_class {
    char name[32], file[48];
    unsigned pupils;
};

struct site_recent {
    char date[12];
    char *html;
};

struct site {
    const struct letopis_host *host;
    json_t *job;
    const json_t *words; /* of the job: {set: {value: label}} */
    enum lt_lang lang;
    const char *school, *short_name, *title, *intro;
    char accent[8], on_accent[8], accent_light[8], accent_dark[8], band_dark[8]; /* the band and its text; links on paper; links in the dark */
    bool index_allowed;

    struct lt_buf page, part, text; /* a page, the body being made, a piece of text */
    struct site_list *lists;
    size_t lists_len;
    struct site_class *classes;
    size_t classes_len, classes_cap;
    struct lt_buf class_rows;
    struct site_recent recent[RECENT];
    unsigned pupils, entries, pages;
};

/* --- words.c --- */
const char *site_word(const struct site *s, const char *set, const char *value); /* label, or the value itself */
/* Message "site.<id>" with the count n. */
void site_count(const struct site *s, struct lt_buf *out, const char *id, unsigned n);
void site_upper(const char *in, char *out, size_t size); /* the first letter made a capital */
void site_date(const struct site *s, const char *iso, char *out, size_t size);
/* "Призёр · 2 место": what was reached, in words; "" when nothing is given. */
void site_result(const struct site *s, const json_t *entry, char *out, size_t size);
/* "gold", "silver", "bronze" for what is a medal or a first, second or third place; else "". */
const char *site_medal(const json_t *entry);
void site_level(const struct site *s, const char *level, char *out, size_t size);
/* A name for a file: Latin letters, digits and hyphens. */
void site_file_name(const char *text, char *out, size_t size);

/* --- page.c --- */
struct site_page {
    const char *up;          /* "" or "../": the way to the root */
    const char *title;       /* <h1> and <title> */
    const char *over;        /* small line above the title; NULL: none */
    const char *preview;     /* title for messengers; NULL: the title. Pages of people give one without the name */
    const char *crumb, *crumb_href; /* between the front page and this one; NULL: none */
    const char *crumb2, *crumb2_href;
};
void page_open(struct site *s, const struct site_page *p);
int page_close(struct site *s, const struct site_page *p, const char *name); /* writes s->page */
int site_put(struct site *s, const char *name, const struct lt_buf *data);

/* --- lists.c --- */
int list_add(struct site *s, const char *folder, const char *value, const char *title, const char *chip, const char *row);
int lists_finish(struct site *s);
void row_html(const struct site *s, const json_t *pupil, const json_t *entry, const char *up, bool with_year, struct lt_buf *out);

/* --- people.c --- */
int person_page(struct site *s, const json_t *pupil);
int class_row(struct site *s, const json_t *pupil);
int class_flush(struct site *s);
int front_page(struct site *s);
void recent_note(struct site *s, const json_t *pupil, const json_t *entry);

/* --- style.c --- */
void style_colours(struct site *s, const char *setting);
int style_write(struct site *s);

#endif
