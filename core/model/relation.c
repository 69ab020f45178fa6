/* Relations of guardians to a pupil: dated, each right on or off, ended by the pupil's 18th birthday. */
#include "model/consent.h"

#include "base/json.h"
#include "base/mem.h"
#include "model/relation.h"

#include <string.h>

static const struct {
    const char *word;
    unsigned bit;
} right_words[] = {{"see", MODEL_GUARDIAN_SEE},
                   {"add", MODEL_GUARDIAN_ADD},
                   {"consent", MODEL_GUARDIAN_CONSENT},
                   {"papers", MODEL_GUARDIAN_PAPERS}};

static bool current(const json_t *relation, struct lt_date pupil_birth, struct lt_date on)
{
    bool adult = !lt_date_none(pupil_birth) && lt_date_age(pupil_birth, on) >= 18;
    return !adult && lt_date_in(on, lt_json_str(relation, "from"), lt_json_str(relation, "to"));
}

unsigned model_relation_rights(const json_t *relation, struct lt_date pupil_birth, struct lt_date on)
{
    if (!json_is_object(relation) || !current(relation, pupil_birth, on)) return 0;
    const json_t *rights = lt_json_object(relation, "rights");
    unsigned out = 0;
    for (size_t i = 0; i < LT_COUNT(right_words); i++) {
        if (lt_json_bool(rights, right_words[i].word, true)) out |= right_words[i].bit;
    }
    return out;
}

unsigned model_relations_rights(const json_t *relations, const char *key, const char *id,
                                struct lt_date pupil_birth, struct lt_date on)
{
    unsigned out = ~0u;
    bool any = false;
    size_t i;
    json_t *r;
    json_array_foreach((json_t *)(uintptr_t)relations, i, r)
    {
        const char *other = lt_json_str(r, key);
        struct lt_date birth = lt_date_none(pupil_birth) ? model_relation_birth(r) : pupil_birth;
        if (!other || strcmp(other, id) || !current(r, birth, on)) continue;
        out &= model_relation_rights(r, birth, on);
        any = true;
    }
    return any ? out : 0;
}

struct lt_date model_birth_of(const json_t *pupil)
{
    struct lt_date d = {0, 0, 0};
    const char *birth = lt_json_str(pupil, "birth");
    if (birth) lt_date_parse(birth, &d);
    return d;
}

struct lt_date model_relation_birth(const json_t *relation)
{
    struct lt_date d = {0, 0, 0};
    const char *birth = lt_json_str(relation, "pupil_birth");
    if (!birth) birth = lt_json_str(relation, "birth");
    if (birth) lt_date_parse(birth, &d);
    return d;
}

unsigned model_guardian_rights(const json_t *pupil, const char *person, struct lt_date on)
{
    if (!person) return 0;
    return model_relations_rights(lt_json_array(pupil, "guardians"), "person", person, model_birth_of(pupil),
                                  on);
}

bool model_guardian_ever(const json_t *pupil, const char *person)
{
    size_t i;
    json_t *r;
    json_array_foreach(lt_json_array(pupil, "guardians"), i, r)
    {
        const char *other = lt_json_str(r, "person");
        if (person && other && !strcmp(other, person)) return true;
    }
    return false;
}
