/* Who is told of an act on an entry. */
#include "usecase/entry.h"
#include "usecase/notice.h"

#include "base/json.h"

int entry_tell(struct uc_call *call, enum model_entry_act act, const json_t *entry, struct lt_error *err)
{
    const struct uc_target_docs *t = &call->target;
    struct notice n = {.pupil = lt_json_str(entry, "pupil"), .entry = lt_json_str(entry, "id")};
    switch (act) {
    case MODEL_ENTRY_VERIFY: n.kind = "entry_verified"; break;
    case MODEL_ENTRY_RETURN: n.kind = "entry_returned"; break;
    case MODEL_ENTRY_ANSWER: n.kind = "entry_answered"; break;
    case MODEL_ENTRY_DISPUTE: n.kind = "entry_disputed"; return notice_class(call, t->classes, &n, err);
    default: return 0;
    }
    return notice_family(call, t->pupil, true, MODEL_GUARDIAN_SEE, &n, err);
}
