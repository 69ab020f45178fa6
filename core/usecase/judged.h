/* The documents that rights were judged by lately, parsed once until the index takes a change: of pupils ("pupil", "classes") and entries ("entry",
 * "verified", "dispute"). The judgement itself is made anew for every call. Any thread. */
#ifndef LT_USECASE_JUDGED_H
#define LT_USECASE_JUDGED_H

#include "usecase/call.h"

struct judged_docs;
struct judged_docs *judged_new(void); /* NULL: memory */
void judged_free(struct judged_docs *k);
void judged_clear(struct judged_docs *k);

/* As index_get without the repository. The document is shared: it is read, never changed. */
int judged_get(struct uc_call *call, const char *kind, const char *id, json_t **out, struct lt_error *err);

#endif
