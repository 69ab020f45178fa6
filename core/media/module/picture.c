/* letopis-picture.so: pictures through libvips, PDF through Poppler. Jobs: measure. A further job (previews) is one more row of the
 * table in picture_run; what it reads lazily (fonts) is loaded in picture_open.
 *
 * libvips by itself loads every loader it was built with (0.1 s and ImageMagick among them): VIPSHOME points nowhere, so that it
 * finds none, and the one that is needed is loaded by name. VIPS_NOVECTOR: its compiler would write code to memory and disk. */
#include "shared.h"

#include "base/json.h"
#include "base/text.h"

#include <dlfcn.h>
#include <poppler.h>
#include <gmodule.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

static void be_silent(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    (void)domain;
    (void)level;
    (void)message;
    (void)data;
}

/* Only these loaders may run, whatever the bytes look like. */
static void allow_loaders(void) {
    static const char *const names[] = {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
                                        "VipsForeignLoadTiff", "VipsForeignLoadHeif"};
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        vips_operation_block_set(names[i], FALSE);
}

/* HEIC lives in a loadable part of libvips, in a folder beside the library. Without it HEIC is refused as unreadable. */
static void load_heif(void) {
    char path[4096];
    Dl_info where;
    int (*known)(const char *) = vips_init;
    void *at;
    memcpy(&at, &known, sizeof at); /* a place in the library; ISO C has no other way to say so */
    if (!dladdr(at, &where) || !where.dli_fname)
        return;
    char *folder = g_path_get_dirname(where.dli_fname);
    if (lt_print(path, sizeof path, "%s/vips-modules-%d.%d/vips-heif.so", folder, vips_version(0), vips_version(1)))
        g_module_open(path, (GModuleFlags)0);
    g_free(folder);
}

static int picture_open(struct lt_error *err) {
    setenv("VIPSHOME", "/nonexistent", 1);
    setenv("VIPS_NOVECTOR", "1", 1);
    setenv("VIPS_CONCURRENCY", "1", 1);
    g_log_set_default_handler(be_silent, NULL);
    if (vips_init("letopis") != 0)
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "libvips does not start", (char *)NULL);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    load_heif();
    allow_loaders();
    return 0;
}

static int answer(struct job *j, int64_t width, int64_t height, int orientation, int pages) {
    return job_answer(j, json_pack("{s:I, s:I, s:i, s:i}", "width", (json_int_t)width, "height", (json_int_t)height,
                                   "orientation", orientation, "pages", pages));
}

/* --- pictures --- */

static bool is_mime(const struct job *j, const char *mime) { return strcmp(lt_json_str_or(j->args, "mime", ""), mime) == 0; }

static int check_size(struct job *j, int64_t width, int64_t height) {
    int64_t side = lt_json_int(j->args, "max_side", MEDIA_MAX_SIDE), pixels = lt_json_int(j->args, "max_pixels", MEDIA_MAX_PIXELS);
    if (width <= 0 || height <= 0)
        return job_refuse(j, "damaged", NULL);
    if (width > side || height > side || width > pixels / height)
        return job_refuse(j, "pixels", LT_NUM(pixels / 1000000));
    return 0;
}

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
    int rc = check_size(j, width, height);
    if (rc == 0 && (pages < 1 || pages > lt_json_int(j->args, "max_pages", MEDIA_MAX_PAGES)))
        rc = job_refuse(j, "pages", LT_NUM(lt_json_int(j->args, "max_pages", MEDIA_MAX_PAGES)));
    if (rc == 0 && !is_mime(j, "image/heic")) /* a second for a photo of 4 megapixels; its boxes were read above */
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

static int measure(struct job *j) { return is_mime(j, "application/pdf") ? measure_pdf(j) : measure_picture(j); }

static int picture_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    static const struct job_kind kinds[] = {{"measure", measure}, {NULL, NULL}};
    return job_run(kinds, io, args, input_fd, err);
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "picture", .open = picture_open, .run = picture_run};
