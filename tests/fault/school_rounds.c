#include "school_rounds.h"

#include "base/json.h"
#include "base/text.h"
#include "index/index.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t rounds_random(struct rounds *r)
{
    uint64_t z = (r->seed += 0x9e3779b97f4a7c15u); /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

__attribute__((format(printf, 1, 2))) static void sh(const char *format, ...)
{
    char line[1200];
    va_list ap;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (system(line)) served_die("failed: %s", line);
}

#define OWN_WORD "Своя" /* in the title of every own entry */

/* --- the school --- */

static json_t *entry_values(const char *pupil, const char *title)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "pupil", pupil, "activity", "olympiad", "title", title, "level",
                     "municipal", "result", "winner", "date", "2025-10-10");
}

static json_t *pupil_values(const char *surname, size_t n, const char *klass)
{
    char birth[16];
    lt_print(birth, sizeof birth, "2011-%02zu-%02zu", n % 12 + 1, n % 28 + 1);
    return json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "surname", surname, "name", "Анна", "birth", birth, "class", klass, "from",
                     klass ? "2026-09-01" : NULL);
}

static void fill_school(struct rounds *r)
{
    char klass[LT_ID_SIZE], title[80];
    r->year = 2026;
    served_made(&r->server, klass, "class", "add", json_pack("{s:s, s:i}", "name", "9А", "year", r->year));
    served_made(&r->server, r->klass, "class", "add", json_pack("{s:s, s:i}", "name", "1П", "year", r->year));
    for (size_t i = 0; i < PUPILS; i++) served_made(&r->server, r->pupils[i], "pupil", "add", pupil_values("Первая", i, klass));
    for (size_t i = 0; i < GOING_UP; i++) served_made(&r->server, r->going[i], "pupil", "add", pupil_values("Растущая", i, r->klass));
    for (size_t i = 0; i < OWN_ENTRIES; i++) {
        lt_print(title, sizeof title, OWN_WORD " %zu", i);
        served_made(&r->server, r->entries[i].id, "entry", "add", entry_values(r->pupils[i % PUPILS], title));
        lt_print(r->entries[i].state, sizeof r->entries[i].state, "draft");
        r->entries[i].revision = 1;
    }
}

struct rounds *rounds_open(const char *program, uint64_t seed)
{
    struct rounds *r = calloc(1, sizeof *r);
    /* in memory: a kill loses nothing that was written, and the many syncfs would wait for whatever else the machine writes */
    const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    char data[320];
    if (!r) served_die("memory");
    lt_print(r->dir, sizeof r->dir, "%s/letopis-rounds-XXXXXX", tmp);
    if (!mkdtemp(r->dir)) served_die("cannot make %s", r->dir);
    r->seed = seed;
    lt_print(data, sizeof data, "%s/data", r->dir);
    lt_print(r->scan, sizeof r->scan, "%s/scan.txt", r->dir);
    lt_print(r->roster, sizeof r->roster, "%s/roster.csv", r->dir);
    served_place(&r->server, program, data);
    served_init(&r->server);
    served_start(&r->server);
    fill_school(r);
    return r;
}

void rounds_close(struct rounds *r)
{
    served_stop(&r->server);
    sh("rm -rf '%s'", r->dir);
    json_decref(r->own);
    json_decref(r->named);
    free(r);
}

/* --- planning a round --- */

static struct change *next(struct rounds *r, struct change *changes, size_t *n, enum what what)
{
    struct change *c = &changes[*n];
    *c = (struct change){.what = what};
    lt_print(c->word, sizeof c->word, "w%ux%zu", r->number, *n);
    lt_print(c->request, sizeof c->request, "r%u-%zu", r->number, *n);
    (*n)++;
    return c;
}

static void plan_event(struct rounds *r, struct change *c)
{
    char title[80];
    json_t *all = json_array();
    lt_print(title, sizeof title, "Олимпиада %s", c->word);
    served_made(&r->server, c->id, "event", "add",
                json_pack("{s:s, s:s, s:s, s:s}", "title", title, "activity", "olympiad", "level", "school", "from", "2025-10-10"));
    for (size_t i = 0; i < PUPILS; i++) json_array_append_new(all, json_string(r->pupils[i]));
    json_decref(served_ok(&r->server, "event", "participants", json_pack("{s:s, s:o, s:s}", "id", c->id, "pupil", all, "result", "participant")));
}

static FILE *file_begin(const char *path)
{
    FILE *f = fopen(path, "we");
    if (!f) served_die("cannot write %s", path);
    return f;
}

static void file_end(FILE *f)
{
    if (fclose(f)) served_die("cannot write");
}

static void write_scan(const struct rounds *r)
{
    FILE *f = file_begin(r->scan);
    for (int i = 0; i < 3000; i++) fprintf(f, "Грамота %u, строка %d\n", r->number, i);
    file_end(f);
}

/* Names so unlike that nobody is taken for another. */
static void imported_name(unsigned round, int i, char out[40])
{
    static const char *const parts[] = {"ба", "ве", "го", "ду", "жи", "зя", "ке", "ло", "му", "ни", "пя", "ре", "со", "ту", "фи", "хе"};
    uint64_t z = ((uint64_t)round * IMPORTED + (uint64_t)i + 1) * 0x9e3779b97f4a7c15u;
    *out = 0;
    for (int k = 0; k < 6; k++, z <<= 4) strcat(out, parts[z >> 60]);
}

static void write_roster(const struct rounds *r)
{
    FILE *f = file_begin(r->roster);
    fprintf(f, "Класс,Фамилия,Имя,Отчество,Дата рождения,Пол\n");
    for (int i = 0; i < IMPORTED; i++) {
        char name[40];
        imported_name(r->number, i, name);
        fprintf(f, "%uБ,%s,Ольга,Петровна,%d.%02u.2012,ж\n", r->number / 5 % 11 + 1, name, i + 10, r->number % 12 + 1);
    }
    file_end(f);
}

static void shuffle(struct rounds *r, struct change *changes, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = rounds_random(r) % i;
        struct change keep = changes[i - 1];
        changes[i - 1] = changes[k];
        changes[k] = keep;
    }
}

static void plan_own(struct rounds *r, struct change *c, size_t k)
{
    const struct own_entry *e = &r->entries[k];
    c->entry = k;
    c->revision = e->revision;
    c->what = strcmp(e->state, "draft") == 0 ? SUBMIT : strcmp(e->state, "submitted") == 0 && k % 2 ? VERIFY : EDIT;
    lt_print(c->id, sizeof c->id, "%s", e->id);
}

size_t rounds_plan(struct rounds *r, unsigned number, struct change *changes, size_t most)
{
    size_t n = 0;
    r->number = number;
    for (size_t i = 0; i < 3; i++) plan_event(r, next(r, changes, &n, CLOSE));
    if (number % 6 == 0 && r->year < 2033) {
        struct change *c = next(r, changes, &n, PROMOTE);
        lt_print(c->id, sizeof c->id, "%s", r->klass);
        c->revision = r->year;
    }
    if (number % 5 == 0) {
        next(r, changes, &n, IMPORT);
        write_roster(r);
    }
    for (size_t i = 0; i < 3; i++) next(r, changes, &n, PUPIL);
    write_scan(r);
    next(r, changes, &n, ADD_FILE)->pupil = rounds_random(r) % PUPILS;
    for (size_t k = 0; k < OWN_ENTRIES; k++) plan_own(r, next(r, changes, &n, EDIT), k);
    while (n < most) next(r, changes, &n, ADD)->pupil = rounds_random(r) % PUPILS;
    shuffle(r, changes, n);
    return n;
}

/* --- making a change --- */

const char *change_word(const struct change *c)
{
    static const char *const words[] = {"entry add", "entry add with a file", "entry edit", "entry submit", "entry verify",
                                        "pupil add", "event close", "class promote", "import apply"};
    return words[c->what];
}

static int call(const struct rounds *r, struct change *c, json_t **out, struct lt_error *err)
{
    char title[80];
    const struct served *s = &r->server;
    lt_print(title, sizeof title, "%s %s", c->what == EDIT ? OWN_WORD : "Диплом", c->word);
    switch (c->what) {
    case ADD: return served_call(s, NULL, "entry", "add", entry_values(r->pupils[c->pupil], title), c->request, NULL, out, err);
    case ADD_FILE:
        return served_call(s, NULL, "entry", "add", entry_values(r->pupils[c->pupil], title), c->request, r->scan, out, err);
    case EDIT:
        return served_call(s, NULL, "entry", "edit", json_pack("{s:s, s:s, s:I}", "id", c->id, "title", title, "revision", (json_int_t)c->revision),
                           c->request, NULL, out, err);
    case SUBMIT: return served_call(s, NULL, "entry", "submit", json_pack("{s:s}", "id", c->id), c->request, NULL, out, err);
    case VERIFY: return served_call(s, NULL, "entry", "verify", json_pack("{s:s}", "id", c->id), c->request, NULL, out, err);
    case PUPIL: return served_call(s, NULL, "pupil", "add", pupil_values(c->word, 5, NULL), c->request, NULL, out, err);
    case CLOSE: return served_call(s, NULL, "event", "close", json_pack("{s:s}", "id", c->id), c->request, NULL, out, err);
    case PROMOTE:
        return served_call(s, NULL, "class", "promote", json_pack("{s:i, s:[s], s:b}", "year", (int)c->revision, "class", c->id, "apply", 1),
                           c->request, NULL, out, err);
    case IMPORT:
        return served_call(s, NULL, "import", "apply", json_pack("{s:s}", "format", "roster"), c->request, r->roster, out, err);
    }
    return LT_USAGE;
}

bool change_make(const struct rounds *r, struct change *c)
{
    struct lt_error err = {0};
    json_t *out = NULL;
    int rc = call(r, c, &out, &err);
    bool gone = rc && (strncmp(err.code, "http.", 5) == 0 || strcmp(err.code, "system.io") == 0);
    /* an import is compared with the school as it was proposed against: others were faster, it changed nothing */
    bool other = rc == LT_CONFLICT && c->what == IMPORT;
    if (rc && !gone && !other) served_die("%s %s (%s): %s %s", change_word(c), c->id, c->request, err.code, err.field);
    if (!rc) {
        c->answered = true;
        if (c->what == ADD || c->what == ADD_FILE || c->what == PUPIL)
            lt_print(c->id, sizeof c->id, "%s", lt_json_str_or(out, "id", ""));
    }
    json_decref(out);
    lt_error_clear(&err);
    return !gone;
}

/* --- looking for it --- */

static void take_items(struct rounds *r, const char *query, void (*take)(struct rounds *r, json_t *item))
{
    char cursor[300] = "";
    do {
        json_t *v = json_pack("{s:s, s:i}", "query", query, "limit", 200), *item;
        size_t i;
        if (*cursor) lt_json_put_str(v, "cursor", cursor);
        json_t *page = served_ok(&r->server, "entry", "list", v);
        json_array_foreach(lt_json_array(page, "items"), i, item) take(r, item);
        lt_print(cursor, sizeof cursor, "%s", lt_json_str_or(page, "next", ""));
        json_decref(page);
    } while (*cursor);
}

static void take_own(struct rounds *r, json_t *item)
{
    json_object_set(r->own, lt_json_str_or(item, "id", ""), item);
}

/* Counts by the last word of the title, in which each change is named. */
static void take_named(struct rounds *r, json_t *item)
{
    const char *title = lt_json_str_or(item, "title", ""), *word = strrchr(title, ' ');
    word = word ? word + 1 : title;
    lt_json_put_int(r->named, word, lt_json_int(r->named, word, 0) + 1);
}

void rounds_see(struct rounds *r)
{
    char begins[40];
    json_decref(r->own);
    json_decref(r->named);
    r->own = json_object();
    r->named = json_object();
    take_items(r, OWN_WORD, take_own);
    lt_print(begins, sizeof begins, "w%ux*", r->number);
    take_items(r, begins, take_named);
}

static size_t pupils_called(const struct rounds *r, const char *query)
{
    json_t *list = served_ok(&r->server, "pupil", "list", json_pack("{s:s}", "query", query));
    size_t n = json_array_size(lt_json_array(list, "items"));
    json_decref(list);
    return n;
}

static enum presence of_count(size_t found, size_t whole)
{
    return found == 0 ? ABSENT : found == whole ? WHOLE : HALF;
}

static enum presence look_own(const struct rounds *r, const struct change *c)
{
    const json_t *e = json_object_get(r->own, c->id);
    const char *state = lt_json_str_or(e, "state", ""), *title = lt_json_str_or(e, "title", "");
    const struct own_entry *old = &r->entries[c->entry];
    long long revision = lt_json_int(e, "revision", 0);
    if (c->what == EDIT) return revision == c->revision + 1 && strstr(title, c->word) ? WHOLE : revision == c->revision ? ABSENT : HALF;
    if (revision != c->revision) return HALF;
    if (strcmp(state, old->state) == 0) return ABSENT;
    if (c->what == SUBMIT) return strcmp(state, "submitted") == 0 ? WHOLE : HALF;
    return strcmp(state, "verified") == 0 && lt_json_bool(e, "verified", false) ? WHOLE : HALF;
}

/* The event is closed and every participant has the entry, or open and nobody has. */
static enum presence look_event(const struct rounds *r, const struct change *c)
{
    json_t *e = served_ok(&r->server, "event", "show", json_pack("{s:s}", "id", c->id)), *p;
    size_t i, told = 0;
    long long entries = lt_json_int(r->named, c->word, 0);
    bool closed = strcmp(lt_json_str_or(e, "state", ""), "closed") == 0;
    json_array_foreach(lt_json_array(e, "participants"), i, p) told += lt_json_str(p, "entry") != NULL;
    json_decref(e);
    if (closed) return entries == PUPILS && told == PUPILS ? WHOLE : HALF;
    return entries == 0 && told == 0 ? ABSENT : HALF;
}

/* Everybody has a place in the next year, or nobody. */
static enum presence look_promotion(const struct rounds *r, const struct change *c)
{
    size_t placed = 0;
    for (size_t i = 0; i < GOING_UP; i++) {
        json_t *p = served_ok(&r->server, "pupil", "show", json_pack("{s:s}", "id", r->going[i])), *term;
        size_t k;
        json_array_foreach(lt_json_array(p, "classes"), k, term) placed += lt_json_int(term, "year", 0) == c->revision + 1;
        json_decref(p);
    }
    return of_count(placed, GOING_UP);
}

static enum presence look_import(const struct rounds *r)
{
    size_t found = 0;
    for (int i = 0; i < IMPORTED; i++) {
        char name[40];
        imported_name(r->number, i, name);
        found += pupils_called(r, name);
    }
    return of_count(found, IMPORTED);
}

enum presence change_look(const struct rounds *r, const struct change *c)
{
    switch (c->what) {
    case ADD:
    case ADD_FILE: return of_count((size_t)lt_json_int(r->named, c->word, 0), 1);
    case EDIT:
    case SUBMIT:
    case VERIFY: return look_own(r, c);
    case PUPIL: return of_count(pupils_called(r, c->word), 1);
    case CLOSE: return look_event(r, c);
    case PROMOTE: return look_promotion(r, c);
    case IMPORT: return look_import(r);
    }
    return HALF;
}

/* --- the access log --- */

void rounds_check_log(struct rounds *r, const struct change *changes, size_t n)
{
    size_t wanted = 0, found = 0, k;
    json_t *requests = json_object(), *row;
    char cursor[200] = "";
    for (size_t i = 0; i < n; i++) {
        if (!changes[i].answered) continue;
        wanted++;
        json_object_set_new(requests, changes[i].request, json_true());
    }
    for (bool more = true; more && found < wanted;) {
        json_t *v = json_pack("{s:i}", "limit", 500);
        if (*cursor) lt_json_put_str(v, "cursor", cursor);
        json_t *page = served_ok(&r->server, "log", "access", v);
        json_array_foreach(lt_json_array(page, "items"), k, row) {
            if (json_object_del(requests, lt_json_str_or(row, "request", "")) == 0) found++;
        }
        more = lt_print(cursor, sizeof cursor, "%s", lt_json_str_or(page, "next", "")) && *cursor;
        json_decref(page);
    }
    json_decref(requests);
    if (found != wanted) served_die("round %u: %zu answered changes, %zu rows in the access log", r->number, wanted, found);
}

/* --- between rounds --- */

void rounds_after(struct rounds *r, const struct change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct change *c = &changes[i];
        if (c->what == PROMOTE && look_promotion(r, c) == WHOLE) {
            json_t *list = served_ok(&r->server, "class", "list", json_pack("{s:i, s:i}", "year", r->year + 1, "limit", 100)), *k;
            size_t m;
            json_array_foreach(lt_json_array(list, "items"), m, k) lt_print(r->klass, sizeof r->klass, "%s", lt_json_str_or(k, "id", ""));
            json_decref(list);
            r->year++;
        }
        if (c->what != EDIT && c->what != SUBMIT && c->what != VERIFY) continue;
        struct own_entry *e = &r->entries[c->entry];
        const json_t *doc = json_object_get(r->own, e->id);
        lt_print(e->state, sizeof e->state, "%s", lt_json_str_or(doc, "state", ""));
        e->revision = lt_json_int(doc, "revision", 0);
    }
}

static int dump_line(void *user, const char *line, size_t len)
{
    return fwrite(line, 1, len, user) == len && fputc('\n', user) != EOF ? 0 : LT_SYSTEM;
}

static void dump_index(const struct rounds *r, const char *name)
{
    char path[400];
    struct index *ix = NULL;
    struct lt_error err = {0};
    bool rebuild;
    lt_print(path, sizeof path, "%s/index.db", r->server.dir);
    struct index_config config = {.path = path};
    if (index_open(&config, &ix, &rebuild, &err)) served_die("index: %s", err.code);
    lt_print(path, sizeof path, "%s/%s", r->dir, name);
    FILE *f = fopen(path, "we");
    if (!f || index_dump(ix, dump_line, f, &err)) served_die("dump: %s", err.code);
    fclose(f);
    index_close(ix);
}

void rounds_check_whole(struct rounds *r)
{
    static const char *const reindex[] = {"system", "reindex", NULL};
    served_stop(&r->server);
    /* in spool/ lie batches of imports, which go as a whole when they are applied or after seven days */
    sh("! find '%s' -name spool -prune -o \\( -name '*.lock' -o -name 'tmp_*' -o -name '*.tmp-*' \\) -print | grep .", r->server.dir);
    sh("test -z \"$(ls -A '%s/journal')\"", r->server.dir);
    dump_index(r, "before");
    if (served_cli(&r->server, NULL, reindex)) served_die("reindex failed, see %s.log", r->server.dir);
    dump_index(r, "after");
    sh("cmp '%s/before' '%s/after'", r->dir, r->dir);
    for (size_t i = 0; i < 3; i++) {
        const char *id = r->pupils[rounds_random(r) % PUPILS];
        char repo[500];
        lt_print(repo, sizeof repo, "%s/portfolios/%s/%s.git", r->server.dir, id + 34, id);
        sh("git -C '%s' -c safe.directory='*' fsck --strict --no-dangling >&2", repo);
    }
    served_start(&r->server);
}
