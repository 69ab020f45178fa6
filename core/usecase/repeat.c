#include "usecase/repeat.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAITING_MOST = 8, ANSWER_MOST = 1 << 20, PART = 1 << 16 };

struct repeats {
    pthread_mutex_t lock;
    pthread_cond_t over; /* one of them ended */
    unsigned char key[crypto_shorthash_KEYBYTES]; /* of this process: hashes cannot be aimed at */
    struct repeat *running;
    unsigned waiting;
};

struct repeats *repeats_new(void)
{
    struct repeats *r = lt_calloc(1, sizeof *r);
    if (!r) return NULL;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->over, NULL);
    crypto_shorthash_keygen(r->key);
    return r;
}

void repeats_free(struct repeats *r)
{
    if (!r) return;
    pthread_cond_destroy(&r->over);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* --- what a call asks for --- */

static int hash_files(const struct uc_call *call, crypto_hash_sha256_state *sum, struct lt_error *err)
{
    unsigned char *part = call->files_len ? malloc(PART) : NULL;
    if (call->files_len && !part) return lt_fail_memory(err);
    for (size_t i = 0; i < call->files_len; i++) {
        crypto_generichash_state content;
        unsigned char digest[crypto_generichash_BYTES];
        ssize_t n;
        crypto_generichash_init(&content, NULL, 0, sizeof digest);
        for (off_t at = 0; (n = pread(call->files[i].fd, part, PART, at)) > 0; at += n)
            crypto_generichash_update(&content, part, (size_t)n);
        crypto_generichash_final(&content, digest, sizeof digest);
        crypto_hash_sha256_update(sum, (const unsigned char *)call->files[i].name, strlen(call->files[i].name) + 1);
        crypto_hash_sha256_update(sum, digest, sizeof digest);
    }
    free(part);
    return 0;
}

static int print_of(const struct uc_call *call, char out[65], struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(16u << 20);
    json_t *values = json_copy((json_t *)call->in);
    for (const struct uc_field *f = call->row->fields; values && f && f->name; f++)
        if (f->type == UC_SECRET) json_object_del(values, f->name);
    int rc = values ? lt_json_canonical(values, &text, err) : lt_fail_memory(err);
    crypto_hash_sha256_state sum;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_init(&sum);
    if (!rc) crypto_hash_sha256_update(&sum, (const unsigned char *)text.data, text.len);
    if (!rc) rc = hash_files(call, &sum, err);
    crypto_hash_sha256_final(&sum, digest);
    lt_hex(digest, sizeof digest, out);
    json_decref(values);
    lt_buf_free(&text);
    return rc;
}

static void use_case_of(const struct uc_call *call, char out[80])
{
    lt_print(out, 80, "%s.%s", call->row->noun, call->row->verb);
}

/* --- one at a time --- */

static const struct repeat *same(const struct repeats *all, uint64_t hash)
{
    const struct repeat *r = all->running;
    while (r && r->hash != hash) r = r->next;
    return r;
}

static int enter(struct uc_call *call, struct repeat *r, struct lt_error *err)
{
    struct repeats *all = call->app->repeats;
    char who[200];
    lt_print(who, sizeof who, "%s\n%s", call->actor.id, call->request);
    crypto_shorthash((unsigned char *)&r->hash, (const unsigned char *)who, strlen(who), all->key);
    int rc = 0;
    pthread_mutex_lock(&all->lock);
    if (same(all, r->hash) && all->waiting >= WAITING_MOST)
        rc = lt_fail(err, LT_CONFLICT, "request.running", "request", call->request, (char *)NULL);
    all->waiting++;
    while (!rc && same(all, r->hash)) pthread_cond_wait(&all->over, &all->lock);
    all->waiting--;
    if (!rc) {
        r->next = all->running;
        all->running = r;
    }
    pthread_mutex_unlock(&all->lock);
    return rc;
}

static void leave(struct uc_call *call, struct repeat *r)
{
    struct repeats *all = call->app->repeats;
    pthread_mutex_lock(&all->lock);
    struct repeat **p = &all->running;
    while (*p && *p != r) p = &(*p)->next;
    if (*p) *p = r->next;
    pthread_cond_broadcast(&all->over);
    pthread_mutex_unlock(&all->lock);
    json_decref(r->noted);
    r->noted = NULL;
}

static int must_be_same(const struct uc_call *call, const struct repeat *r, const json_t *kept, struct lt_error *err)
{
    char use_case[80];
    use_case_of(call, use_case);
    const char *print = lt_json_str(kept, "print");
    if (strcmp(lt_json_str_or(kept, "use_case", ""), use_case) == 0 && (!print || strcmp(print, r->print) == 0)) return 0;
    return lt_fail(err, LT_CONFLICT, "request.other", "request", call->request, (char *)NULL);
}

int repeat_begin(struct uc_call *call, struct repeat *r, json_t **kept, struct lt_error *err)
{
    struct lt_error miss = {0};
    *r = (struct repeat){0};
    *kept = NULL;
    int rc = print_of(call, r->print, err);
    if (!rc) rc = enter(call, r, err);
    if (rc) return rc;
    rc = sysdb_answer_get(call->app->sys, call->actor.id, call->request, kept, &miss);
    if (rc == LT_NOTFOUND) {
        lt_error_clear(&miss);
        call->repeat = r;
        return 0;
    }
    if (rc) *err = miss;
    else rc = must_be_same(call, r, *kept, err);
    if (rc) {
        json_decref(*kept);
        *kept = NULL;
    }
    leave(call, r);
    return rc;
}

/* --- keeping --- */

/* A copy without what must not lie about. */
static json_t *without_secrets(const json_t *doc, bool *left_out)
{
    static const char *const names[] = {"password", "token", "secret", "slip", "csrf", "codes"};
    if (json_is_array(doc)) {
        json_t *copy = json_array();
        size_t i;
        const json_t *v;
        json_array_foreach(doc, i, v) json_array_append_new(copy, without_secrets(v, left_out));
        return copy;
    }
    if (!json_is_object(doc)) return json_incref((json_t *)doc);
    json_t *copy = json_object();
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)doc, key, v) {
        bool secret = false;
        for (size_t i = 0; i < LT_COUNT(names); i++) secret = secret || strcmp(names[i], key) == 0;
        *left_out = *left_out || secret;
        if (!secret) json_object_set_new(copy, key, without_secrets(v, left_out));
    }
    return copy;
}

static json_t *done_only(const char *id)
{
    return json_pack("{s:s*, s:b}", "id", id && *id ? id : NULL, "repeated", true);
}

static const char *object_of(const struct uc_call *call)
{
    if (*call->target.entry_id) return call->target.entry_id;
    return call->row->target_field ? lt_json_str(call->in, call->row->target_field) : NULL;
}

static bool small(const json_t *doc)
{
    struct lt_buf b = LT_BUF_INIT(ANSWER_MOST / 2);
    struct lt_error ignored = {0};
    bool fits = lt_json_compact(doc, &b, &ignored) == 0;
    lt_error_clear(&ignored);
    lt_buf_free(&b);
    return fits;
}

static json_t *wrap(const struct uc_call *call, const json_t *answer)
{
    char use_case[80];
    bool left_out = false;
    use_case_of(call, use_case);
    json_t *kept = answer && small(answer) ? without_secrets(answer, &left_out) : answer ? done_only(object_of(call)) : json_null();
    if (left_out) lt_json_put_bool(kept, "withheld", true);
    return json_pack("{s:s, s:s, s:o, s:o}", "use_case", use_case, "print", call->repeat->print, "pupils", json_copy(call->seen), "answer", kept);
}

json_t *repeat_wrap(const struct uc_call *call, const json_t *answer)
{
    if (!call->repeat || (call->row->flags & UC_STEPS)) return NULL;
    json_t *id = answer ? json_incref((json_t *)answer) : done_only(object_of(call));
    json_t *kept = wrap(call, id);
    json_decref(id);
    return kept;
}

static void put(struct uc_call *call, const json_t *wrapped)
{
    struct lt_error ignored = {0}; /* the change stands; a repetition finds it in the commits at the latest */
    sysdb_answer_put(call->app->sys, call->actor.id, call->request, wrapped, &ignored);
    lt_error_clear(&ignored);
}

void repeat_note(struct uc_call *call, json_t *wrapped)
{
    if (!call->repeat || !wrapped) return;
    put(call, wrapped);
    json_decref(call->repeat->noted);
    call->repeat->noted = json_incref(wrapped);
}

void repeat_end(struct uc_call *call, struct repeat *r, int rc, const json_t *body)
{
    if (call->repeat != r) return;
    json_t *wrapped = rc ? NULL : wrap(call, body);
    if (wrapped && !(r->noted && json_equal(r->noted, wrapped))) put(call, wrapped);
    json_decref(wrapped);
    call->repeat = NULL;
    leave(call, r);
}

int uc_sys_begin(struct uc_call *call, struct lt_error *err)
{
    return sysdb_begin(call->app->sys, err);
}

int uc_sys_end(struct uc_call *call, int rc, const json_t *answer, struct lt_error *err)
{
    json_t *wrapped = !rc && call->repeat ? wrap(call, answer) : NULL;
    if (wrapped) rc = sysdb_answer_put(call->app->sys, call->actor.id, call->request, wrapped, err);
    int ended = sysdb_end(call->app->sys, rc == 0, rc ? NULL : err);
    if (wrapped && !rc && !ended) {
        json_decref(call->repeat->noted);
        call->repeat->noted = json_incref(wrapped);
    }
    json_decref(wrapped);
    return rc ? rc : ended;
}

/* --- giving again --- */

/* Whoever lost the sight of a pupil meanwhile is told that it was done, and no more. */
int repeat_answer(struct uc_call *call, const json_t *kept, json_t **out, struct lt_error *err)
{
    const json_t *answer = json_object_get(kept, "answer"), *id;
    const json_t *pupils = lt_json_array(kept, "pupils");
    bool whole = true;
    size_t i;
    json_array_foreach(pupils, i, id) {
        whole = whole && uc_may(call, "pupil.list", UC_T_PUPIL, json_string_value(id));
    }
    const char *of = lt_json_str(answer, "id");
    if (!lt_json_str(kept, "print")) whole = whole && uc_may_know(call, call->row->noun, of);
    if (json_is_null(answer)) return 0;
    if (whole) {
        json_array_foreach(pupils, i, id) uc_saw(call, json_string_value(id));
        *out = json_deep_copy(answer);
    } else {
        *out = done_only(of);
    }
    return *out ? 0 : lt_fail_memory(err);
}
