/* letopis-picture.so: measures pictures through libvips and PDF through Poppler. Made visible they are by letopis-preview.so. */
#include "pictures.h"

#include "base/json.h"
#include "base/text.h"

#include <poppler.h>
#include <string.h>
#include <vips/vips.h>

static int answer(struct job *j, int64_t width, int64_t height, int orientation, int pages) {
    return job_answer(j, json_pack("{s:I, s:I, s:i, s:i}", "width", (json_int_t)width, "height", (json_int_t)height,
                                   "orientation", orientation, "pages", pages));
}

/* --- pictures --- */

/* What libjpeg calls a warning although it had to make up part of the picture. Stray bytes between segments, which many cameras
 * and scanners leave, are not among these. */
static bool is_made_up(const char *log) {
    return strstr(log, "premature end") || strstr(log, "Premature end") || strstr(log, "bad Huffman") ||
           strstr(log, "Inconsistent progression");
}

/* Every pixel once, row after row, kept nowhere: a damaged or cut file shows itself. */
static int decode(struct job *j, VipsImage *image) {
    double mean;
    vips_error_clear();
    if (vips_avg(image, &mean, NULL) != 0 || is_made_up(vips_error_buffer()))
        return job_refuse(j, "damaged", NULL);
    return 0;
}

static int measure_picture(struct job *j) {
    VipsImage *image = vips_image_new_from_buffer(j->data, j->len, "", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                                  VIPS_FAIL_ON_ERROR, NULL);
    if (!image)
        return job_refuse(j, "damaged", NULL);
    int width = vips_image_get_width(image), height = vips_image_get_height(image);
    int pages = vips_image_get_n_pages(image), orientation = vips_image_get_orientation(image);
    int rc = job_check_size(j, width, height);
    if (rc == 0 && (pages < 1 || pages > lt_json_int(j->args, "max_pages", MEDIA_MAX_PAGES)))
        rc = job_refuse(j, "pages", LT_NUM(lt_json_int(j->args, "max_pages", MEDIA_MAX_PAGES)));
    if (rc == 0 && !job_is_mime(j, "image/heic")) /* a second for a photo of 4 megapixels; its boxes were read above */
        rc = decode(j, image);
    g_object_unref(image);
    if (rc != 0)
        return rc;
    return answer(j, width, height, orientation >= 1 && orientation <= 8 ? orientation : 1, pages);
}

/* --- PDF --- */

static int measure_page(struct job *j, PopplerDocument *doc, int pages) {
    double width = 0, height = 0;
    PopplerPage *page = poppler_document_get_page(doc, 0);
    if (!page)
        return job_refuse(j, "damaged", NULL);
    poppler_page_get_size(page, &width, &height);
    g_object_unref(page);
    int64_t side = lt_json_int(j->args, "max_side", MEDIA_MAX_SIDE);
    if (!(width >= 1 && height >= 1))
        return job_refuse(j, "damaged", NULL);
    if (width > (double)side || height > (double)side)
        return job_refuse(j, "pixels", LT_NUM(lt_json_int(j->args, "max_pixels", MEDIA_MAX_PIXELS) / 1000000));
    return answer(j, (int64_t)(width + 0.5), (int64_t)(height + 0.5), 0, pages);
}

static int measure_pdf(struct job *j) {
    GError *why = NULL;
    GBytes *bytes = g_bytes_new_static(j->data, j->len);
    PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, &why);
    g_bytes_unref(bytes);
    if (!doc) {
        bool locked = why && g_error_matches(why, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED);
        g_clear_error(&why);
        return job_refuse(j, locked ? "encrypted" : "damaged", NULL);
    }
    int64_t most = lt_json_int(j->args, "max_pages", MEDIA_MAX_PAGES);
    int pages = poppler_document_get_n_pages(doc), rc;
    if (pages < 1)
        rc = job_refuse(j, "damaged", NULL);
    else if (pages > most)
        rc = job_refuse(j, "pages", LT_NUM(most));
    else
        rc = measure_page(j, doc, pages);
    g_object_unref(doc);
    return rc;
}

static int measure(struct job *j) { return job_is_mime(j, "application/pdf") ? measure_pdf(j) : measure_picture(j); }

static int picture_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    static const struct job_kind kinds[] = {{"measure", measure}, {NULL, NULL}};
    return job_run(kinds, io, args, input_fd, err);
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "picture", .open = pictures_start, .run = picture_run};
