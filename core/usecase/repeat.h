/* A write repeated with the same id of its request (Idempotency-Key, --request) is not done twice: for 48 hours it gets the first answer again.
 *
 * The answer is kept in system.db under (actor, key) as
 *     {use_case, print, pupils: […], answer}        print: SHA-256 of the values and files; passwords do not count
 * For a call of one transaction it rides in the journal record of its change, so that a kill right after acceptance loses neither: there the answer
 * is the document the transaction wrote, or what the use case gave with uc_tx_gives. Calls that touch system.db alone keep it in the same
 * transaction (uc_sys_begin, uc_sys_end). `system reindex` makes absent ones anew from the trailers of the commits, without
 * a print. Secrets are never kept: `password`, `token` and the like are left out of a repeated answer, which then says "withheld": true.
 *
 * Rows with UC_REPEAT are done again instead. Rows with UC_STEPS keep the answer only when all is done. */
#ifndef LT_USECASE_REPEAT_H
#define LT_USECASE_REPEAT_H

#include "usecase/call.h"

struct repeats;
struct repeats *repeats_new(void); /* NULL: memory */
void repeats_free(struct repeats *r);

/* One keyed write on its way; lives on the stack of the dispatcher. */
struct repeat {
    struct repeat *next;
    uint64_t hash;  /* of actor and key */
    char print[65];
    json_t *noted;  /* what stands in system.db */
};

/* *kept: what the first call left (new reference), nothing is to be run; NULL: the key belongs to this call until repeat_end. A second call with it
 * waits for the first. LT_CONFLICT "request.other" when the key was used for something else, "request.running" when too many wait. */
int repeat_begin(struct uc_call *call, struct repeat *r, json_t **kept, struct lt_error *err);
/* rc: of the call. Keeps its answer when it was done. */
void repeat_end(struct uc_call *call, struct repeat *r, int rc, const json_t *body);
/* The kept answer as the actor may see it today; notes the pupils in it. */
int repeat_answer(struct uc_call *call, const json_t *kept, json_t **out, struct lt_error *err);

/* --- for commit.c --- */

/* Is this the document that use cases of the noun answer with? */
bool repeat_fits(const char *noun, const char *path);
/* What rides in the journal (new reference; NULL: nothing is kept). answer NULL: only that it was done. */
json_t *repeat_wrap(const struct uc_call *call, const json_t *answer);
/* After acceptance: the same into system.db. */
void repeat_note(struct uc_call *call, json_t *wrapped);

/* A row of the access log from a journal record may bring a kept answer. */
int repeat_replay(struct lt_app *app, const json_t *row, struct lt_error *err);
/* From the commits of the last 48 hours; what is kept already stays. */
int repeat_rebuild(struct lt_app *app, struct lt_error *err);

#endif
