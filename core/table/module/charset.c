/* Which of the Russian one-byte encodings a text is in. A text read in the wrong one has signs no table has, or capitals in the middle of its words: each
 * reading is judged by that, and the best one is taken when it is good by itself. */
#include "reader.h"

#include <stdbool.h>
#include <string.h>

/* What a byte from 0x80 is: its letter as 'а' + n (0…31, ё = 32), capital or not; a sign of punctuation that tables have; or odd. */
enum { SIGN = 100, ODD = 101, CAPITAL = 64, YO = 32 };

static int of_1251(unsigned char c)
{
    if (c >= 0xe0) return c - 0xe0;
    if (c >= 0xc0) return CAPITAL + c - 0xc0;
    if (c == 0xa8) return CAPITAL + YO;
    if (c == 0xb8) return YO;
    return (c >= 0x91 && c <= 0x97) || memchr("\x84\x85\xa0\xab\xbb\xb9\xb0", c, 7) ? SIGN : ODD;
}

static int of_866(unsigned char c)
{
    if (c < 0xa0) return CAPITAL + c - 0x80;
    if (c < 0xb0) return c - 0xa0;
    if (c >= 0xe0 && c < 0xf0) return 16 + c - 0xe0;
    if (c == 0xf0) return CAPITAL + YO;
    if (c == 0xf1) return YO;
    return c == 0xfc || c == 0xff || c == 0xf8 ? SIGN : ODD;
}

/* юабцдефгхийклмнопярстужвьызшэщчъ */
static const unsigned char koi8[32] = {30, 0, 1, 22, 4, 5, 20, 3, 21, 8, 9, 10, 11, 12, 13, 14, 15, 31, 16, 17, 18, 19, 6, 2, 28, 27, 7, 24, 29, 25, 23, 26};

static int of_koi8(unsigned char c)
{
    if (c >= 0xe0) return CAPITAL + koi8[c - 0xe0];
    if (c >= 0xc0) return koi8[c - 0xc0];
    if (c == 0xa3) return YO;
    if (c == 0xb3) return CAPITAL + YO;
    return c == 0x9a || c == 0x9c ? SIGN : ODD;
}

static int of_mac(unsigned char c)
{
    if (c < 0xa0) return CAPITAL + c - 0x80;
    if (c >= 0xe0 && c < 0xff) return c - 0xe0;
    if (c == 0xdf) return 31;
    if (c == 0xdd) return CAPITAL + YO;
    if (c == 0xde) return YO;
    return memchr("\xdc\xc7\xc8\xca\xd0\xd1\xd2\xd3\xa1", c, 9) ? SIGN : ODD;
}

static int (*const readings[])(unsigned char) = {of_1251, of_866, of_koi8, of_mac};
static const char *const names[] = {"windows-1251", "cp866", "koi8-r", "mac-cyrillic"};

/* Letters speak for a reading, frequent ones more; odd signs and capitals after small letters against it. *good: it could be a table. */
static long judge(const unsigned char *s, size_t len, int (*of)(unsigned char), bool *good)
{
    long letters = 0, odd = 0, turns = 0, frequent = 0;
    int before = ODD;
    for (size_t i = 0; i < len; i++) {
        int what = s[i] < 0x80 ? ODD : of(s[i]);
        if (s[i] >= 0x80 && what == ODD) odd++;
        if (what < SIGN) {
            letters++;
            turns += what >= CAPITAL && before < CAPITAL;
            frequent += what < CAPITAL && memchr("\x00\x05\x08\x0d\x0e\x11\x12\x10", what, 8) != NULL; /* аеинотср: each a twentieth and more */
        }
        before = what < SIGN ? what : ODD;
    }
    *good = odd * 4 <= letters && turns * 4 <= letters;
    return letters + frequent - 6 * odd - 6 * turns;
}

int charset_guess(const unsigned char *s, size_t len)
{
    int best = -1;
    long most = 0;
    for (int i = 0; i < (int)(sizeof readings / sizeof readings[0]); i++) {
        bool good = false;
        long points = judge(s, len, readings[i], &good);
        if (!good || (best >= 0 && points <= most)) continue;
        best = i;
        most = points;
    }
    return best;
}

const char *charset_name(int charset) { return names[charset]; }

size_t charset_char(int charset, unsigned char c, char to[4])
{
    static const uint32_t small[] = {0x430, 0x451}, capital[] = {0x410, 0x401};
    int what = c < 0x80 ? ODD : readings[charset](c);
    if (charset == 0 || c < 0x80) return value_1251_char(c, to);
    if (what < CAPITAL) return value_utf8(to, what == YO ? small[1] : small[0] + (uint32_t)what);
    if (what < SIGN) return value_utf8(to, what == CAPITAL + YO ? capital[1] : capital[0] + (uint32_t)(what - CAPITAL));
    if ((charset == 1 && c == 0xfc) || (charset == 3 && c == 0xdc)) return value_utf8(to, 0x2116); /* № */
    if (charset == 3 && (c == 0xc7 || c == 0xc8)) return value_utf8(to, c == 0xc7 ? 0xab : 0xbb);
    if (charset == 3 && (c == 0xd0 || c == 0xd1)) return value_utf8(to, c == 0xd0 ? 0x2013 : 0x2014);
    return value_utf8(to, what == SIGN ? ' ' : 0xfffd);
}

/* Every second byte of a text of two bytes a sign is 0 (Latin, digits) or 4 (Russian). */
int charset_wide(const unsigned char *s, size_t len)
{
    size_t even = 0, odd = 0, n = len / 2;
    for (size_t i = 0; i < n; i++) {
        even += s[2 * i] == 0 || s[2 * i] == 4;
        odd += s[2 * i + 1] == 0 || s[2 * i + 1] == 4;
    }
    if (len < 8 || len % 2) return 0;
    return odd * 10 >= n * 9 && even * 2 < n ? 1 : even * 10 >= n * 9 && odd * 2 < n ? 2 : 0;
}
