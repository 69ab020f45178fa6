/* letopis-media.so: what a file is, by its bytes. libmagic for the kinds that have a signature, own looks into containers and texts,
 * where libmagic only guesses. */
#include "inspect.h"

#include "base/json.h"
#include "base/text.h"

#include <magic.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BYTES (1u << 20) /* what libmagic is shown */
#define HEAD 1024u

static magic_t cookie; /* loaded between the steps of the jail, used once */

static int media_open(struct lt_error *err) {
    cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF |
                        MAGIC_NO_CHECK_CDF);
    if (!cookie || magic_load(cookie, NULL) != 0)
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "libmagic has no database", (char *)NULL);
    return 0;
}

bool bytes_have(const unsigned char *data, size_t len, const char *what, size_t what_len) {
    return memmem(data, len, what, what_len) != NULL;
}

static bool begins(const struct job *j, const char *what, size_t n) { return j->len >= n && memcmp(j->data, what, n) == 0; }

/* Markup in the beginning, in any case of letters. */
static bool head_has_word(const struct job *j, const char *word) {
    size_t n = strlen(word), len = j->len < HEAD ? j->len : HEAD;
    for (size_t i = 0; i + n <= len; i++)
        if (strncasecmp((const char *)j->data + i, word, n) == 0)
            return true;
    return false;
}

/* An archive's end record stands at the very end of the file. */
static bool ends_as_zip(const struct job *j) {
    size_t from = j->len > 65557 ? j->len - 65557 : 0;
    for (size_t i = j->len; i-- > from;) {
        if (j->len - i < 22 || memcmp(j->data + i, "PK\5\6", 4) != 0)
            continue;
        size_t comment = (size_t)j->data[i + 20] | (size_t)j->data[i + 21] << 8;
        if (i + 22 + comment == j->len)
            return true;
    }
    return false;
}

/* A file that other programs would take for something else: picture and archive, picture and page. */
static bool is_polyglot(const struct job *j, bool pdf) {
    static const char *const markup[] = {"<html", "<script", "<!doctype", "<svg", "<?php", "<iframe", "<body"};
    if (ends_as_zip(j))
        return true;
    for (size_t i = 0; i < sizeof markup / sizeof *markup; i++)
        if (head_has_word(j, markup[i]))
            return true;
    return !pdf && bytes_have(j->data, j->len < HEAD ? j->len : HEAD, "%PDF-", 5);
}

static bool is_program(const struct job *j, const char *mime) {
    static const char *const names[] = {
        "application/x-executable", "application/x-pie-executable", "application/x-sharedlib", "application/x-object",
        "application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/x-mach-binary",
        "application/x-msi", "application/x-ms-shortcut", "application/java-archive", "application/x-java-applet",
        "application/vnd.android.package-archive", "text/x-shellscript", "text/x-msdos-batch", "application/x-wine-extension-ini"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], mime) == 0)
            return true;
    return begins(j, "\x7f" "ELF", 4) || begins(j, "MZ", 2) || begins(j, "#!", 2);
}

static bool is_active(const char *mime) {
    static const char *const names[] = {"text/html", "image/svg+xml", "text/xml", "application/xml", "application/xhtml+xml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], mime) == 0)
            return true;
    return false;
}

static int answer(struct job *j, const char *mime) { return job_answer(j, json_pack("{s:s}", "mime", mime)); }

/* Pictures, PDF and video: libmagic's word, after checks that it does not make. */
static int inspect_plain(struct job *j, const char *mime) {
    bool pdf = strcmp(mime, "application/pdf") == 0;
    if (strcmp(mime, "image/heif") == 0) /* the same family by another brand */
        mime = "image/heic";
    if (pdf && !begins(j, "%PDF-", 5)) /* libmagic and viewers look for it further on, and so do polyglots */
        return job_refuse(j, "polyglot", NULL);
    bool picture = strncmp(mime, "image/", 6) == 0;
    if ((pdf || picture) && is_polyglot(j, pdf))
        return job_refuse(j, "polyglot", NULL);
    return answer(j, mime);
}

static int inspect_file(struct job *j) {
    static const char compound[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    if (begins(j, "PK\3\4", 4) || begins(j, "PK\5\6", 4))
        return inspect_package(j);
    if (begins(j, compound, 8))
        return inspect_compound(j);
    const char *found = magic_buffer(cookie, j->data, j->len < LOOK_BYTES ? j->len : LOOK_BYTES);
    const char *mime = found ? found : "application/octet-stream";
    if (is_program(j, mime))
        return answer(j, MEDIA_MIME_PROGRAM);
    if (is_active(mime) || text_begins_markup(j))
        return answer(j, MEDIA_MIME_ACTIVE);
    if (strncmp(mime, "image/", 6) == 0 || strncmp(mime, "video/", 6) == 0 || strcmp(mime, "application/pdf") == 0)
        return inspect_plain(j, mime);
    /* Texts get all kinds of names: a poem may look like a program in some language. */
    if (strncmp(mime, "text/", 5) == 0 || strcmp(mime, "application/json") == 0 || strcmp(mime, "application/javascript") == 0 ||
        strcmp(mime, "application/octet-stream") == 0 || strcmp(mime, "application/csv") == 0)
        return inspect_text(j, mime);
    return answer(j, mime);
}

static int media_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    static const struct job_kind kinds[] = {{"inspect", inspect_file}, {NULL, NULL}};
    return job_run(kinds, io, args, input_fd, err);
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "media", .open = media_open, .run = media_run};
