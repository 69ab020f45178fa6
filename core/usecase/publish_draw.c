#include "usecase/publish_draw.h"
#include "usecase/file.h"

#include "base/json.h"
#include "base/text.h"
#include "media/preview.h"

#include <string.h>

enum { SMALL = 800, LARGE = 1600 };

struct drawing {
    struct uc_call *call;
    struct release *release;
    const char *channel, *entry;
    const json_t *file, *page;
};

/* All bytes of a stream. */
static int drain(struct uc_stream *s, struct lt_buf *out, struct lt_error *err)
{
    char chunk[65536];
    for (uint64_t off = 0;;) {
        ssize_t n = s->read(s->ctx, chunk, sizeof chunk, off, err);
        if (n <= 0) return (int)n;
        if (lt_buf_add(out, chunk, (size_t)n)) return lt_fail_memory(err);
        off += (uint64_t)n;
    }
}

static int copy(const struct drawing *d, unsigned side, struct lt_buf *out, struct lt_error *err)
{
    struct uc_stream made = {0}, *own = d->call->stream;
    struct file_place place;
    int rc = file_place_of(d->call, d->entry, d->file, &place, err);
    d->call->stream = &made;
    if (!rc)
        rc = file_give_copy(d->call, &place, side, (unsigned)lt_json_int(d->page, "page", 1), lt_json_array(d->page, "areas"), true, err);
    d->call->stream = own;
    if (!rc) rc = drain(&made, out, err);
    if (made.close) made.close(made.ctx);
    return rc;
}

/* The same picture has the same name in each release, and a name that nobody guesses: it is made of ids and of the bytes. */
static int name_of(const struct drawing *d, unsigned side, char out[64], struct lt_error *err)
{
    char key[MASK_KEY];
    json_t *what = json_pack("[s, s, s, O, i]", d->channel, d->entry, lt_json_str_or(d->file, "sha256", ""), d->page, (int)side);
    int rc = what ? mask_key(what, key, err) : lt_fail_memory(err);
    if (!rc) lt_print(out, 64, "picture/%s.webp", key);
    json_decref(what);
    return rc;
}

static int draw(const struct drawing *d, unsigned side, json_t *item, const char *const keys[3], struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(MEDIA_PREVIEW_MAX);
    char name[64];
    unsigned width = 0, height = 0;
    int rc = name_of(d, side, name, err);
    if (!rc) rc = copy(d, side, &b, err);
    if (!rc && !media_preview_size(b.data, b.len, &width, &height)) rc = lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    if (!rc) rc = release_file(d->release, name, b.data, b.len, true, true, err);
    if (!rc && (lt_json_put_str(item, keys[0], name) || lt_json_put_int(item, keys[1], width) || lt_json_put_int(item, keys[2], height)))
        rc = lt_fail_memory(err);
    lt_buf_free(&b);
    return rc;
}

static int draw_page(const struct drawing *d, json_t *list, struct lt_error *err)
{
    static const char *const small[] = {"file", "width", "height"}, *const large[] = {"large", "large_width", "large_height"};
    json_t *item = json_object();
    struct lt_error why = {0};
    int rc = item ? draw(d, SMALL, item, small, &why) : lt_fail_memory(&why);
    if (!rc) rc = draw(d, LARGE, item, large, &why);
    if (rc && rc != LT_SYSTEM && (lt_starts(why.code, "preview.") || lt_starts(why.code, "file.") || lt_starts(why.code, "sandbox."))) {
        /* nothing to be seen of it */
        lt_error_clear(&why);
        json_decref(item);
        return 0;
    }
    if (rc) *err = why;
    else if (json_array_append(list, item)) rc = lt_fail_memory(err);
    json_decref(item);
    return rc;
}

static const json_t *file_of(const json_t *files, const char *path)
{
    size_t i;
    const json_t *f;
    json_array_foreach(files, i, f) {
        if (strcmp(lt_json_str_or(f, "path", ""), path) == 0) return f;
    }
    return NULL;
}

int publish_draw(struct uc_call *call, struct release *release, const char *channel, const json_t *row, const json_t *pages, json_t **more,
                 struct lt_error *err)
{
    json_t *list = json_array();
    struct drawing d = {.call = call, .release = release, .channel = channel, .entry = lt_json_str_or(row, "entry", "")};
    size_t i;
    int rc = list ? 0 : lt_fail_memory(err);
    json_array_foreach(pages, i, d.page) {
        d.file = file_of(lt_json_array(lt_json_object(row, "verified"), "files"), lt_json_str_or(d.page, "path", ""));
        if (!rc && d.file) rc = draw_page(&d, list, err);
    }
    if (!rc && !(*more = json_pack("{s:O}", "pictures", list))) rc = lt_fail_memory(err);
    json_decref(list);
    return rc;
}
