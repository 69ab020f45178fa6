/* What answers look like, as data: shapes (shapes*.c) that rows name in `gives`. From them come openapi.json and docs/http-api.md, and where
 * lt_app_config.judge_answers is set (tests, builds with sanitizers) each answer is held against its shape before it leaves.
 *
 * A shape is its fields, separated by spaces:
 *
 *     "id:id pupil:id state:=entry_state title date?:date files*?:file settings%?:any +stamped"
 *
 *     name          a text that is always there
 *     name?         may be absent (absent and empty are the same, as in the documents)
 *     name*         an array
 *     name%         an object of such values by names that are data
 *     name-         may be null
 *     name$         a secret: absent where a repeated answer is marked `withheld`
 *     :type         text (as it is without one), int, number, bool, id (UUID), actor (id or local:<unix user>), date, at (instant), sha256, any,
 *                   a shape's name, =set of model/values.h, =one|two words of its own (of one alone: =one|)
 *     +shape        all fields of that shape
 *     ^name…        of a list: stands beside `items` and `next`
 *
 * A row's `gives` is the name of a shape or such text itself. Adding one: docs/add-a-thing.md.
 */
#ifndef LT_USECASE_SHAPE_H
#define LT_USECASE_SHAPE_H

#include "usecase/usecase.h"

#include <stddef.h>

struct uc_shape {
    const char *name;   /* [a-z_]+ */
    const char *fields;
};

/* One per file shapes*.c, ended by name NULL. */
extern const struct uc_shape uc_shapes_common[], uc_shapes_portfolio[], uc_shapes_school[], uc_shapes_work[];

/* Any shape by its number, NULL past the end; by its name, NULL where there is none. */
const struct uc_shape *uc_shape_at(size_t i);
const struct uc_shape *uc_shape_find(const char *name);

enum uc_shape_kind {
    UC_SHAPE_TEXT, UC_SHAPE_INT, UC_SHAPE_NUMBER, UC_SHAPE_BOOL, UC_SHAPE_ID, UC_SHAPE_ACTOR, UC_SHAPE_DATE, UC_SHAPE_AT, UC_SHAPE_SHA256,
    UC_SHAPE_ANY, UC_SHAPE_WORD, UC_SHAPE_PART, UC_SHAPE_WRONG
};

struct uc_shape_field {
    char name[48];
    enum uc_shape_kind kind;
    bool optional, many, map, null, secret, beside;
    char type[200];              /* as written */
    const char *words;           /* UC_SHAPE_WORD: "one|two", or NULL: the set `type` + 1 */
    const struct uc_shape *part; /* UC_SHAPE_PART */
};

enum { UC_SHAPE_DEPTH = 8 };
struct uc_shape_walk {
    const char *at[UC_SHAPE_DEPTH];
    int depth;
};

/* The fields of a text, those of +shapes among them: begin, then next until false. */
void uc_shape_begin(struct uc_shape_walk *w, const char *fields);
bool uc_shape_next(struct uc_shape_walk *w, struct uc_shape_field *out);

/* The fields of what the row gives (for a list: of an item); NULL: none declared. `name`, where asked for: of the shape, NULL where the row writes it itself. */
const char *uc_row_gives(const struct uc_row *row, const char **name);

/* The value set of the first field of this name in what the row gives, parts included; NULL: none. */
const char *uc_row_set(const struct uc_row *row, const char *key);

/* Is the word one of the field's? */
bool uc_shape_word(const struct uc_shape_field *f, const char *word);

enum { UC_SHAPE_WHY = 400 };
/* Is the answer as its row says, or the card of the job it became, or what is told of a write done before? Otherwise `why` says where it is not. */
bool uc_answer_fits(const struct uc_row *row, const json_t *body, char why[UC_SHAPE_WHY]);
/* Are the shapes, what the row gives and the columns of its list well formed? Otherwise `why`. */
bool uc_shape_sound(const struct uc_shape *shape, char why[UC_SHAPE_WHY]);
bool uc_row_sound(const struct uc_row *row, char why[UC_SHAPE_WHY]);

#endif
