#include "http/socket.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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

int http_socket_listen(const char *path, int backlog)
{
    struct sockaddr_un at;
    int folder;
    if (unlink(path) && errno != ENOENT) return -1;
    if (!address(path, &at, &folder)) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = fd < 0 ? -1 : 0;
    /* on Linux the mode of the socket becomes the mode of its file, without a moment in which others could
     * connect */
    if (!rc) rc = fchmod(fd, 0600);
    if (!rc) rc = bind(fd, (struct sockaddr *)&at, sizeof at);
    if (!rc) rc = listen(fd, backlog);
    return finish(fd, rc, folder);
}
