/* Private to core/http: connections, exchanges and routes. */
#ifndef LT_HTTP_INSIDE_H
#define LT_HTTP_INSIDE_H

#include "http/pack.h"
#include "http/pool.h"
#include "http/server.h"

#include "base/i18n.h"
#include "base/id.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum http_kind { HTTP_UNIX = 1 /* calls of our own program */, HTTP_WEB = 2 };

struct http_listener {
    struct http_server *server;
    enum http_kind kind;
    struct MHD_Daemon *daemon;
    char *path;       /* of the Unix socket */
    bool tls, network; /* of HTTP_WEB: encrypted here; on a port, not on a Unix socket */
    uint16_t port;
    uid_t peer;       /* who may call as the owner of the data folder */
    char *local_user; /* and the name that stands for it */
};

/* --- connections, for the deadlines --- */

enum conn_phase {
    CONN_HEADERS, /* a request line is awaited or headers come in */
    CONN_BODY,
    CONN_WORK,   /* with a worker */
    CONN_ANSWER, /* leaving; libmicrohttpd's own time-out watches it */
    CONN_IDLE    /* between two requests */
};

struct http_conn {
    struct http_conn *prev, *next;
    struct http_listener *listener;
    int fd;
    uid_t uid; /* of the peer of a Unix socket; (uid_t)-1: unknown */
    char peer[64]; /* address of the other side; "" on a Unix socket */
    atomic_int phase;
    _Atomic int64_t since;  /* when the phase began, ms of the monotonic clock */
    _Atomic uint64_t bytes; /* of the body so far */
    int64_t window;         /* of the watch alone: when its present span of 10 s began */
    uint64_t window_bytes;  /* and how many bytes had come by then */
};

struct http_watch {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool running, ending;
    struct http_conn *first;
};

bool http_watch_start(struct http_server *s);
void http_watch_end(struct http_server *s);
struct http_conn *http_watch_add(struct http_listener *l, int fd);
void http_watch_remove(struct http_conn *c);
void http_conn_phase(struct http_conn *c, enum conn_phase phase);
/* Connections in a phase. close: their sockets are shut down. */
unsigned http_watch_count(struct http_server *s, enum conn_phase phase, bool close);
int64_t http_now_ms(void);

/* --- the server --- */

enum { HTTP_LISTENERS = 8 };

struct http_server {
    struct http_config config;
    char *dir; /* our copy of config.dir */
    int web;   /* descriptor of the folder with the client's files; -1: none */
    struct lt_clock clock;
    struct lt_id_source *ids; /* of requests */
    _Atomic uint64_t held;    /* bytes of bodies held in memory */
    _Atomic uint64_t answered[6], spent_ms; /* answers by their hundred, and the time they took together */
    struct pack_cache *packed;
    int64_t started;
    char *tls_cert, *tls_key; /* texts; NULL: no TLS here */
    struct http_listener listeners[HTTP_LISTENERS];
    size_t listeners_len;
    struct http_pool *pool;
    struct tus *tus; /* uploads under way */
    struct http_watch watch;
    atomic_bool stopping;
    atomic_uint active;  /* exchanges that have begun and not ended */
    atomic_uint working; /* exchanges given to the pool and not back */
};

/* --- one request and its answer --- */

struct http_exchange;

/* begin and take run on a thread that moves bytes: no use case, no waiting. A negative status with *err
 * filled refuses the request. */
struct http_route {
    const char *method, *path; /* "*": all methods. "/call"; one that ends with '*' stands for all that begin so */
    unsigned kinds;            /* enum http_kind */
    int (*begin)(struct http_exchange *x, struct lt_error *err); /* after the headers */
    int (*take)(struct http_exchange *x, const char *data, size_t len,
                struct lt_error *err);    /* a piece of the body */
    void (*run)(struct http_exchange *x); /* on a worker, after the body: must set the answer; not called where begin set it */
    void (*end)(struct http_exchange *x); /* frees x->state; always called */
};

const struct http_route *http_routes(size_t *n);

struct http_exchange {
    struct http_server *server;
    struct http_listener *listener;
    struct http_conn *conn;
    struct MHD_Connection *mhd;
    const struct http_route *route;
    uint64_t length;   /* of the body as announced; UINT64_MAX: it comes in chunks */
    uint64_t received; /* bytes of the body */
    bool refused;      /* the body is read and thrown away, the answer is ready */
    bool complete, queued;
    void *state; /* of the route */
    const char *method, *url; /* the library's, for the life of the exchange */
    char id[LT_ID_SIZE];      /* of the request, in the log and in problems */
    char what[64];            /* for the log: the use case or the route */
    char peer[64];            /* who asks, behind a proxy too; "": not known */
    char allow[64];           /* for 405 and OPTIONS */
    bool secure;              /* the browser speaks TLS, with us or with the proxy */
    bool own_policy;          /* the answer carries its own Content-Security-Policy */
    int64_t began;            /* ms of the monotonic clock */
    unsigned retry;           /* seconds for Retry-After; 0: none */
    unsigned status;
    struct MHD_Response *response;
};

/* --- answers (reply.c) --- */

/* Takes data, which was malloc'ed. */
void http_reply_bytes(struct http_exchange *x, unsigned status, const char *type, char *data, size_t len);
/* Takes response. */
void http_reply(struct http_exchange *x, unsigned status, const char *type, struct MHD_Response *response);
/* application/problem+json (RFC 9457) with code, field, params and details. http_status 0: by the error's
 * status. */
void http_reply_problem(struct http_exchange *x, unsigned http_status, const struct lt_error *err);
unsigned http_status_of(int status);
/* A JSON document in the order of its keys; takes doc (NULL: memory). */
void http_reply_json(struct http_exchange *x, unsigned status, json_t *doc);
/* The same, packed where the reader takes it. Not for answers with a secret beside words that somebody else could choose (BREACH). */
void http_reply_json_packed(struct http_exchange *x, unsigned status, json_t *doc);
/* 200 that a browser may keep and asks about again: with a tag, 304 where it has it. Nothing of a person. Takes doc. */
void http_reply_json_tagged(struct http_exchange *x, json_t *doc);
/* Does the reader take gzip, and is it worth it? */
bool http_wants_packed(struct http_exchange *x, size_t len);
void http_reply_empty(struct http_exchange *x, unsigned status);
enum lt_lang http_lang(struct http_exchange *x);
void http_header(struct http_exchange *x, const char *name, const char *value);

/* --- what every web answer has (web.c) --- */

/* Finds out who asks and over what. */
void http_web_begin(struct http_exchange *x);
/* Adds the headers of security to the answer. */
void http_web_headers(struct http_exchange *x);
/* LT_SYSTEM "http.busy" where too much is held already. */
int http_hold(struct http_server *s, size_t bytes, struct lt_error *err);
void http_release(struct http_server *s, size_t bytes);
/* A file without a name in the spool, or a negative status. */
int http_spool_file(struct http_server *s, struct lt_error *err);
int http_write_all(int fd, const char *data, size_t len, struct lt_error *err);

/* --- routes --- */

int http_call_begin(struct http_exchange *x, struct lt_error *err);
int http_call_take(struct http_exchange *x, const char *data, size_t len, struct lt_error *err);
void http_call_run(struct http_exchange *x);
void http_call_end(struct http_exchange *x);

int http_api_begin(struct http_exchange *x, struct lt_error *err);
int http_api_take(struct http_exchange *x, const char *data, size_t len, struct lt_error *err);
void http_api_run(struct http_exchange *x);
void http_api_end(struct http_exchange *x);

/* Routes without a body or a state. */
int http_no_body(struct http_exchange *x, const char *data, size_t len, struct lt_error *err);
void http_nothing_left(struct http_exchange *x);
int http_static_begin(struct http_exchange *x, struct lt_error *err);
int http_plain_begin(struct http_exchange *x, struct lt_error *err);
void http_meta_run(struct http_exchange *x);
void http_openapi_run(struct http_exchange *x);
void http_health_run(struct http_exchange *x);
int http_metrics_begin(struct http_exchange *x, struct lt_error *err);
void http_metrics_run(struct http_exchange *x);

#endif
