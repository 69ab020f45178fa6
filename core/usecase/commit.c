/* A change: vault, index and access log brought together.
 *
 * Order: the right is asked once more → the vault accepts (journal flushed) → the index takes the changed documents → the access row.
 * After acceptance nothing may turn the answer into an error: an index that could not follow is noted and mended before the
 * next call reads from it. */
#include "usecase/call.h"
#include "usecase/judged.h"
#include "usecase/kept.h"
#include "usecase/repeat.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct uc_tx {
    struct uc_call *call;
    struct vault_tx *vt;
    char batch[LT_ID_SIZE];
    char use_case[80];
    json_t *answer; /* what the call will answer, as far as it is known; NULL */
};

json_t *uc_stamp(struct uc_call *call)
{
    char at[LT_INSTANT_SIZE];
    return json_pack("{s:s, s:s}", "at", lt_instant_format(call->now, at), "by", call->actor.id);
}

static int begin(struct uc_call *call, const char *const *repos, size_t n, bool locked, struct uc_tx **out, struct lt_error *err)
{
    struct uc_tx *tx = lt_calloc(1, sizeof *tx);
    if (!tx) return lt_fail_memory(err);
    tx->call = call;
    lt_print(tx->use_case, sizeof tx->use_case, "%s.%s", call->row->noun, call->row->verb);
    char email[160];
    lt_print(email, sizeof email, "%s@%s", call->actor.id, call->app->installation);
    for (char *c = email; *c; c++) {
        if (*c == ':') *c = '-'; /* "local:anna" is no local part of an address */
    }
    struct vault_author who = {.name = call->actor.local ? call->actor.id : call->actor.kind, .email = email};
    int rc = locked ? vault_tx_begin(call->app->vault, &who, repos, n, &tx->vt, err)
                    : vault_tx_begin_unlocked(call->app->vault, &who, repos, n, &tx->vt, err);
    if (rc) {
        free(tx);
        return rc;
    }
    *out = tx;
    return 0;
}

int uc_tx_begin(struct uc_call *call, const char *const *repos, size_t n, struct uc_tx **out, struct lt_error *err)
{
    return begin(call, repos, n, true, out, err);
}

int uc_tx_begin_unlocked(struct uc_call *call, const char *const *repos, size_t n, struct uc_tx **out, struct lt_error *err)
{
    return begin(call, repos, n, false, out, err);
}

int uc_tx_begin1(struct uc_call *call, const char *repo, struct uc_tx **out, struct lt_error *err)
{
    return uc_tx_begin(call, &repo, 1, out, err);
}

void uc_tx_end(struct uc_tx *tx)
{
    if (!tx) return;
    vault_tx_end(tx->vt);
    json_decref(tx->answer);
    free(tx);
}

void uc_tx_batch(struct uc_tx *tx, const char *batch)
{
    lt_print(tx->batch, sizeof tx->batch, "%s", batch);
}

int uc_tx_get_bytes(struct uc_tx *tx, const char *repo, const char *path, struct lt_buf *out, struct lt_error *err)
{
    return vault_tx_read(tx->vt, repo, path, out, err);
}

int uc_tx_get(struct uc_tx *tx, const char *repo, const char *path, json_t **out, struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = vault_tx_read(tx->vt, repo, path, &b, err);
    if (!rc) rc = lt_json_parse(b.data ? b.data : "", b.len, VAULT_TEXT_MAX, out, err);
    lt_buf_free(&b);
    return rc;
}

int uc_tx_put_bytes(struct uc_tx *tx, const char *repo, const char *path, const void *data, size_t len, struct lt_error *err)
{
    if (strcmp(repo, VAULT_SCHOOL) != 0) uc_saw(tx->call, repo);
    return vault_tx_put(tx->vt, repo, path, data, len, err);
}

int uc_tx_put(struct uc_tx *tx, const char *repo, const char *path, json_t *doc, struct lt_error *err)
{
    if (lt_json_put(doc, "changed", uc_stamp(tx->call))) return lt_fail_memory(err);
    if (!json_object_get(doc, "created") && lt_json_put(doc, "created", uc_stamp(tx->call))) return lt_fail_memory(err);
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = lt_json_canonical(doc, &b, err);
    if (!rc) rc = uc_tx_put_bytes(tx, repo, path, b.data, b.len, err);
    if (!rc && tx->call->repeat && repeat_fits(tx->call->row->noun, path)) uc_tx_gives(tx, doc);
    lt_buf_free(&b);
    return rc;
}

int uc_tx_put_file(struct uc_tx *tx, const char *repo, const char *path, int fd, uint64_t max, struct vault_stored *out,
                   struct lt_error *err)
{
    return vault_tx_put_file(tx->vt, repo, path, fd, max, out, err);
}

int uc_tx_copy(struct uc_tx *tx, const char *repo, const char *from, const char *to, struct lt_error *err)
{
    return vault_tx_copy(tx->vt, repo, from, to, err);
}

int uc_tx_remove(struct uc_tx *tx, const char *repo, const char *path, struct lt_error *err)
{
    if (strcmp(repo, VAULT_SCHOOL) != 0) uc_saw(tx->call, repo);
    return vault_tx_remove(tx->vt, repo, path, err);
}

bool uc_tx_has(struct uc_tx *tx, const char *repo, const char *path)
{
    return vault_tx_has(tx->vt, repo, path);
}

int uc_tx_walk(struct uc_tx *tx, const char *repo, const char *prefix, int (*cb)(void *user, const struct vault_item *), void *user, struct lt_error *err)
{
    return vault_tx_walk(tx->vt, repo, prefix, cb, user, err);
}

void uc_tx_gives(struct uc_tx *tx, const json_t *answer)
{
    json_decref(tx->answer);
    tx->answer = json_incref((json_t *)answer);
}

int uc_tx_head(struct uc_tx *tx, const char *repo, char out[VAULT_OID], struct lt_error *err)
{
    int rc = vault_tx_head(tx->vt, repo, out);
    return rc ? lt_fail(err, LT_NOTFOUND, "vault.absent", "repo", repo, (char *)NULL) : 0;
}

static struct vault_message message_of(const struct uc_tx *tx, const char *subject, const char *entry)
{
    return (struct vault_message){.subject = subject,
                                  .use_case = tx->use_case,
                                  .actor = tx->call->actor.id,
                                  .entry = entry ? entry : "",
                                  .request = tx->call->request,
                                  .batch = tx->batch};
}

int uc_tx_seal(struct uc_tx *tx, const char *repo, const char *subject, const char *entry, struct lt_error *err)
{
    struct vault_message m = message_of(tx, subject, entry);
    return vault_tx_seal(tx->vt, repo, &m, err);
}

int uc_tx_prepare(struct uc_tx *tx, const char *subject, const char *entry, struct lt_error *err)
{
    struct vault_message m = message_of(tx, subject, entry);
    return vault_tx_prepare(tx->vt, &m, err);
}

int uc_tx_lock(struct uc_tx *tx, int (*again)(void *user, const char *repo, struct lt_error *err), void *user, struct lt_error *err)
{
    return vault_tx_lock(tx->vt, again, user, err);
}

enum { SLOTS = sizeof ((struct lt_app *)NULL)->fed / sizeof ((struct lt_app *)NULL)->fed[0] };

static size_t slot_of(const char *repo)
{
    size_t h = 5381;
    for (; *repo; repo++) h = h * 33 + (unsigned char)*repo;
    return h % SLOTS;
}

void uc_fed(struct lt_app *app, const char *repo)
{
    unsigned long now = atomic_fetch_add(&app->feeds, 1) + 1;
    if (repo) atomic_store(&app->fed[slot_of(repo)], now);
    for (size_t i = 0; !repo && i < SLOTS; i++) atomic_store(&app->fed[i], now);
    judged_clear(app->judged);
    kept_clear(app->kept);
}

bool uc_fed_since(struct lt_app *app, const char *repo, unsigned long then)
{
    return atomic_load(&app->fed[slot_of(repo)]) > then;
}

/* A judgement about a pupil rests on documents of the portfolio and of the school, on the actor and on the day. */
static bool still_judged(struct uc_call *call, const json_t *check, bool same_actor)
{
    const char *repo = lt_json_str(check, "repo");
    return same_actor && repo && !uc_fed_since(call->app, repo, (unsigned long)lt_json_int(check, "feeds", 0));
}

/* Rights judged at the start may have ended while the call ran: a role that ended at midnight, a person dismissed. */
static int ask_again(struct uc_call *call, struct lt_error *err)
{
    struct lt_date day = call->today;
    call->now = lt_clock_now(&call->app->clock);
    call->today = lt_clock_today(&call->app->clock);
    unsigned turn = call->actor.turn;
    int rc = uc_actor_reload(call, err);
    bool same = !call->actor.local && turn == call->actor.turn && turn == atomic_load(&call->app->school_turn) &&
                lt_date_days(day) == lt_date_days(call->today);
    json_t *checks = call->checks;
    call->checks = NULL;
    size_t i;
    const json_t *c;
    json_array_foreach(checks, i, c) {
        if (rc) break;
        if (still_judged(call, c, same)) continue;
        const char *right = lt_json_str_or(c, "right", ""), *id = lt_json_str(c, "id");
        const json_t *draft = lt_json_object(c, "draft");
        rc = draft ? uc_require_draft(call, right, id, draft, err)
                   : uc_require(call, right, (enum uc_target)lt_json_int(c, "target", 0), id, err);
    }
    json_decref(call->checks);
    call->checks = checks;
    return rc;
}

/* Settings, people and their roles stand in school.git, guardians in the cards of pupils. */
static bool people_changed(const struct vault_result *r)
{
    for (size_t i = 0; i < r->changes_len; i++) {
        if (strcmp(r->changes[i].repo, VAULT_SCHOOL) == 0 || strcmp(r->changes[i].path, "pupil.json") == 0) return true;
    }
    return false;
}

static int feed_index(struct lt_app *app, const struct vault_result *r, struct lt_error *err)
{
    struct index_batch *batches = lt_calloc(r->moved_len, sizeof *batches);
    struct index_change *changes = lt_calloc(r->changes_len ? r->changes_len : 1, sizeof *changes);
    int rc = batches && changes ? 0 : lt_fail_memory(err);
    size_t k = 0;
    for (size_t i = 0; !rc && i < r->moved_len; i++) {
        batches[i] = (struct index_batch){.repo = r->moved[i].repo, .new_head = r->moved[i].new_head};
        batches[i].changes = changes + k;
        for (; k < r->changes_len && strcmp(r->changes[k].repo, r->moved[i].repo) == 0; k++) {
            const struct vault_change *c = &r->changes[k];
            changes[k] = (struct index_change){.path = c->path, .data = c->data, .len = c->len, .removed = !c->oid};
            batches[i].len++;
        }
    }
    if (!rc) rc = index_apply(app->index, batches, r->moved_len, err);
    if (!rc && people_changed(r)) atomic_fetch_add(&app->school_turn, 1);
    for (size_t i = 0; i < r->moved_len; i++) uc_fed(app, r->moved[i].repo);
    free(batches);
    free(changes);
    return rc;
}

/* What rides in the journal: the row of the access log, and the answer for a repetition. Where both are too long the row goes alone. */
static int make_extra(const struct uc_call *call, json_t *kept, struct lt_buf *out, struct lt_error *err)
{
    json_t *row = access_row(call, "done");
    struct lt_error ignored = {0};
    int rc = row ? LT_SYSTEM : lt_fail_memory(err);
    if (row && kept && json_object_set(row, "kept", kept) == 0) rc = lt_json_compact(row, out, &ignored);
    if (row && rc) {
        lt_buf_reset(out);
        json_object_del(row, "kept");
        rc = lt_json_compact(row, out, err);
    }
    lt_error_clear(&ignored);
    json_decref(row);
    return rc;
}

int uc_tx_commit(struct uc_tx *tx, const char *subject, const char *entry, struct lt_error *err)
{
    struct uc_call *call = tx->call;
    int rc = ask_again(call, err);
    if (rc) return rc;
    struct lt_buf extra = LT_BUF_INIT(1 << 20);
    json_t *kept = repeat_wrap(call, tx->answer);
    rc = make_extra(call, kept, &extra, err);
    const struct vault_result *result = NULL;
    struct vault_message m = message_of(tx, subject, entry);
    if (!rc) rc = vault_tx_commit(tx->vt, &m, extra.data, extra.len, &result, err);
    if (!rc && result->moved_len) {
        struct lt_error late = {0};
        call->committed = true;
        repeat_note(call, kept);
        if (feed_index(call->app, result, &late)) atomic_store(&call->app->index_behind, true);
        lt_error_clear(&late);
    }
    lt_buf_free(&extra);
    json_decref(kept);
    return rc;
}
