/* letopis-codes.so: QR codes of a picture. libvips makes it grey, libzbar looks. */
#include "pictures.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>
#include <zbar.h>

#define CODES_MAX 20
#define LENGTH_MAX 1000u

static json_t *read_codes(void *grey, size_t width, size_t height) {
    json_t *codes = json_array();
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, (unsigned)width, (unsigned)height);
    zbar_image_set_data(image, grey, width * height, NULL);
    zbar_scan_image(scanner, image);
    for (const zbar_symbol_t *s = zbar_image_first_symbol(image); s && json_array_size(codes) < CODES_MAX; s = zbar_symbol_next(s)) {
        const char *text = zbar_symbol_get_data(s);
        size_t len = zbar_symbol_get_data_length(s);
        if (len && len <= LENGTH_MAX && lt_utf8_valid(text, len))
            json_array_append_new(codes, json_stringn(text, len));
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return codes;
}

/* Upright or not does not matter to the code; grey of eight bits does. */
static int find(struct job *j) {
    VipsImage *image = vips_image_new_from_buffer(j->data, j->len, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL), *grey = NULL, *flat = NULL;
    if (!image)
        return job_refuse(j, "damaged", NULL);
    int rc = job_check_size(j, vips_image_get_width(image), vips_image_get_height(image));
    if (rc == 0 && (vips_colourspace(image, &grey, VIPS_INTERPRETATION_B_W, NULL) != 0 || vips_extract_band(grey, &flat, 0, NULL) != 0))
        rc = job_refuse(j, "damaged", NULL);
    size_t size = 0;
    void *pixels = rc == 0 ? vips_image_write_to_memory(flat, &size) : NULL;
    if (rc == 0 && (!pixels || size != (size_t)vips_image_get_width(flat) * (size_t)vips_image_get_height(flat)))
        rc = job_refuse(j, "damaged", NULL);
    if (rc == 0)
        rc = job_answer(j, json_pack("{s:o}", "codes", read_codes(pixels, (size_t)vips_image_get_width(flat), (size_t)vips_image_get_height(flat))));
    g_free(pixels);
    if (flat)
        g_object_unref(flat);
    if (grey)
        g_object_unref(grey);
    g_object_unref(image);
    return rc;
}

static int codes_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    static const struct job_kind kinds[] = {{"codes", find}, {NULL, NULL}};
    return job_run(kinds, io, args, input_fd, err);
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "codes", .open = pictures_start, .run = codes_run};
