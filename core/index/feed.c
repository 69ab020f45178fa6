#include "index/feed.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- kinds: a new kind of document is a row here --- */

static const struct doc_kind KINDS[] = {
    {"school", true, "school.json", NULL, {NULL}, false, false},
    {"person", true, "people/@.json", school_put_person, {"DELETE FROM person WHERE id = ?1"}, false, true},
    {"class", true, "classes/*/@.json", school_put_class, {"DELETE FROM class WHERE id = ?1"}, false, false},
    {"programme", true, "programmes/@.json", school_put_programme, {"DELETE FROM programme WHERE id = ?1"}, true, false},
    {"group", true, "groups/@.json", school_put_group, {"DELETE FROM study_group WHERE id = ?1"}, true, false},
    {"event", true, "events/@/event.json", school_put_event, {"DELETE FROM event WHERE id = ?1"}, true, false},
    {"channel", true, "channels/@.json", school_put_channel, {"DELETE FROM channel WHERE id = ?1"}, false, false},
    {"import", true, "imports/@.json", school_put_import, {"DELETE FROM import WHERE id = ?1"}, false, false},
    {"mapping", true, "mappings/@.json", NULL, {NULL}, false, false},
    {"award_kind", true, "awards/@.json", award_put_kind, {"DELETE FROM award_kind WHERE id = ?1"}, false, false},
    {"order", true, "orders/@.json", NULL, {NULL}, false, false},
    {"act", true, "acts/@.json", NULL, {NULL}, false, false},
    {"nomenclature", true, "nomenclature/@.json", NULL, {NULL}, false, false},
    {"carrier", true, "carriers/@.json", NULL, {NULL}, false, false},
    {"erasure", true, "erasures/@.json", NULL, {NULL}, false, false},

    {"pupil", false, "pupil.json", pupil_put, {"DELETE FROM pupil WHERE id = ?1"}, false, true},
    {"classes", false, "classes.json", pupil_put_classes,
     {"DELETE FROM membership WHERE pupil = ?1", "DELETE FROM in_group WHERE pupil = ?1"}, false, false},
    /* these two share rows: index/pairs.c */
    {"entry", false, "entries/*/@/entry.json", NULL, {NULL}, false, false},
    {"verified", false, "entries/*/@/verified.json", NULL, {NULL}, false, false},
    {"verification", false, "entries/*/@/verification.json", entry_put_verification,
     {"DELETE FROM verification WHERE entry = ?1"}, false, false},
    {"dispute", false, "entries/*/@/dispute.json", entry_put_dispute, {"DELETE FROM dispute WHERE entry = ?1"}, false, false},
    {"mask", false, "entries/*/@/mask.json", NULL, {NULL}, false, false},
    {"review", false, "reviews/@.json", pupil_put_review, {"DELETE FROM review WHERE id = ?1"}, true, false},
    {"consent", false, "consents/@.json", pupil_put_consent, {"DELETE FROM consent WHERE id = ?1"}, false, false},
    {"publication", false, "publications/*/@.json", pupil_put_publication, {"DELETE FROM publication WHERE id = ?1"}, false, false},
    {"award", false, "awards/@.json", award_put, {"DELETE FROM award WHERE id = ?1"}, false, false},
    {"goal", false, "goals/@.json", family_put_goal, {"DELETE FROM goal WHERE id = ?1"}, false, false},
    {"skill", false, "skills/@.json", family_put_skill, {"DELETE FROM skill WHERE id = ?1"}, false, false},
    {"share", false, "shares/@.json", family_put_share, {"DELETE FROM share WHERE id = ?1"}, false, false},
    {"marks", false, "marks/#.json", NULL, {NULL}, false, false},
    {"statement", false, "statements/#.json", NULL, {NULL}, false, false},
};

const struct doc_kind *doc_kind_named(const char *name, size_t len)
{
    for (size_t i = 0; i < LT_COUNT(KINDS); i++)
        if (strlen(KINDS[i].name) == len && memcmp(KINDS[i].name, name, len) == 0)
            return &KINDS[i];
    return NULL;
}

static bool matches(const char *pattern, const char *repo, const char *path, char *id, size_t size)
{
    if (!strpbrk(pattern, "@#") && !lt_print(id, size, "%s", repo))
        return false;
    for (; *pattern; pattern++) {
        if (*pattern != '*' && *pattern != '@' && *pattern != '#') {
            if (*path++ != *pattern)
                return false;
            continue;
        }
        size_t tail = strlen(pattern + 1), rest = strlen(path);
        size_t n = *pattern == '#' ? (rest > tail ? rest - tail : 0) : strcspn(path, "/");
        if (*pattern == '@' && !strchr(pattern, '/')) /* the last segment: an ending follows */
            n = n > tail ? n - tail : 0;
        if (!n)
            return false;
        if (*pattern == '@') {
            if (n >= size)
                return false;
            memcpy(id, path, n);
            id[n] = '\0';
        }
        if (*pattern == '#' && !lt_print(id, size, "%s/%.*s", repo, (int)n, path))
            return false;
        path += n;
    }
    return *path == '\0';
}

const struct doc_kind *doc_kind_of(const char *repo, const char *path, struct doc *d)
{
    bool school = strcmp(repo, "school") == 0;
    for (size_t i = 0; i < LT_COUNT(KINDS); i++) {
        if (KINDS[i].school == school && KINDS[i].pattern[0] == path[0] &&
            matches(KINDS[i].pattern, repo, path, d->id, sizeof d->id)) {
            d->kind = &KINDS[i];
            d->repo = repo;
            d->path = path;
            return d->kind;
        }
    }
    return NULL;
}

/* --- reading documents --- */

const char *doc_str(const struct node *o, const char *key)
{
    return node_str(o, key);
}

const char *doc_str2(const struct node *o, const char *key, const char *inner)
{
    return node_str(node_get(o, key), inner);
}

int64_t doc_int(const struct node *o, const char *key)
{
    return node_int(o, key);
}

const char *doc_to(const struct node *o)
{
    const char *to = doc_str(o, "to");
    return *to ? to : TERM_END;
}

int doc_year(const struct node *o, const char *key)
{
    const char *s = node_text(node_get(o, key));
    int64_t year = s ? strtol(s, NULL, 10) : doc_int(o, key);
    return year > 0 && year < 10000 ? (int)year : 0;
}

const char *doc_level(int number)
{
    return number < 1 || number > 11 ? "" : number <= 4 ? "noo" : number <= 9 ? "ooo" : "soo";
}

int school_year_of(const char *date)
{
    if (strlen(date) < 7)
        return 0;
    int year = (int)strtol(date, NULL, 10);
    return strtol(date + 5, NULL, 10) >= 9 ? year : year - 1;
}

char *name_key(const char *surname, const char *name, const char *patronymic)
{
    struct lt_buf b;
    lt_buf_init(&b, 4096);
    const char *parts[] = {surname, name, patronymic};
    for (size_t i = 0; i < 3; i++) {
        if (!*parts[i])
            continue;
        if (b.len)
            lt_buf_addc(&b, ' ');
        lt_buf_adds(&b, parts[i]);
    }
    char *joined = lt_buf_take(&b, NULL);
    char *key = joined ? lt_fold(joined) : NULL;
    free(joined);
    return key;
}

static void add_name(struct lt_buf *b, const struct node *name)
{
    static const char *const parts[] = {"surname", "name", "patronymic"};
    for (size_t i = 0; i < 3; i++) {
        const char *s = doc_str(name, parts[i]);
        if (!*s)
            continue;
        if (b->len)
            lt_buf_addc(b, ' ');
        lt_buf_adds(b, s);
    }
}

int doc_put_names(struct feed *f, const struct doc *d, const char *key)
{
    struct lt_buf title, body;
    lt_buf_init(&title, 4096);
    lt_buf_init(&body, 1 << 16);
    add_name(&title, d->json);
    add_name(&body, node_object(d->json, "document_name"));
    const struct node *former = node_array(d->json, "former_names");
    for (const struct node *n = node_first(former); n; n = node_next(former, n))
        add_name(&body, n);
    int status = LT_OK;
    if (title.failed || body.failed)
        status = lt_fail_memory(f->err);
    else
        status = texts_put_name(f, d, title.data ? title.data : "", body.data ? body.data : "", key);
    lt_buf_free(&title);
    lt_buf_free(&body);
    return status;
}
