/* entry add, edit. */
#include "usecase/attach.h"
#include "usecase/entry.h"
#include "usecase/family.h"

#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

/* The data of an entry, alike for add and edit. same_file: the same bytes already in the portfolio are meant. */
#define DATA_FIELDS\
    {"kind", UC_ENUM, 0, 0, 0, "kind"},                                                                         \
    {"section", UC_ENUM, 0, 0, 0, "section"},                                                                   \
    {"activity", UC_ENUM, 0, 0, 0, "activity"},                                                                 \
    {"title", UC_TEXT, 0, 0, MODEL_TITLE_MAX, NULL},                                                            \
    {"organiser", UC_TEXT, 0, 0, 300, NULL},                                                                    \
    {"level", UC_ENUM, 0, 0, 0, "level"},                                                                       \
    {"stage", UC_ENUM, 0, 0, 0, "stage"},                                                                       \
    {"format", UC_ENUM, 0, 0, 0, "format"},                                                                     \
    {"participation", UC_ENUM, 0, 0, 0, "participation"},                                                       \
    {"team_size", UC_INT, 0, 2, 1000, NULL},                                                                    \
    {"result", UC_ENUM, 0, 0, 0, "result"},                                                                     \
    {"degree", UC_INT, 0, 1, 3, NULL},                                                                          \
    {"place", UC_INT, 0, 1, 100000, NULL},                                                                      \
    {"badge", UC_ENUM, 0, 0, 0, "badge"},                                                                       \
    {"score", UC_DEC, 0, 0, 100000, NULL},                                                                      \
    {"score_max", UC_DEC, 0, 0, 100000, NULL},                                                                  \
    {"subject", UC_TEXT, 0, 0, 100, NULL},                                                                      \
    {"group", UC_ID, 0, 0, 0, NULL},                                                                            \
    {"date", UC_DATE, 0, 0, 0, NULL},                                                                           \
    {"date_to", UC_DATE, 0, 0, 0, NULL},                                                                        \
    {"hours", UC_DEC, 0, 0, 10000, NULL},                                                                       \
    {"mentor", UC_TEXT, 0, 0, 200, NULL},                                                                       \
    {"mentor_person", UC_ID, 0, 0, 0, NULL},                                                                    \
    {"document_kind", UC_ENUM, 0, 0, 0, "document_kind"},                                                       \
    {"document_number", UC_TEXT, 0, 0, 100, NULL},                                                              \
    {"document_issuer", UC_TEXT, 0, 0, 300, NULL},                                                              \
    {"document_date", UC_DATE, 0, 0, 0, NULL},                                                                  \
    {"link", UC_TEXT, 0, 0, 1000, NULL},                                                                        \
    {"description", UC_LINES, 0, 0, MODEL_TEXT_MAX, NULL},                                                      \
    {"gto_test", UC_TEXT, 0, 0, 40, NULL},                                                                      \
    {"gto_value", UC_TEXT, 0, 0, 20, NULL},                                                                     \
    {"gto_level", UC_TEXT, 0, 0, 10, NULL},                                                                     \
    {"gto_order", UC_TEXT, 0, 0, 100, NULL},                                                                    \
    {"gto_order_date", UC_DATE, 0, 0, 0, NULL},                                                                 \
    {"sensitive", UC_BOOL, 0, 0, 0, NULL},                                                                      \
    {"file", UC_FILE, UC_MANY, 0, 0, NULL},                                                                     \
    {"same_file", UC_BOOL, 0, 0, 0, NULL},                                                                      \
    {"submit", UC_BOOL, 0, 0, 0, NULL}

const struct uc_field entry_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL}, DATA_FIELDS, {0}};
const struct uc_field entry_edit_fields[] = {
    {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
    {"drop_file", UC_TEXT, UC_MANY, 0, 40, NULL}, /* paths of files left out of the new revision: "files/01.jpg" */
    /* how the files stand after the edit: paths of those that stay, "+1" for the first of the added ones, … */
    {"file_order", UC_TEXT, UC_MANY, 0, 40, NULL},
    {"draft", UC_BOOL, 0, 0, 0, NULL},            /* keep it aside: not handed in for verification */
    DATA_FIELDS,
    {0}};

/* What rests on consent is entered only while the consent to processing stands (P1); a sensitive record needs its own, on paper. */
static int check_ground(struct uc_call *call, const json_t *entry, struct lt_error *err)
{
    int rc = 0;
    if (strcmp(lt_json_str_or(entry, "ground", ""), "consent") == 0) rc = family_may_enter(call, err);
    if (!rc && lt_json_bool(entry, "sensitive", false)) rc = family_needs(call, "sensitive", err);
    return rc;
}

static int write_new(struct uc_call *call, json_t *entry, const char *dir, const struct attached *files, size_t len,
                     bool same, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    const char *pupil = lt_json_str_or(entry, "pupil", "");
    int rc = uc_tx_begin1(call, pupil, &tx, err);
    if (!rc) rc = check_ground(call, entry, err); /* a consent may have been withdrawn while the files were looked at */
    if (!rc) rc = attach_store(tx, call, pupil, dir, entry, files, len, same, err);
    if (!rc) rc = entry_store(tx, pupil, dir, entry, err);
    if (!rc) rc = uc_tx_commit(tx, "Add entry", lt_json_str(entry, "id"), err);
    uc_tx_end(tx);
    return rc;
}

int entry_run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *pupil = lt_json_str_or(in, "pupil", "");
    char dir[VAULT_PATH_MAX];
    json_t *entry = NULL;
    struct attached *files = NULL;
    size_t len = 0;
    /* The right is judged against the entry as it would be: a subject teacher may add of the own subject only. */
    int rc = uc_require_draft(call, "entry.add", pupil, in, err);
    if (!rc) rc = entry_new(call, pupil, model_source_kind(call->standing), in, &entry, dir, err);
    if (rc) return rc;
    uc_saw(call, pupil);
    bool submit = lt_json_bool(in, "submit", false);
    lt_json_put_str(entry, "state", model_entry_first_state(model_source_kind(call->standing), submit));
    rc = uc_require_draft(call, "entry.add", pupil, entry, err);
    if (!rc) rc = entry_check(call, entry, !submit, err);
    if (!rc) rc = check_ground(call, entry, err);
    if (!rc) rc = attach_inspect(call, in, "file", &files, &len, err);
    if (!rc) rc = write_new(call, entry, dir, files, len, lt_json_bool(in, "same_file", false), err);
    free(files);
    if (rc) json_decref(entry);
    else *out = entry;
    return rc;
}

/* --- edit --- */

/* The editable fields as they would be after the edit, or only those that change: model_entry_revise takes the difference. */
static int changed_fields(const json_t *old, const json_t *in, json_t *with_files, json_t **out, struct lt_error *err)
{
    json_t *after = json_deep_copy(with_files);
    int rc = after ? entry_take_fields(after, in, err) : lt_fail_memory(err);
    json_t *changes = json_object();
    for (const char *const *f = model_entry_fields(); !rc && *f; f++) {
        json_t *a = json_object_get(after, *f), *b = json_object_get(old, *f);
        if (a == b || (a && b && json_equal(a, b))) continue;
        if (json_object_set_new(changes, *f, a ? json_incref(a) : json_null())) rc = lt_fail_memory(err);
    }
    json_decref(after);
    if (rc) json_decref(changes);
    else *out = changes;
    return rc;
}

static void drop_files(json_t *doc, const json_t *names)
{
    json_t *list = lt_json_array(doc, "files");
    for (size_t i = json_array_size(list); i-- > 0;) {
        if (lt_json_array_has(names, lt_json_str_or(json_array_get(list, i), "path", ""))) json_array_remove(list, i);
    }
}

/* The file that a word of the order names; n: none. The last `added` ones are new. */
static size_t named_file(const json_t *list, const char *word, size_t added)
{
    size_t k, n = json_array_size(list);
    for (k = 0; k < n; k++) {
        char number[24];
        if (k >= n - added) lt_print(number, sizeof number, "+%zu", k - (n - added) + 1);
        else lt_print(number, sizeof number, "%s", lt_json_str_or(json_array_get(list, k), "path", ""));
        if (strcmp(word, number) == 0) break;
    }
    return k;
}

/* Puts the files in the order named; each is named once. */
static int order_files(json_t *doc, const json_t *order, size_t added, struct lt_error *err)
{
    json_t *list = lt_json_array(doc, "files"), *sorted = order ? json_array() : NULL;
    size_t n = json_array_size(list);
    bool whole = json_array_size(order) == n;
    if (!order) return 0;
    int rc = sorted ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && whole && i < n; i++) {
        size_t k = named_file(list, json_string_value(json_array_get(order, i)), added);
        json_t *f = json_array_get(list, k);
        for (size_t j = 0; j < i; j++) whole = whole && json_array_get(sorted, j) != f; /* none twice */
        whole = whole && k < n;
        if (whole && json_array_append(sorted, f)) rc = lt_fail_memory(err);
    }
    if (!rc && !whole) rc = lt_fail_field(err, LT_USAGE, "file_order", "entry.file_order", "count", LT_NUM(n), (char *)NULL);
    if (!rc && json_object_set(doc, "files", sorted)) rc = lt_fail_memory(err);
    json_decref(sorted);
    return rc;
}

/* A draft stays a draft and what was verified awaits verification again, unless the person says otherwise: `submit` hands it in at once,
 * `draft` puts it aside. */
static int state_after(const struct model_entry_facts *facts, const json_t *in, const char **state, struct lt_error *err)
{
    struct model_entry_facts edited = *facts;
    bool aside = lt_json_bool(in, "draft", false);
    int rc = model_entry_next(facts, aside ? MODEL_ENTRY_EDIT_DRAFT : MODEL_ENTRY_EDIT, state, err);
    if (rc || aside || !lt_json_bool(in, "submit", false) || strcmp(*state, "submitted") == 0) return rc;
    edited.state = *state;
    return model_entry_next(&edited, MODEL_ENTRY_SUBMIT, state, err);
}

static int edit_inside(struct uc_tx *tx, struct uc_call *call, const json_t *in, const struct attached *files, size_t len,
                       json_t **out, struct lt_error *err)
{
    struct entry_docs d;
    json_t *with_files = NULL, *changes = NULL, *next = NULL;
    const char *state = NULL;
    int rc = entry_load(tx, call, lt_json_str_or(in, "id", ""), &d, err);
    if (!rc) rc = entry_check_revision(in, d.entry, err);
    if (!rc) rc = state_after(&d.facts, in, &state, err);
    if (!rc) with_files = json_deep_copy(d.entry);
    if (!rc && !with_files) rc = lt_fail_memory(err);
    if (!rc) drop_files(with_files, lt_json_array(in, "drop_file"));
    if (!rc) rc = attach_store(tx, call, d.repo, d.dir, with_files, files, len, lt_json_bool(in, "same_file", false), err);
    if (!rc) rc = order_files(with_files, lt_json_array(in, "file_order"), len, err);
    if (!rc) rc = changed_fields(d.entry, in, with_files, &changes, err);
    if (!rc) rc = model_entry_revise(d.entry, changes, state, &next, err);
    if (!rc && lt_json_copy_key(next, with_files, "files_made")) rc = lt_fail_memory(err);
    if (!rc) rc = entry_check(call, next, strcmp(state, "draft") == 0, err);
    if (!rc) rc = check_ground(call, next, err);
    if (!rc) rc = entry_store(tx, d.repo, d.dir, next, err);
    if (!rc) rc = uc_tx_commit(tx, "Edit entry", lt_json_str(next, "id"), err);
    if (!rc) *out = json_incref(next);
    json_decref(with_files);
    json_decref(changes);
    json_decref(next);
    entry_docs_clear(&d);
    return rc;
}

int entry_run_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct attached *files = NULL;
    size_t len = 0;
    struct uc_tx *tx = NULL;
    int rc = attach_inspect(call, in, "file", &files, &len, err);
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = edit_inside(tx, call, in, files, len, out, err);
    uc_tx_end(tx);
    free(files);
    return rc;
}
