/* Binding: the values a door got, judged by the fields of the row, become the typed `in` of the use case. */
#ifndef LT_USECASE_BIND_H
#define LT_USECASE_BIND_H

#include "usecase/usecase.h"

/* LT_USAGE with the field at fault: "field.unknown", "field.required", "field.malformed" (what it must look like), "field.range", "field.length",
 * "field.value" (the allowed words). *out is a new object. */
int uc_bind(const struct uc_row *row, const json_t *values, const struct uc_input_file *files, size_t files_len,
            json_t **out, struct lt_error *err);

/* The words of a yes-or-no value: 1 yes, 0 no, -1 not such a word. */
int uc_bool_word(const char *s);

#endif
