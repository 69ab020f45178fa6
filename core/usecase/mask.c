/* file mask, unmask: what people decided to show of a picture outside the school. */
#include "usecase/mask.h"
#include "usecase/entry.h"
#include "usecase/file.h"
#include "usecase/notice.h"

#include "base/json.h"
#include "base/text.h"

#include <sodium.h>
#include <string.h>

enum { SIDE = 800 };

int mask_read(struct uc_call *call, const char *entry, json_t **out, struct lt_error *err)
{
    struct lt_error miss = {0};
    *out = NULL;
    int rc = index_get(call->app->index, "mask", entry, out, NULL, &miss);
    if (rc && rc != LT_NOTFOUND) {
        *err = miss;
        return rc;
    }
    lt_error_clear(&miss);
    return 0;
}

int mask_key(const json_t *doc, char out[MASK_KEY], struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(4 << 20);
    unsigned char hash[(MASK_KEY - 1) / 2];
    int rc = lt_json_compact(doc, &text, err);
    if (!rc) {
        crypto_generichash(hash, sizeof hash, (const unsigned char *)text.data, text.len, NULL, 0);
        lt_hex(hash, sizeof hash, out);
    }
    lt_buf_free(&text);
    return rc;
}

/* Items of files that no revision shows any more say nothing. */
static json_t *living(const json_t *mask, const json_t *entry, const json_t *verified)
{
    json_t *out = json_array(), *item;
    size_t i;
    json_array_foreach(lt_json_array(mask, "pages"), i, item) {
        bool lives = model_mask_of(item, lt_json_array(entry, "files")) || model_mask_of(item, lt_json_array(verified, "files"));
        if (lives && json_array_append(out, item)) return json_decref(out), NULL;
    }
    return out;
}

int mask_tell(struct uc_call *call, json_t *shown, struct lt_error *err)
{
    json_t *mask = NULL, *pages = NULL;
    int rc = mask_read(call, call->target.entry_id, &mask, err);
    if (!rc && !(pages = living(mask, call->target.entry, call->target.verified))) rc = lt_fail_memory(err);
    if (!rc && json_array_size(pages) && json_object_set(shown, "masks", pages)) rc = lt_fail_memory(err);
    json_decref(pages);
    json_decref(mask);
    return rc;
}

/* --- inside the writer lock --- */

struct editing {
    struct uc_tx *tx;
    struct entry_docs docs;
    char path[VAULT_PATH_MAX + 32];
    json_t *mask, *pages;
    bool there; /* a document stood before */
};

static void editing_end(struct editing *e)
{
    uc_tx_end(e->tx);
    entry_docs_clear(&e->docs);
    json_decref(e->mask);
    json_decref(e->pages);
}

static int editing_begin(struct uc_call *call, struct editing *e, struct lt_error *err)
{
    *e = (struct editing){0};
    int rc = uc_tx_begin1(call, call->target.pupil_id, &e->tx, err);
    if (!rc) rc = entry_load(e->tx, call, call->target.entry_id, &e->docs, err);
    if (rc) return rc;
    lt_print(e->path, sizeof e->path, "%s/mask.json", e->docs.dir);
    e->there = uc_tx_has(e->tx, e->docs.repo, e->path);
    if (e->there) rc = uc_tx_get(e->tx, e->docs.repo, e->path, &e->mask, err);
    else e->mask = json_object();
    if (!rc && (!e->mask || !(e->pages = living(e->mask, e->docs.entry, e->docs.verified)))) rc = lt_fail_memory(err);
    return rc;
}

/* The pages as they stand now, or no document where none is left. */
static int editing_put(struct uc_call *call, struct editing *e, const char *subject, json_t **out, struct lt_error *err)
{
    int rc = json_object_set(e->mask, "pages", e->pages) ? lt_fail_memory(err) : 0;
    if (!rc && json_array_size(e->pages)) rc = uc_tx_put(e->tx, e->docs.repo, e->path, e->mask, err);
    else if (!rc && e->there) rc = uc_tx_remove(e->tx, e->docs.repo, e->path, err);
    if (!rc && !(*out = json_pack("{s:s, s:O}", "id", call->target.entry_id, "masks", e->pages))) rc = lt_fail_memory(err);
    if (!rc) uc_tx_gives(e->tx, *out);
    return rc ? rc : uc_tx_commit(e->tx, subject, call->target.entry_id, err);
}

static int by_place(const json_t *a, const json_t *b)
{
    int order = strcmp(lt_json_str_or(a, "path", ""), lt_json_str_or(b, "path", ""));
    return order ? order : (int)(lt_json_int(a, "page", 0) - lt_json_int(b, "page", 0));
}

/* In the order of paths and pages, in the place of one that stood there. */
static int insert(json_t *pages, json_t *item, struct lt_error *err)
{
    size_t at = 0, n = json_array_size(pages);
    while (at < n && by_place(json_array_get(pages, at), item) < 0) at++;
    bool same = at < n && by_place(json_array_get(pages, at), item) == 0;
    if (!same && n >= MODEL_MASK_PAGES)
        return lt_fail(err, LT_REFUSED, "mask.too_many_pages", "max", LT_NUM(MODEL_MASK_PAGES), (char *)NULL);
    return (same ? json_array_set(pages, at, item) : json_array_insert(pages, at, item)) ? lt_fail_memory(err) : 0;
}

/* --- what somebody else decided --- */

static bool within(const json_t *small, const json_t *large)
{
    json_int_t x = lt_json_int(small, "x", 0), y = lt_json_int(small, "y", 0), at_x = lt_json_int(large, "x", 0), at_y = lt_json_int(large, "y", 0);
    return x >= at_x && y >= at_y && x + lt_json_int(small, "w", 0) <= at_x + lt_json_int(large, "w", 0) &&
           y + lt_json_int(small, "h", 0) <= at_y + lt_json_int(large, "h", 0);
}

/* Is each painted place of the old copy within one of the new copy? now NULL: there is to be none. */
static bool covers(const json_t *now, const json_t *was)
{
    size_t i, k;
    const json_t *old, *fresh;
    json_array_foreach(lt_json_array(was, "areas"), i, old) {
        bool covered = false;
        json_array_foreach(lt_json_array(now, "areas"), k, fresh) covered = covered || within(old, fresh);
        if (!covered) return false;
    }
    return true;
}

/* Painting over more is anybody's who may make copies. What another painted over is shown only by whoever answers for the pupil: the guardian with the consents,
 * the class teacher, those above; taking the copy away counts as well, since it could be made anew without the paint. The maker is told. */
static int of_another(struct uc_call *call, const json_t *was, const json_t *now, struct lt_error *err)
{
    const char *by = lt_json_str_or(was, "by", "");
    struct notice n = {.kind = "mask_changed", .pupil = call->target.pupil_id, .entry = call->target.entry_id};
    struct lt_error why = {0};
    if (strcmp(by, call->actor.id) == 0) return 0;
    int rc = covers(now, was) ? 0 : uc_require(call, "file.uncover", UC_T_ENTRY, call->target.entry_id, &why);
    bool right = rc == LT_DENIED && strcmp(why.code, "denied.right") == 0;
    if (right) rc = lt_fail(err, LT_DENIED, "mask.of_another", (char *)NULL);
    else if (rc) *err = why, why = (struct lt_error){0};
    lt_error_clear(&why);
    return rc || !lt_id_valid(by) ? rc : notice_tell(call, by, &n, err);
}

static const json_t *standing(const json_t *pages, const json_t *item)
{
    const json_t *one;
    size_t i;
    json_array_foreach(pages, i, one) {
        if (by_place(one, item) == 0) return one;
    }
    return NULL;
}

/* --- make --- */

static json_t *item_of(struct uc_call *call, const struct file_place *place, int64_t page, json_t *areas)
{
    json_t *item = uc_stamp(call);
    bool bad = !item || lt_json_put_str(item, "path", lt_json_str(place->item, "path")) || lt_json_put_int(item, "page", page) ||
               lt_json_put_str(item, "sha256", lt_json_str(place->item, "sha256")) || (json_array_size(areas) && json_object_set(item, "areas", areas));
    if (bad) json_decref(item);
    return bad ? NULL : item;
}

/* The copy is drawn once before it is promised: a page that is not there, or cannot be read, is told now. */
static int try_copy(struct uc_call *call, const struct file_place *place, int64_t page, const json_t *areas, struct lt_error *err)
{
    struct uc_stream made = {0}, *own = call->stream;
    call->stream = &made;
    int rc = file_give_copy(call, place, SIDE, (unsigned)page, areas, false, err);
    call->stream = own;
    if (made.close) made.close(made.ctx);
    return rc;
}

int mask_run_make(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const json_t *texts = lt_json_array(in, "area");
    int64_t page = lt_json_int(in, "page", 1);
    struct file_place place;
    json_t *areas = NULL, *item = NULL;
    struct editing e = {0};
    int rc = uc_require(call, "file.read", UC_T_ENTRY, call->target.entry_id, err); /* one looks at what one shows */
    if (!rc && !json_array_size(texts) == !lt_json_bool(in, "as_is", false)) rc = lt_fail_field(err, LT_USAGE, "area", "mask.choose", (char *)NULL);
    if (!rc) rc = file_find(call, in, &place, err);
    if (!rc) rc = model_mask_areas(texts, &areas, err);
    if (!rc) rc = try_copy(call, &place, page, areas, err);
    if (!rc && !(item = item_of(call, &place, page, areas))) rc = lt_fail_memory(err);
    if (!rc) rc = editing_begin(call, &e, err);
    if (!rc && !model_mask_of(item, lt_json_array(e.docs.entry, "files")) && !model_mask_of(item, lt_json_array(e.docs.verified, "files")))
        rc = lt_fail(err, LT_CONFLICT, "mask.moved", (char *)NULL);
    const json_t *was = rc ? NULL : standing(e.pages, item);
    if (was) rc = of_another(call, was, item, err);
    if (!rc) rc = insert(e.pages, item, err);
    if (!rc) rc = editing_put(call, &e, "Make a public copy", out, err);
    editing_end(&e);
    json_decref(item);
    json_decref(areas);
    return rc;
}

/* --- take back --- */

int mask_run_take_back(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *path = lt_json_str_or(in, "path", "");
    int64_t page = lt_json_int(in, "page", 0);
    struct editing e;
    int rc = editing_begin(call, &e, err);
    size_t before = json_array_size(e.pages);
    for (size_t i = before; !rc && i-- > 0;) {
        const json_t *item = json_array_get(e.pages, i);
        bool named = strcmp(lt_json_str_or(item, "path", ""), path) == 0 && (!page || lt_json_int(item, "page", 0) == page);
        if (named) rc = of_another(call, item, NULL, err);
        if (named && !rc) json_array_remove(e.pages, i);
    }
    if (!rc && json_array_size(e.pages) == before) rc = lt_fail_field(err, LT_REFUSED, "path", "mask.absent", (char *)NULL);
    if (!rc) rc = editing_put(call, &e, "Take a public copy back", out, err);
    editing_end(&e);
    return rc;
}
