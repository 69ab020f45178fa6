/* letopis-print.so: papers as PDF. Laid out twice: once to count the pages, once onto them. */
#include "pdf.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "module_shared/shared.h"

#include <cairo-pdf.h>
#include <stdlib.h>
#include <string.h>

static struct fonts fonts; /* opened between the steps of the jail, used once */

static void be_silent(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
    (void)domain, (void)level, (void)message, (void)data;
}

static int module_open(struct lt_error *err)
{
    g_log_set_default_handler(be_silent, NULL);
    return fonts_open(&fonts, err);
}

static cairo_status_t to_frames(void *ctx, const unsigned char *data, unsigned len)
{
    return shared_write(ctx, data, len) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static double number_of(const json_t *doc, const char *key, double least, double most, double usual)
{
    json_t *v = json_object_get(doc, key);
    double n = json_is_number(v) ? json_number_value(v) : usual;
    return n < least || n > most ? usual : n;
}

static void properties(cairo_surface_t *surface, const json_t *doc)
{
    const char *title = lt_json_str(doc, "title"), *made = lt_json_str(doc, "made");
    if (title) cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Letopis");
    if (made) cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
}

static int draw(struct pdf *p, struct shared_out *out)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(to_frames, out, p->width, p->height);
    properties(surface, p->doc);
    p->cr = cairo_create(surface);
    blocks_flow(p, lt_json_array(p->doc, "blocks"));
    cairo_status_t status = cairo_status(p->cr);
    cairo_destroy(p->cr);
    cairo_surface_finish(surface);
    if (!status) status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (!p->rc && status) p->rc = shared_failed(p->err, cairo_status_to_string(status));
    return p->rc;
}

static int print(const json_t *doc, struct shared_out *out, unsigned *pages, struct lt_error *err)
{
    bool landscape = lt_json_bool(doc, "landscape", false);
    const char *lang = lt_json_str_or(doc, "lang", "ru");
    struct pdf p = {.fonts = &fonts, .doc = doc, .err = err, .width = landscape ? 297 * MM : 210 * MM,
                    .height = landscape ? 210 * MM : 297 * MM, .margin = number_of(doc, "margin", 5, 50, 15) * MM,
                    .size = number_of(doc, "size", 6, 24, 10.5)};
    if (!lt_json_array(doc, "blocks")) return shared_malformed(err, "blocks");
    if (strlen(lang) == 2) pango_context_set_language(fonts.context, pango_language_from_string(lang));
    p.bottom = p.height - p.margin;
    blocks_flow(&p, lt_json_array(doc, "blocks"));
    p.total = *pages = p.page;
    return p.rc ? p.rc : draw(&p, out);
}

static int module_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err)
{
    json_t *doc = NULL;
    unsigned pages = 0;
    struct shared_out *out = lt_calloc(1, sizeof *out);
    int rc = out ? shared_document(args, input_fd, &doc, err) : lt_fail_memory(err);
    if (!rc) {
        out->io = io;
        rc = print(doc, out, &pages, err);
    }
    if (!rc && shared_end(out, pages)) rc = shared_failed(err, "the other side is gone");
    json_decref(doc);
    free(out);
    return rc;
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module),
                                              .name = "print", .open = module_open, .run = module_run};
