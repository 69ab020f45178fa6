/* What a stranger with a link is shown: the verified face of the entries the family chose, field by field; never what is hidden, disputed,
 * sensitive or taken back. Pictures leave the school as public copies alone (mask.h). */
#include "usecase/share.h"
#include "usecase/family.h"
#include "usecase/file.h"
#include "usecase/publish.h"
#include "usecase/secret.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "media/preview.h"
#include "model/names.h"
#include "model/rights.h"
#include "model/share.h"
#include "model/values.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WRONG_A_MINUTE = 120 };

/* A token is 256 random bits and not to be guessed; the brake spares the machine. */
static int too_often(struct uc_call *call, struct lt_error *err)
{
    unsigned minute = (unsigned)(call->now / 60000);
    unsigned before = atomic_exchange(&call->app->share_minute, minute);
    if (before != minute) atomic_store(&call->app->share_wrong, 0);
    if (atomic_fetch_add(&call->app->share_wrong, 1) < WRONG_A_MINUTE) return lt_fail(err, LT_NOTFOUND, "share.absent", (char *)NULL);
    return lt_fail(err, LT_DENIED, "share.too_often", "seconds", LT_NUM(60 - call->now / 1000 % 60), (char *)NULL);
}

/* The share of a token; its hash is compared in constant time besides. */
static int find(struct uc_call *call, const char *token, json_t **out, struct lt_error *err)
{
    char sha[65];
    json_t *rows = NULL;
    secret_sha256(token, sha);
    int rc = uc_all(call, "shares", json_pack("{s:s}", "sha256", sha), &rows, err);
    const json_t *share = lt_json_object(json_array_get(rows, 0), "share");
    const char *kept = lt_json_str_or(share, "sha256", "");
    bool same = strlen(kept) == 64 && sodium_memcmp(kept, sha, 64) == 0;
    if (!rc && same) *out = json_incref((json_t *)(uintptr_t)share);
    json_decref(rows);
    return rc ? rc : same ? 0 : too_often(call, err);
}

int share_open(struct uc_call *call, const char *token, struct share_open *o, struct lt_error *err)
{
    const char *why = NULL;
    int offset = call->app->clock.offset_minutes;
    *o = (struct share_open){0};
    int rc = find(call, token, &o->share, err);
    const char *pupil = lt_json_str_or(o->share, "pupil", "");
    if (!rc) rc = uc_doc(call, "pupil", pupil, &o->card, err);
    if (!rc) rc = family_consents(call, pupil, &o->consents, err);
    if (!rc && strcmp(model_share_state(o->share, o->consents, o->card, call->today, offset, &why), "active") != 0)
        rc = lt_fail(err, LT_NOTFOUND, "share.absent", (char *)NULL);
    if (!rc && !(o->fields = model_share_fields(o->share, o->consents, o->card, call->today, offset))) rc = lt_fail_memory(err);
    if (!rc) uc_saw(call, pupil);
    else share_open_clear(o);
    return rc;
}

void share_open_clear(struct share_open *o)
{
    json_decref(o->share);
    json_decref(o->card);
    json_decref(o->consents);
    json_decref(o->fields);
    *o = (struct share_open){0};
}

static unsigned bits_of(const json_t *fields)
{
    unsigned out = 0;
    size_t i;
    const json_t *f;
    json_array_foreach(fields, i, f) {
        int bit = model_value_rank("consent_field", json_string_value(f));
        if (bit >= 0) out |= 1u << bit;
    }
    return out;
}

/* {entry, files: [{path, type, page}]} of an entry with pictures that may be seen; an empty object else. */
static json_t *pictures_of(const struct share_open *o, const json_t *row)
{
    const json_t *verified = lt_json_object(row, "verified");
    json_t *more = json_object(), *files = model_mask_shown(lt_json_object(row, "mask"), lt_json_array(verified, "files")), *f;
    size_t i;
    json_array_foreach(files, i, f) json_object_del(f, "areas"); /* what is hidden, and where, is nobody's concern */
    if (more && json_array_size(files) && lt_json_array_has(o->fields, "document")) {
        lt_json_put_str(more, "entry", lt_json_str(verified, "id"));
        json_object_set(more, "files", files);
    }
    json_decref(files);
    return more;
}

int share_entries(struct uc_call *call, const struct share_open *o, json_t **out, struct lt_error *err)
{
    json_t *rows = NULL, *list = json_array();
    const json_t *chosen = lt_json_array(o->share, "entries"), *row;
    unsigned fields = bits_of(o->fields);
    size_t i;
    int rc = list ? publish_entries(call, lt_json_str_or(o->share, "pupil", ""), &rows, err) : lt_fail_memory(err);
    json_array_foreach(rows, i, row) {
        json_t *verified = lt_json_object(row, "verified");
        if (rc || !(fields & PUBLISH_TITLE) || (chosen && !lt_json_array_has(chosen, lt_json_str_or(row, "entry", "")))) continue;
        if (lt_json_bool(verified, "sensitive", false)) continue;
        json_t *item = json_pack("{s:O, s:i, s:o, s:O*}", "verified", verified, "fields", (int)(fields & PUBLISH_ALL), "more",
                                 pictures_of(o, row), "mask", lt_json_object(row, "mask"));
        if (json_array_append_new(list, item)) rc = lt_fail_memory(err);
    }
    json_decref(rows);
    if (rc) json_decref(list);
    else *out = list;
    return rc;
}

/* The page as the publisher of the site gets it, so that no second place decides what a field shows. */
static int page(struct uc_call *call, const struct share_open *o, const json_t *shown, json_t **out, struct lt_error *err)
{
    struct publish_pupil p = {.fields = bits_of(o->fields) & PUBLISH_ALL, .processing = true};
    struct publish_channel none = {0};
    struct lt_buf text = LT_BUF_INIT(4 << 20);
    json_t *classes = NULL;
    struct lt_error miss = {0};
    lt_print(p.id, sizeof p.id, "%s", lt_json_str_or(o->card, "id", ""));
    if (p.fields & PUBLISH_NAME) p.name = model_name_full(lt_json_str_or(o->card, "surname", ""), lt_json_str_or(o->card, "name", ""), "");
    else p.name = lt_strdup("");
    if (index_get(call->app->index, "classes", p.id, &classes, NULL, &miss)) lt_error_clear(&miss);
    if (p.fields & PUBLISH_CLASS) lt_print(p.klass, sizeof p.klass, "%s", lt_json_str_or(model_class_on(classes, call->today), "name", ""));
    int rc = p.name ? publish_item(call, &none, &p, shown, &text, err) : lt_fail_memory(err);
    if (!rc) rc = lt_json_parse(text.data, text.len, 4 << 20, out, err);
    if (!rc) json_object_del(*out, "key");
    json_decref(classes);
    lt_buf_free(&text);
    free(p.name);
    return rc;
}

int share_run_open(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct share_open o;
    json_t *shown = NULL, *body = NULL, *school = NULL;
    int rc = share_open(call, lt_json_str_or(in, "token", ""), &o, err);
    if (rc) return rc;
    rc = share_entries(call, &o, &shown, err);
    if (!rc) rc = page(call, &o, shown, &body, err);
    if (!rc) rc = uc_doc(call, "school", call->app->installation, &school, err);
    if (!rc)
        *out = json_pack("{s:s*, s:s*, s:s*, s:O}", "school", lt_json_str(school, "name"), "short_name", lt_json_str(school, "short_name"), "to",
                         lt_json_str(o.share, "to"), "portfolio", body);
    json_decref(school);
    json_decref(shown);
    json_decref(body);
    share_open_clear(&o);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* What the link shows of the entry, borrowed; NULL: nothing. */
static const json_t *shown_of(const json_t *shown, const char *entry)
{
    size_t i;
    const json_t *item;
    json_array_foreach(shown, i, item) {
        if (strcmp(lt_json_str_or(lt_json_object(item, "verified"), "id", ""), entry) == 0) return item;
    }
    return NULL;
}

/* To a stranger neither the file's own name nor that of its bytes is told. */
static int make_nameless(struct uc_stream *s, struct lt_error *err)
{
    char key[MASK_KEY] = "";
    json_t *tag = json_pack("[s]", s->etag);
    int rc = tag ? mask_key(tag, key, err) : lt_fail_memory(err);
    lt_print(s->etag, sizeof s->etag, "%s", key);
    lt_print(s->file_name, sizeof s->file_name, "picture.webp");
    json_decref(tag);
    return rc;
}

/* A link leads to the public copies of the verified revision alone. */
static int give_picture(struct uc_call *call, const json_t *shown, const json_t *in, struct lt_error *err)
{
    int64_t page = lt_json_int(in, "page", 1);
    const char *entry = lt_json_str_or(in, "entry", ""), *path = lt_json_str_or(in, "path", "");
    const json_t *files = lt_json_array(lt_json_object(shown, "verified"), "files"), *item = NULL, *f;
    struct file_place place = {0};
    size_t i;
    int rc = 0;
    json_array_foreach(files, i, f) {
        if (item || strcmp(lt_json_str_or(f, "path", ""), path) != 0) continue;
        item = model_mask_page(lt_json_object(shown, "mask"), f, page);
        if (item) rc = file_place_of(call, entry, f, &place, err);
    }
    if (!item) return lt_fail(err, LT_NOTFOUND, "share.absent", (char *)NULL);
    unsigned side = (unsigned)atoi(lt_json_str_or(in, "size", "320"));
    if (!rc) rc = file_give_copy(call, &place, side, (unsigned)page, lt_json_array(item, "areas"), false, err);
    if (!rc) return make_nameless(call->stream, err);
    return rc == LT_SYSTEM ? rc : lt_fail(err, LT_NOTFOUND, "share.absent", (char *)NULL);
}

int share_run_picture(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct share_open o;
    json_t *shown = NULL;
    int rc = share_open(call, lt_json_str_or(in, "token", ""), &o, err);
    if (rc) return rc;
    rc = share_entries(call, &o, &shown, err);
    const json_t *item = lt_json_array_has(o.fields, "document") ? shown_of(shown, lt_json_str_or(in, "entry", "")) : NULL;
    if (!rc && !item) rc = lt_fail(err, LT_NOTFOUND, "share.absent", (char *)NULL);
    if (!rc) rc = give_picture(call, item, in, err);
    json_decref(shown);
    share_open_clear(&o);
    return rc;
}

/* --- what a link would show: for the family that makes one --- */

/* Files of the verified face that can be shown as pictures, and the pages of them that have a public copy. */
static int tell_entry(struct uc_call *call, const json_t *row, json_t *items, struct lt_error *err)
{
    const json_t *verified = lt_json_object(row, "verified"), *f;
    const char *entry = lt_json_str_or(row, "entry", "");
    size_t i, pictures = 0;
    json_array_foreach(lt_json_array(verified, "files"), i, f) pictures += media_has_preview(lt_json_str_or(f, "type", ""));
    if (!pictures || !uc_may(call, "file.read", UC_T_ENTRY, entry)) return 0;
    json_t *open = model_mask_shown(lt_json_object(row, "mask"), lt_json_array(verified, "files"));
    json_t *item = json_pack("{s:s, s:s*, s:I, s:I, s:o}", "entry", entry, "title", lt_json_str(verified, "title"), "pictures", (json_int_t)pictures,
                             "public", (json_int_t)json_array_size(open), "files", open);
    return json_array_append_new(items, item) ? lt_fail_memory(err) : 0;
}

int share_run_pictures(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *rows = NULL, *items = json_array();
    const json_t *row;
    size_t i;
    int rc = items ? publish_entries(call, lt_json_str_or(in, "pupil", ""), &rows, err) : lt_fail_memory(err);
    json_array_foreach(rows, i, row) {
        if (!rc) rc = tell_entry(call, row, items, err);
    }
    if (!rc && !(*out = json_pack("{s:O, s:n}", "items", items, "next"))) rc = lt_fail_memory(err);
    json_decref(rows);
    json_decref(items);
    return rc;
}
