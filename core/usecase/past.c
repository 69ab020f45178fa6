#include "usecase/past.h"

#include "base/json.h"

struct looking {
    struct lt_app *app;
    const char *repo, *path;
    json_t *found;
    struct lt_error *err;
};

/* From the newest commit on that touched the path; the newest of all took the document away. */
static int look(void *user, const struct vault_commit_info *c)
{
    struct looking *l = user;
    struct vault_snapshot *s = NULL;
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = vault_snapshot_open(l->app->vault, l->repo, c->commit, &s, l->err);
    if (!rc && vault_snapshot_has(s, l->path)) {
        rc = vault_snapshot_read(s, l->path, &text, l->err);
        if (!rc) rc = lt_json_parse(text.data ? text.data : "", text.len, VAULT_TEXT_MAX, &l->found, l->err);
    }
    lt_buf_free(&text);
    vault_snapshot_close(s);
    return rc ? rc : l->found ? 1 : 0;
}

int past_document(struct lt_app *app, const char *repo, const char *path, json_t **out, struct lt_error *err)
{
    struct looking l = {.app = app, .repo = repo, .path = path, .err = err};
    int rc = vault_history(app->vault, repo, path, look, &l, err);
    if (rc < 0) return json_decref(l.found), rc;
    if (!l.found) return lt_fail(err, LT_NOTFOUND, "past.none", "path", path, (char *)NULL);
    *out = l.found;
    return 0;
}

int past_card(struct lt_app *app, const char *pupil, json_t **out, struct lt_error *err)
{
    struct vault_snapshot *s = NULL;
    int rc = vault_snapshot_open(app->vault, pupil, NULL, &s, err);
    bool there = !rc && vault_snapshot_has(s, "pupil.json");
    vault_snapshot_close(s);
    if (!rc && there) rc = lt_fail(err, LT_NOTFOUND, "past.none", "path", "pupil.json", (char *)NULL);
    return rc ? rc : past_document(app, pupil, "pupil.json", out, err);
}
