/* libvips by itself loads every loader it was built with (0.1 s and ImageMagick among them): VIPSHOME points nowhere, so that it
 * finds none, and the one that is needed is loaded by name. VIPS_NOVECTOR: its compiler would write code to memory and disk. */
#include "pictures.h"

#include "base/json.h"
#include "base/text.h"

#include <dlfcn.h>
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

int pictures_start(struct lt_error *err) {
    setenv("VIPSHOME", "/nonexistent", 1);
    setenv("VIPS_NOVECTOR", "1", 1);
    setenv("VIPS_CONCURRENCY", "1", 1);
    setenv("VIPS_DISC_THRESHOLD", "4g", 1); /* no temporary files: the limit of memory is the child's */
    g_log_set_default_handler(be_silent, NULL);
    if (vips_init("letopis") != 0)
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "libvips does not start", (char *)NULL);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    load_heif();
    allow_loaders();
    return 0;
}

bool job_is_mime(const struct job *j, const char *mime) { return strcmp(lt_json_str_or(j->args, "mime", ""), mime) == 0; }

int job_check_size(struct job *j, int64_t width, int64_t height) {
    int64_t side = lt_json_int(j->args, "max_side", MEDIA_MAX_SIDE), pixels = lt_json_int(j->args, "max_pixels", MEDIA_MAX_PIXELS);
    if (width <= 0 || height <= 0)
        return job_refuse(j, "damaged", NULL);
    if (width > side || height > side || width > pixels / height)
        return job_refuse(j, "pixels", LT_NUM(pixels / 1000000));
    return 0;
}
