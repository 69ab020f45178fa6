/* account own, set: personal settings in system.db, which no school-wide document needs. */
#include "usecase/account_slips.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static const char *const keys[] = {"phrases", "language", "seen"};
enum { SEEN_MAX = 200 };

static json_t *shown(const json_t *all)
{
    json_t *own = json_pack("{s:[]}", "phrases");
    for (size_t i = 0; own && i < sizeof keys / sizeof keys[0]; i++) {
        if (lt_json_copy_key(own, all, keys[i])) return json_decref(own), NULL;
    }
    return own;
}

int account_run_own(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *all = NULL;
    int rc = sysdb_setting_get(call->app->sys, call->actor.id, &all, err);
    if (!rc && !(*out = shown(all))) rc = lt_fail_memory(err);
    json_decref(all);
    return rc;
}

/* Names what was looked at by its id: the instant of the call is kept, so that "new since" does not rest on the clock of a browser. */
static int put_seen(struct uc_call *call, json_t *all, const char *id, struct lt_error *err)
{
    char now[LT_INSTANT_SIZE];
    json_t *seen = lt_json_object(all, "seen");
    if (!seen || json_object_size(seen) >= SEEN_MAX) {
        seen = json_object();
        if (lt_json_put(all, "seen", seen)) return lt_fail_memory(err);
    }
    return lt_json_put_str(seen, id, lt_instant_format(call->now, now)) ? lt_fail_memory(err) : 0;
}

int account_run_set(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *all = NULL, *phrases = lt_json_array(in, "phrases");
    const char *seen = lt_json_str(in, "seen");
    if (json_array_size(phrases) > 40) return lt_fail_field(err, LT_USAGE, "phrases", "account.many_phrases", "limit", LT_NUM(40), (char *)NULL);
    int rc = uc_sys_begin(call, err);
    if (rc) return rc;
    rc = sysdb_setting_get(call->app->sys, call->actor.id, &all, err);
    if (!rc && ((phrases && json_object_set(all, "phrases", phrases)) || lt_json_copy_key(all, in, "language"))) rc = lt_fail_memory(err);
    if (!rc && seen) rc = put_seen(call, all, seen, err);
    if (!rc) rc = sysdb_setting_put(call->app->sys, call->actor.id, all, err);
    if (!rc && !(*out = shown(all))) rc = lt_fail_memory(err);
    json_decref(all);
    return uc_sys_end(call, rc, *out, err);
}
