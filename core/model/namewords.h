/* Words that say what part of a name they are; private to model. All arguments are keys (lower case, ё
 * folded). */
#ifndef LT_MODEL_NAMEWORDS_H
#define LT_MODEL_NAMEWORDS_H

#include <stdbool.h>
#include <stdint.h>

bool model_word_is_patronymic(const char *key);      /* by its ending */
bool model_word_is_son_or_daughter(const char *key); /* оглы, кызы and kin: a word of its own */
bool model_word_is_first_name(const char *key);      /* one of the frequent ones; absence proves nothing */
bool model_word_is_mark(const char *lower);          /* «выбыл» and kin at the end of a cell */
uint32_t model_letter_loose(uint32_t c);             /* қ→к, ө→о … */

#endif
