/* Names of people: a key for matching, parts of one cell, how two names relate. Stored names are never
 * changed by these: the original stays for display, the key is only for comparing. Pure, any thread;
 * malloc'ed results belong to the caller; NULL or LT_SYSTEM only when memory is out or the text is not UTF-8.
 */
#ifndef LT_MODEL_NAMES_H
#define LT_MODEL_NAMES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum model_name_remark { /* bits; message ids "remark.name.<word>" through model_name_remark_word */
                         MODEL_NAME_LATIN_ONLY =
                             1 << 0, /* wholly in Latin letters: a foreign name, or look-alikes; not mapped */
                         MODEL_NAME_MIXED_ALPHABET = 1 << 1, /* a word mixes alphabets; its key is Cyrillic */
                         MODEL_NAME_ONE_PART = 1 << 2,
                         MODEL_NAME_NO_PATRONYMIC = 1 << 3, /* lawful */
                         MODEL_NAME_INITIALS = 1 << 4, /* «Иванов И. И.», «Иванов ИИ» */
                         MODEL_NAME_NOTE = 1 << 5,     /* a note was cut off: see note */
                         MODEL_NAME_ORDER =
                             1 << 6, /* order of the parts was found by the patronymic and is not Ф И О */
                         MODEL_NAME_UNSURE =
                             1 << 7 /* parts are a guess: four words, or two in an unknown order */
};
/* "latin_only" … for one bit. */
const char *model_name_remark_word(unsigned bit);

struct model_name {
    char *surname, *name, *patronymic; /* tidy, spelling and case as written; "" when absent, never NULL */
    char *note; /* «выбыл», «1.», «*»: what was cut off, joined by "; "; "" when nothing */
    unsigned remarks;
};
void model_name_free(struct model_name *n);

/* One cell «ФИО». LT_REFUSED "name.empty" when nothing of a name is in it. */
int model_name_split(const char *text, struct model_name *out, struct lt_error *err);
/* Three cells; notes cut off each, remarks set. Any may be NULL. */
int model_name_parts(const char *surname, const char *name, const char *patronymic, struct model_name *out,
                     struct lt_error *err);

/* Key of a text: NFC, invisible signs removed, white space to one space, bracketed notes and numbers cut off,
 * hyphens and apostrophes unified, Latin look-alikes mapped in words that have a Cyrillic letter, case
 * folded, ё→е, trimmed. */
char *model_name_key(const char *text);
/* Keys of the parts joined by one space; absent parts left out. */
char *model_name_key_of(const char *surname, const char *name, const char *patronymic);
/* model_name_key with the letters of other languages of Russia folded (қ→к, ө→о …): for suggestions only. */
char *model_name_key_loose(const char *text);

/* For display: tidy, note-free, «ИВАНОВ» stays as written. */
char *model_name_tidy(const char *text);
/* «Иванов Иван Иванович», «Иванов И. И.» */
char *model_name_full(const char *surname, const char *name, const char *patronymic);
char *model_name_short(const char *surname, const char *name, const char *patronymic);

enum model_name_match {
    MODEL_NAME_SAME,               /* letter for letter but for spaces and case: may join automatically */
    MODEL_NAME_SAME_FOLDED,        /* equal keys (ё/е, look-alikes, hyphens): may join automatically */
    MODEL_NAME_PATRONYMIC_MISSING, /* one has no patronymic: needs a second sign */
    MODEL_NAME_INITIALS_FIT,       /* initials of one fit the other: a candidate */
    MODEL_NAME_SHORT_FORM, /* Наталья/Наталия, half of a double surname, қ/к: a suggestion */
    MODEL_NAME_DIFFERENT
};
const char *
model_name_match_word(enum model_name_match m); /* "same", "same_folded", "patronymic_missing", … */
static inline bool model_name_match_automatic(enum model_name_match m)
{
    return m == MODEL_NAME_SAME || m == MODEL_NAME_SAME_FOLDED;
}
/* 0 and *out, or LT_SYSTEM. */
int model_name_compare(const struct model_name *a, const struct model_name *b, enum model_name_match *out);

/* Are two first names forms of one (Даниил, Данила, Данил)? Алёна/Елена and Егор/Георгий are different names.
 * Keys in. */
bool model_name_short_form(const char *key_a, const char *key_b);

/* "+79161234567" of «8 (916) 123-45-67», «9161234567»; other countries with "+" keep their digits; NULL when
 * it is not a telephone number. */
char *model_phone_key(const char *text);
/* Lower case, tidy; NULL when it is not an address (one @, a dot behind it, no spaces). */
char *model_email_key(const char *text);

#endif
