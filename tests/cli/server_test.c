/* The server over the table of fake_table.c: what it refuses, how long it waits, how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/fs.h"
#include "base/text.h"
#include "http/client.h"
#include "http/server.h"
#include "http/socket.h"
#include "http/wire.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct place {
    char dir[64], path[128];
    struct http_server *server;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static struct place begin(struct http_config config, uid_t peer)
{
    struct place p = {0};
    lt_print(p.dir, sizeof p.dir, "/tmp/letopis-server-XXXXXX");
    assert_non_null(mkdtemp(p.dir));
    lt_print(p.path, sizeof p.path, "%s/spool", p.dir);
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), p.path, 0700), 0);
    lt_print(p.path, sizeof p.path, "%s/letopis.sock", p.dir);
    config.dir = p.dir;
    struct lt_error err = {0};
    assert_int_equal(http_server_new(&config, &p.server, &err), 0);
    assert_int_equal(http_server_listen_unix(p.server, p.path, peer, "owner", &err), 0);
    return p;
}

static void end(struct place *p)
{
    http_server_stop(p->server, 5);
    http_server_free(p->server);
    assert_int_equal(access(p->path, F_OK), -1);
    lt_fs_remove_tree(lt_fs_system(), p->dir);
}

static int dial(const struct place *p)
{
    int fd = http_socket_connect(p->path);
    assert_true(fd >= 0);
    return fd;
}

/* Sends raw bytes and reads until the other side closes (or for 5 s); the status of the answer, 0 for none.
 */
static int say(const struct place *p, const char *bytes, size_t len, char *answer, size_t size)
{
    int fd = dial(p);
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
    size_t have = 0;
    struct pollfd pf = {.fd = fd, .events = POLLIN};
    while (have + 1 < size && poll(&pf, 1, 5000) > 0) {
        ssize_t n = recv(fd, answer + have, size - 1 - have, 0);
        if (n <= 0) break;
        have += (size_t)n;
    }
    answer[have] = 0;
    close(fd);
    return lt_starts(answer, "HTTP/1.1 ") ? atoi(answer + 9) : 0;
}

static void test_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *what, *request;
        int status;
    } cases[] = {
        {"two lengths", "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
         400},
        {"length and chunked",
         "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", 400},
        {"two hosts", "POST /call HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n", 400},
        {"no host", "POST /call HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400},
        {"other coding", "POST /call HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400},
        {"coding twice",
         "POST /call HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"coding in 1.0", "POST /call HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"bad length", "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400},
        {"blank before colon", "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n", 400},
        {"name is no token", "POST /call HTTP/1.1\r\nHost: a\r\nX@Y: 0\r\nContent-Length: 0\r\n\r\n", 400},
        {"encoded dots", "POST /call/%2e%2E/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400},
        {"encoded path is another path", "POST /c%61ll HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
         404},
        {"no such page", "GET /api/v1/pupils HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"wrong method", "GET /call HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"empty call", "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
         400},
        {"no call",
         "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nConnection: close\r\n\r\nLTC2abcd", 400},
        {"giant header",
         "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nConnection: "
         "close\r\n\r\nLTC1\377\377\377\377",
         400},
    };
    struct place p = begin((struct http_config){0}, geteuid());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char answer[4096];
        size_t len = strlen(cases[i].request);
        int status = say(&p, cases[i].request, len, answer, sizeof answer);
        if (status != cases[i].status) print_error("%s: %d %s\n", cases[i].what, status, answer);
        assert_int_equal(status, cases[i].status);
        /* what the library refuses by itself it says in its own words; either way the connection ends */
        assert_non_null(strstr(answer, "Connection: close"));
    }
    end(&p);
}

/* Some broken requests libmicrohttpd refuses by itself or just closes; nothing may be done with them. */
static void test_giant_headers(void **state)
{
    (void)state;
    struct place p = begin((struct http_config){0}, geteuid());
    size_t len = 200000;
    char *text = malloc(len), answer[4096];
    assert_non_null(text);
    memset(text, 'a', len);
    static const char start[] = "POST /call HTTP/1.1\r\nHost: a\r\nX: ";
    memcpy(text, start, sizeof start - 1);
    int fd = dial(&p);
    send(fd, text, len, MSG_NOSIGNAL);
    struct pollfd pf = {.fd = fd, .events = POLLIN};
    assert_true(poll(&pf, 1, 5000) > 0);
    ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
    if (n > 0) {
        answer[n] = 0;
        assert_true(lt_starts(answer, "HTTP/1.1 4"));
    }
    close(fd);
    free(text);
    end(&p);
}

/* --- deadlines --- */

static int64_t closed_after(int fd)
{
    int64_t start = now_ms();
    char buf[512];
    struct pollfd pf = {.fd = fd, .events = POLLIN};
    while (poll(&pf, 1, 20000) > 0) {
        if (recv(fd, buf, sizeof buf, 0) <= 0) break;
    }
    return now_ms() - start;
}

static void test_deadlines(void **state)
{
    (void)state;
    struct place p = begin((struct http_config){.header_seconds = 1, .body_rate = 1000}, geteuid());
    int silent = dial(&p), half = dial(&p), body = dial(&p);
    static const char part[] = "POST /call HTTP/1.1\r\nHost: a\r\nX-";
    static const char slow[] = "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nLTC1";
    assert_true(send(half, part, sizeof part - 1, MSG_NOSIGNAL) > 0);
    assert_true(send(body, slow, sizeof slow - 1, MSG_NOSIGNAL) > 0);
    assert_in_range((uintmax_t)closed_after(silent), 0, 4000);
    assert_in_range((uintmax_t)closed_after(half), 0, 4000);
    assert_in_range((uintmax_t)closed_after(body), 5000, 15000);
    close(silent);
    close(half);
    close(body);
    end(&p);
}

/* --- the queue --- */

struct caller {
    const struct place *p;
    const char *verb, *key, *value;
    int fd; /* of a file to send; 0: none */
    int rc;
    char code[64];
    json_t *body;
};

static void *call(void *arg)
{
    struct caller *c = arg;
    struct http_client *client = NULL;
    struct lt_error err = {0};
    struct uc_answer answer = {0};
    json_t *values = json_pack("{s:s*}", c->key ? c->key : "x", c->value);
    struct uc_request r = {.noun = "thing", .verb = c->verb, .values = values, .lang = LT_EN, .door = UC_CLI};
    struct uc_input_file file = {.name = "scan", .fd = c->fd};
    if (c->fd) r.files = &file, r.files_len = 1;
    c->rc = http_client_open(c->p->path, &client, &err);
    if (!c->rc) c->rc = http_client_call(client, &r, &answer, &err);
    lt_print(c->code, sizeof c->code, "%s", err.code);
    c->body = json_incref(answer.body);
    uc_answer_clear(&answer);
    http_client_close(client);
    lt_error_clear(&err);
    json_decref(values);
    return NULL;
}

enum { BIG = 5 << 20 };

static int big_file(void)
{
    char path[] = "/tmp/letopis-big-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(ftruncate(fd, BIG), 0);
    return fd;
}

/* Whoever is refused learns why, however much was still to be sent. */
static void test_refused_with_body(void **state)
{
    (void)state;
    struct place p = begin((struct http_config){.upload_max = BIG - 1}, geteuid());
    int fd = big_file();
    struct caller c = {.p = &p, .verb = "add", .key = "title", .value = "x", .fd = fd};
    call(&c);
    assert_int_equal(c.rc, LT_USAGE);
    assert_string_equal(c.code, "http.too_large");
    static const char head[] =
        "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\nConnection: close\r\n\r\n";
    size_t len = sizeof head - 1 + 3000000;
    char *text = calloc(1, len), answer[4096];
    assert_non_null(text);
    memcpy(text, head, sizeof head - 1);
    assert_int_equal(say(&p, text, len, answer, sizeof answer), 400);
    assert_non_null(strstr(answer, "http.malformed_call"));
    free(text);
    close(fd);
    end(&p);
}

static void test_full_queue(void **state)
{
    (void)state;
    struct place p = begin((struct http_config){.workers = 1, .queue = 1}, geteuid());
    struct caller slow[2] = {{.p = &p, .verb = "sleep", .key = "ms", .value = "1500"},
                             {.p = &p, .verb = "sleep", .key = "ms", .value = "1"}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, call, &slow[i]), 0);
        pause_ms(200);
    }
    char answer[4096];
    static const char request[] = "POST /call HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    assert_int_equal(say(&p, request, sizeof request - 1, answer, sizeof answer), 503);
    assert_non_null(strstr(answer, "Retry-After: 1"));
    assert_non_null(strstr(answer, "http.busy"));
    /* our own client waits for a place, also when it is turned away in the middle of a file */
    int fd = big_file();
    struct caller third = {.p = &p, .verb = "add", .key = "title", .value = "x", .fd = fd};
    call(&third);
    assert_int_equal(third.rc, 0);
    json_decref(third.body);
    close(fd);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(slow[i].rc, 0);
        json_decref(slow[i].body);
    }
    end(&p);
}

static void test_many_at_once(void **state)
{
    (void)state;
    enum { N = 60 };
    struct place p = begin((struct http_config){.workers = 4}, geteuid());
    static struct caller callers[N];
    pthread_t threads[N];
    char text[N][16];
    for (int i = 0; i < N; i++) {
        lt_print(text[i], sizeof text[i], "n%d", i);
        callers[i] = (struct caller){.p = &p, .verb = "add", .key = "title", .value = text[i]};
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].rc, 0);
        const json_t *values = json_object_get(callers[i].body, "values");
        assert_string_equal(json_string_value(json_object_get(values, "title")), text[i]);
        assert_string_equal(json_string_value(json_object_get(callers[i].body, "local")), "owner");
        json_decref(callers[i].body);
    }
    end(&p);
}

/* --- who, and the end --- */

static void test_other_user(void **state)
{
    (void)state;
    struct place p = begin((struct http_config){0}, geteuid() + 1);
    struct caller c = {.p = &p, .verb = "none"};
    call(&c);
    assert_int_equal(c.rc, LT_DENIED);
    assert_string_equal(c.code, "http.other_user");
    end(&p);
}

static void test_stop_waits(void **state)
{
    (void)state;
    struct place p = begin((struct http_config){0}, geteuid());
    struct caller slow = {.p = &p, .verb = "sleep", .key = "ms", .value = "800"};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call, &slow), 0);
    pause_ms(200);
    int idle = dial(&p); /* a connection on which nothing is said must not hold it up for long */
    int64_t start = now_ms();
    end(&p);
    assert_in_range((uintmax_t)(now_ms() - start), 300, 4000);
    pthread_join(thread, NULL);
    assert_int_equal(slow.rc, 0);
    assert_int_equal(json_integer_value(json_object_get(slow.body, "slept")), 800);
    json_decref(slow.body);
    close(idle);
}

static void test_nobody(void **state)
{
    (void)state;
    struct http_client *client = NULL;
    struct lt_error err = {0};
    assert_int_equal(http_client_open("/tmp/letopis-there-is-none.sock", &client, &err), LT_NOTFOUND);
    /* a file that a killed server left */
    char path[] = "/tmp/letopis-stale-XXXXXX";
    int holder = mkstemp(path);
    assert_true(holder >= 0);
    close(holder);
    int fd = http_socket_listen(path, 1);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(http_client_open(path, &client, &err), LT_NOTFOUND);
    fd = http_socket_listen(path, 1);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    lt_error_clear(&err);
}

/* sun_path holds 108 bytes; data folders may lie deeper. */
static void test_long_path(void **state)
{
    (void)state;
    char root[] = "/tmp/letopis-long-XXXXXX", dir[512], path[600];
    assert_non_null(mkdtemp(root));
    lt_print(dir, sizeof dir, "%s/%0100d/%0100d", root, 1, 2);
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), dir, 0700), 0);
    lt_print(path, sizeof path, "%s/letopis.sock", dir);
    int fd = http_socket_listen(path, 1);
    assert_true(fd >= 0);
    int other = http_socket_connect(path);
    assert_true(other >= 0);
    close(other);
    close(fd);
    lt_fs_remove_tree(lt_fs_system(), root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed),  cmocka_unit_test(test_giant_headers),
        cmocka_unit_test(test_deadlines),  cmocka_unit_test(test_refused_with_body),
        cmocka_unit_test(test_full_queue), cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_other_user), cmocka_unit_test(test_stop_waits),
        cmocka_unit_test(test_nobody),     cmocka_unit_test(test_long_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
