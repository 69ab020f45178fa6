#include "base/text.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

int32_t lt_utf8_point(const char *s, size_t len, size_t *n)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t got =
        utf8proc_iterate((const utf8proc_uint8_t *)s, len > 4 ? 4 : (utf8proc_ssize_t)len, &c);
    *n = got > 0 ? (size_t)got : 1;
    if (got <= 0 || c <= 0 || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE) return -1;
    return c;
}

bool lt_utf8_valid(const char *s, size_t len)
{
    size_t n;
    for (size_t i = 0; i < len; i += n) {
        if (lt_utf8_point(s + i, len - i, &n) < 0) return false;
    }
    return true;
}

size_t lt_utf8_count(const char *s)
{
    size_t count = 0;
    for (; *s; s++)
        count += (*s & 0xC0) != 0x80;
    return count;
}

size_t lt_utf8_clip(const char *s, size_t max_bytes)
{
    size_t len = strnlen(s, max_bytes);
    if (len < max_bytes || !s[len]) return len;
    while (len && (s[len] & 0xC0) == 0x80)
        len--;
    return len;
}

int lt_utf8_width(const char *s)
{
    int width = 0;
    size_t n;
    for (size_t len = strlen(s), i = 0; i < len; i += n) {
        int32_t c = lt_utf8_point(s + i, len - i, &n);
        width += c < 0 ? 1 : utf8proc_charwidth(c);
    }
    return width;
}

static bool ascii(const char *s)
{
    for (; *s; s++) {
        if (*s & 0x80) return false;
    }
    return true;
}

/* Letters of ASCII and of Russian, composed: what NFC leaves as it is. Nearly all texts are nothing else. */
static bool plain(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    for (; *p; p++) {
        if (*p >= 0x20 && *p < 0x7F) continue;
        bool big = p[0] == 0xD0 && ((p[1] >= 0x90 && p[1] <= 0xBF) || p[1] == 0x81); /* А…Я а…п Ё */
        bool small = p[0] == 0xD1 && ((p[1] >= 0x80 && p[1] <= 0x8F) || p[1] == 0x91); /* р…я ё */
        if (!big && !small) return false;
        p++;
    }
    return true;
}

static char *plain_fold(const char *s)
{
    unsigned char *out = (unsigned char *)lt_strdup(s);
    for (unsigned char *p = out; p && *p; p++) {
        if (*p < 0x80) {
            *p = (unsigned char)(*p + (*p >= 'A' && *p <= 'Z' ? 'a' - 'A' : 0));
            continue;
        }
        unsigned c = (unsigned)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
        if (c == 0x401 || c == 0x451) c = 0x435; /* Ё, ё: е */
        else if (c < 0x430) c += 0x20;
        p[0] = (unsigned char)(0xC0 | c >> 6);
        *++p = (unsigned char)(0x80 | (c & 0x3F));
    }
    return (char *)out;
}

static char *map(const char *s, utf8proc_option_t options)
{
    /* utf8proc takes some of the non-characters */
    if (!lt_utf8_valid(s, strlen(s))) return NULL;
    utf8proc_uint8_t *out = NULL;
    options = (utf8proc_option_t)(options | UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    return utf8proc_map((const utf8proc_uint8_t *)s, 0, &out, options) < 0 ? NULL : (char *)out;
}

char *lt_nfc(const char *s)
{
    return plain(s) || ascii(s) ? lt_strdup(s) : map(s, (utf8proc_option_t)0);
}

char *lt_fold(const char *s)
{
    if (ascii(s)) {
        char *out = lt_strdup(s);
        for (char *p = out; p && *p; p++)
            *p += *p >= 'A' && *p <= 'Z' ? 'a' - 'A' : 0;
        return out;
    }
    if (plain(s)) return plain_fold(s);
    char *out = map(s, UTF8PROC_CASEFOLD);
    if (!out || !strstr(out, "\xD1\x91")) return out;
    /* ё is D1 91, е is D0 B5. A second diaeresis (CC 88) would make the е a ё again, another mark compose with it. */
    char *to = out;
    for (const char *p = out; *p; p++) {
        if (p[0] == '\xCC' && p[1] == '\x88') {
            p++;
        } else if (p[0] == '\xD1' && p[1] == '\x91') {
            *to++ = '\xD0';
            *to++ = '\xB5';
            p++;
        } else {
            *to++ = *p;
        }
    }
    *to = 0;
    char *composed = map(out, (utf8proc_option_t)0);
    free(out);
    return composed;
}

enum kind { VISIBLE, SPACE, BREAK, INVISIBLE };

static enum kind kind_of(int32_t c)
{
    if (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029) return BREAK;
    if (c == '\t' || c == '\v' || c == '\f') return SPACE;
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_ZS:
        return SPACE;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
        return INVISIBLE;
    default:
        return VISIBLE;
    }
}

/* White space and invisible characters go first and NFC is made last: a letter and its mark may have been
 * parted by something invisible. */
static char *tidy(const char *s, bool keep_lines)
{
    size_t len = strlen(s), n, to = 0;
    if (len && *s != ' ' && s[len - 1] != ' ' && plain(s) && !strstr(s, "  ")) return lt_strdup(s);
    char *out = malloc(len + 1);
    bool space = false;
    int breaks = 0;
    for (size_t i = 0; out && i < len; i += n) {
        int32_t c = lt_utf8_point(s + i, len - i, &n);
        if (c < 0) {
            free(out);
            return NULL;
        }
        enum kind kind = kind_of(c);
        if (kind == BREAK && c == '\r' && s[i + 1] == '\n') continue;
        if (kind == BREAK && keep_lines)
            breaks++;
        else if (kind == SPACE || kind == BREAK)
            space = true;
        if (kind != VISIBLE) continue;
        if (to && breaks)
            for (int k = 0; k < breaks && k < 2; k++)
                out[to++] = '\n';
        else if (to && space)
            out[to++] = ' ';
        space = false;
        breaks = 0;
        memcpy(out + to, s + i, n);
        to += n;
    }
    if (!out) return NULL;
    out[to] = '\0';
    char *composed = lt_nfc(out);
    free(out);
    return composed;
}

char *lt_tidy(const char *s)
{
    return tidy(s, false);
}

char *lt_tidy_lines(const char *s)
{
    return tidy(s, true);
}

bool lt_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool lt_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

char *lt_strdup(const char *s)
{
    return s ? strdup(s) : NULL;
}

char *lt_format(const char *fmt, ...)
{
    char *out = NULL;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&out, fmt, args);
    va_end(args);
    return n < 0 ? NULL : out;
}

bool lt_print(char *out, size_t size, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(out, size, fmt, args);
    va_end(args);
    return n >= 0 && (size_t)n < size;
}
