/* Conditions from a scope object (sql.h). */
#include "index/sql.h"

#include "base/json.h"
#include "base/mem.h"

#include <string.h>

#define TODAY " AND m.from_date <= ?1 AND m.to_date >= ?1"
#define CS_CLASS "substr(j.value, 1, instr(j.value, char(31)) - 1)"
#define CS_SUBJECT "substr(j.value, instr(j.value, char(31)) + 1)"

struct part {
    const char *name;
    bool whole;         /* the pupil as a whole: all its rows pass */
    const char *pupils; /* a SELECT of pupil ids; NULL: the part says nothing about pupils */
    const char *row;    /* condition on an entry e of the pupil $; NULL: as `pupils` */
    const char *card;   /* condition on a pupil where `pupils` is NULL */
};

/* `#` is the array as JSON. */
static const struct part PARTS[] = {
    {"pupils", true, "SELECT value FROM json_each(#)", NULL, NULL},
    {"classes", true, "SELECT m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.class = j.value" TODAY, NULL, NULL},
    {"levels", true, "SELECT m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.level = j.value" TODAY, NULL, NULL},
    {"groups", false, "SELECT m.pupil FROM json_each(#) j CROSS JOIN in_group m WHERE m.grp = j.value" TODAY,
     "(e.grp, $) IN (SELECT m.grp, m.pupil FROM json_each(#) j CROSS JOIN in_group m WHERE m.grp = j.value" TODAY ")", NULL},
    {"class_subjects", false, "SELECT m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.class = " CS_CLASS TODAY,
     "(e.subject, $) IN (SELECT " CS_SUBJECT ", m.pupil FROM json_each(#) j CROSS JOIN membership m WHERE m.class = " CS_CLASS TODAY ")",
     NULL},
    {"events", false, "SELECT p.pupil FROM json_each(#) j CROSS JOIN participant p WHERE p.event = j.value",
     "e.event IN (SELECT value FROM json_each(#))", NULL},
    {"sections", false, NULL, "e.section IN (SELECT value FROM json_each(#))",
     "EXISTS (SELECT 1 FROM entry x WHERE x.pupil = $ AND x.face = 0 AND x.section IN (SELECT value FROM json_each(#)))"},
};

#define PART_COUNT LT_COUNT(PARTS)

struct parts {
    int parameter[PART_COUNT]; /* 0: absent */
    int self;
};

static int bad_filter(struct lt_error *err, const char *name)
{
    return lt_fail(err, LT_SYSTEM, "index.filter", "name", name, (char *)NULL);
}

static int read_parts(struct sql *q, const json_t *scope, struct parts *p, struct lt_error *err)
{
    memset(p, 0, sizeof *p);
    if (!json_is_object(scope))
        return bad_filter(err, "scope");
    const char *key;
    json_t *value, *object = (json_t *)(uintptr_t)scope;
    json_object_foreach(object, key, value)
    {
        size_t i = 0;
        while (i < PART_COUNT && strcmp(PARTS[i].name, key) != 0)
            i++;
        if (i < PART_COUNT && json_is_array(value))
            p->parameter[i] = sql_json(q, value);
        else if (strcmp(key, "self") == 0 && json_is_string(value))
            p->self = sql_text(q, json_string_value(value));
        else
            return bad_filter(err, key);
    }
    return LT_OK;
}

/* "$ IN (… UNION …)" over the parts that name pupils; false when there are none. */
static bool add_pupils(struct sql *q, const struct parts *p, bool whole_only, const char *pupil)
{
    bool any = false;
    const char *begin = "$ IN (";
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (!p->parameter[i] || !PARTS[i].pupils || (whole_only && !PARTS[i].whole))
            continue;
        sql_fragment(q, any ? " UNION " : begin, 0, false, pupil);
        sql_fragment(q, PARTS[i].pupils, p->parameter[i], false, pupil);
        any = true;
    }
    if (p->self) {
        sql_fragment(q, any ? " UNION " : begin, 0, false, pupil);
        sql_fragment(q, "SELECT #", p->self, false, pupil);
        any = true;
    }
    if (any)
        lt_buf_addc(&q->text, ')');
    return any;
}

static void add_rows(struct sql *q, const struct parts *p, enum scope_kind kind, const char *pupil, bool any)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        const char *sql = kind == SCOPE_ENTRY ? PARTS[i].row : PARTS[i].card;
        if (!p->parameter[i] || !sql)
            continue;
        lt_buf_adds(&q->text, any ? " OR " : "");
        sql_fragment(q, sql, p->parameter[i], false, pupil);
        any = true;
    }
    if (!any)
        lt_buf_adds(&q->text, "0");
}

bool scope_is_narrow(const json_t *scope)
{
    return json_object_size(scope) > 0 && !json_object_get(scope, "levels") && !json_object_get(scope, "sections");
}

int scope_add(struct sql *q, enum scope_kind kind, const char *pupil, const json_t *scope, struct lt_error *err)
{
    struct parts p;
    int status = read_parts(q, scope, &p, err);
    if (status < 0)
        return status;
    lt_buf_addc(&q->text, '(');
    if (kind != SCOPE_ENTRY) {
        bool any = add_pupils(q, &p, kind == SCOPE_PUPIL, pupil);
        struct parts none = {0};
        add_rows(q, kind == SCOPE_PUPIL ? &none : &p, kind, pupil, any);
        lt_buf_addc(&q->text, ')');
        return LT_OK;
    }
    /* Parts about single entries: first the pupils whom any part names, which an index can follow, then each row by itself. */
    bool parted = false;
    for (size_t i = 0; i < PART_COUNT; i++)
        parted = parted || (p.parameter[i] && !PARTS[i].whole);
    if (parted && scope_is_narrow(scope) && add_pupils(q, &p, false, pupil))
        lt_buf_adds(&q->text, " AND (");
    else
        parted = false;
    bool any = add_pupils(q, &p, true, pupil);
    add_rows(q, &p, kind, pupil, any);
    lt_buf_adds(&q->text, parted ? "))" : ")");
    return LT_OK;
}
