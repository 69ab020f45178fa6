/* factor: setting up the second factor, taking it away. */
#include "usecase/factor.h"
#include "usecase/account.h"
#include "usecase/guess.h"
#include "usecase/secret.h"
#include "usecase/table.h"
#include "usecase/totp.h"

#include "base/json.h"
#include "base/text.h"
#include "model/standing.h"

#include <sodium.h>
#include <string.h>

enum { CODES = 10, CODE_LETTERS = 10 };

static int64_t step_of(const struct uc_call *call)
{
    return call->now / 1000 / TOTP_STEP_SECONDS;
}

/* --- codes --- */

static const char letters[] = "abcdefghkmnprstuvwxyz23456789"; /* as on slips: read from paper */

/* "k3m9p-xw4tz" */
static void new_code(char out[CODE_LETTERS + 2])
{
    size_t n = 0;
    for (int i = 0; i < CODE_LETTERS; i++) {
        if (i == CODE_LETTERS / 2) out[n++] = '-';
        out[n++] = letters[randombytes_uniform(sizeof letters - 1)];
    }
    out[n] = 0;
}

/* As it was made, however it was typed. False: it is no such code. */
static bool plain_code(const char *typed, char out[CODE_LETTERS + 1])
{
    size_t n = 0;
    for (; *typed; typed++) {
        char c = *typed >= 'A' && *typed <= 'Z' ? (char)(*typed | 32) : *typed;
        if (c == '-' || c == ' ') continue;
        if (n == CODE_LETTERS || !strchr(letters, c)) return false;
        out[n++] = c;
    }
    out[n] = 0;
    return n == CODE_LETTERS;
}

static int put_codes(struct uc_call *call, json_t *out, struct lt_error *err)
{
    char hashes[CODES][65], code[CODE_LETTERS + 2], plain[CODE_LETTERS + 1];
    json_t *list = json_array();
    int rc = list && lt_json_put(out, "codes", list) == 0 ? 0 : lt_fail_memory(err);
    for (int i = 0; !rc && i < CODES; i++) {
        new_code(code);
        plain_code(code, plain);
        secret_sha256(plain, hashes[i]);
        if (json_array_append_new(list, json_string(code))) rc = lt_fail_memory(err);
    }
    if (!rc) rc = sysdb_factor_codes(call->app->sys, call->actor.account, (const char(*)[65])hashes, CODES, err);
    sodium_memzero(code, sizeof code);
    sodium_memzero(plain, sizeof plain);
    return rc;
}

/* Is this a code of now that was not taken yet? Takes it. */
static int take_code(struct uc_call *call, const char *account, const struct sys_factor *f, const char *code, bool *taken, struct lt_error *err)
{
    unsigned char secret[TOTP_SECRET];
    char plain[CODE_LETTERS + 1], sha[65], digits[16];
    size_t n = 0;
    for (const char *c = code; *c && n < sizeof digits - 1; c++) {
        if (*c != ' ') digits[n++] = *c; /* apps show "123 456" */
    }
    digits[n] = 0;
    *taken = false;
    if (!lt_unhex(f->secret, secret, sizeof secret)) return lt_fail(err, LT_SYSTEM, "sysdb.damaged", "why", "factor", (char *)NULL);
    int64_t step = totp_match(secret, digits, step_of(call));
    sodium_memzero(secret, sizeof secret);
    if (step >= 0) return sysdb_factor_step(call->app->sys, account, step, taken, err);
    if (!f->confirmed || !plain_code(code, plain)) return 0;
    secret_sha256(plain, sha);
    sodium_memzero(plain, sizeof plain);
    return sysdb_factor_use_code(call->app->sys, account, sha, taken, err);
}

/* --- for the sign-in --- */

static int find(struct uc_call *call, const char *account, struct sys_factor *f, bool *there, struct lt_error *err)
{
    struct lt_error miss = {0};
    int rc = sysdb_factor_get(call->app->sys, account, f, &miss);
    *there = rc == 0;
    if (rc && rc != LT_NOTFOUND) {
        *err = miss;
        return rc;
    }
    lt_error_clear(&miss);
    return 0;
}

int factor_check(struct uc_call *call, const char *account, const char *code, struct lt_error *err)
{
    struct sys_factor f;
    bool there = false, taken = false;
    int rc = find(call, account, &f, &there, err);
    if (rc || !there || !f.confirmed) return rc;
    if (!code || !*code) return lt_fail_field(err, LT_DENIED, "code", "factor.wanted", (char *)NULL);
    rc = take_code(call, account, &f, code, &taken, err);
    return rc ? rc : taken ? 0 : lt_fail_field(err, LT_DENIED, "code", "factor.wrong", (char *)NULL);
}

static bool asked_of(struct uc_call *call)
{
    char roles[80], word[40];
    uc_setting(call, "factor.required", roles, sizeof roles);
    size_t i;
    const json_t *role;
    json_array_foreach(lt_json_array(call->actor.person, "roles"), i, role) {
        if (!model_role_current(role, call->today)) continue;
        lt_print(word, sizeof word, "%s", lt_json_str_or(role, "role", "?"));
        for (const char *w = roles; *w; w += strcspn(w, " ,"), w += strspn(w, " ,")) {
            if (strcspn(w, " ,") == strlen(word) && strncmp(w, word, strlen(word)) == 0) return true;
        }
    }
    return false;
}

int factor_note(struct uc_call *call, struct lt_error *err)
{
    struct uc_actor *a = &call->actor;
    struct sys_factor f;
    bool there = false, asked = asked_of(call);
    bool wondered = call->row && (strcmp(call->row->noun, "session") == 0 || strcmp(call->row->noun, "factor") == 0);
    a->factor_on = a->factor_needed = false;
    if (!asked && !wondered) return 0;
    int rc = find(call, a->account, &f, &there, err);
    a->factor_on = !rc && there && f.confirmed;
    a->factor_needed = asked && !a->factor_on;
    return rc;
}

const char *factor_word(const struct uc_actor *a)
{
    return a->factor_on ? "on" : a->factor_needed ? "required" : "off";
}

/* --- use cases --- */

static int own_account(struct uc_call *call, struct sys_account *a, struct lt_error *err)
{
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    if (strcmp(call->actor.kind, "staff") != 0) return lt_fail(err, LT_REFUSED, "factor.staff", (char *)NULL);
    return sysdb_account_by_id(call->app->sys, call->actor.account, a, err);
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    struct sys_factor f = {.codes_left = 0};
    bool there = false;
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    int rc = find(call, call->actor.account, &f, &there, err);
    if (rc) return rc;
    *out = json_pack("{s:s, s:b, s:i}", "state", !there ? "off" : f.confirmed ? "on" : "pending", "required", call->actor.factor_needed || (call->actor.factor_on && asked_of(call)),
                     "codes_left", f.codes_left);
    return *out ? 0 : lt_fail_memory(err);
}

/* What an app reads from a QR code (the otpauth form that all of them know). */
static int secret_json(struct uc_call *call, const struct sys_account *a, const unsigned char secret[TOTP_SECRET], json_t **out, struct lt_error *err)
{
    char base32[TOTP_BASE32], school[200] = "Letopis";
    json_t *doc = NULL;
    struct lt_buf uri = LT_BUF_INIT(2000);
    struct lt_error ignored = {0};
    if (index_get(call->app->index, "school", call->app->installation, &doc, NULL, &ignored) == 0)
        lt_print(school, sizeof school, "%.*s", (int)lt_utf8_clip(lt_json_str_or(doc, "short_name", lt_json_str_or(doc, "name", "Letopis")), 150),
                 lt_json_str_or(doc, "short_name", lt_json_str_or(doc, "name", "Letopis")));
    lt_error_clear(&ignored);
    json_decref(doc);
    totp_base32(secret, base32);
    lt_buf_adds(&uri, "otpauth://totp/");
    out_url_arg(&uri, school);
    lt_buf_addc(&uri, ':');
    out_url_arg(&uri, a->login);
    lt_buf_addf(&uri, "?secret=%s&issuer=", base32);
    out_url_arg(&uri, school);
    lt_buf_adds(&uri, "&algorithm=SHA1&digits=6&period=30");
    *out = uri.failed ? NULL : json_pack("{s:s, s:{s:s, s:s}}", "state", "pending", "secret", "base32", base32, "uri", uri.data);
    sodium_memzero(base32, sizeof base32);
    if (uri.data) sodium_memzero(uri.data, uri.len);
    lt_buf_free(&uri);
    return *out ? 0 : lt_fail_memory(err);
}

static int run_start(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    struct sys_factor f;
    bool there = false;
    unsigned char secret[TOTP_SECRET];
    char hex[2 * TOTP_SECRET + 1];
    int rc = own_account(call, &a, err);
    if (!rc) rc = account_prove(call, &a, in, err);
    if (!rc) rc = find(call, a.id, &f, &there, err);
    if (!rc && there && f.confirmed) rc = lt_fail(err, LT_REFUSED, "factor.on", (char *)NULL);
    if (rc) return rc;
    lt_random(secret, sizeof secret);
    lt_hex(secret, sizeof secret, hex);
    rc = secret_json(call, &a, secret, out, err);
    if (!rc) rc = uc_sys_begin(call, err);
    if (!rc) rc = uc_sys_end(call, sysdb_factor_put(call->app->sys, a.id, hex, call->now, err), *out, err);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(hex, sizeof hex);
    return rc;
}

/* A code of the factor, judged as at the sign-in and as slowly. pending: of one that is being set up. */
static int judged_code(struct uc_call *call, const struct sys_account *a, const json_t *in, bool pending, struct lt_error *err)
{
    struct sys_factor f;
    struct guess g;
    bool taken = false;
    int rc = sysdb_factor_get(call->app->sys, a->id, &f, err);
    if (rc) return rc == LT_NOTFOUND ? lt_fail(err, LT_REFUSED, "factor.off", (char *)NULL) : rc;
    if (pending && f.confirmed) return lt_fail(err, LT_REFUSED, "factor.on", (char *)NULL);
    if (!pending && !f.confirmed) return lt_fail(err, LT_REFUSED, "factor.off", (char *)NULL);
    rc = guess_begin(call, a->login, &g, err);
    if (!rc) rc = take_code(call, a->id, &f, lt_json_str_or(in, "code", ""), &taken, err);
    if (!rc && !taken) rc = lt_fail_field(err, LT_REFUSED, "code", "factor.wrong", (char *)NULL);
    if (!rc) guess_right(call, &g, a->id, true);
    return rc;
}

/* The answer with the new codes, whole or not at all. */
static int end_with_codes(struct uc_call *call, json_t **out, struct lt_error *err)
{
    *out = json_pack("{s:s}", "state", "on");
    int rc = *out ? uc_sys_begin(call, err) : lt_fail_memory(err);
    if (rc) return rc;
    rc = put_codes(call, *out, err);
    return uc_sys_end(call, rc, *out, err);
}

static int run_confirm(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    int rc = own_account(call, &a, err);
    if (!rc) rc = judged_code(call, &a, in, true, err);
    return rc ? rc : end_with_codes(call, out, err);
}

static int run_codes(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    int rc = own_account(call, &a, err);
    if (!rc) rc = account_prove(call, &a, in, err);
    if (!rc) rc = judged_code(call, &a, in, false, err);
    return rc ? rc : end_with_codes(call, out, err);
}

static int remove_factor(struct uc_call *call, const char *account, json_t **out, struct lt_error *err)
{
    *out = json_pack("{s:s}", "state", "off");
    int rc = *out ? uc_sys_begin(call, err) : lt_fail_memory(err);
    return rc ? rc : uc_sys_end(call, sysdb_factor_remove(call->app->sys, account, err), *out, err);
}

static int run_remove(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    int rc = own_account(call, &a, err);
    if (!rc) rc = account_prove(call, &a, in, err);
    if (!rc) rc = judged_code(call, &a, in, false, err);
    return rc ? rc : remove_factor(call, a.id, out, err);
}

/* For somebody whose device and codes are lost. The right was judged; one's own is removed with a code. */
static int run_reset(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    struct lt_error miss = {0};
    const char *id = lt_json_str_or(in, "id", "");
    int rc = sysdb_account_by_id(call->app->sys, id, &a, &miss);
    if (rc == LT_NOTFOUND) rc = sysdb_account_by_subject(call->app->sys, id, &a, err);
    else if (rc) *err = miss;
    if (!rc && strcmp(a.id, call->actor.account) == 0) rc = lt_fail(err, LT_REFUSED, "account.own", (char *)NULL);
    return rc ? rc : remove_factor(call, a.id, out, err);
}

#define CODE {"code", UC_SECRET, UC_REQUIRED, 0, 0, NULL}
#define CURRENT {"current_password", UC_SECRET, 0, 0, 0, NULL}
static const struct uc_field start_fields[] = {CURRENT, {0}};
static const struct uc_field code_fields[] = {CODE, {0}};
static const struct uc_field both_fields[] = {CURRENT, CODE, {0}};
static const struct uc_field id_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "factor", .verb = "show", .method = "GET", .tail = "/factor", .reply = UC_ONE, .flags = UC_QUIET, .gives = "factor", .run = run_show},
    {.noun = "factor", .verb = "start", .method = "POST", .tail = "/factor", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET,
     .gives = "factor_new", .fields = start_fields, .run = run_start},
    {.noun = "factor", .verb = "confirm", .method = "POST", .tail = "/factor/confirm", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET,
     .gives = "factor_codes", .fields = code_fields, .run = run_confirm},
    {.noun = "factor", .verb = "codes", .method = "POST", .tail = "/factor/codes", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET,
     .gives = "factor_codes", .fields = both_fields, .run = run_codes},
    {.noun = "factor", .verb = "remove", .method = "POST", .tail = "/factor/remove", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET,
     .gives = "factor_off", .fields = both_fields, .run = run_remove},
    {.noun = "factor", .verb = "reset", .method = "POST", .tail = "/{id}/factor/reset", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "factor_off", .right = "account.factor", .target = UC_T_ACCOUNT, .target_field = "id", .fields = id_fields, .run = run_reset},
};

const struct uc_noun uc_noun_factor = UC_NOUN("factor", NULL, "/accounts", rows);
