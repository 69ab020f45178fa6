#include "index/schema.h"

#include "base/mem.h"

/* Every document stands in `document` as its bytes in git; the tables beside it hold what is filtered and sorted by. A term without
 * an end runs to 9999-12-31 and one without a beginning from '', so that a day is compared with two bounds and no NULL.
 * Foreign keys bind only rows of one document: documents of two repositories arrive in any order. */
static const char SCHOOL[] =
    "CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE head (repo TEXT PRIMARY KEY, oid TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE document (rid INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, repo TEXT NOT NULL,"
    " path TEXT NOT NULL, json TEXT);" /* NULL: of a verified.json with the bytes of its entry.json */
    "CREATE UNIQUE INDEX document_id ON document (id, kind);"
    "CREATE INDEX document_repo ON document (repo);"

    "CREATE TABLE class (id TEXT PRIMARY KEY, year INTEGER NOT NULL, number INTEGER NOT NULL, letter TEXT NOT NULL,"
    " name TEXT NOT NULL, profile TEXT NOT NULL, level TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE programme (id TEXT PRIMARY KEY, title TEXT NOT NULL, title_key TEXT NOT NULL, kind TEXT NOT NULL,"
    " hours INTEGER NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE study_group (id TEXT PRIMARY KEY, title TEXT NOT NULL, title_key TEXT NOT NULL, programme TEXT NOT NULL,"
    " year INTEGER NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE person (id TEXT PRIMARY KEY, surname TEXT NOT NULL, name TEXT NOT NULL, patronymic TEXT NOT NULL,"
    " name_key TEXT NOT NULL, number TEXT NOT NULL, dismissed TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX person_name ON person (name_key, id);"
    "CREATE TABLE role (person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, n INTEGER NOT NULL, id TEXT NOT NULL,"
    " role TEXT NOT NULL, class TEXT NOT NULL, grp TEXT NOT NULL, programme TEXT NOT NULL, subject TEXT NOT NULL,"
    " levels TEXT NOT NULL, areas TEXT NOT NULL, duty TEXT NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL,"
    " PRIMARY KEY (person, n)) WITHOUT ROWID;"
    "CREATE INDEX role_class ON role (class) WHERE class <> '';"
    "CREATE INDEX role_group ON role (grp) WHERE grp <> '';"

    "CREATE TABLE event (id TEXT PRIMARY KEY, title TEXT NOT NULL, organiser TEXT NOT NULL, level TEXT NOT NULL,"
    " format TEXT NOT NULL, participation TEXT NOT NULL, activity TEXT NOT NULL, section TEXT NOT NULL,"
    " subject TEXT NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL, state TEXT NOT NULL, school_year INTEGER NOT NULL,"
    " participants INTEGER NOT NULL, by TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE participant (event TEXT NOT NULL REFERENCES event ON DELETE CASCADE, n INTEGER NOT NULL,"
    " pupil TEXT NOT NULL, result TEXT NOT NULL, degree INTEGER NOT NULL, place INTEGER NOT NULL, entry TEXT NOT NULL,"
    " PRIMARY KEY (event, n)) WITHOUT ROWID;"
    "CREATE INDEX participant_pupil ON participant (pupil);"

    "CREATE TABLE channel (id TEXT PRIMARY KEY, title TEXT NOT NULL, plugin TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE import (id TEXT PRIMARY KEY, format TEXT NOT NULL, file_name TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " state TEXT NOT NULL, counts TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE import_change (import TEXT NOT NULL REFERENCES import ON DELETE CASCADE, n INTEGER NOT NULL,"
    " repo TEXT NOT NULL, path TEXT NOT NULL, what TEXT NOT NULL, after TEXT NOT NULL, PRIMARY KEY (import, n)) WITHOUT ROWID;"
    "CREATE INDEX import_change_path ON import_change (repo, path);";

static const char PUPIL[] =
    "CREATE TABLE pupil (id TEXT PRIMARY KEY, surname TEXT NOT NULL, name TEXT NOT NULL, patronymic TEXT NOT NULL,"
    " name_key TEXT NOT NULL, sex TEXT NOT NULL, birth TEXT NOT NULL, number TEXT NOT NULL, state TEXT NOT NULL,"
    " left_date TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX pupil_name ON pupil (name_key, id);"
    "CREATE INDEX pupil_birth ON pupil (birth);"
    "CREATE INDEX pupil_number ON pupil (number);"
    "CREATE TABLE guardian (pupil TEXT NOT NULL REFERENCES pupil ON DELETE CASCADE, n INTEGER NOT NULL,"
    " person TEXT NOT NULL, kind TEXT NOT NULL, ground TEXT NOT NULL, may_see INTEGER NOT NULL, may_add INTEGER NOT NULL,"
    " may_consent INTEGER NOT NULL, may_papers INTEGER NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL,"
    " PRIMARY KEY (pupil, n)) WITHOUT ROWID;"
    "CREATE INDEX guardian_person ON guardian (person);"
    "CREATE TABLE study (pupil TEXT NOT NULL REFERENCES pupil ON DELETE CASCADE, n INTEGER NOT NULL, form TEXT NOT NULL,"
    " from_date TEXT NOT NULL, to_date TEXT NOT NULL, PRIMARY KEY (pupil, n)) WITHOUT ROWID;"

    /* number and level are read from the class's name («9А»), which stands in the same document */
    "CREATE TABLE membership (pupil TEXT NOT NULL, n INTEGER NOT NULL, class TEXT NOT NULL, year INTEGER NOT NULL,"
    " name TEXT NOT NULL, number INTEGER NOT NULL, level TEXT NOT NULL, basis TEXT NOT NULL, from_date TEXT NOT NULL,"
    " to_date TEXT NOT NULL, PRIMARY KEY (pupil, n)) WITHOUT ROWID;"
    "CREATE INDEX membership_class ON membership (class, from_date, to_date, pupil);"
    "CREATE INDEX membership_level ON membership (level, to_date, from_date, pupil);"
    "CREATE TABLE in_group (pupil TEXT NOT NULL, n INTEGER NOT NULL, grp TEXT NOT NULL, from_date TEXT NOT NULL,"
    " to_date TEXT NOT NULL, PRIMARY KEY (pupil, n)) WITHOUT ROWID;"
    "CREATE INDEX in_group_group ON in_group (grp, pupil);";

static const char ENTRIES[] =
    /* face 0: the newest revision, 1: the verified one, 2: both, where verified.json has the bytes of entry.json. The row number is made
     * of the day and of the time inside the id, so that rows lie in the order of the list; it is that of the row in search. */
    "CREATE TABLE entry (rid INTEGER PRIMARY KEY, id TEXT NOT NULL, face INTEGER NOT NULL, pupil TEXT NOT NULL,"
    " revision INTEGER NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL, section TEXT NOT NULL, activity TEXT NOT NULL,"
    " title TEXT NOT NULL, organiser TEXT NOT NULL, level TEXT NOT NULL, stage TEXT NOT NULL, format TEXT NOT NULL,"
    " participation TEXT NOT NULL, result TEXT NOT NULL, degree INTEGER NOT NULL, place INTEGER NOT NULL,"
    " badge TEXT NOT NULL, subject TEXT NOT NULL, date TEXT NOT NULL, date_to TEXT NOT NULL, school_year INTEGER NOT NULL,"
    " class TEXT NOT NULL, class_name TEXT NOT NULL, grp TEXT NOT NULL, source TEXT NOT NULL, source_by TEXT NOT NULL,"
    " batch TEXT NOT NULL, event TEXT NOT NULL, mentor TEXT NOT NULL, document TEXT NOT NULL, ground TEXT NOT NULL,"
    " sensitive INTEGER NOT NULL, significant INTEGER NOT NULL, hidden INTEGER NOT NULL, files INTEGER NOT NULL,"
    " day TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL);"
    "CREATE UNIQUE INDEX entry_id ON entry (id, face);"
    "CREATE INDEX entry_pupil ON entry (pupil);"
    "CREATE INDEX entry_queue ON entry (changed, id) WHERE face <> 1 AND state = 'submitted';"
    "CREATE INDEX entry_event ON entry (event) WHERE event <> '';"
    "CREATE INDEX entry_batch ON entry (batch) WHERE batch <> '';"
    "CREATE TABLE entry_file (entry TEXT NOT NULL, face INTEGER NOT NULL, n INTEGER NOT NULL, pupil TEXT NOT NULL,"
    " path TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL,"
    " PRIMARY KEY (entry, face, n), FOREIGN KEY (entry, face) REFERENCES entry (id, face) ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE INDEX entry_file_sha256 ON entry_file (pupil, sha256, size);"
    "CREATE TABLE verification (entry TEXT PRIMARY KEY, pupil TEXT NOT NULL, revision INTEGER NOT NULL,"
    " by TEXT NOT NULL, at TEXT NOT NULL, act TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX verification_by ON verification (by, at);"
    "CREATE INDEX verification_pupil ON verification (pupil, at);"
    "CREATE TABLE dispute (entry TEXT PRIMARY KEY, pupil TEXT NOT NULL, kind TEXT NOT NULL, open INTEGER NOT NULL,"
    " by TEXT NOT NULL, at TEXT NOT NULL, due TEXT NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX dispute_open ON dispute (due, entry) WHERE open = 1;";

static const char PAPERS[] =
    "CREATE TABLE review (id TEXT PRIMARY KEY, pupil TEXT NOT NULL, entry TEXT NOT NULL, kind TEXT NOT NULL,"
    " state TEXT NOT NULL, by TEXT NOT NULL, by_kind TEXT NOT NULL, asked_by TEXT NOT NULL, asked_of TEXT NOT NULL,"
    " changed TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX review_pupil ON review (pupil, id);"
    "CREATE INDEX review_entry ON review (entry, id) WHERE entry <> '';"
    "CREATE INDEX review_by ON review (by, id);"
    "CREATE INDEX review_asked ON review (asked_of, id) WHERE asked_of <> '';"
    "CREATE TABLE consent (id TEXT PRIMARY KEY, pupil TEXT NOT NULL, purpose TEXT NOT NULL, target TEXT NOT NULL,"
    " state TEXT NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX consent_pupil ON consent (pupil, id);"
    "CREATE TABLE consent_field (consent TEXT NOT NULL REFERENCES consent ON DELETE CASCADE, field TEXT NOT NULL,"
    " PRIMARY KEY (consent, field)) WITHOUT ROWID;"
    "CREATE TABLE publication (id TEXT PRIMARY KEY, pupil TEXT NOT NULL, channel TEXT NOT NULL, entry TEXT NOT NULL,"
    " revision INTEGER NOT NULL, state TEXT NOT NULL, release TEXT NOT NULL, at TEXT NOT NULL,"
    " removed_at TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX publication_channel ON publication (channel, id);"
    "CREATE INDEX publication_pupil ON publication (pupil, id);"
    "CREATE INDEX publication_entry ON publication (entry);";

/* What is searched stands once, in search and names; the FTS5 tables refer to it by row number (external content). FTS5 gives rows in
 * the order of their numbers, so the number is made to be the order of the page: of the day and the time inside the UUIDv7 (an entry's
 * own day, the day of birth of everything else). It is not dumped, since two documents of one millisecond may swap it. The
 * column "tags" holds what entries are filtered by (words.h): FTS5 intersects the rows of several tags and words without reading
 * any of them, in the order of the list, however many rows there are. */
static const char SEARCH[] =
    "CREATE TABLE search (rid INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, pupil TEXT NOT NULL,"
    " entry TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, tags TEXT NOT NULL);"
    "CREATE INDEX search_id ON search (id);"
    "CREATE TABLE names (rid INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL,"
    " body TEXT NOT NULL, name_key TEXT NOT NULL);"
    "CREATE UNIQUE INDEX names_id ON names (id, kind);"
    "CREATE VIRTUAL TABLE fts USING fts5 (title, body, tags, content='search', content_rowid='rid', columnsize=0,"
    " tokenize='letopis stem');"
    "CREATE VIRTUAL TABLE name_fts USING fts5 (title, body, content='names', content_rowid='rid', columnsize=0,"
    " prefix='2 3', tokenize='letopis plain');";

/* What the family says of itself and shows of itself. */
static const char FAMILY[] =
    "CREATE TABLE goal (id TEXT PRIMARY KEY, pupil TEXT NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, due TEXT NOT NULL,"
    " changed TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX goal_pupil ON goal (pupil, id);"
    "CREATE TABLE skill (id TEXT PRIMARY KEY, pupil TEXT NOT NULL, kind TEXT NOT NULL, date TEXT NOT NULL, by TEXT NOT NULL,"
    " by_kind TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX skill_pupil ON skill (pupil, id);"
    "CREATE TABLE share (id TEXT PRIMARY KEY, pupil TEXT NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL, from_date TEXT NOT NULL,"
    " to_date TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX share_pupil ON share (pupil, id);"
    "CREATE INDEX share_token ON share (sha256);";

/* Nominations for awards. */
static const char AWARDS[] =
    "CREATE TABLE award (id TEXT PRIMARY KEY, pupil TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, year INTEGER NOT NULL,"
    " class TEXT NOT NULL, by TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX award_pupil ON award (pupil, id);"
    "CREATE INDEX award_by ON award (by, id);"
    "CREATE TABLE award_kind (id TEXT PRIMARY KEY, title TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;";

static const struct db_step STEPS[] = {{SCHOOL, true}, {PUPIL, true}, {ENTRIES, true}, {PAPERS, true}, {SEARCH, true}, {FAMILY, true}, {AWARDS, true}};
const struct db_schema index_schema = {STEPS, LT_COUNT(STEPS)};

const struct schema_dump index_dump_tables[] = {
    {"head", "repo"},
    {"document", "id, kind"},
    {"class", "id"},
    {"programme", "id"},
    {"study_group", "id"},
    {"person", "id"},
    {"role", "person, n"},
    {"event", "id"},
    {"participant", "event, n"},
    {"channel", "id"},
    {"import", "id"},
    {"import_change", "import, n"},
    {"pupil", "id"},
    {"guardian", "pupil, n"},
    {"study", "pupil, n"},
    {"membership", "pupil, n"},
    {"in_group", "pupil, n"},
    {"entry", "id, face"},
    {"entry_file", "entry, face, n"},
    {"verification", "entry"},
    {"dispute", "entry"},
    {"review", "id"},
    {"consent", "id"},
    {"consent_field", "consent, field"},
    {"publication", "id"},
    {"goal", "id"},
    {"skill", "id"},
    {"share", "id"},
    {"award", "id"},
    {"award_kind", "id"},
    {"search", "id, kind"},
    {"names", "id, kind"},
};
const size_t index_dump_count = LT_COUNT(index_dump_tables);
