/* A client for both sides of the web's rows: letopis-http-bench NAME PORT CLIENTS N REQUESTS [TOKEN]
 *
 * REQUESTS: a file of lines "METHOD PATH [BODY]"; the ith request is line i modulo their number (with N = 0: each once). Connections are kept.
 * Prints requests a second, latencies and bytes; any answer but 2xx ends it. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 20000, CLIENTS = 64, ROOM = 1 << 16 };

struct bench {
    char *lines[LINES];
    size_t lines_len, n;
    const char *token;
    unsigned short port;
    atomic_size_t next;
    atomic_ullong bytes;
    double *took;
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dial(unsigned short port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at)) die("no connection");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_request(struct bench *b, int fd, const char *line)
{
    char text[8192], auth[256] = "", method[16], path[2048];
    int read = 0;
    if (sscanf(line, "%15s %2047s%n", method, path, &read) != 2) die("a request is METHOD PATH [BODY]");
    const char *body = line[read] == ' ' ? line + read + 1 : "";
    if (b->token) snprintf(auth, sizeof auth, "Authorization: Bearer %s\r\n", b->token);
    int n = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: bench\r\n%s", method, path, auth);
    if (*body) n += snprintf(text + n, sizeof text - (size_t)n, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    n += snprintf(text + n, sizeof text - (size_t)n, "\r\n%s", body);
    if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n) die("the request was not taken");
}

static void read_answer(struct bench *b, int fd, char *buf)
{
    size_t have = 0;
    char *end = NULL;
    while (!end) {
        ssize_t n = recv(fd, buf + have, ROOM - 1 - have, 0);
        if (n <= 0) die("the connection ended");
        have += (size_t)n;
        buf[have] = 0;
        end = strstr(buf, "\r\n\r\n");
    }
    if (strncmp(buf, "HTTP/1.1 2", 10) != 0) die(buf);
    const char *length = strcasestr(buf, "\r\nContent-Length:");
    if (!length || length > end) die("an answer without a length");
    long long left = strtoll(length + 17, NULL, 10) - (long long)(have - (size_t)(end + 4 - buf));
    atomic_fetch_add(&b->bytes, (unsigned long long)(left + (long long)(have - (size_t)(end + 4 - buf))));
    while (left > 0) {
        ssize_t n = recv(fd, buf, left < ROOM ? (size_t)left : ROOM, 0);
        if (n <= 0) die("the connection ended");
        left -= n;
    }
}

static void *client(void *arg)
{
    struct bench *b = arg;
    char *buf = malloc(ROOM);
    int fd = dial(b->port);
    for (size_t i; buf && (i = atomic_fetch_add(&b->next, 1)) < b->n;) {
        double begun = seconds();
        send_request(b, fd, b->lines[i % b->lines_len]);
        read_answer(b, fd, buf);
        b->took[i] = seconds() - begun;
    }
    close(fd);
    free(buf);
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct bench b;
    pthread_t threads[CLIENTS];
    if (argc < 6) die("letopis-http-bench NAME PORT CLIENTS N REQUESTS [TOKEN]");
    size_t clients = strtoul(argv[3], NULL, 10);
    b.port = (unsigned short)strtoul(argv[2], NULL, 10);
    b.token = argc > 6 && *argv[6] ? argv[6] : NULL;
    FILE *f = fopen(argv[5], "re");
    char line[4096];
    while (f && b.lines_len < LINES && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (*line) b.lines[b.lines_len++] = strdup(line);
    }
    if (!b.lines_len || !clients || clients > CLIENTS) die("no requests, or too many clients");
    fclose(f);
    b.n = strtoul(argv[4], NULL, 10);
    if (!b.n) b.n = b.lines_len;
    b.took = calloc(b.n, sizeof *b.took);
    double begun = seconds();
    for (size_t i = 0; i < clients; i++) pthread_create(&threads[i], NULL, client, &b);
    for (size_t i = 0; i < clients; i++) pthread_join(threads[i], NULL);
    double all = seconds() - begun;
    qsort(b.took, b.n, sizeof *b.took, by_time);
    printf("%s, %zu clients: %.0f /s; median %.2f ms, 95%% %.2f ms, 99%% %.2f ms; %.1f KB each\n", argv[1], clients, (double)b.n / all,
           b.took[b.n / 2] * 1000, b.took[b.n * 95 / 100] * 1000, b.took[b.n * 99 / 100] * 1000, (double)atomic_load(&b.bytes) / (double)b.n / 1000);
    return 0;
}
