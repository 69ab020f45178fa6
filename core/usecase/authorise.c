/* Authorisation: the one place where a use case's right is judged. The rules are data of model/rights.h; here their facts are
 * fetched: what the target is, and how the actor stands to it today. */
#include "usecase/call.h"
#include "usecase/judged.h"
#include "usecase/past.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/entry.h"

#include <string.h>

/* What each kind of target is called in the index, and which right lets a person know that it exists at all. */
static const struct target_kind {
    enum uc_target target;
    const char *kind, *read_right;
} kinds[] = {
    {UC_T_PUPIL, "pupil", "pupil.list"},     {UC_T_ENTRY, "entry", "entry.read"},
    {UC_T_REVIEW, "review", "review.read"},  {UC_T_CONSENT, "consent", "consent.read"},
    {UC_T_GOAL, "goal", "goal.read"},        {UC_T_SKILL, "skill", "skill.read"},
    {UC_T_SHARE, "share", "share.read"},     {UC_T_AWARD, "award", "award.read"},
    {UC_T_CLASS, "class", "class.read"},     {UC_T_GROUP, "group", "group.read"},
    {UC_T_PERSON, "person", "person.read"},  {UC_T_EVENT, "event", "event.read"},
    {UC_T_PUBLICATION, "publication", "publication.status"},
    {UC_T_ACCOUNT, "account", "account.list"}, {UC_T_IMPORT, "import", "import.list"},
    {UC_T_JOB, "job", "job.read"},           {UC_T_PORTFOLIO, "pupil", "pupil.list"},
};

static const struct target_kind *kind_of(enum uc_target target)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].target == target) return &kinds[i];
    }
    return NULL;
}

void uc_target_clear(struct uc_target_docs *t)
{
    json_decref(t->pupil);
    json_decref(t->classes);
    json_decref(t->entry);
    json_decref(t->verified);
    json_decref(t->dispute);
    json_decref(t->object);
    *t = (struct uc_target_docs){0};
}

/* A document that may be absent: 0 with *out NULL. */
static int optional(struct uc_call *call, const char *kind, const char *id, json_t **out, struct lt_error *err)
{
    struct lt_error miss = {0};
    int rc = judged_get(call, kind, id, out, &miss);
    if (rc == LT_NOTFOUND) rc = 0;
    else if (rc) *err = miss;
    return rc;
}

/* One that must be there, as uc_doc. */
static int wanted(struct uc_call *call, const char *kind, const char *id, json_t **out, struct lt_error *err)
{
    int rc = judged_get(call, kind, id, out, err);
    if (rc != LT_NOTFOUND) return rc;
    char code[64];
    lt_print(code, sizeof code, "%s.absent", kind);
    return lt_fail(err, LT_NOTFOUND, code, "id", id, (char *)NULL);
}

static int load_pupil(struct uc_call *call, const char *id, struct uc_target_docs *t, struct lt_error *err)
{
    int rc = wanted(call, "pupil", id, &t->pupil, err);
    if (rc) return rc;
    lt_print(t->pupil_id, sizeof t->pupil_id, "%s", id);
    return optional(call, "classes", id, &t->classes, err);
}

static int load_portfolio(struct uc_call *call, const char *id, struct uc_target_docs *t, struct lt_error *err)
{
    struct lt_error miss = {0};
    int rc = load_pupil(call, id, t, err);
    if (rc != LT_NOTFOUND) return rc;
    int found = past_card(call->app, id, &t->pupil, &miss);
    if (found && found != LT_NOTFOUND) return lt_error_clear(err), *err = miss, found;
    lt_error_clear(&miss);
    if (found) return rc;
    lt_error_clear(err);
    lt_print(t->pupil_id, sizeof t->pupil_id, "%s", id);
    return 0;
}

static int load_entry(struct uc_call *call, const char *id, struct uc_target_docs *t, struct lt_error *err)
{
    int rc = wanted(call, "entry", id, &t->entry, err);
    if (rc) return rc;
    lt_print(t->entry_id, sizeof t->entry_id, "%s", id);
    rc = optional(call, "verified", id, &t->verified, err);
    if (!rc) rc = optional(call, "dispute", id, &t->dispute, err);
    return rc ? rc : load_pupil(call, lt_json_str_or(t->entry, "pupil", ""), t, err);
}

/* A document that belongs to a pupil, maybe to one of the pupil's entries. */
static int load_of_pupil(struct uc_call *call, const char *kind, const char *id, struct uc_target_docs *t,
                         struct lt_error *err)
{
    int rc = uc_doc(call, kind, id, &t->object, err);
    if (rc) return rc;
    const char *entry = lt_json_str(t->object, "entry");
    if (entry) {
        struct lt_error gone = {0};
        rc = load_entry(call, entry, t, &gone);
        if (rc == 0) return 0;
        if (rc != LT_NOTFOUND) return *err = gone, rc;
    }
    char repo[64];
    json_t *doc = NULL;
    rc = index_get(call->app->index, kind, id, &doc, repo, err);
    json_decref(doc);
    return rc ? rc : load_pupil(call, repo, t, err);
}

/* An account as {id, subject, pupil: bool}, with its pupil or person. Named by its own id or by its owner's, who may not
 * have an account yet. */
static int load_account(struct uc_call *call, const char *id, struct uc_target_docs *t, json_t **person,
                        struct lt_error *err)
{
    struct sys_account a = {0};
    struct lt_error miss = {0};
    int rc = sysdb_account_by_id(call->app->sys, id, &a, &miss);
    if (rc == LT_NOTFOUND) rc = sysdb_account_by_subject(call->app->sys, id, &a, &miss);
    if (rc && rc != LT_NOTFOUND) return *err = miss, rc;
    const char *subject = rc ? id : a.subject;
    t->object = json_pack("{s:s, s:s}", "id", rc ? "" : a.id, "subject", subject);
    if (!t->object) return lt_fail_memory(err);
    rc = load_pupil(call, subject, t, &miss);
    if (rc == 0) return lt_json_put_bool(t->object, "pupil", true) ? lt_fail_memory(err) : 0;
    return uc_doc(call, "person", subject, person, err);
}

static int load_job(struct uc_call *call, const char *id, struct uc_target_docs *t, struct lt_error *err)
{
    struct sys_job j;
    json_t *input = NULL, *result = NULL;
    int rc = sysdb_job_get(call->app->sys, id, &j, &input, &result, err);
    json_decref(input);
    json_decref(result);
    if (rc == LT_NOTFOUND) return lt_fail(err, LT_NOTFOUND, "job.absent", "id", id, (char *)NULL);
    if (rc) return rc;
    t->object = json_pack("{s:s, s:{s:s}}", "id", j.id, "created", "by", j.owner);
    return t->object ? 0 : lt_fail_memory(err);
}

static int load_target(struct uc_call *call, enum uc_target target, const char *id, struct uc_target_docs *t,
                       json_t **person, struct lt_error *err)
{
    switch (target) {
    case UC_T_PUPIL: return load_pupil(call, id, t, err);
    case UC_T_PORTFOLIO: return load_portfolio(call, id, t, err);
    case UC_T_ENTRY: return load_entry(call, id, t, err);
    case UC_T_REVIEW:
    case UC_T_CONSENT:
    case UC_T_GOAL:
    case UC_T_SKILL:
    case UC_T_SHARE:
    case UC_T_AWARD:
    case UC_T_PUBLICATION: return load_of_pupil(call, kind_of(target)->kind, id, t, err);
    case UC_T_ACCOUNT: return load_account(call, id, t, person, err);
    case UC_T_JOB: return load_job(call, id, t, err);
    case UC_T_PERSON: {
        int rc = uc_doc(call, "person", id, person, err);
        t->object = json_incref(*person);
        return rc;
    }
    case UC_T_CLASS:
    case UC_T_GROUP:
    case UC_T_EVENT:
    case UC_T_IMPORT: return uc_doc(call, kind_of(target)->kind, id, &t->object, err);
    case UC_T_NONE:
    case UC_T_LIST:
    case UC_T_OWN: break;
    }
    return 0;
}

static struct model_actor actor_of(struct uc_call *call)
{
    const struct uc_actor *a = &call->actor;
    char acts[16] = "";
    if (a->local && call->app->index) uc_setting(call, "local.acts", acts, sizeof acts);
    return (struct model_actor){.local = a->local,
                                .local_acts_off = strcmp(acts, "off") == 0,
                                .confirmed = a->confirmed,
                                .account = *a->account ? a->account : NULL,
                                .person = a->person,
                                .pupil = a->is_pupil ? a->id : NULL,
                                .relations = a->relations,
                                .programme_groups = a->programme_groups,
                                .events = a->events};
}

static struct model_target target_of(enum uc_target target, const struct uc_target_docs *t, const json_t *person)
{
    struct model_target m = {.pupil = t->pupil, .classes = t->classes, .entry = t->entry, .person = person};
    const char *id = lt_json_str(t->object, "id");
    if (target == UC_T_CLASS) {
        m.class_id = id;
        m.class_number = (int)lt_json_int(t->object, "number", 0);
    }
    if (target == UC_T_GROUP) m.group_id = id;
    if (target == UC_T_EVENT) m.event = t->object;
    if (target == UC_T_REVIEW || target == UC_T_SKILL || target == UC_T_IMPORT || target == UC_T_JOB ||
        target == UC_T_AWARD)
        m.author = lt_json_str(lt_json_object(t->object, "created"), "by");
    if (target == UC_T_REVIEW) {
        const char *by = lt_json_str(t->object, "by");
        if (by) m.author = by;
        m.asked = lt_json_str(lt_json_object(t->object, "asked"), "of");
    }
    if (target == UC_T_ACCOUNT) m.pupil_account = lt_json_bool(t->object, "pupil", false);
    return m;
}

/* A guardian is judged through the children: staff who stand to any of them stand to the guardian. */
static uint64_t standing_by_children(struct uc_call *call, const struct model_actor *actor, struct model_target m,
                                     uint64_t st)
{
    json_t *children = NULL;
    struct lt_error ignored = {0};
    const char *person = lt_json_str(m.person, "id");
    if (uc_all(call, "guardians", json_pack("{s:s}", "person", person ? person : ""), &children, &ignored) == 0) {
        size_t i;
        const json_t *c;
        json_array_foreach(children, i, c) {
            struct uc_target_docs t = {0};
            if (load_pupil(call, lt_json_str_or(c, "pupil", ""), &t, &ignored) == 0) {
                m.pupil = t.pupil;
                m.classes = t.classes;
                st |= model_standing(actor, &m, call->today);
            }
            uc_target_clear(&t);
        }
    }
    json_decref(children);
    lt_error_clear(&ignored);
    return st;
}

struct judged {
    uint64_t standing;
    struct model_entry_facts facts;
    bool has_facts;
};

static void judge(struct uc_call *call, enum uc_target target, const struct uc_target_docs *t, const json_t *person,
                  struct judged *out)
{
    struct model_actor actor = actor_of(call);
    struct model_target m = target_of(target, t, person);
    out->standing = model_standing(&actor, &m, call->today);
    if (person && !t->pupil) out->standing = standing_by_children(call, &actor, m, out->standing);
    out->has_facts = t->entry != NULL;
    if (!t->entry) return;
    model_entry_facts_of(t->entry, t->verified, t->dispute, &out->facts);
    out->standing = model_standing_to_entry(out->standing);
}

static int decide(const char *right, enum uc_target target, const char *id, const struct judged *j, struct lt_error *err)
{
    const struct model_entry_facts *facts = j->has_facts ? &j->facts : NULL;
    int rc = model_authorise(right, j->standing, facts, err);
    const struct target_kind *k = kind_of(target);
    /* Absent and forbidden to know of are told alike. */
    if (k && (rc == LT_NOTFOUND || (rc == LT_DENIED && !model_allowed(k->read_right, j->standing, facts)))) {
        char code[64];
        lt_print(code, sizeof code, "%s.absent", k->kind);
        rc = lt_fail(err, LT_NOTFOUND, code, "id", id ? id : "", (char *)NULL);
    }
    return rc;
}

/* repo: of the pupil, where the judgement rests on nothing but that portfolio and the school, as they were when the index had taken
 * `feeds` changes. */
static int note_check(struct uc_call *call, const char *right, enum uc_target target, const char *id, const json_t *draft,
                      const char *repo, unsigned long feeds, struct lt_error *err)
{
    if (!call->checks) return 0; /* being asked again */
    json_t *c = json_pack("{s:s, s:i, s:s*, s:s*, s:I}", "right", right, "target", (int)target, "id", id, "repo",
                          repo && *repo ? repo : NULL, "feeds", (json_int_t)feeds);
    if (c && draft && json_object_set(c, "draft", (json_t *)draft)) return json_decref(c), lt_fail_memory(err);
    return json_array_append_new(call->checks, c) ? lt_fail_memory(err) : 0;
}

/* repo: LT_ID_SIZE bytes for the portfolio the judgement rests on, "" where it rests on other things too. */
static int require(struct uc_call *call, const char *right, enum uc_target target, const char *id, bool keep, char *repo,
                   struct lt_error *err)
{
    struct uc_target_docs t = {0};
    json_t *person = NULL;
    struct judged j = {0};
    int rc = id ? load_target(call, target, id, &t, &person, err) : 0;
    if (!rc) {
        judge(call, target, &t, person, &j);
        rc = decide(right, target, id, &j, err);
    }
    lt_print(repo, LT_ID_SIZE, "%s", person || target == UC_T_ACCOUNT ? "" : t.pupil_id);
    json_decref(person);
    if (keep && !*call->target.pupil_id && !call->target.object) { /* the first target asked about is the call's own */
        call->target = t;
        call->standing = j.standing;
    } else {
        uc_target_clear(&t);
    }
    return rc;
}

int uc_require(struct uc_call *call, const char *right, enum uc_target target, const char *id, struct lt_error *err)
{
    char repo[LT_ID_SIZE] = "";
    unsigned long feeds = atomic_load(&call->app->feeds);
    int rc = require(call, right, target, id, call->checks != NULL, repo, err);
    return rc ? rc : note_check(call, right, target, id, NULL, repo, feeds, err);
}

int uc_require_draft(struct uc_call *call, const char *right, const char *pupil, const json_t *entry,
                     struct lt_error *err)
{
    struct uc_target_docs t = {0};
    struct judged j = {0}, of_pupil = {0};
    unsigned long feeds = atomic_load(&call->app->feeds);
    int rc = load_pupil(call, pupil, &t, err);
    if (!rc) judge(call, UC_T_PUPIL, &t, NULL, &of_pupil);
    t.entry = json_incref((json_t *)entry);
    if (!rc) {
        judge(call, UC_T_PUPIL, &t, NULL, &j);
        rc = decide(right, UC_T_PUPIL, pupil, &j, err);
        /* whoever knows of the pupil is told that it is the right that is missing */
        if (rc == LT_NOTFOUND && model_allowed("pupil.list", of_pupil.standing, NULL))
            rc = lt_fail(err, LT_DENIED, "denied.right", "right", right, (char *)NULL);
    }
    if (call->checks && !*call->target.pupil_id && !call->target.object) {
        json_decref(t.entry);
        t.entry = NULL;
        call->target = t;
        call->standing = j.standing;
    } else {
        uc_target_clear(&t);
    }
    return rc ? rc : note_check(call, right, UC_T_PUPIL, pupil, entry, pupil, feeds, err);
}

bool uc_may(struct uc_call *call, const char *right, enum uc_target target, const char *id)
{
    struct lt_error ignored = {0};
    char repo[LT_ID_SIZE];
    int rc = require(call, right, target, id, false, repo, &ignored);
    lt_error_clear(&ignored);
    return rc == 0;
}

bool uc_may_know(struct uc_call *call, const char *noun, const char *id)
{
    for (size_t i = 0; id && i < LT_COUNT(kinds); i++) {
        if (strcmp(kinds[i].kind, noun) == 0) return uc_may(call, kinds[i].read_right, kinds[i].target, id);
    }
    return true;
}

int uc_scope(struct uc_call *call, const char *right, json_t *params, struct lt_error *err)
{
    struct model_actor actor = actor_of(call);
    json_t *scope = NULL;
    char today[LT_DATE_SIZE];
    int rc = model_scope(right, &actor, call->today, &scope, err);
    if (rc) return rc;
    if (scope && lt_json_put(params, "scope", scope)) return lt_fail_memory(err);
    return lt_json_put_str(params, "today", lt_date_format(call->today, today)) ? lt_fail_memory(err) : 0;
}

void uc_saw(struct uc_call *call, const char *pupil)
{
    size_t n = json_array_size(call->seen);
    const char *last = n ? json_string_value(json_array_get(call->seen, n - 1)) : NULL;
    if (!pupil || !*pupil || (last && strcmp(last, pupil) == 0)) return; /* documents of one pupil come together */
    if (!lt_json_array_has(call->seen, pupil)) json_array_append_new(call->seen, json_string(pupil));
}

void uc_saw_items(struct uc_call *call, const json_t *items, const char *key)
{
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item) {
        uc_saw(call, lt_json_str(item, key));
    }
}
