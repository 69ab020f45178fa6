/* consent: given, confirmed by the second signature, withdrawn. The rules are model/consent.h; here are who acts, paper and writing. */
#include "usecase/attach.h"
#include "usecase/call.h"
#include "usecase/consent_paper.h"
#include "usecase/consent_ask.h"
#include "usecase/family.h"
#include "usecase/notice.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/consent.h"
#include "model/year.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The act behind the call: on screen the actor's own; on paper that of the signer named by --by, entered by the actor. */
struct signing {
    struct model_consent_act act;
    char at[LT_INSTANT_SIZE];
    struct attached *paper;
    size_t paper_len;
};

static int signing_of(struct uc_call *call, const json_t *in, struct signing *s, struct lt_error *err)
{
    const char *by = lt_json_str(in, "by"), *paper_date = lt_json_str(in, "paper_date");
    *s = (struct signing){.act.day = call->today};
    s->act.at = lt_instant_format(call->now, s->at);
    int rc = attach_inspect(call, in, "paper", &s->paper, &s->paper_len, err);
    if (rc) return rc;
    bool paper = s->paper_len > 0;
    if (!paper && call->actor.local) return lt_fail_field(err, LT_REFUSED, "paper", "consent.local_paper", (char *)NULL);
    if (paper && !by) return lt_fail_field(err, LT_USAGE, "by", "consent.paper_signer", (char *)NULL);
    s->act.by = paper ? by : call->actor.id;
    s->act.who = strcmp(s->act.by, call->target.pupil_id) == 0 ? "pupil" : "guardian";
    s->act.how = paper ? "paper" : "screen";
    s->act.confirmed = call->actor.confirmed;
    if (paper) {
        s->act.entered_by = call->actor.id;
        if (paper_date) lt_date_parse(paper_date, &s->act.day);
        rc = uc_require(call, "consent.paper", UC_T_PUPIL, call->target.pupil_id, err);
    } else if (by && strcmp(by, call->actor.id) != 0) {
        rc = lt_fail_field(err, LT_DENIED, "by", "consent.not_yours", (char *)NULL);
    }
    return rc;
}

/* Stores the scan beside the consent and puts its SHA-256 into the act. */
static int store_paper(struct uc_tx *tx, const char *repo, const char *id, struct signing *s, char sha[65], struct lt_error *err)
{
    if (!s->paper_len) return 0;
    char path[VAULT_PATH_MAX];
    struct vault_stored stored;
    int n = 1;
    do {
        lt_print(path, sizeof path, "consents/%s/paper-%02d.%s", id, n++, s->paper[0].extension);
    } while (uc_tx_has(tx, repo, path));
    if (lseek(s->paper[0].file->fd, 0, SEEK_SET) < 0) return lt_fail_errno(err, "read", s->paper[0].name);
    int rc = uc_tx_put_file(tx, repo, path, s->paper[0].file->fd, s->paper[0].size, &stored, err);
    if (rc) return rc;
    memcpy(sha, stored.sha256, 65);
    s->act.sha256 = sha;
    return 0;
}

/* The second signature is asked of those who have not signed. */
static int tell(struct uc_call *call, const json_t *doc, struct lt_error *err)
{
    struct notice n = {.kind = "consent_second", .pupil = call->target.pupil_id, .object = lt_json_str(doc, "id")};
    const char *who = lt_json_str_or(json_array_get(lt_json_array(doc, "acts"), 0), "who", "");
    if (strcmp(lt_json_str_or(doc, "state", ""), "waiting_second") != 0) return 0;
    bool by_pupil = strcmp(who, "pupil") == 0;
    return notice_family(call, call->target.pupil, !by_pupil, by_pupil ? MODEL_GUARDIAN_CONSENT : 0, &n, err);
}

static int put(struct uc_call *call, struct uc_tx *tx, const char *repo, json_t *doc, const char *subject, struct lt_error *err)
{
    char path[80];
    lt_print(path, sizeof path, "consents/%s.json", lt_json_str_or(doc, "id", ""));
    int rc = uc_tx_put(tx, repo, path, doc, err);
    if (!rc) rc = tell(call, doc, err);
    return rc ? rc : uc_tx_commit(tx, subject, NULL, err);
}

static json_t *wish_of(const json_t *in)
{
    static const char *const keys[] = {"purpose", "target", "bans", "conditions", "from", "to", "text_version"};
    json_t *wish = json_object();
    for (size_t i = 0; wish && i < sizeof keys / sizeof keys[0]; i++) lt_json_copy_key(wish, in, keys[i]);
    json_t *fields = lt_json_array(in, "field");
    if (wish && fields) json_object_set(wish, "fields", fields);
    return wish;
}

/* Without an end of its own a consent runs until the day of the setting "consent.term" that comes next. */
void consent_term(struct uc_call *call, const char *from, char out[32])
{
    char month_day[16];
    lt_print(out, 32, "%.4s-%s", from, uc_setting(call, "consent.term", month_day, sizeof month_day));
    if (strcmp(out, from) < 0) lt_print(out, 32, "%04d-%s", atoi(from) + 1, month_day);
}

static int default_term(struct uc_call *call, json_t *wish, struct lt_date signed_on, struct lt_error *err)
{
    char to[32], day[LT_DATE_SIZE];
    if (lt_json_str(wish, "to")) return 0;
    consent_term(call, lt_json_str_or(wish, "from", lt_date_format(signed_on, day)), to);
    return lt_json_put_str(wish, "to", to) ? lt_fail_memory(err) : 0;
}

static int give_inside(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct signing *s, bool refuse, json_t **out,
                       struct lt_error *err)
{
    const char *pupil = call->target.pupil_id;
    char id[LT_ID_SIZE], sha[65];
    lt_id_next(call->app->ids, id);
    struct model_year_rule rule = uc_year_rule(call);
    json_t *card = NULL, *doc = NULL, *wish = wish_of(in);
    int rc = wish ? uc_tx_get(tx, pupil, "pupil.json", &card, err) : lt_fail_memory(err);
    if (!rc) rc = store_paper(tx, pupil, id, s, sha, err);
    if (!rc && !refuse) rc = default_term(call, wish, s->act.day, err);
    if (!rc) rc = model_consent_new(wish, card, &s->act, refuse, call->today, &rule, &doc, err);
    if (!rc && (lt_json_put_str(doc, "id", id) || lt_json_put_str(doc, "pupil", pupil))) rc = lt_fail_memory(err);
    if (!rc && !s->paper_len && lt_json_put_str(doc, "text_version", CONSENT_TEXT_VERSION)) rc = lt_fail_memory(err);
    if (!rc) rc = put(call, tx, pupil, doc, refuse ? "Refuse consent" : "Give consent", err);
    json_decref(card);
    json_decref(wish);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int check_target(struct uc_call *call, const json_t *in, struct lt_error *err)
{
    const char *target = lt_json_str(in, "target");
    json_t *channel = NULL;
    int rc = target ? uc_doc(call, "channel", target, &channel, err) : 0;
    json_decref(channel);
    return rc;
}

static int run_give(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct signing s;
    struct uc_tx *tx = NULL;
    const char *version = lt_json_str(in, "text_version");
    int rc = signing_of(call, in, &s, err);
    /* on screen a text is agreed to that was on the screen */
    if (!rc && !s.paper_len && version && strcmp(version, CONSENT_TEXT_VERSION) != 0)
        rc = lt_fail_field(err, LT_CONFLICT, "text_version", "consent.text_changed", (char *)NULL);
    if (!rc && !s.paper_len) rc = uc_require(call, "consent.give", UC_T_PUPIL, call->target.pupil_id, err);
    if (!rc) rc = check_target(call, in, err);
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = give_inside(tx, call, in, &s, lt_json_bool(in, "refuse", false), out, err);
    uc_tx_end(tx);
    free(s.paper);
    return rc;
}

/* The right of reading is asked first, so that a stranger is not told that the pupil exists; the act's own right comes with how it is
 * done, on screen or on paper. */
int consent_run_give(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *pupil = lt_json_str_or(in, "pupil", "");
    int rc = uc_require(call, "consent.read", UC_T_PUPIL, pupil, err);
    if (rc) return rc;
    uc_saw(call, pupil);
    return run_give(call, in, out, err);
}

typedef int step_fn(const json_t *consent, const json_t *pupil, const struct model_consent_act *act, struct lt_date today,
                    json_t **out, struct lt_error *err);

static int step(struct uc_call *call, const json_t *in, const char *right, step_fn *fn, const char *subject, json_t **out,
                struct lt_error *err)
{
    struct signing s;
    struct uc_tx *tx = NULL;
    const char *id = lt_json_str_or(in, "id", "");
    json_t *card = NULL, *old = NULL, *doc = NULL;
    char path[80], sha[65];
    lt_print(path, sizeof path, "consents/%s.json", id);
    int rc = signing_of(call, in, &s, err);
    const char *repo = call->target.pupil_id;
    if (!rc && !s.paper_len) rc = uc_require(call, right, UC_T_CONSENT, id, err);
    if (!rc) rc = uc_tx_begin1(call, repo, &tx, err);
    if (!rc) rc = uc_tx_get(tx, repo, "pupil.json", &card, err);
    if (!rc) rc = uc_tx_get(tx, repo, path, &old, err);
    if (!rc) rc = store_paper(tx, repo, id, &s, sha, err);
    if (!rc) rc = fn(old, card, &s.act, call->today, &doc, err);
    if (!rc) rc = put(call, tx, repo, doc, subject, err);
    uc_tx_end(tx);
    free(s.paper);
    json_decref(card);
    json_decref(old);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

int consent_run_confirm(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return step(call, in, "consent.confirm", model_consent_second, "Confirm consent by the second signature", out, err);
}

static int run_withdraw(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return step(call, in, "consent.withdraw", model_consent_withdraw, "Withdraw consent", out, err);
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, "consent.read", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "consents", params, out, err);
    if (!rc) uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}

#define PAPER                                                                                                         \
    {"paper", UC_FILE, 0, 0, 0, NULL}, {"paper_date", UC_DATE, 0, 0, 0, NULL}, {"by", UC_ID, 0, 0, 0, NULL}
static const struct uc_field give_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                              {"purpose", UC_ENUM, UC_REQUIRED, 0, 0, "consent_purpose"},
                                              {"field", UC_WORDS, UC_MANY, 0, 0, "consent_field"},
                                              {"target", UC_ID, 0, 0, 0, NULL},
                                              {"bans", UC_WORDS, UC_MANY, 0, 0, "consent_field"},
                                              {"conditions", UC_LINES, 0, 0, 1000, NULL},
                                              {"from", UC_DATE, 0, 0, 0, NULL},
                                              {"to", UC_DATE, 0, 0, 0, NULL},
                                              {"text_version", UC_TEXT, 0, 0, 40, NULL},
                                              {"refuse", UC_BOOL, 0, 0, 0, NULL},
                                              PAPER,
                                              {0}};
static const struct uc_field step_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, PAPER, {0}};
#define SCAN {"scan", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
#define PAGE {"page", UC_INT, UC_REQUIRED, 1, 500, NULL}
static const struct uc_field form_fields[] = {{"class", UC_ID, 0, 0, 0, NULL},
                                              {"pupil", UC_ID, 0, 0, 0, NULL},
                                              {"purpose", UC_ENUM, UC_REQUIRED, 0, 0, "consent_purpose"},
                                              {"target", UC_ID, 0, 0, 0, NULL},
                                              {"missing", UC_BOOL, 0, 0, 0, NULL},
                                              {0}};
static const struct uc_field scan_fields[] = {
    {"scan", UC_ID, 0, 0, 0, NULL}, {"class", UC_ID, 0, 0, 0, NULL}, {"file", UC_FILE, UC_REQUIRED | UC_MANY, 0, 0, NULL}, {0}};
static const struct uc_field scanned_fields[] = {SCAN, {0}};
static const struct uc_field page_fields[] = {SCAN, PAGE, {0}};
static const struct uc_field enter_fields[] = {SCAN,
                                               PAGE,
                                               {"by", UC_ID, UC_REQUIRED | UC_MANY, 0, 0, NULL},
                                               {"pupil", UC_ID, 0, 0, 0, NULL},
                                               {"purpose", UC_ENUM, 0, 0, 0, "consent_purpose"},
                                               {"target", UC_ID, 0, 0, 0, NULL},
                                               {"field", UC_WORDS, UC_MANY, 0, 0, "consent_field"},
                                               {"bans", UC_WORDS, UC_MANY, 0, 0, "consent_field"},
                                               {"conditions", UC_LINES, 0, 0, 1000, NULL},
                                               {"paper_date", UC_DATE, UC_REQUIRED, 0, 0, NULL},
                                               {"to", UC_DATE, 0, 0, 0, NULL},
                                               {"refuse", UC_BOOL, 0, 0, 0, NULL},
                                               {0}};
static const struct uc_field list_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL},
                                              {"class", UC_ID, 0, 0, 0, NULL},
                                              {"purpose", UC_ENUM, 0, 0, 0, "consent_purpose"},
                                              {"target", UC_ID, 0, 0, 0, NULL},
                                              {"state", UC_ENUM, 0, 0, 0, "consent_state"},
                                              {0}};

static const struct uc_field questions_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL}, {0}};
static const struct uc_field preview_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                                 {"target", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                                 {"field", UC_WORDS, UC_MANY, 0, 0, "consent_field"},
                                                 {0}};

static const struct uc_row rows[] = {
    {.noun = "consent", .verb = "questions", .method = "GET", .tail = "/questions", .reply = UC_ONE, .right = "consent.read",
     .gives = "consent_questions", .target = UC_T_PUPIL, .target_field = "pupil", .fields = questions_fields, .run = consent_run_questions},
    {.noun = "consent", .verb = "preview", .method = "GET", .tail = "/preview", .reply = UC_ONE, .right = "consent.read",
     .gives = "consent_preview", .target = UC_T_PUPIL, .target_field = "pupil", .fields = preview_fields, .run = consent_run_preview},
    {.noun = "consent", .verb = "give", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "consent.give",
     .gives = "consent", .target = UC_T_OWN, .fields = give_fields, .run = consent_run_give},
    {.noun = "consent", .verb = "confirm", .method = "POST", .tail = "/{id}/confirm", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "consent", .right = "consent.read", .target = UC_T_CONSENT, .target_field = "id", .fields = step_fields, .run = consent_run_confirm},
    {.noun = "consent", .verb = "withdraw", .method = "POST", .tail = "/{id}/withdraw", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "consent", .right = "consent.read", .target = UC_T_CONSENT, .target_field = "id", .fields = step_fields, .run = run_withdraw},
    {.noun = "consent", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "consent.read",
     .gives = "consent_row", .target = UC_T_LIST, .fields = list_fields, .columns = "id pupil_name purpose target state from to", .run = run_list},
    {.noun = "consent", .verb = "form", .method = "GET", .tail = "/form", .reply = UC_BYTES, .right = "consent.read", .target = UC_T_OWN,
     .fields = form_fields, .run = consent_run_form},
    {.noun = "consent", .verb = "scan", .method = "POST", .tail = "/scans", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT,
     .gives = "scan", .right = "consent.scan", .fields = scan_fields, .run = consent_run_scan},
    {.noun = "consent", .verb = "scanned", .method = "GET", .tail = "/scans/{scan}", .reply = UC_ONE, .right = "consent.scan",
     .gives = "scan", .fields = scanned_fields, .run = consent_run_scanned},
    {.noun = "consent", .verb = "page", .method = "GET", .tail = "/scans/{scan}/page", .reply = UC_BYTES, .right = "consent.scan",
     .fields = page_fields, .run = consent_run_page},
    {.noun = "consent", .verb = "enter", .method = "POST", .tail = "/scans/{scan}/enter", .reply = UC_ONE, .flags = UC_WRITE | UC_STEPS,
     .gives = "consent", .right = "consent.paper", .target = UC_T_OWN, .fields = enter_fields, .run = consent_run_enter},
    {.noun = "consent", .verb = "drop", .method = "DELETE", .tail = "/scans/{scan}", .reply = UC_NONE, .flags = UC_WRITE | UC_REPEAT,
     .right = "consent.scan", .fields = scanned_fields, .run = consent_run_drop},
};

const struct uc_noun uc_noun_consent = UC_NOUN("consent", "consents", NULL, rows);
