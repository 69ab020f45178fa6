#include "http/socket.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* sun_path holds 108 bytes; a longer path is reached through its folder's descriptor. *folder is to be closed
 * after use. */
static bool address(const char *path, struct sockaddr_un *out, int *folder)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    *folder = -1;
    if (lt_print(out->sun_path, sizeof out->sun_path, "%s", path)) return true;
    const char *slash = strrchr(path, '/');
    char *dir = slash ? strndup(path, (size_t)(slash - path)) : NULL;
    if (!dir) {
        errno = slash ? ENOMEM : ENAMETOOLONG;
        return false;
    }
    *folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(dir);
    if (*folder < 0) return false;
    if (lt_print(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/%s", *folder, slash + 1)) return true;
    close(*folder);
    errno = ENAMETOOLONG;
    return false;
}

static int finish(int fd, int rc, int folder)
{
    int why = errno;
    if (folder >= 0) close(folder);
    if (rc && fd >= 0) close(fd);
    errno = why;
    return rc ? -1 : fd;
}

int http_socket_connect(const char *path)
{
    struct sockaddr_un at;
    int folder;
    if (!address(path, &at, &folder)) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc = fd < 0 ? -1 : connect(fd, (struct sockaddr *)&at, sizeof at);
    return finish(fd, rc, folder);
}

static int listen_unix(const char *path, int backlog, mode_t mode)
{
    struct sockaddr_un at;
    int folder;
    if (unlink(path) && errno != ENOENT) return -1;
    if (!address(path, &at, &folder)) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = fd < 0 ? -1 : 0;
    /* on Linux the mode of the socket becomes the mode of its file, without a moment in which others could
     * connect */
    if (!rc) rc = fchmod(fd, mode);
    if (!rc) rc = bind(fd, (struct sockaddr *)&at, sizeof at);
    if (!rc) rc = listen(fd, backlog);
    return finish(fd, rc, folder);
}

int http_socket_listen(const char *path, int backlog)
{
    return listen_unix(path, backlog, 0600);
}

/* --- the web --- */

/* Numbers only: a name could mean another address tomorrow. */
static bool read_address(const char *at, struct sockaddr_storage *out, socklen_t *len)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    const char *colon = strrchr(at, ':');
    char host[80], *end = NULL;
    if (!colon || !colon[1]) return false;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (*end || port > 65535 || strspn(colon + 1, "0123456789") != strlen(colon + 1)) return false;
    *out = (struct sockaddr_storage){0};
    if (at[0] == '[' && colon > at && colon[-1] == ']') {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *len = sizeof *v6;
        return lt_print(host, sizeof host, "%.*s", (int)(colon - at - 2), at + 1) && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
    }
    v4->sin_family = AF_INET;
    v4->sin_port = htons((uint16_t)port);
    *len = sizeof *v4;
    return lt_print(host, sizeof host, "%.*s", (int)(colon - at), at) && inet_pton(AF_INET, host, &v4->sin_addr) == 1;
}

int http_socket_listen_web(const char *at, int backlog)
{
    struct sockaddr_storage where;
    socklen_t len;
    int on = 1;
    if (strncmp(at, "unix:", 5) == 0) return listen_unix(at + 5, backlog, 0660);
    if (!read_address(at, &where, &len)) {
        errno = EINVAL;
        return -1;
    }
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = fd < 0 ? -1 : setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!rc && where.ss_family == AF_INET6) rc = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (!rc) rc = bind(fd, (struct sockaddr *)&where, len);
    if (!rc) rc = listen(fd, backlog);
    return finish(fd, rc, -1);
}
