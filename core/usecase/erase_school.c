/* Documents of the school without a pupil: cards of the guardians that go, participants of events, rows of imports. Whatever kind a document is, an item of a
 * list that is about one of those who go, is left out. */
#include "usecase/erase.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

static bool goes(const json_t *act, const char *id)
{
    return id && (strcmp(id, lt_json_str_or(act, "pupil", "")) == 0 || lt_json_array_has(lt_json_array(act, "persons"), id));
}

/* Id of the person whose card or scan of a paper this is; false: neither. */
static bool card_of(const char *path, char id[LT_ID_SIZE])
{
    const size_t before = strlen("people/"), len = before + LT_ID_SIZE - 1;
    if (!lt_starts(path, "people/") || strlen(path) <= len || (strcmp(path + len, ".json") != 0 && path[len] != '/')) return false;
    return lt_print(id, LT_ID_SIZE, "%.36s", path + before);
}

enum vault_fate erase_fate(void *user, const char *path)
{
    char id[LT_ID_SIZE];
    if (card_of(path, id)) return goes(user, id) ? VAULT_DROP : VAULT_KEEP;
    if (!lt_ends(path, ".json") || lt_starts(path, ERASE_FOLDER) || lt_starts(path, "log/")) return VAULT_KEEP;
    return VAULT_REPLACE;
}

static bool is_about(const json_t *act, const json_t *item)
{
    static const char *const keys[] = {"pupil", "person", "repo"};
    char id[LT_ID_SIZE];
    if (json_is_string(item)) return goes(act, json_string_value(item));
    for (size_t i = 0; i < LT_COUNT(keys); i++)
        if (goes(act, lt_json_str(item, keys[i]))) return true;
    const char *path = lt_json_str(item, "path");
    return path && card_of(path, id) && goes(act, id);
}

/* True when something went. */
static bool scrub(const json_t *act, json_t *doc)
{
    bool changed = false;
    const char *key;
    void *next;
    json_t *v;
    for (size_t i = json_array_size(doc); i > 0; i--) {
        json_t *item = json_array_get(doc, i - 1);
        if (is_about(act, item)) changed = json_array_remove(doc, i - 1) == 0;
        else changed |= scrub(act, item);
    }
    json_object_foreach_safe(doc, next, key, v) changed |= scrub(act, v);
    return changed;
}

static bool names_any(const json_t *act, const void *data, size_t len)
{
    const char *pupil = lt_json_str_or(act, "pupil", "-");
    const json_t *id;
    size_t i;
    bool found = memmem(data, len, pupil, strlen(pupil)) != NULL;
    json_array_foreach(lt_json_array(act, "persons"), i, id)
        found = found || memmem(data, len, json_string_value(id), json_string_length(id));
    return found;
}

int erase_document(void *user, const char *path, const void *data, size_t len, struct lt_buf *out, struct lt_error *err)
{
    const json_t *act = user;
    json_t *doc = NULL;
    struct lt_error ignored = {0};
    (void)path;
    bool changed = names_any(act, data, len) && lt_json_parse(data, len, VAULT_TEXT_MAX, &doc, &ignored) == 0 && scrub(act, doc);
    lt_error_clear(&ignored);
    int rc = changed ? lt_json_canonical(doc, out, err) : lt_buf_add(out, data, len) ? lt_fail_memory(err) : 0;
    json_decref(doc);
    return rc;
}

/* --- the documents of now --- */

struct gathering {
    json_t *act;
    json_t *paths;
};

static int gather(void *user, const struct vault_item *item)
{
    struct gathering *g = user;
    if (erase_fate(g->act, item->path) == VAULT_KEEP) return 0;
    return json_array_append_new(g->paths, json_string(item->path)) ? LT_SYSTEM : 0;
}

static int one_document(struct uc_tx *tx, json_t *act, const char *path, struct lt_error *err)
{
    struct lt_buf was = LT_BUF_INIT(VAULT_TEXT_MAX), now = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = 0;
    if (erase_fate(act, path) == VAULT_DROP) return uc_tx_remove(tx, VAULT_SCHOOL, path, err);
    rc = uc_tx_get_bytes(tx, VAULT_SCHOOL, path, &was, err);
    if (!rc && names_any(act, was.data ? was.data : "", was.len)) {
        rc = erase_document(act, path, was.data, was.len, &now, err);
        if (!rc && (now.len != was.len || memcmp(now.data, was.data, now.len) != 0))
            rc = uc_tx_put_bytes(tx, VAULT_SCHOOL, path, now.data, now.len, err);
    }
    lt_buf_free(&was);
    lt_buf_free(&now);
    return rc;
}

int erase_school(struct uc_tx *tx, json_t *act, struct lt_error *err)
{
    struct gathering g = {.act = act, .paths = json_array()};
    size_t i;
    const json_t *path;
    int rc = g.paths ? uc_tx_walk(tx, VAULT_SCHOOL, "", gather, &g, err) : lt_fail_memory(err);
    json_array_foreach(g.paths, i, path) {
        if (!rc) rc = one_document(tx, act, json_string_value(path), err);
    }
    json_decref(g.paths);
    return rc;
}
