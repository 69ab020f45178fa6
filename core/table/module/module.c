/* letopis-table.so: decides the format by content and reads it. */
#include "reader.h"

#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(struct reader *r, const char *code) { return lt_fail(r->err, LT_REFUSED, code, (char *)NULL); }

static int table_open(struct lt_error *err) {
    (void)err;
    xmlInitParser();
    return 0;
}

static int read_file(struct reader *r, int fd, unsigned char **out) {
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size <= 0 || (uint64_t)st.st_size > r->limits.file_bytes)
        return reader_damaged(r, "size");
    unsigned char *data = malloc((size_t)st.st_size);
    if (!data)
        return lt_fail_memory(r->err);
    size_t at = 0;
    while (at < (size_t)st.st_size) {
        ssize_t n = pread(fd, data + at, (size_t)st.st_size - at, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    *out = data;
    r->data = data;
    r->len = at;
    return at > 0 ? 0 : reader_damaged(r, "size");
}

/* The member named mimetype of an OpenDocument package. */
static int read_mimetype(struct reader *r, struct package *p, char *out, size_t size) {
    struct member *m;
    out[0] = 0;
    if (!package_has(p, "mimetype"))
        return 0;
    int rc = package_member(r, p, "mimetype", &m);
    if (rc != 0)
        return rc;
    long n = member_read(m, out, size - 1);
    member_close(m);
    if (n < 0)
        return LT_REFUSED;
    out[n] = 0;
    return 0;
}

/* The list of contents of an OPC package: read to its end, so that its check sum counts. */
static int check_contents(struct reader *r, struct package *p) {
    char skip[4096];
    struct member *m;
    long n;
    int rc = package_member(r, p, "[Content_Types].xml", &m);
    if (rc != 0)
        return rc;
    while ((n = member_read(m, skip, sizeof skip)) > 0)
        continue;
    member_close(m);
    return n < 0 ? LT_REFUSED : 0;
}

static int read_package(struct reader *r) {
    char mime[100];
    struct package *p = NULL;
    int rc = package_open(r, &p);
    if (rc != 0)
        return rc;
    rc = read_mimetype(r, p, mime, sizeof mime);
    if (rc != 0)
        goto out;
    if (lt_starts(mime, "application/vnd.oasis.opendocument.spreadsheet"))
        rc = read_ods(r, p);
    else if (package_has(p, "xl/workbook.bin"))
        rc = refuse(r, "table.xlsb");
    else if (package_has(p, "[Content_Types].xml") && !package_has(p, "word/document.xml") &&
             !package_has(p, "ppt/presentation.xml")) {
        rc = check_contents(r, p);
        if (rc == 0)
            rc = read_xlsx(r, p, "xl/workbook.xml");
    } else if (package_has(p, "Index/Document.iwa"))
        rc = refuse(r, "table.numbers");
    else
        rc = refuse(r, "table.not_a_table");
out:
    package_close(p);
    return rc;
}

static int read_compound(struct reader *r) {
    if (cfb_has(r, "Workbook") || cfb_has(r, "Book"))
        return read_xls(r);
    if (cfb_has(r, "EncryptedPackage"))
        return refuse(r, "table.encrypted");
    return refuse(r, "table.not_a_table");
}

/* What an HTML page or XML begins with, after a byte order mark and white space. Many an e-diary's ".xls" is one. */
static const char *markup(const struct reader *r) {
    const char *s = (const char *)r->data;
    size_t i = r->len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < r->len && (s[i] == ' ' || s[i] == '\n' || s[i] == '\r' || s[i] == '\t'))
        i++;
    size_t left = r->len - i;
    if (left > 13 && strncasecmp(s + i, "MIME-Version:", 13) == 0) /* a page with its parts, as browsers and Excel save them */
        return "table.html";
    if (r->len > 4 && memcmp(s, "\xff\xfe<\0", 4) == 0) /* a page in UTF-16 */
        return "table.html";
    if (left < 6 || s[i] != '<')
        return NULL;
    if (strncasecmp(s + i, "<?xml", 5) == 0)
        return "table.xml";
    static const char *const tags[] = {"<html", "<!doct", "<table", "<head", "<body", "<meta", "<style", "<!--", "<div", "<title", "<link", "<script", "<center", "<tbody", "<tr"};
    for (size_t k = 0; k < sizeof tags / sizeof *tags; k++)
        if (left > strlen(tags[k]) && strncasecmp(s + i, tags[k], strlen(tags[k])) == 0)
            return "table.html";
    return NULL;
}

static int read_any(struct reader *r) {
    static const unsigned char compound[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
    const char *code;
    if (r->len >= 4 && (memcmp(r->data, "PK\3\4", 4) == 0 || memcmp(r->data, "PK\5\6", 4) == 0))
        return read_package(r);
    if (r->len >= sizeof compound && memcmp(r->data, compound, sizeof compound) == 0)
        return read_compound(r);
    if (r->len >= 5 && (memcmp(r->data, "%PDF-", 5) == 0 || memcmp(r->data, "{\\rtf", 5) == 0 || memcmp(r->data, "ID;PW", 5) == 0 /* SYLK */))
        return refuse(r, "table.not_a_table");
    if (r->len >= 4 && r->data[0] == 9 && r->data[1] <= 8 && (r->data[1] & 1) == 0) /* BIFF2..4: Excel before 1993 */
        return refuse(r, "table.old_xls");
    if ((code = markup(r)))
        return refuse(r, code);
    return read_csv(r);
}

static int table_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    struct reader r = {.io = io, .err = err};
    unsigned char *data = NULL;
    r.limits.file_bytes = (uint64_t)lt_json_int(args, "file_bytes", TABLE_FILE_BYTES);
    r.limits.rows = (uint32_t)lt_json_int(args, "rows", TABLE_ROWS);
    r.limits.columns = (uint32_t)lt_json_int(args, "columns", TABLE_COLUMNS);
    r.limits.sheets = (uint32_t)lt_json_int(args, "sheets", TABLE_SHEETS);
    r.limits.cell_chars = (uint32_t)lt_json_int(args, "cell_chars", TABLE_CELL_CHARS);
    r.limits.cells = (uint64_t)lt_json_int(args, "cells", TABLE_CELLS);
    r.limits.unpacked_bytes = (uint64_t)lt_json_int(args, "unpacked_bytes", (int64_t)TABLE_UNPACKED);
    r.limits.ratio = (uint32_t)lt_json_int(args, "ratio", TABLE_RATIO);
    int rc = read_file(&r, input_fd, &data);
    if (rc == 0)
        rc = read_any(&r);
    reader_free(&r);
    free(data);
    return rc;
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "table", .open = table_open, .run = table_run};
