#include "sandbox/module.h"

#include "base/json.h"
#include "base/text.h"
#include "sandbox/jail.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FRAMES_FD 0

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_REFUSED = 70 };

/* --- frames, this end --- */

static int write_all(struct iovec *v, int n) {
    while (n > 0) {
        ssize_t done = writev(FRAMES_FD, v, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        for (; n > 0 && (size_t)done >= v->iov_len; v++, n--)
            done -= (ssize_t)v->iov_len;
        if (n > 0) {
            v->iov_base = (char *)v->iov_base + done;
            v->iov_len -= (size_t)done;
        }
    }
    return 0;
}

static int send_frame(uint32_t type, const void *data, size_t len) {
    unsigned char head[SANDBOX_FRAME_HEAD];
    if (len > SANDBOX_FRAME_MAX)
        return -1;
    for (unsigned i = 0; i < 4; i++) {
        head[i] = (unsigned char)(type >> (8 * i));
        head[4 + i] = (unsigned char)(len >> (8 * i));
    }
    struct iovec v[2] = {{head, sizeof head}, {(void *)data, len}};
    return write_all(v, len > 0 ? 2 : 1);
}

static int io_send(void *ctx, uint32_t type, const void *data, size_t len) {
    (void)ctx;
    return type < SANDBOX_FRAME_USER ? -1 : send_frame(type, data, len);
}

static int read_all(void *to, size_t len) {
    char *p = to;
    while (len > 0) {
        ssize_t n = read(FRAMES_FD, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int io_receive(void *ctx, uint32_t *type, const void **data, size_t *len) {
    struct lt_buf *b = ctx;
    unsigned char head[SANDBOX_FRAME_HEAD];
    struct sandbox_cursor c = {.data = head, .len = sizeof head};
    uint32_t n = 0;
    if (read_all(head, sizeof head) != 0)
        return -1;
    sandbox_get_u32(&c, type);
    sandbox_get_u32(&c, &n);
    lt_buf_reset(b);
    if (n > SANDBOX_FRAME_MAX || lt_buf_reserve(b, n) != 0 || read_all(b->data, n) != 0)
        return -1;
    b->len = n;
    *data = b->data;
    *len = n;
    return 0;
}

static int fail_out(const struct lt_error *err) {
    char *text = sandbox_error_encode(err);
    if (!text || send_frame(SANDBOX_FRAME_FAIL, text, strlen(text)) != 0)
        return EXIT_REFUSED;
    return EXIT_DONE;
}

static int unavailable(const char *why) {
    struct lt_error err = {0};
    lt_fail(&err, LT_SYSTEM, "sandbox.unavailable", "why", why, (char *)NULL);
    return fail_out(&err);
}

/* --- modules of our own --- */

static bool plain_name(const char *s) {
    size_t n = strlen(s);
    return n > 0 && n < 64 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static int bad_module(struct lt_error *err, const char *why) {
    return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", why, (char *)NULL);
}

static int module_load(const struct sandbox_start *start, void **loaded, struct lt_error *err) {
    char path[4096];
    if (!plain_name(start->name) ||
        !lt_print(path, sizeof path, "%s/letopis-%s.so", start->modules_dir, start->name))
        return bad_module(err, "bad name of a module");
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!so)
        return bad_module(err, dlerror());
    const struct sandbox_module *m = dlsym(so, "letopis_module");
    if (!m || m->magic != SANDBOX_MODULE_MAGIC || m->size != sizeof *m || strcmp(m->name, start->name) != 0)
        return bad_module(err, "not a module of this version");
    int rc = m->open ? m->open(err) : 0;
    if (rc != 0)
        return rc;
    *loaded = (void *)m; /* constant; given back to module_run as such. Never unloaded: the child ends first. */
    return 0;
}

static int module_run(void *loaded, struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    const struct sandbox_module *m = loaded;
    return m->run(io, args, input_fd, err);
}

static bool module_traps(void *loaded) { return ((const struct sandbox_module *)loaded)->trap_opens; }

const struct sandbox_kind sandbox_kind_module = {
    .name = "module", .load = module_load, .trap_opens = module_traps, .run = module_run};

/* --- main of the child --- */

struct command {
    const struct sandbox_kind *kind;
    struct sandbox_start start;
    struct jail_options jail;
};

static const struct sandbox_kind *find_kind(const char *option, const struct sandbox_kind *const *kinds) {
    if (!lt_starts(option, "--"))
        return NULL;
    if (strcmp(option + 2, sandbox_kind_module.name) == 0)
        return &sandbox_kind_module;
    for (size_t i = 0; kinds && kinds[i]; i++)
        if (strcmp(option + 2, kinds[i]->name) == 0)
            return kinds[i];
    return NULL;
}

static bool number(const char *s, uint64_t *out) {
    char *end;
    errno = 0;
    unsigned long long v = strtoull(s, &end, 10);
    if (errno != 0 || end == s || *end || s[0] < '0' || s[0] > '9')
        return false;
    *out = v;
    return true;
}

static bool parse(int argc, char **argv, const struct sandbox_kind *const *kinds, struct command *c) {
    uint64_t cpu = 20;
    c->jail.memory = (uint64_t)256 << 20;
    for (int i = 2; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        const struct sandbox_kind *kind = find_kind(word, kinds);
        if (strcmp(word, "--network") == 0) {
            c->jail.network = true;
            continue;
        }
        if (!value)
            return false;
        i++;
        if (kind && !c->kind) {
            c->kind = kind;
            c->start.kind = kind->name;
            c->start.name = value;
        } else if (strcmp(word, "--modules-dir") == 0 && value[0] == '/')
            c->start.modules_dir = value;
        else if (!(strcmp(word, "--memory") == 0 && number(value, &c->jail.memory)) &&
                 !(strcmp(word, "--cpu") == 0 && number(value, &cpu) && cpu > 0 && cpu < 86400))
            return false;
    }
    c->jail.cpu_seconds = (unsigned)cpu;
    c->start.network = c->jail.network;
    return c->kind && c->start.modules_dir && (!c->jail.network || c->kind->network);
}

#define MOST_PATHS 32

static void gather_paths(const struct command *c, const char *paths[MOST_PATHS]) {
    size_t n = 0;
    paths[n++] = c->start.modules_dir;
    const char *const *more = c->kind->read_paths ? c->kind->read_paths(&c->start) : NULL;
    while (more && *more && n < MOST_PATHS - 1)
        paths[n++] = *more++;
    paths[n] = NULL;
}

static int run_loaded(const struct command *c, void *loaded, const struct jail_level *level, struct lt_error *err) {
    struct lt_buf in = LT_BUF_INIT(SANDBOX_FRAME_MAX + 1);
    struct sandbox_io io = {.ctx = &in, .send = io_send, .receive = io_receive};
    uint32_t type = 0;
    const void *data = NULL;
    size_t len = 0;
    json_t *args = NULL;
    char ready[32];
    if (io_receive(&in, &type, &data, &len) != 0 || type != SANDBOX_FRAME_START ||
        !(args = json_loadb(data, len, JSON_DECODE_ANY, NULL)))
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "no arguments", (char *)NULL);
    lt_print(ready, sizeof ready, "{\"landlock\":%d}", level->landlock);
    if (send_frame(SANDBOX_FRAME_READY, ready, strlen(ready)) != 0)
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "no parent", (char *)NULL);
    int rc = c->kind->run(loaded, &io, args, SANDBOX_INPUT_FD, err);
    if (rc != 0 && strcmp(err->code, "system.memory") == 0) /* the limit is ours, the file too heavy for it */
        rc = lt_fail(err, LT_REFUSED, "sandbox.memory", (char *)NULL);
    return rc; /* args and the buffer live as long as the process */
}

int sandbox_child_main_kinds(int argc, char **argv, const struct sandbox_kind *const *kinds) {
    struct command c = {0};
    struct jail_level level = {0};
    struct lt_error err = {0};
    struct stat st;
    const char *paths[MOST_PATHS];
    char why[JAIL_WHY];
    void *loaded = NULL;
    if (fstat(FRAMES_FD, &st) != 0 || !S_ISSOCK(st.st_mode) || !parse(argc, argv, kinds, &c)) {
        fputs("plugin-run is started by letopis itself, for work on files it does not trust.\n", stderr);
        return EXIT_USAGE;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the thread that waits for us; ends with it */
    gather_paths(&c, paths);
    c.jail.read_paths = paths;
    if (jail_before_loading(&c.jail, &level, why) != 0)
        return unavailable(why);
    int rc = c.kind->load(&c.start, &loaded, &err);
    c.jail.trap_opens = rc == 0 && c.kind->trap_opens && c.kind->trap_opens(loaded);
    if (rc == 0 && jail_before_input(&c.jail, why) != 0)
        return unavailable(why);
    if (rc == 0)
        rc = run_loaded(&c, loaded, &level, &err);
    int code = rc == 0 ? (send_frame(SANDBOX_FRAME_DONE, NULL, 0) == 0 ? EXIT_DONE : EXIT_REFUSED) : fail_out(&err);
    _exit(code); /* no destructors of libraries: they would run without rights, after foreign bytes */
}

int sandbox_child_main(int argc, char **argv) { return sandbox_child_main_kinds(argc, argv, NULL); }
