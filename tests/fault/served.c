#include "served.h"

#include "base/text.h"
#include "http/client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void served_die(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

double served_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void served_place(struct served *s, const char *program, const char *dir)
{
    *s = (struct served){0};
    lt_print(s->program, sizeof s->program, "%s", program);
    if (!lt_print(s->dir, sizeof s->dir, "%s", dir) || !lt_print(s->socket, sizeof s->socket, "%s/run/letopis.sock", dir))
        served_die("path too long: %s", dir);
}

/* Starts `letopis -C DIR words…` with its standard output in *out; messages are appended to DIR.log. */
static pid_t spawn(const struct served *s, const char *const *words, int *out)
{
    int pipes[2];
    char log[400];
    const char *argv[64] = {s->program, "-C", s->dir};
    size_t n = 3;
    while (*words && n < 63) argv[n++] = *words++;
    lt_print(log, sizeof log, "%s.log", s->dir);
    if (pipe2(pipes, O_CLOEXEC)) served_die("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) served_die("fork: %s", strerror(errno));
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (fd < 0 || dup2(fd, 2) < 0 || dup2(pipes[1], 1) < 0) _exit(126);
        execv(s->program, (char *const *)argv);
        _exit(127);
    }
    close(pipes[1]);
    *out = pipes[0];
    return pid;
}

static char *read_all(int fd)
{
    struct lt_buf b = LT_BUF_INIT(64 << 20);
    char piece[65536];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        lt_buf_add(&b, piece, (size_t)n);
    }
    lt_buf_addc(&b, 0);
    return lt_buf_take(&b, NULL);
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) served_die("waitpid: %s", strerror(errno));
    }
    return status;
}

int served_cli(const struct served *s, json_t **out, const char *const *words)
{
    const char *all[64];
    size_t n = 0;
    while (words[n] && n < 60) all[n] = words[n], n++;
    all[n++] = "--json";
    all[n] = NULL;
    int fd;
    pid_t pid = spawn(s, all, &fd);
    char *text = read_all(fd);
    close(fd);
    int status = wait_for(pid);
    if (!WIFEXITED(status)) served_die("%s %s was killed by signal %d", words[0], words[1], WTERMSIG(status));
    if (out) *out = json_loads(text ? text : "", 0, NULL);
    free(text);
    return WEXITSTATUS(status);
}

void served_init(struct served *s)
{
    static const char *const words[] = {"school", "init", "--name", "Школа № 7", "--admin", "director", NULL};
    json_t *answer = NULL;
    setenv("LETOPIS_PASSWORD", "весенняя капель", 1);
    int code = served_cli(s, &answer, words);
    unsetenv("LETOPIS_PASSWORD");
    json_decref(answer);
    if (code) served_die("school init ended with %d, see %s.log", code, s->dir);
}

static int begin(struct served *s)
{
    static const char *const words[] = {"serve", "--json", "--listen", "none", NULL};
    int fd;
    s->pid = spawn(s, words, &fd);
    return fd;
}

void served_begin(struct served *s)
{
    close(begin(s));
}

void served_start(struct served *s)
{
    char said[600] = "";
    size_t len = 0;
    int fd = begin(s);
    while (!strchr(said, '\n') && len + 1 < sizeof said) {
        ssize_t n = read(fd, said + len, sizeof said - 1 - len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) served_die("the server did not start, see %s.log", s->dir);
        len += (size_t)n;
        said[len] = 0;
    }
    close(fd);
}

void served_kill(struct served *s)
{
    kill(s->pid, SIGKILL);
    int status = wait_for(s->pid);
    s->pid = 0;
    if (!WIFSIGNALED(status)) served_die("the server ended by itself with %d before it was killed, see %s.log", WEXITSTATUS(status), s->dir);
}

void served_stop(struct served *s)
{
    kill(s->pid, SIGTERM);
    int status = wait_for(s->pid);
    s->pid = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) served_die("the server stopped with %x, see %s.log", (unsigned)status, s->dir);
}

void served_memory(const struct served *s, long *peak, long *now)
{
    char path[64], line[200];
    *peak = *now = 0;
    lt_print(path, sizeof path, "/proc/%ld/status", (long)s->pid);
    FILE *f = fopen(path, "re");
    if (!f) served_die("cannot open %s", path);
    while (fgets(line, sizeof line, f)) {
        if (strncmp(line, "VmHWM:", 6) == 0) *peak = strtol(line + 6, NULL, 10);
        if (strncmp(line, "VmRSS:", 6) == 0) *now = strtol(line + 6, NULL, 10);
    }
    fclose(f);
}

static void attach(json_t *values, const char *file, struct uc_input_file *in)
{
    const char *slash = strrchr(file, '/');
    in->fd = open(file, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0) served_die("cannot open %s: %s", file, strerror(errno));
    lt_print(in->name, sizeof in->name, "%s", slash ? slash + 1 : file);
    json_object_set_new(values, "file", json_integer(0));
}

int served_call(const struct served *s, const char *token, const char *noun, const char *verb, json_t *values,
                const char *request, const char *file, json_t **out, struct lt_error *err)
{
    struct http_client *c = NULL;
    struct uc_input_file in;
    json_t *v = values ? values : json_object();
    if (file) attach(v, file, &in);
    struct uc_request r = {.noun = noun, .verb = verb, .values = v, .files = &in, .files_len = file ? 1 : 0,
                           .lang = LT_RU, .door = UC_CLI, .request_id = request, .token = token};
    if (!token) r.local_user = "owner"; /* the server takes the name from the socket */
    struct uc_answer answer = {0};
    int rc = http_client_open(s->socket, &c, err);
    if (!rc) rc = http_client_call(c, &r, &answer, err);
    if (!rc && out) *out = json_incref(answer.body);
    uc_answer_clear(&answer);
    http_client_close(c);
    if (file) close(in.fd);
    json_decref(v);
    return rc;
}

json_t *served_ok(const struct served *s, const char *noun, const char *verb, json_t *values)
{
    struct lt_error err = {0};
    json_t *out = NULL;
    if (served_call(s, NULL, noun, verb, values, NULL, NULL, &out, &err)) {
        for (const char *p = err.params; p < err.params + err.params_len; p += strlen(p) + 1) fprintf(stderr, "  %s\n", p);
        if (err.details) json_dumpf(err.details, stderr, JSON_INDENT(2));
        served_die("%s %s: %s %s", noun, verb, err.code, err.field);
    }
    return out;
}

void served_made(const struct served *s, char id[LT_ID_SIZE], const char *noun, const char *verb, json_t *values)
{
    json_t *made = served_ok(s, noun, verb, values);
    const char *text = json_string_value(json_object_get(made, "id"));
    if (!text || !lt_print(id, LT_ID_SIZE, "%s", text)) served_die("%s %s gave no id", noun, verb);
    json_decref(made);
}
