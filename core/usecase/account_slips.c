/* The passwords exist in three places for a moment: the memory of this call, the paper, and as hashes in system.db. The paper is made
 * first; only when it stands are the accounts changed, all in one transaction. */
#include "usecase/account_slips.h"
#include "usecase/guess.h"
#include "usecase/account.h"
#include "usecase/klass_board.h"
#include "usecase/spool.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
enum { SLIPS_MAX = 400 };

struct slip {
    struct sys_account account;
    bool is_new;
    char password[16];
    const json_t *person; /* row of klass_people */
};

struct slips {
    struct uc_call *call;
    struct slip *all;
    size_t len, kept; /* kept: left as they are, because the password was chosen by its owner or the right is missing */
    json_t *people;
    char site[200], until[LT_DATE_SIZE];
    const char *title; /* class or pupil */
};

static const char *words(const struct slips *s, const char *id) { return lt_msg(s->call->lang, id); }

/* --- which accounts --- */

/* 1: a slip is to be made; 0: left as it is; or a negative status. */
static int take_account(struct slips *s, const json_t *person, bool renew, struct slip *slip, struct lt_error *err)
{
    struct uc_call *call = s->call;
    struct lt_error why = {0};
    const char *subject = lt_json_str_or(person, "subject", "");
    int rc = sysdb_account_by_subject(call->app->sys, subject, &slip->account, &why);
    if (rc && rc != LT_NOTFOUND) return *err = why, rc;
    lt_error_clear(&why);
    slip->is_new = rc == LT_NOTFOUND;
    if (!slip->is_new && (slip->account.disabled || (!slip->account.must_change && !renew))) return 0;
    const char *rights[] = {"account.create", "account.reset"};
    rc = uc_require(call, rights[!slip->is_new], UC_T_ACCOUNT, subject, &why);
    if (rc == LT_DENIED || rc == LT_NOTFOUND) {
        lt_error_clear(&why);
        return 0;
    }
    if (rc) return *err = why, rc;
    return 1;
}

static int make_password(struct slips *s, struct slip *slip, struct lt_error *err)
{
    struct uc_call *call = s->call;
    struct sys_account *a = &slip->account;
    if (slip->is_new) {
        *a = (struct sys_account){.is_pupil = strcmp(lt_json_str_or(slip->person, "kind", ""), "pupil") == 0, .created = call->now};
        lt_id_next(call->app->ids, a->id);
        lt_print(a->subject, sizeof a->subject, "%s", lt_json_str_or(slip->person, "subject", ""));
        account_free_login(call, a->is_pupil, a->login);
    }
    secret_for_slip(slip->password);
    a->must_change = true;
    a->failures = 0;
    if (!slip->is_new) guess_forgive(call->app, a->login);
    a->changed = call->now;
    a->slip_expires = call->now + uc_setting_int(call, "slip.days") * DAY_MS;
    return secret_hash(slip->password, a->hash, err);
}

/* One person may be the guardian of two children of the class: one slip. */
static bool taken(const struct slips *s, const char *subject)
{
    for (size_t i = 0; i < s->len; i++) {
        if (strcmp(lt_json_str_or(s->all[i].person, "subject", ""), subject) == 0) return true;
    }
    return false;
}

static int gather(struct slips *s, const json_t *in, struct lt_error *err)
{
    const char *whose = lt_json_str_or(in, "whose", "all"), *pupil = lt_json_str(in, "pupil");
    bool renew = lt_json_bool(in, "renew", false);
    size_t i;
    const json_t *p;
    int rc = 0;
    json_array_foreach(s->people, i, p) {
        const char *kind = lt_json_str_or(p, "kind", "");
        if (rc) break;
        if (pupil && strcmp(lt_json_str_or(p, "pupil", ""), pupil) != 0) continue;
        if (strcmp(whose, "all") != 0 && strcmp(whose, kind) != 0) continue;
        if (taken(s, lt_json_str_or(p, "subject", ""))) continue;
        if (s->len == SLIPS_MAX) return lt_fail(err, LT_REFUSED, "account.too_many_slips", "limit", LT_NUM(SLIPS_MAX), (char *)NULL);
        struct slip *slip = &s->all[s->len];
        int got = take_account(s, p, renew, slip, err);
        if (got < 0) return got;
        s->kept += !got;
        if (!got) continue;
        slip->person = p;
        s->len++;
        rc = make_password(s, slip, err);
    }
    if (!rc && !s->len) rc = lt_fail(err, LT_REFUSED, "account.no_slips", (char *)NULL);
    return rc;
}

/* --- paper --- */

static json_t *text_block(const char *text, bool muted)
{
    return json_pack("{s:s, s:s, s:b}", "type", "text", "text", text, "muted", muted);
}

static char *message(const struct slips *s, const char *id, const char *name, const char *value)
{
    struct lt_buf b = LT_BUF_INIT(8192);
    lt_msg_add(&b, s->call->lang, id, name, value, "until", s->until, "site", s->site, (char *)NULL);
    return lt_buf_take(&b, NULL);
}

static int add_slip(const struct slips *s, const struct slip *slip, json_t *blocks)
{
    bool pupil = slip->account.is_pupil;
    const char *child = lt_json_str_or(slip->person, "pupil_name", "");
    char *until = message(s, "slip.until", "name", child), *how = message(s, *s->site ? "slip.how" : "slip.how_no_site", "name", child);
    json_t *fields = json_array(), *inner = json_array();
    json_array_append_new(fields, json_pack("[s, s]", words(s, "slip.login"), slip->account.login));
    json_array_append_new(fields, json_pack("[s, s]", words(s, "slip.password"), slip->password));
    json_array_append_new(inner, json_pack("{s:s, s:i, s:s}", "type", "heading", "level", 3, "text", lt_json_str_or(slip->person, "name", "")));
    char *of = pupil ? NULL : message(s, "slip.guardian_of", "name", child);
    json_array_append_new(inner, text_block(pupil ? words(s, "slip.pupil") : of ? of : "", true));
    json_array_append_new(inner, json_pack("{s:s, s:o, s:i, s:b, s:f}", "type", "fields", "rows", fields, "label", 32, "mono", 1, "size", 14.0));
    json_array_append_new(inner, text_block(how ? how : "", false));
    json_array_append_new(inner, text_block(until ? until : "", true));
    free(until);
    free(how);
    free(of);
    return json_array_append_new(blocks, json_pack("{s:s, s:b, s:o}", "type", "group", "box", 1, "blocks", inner)) ||
           json_array_append_new(blocks, json_pack("{s:s}", "type", "cut"));
}

/* The list that is signed when the slips are handed over. */
static int add_list(const struct slips *s, bool pupils, json_t *blocks)
{
    json_t *rows = json_array();
    size_t n = 0;
    for (size_t i = 0; i < s->len; i++) {
        const struct slip *slip = &s->all[i];
        if (slip->account.is_pupil != pupils) continue;
        json_array_append_new(rows, json_pack("[I, s, s, s, s, s]", (json_int_t)++n, lt_json_str_or(slip->person, "name", ""),
                                              pupils ? "" : lt_json_str_or(slip->person, "pupil_name", ""), slip->account.login, "", ""));
    }
    json_t *columns = json_pack("[{s:s, s:f, s:s}, {s:s, s:f}, {s:s, s:f}, {s:s, s:f}, {s:s, s:f}, {s:s, s:f}]", "title", "№", "width", 0.35, "align",
                                "right", "title", words(s, "slip.name"), "width", 2.2, "title", words(s, pupils ? "slip.remark" : "slip.child"), "width",
                                1.8, "title", words(s, "slip.login"), "width", 1.0, "title", words(s, "slip.date"), "width", 0.8, "title",
                                words(s, "slip.signature"), "width", 1.3);
    char *title = message(s, pupils ? "slip.list_pupils" : "slip.list_guardians", "name", s->title);
    json_array_append_new(blocks, json_pack("{s:s, s:i, s:s}", "type", "heading", "level", 2, "text", title ? title : ""));
    free(title);
    if (!pupils) {
        json_array_append_new(blocks, json_pack("{s:s, s:i, s:s}", "type", "heading", "level", 3, "text", words(s, "slip.agreement_title")));
        json_array_append_new(blocks, json_pack("{s:s, s:s, s:s, s:f}", "type", "text", "text", words(s, "slip.agreement"), "align", "justify", "size", 9.5));
    }
    json_array_append_new(blocks, json_pack("{s:s, s:o, s:o, s:i}", "type", "table", "columns", columns, "rows", rows, "lines", 2));
    return json_array_append_new(blocks, json_pack("{s:s, s:[{s:s}, {s:s}]}", "type", "sign", "items", "hint", words(s, "slip.issued_by"), "hint",
                                                   words(s, "slip.date_of_issue")));
}

static json_t *paper(const struct slips *s)
{
    json_t *blocks = json_array();
    bool first = true;
    for (int kind = 1; blocks && kind >= 0; kind--) {
        bool pupils = kind == 1;
        size_t n = 0;
        for (size_t i = 0; i < s->len; i++) {
            if (s->all[i].account.is_pupil != pupils) continue;
            if (!n++ && !first) json_array_append_new(blocks, json_pack("{s:s}", "type", "page"));
            if (add_slip(s, &s->all[i], blocks)) return json_decref(blocks), NULL;
        }
        if (!n) continue;
        first = false;
        json_array_append_new(blocks, json_pack("{s:s}", "type", "page"));
        if (add_list(s, pupils, blocks)) return json_decref(blocks), NULL;
    }
    return json_pack("{s:s, s:s, s:o}", "title", words(s, "slip.title"), "footer", s->title, "blocks", blocks);
}

/* --- the change --- */

static int write_accounts(struct slips *s, struct lt_error *err)
{
    struct sysdb *db = s->call->app->sys;
    int rc = uc_sys_begin(s->call, err);
    if (rc) return rc;
    for (size_t i = 0; !rc && i < s->len; i++) {
        struct sys_account *a = &s->all[i].account;
        rc = s->all[i].is_new ? sysdb_account_add(db, a, err) : sysdb_account_update(db, a, err);
        if (!rc && !s->all[i].is_new) rc = sysdb_session_end(db, a->id, NULL, err);
    }
    return uc_sys_end(s->call, rc, NULL, err);
}

int account_run_slips(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct slips s = {.call = call, .all = lt_calloc(SLIPS_MAX, sizeof *s.all)};
    const char *klass = lt_json_str(in, "class"), *pupil = lt_json_str(in, "pupil");
    json_t *doc = NULL;
    int rc = s.all ? 0 : lt_fail_memory(err);
    if (!rc && !klass == !pupil) rc = lt_fail_field(err, LT_USAGE, "class", "account.slips_whose", (char *)NULL);
    if (!rc && klass) rc = uc_require(call, "class.accounts", UC_T_CLASS, klass, err);
    if (!rc && klass) s.title = lt_json_str_or(call->target.object, "name", "");
    if (!rc && pupil) rc = uc_require(call, "pupil.read", UC_T_PUPIL, pupil, err);
    if (!rc) rc = klass ? klass_people(call, klass, &s.people, err) : klass_people_of(call, pupil, &s.people, err);
    if (!rc && pupil) s.title = lt_json_str_or(json_array_get(s.people, 0), "name", "");
    uc_setting(call, "school.site", s.site, sizeof s.site);
    char until[LT_DATE_SIZE];
    lt_date_format(lt_date_of_ms(call->now + uc_setting_int(call, "slip.days") * DAY_MS, call->app->clock.offset_minutes), until);
    spool_day(call->lang, until, s.until);
    if (!rc) rc = gather(&s, in, err);
    if (!rc && !(doc = paper(&s))) rc = lt_fail_memory(err);
    if (!rc) rc = spool_pdf(call, doc, lt_msg(call->lang, "slip.file"), err);
    if (!rc) rc = write_accounts(&s, err);
    for (size_t i = 0; i < s.len; i++) uc_saw(call, lt_json_str(s.all[i].person, "pupil"));
    if (s.all) sodium_memzero(s.all, SLIPS_MAX * sizeof *s.all);
    free(s.all);
    json_decref(s.people);
    return rc;
}
