/* Code points of short texts; private to model. Texts are valid UTF-8: they come out of lt_tidy. */
#ifndef LT_MODEL_CHARS_H
#define LT_MODEL_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Code points of s, at most max; the number written, or -1 when there are more. */
int model_points(const char *s, uint32_t *out, int max);
/* Writes n code points as UTF-8 into out (size bytes, NUL included); false when it does not fit. */
bool model_utf8(const uint32_t *points, int n, char *out, size_t size);

bool model_is_cyrillic(uint32_t c); /* letters U+0400–U+052F */
bool model_is_latin(uint32_t c);    /* letters A–Z, a–z and those with marks up to U+024F */
bool model_is_letter(uint32_t c);
bool model_is_digit(uint32_t c);  /* 0–9 */
bool model_is_hyphen(uint32_t c); /* "-", U+2010–U+2015, U+2212 */
bool model_is_apostrophe(uint32_t c);
bool model_is_quote(uint32_t c);  /* «», "", and kin, apostrophes too */
uint32_t model_lower(uint32_t c); /* Latin and Cyrillic letters; ё stays ё */
uint32_t model_upper(uint32_t c);
/* The Cyrillic letter that looks like this Latin letter (same case), or 0 when there is none. */
uint32_t model_lookalike(uint32_t c);

#endif
