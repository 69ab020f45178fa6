#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void cli_term_look(int fd, struct cli_term *out)
{
    *out = (struct cli_term){.tty = isatty(fd) == 1};
    if (!out->tty) return;
    const char *no = getenv("NO_COLOR"), *kind = getenv("TERM");
    out->colour = !(no && *no) && !(kind && strcmp(kind, "dumb") == 0);
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    out->width = columns ? atoi(columns) : 0;
    if (out->width <= 0) out->width = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

int cli_write_all(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}
