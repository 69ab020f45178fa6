#include "model/chars.h"

#include <string.h>

int model_points(const char *s, uint32_t *out, int max)
{
    const unsigned char *p = (const unsigned char *)s;
    int n = 0;
    while (*p) {
        int more = *p < 0x80 ? 0 : *p < 0xE0 ? 1 : *p < 0xF0 ? 2 : 3;
        uint32_t c = more == 0 ? *p : *p & (0x3Fu >> more);
        for (p++; more && *p; more--)
            c = c << 6 | (*p++ & 0x3Fu);
        if (n == max) return -1;
        out[n++] = c;
    }
    return n;
}

bool model_utf8(const uint32_t *points, int n, char *out, size_t size)
{
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        uint32_t c = points[i];
        int len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (at + (size_t)len + 1 > size) return false;
        static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
        for (int k = len - 1; k > 0; k--, c >>= 6)
            out[at + (size_t)k] = (char)(0x80 | (c & 0x3F));
        out[at] = (char)(lead[len] | c);
        at += (size_t)len;
    }
    if (at + 1 > size) return false;
    out[at] = '\0';
    return true;
}

bool model_is_cyrillic(uint32_t c)
{
    return c >= 0x400 && c <= 0x52F && !(c >= 0x482 && c <= 0x489);
}

bool model_is_latin(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7);
}

bool model_is_letter(uint32_t c)
{
    return model_is_cyrillic(c) || model_is_latin(c);
}

bool model_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

bool model_is_hyphen(uint32_t c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

bool model_is_apostrophe(uint32_t c)
{
    return c == '\'' || c == '`' || c == 0xB4 || c == 0x2018 || c == 0x2019 || c == 0x2BC || c == 0x2BB ||
           c == 0x2032;
}

bool model_is_quote(uint32_t c)
{
    return c == '"' || c == 0xAB || c == 0xBB || (c >= 0x201A && c <= 0x201F) || c == 0x2033 ||
           model_is_apostrophe(c);
}

uint32_t model_lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    if (c == 0x4C0) return 0x4CF;
    if (c >= 0x4C1 && c <= 0x4CE) return c % 2 ? c + 1 : c;
    if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F)) return c | 1;
    return c;
}

uint32_t model_upper(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7) || (c >= 0x430 && c <= 0x44F))
        return c - 0x20;
    if (c >= 0x450 && c <= 0x45F) return c - 0x50;
    if (c == 0x4CF) return 0x4C0;
    if (c >= 0x4C1 && c <= 0x4CE) return c % 2 ? c : c - 1;
    if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
        return c & ~1u;
    return c;
}

uint32_t model_lookalike(uint32_t c)
{
    static const char latin[] = "ABCEHKMOPTXYaceopxykmtbh";
    static const uint16_t cyrillic[] = {0x410, 0x412, 0x421, 0x415, 0x41D, 0x41A, 0x41C, 0x41E,
                                        0x420, 0x422, 0x425, 0x423, 0x430, 0x441, 0x435, 0x43E,
                                        0x440, 0x445, 0x443, 0x43A, 0x43C, 0x442, 0x432, 0x43D};
    const char *at = c && c < 0x80 ? strchr(latin, (int)c) : NULL;
    return at ? cyrillic[at - latin] : 0;
}
