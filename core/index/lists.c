/* Every list. How a row is read: lists.h. */
#include "index/lists.h"

#include "base/mem.h"

#include <string.h>

#define VALUE(name, sql) {name, FILTER_VALUE, sql, NULL, NULL, NULL, NULL, 0}
#define TAGGED(name, sql, tag) {name, FILTER_VALUE, sql, NULL, NULL, NULL, NULL, tag}
#define VALUE_BY(name, sql, way) {name, FILTER_VALUE, sql, NULL, NULL, NULL, way, 0}
#define VALUE_IN(name, sql, wrap) {name, FILTER_VALUE, sql, NULL, NULL, wrap, NULL, 0}
#define FLAG(name, yes, no) {name, FILTER_FLAG, yes, no, NULL, NULL, NULL, 0}
#define FLAG_TAGGED(name, yes, no, tag) {name, FILTER_FLAG, yes, no, NULL, NULL, NULL, tag}
#define DAY(yes) {"today", FILTER_DAY, yes, NULL, NULL, NULL, NULL, 0}
#define END {NULL, FILTER_VALUE, NULL, NULL, NULL, NULL, NULL, 0}

/* The class of the day: the newest of the terms that hold it. Joined as cm. */
#define CLASS_NOW(pupil)                                                                                                     \
    " LEFT JOIN membership cm ON cm.pupil = " pupil " AND cm.n = (SELECT x.n FROM membership x WHERE x.pupil = " pupil       \
    " AND x.from_date <= ?1 AND x.to_date >= ?1 ORDER BY x.from_date DESC, x.n DESC LIMIT 1)"
#define PUPIL_NAME(alias) "trim(trim(" alias ".surname || ' ' || " alias ".name) || ' ' || " alias ".patronymic)"

/* verified.json with the bytes of entry.json has no text of its own */
#define DOCUMENT_TEXT "coalesce(d.json, (SELECT x.json FROM document x WHERE x.id = d.id AND x.kind = 'entry'))"

/* --- the school --- */

static const struct list_filter CLASS_FILTERS[] = {
    VALUE("ids", "c.id @"),       VALUE("year", "c.year @"),   VALUE("number", "c.number @"), VALUE("name", "c.name @"),
    VALUE("letter", "c.letter @"), VALUE("level", "c.level @"), END};

static const struct list_filter PROGRAMME_FILTERS[] = {
    VALUE("ids", "p.id @"),
    VALUE("kind", "p.kind @"),
    {"title", FILTER_FOLDED, "p.title_key = #", NULL, NULL, NULL, NULL, 0},
    DAY("p.from_date <= ?1 AND p.to_date >= ?1"),
    END};

static const struct list_filter GROUP_FILTERS[] = {
    VALUE("ids", "g.id @"),
    VALUE("year", "g.year @"),
    VALUE("programme", "g.programme @"),
    {"title", FILTER_FOLDED, "g.title_key = #", NULL, NULL, NULL, NULL, 0},
    VALUE("leader", "g.id IN (SELECT r.grp FROM role r WHERE r.grp <> '' AND r.person @ AND r.from_date <= ?1 AND r.to_date >= ?1)"),
    VALUE("pupil", "g.id IN (SELECT m.grp FROM in_group m WHERE m.pupil @ AND m.from_date <= ?1 AND m.to_date >= ?1)"),
    END};

/* conditions on the role of a person speak of one role, not of several */
#define A_ROLE "p.id IN (SELECT r.person FROM role r WHERE r.from_date <= ?1 AND r.to_date >= ?1 AND"
static const struct list_filter PERSON_FILTERS[] = {
    VALUE("ids", "p.id @"),
    {"query", FILTER_NAMES,
     "p.id IN (SELECT s.id FROM name_fts f CROSS JOIN names s ON s.rid = f.rowid WHERE name_fts MATCH # AND s.kind = 'person')", NULL, NULL, NULL, NULL, 0},
    {"name_key", FILTER_FOLDED, "p.name_key = #", NULL, NULL, NULL, NULL, 0},
    VALUE("number", "p.number @"),
    FLAG("dismissed", "p.dismissed <> ''", "p.dismissed = ''"),
    FLAG("staff", "p.id IN (SELECT r.person FROM role r)", "p.id NOT IN (SELECT r.person FROM role r)"),
    FLAG("guardians", "p.id IN (SELECT g.person FROM guardian g)", "p.id NOT IN (SELECT g.person FROM guardian g)"),
    VALUE_IN("role", "r.role @", A_ROLE),
    VALUE_IN("class", "r.class @", A_ROLE),
    VALUE_IN("group", "r.grp @", A_ROLE),
    VALUE_IN("programme", "r.programme @", A_ROLE),
    VALUE_IN("subject", "r.subject @", A_ROLE),
    VALUE_IN("duty", "r.duty @", A_ROLE),
    END};

static const struct list_filter ROLE_FILTERS[] = {
    VALUE("person", "r.person @"), VALUE("role", "r.role @"),         VALUE("class", "r.class @"),   VALUE("group", "r.grp @"),
    VALUE("duty", "r.duty @"),     VALUE("programme", "r.programme @"), VALUE("subject", "r.subject @"), DAY("r.from_date <= ?1 AND r.to_date >= ?1"),
    END};

static const struct list_filter EVENT_FILTERS[] = {
    VALUE("ids", "v.id @"),
    VALUE("state", "v.state @"),
    VALUE("year", "v.school_year @"),
    VALUE("activity", "v.activity @"),
    VALUE("level", "v.level @"),
    VALUE("leader", "v.by @"),
    VALUE("participant", "v.id IN (SELECT p.event FROM participant p WHERE p.pupil @)"),
    {"query", FILTER_WORDS,
     "v.id IN (SELECT s.id FROM fts f CROSS JOIN search s ON s.rid = f.rowid WHERE fts MATCH # AND s.kind = 'event')", NULL, NULL, NULL, NULL, 0},
    END};

static const struct list_filter PARTICIPANT_FILTERS[] = {
    VALUE("event", "t.event @"), VALUE("pupil", "t.pupil @"), VALUE("result", "t.result @"), VALUE("entry", "t.entry @"), END};

static const struct list_filter CHANNEL_FILTERS[] = {VALUE("state", "c.state @"), VALUE("plugin", "c.plugin @"), END};

static const struct list_filter IMPORT_FILTERS[] = {VALUE("state", "i.state @"), VALUE("format", "i.format @"), VALUE("sha256", "i.sha256 @"),
                                                    VALUE("by", "i.by @"), END};

static const struct list_filter IMPORT_CHANGE_FILTERS[] = {
    VALUE("import", "c.import @"), VALUE("repo", "c.repo @"), VALUE("path", "c.path @"), VALUE("what", "c.what @"), END};

static const struct list_filter DOCUMENT_FILTERS[] = {VALUE("kind", "d.kind @"), VALUE("repo", "d.repo @"), VALUE("ids", "d.id @"),
                                                      VALUE("says", "instr(d.json, #) > 0"), VALUE("says_too", "instr(d.json, #) > 0"),
                                                      VALUE("outside", "d.repo <> #"), END};

/* --- pupils --- */

#define A_CLASS "p.id IN (SELECT m.pupil FROM membership m WHERE m.from_date <= ?1 AND m.to_date >= ?1 AND"
static const struct list_filter PUPIL_FILTERS[] = {
    VALUE("ids", "p.id @"),
    {"query", FILTER_NAMES,
     "p.id IN (SELECT s.id FROM name_fts f CROSS JOIN names s ON s.rid = f.rowid WHERE name_fts MATCH # AND s.kind = 'pupil')", NULL, NULL, NULL, NULL, 0},
    {"name_key", FILTER_FOLDED, "p.name_key = #", NULL, NULL, NULL, NULL, 0},
    VALUE("birth", "p.birth @"),
    VALUE("number", "p.number @"),
    VALUE("sex", "p.sex @"),
    VALUE("state", "p.state @"),
    VALUE("guardian", "p.id IN (SELECT g.pupil FROM guardian g WHERE g.person @ AND g.from_date <= ?1 AND g.to_date >= ?1)"),
    VALUE("group", "p.id IN (SELECT m.pupil FROM in_group m WHERE m.grp @ AND m.from_date <= ?1 AND m.to_date >= ?1)"),
    VALUE("form", "p.id IN (SELECT s.pupil FROM study s WHERE s.form @ AND s.from_date <= ?1 AND s.to_date >= ?1)"),
    VALUE_IN("class", "m.class @", A_CLASS),
    VALUE_IN("class_year", "m.year @", A_CLASS),
    VALUE_IN("class_name", "m.name @", A_CLASS),
    VALUE_IN("number_of_class", "m.number @", A_CLASS),
    VALUE_IN("level", "m.level @", A_CLASS),
    FLAG("in_class", "p.id IN (SELECT m.pupil FROM membership m WHERE m.from_date <= ?1 AND m.to_date >= ?1)",
         "p.id NOT IN (SELECT m.pupil FROM membership m WHERE m.from_date <= ?1 AND m.to_date >= ?1)"),
    END};

static const struct list_filter GUARDIAN_FILTERS[] = {
    VALUE("pupil", "g.pupil @"), VALUE("person", "g.person @"), VALUE("kind", "g.kind @"), DAY("g.from_date <= ?1 AND g.to_date >= ?1"), END};

static const struct list_filter MEMBERSHIP_FILTERS[] = {
    VALUE("pupil", "m.pupil @"), VALUE("class", "m.class @"), VALUE("year", "m.year @"), DAY("m.from_date <= ?1 AND m.to_date >= ?1"), END};

static const struct list_filter GROUP_MEMBER_FILTERS[] = {
    VALUE("pupil", "m.pupil @"), VALUE("group", "m.grp @"), DAY("m.from_date <= ?1 AND m.to_date >= ?1"), END};

/* --- entries --- */

/* What others may be shown: the verified face of an entry that is neither hidden nor taken back nor under dispute. The search
 * finds it by the face of its row, so the alias of the entry is the same there. */
#define MAY_BE_SHOWN                                                                                                         \
    "EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 1 AND n.hidden = 0 AND n.state <> 'taken_back')"          \
    " AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.entry = e.id AND d.open = 1)"
/* Sensitive in either face is sensitive. IS NOT: in the search there are rows without an entry. */
#define NOT_SENSITIVE                                                                                                        \
    "e.sensitive IS NOT 1 AND (e.face IS NOT 1 OR NOT EXISTS"                                                                \
    " (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 1 AND n.sensitive = 1))"

#define ENTRY_VALUES                                                                                                         \
    {"pupil", FILTER_VALUE, "e.pupil @", NULL, NULL, NULL, "entry_pupil", 'p'},                                                                          \
    VALUE_BY("event", "e.event <> '' AND e.event @", "entry_event"),                                                         \
    VALUE_BY("batch", "e.batch <> '' AND e.batch @", "entry_batch"),                                                         \
    VALUE_BY("class", "e.pupil IN (SELECT m.pupil FROM membership m WHERE m.class @ AND m.from_date <= ?1 AND m.to_date >= ?1)", \
             "entry_pupil"),                                                                                                 \
    VALUE("class_then", "e.class @"),                                                                                        \
    VALUE("group", "e.grp @"),                                                                                               \
    TAGGED("section", "e.section @", 's'),                                                                                         \
    TAGGED("activity", "e.activity @", 'a'),                                                                                       \
    TAGGED("level", "e.level @", 'l'),                                                                                             \
    TAGGED("stage", "e.stage @", 'g'),                                                                                             \
    TAGGED("result", "e.result @", 'r'),                                                                                           \
    TAGGED("state", "e.state @", 't'),                                                                                             \
    TAGGED("school_year", "e.school_year @", 'y'),                                                                                 \
    TAGGED("source", "e.source @", 'o'),                                                                                           \
    TAGGED("kind", "e.kind @", 'k'),                                                                                               \
    TAGGED("subject", "e.subject @", 'j'),                                                                                         \
    VALUE("mentor", "e.mentor @"),                                                                                           \
    VALUE("document", "e.document @"),                                                                                       \
    TAGGED("ground", "e.ground @", 'd'),                                                                                           \
    VALUE("submitted_by", "e.source_by @"),                                                                                  \
    {"from", FILTER_SINCE, "e.day >= #", NULL, NULL, NULL, NULL, 0},                                                                                             \
    {"to", FILTER_UNTIL, "e.day <= #", NULL, NULL, NULL, NULL, 0},                                                                                               \
    FLAG_TAGGED("hidden", "EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 1 AND n.hidden = 1)",                       \
         "NOT EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 1 AND n.hidden = 1)", 'h'),                       \
    {"disputed", FILTER_FLAG, "e.id IN (SELECT d.entry FROM dispute d WHERE d.open = 1)",                                    \
     "NOT EXISTS (SELECT 1 FROM dispute d WHERE d.entry = e.id AND d.open = 1)", NULL, NULL, "entry_id", 0},                 \
    FLAG("verified", "EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 0)",                                      \
         "NOT EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 0)"),                                             \
    FLAG_TAGGED("significant", "e.significant = 1", "e.significant = 0", 'i'),                                                           \
    FLAG_TAGGED("with_files", "e.files > 0", "e.files = 0", 'f'),                                                                        \
    FLAG("sensitive", "NOT (" NOT_SENSITIVE ")", NOT_SENSITIVE)

/* where fts does not lead, it is asked for the numbers of the rows it knows */
#define ENTRY_QUERY                                                                                                          \
    {"query", FILTER_WORDS, "e.rid IN (SELECT f.rowid FROM fts f WHERE fts MATCH #)", NULL, NULL, NULL, NULL, 0}

static const struct list_filter ENTRY_FILTERS[] = {
    VALUE_BY("ids", "e.id @", "entry_id"),
    {"verified_only", FILTER_FLAG, "e.face <> 0 AND " MAY_BE_SHOWN, NULL, "e.face <> 1", NULL, NULL, 0},
    ENTRY_VALUES,
    ENTRY_QUERY,
    END};
static const struct list_filter QUEUE_FILTERS[] = {VALUE_BY("ids", "e.id @", "entry_id"), ENTRY_VALUES, ENTRY_QUERY, END};
static const struct list_filter SEARCH_FILTERS[] = {
    {"query", FILTER_WORDS, "1", NULL, NULL, NULL, NULL, 0},
    VALUE("kinds", "s.kind @"),
    /* rows that stand for both faces, looked for as verified ones */
    FLAG("shown", "(s.kind <> 'both' OR (" MAY_BE_SHOWN "))", NULL),
    ENTRY_VALUES,
    END};
static const struct list_filter NAME_FILTERS[] = {
    {"query", FILTER_NAMES, "s.rid IN (SELECT f.rowid FROM name_fts f WHERE name_fts MATCH #)", NULL, NULL, NULL, NULL, 0}, VALUE("kinds", "s.kind @"), END};

#define ENTRY_COLUMNS                                                                                                        \
    "e.id, e.pupil, " PUPIL_NAME("p") " AS pupil_name, cm.class AS pupil_class, cm.name AS pupil_class_name, e.revision, e.state, e.kind,"       \
    " e.section, e.activity, e.title, e.organiser, e.level, e.stage, e.format, e.participation, e.result,"                  \
    " nullif(e.degree, 0) AS degree, nullif(e.place, 0) AS place, e.badge, e.subject, e.date, e.date_to,"                   \
    " nullif(e.school_year, 0) AS school_year, e.class, e.class_name, e.grp AS \"group\", e.source, e.source_by AS submitted_by, e.batch,"      \
    " e.event, e.mentor, e.document, e.ground, e.sensitive AS sensitive_flag, e.significant AS significant_flag, e.files,"   \
    " EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 1 AND n.hidden = 1) AS hidden_flag,"                       \
    " EXISTS (SELECT 1 FROM dispute d WHERE d.entry = e.id AND d.open = 1) AS disputed_flag,"                               \
    " EXISTS (SELECT 1 FROM entry n WHERE n.id = e.id AND n.face <> 0) AS verified_flag, e.created, e.changed"
#define ENTRY_DETAIL "k CROSS JOIN entry e ON e.rid = k.rid LEFT JOIN pupil p ON p.id = e.pupil" CLASS_NOW("e.pupil")

static const struct list_filter FILE_FILTERS[] = {VALUE("pupil", "f.pupil @"), VALUE("entry", "f.entry @"), VALUE("sha256", "f.sha256 @"), END};

static const struct list_filter USAGE_FILTERS[] = {VALUE("pupil", "p.id @"), END};

static const struct list_filter VERIFICATION_FILTERS[] = {
    VALUE("by", "v.by @"), VALUE("pupil", "v.pupil @"), VALUE("entry", "v.entry @"), VALUE("act", "v.act @"),
    VALUE("from", "v.at >= #"), VALUE("to", "substr(v.at, 1, 10) <= #"), END};

static const struct list_filter DISPUTE_FILTERS[] = {
    VALUE("pupil", "d.pupil @"), VALUE("entry", "d.entry @"), FLAG("open", "d.open = 1", "d.open = 0"), VALUE("due_before", "d.due < #"), END};

/* --- reviews, consents, publications --- */

static const struct list_filter REVIEW_FILTERS[] = {
    VALUE("pupil", "r.pupil @"), VALUE("entry", "r.entry @"), VALUE("state", "r.state @"), VALUE("kind", "r.kind @"),
    VALUE("by", "r.by @"), VALUE("asked_by", "r.asked_by @"), VALUE("asked_of", "r.asked_of @"),
    {"show_sensitive", FILTER_FLAG, "1", NULL, NOT_SENSITIVE, NULL, NULL, 0}, END};

static const struct list_filter CONSENT_FILTERS[] = {
    VALUE("pupil", "c.pupil @"),
    VALUE("class", "c.pupil IN (SELECT m.pupil FROM membership m WHERE m.class @ AND m.from_date <= ?1 AND m.to_date >= ?1)"),
    VALUE("purpose", "c.purpose @"),
    VALUE("target", "c.target @"),
    VALUE("state", "c.state @"),
    VALUE("on", "c.from_date <= # AND c.to_date >= #"),
    VALUE("field", "c.id IN (SELECT x.consent FROM consent_field x WHERE x.field @)"),
    VALUE("ends_before", "c.to_date < #"),
    END};

static const struct list_filter PUBLICATION_FILTERS[] = {
    VALUE("channel", "b.channel @"), VALUE("pupil", "b.pupil @"), VALUE("entry", "b.entry @"), VALUE("state", "b.state @"), VALUE("release", "b.release @"), END};

static const struct list_filter GOAL_FILTERS[] = {VALUE("pupil", "g.pupil @"), VALUE("state", "g.state @"), VALUE("due_before", "g.due <> '' AND g.due < #"), END};
static const struct list_filter SKILL_FILTERS[] = {VALUE("pupil", "sk.pupil @"), VALUE("kind", "sk.kind @"), VALUE("by", "sk.by @"),
                                                   VALUE("by_kind", "sk.by_kind @"), END};
static const struct list_filter SHARE_FILTERS[] = {VALUE("pupil", "h.pupil @"), VALUE("sha256", "h.sha256 @"), VALUE("state", "h.state @"), END};

static const struct list_filter AWARD_FILTERS[] = {
    VALUE("pupil", "aw.pupil @"), VALUE("kind", "aw.kind @"), VALUE("state", "aw.state @"), VALUE("school_year", "aw.year @"), VALUE("by", "aw.by @"),
    VALUE("class", "aw.pupil IN (SELECT m.pupil FROM membership m WHERE m.class @ AND m.from_date <= ?1 AND m.to_date >= ?1)"), END};
static const struct list_filter AWARD_KIND_FILTERS[] = {VALUE("state", "ak.state @"), END};

/* The row of an entry has the number of its row in search; another row may speak of an entry. */
#define SEARCH_ENTRY(search)                                                                                                 \
    search " LEFT JOIN entry e ON e.rid = iif(s.kind IN ('entry', 'verified', 'both'), s.rid,"                               \
           " (SELECT n.rid FROM entry n WHERE n.id = s.entry AND n.face <> 1))"
#define SEARCH_FROM "fts f CROSS JOIN " SEARCH_ENTRY("search s ON s.rid = f.rowid")
#define SNIPPET(column) "snippet(fts, " column ", char(0xE000), char(0xE001), '…', 16)"

/* --- the table --- */

static const struct list LISTS[] = {
    {.name = "classes",
     .from = "class c",
     .keys = {"-c.year", "c.number", "c.letter", "c.id"},
     .types = "iiss",
     .detail = "k CROSS JOIN class c ON c.id = k.k3",
     .columns = "c.id, c.year, c.number, c.letter, c.name, c.profile, c.level, (SELECT count(*) FROM membership m WHERE m.class = c.id AND"
                " m.from_date <= ?1 AND m.to_date >= ?1) AS pupils",
     .scope = SCOPE_CLASS,
     .filters = CLASS_FILTERS},
    {.name = "programmes",
     .from = "programme p",
     .keys = {"p.title_key", "p.id"},
     .types = "ss",
     .detail = "k CROSS JOIN programme p ON p.id = k.k1",
     .columns = "p.id, p.title, p.kind, nullif(p.hours, 0) AS hours, p.from_date AS \"from\", p.to_date AS \"to\"",
     .scope = SCOPE_MADE,
     .filters = PROGRAMME_FILTERS},
    {.name = "groups",
     .from = "study_group g",
     .keys = {"g.title_key", "g.id"},
     .types = "ss",
     .detail = "k CROSS JOIN study_group g ON g.id = k.k1 LEFT JOIN programme p ON p.id = g.programme",
     .columns = "g.id, g.title, g.programme, p.title AS programme_title, g.year, g.from_date AS \"from\", g.to_date AS \"to\","
                " (SELECT count(*) FROM in_group m WHERE m.grp = g.id AND m.from_date <= ?1 AND m.to_date >= ?1) AS pupils",
     .scope = SCOPE_GROUP,
     .filters = GROUP_FILTERS},
    {.name = "people",
     .from = "person p",
     .keys = {"p.name_key", "p.id"},
     .types = "ss",
     .detail = "k CROSS JOIN person p ON p.id = k.k1",
     .columns = "p.id, p.surname, p.name, p.patronymic, p.number, p.dismissed, (SELECT json_group_array(DISTINCT r.role) FROM role r"
                " WHERE r.person = p.id AND r.from_date <= ?1 AND r.to_date >= ?1) AS roles_json,"
                " EXISTS (SELECT 1 FROM guardian g WHERE g.person = p.id) AS guardian_flag",
     .scope = SCOPE_PERSON,
     .filters = PERSON_FILTERS},
    {.name = "roles",
     .from = "role r",
     .keys = {"r.person", "r.n"},
     .types = "si",
     .detail = "k CROSS JOIN role r ON r.person = k.k0 AND r.n = k.k1 JOIN person p ON p.id = r.person LEFT JOIN class c ON c.id = r.class"
               " LEFT JOIN study_group g ON g.id = r.grp",
     .columns = "r.id, r.person, " PUPIL_NAME("p") " AS person_name, r.role, r.class, c.name AS class_name, r.grp AS \"group\","
                " g.title AS group_title, r.programme, r.subject, trim(r.levels) AS levels, trim(r.areas) AS areas, r.duty,"
                " r.from_date AS \"from\", r.to_date AS \"to\"",
     .filters = ROLE_FILTERS},
    {.name = "events",
     .from = "event v",
     .keys = {"v.from_date", "v.id"},
     .types = "ss",
     .descending = true,
     .detail = "k CROSS JOIN event v ON v.id = k.k1",
     .columns = "v.id, v.title, v.organiser, v.level, v.format, v.participation, v.activity, v.section, v.subject,"
                " v.from_date AS \"from\", v.to_date AS \"to\", v.state, nullif(v.school_year, 0) AS school_year, v.participants",
     .scope = SCOPE_EVENT,
     .filters = EVENT_FILTERS},
    {.name = "participants",
     .from = "participant t",
     .keys = {"t.event", "t.n"},
     .types = "si",
     .detail = "k CROSS JOIN participant t ON t.event = k.k0 AND t.n = k.k1 LEFT JOIN pupil p ON p.id = t.pupil" CLASS_NOW("t.pupil"),
     .columns = "t.event, t.pupil, " PUPIL_NAME("p") " AS pupil_name, cm.name AS pupil_class_name, t.result, nullif(t.degree, 0) AS degree,"
                " nullif(t.place, 0) AS place, t.entry",
     .scope = SCOPE_PUPIL,
     .pupil = "t.pupil",
     .filters = PARTICIPANT_FILTERS},
    {.name = "channels",
     .from = "channel c",
     .keys = {"c.title", "c.id"},
     .types = "ss",
     .detail = "k CROSS JOIN channel c ON c.id = k.k1",
     .columns = "c.id, c.title, c.plugin, c.state",
     .filters = CHANNEL_FILTERS},
    {.name = "imports",
     .from = "import i",
     .keys = {"i.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN import i ON i.id = k.k0",
     .columns = "i.id, i.format, i.file_name, i.sha256, i.state, i.counts AS counts_json, i.at, i.by",
     .scope = SCOPE_MADE,
     .filters = IMPORT_FILTERS},
    {.name = "import_changes",
     .from = "import_change c",
     .keys = {"c.import", "c.n"},
     .types = "si",
     .detail = "k CROSS JOIN import_change c ON c.import = k.k0 AND c.n = k.k1",
     .columns = "c.import, c.n, c.repo, c.path, c.what, c.after",
     .filters = IMPORT_CHANGE_FILTERS},
    {.name = "documents",
     .from = "document d",
     .keys = {"d.id", "d.kind"},
     .types = "ss",
     .detail = "k CROSS JOIN document d ON d.id = k.k0 AND d.kind = k.k1",
     .columns = "d.kind, d.id, d.repo, d.path, " DOCUMENT_TEXT " AS doc_json",
     .filters = DOCUMENT_FILTERS},
    {.name = "pupils",
     .from = "pupil p",
     .keys = {"p.name_key", "p.id"},
     .types = "ss",
     .detail = "k CROSS JOIN pupil p ON p.id = k.k1" CLASS_NOW("p.id"),
     .columns = "p.id, p.surname, p.name, p.patronymic, p.sex, p.birth, p.number, p.state, p.left_date, cm.class, cm.name AS class_name,"
                " cm.year AS class_year, cm.level",
     .scope = SCOPE_PUPIL,
     .pupil = "p.id",
     .filters = PUPIL_FILTERS},
    {.name = "guardians",
     .from = "guardian g",
     .keys = {"g.pupil", "g.n"},
     .types = "si",
     .detail = "k CROSS JOIN guardian g ON g.pupil = k.k0 AND g.n = k.k1 LEFT JOIN person p ON p.id = g.person LEFT JOIN pupil u ON u.id ="
               " g.pupil",
     .columns = "g.pupil, " PUPIL_NAME("u") " AS pupil_name, g.person, " PUPIL_NAME("p") " AS person_name, g.kind, g.ground, g.may_see AS see_flag,"
                " g.may_add AS add_flag, g.may_consent AS consent_flag, g.may_papers AS papers_flag, g.from_date AS \"from\","
                " g.to_date AS \"to\", u.birth AS pupil_birth, json_object('see', iif(g.may_see, json('true'), json('false')), 'add',"
                " iif(g.may_add, json('true'), json('false')), 'consent', iif(g.may_consent, json('true'), json('false')), 'papers',"
                " iif(g.may_papers, json('true'), json('false'))) AS rights_json",
     .scope = SCOPE_PUPIL,
     .pupil = "g.pupil",
     .filters = GUARDIAN_FILTERS},
    {.name = "memberships",
     .from = "membership m",
     .keys = {"m.pupil", "m.n"},
     .types = "si",
     .detail = "k CROSS JOIN membership m ON m.pupil = k.k0 AND m.n = k.k1 LEFT JOIN pupil p ON p.id = m.pupil",
     .columns = "m.pupil, " PUPIL_NAME("p") " AS pupil_name, m.class, m.year, m.name AS class_name, m.level, m.basis, m.from_date AS \"from\","
                " m.to_date AS \"to\"",
     .scope = SCOPE_PUPIL,
     .pupil = "m.pupil",
     .filters = MEMBERSHIP_FILTERS},
    {.name = "group_members",
     .from = "in_group m",
     .keys = {"m.pupil", "m.n"},
     .types = "si",
     .detail = "k CROSS JOIN in_group m ON m.pupil = k.k0 AND m.n = k.k1 LEFT JOIN pupil p ON p.id = m.pupil LEFT JOIN study_group g ON g.id"
               " = m.grp" CLASS_NOW("m.pupil"),
     .columns = "m.pupil, " PUPIL_NAME("p") " AS pupil_name, cm.name AS pupil_class_name, m.grp AS \"group\", g.title AS group_title,"
                " m.from_date AS \"from\", m.to_date AS \"to\"",
     .scope = SCOPE_PUPIL,
     .pupil = "m.pupil",
     .filters = GROUP_MEMBER_FILTERS},
    {.name = "entries",
     .from = "entry e",
     .led_from = "fts f CROSS JOIN entry e ON e.rid = f.rowid",
     .keys = {"e.rid"},
     .types = "i",
     .descending = true,
     .carry = "e.rid AS rid",
     .detail = ENTRY_DETAIL,
     .columns = ENTRY_COLUMNS,
     .way = "",
     .scope_way = "entry_pupil",
     .scope = SCOPE_ENTRY,
     .pupil = "e.pupil",
     .filters = ENTRY_FILTERS},
    {.name = "queue",
     .from = "entry e",
     .where = "e.face <> 1 AND e.state = 'submitted'",
     .keys = {"e.changed", "e.id"},
     .types = "ss",
     .carry = "e.rid AS rid",
     .detail = ENTRY_DETAIL,
     .columns = ENTRY_COLUMNS,
     .way = "entry_queue",
     .scope = SCOPE_ENTRY,
     .pupil = "e.pupil",
     .filters = QUEUE_FILTERS},
    {.name = "showable",
     .from = "entry e",
     .where = "e.face <> 0 AND " MAY_BE_SHOWN " AND " NOT_SENSITIVE,
     .keys = {"e.id"},
     .types = "s",
     .carry = "e.rid AS rid",
     .detail = "k CROSS JOIN entry e ON e.rid = k.rid JOIN document d ON d.id = e.id AND d.kind = 'verified'" CLASS_NOW("e.pupil"),
     .columns = "e.pupil, e.id AS entry, e.revision, cm.class AS pupil_class, cm.name AS pupil_class_name, " DOCUMENT_TEXT " AS verified_json,"
                " (SELECT m.json FROM document m WHERE m.id = e.id AND m.kind = 'mask') AS mask_json",
     .way = "entry_id",
     .scope_way = "entry_pupil",
     .scope = SCOPE_ENTRY,
     .pupil = "e.pupil",
     .filters = QUEUE_FILTERS},
    {.name = "files",
     .from = "entry_file f",
     .keys = {"f.entry", "f.face", "f.n"},
     .types = "sii",
     .detail = "k CROSS JOIN entry_file f ON f.entry = k.k0 AND f.face = k.k1 AND f.n = k.k2 JOIN entry e ON e.id = f.entry AND e.face = f.face",
     .columns = "f.pupil, f.entry, e.title, f.face AS verified_flag, f.path, f.name, f.sha256, f.size, f.type",
     .filters = FILE_FILTERS},
    {.name = "usage",
     .from = "pupil p",
     .keys = {"p.id"},
     .types = "s",
     .detail = "k CROSS JOIN pupil p ON p.id = k.k0",
     /* the same bytes under two faces or numbers are one object */
     .columns = "p.id AS pupil, (SELECT coalesce(sum(s.size), 0) FROM (SELECT DISTINCT f.sha256, f.size FROM entry_file f"
                " WHERE f.pupil = p.id) s) AS bytes",
     .filters = USAGE_FILTERS},
    {.name = "verifications",
     .from = "verification v",
     .keys = {"v.at", "v.entry"},
     .types = "ss",
     .descending = true,
     .detail = "k CROSS JOIN verification v ON v.entry = k.k1",
     .columns = "v.entry, v.pupil, v.revision, v.by, v.at, v.act",
     .scope = SCOPE_PUPIL,
     .pupil = "v.pupil",
     .filters = VERIFICATION_FILTERS},
    {.name = "disputes",
     .from = "dispute d LEFT JOIN entry e ON e.id = d.entry AND e.face <> 1",
     .keys = {"d.due", "d.entry"},
     .types = "ss",
     .detail = "k CROSS JOIN dispute d ON d.entry = k.k1 LEFT JOIN entry e ON e.id = d.entry AND e.face <> 1 LEFT JOIN pupil p ON p.id = d.pupil"
               " LEFT JOIN document j ON j.id = d.entry AND j.kind = 'dispute'",
     .columns = "d.entry, d.pupil, " PUPIL_NAME("p") " AS pupil_name, e.title, d.kind, d.open AS open_flag, d.by, d.at, d.due, d.outcome, j.json ->> '$.text' AS text, j.json ->> '$.answer.text' AS answer",
     .scope = SCOPE_ENTRY,
     .pupil = "d.pupil",
     .filters = DISPUTE_FILTERS},
    {.name = "reviews",
     .from = "review r LEFT JOIN entry e ON e.id = r.entry AND e.face <> 1",
     .keys = {"r.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN review r ON r.id = k.k0 LEFT JOIN entry e ON e.id = r.entry AND e.face <> 1 LEFT JOIN pupil p ON p.id = r.pupil"
               " JOIN document d ON d.id = r.id AND d.kind = 'review'",
     .columns = "r.id, r.pupil, " PUPIL_NAME("p") " AS pupil_name, r.entry, e.title AS entry_title, r.kind, r.state, r.by, r.by_kind,"
                " r.asked_by, r.asked_of, r.changed, d.json ->> '$.text' AS text, d.json ->> '$.asked.note' AS note",
     .scope = SCOPE_REVIEW,
     .pupil = "r.pupil",
     .filters = REVIEW_FILTERS},
    {.name = "consents",
     .from = "consent c",
     .keys = {"c.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN consent c ON c.id = k.k0 LEFT JOIN pupil p ON p.id = c.pupil JOIN document d ON d.id = c.id AND d.kind = 'consent'",
     .columns = "c.id, c.pupil, " PUPIL_NAME("p") " AS pupil_name, c.purpose, c.target, c.state, c.from_date AS \"from\", c.to_date AS \"to\","
                " c.changed, d.json AS consent_json",
     .scope = SCOPE_PUPIL,
     .pupil = "c.pupil",
     .filters = CONSENT_FILTERS},
    {.name = "publications",
     .from = "publication b LEFT JOIN entry e ON e.id = b.entry AND e.face <> 1",
     .keys = {"b.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN publication b ON b.id = k.k0 LEFT JOIN entry e ON e.id = b.entry AND e.face <> 1 LEFT JOIN channel c ON c.id ="
               " b.channel JOIN document d ON d.id = b.id AND d.kind = 'publication'",
     .columns = "b.id, b.pupil, b.channel, c.title AS channel_title, b.entry, e.title AS entry_title, b.revision, b.state, b.release, b.at,"
                " b.removed_at, d.json -> '$.fields' AS fields_json, d.json ->> '$.retracted.at' AS retracted, d.json ->> '$.pictures' AS pictures",
     .scope = SCOPE_PUPIL,
     .pupil = "b.pupil",
     .filters = PUBLICATION_FILTERS},
    {.name = "goals",
     .from = "goal g",
     .keys = {"g.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN goal g ON g.id = k.k0 LEFT JOIN pupil p ON p.id = g.pupil JOIN document d ON d.id = g.id AND d.kind = 'goal'",
     .columns = "g.id, g.pupil, " PUPIL_NAME("p") " AS pupil_name, g.state, g.title, g.due, d.json AS goal_json",
     .scope = SCOPE_PUPIL,
     .pupil = "g.pupil",
     .filters = GOAL_FILTERS},
    {.name = "awards",
     .from = "award aw",
     .keys = {"aw.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN award aw ON aw.id = k.k0 LEFT JOIN pupil p ON p.id = aw.pupil JOIN document d ON d.id = aw.id AND d.kind = 'award'",
     .columns = "aw.id, aw.pupil, " PUPIL_NAME("p") " AS pupil_name, aw.kind, aw.state, d.json AS award_json",
     .scope = SCOPE_AWARD,
     .pupil = "aw.pupil",
     .filters = AWARD_FILTERS},
    {.name = "award_kinds",
     .from = "award_kind ak",
     .keys = {"ak.title", "ak.id"},
     .types = "ss",
     .detail = "k CROSS JOIN document d ON d.id = k.k1 AND d.kind = 'award_kind'",
     .columns = "d.id, d.json AS kind_json",
     .filters = AWARD_KIND_FILTERS},
    {.name = "skills",
     .from = "skill sk",
     .keys = {"sk.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN skill s ON s.id = k.k0 LEFT JOIN pupil p ON p.id = s.pupil JOIN document d ON d.id = s.id AND d.kind = 'skill'",
     .columns = "s.id, s.pupil, " PUPIL_NAME("p") " AS pupil_name, s.kind, s.date, s.by, s.by_kind, d.json AS skill_json",
     .scope = SCOPE_SKILL,
     .pupil = "sk.pupil",
     .filters = SKILL_FILTERS},
    {.name = "shares",
     .from = "share h",
     .keys = {"h.id"},
     .types = "s",
     .descending = true,
     .detail = "k CROSS JOIN share h ON h.id = k.k0 LEFT JOIN pupil p ON p.id = h.pupil JOIN document d ON d.id = h.id AND d.kind = 'share'",
     .columns = "h.id, h.pupil, " PUPIL_NAME("p") " AS pupil_name, h.state, h.from_date AS \"from\", h.to_date AS \"to\", d.json AS share_json",
     .scope = SCOPE_PUPIL,
     .pupil = "h.pupil",
     .filters = SHARE_FILTERS},

    /* the two halves of index_search */
    {.name = "search_names",
     .from = "names s",
     .keys = {"s.name_key", "s.id"},
     .types = "ss",
     .carry = "s.rid AS rid",
     .detail = "k CROSS JOIN names s ON s.rid = k.rid" CLASS_NOW("s.id"),
     .columns = "s.kind, s.id, iif(s.kind = 'pupil', s.id, '') AS pupil, s.title, cm.name AS snippet",
     .scope = SCOPE_PUPIL,
     .pupil = "s.id",
     .beyond = "s.kind = 'person'",
     .filters = NAME_FILTERS},
    {.name = "search_texts",
     .from = SEARCH_FROM,
     .led_from = SEARCH_FROM,
     .where = "(s.kind <> 'verified' OR (" MAY_BE_SHOWN "))",
     .keys = {"f.rowid"},
     .types = "i",
     .descending = true,
     /* made here and not in the second step, which has no match to mark; U+E000 and U+E001 enclose what was found */
     .carry = "f.rowid AS rid, " SNIPPET("0") " AS in_title, " SNIPPET("1") " AS in_body",
     .detail = "k CROSS JOIN " SEARCH_ENTRY("search s ON s.rid = k.rid") " LEFT JOIN pupil p ON p.id = s.pupil",
     .columns = "s.kind, s.id, s.pupil, " PUPIL_NAME("p") " AS pupil_name, coalesce(nullif(s.title, ''), e.title) AS title, s.entry,"
                " e.state, e.day, e.class_name, iif(instr(k.in_title, char(0xE000)), k.in_title, k.in_body) AS snippet",
     .scope = SCOPE_ENTRY,
     .pupil = "s.pupil",
     .beyond = "s.pupil = ''",
     .filters = SEARCH_FILTERS},
};

const struct list *list_find(const char *name)
{
    for (size_t i = 0; i < LT_COUNT(LISTS); i++)
        if (strcmp(LISTS[i].name, name) == 0)
            return &LISTS[i];
    return NULL;
}

const struct list *list_at(size_t i)
{
    return i < LT_COUNT(LISTS) ? &LISTS[i] : NULL;
}
