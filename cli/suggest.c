/* "Did you mean": the nearest word by the number of slips of the fingers. */
#include "cli.h"

#include <string.h>

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance with neighbours exchanged as one slip (optimal string alignment). */
static size_t slips(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n >= LONGEST || m >= LONGEST) return LONGEST;
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t k = 0; k <= m; k++)
        last[k] = k;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t k = 1; k <= m; k++) {
            now[k] = least(least(last[k] + 1, now[k - 1] + 1), last[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                now[k] = least(now[k], before[k - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

const char *cli_nearest(const char *typed, const char *const *words, size_t n)
{
    const char *best = NULL;
    size_t best_slips = 1 + least(3, (strlen(typed) + 1) / 3);
    for (size_t i = 0; i < n; i++) {
        size_t d = slips(typed, words[i]);
        /* the beginning of a longer word counts as one slip */
        if (strlen(typed) >= 3 && strncmp(words[i], typed, strlen(typed)) == 0) d = least(d, 1);
        if (d < best_slips) {
            best = words[i];
            best_slips = d;
        }
    }
    return best;
}

const struct uc_noun *cli_noun(const char *word)
{
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(nouns[i]->word, word) == 0) return nouns[i];
    }
    return NULL;
}

const char *cli_nearest_noun(const char *typed)
{
    size_t n, len = 0;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    const char *words[200];
    for (size_t i = 0; i < n && len < 190; i++) {
        words[len++] = nouns[i]->word;
        /* who types the plural means the noun */
        if (nouns[i]->plural && strcmp(nouns[i]->plural, typed) == 0) return nouns[i]->word;
    }
    words[len++] = "help";
    words[len++] = "serve";
    return cli_nearest(typed, words, len);
}

const char *cli_nearest_verb(const char *noun, const char *typed)
{
    const struct uc_noun *d = cli_noun(noun);
    const char *words[100];
    size_t len = 0;
    for (size_t i = 0; d && i < d->len && len < 100; i++)
        words[len++] = d->rows[i].verb;
    return cli_nearest(typed, words, len);
}
