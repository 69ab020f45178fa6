/* system.db: accounts, sessions, the chained access log, jobs, notices, settings, answers. */
#include "world.h"

#include <fcntl.h>
#include <unistd.h>

#include "index/system.h"

#include <sqlite3.h>

#define AA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BB "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CC "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

struct sys {
    struct world w; /* only dir, path and err are used */
    struct sysdb *db;
    int64_t now;
    struct lt_clock clock;
};

static int64_t told(void *ctx)
{
    return *(int64_t *)ctx;
}

static void reopen(struct sys *s)
{
    sysdb_close(s->db);
    OK(&s->w, sysdb_open(s->w.path, &s->clock, &s->db, &s->w.err));
}

static int setup(void **state)
{
    struct sys *s = calloc(1, sizeof *s);
    strcpy(s->w.dir, "/tmp/lt-sysdb-XXXXXX");
    if (!mkdtemp(s->w.dir))
        return -1;
    snprintf(s->w.path, sizeof s->w.path, "%s/system.db", s->w.dir);
    s->now = 1760000000000;
    s->clock = (struct lt_clock){.now_ms = told, .ctx = &s->now, .offset_minutes = 180};
    reopen(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct sys *s = *state;
    sysdb_close(s->db);
    lt_fs_remove_tree(lt_fs_system(), s->w.dir);
    lt_error_clear(&s->w.err);
    free(s);
    return 0;
}

static void edit(struct sys *s, const char *sql)
{
    sqlite3 *sq = NULL;
    assert_int_equal(sqlite3_open(s->w.path, &sq), SQLITE_OK);
    char *why = NULL;
    if (sqlite3_exec(sq, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    sqlite3_close(sq);
}

static struct sys_account account(const char *id, const char *login, const char *subject)
{
    struct sys_account a = {.is_pupil = true, .must_change = true, .hash = "$argon2id$x", .created = 1, .changed = 2, .slip_expires = 3};
    strcpy(a.id, id);
    strcpy(a.login, login);
    strcpy(a.subject, subject);
    return a;
}

static void test_accounts(void **state)
{
    struct sys *s = *state;
    struct sys_account a = account("a1", "ivanov", "p1"), b = account("a2", "petrov", "p2"), got;
    OK(&s->w, sysdb_account_add(s->db, &a, &s->w.err));
    OK(&s->w, sysdb_account_add(s->db, &b, &s->w.err));
    struct sys_account twin = account("a3", "ivanov", "p3");
    assert_int_equal(sysdb_account_add(s->db, &twin, &s->w.err), LT_CONFLICT);
    assert_string_equal(s->w.err.code, "account.login_taken");
    reopen(s);
    OK(&s->w, sysdb_account_by_login(s->db, "ivanov", &got, &s->w.err));
    assert_memory_equal(&got, &a, sizeof a);
    OK(&s->w, sysdb_account_by_subject(s->db, "p2", &got, &s->w.err));
    assert_string_equal(got.id, "a2");
    assert_int_equal(sysdb_account_by_id(s->db, "zz", &got, &s->w.err), LT_NOTFOUND);
    assert_string_equal(s->w.err.code, "account.absent");
    a.failures = 5;
    a.locked_until = 99;
    a.disabled = a.confirmed = true;
    strcpy(a.login, "ivanov.a");
    a.created = 77; /* not changed by an update */
    OK(&s->w, sysdb_account_update(s->db, &a, &s->w.err));
    OK(&s->w, sysdb_account_by_id(s->db, "a1", &got, &s->w.err));
    a.created = 1;
    assert_memory_equal(&got, &a, sizeof a);
    strcpy(b.login, "ivanov.a");
    assert_int_equal(sysdb_account_update(s->db, &b, &s->w.err), LT_CONFLICT);
    assert_int_equal(sysdb_account_update(s->db, &twin, &s->w.err), LT_NOTFOUND);
    json_t *items = NULL;
    char *next = NULL, *none = NULL;
    OK(&s->w, sysdb_account_list(s->db, NULL, 1, NULL, &items, &next, &s->w.err));
    assert_string_equal(lt_json_str(json_array_get(items, 0), "login"), "ivanov.a");
    assert_null(json_object_get(json_array_get(items, 0), "hash"));
    json_decref(items);
    OK(&s->w, sysdb_account_list(s->db, NULL, 1, next, &items, &none, &s->w.err));
    assert_string_equal(lt_json_str(json_array_get(items, 0), "id"), "a2");
    assert_null(none);
    json_decref(items);
    assert_int_equal(sysdb_job_list(s->db, NULL, 5, next, &items, &none, &s->w.err), LT_USAGE);
    free(next);
}

static void test_sessions(void **state)
{
    struct sys *s = *state;
    struct sys_account a = account("a1", "ivanov", "p1");
    struct sys_session one = {.id = "s1", .account = "a1", .kind = "session", .title = "Телефон", .created = s->now, .last_used = s->now,
                              .expires = s->now + 100000}, two = one, got;
    strcpy(two.id, "s2");
    strcpy(two.scope, "entry.list");
    OK(&s->w, sysdb_account_add(s->db, &a, &s->w.err));
    OK(&s->w, sysdb_session_add(s->db, &one, AA, &s->w.err));
    OK(&s->w, sysdb_session_add(s->db, &two, BB, &s->w.err));
    struct sys_session stray = one;
    strcpy(stray.id, "s3");
    strcpy(stray.account, "zz");
    assert_int_equal(sysdb_session_add(s->db, &stray, CC, &s->w.err), LT_NOTFOUND);
    OK(&s->w, sysdb_session_find(s->db, AA, &got, &s->w.err));
    assert_memory_equal(&got, &one, sizeof one);
    s->now += 59000;
    OK(&s->w, sysdb_session_find(s->db, AA, &got, &s->w.err));
    assert_true(got.last_used == one.last_used);
    s->now += 1000;
    OK(&s->w, sysdb_session_find(s->db, AA, &got, &s->w.err));
    assert_true(got.last_used == s->now);
    reopen(s);
    json_t *items = NULL;
    OK(&s->w, sysdb_session_list(s->db, "a1", &items, &s->w.err));
    assert_int_equal(json_array_size(items), 2);
    assert_string_equal(lt_json_str(json_array_get(items, 0), "scope"), "entry.list");
    json_decref(items);
    assert_int_equal(sysdb_session_end(s->db, "other", "s1", &s->w.err), LT_NOTFOUND);
    OK(&s->w, sysdb_session_end(s->db, "a1", "s1", &s->w.err));
    assert_int_equal(sysdb_session_find(s->db, AA, &got, &s->w.err), LT_NOTFOUND);
    assert_string_equal(s->w.err.code, "session.unknown");
    s->now += 100000;
    assert_int_equal(sysdb_session_find(s->db, BB, &got, &s->w.err), LT_NOTFOUND);
    s->now -= 100000;
    OK(&s->w, sysdb_session_find(s->db, BB, &got, &s->w.err));
    /* with the subject everything goes */
    OK(&s->w, sysdb_setting_put(s->db, "p1", json_null(), &s->w.err));
    OK(&s->w, sysdb_notice_add(s->db, "p1", "k", NULL, &s->w.err));
    OK(&s->w, sysdb_account_remove_subject(s->db, "p1", &s->w.err));
    assert_int_equal(sysdb_session_find(s->db, BB, &got, &s->w.err), LT_NOTFOUND);
    assert_int_equal(sysdb_account_by_subject(s->db, "p1", &a, &s->w.err), LT_NOTFOUND);
    char *next = NULL;
    OK(&s->w, sysdb_notice_list(s->db, "p1", false, 5, NULL, &items, &next, &s->w.err));
    assert_int_equal(json_array_size(items), 0);
    json_decref(items);
    OK(&s->w, sysdb_check(s->db, &s->w.err));
}

static void add_rows(struct sys *s, int n)
{
    struct sys_access rows[10];
    char objects[10][16];
    for (int i = 0; i < n; i++) {
        snprintf(objects[i], sizeof objects[i], "o%d", i);
        rows[i] = (struct sys_access){.at = s->now + i * 86400000LL, .actor = i % 2 ? "t1" : "t2", .account = "", .use_case = i ? "entry.show" : "pupil.list",
                                      .outcome = "done", .pupils = i ? "p1" : "p1 p2  p3", .object = objects[i], .request = "r\"\n", .door = "http"};
    }
    OK(&s->w, sysdb_access_add(s->db, rows, (size_t)n, &s->w.err));
}

static void expect_log(struct sys *s, const char *filters, const char *objects)
{
    json_t *f = J(filters), *items = NULL;
    char *next = NULL, got[400];
    OK(&s->w, sysdb_access_list(s->db, f, 100, NULL, &items, &next, &s->w.err));
    assert_null(next);
    assert_string_equal(column_of(items, "object", got, sizeof got), objects);
    json_decref(f);
    json_decref(items);
}

static void test_log(void **state)
{
    struct sys *s = *state;
    uint64_t rows = 99;
    OK(&s->w, sysdb_access_verify(s->db, &rows, &s->w.err));
    assert_int_equal(rows, 0);
    add_rows(s, 5);
    reopen(s);
    /* after a crash the rows may come once more */
    add_rows(s, 5);
    OK(&s->w, sysdb_access_verify(s->db, &rows, &s->w.err));
    assert_int_equal(rows, 5);
    expect_log(s, "{}", "o4 o3 o2 o1 o0");
    expect_log(s, "{'pupil':'p2'}", "o0");
    expect_log(s, "{'pupil':'p3'}", "o0");
    expect_log(s, "{'pupil':'p'}", "");
    expect_log(s, "{'actor':'t1','pupil':'p1'}", "o3 o1");
    expect_log(s, "{'use_case':'pupil.list'}", "o0");
    /* 1760000000000 is 2025-10-09 11:53 in Moscow */
    expect_log(s, "{'from':'2025-10-10','to':'2025-10-11'}", "o2 o1");
    expect_log(s, "{'to':'2025-10-08'}", "");
    json_t *f = J("{'from':'10.10.2025'}"), *items = NULL;
    char *next = NULL, *more = NULL;
    assert_int_equal(sysdb_access_list(s->db, f, 100, NULL, &items, &next, &s->w.err), LT_USAGE);
    json_decref(f);
    OK(&s->w, sysdb_access_list(s->db, NULL, 2, NULL, &items, &next, &s->w.err));
    const json_t *first = json_array_get(items, 0);
    assert_string_equal(lt_json_str(first, "at"), "2025-10-13T08:53:20.000Z");
    assert_int_equal(json_array_size(lt_json_array(first, "pupils")), 1);
    json_decref(items);
    add_rows(s, 1);
    char got[100];
    OK(&s->w, sysdb_access_list(s->db, NULL, 9, next, &items, &more, &s->w.err));
    assert_string_equal(column_of(items, "object", got, sizeof got), "o2 o1 o0");
    assert_null(more);
    json_decref(items);
    free(next);
}

/* Rows are a part of the changes they are written with: taken back with them, or kept with them. */
static void test_log_with_others(void **state)
{
    struct sys *s = *state;
    uint64_t rows = 99;
    OK(&s->w, sysdb_begin(s->db, &s->w.err));
    add_rows(s, 2);
    OK(&s->w, sysdb_end(s->db, false, &s->w.err));
    expect_log(s, "{}", "");
    OK(&s->w, sysdb_begin(s->db, &s->w.err));
    add_rows(s, 2);
    OK(&s->w, sysdb_notice_add(s->db, "p1", "k", NULL, &s->w.err));
    OK(&s->w, sysdb_end(s->db, true, &s->w.err));
    reopen(s);
    expect_log(s, "{}", "o1 o0");
    OK(&s->w, sysdb_access_verify(s->db, &rows, &s->w.err));
    assert_int_equal(rows, 2);
}

/* The chain finds a changed row, a removed one, one put in, two that changed places, each at its place. */
static void test_chain(void **state)
{
    struct sys *s = *state;
    static const struct {
        const char *sql, *at;
    } harm[] = {
        {"UPDATE access SET actor = 't9' WHERE n = 3", "3"},
        {"UPDATE access SET at = at + 1 WHERE n = 1", "1"},
        {"UPDATE access SET hash = (SELECT hash FROM access WHERE n = 1) WHERE n = 5", "5"},
        {"DELETE FROM access_pupil WHERE n = 2; DELETE FROM access WHERE n = 2", "2"},
        {"INSERT INTO access SELECT 9, at, actor, account, use_case, outcome, pupils, object, request, door, hash FROM access WHERE n = 8", "9"},
        {"UPDATE access SET n = 100 WHERE n = 4; UPDATE access SET n = 4 WHERE n = 5; UPDATE access SET n = 5 WHERE n = 100", "4"},
        /* a letter moved from one column to the next */
        {"UPDATE access SET use_case = use_case || 'd', outcome = 'one' WHERE n = 6", "6"},
    };
    add_rows(s, 8);
    for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
        uint64_t rows = 0;
        OK(&s->w, sysdb_access_verify(s->db, &rows, &s->w.err));
        edit(s, "CREATE TABLE kept AS SELECT * FROM access");
        edit(s, harm[i].sql);
        assert_int_equal(sysdb_access_verify(s->db, &rows, &s->w.err), LT_REFUSED);
        assert_string_equal(s->w.err.code, "log.chain_broken");
        assert_string_equal(lt_error_param(&s->w.err, "at"), harm[i].at);
        edit(s, "DELETE FROM access; INSERT INTO access SELECT * FROM kept; DROP TABLE kept");
    }
}

static void test_jobs(void **state)
{
    struct sys *s = *state;
    struct sys_job j = {.id = "j1", .kind = "export", .owner = "t1", .state = "queued", .total = 10, .created = s->now, .changed = s->now}, got;
    json_t *input = J("{'a':1}"), *result = J("{'file':'x'}"), *in = NULL, *out = NULL, *items = NULL;
    char *next = NULL;
    OK(&s->w, sysdb_job_add(s->db, &j, input, &s->w.err));
    strcpy(j.id, "j2");
    strcpy(j.owner, "t2");
    OK(&s->w, sysdb_job_add(s->db, &j, NULL, &s->w.err));
    strcpy(j.id, "j1");
    strcpy(j.owner, "t1");
    strncpy(j.state, "done", sizeof j.state - 1); /* fills with NULs: compared byte by byte below */
    j.done = 10;
    OK(&s->w, sysdb_job_update(s->db, &j, result, &s->w.err));
    OK(&s->w, sysdb_job_update(s->db, &j, NULL, &s->w.err));
    reopen(s);
    OK(&s->w, sysdb_job_get(s->db, "j1", &got, &in, &out, &s->w.err));
    assert_memory_equal(&got, &j, sizeof j);
    assert_true(json_equal(in, input) && json_equal(out, result));
    json_decref(in);
    json_decref(out);
    assert_int_equal(sysdb_job_get(s->db, "j9", &got, NULL, NULL, &s->w.err), LT_NOTFOUND);
    strcpy(j.id, "j9");
    assert_int_equal(sysdb_job_update(s->db, &j, NULL, &s->w.err), LT_NOTFOUND);
    char ids[40];
    OK(&s->w, sysdb_job_list(s->db, NULL, 10, NULL, &items, &next, &s->w.err));
    assert_string_equal(column_of(items, "id", ids, sizeof ids), "j2 j1");
    json_decref(items);
    OK(&s->w, sysdb_job_list(s->db, "t1", 10, NULL, &items, &next, &s->w.err));
    assert_string_equal(column_of(items, "id", ids, sizeof ids), "j1");
    json_decref(items);
    json_decref(input);
    json_decref(result);
}

static void test_notices(void **state)
{
    struct sys *s = *state;
    json_t *about = J("{'entry':'e1'}"), *items = NULL;
    char *next = NULL, *end = NULL;
    for (int i = 0; i < 3; i++)
        OK(&s->w, sysdb_notice_add(s->db, i == 1 ? "p2" : "p1", "entry.returned", about, &s->w.err));
    OK(&s->w, sysdb_notice_list(s->db, "p1", true, 1, NULL, &items, &next, &s->w.err));
    char id[40];
    strcpy(id, lt_json_str(json_array_get(items, 0), "id"));
    assert_string_equal(lt_json_str(lt_json_object(json_array_get(items, 0), "about"), "entry"), "e1");
    json_decref(items);
    OK(&s->w, sysdb_notice_list(s->db, "p1", true, 5, next, &items, &end, &s->w.err));
    assert_int_equal(json_array_size(items), 1);
    assert_null(end);
    json_decref(items);
    free(next);
    assert_int_equal(sysdb_notice_read(s->db, "p2", id, &s->w.err), LT_NOTFOUND);
    OK(&s->w, sysdb_notice_read(s->db, "p1", id, &s->w.err));
    OK(&s->w, sysdb_notice_list(s->db, "p1", true, 5, NULL, &items, &next, &s->w.err));
    assert_int_equal(json_array_size(items), 1);
    json_decref(items);
    OK(&s->w, sysdb_notice_list(s->db, "p1", false, 5, NULL, &items, &next, &s->w.err));
    assert_int_equal(json_array_size(items), 2);
    assert_true(lt_json_bool(json_array_get(items, 0), "read", false));
    json_decref(items);
    json_decref(about);
}

static void test_settings_and_answers(void **state)
{
    struct sys *s = *state;
    json_t *doc = NULL, *some = J("{'theme':'dark'}");
    OK(&s->w, sysdb_setting_get(s->db, "p1", &doc, &s->w.err));
    assert_int_equal(json_object_size(doc), 0);
    json_decref(doc);
    OK(&s->w, sysdb_setting_put(s->db, "p1", some, &s->w.err));
    OK(&s->w, sysdb_setting_get(s->db, "p1", &doc, &s->w.err));
    assert_true(json_equal(doc, some));
    json_decref(doc);
    assert_int_equal(sysdb_answer_get(s->db, "a1", "k", &doc, &s->w.err), LT_NOTFOUND);
    OK(&s->w, sysdb_answer_put(s->db, "a1", "k", some, &s->w.err));
    OK(&s->w, sysdb_answer_get(s->db, "a1", "k", &doc, &s->w.err));
    assert_true(json_equal(doc, some));
    json_decref(doc);
    assert_int_equal(sysdb_answer_get(s->db, "a2", "k", &doc, &s->w.err), LT_NOTFOUND);
    s->now += 48LL * 3600000;
    assert_int_equal(sysdb_answer_get(s->db, "a1", "k", &doc, &s->w.err), LT_NOTFOUND);
    assert_string_equal(s->w.err.code, "answer.absent");
    json_decref(some);
}

/* user_version, where the file format of SQLite has it. */
static unsigned version_of(const char *path)
{
    unsigned char bytes[4] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(fd, bytes, sizeof bytes, 60), sizeof bytes);
    close(fd);
    return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 | (unsigned)bytes[2] << 8 | bytes[3];
}

static void test_damaged(void **state)
{
    struct sys *s = *state;
    char back[48];
    add_rows(s, 3);
    sysdb_close(s->db);
    s->db = NULL;
    snprintf(back, sizeof back, "PRAGMA user_version = %u", version_of(s->w.path));
    edit(s, "PRAGMA user_version = 99");
    assert_int_equal(sysdb_open(s->w.path, &s->clock, &s->db, &s->w.err), LT_SYSTEM);
    assert_string_equal(s->w.err.code, "sysdb.unusable");
    edit(s, back);
    reopen(s);
    OK(&s->w, sysdb_check(s->db, &s->w.err));
    edit(s, "PRAGMA foreign_keys = OFF; INSERT INTO access_pupil VALUES ('p', 999)");
    assert_int_equal(sysdb_check(s->db, &s->w.err), LT_REFUSED);
    assert_string_equal(s->w.err.code, "sysdb.damaged");
    sysdb_close(s->db);
    s->db = NULL;
    assert_int_equal(lt_fs_replace(lt_fs_system(), s->w.path, "no database but text that is long enough to be read", 51, 0600, false), 0);
    assert_int_equal(sysdb_open(s->w.path, &s->clock, &s->db, &s->w.err), LT_SYSTEM);
    assert_string_equal(s->w.err.code, "sysdb.unusable");
}

/* Whoever is erased leaves no row but those of the access log, which hold ids, and no byte in the files. */
static void test_erased(void **state)
{
    struct sys *s = *state;
    struct sys_account gone = account("a1", "zhuravlik", "p1"), stays = account("a2", "petrov", "p2"), got;
    struct sys_session session = {.id = "s1", .account = "a1", .kind = "session", .title = "Телефон Журавликовой", .created = s->now, .last_used = s->now, .expires = s->now + 100000};
    struct sys_access row = {.at = s->now, .actor = "p1", .account = "a1", .use_case = "entry.add", .outcome = "done", .pupils = "p1", .object = "e1", .request = "r1", .door = "http"};
    struct sys_job job = {.id = "j1", .kind = "import.apply", .owner = "t1", .state = "done", .created = 1, .changed = 2};
    json_t *about = json_pack("{s:s}", "pupil", "p1"), *named = json_pack("{s:{s:s}}", "answer", "name", "Журавликова"), *of = json_pack("{s:[s], s:{s:s}}", "pupils", "p1", "answer", "id", "e1"),
           *subjects = json_pack("[s]", "p1"), *kept = NULL, *input = NULL, *result = NULL, *items = NULL;
    uint64_t rows = 0;
    char *next = NULL, *data = NULL;
    size_t len = 0;
    OK(&s->w, sysdb_account_add(s->db, &gone, &s->w.err));
    OK(&s->w, sysdb_account_add(s->db, &stays, &s->w.err));
    OK(&s->w, sysdb_session_add(s->db, &session, AA, &s->w.err));
    OK(&s->w, sysdb_access_add(s->db, &row, 1, &s->w.err));
    OK(&s->w, sysdb_notice_add(s->db, "t1", "entry.submitted", about, &s->w.err));
    OK(&s->w, sysdb_answer_put(s->db, "t1", "k1", named, &s->w.err));
    OK(&s->w, sysdb_answer_put(s->db, "t1", "k2", of, &s->w.err));
    OK(&s->w, sysdb_job_add(s->db, &job, named, &s->w.err));
    OK(&s->w, sysdb_erase(s->db, subjects, &s->w.err));
    OK(&s->w, sysdb_scrub(s->db, &s->w.err));
    assert_int_equal(sysdb_account_by_subject(s->db, "p1", &got, &s->w.err), LT_NOTFOUND);
    OK(&s->w, sysdb_account_by_subject(s->db, "p2", &got, &s->w.err));
    OK(&s->w, sysdb_notice_list(s->db, "t1", false, 9, NULL, &items, &next, &s->w.err));
    assert_int_equal(json_array_size(items), 0);
    json_decref(items);
    assert_int_equal(sysdb_answer_get(s->db, "t1", "k2", &kept, &s->w.err), LT_NOTFOUND);
    OK(&s->w, sysdb_answer_get(s->db, "t1", "k1", &kept, &s->w.err)); /* that it was done, and no more */
    assert_true(lt_json_bool(lt_json_object(kept, "answer"), "repeated", false));
    json_decref(kept);
    OK(&s->w, sysdb_job_get(s->db, "j1", &job, &input, &result, &s->w.err));
    assert_null(input);
    OK(&s->w, sysdb_access_verify(s->db, &rows, &s->w.err));
    assert_int_equal(rows, 1);
    const char *const ends[] = {"", "-wal"};
    for (int i = 0; i < 2; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s%s", s->w.path, ends[i]);
        assert_int_equal(lt_fs_read(path, 64 << 20, &data, &len), 0);
        assert_null(memmem(data, len, "Журавликов", strlen("Журавликов")));
        assert_null(memmem(data, len, "zhuravlik", strlen("zhuravlik")));
        free(data);
    }
    json_decref(about);
    json_decref(named);
    json_decref(of);
    json_decref(subjects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_accounts, setup, teardown), cmocka_unit_test_setup_teardown(test_sessions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_log_with_others, setup, teardown), cmocka_unit_test_setup_teardown(test_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_jobs, setup, teardown),     cmocka_unit_test_setup_teardown(test_notices, setup, teardown),
        cmocka_unit_test_setup_teardown(test_settings_and_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),  cmocka_unit_test_setup_teardown(test_erased, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
