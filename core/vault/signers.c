/* The file allowed_signers: ssh-keygen(1), "ALLOWED SIGNERS". */
#include "vault/sign.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX  (1u << 20)
#define LINE_MAX_ 4096u

/* --- writing --- */

static void add_time(struct lt_buf *out, const char *option, int64_t at_s)
{
    if (at_s == 0) return;
    struct lt_date d = lt_date_of_ms(at_s * 1000, 0);
    int64_t in_day = at_s - (int64_t)lt_date_days(d) * 86400;
    lt_buf_addf(out, ",%s=\"%04d%02d%02d%02d%02d%02dZ\"", option, d.year, d.month, d.day,
                (int)(in_day / 3600), (int)(in_day / 60 % 60), (int)(in_day % 60));
}

int sign_signer_line(struct lt_buf *out, const char *principal, const uint8_t key[SIGN_PUBLIC],
                     int64_t after_s, int64_t before_s, struct lt_error *err)
{
    if (principal[0] == 0 || principal[0] == '#' || strlen(principal) >= SIGN_PRINCIPAL ||
        strpbrk(principal, " \t\r\n\",!*?") != NULL)
        return lt_fail(err, LT_USAGE, "vault.bad_person", (char *)NULL);
    char line[SIGN_LINE];
    sign_public_line(key, line);
    lt_buf_addf(out, "%s namespaces=\"git\"", principal);
    add_time(out, "valid-after", after_s);
    add_time(out, "valid-before", before_s);
    lt_buf_addf(out, " %s\n", line);
    return out->failed ? lt_fail_memory(err) : 0;
}

/* --- reading --- */

/* A pattern with * and ?; short texts only, so the simple way back is enough. */
static bool matches(const char *pattern, size_t len, const char *s)
{
    size_t p = 0, star = len + 1;
    const char *mark = s;
    while (*s != 0) {
        if (p < len && pattern[p] == '*') {
            star = p++;
            mark = s;
        } else if (p < len && (pattern[p] == '?' || pattern[p] == *s)) {
            p++;
            s++;
        } else if (star <= len) {
            p = star + 1;
            s = ++mark;
        } else {
            return false;
        }
    }
    while (p < len && pattern[p] == '*')
        p++;
    return p == len;
}

/* A list of patterns; one that begins with ! and matches says no. */
static bool list_matches(const char *list, size_t len, const char *s)
{
    bool yes = false;
    for (size_t at = 0; at <= len;) {
        size_t n = 0;
        while (at + n < len && list[at + n] != ',')
            n++;
        bool no = n > 0 && list[at] == '!';
        if (n > 0 && matches(list + at + no, n - no, s)) {
            if (no) return false;
            yes = true;
        }
        at += n + 1;
    }
    return yes;
}

static bool parse_time(const char *s, size_t len, int64_t *out)
{
    if (len > 0 && (s[len - 1] == 'Z' || s[len - 1] == 'z')) len--;
    if (len != 8 && len != 12 && len != 14) return false;
    int part[6] = {0};
    static const int width[6] = {4, 2, 2, 2, 2, 2};
    size_t at = 0;
    for (int i = 0; i < 6 && at < len; i++)
        for (int k = 0; k < width[i]; k++, at++) {
            if (s[at] < '0' || s[at] > '9') return false;
            part[i] = part[i] * 10 + (s[at] - '0');
        }
    struct lt_date d = {part[0], part[1], part[2]};
    if (!lt_date_valid(d) || part[3] > 23 || part[4] > 59 || part[5] > 60) return false;
    *out = (int64_t)lt_date_days(d) * 86400 + part[3] * 3600 + part[4] * 60 + part[5];
    return true;
}

/* One option at s; its length, or 0 when it is not one. */
static size_t parse_option(const char *s, struct sign_signer *out, bool *other)
{
    size_t name = strcspn(s, "=, \t");
    if (s[name] != '=') {
        *other = true; /* cert-authority: keys of certificates are not ours to judge */
        return name;
    }
    const char *value = s + name + 1;
    if (*value != '"') return 0;
    value++;
    size_t len = strcspn(value, "\"");
    if (value[len] != '"') return 0;
    bool good = true;
    if (name == 10 && strncasecmp(s, "namespaces", name) == 0)
        out->git = list_matches(value, len, "git");
    else if (name == 11 && strncasecmp(s, "valid-after", name) == 0)
        good = parse_time(value, len, &out->after_s);
    else if (name == 12 && strncasecmp(s, "valid-before", name) == 0)
        good = parse_time(value, len, &out->before_s);
    else
        good = false;
    return good ? name + len + 3 : 0;
}

enum line_kind { LINE_KEY, LINE_OTHER, LINE_BAD };

static enum line_kind parse_line(const char *s, struct sign_signer *out)
{
    *out = (struct sign_signer){.git = true};
    bool other = false;
    size_t n = *s == '"' ? strcspn(++s, "\"") : strcspn(s, " \t");
    if (n == 0 || n >= sizeof out->principal || s[n] == 0) return LINE_BAD;
    memcpy(out->principal, s, n);
    s += n + (s[n] == '"');
    s += strspn(s, " \t");
    static const char *const kinds[] = {"ssh-", "ecdsa-", "sk-"};
    for (;;) {
        for (size_t i = 0; i < LT_COUNT(kinds); i++)
            if (lt_starts(s, kinds[i])) {
                if (other || !lt_starts(s, "ssh-ed25519 ")) return LINE_OTHER;
                return sign_public_parse(s, out->key) ? LINE_KEY : LINE_BAD;
            }
        n = parse_option(s, out, &other);
        if (n == 0) return LINE_BAD;
        s += n;
        s += *s == ',' ? 1 : strspn(s, " \t");
    }
}

int sign_signers_parse(const char *text, size_t len, struct sign_signers *out, struct lt_error *err)
{
    struct sign_signers made = {0};
    int rc = 0;
    long number = 1;
    for (size_t at = 0; at < len && rc == 0; number++) {
        size_t n = 0;
        while (at + n < len && text[at + n] != '\n')
            n++;
        char line[LINE_MAX_];
        struct sign_signer s;
        size_t keep = n < sizeof line ? n : sizeof line - 1;
        memcpy(line, text + at, keep);
        while (keep > 0 && isspace((unsigned char)line[keep - 1]))
            keep--;
        line[keep] = 0;
        const char *begin = line + strspn(line, " \t");
        enum line_kind kind = *begin == 0 || *begin == '#' ? LINE_OTHER
                              : n >= sizeof line           ? LINE_BAD
                                                           : parse_line(begin, &s);
        if (kind == LINE_BAD) {
            rc = lt_fail(err, LT_REFUSED, "signers.malformed", "line", LT_NUM(number), (char *)NULL);
        } else if (kind == LINE_KEY) {
            void *grown = lt_array_grow(made.list, &made.cap, made.len + 1, sizeof *made.list);
            if (grown == NULL) {
                rc = lt_fail_memory(err);
            } else {
                made.list = grown;
                made.list[made.len++] = s;
            }
        }
        at += n + 1;
    }
    if (rc != 0) {
        sign_signers_free(&made);
        return rc;
    }
    *out = made;
    return 0;
}

int sign_signers_load(const char *path, struct sign_signers *out, struct lt_error *err)
{
    char *text = NULL;
    size_t len = 0;
    if (lt_fs_read(path, FILE_MAX, &text, &len) != 0) return lt_fail_errno(err, "read", path);
    int rc = sign_signers_parse(text, len, out, err);
    free(text);
    return rc;
}

void sign_signers_free(struct sign_signers *s)
{
    free(s->list);
    *s = (struct sign_signers){0};
}

bool sign_signers_allow(const struct sign_signers *s, const uint8_t key[SIGN_PUBLIC], const char *principal,
                        int64_t at_s)
{
    for (size_t i = 0; i < s->len; i++) {
        const struct sign_signer *one = &s->list[i];
        if (one->git && memcmp(one->key, key, SIGN_PUBLIC) == 0 &&
            list_matches(one->principal, strlen(one->principal), principal) &&
            (one->after_s == 0 || at_s >= one->after_s) && (one->before_s == 0 || at_s <= one->before_s))
            return true;
    }
    return false;
}
