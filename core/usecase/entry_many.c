/* entry verify_many, return_many: one act on many entries. One transaction a portfolio, one commit an entry, an answer an entry: what is refused does
 * not hold the others up. Each item carries the revision that was looked at. */
#include "usecase/entry.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

enum { MANY_MAX = 200 };

struct item {
    const char *id;
    int64_t revision;
    char repo[64]; /* "" where there is no such entry */
    json_t *answer;        /* in the array of the reply */
    bool changed;
};

struct many {
    struct uc_call *call;
    const json_t *in;
    enum model_entry_act act;
    const char *right, *subject;
    struct item items[MANY_MAX];
    size_t len;
};

static int put_error(struct many *m, struct item *it, struct lt_error *why, struct lt_error *err)
{
    struct lt_buf words = LT_BUF_INIT(4096);
    lt_error_text(&words, m->call->lang, why);
    int rc = lt_json_put_bool(it->answer, "done", false) ||
                     lt_json_put(it->answer, "error", json_pack("{s:s, s:s}", "code", why->code, "message", words.data ? words.data : ""))
                 ? lt_fail_memory(err)
                 : 0;
    /* the state as it is now: what the person decided on may have moved */
    if (!rc && why->status == LT_CONFLICT && lt_json_copy_key(it->answer, why->details, "now")) rc = lt_fail_memory(err);
    lt_buf_free(&words);
    lt_error_clear(why);
    it->changed = false;
    return rc;
}

/* Failures of the system end the call; a refusal is this entry's own. */
static bool is_own(int rc)
{
    return rc && rc != LT_SYSTEM;
}

static int change_one(struct many *m, struct uc_tx *tx, struct item *it, struct lt_error *err)
{
    struct entry_docs d;
    struct uc_call *call = m->call;
    json_t *seen = json_pack("{s:I}", "revision", (json_int_t)it->revision);
    uc_target_clear(&call->target); /* each entry is the target while it is judged: uc_require keeps the first */
    int rc = seen ? uc_require(call, m->right, UC_T_ENTRY, it->id, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(seen);
        return rc;
    }
    uc_saw(call, call->target.pupil_id);
    rc = entry_load(tx, call, it->id, &d, err);
    if (!rc) rc = entry_check_revision(seen, d.entry, err);
    if (!rc) rc = entry_act(tx, call, m->in, m->act, &d, err);
    if (!rc) rc = entry_tell(call, m->act, d.entry, err);
    if (!rc) rc = uc_tx_seal(tx, d.repo, m->subject, it->id, err);
    if (!rc && (lt_json_put_bool(it->answer, "done", true) || lt_json_copy_key(it->answer, d.entry, "state") ||
                lt_json_copy_key(it->answer, d.entry, "revision")))
        rc = lt_fail_memory(err);
    it->changed = !rc;
    entry_docs_clear(&d);
    json_decref(seen);
    return rc;
}

/* The right and the rules of one entry are judged before anything of it is written, so a refusal leaves the transaction as it was. */
static int change_portfolio(struct many *m, const char *repo, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    bool any = false;
    json_array_clear(m->call->checks); /* those of the portfolio before were asked again at its end */
    int rc = uc_tx_begin1(m->call, repo, &tx, err);
    for (size_t i = 0; !rc && i < m->len; i++) {
        struct lt_error why = {0};
        if (strcmp(m->items[i].repo, repo) != 0) continue;
        rc = change_one(m, tx, &m->items[i], &why);
        if (is_own(rc)) rc = put_error(m, &m->items[i], &why, err);
        else if (rc) *err = why;
        any = any || m->items[i].changed;
    }
    if (!rc && any) rc = uc_tx_commit(tx, m->subject, NULL, err);
    uc_tx_end(tx);
    return rc;
}

/* A portfolio whose transaction was not accepted answers for its entries; the others go on. */
static int run_portfolio(struct many *m, size_t first, struct lt_error *err)
{
    struct lt_error why = {0};
    char repo[64];
    lt_print(repo, sizeof repo, "%s", m->items[first].repo);
    int rc = change_portfolio(m, repo, &why), rc2 = 0;
    for (size_t i = first; i < m->len; i++) {
        if (strcmp(m->items[i].repo, repo) != 0) continue;
        m->items[i].repo[0] = 0; /* done with */
        if (!is_own(rc) || !m->items[i].changed) continue;
        struct lt_error copy = why;
        copy.details = json_incref(why.details);
        rc2 = put_error(m, &m->items[i], &copy, err);
    }
    if (is_own(rc)) {
        lt_error_clear(&why);
        return rc2;
    }
    if (rc) *err = why;
    return rc;
}

static int take_items(struct many *m, json_t *answers, struct lt_error *err)
{
    const json_t *list = json_object_get(m->in, "items");
    if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > MANY_MAX)
        return lt_fail_field(err, LT_USAGE, "items", "entry.many_items", "limit", LT_NUM(MANY_MAX), (char *)NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct item *it = &m->items[m->len++];
        struct lt_error miss = {0};
        char path[160];
        it->id = lt_json_str(one, "id");
        it->revision = lt_json_int(one, "revision", 0);
        if (!it->id || !lt_id_valid(it->id) || it->revision < 1)
            return lt_fail_field(err, LT_USAGE, "items", "entry.many_items", "limit", LT_NUM(MANY_MAX), (char *)NULL);
        it->answer = json_pack("{s:s, s:b}", "id", it->id, "done", 0);
        if (json_array_append_new(answers, it->answer)) return lt_fail_memory(err);
        int rc = index_locate(m->call->app->index, "entry", it->id, it->repo, path, &miss);
        if (rc) it->repo[0] = 0;
        if (rc == LT_NOTFOUND) {
            lt_fail(&miss, LT_NOTFOUND, "entry.absent", "id", it->id, (char *)NULL);
            rc = put_error(m, it, &miss, err);
        } else if (rc) {
            *err = miss;
        }
        if (rc) return rc;
    }
    return 0;
}

static int run_many(struct uc_call *call, const json_t *in, enum model_entry_act act, const char *right, const char *subject, json_t **out,
                    struct lt_error *err)
{
    struct many *m = lt_calloc(1, sizeof *m);
    json_t *answers = json_array();
    int64_t done = 0;
    int rc = m && answers ? 0 : lt_fail_memory(err);
    if (!rc) {
        *m = (struct many){.call = call, .in = in, .act = act, .right = right, .subject = subject};
        rc = take_items(m, answers, err);
    }
    for (size_t i = 0; !rc && i < m->len; i++) {
        if (*m->items[i].repo) rc = run_portfolio(m, i, err);
    }
    for (size_t i = 0; !rc && i < m->len; i++) done += m->items[i].changed;
    if (!rc) {
        *out = json_pack("{s:O, s:I, s:I}", "items", answers, "done", (json_int_t)done, "refused", (json_int_t)(m->len - (size_t)done));
        if (!*out) rc = lt_fail_memory(err);
    }
    json_decref(answers);
    free(m);
    return rc;
}

int entry_run_verify_many(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_many(call, in, MODEL_ENTRY_VERIFY, "entry.verify", "Verify entry", out, err);
}

int entry_run_return_many(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_many(call, in, MODEL_ENTRY_RETURN, "entry.return", "Return entry", out, err);
}
