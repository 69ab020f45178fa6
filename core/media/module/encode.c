#include "encode.h"

#include "base/json.h"

#include <string.h>

#define QUALITY 76
#define EFFORT 2 /* 4 takes half as long again and saves two per cent */

int job_side(const struct job *j) { return (int)lt_json_int(j->args, "side", 320); }

int job_page(const struct job *j) { return (int)lt_json_int(j->args, "page", 1); }

static void *note_field(VipsImage *image, const char *name, GValue *value, void *names) {
    (void)image;
    (void)value;
    g_ptr_array_add(names, g_strdup(name));
    return NULL;
}

/* EXIF, XMP, IPTC, profiles, comments, thumbnails. (The saver of libvips 8.14 reads EXIF of a HEIC after it was freed.) */
static void drop_metadata(VipsImage *image) {
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    vips_image_map(image, note_field, names);
    for (guint i = 0; i < names->len; i++)
        vips_image_remove(image, g_ptr_array_index(names, i));
    g_ptr_array_free(names, TRUE);
}

/* On white, three bands of eight bits, a copy of its own. Takes image. */
static VipsImage *plain(VipsImage *image) {
    VipsImage *next = NULL;
    if (vips_image_hasalpha(image)) {
        double white[] = {255, 255, 255};
        VipsArrayDouble *background = vips_array_double_new(white, 3);
        int rc = vips_flatten(image, &next, "background", background, NULL);
        vips_area_unref((VipsArea *)background);
        g_object_unref(image);
        if (rc != 0)
            return NULL;
        image = next;
    }
    if (vips_image_get_interpretation(image) != VIPS_INTERPRETATION_sRGB) {
        int rc = vips_colourspace(image, &next, VIPS_INTERPRETATION_sRGB, NULL);
        g_object_unref(image);
        if (rc != 0)
            return NULL;
        image = next;
    }
    next = vips_image_copy_memory(image);
    g_object_unref(image);
    return next;
}

static int send_bytes(struct job *j, const unsigned char *data, size_t len) {
    while (len > 0) {
        size_t n = len < SANDBOX_FRAME_MAX ? len : SANDBOX_FRAME_MAX;
        if (j->io->send(j->io->ctx, MEDIA_FRAME_BYTES, data, n) != 0)
            return job_refuse(j, "interrupted", NULL);
        data += n;
        len -= n;
    }
    return 0;
}

static uint32_t little(const unsigned char *p) { return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }

/* libvips writes EXIF and profiles into a WebP whatever it is told. Of its file only the chunk with the picture is taken, and a
 * container put around it (RFC 9649). */
static int send_chunk(struct job *j, const unsigned char *data, size_t len) {
    for (size_t at = 12; len >= 20 && at <= len - 8;) {
        uint32_t body = little(data + at + 4), whole = 8 + body + (body & 1);
        if (body > len - at - 8 || whole > len - at)
            break;
        if (memcmp(data + at, "VP8 ", 4) == 0) {
            uint32_t riff = 4 + whole;
            const unsigned char head[12] = {'R', 'I', 'F', 'F', (unsigned char)riff, (unsigned char)(riff >> 8), (unsigned char)(riff >> 16),
                                            (unsigned char)(riff >> 24), 'W', 'E', 'B', 'P'};
            return send_bytes(j, head, sizeof head) == 0 ? send_bytes(j, data + at, whole) : LT_REFUSED;
        }
        at += whole;
    }
    return job_refuse(j, "damaged", NULL);
}

int job_send_picture(struct job *j, VipsImage *image, int pages) {
    void *data = NULL;
    size_t len = 0;
    image = plain(image);
    if (!image)
        return job_refuse(j, "damaged", NULL);
    drop_metadata(image);
    int width = vips_image_get_width(image), height = vips_image_get_height(image);
    int rc = vips_webpsave_buffer(image, &data, &len, "Q", QUALITY, "effort", EFFORT, "strip", TRUE, NULL);
    g_object_unref(image);
    if (rc != 0)
        return job_refuse(j, "damaged", NULL);
    rc = job_answer(j, json_pack("{s:i, s:i, s:i}", "width", width, "height", height, "pages", pages));
    if (rc == 0)
        rc = send_chunk(j, data, len);
    g_free(data);
    return rc;
}
