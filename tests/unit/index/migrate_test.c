/* A database of every earlier version is brought to the newest: the steps themselves build version k. */
#include "world.h"

#include "index/schema.h"
#include "index/system.h"
#include "index/words.h"

static int schema_of(struct db *db, struct lt_buf *out, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    lt_buf_reset(out);
    int status = db_query(db, &st, err, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name", "");
    while (status == LT_OK && db_next(db, st, err) > 0)
        lt_buf_addf(out, "%s %s %s\n", db_text(st, 0), db_text(st, 1), db_text(st, 2));
    db_done(st);
    return status;
}

static void open_at(struct world *w, const char *name, const char *area, struct db **db)
{
    snprintf(w->path, sizeof w->path, "%s/%s.db", w->dir, name);
    struct db_config config = {.path = w->path, .area = area, .cache_kib = 500};
    OK(w, db_open(&config, db, &w->err));
    assert_int_equal(words_register(db_handle(*db)), SQLITE_OK);
}

static void each_version(struct world *w, const char *area, const struct db_schema *schema)
{
    struct lt_buf newest, got;
    struct db *db = NULL;
    bool refill = false;
    char name[48];
    lt_buf_init(&newest, 1 << 20);
    lt_buf_init(&got, 1 << 20);
    snprintf(name, sizeof name, "new-%s", area);
    open_at(w, name, area, &db);
    OK(w, db_migrate(db, schema, 0, &refill, &w->err));
    assert_int_equal(refill, schema->steps[0].refill);
    OK(w, schema_of(db, &newest, &w->err));
    OK(w, db_migrate(db, schema, 0, &refill, &w->err));
    assert_false(refill);
    db_close(db);
    for (size_t k = 1; k <= schema->n; k++) {
        int64_t version = 0;
        snprintf(name, sizeof name, "%s%zu", area, k);
        open_at(w, name, area, &db);
        OK(w, db_migrate(db, schema, k, &refill, &w->err));
        OK(w, db_int(db, 0, &version, &w->err, "PRAGMA user_version", ""));
        assert_int_equal(version, k);
        db_close(db);
        open_at(w, name, area, &db);
        OK(w, db_migrate(db, schema, 0, &refill, &w->err));
        OK(w, schema_of(db, &got, &w->err));
        assert_string_equal(got.data, newest.data);
        db_close(db);
    }
    lt_buf_free(&newest);
    lt_buf_free(&got);
}

static void test_every_version(void **state)
{
    each_version(*state, "index", &index_schema);
    each_version(*state, "sysdb", &sysdb_schema);
}

static int64_t one_now(void *ctx)
{
    (void)ctx;
    return 1000;
}

/* What system.db holds survives each step; index.db asks to be fed. */
static void test_rows_survive(void **state)
{
    struct world *w = *state;
    struct db *db = NULL;
    bool refill = false;
    struct sysdb *sys = NULL;
    struct lt_clock clock = {.now_ms = one_now};
    struct sys_account a;
    open_at(w, "old", "sysdb", &db);
    OK(w, db_migrate(db, &sysdb_schema, 1, &refill, &w->err));
    OK(w, db_exec(db, "INSERT INTO account VALUES ('a1', 'ivanov', 'p1', 1, 0, 0, 0, '', 0, 0, 0, 0, 0)", &w->err));
    db_close(db);
    OK(w, sysdb_open(w->path, &clock, &sys, &w->err));
    OK(w, sysdb_account_by_login(sys, "ivanov", &a, &w->err));
    sysdb_close(sys);
    for (size_t k = 1; k < index_schema.n; k++) {
        char name[48];
        struct index *ix = NULL;
        bool rebuild = false;
        snprintf(name, sizeof name, "half%zu", k);
        open_at(w, name, "index", &db);
        OK(w, db_migrate(db, &index_schema, k, &refill, &w->err));
        db_close(db);
        OK(w, index_open(&(struct index_config){.path = w->path}, &ix, &rebuild, &w->err));
        assert_true(rebuild);
        OK(w, index_check(ix, &w->err));
        index_close(ix);
    }
}

static void test_newer(void **state)
{
    struct world *w = *state;
    struct db *db = NULL;
    struct index *ix = NULL;
    bool rebuild = false;
    open_at(w, "newer", "index", &db);
    OK(w, db_exec(db, "PRAGMA user_version = 1000", &w->err));
    db_close(db);
    assert_int_equal(index_open(&(struct index_config){.path = w->path}, &ix, &rebuild, &w->err), LT_SYSTEM);
    assert_string_equal(w->err.code, "index.unusable");
}

/* A step that fails leaves the version it found. */
static void test_step_fails(void **state)
{
    struct world *w = *state;
    static const struct db_step steps[] = {{"CREATE TABLE a (x)", false}, {"CREATE TABLE b (x); CREATE TABLE a (x)", false}};
    const struct db_schema schema = {steps, 2};
    struct db *db = NULL;
    bool refill = false;
    int64_t n = 0;
    open_at(w, "fails", "index", &db);
    assert_int_equal(db_migrate(db, &schema, 0, &refill, &w->err), LT_SYSTEM);
    OK(w, db_int(db, 0, &n, &w->err, "PRAGMA user_version", ""));
    assert_int_equal(n, 1);
    OK(w, db_int(db, 0, &n, &w->err, "SELECT count(*) FROM sqlite_schema", ""));
    assert_int_equal(n, 1);
    db_close(db);
}

/* An index of another version of the tokenizer: its words are made anew from the rows. */
static void test_other_words(void **state)
{
    struct world *w = *state;
    put(w, "p1", "entries/2026/e1/entry.json", "{'title':'олимпиада'}");
    put(w, "p1", "pupil.json", "{'surname':'Иванов'}");
    index_close(w->ix);
    w->ix = NULL;
    struct db *db = NULL;
    open_at(w, "index", "index", &db);
    OK(w, db_exec(db, "UPDATE state SET value = '0999' WHERE key = 'words'; INSERT INTO fts (fts) VALUES ('delete-all');"
                      "INSERT INTO name_fts (name_fts) VALUES ('delete-all')", &w->err));
    db_close(db);
    world_open(w);
    expect_found(w, "олимпиады", "{}", "e1");
    expect_found(w, "иванов", "{}", "p1");
    OK(w, index_check(w->ix, &w->err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_version, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_rows_survive, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_newer, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_step_fails, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_other_words, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
