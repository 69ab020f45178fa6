/* share: links that show a portfolio to whoever has them. The family's act; the rules of age are model/share.h. */
#include "usecase/share.h"
#include "usecase/family.h"
#include "usecase/notice.h"
#include "usecase/qr.h"
#include "usecase/secret.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/share.h"

#include <sodium.h>
#include <string.h>

enum { ENTRIES_MOST = 500 };

static int act_of(struct uc_call *call, char at[LT_INSTANT_SIZE], struct model_consent_act *out, struct lt_error *err)
{
    if (call->actor.local) return lt_fail(err, LT_REFUSED, "share.family_only", (char *)NULL);
    *out = (struct model_consent_act){.who = strcmp(call->actor.id, call->target.pupil_id) == 0 ? "pupil" : "guardian",
                                      .by = call->actor.id,
                                      .how = "screen",
                                      .confirmed = call->actor.confirmed,
                                      .at = lt_instant_format(call->now, at),
                                      .day = call->today};
    return 0;
}

static json_t *act_json(const struct model_consent_act *act)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "who", act->who, "by", act->by, "how", act->how, "at", act->at);
}

static int put(struct uc_call *call, struct uc_tx *tx, json_t *doc, const char *subject, struct lt_error *err)
{
    char path[80];
    lt_print(path, sizeof path, "shares/%s.json", lt_json_str_or(doc, "id", ""));
    int rc = uc_tx_put(tx, call->target.pupil_id, path, doc, err);
    return rc ? rc : uc_tx_commit(tx, subject, NULL, err);
}

/* A share as answered: what works today, and never the hash. New reference. */
static json_t *shown(struct uc_call *call, const json_t *share, const json_t *consents, const json_t *card)
{
    const char *why = NULL;
    json_t *out = json_copy((json_t *)(uintptr_t)share);
    const char *state = model_share_state(share, consents, card, call->today, call->app->clock.offset_minutes, &why);
    if (!out) return NULL;
    json_object_del(out, "sha256");
    if (lt_json_put_str(out, "state", state) || lt_json_put_str(out, "why", why)) return json_decref(out), NULL;
    return out;
}

static int answer(struct uc_call *call, const json_t *share, json_t **out, struct lt_error *err)
{
    json_t *consents = NULL;
    int rc = family_consents(call, call->target.pupil_id, &consents, err);
    if (!rc && !(*out = shown(call, share, consents, call->target.pupil))) rc = lt_fail_memory(err);
    json_decref(consents);
    return rc;
}

/* --- create --- */

/* The chosen entries are this pupil's, and the maker may read them. */
static int check_entries(struct uc_call *call, const json_t *entries, struct lt_error *err)
{
    size_t i;
    const json_t *e;
    if (json_array_size(entries) > ENTRIES_MOST)
        return lt_fail_field(err, LT_USAGE, "entry", "share.too_many", "max", LT_NUM(ENTRIES_MOST), (char *)NULL);
    json_array_foreach(entries, i, e) {
        json_t *doc = NULL;
        const char *id = json_string_value(e);
        int rc = uc_doc(call, "entry", id, &doc, err);
        if (!rc && strcmp(lt_json_str_or(doc, "pupil", ""), call->target.pupil_id) != 0)
            rc = lt_fail_field(err, LT_NOTFOUND, "entry", "entry.absent", "id", id, (char *)NULL);
        json_decref(doc);
        if (!rc) rc = uc_require(call, "entry.read", UC_T_ENTRY, id, err);
        if (rc) return rc;
    }
    return 0;
}

static json_t *default_fields(void)
{
    return json_pack("[s, s, s, s, s, s]", "name", "class", "title", "result", "organiser", "date");
}

static int new_share(struct uc_call *call, const json_t *in, const struct model_consent_act *act, const char *token, const char *state,
                     json_t **out, struct lt_error *err)
{
    char id[LT_ID_SIZE], sha[65], from[LT_DATE_SIZE], to[LT_DATE_SIZE];
    lt_id_next(call->app->ids, id);
    secret_sha256(token, sha);
    lt_date_format(call->today, from);
    lt_date_format(lt_date_add_days(call->today, (int32_t)lt_json_int(in, "days", MODEL_SHARE_DAYS)), to);
    json_t *fields = json_incref(lt_json_array(in, "field"));
    if (!fields) fields = default_fields();
    json_t *doc = json_pack("{s:s, s:s, s:s*, s:s, s:s, s:s, s:s, s:o, s:[o]}", "id", id, "pupil", call->target.pupil_id, "title",
                            lt_json_str(in, "title"), "sha256", sha, "state", state, "from", from, "to", to, "fields", fields, "acts",
                            act_json(act));
    const json_t *entries = lt_json_array(in, "entry");
    if (!doc || (entries && json_object_set(doc, "entries", (json_t *)(uintptr_t)entries))) return json_decref(doc), lt_fail_memory(err);
    *out = doc;
    return 0;
}

/* Guardians who may confirm are told of a link that waits for them. */
static int tell(struct uc_call *call, const json_t *share, struct lt_error *err)
{
    struct notice n = {.kind = "share_waiting", .pupil = call->target.pupil_id, .object = lt_json_str(share, "id")};
    if (strcmp(lt_json_str_or(share, "state", ""), "waiting") != 0) return 0;
    return notice_family(call, call->target.pupil, false, MODEL_GUARDIAN_CONSENT, &n, err);
}

static int run_create(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char at[LT_INSTANT_SIZE], token[48], address[64];
    struct model_consent_act act;
    struct uc_tx *tx = NULL;
    const char *state = NULL;
    json_t *doc = NULL;
    int rc = act_of(call, at, &act, err);
    if (!rc) rc = model_share_new(call->target.pupil, &act, call->today, &state, err);
    if (!rc) rc = family_may_enter(call, err);
    if (!rc) rc = check_entries(call, lt_json_array(in, "entry"), err);
    secret_token(token);
    if (!rc) rc = new_share(call, in, &act, token, state, &doc, err);
    if (!rc) rc = tell(call, doc, err);
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = put(call, tx, doc, "Make a link", err);
    uc_tx_end(tx);
    if (!rc) rc = answer(call, doc, out, err);
    lt_print(address, sizeof address, "/s#%s", token);
    if (!rc && (lt_json_put_str(*out, "token", token) || lt_json_put_str(*out, "address", address))) rc = lt_fail_memory(err);
    sodium_memzero(token, sizeof token);
    sodium_memzero(address, sizeof address);
    json_decref(doc);
    return rc;
}

/* --- confirm, revoke --- */

static int confirm(struct uc_call *call, json_t *doc, struct lt_error *err)
{
    char at[LT_INSTANT_SIZE];
    struct model_consent_act act;
    int rc = act_of(call, at, &act, err);
    if (!rc) rc = model_share_confirm(doc, call->target.pupil, &act, call->today, err);
    if (!rc && (json_array_append_new(lt_json_array(doc, "acts"), act_json(&act)) || lt_json_put_str(doc, "state", "active")))
        rc = lt_fail_memory(err);
    struct notice n = {.kind = "share_active", .pupil = call->target.pupil_id, .object = lt_json_str(doc, "id")};
    return rc ? rc : notice_tell(call, call->target.pupil_id, &n, err);
}

static int revoke(struct uc_call *call, json_t *doc, struct lt_error *err)
{
    const char *state = lt_json_str_or(doc, "state", "");
    if (strcmp(state, "revoked") == 0) return lt_fail(err, LT_REFUSED, "share.state", "share_state", state, (char *)NULL);
    return lt_json_put_str(doc, "state", "revoked") || lt_json_put(doc, "revoked", uc_stamp(call)) ? lt_fail_memory(err) : 0;
}

static int step(struct uc_call *call, const json_t *in, int (*change)(struct uc_call *, json_t *, struct lt_error *), const char *subject,
                json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    char path[80];
    lt_print(path, sizeof path, "shares/%s.json", lt_json_str_or(in, "id", ""));
    int rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = uc_tx_get(tx, call->target.pupil_id, path, &doc, err);
    if (!rc) rc = change(call, doc, err);
    if (!rc) rc = put(call, tx, doc, subject, err);
    uc_tx_end(tx);
    if (!rc) rc = answer(call, doc, out, err);
    json_decref(doc);
    return rc;
}

static int run_confirm(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return step(call, in, confirm, "Confirm a link", out, err);
}

static int run_revoke(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return step(call, in, revoke, "Close a link", out, err);
}

/* --- list --- */

static int judge_row(struct uc_call *call, json_t *row, struct lt_error *err)
{
    json_t *consents = NULL, *card = NULL, *whole = NULL;
    const char *pupil = lt_json_str_or(row, "pupil", "");
    int rc = family_consents(call, pupil, &consents, err);
    if (!rc) rc = uc_doc(call, "pupil", pupil, &card, err);
    if (!rc && !(whole = shown(call, lt_json_object(row, "share"), consents, card))) rc = lt_fail_memory(err);
    if (!rc && json_object_update(row, whole)) rc = lt_fail_memory(err);
    json_object_del(row, "share");
    json_decref(whole);
    json_decref(consents);
    json_decref(card);
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_object(), *row;
    size_t i;
    int rc = params && !lt_json_copy_key(params, in, "pupil") ? uc_scope(call, "share.read", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "shares", params, out, err);
    if (rc) return rc;
    json_array_foreach(lt_json_array(*out, "items"), i, row) {
        if (!rc) rc = judge_row(call, row, err);
    }
    uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}

/* --- qr --- */

/* The address is known to the reader's browser alone, the token stands in it: so it comes with the call and goes back as squares. */
static int run_qr(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)call;
    struct lt_buf path = LT_BUF_INIT(1 << 20);
    int size = 0;
    int rc = qr_path(lt_json_str_or(in, "url", ""), &path, &size, err);
    if (!rc) *out = json_pack("{s:i, s:s}", "size", size, "path", path.data);
    lt_buf_free(&path);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
static const struct uc_field create_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                                {"title", UC_TEXT, 0, 0, 100, NULL},
                                                {"field", UC_WORDS, UC_MANY, 0, 0, "consent_field"},
                                                {"entry", UC_ID, UC_MANY, 0, 0, NULL},
                                                {"days", UC_INT, 0, 1, MODEL_SHARE_DAYS_MAX, NULL},
                                                {0}};
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field list_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL}, {0}};
static const struct uc_field pictures_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL}, {0}};
static const struct uc_field qr_fields[] = {{"url", UC_TEXT, UC_REQUIRED, 1, 300, NULL}, {0}};
static const struct uc_field open_fields[] = {{"token", UC_SECRET, UC_REQUIRED, 0, 0, NULL}, {0}};

static const struct uc_field picture_fields[] = {{"token", UC_SECRET, UC_REQUIRED, 0, 0, NULL},
                                                 {"entry", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                                 {"path", UC_TEXT, UC_REQUIRED, 0, 60, NULL},
                                                 {"size", UC_ENUM, 0, 0, 0, "preview_size"},
                                                 {"page", UC_INT, 0, 1, 500, NULL},
                                                 {0}};

static const struct uc_row rows[] = {
    {.noun = "share", .verb = "create", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "share.create",
     .gives = "share_new", .target = UC_T_PUPIL, .target_field = "pupil", .fields = create_fields, .run = run_create},
    {.noun = "share", .verb = "confirm", .method = "POST", .tail = "/{id}/confirm", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "share", .right = "share.confirm", .target = UC_T_SHARE, .target_field = "id", .fields = id_fields, .run = run_confirm},
    {.noun = "share", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "share.read", .target = UC_T_LIST,
     .gives = "share_row", .fields = list_fields, .columns = "id pupil_name title state from to", .run = run_list},
    {.noun = "share", .verb = "revoke", .method = "POST", .tail = "/{id}/revoke", .reply = UC_ONE, .flags = UC_WRITE,
     .right = "share.revoke", .target = UC_T_SHARE, .target_field = "id", .fields = id_fields, .gives = "share", .run = run_revoke},
    {.noun = "share", .verb = "pictures", .method = "GET", .tail = "/pictures", .reply = UC_LIST, .right = "share.create", .target = UC_T_PUPIL,
     .target_field = "pupil", .fields = pictures_fields, .columns = "entry title pictures public", .gives = "share_pictures", .run = share_run_pictures},
    {.noun = "share", .verb = "qr", .method = "POST", .tail = "/qr", .reply = UC_ONE, .fields = qr_fields, .gives = "qr", .run = run_qr},
    {.noun = "share", .verb = "open", .method = "POST", .tail = "/open", .reply = UC_ONE, .flags = UC_ANONYMOUS, .fields = open_fields,
     .gives = "share_view", .run = share_run_open},
    {.noun = "share", .verb = "picture", .method = "POST", .tail = "/picture", .reply = UC_BYTES, .flags = UC_ANONYMOUS,
     .fields = picture_fields, .run = share_run_picture},
};

const struct uc_noun uc_noun_share = UC_NOUN("share", "shares", NULL, rows);
