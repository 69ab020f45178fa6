/* The other end of the Unix socket: sends a use case to the server that holds the data folder. One call a
 * connection. */
#ifndef LT_HTTP_CLIENT_H
#define LT_HTTP_CLIENT_H

#include "usecase/usecase.h"

struct http_client;

/* LT_NOTFOUND "http.no_server" where nobody listens (no socket file, or one that a killed server left). */
int http_client_open(const char *socket_path, struct http_client **out, struct lt_error *err);
void http_client_close(struct http_client *c);

/* The same as uc_dispatch, elsewhere; local_user is not sent: the server knows the caller by the socket.
 * Files are sent from their beginning. A stream of the answer is read in order (off grows by what was read)
 * and before the client is closed.
 *
 * LT_SYSTEM "http.lost" {request}: the connection broke after the call was sent; whether it was done is not
 * known, and it may be repeated with the same request id. LT_SYSTEM "http.busy" where the server had no free
 * place for 10 s. LT_NOTFOUND "http.no_server": it stopped before it took the call. */
int http_client_call(struct http_client *c, const struct uc_request *request, struct uc_answer *out,
                     struct lt_error *err);

#endif
