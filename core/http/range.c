#include "http/range.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

static bool number(const char **s, uint64_t *out)
{
    size_t n = strspn(*s, "0123456789");
    if (!n || n > 18) return false;
    *out = 0;
    for (size_t i = 0; i < n; i++)
        *out = *out * 10 + (uint64_t)((*s)[i] - '0');
    *s += n;
    return true;
}

enum http_range http_range_read(const char *s, uint64_t size, uint64_t *first, uint64_t *len)
{
    uint64_t from = 0, to = 0;
    if (!s || strncasecmp(s, "bytes=", 6) != 0) return RANGE_NONE;
    s += 6;
    if (*s == '-') {
        s++;
        if (!number(&s, &to) || *s) return RANGE_NONE;
        if (!to || !size) return RANGE_BAD;
        *first = to < size ? size - to : 0;
        *len = size - *first;
        return RANGE_PART;
    }
    if (!number(&s, &from) || *s++ != '-') return RANGE_NONE;
    if (!*s) to = UINT64_MAX;
    else if (!number(&s, &to) || *s || to < from) return RANGE_NONE;
    if (from >= size) return RANGE_BAD;
    *first = from;
    *len = (to < size ? to + 1 : size) - from;
    return RANGE_PART;
}

bool http_etag_listed(const char *s, const char *tag)
{
    size_t n = strlen(tag);
    while (s && *s) {
        s += strspn(s, " \t,");
        if (*s == '*') return true;
        if (lt_starts(s, "W/")) s += 2;
        if (*s != '"') return false;
        size_t len = strcspn(s + 1, "\"");
        if (len == n && strncmp(s + 1, tag, n) == 0) return true;
        s += 1 + len;
        if (*s) s++;
    }
    return false;
}
