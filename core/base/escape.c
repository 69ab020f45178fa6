/* Escaping, each function named by where its output stands. Bytes that are no UTF-8 and control characters
 * that HTML and XML forbid become U+FFFD, so that what we write is always well-formed. */
#include "base/text.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"

static const char *html_text(int32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\t':
    case '\n':
    case '\r':
        return NULL;
    default:
        return c < 0x20 || c == 0x7F ? REPLACEMENT : NULL;
    }
}

static const char *html_attr(int32_t c)
{
    return c == '"' ? "&quot;" : c == '\'' ? "&#39;" : html_text(c);
}

/* The short forms of JSON; other control characters are written by number. */
static const char *json_char(int32_t c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\t':
        return "\\t";
    case '\r':
        return "\\r";
    default:
        return NULL;
    }
}

static int escape(struct lt_buf *b, const char *s, const char *(*replace)(int32_t))
{
    size_t len = strlen(s), plain = 0, n;
    for (size_t i = 0; i < len; i += n) {
        int32_t c = lt_utf8_point(s + i, len - i, &n);
        char number[8];
        const char *other = c < 0 ? REPLACEMENT : replace(c);
        if (!other && replace == json_char && c < 0x20) {
            snprintf(number, sizeof number, "\\u%04x", (unsigned)c & 0xFF);
            other = number;
        }
        if (!other) continue;
        lt_buf_add(b, s + plain, i - plain);
        lt_buf_adds(b, other);
        plain = i + n;
    }
    return lt_buf_add(b, s + plain, len - plain);
}

int out_html_text(struct lt_buf *b, const char *s)
{
    return escape(b, s, html_text);
}

int out_html_attr(struct lt_buf *b, const char *s)
{
    return escape(b, s, html_attr);
}

int out_json_str(struct lt_buf *b, const char *s)
{
    lt_buf_addc(b, '"');
    escape(b, s, json_char);
    return lt_buf_addc(b, '"');
}

int out_url_arg(struct lt_buf *b, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-._~", c);
        if (plain) {
            lt_buf_addc(b, *s);
        } else {
            char form[] = {'%', hex[c >> 4], hex[c & 15]};
            lt_buf_add(b, form, sizeof form);
        }
    }
    return b->failed ? -1 : 0;
}
