/* The least program that can be the child of core/sandbox: modules, and one more kind, "probe", which stands for a publisher: it
 * tries what a publisher may and may not do and tells the outcome, one word a try. */
#include "sandbox/module.h"

#include "base/json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void note(struct lt_buf *b, const char *what, long rc) {
    lt_buf_addf(b, "%s=%s ", what, rc >= 0 ? "yes" : errno == EPERM ? "no" : errno == EACCES ? "NO" : strerror(errno));
}

static int probe_load(const struct sandbox_start *start, void **loaded, struct lt_error *err) {
    (void)err;
    static char network[] = "network", plain[] = "plain";
    *loaded = start->network ? network : plain;
    return 0;
}

static int probe_run(void *loaded, struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    struct lt_buf b = LT_BUF_INIT(1000);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)lt_json_int(args, "port", 9)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)loaded;
    (void)err;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    note(&b, "socket", fd);
    note(&b, "connect", connect(fd, (struct sockaddr *)&to, sizeof to));
    note(&b, "send", send(fd, "x", 1, MSG_NOSIGNAL));
    note(&b, "bind", bind(fd, (struct sockaddr *)&to, sizeof to));
    note(&b, "unix", socket(AF_UNIX, SOCK_STREAM, 0));
    note(&b, "raw", socket(AF_PACKET, SOCK_RAW, 0));
    note(&b, "open", open("/etc/resolv.conf", O_RDONLY));
    note(&b, "write", pwrite(input_fd, "written", 7, 0));
    note(&b, "chmod", fchmod(input_fd, 0777));
    int rc = io->send(io->ctx, SANDBOX_FRAME_USER, b.data, b.len);
    lt_buf_free(&b);
    return rc;
}

static const struct sandbox_kind probe = {.name = "probe", .network = true, .load = probe_load, .run = probe_run};

int main(int argc, char **argv) {
    static const struct sandbox_kind *const kinds[] = {&probe, NULL};
    if (argc > 1 && strcmp(argv[1], "plugin-run") == 0)
        return sandbox_child_main_kinds(argc, argv, kinds);
    return 2;
}
