/* Safe names for files that come from strangers. */
#include "base/text.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES      150
#define EXTENSION_MAX_BYTES 16 /* with its dot */

/* What is no UTF-8 is dropped; everything else is kept for lt_tidy. */
static char *only_utf8(const char *s)
{
    size_t len = strlen(s), to = 0;
    char *out = malloc(len + 1);
    for (size_t i = 0, n; out && i < len; i += n) {
        if (lt_utf8_point(s + i, len - i, &n) < 0) continue;
        memcpy(out + to, s + i, n);
        to += n;
    }
    if (out) out[to] = '\0';
    return out;
}

/* Separators become '_'; the parts "", "." and ".." of a path are left out with theirs. */
static void join_parts(char *s)
{
    char *to = s;
    for (char *from = s; *from;) {
        size_t n = strcspn(from, "/\\");
        bool last = !from[n];
        bool empty = strspn(from, ". ") >= n;
        if (!empty) {
            if (to != s) *to++ = '_';
            memmove(to, from, n);
            to += n;
        }
        from += n + !last;
    }
    *to = '\0';
}

static bool trimmed(char c)
{
    return c == '.' || c == ' ';
}

static void trim(char *s)
{
    char *from = s;
    while (trimmed(*from))
        from++;
    size_t len = strlen(from);
    while (len && trimmed(from[len - 1]))
        len--;
    memmove(s, from, len);
    s[len] = '\0';
}

/* Windows opens a device for these names whatever the extension. */
static bool device_name(const char *s)
{
    static const char names[][8] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
    size_t n = strcspn(s, ".");
    while (n && s[n - 1] == ' ')
        n--;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == n && strncasecmp(s, names[i], n) == 0) return true;
    }
    if (n < 4 || (strncasecmp(s, "COM", 3) != 0 && strncasecmp(s, "LPT", 3) != 0)) return false;
    if (n == 4) return s[3] >= '0' && s[3] <= '9';
    /* superscript digits count there too: C2 B9, C2 B2, C2 B3 */
    return n == 5 && s[3] == '\xC2' && (s[4] == '\xB9' || s[4] == '\xB2' || s[4] == '\xB3');
}

/* At most NAME_MAX_BYTES, the middle cut out so that the extension stays. */
static void clip_name(const char *s, char out[LT_FILE_NAME])
{
    size_t len = strlen(s);
    const char *dot = strrchr(s, '.');
    size_t tail = dot && dot != s ? strlen(dot) : 0;
    if (tail > EXTENSION_MAX_BYTES) tail = 0;
    size_t stem = lt_utf8_clip(s, len - tail);
    if (stem > NAME_MAX_BYTES - tail) stem = lt_utf8_clip(s, NAME_MAX_BYTES - tail);
    while (stem && stem < len - tail && trimmed(s[stem - 1]))
        stem--;
    memcpy(out, s, stem);
    memcpy(out + stem, s + len - tail, tail);
    out[stem + tail] = '\0';
}

void lt_safe_file_name(const char *original, char out[LT_FILE_NAME])
{
    strcpy(out, "file");
    char *valid = original ? only_utf8(original) : NULL;
    char *name = valid ? lt_tidy(valid) : NULL;
    free(valid);
    if (!name) return;
    join_parts(name);
    for (char *p = strpbrk(name, ":*?\"<>|"); p; p = strpbrk(p, ":*?\"<>|"))
        *p = '_';
    trim(name);
    if (device_name(name)) {
        char *marked = lt_format("_%s", name);
        free(name);
        name = marked;
    }
    if (name && *name) clip_name(name, out);
    free(name);
}
