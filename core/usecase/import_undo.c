/* An applied batch is taken back: documents it made go, documents it changed get the bytes they had before. Only while each of them is
 * still as the batch left it and nothing else rests on what it made. docs/decisions/undo-of-imports.md. */
#include "usecase/import.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct undo {
    struct uc_call *call;
    const char *batch;
    const json_t *changes;
    json_t *touched;  /* "repo/path" of the changes */
    json_t *repos;    /* repo → commit before the batch, "" when it had none */
    json_t *built;    /* what rests on the batch: [{what, repo, path}] */
    struct uc_tx *tx;
    struct vault_snapshot *before;
    char before_repo[64];
    struct lt_error *err;
};

static int note(struct undo *u, const char *what, const char *repo, const char *path)
{
    char code[64];
    lt_print(code, sizeof code, "built.%s", what);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "what", what, "repo", repo, "path", path, "message", lt_msg(u->call->lang, code));
    return json_array_append_new(u->built, o) ? lt_fail_memory(u->err) : 0;
}

static bool touched(const struct undo *u, const char *repo, const char *path)
{
    char key[256];
    lt_print(key, sizeof key, "%s/%s", repo, path);
    return json_object_get(u->touched, key) != NULL;
}

/* --- is anything built on it? --- */

static int same_bytes(struct undo *u, const json_t *change)
{
    const char *repo = lt_json_str_or(change, "repo", ""), *path = lt_json_str_or(change, "path", "");
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    char sum[65] = "";
    int rc = 0;
    if (uc_tx_has(u->tx, repo, path)) rc = uc_tx_get_bytes(u->tx, repo, path, &b, u->err);
    if (!rc && b.data) import_sha256(b.data, b.len, sum);
    lt_buf_free(&b);
    if (!rc && strcmp(sum, lt_json_str_or(change, "after", "")) != 0) rc = note(u, "document_changed", repo, path);
    return rc;
}

struct walk {
    struct undo *u;
    const char *repo;
    bool told;
};

static int other_file(void *user, const struct vault_item *item)
{
    struct walk *w = user;
    if (w->told || touched(w->u, w->repo, item->path)) return 0;
    w->told = true; /* the first file is enough to see why */
    return note(w->u, "portfolio_grown", w->repo, item->path);
}

static int new_portfolio(struct undo *u, const char *repo)
{
    struct vault_snapshot *s = NULL;
    struct walk w = {u, repo, false};
    int rc = vault_snapshot_open(u->call->app->vault, repo, NULL, &s, u->err);
    if (!rc) rc = vault_snapshot_walk(s, "", other_file, &w, u->err);
    vault_snapshot_close(s);
    struct sys_account a = {0};
    struct lt_error ignored = {0};
    if (!rc && sysdb_account_by_subject(u->call->app->sys, repo, &a, &ignored) == 0) rc = note(u, "account", repo, "pupil.json");
    lt_error_clear(&ignored);
    return rc;
}

/* Rows of a list that name the id and stand in documents the batch did not write. */
static int named_in(struct undo *u, const char *list, const char *filter, const char *id, const char *key, const char *path, const char *what)
{
    json_t *rows = NULL;
    int rc = uc_all(u->call, list, json_pack("{s:s}", filter, id), &rows, u->err);
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        const char *repo = lt_json_str_or(row, key, "");
        if (!rc && !(path && touched(u, repo, path))) rc = note(u, what, repo, path ? path : "");
        if (json_array_size(u->built) > 50) break; /* enough to see why */
    }
    json_decref(rows);
    return rc;
}

static int new_person(struct undo *u, const char *id)
{
    struct sys_account a = {0};
    struct lt_error ignored = {0};
    int rc = sysdb_account_by_subject(u->call->app->sys, id, &a, &ignored) == 0 ? note(u, "account", VAULT_SCHOOL, id) : 0;
    lt_error_clear(&ignored);
    if (!rc) rc = named_in(u, "guardians", "person", id, "pupil", "pupil.json", "guardian_used");
    return rc ? rc : named_in(u, "entries", "mentor", id, "pupil", NULL, "mentor_used");
}

/* "entries/2026/<id>/entry.json" → the folder and the id. */
static bool entry_path(const char *path, char dir[VAULT_PATH_MAX], char id[LT_ID_SIZE])
{
    const char *last = strrchr(path, '/');
    if (!lt_starts(path, "entries/") || !last || strcmp(last, "/entry.json") != 0) return false;
    lt_print(dir, VAULT_PATH_MAX, "%.*s", (int)(last - path), path);
    const char *slash = strrchr(dir, '/');
    return slash && lt_print(id, LT_ID_SIZE, "%s", slash + 1);
}

/* What an entry became in other people's hands: an objection, a review, a publication. */
static int used_entry(struct undo *u, const char *repo, const char *dir, const char *id)
{
    char path[VAULT_PATH_MAX + 32];
    lt_print(path, sizeof path, "%s/dispute.json", dir);
    int rc = uc_tx_has(u->tx, repo, path) ? note(u, "entry_disputed", repo, path) : 0;
    if (!rc) rc = named_in(u, "reviews", "entry", id, "pupil", NULL, "entry_used");
    return rc ? rc : named_in(u, "publications", "entry", id, "pupil", NULL, "entry_used");
}

static int rests_on(struct undo *u, const json_t *change)
{
    char dir[VAULT_PATH_MAX], entry[LT_ID_SIZE];
    const char *repo = lt_json_str_or(change, "repo", ""), *path = lt_json_str_or(change, "path", "");
    char id[LT_ID_SIZE];
    int rc = same_bytes(u, change);
    if (rc || strcmp(lt_json_str_or(change, "what", ""), "new") != 0) return rc;
    if (strcmp(path, "pupil.json") == 0) return new_portfolio(u, repo);
    if (entry_path(path, dir, entry)) return used_entry(u, repo, dir, entry);
    const char *slash = strrchr(path, '/');
    lt_print(id, sizeof id, "%.36s", slash ? slash + 1 : path);
    if (lt_starts(path, "people/")) return new_person(u, id);
    if (lt_starts(path, "classes/")) {
        rc = named_in(u, "memberships", "class", id, "pupil", "classes.json", "class_used");
        return rc ? rc : named_in(u, "entries", "class_then", id, "pupil", NULL, "class_used");
    }
    if (lt_starts(path, "groups/")) return named_in(u, "group_members", "group", id, "pupil", "classes.json", "group_used");
    return 0;
}

/* --- the state before --- */

struct parent {
    const char *batch;
    bool passed;
    char commit[VAULT_OID];
};

static int find_parent(void *user, const struct vault_commit_info *c)
{
    struct parent *p = user;
    if (strcmp(c->batch, p->batch) == 0 && lt_starts(c->use_case, "import.apply")) {
        p->passed = true;
        return 0;
    }
    if (!p->passed) return 0;
    lt_print(p->commit, sizeof p->commit, "%s", c->commit);
    return 1;
}

static int open_before(struct undo *u, const char *repo)
{
    if (u->before && strcmp(u->before_repo, repo) == 0) return 0;
    struct parent p = {.batch = u->batch};
    vault_snapshot_close(u->before);
    u->before = NULL;
    int rc = vault_history(u->call->app->vault, repo, NULL, find_parent, &p, u->err);
    if (rc < 0) return rc;
    if (!*p.commit) return lt_fail(u->err, LT_CONFLICT, "import.no_before", "repo", repo, (char *)NULL);
    lt_print(u->before_repo, sizeof u->before_repo, "%s", repo);
    return vault_snapshot_open(u->call->app->vault, repo, p.commit, &u->before, u->err);
}

/* One document as it was before the batch; gone when there was none. */
static int put_back(struct undo *u, const char *repo, const char *path)
{
    if (!vault_snapshot_has(u->before, path)) return uc_tx_has(u->tx, repo, path) ? uc_tx_remove(u->tx, repo, path, u->err) : 0;
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = vault_snapshot_read(u->before, path, &b, u->err);
    if (!rc) rc = uc_tx_put_bytes(u->tx, repo, path, b.data, b.len, u->err);
    lt_buf_free(&b);
    return rc;
}

static int take_back(struct undo *u, const json_t *change)
{
    static const char *const with[] = {"entry.json", "verified.json", "verification.json"};
    const char *repo = lt_json_str_or(change, "repo", ""), *path = lt_json_str_or(change, "path", "");
    bool is_new = strcmp(lt_json_str_or(change, "what", ""), "new") == 0;
    char dir[VAULT_PATH_MAX], id[LT_ID_SIZE], part[VAULT_PATH_MAX + 32];
    bool entry = entry_path(path, dir, id);
    int rc = is_new ? 0 : open_before(u, repo);
    for (size_t i = 0; !rc && i < (entry ? LT_COUNT(with) : 1); i++) {
        lt_print(part, sizeof part, "%s/%s", entry ? dir : "", entry ? with[i] : "");
        const char *at = entry ? part : path;
        if (!is_new) rc = put_back(u, repo, at);
        else if (uc_tx_has(u->tx, repo, at)) rc = uc_tx_remove(u->tx, repo, at, u->err);
    }
    return rc;
}

static int begin(struct undo *u)
{
    size_t n = json_array_size(u->changes), i, len = 0;
    const char **repos = lt_calloc(n + 1, sizeof *repos);
    const json_t *c;
    if (!repos) return lt_fail_memory(u->err);
    repos[len++] = VAULT_SCHOOL;
    json_array_foreach(u->changes, i, c) {
        const char *repo = lt_json_str_or(c, "repo", "");
        char key[256];
        lt_print(key, sizeof key, "%s/%s", repo, lt_json_str_or(c, "path", ""));
        json_object_set_new(u->touched, key, json_true());
        if (strcmp(repos[len - 1], repo) != 0) repos[len++] = repo; /* changes stand by repository; the vault takes doubles */
    }
    int rc = uc_tx_begin(u->call, repos, len, &u->tx, u->err);
    free(repos);
    return rc;
}

static int finish(struct undo *u, json_t *record)
{
    char path[160];
    lt_print(path, sizeof path, "imports/%s.json", u->batch);
    if (lt_json_put_str(record, "state", "undone")) return lt_fail_memory(u->err);
    int rc = uc_tx_put(u->tx, VAULT_SCHOOL, path, record, u->err);
    if (!rc) uc_tx_batch(u->tx, u->batch);
    return rc ? rc : uc_tx_commit(u->tx, "Take back an import", NULL, u->err);
}

int import_take_back(struct uc_call *call, const char *id, json_t **out, struct lt_error *err)
{
    json_t *record = NULL;
    char path[160];
    lt_print(path, sizeof path, "imports/%s.json", id);
    int rc = uc_doc(call, "import", id, &record, err);
    if (rc) return rc;
    struct undo u = {.call = call, .batch = id, .changes = lt_json_array(record, "changes"), .touched = json_object(),
                     .built = json_array(), .err = err};
    rc = u.touched && u.built ? begin(&u) : lt_fail_memory(err);
    json_t *fresh = NULL;
    if (!rc) rc = uc_tx_get(u.tx, VAULT_SCHOOL, path, &fresh, err);
    if (!rc && strcmp(lt_json_str_or(fresh, "state", ""), "applied") != 0) rc = lt_fail(err, LT_REFUSED, "import.undone", (char *)NULL);
    size_t i;
    const json_t *c;
    json_array_foreach(u.changes, i, c) {
        if (!rc) rc = rests_on(&u, c);
    }
    if (!rc && json_array_size(u.built)) {
        rc = lt_fail(err, LT_REFUSED, "import.built_on", "count", LT_NUM(json_array_size(u.built)), (char *)NULL);
        lt_error_details(err, json_incref(u.built));
    }
    json_array_foreach(u.changes, i, c) {
        if (!rc) rc = take_back(&u, c);
    }
    if (!rc) rc = finish(&u, fresh);
    if (!rc) rc = import_codes_forget(call, id, err);
    if (!rc) {
        *out = json_pack("{s:s, s:s, s:i}", "batch", id, "state", "undone", "documents", (int)json_array_size(u.changes));
        if (!*out) rc = lt_fail_memory(err);
    }
    vault_snapshot_close(u.before);
    uc_tx_end(u.tx);
    json_decref(u.touched);
    json_decref(u.built);
    json_decref(fresh);
    json_decref(record);
    return rc;
}
