/* letopis-page.so: pages of PDF as pictures. */
#include "encode.h"
#include "fonts.h"

#include "base/json.h"
#include "base/text.h"

#include <poppler.h>

static bool fonts_there;

static int page_open(struct lt_error *err) {
    int rc = pictures_start(err);
    if (rc == 0)
        fonts_there = fonts_open();
    return rc;
}

/* The surface's rows are blue, green, red, something; ours red, green, blue. NULL: memory. */
static VipsImage *from_surface(cairo_surface_t *surface) {
    cairo_surface_flush(surface);
    int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
    int stride = cairo_image_surface_get_stride(surface);
    const unsigned char *rows = cairo_image_surface_get_data(surface);
    size_t len = (size_t)width * (size_t)height * 3;
    unsigned char *rgb = g_try_malloc(len), *to = rgb;
    if (!rgb)
        return NULL;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const uint32_t pixel = ((const uint32_t *)(const void *)(rows + (size_t)y * (size_t)stride))[x];
            *to++ = (unsigned char)(pixel >> 16);
            *to++ = (unsigned char)(pixel >> 8);
            *to++ = (unsigned char)pixel;
        }
    VipsImage *borrowed = vips_image_new_from_memory(rgb, len, width, height, 3, VIPS_FORMAT_UCHAR), *own = NULL;
    if (borrowed && vips_copy(borrowed, &own, "interpretation", VIPS_INTERPRETATION_sRGB, NULL) == 0) {
        VipsImage *kept = vips_image_copy_memory(own);
        g_object_unref(own);
        own = kept;
    }
    if (borrowed)
        g_object_unref(borrowed);
    g_free(rgb);
    return own;
}

static VipsImage *draw(PopplerPage *page, int side) {
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    if (!(width > 0 && height > 0))
        return NULL;
    double scale = side / (width > height ? width : height);
    int w = (int)(width * scale + 0.5), h = (int)(height * scale + 0.5);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w > 0 ? w : 1, h > 0 ? h : 1);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, scale, scale);
    poppler_page_render(page, cr);
    bool good = cairo_status(cr) == CAIRO_STATUS_SUCCESS && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    VipsImage *image = good ? from_surface(surface) : NULL;
    cairo_surface_destroy(surface);
    return image;
}

static int render(struct job *j) {
    if (!fonts_there)
        return lt_fail(j->err, LT_SYSTEM, "sandbox.unavailable", "why", "no fonts", (char *)NULL);
    GBytes *bytes = g_bytes_new_static(j->data, j->len);
    PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    if (!doc)
        return job_refuse(j, "damaged", NULL);
    int pages = poppler_document_get_n_pages(doc), page = job_page(j), rc = 0;
    VipsImage *image = NULL;
    if (pages < 1 || pages > lt_json_int(j->args, "max_pages", MEDIA_MAX_PAGES))
        rc = job_refuse(j, "damaged", NULL);
    else if (page < 1 || page > pages)
        rc = job_refuse(j, "page", LT_NUM(pages));
    PopplerPage *wanted = rc == 0 ? poppler_document_get_page(doc, page - 1) : NULL;
    if (wanted)
        image = draw(wanted, job_side(j));
    if (rc == 0 && !image)
        rc = job_refuse(j, "damaged", NULL);
    if (rc == 0)
        rc = job_send_picture(j, image, pages);
    if (wanted)
        g_object_unref(wanted);
    g_object_unref(doc);
    return rc;
}

static int page_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    static const struct job_kind kinds[] = {{"preview", render}, {NULL, NULL}};
    return job_run(kinds, io, args, input_fd, err);
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module), .name = "page",
                                              .open = page_open, .run = page_run, .trap_opens = true};
