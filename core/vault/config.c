#include "vault/config.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_LEN 512u

struct setting {
    char *name, *value;
};

struct conf {
    char *file;
    struct setting *list; /* in the order of the file */
    size_t n, cap;
};

void conf_free(struct conf *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->n; i++) {
        free(c->list[i].name);
        free(c->list[i].value);
    }
    free(c->list);
    free(c->file);
    free(c);
}

/* --- parsing --- */

struct parser {
    const char *p, *end;
    int line;
    struct lt_buf section; /* "name." or "name.subsection." */
    struct lt_buf name, value;
};

static int peek(const struct parser *s)
{
    if (s->p == s->end) return -1;
    if (*s->p == '\r' && s->p + 1 < s->end && s->p[1] == '\n') return '\n';
    return (unsigned char)*s->p;
}

static int take(struct parser *s)
{
    int c = peek(s);
    if (c < 0) return c;
    s->p += c == '\n' && *s->p == '\r' ? 2 : 1;
    s->line += c == '\n';
    return c;
}

static bool is_alpha(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(int c)
{
    return is_alpha(c) || (c >= '0' && c <= '9') || c == '-';
}

static char lower(int c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static void skip_blanks(struct parser *s)
{
    while (peek(s) == ' ' || peek(s) == '\t')
        take(s);
}

static void skip_line(struct parser *s)
{
    while (peek(s) >= 0 && peek(s) != '\n')
        take(s);
}

/* "[name]" or "[name "subsection"]"; the bracket is taken already. */
static bool section(struct parser *s)
{
    lt_buf_reset(&s->section);
    while (is_word(peek(s)) || peek(s) == '.')
        lt_buf_addc(&s->section, lower(take(s)));
    if (s->section.len == 0) return false;
    lt_buf_addc(&s->section, '.');
    skip_blanks(s);
    if (peek(s) == '"') {
        take(s);
        for (int c; (c = take(s)) != '"'; lt_buf_addc(&s->section, (char)c)) {
            if (c == '\\') c = take(s);
            if (c < 0 || c == '\n') return false;
        }
        lt_buf_addc(&s->section, '.');
    }
    return take(s) == ']';
}

/* What stands behind '=': quotes, escapes, comments, continued lines; blanks at the end do not count. */
static bool value(struct parser *s)
{
    bool quoted = false;
    size_t kept = 0; /* length up to the last character that counts */
    skip_blanks(s);
    for (;;) {
        int c = peek(s);
        if (c < 0 || c == '\n') {
            if (quoted) return false;
            s->value.len = kept;
            if (s->value.data) s->value.data[kept] = 0;
            return !s->value.failed;
        }
        if (!quoted && (c == '#' || c == ';')) {
            skip_line(s);
            continue;
        }
        take(s);
        if (c == '"') {
            quoted = !quoted;
            kept = s->value.len;
            continue;
        }
        if (c == '\\') {
            c = take(s);
            if (c == '\n') continue;
            const char *from = "tbn\\\"", *to = "\t\b\n\\\"", *at = c > 0 ? strchr(from, c) : NULL;
            if (!at) return false;
            lt_buf_addc(&s->value, to[at - from]);
            kept = s->value.len;
            continue;
        }
        if (!quoted && s->value.len == 0 && (c == ' ' || c == '\t'))
            continue; /* at the beginning of a continued line */
        lt_buf_addc(&s->value, (char)c);
        if (quoted || (c != ' ' && c != '\t')) kept = s->value.len;
    }
}

static bool variable(struct parser *s)
{
    lt_buf_reset(&s->name);
    lt_buf_reset(&s->value);
    if (s->section.len == 0 || !is_alpha(peek(s))) return false;
    lt_buf_add(&s->name, s->section.data, s->section.len);
    while (is_word(peek(s)))
        lt_buf_addc(&s->name, lower(take(s)));
    skip_blanks(s);
    if (peek(s) == '=') {
        take(s);
        return value(s) && !s->name.failed;
    }
    if (peek(s) == '#' || peek(s) == ';') skip_line(s);
    lt_buf_adds(&s->value, "true"); /* a name alone */
    return (peek(s) < 0 || peek(s) == '\n') && !s->name.failed && !s->value.failed;
}

static int add(struct conf *c, const struct parser *s)
{
    struct setting *grown = lt_array_grow(c->list, &c->cap, c->n + 1, sizeof *grown);
    if (!grown) return -1;
    c->list = grown;
    struct setting *x = &c->list[c->n++];
    x->name = lt_strdup(s->name.data);
    x->value = lt_strdup(s->value.data ? s->value.data : "");
    return x->name && x->value ? 0 : -1;
}

static int parse(struct conf *c, struct parser *s, struct lt_error *err)
{
    if (s->end - s->p >= 3 && memcmp(s->p, "\xef\xbb\xbf", 3) == 0) s->p += 3;
    while (peek(s) >= 0) {
        int ch = peek(s), line = s->line;
        bool good = true;
        if (ch == ' ' || ch == '\t' || ch == '\n') {
            take(s);
        } else if (ch == '#' || ch == ';') {
            skip_line(s);
        } else if (ch == '[') {
            take(s);
            good = section(s);
        } else {
            good = variable(s);
            if (good && add(c, s) < 0) return lt_fail_memory(err);
        }
        if (!good)
            return lt_fail(err, LT_REFUSED, "config.malformed", "file", c->file, "line", LT_NUM(line),
                           (char *)NULL);
    }
    return 0;
}

int conf_parse(const char *text, size_t len, const char *file, struct conf **out, struct lt_error *err)
{
    if (len > CONF_MAX || (len > 0 && memchr(text, 0, len)))
        return lt_fail(err, LT_REFUSED, "config.malformed", "file", file, "line", "1", (char *)NULL);
    struct conf *c = lt_calloc(1, sizeof *c);
    if (!c || !(c->file = lt_strdup(file))) {
        conf_free(c);
        return lt_fail_memory(err);
    }
    struct parser s = {.p = text, .end = text + len, .line = 1};
    lt_buf_init(&s.section, NAME_MAX_LEN);
    lt_buf_init(&s.name, 2 * NAME_MAX_LEN);
    lt_buf_init(&s.value, CONF_MAX);
    int rc = parse(c, &s, err);
    lt_buf_free(&s.section);
    lt_buf_free(&s.name);
    lt_buf_free(&s.value);
    if (rc) {
        conf_free(c);
        return rc;
    }
    *out = c;
    return 0;
}

int conf_read(const char *path, struct conf **out, struct lt_error *err)
{
    char *text;
    size_t len;
    if (lt_fs_read(path, CONF_MAX, &text, &len) < 0) {
        if (errno != ENOENT) return lt_fail_errno(err, "read", path);
        return conf_parse("", 0, path, out, err);
    }
    int rc = conf_parse(text, len, path, out, err);
    free(text);
    return rc;
}

/* --- reading --- */

const char *conf_str(const struct conf *c, const char *name, const char *dflt)
{
    for (size_t i = c->n; i > 0; i--)
        if (strcmp(c->list[i - 1].name, name) == 0) return c->list[i - 1].value;
    return dflt;
}

static int bad_value(const struct conf *c, const char *name, const char *value, struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "config.value", "file", c->file, "name", name, "value", value,
                   (char *)NULL);
}

int conf_int(const struct conf *c, const char *name, int64_t min, int64_t max, int64_t dflt, int64_t *out,
             struct lt_error *err)
{
    const char *s = conf_str(c, name, NULL);
    int64_t n = dflt;
    if (s) {
        char *end;
        errno = 0;
        n = strtoll(s, &end, 10);
        int64_t unit = lower(*end) == 'k'   ? 1 << 10
                       : lower(*end) == 'm' ? 1 << 20
                       : lower(*end) == 'g' ? 1 << 30
                                            : 1;
        if (end == s || errno != 0 || end[unit > 1] != 0 || __builtin_mul_overflow(n, unit, &n) || n < min ||
            n > max)
            return bad_value(c, name, s, err);
    }
    *out = n;
    return 0;
}

int conf_bool(const struct conf *c, const char *name, bool dflt, bool *out, struct lt_error *err)
{
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0",
                                                                                ""};
    const char *s = conf_str(c, name, NULL);
    if (!s) {
        *out = dflt;
        return 0;
    }
    for (size_t i = 0; i < LT_COUNT(yes); i++) {
        if (strcasecmp(s, yes[i]) == 0) {
            *out = true;
            return 0;
        }
    }
    for (size_t i = 0; i < LT_COUNT(no); i++) {
        if (strcasecmp(s, no[i]) == 0) {
            *out = false;
            return 0;
        }
    }
    return bad_value(c, name, s, err);
}

int conf_each(const struct conf *c, const char *prefix,
              int (*cb)(void *user, const char *name, const char *value), void *user)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->n; i++)
        if (lt_starts(c->list[i].name, prefix)) rc = cb(user, c->list[i].name, c->list[i].value);
    return rc;
}
