/* The index alone: feeding it and asking it, on documents made here (docs/performance.md, "Index").
 *
 *   letopis-index-bench FILE ENTRIES [rebuild|ask|steps|log]
 *
 * Without a third word all of them in turn. Three quarters of the entries are verified, nine of ten of those as they stand. */
#include "index/index.h"
#include "index/system.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EACH 120 /* entries of a pupil */
#define HEAD "1111111111111111111111111111111111111111"

/* Of the processor: what others do on the machine does not count. The benches of the whole system measure by the wall clock. */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int status, const struct lt_error *err, const char *what)
{
    if (status >= 0)
        return;
    const char *why = lt_error_param(err, "why");
    fprintf(stderr, "%s: %s %s\n", what, err->code, why ? why : "");
    exit(1);
}

/* --- documents --- */

static void pupil_id(size_t n, char out[40])
{
    lt_print(out, 40, "0198%04zx-%04zx-7000-8000-%012zx", n >> 16, n & 0xFFFF, n * 2654435761u % 0xFFFFFFFFFFFu);
}

/* Born in the order of `n`, as an import writes them. */
static void entry_id(size_t n, char out[40])
{
    size_t ms = n * 3;
    lt_print(out, 40, "0199%04zx-%04zx-7abc-9def-%012zx", ms >> 16, ms & 0xFFFF, n * 2654435761u % 0xFFFFFFFFFFFu);
}

struct docs {
    struct index_change *changes;
    size_t n, cap;
};

static void add_doc(struct docs *d, char *path, char *text)
{
    if (d->n == d->cap) {
        d->cap = d->cap ? d->cap * 2 : 64;
        d->changes = realloc(d->changes, d->cap * sizeof *d->changes);
    }
    d->changes[d->n++] = (struct index_change){.path = path, .data = text, .len = strlen(text)};
}

static void docs_clear(struct docs *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free((void *)(uintptr_t)d->changes[i].path);
        free((void *)(uintptr_t)d->changes[i].data);
    }
    d->n = 0;
}

static char *entry_text(size_t n, const char *id, const char *pupil, const char *state, int revision)
{
    static const char *const activities[] = {"olympiad", "contest", "project", "sport", "art", "volunteering"};
    static const char *const levels[] = {"school", "municipal", "regional", "national"};
    static const char *const results[] = {"winner", "prize_winner", "participant"};
    static const char *const subjects[] = {"математика", "физика", "история", "литература", "химия"};
    static const char *const titles[] = {"Всероссийская олимпиада школьников", "Конкурс чтецов «Живая классика»",
                                         "Научная конференция «Шаг в будущее»", "Турнир юных математиков", "Экологическая акция «Чистый берег»"};
    size_t class = n / EACH / 25;
    return lt_format("{\n  \"activity\": \"%s\",\n  \"changed\": {\n    \"at\": \"2026-10-%02zuT10:11:%02zu.345Z\",\n    \"by\": \"local:root\"\n  },\n"
                     "  \"class\": \"0197000a-0000-7000-8000-%012zx\",\n  \"class_name\": \"%zuА\",\n  \"created\": {\n    \"at\": \"2026-10-%02zuT10:11:12.345Z\",\n"
                     "    \"by\": \"local:root\"\n  },\n  \"date\": \"2026-%02zu-%02zu\",\n  \"description\": \"Работа номер %zu, отмечена жюри за смелость.\",\n"
                     "  \"files\": [\n    {\n      \"name\": \"Грамота %zu.pdf\",\n      \"path\": \"files/01.pdf\",\n      \"sha256\": \"%064zx\",\n"
                     "      \"size\": %zu,\n      \"type\": \"application/pdf\"\n    }\n  ],\n  \"format\": \"in_person\",\n  \"ground\": \"consent\",\n"
                     "  \"id\": \"%s\",\n  \"kind\": \"achievement\",\n  \"level\": \"%s\",\n  \"organiser\": \"Министерство просвещения\",\n"
                     "  \"participation\": \"personal\",\n  \"pupil\": \"%s\",\n  \"result\": \"%s\",\n  \"revision\": %d,\n  \"school_year\": 2026,\n"
                     "  \"section\": \"study\",\n  \"source\": {\n    \"by\": \"local:root\",\n    \"kind\": \"staff\"\n  },\n  \"state\": \"%s\",\n"
                     "  \"subject\": \"%s\",\n  \"title\": \"%s, тур %zu\"\n}\n",
                     activities[n % 6], n % 28 + 1, n % 60, class, class % 11 + 1, n % 28 + 1, n % 9 + 1, n % 28 + 1, n, n, n, n % 900000 + 1000, id,
                     levels[n % 4], pupil, results[n % 3], revision, state, subjects[n % 5], titles[n % 5], n % 500);
}

static void add_entry(struct docs *d, size_t n, const char *pupil)
{
    char id[40];
    entry_id(n, id);
    bool verified = n % 4 != 0, changed_since = n % 10 == 1;
    add_doc(d, lt_format("entries/2026/%s/entry.json", id),
            entry_text(n, id, pupil, changed_since ? "submitted" : verified ? "verified" : "submitted", changed_since ? 2 : 1));
    if (!verified)
        return;
    add_doc(d, lt_format("entries/2026/%s/verification.json", id),
            lt_format("{\n  \"act\": \"import\",\n  \"at\": \"2026-10-11T10:11:12.345Z\",\n  \"by\": \"local:root\",\n  \"entry_sha256\": \"%064zx\",\n"
                      "  \"revision\": 1\n}\n", n));
    add_doc(d, lt_format("entries/2026/%s/verified.json", id), entry_text(n, id, pupil, "verified", 1));
}

static void add_pupil(struct docs *d, size_t n, const char *id)
{
    static const char *const surnames[] = {"Иванов", "Петров", "Сидоров", "Кузнецов", "Смирнов", "Попов", "Волков", "Соколов"};
    static const char *const names[] = {"Анна", "Мария", "Иван", "Пётр", "Ольга", "Семён"};
    add_doc(d, lt_format("pupil.json"),
            lt_format("{\"id\":\"%s\",\"surname\":\"%s\",\"name\":\"%s\",\"patronymic\":\"Андреевич\",\"birth\":\"2012-%02zu-%02zu\",\"state\":\"active\","
                      "\"study\":[{\"form\":\"school\",\"from\":\"2019-09-01\"}]}", id, surnames[n % 8], names[n % 6], n % 12 + 1, n % 28 + 1));
    add_doc(d, lt_format("classes.json"),
            lt_format("{\"classes\":[{\"class\":\"0197000a-0000-7000-8000-%012zx\",\"year\":2026,\"name\":\"%zuА\",\"from\":\"2026-09-01\"}]}", n / 25, n / 25 % 11 + 1));
}

static void add_portfolio(struct docs *d, size_t n, const char *id)
{
    add_pupil(d, n, id);
    for (size_t k = 0; k < EACH; k++)
        add_entry(d, n * EACH + k, id);
}

/* --- what is measured --- */

static void memory(const char *when)
{
    struct rusage u;
    long now = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fscanf(f, "%*d %ld", &now) != 1)
        now = 0;
    if (f)
        fclose(f);
    getrusage(RUSAGE_SELF, &u);
    printf("memory %s: %.1f MiB, peak %.1f MiB\n", when, (double)now * (double)sysconf(_SC_PAGESIZE) / 1048576, (double)u.ru_maxrss / 1024);
}

static void open_index(const char *path, struct index **ix)
{
    struct lt_error err = {0};
    bool rebuild;
    must(index_open(&(struct index_config){.path = path}, ix, &rebuild, &err), &err, "open");
}

static void rebuild(const char *path, size_t entries)
{
    struct lt_error err = {0};
    struct index *ix;
    struct docs d = {0};
    struct stat st;
    double made = 0;
    must(index_remove(path, &err), &err, "remove");
    double begun = seconds();
    open_index(path, &ix);
    must(index_begin(ix, &err), &err, "begin");
    for (size_t p = 0; p * EACH < entries; p++) {
        char id[40];
        double t = seconds();
        pupil_id(p, id);
        add_portfolio(&d, p, id);
        made += seconds() - t;
        struct index_batch b = {.repo = id, .new_head = HEAD, .whole = true, .changes = d.changes, .len = d.n};
        must(index_apply(ix, &b, 1, &err), &err, "apply");
        t = seconds();
        docs_clear(&d);
        made += seconds() - t;
    }
    must(index_end(ix, true, &err), &err, "end");
    double took = seconds() - begun - made;
    printf("rebuild of %zu entries: %.2f s, %.1f us an entry\n", entries, took, took * 1e6 / (double)entries);
    memory("after the rebuild");
    index_close(ix);
    if (stat(path, &st) == 0)
        printf("file: %.1f MB\n", (double)st.st_size / 1e6);
    free(d.changes);
}

/* One entry a call: a transaction of its own each, as a person's change is. */
static void steps(const char *path, size_t entries)
{
    struct lt_error err = {0};
    struct index *ix;
    struct docs d = {0};
    size_t n = 2000;
    open_index(path, &ix);
    for (size_t together = 1; together <= 64; together *= 64) {
        double took = 0;
        for (size_t i = 0; i < n; i += together) {
            struct index_batch b[64];
            char pupil[64][40];
            size_t at[65] = {0};
            for (size_t k = 0; k < together; k++) {
                pupil_id((i + k) * 7919 % (entries / EACH), pupil[k]);
                add_entry(&d, entries + (together > 1 ? n : 0) + i + k, pupil[k]);
                at[k + 1] = d.n;
            }
            for (size_t k = 0; k < together; k++)
                b[k] = (struct index_batch){.repo = pupil[k], .new_head = HEAD, .changes = d.changes + at[k], .len = at[k + 1] - at[k]};
            double t = seconds();
            must(index_apply(ix, b, together, &err), &err, "apply");
            took += seconds() - t;
            docs_clear(&d);
        }
        printf("entries, %zu a call: %.1f us each\n", together, took * 1e6 / (double)n);
    }
    memory("after the steps");
    index_close(ix);
    free(d.changes);
}

struct question {
    const char *list, *params; /* list "": the search line, the text before params behind a bar */
};
static const struct question QUESTIONS[] = {
    {"entries", "{}"},
    {"entries", "{'level':'regional'}"},
    {"entries", "{'level':'school','activity':'sport','subject':'химия'}"},
    {"entries", "{'level':'nowhere'}"},
    {"entries", "{'subject':'нет такого'}"},
    {"entries", "{'activity':'olympiad','level':'national','result':'nothing'}"},
    {"entries", "{'state':'returned'}"},
    {"entries", "{'school_year':1999}"},
    {"entries", "{'hidden':true}"},
    {"entries", "{'significant':true}"},
    {"entries", "{'with_files':false}"},
    {"entries", "{'from':'2030-01-01'}"},
    {"entries", "{'disputed':true}"},
    {"entries", "{'verified':false}"},
    {"entries", "{'query':'олимпиада'}"},
    {"entries", "{'query':'министерство'}"},
    {"entries", "{'query':'олимпиада','level':'nowhere'}"},
    {"entries", "{'query':'ничегонет'}"},
    {"entries", "{'verified_only':true}"},
    {"entries", "{'verified_only':true,'level':'regional'}"},
    {"entries", "{'pupil':'PUPIL'}"},
    {"entries", "{'class':'CLASS','today':'2026-10-10'}"},
    {"entries", "{'scope':{'classes':['CLASS']},'today':'2026-10-10'}"},
    {"entries", "{'scope':{'class_subjects':['CLASS\\u001fфизика']},'today':'2026-10-10'}"},
    {"entries", "{'scope':{'levels':['ooo'],'sensitive':{'levels':['ooo']},'family_only':{}},'today':'2026-10-10'}"},
    {"queue", "{}"},
    {"queue", "{'scope':{'classes':['CLASS']},'today':'2026-10-10'}"},
    {"showable", "{}"},
    {"pupils", "{}"},
    {"pupils", "{'query':'иван','today':'2026-10-10'}"},
    {"pupils", "{'class':'CLASS','today':'2026-10-10'}"},
    {"verifications", "{'pupil':'PUPIL'}"},
    {"", "олимпиада|{}"},
    {"", "конкурс чтецов|{}"},
    {"", "чистый берег 77|{}"},
    {"", "министерство|{'scope':{'classes':['CLASS']},'today':'2026-10-10'}"},
    {"", "министерство|{'level':'nowhere'}"},
    {"", "иванов|{}"},
};

static char *fill_in(const char *params)
{
    char pupil[40], *s = lt_strdup(params), *at, *out;
    for (char *c = s; *c; c++)
        if (*c == '\'')
            *c = '"';
    pupil_id(300 % 7, pupil);
    while ((at = strstr(s, "PUPIL")) || (at = strstr(s, "CLASS"))) {
        out = lt_format("%.*s%s%s", (int)(at - s), s, *at == 'P' ? pupil : "0197000a-0000-7000-8000-000000000001", at + 5);
        free(s);
        s = out;
    }
    return s;
}

static size_t once(struct index *ix, const struct question *q, const char *text, const json_t *params, char **cursor)
{
    struct lt_error err = {0};
    json_t *items = NULL;
    char *next = NULL;
    must(*q->list ? index_list(ix, q->list, params, 50, *cursor, &items, &next, &err)
                  : index_search(ix, text, params, 50, *cursor, &items, &next, &err), &err, q->list);
    size_t n = json_array_size(items);
    json_decref(items);
    free(*cursor);
    *cursor = next;
    return n;
}

/* The first page, and a page in the middle of what there is (after 20 pages); milliseconds, the median of many. */
static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void ask(const char *path)
{
    struct index *ix;
    open_index(path, &ix);
    for (size_t i = 0; i < sizeof QUESTIONS / sizeof QUESTIONS[0]; i++) {
        const struct question *q = &QUESTIONS[i];
        char *all = fill_in(q->params), *text = all, *params = *q->list ? all : strchr(all, '|') + 1, *cursor = NULL;
        if (!*q->list)
            params[-1] = '\0';
        json_t *p = json_loads(params, 0, NULL);
        double took[15], later = 0;
        size_t n = 0, pages = 0;
        for (size_t k = 0; k < 15; k++) {
            double t = seconds();
            free(cursor);
            cursor = NULL;
            n = once(ix, q, text, p, &cursor);
            took[k] = seconds() - t;
        }
        for (pages = 0; cursor && pages < 20; pages++) {
            double t = seconds();
            once(ix, q, text, p, &cursor);
            later = seconds() - t;
        }
        qsort(took, 15, sizeof *took, by_time);
        printf("%7.2f ms  %7.2f ms after %2zu pages  %3zu rows  %s %s\n", took[7] * 1000, later * 1000, pages, n, *q->list ? q->list : "search", q->params);
        free(cursor);
        json_decref(p);
        free(all);
    }
    memory("after the questions");
    index_close(ix);
}

static int64_t now_ms(void *ctx)
{
    (void)ctx;
    return 1790000000000;
}

/* Rows of the access log as the server writes them: 256 in one transaction, the disk's flush left out by a file in memory. */
static void access_log(void)
{
    struct lt_error err = {0};
    struct sysdb *sys;
    struct lt_clock clock = {.now_ms = now_ms};
    char dir[] = "/dev/shm/lt-bench-XXXXXX", path[64];
    struct sys_access rows[256];
    static char request[256][40], pupils[256][40];
    if (!mkdtemp(dir))
        return;
    snprintf(path, sizeof path, "%s/system.db", dir);
    must(sysdb_open(path, &clock, &sys, &err), &err, "system.db");
    double took[100];
    for (size_t r = 0; r < 100; r++) {
        for (size_t i = 0; i < 256; i++) {
            entry_id((r * 256 + i) * 11, request[i]);
            pupil_id((r * 256 + i) * 7919 % 2000, pupils[i]);
            rows[i] = (struct sys_access){.at = 1790000000000 + (int64_t)(r * 256 + i), .actor = pupils[i], .account = pupils[i], .use_case = "entry.list",
                                          .outcome = "done", .pupils = pupils[i], .object = request[i], .request = request[i], .door = "http"};
        }
        double t = seconds();
        must(sysdb_access_add(sys, rows, 256, &err), &err, "access");
        took[r] = seconds() - t;
    }
    qsort(took, 100, sizeof *took, by_time);
    printf("256 rows of the access log: %.2f ms, at most %.2f ms\n", took[50] * 1000, took[99] * 1000);
    sysdb_close(sys);
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/system.db%s", dir, endings[i]);
        unlink(path);
    }
    rmdir(dir);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "letopis-index-bench FILE ENTRIES [rebuild|ask|steps|log]\n");
        return 2;
    }
    const char *what = argc > 3 ? argv[3] : "";
    size_t entries = (size_t)strtoull(argv[2], NULL, 10);
    if (entries < 10 * EACH)
        entries = 10 * EACH;
    if (!*what || strcmp(what, "rebuild") == 0)
        rebuild(argv[1], entries);
    if (!*what || strcmp(what, "ask") == 0)
        ask(argv[1]);
    if (!*what || strcmp(what, "steps") == 0)
        steps(argv[1], entries);
    if (!*what || strcmp(what, "log") == 0)
        access_log();
    return 0;
}
