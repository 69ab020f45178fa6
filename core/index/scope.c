/* Conditions from a scope object: the answer of model_scope() (model/rights.h) put into SQL. Which rows it admits is said by
 * model_scope_admits(); a property test holds the two together. */
#include "index/sql.h"

#include "base/json.h"
#include "base/mem.h"

#include <string.h>

#define TODAY " AND m.from_date <= ?1 AND m.to_date >= ?1"
#define FIRST "substr(j.value, 1, instr(j.value, char(31)) - 1)"
#define SECOND "substr(j.value, instr(j.value, char(31)) + 1)"

#define OF_IDS "$ IN (SELECT value FROM json_each(#))"
#define OF_CLASSES "$ IN (SELECT m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.class = j.value" TODAY ")"
#define OF_LEVELS "$ IN (SELECT m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.level = j.value" TODAY ")"
#define OF_GROUPS "$ IN (SELECT m.pupil FROM json_each(#) j CROSS JOIN in_group m WHERE m.grp = j.value" TODAY ")"
#define ENTRY_IN(column) "(e." column " <> '' AND e." column " IN (SELECT value FROM json_each(#)))"
/* A pair "<one>\u001f<two>": the pupil's class or level of the day and a column of the entry. */
#define ENTRY_PAIR(member, column)                                                                                          \
    "EXISTS (SELECT 1 FROM json_each(#) j CROSS JOIN membership m WHERE m.pupil = $ AND m." member " = " FIRST TODAY          \
    " AND e." column " = " SECOND ")"
#define FAMILY "e.source IN ('pupil', 'guardian')"

/* What a key admits in each kind of list; NULL: nothing. `#` is the value (an array as JSON, or the text), `$` the pupil. */
struct key {
    const char *name;
    const char *sql[SCOPE_KINDS];
};
#define PUPILS(sql_) [SCOPE_PUPIL] = (sql_), [SCOPE_REVIEW] = (sql_), [SCOPE_SKILL] = (sql_), [SCOPE_AWARD] = (sql_)
#define ALL_PUPILS(sql_) PUPILS(sql_), [SCOPE_ENTRY] = (sql_)

static const struct key ADMIT[] = {
    {"pupils", {ALL_PUPILS(OF_IDS)}},
    {"classes",
     {ALL_PUPILS(OF_CLASSES), [SCOPE_CLASS] = "c.id IN (SELECT value FROM json_each(#))",
      [SCOPE_PERSON] = "p.id IN (SELECT g.person FROM json_each(#) j CROSS JOIN membership m ON m.class = j.value" TODAY
                       " CROSS JOIN guardian g ON g.pupil = m.pupil AND g.from_date <= ?1 AND g.to_date >= ?1)"}},
    {"levels",
     {ALL_PUPILS(OF_LEVELS), [SCOPE_CLASS] = "c.level IN (SELECT value FROM json_each(#))",
      [SCOPE_PERSON] = "p.id IN (SELECT g.person FROM json_each(#) j CROSS JOIN membership m ON m.level = j.value" TODAY
                       " CROSS JOIN guardian g ON g.pupil = m.pupil AND g.from_date <= ?1 AND g.to_date >= ?1)"}},
    {"groups", {PUPILS(OF_GROUPS), [SCOPE_ENTRY] = ENTRY_IN("grp"), [SCOPE_GROUP] = "g.id IN (SELECT value FROM json_each(#))"}},
    {"events", {[SCOPE_ENTRY] = ENTRY_IN("event"), [SCOPE_EVENT] = "v.id IN (SELECT value FROM json_each(#))"}},
    {"sections", {[SCOPE_ENTRY] = ENTRY_IN("section")}},
    {"activities", {[SCOPE_ENTRY] = ENTRY_IN("activity")}},
    {"level_sections", {[SCOPE_ENTRY] = ENTRY_PAIR("level", "section")}},
    {"class_subjects", {[SCOPE_ENTRY] = ENTRY_PAIR("class", "subject")}},
    {"family_entries_of", {[SCOPE_ENTRY] = "(" FAMILY " AND " OF_IDS ")"}},
    {"persons", {[SCOPE_PERSON] = "p.id IN (SELECT value FROM json_each(#))"}},
    {"made_by", {[SCOPE_REVIEW] = "r.by = #", [SCOPE_SKILL] = "sk.by = #", [SCOPE_AWARD] = "aw.by = #", [SCOPE_MADE] = "i.by = #"}},
    {"asked_of", {[SCOPE_REVIEW] = "r.asked_of = #"}},
    {"staff", {[SCOPE_PERSON] = "p.id IN (SELECT r.person FROM role r WHERE r.from_date <= ?1 AND r.to_date >= ?1)"}},
};

/* Rows with a scope of their own (model/entry.h, family_only and sensitive). IS NOT: in the search there are rows without an entry. */
#define FAMILY_ONLY                                                                                                          \
    "(e.state = 'taken_back' OR (e.state = 'draft' AND " FAMILY " AND NOT EXISTS"                                             \
    " (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 0)))"
#define SENSITIVE                                                                                                            \
    "(e.sensitive = 1 OR (e.face = 1 AND EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 1 AND n.sensitive = 1)))"

static int bad_filter(struct lt_error *err, const char *name)
{
    return lt_fail(err, LT_SYSTEM, "index.filter", "name", name, (char *)NULL);
}

static const struct key *find_key(const char *name)
{
    for (size_t i = 0; i < LT_COUNT(ADMIT); i++) {
        if (strcmp(ADMIT[i].name, name) == 0) return &ADMIT[i];
    }
    return NULL;
}

/* "(… OR …)" over the keys that admit; "1" for all, "0" for none. */
static int add_admitting(struct sql *q, enum scope_kind kind, const char *pupil, const json_t *scope, struct lt_error *err)
{
    if (lt_json_bool(scope, "all", false)) return lt_buf_adds(&q->text, "1") ? lt_fail_memory(err) : 0;
    const char *name;
    json_t *value;
    bool any = false;
    lt_buf_addc(&q->text, '(');
    json_object_foreach((json_t *)(uintptr_t)scope, name, value) {
        static const char *const others[] = {"all", "sensitive", "family_only", "except_pupils", "except_source_by"};
        const struct key *k = find_key(name);
        bool other = false;
        for (size_t i = 0; i < LT_COUNT(others); i++) other = other || strcmp(name, others[i]) == 0;
        if (other) continue;
        if (!k || !(json_is_array(value) || json_is_string(value) || json_is_true(value))) return bad_filter(err, name);
        const char *sql = k->sql[kind];
        if (!sql) continue;
        int parameter = json_is_array(value) ? sql_json(q, value) : json_is_string(value) ? sql_text(q, json_string_value(value)) : 0;
        lt_buf_adds(&q->text, any ? " OR " : "");
        sql_fragment(q, sql, parameter, false, pupil);
        any = true;
    }
    return lt_buf_adds(&q->text, any ? ")" : "0)") ? lt_fail_memory(err) : 0;
}

/* Whoever is admitted to a special row is admitted to an ordinary one as well, so special rows only take away. */
static int add_special(struct sql *q, const char *pupil, const json_t *scope, const char *key, const char *unless, struct lt_error *err)
{
    const json_t *own = json_object_get(scope, key);
    if (!json_is_object(own) || lt_json_bool(own, "all", false)) return 0;
    lt_buf_adds(&q->text, unless);
    int rc = add_admitting(q, SCOPE_ENTRY, pupil, own, err);
    lt_buf_addc(&q->text, ')');
    return rc;
}

static void add_except(struct sql *q, enum scope_kind kind, const char *pupil, const json_t *scope)
{
    const json_t *pupils = json_object_get(scope, "except_pupils");
    const char *by = lt_json_str(scope, "except_source_by");
    if (json_is_array(pupils) && json_array_size(pupils) && pupil) sql_fragment(q, " AND $ NOT IN (SELECT value FROM json_each(#))", sql_json(q, pupils), false, pupil);
    if (by && kind == SCOPE_ENTRY) sql_fragment(q, " AND NOT (" FAMILY " AND e.source_by = #)", sql_text(q, by), false, pupil);
}

bool scope_is_narrow(const json_t *scope)
{
    static const char *const wide[] = {"all", "levels", "sections", "level_sections", "activities", "events", "groups"};
    for (size_t i = 0; i < LT_COUNT(wide); i++) {
        if (json_object_get(scope, wide[i])) return false;
    }
    return json_object_size(scope) > 0;
}

int scope_add(struct sql *q, enum scope_kind kind, const char *pupil, const json_t *scope, struct lt_error *err)
{
    if (!json_is_object(scope)) return bad_filter(err, "scope");
    lt_buf_addc(&q->text, '(');
    int rc = add_admitting(q, kind, pupil, scope, err);
    /* A subject's teacher sees single entries of a class: its pupils are named besides, for an index to follow. */
    const json_t *pairs = json_object_get(scope, "class_subjects");
    if (!rc && kind == SCOPE_ENTRY && pairs && scope_is_narrow(scope)) {
        lt_buf_adds(&q->text, " AND (");
        sql_fragment(q, "$ IN (SELECT m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.class = " FIRST TODAY, sql_json(q, pairs), false, pupil);
        static const struct {
            const char *key, *sql;
        } more[] = {{"classes", " UNION SELECT m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.class = j.value" TODAY},
                    {"pupils", " UNION SELECT value FROM json_each(#)"},
                    {"family_entries_of", " UNION SELECT value FROM json_each(#)"}};
        for (size_t i = 0; i < LT_COUNT(more); i++) {
            const json_t *value = json_object_get(scope, more[i].key);
            if (value) sql_fragment(q, more[i].sql, sql_json(q, value), false, pupil);
        }
        lt_buf_adds(&q->text, "))");
    }
    if (!rc && kind == SCOPE_ENTRY) rc = add_special(q, pupil, scope, "family_only", " AND (" FAMILY_ONLY " IS NOT 1 OR ", err);
    if (!rc && kind == SCOPE_ENTRY) rc = add_special(q, pupil, scope, "sensitive", " AND (" SENSITIVE " IS NOT 1 OR " FAMILY_ONLY " IS 1 OR ", err);
    add_except(q, kind, pupil, scope);
    lt_buf_addc(&q->text, ')');
    return rc;
}
