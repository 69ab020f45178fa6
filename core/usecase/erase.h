/* Erasure: a pupil is taken out of the store so that nothing is left but the act (docs/decisions/erasure.md).
 *
 * The act erasures/<id>.json of school.git is the moment of acceptance; with it the documents of the school lose the pupil in one transaction. The rest
 * follows from the act and may be repeated: the portfolio goes, the history of school.git is written anew, index.db, system.db, spool, previews and
 * releases of the channels are emptied of the pupil, the journal is switched. An act whose state is not yet done, or whose pupil's
 * portfolio is there again (a restored copy), is carried out before the next call is answered. */
#ifndef LT_USECASE_ERASE_H
#define LT_USECASE_ERASE_H

#include "usecase/call.h"

#define ERASE_FOLDER "erasures/"

/* For the noun pupil. */
int erase_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int erase_run_emptied(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int erase_run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int erase_run_due(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

/* At the opening of a folder: notes whether an act is due. */
int erase_look(struct lt_app *app, struct lt_error *err);
/* Carries out what is due, as the owner of the data folder: before the first call, and hourly. */
int erase_due_app(struct lt_app *app, const char *local_user, struct lt_error *err);

/* --- parts --- */

/* erase_plan.c: what there is of the pupil, {pupil, confirm (pupil.emptied: it has no card, see erase_emptied.c), counts, bytes, persons, stay, channels, events, spool (how many things on their way), waiting (whose, erase_spool.c), mentions, beyond}; as the answer of a preview.
 * The target of the call is the pupil. */
int erase_plan(struct uc_call *call, json_t **out, struct lt_error *err);
/* erase_act.c: every act of the school, as {id, …} in order of birth. */
int erase_acts(struct lt_app *app, json_t **out, struct lt_error *err);
int erase_acts_of(struct vault *v, json_t **out, struct lt_error *err);
/* Does all that follows from the act and marks it done; `remaining` in *act tells what could not be done now. The rights of the call are not asked again. */
int erase_carry_out(struct uc_call *call, json_t **act, struct lt_error *err);

/* erase_school.c: documents of school.git without the pupil and the persons that go. For vault_rewriting; user: the act. */
enum vault_fate erase_fate(void *user, const char *path);
int erase_document(void *user, const char *path, const void *data, size_t len, struct lt_buf *out, struct lt_error *err);
/* The same for the documents of now, inside a transaction. */
int erase_school(struct uc_tx *tx, json_t *act, struct lt_error *err);

/* erase_steps.c: all that follows from an act; to be repeated. *remaining: [{what, id, code}] of what could not be done now. */
int erase_steps(struct uc_call *call, const json_t *act, json_t **remaining, struct lt_error *err);
/* erase_spool.c: files on their way. What says surely whom it is about loses the pupil alone, all else goes. */
int erase_spool(struct lt_app *app, const json_t *act, struct lt_error *err);
/* What of whom would go: [{what: upload|import|scan|result, count, by, name}], by and name where it is known whose it is. */
int erase_spool_tell(struct lt_app *app, json_t **out, struct lt_error *err);

/* app.c: a repository into the index as a whole. */
int app_feed_whole(struct lt_app *app, const char *repo, struct lt_error *err);

#endif
