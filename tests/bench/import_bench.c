/* Row (i) of docs/performance.md: an import of many results, previewed and applied without a door, in this process.
 *
 *     letopis-import-bench DIR ROSTER RESULTS      DIR: does not exist yet
 *
 * Seconds, processor time of this process and of the children that read the file, and the most memory a child ever had: of the kernel's
 * own count (VmHWM), looked at every few milliseconds, because what wait4 answers begins with the size of the parent. */
#include "school.h"

#include "base/json.h"
#include "base/text.h"
#include "plugin/registry.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct watch {
    atomic_bool done;
    long peak; /* KiB */
    double own; /* processor time of the watching itself */
};

static void look_at(struct watch *w, long pid)
{
    char path[64], line[200];
    long kib = 0;
    bool started = false; /* before its exec a child has the memory of this process */
    lt_print(path, sizeof path, "/proc/%ld/status", pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "Name:\tletopis\n", 14) == 0) started = true;
        if (started && sscanf(line, "VmHWM: %ld kB", &kib) == 1 && kib > w->peak) w->peak = kib;
    }
    if (f) fclose(f);
}

static double clock_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *watch_children(void *arg)
{
    struct watch *w = arg;
    char path[64];
    lt_print(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    while (!atomic_load(&w->done)) {
        long pid;
        FILE *f = fopen(path, "re");
        while (f && fscanf(f, "%ld", &pid) == 1) look_at(w, pid);
        if (f) fclose(f);
        nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
    }
    w->own = clock_of(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

struct taken {
    double wall, user, system, children;
};

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct taken now(void)
{
    struct rusage self, kids;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &kids);
    return (struct taken){clock_of(CLOCK_MONOTONIC), seconds(self.ru_utime), seconds(self.ru_stime), seconds(kids.ru_utime) + seconds(kids.ru_stime)};
}

static json_t *ask(struct school *s, const char *verb, json_t *values, const char *file)
{
    struct lt_error err = {0};
    struct uc_answer answer;
    struct uc_input_file input = {.fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1};
    const char *slash = file ? strrchr(file, '/') : NULL;
    lt_print(input.name, sizeof input.name, "%s", slash ? slash + 1 : file ? file : "");
    if (file && json_object_set_new(values, "file", json_integer(0))) served_die("memory");
    struct uc_request r = {.noun = "import", .verb = verb, .values = values, .files = &input, .files_len = file ? 1 : 0, .lang = LT_RU,
                           .door = UC_CLI, .local_user = "bench"};
    if (uc_dispatch(s->app, &r, &answer, &err)) served_die("import %s: %s %s", verb, err.code, lt_error_param(&err, "why") ? lt_error_param(&err, "why") : err.field);
    json_t *body = json_incref(answer.body);
    uc_answer_clear(&answer);
    json_decref(values);
    if (input.fd >= 0) close(input.fd);
    return body;
}

/* As `ask`, with a line of what it took. */
static json_t *measured(struct school *s, const char *name, const char *verb, json_t *values, const char *file)
{
    struct watch w = {.peak = 0};
    pthread_t thread;
    pthread_create(&thread, NULL, watch_children, &w);
    struct taken a = now();
    json_t *body = ask(s, verb, values, file);
    struct taken b = now();
    atomic_store(&w.done, true);
    pthread_join(thread, NULL);
    double own = b.user - a.user + b.system - a.system - w.own, kids = b.children - a.children;
    printf("%s: %.2f s; processor %.2f s (user %.2f, system %.2f; children %.2f); memory of a child %.1f MiB\n", name, b.wall - a.wall, own + kids,
           b.user - a.user, b.system - a.system, kids, (double)w.peak / 1024);
    fflush(stdout);
    return body;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "letopis-import-bench DIR ROSTER RESULTS\n");
        return 2;
    }
    struct school s;
    school_make(&s, LETOPIS_BINARY_DIR "/letopis", argv[1], 0);
    school_close(&s);
    struct lt_error err = {0};
    struct lt_app_config c = {.dir = s.server.dir, .program = s.server.program, .modules = LETOPIS_BINARY_DIR "/modules",
                              .plugins = LETOPIS_BINARY_DIR "/plugins", .lock_wait_ms = 5000};
    if (lt_app_open(&c, &s.app, &err)) served_die("open: %s", err.code);
    lt_app_ports(s.app, &plugin_ports);
    json_decref(ask(&s, "apply", json_pack("{s:s}", "format", "roster"), argv[2]));
    json_t *p = measured(&s, "preview", "preview", json_pack("{s:s}", "format", "olympiad"), argv[3]);
    long long rows = lt_json_int(lt_json_object(p, "counts"), "matched", 0);
    json_t *a = measured(&s, "apply", "apply", json_pack("{s:s, s:b}", "batch", lt_json_str_or(p, "batch", ""), "skip_doubtful", true), NULL);
    if (strcmp(lt_json_str_or(a, "state", ""), "applied") != 0) served_die("not applied");
    json_t *again = measured(&s, "the same again", "preview", json_pack("{s:s}", "format", "olympiad"), argv[3]);
    printf("rows: %lld matched, then %lld unchanged\n", rows, (long long)lt_json_int(lt_json_object(again, "counts"), "unchanged", 0));
    json_decref(p);
    json_decref(a);
    json_decref(again);
    school_close(&s);
    free(s.ids);
    return 0;
}
