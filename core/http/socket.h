/* Unix sockets under paths of any length. */
#ifndef LT_HTTP_SOCKET_H
#define LT_HTTP_SOCKET_H

/* A connected stream socket, or -1 with errno. */
int http_socket_connect(const char *path);

/* A listening stream socket that only its owner may use; a file left at the path is replaced (whoever calls
 * this holds the lock of the data folder, so nobody serves it). -1 with errno. */
int http_socket_listen(const char *path, int backlog);

/* A listening socket for the web at "ADDRESS:PORT", "[V6]:PORT" or "unix:PATH" (mode 0660, for the group of a front server). -1 with
 * errno; EINVAL: the text is none of these. */
int http_socket_listen_web(const char *at, int backlog);

#endif
