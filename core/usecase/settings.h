/* Settings of the school: name, default, and what a value must look like. Kept in school.json as texts. */
#ifndef LT_USECASE_SETTINGS_H
#define LT_USECASE_SETTINGS_H

#include "base/error.h"

#include <stddef.h>

struct uc_setting_def {
    const char *name;
    const char *value;   /* default */
    const char *words;   /* allowed words separated by spaces, "*": any line of text, "+a b": several of them, "@": days of the year such as "10-31 12-28", or NULL */
    long long min, max;  /* for numbers; 0,0: not a number */
};

const struct uc_setting_def *uc_setting_find(const char *name);
const struct uc_setting_def *uc_settings(size_t *n);
/* LT_USAGE "setting.unknown", "setting.value" (name, allowed). */
int uc_setting_check(const char *name, const char *value, struct lt_error *err);

#endif
