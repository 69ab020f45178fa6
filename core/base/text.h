/* UTF-8 text: validity, folding for comparison and search, safe file names, escaping by context. */
#ifndef LT_BASE_TEXT_H
#define LT_BASE_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

bool lt_utf8_valid(const char *s, size_t len); /* also refuses NUL and non-characters */
size_t lt_utf8_count(const char *s);           /* code points */
/* Length in bytes of at most max_bytes of s that ends on a whole character. */
size_t lt_utf8_clip(const char *s, size_t max_bytes);
int lt_utf8_width(const char *s);              /* terminal columns */

/* Unicode NFC; malloc'ed, NULL when out of memory or s is not UTF-8. */
char *lt_nfc(const char *s);

/* For search and comparison of words: NFC, case fold, ё→е; nothing else. malloc'ed, NULL as above. */
char *lt_fold(const char *s);

/* For what people type into a one-line field: NFC, invisible characters removed (zero width, BOM, soft hyphen, other
 * format characters, control characters), every run of white space (NBSP too) one space, trimmed. */
char *lt_tidy(const char *s);
/* The same for texts of several lines: keeps LF, at most two in a row. */
char *lt_tidy_lines(const char *s);

/* A file name that is safe in archives, headers and on any system: no path separators, control or bidi characters,
 * reserved device names, leading or trailing dots and spaces; at most 150 bytes; extension kept. "file" when nothing is
 * left. out holds LT_FILE_NAME bytes. */
#define LT_FILE_NAME 160
void lt_safe_file_name(const char *original, char out[LT_FILE_NAME]);

/* Appends escaped for the named context. */
int out_html_text(struct lt_buf *b, const char *s);
int out_html_attr(struct lt_buf *b, const char *s); /* inside double quotes */
int out_url_arg(struct lt_buf *b, const char *s);   /* one component, %XX */
int out_json_str(struct lt_buf *b, const char *s);  /* with the quotes */

bool lt_starts(const char *s, const char *prefix);
bool lt_ends(const char *s, const char *suffix);
char *lt_strdup(const char *s);                     /* NULL stays NULL */
char *lt_format(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* malloc'ed */
/* snprintf into an array that must be large enough: false when the text was cut. */
bool lt_print(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
