/* notice: what is new for me. Names and titles are put in when it is read, for whoever may still read them. */
#include "usecase/notice.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

/* The owner of the data folder has no notices. */
static int need_account(struct uc_call *call, struct lt_error *err)
{
    return *call->actor.account ? 0 : lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
}

/* --- one notice in words --- */

/* What lets a person still read it. */
static const struct about {
    const char *kind, *right;
    enum uc_target target;
    const char *key;
} abouts[] = {
    {"entry_verified", "entry.read", UC_T_ENTRY, "entry"},     {"entry_returned", "entry.read", UC_T_ENTRY, "entry"},
    {"entry_disputed", "entry.read", UC_T_ENTRY, "entry"},     {"entry_answered", "entry.read", UC_T_ENTRY, "entry"},
    {"dispute_overdue", "entry.read", UC_T_ENTRY, "entry"},    {"entries_added", "portfolio.read", UC_T_PUPIL, "pupil"},
    {"review_asked", "review.read", UC_T_REVIEW, "object"},    {"review_given", "review.read", UC_T_REVIEW, "object"},
    {"review_declined", "review.read", UC_T_REVIEW, "object"}, {"consent_second", "consent.read", UC_T_PUPIL, "pupil"},
    {"consent_14", "consent.read", UC_T_PUPIL, "pupil"},       {"consent_18", "consent.read", UC_T_PUPIL, "pupil"},
    {"share_waiting", "share.read", UC_T_PUPIL, "pupil"},      {"share_active", "share.read", UC_T_PUPIL, "pupil"},
    {"goal_comment", "goal.read", UC_T_PUPIL, "pupil"},        {"backup_overdue", "backup.read", UC_T_NONE, "object"},
    {"backup_damaged", "backup.read", UC_T_NONE, "object"},    {"award_nominated", "award.read", UC_T_AWARD, "object"},
    {"award_agreed", "award.read", UC_T_AWARD, "object"},      {"award_returned", "award.read", UC_T_AWARD, "object"},
    {"award_refused", "award.read", UC_T_AWARD, "object"},     {"mask_changed", "entry.read", UC_T_ENTRY, "entry"},
};

static bool may_read(struct uc_call *call, const char *kind, const json_t *about)
{
    for (size_t i = 0; i < sizeof abouts / sizeof abouts[0]; i++) {
        const char *id = lt_json_str(about, abouts[i].key);
        if (strcmp(abouts[i].kind, kind) == 0) return id && uc_may(call, abouts[i].right, abouts[i].target, id);
    }
    return false;
}

/* A document that may be gone since; NULL then. */
static json_t *doc_or_null(struct uc_call *call, const char *kind, const char *id)
{
    json_t *doc = NULL;
    struct lt_error ignored = {0};
    if (id && index_get(call->app->index, kind, id, &doc, NULL, &ignored)) doc = NULL;
    lt_error_clear(&ignored);
    return doc;
}

/* To the family the first name suffices, staff are told the whole. */
static char *name_for(struct uc_call *call, const json_t *card)
{
    bool own = strcmp(call->actor.kind, "guardian") == 0;
    const char *surname = own ? "" : lt_json_str_or(card, "surname", ""), *name = lt_json_str_or(card, "name", "");
    return model_name_full(*surname || *name ? surname : lt_json_str_or(card, "surname", ""), name, "");
}

static int add_words(struct uc_call *call, json_t *item, const json_t *about, struct lt_error *err)
{
    const char *kind = lt_json_str_or(item, "kind", ""), *pupil = lt_json_str(about, "pupil");
    json_t *card = doc_or_null(call, "pupil", pupil), *entry = doc_or_null(call, "entry", lt_json_str(about, "entry")),
           *dispute = doc_or_null(call, "dispute", lt_json_str(about, "entry"));
    char *name = name_for(call, card), id[80], count[24];
    bool self = pupil && strcmp(pupil, call->actor.id) == 0;
    const char *title = lt_json_str_or(entry, "title", ""), *reason = lt_json_str_or(lt_json_object(entry, "returned"), "reason", "");
    struct lt_buf text = LT_BUF_INIT(8192);
    lt_print(id, sizeof id, "notice.%s%s", kind, self ? "" : ".of");
    lt_print(count, sizeof count, "%lld", (long long)lt_json_int(about, "count", 1));
    int rc = name && !lt_msg_add(&text, call->lang, id, "name", name, "title", title, "reason", *reason ? reason : "…", "due",
                                 lt_json_str_or(dispute, "due", ""), "n", count, (char *)NULL)
                 ? 0
                 : lt_fail_memory(err);
    if (!rc && (lt_json_put_str(item, "text", text.data) || lt_json_put_str(item, "pupil_name", name) || lt_json_put_str(item, "title", title)))
        rc = lt_fail_memory(err);
    uc_saw(call, pupil);
    lt_buf_free(&text);
    free(name);
    json_decref(card);
    json_decref(entry);
    json_decref(dispute);
    return rc;
}

/* --- list, new, read --- */

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *items = NULL, *kept = json_array(), *item;
    char *next = NULL;
    size_t i;
    int rc = need_account(call, err);
    if (!rc) rc = access_drain(call->app, err);
    if (!rc)
        rc = sysdb_notice_list(call->app->sys, call->actor.id, lt_json_bool(in, "unread", false), (int)lt_json_int(in, "limit", 50),
                               lt_json_str(in, "cursor"), &items, &next, err);
    json_array_foreach(items, i, item) {
        const json_t *about = lt_json_object(item, "about");
        if (rc || !may_read(call, lt_json_str_or(item, "kind", ""), about)) continue;
        rc = add_words(call, item, about, err);
        if (!rc && json_array_append(kept, item)) rc = lt_fail_memory(err);
    }
    json_decref(items);
    if (!rc) *out = json_pack("{s:O, s:s?}", "items", kept, "next", next);
    json_decref(kept);
    free(next);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

int notice_readable(struct uc_call *call, int64_t since, int64_t *n, struct lt_error *err)
{
    enum { MOST = 200 };
    json_t *items = NULL, *item;
    size_t i;
    int64_t at;
    int rc = sysdb_notice_list(call->app->sys, call->actor.id, true, MOST, NULL, &items, NULL, err);
    *n = 0;
    json_array_foreach(items, i, item) {
        if (!lt_instant_parse(lt_json_str_or(item, "at", ""), &at) || at <= since) continue;
        if (may_read(call, lt_json_str_or(item, "kind", ""), lt_json_object(item, "about"))) (*n)++;
    }
    json_decref(items);
    return rc;
}

/* For the bell: a number and nothing about anybody, so nothing to be logged. */
static int run_new(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    int64_t unread = 0;
    int rc = need_account(call, err);
    if (!rc) rc = access_drain(call->app, err);
    if (!rc) rc = sysdb_notice_count(call->app->sys, call->actor.id, &unread, err);
    if (!rc) *out = json_pack("{s:I}", "unread", (json_int_t)unread);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int run_read(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str(in, "id");
    int rc = need_account(call, err);
    if (!rc) rc = access_drain(call->app, err); /* those on their way are read too */
    if (!rc) rc = id ? sysdb_notice_read(call->app->sys, call->actor.id, id, err) : sysdb_notice_read_all(call->app->sys, call->actor.id, err);
    return rc ? rc : run_new(call, in, out, err);
}

/* Own wishes: how often a letter with what is new should come, where the school sends letters. */
static int run_settings(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *own = NULL;
    const char *digest = lt_json_str(in, "digest");
    int rc = need_account(call, err);
    if (!rc) rc = sysdb_setting_get(call->app->sys, call->actor.id, &own, err);
    if (!rc && digest) {
        rc = lt_json_put_str(own, "digest", digest) ? lt_fail_memory(err) : sysdb_setting_put(call->app->sys, call->actor.id, own, err);
    }
    if (!rc) *out = json_pack("{s:s}", "digest", lt_json_str_or(own, "digest", "daily"));
    json_decref(own);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static const struct uc_field list_fields[] = {{"unread", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field read_fields[] = {{"id", UC_ID, UC_POSITIONAL, 0, 0, NULL}, {0}};
static const struct uc_field settings_fields[] = {{"digest", UC_ENUM, 0, 0, 0, "digest"}, {0}};

static const struct uc_row rows[] = {
    {.noun = "notice", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .fields = list_fields, .columns = "at read text",
     .gives = "notice", .run = run_list},
    {.noun = "notice", .verb = "new", .method = "GET", .tail = "/new", .reply = UC_ONE, .flags = UC_QUIET, .gives = "unread", .run = run_new},
    {.noun = "notice", .verb = "read", .method = "POST", .tail = "/read", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET | UC_REPEAT,
     .gives = "unread", .fields = read_fields, .run = run_read},
    {.noun = "notice", .verb = "settings", .method = "POST", .tail = "/settings", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET | UC_REPEAT,
     .gives = "digest:=digest", .fields = settings_fields, .run = run_settings},
    {.noun = "notice", .verb = "due", .method = "POST", .tail = "/due", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT, .right = "notice.due",
     .gives = "notices:int", .run = notice_run_due},
};

const struct uc_noun uc_noun_notice = UC_NOUN("notice", "notices", NULL, rows);
