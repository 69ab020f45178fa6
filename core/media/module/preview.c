/* letopis-preview.so: pictures made small, upright and in sRGB. */
#include "encode.h"

#include "base/json.h"
#include "base/text.h"

static bool has_pages(const struct job *j) { return job_is_mime(j, "image/tiff") || job_is_mime(j, "image/heic"); }

/* Measures and pages, before anything is decoded. */
static int look(struct job *j, const char *options, int *pages) {
    VipsImage *image = vips_image_new_from_buffer(j->data, j->len, options, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
    if (!image)
        return job_refuse(j, "damaged", NULL);
    int rc = job_check_size(j, vips_image_get_width(image), vips_image_get_height(image));
    *pages = has_pages(j) ? vips_image_get_n_pages(image) : 1;
    g_object_unref(image);
    return rc;
}

static int shrink(struct job *j) {
    VipsImage *small = NULL;
    char options[32] = "";
    int pages = 1, side = job_side(j), page = job_page(j), rc = look(j, "", &pages);
    if (rc != 0)
        return rc;
    if (page < 1 || page > pages)
        return job_refuse(j, "page", LT_NUM(pages));
    if (has_pages(j)) {
        lt_print(options, sizeof options, "[page=%d]", page - 1);
        rc = look(j, options, &pages);
        if (rc != 0)
            return rc;
    }
    if (vips_thumbnail_buffer((void *)j->data, j->len, &small, side, "option_string", options, "height", side, "size", VIPS_SIZE_DOWN,
                              "export_profile", "srgb", NULL) != 0)
        return job_refuse(j, "damaged", NULL);
    return job_send_picture(j, small, pages);
}

static int preview_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    static const struct job_kind kinds[] = {{"preview", shrink}, {NULL, NULL}};
    return job_run(kinds, io, args, input_fd, err);
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "preview", .open = pictures_start, .run = preview_run};
