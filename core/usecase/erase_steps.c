/* What follows from an act. Each step may be repeated and none waits for another to have succeeded: what cannot be done now is told and done by the next call
 * or hour. */
#include "usecase/erase.h"
#include "usecase/file.h"
#include "usecase/known.h"
#include "usecase/publish.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

struct steps {
    struct uc_call *call;
    const json_t *act;
    const char *pupil;
    json_t *remaining;
};

static void note(struct steps *s, const char *what, const char *id, int rc, struct lt_error *why)
{
    if (rc) json_array_append_new(s->remaining, json_pack("{s:s, s:s*, s:s}", "what", what, "id", id, "code", why->code));
    lt_error_clear(why);
}

/* --- the portfolio --- */

static int forget_previews(void *user, const char *object)
{
    struct steps *s = user;
    struct lt_error ignored = {0};
    int rc = previews_forget(s->call->app, object, &ignored);
    lt_error_clear(&ignored);
    return rc;
}

static int drop_portfolio(struct steps *s, struct lt_error *err)
{
    struct lt_app *app = s->call->app;
    struct index_batch gone = {.repo = s->pupil, .new_head = "", .whole = true};
    int rc = vault_erase(app->vault, s->pupil, forget_previews, s, err);
    if (rc && !*err->code) rc = lt_fail(err, LT_SYSTEM, "erase.previews", (char *)NULL);
    int fed = index_apply(app->index, &gone, 1, rc ? NULL : err);
    atomic_fetch_add(&app->school_turn, 1);
    uc_fed(app, NULL);
    known_clear(app->known);
    return rc ? rc : fed;
}

static int rewrite_school(struct steps *s, struct lt_error *err)
{
    struct lt_app *app = s->call->app;
    uint64_t commits = 0;
    struct vault_rewriting how = {.id = lt_json_str_or(s->act, "id", ""), .user = (void *)(uintptr_t)s->act, .fate = erase_fate, .document = erase_document};
    int rc = vault_rewrite(app->vault, VAULT_SCHOOL, &how, &commits, err);
    return rc || !commits ? rc : app_feed_whole(app, VAULT_SCHOOL, err);
}

static int drop_accounts(struct steps *s, struct lt_error *err)
{
    json_t *subjects = json_array();
    int rc = !subjects || json_array_append_new(subjects, json_string(s->pupil)) ? lt_fail_memory(err) : 0;
    if (!rc && lt_json_array(s->act, "persons") && json_array_extend(subjects, lt_json_array(s->act, "persons"))) rc = lt_fail_memory(err);
    if (!rc) rc = sysdb_erase(s->call->app->sys, subjects, err);
    json_decref(subjects);
    return rc;
}

static int empty_spool(struct steps *s, struct lt_error *err)
{
    return erase_spool(s->call->app, s->act, err);
}

/* --- what readers outside see --- */

/* A release without the pupil, and no older one; where none can be made, nothing is shown. */
static int renew_channel(struct steps *s, const char *id, struct lt_error *err)
{
    struct publish_channel ch;
    struct publish_result result;
    struct lt_error why = {0};
    size_t removed = 0;
    int rc = publish_channel_open(s->call, id, &ch, err);
    if (rc == LT_NOTFOUND) return lt_error_clear(err), 0; /* removed with all it showed */
    if (rc) return rc;
    rc = publish_run(s->call, &ch, PUBLISH_REDUCE, s->pupil, &result, &why);
    if (rc) rc = publish_clear(s->call, &ch, &removed, err);
    lt_error_clear(&why);
    publish_channel_close(&ch);
    return rc;
}

static void renew_channels(struct steps *s)
{
    size_t i;
    const json_t *id;
    json_array_foreach(lt_json_array(s->act, "channels"), i, id) {
        struct lt_error why = {0};
        int rc = s->call->app->at_rest ? lt_fail(&why, LT_CONFLICT, "erase.at_rest", (char *)NULL) : renew_channel(s, json_string_value(id), &why);
        note(s, "channel", json_string_value(id), rc, &why);
    }
}

/* --- the traces on disk --- */

static int settle(struct steps *s, struct lt_error *err)
{
    int rc = access_drain(s->call->app, err);
    return rc ? rc : vault_settle(s->call->app->vault, err);
}

static int purge_school(struct steps *s, struct lt_error *err)
{
    return vault_purge(s->call->app->vault, VAULT_SCHOOL, err);
}

static int scrub_index(struct steps *s, struct lt_error *err)
{
    return index_scrub(s->call->app->index, err);
}

static int scrub_system(struct steps *s, struct lt_error *err)
{
    return sysdb_scrub(s->call->app->sys, err);
}

int erase_steps(struct uc_call *call, const json_t *act, json_t **remaining, struct lt_error *err)
{
    static const struct {
        const char *what;
        int (*run)(struct steps *s, struct lt_error *err);
    } first[] = {{"portfolio", drop_portfolio}, {"accounts", drop_accounts}},
      then[] = {{"history", rewrite_school}, {"spool", empty_spool},     {"journal", settle},       {"objects", purge_school},
                {"accounts", drop_accounts}, {"index", scrub_index}, {"system", scrub_system}};
    struct steps s = {.call = call, .act = act, .pupil = lt_json_str_or(act, "pupil", ""), .remaining = json_array()};
    if (!s.remaining) return lt_fail_memory(err);
    for (size_t i = 0; i < LT_COUNT(first); i++) {
        struct lt_error why = {0};
        note(&s, first[i].what, NULL, first[i].run(&s, &why), &why);
    }
    renew_channels(&s);
    for (size_t i = 0; i < LT_COUNT(then); i++) {
        struct lt_error why = {0};
        note(&s, then[i].what, NULL, then[i].run(&s, &why), &why);
    }
    *remaining = s.remaining;
    return 0;
}
