#include "encode.h"

#include "base/json.h"

#include <string.h>

#define QUALITY 76
#define EFFORT 2 /* 4 takes half as long again and saves two per cent */

#define INK 58    /* of each band: a dark grey */
#define SPREAD 4  /* pixels: making a picture small mixes a pixel with neighbours as far as that */

static int wanted_side(const struct job *j) { return (int)lt_json_int(j->args, "side", 320); }

/* A picture to be painted over is always drawn at the same size first, so that all sizes of it hide the same. */
int job_side(const struct job *j) { return json_array_size(lt_json_array(j->args, "areas")) ? (int)MEDIA_COPY_SIDE : wanted_side(j); }

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

/* One area, grown to whole pixels and by SPREAD: nothing that was under it is left in what stands beside it. */
static int paint_area(VipsImage *image, const json_t *area) {
    int wide = vips_image_get_width(image), high = vips_image_get_height(image);
    int64_t x = lt_json_int(area, "x", 0), y = lt_json_int(area, "y", 0);
    int64_t left = x * wide / MEDIA_AREA_UNIT - SPREAD, right = ((x + lt_json_int(area, "w", 0)) * wide + MEDIA_AREA_UNIT - 1) / MEDIA_AREA_UNIT + SPREAD;
    int64_t top = y * high / MEDIA_AREA_UNIT - SPREAD, bottom = ((y + lt_json_int(area, "h", 0)) * high + MEDIA_AREA_UNIT - 1) / MEDIA_AREA_UNIT + SPREAD;
    double ink[] = {INK, INK, INK};
    left = left < 0 ? 0 : left, top = top < 0 ? 0 : top;
    right = right > wide ? wide : right, bottom = bottom > high ? high : bottom;
    if (right <= left || bottom <= top)
        return -1;
    return vips_draw_rect(image, ink, 3, (int)left, (int)top, (int)(right - left), (int)(bottom - top), "fill", TRUE, NULL);
}

/* Paints over the areas of the job, then makes the picture as small as it was asked for. Takes image; NULL: it could not be done. */
static VipsImage *painted(struct job *j, VipsImage *image) {
    const json_t *areas = lt_json_array(j->args, "areas"), *area;
    VipsImage *small = NULL;
    size_t i;
    bool good = !json_array_size(areas) || (vips_image_get_bands(image) == 3 && vips_image_get_format(image) == VIPS_FORMAT_UCHAR);
    json_array_foreach(areas, i, area) good = good && paint_area(image, area) == 0;
    int side = wanted_side(j);
    if (good && (vips_image_get_width(image) > side || vips_image_get_height(image) > side)) {
        good = vips_thumbnail_image(image, &small, side, "height", side, "size", VIPS_SIZE_DOWN, NULL) == 0;
        g_object_unref(image);
        image = small;
    }
    if (!good && image)
        g_object_unref(image);
    return good ? image : NULL;
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
    if (image)
        image = painted(j, image);
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
