#include "model/uin.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Length of what may stand between the digits; 0: nothing of the kind. */
static size_t between(const char *s)
{
    static const char *const signs[] = {"-", " ", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "_"};
    for (size_t i = 0; i < LT_COUNT(signs); i++) {
        if (lt_starts(s, signs[i])) return strlen(signs[i]);
    }
    return 0;
}

static const char *behind_words(const char *s)
{
    static const char *const words[] = {"уин", "uin", "win", "id", "гто", "номер", "участника", "№", ":", " ", ".", "-"};
    for (size_t i = 0; i < LT_COUNT(words);) {
        if (*s && lt_starts(s, words[i])) {
            s += strlen(words[i]);
            i = 0;
        } else {
            i++;
        }
    }
    return s;
}

bool model_uin(const char *text, char out[MODEL_UIN_SIZE])
{
    char digits[12];
    size_t n = 0;
    char *tidy = text ? lt_tidy(text) : NULL, *folded = tidy ? lt_fold(tidy) : NULL;
    const char *s = folded ? behind_words(folded) : "";
    while (*s && n < 12) {
        size_t gap = between(s);
        if (*s >= '0' && *s <= '9') {
            if (n == 11) n = 12;
            else digits[n++] = *s++;
        } else if (gap) {
            s += gap;
        } else {
            n = 12;
        }
    }
    free(tidy);
    free(folded);
    if (n != 11) return false;
    digits[11] = 0;
    return lt_print(out, MODEL_UIN_SIZE, "%.2s-%.2s-%s", digits, digits + 2, digits + 4);
}
