/* The participant's number of the GTO (УИН): two digits, two, seven, with hyphens: 23-65-0012345. Its shape alone is checked: what the parts mean
 * (year, region, number) is known from one source only. */
#ifndef LT_MODEL_UIN_H
#define LT_MODEL_UIN_H

#include <stdbool.h>

#define MODEL_UIN_SIZE 14

/* Takes eleven digits with any hyphens, dashes and spaces between them, and the words people put in front («УИН», «UIN», «ID», «WIN», «№»).
 * False for anything else. */
bool model_uin(const char *text, char out[MODEL_UIN_SIZE]);

#endif
