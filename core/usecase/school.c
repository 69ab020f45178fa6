/* school: made once, shown, set. */
#include "usecase/account.h"
#include "usecase/call.h"
#include "usecase/settings.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "media/media.h"
#include "model/entry.h"

#include <string.h>

#define SCHOOL_PATH "school.json"

/* --- init --- */

static json_t *new_school(struct uc_call *call, const json_t *in, const char *id)
{
    json_t *doc = json_pack("{s:s, s:s, s:i, s:{}, s:{}}", "id", id, "name", lt_json_str(in, "name"), "offset_minutes",
                            call->app->clock.offset_minutes, "settings", "labels");
    if (doc && lt_json_copy_key(doc, in, "short_name")) {
        json_decref(doc);
        return NULL;
    }
    return doc;
}

static json_t *new_director(struct uc_call *call, const json_t *in, const char *person)
{
    char role[LT_ID_SIZE], today[LT_DATE_SIZE];
    lt_id_next(call->app->ids, role);
    json_t *doc = json_pack("{s:s, s:[{s:s, s:s, s:s}]}", "id", person, "roles", "id", role, "role", "director", "from",
                            lt_date_format(call->today, today));
    const char *const parts[] = {"surname", "name", "patronymic"};
    bool named = false;
    for (size_t i = 0; i < 3; i++) {
        char field[32];
        lt_print(field, sizeof field, "admin_%s", parts[i]);
        const char *value = lt_json_str(in, field);
        named = named || (value && *value);
        if (doc && lt_json_put_str(doc, parts[i], value)) return json_decref(doc), NULL;
    }
    if (doc && !named && lt_json_put_str(doc, "surname", lt_json_str(in, "admin"))) return json_decref(doc), NULL;
    return doc;
}

static int write_first(struct uc_call *call, const json_t *in, const char *person, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (rc) return rc;
    json_t *school = new_school(call, in, vault_school_id(call->app->vault));
    json_t *director = new_director(call, in, person);
    char path[80];
    lt_print(path, sizeof path, "people/%s.json", person);
    rc = school && director ? 0 : lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, SCHOOL_PATH, school, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, director, err);
    if (!rc) rc = uc_tx_commit(tx, "Set up the school", NULL, err);
    uc_tx_end(tx);
    json_decref(school);
    json_decref(director);
    return rc;
}

static int run_init(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct lt_app *app = call->app;
    char id[LT_ID_SIZE], person[LT_ID_SIZE];
    if (app->vault) return lt_fail(err, LT_REFUSED, "vault.exists", "dir", app->dir, (char *)NULL);
    /* Everything that can be refused is refused before the folder is touched. */
    int rc = secret_check(lt_json_str_or(in, "password", ""), lt_json_str(in, "admin"), err);
    if (rc) return rc;
    lt_id_next(app->ids, id);
    lt_id_next(app->ids, person);
    struct vault_config vc = {.dir = app->dir, .fs = app->fs, .clock = &app->clock};
    rc = vault_create(&vc, id, err);
    if (!rc) rc = app_attach(app, 0, err);
    if (!rc) rc = write_first(call, in, person, err);
    if (!rc)
        rc = account_create(call,
                            &(struct account_new){.login = lt_json_str(in, "admin"),
                                                  .subject = person,
                                                  .password = lt_json_str(in, "password"),
                                                  .confirmed = true},
                            NULL, err);
    if (rc) return rc;
    *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", id, "name", lt_json_str(in, "name"), "admin",
                     lt_json_str(in, "admin"), "person", person, "data", app->dir, "fingerprint",
                     vault_fingerprint(app->vault));
    return *out ? 0 : lt_fail_memory(err);
}

static const struct uc_field init_fields[] = {
    {"name", UC_TEXT, UC_REQUIRED, 1, 200, NULL},
    {"short_name", UC_TEXT, 0, 1, 60, NULL},
    {"admin", UC_LOGIN, UC_REQUIRED, 0, 0, NULL},
    {"admin_surname", UC_TEXT, 0, 0, 100, NULL},
    {"admin_name", UC_TEXT, 0, 0, 100, NULL},
    {"admin_patronymic", UC_TEXT, 0, 0, 100, NULL},
    {"password", UC_SECRET, UC_REQUIRED, 0, 0, NULL},
    {0},
};

/* --- show, set --- */

/* What a form needs to know of a setting: {name, title, value, default, words, min, max}. */
static json_t *setting_known(struct uc_call *call, const struct uc_setting_def *def, const char *value)
{
    char id[80];
    lt_print(id, sizeof id, "setting.%s", def->name);
    json_t *known = json_pack("{s:s, s:s, s:s, s:s}", "name", def->name, "title", lt_msg_known(call->lang, id) ? lt_msg(call->lang, id) : def->name,
                              "value", value, "default", def->value);
    if (def->words) lt_json_put_str(known, "words", def->words);
    if (def->max) lt_json_put_int(known, "min", def->min);
    if (def->max) lt_json_put_int(known, "max", def->max);
    return known;
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *doc = NULL;
    int rc = uc_doc(call, "school", call->app->installation, &doc, err);
    if (rc) return rc;
    json_t *settings = json_object(), *known = json_array();
    size_t n;
    const struct uc_setting_def *defs = uc_settings(&n);
    for (size_t i = 0; settings && known && i < n; i++) {
        char value[64];
        lt_json_put_str(settings, defs[i].name, uc_setting(call, defs[i].name, value, sizeof value));
        json_array_append_new(known, setting_known(call, &defs[i], value));
    }
    if (!settings || !known || lt_json_put(doc, "settings", settings) || lt_json_put(doc, "known", known) ||
        lt_json_put_str(doc, "fingerprint", vault_fingerprint(call->app->vault)) ||
        lt_json_put_str(doc, "public_key", vault_public_key(call->app->vault))) {
        json_decref(doc);
        return lt_fail_memory(err);
    }
    *out = doc;
    return 0;
}

/* What a form has to know of files before they are sent: sizes in bytes, extensions. */
static json_t *file_limits(struct uc_call *call)
{
    json_t *types = json_array(), *names = json_array();
    const struct media_type *t;
    for (size_t i = 0; types && names && (t = media_type_at(i)); i++) {
        json_array_append_new(types, json_string(t->mime));
        for (const char *w = t->extensions; *w; w += strcspn(w, " "), w += strspn(w, " "))
            json_array_append_new(names, json_stringn(w, strcspn(w, " ")));
    }
    return json_pack("{s:I, s:I, s:i, s:o?, s:o?}", "file_bytes", (json_int_t)uc_setting_int(call, "file.max_mb") << 20, "portfolio_bytes",
                     (json_int_t)uc_setting_int(call, "portfolio.quota_mb") << 20, "files", MODEL_FILES_MAX, "file_types", types, "file_names", names);
}

/* What the sign-in page shows of the school to everybody, and what its forms refuse. */
static int run_about(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *doc = NULL, *about = json_object();
    char accent[64];
    int rc = about ? uc_doc(call, "school", call->app->installation, &doc, err) : lt_fail_memory(err);
    if (!rc && (lt_json_copy_key(about, doc, "name") || lt_json_copy_key(about, doc, "short_name") ||
                lt_json_put_str(about, "accent", uc_setting(call, "school.accent", accent, sizeof accent)) ||
                lt_json_put(about, "limits", file_limits(call))))
        rc = lt_fail_memory(err);
    json_decref(doc);
    if (rc) json_decref(about);
    else *out = about;
    return rc;
}

static int apply_settings(json_t *doc, const json_t *in, struct lt_error *err)
{
    json_t *settings = lt_json_object(doc, "settings");
    if (!settings) {
        settings = json_object();
        if (lt_json_put(doc, "settings", settings)) return lt_fail_memory(err);
    }
    const json_t *pairs = lt_json_array(in, "setting");
    size_t i;
    const json_t *pair;
    json_array_foreach(pairs, i, pair) {
        const char *text = json_string_value(pair), *eq = strchr(text, '=');
        char name[64];
        if (!eq || !lt_print(name, sizeof name, "%.*s", (int)(eq - text), text))
            return lt_fail_field(err, LT_USAGE, "setting", "setting.form", (char *)NULL);
        int rc = uc_setting_check(name, eq + 1, err);
        if (rc) return rc;
        if (lt_json_put_str(settings, name, eq + 1)) return lt_fail_memory(err);
    }
    return 0;
}

static int run_set(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, SCHOOL_PATH, &doc, err);
    if (!rc && (lt_json_copy_key(doc, in, "name") || lt_json_copy_key(doc, in, "short_name") ||
                lt_json_copy_key(doc, in, "offset_minutes")))
        rc = lt_fail_memory(err);
    if (!rc) rc = apply_settings(doc, in, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, SCHOOL_PATH, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Change the settings of the school", NULL, err);
    uc_tx_end(tx);
    if (!rc)
        __atomic_store_n(&call->app->clock.offset_minutes, (int)lt_json_int(doc, "offset_minutes", call->app->clock.offset_minutes), __ATOMIC_RELAXED);
    json_decref(doc);
    return rc ? rc : run_show(call, in, out, err);
}

static const struct uc_field set_fields[] = {
    {"name", UC_TEXT, 0, 1, 200, NULL},
    {"short_name", UC_TEXT, 0, 1, 60, NULL},
    {"offset_minutes", UC_INT, 0, 120, 720, NULL},
    {"setting", UC_TEXT, UC_MANY, 0, 200, NULL}, /* name=value */
    {0},
};

static const struct uc_row rows[] = {
    {.noun = "school", .verb = "init", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE | UC_NO_DATA,
     .gives = "school_new", .doors = UC_CLI, .fields = init_fields, .run = run_init},
    {.noun = "school", .verb = "show", .method = "GET", .tail = "", .reply = UC_ONE, .right = "school.read",
     .gives = "school", .run = run_show},
    {.noun = "school", .verb = "about", .method = "GET", .tail = "/about", .reply = UC_ONE, .flags = UC_ANONYMOUS | UC_QUIET,
     .gives = "school_about", .run = run_about},
    {.noun = "school", .verb = "set", .method = "PATCH", .tail = "", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "school", .right = "school.set", .fields = set_fields, .run = run_set},
};

const struct uc_noun uc_noun_school = UC_NOUN("school", NULL, NULL, rows);
