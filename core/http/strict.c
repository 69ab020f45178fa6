#include "http/strict.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_token(const char *s, size_t len)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 128 || c == 0 || !(isalnum(c) || strchr(others, c))) return false;
    }
    return len > 0;
}

static bool is_value(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
    }
    return true;
}

static bool named(const char *name, size_t len, const char *wanted)
{
    return len == strlen(wanted) && strncasecmp(name, wanted, len) == 0;
}

static bool read_length(const char *s, size_t len, uint64_t *out)
{
    uint64_t n = 0;
    if (len == 0 || len > 18) return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
        n = n * 10 + (uint64_t)(s[i] - '0');
    }
    *out = n;
    return true;
}

void http_strict_header(struct http_strict *s, const char *name, size_t name_len, const char *value,
                        size_t value_len)
{
    if (!is_token(name, name_len) || !is_value(value, value_len)) s->bad = true;
    if (named(name, name_len, "Host")) {
        s->hosts++;
    } else if (named(name, name_len, "Content-Length")) {
        s->lengths++;
        if (!read_length(value, value_len, &s->length)) s->bad = true;
    } else if (named(name, name_len, "Transfer-Encoding")) {
        s->encodings++;
        if (!named(value, value_len, "chunked")) s->bad = true;
    }
}

bool http_strict_good(const struct http_strict *s, int minor)
{
    if (s->bad || s->hosts > 1 || s->lengths > 1 || s->encodings > 1) return false;
    if (minor >= 1 && s->hosts == 0) return false;
    if (s->encodings && (s->lengths || minor == 0)) return false;
    return true;
}

/* "." and ".." in any writing: each dot may be "%2e". */
static bool dot_segment(const char *s, size_t len)
{
    size_t dots = 0;
    while (len) {
        size_t n = s[0] == '.' ? 1 : len >= 3 && strncasecmp(s, "%2e", 3) == 0 ? 3 : 0;
        if (!n) return false;
        dots++;
        s += n;
        len -= n;
    }
    return dots == 1 || dots == 2;
}

bool http_strict_path(const char *path)
{
    if (path[0] != '/') return false;
    for (const char *s = path; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c <= 0x20 || c >= 0x7F || c == '\\' || c == '#') return false;
        if (c == '%' && (!isxdigit((unsigned char)s[1]) || !isxdigit((unsigned char)s[2]))) return false;
        if (c == '%' && s[1] == '0' && s[2] == '0') return false;
        if (c == '/' && s[1] == '/') return false;
        if (c == '/' && s[1] && dot_segment(s + 1, strcspn(s + 1, "/"))) return false;
    }
    return true;
}
