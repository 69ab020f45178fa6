/* Entries of a portfolio: states, what a revision may change, validation, ground, what may be shown.
 * Documents are those of docs/data.md. Pure, any thread. */
#ifndef LT_MODEL_ENTRY_H
#define LT_MODEL_ENTRY_H

#include "base/clock.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

/* --- states --- */

enum model_entry_act {
    MODEL_ENTRY_EDIT,       /* a new revision; awaits verification (submitted) when the entry was verified or
                               submitted */
    MODEL_ENTRY_EDIT_DRAFT, /* a new revision kept as a draft; a verified one stays visible */
    MODEL_ENTRY_SUBMIT,
    MODEL_ENTRY_VERIFY,
    MODEL_ENTRY_RETURN,    /* needs a reason */
    MODEL_ENTRY_TAKE_BACK, /* family entries only */
    MODEL_ENTRY_HIDE,      /* marks: the state stays */
    MODEL_ENTRY_UNHIDE,
    MODEL_ENTRY_DISPUTE,
    MODEL_ENTRY_ANSWER
};

/* What the rules need to know of an entry. Strings are borrowed from the documents. */
struct model_entry_facts {
    const char *state; /* state word of the newest revision; NULL = not an entry */
    int64_t revision;
    bool verified; /* verified.json is there */
    bool hidden;
    bool disputed; /* a dispute without an answer */
    bool sensitive;
    bool family;      /* source kind pupil or guardian */
    bool family_only; /* a family's draft never verified, or taken back: staff do not see it */
    const char *source_kind, *source_by, *event; /* event: source.event */
    const char *ground;
    const char *section, *activity, *subject, *group;
};
/* verified and dispute may be NULL (no such file). */
void model_entry_facts_of(const json_t *entry, const json_t *verified, const json_t *dispute,
                          struct model_entry_facts *out);

/* State after the act; LT_REFUSED "entry.state" (entry_state, entry_act) where the machine has no such step,
 * "entry.taken_back", "entry.not_family", "entry.disputed" (already), "entry.not_disputed", "entry.hidden",
 * "entry.not_hidden". */
int model_entry_next(const struct model_entry_facts *facts, enum model_entry_act act, const char **state,
                     struct lt_error *err);
/* Acts that the machine allows now, for buttons: bit 1 << act. */
unsigned model_entry_steps(const struct model_entry_facts *facts);

/* State of a new entry: verified for import and event (with their act of verification), else submitted or
 * draft. */
const char *model_entry_first_state(const char *source_kind, bool submit);

/* May a revision change this field of the document (title … files)? Identity, source, ground, class at the
 * time, marks and stamps are the program's. */
bool model_entry_field_editable(const char *field);
/* The editable fields, ended by NULL. */
const char *const *model_entry_fields(void);
/* New revision of `old` with the editable fields of `changes` put over it (null or "" removes a field),
 * revision + 1 and the given state; `returned` is dropped. LT_USAGE "entry.field_fixed" with the field for
 * another key; LT_REFUSED "entry.no_change". *out is new. */
int model_entry_revise(const json_t *old, const json_t *changes, const char *state, json_t **out,
                       struct lt_error *err);

/* --- validation --- */

struct model_entry_check {
    struct lt_date today;
    struct lt_date birth; /* none: not checked */
    bool draft;           /* a draft may lack required fields; what is there is checked all the same */
};
/* LT_REFUSED with the first fault (code "entry.…", field) and details: array of {field, code, params:{…}} of
 * all. Required (a draft: title alone): kind, title, section, activity, date; level and result for an
 * achievement (an import may lack the result, and the date where there is a school year); document.kind for a
 * document; hours or result for a volunteering experience. Codes:
 * entry.required, entry.value_unknown, entry.too_long, entry.out_of_range, entry.date_bad, entry.date_future,
 * entry.date_before_birth, entry.dates_order, entry.link_scheme, entry.score_over_max, entry.field_type,
 * entry.degree_result, entry.too_many_files. */
int model_entry_check(const json_t *entry, const struct model_entry_check *how, struct lt_error *err);

#define MODEL_TITLE_MAX 300 /* characters */
#define MODEL_TEXT_MAX  5000
#define MODEL_FILES_MAX 50

/* --- ground and showing --- */

/* Ground of a record (152-FZ art. 6 part 1 item 2 with 273-FZ art. 28 part 3 item 11). what: a kind of entry,
 * or card, class, mark, award, order, book, personal_file, photo, goal, skill, review. source_kind matters
 * for entries only. A private provider (setting "provider" = "private") keeps its own records by contract. */
const char *model_ground(const char *what, const char *source_kind, bool private_provider);
/* Ground of an entry: family's own input and works rest on consent, the rest on law or contract. */
const char *model_entry_ground(const char *kind, const char *source_kind, bool private_provider);

/* May the verified revision be shown to others (portfolio of a class hour, share, award list, publication —
 * each asks consent besides)? verified, not hidden, not disputed, not taken back, not sensitive. */
bool model_entry_public(const struct model_entry_facts *facts);

/* Day an answer to a dispute is due: 7 working days (152-FZ art. 21 part 2), Saturday and Sunday not counted.
 */
struct lt_date model_dispute_due(struct lt_date on);

#endif
