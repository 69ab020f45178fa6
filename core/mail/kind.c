/* The child's beginning: the server's addresses are looked up before the second step of the jail, after which no file can be opened. */
#include "mail/mail.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

struct loaded {
    const struct sandbox_module *module;
    char addresses[400]; /* as libcurl takes them: "192.0.2.1,[2001:db8::1]" */
};

static void look_up(const char *name, char *out, size_t size)
{
    char host[256];
    const char *colon = strrchr(name, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all = NULL;
    if (!colon || !lt_print(host, sizeof host, "%.*s", (int)(colon - name), name) || getaddrinfo(host, NULL, &hints, &all)) return;
    for (struct addrinfo *a = all; a; a = a->ai_next) {
        char text[INET6_ADDRSTRLEN] = "";
        size_t n = strlen(out);
        if (a->ai_family == AF_INET) inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)a->ai_addr)->sin_addr, text, sizeof text);
        if (a->ai_family == AF_INET6) inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)a->ai_addr)->sin6_addr, text, sizeof text);
        if (*text && n + strlen(text) + 4 < size) lt_print(out + n, size - n, "%s%s%s%s", n ? "," : "", strchr(text, ':') ? "[" : "", text, strchr(text, ':') ? "]" : "");
    }
    freeaddrinfo(all);
}

static int load(const struct sandbox_start *start, void **out, struct lt_error *err)
{
    char path[4096];
    struct loaded *l = lt_calloc(1, sizeof *l);
    lt_print(path, sizeof path, "%s/letopis-mail.so", start->modules_dir);
    void *so = l ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    l = so ? l : NULL;
    if (l) l->module = dlsym(so, "letopis_module");
    if (!l || !l->module || l->module->magic != SANDBOX_MODULE_MAGIC || l->module->size != sizeof *l->module)
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", so ? "not a module of this version" : dlerror(), (char *)NULL);
    int rc = l->module->open ? l->module->open(err) : 0;
    if (!rc) look_up(start->name, l->addresses, sizeof l->addresses);
    *out = l;
    return rc;
}

static int run(void *loaded, struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err)
{
    struct loaded *l = loaded;
    if (!*l->addresses) return lt_fail(err, LT_SYSTEM, "mail.failed", "why", "no such host", (char *)NULL);
    if (lt_json_put_str((json_t *)args, "addresses", l->addresses)) return lt_fail_memory(err); /* ours, made of the start frame */
    return l->module->run(io, args, input_fd, err);
}

const struct sandbox_kind mail_kind = {.name = "mail", .network = true, .load = load, .run = run};
