/* The client's files. Names are letters, digits and a few signs, no part begins with a dot, links are not followed: a path cannot leave the
 * folder. A path without an extension that is no file is index.html, so that each view has an address. */
#include "http/inside.h"
#include "http/range.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < LT_COUNT(types); i++) {
        if (lt_ends(path, types[i][0])) return types[i][1];
    }
    return NULL;
}

static bool has_extension(const char *path)
{
    const char *name = strrchr(path, '/');
    return strchr(name ? name : path, '.') != NULL;
}

/* url begins with '/'; out: the same below the folder. */
static bool is_name(const char *url)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    return strspn(url, good) == strlen(url) && !strstr(url, "/.") && strlen(url) < 200;
}

/* Opened part by part, so that no part is a link. */
static int open_below(int folder, const char *path)
{
    int at = dup(folder);
    while (at >= 0) {
        char part[200];
        size_t n = strcspn(path, "/");
        lt_print(part, sizeof part, "%.*s", (int)n, path);
        bool last = !path[n];
        int next = openat(at, part, O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (last ? O_RDONLY : O_PATH | O_DIRECTORY));
        close(at);
        if (last || next < 0) return next;
        at = next;
        path += n + 1;
    }
    return -1;
}

static int open_file(int folder, const char *path, struct stat *st)
{
    int fd = *path ? open_below(folder, path) : -1;
    if (fd >= 0 && (fstat(fd, st) || !S_ISREG(st->st_mode))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int absent(struct lt_error *err)
{
    return lt_fail(err, LT_NOTFOUND, "http.no_page", (char *)NULL);
}

static bool is_text(const char *path)
{
    const char *type = type_of(path);
    return type && !lt_starts(type, "image/png") && !lt_starts(type, "image/webp") && !lt_starts(type, "font/");
}

/* "name.0123abcd.js": what it holds never changes. */
static bool is_hashed(const char *path)
{
    const char *last = strrchr(path, '.');
    size_t n = 0;
    while (last && last - n > path && strchr("0123456789abcdef", last[-1 - (long)n])) n++;
    return n >= 8 && last - n > path && last[-1 - (long)n] == '.';
}

/* The tag is weak in one way: packed and plain bytes of a file share it, told apart by Vary. Takes fd. */
static void reply_file(struct http_exchange *x, const char *path, const char *tag, int fd, size_t size)
{
    size_t len = 0;
    const void *packed = NULL;
    if (is_text(path) && pack_wanted(MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING)))
        packed = pack_cache_file(x->server->packed, path, tag, fd, size, &len);
    struct MHD_Response *r = packed ? MHD_create_response_from_buffer(len, (void *)(uintptr_t)packed, MHD_RESPMEM_PERSISTENT)
                                    : MHD_create_response_from_fd64(size, fd);
    if (packed || !r) close(fd);
    http_reply(x, MHD_HTTP_OK, type_of(path), r);
    if (packed) http_header(x, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

int http_static_begin(struct http_exchange *x, struct lt_error *err)
{
    lt_print(x->what, sizeof x->what, "file");
    if (x->length) return http_no_body(x, NULL, 0, err);
    if (x->server->web < 0 || lt_starts(x->url, "/api/") || strstr(x->url, "/.")) return absent(err);
    const char *path = x->url + 1;
    struct stat st;
    int fd = is_name(x->url) && type_of(path) ? open_file(x->server->web, path, &st) : -1;
    if (fd < 0) {
        if (has_extension(path)) return absent(err);
        path = "index.html";
        fd = open_file(x->server->web, path, &st);
    }
    if (fd < 0) return absent(err);
    char tag[64], quoted[72];
    lt_print(tag, sizeof tag, "%llx-%llx-%llx", (unsigned long long)st.st_mtim.tv_sec, (unsigned long long)st.st_mtim.tv_nsec,
             (unsigned long long)st.st_size);
    lt_print(quoted, sizeof quoted, is_text(path) ? "W/\"%s\"" : "\"%s\"", tag);
    const char *known = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (known && http_etag_listed(known, tag)) {
        close(fd);
        http_reply_empty(x, MHD_HTTP_NOT_MODIFIED);
    } else {
        reply_file(x, path, tag, fd, (size_t)st.st_size);
    }
    http_header(x, MHD_HTTP_HEADER_ETAG, quoted);
    if (is_text(path)) http_header(x, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    http_header(x, MHD_HTTP_HEADER_CACHE_CONTROL, is_hashed(path) ? "public, max-age=31536000, immutable" : "no-cache");
    return 0;
}
