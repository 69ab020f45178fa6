/* letopis-sheet.so: a workbook of JSON as XLSX, packed by libarchive. */
#include "parts.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "module_shared/shared.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#define SHEETS_MAX 200u

static la_ssize_t to_frames(struct archive *a, void *ctx, const void *data, size_t len)
{
    if (shared_write(ctx, data, len)) {
        archive_set_error(a, ARCHIVE_FATAL, "the other side is gone");
        return -1;
    }
    return (la_ssize_t)len;
}

static struct archive *packer(void *out, archive_write_callback *write)
{
    struct archive *a = archive_write_new();
    if (a && (archive_write_set_format_zip(a) || archive_write_set_bytes_per_block(a, 0) || archive_write_open(a, out, NULL, write, NULL))) {
        archive_write_free(a);
        return NULL;
    }
    return a;
}

static la_ssize_t to_nowhere(struct archive *a, void *ctx, const void *data, size_t len)
{
    (void)a, (void)ctx, (void)data;
    return (la_ssize_t)len;
}

/* Whatever the compressor loads by a first use, while files may still be read. */
static int module_open(struct lt_error *err)
{
    struct archive *a = packer(NULL, to_nowhere);
    if (!a) return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "libarchive does not start", (char *)NULL);
    archive_write_free(a);
    return 0;
}

static int add(struct archive *a, const char *name, const struct lt_buf *b, struct lt_error *err)
{
    if (b->failed || !b->data) return lt_fail_memory(err);
    struct archive_entry *e = archive_entry_new();
    if (!e) return lt_fail_memory(err);
    archive_entry_set_pathname(e, name);
    archive_entry_set_size(e, (int64_t)b->len);
    archive_entry_set_mtime(e, 315532800, 0); /* 1980: the oldest an archive can say; the same book gives the same bytes */
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    int rc = archive_write_header(a, e) == ARCHIVE_OK && archive_write_data(a, b->data, b->len) == (la_ssize_t)b->len
                 ? 0
                 : shared_failed(err, archive_error_string(a) ? archive_error_string(a) : "archive");
    archive_entry_free(e);
    return rc;
}

/* Excel refuses these characters, longer names and two alike. */
static void name_sheet(struct sheet_names *names, const char *wished)
{
    char *out = names->names[names->n];
    size_t letters = 0, n = 0;
    for (const char *c = wished; *c && n < SHEET_NAME * 4; c++) {
        bool first = ((unsigned char)*c & 0xC0) != 0x80;
        if (first && letters++ >= 25) break;
        bool bad = strchr("[]:*?/\\'", *c) || (unsigned char)*c < 0x20;
        out[n++] = bad ? ' ' : *c;
    }
    out[n] = 0;
    if (!n) lt_print(out, sizeof *names->names, "%zu", names->n + 1);
    for (size_t i = 0; i < names->n; i++) {
        if (strcasecmp(names->names[i], out) != 0) continue;
        lt_print(out + strlen(out), 8, " %zu", names->n + 1);
        break;
    }
    names->n++;
}

static int write_common(struct archive *a, const json_t *book, const struct sheet_names *names, struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    int rc = parts_types(&b, names->n) ? lt_fail_memory(err) : add(a, "[Content_Types].xml", &b, err);
    lt_buf_reset(&b);
    if (!rc) rc = parts_root_links(&b) ? lt_fail_memory(err) : add(a, "_rels/.rels", &b, err);
    lt_buf_reset(&b);
    if (!rc) rc = parts_core(&b, book) ? lt_fail_memory(err) : add(a, "docProps/core.xml", &b, err);
    lt_buf_reset(&b);
    if (!rc) rc = parts_book(&b, book, names) ? lt_fail_memory(err) : add(a, "xl/workbook.xml", &b, err);
    lt_buf_reset(&b);
    if (!rc) rc = parts_book_links(&b, names->n) ? lt_fail_memory(err) : add(a, "xl/_rels/workbook.xml.rels", &b, err);
    lt_buf_reset(&b);
    if (!rc) rc = parts_styles(&b, book) ? lt_fail_memory(err) : add(a, "xl/styles.xml", &b, err);
    lt_buf_free(&b);
    return rc;
}

static int write_sheets(struct archive *a, const json_t *book, const json_t *sheets, struct lt_error *err)
{
    size_t i;
    const json_t *sheet;
    int rc = 0;
    json_array_foreach(sheets, i, sheet) {
        struct lt_buf b = LT_BUF_INIT(SHEET_PART_MAX);
        char name[64];
        lt_print(name, sizeof name, "xl/worksheets/sheet%zu.xml", i + 1);
        rc = parts_sheet(&b, book, sheet, err);
        if (!rc) rc = add(a, name, &b, err);
        lt_buf_free(&b);
        if (rc) return rc;
    }
    return 0;
}

static int write_book(const json_t *book, struct shared_out *out, struct lt_error *err)
{
    const json_t *sheets = lt_json_array(book, "sheets"), *sheet;
    size_t n = json_array_size(sheets), i;
    if (!n || n > SHEETS_MAX) return shared_malformed(err, "sheets");
    struct sheet_names names = {.names = lt_calloc(n, sizeof *names.names)};
    struct archive *a = packer(out, to_frames);
    int rc = names.names && a ? 0 : lt_fail_memory(err);
    if (!rc) {
        json_array_foreach(sheets, i, sheet) name_sheet(&names, lt_json_str_or(sheet, "name", ""));
        rc = write_common(a, book, &names, err);
    }
    if (!rc) rc = write_sheets(a, book, sheets, err);
    if (!rc && archive_write_close(a) != ARCHIVE_OK) rc = shared_failed(err, archive_error_string(a));
    archive_write_free(a);
    free(names.names);
    return rc;
}

static int module_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err)
{
    json_t *book = NULL;
    struct shared_out *out = lt_calloc(1, sizeof *out);
    int rc = out ? shared_document(args, input_fd, &book, err) : lt_fail_memory(err);
    if (!rc) {
        out->io = io;
        rc = write_book(book, out, err);
    }
    if (!rc && shared_end(out, 0)) rc = shared_failed(err, "the other side is gone");
    json_decref(book);
    free(out);
    return rc;
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "sheet", .open = module_open, .run = module_run};
