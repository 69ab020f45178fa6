#include "model/award.h"

#include "base/json.h"
#include "base/mem.h"
#include "model/values.h"

#include <string.h>

const char *model_award_next(const char *state, const char *act)
{
    static const struct { const char *state, *act, *next; } steps[] = {
        {"", "nominate", "nominated"},        {"returned", "nominate", "nominated"}, {"nominated", "agree", "agreed"},
        {"nominated", "return", "returned"}, {"nominated", "refuse", "refused"},
    };
    for (size_t i = 0; i < LT_COUNT(steps); i++) {
        if (strcmp(steps[i].state, state) == 0 && strcmp(steps[i].act, act) == 0) return steps[i].next;
    }
    return NULL;
}

/* The level itself and all above it. */
static json_t *levels_from(const char *level)
{
    size_t n = 0;
    const char *const *words = model_values("level", &n);
    int rank = model_value_rank("level", level);
    json_t *out = json_array();
    for (size_t i = rank < 0 ? n : (size_t)rank; out && i < n; i++) {
        if (json_array_append_new(out, json_string(words[i]))) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

json_t *model_award_filters(const json_t *kind)
{
    static const char *const lists[] = {"activity", "result"};
    json_t *out = json_object();
    bool bad = !out;
    for (size_t i = 0; !bad && i < LT_COUNT(lists); i++) {
        json_t *words = lt_json_array(kind, lists[i]);
        if (json_array_size(words)) bad = lt_json_put(out, lists[i], json_incref(words));
    }
    const char *level = lt_json_str(kind, "level");
    if (!bad && level) bad = lt_json_put(out, "level", levels_from(level));
    if (!bad) return out;
    json_decref(out);
    return NULL;
}
