/* Commit objects as text: git-commit-tree(1), gitformat-signature(5). */
#include "vault/commitobj.h"
#include "vault/loose.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE "gpgsig "

/* --- making --- */

static bool one_line(const char *s)
{
    for (; *s != 0; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f) return false;
    return true;
}

int commit_message(struct lt_buf *out, const struct vault_message *m, const char *rewritten,
                   struct lt_error *err)
{
    const struct {
        const char *name, *value;
    } trailers[] = {{"Use-Case", m->use_case}, {"Actor", m->actor}, {"Entry", m->entry},
                    {"Request", m->request},   {"Batch", m->batch}, {"Rewritten", rewritten}};
    if (m->subject == NULL || m->subject[strspn(m->subject, " ")] == 0 || !one_line(m->subject))
        return lt_fail(err, LT_USAGE, "vault.bad_message", (char *)NULL);
    lt_buf_addf(out, "%s\n", m->subject);
    bool any = false;
    for (size_t i = 0; i < LT_COUNT(trailers); i++) {
        if (trailers[i].value == NULL || trailers[i].value[0] == 0) continue;
        if (!one_line(trailers[i].value)) return lt_fail(err, LT_USAGE, "vault.bad_message", (char *)NULL);
        lt_buf_addf(out, "%s%s: %s\n", any ? "" : "\n", trailers[i].name, trailers[i].value);
        any = true;
    }
    return out->failed ? lt_fail_memory(err) : 0;
}

static bool person_ok(const struct commit_person *p)
{
    return p->name != NULL && p->email != NULL && p->name[0] != 0 && p->name[0] != ' ' && p->email[0] != 0 &&
           p->name[strlen(p->name) - 1] != ' ' && strpbrk(p->name, "<>") == NULL &&
           strpbrk(p->email, "<> ") == NULL && one_line(p->name) && one_line(p->email) && p->at_s >= 0 &&
           abs(p->offset_minutes) < 24 * 60;
}

static void add_person(struct lt_buf *out, const char *word, const struct commit_person *p)
{
    int off = abs(p->offset_minutes);
    lt_buf_addf(out, "%s %s <%s> %lld %c%02d%02d\n", word, p->name, p->email, (long long)p->at_s,
                p->offset_minutes < 0 ? '-' : '+', off / 60, off % 60);
}

static void add_oid(struct lt_buf *out, const char *word, const git_oid *oid)
{
    char hex[41];
    git_oid_tostr(hex, sizeof hex, oid);
    lt_buf_addf(out, "%s %s\n", word, hex);
}

int commit_build(struct lt_buf *out, const struct commit_draft *d, const struct sign_key *key,
                 struct lt_error *err)
{
    if (!person_ok(&d->author) || !person_ok(&d->committer))
        return lt_fail(err, LT_USAGE, "vault.bad_person", (char *)NULL);
    if (d->message == NULL || d->message[0] == 0 || d->parents_len > COMMIT_PARENTS)
        return lt_fail(err, LT_USAGE, "vault.bad_message", (char *)NULL);
    struct lt_buf plain = LT_BUF_INIT(COMMIT_MAX);
    add_oid(&plain, "tree", &d->tree);
    for (size_t i = 0; i < d->parents_len; i++)
        add_oid(&plain, "parent", &d->parents[i]);
    add_person(&plain, "author", &d->author);
    add_person(&plain, "committer", &d->committer);
    size_t head = plain.len;
    lt_buf_addf(&plain, "\n%s", d->message);
    if (plain.failed) {
        lt_buf_free(&plain);
        return lt_fail_memory(err);
    }
    char armor[SIGN_ARMOR];
    sign_make(key, plain.data, plain.len, armor);
    lt_buf_add(out, plain.data, head);
    lt_buf_adds(out, SIGNATURE);
    for (const char *line = armor; line != NULL;) {
        const char *lf = strchr(line, '\n');
        lt_buf_addf(out, "%s%.*s\n", line == armor ? "" : " ",
                    (int)(lf == NULL ? strlen(line) : (size_t)(lf - line)), line);
        line = lf == NULL ? NULL : lf + 1;
    }
    lt_buf_add(out, plain.data + head, plain.len - head);
    lt_buf_free(&plain);
    return out->failed ? lt_fail_memory(err) : 0;
}

/* --- taking apart --- */

struct cursor {
    char *p, *end; /* NUL at end */
};

/* The rest of a line that begins with word and a blank, cut there; NULL when the line is another one. */
static char *header(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->p) <= n || memcmp(c->p, word, n) != 0 || c->p[n] != ' ') return NULL;
    char *value = c->p + n + 1, *lf = memchr(value, '\n', (size_t)(c->end - value));
    if (lf == NULL) return NULL;
    *lf = 0;
    c->p = lf + 1;
    return value;
}

static bool parse_oid(const char *s, git_oid *out)
{
    return strlen(s) == 40 && strspn(s, "0123456789abcdef") == 40 && git_oid_fromstr(out, s) == 0;
}

/* "Name <email> 1772705472 +0300" */
static bool parse_person(char *s, struct commit_person *out)
{
    char *open = strchr(s, '<'), *close = open == NULL ? NULL : strchr(open, '>');
    if (close == NULL || open == s || open[-1] != ' ' || close[1] != ' ') return false;
    open[-1] = 0;
    *close = 0;
    char *rest = close + 2;
    size_t digits = strspn(rest, "0123456789");
    const char *zone = rest + digits + 1;
    if (digits == 0 || digits > 12 || rest[digits] != ' ' || strlen(zone) != 5 ||
        (zone[0] != '+' && zone[0] != '-') || strspn(zone + 1, "0123456789") != 4)
        return false;
    int hhmm = atoi(zone + 1);
    *out =
        (struct commit_person){.name = s,
                               .email = open + 1,
                               .at_s = strtoll(rest, NULL, 10),
                               .offset_minutes = (hhmm / 100 * 60 + hhmm % 100) * (zone[0] == '-' ? -1 : 1)};
    return true;
}

/* Splits the signature off: payload is the object without the header gpgsig and its continued lines. */
static int split_signature(const char *raw, size_t len, struct commit_view *out)
{
    const char *headers_end = memmem(raw, len, "\n\n", 2);
    const char *at = memmem(raw, len, "\n" SIGNATURE, sizeof SIGNATURE);
    out->payload = malloc(len + 1);
    if (out->payload == NULL) return -1;
    if (at == NULL || headers_end == NULL || at > headers_end) {
        memcpy(out->payload, raw, len);
        out->payload_len = len;
        return 0;
    }
    const char *end = raw + len, *p = at + sizeof SIGNATURE;
    out->signature = malloc(len + 1);
    if (out->signature == NULL) return -1;
    for (;;) {
        const char *lf = memchr(p, '\n', (size_t)(end - p)); /* there is one: headers_end is behind */
        size_t n = (size_t)(lf + 1 - p);
        memcpy(out->signature + out->signature_len, p, n);
        out->signature_len += n;
        p = lf + 1;
        if (p >= end || *p != ' ') break;
        p++;
    }
    out->signature[out->signature_len] = 0;
    size_t before = (size_t)(at + 1 - raw);
    memcpy(out->payload, raw, before);
    memcpy(out->payload + before, p, (size_t)(end - p));
    out->payload_len = before + (size_t)(end - p);
    return 0;
}

static const char *parse_headers(struct commit_view *v, size_t len)
{
    struct cursor c = {v->strings, v->strings + len};
    char *s = header(&c, "tree");
    if (s == NULL || !parse_oid(s, &v->tree)) return "no tree in the commit";
    while ((s = header(&c, "parent")) != NULL) {
        if (v->parents_len == COMMIT_PARENTS || !parse_oid(s, &v->parents[v->parents_len++]))
            return "a parent of the commit";
    }
    if ((s = header(&c, "author")) == NULL || !parse_person(s, &v->author)) return "the author of the commit";
    if ((s = header(&c, "committer")) == NULL || !parse_person(s, &v->committer))
        return "the committer of the commit";
    while (c.p < c.end && *c.p != '\n') { /* encoding and whatever else there may be */
        char *lf = memchr(c.p, '\n', (size_t)(c.end - c.p));
        if (lf == NULL) return "the commit is cut short";
        c.p = lf + 1;
    }
    if (c.p >= c.end) return "the commit is cut short";
    v->message = c.p + 1;
    return NULL;
}

int commit_parse(const git_oid *oid, const void *raw, size_t len, struct commit_view *out,
                 struct lt_error *err)
{
    struct commit_view v = {0};
    const char *wrong = len > COMMIT_MAX              ? "a huge commit"
                        : memchr(raw, 0, len) != NULL ? "a NUL in the commit"
                                                      : NULL;
    if (wrong != NULL) return loose_damaged(err, oid, wrong);
    if (split_signature(raw, len, &v) != 0 || (v.strings = malloc(2 * v.payload_len + 2)) == NULL) {
        commit_view_free(&v);
        return lt_fail_memory(err);
    }
    memcpy(v.strings, v.payload, v.payload_len);
    v.strings[v.payload_len] = 0;
    wrong = parse_headers(&v, v.payload_len);
    if (wrong != NULL) {
        commit_view_free(&v);
        return loose_damaged(err, oid, wrong);
    }
    /* the copy of the first line stands behind the text in the same memory */
    size_t line = strcspn(v.message, "\n");
    char *subject = v.strings + v.payload_len + 1;
    memcpy(subject, v.message, line);
    subject[line] = 0;
    v.subject = subject;
    *out = v;
    return 0;
}

void commit_view_free(struct commit_view *c)
{
    free(c->signature);
    free(c->payload);
    free(c->strings);
    *c = (struct commit_view){0};
}

bool commit_trailer(const struct commit_view *c, const char *name, char *out, size_t size)
{
    out[0] = 0;
    const char *last = NULL;
    for (const char *p = c->message; (p = strstr(p, "\n\n")) != NULL; p += 2)
        if (p[2 + strspn(p + 2, "\n")] != 0) last = p + 2;
    size_t n = strlen(name);
    for (const char *line = last; line != NULL && *line != 0;) {
        const char *lf = strchr(line, '\n');
        size_t len = lf == NULL ? strlen(line) : (size_t)(lf - line);
        if (len > n + 2 && memcmp(line, name, n) == 0 && line[n] == ':' && line[n + 1] == ' ') {
            size_t keep = len - n - 2 < size ? len - n - 2 : size - 1;
            memcpy(out, line + n + 2, keep);
            out[keep] = 0;
            return true;
        }
        line = lf == NULL ? NULL : lf + 1;
    }
    return false;
}

enum commit_verdict commit_verify(const struct commit_view *c, const struct sign_signers *signers)
{
    uint8_t key[SIGN_PUBLIC];
    if (c->signature == NULL) return COMMIT_UNSIGNED;
    if (!sign_verify(c->signature, c->signature_len, c->payload, c->payload_len, key)) return COMMIT_BAD;
    return sign_signers_allow(signers, key, c->committer.email, c->committer.at_s) ? COMMIT_GOOD
                                                                                   : COMMIT_STRANGER;
}
