/* Plugins that break each promise of letopis/plugin.h, one a file: this source is compiled once for every name below with -DBROKEN_<name>. */
#include "letopis/plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef BROKEN_ID
#error "BROKEN_ID is the name of the file"
#endif

static const struct letopis_host *host;

static void fail(const char *what)
{
    char text[200];
    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    host->fail(host->ctx, text, strlen(text));
}

/* --- loading --- */

#if defined(BROKEN_crash_constructor)
__attribute__((constructor)) static void at_load(void) { raise(SIGSEGV); abort(); }
#elif defined(BROKEN_exit_constructor)
__attribute__((constructor)) static void at_load(void) { _exit(0); }
#elif defined(BROKEN_hang_constructor)
__attribute__((constructor)) static void at_load(void) { for (volatile int i = 0;;) i++; }
#elif defined(BROKEN_write_constructor)
/* a constructor that tries to leave something behind */
__attribute__((constructor)) static void at_load(void)
{
    int fd = open("/tmp/letopis-broken-plugin", O_WRONLY | O_CREAT, 0600);
    if (fd >= 0) abort();
}
#endif

static int32_t plugin_open(const struct letopis_host *h, void **state)
{
    host = h;
    *state = NULL;
#if defined(BROKEN_crash_open)
    raise(SIGSEGV);
    abort();
#elif defined(BROKEN_refuse_open)
    host->fail(host->ctx, "no licence", 10);
    return LETOPIS_FAILED;
#elif defined(BROKEN_hang_open)
    for (volatile int i = 0;;) i++;
#elif defined(BROKEN_emit_open)
    if (host->emit(host->ctx, "{}", 2) != 0) {
        host->fail(host->ctx, "too early", 9);
        return LETOPIS_FAILED;
    }
#endif
    return LETOPIS_OK;
}

static void plugin_close(void *state) { (void)state; }

/* --- working --- */

static int32_t begin(void *state, const struct letopis_host *h, const char *job, size_t len, void **run)
{
    (void)state, (void)h, (void)job, (void)len;
    *run = NULL;
#if defined(BROKEN_crash_begin)
    raise(SIGSEGV);
    abort();
#endif
    return LETOPIS_OK;
}

static int32_t put(const char *name, const char *text)
{
    return host->file(host->ctx, name, text, strlen(text), 1) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
}

#if defined(BROKEN_raw_frame) || defined(BROKEN_lying_length) || defined(BROKEN_second_done)
static void raw(uint32_t type, uint32_t len, const char *payload)
{
    unsigned char head[8];
    for (unsigned i = 0; i < 4; i++) head[i] = (unsigned char)(type >> (8 * i)), head[4 + i] = (unsigned char)(len >> (8 * i));
    if (write(0, head, 8) != 8 || write(0, payload, strlen(payload)) < 0) _exit(3);
}
#endif

/* What it does to the process and to the host; GO_ON: it is one of those that only answer wrongly. */
enum { GO_ON = 77 };

static int32_t act(void)
{
#if defined(BROKEN_hang)
    for (volatile int i = 0;;) i++;
#elif defined(BROKEN_sleep)
    for (;;) sleep(1);
#elif defined(BROKEN_crash_item)
    raise(SIGBUS);
    abort();
#elif defined(BROKEN_abort)
    abort();
#elif defined(BROKEN_flood)
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    for (unsigned i = 0;; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%u.txt", i);
        if (host->file(host->ctx, name, block, sizeof block, 1)) break;
    }
#elif defined(BROKEN_huge_file)
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    for (;;)
        if (host->file(host->ctx, "big.txt", block, sizeof block, 0)) break;
#elif defined(BROKEN_fork)
    pid_t pid = fork();
    if (pid == 0) for (;;) sleep(1);
    if (pid > 0) return LETOPIS_OK;
    fail("fork");
    return LETOPIS_FAILED;
#elif defined(BROKEN_exec)
    execl("/bin/true", "true", (char *)NULL);
    fail("exec");
    return LETOPIS_FAILED;
#elif defined(BROKEN_socket)
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0) return LETOPIS_OK;
    fail("socket");
    return LETOPIS_FAILED;
#elif defined(BROKEN_open_file)
    if (open("/etc/passwd", O_RDONLY) >= 0) return LETOPIS_OK;
    fail("open");
    return LETOPIS_FAILED;
#elif defined(BROKEN_kill_parent)
    if (kill(getppid(), SIGKILL) == 0) return LETOPIS_OK;
    fail("kill");
    return LETOPIS_FAILED;
#elif defined(BROKEN_exit)
    put("index.html", "half");
    _exit(0);
#elif defined(BROKEN_exit_code)
    exit(5);
#elif defined(BROKEN_close_fds)
    for (int fd = 0; fd < 64; fd++) close(fd);
#elif defined(BROKEN_endless_log)
    while (host->log(host->ctx, LETOPIS_LOG_INFO, "line", 4) == 0) continue;
    for (;;) { /* past the host's own counting */
        static const char frame[] = "\x13\0\0\0\x05\0\0\0\x02line";
        if (write(0, frame, sizeof frame - 1) < 0) break;
    }
#else
    return GO_ON;
#endif
    return LETOPIS_OK;
}

static int32_t item(void *run, const char *json, size_t len)
{
    (void)run, (void)json, (void)len;
    int32_t acted = act();
    if (acted != GO_ON) return acted;
#if defined(BROKEN_bad_utf8)
    return put("index.html", "<p>\xd0\xd0</p>");
#elif defined(BROKEN_cut_utf8)
    if (host->file(host->ctx, "index.html", "\xd0", 1, 0)) return LETOPIS_FAILED;
    return host->file(host->ctx, "index.html", "", 0, 1) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
#elif defined(BROKEN_dot_dot)
    return put("../../index.html", "outside");
#elif defined(BROKEN_absolute)
    return put("/tmp/letopis-broken-plugin.html", "outside");
#elif defined(BROKEN_hidden_file)
    return put(".htaccess", "outside");
#elif defined(BROKEN_script_name)
    return put("index.php", "<?php");
#elif defined(BROKEN_huge_name)
    char name[300];
    memset(name, 'a', sizeof name);
    memcpy(name + 290, ".html", 6);
    return put(name, "x");
#elif defined(BROKEN_same_name)
    put("index.html", "one");
    return put("index.html", "two");
#elif defined(BROKEN_no_last)
    return host->file(host->ctx, "index.html", "x", 1, 0) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
#elif defined(BROKEN_two_files)
    host->file(host->ctx, "one.html", "x", 1, 0);
    return put("two.html", "y");
#elif defined(BROKEN_garbage_json)
    return host->emit(host->ctx, "{nope", 5) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
#elif defined(BROKEN_array_json)
    return host->emit(host->ctx, "[1]", 3) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
#elif defined(BROKEN_raw_frame)
    raw(99, 0, "");
#elif defined(BROKEN_lying_length)
    raw(18, 0x7fffffff, "x");
#elif defined(BROKEN_second_done)
    raw(3, 0, "");
#elif defined(BROKEN_code)
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) return LETOPIS_OK;
    fail("code");
    return LETOPIS_FAILED;
#elif defined(BROKEN_silent)
    return LETOPIS_FAILED;
#elif defined(BROKEN_long_reason)
    static char text[100000];
    memset(text, 'w', sizeof text);
    host->fail(host->ctx, text, sizeof text);
    return LETOPIS_FAILED;
#elif defined(BROKEN_emit_flood)
    while (host->emit(host->ctx, "{}", 2) == 0) continue;
#endif
    return LETOPIS_OK;
}

static int32_t finish(void *run)
{
    (void)run;
#if defined(BROKEN_none)
    if (put("index.html", "<p>good</p>")) return LETOPIS_FAILED;
    return host->emit(host->ctx, "{\"pages\":1}", 11);
#endif
    return LETOPIS_OK;
}

static void end(void *run) { (void)run; }

static struct letopis_publisher publisher = {
#if defined(BROKEN_short_capability)
    12,
#elif defined(BROKEN_huge_capability)
    0xffffffffu,
#else
    sizeof(struct letopis_publisher),
#endif
    LETOPIS_PUBLISHER_FOLDER, NULL, begin,
#if defined(BROKEN_null_item)
    NULL,
#else
    item,
#endif
    finish, end};

static const void *capability(void *state, const char *id)
{
    (void)state;
#if defined(BROKEN_useless)
    return NULL;
#elif defined(BROKEN_wild_capability)
    return (const void *)16;
#endif
    return strcmp(id, LETOPIS_PUBLISHER_1) == 0 ? &publisher : NULL;
}

/* --- the object --- */

#if defined(BROKEN_bad_magic)
#define MAGIC 0x12345678u
#else
#define MAGIC LETOPIS_PLUGIN_MAGIC
#endif
#if defined(BROKEN_short_size)
#define SIZE 8
#elif defined(BROKEN_lying_size)
#define SIZE 2000
#elif defined(BROKEN_huge_size)
#define SIZE 0xfffffff0u
#else
#define SIZE sizeof(struct letopis_plugin)
#endif
#if defined(BROKEN_old_major)
#define MAJOR 0
#elif defined(BROKEN_new_major)
#define MAJOR (LETOPIS_ABI_MAJOR + 1)
#else
#define MAJOR LETOPIS_ABI_MAJOR
#endif
#if defined(BROKEN_new_minor)
#define MINOR (LETOPIS_ABI_MINOR + 1)
#else
#define MINOR LETOPIS_ABI_MINOR
#endif
#if defined(BROKEN_slash_id)
#define ID "../site"
#elif defined(BROKEN_null_id)
#define ID NULL
#elif defined(BROKEN_other_id)
#define ID "site"
#else
#define ID BROKEN_ID
#endif
#if defined(BROKEN_bad_version)
#define VERSION "new one; rm"
#elif defined(BROKEN_null_version)
#define VERSION NULL
#else
#define VERSION "1.0"
#endif

#if defined(BROKEN_missing_symbol)
LETOPIS_PLUGIN_EXPORT const struct letopis_plugin another_name = {
#elif defined(BROKEN_tiny_symbol)
LETOPIS_PLUGIN_EXPORT const uint32_t letopis_plugin_tiny __asm__("letopis_plugin") = LETOPIS_PLUGIN_MAGIC;
static const struct letopis_plugin unused __attribute__((used)) = {
#else
LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin = {
#endif
    MAGIC, SIZE, MAJOR, MINOR, ID, VERSION,
#if defined(BROKEN_null_open)
    NULL,
#else
    plugin_open,
#endif
    plugin_close,
#if defined(BROKEN_null_capability)
    NULL
#else
    capability
#endif
};
