/* Making, opening and closing a data folder; the thread that keeps it settled. */
#include "vault/vault.h"

#include "base/mem.h"
#include "base/text.h"
#include "vault/config.h"
#include "vault/pass.h"
#include "vault/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_STEP_MS   20
#define MERGES_A_ROUND 8 /* repositories whose packs are merged in one second */
#define PACKS_AT_CLOSE 8 /* repositories looked at before the end */

const char *vault_dir(const struct vault *v)
{
    return v->dir;
}

const char *vault_installation(const struct vault *v)
{
    return v->installation;
}

const char *vault_school_id(const struct vault *v)
{
    return v->school_id;
}

const char *vault_public_key(const struct vault *v)
{
    return v->public_key;
}

const char *vault_fingerprint(const struct vault *v)
{
    return v->fingerprint;
}

const struct lt_fs *vault_fs(const struct vault *v)
{
    return v->fs;
}

const struct lt_clock *vault_clock(const struct vault *v)
{
    return v->clock;
}

const struct sign_key *vault_key(const struct vault *v)
{
    return v->key;
}

const struct sign_signers *vault_signers(const struct vault *v)
{
    return &v->signers;
}

void vault_caches_clear(struct vault *v)
{
    cache_clear(v->trees);
    cache_clear(v->texts);
}

struct repo_cache *vault_repos_cache(struct vault *v)
{
    return v->repos;
}

/* --- the lock of the data folder --- */

static int lock_folder(const char *dir, int wait_ms, int *out, struct lt_error *err)
{
    char *path = lt_format("%s/lock", dir);
    if (!path) return lt_fail_memory(err);
    int rc = 0, fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) rc = lt_fail_errno(err, "open", path);
    while (rc == 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            rc = lt_fail_errno(err, "lock", path);
        } else if (wait_ms <= 0) {
            rc = lt_fail(err, LT_CONFLICT, "vault.locked", "dir", dir, (char *)NULL);
        } else {
            int step = wait_ms < LOCK_STEP_MS ? wait_ms : LOCK_STEP_MS;
            nanosleep(&(struct timespec){.tv_nsec = step * 1000000L}, NULL);
            wait_ms -= step;
        }
    }
    free(path);
    if (rc) {
        if (fd >= 0) close(fd);
        return rc;
    }
    *out = fd;
    return 0;
}

/* --- making --- */

static bool school_id_valid(const char *s)
{
    size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") : 0;
    return n > 0 && n <= 64 && s[n] == 0 && s[0] != '-' && s[0] != '.';
}

static int make_folders(const struct lt_fs *fs, const char *dir, struct lt_error *err)
{
    static const char *const names[] = {"keys", "journal", "spool", "run", "cache", "portfolios"};
    int rc = 0;
    if (lt_fs_mkdirs(fs, dir, 0700) < 0) return lt_fail_errno(err, "create", dir);
    for (size_t i = 0; rc == 0 && i < LT_COUNT(names); i++) {
        char *path = lt_format("%s/%s", dir, names[i]);
        if (!path) return lt_fail_memory(err);
        if (fs->mkdir(fs->ctx, path, 0700) < 0 && errno != EEXIST) rc = lt_fail_errno(err, "create", path);
        free(path);
    }
    return rc;
}

/* A key that an interrupted attempt has left is used. One that was half written is put aside, not deleted:
 * perhaps only the settings were lost, and it signed a history. */
static int make_key(const struct lt_fs *fs, const char *path, struct sign_key **out, struct lt_error *err)
{
    char aside[PATH_MAX];
    struct lt_error why = {0};
    int rc = access(path, F_OK) == 0 ? sign_key_load(path, out, &why) : LT_NOTFOUND;
    if (rc == 0 || (rc != LT_REFUSED && rc != LT_NOTFOUND)) return rc == 0 ? 0 : vault_pass(err, &why);
    lt_error_clear(&why);
    if (rc == LT_REFUSED &&
        (!lt_print(aside, sizeof aside, "%s.damaged", path) || fs->rename(fs->ctx, path, aside) < 0))
        return lt_fail_errno(err, "rename", path);
    return sign_key_create(fs, path, out, err);
}

static int make_keys(const struct lt_fs *fs, const char *dir, const char *principal, struct lt_error *err)
{
    char *path = lt_format("%s/keys/signing", dir), *signers = lt_format("%s/keys/allowed_signers", dir);
    struct sign_key *key = NULL;
    struct lt_buf line = LT_BUF_INIT(4096);
    int rc = path && signers ? 0 : lt_fail_memory(err);
    if (rc == 0) rc = make_key(fs, path, &key, err);
    if (rc == 0) rc = sign_signer_line(&line, principal, sign_key_public(key), 0, 0, err);
    if (rc == 0 && lt_fs_replace(fs, signers, line.data, line.len, 0644, true) < 0)
        rc = lt_fail_errno(err, "write", signers);
    lt_buf_free(&line);
    sign_key_free(key);
    free(path);
    free(signers);
    return rc;
}

static int make_school(const struct lt_fs *fs, const char *dir, struct lt_error *err)
{
    char *repo = lt_format("%s/school.git", dir);
    int rc = repo ? repo_create(fs, repo, true, err) : lt_fail_memory(err);
    free(repo);
    return rc;
}

/* The settings are written last: a folder without them is no vault yet. */
static int make_settings(const struct lt_fs *fs, const char *dir, const char *school_id, const char *path,
                         struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(4096);
    lt_buf_addf(&b, "[letopis]\n\tformat = %d\n\tschool = %s\n", VAULT_FORMAT, school_id);
    int rc = b.failed ? lt_fail_memory(err) : 0;
    if (rc == 0 && lt_fs_sync_dir(fs, dir) < 0) rc = lt_fail_errno(err, "flush", dir);
    if (rc == 0 && lt_fs_replace(fs, path, b.data, b.len, 0600, true) < 0)
        rc = lt_fail_errno(err, "write", path);
    lt_buf_free(&b);
    return rc;
}

int vault_create(const struct vault_config *config, const char *school_id, struct lt_error *err)
{
    const struct lt_fs *fs = config->fs ? config->fs : lt_fs_system();
    int lock = -1;
    if (!school_id_valid(school_id))
        return lt_fail(err, LT_USAGE, "vault.bad_school", "school", school_id ? school_id : "", (char *)NULL);
    int rc = make_folders(fs, config->dir, err);
    if (rc) return rc;
    rc = lock_folder(config->dir, config->lock_wait_ms, &lock, err);
    if (rc) return rc;
    char *conf = lt_format("%s/letopis.conf", config->dir), *principal = lt_format("letopis@%s", school_id);
    char *journal = lt_format("%s/journal", config->dir);
    uint64_t *marks = NULL;
    size_t marks_len = 0;
    rc = conf && principal && journal ? journal_list(journal, &marks, &marks_len, err) : lt_fail_memory(err);
    if (rc == 0 && access(conf, F_OK) == 0)
        rc = lt_fail(err, LT_REFUSED, "vault.exists", "dir", config->dir, (char *)NULL);
    if (rc == 0)
        rc = journal_mark(fs, journal, 1,
                          err); /* an attempt that is cut short is tidied up when the vault is opened */
    if (rc == 0) rc = make_keys(fs, config->dir, principal, err);
    if (rc == 0) rc = make_school(fs, config->dir, err);
    if (rc == 0) rc = make_settings(fs, config->dir, school_id, conf, err);
    if (rc == 0 && marks_len == 0) journal_remove(fs, journal, 1, NULL);
    free(marks);
    free(journal);
    free(conf);
    free(principal);
    close(lock);
    return rc;
}

/* --- the thread that keeps the journal short --- */

/* Name of a repository that got at least `least` packs since it was looked at; counts it as looked at. False:
 * none. */
static bool next_crowded(struct vault *v, unsigned least, char name[VAULT_NAME])
{
    bool found = false;
    pthread_mutex_lock(&v->mu);
    for (size_t i = 0; !found && i < v->table_cap; i++) {
        for (struct vault_repo *r = v->table[i]; !found && r; r = r->chain) {
            found = r->packs >= least;
            if (found) {
                memcpy(name, r->name, VAULT_NAME);
                r->packs = 0;
            }
        }
    }
    if (!found) v->crowded = false;
    pthread_mutex_unlock(&v->mu);
    return found;
}

/* Merges packs of at most `most` repositories. A failure leaves them as they are, to be read more slowly; the
 * next look tries again. True: there may be more of them. */
static bool merge_packs(struct vault *v, unsigned least, unsigned most)
{
    char name[VAULT_NAME];
    for (; most > 0 && next_crowded(v, least, name); most--)
        vault_pack(v, name, NULL);
    return most == 0;
}

struct keeping {
    int64_t looked_ms; /* when all repositories were last looked at for packs */
    bool looking;      /* that look is still going on */
};

/* One round of the thread, without v->mu; short, so that rows are flushed every second and closing does not
 * wait. Failures are kept by the side log and the journal and answered to whoever writes next. */
static void keep_once(struct vault *v, int64_t now_ms, bool crowded, struct keeping *k)
{
    vault_side_flush(v, NULL);
    if (journal_due(v->journal, now_ms)) journal_switch(v->journal);
    if (journal_ripe(v->journal)) journal_settle(v->journal, false, NULL);
    if (crowded) merge_packs(v, PACKS_SOON, MERGES_A_ROUND);
    if (now_ms - k->looked_ms >= JOURNAL_SWITCH_MS) {
        k->looked_ms = now_ms;
        k->looking = true;
    }
    if (k->looking) k->looking = merge_packs(v, 1, MERGES_A_ROUND);
}

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void *keep(void *user)
{
    struct vault *v = user;
    struct keeping k = {.looked_ms = monotonic_ms()};
    pthread_mutex_lock(&v->mu);
    while (!v->stop) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        t.tv_sec++;
        pthread_cond_timedwait(&v->wake, &v->mu, &t);
        bool crowded = v->crowded;
        pthread_mutex_unlock(&v->mu);
        keep_once(v, monotonic_ms(), crowded, &k);
        pthread_mutex_lock(&v->mu);
    }
    pthread_mutex_unlock(&v->mu);
    return NULL;
}

int vault_keeper_start(struct vault *v, struct lt_error *err)
{
    int rc = 0;
    pthread_mutex_lock(&v->mu);
    if (!v->keeper_runs) {
        int why = pthread_create(&v->keeper, NULL, keep, v);
        if (why != 0) {
            errno = why;
            rc = lt_fail_errno(err, "start thread", v->dir);
        }
        v->keeper_runs = why == 0;
    }
    pthread_mutex_unlock(&v->mu);
    return rc;
}

static void keeper_stop(struct vault *v)
{
    pthread_mutex_lock(&v->mu);
    bool runs = v->keeper_runs;
    v->stop = true;
    pthread_cond_signal(&v->wake);
    pthread_mutex_unlock(&v->mu);
    if (runs) pthread_join(v->keeper, NULL);
}

int vault_settle(struct vault *v, struct lt_error *err)
{
    int rc = vault_writable(v, err);
    if (rc) return rc;
    journal_switch(v->journal);
    rc = journal_settle(v->journal, true, err);
    char *dir = lt_format("%s/journal", v->dir);
    if (rc == 0 && !dir) rc = lt_fail_memory(err);
    if (rc == 0 && lt_fs_sync_dir(v->fs, dir) < 0) rc = lt_fail_errno(err, "flush", dir);
    free(dir);
    return rc;
}

/* --- opening --- */

static int read_settings(struct vault *v, struct lt_error *err)
{
    struct conf *c = NULL;
    int64_t format = 0;
    char *path = lt_format("%s/letopis.conf", v->dir);
    if (!path) return lt_fail_memory(err);
    int rc = access(path, F_OK) == 0 ? conf_read(path, &c, err)
                                     : lt_fail(err, LT_NOTFOUND, "vault.absent", "dir", v->dir, (char *)NULL);
    if (rc == 0) rc = conf_int(c, "letopis.format", 1, INT32_MAX, 1, &format, err);
    if (rc == 0 && format > VAULT_FORMAT)
        rc = lt_fail(err, LT_REFUSED, "vault.newer", "dir", v->dir, (char *)NULL);
    if (rc == 0) {
        const char *id = conf_str(c, "letopis.school", "");
        if (!school_id_valid(id))
            rc = lt_fail(err, LT_REFUSED, "config.value", "file", path, "name", "letopis.school", "value", id,
                         (char *)NULL);
        else
            memcpy(v->school_id, id, strlen(id) + 1);
    }
    if (rc == 0 && !(v->installation = lt_format("letopis@%s", v->school_id))) rc = lt_fail_memory(err);
    conf_free(c);
    free(path);
    return rc;
}

/* Without the secret key the public one is the newest that may sign as this installation. */
static void public_from_signers(struct vault *v)
{
    for (size_t i = v->signers.len; i > 0; i--) {
        const struct sign_signer *s = &v->signers.list[i - 1];
        if (strcmp(s->principal, v->installation) == 0 && s->git && s->before_s == 0) {
            sign_public_line(s->key, v->public_key);
            sign_public_fingerprint(s->key, v->fingerprint);
            return;
        }
    }
}

static int read_keys(struct vault *v, struct lt_error *err)
{
    char *signers = lt_format("%s/keys/allowed_signers", v->dir), *key = lt_format("%s/keys/signing", v->dir);
    int rc = signers && key ? sign_signers_load(signers, &v->signers, err) : lt_fail_memory(err);
    if (rc == 0 && v->read_only) public_from_signers(v);
    if (rc == 0 && !v->read_only) rc = sign_key_load(key, &v->key, err);
    if (v->key) {
        lt_print(v->public_key, sizeof v->public_key, "%s", sign_key_line(v->key));
        lt_print(v->fingerprint, sizeof v->fingerprint, "%s", sign_key_fingerprint(v->key));
    }
    free(signers);
    free(key);
    return rc;
}

static int init_threads(struct vault *v, struct lt_error *err)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0) return lt_fail_memory(err);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&v->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_cond_init(&v->still, NULL);
    pthread_mutex_init(&v->mu, NULL);
    return 0;
}

static int start_writing(struct vault *v, struct lt_error *err)
{
    uint64_t next = 1;
    char *dir = lt_format("%s/journal", v->dir);
    int rc = dir ? vault_recover(v, &next, err) : lt_fail_memory(err);
    if (rc == 0) rc = journal_new(v->fs, dir, next, &v->journal, err);
    if (rc == 0) rc = vault_side_open(v, err);
    free(dir);
    return rc;
}

static void vault_free(struct vault *v)
{
    vault_side_close(v);
    journal_free(v->journal);
    cache_free(v->trees);
    cache_free(v->texts);
    repo_cache_free(v->repos);
    for (size_t i = 0; i < v->table_cap; i++) {
        for (struct vault_repo *r = v->table[i], *next; r; r = next) {
            next = r->chain;
            free(r);
        }
    }
    free(v->table);
    sign_key_free(v->key);
    sign_signers_free(&v->signers);
    if (v->git_started) repo_lib_end();
    pthread_cond_destroy(&v->wake);
    pthread_cond_destroy(&v->still);
    pthread_mutex_destroy(&v->mu);
    if (v->lock_fd >= 0) close(v->lock_fd);
    free(v->installation);
    free(v->dir);
    free(v->program);
    free(v->modules);
    free(v);
}

int vault_open(const struct vault_config *config, struct vault **out, struct lt_error *err)
{
    struct vault *v = lt_calloc(1, sizeof *v);
    if (!v) return lt_fail_memory(err);
    v->lock_fd = -1;
    v->fs = config->fs ? config->fs : lt_fs_system();
    lt_clock_system(&v->own_clock, 180);
    v->clock = config->clock ? config->clock : &v->own_clock;
    v->read_only = config->read_only;
    int rc = init_threads(v, err);
    if (rc) {
        free(v);
        return rc;
    }
    v->dir = lt_strdup(config->dir);
    v->program = lt_strdup(config->program);
    v->modules = lt_strdup(config->modules);
    v->repos = repo_cache_new();
    v->trees = cache_new(TREE_CACHE);
    v->texts = cache_new(TEXT_CACHE);
    if (!v->dir || !v->repos || !v->trees || !v->texts) rc = lt_fail_memory(err);
    if (rc == 0) rc = read_settings(v, err);
    if (rc == 0 && !v->read_only) rc = lock_folder(v->dir, config->lock_wait_ms, &v->lock_fd, err);
    if (rc == 0) rc = read_keys(v, err);
    if (rc == 0) rc = repo_lib_start(err);
    v->git_started = rc == 0;
    if (rc == 0 && !v->read_only) rc = start_writing(v, err);
    if (rc) {
        vault_free(v);
        return rc;
    }
    *out = v;
    return 0;
}

void vault_close(struct vault *v)
{
    if (!v) return;
    keeper_stop(v);
    if (!v->read_only) {
        vault_side_flush(v, NULL);
        merge_packs(v, 1, PACKS_AT_CLOSE); /* programs that open the folder for one change never live to see a
                                              quiet moment */
        /* What cannot be settled stays in the journal for the next start. */
        journal_switch(v->journal);
        journal_settle(v->journal, false, NULL);
    }
    vault_free(v);
}
