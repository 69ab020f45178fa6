#include "xlsx.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct sheet_entry {
    char name[TABLE_NAME_BYTES + 1], id[64], part[PART_NAME];
    bool hidden, linked;
};

struct book {
    struct sheet_entry *sheets;
    size_t n, cap;
    char strings[PART_NAME], styles[PART_NAME];
};

/* Name of a part from a target: absolute "/xl/a.xml", or relative to the folder of the part that names it. "" when it does not
 * stay inside the package. */
static void resolve(const char *from, const char *target, char out[PART_NAME]) {
    char joined[PART_NAME];
    const char *slash = strrchr(from, '/');
    size_t n = 0;
    out[0] = 0;
    bool fits = target[0] == '/' ? lt_print(joined, sizeof joined, "%s", target + 1)
                                 : lt_print(joined, sizeof joined, "%.*s%s", slash ? (int)(slash - from + 1) : 0, from, target);
    if (!fits)
        return;
    for (char *save = NULL, *step = strtok_r(joined, "/", &save); step; step = strtok_r(NULL, "/", &save)) {
        if (strcmp(step, ".") == 0)
            continue;
        if (strcmp(step, "..") == 0) {
            while (n > 0 && out[--n] != '/')
                continue;
            out[n] = 0;
            continue;
        }
        if (n > 0)
            out[n++] = '/';
        memcpy(out + n, step, strlen(step) + 1);
        n += strlen(step);
    }
}

/* "xl/workbook.xml" → "xl/_rels/workbook.xml.rels" */
static void relations_of(const char *part, char out[PART_NAME]) {
    const char *slash = strrchr(part, '/');
    int folder = slash ? (int)(slash - part + 1) : 0;
    if (!lt_print(out, PART_NAME, "%.*s_rels/%s.rels", folder, part, part + folder))
        out[0] = 0;
}

struct relation {
    const char *id, *type, *target;
};

/* Calls each relation of a part. The texts live during the call only. */
static int each_relation(struct reader *r, struct package *p, const char *part,
                         void (*call)(void *ctx, const struct relation *rel), void *ctx) {
    char rels[PART_NAME], id[64], type[256], target[PART_NAME];
    struct xml *x;
    enum xml_event e;
    relations_of(part, rels);
    if (!package_has(p, rels))
        return 0;
    int rc = xml_open(r, p, rels, &x);
    if (rc != 0)
        return rc;
    while ((rc = xml_next(x, &e)) == 0 && e != XML_END_OF_FILE) {
        if (e != XML_START || strcmp(xml_name(x), "Relationship") != 0)
            continue;
        bool fits = lt_print(id, sizeof id, "%s", xml_attr(x, "Id"));
        fits = lt_print(type, sizeof type, "%s", xml_attr(x, "Type")) && fits;
        fits = lt_print(target, sizeof target, "%s", xml_attr(x, "Target")) && fits;
        const char *mode = xml_attr(x, "TargetMode");
        if (fits && strcmp(mode, "External") != 0)
            call(ctx, &(struct relation){id, type, target});
    }
    xml_close(x);
    return rc;
}

static void on_root(void *ctx, const struct relation *rel) {
    if (lt_ends(rel->type, "/officeDocument"))
        resolve("", rel->target, ctx);
}

struct book_link {
    struct book *book;
    const char *part;
};

static void on_book(void *ctx, const struct relation *rel) {
    const struct book_link *link = ctx;
    struct book *b = link->book;
    if (lt_ends(rel->type, "/sharedStrings"))
        resolve(link->part, rel->target, b->strings);
    else if (lt_ends(rel->type, "/styles"))
        resolve(link->part, rel->target, b->styles);
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->sheets[i].id, rel->id) == 0) {
            b->sheets[i].linked = true;
            if (lt_ends(rel->type, "/worksheet")) /* sheets of charts and macros are other types */
                resolve(link->part, rel->target, b->sheets[i].part);
        }
}

static int add_sheet(struct reader *r, struct xml *x, struct book *b) {
    if (b->n >= r->limits.sheets)
        return lt_fail(r->err, LT_REFUSED, "table.too_many_sheets", "limit", LT_NUM(r->limits.sheets), (char *)NULL);
    struct sheet_entry *grown = lt_array_grow(b->sheets, &b->cap, b->n + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(r->err);
    b->sheets = grown;
    struct sheet_entry *s = &grown[b->n++];
    memset(s, 0, sizeof *s);
    const char *name = xml_attr(x, "name");
    size_t n = lt_utf8_clip(name, TABLE_NAME_BYTES);
    memcpy(s->name, name, n);
    if (!lt_print(s->id, sizeof s->id, "%s", xml_attr_ns(x, "elationships", "id")))
        s->id[0] = 0;
    const char *state = xml_attr(x, "state");
    s->hidden = strcmp(state, "hidden") == 0 || strcmp(state, "veryHidden") == 0;
    return 0;
}

static int read_workbook(struct reader *r, struct package *p, const char *part, struct book *b) {
    struct xml *x;
    enum xml_event e;
    int rc = xml_open(r, p, part, &x);
    if (rc != 0)
        return rc;
    while (rc == 0 && (rc = xml_next(x, &e)) == 0 && e != XML_END_OF_FILE) {
        if (e != XML_START)
            continue;
        if (strcmp(xml_name(x), "sheet") == 0)
            rc = add_sheet(r, x, b);
        else if (strcmp(xml_name(x), "workbookPr") == 0) {
            const char *mac = xml_attr(x, "date1904");
            r->date_1904 = strcmp(mac, "1") == 0 || strcmp(mac, "true") == 0;
        }
    }
    xml_close(x);
    if (rc != 0)
        return rc;
    return each_relation(r, p, part, on_book, &(struct book_link){b, part});
}

static int read_sheets(struct reader *r, struct package *p, const struct book *b, const struct xlsx_strings *strings,
                       const struct xlsx_styles *styles) {
    int rc = 0;
    for (size_t i = 0; i < b->n && rc == 0; i++) {
        const struct sheet_entry *s = &b->sheets[i];
        if (!s->linked) /* nowhere, or outside the file */
            return reader_damaged(r, "sheet");
        if (!s->part[0])
            continue; /* a chart */
        rc = reader_sheet_begin(r, s->name, strlen(s->name), s->hidden);
        if (rc == 0)
            rc = xlsx_read_sheet(r, p, s->part, strings, styles);
        if (rc == 0)
            rc = reader_sheet_end(r);
    }
    return rc;
}

int read_xlsx(struct reader *r, struct package *p, const char *workbook) {
    char part[PART_NAME] = "";
    struct book b = {0};
    struct xlsx_strings strings = {.pool = LT_BUF_INIT(TABLE_TEXT_BYTES)};
    struct xlsx_styles styles = {.codes = LT_BUF_INIT(1 << 20)};
    int rc = each_relation(r, p, "", on_root, part);
    if (rc == 0 && !part[0] && !lt_print(part, sizeof part, "%s", workbook))
        rc = reader_damaged(r, "workbook");
    if (rc == 0)
        rc = read_workbook(r, p, part, &b);
    if (rc == 0 && b.strings[0] && package_has(p, b.strings))
        rc = xlsx_read_strings(r, p, b.strings, &strings);
    if (rc == 0 && b.styles[0] && package_has(p, b.styles))
        rc = xlsx_read_styles(r, p, b.styles, &styles);
    if (rc == 0)
        rc = reader_book(r, TABLE_XLSX, "", 0);
    if (rc == 0)
        rc = read_sheets(r, p, &b, &strings, &styles);
    free(b.sheets);
    lt_buf_free(&strings.pool);
    free(strings.ends);
    lt_buf_free(&styles.codes);
    free(styles.own);
    free(styles.cells);
    return rc;
}
