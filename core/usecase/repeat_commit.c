/* Kept answers from what is on disk: journal records after a crash, commits at a reindex. */
#include "usecase/repeat.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define KEPT_MS (48 * INT64_C(3600000))

/* The documents that use cases of a noun answer with. */
static const struct {
    const char *noun, *begin, *end;
} documents[] = {
    {"entry", "entries/", "/entry.json"}, {"file", "entries/", "/entry.json"}, {"consent", "consents/", ".json"}, {"review", "reviews/", ".json"},
    {"class", "classes/", ".json"},       {"person", "people/", ".json"},      {"role", "people/", ".json"},      {"pupil", "pupil.json", ""},
    {"guardian", "pupil.json", ""},       {"channel", "channels/", ".json"},   {"event", "events/", "/event.json"}, {"group", "groups/", ".json"},
    {"programme", "programmes/", ".json"},
};

bool repeat_fits(const char *noun, const char *path)
{
    for (size_t i = 0; i < LT_COUNT(documents); i++)
        if (strcmp(documents[i].noun, noun) == 0 && lt_starts(path, documents[i].begin) && lt_ends(path, documents[i].end)) return true;
    return false;
}

/* --- from the journal --- */

static int put_absent(struct lt_app *app, const char *actor, const char *key, const json_t *wrapped, struct lt_error *err)
{
    json_t *there = NULL;
    struct lt_error miss = {0};
    int rc = sysdb_answer_get(app->sys, actor, key, &there, &miss);
    json_decref(there);
    if (rc == LT_NOTFOUND) {
        lt_error_clear(&miss);
        return sysdb_answer_put(app->sys, actor, key, wrapped, err);
    }
    if (rc) *err = miss;
    return rc;
}

int repeat_replay(struct lt_app *app, const json_t *row, struct lt_error *err)
{
    const json_t *wrapped = lt_json_object(row, "kept");
    const char *actor = lt_json_str(row, "actor"), *key = lt_json_str(row, "request");
    return wrapped && actor && key ? put_absent(app, actor, key, wrapped, err) : 0;
}

/* --- from the commits --- */

struct rebuild {
    struct lt_app *app;
    struct lt_error *err;
    int64_t since;
    const char *repo;
    struct vault_snapshot *newer; /* of the commit seen before: its parent is the one seen now */
    struct vault_commit_info info; /* of newer: the words point into text */
    char commit[VAULT_OID];
};

struct found {
    const char *noun;
    char path[VAULT_PATH_MAX];
};

static int find_document(void *user, const struct vault_item *item)
{
    struct found *f = user;
    if (!item->oid || !repeat_fits(f->noun, item->path)) return 0;
    lt_print(f->path, sizeof f->path, "%s", item->path);
    return 1;
}

static int answer_from(struct rebuild *b, struct vault_snapshot *older, const char *noun, json_t **out, struct lt_error *err)
{
    struct found f = {.noun = noun, .path = ""};
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = vault_snapshot_diff(older, b->newer, find_document, &f, err);
    if (rc < 0) return rc;
    rc = 0;
    if (*f.path) {
        rc = vault_snapshot_read(b->newer, f.path, &text, err);
        if (!rc) rc = lt_json_parse(text.data ? text.data : "", text.len, VAULT_TEXT_MAX, out, err);
    } else {
        *out = json_pack("{s:s*, s:b}", "id", *b->info.entry ? b->info.entry : NULL, "repeated", true);
        if (!*out) rc = lt_fail_memory(err);
    }
    lt_buf_free(&text);
    return rc;
}

/* The commit seen before, now that its parent is known (NULL: it was the first). */
static int take(struct rebuild *b, struct vault_snapshot *older)
{
    char noun[64];
    const char *dot = strchr(b->info.use_case, '.');
    if (!dot || !*b->info.request || !*b->info.actor || !lt_print(noun, sizeof noun, "%.*s", (int)(dot - b->info.use_case), b->info.use_case))
        return 0;
    const struct uc_row *row = uc_find(noun, dot + 1);
    if (!row || (row->flags & (UC_STEPS | UC_REPEAT))) return 0;
    json_t *answer = NULL;
    int rc = answer_from(b, older, noun, &answer, b->err);
    bool pupil = strcmp(b->repo, VAULT_SCHOOL) != 0;
    json_t *wrapped = rc ? NULL : json_pack("{s:s, s:[s*], s:o}", "use_case", b->info.use_case, "pupils", pupil ? b->repo : NULL, "answer", answer);
    if (!rc) rc = wrapped ? put_absent(b->app, b->info.actor, b->info.request, wrapped, b->err) : lt_fail_memory(b->err);
    json_decref(wrapped);
    return rc;
}

/* From the newest back; one commit behind, for what a commit changed is known from its parent. */
static int see_commit(void *user, const struct vault_commit_info *info)
{
    struct rebuild *b = user;
    struct vault_snapshot *snapshot = NULL;
    int rc = vault_snapshot_open(b->app->vault, b->repo, info->commit, &snapshot, b->err);
    if (!rc && b->newer) rc = take(b, snapshot);
    vault_snapshot_close(b->newer);
    b->newer = snapshot;
    b->info = *info;
    return rc ? rc : info->committer_ms < b->since;
}

static int rebuild_repo(void *user, const char *repo, const char *head)
{
    struct rebuild *b = user;
    (void)head;
    b->repo = repo;
    b->newer = NULL;
    int rc = vault_history(b->app->vault, repo, NULL, see_commit, b, b->err);
    if (!rc && b->newer) rc = take(b, NULL);
    vault_snapshot_close(b->newer);
    return rc < 0 ? rc : 0;
}

int repeat_rebuild(struct lt_app *app, struct lt_error *err)
{
    struct rebuild b = {.app = app, .err = err, .since = lt_clock_now(&app->clock) - KEPT_MS};
    return vault_repos(app->vault, rebuild_repo, &b, err);
}
