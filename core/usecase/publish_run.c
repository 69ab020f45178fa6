/* A run: decide → render into a new release that nobody sees → write the documents → switch → say what is gone.
 *
 * Rendering holds no lock. If a portfolio changed meanwhile (a consent was withdrawn), the release is dropped and made
 * anew. Documents are written in transactions of at most CHUNK portfolios, since the access row that rides in each names all its pupils. */
#include "usecase/job.h"
#include "usecase/ports.h"
#include "usecase/publish.h"
#include "usecase/publish_draw.h"
#include "usecase/release.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 500, ATTEMPTS = 3 };

struct run {
    struct uc_call *call;
    const struct publish_channel *ch;
    enum publish_mode mode;
    const char *only;
    struct publish_list known;
    struct publish_pupil *pupils; /* in the order of pages */
    size_t len, cap, at;
    struct publish_list fresh; /* publications without a document yet; id empty */
    struct release release;
    size_t entries, shown_pupils;
};

/* --- who --- */

static int by_class_and_name(const void *a, const void *b)
{
    const struct publish_pupil *x = a, *y = b;
    int order = !*x->klass - !*y->klass; /* without a class last: their place tells nothing of it */
    if (!order && *x->klass) order = model_klass_cmp(x->klass, y->klass);
    if (!order) order = strcmp(x->klass, y->klass);
    if (!order) order = strcmp(x->order, y->order);
    return order ? order : strcmp(x->key, y->key);
}

static int add_pupil(struct run *r, const char *id, struct lt_error *err)
{
    struct publish_pupil *grown = lt_array_grow(r->pupils, &r->cap, r->len + 1, sizeof *grown);
    if (!grown) return lt_fail_memory(err);
    r->pupils = grown;
    int rc = publish_pupil_open(r->call, r->ch, id, &r->pupils[r->len], err);
    if (rc) return rc;
    struct publish_pupil *p = &r->pupils[r->len];
    if (p->why || publish_known_barred(&r->known, id)) publish_pupil_close(p);
    else r->len++;
    return 0;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Everybody with a consent that names the channel: nobody else can be covered. */
static int gather_pupils(struct run *r, struct lt_error *err)
{
    json_t *params = json_pack("{s:s, s:s, s:s}", "purpose", "dissemination", "target", r->ch->id, "state", "active");
    char(*ids)[LT_ID_SIZE] = NULL, *cursor = NULL;
    size_t n = 0, cap = 0;
    int rc = params ? 0 : lt_fail_memory(err);
    do {
        json_t *page = NULL, *row;
        char *next = NULL;
        size_t i;
        if (!rc) rc = index_list(r->call->app->index, "consents", params, 1000, cursor, &page, &next, err);
        free(cursor);
        cursor = next;
        void *grown = rc ? NULL : lt_array_grow(ids, &cap, n + json_array_size(page) + 1, sizeof *ids);
        if (!rc && !grown) rc = lt_fail_memory(err);
        if (grown) ids = grown;
        json_array_foreach(page, i, row) {
            if (!rc) lt_print(ids[n++], LT_ID_SIZE, "%s", lt_json_str_or(row, "pupil", ""));
        }
        json_decref(page);
    } while (!rc && cursor);
    if (n) qsort(ids, n, sizeof *ids, compare_ids);
    for (size_t i = 0; !rc && i < n; i++)
        if (i == 0 || strcmp(ids[i], ids[i - 1]) != 0) rc = add_pupil(r, ids[i], err);
    if (r->len) qsort(r->pupils, r->len, sizeof *r->pupils, by_class_and_name);
    free(cursor);
    free(ids);
    json_decref(params);
    return rc;
}

/* --- what --- */

static int note_shown(struct run *r, const char *pupil, const char *entry, int64_t revision, struct publish_known *k, unsigned fields,
                      const char *pictures, struct lt_error *err)
{
    if (!k) {
        struct publish_known *grown = lt_array_grow(r->fresh.v, &r->fresh.cap, r->fresh.len + 1, sizeof *grown);
        if (!grown) return lt_fail_memory(err);
        r->fresh.v = grown;
        k = &r->fresh.v[r->fresh.len++];
        *k = (struct publish_known){0};
        lt_print(k->pupil, sizeof k->pupil, "%s", pupil);
        lt_print(k->entry, sizeof k->entry, "%s", entry);
    }
    k->now = fields;
    k->now_revision = revision;
    lt_print(k->now_pictures, sizeof k->now_pictures, "%s", pictures);
    return 0;
}

/* Fields of one entry in this release; 0: not in it. */
static unsigned fields_of(const struct run *r, const struct publish_pupil *p, const json_t *verified, const struct publish_known *k,
                          const struct publish_pictures *pictures)
{
    if (publish_entry_why(p, verified) || (k && k->retracted)) return 0;
    unsigned covered = publish_fields_of(publish_entry_fields(r->call, p->fields, verified), pictures);
    if (r->mode == PUBLISH_RUN) return covered;
    unsigned kept = k && k->shown && !k->removing ? covered & k->fields : 0;
    if (k && publish_pictures_lost(k, pictures->sum)) kept &= ~(unsigned)PUBLISH_DOCUMENT; /* painted over differently: shown by the next run */
    return (kept & (PUBLISH_NAME | PUBLISH_TITLE)) == (PUBLISH_NAME | PUBLISH_TITLE) ? kept : 0;
}

static int add_shown(struct run *r, struct publish_pupil *p, const json_t *row, json_t *shown, struct lt_error *err)
{
    const char *entry = lt_json_str_or(row, "entry", "");
    json_t *verified = lt_json_object(row, "verified"), *more = NULL;
    struct publish_known *k = publish_known_find(&r->known, entry);
    struct publish_pictures pictures;
    int rc = publish_pictures(p->fields, row, &pictures, err);
    if (rc) return rc;
    unsigned fields = fields_of(r, p, verified, k, &pictures);
    if (fields & PUBLISH_DOCUMENT) rc = publish_draw(r->call, &r->release, r->ch->id, row, pictures.pages, &more, err);
    if (!rc && fields && verified) {
        json_t *item = json_pack("{s:O, s:i, s:O*}", "verified", verified, "fields", (int)fields, "more", more);
        rc = json_array_append_new(shown, item) ? lt_fail_memory(err)
                                                : note_shown(r, p->id, entry, lt_json_int(row, "revision", 0), k, fields,
                                                             fields & PUBLISH_DOCUMENT ? pictures.sum : "", err);
    }
    json_decref(pictures.pages);
    json_decref(more);
    return rc;
}

/* The next pupil with something to show. */
static int next_item(void *user, struct lt_buf *out, struct lt_error *err)
{
    struct run *r = user;
    while (r->at < r->len) {
        struct publish_pupil *p = &r->pupils[r->at];
        int stopped = uc_progress(r->call, (int)r->at++, (int)r->len, err);
        if (stopped) return stopped;
        json_t *rows = NULL, *shown = json_array();
        const json_t *row;
        size_t i;
        int rc = shown ? publish_entries(r->call, p->id, &rows, err) : lt_fail_memory(err);
        json_array_foreach(rows, i, row) {
            if (!rc) rc = add_shown(r, p, row, shown, err);
        }
        size_t n = json_array_size(shown);
        if (!rc && n) rc = publish_item(r->call, r->ch, p, shown, out, err);
        json_decref(rows);
        json_decref(shown);
        r->entries += n;
        r->shown_pupils += n > 0;
        if (rc || n) return rc ? rc : 1;
    }
    return 0;
}

static int put_file(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    struct run *r = user;
    return release_file(&r->release, name, data, len, first, last, err);
}

/* --- one attempt --- */

static void forget(struct run *r)
{
    for (size_t i = 0; i < r->len; i++) publish_pupil_close(&r->pupils[i]);
    r->len = r->at = r->entries = r->shown_pupils = 0;
    publish_known_free(&r->known);
    publish_known_free(&r->fresh);
}

static int same_heads(struct run *r, bool *same, struct lt_error *err)
{
    *same = true;
    for (size_t i = 0; *same && i < r->len; i++) {
        char head[VAULT_OID];
        int rc = vault_head(r->call->app->vault, r->pupils[i].id, head, err);
        if (rc == LT_NOTFOUND) *same = false; /* erased meanwhile */
        else if (rc) return rc;
        else *same = strcmp(head, r->pupils[i].head) == 0;
    }
    return 0;
}

static int render(struct run *r, struct publish_result *out, struct lt_error *err)
{
    json_t *job = NULL, *receipt = NULL;
    const struct uc_ports *ports = r->call->app->ports;
    lt_id_next(r->call->app->ids, out->release);
    int rc = publish_known_read(r->call, r->ch->id, NULL, &r->known, err);
    if (!rc) rc = gather_pupils(r, err);
    if (!rc) rc = publish_job(r->call, r->ch, &job, err);
    if (!rc) rc = release_open(r->call->app->fs, r->ch->folder, r->ch->id, true, &r->release, err);
    if (!rc) rc = release_begin(&r->release, out->release, err);
    struct uc_publish p = {.plugin = r->ch->plugin, .job = job, .next = next_item, .file = put_file, .user = r};
    if (!rc) rc = ports->publish(ports->ctx, r->call->app, &p, &receipt, err);
    if (!rc && r->at < r->len) rc = lt_fail(err, LT_REFUSED, "publication.unfinished", "id", r->ch->plugin, (char *)NULL);
    if (!rc) rc = release_settle(&r->release, err);
    json_decref(job);
    json_decref(receipt);
    return rc;
}

static int render_steady(struct run *r, struct publish_result *out, struct lt_error *err)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        bool same = false;
        int rc = render(r, out, err);
        if (!rc) rc = same_heads(r, &same, err);
        if (rc || same) return rc;
        release_close(&r->release);
        forget(r);
    }
    return lt_fail(err, LT_CONFLICT, "publication.moving", (char *)NULL);
}

/* --- documents --- */

int publish_put(struct uc_call *call, struct uc_tx *tx, const char *channel, const struct publish_known *k, const char *state,
                const char *release, bool retracted, struct lt_error *err)
{
    char id[LT_ID_SIZE], path[VAULT_PATH_MAX], at[LT_INSTANT_SIZE];
    json_t *doc = NULL;
    lt_print(id, sizeof id, "%s", k->id);
    if (!*id) lt_id_next(call->app->ids, id);
    lt_print(path, sizeof path, "publications/%s/%s.json", channel, id);
    bool gone = strcmp(state, "removed") == 0;
    if (*k->id) {
        int rc = uc_tx_get(tx, k->pupil, path, &doc, err);
        if (rc) return rc;
    } else {
        doc = json_pack("{s:s, s:s}", "id", id, "channel", channel);
    }
    lt_instant_format(call->now, at);
    bool bad = !doc || lt_json_put_str(doc, "entry", k->entry) || lt_json_put_str(doc, "state", state);
    if (!bad && k->now) {
        bad = lt_json_put_int(doc, "revision", k->now_revision) || lt_json_put(doc, "fields", publish_field_words(k->now)) ||
              lt_json_put_str(doc, "pictures", k->now_pictures) ||
              lt_json_put_str(doc, "release", release) || lt_json_put_str(doc, "at", at) || lt_json_put_str(doc, "removed_at", NULL);
        json_object_del(doc, "retracted");
    }
    if (!bad && gone) bad = lt_json_put_str(doc, "removed_at", at);
    if (!bad && retracted && !json_object_get(doc, "retracted")) bad = lt_json_put(doc, "retracted", uc_stamp(call));
    int rc = bad ? lt_fail_memory(err) : uc_tx_put(tx, k->pupil, path, doc, err);
    json_decref(doc);
    return rc;
}

enum step { STEP_RECORD, STEP_REMOVED };

/* What this publication needs written in this step; NULL: nothing. */
static const char *state_for(const struct run *r, const struct publish_known *k, enum step step)
{
    bool mine = !r->only || strcmp(r->only, k->pupil) == 0;
    if (!*k->entry || !mine) return NULL;
    if (step == STEP_REMOVED) return k->shown && !k->now ? "removed" : NULL;
    if (k->now) {
        bool same = k->shown && !k->removing && k->fields == k->now && strcmp(k->pictures, k->now_pictures) == 0 && (k->revision == k->now_revision || r->mode == PUBLISH_REDUCE);
        return same ? NULL : "published";
    }
    return k->shown && !k->removing ? "removing" : NULL;
}

struct todo {
    struct publish_known **v;
    size_t len;
};

static int by_pupil(const void *a, const void *b)
{
    const struct publish_known *x = *(struct publish_known *const *)a, *y = *(struct publish_known *const *)b;
    int order = strcmp(x->pupil, y->pupil);
    return order ? order : strcmp(x->entry, y->entry);
}

static int gather(struct run *r, enum step step, struct todo *out, struct lt_error *err)
{
    struct publish_list *const lists[] = {&r->known, &r->fresh};
    *out = (struct todo){.v = lt_calloc(r->known.len + r->fresh.len + 1, sizeof *out->v)};
    if (!out->v) return lt_fail_memory(err);
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->len; i++)
            if (state_for(r, &lists[l]->v[i], step)) out->v[out->len++] = &lists[l]->v[i];
    qsort(out->v, out->len, sizeof *out->v, by_pupil);
    return 0;
}

/* One transaction over the portfolios of todo[from..to). Its access row is its own: a request is logged once, so each has a number. */
static int write_chunk(struct run *r, const struct todo *t, size_t from, size_t to, enum step step, const char *release,
                       struct lt_error *err)
{
    struct uc_call *call = r->call;
    const char *repos[CHUNK];
    size_t n = 0;
    struct uc_tx *tx = NULL;
    char request[sizeof call->request];
    for (size_t i = from; i < to; i++)
        if (n == 0 || strcmp(repos[n - 1], t->v[i]->pupil) != 0) repos[n++] = t->v[i]->pupil;
    lt_print(request, sizeof request, "%s", call->request);
    if (from || step == STEP_REMOVED) lt_id_next(call->app->ids, call->request);
    json_array_clear(call->seen);
    int rc = uc_tx_begin(call, repos, n, &tx, err);
    for (size_t i = from; !rc && i < to; i++)
        rc = publish_put(call, tx, r->ch->id, t->v[i], state_for(r, t->v[i], step), release, false, err);
    if (!rc) rc = uc_tx_commit(tx, step == STEP_RECORD ? "Publish" : "Take down", NULL, err);
    uc_tx_end(tx);
    if (!rc) { /* the dispatcher's own row bears the last of these numbers: it is kept once */
        json_t *row = access_row(call, "done");
        rc = access_append(call->app, row, err);
        json_decref(row);
    }
    if (rc) lt_print(call->request, sizeof call->request, "%s", request);
    return rc;
}

static int write_documents(struct run *r, enum step step, const char *release, struct lt_error *err)
{
    struct todo t;
    int rc = gather(r, step, &t, err);
    for (size_t from = 0, to; !rc && from < t.len; from = to) {
        size_t pupils = 0;
        for (to = from; to < t.len; to++) {
            bool new_pupil = to == from || strcmp(t.v[to]->pupil, t.v[to - 1]->pupil) != 0;
            if (new_pupil && pupils++ == CHUNK) break;
        }
        rc = write_chunk(r, &t, from, to, step, release, err);
    }
    free(t.v);
    return rc;
}

/* --- the run --- */

/* Does an old release hold something that must no longer be anywhere? */
static bool reduces(const struct run *r)
{
    for (size_t i = 0; i < r->known.len; i++) {
        const struct publish_known *k = &r->known.v[i];
        if (k->shown && (!k->now || (k->fields & ~k->now) || k->revision != k->now_revision || publish_pictures_lost(k, k->now_pictures)))
            return true;
    }
    return r->mode == PUBLISH_REDUCE;
}

static void count(const struct run *r, struct publish_result *out)
{
    out->pupils = r->shown_pupils;
    out->entries = r->entries;
    out->added = r->fresh.len;
    for (size_t i = 0; i < r->known.len; i++) {
        const struct publish_known *k = &r->known.v[i];
        if (k->shown && !k->now && *k->entry) out->removed++;
        else if (!k->shown && k->now) out->added++;
        else if (k->now && (k->fields != k->now || k->revision != k->now_revision || strcmp(k->pictures, k->now_pictures) != 0)) out->changed++;
    }
}

int publish_run(struct uc_call *call, const struct publish_channel *ch, enum publish_mode mode, const char *only,
                struct publish_result *out, struct lt_error *err)
{
    struct run r = {.call = call, .ch = ch, .mode = mode, .only = only,
                    .release = {.target = -1, .releases = -1, .root = -1, .file = -1}};
    *out = (struct publish_result){0};
    int rc = render_steady(&r, out, err);
    if (!rc) rc = write_documents(&r, STEP_RECORD, out->release, err);
    if (!rc) rc = release_switch(&r.release, reduces(&r) ? 0 : ch->keep, err);
    if (!rc) rc = write_documents(&r, STEP_REMOVED, out->release, err);
    if (!rc) count(&r, out);
    release_close(&r.release);
    forget(&r);
    free(r.pupils);
    return rc;
}

int publish_clear(struct uc_call *call, const struct publish_channel *ch, size_t *removed, struct lt_error *err)
{
    struct run r = {.call = call, .ch = ch, .release = {.target = -1, .releases = -1, .root = -1, .file = -1}};
    int rc = publish_known_read(call, ch->id, NULL, &r.known, err);
    if (!rc) rc = release_open(call->app->fs, ch->folder, ch->id, false, &r.release, err);
    if (!rc) rc = release_clear(&r.release, err);
    else if (rc == LT_NOTFOUND) rc = 0; /* the folder is gone, and with it what it showed */
    if (!rc) rc = write_documents(&r, STEP_REMOVED, "", err);
    for (size_t i = 0; !rc && i < r.known.len; i++) *removed += r.known.v[i].shown && *r.known.v[i].entry;
    release_close(&r.release);
    forget(&r);
    return rc;
}
