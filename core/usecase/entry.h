/* Entries, for the files of the noun and for those that make entries by other ways (events, imports). */
#ifndef LT_USECASE_ENTRY_H
#define LT_USECASE_ENTRY_H

#include "usecase/call.h"

#include "model/entry.h"

/* The three documents of an entry inside the writer lock; the last two may be NULL. dir: "entries/2026/<id>". */
struct entry_docs {
    char dir[VAULT_PATH_MAX];
    char repo[LT_ID_SIZE];
    json_t *entry, *verified, *dispute;
    struct model_entry_facts facts;
};
int entry_load(struct uc_tx *tx, struct uc_call *call, const char *id, struct entry_docs *out, struct lt_error *err);
void entry_docs_clear(struct entry_docs *d);

/* Refuses (LT_CONFLICT "entry.revision_moved", both revisions named) when the revision carried by the call is not the newest. */
int entry_check_revision(const json_t *in, const json_t *entry, struct lt_error *err);

/* A new entry document from the fields of `in` (names of the entry's fields; document_kind … inside "document"): id, pupil, school year, class of today,
 * source and ground set; state by the source. Not checked yet. dir receives its folder. */
int entry_new(struct uc_call *call, const char *pupil, const char *source_kind, const json_t *in, json_t **out,
              char dir[VAULT_PATH_MAX], struct lt_error *err);
/* Puts the fields given in `in` over the document (an empty text removes one). */
int entry_take_fields(json_t *doc, const json_t *in, struct lt_error *err);

/* model_entry_check with the pupil's birth date. */
int entry_check(struct uc_call *call, const json_t *entry, bool draft, struct lt_error *err);

/* Writes verified.json (the bytes of entry.json as put in this transaction) and verification.json. */
int entry_put_verified(struct uc_tx *tx, struct uc_call *call, const char *repo, const char *dir, const json_t *entry,
                       const char *act, const char *comment, struct lt_error *err);

int entry_store(struct uc_tx *tx, const char *repo, const char *dir, json_t *entry, struct lt_error *err);

/* Verifies or returns inside a transaction: the state machine and the rules are asked before anything is written. in: act, comment, reason. */
int entry_act(struct uc_tx *tx, struct uc_call *call, const json_t *in, enum model_entry_act act, struct entry_docs *d, struct lt_error *err);

/* Tells whom the act concerns. The call's target is the entry. */
int entry_tell(struct uc_call *call, enum model_entry_act act, const json_t *entry, struct lt_error *err);

extern const struct uc_field entry_fields[], entry_edit_fields[];

/* Lists know a school year by its starting year: "2026/27", "2026-27" and "2026" are put into that form. */
int entry_take_year(json_t *params, struct lt_error *err);

int entry_run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_disputes(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_history(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_verify_many(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_return_many(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int entry_run_diff(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
