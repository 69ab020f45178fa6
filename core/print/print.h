/* Paper and sheets out: PDF and XLSX. Both are made in a child without rights, by letopis-print.so (Pango, Cairo, libqrencode) and
 * letopis-sheet.so (libarchive); the program links none of it. What is printed is a document of JSON, so that every form and report is
 * built by its use case from the same few blocks.
 *
 * A paper, for print_pdf (lengths in mm; every key but "blocks" may be left out):
 *   {"title": of the file's properties, "lang": "ru", "landscape": false, "margin": 15, "size": 10.5 (points of text),
 *    "footer": "text" — stands left at the foot of each page, "1 / 3" right of it, "numbers": false leaves the numbers out,
 *    "made": instant "2026-03-05T10:00:00Z" kept in the file's properties,
 *    "blocks": [block…]}
 * A block is an object with "type":
 *   heading  {"level": 1..3, "text"}                               kept with the block behind it
 *   text     {"text", "align": left|center|right|justify, "bold", "muted", "mono": flags, "size": points}   LF begins a new line
 *   fields   {"rows": [[label, value]…], "label": mm (45), "size", "mono": of the values (letters of one width)}
 *   table    {"columns": [{"title", "width": share (1), "align"}…], "rows": [[cell…]…], "lines": least lines of a row (1)}
 *            a cell is a text, a number, null, true, or {"text", "bold", "muted", "align"}; the head is repeated on each page
 *   list     {"items": [text…], "marks": "dash" | "box" | "number"}  box: to be ticked by hand
 *   qr       {"text": what it says, "size": mm (25), "caption"}
 *   sign     {"items": [{"label", "hint"}…]}                       a line to write on for each, the hint in small letters under it
 *   side     {"width": mm of the right part (35), "left": [block…], "right": [block…]}
 *   group    {"blocks": [block…], "box": with a frame}             never parted by a page's end
 *   cut      {}                                                    where to cut with scissors
 *   rule, gap {"mm": 5}, page {}                                   a line, a space, a new page
 * Text is NFC UTF-8; what no font has is drawn as an empty box.
 *
 * A book, for print_xlsx:
 *   {"title", "lang", "made", "sheets": [{"name", "columns": [{"title", "type": text|number|date|instant|flag, "width": letters}…],
 *    "rows": [[cell…]…], "notes": [text…] — lines above the head, "lines": 2 — rows with room to sign}…]}
 *   A row shorter than the head stands below the table, without its frame.
 *   A cell is a text, a number, true/false or null; texts of a date or instant column become dates of the sheet where they are such.
 *   Texts are always texts: nothing a person typed becomes a formula. The head is bold, stays in sight and has filters. */
#ifndef LT_PRINT_PRINT_H
#define LT_PRINT_PRINT_H

#include "base/error.h"
#include "sandbox/child.h"

#include <jansson.h>

struct print_env {
    const char *program; /* see struct sandbox_config */
    const char *modules_dir;
};

#define PRINT_MAX_DOC ((size_t)48 << 20) /* bytes of a paper or book as JSON */
#define PRINT_MAX_PAGES 3000u
#define PRINT_MAX_ROWS 100000u /* of one sheet */

#define PRINT_PDF_TYPE "application/pdf"
#define PRINT_XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* Both write to fd from its position on. doc is borrowed. Errors: LT_REFUSED "print.malformed" {what} (a mistake of the caller),
 * "print.too_large" {limit}; LT_SYSTEM "print.failed" {reason}; and "sandbox.…". *pages (may be NULL): how many there are. */
int print_pdf(const struct print_env *env, const json_t *doc, int fd, unsigned *pages, struct lt_error *err);
int print_xlsx(const struct print_env *env, const json_t *book, int fd, struct lt_error *err);

#endif
