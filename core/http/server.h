/* The HTTP server: threads of libmicrohttpd move bytes, use cases run on a bounded pool of workers.
 *
 * A listener is a socket with a kind; a route is a row (inside.h) that says on which kinds of listener it
 * answers. The Unix socket of the data folder is one kind; a TCP port another. */
#ifndef LT_HTTP_SERVER_H
#define LT_HTTP_SERVER_H

#include "base/error.h"
#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct lt_app;
struct http_server;

struct http_config {
    struct lt_app *app;       /* borrowed for the server's life */
    const char *dir;          /* data folder, copied: uploads lie in its spool/ */
    const struct lt_log *log; /* NULL: silent */
    unsigned threads;         /* 0: as many as cores */
    unsigned workers;         /* 0: 16 */
    unsigned queue;           /* requests that may wait for a worker; 0: 128 */
    unsigned connections;     /* at once and a listener; 0: 1000 */
    unsigned header_seconds;  /* a request's headers are complete in this time; 0: 10 */
    unsigned idle_seconds;    /* between two requests of a connection; 0: 30 */
    unsigned body_rate;       /* bytes a second that a body must keep, judged over 10 s; 0: 1024 */
    uint64_t upload_max;      /* bytes of the files of one call through the Unix socket; 0: 1 GiB */
    uint64_t web_upload_max;  /* bytes of a body from the web; 0: 128 MiB */
    const char *web;          /* folder of the client's files, opened by http_server_new; NULL: none */
    const char *tls_cert, *tls_key; /* paths of PEM files: ports speak TLS; key NULL: it stands in the certificate's file */
    bool proxy;               /* X-Forwarded-For and -Proto of who connects are believed */
    bool metrics_open;        /* /metrics answers others than this machine */
};

int http_server_new(const struct http_config *config, struct http_server **out, struct lt_error *err);

/* Listens on the Unix socket at path; replaces a file that a killed server left there. peer: the user who may
 * call as the owner of the data folder, under the name local_user. */
int http_server_listen_unix(struct http_server *s, const char *path, uid_t peer, const char *local_user,
                            struct lt_error *err);

/* Serves the web on a listening socket, which is taken over (also where this fails). path: of its file, to be removed at the end, or
 * NULL. */
int http_server_listen_web(struct http_server *s, int fd, const char *path, struct lt_error *err);
/* Where it listens: the port of the last web listener, 0 for a Unix socket. */
unsigned http_server_port(const struct http_server *s);

/* Takes no more connections, removes the socket files, lets requests that are running end and their answers
 * leave (at most `seconds` for the latter). Call before http_server_free and before the application is
 * closed. */
void http_server_stop(struct http_server *s, unsigned seconds);
void http_server_free(struct http_server *s);

#endif
