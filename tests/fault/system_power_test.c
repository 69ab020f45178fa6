/* The plug is pulled under the whole layer of use cases: one entry with a file, an event for thirty pupils, a roster.
 *
 * The scenario runs to its end over a folder whose file operations are recorded; for each of many points the disk as it could be then is
 * written out and opened anew: what was answered is there, the rest whole or not at all, fsck is clean, and the index is what a rebuild
 * gives. Limit: SQLite writes its files itself, past the recorded table. index.db is derived and counts as lost; system.db flushes
 * each of its own commits (synchronous = FULL), so the copy taken before the scenario stands for it, and what it has to
 * gain, the rows of the access log, must come out of the journal. */
#include "served.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/call.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PUPILS = 30, STEPS_MAX = 3 };

struct folder {
    char dir[300];
    struct lt_app *app;
    char pupils[PUPILS][LT_ID_SIZE];
    char event[LT_ID_SIZE];
    char scan[300], roster[300];
};

__attribute__((format(printf, 1, 2))) static void sh(const char *format, ...)
{
    char line[1200];
    va_list ap;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (system(line)) served_die("failed: %s", line);
}

static int open_app(const char *dir, const struct lt_fs *fs, struct lt_app **out, struct lt_error *err)
{
    static const char program[] = LETOPIS_BINARY_DIR "/letopis", modules[] = LETOPIS_BINARY_DIR "/modules";
    struct lt_app_config c = {.dir = dir, .fs = fs, .program = program, .modules = modules, .plugins = LETOPIS_BINARY_DIR "/plugins",
                              .judge_answers = true};
    return lt_app_open(&c, out, err);
}

static int ask(struct lt_app *app, const char *noun, const char *verb, const char *request, const char *file, json_t *values, json_t **out,
               struct lt_error *err)
{
    struct uc_answer answer;
    struct uc_input_file in = {.fd = -1};
    struct uc_request r = {.noun = noun, .verb = verb, .values = values, .lang = LT_RU, .door = UC_CLI, .local_user = "test", .request_id = request,
                           .files = &in, .files_len = file ? 1 : 0};
    if (file) {
        in.fd = open(file, O_RDONLY | O_CLOEXEC);
        if (in.fd < 0) served_die("cannot open %s", file);
        lt_print(in.name, sizeof in.name, "%s", strrchr(file, '/') + 1);
        json_object_set_new(values, "file", json_integer(0));
    }
    int rc = uc_dispatch(app, &r, &answer, err);
    if (!rc && out) *out = json_incref(answer.body);
    uc_answer_clear(&answer);
    if (in.fd >= 0) close(in.fd);
    json_decref(values);
    return rc;
}

static json_t *must(struct lt_app *app, const char *noun, const char *verb, json_t *values)
{
    struct lt_error err = {0};
    json_t *out = NULL;
    if (ask(app, noun, verb, NULL, NULL, values, &out, &err)) served_die("%s %s: %s %s", noun, verb, err.code, err.field);
    return out;
}

static void made(struct lt_app *app, char id[LT_ID_SIZE], const char *noun, const char *verb, json_t *values)
{
    json_t *out = must(app, noun, verb, values);
    lt_print(id, LT_ID_SIZE, "%s", lt_json_str_or(out, "id", ""));
    json_decref(out);
}

/* --- the scenarios: steps that each are one call --- */

struct scenario {
    const char *name;
    int steps;
    int (*run)(struct folder *f, int step, const char *request, struct lt_error *err);
    size_t (*found)(struct folder *f, int step); /* parts that are there */
    size_t whole;
};

static size_t entries(struct folder *f, const char *query)
{
    json_t *list = must(f->app, "entry", "list", json_pack("{s:s, s:i}", "query", query, "limit", 100));
    size_t n = json_array_size(lt_json_array(list, "items"));
    json_decref(list);
    return n;
}

static int run_entry(struct folder *f, int step, const char *request, struct lt_error *err)
{
    char title[40];
    lt_print(title, sizeof title, "Диплом шаг%d", step);
    return ask(f->app, "entry", "add", request, f->scan,
               json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "pupil", f->pupils[0], "activity", "olympiad", "title", title, "level", "school",
                         "result", "winner", "date", "2025-10-10", "same_file", 1),
               NULL, err);
}

static size_t found_entry(struct folder *f, int step)
{
    char word[40];
    lt_print(word, sizeof word, "шаг%d", step);
    return entries(f, word);
}

static int run_event(struct folder *f, int step, const char *request, struct lt_error *err)
{
    (void)step;
    return ask(f->app, "event", "close", request, NULL, json_pack("{s:s}", "id", f->event), NULL, err);
}

/* More than all: the event and the entries contradict each other. */
static size_t found_event(struct folder *f, int step)
{
    json_t *e = must(f->app, "event", "show", json_pack("{s:s}", "id", f->event));
    bool closed = strcmp(lt_json_str_or(e, "state", ""), "closed") == 0;
    json_decref(e);
    (void)step;
    size_t n = entries(f, "мероприятие");
    return closed == (n == PUPILS) && (n == 0 || n == PUPILS) ? n : PUPILS + 1;
}

static int run_import(struct folder *f, int step, const char *request, struct lt_error *err)
{
    (void)step;
    return ask(f->app, "import", "apply", request, f->roster, json_pack("{s:s}", "format", "roster"), NULL, err);
}

static size_t found_import(struct folder *f, int step)
{
    json_t *list = must(f->app, "pupil", "list", json_pack("{s:s, s:i}", "query", "Ввозимый", "limit", 100));
    size_t n = json_array_size(lt_json_array(list, "items"));
    json_decref(list);
    (void)step;
    return n;
}

static const struct scenario scenarios[] = {
    {"entry with a file", 3, run_entry, found_entry, 1},
    {"event for thirty", 1, run_event, found_event, PUPILS},
    {"roster of thirty", 1, run_import, found_import, PUPILS},
};

/* --- the folder before --- */

static void write_files(struct folder *f)
{
    static const char *const parts[] = {"ба", "ве", "го", "ду", "жи", "зя", "ке", "ло", "му", "ни", "пя", "ре", "со", "ту", "фи", "хе"};
    FILE *scan = fopen(f->scan, "we"), *roster = fopen(f->roster, "we");
    if (!scan || !roster) served_die("cannot write %s", f->scan);
    for (int i = 0; i < 4000; i++) fprintf(scan, "Строка %d\n", i);
    fprintf(roster, "Класс,Фамилия,Имя,Отчество,Дата рождения,Пол\n");
    for (unsigned i = 0; i < PUPILS; i++) {
        uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
        fprintf(roster, "8Б,Ввозимый,%s%s%s,%s%sич,%u.%02u.2012,м\n", parts[z >> 60], parts[z >> 56 & 15], parts[z >> 52 & 15], parts[z >> 48 & 15],
                parts[z >> 44 & 15], i % 28 + 1, i % 12 + 1);
    }
    if (fclose(scan) || fclose(roster)) served_die("cannot write %s", f->scan);
}

static void prepare(struct folder *f, const char *root)
{
    struct served s;
    struct lt_error err = {0};
    json_t *all = json_array();
    *f = (struct folder){0};
    lt_print(f->dir, sizeof f->dir, "%s/base", root);
    lt_print(f->scan, sizeof f->scan, "%s/scan.txt", root);
    lt_print(f->roster, sizeof f->roster, "%s/roster.csv", root);
    write_files(f);
    served_place(&s, LETOPIS_BINARY_DIR "/letopis", f->dir);
    served_init(&s);
    if (open_app(f->dir, NULL, &f->app, &err)) served_die("open: %s", err.code);
    for (size_t i = 0; i < PUPILS; i++) {
        made(f->app, f->pupils[i], "pupil", "add", json_pack("{s:s, s:s, s:s}", "surname", "Первая", "name", "Анна", "birth", "2012-05-05"));
        json_array_append_new(all, json_string(f->pupils[i]));
    }
    made(f->app, f->event, "event", "add",
         json_pack("{s:s, s:s, s:s, s:s}", "title", "Мероприятие", "activity", "olympiad", "level", "school", "from", "2025-10-10"));
    json_decref(must(f->app, "event", "participants", json_pack("{s:s, s:o, s:s}", "id", f->event, "pupil", all, "result", "participant")));
    lt_app_close(f->app);
    f->app = NULL;
}

/* --- after the loss --- */

static int dump_line(void *user, const char *line, size_t len)
{
    struct lt_buf *b = user;
    return lt_buf_add(b, line, len) || lt_buf_addc(b, '\n') ? LT_SYSTEM : 0;
}

static char *dump(struct lt_app *app, size_t *len)
{
    struct lt_buf b = LT_BUF_INIT(256 << 20);
    struct lt_error err = {0};
    if (index_dump(app->index, dump_line, &b, &err)) served_die("dump: %s", err.code);
    return lt_buf_take(&b, len);
}

static bool logged(struct lt_app *app, const char *request)
{
    json_t *list = must(app, "log", "access", json_pack("{s:i}", "limit", 200)), *row;
    size_t i;
    bool found = false;
    json_array_foreach(lt_json_array(list, "items"), i, row) found = found || strcmp(lt_json_str_or(row, "request", ""), request) == 0;
    json_decref(list);
    return found;
}

static void verify(const struct scenario *sc, const struct folder *before, const char *root, int answered, uint64_t seed, bool rebuild)
{
    struct folder f = *before;
    struct lt_error err = {0};
    size_t a, b;
    lt_print(f.dir, sizeof f.dir, "%s/lost", root);
    sh("rm -f '%s'/index.db* '%s'/system.db* && cp -a '%s'/system.db* '%s/'", f.dir, f.dir, before->dir, f.dir);
    if (open_app(f.dir, NULL, &f.app, &err)) served_die("%s, seed %llu: the folder does not open: %s", sc->name, (unsigned long long)seed, err.code);
    for (int i = 0; i < sc->steps; i++) {
        char request[40];
        size_t found = sc->found(&f, i);
        lt_print(request, sizeof request, "step-%d", i);
        if ((found != 0 && found != sc->whole) || (i < answered && found != sc->whole))
            served_die("%s, seed %llu: step %d of %d answered: %zu of %zu are there", sc->name, (unsigned long long)seed, i, answered, found, sc->whole);
        if (i < answered && !logged(f.app, request)) served_die("%s, seed %llu: step %d has no row in the access log", sc->name, (unsigned long long)seed, i);
    }
    json_decref(must(f.app, "system", "fsck", json_object()));
    if (rebuild) {
        char *x = dump(f.app, &a);
        json_decref(must(f.app, "system", "reindex", json_object()));
        char *y = dump(f.app, &b);
        if (a != b || memcmp(x, y, a) != 0) served_die("%s, seed %llu: the index is not what a rebuild gives", sc->name, (unsigned long long)seed);
        free(x);
        free(y);
    }
    lt_app_close(f.app);
}

/* Runs the scenario with the nth operation and all after it failing, as on a machine that goes down; then pulls the plug. */
static uint64_t pull_at(const struct scenario *sc, const struct folder *before, const char *root, uint64_t n, unsigned seeds)
{
    struct folder f = *before;
    struct lt_fs_test *t = lt_fs_test_new();
    struct lt_error err = {0};
    int answered = 0;
    lt_print(f.dir, sizeof f.dir, "%s/work", root);
    sh("rm -rf '%s' && cp -a '%s' '%s'", f.dir, before->dir, f.dir);
    if (lt_fs_test_record(t, f.dir)) served_die("cannot record %s", f.dir);
    lt_fs_test_fault(t, LT_FS_FAIL, n);
    int rc = open_app(f.dir, lt_fs_test_table(t), &f.app, &err);
    while (!rc && answered < sc->steps) {
        char request[40];
        lt_print(request, sizeof request, "step-%d", answered);
        rc = sc->run(&f, answered, request, &err);
        if (!rc) answered++;
    }
    if (n == 0 && rc) served_die("%s without a fault: %s %s", sc->name, err.code, err.field);
    uint64_t calls = lt_fs_test_calls(t);
    for (unsigned k = 1; k <= seeds; k++) {
        char lost[320];
        lt_print(lost, sizeof lost, "%s/lost", root);
        sh("rm -rf '%s' && mkdir '%s'", lost, lost);
        if (lt_fs_test_power_loss(t, lost, n * 100 + k)) served_die("cannot write %s", lost);
        verify(sc, before, root, answered, n * 100 + k, (n + k) % 5 == 0);
    }
    lt_app_close(f.app);
    lt_error_clear(&err);
    lt_fs_test_free(t);
    return calls;
}

int main(void)
{
    static const unsigned wanted[] = {24, 12, 8};
    char root[] = "/dev/shm/letopis-power-XXXXXX", other[] = "/tmp/letopis-power-XXXXXX";
    char *dir = access("/dev/shm", W_OK) == 0 ? mkdtemp(root) : mkdtemp(other);
    struct folder before;
    if (!dir) served_die("no folder for the test");
    prepare(&before, dir);
    for (size_t i = 0; i < LT_COUNT(scenarios); i++) {
        unsigned pulls = 0;
        uint64_t calls = pull_at(&scenarios[i], &before, dir, 0, 4);
        uint64_t step = calls / wanted[i] + 1;
        for (uint64_t n = 1 + i; n <= calls; n += step, pulls++) pull_at(&scenarios[i], &before, dir, n, 2);
        printf("%s: %u power losses with 2 seeds over %llu operations\n", scenarios[i].name, pulls, (unsigned long long)calls);
    }
    sh("rm -rf '%s' '%s/base.log'", dir, dir);
    return 0;
}
