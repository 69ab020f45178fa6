#include "index/schema.h"

#include "base/mem.h"

static const char FIRST[] =
    "CREATE TABLE account (id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, is_pupil INTEGER NOT NULL,"
    " disabled INTEGER NOT NULL, must_change INTEGER NOT NULL, confirmed INTEGER NOT NULL, hash TEXT NOT NULL,"
    " failures INTEGER NOT NULL, locked_until INTEGER NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL,"
    " slip_expires INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX account_subject ON account (subject);"
    "CREATE TABLE session (id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account ON DELETE CASCADE, kind TEXT NOT NULL,"
    " title TEXT NOT NULL, scope TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, last_used INTEGER NOT NULL,"
    " expires INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX session_account ON session (account, id);"
    /* no autoincrement: rows are never removed one by one, so the next number is the number of rows plus one */
    "CREATE TABLE access (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, account TEXT NOT NULL,"
    " use_case TEXT NOT NULL, outcome TEXT NOT NULL, pupils TEXT NOT NULL, object TEXT NOT NULL, request TEXT NOT NULL,"
    " door TEXT NOT NULL, hash TEXT NOT NULL);"
    "CREATE INDEX access_actor ON access (actor, n);"
    "CREATE INDEX access_request ON access (request, at) WHERE request <> '';"
    "CREATE TABLE access_pupil (pupil TEXT NOT NULL, n INTEGER NOT NULL REFERENCES access, PRIMARY KEY (pupil, n)) WITHOUT ROWID;"
    "CREATE TABLE job (id TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, done INTEGER NOT NULL,"
    " total INTEGER NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL, input TEXT, result TEXT) WITHOUT ROWID;"
    "CREATE INDEX job_owner ON job (owner, id);";

static const char SECOND[] =
    "CREATE TABLE notice (id TEXT PRIMARY KEY, subject TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL, at INTEGER NOT NULL,"
    " read_at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX notice_subject ON notice (subject, id);"
    "CREATE TABLE setting (subject TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE answer (account TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (account, key)) WITHOUT ROWID;"
    "CREATE INDEX answer_at ON answer (at);";

/* The second factor of an account, the ways left when the device is lost, and from where it was signed in lately (hashed). */
static const char FACTORS[] =
    "CREATE TABLE factor (account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, secret TEXT NOT NULL, confirmed INTEGER NOT NULL,"
    " last_step INTEGER NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE factor_code (account TEXT NOT NULL REFERENCES account ON DELETE CASCADE, sha256 TEXT NOT NULL, PRIMARY KEY (account, sha256))"
    " WITHOUT ROWID;"
    "CREATE TABLE known_place (account TEXT NOT NULL REFERENCES account ON DELETE CASCADE, place TEXT NOT NULL, last INTEGER NOT NULL,"
    " PRIMARY KEY (account, place)) WITHOUT ROWID;";

/* Wrong passwords of late: sums with a key of this installation (the row of slot -1), no login and no address. */
static const char GUESSES[] =
    "CREATE TABLE guess (slot INTEGER PRIMARY KEY, key INTEGER NOT NULL, login INTEGER NOT NULL, last INTEGER NOT NULL, until INTEGER NOT NULL,"
    " wrong INTEGER NOT NULL);";

static const struct db_step STEPS[] = {{FIRST, false}, {SECOND, false}, {FACTORS, false}, {GUESSES, false}};
const struct db_schema sysdb_schema = {STEPS, LT_COUNT(STEPS)};
