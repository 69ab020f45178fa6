#include "xlsx.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define MOST_STRINGS 4000000u
#define MOST_STYLES 70000u /* spreadsheet programs stop at 65 490 */
#define MOST_FORMATS 5000u

static int hex4(const char *s, unsigned *out) {
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        if (c >= '0' && c <= '9')
            v = v * 16 + (unsigned)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            v = v * 16 + (unsigned)((c | 32) - 'a' + 10);
        else
            return -1;
    }
    *out = v;
    return 0;
}

size_t xlsx_unescape(char *s, size_t len) {
    size_t to = 0;
    if (len < 7)
        return len;
    for (size_t i = 0; i < len;) {
        unsigned v;
        if (s[i] == '_' && len - i >= 7 && s[i + 1] == 'x' && s[i + 6] == '_' && hex4(s + i + 2, &v) == 0 && v != 0) {
            unsigned char pair[2] = {(unsigned char)(v & 255), (unsigned char)(v >> 8)};
            size_t used;
            to += value_utf16_char(pair, 2, false, s + to, &used); /* at most 3 bytes for the 7 */
            i += 7;
        } else
            s[to++] = s[i++];
    }
    return to;
}

int xlsx_rich_text(struct xml *x, struct reader *r, struct lt_buf *out) {
    int depth = xml_depth(x), rc;
    size_t begin = out->len;
    bool in_t = false;
    enum xml_event e;
    while ((rc = xml_next(x, &e)) == 0 && !(e == XML_END && xml_depth(x) == depth)) {
        if (e == XML_END_OF_FILE)
            return reader_damaged(r, "XML");
        if (e == XML_START && strcmp(xml_name(x), "rPh") == 0) { /* how to pronounce it, in Japanese files */
            rc = xml_skip(x);
            if (rc != 0)
                return rc;
        } else if (e != XML_TEXT)
            in_t = e == XML_START && strcmp(xml_name(x), "t") == 0;
        else if (in_t)
            lt_buf_adds(out, xml_text(x));
    }
    if (rc != 0)
        return rc;
    if (out->failed)
        return reader_refuse(r, "too_much_text", 0, 0, LT_NUM(TABLE_TEXT_BYTES >> 20));
    if (out->len > begin)
        out->len = begin + xlsx_unescape(out->data + begin, out->len - begin);
    return 0;
}

int xlsx_read_strings(struct reader *r, struct package *p, const char *part, struct xlsx_strings *out) {
    struct xml *x;
    enum xml_event e;
    int rc = xml_open(r, p, part, &x);
    if (rc != 0)
        return rc;
    while (rc == 0 && (rc = xml_next(x, &e)) == 0 && e != XML_END_OF_FILE) {
        if (e != XML_START || strcmp(xml_name(x), "si") != 0)
            continue;
        rc = xlsx_rich_text(x, r, &out->pool);
        uint32_t *grown = out->n < MOST_STRINGS ? lt_array_grow(out->ends, &out->cap, out->n + 1, sizeof *grown) : NULL;
        if (rc == 0 && !grown)
            rc = lt_fail_memory(r->err);
        if (grown) {
            out->ends = grown;
            out->ends[out->n++] = (uint32_t)out->pool.len;
        }
    }
    xml_close(x);
    return rc;
}

static int add_own(struct reader *r, struct xml *x, struct xlsx_styles *s) {
    struct own_format *grown = s->n_own < MOST_FORMATS ? lt_array_grow(s->own, &s->cap_own, s->n_own + 1, sizeof *grown) : NULL;
    if (!grown)
        return reader_damaged(r, "styles");
    s->own = grown;
    grown[s->n_own].id = (unsigned)strtoul(xml_attr(x, "numFmtId"), NULL, 10);
    grown[s->n_own].code = (uint32_t)s->codes.len;
    lt_buf_adds(&s->codes, xml_attr(x, "formatCode"));
    lt_buf_addc(&s->codes, 0);
    s->n_own++;
    return s->codes.failed ? reader_damaged(r, "styles") : 0;
}

static int add_style(struct reader *r, struct xml *x, struct xlsx_styles *s, unsigned **ids) {
    unsigned id = (unsigned)strtoul(xml_attr(x, "numFmtId"), NULL, 10);
    if (s->n_cells >= MOST_STYLES)
        return reader_damaged(r, "styles");
    unsigned *grown = lt_array_grow(*ids, &s->cap_cells, s->n_cells + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(r->err);
    *ids = grown;
    grown[s->n_cells++] = id;
    return 0;
}

/* After all is read: codes no longer move, so formats may point into them. */
static int resolve_styles(struct reader *r, struct xlsx_styles *s, const unsigned *ids) {
    if (s->n_cells == 0)
        return 0;
    s->cells = lt_calloc(s->n_cells, sizeof *s->cells);
    if (!s->cells)
        return lt_fail_memory(r->err);
    for (size_t i = 0; i < s->n_cells; i++) {
        s->cells[i] = format_builtin(ids[i]);
        for (size_t k = 0; k < s->n_own; k++) /* a few dozen; the file's own word counts also for built-in numbers */
            if (s->own[k].id == ids[i]) {
                s->cells[i] = format_of_code(s->codes.data + s->own[k].code);
                break;
            }
    }
    return 0;
}

int xlsx_read_styles(struct reader *r, struct package *p, const char *part, struct xlsx_styles *out) {
    struct xml *x;
    enum xml_event e;
    unsigned *ids = NULL;
    bool in_cells = false; /* cellXfs, not cellStyleXfs */
    int rc = xml_open(r, p, part, &x);
    if (rc != 0)
        return rc;
    while (rc == 0 && (rc = xml_next(x, &e)) == 0 && e != XML_END_OF_FILE) {
        const char *name = e == XML_TEXT ? "" : xml_name(x);
        if (strcmp(name, "cellXfs") == 0)
            in_cells = e == XML_START;
        else if (e == XML_START && strcmp(name, "dxf") == 0)
            rc = xml_skip(x); /* conditional looks have formats of their own */
        else if (e == XML_START && strcmp(name, "numFmt") == 0)
            rc = add_own(r, x, out);
        else if (e == XML_START && in_cells && strcmp(name, "xf") == 0)
            rc = add_style(r, x, out, &ids);
    }
    xml_close(x);
    if (rc == 0)
        rc = resolve_styles(r, out, ids);
    free(ids);
    return rc;
}
