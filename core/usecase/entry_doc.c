/* An entry's documents: made, read, checked, written. */
#include "usecase/entry.h"

#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"
#include "model/year.h"

#include <sodium.h>
#include <string.h>

void entry_docs_clear(struct entry_docs *d)
{
    json_decref(d->entry);
    json_decref(d->verified);
    json_decref(d->dispute);
    *d = (struct entry_docs){0};
}

static int load_part(struct uc_tx *tx, struct entry_docs *d, const char *name, json_t **out, struct lt_error *err)
{
    char path[VAULT_PATH_MAX + 32];
    lt_print(path, sizeof path, "%s/%s", d->dir, name);
    /* asked for at once: whether it is there cannot be told from what could not be looked up */
    struct lt_error miss = {0};
    int rc = uc_tx_get(tx, d->repo, path, out, &miss);
    if (rc == LT_NOTFOUND) lt_error_clear(&miss);
    else if (rc) *err = miss;
    return rc == LT_NOTFOUND ? 0 : rc;
}

int entry_load(struct uc_tx *tx, struct uc_call *call, const char *id, struct entry_docs *d, struct lt_error *err)
{
    char repo[64], path[160];
    *d = (struct entry_docs){0};
    int rc = index_locate(call->app->index, "entry", id, repo, path, err);
    if (rc) return rc == LT_NOTFOUND ? lt_fail(err, LT_NOTFOUND, "entry.absent", "id", id, (char *)NULL) : rc;
    char *slash = strrchr(path, '/');
    if (slash) *slash = 0;
    lt_print(d->repo, sizeof d->repo, "%s", repo);
    lt_print(d->dir, sizeof d->dir, "%s", path);
    rc = load_part(tx, d, "entry.json", &d->entry, err);
    if (!rc) rc = load_part(tx, d, "verified.json", &d->verified, err);
    if (!rc) rc = load_part(tx, d, "dispute.json", &d->dispute, err);
    if (!rc && !d->entry) rc = lt_fail(err, LT_NOTFOUND, "entry.absent", "id", id, (char *)NULL);
    if (!rc) model_entry_facts_of(d->entry, d->verified, d->dispute, &d->facts);
    return rc;
}

int entry_check_revision(const json_t *in, const json_t *entry, struct lt_error *err)
{
    int64_t now = lt_json_int(entry, "revision", 0), seen = lt_json_int(in, "revision", now);
    if (seen == now) return 0;
    int rc = lt_fail_field(err, LT_CONFLICT, "revision", "entry.revision_moved", "seen", LT_NUM(seen), "now", LT_NUM(now), (char *)NULL);
    lt_error_details(err, json_pack("{s:I, s:I, s:O}", "seen", (json_int_t)seen, "now", (json_int_t)now, "entry", entry));
    return rc;
}

/* Fields that stand inside an object of the document. */
static const struct {
    const char *field, *object, *key;
} nested[] = {
    {"document_kind", "document", "kind"},     {"document_number", "document", "number"},
    {"document_issuer", "document", "issuer"}, {"document_date", "document", "date"},
    {"mentor", "mentor", "name"},              {"mentor_person", "mentor", "person"},
    {"gto_test", "gto", "test"},               {"gto_value", "gto", "value"},
    {"gto_level", "gto", "level"},             {"gto_order", "gto", "order"},
    {"gto_order_date", "gto", "order_date"},
};

static int take_nested(json_t *doc, const char *object, const char *key, const json_t *value)
{
    json_t *o = lt_json_object(doc, object);
    if (!o) {
        o = json_object();
        if (lt_json_put(doc, object, o)) return -1;
    }
    return lt_json_put_str(o, key, json_string_value(value));
}

int entry_take_fields(json_t *doc, const json_t *in, struct lt_error *err)
{
    for (const char *const *f = model_entry_fields(); *f; f++) {
        const json_t *v = json_object_get(in, *f);
        if (!v || strcmp(*f, "files") == 0 || strcmp(*f, "mentor") == 0 || strcmp(*f, "document") == 0 || strcmp(*f, "gto") == 0)
            continue;
        const char *s = json_string_value(v);
        if (s ? lt_json_put_str(doc, *f, s) : json_object_set(doc, *f, (json_t *)v)) return lt_fail_memory(err);
    }
    for (size_t i = 0; i < sizeof nested / sizeof nested[0]; i++) {
        const json_t *v = json_object_get(in, nested[i].field);
        if (v && take_nested(doc, nested[i].object, nested[i].key, v)) return lt_fail_memory(err);
    }
    static const char *const objects[] = {"document", "mentor", "gto"};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        if (json_object_size(lt_json_object(doc, objects[i])) == 0) json_object_del(doc, objects[i]);
    }
    return 0;
}

/* Where an activity usually belongs (requirement A10); the person may say otherwise. */
static const char *usual_section(const char *activity)
{
    static const struct {
        const char *activity, *section;
    } usual[] = {{"project", "study"},       {"exam", "study"},
                 {"course", "additional"},   {"practice", "additional"},
                 {"volunteering", "personal"}, {"self_government", "personal"},
                 {"other", "personal"}};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (strcmp(usual[i].activity, activity) == 0) return usual[i].section;
    }
    return "extracurricular";
}

static int stamp_class(struct uc_call *call, json_t *doc, struct lt_error *err)
{
    const json_t *klass = model_class_on(call->target.classes, call->today);
    struct model_year_rule rule = uc_year_rule(call);
    char year[MODEL_YEAR_SIZE];
    model_year_text(model_year_of(call->today, &rule), year);
    if (lt_json_put_str(doc, "school_year", year) || lt_json_put_str(doc, "class", lt_json_str(klass, "class")) ||
        lt_json_put_str(doc, "class_name", lt_json_str(klass, "name")))
        return lt_fail_memory(err);
    return 0;
}

int entry_new(struct uc_call *call, const char *pupil, const char *source_kind, const json_t *in, json_t **out,
              char dir[VAULT_PATH_MAX], struct lt_error *err)
{
    char id[LT_ID_SIZE], provider[16];
    lt_id_next(call->app->ids, id);
    const char *kind = lt_json_str_or(in, "kind", "achievement");
    bool private_provider = strcmp(uc_setting(call, "operator.kind", provider, sizeof provider), "private") == 0;
    json_t *doc = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:{s:s, s:s}, s:s}", "id", id, "pupil", pupil, "revision", 1,
                            "state", "draft", "kind", kind, "section",
                            lt_json_str_or(in, "section", usual_section(lt_json_str_or(in, "activity", ""))), "source",
                            "kind", source_kind, "by", call->actor.id, "ground",
                            model_entry_ground(kind, source_kind, private_provider));
    int rc = doc ? stamp_class(call, doc, err) : lt_fail_memory(err);
    if (!rc) rc = entry_take_fields(doc, in, err);
    struct model_year_rule rule = uc_year_rule(call);
    lt_print(dir, VAULT_PATH_MAX, "entries/%d/%s", model_year_of(call->today, &rule), id);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

int entry_check(struct uc_call *call, const json_t *entry, bool draft, struct lt_error *err)
{
    struct model_entry_check how = {.today = call->today, .draft = draft};
    const char *birth = lt_json_str(call->target.pupil, "birth");
    if (birth) lt_date_parse(birth, &how.birth);
    return model_entry_check(entry, &how, err);
}

int entry_store(struct uc_tx *tx, const char *repo, const char *dir, json_t *entry, struct lt_error *err)
{
    char path[VAULT_PATH_MAX + 32];
    lt_print(path, sizeof path, "%s/entry.json", dir);
    return uc_tx_put(tx, repo, path, entry, err);
}

static int put_verification(struct uc_tx *tx, struct uc_call *call, const char *repo, const char *path, const json_t *entry,
                            const char *sha, const char *act, const char *comment, struct lt_error *err)
{
    char at[LT_INSTANT_SIZE];
    json_t *doc = json_pack("{s:I, s:s, s:s, s:s, s:s}", "revision", (json_int_t)lt_json_int(entry, "revision", 0),
                            "entry_sha256", sha, "by", call->actor.id, "at", lt_instant_format(call->now, at), "act", act);
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = !doc || lt_json_put_str(doc, "comment", comment) ? lt_fail_memory(err) : lt_json_canonical(doc, &b, err);
    if (!rc) rc = uc_tx_put_bytes(tx, repo, path, b.data, b.len, err);
    lt_buf_free(&b);
    json_decref(doc);
    return rc;
}

int entry_put_verified(struct uc_tx *tx, struct uc_call *call, const char *repo, const char *dir, const json_t *entry,
                       const char *act, const char *comment, struct lt_error *err)
{
    char from[VAULT_PATH_MAX + 32], to[VAULT_PATH_MAX + 32], sha[65];
    lt_print(from, sizeof from, "%s/entry.json", dir);
    lt_print(to, sizeof to, "%s/verified.json", dir);
    struct lt_buf bytes = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = uc_tx_get_bytes(tx, repo, from, &bytes, err);
    if (!rc) {
        unsigned char digest[crypto_hash_sha256_BYTES];
        crypto_hash_sha256(digest, (const unsigned char *)bytes.data, bytes.len);
        lt_hex(digest, sizeof digest, sha);
        rc = uc_tx_copy(tx, repo, from, to, err);
    }
    lt_buf_free(&bytes);
    lt_print(to, sizeof to, "%s/verification.json", dir);
    return rc ? rc : put_verification(tx, call, repo, to, entry, sha, act, comment, err);
}
