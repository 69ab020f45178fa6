#include "media/preview.h"

#include "base/json.h"
#include "base/text.h"
#include "media/wire.h"

#include <string.h>

struct work {
    struct lt_buf *out;
    size_t begin; /* of our bytes in it */
    json_t *answer;
};

static int malformed(struct lt_error *err) { return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL); }

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err) {
    struct work *w = ctx;
    (void)child;
    if (type == MEDIA_FRAME_ANSWER && !w->answer) {
        if (lt_json_parse(data, len, 4096, &w->answer, NULL) != 0)
            return malformed(err);
        return 0;
    }
    if (type != MEDIA_FRAME_BYTES || !w->answer || w->out->len - w->begin + len > MEDIA_PREVIEW_MAX)
        return malformed(err);
    return lt_buf_add(w->out, data, len) == 0 ? 0 : lt_fail_memory(err);
}

static uint32_t little(const unsigned char *p, unsigned n) {
    uint32_t v = 0;
    while (n-- > 0)
        v = v << 8 | p[n];
    return v;
}

/* One lossy picture and nothing else: a chunk with metadata, animation or a second picture is not what we asked for (RFC 9649). */
bool media_preview_size(const void *data, size_t len, unsigned *width, unsigned *height) {
    const unsigned char *p = data;
    if (len < 30 || memcmp(p, "RIFF", 4) != 0 || memcmp(p + 8, "WEBPVP8 ", 8) != 0 || little(p + 4, 4) != len - 8)
        return false;
    uint32_t body = little(p + 16, 4);
    if (body > len - 20 || len - 20 - body > 1 || (p[20] & 1) != 0 || memcmp(p + 23, "\x9d\x01\x2a", 3) != 0)
        return false;
    *width = little(p + 26, 2) & 0x3fff;
    *height = little(p + 28, 2) & 0x3fff;
    return true;
}

static bool is_plain_webp(const void *data, size_t len, unsigned width, unsigned height) {
    unsigned wide, high;
    return media_preview_size(data, len, &wide, &high) && wide == width && high == height;
}

static int judge(const struct work *w, unsigned side, struct media_preview *what, struct lt_error *err) {
    int64_t width = lt_json_int(w->answer, "width", 0), height = lt_json_int(w->answer, "height", 0);
    int64_t pages = lt_json_int(w->answer, "pages", 0);
    if (width < 1 || height < 1 || width > side || height > side || pages < 1 || pages > MEDIA_MAX_PAGES)
        return malformed(err);
    *what = (struct media_preview){(unsigned)width, (unsigned)height, (unsigned)pages};
    if (!w->out->data || !is_plain_webp(w->out->data + w->begin, w->out->len - w->begin, what->width, what->height))
        return malformed(err);
    return 0;
}

static const char *module_for(const char *mime) {
    if (strcmp(mime, "application/pdf") == 0)
        return "page";
    return strncmp(mime, "image/", 6) == 0 ? "preview" : NULL;
}

bool media_has_preview(const char *mime) { return module_for(mime) != NULL; }

int media_preview(const struct media_env *env, int fd, uint64_t size, const char *mime, const char *name, unsigned side, unsigned page,
                  const json_t *areas, struct lt_buf *out, struct media_preview *what, struct lt_error *err) {
    static const char *const prefixes[] = {"file.", NULL};
    struct work w = {.out = out, .begin = out->len};
    const char *module = module_for(mime);
    if (!module)
        return lt_fail(err, LT_REFUSED, "preview.none", "name", name, (char *)NULL);
    const struct sandbox_config config = {.program = env->program, .modules_dir = env->modules_dir,
                                          .memory = ((uint64_t)512 << 20) + size, /* the file is mapped */
                                          .cpu_seconds = 15, .deadline_ms = env->deadline_ms ? env->deadline_ms : 20000,
                                          .max_answer = MEDIA_PREVIEW_MAX + 65536};
    json_t *args = json_pack("{s:s, s:s, s:s, s:I, s:i, s:i, s:I, s:I, s:I}", "do", "preview", "mime", mime, "name", name, "size",
                             (json_int_t)size, "side", (int)side, "page", (int)page, "max_pixels", (json_int_t)MEDIA_MAX_PIXELS,
                             "max_side", (json_int_t)MEDIA_MAX_SIDE, "max_pages", (json_int_t)MEDIA_MAX_PAGES);
    const struct sandbox_call call = {.kind = "module", .name = module, .args = args, .fds = &fd, .n_fds = 1,
                                      .error_prefixes = prefixes, .frame = on_frame, .ctx = &w};
    if (args && json_array_size(areas) && json_object_set(args, "areas", (json_t *)(uintptr_t)areas) != 0) {
        json_decref(args);
        args = NULL;
    }
    int rc = args ? sandbox_run(&config, &call, err) : lt_fail_memory(err);
    if (rc == 0)
        rc = judge(&w, side, what, err);
    json_decref(args);
    json_decref(w.answer);
    return rc;
}
