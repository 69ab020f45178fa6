/* Two faces of PT Sans, two of DejaVu Sans for what PT lacks, one of equal width: found once by the system's fontconfig, then kept
 * in a configuration of their own, so that nothing else is ever looked for. All are opened and used before the second step of the jail. */
#include "pdf.h"

#include "base/mem.h"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <string.h>

static const struct face {
    const char *family;
    bool bold;
} faces[] = {{"PT Sans", false}, {"PT Sans", true}, {"DejaVu Sans", false}, {"DejaVu Sans", true}, {"PT Mono", false}, {"DejaVu Sans Mono", false}};

#define SANS "PT Sans, DejaVu Sans"
#define MONO "PT Mono, DejaVu Sans Mono, DejaVu Sans"

static void add_face(FcConfig *system, FcConfig *own, const struct face *f)
{
    FcResult result;
    FcChar8 *file = NULL;
    FcPattern *want = FcPatternCreate();
    FcPatternAddString(want, FC_FAMILY, (const FcChar8 *)f->family);
    FcPatternAddInteger(want, FC_WEIGHT, f->bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
    FcPatternAddInteger(want, FC_SLANT, FC_SLANT_ROMAN);
    FcConfigSubstitute(system, want, FcMatchPattern);
    FcDefaultSubstitute(want);
    FcPattern *match = FcFontMatch(system, want, &result);
    if (match && FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch) FcConfigAppFontAddFile(own, file);
    if (match) FcPatternDestroy(match);
    FcPatternDestroy(want);
}

static cairo_status_t to_nowhere(void *ctx, const unsigned char *data, unsigned len)
{
    (void)ctx, (void)data, (void)len;
    return CAIRO_STATUS_SUCCESS;
}

/* Each face drawn once, with letters that only the second family has, and embedded: then its file is open and its tables are read. */
static bool use_all(struct fonts *f)
{
    static const char sample[] = "Letopis Летопись 0123 №«—»☐✓ Ññ Ўў Җҗ Ӯӯ ₽ ∂";
    struct pdf p = {.fonts = f};
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(to_nowhere, NULL, 595, 842);
    p.cr = cairo_create(surface);
    for (unsigned i = 0; i < 4; i++) {
        struct style s = {.size = 10, .bold = i & 1, .mono = i & 2};
        text_put(&p, sample, 20, 20 + 40 * i, 500, &s, true);
    }
    cairo_show_page(p.cr);
    bool good = cairo_status(p.cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(p.cr);
    cairo_surface_finish(surface);
    good = good && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return good;
}

int fonts_open(struct fonts *f, struct lt_error *err)
{
    FcConfig *system = FcInitLoadConfigAndFonts();
    FcFontSet *have;
    f->config = FcConfigCreate();
    if (!system || !f->config) return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "fontconfig does not start", (char *)NULL);
    for (size_t i = 0; i < LT_COUNT(faces); i++) add_face(system, f->config, &faces[i]);
    FcConfigDestroy(system);
    have = FcConfigGetFonts(f->config, FcSetApplication);
    if (!have || have->nfont < 1)
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "no fonts: install fonts-paratype or fonts-dejavu-core", (char *)NULL);
    f->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (!f->map) return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "Pango without FreeType", (char *)NULL);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), f->config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(f->map), 72);
    f->context = pango_font_map_create_context(f->map);
    cairo_font_options_t *o = cairo_font_options_create();
    cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(f->context, o);
    cairo_font_options_destroy(o);
    pango_context_set_language(f->context, pango_language_from_string("ru"));
    if (!use_all(f)) return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "Cairo does not start", (char *)NULL);
    return 0;
}

PangoLayout *fonts_layout(const struct pdf *p, const char *text, double width, const struct style *s)
{
    PangoLayout *l = pango_layout_new(p->fonts->context);
    PangoFontDescription *d = pango_font_description_new();
    pango_font_description_set_family_static(d, s->mono ? MONO : SANS);
    pango_font_description_set_weight(d, s->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(d, s->size * PANGO_SCALE);
    pango_layout_set_font_description(l, d);
    pango_font_description_free(d);
    pango_layout_set_text(l, text, -1);
    pango_layout_set_alignment(l, s->align);
    pango_layout_set_justify(l, s->justify);
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    if (width > 0) pango_layout_set_width(l, (int)(width * PANGO_SCALE));
    return l;
}
