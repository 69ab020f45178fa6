#include "usecase/shape.h"
#include "usecase/table.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

static const struct uc_noun *const nouns[] = {
    &uc_noun_school,
    &uc_noun_account,
    &uc_noun_factor,
    &uc_noun_token,
    &uc_noun_session,
    &uc_noun_log,
    &uc_noun_system,
    &uc_noun_job,
    &uc_noun_entry,
    &uc_noun_file,
    &uc_noun_review,
    &uc_noun_pupil,
    &uc_noun_consent,
    &uc_noun_class,
    &uc_noun_programme,
    &uc_noun_group,
    &uc_noun_person,
    &uc_noun_role,
    &uc_noun_guardian,
    &uc_noun_event,
    &uc_noun_portfolio,
    &uc_noun_award,
    &uc_noun_goal,
    &uc_noun_skill,
    &uc_noun_share,
    &uc_noun_notice,
    &uc_noun_search,
    &uc_noun_import,
    &uc_noun_gto,
    &uc_noun_olympiad,
    &uc_noun_report,
    &uc_noun_channel,
    &uc_noun_publication,
    &uc_noun_plugin,
    &uc_noun_carrier,
    &uc_noun_backup,
};

const struct uc_noun *const *uc_nouns(size_t *n)
{
    *n = LT_COUNT(nouns);
    return nouns;
}

const struct uc_row *uc_find(const char *noun, const char *verb)
{
    for (size_t i = 0; i < LT_COUNT(nouns); i++) {
        if (strcmp(nouns[i]->word, noun) != 0) continue;
        for (size_t k = 0; k < nouns[i]->len; k++) {
            if (strcmp(nouns[i]->rows[k].verb, verb) == 0) return &nouns[i]->rows[k];
        }
    }
    return NULL;
}

const struct uc_noun *uc_noun_of(const struct uc_row *row)
{
    for (size_t i = 0; i < LT_COUNT(nouns); i++) {
        if (strcmp(nouns[i]->word, row->noun) == 0) return nouns[i];
    }
    return NULL;
}

const char *uc_field_label(enum lt_lang lang, const char *noun, const char *name)
{
    char id[128];
    if (noun && lt_print(id, sizeof id, "field.%s.%s", noun, name) && lt_msg_known(lang, id)) return lt_msg(lang, id);
    if (lt_print(id, sizeof id, "field.%s", name) && lt_msg_known(lang, id)) return lt_msg(lang, id);
    return name;
}

static const char *set_in(const struct uc_row *row, const char *key)
{
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        if (f->values && strcmp(f->name, key) == 0) return f->values;
    }
    return NULL;
}

static const char *set_in_noun(const struct uc_noun *noun, const char *key)
{
    for (size_t i = 0; noun && i < noun->len; i++) {
        const char *set = set_in(&noun->rows[i], key);
        if (set) return set;
    }
    return NULL;
}

const char *uc_value_set(const struct uc_row *row, const char *key)
{
    const char *set = row ? uc_row_set(row, key) : NULL;
    if (!set && row) set = set_in(row, key);
    if (!set && row) set = set_in_noun(uc_noun_of(row), key);
    for (size_t i = 0; i < LT_COUNT(nouns) && !set; i++) set = set_in_noun(nouns[i], key);
    return set ? set : key;
}
