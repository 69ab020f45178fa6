/* Colours and the one style sheet. The school gives one colour; what text it can carry, and which shade of it is readable on paper
 * and in the dark, is computed (WCAG 2.2: 4.5 to 1). */
#include "site.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAPER 0xfaf7f2u
#define CARD_DARK 0x25211du
#define DEFAULT_ACCENT 0x1f4d6bu

static double channel(unsigned v)
{
    double c = v / 255.0;
    return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(unsigned rgb)
{
    return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) + 0.0722 * channel(rgb & 255);
}

static double contrast(unsigned a, unsigned b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

/* One step from a colour towards another. */
static unsigned mix(unsigned from, unsigned to, unsigned percent)
{
    unsigned out = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        unsigned a = from >> shift & 255, b = to >> shift & 255;
        out |= (a * (100 - percent) + b * percent) / 100 << shift;
    }
    return out;
}

static unsigned readable(unsigned colour, unsigned ground, unsigned towards)
{
    unsigned out = colour;
    for (unsigned percent = 0; percent <= 100 && contrast(out, ground) < 4.6; percent += 4) out = mix(colour, towards, percent);
    return out;
}

void style_colours(struct site *s, const char *setting)
{
    unsigned accent = DEFAULT_ACCENT;
    char tail;
    if (!setting || strlen(setting) != 7 || sscanf(setting, "#%6x%c", &accent, &tail) != 1) accent = DEFAULT_ACCENT;
    unsigned white = contrast(accent, 0xffffff) >= 4.5 ? 0xffffff : 0x1c1917;
    lt_print(s->accent, sizeof s->accent, "#%06x", accent & 0xffffff);
    lt_print(s->on_accent, sizeof s->on_accent, "#%06x", white);
    lt_print(s->accent_light, sizeof s->accent_light, "#%06x", readable(accent, PAPER, 0x000000));
    lt_print(s->band_dark, sizeof s->band_dark, "#%06x", readable(mix(accent, 0x000000, 45), 0xf1ebe1, 0x000000));
    lt_print(s->accent_dark, sizeof s->accent_dark, "#%06x", readable(accent, CARD_DARK, 0xffffff));
}

/* style.css, put in by the build */
extern const unsigned char site_css[];
extern const size_t site_css_len;

int style_write(struct site *s)
{
    struct lt_buf *b = &s->part;
    lt_buf_reset(b);
    lt_buf_addf(b, ":root{color-scheme:light dark;--accent:%s;--band:%s;--on-accent:%s;--accent-edge:%s;--link:%s;--paper:#faf7f2;--card:#fffdfa;--ink:#22201c;"
                   "--soft:#645d53;--line:#e4dccf;--gold:#d3a526;--silver:#a9b0b8;--bronze:#b3703a}\n",
                s->accent, s->accent, s->on_accent, s->accent, s->accent_light);
    lt_buf_addf(b, "@media (prefers-color-scheme:dark){:root{--band:%s;--on-accent:#f1ebe1;--accent-edge:%s;--link:%s;--paper:#191614;--card:#25211d;--ink:#f1ebe1;--soft:#b3a999;"
                   "--line:#3b352e;--gold:#e0b63f;--silver:#c3c9d0;--bronze:#cf8b52}}\n",
                s->band_dark, s->accent_dark, s->accent_dark);
    lt_buf_add(b, site_css, site_css_len);
    if (site_put(s, "style.css", b)) return LETOPIS_FAILED;
    lt_buf_reset(b);
    lt_buf_addf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"7\" fill=\"%s\"/>"
                   "<path d=\"M9 8h6a3 3 0 0 1 3 3v13a3 3 0 0 0-3-3H9zM23 8h-2a3 3 0 0 0-3 3v13a3 3 0 0 1 3-3h2z\" fill=\"none\" stroke=\"%s\" "
                   "stroke-width=\"2\" stroke-linejoin=\"round\"/></svg>\n",
                s->accent, s->on_accent);
    return site_put(s, "icon.svg", b);
}
