#include "model/admission.h"

#include "base/json.h"
#include "base/mem.h"
#include "model/values.h"

#include <stdlib.h>
#include <string.h>

static bool one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; word && i < n; i++) {
        if (!strcmp(word, list[i])) return true;
    }
    return false;
}

/* Champions and prize-winners of the Olympic, Paralympic and Deaflympic games, of the world, Europe and the country. */
static bool champion(const json_t *entry)
{
    static const char *const results[] = {"champion", "winner", "medallist", "prize_winner", "titled"};
    return !strcmp(lt_json_str_or(entry, "activity", ""), "sport") && one_of(lt_json_str(entry, "result"), results, LT_COUNT(results)) &&
           model_value_rank("level", lt_json_str(entry, "level")) >= model_value_rank("level", "national");
}

/* The document of education itself with honours, or the medal. */
static bool honours(const json_t *entry)
{
    const char *document = lt_json_str_or(lt_json_object(entry, "document"), "kind", "");
    bool study = !strcmp(lt_json_str_or(entry, "section", ""), "study");
    return !strcmp(document, "education_document") || (study && !strcmp(document, "medal"));
}

static bool contest(const json_t *entry)
{
    static const char *const kinds[] = {"olympiad", "contest", "festival", "conference", "project", "art", "sport"};
    static const char *const none[] = {"participant", "completed", "finalist"};
    const char *result = lt_json_str(entry, "result");
    return !strcmp(lt_json_str_or(entry, "kind", ""), "achievement") && one_of(lt_json_str(entry, "activity"), kinds, LT_COUNT(kinds)) && result &&
           !one_of(result, none, LT_COUNT(none));
}

const char *model_admission_kind(const json_t *entry)
{
    const char *activity = lt_json_str_or(entry, "activity", "");
    if (champion(entry)) return "champion";
    if (!strcmp(activity, "gto")) return lt_json_str(entry, "badge") ? "gto" : NULL;
    if (honours(entry)) return "honours";
    if (!strcmp(activity, "volunteering")) return "volunteering";
    return contest(entry) ? "contest" : NULL;
}

static int class_then(const json_t *entry)
{
    return atoi(lt_json_str_or(entry, "class_name", "0"));
}

static void lack(json_t *list, bool lacking, const char *word)
{
    if (list && lacking) json_array_append_new(list, json_string(word));
}

json_t *model_admission_missing(const json_t *entry, const char *kind, bool verified)
{
    json_t *list = json_array();
    const json_t *document = lt_json_object(entry, "document");
    bool contest_kind = kind && !strcmp(kind, "contest");
    int number = class_then(entry);
    lack(list, !verified, "verified");
    lack(list, !json_array_size(lt_json_array(entry, "files")), "file");
    lack(list, !lt_json_str(document, "number"), "number");
    lack(list, !lt_json_str(document, "issuer") && !lt_json_str(entry, "organiser"), "issuer");
    lack(list, !lt_json_str(entry, "date"), "date");
    lack(list, contest_kind && number && number < MODEL_ADMISSION_LATE_CLASS, "class");
    return list;
}

struct lt_date model_admission_until(const json_t *entry, const char *kind)
{
    struct lt_date d = {0, 0, 0};
    if (!kind || strcmp(kind, "contest") != 0 || !lt_date_parse(lt_json_str_or(entry, "date", ""), &d)) return (struct lt_date){0, 0, 0};
    d.year += 2;
    if (!lt_date_valid(d)) d = lt_date_add_days((struct lt_date){d.year, 2, 28}, 1);
    return d;
}
