/* The tables that tools/po2c.c makes of the .po files; only i18n.c reads them. */
#ifndef LT_BASE_CATALOGUE_H
#define LT_BASE_CATALOGUE_H

#include <stddef.h>

#define LT_FORMS_MAX 3

struct lt_message {
    const char *id;
    const char *forms[LT_FORMS_MAX]; /* one, or the plural forms of the language; the rest NULL */
};

struct lt_catalogue {
    const struct lt_message *messages; /* sorted by id */
    size_t count;
};

extern const struct lt_catalogue lt_catalogue_ru;
extern const struct lt_catalogue lt_catalogue_en;

#endif
