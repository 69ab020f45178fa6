/* The benches of docs/performance.md. Each mode is a process of its own and prints lines "what: number unit"; the other side of each
 * comparison is in `run`, which calls both in turn. */
#include "school.h"

#include "base/json.h"
#include "base/text.h"

#include <fcntl.h>
#include <git2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- flushes --- */

static uint64_t flushes(void)
{
    uint64_t n = 0;
    const char *path = getenv("BENCH_FLUSHES");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0 && read(fd, &n, sizeof n) != sizeof n) n = 0;
    if (fd >= 0) close(fd);
    return n;
}

/* --- many clients --- */

struct load {
    struct school *s;
    const char *token;
    json_t *(*values)(struct load *l, size_t i); /* of the ith request */
    const char *noun, *verb;
    size_t n;
    char (*ids)[LT_ID_SIZE]; /* of entries, for those that need one */
    size_t ids_len;
    const char *file; /* format with the number of the request */
    atomic_size_t next;
    double *took;
};

static void *load_client(void *arg)
{
    struct load *l = arg;
    for (size_t i; (i = atomic_fetch_add(&l->next, 1)) < l->n;) {
        struct lt_error err = {0};
        char path[400];
        if (l->file) lt_print(path, sizeof path, "%s/%zu.pdf", l->file, i);
        double begun = served_seconds();
        if (served_call(&l->s->server, l->token, l->noun, l->verb, l->values(l, i), NULL, l->file ? path : NULL, NULL, &err))
            served_die("%s %s: %s %s", l->noun, l->verb, err.code, err.field);
        l->took[i] = served_seconds() - begun;
    }
    return NULL;
}

/* Processor time of the server so far: beside other work on the machine it says more than seconds. */
static double server_cpu(const struct load *l)
{
    char path[64], text[1024];
    unsigned long user = 0, sys = 0;
    lt_print(path, sizeof path, "/proc/%ld/stat", (long)l->s->server.pid);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f) fclose(f);
    text[n] = 0;
    const char *after = strrchr(text, ')');
    if (!after || sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2) return 0;
    return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Requests a second; prints latencies. Returns the median in ms. */
static double load_run(struct load *l, unsigned clients, const char *name)
{
    pthread_t threads[64];
    l->took = calloc(l->n, sizeof *l->took);
    atomic_store(&l->next, 0);
    uint64_t before = flushes();
    double cpu = server_cpu(l), begun = served_seconds();
    for (unsigned i = 0; i < clients; i++) pthread_create(&threads[i], NULL, load_client, l);
    for (unsigned i = 0; i < clients; i++) pthread_join(threads[i], NULL);
    double all = served_seconds() - begun;
    qsort(l->took, l->n, sizeof *l->took, by_time);
    double median = l->took[l->n / 2] * 1000;
    printf("%s, %u clients: %.0f /s; median %.2f ms, 95%% %.2f ms, 99%% %.2f ms; processor %.2f ms each", name, clients, (double)l->n / all,
           median, l->took[l->n * 95 / 100] * 1000, l->took[l->n * 99 / 100] * 1000, (server_cpu(l) - cpu) * 1000 / (double)l->n);
    if (flushes() > before) printf("; %.2f flushes each", (double)(flushes() - before) / (double)l->n);
    printf("\n");
    fflush(stdout);
    free(l->took);
    return median;
}

static json_t *values_entry(struct load *l, size_t i)
{
    return json_pack("{s:s}", "id", l->ids[i % l->ids_len]);
}

static json_t *values_pupil(struct load *l, size_t i)
{
    return json_pack("{s:s}", "id", l->s->ids[i * 7 % l->s->pupils]);
}

static json_t *values_list(struct load *l, size_t i)
{
    static const char *const levels[] = {"school", "municipal", "regional", "national"};
    (void)l;
    return json_pack("{s:s, s:i}", "level", levels[i % 4], "limit", 50);
}

static json_t *values_search(struct load *l, size_t i)
{
    static const char *const words[] = {"олимпиада физика", "конкурс чтецов", "турнир математиков", "чистый берег"};
    (void)l;
    return json_pack("{s:s, s:i}", "query", words[i % 4], "limit", 20);
}

/* Ids of entries that await verification, spread over the portfolios. */
static void waiting(struct load *l, size_t n)
{
    char cursor[300] = "";
    l->ids = calloc(n, LT_ID_SIZE);
    l->ids_len = 0;
    while (l->ids_len < n) {
        json_t *v = json_pack("{s:s, s:i}", "state", "submitted", "limit", 200), *item;
        size_t i;
        if (*cursor) lt_json_put_str(v, "cursor", cursor);
        json_t *page = served_ok(&l->s->server, "entry", "list", v);
        json_array_foreach(lt_json_array(page, "items"), i, item) {
            if (l->ids_len < n) lt_print(l->ids[l->ids_len++], LT_ID_SIZE, "%s", lt_json_str_or(item, "id", ""));
        }
        lt_print(cursor, sizeof cursor, "%s", lt_json_str_or(page, "next", ""));
        json_decref(page);
        if (!*cursor && l->ids_len < n) served_die("only %zu of %zu entries await verification", l->ids_len, n);
    }
}

/* --- modes --- */

/* (a) entries into portfolios that exist, one commit an entry. */
static int mode_batch(const char *program, const char *dir, size_t pupils, size_t each)
{
    struct school s;
    school_make(&s, program, dir, pupils);
    struct lt_error err = {0};
    if (vault_settle(s.app->vault, &err)) served_die("settle: %s", err.code);
    uint64_t before = flushes();
    double begun = served_seconds();
    school_fill(&s, 0, pupils, each, false);
    double all = served_seconds() - begun;
    printf("batch: %.0f entries/s (%zu in %.2f s, %llu flushes)\n", (double)(pupils * each) / all, pupils * each, all,
           (unsigned long long)(flushes() - before));
    school_close(&s);
    free(s.ids);
    return 0;
}

static void make(const char *program, const char *dir, size_t pupils, size_t each, struct school *s, char token[48])
{
    school_make(s, program, dir, pupils);
    for (size_t i = 0; i < pupils; i += 100) school_fill(s, i, pupils - i < 100 ? pupils - i : 100, each, true);
    school_token(s, token);
    school_close(s);
}

static int mode_make(const char *program, const char *dir, size_t pupils, size_t each)
{
    struct school s;
    char token[48], path[400];
    make(program, dir, pupils, each, &s, token);
    lt_print(path, sizeof path, "%s.token", dir);
    FILE *f = fopen(path, "we");
    if (!f || fputs(token, f) < 0 || fclose(f)) served_die("cannot write %s", path);
    free(s.ids);
    return 0;
}

static void take_up(struct school *s, struct load *l, const char *program, const char *dir)
{
    static char token[48];
    char path[400];
    lt_print(path, sizeof path, "%s.token", dir);
    FILE *f = fopen(path, "re");
    if (!f || !fgets(token, sizeof token, f)) served_die("cannot read %s", path);
    fclose(f);
    school_open(s, program, dir);
    school_close(s);
    served_start(&s->server);
    *l = (struct load){.s = s, .token = token};
}

/* (b) one entry verified. */
static int mode_verify(const char *program, const char *dir, size_t n, unsigned clients)
{
    struct school s;
    struct load l;
    take_up(&s, &l, program, dir);
    waiting(&l, n);
    l.noun = "entry", l.verb = "verify", l.values = values_entry, l.n = n;
    load_run(&l, clients, "verify");
    served_stop(&s.server);
    free(l.ids);
    free(s.ids);
    return 0;
}

/* The same without a door, in this process: for profilers. */
static int mode_inside(const char *program, const char *dir, size_t n)
{
    struct school s;
    struct lt_error err = {0};
    json_t *page = NULL, *item;
    char token[48], path[400];
    size_t i;
    school_open(&s, program, dir);
    lt_print(path, sizeof path, "%s.token", dir);
    FILE *f = fopen(path, "re");
    if (!f || !fgets(token, sizeof token, f)) served_die("cannot read %s", path);
    fclose(f);
    json_t *params = json_pack("{s:s}", "state", "submitted");
    if (index_list(s.app->index, "entries", params, (int)n, NULL, &page, NULL, &err)) served_die("list: %s", err.code);
    double begun = served_seconds();
    json_array_foreach(page, i, item) {
        struct uc_answer answer;
        json_t *values = json_pack("{s:O}", "id", json_object_get(item, "id"));
        struct uc_request r = {.noun = "entry", .verb = "verify", .values = values, .lang = LT_RU, .door = UC_CLI, .token = token};
        if (uc_dispatch(s.app, &r, &answer, &err)) served_die("verify: %s", err.code);
        uc_answer_clear(&answer);
        json_decref(values);
    }
    printf("inside: %.2f ms each\n", (served_seconds() - begun) * 1000 / (double)json_array_size(page));
    json_decref(page);
    json_decref(params);
    school_close(&s);
    free(s.ids);
    return 0;
}

/* (c) scans through the vault: the file flushed with its folder, its entry, the record of the journal. */
static int mode_scan(const char *program, const char *dir, size_t n, const char *scans)
{
    struct school s;
    struct lt_error err = {0};
    school_make(&s, program, dir, 20);
    struct vault_author who = {.name = "bench", .email = "bench@bench"};
    struct vault_message m = {.subject = "Add entry", .use_case = "entry.add"};
    uint64_t before = flushes();
    double begun = served_seconds();
    for (size_t i = 0; i < n; i++) {
        char path[400], inside[80];
        const char *repo = s.ids[i % 20];
        struct vault_tx *tx;
        struct vault_stored stored;
        const struct vault_result *result;
        lt_print(path, sizeof path, "%s/%zu.pdf", scans, i);
        lt_print(inside, sizeof inside, "entries/2026/e%zu/files/01.pdf", i);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (vault_tx_begin(s.app->vault, &who, &repo, 1, &tx, &err) || vault_tx_put_file(tx, repo, inside, fd, 100 << 20, &stored, &err) ||
            vault_tx_commit(tx, &m, NULL, 0, &result, &err))
            served_die("scan: %s", err.code);
        vault_tx_end(tx);
        close(fd);
    }
    double all = served_seconds() - begun;
    printf("scan: %.2f ms each (%zu of 1 MB, committed; %.1f flushes each)\n", all * 1000 / (double)n, n,
           (double)(flushes() - before) / (double)n);
    school_close(&s);
    free(s.ids);
    return 0;
}

/* (d), (g) reading through the door. */
static int mode_ask(const char *program, const char *dir, size_t n, unsigned clients)
{
    struct school s;
    struct load l;
    take_up(&s, &l, program, dir);
    l.n = n;
    l.noun = "entry", l.verb = "list", l.values = values_list;
    load_run(&l, clients, "list of 50");
    l.noun = "search", l.verb = "find", l.values = values_search;
    load_run(&l, clients, "search");
    l.noun = "portfolio", l.verb = "show", l.values = values_pupil;
    load_run(&l, clients, "portfolio page");
    waiting(&l, n / 4);
    l.n = n / 4;
    l.noun = "entry", l.verb = "verify", l.values = values_entry;
    load_run(&l, clients, "verify");
    served_stop(&s.server);
    free(l.ids);
    free(s.ids);
    return 0;
}

/* (f) memory under all of that at once. */
static int mode_memory(const char *program, const char *dir, size_t n, unsigned clients)
{
    struct school s;
    struct load l;
    long peak, now;
    take_up(&s, &l, program, dir);
    served_memory(&s.server, &peak, &now);
    printf("memory at start: %.1f MiB, now %.1f MiB\n", (double)peak / 1024, (double)now / 1024);
    l.n = n;
    l.noun = "entry", l.verb = "list", l.values = values_list;
    load_run(&l, clients, "list of 50");
    l.noun = "search", l.verb = "find", l.values = values_search;
    load_run(&l, clients, "search");
    l.noun = "portfolio", l.verb = "show", l.values = values_pupil;
    load_run(&l, clients, "portfolio page");
    waiting(&l, n);
    l.noun = "entry", l.verb = "verify", l.values = values_entry;
    load_run(&l, clients, "verify");
    served_memory(&s.server, &peak, &now);
    printf("memory under load: peak %.1f MiB, now %.1f MiB\n", (double)peak / 1024, (double)now / 1024);
    served_stop(&s.server);
    free(l.ids);
    free(s.ids);
    return 0;
}

/* (e) the index made anew, beside reading the same objects. */
static int mode_reindex(const char *program, const char *dir)
{
    struct school s;
    struct lt_error err = {0};
    school_open(&s, program, dir);
    double begun = served_seconds();
    if (app_mend_index(s.app, true, &err)) served_die("reindex: %s", err.code);
    printf("reindex over a full index: %.2f s\n", served_seconds() - begun);
    char path[400];
    lt_print(path, sizeof path, "%s/index.db", dir);
    school_close(&s);
    free(s.ids);
    if (index_remove(path, &err)) served_die("remove: %s", err.code);
    begun = served_seconds();
    school_open(&s, program, dir);
    printf("reindex: %.2f s\n", served_seconds() - begun);
    school_close(&s);
    free(s.ids);
    return 0;
}

struct reading {
    git_repository *repo;
    size_t objects, bytes;
};

static int read_blob(const char *root, const git_tree_entry *e, void *user)
{
    struct reading *r = user;
    git_blob *blob;
    (void)root;
    if (git_tree_entry_type(e) != GIT_OBJECT_BLOB) return 0;
    if (git_blob_lookup(&blob, r->repo, git_tree_entry_id(e))) return -1;
    r->objects++;
    r->bytes += (size_t)git_blob_rawsize(blob);
    git_blob_free(blob);
    return 0;
}

/* The other side of (e): every document of every head through libgit2. */
static int mode_read(const char *program, const char *dir)
{
    struct reading r = {0};
    struct school s;
    school_open(&s, program, dir);
    school_close(&s);
    git_libgit2_init();
    double begun = served_seconds();
    for (size_t i = 0; i < s.pupils; i++) {
        char path[500];
        git_oid head;
        git_commit *commit;
        git_tree *tree;
        lt_print(path, sizeof path, "%s/portfolios/%s/%s.git", dir, s.ids[i] + 34, s.ids[i]);
        if (git_repository_open_bare(&r.repo, path) || git_reference_name_to_id(&head, r.repo, "HEAD") ||
            git_commit_lookup(&commit, r.repo, &head) || git_commit_tree(&tree, commit) ||
            git_tree_walk(tree, GIT_TREEWALK_PRE, read_blob, &r))
            served_die("cannot read %s", path);
        git_tree_free(tree);
        git_commit_free(commit);
        git_repository_free(r.repo);
    }
    printf("libgit2 reads: %.2f s (%zu documents, %zu bytes)\n", served_seconds() - begun, r.objects, r.bytes);
    free(s.ids);
    return 0;
}

static size_t number(const char *text)
{
    return (size_t)strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    const char *program = LETOPIS_BINARY_DIR "/letopis", *mode = argc > 1 ? argv[1] : "";
    if (argc == 5 && strcmp(mode, "batch") == 0) return mode_batch(program, argv[2], number(argv[3]), number(argv[4]));
    if (argc == 5 && strcmp(mode, "make") == 0) return mode_make(program, argv[2], number(argv[3]), number(argv[4]));
    if (argc == 5 && strcmp(mode, "verify") == 0) return mode_verify(program, argv[2], number(argv[3]), (unsigned)number(argv[4]));
    if (argc == 4 && strcmp(mode, "inside") == 0) return mode_inside(program, argv[2], number(argv[3]));
    if (argc == 5 && strcmp(mode, "scan") == 0) return mode_scan(program, argv[2], number(argv[3]), argv[4]);
    if (argc == 5 && strcmp(mode, "ask") == 0) return mode_ask(program, argv[2], number(argv[3]), (unsigned)number(argv[4]));
    if (argc == 5 && strcmp(mode, "memory") == 0) return mode_memory(program, argv[2], number(argv[3]), (unsigned)number(argv[4]));
    if (argc == 3 && strcmp(mode, "reindex") == 0) return mode_reindex(program, argv[2]);
    if (argc == 3 && strcmp(mode, "read") == 0) return mode_read(program, argv[2]);
    fprintf(stderr, "letopis-bench batch|make DIR PUPILS EACH | verify|ask|memory DIR N CLIENTS | inside DIR N | scan DIR N SCANS |"
                    " reindex|read DIR\n");
    return 2;
}
