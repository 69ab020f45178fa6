/* Memory that runs out at any allocation: what failed says so, what says it was done is whole, and nothing leaks (LeakSanitizer). */
#include "memory.h"

#include "../usecase/support.h"

#include "base/json.h"
#include "base/text.h"
#include "model/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void judge(int rc, const struct lt_error *err, const struct memory_loop *l)
{
    /* jansson calls some of its failed allocations a mistake of syntax, and a buffer does not tell full from failed */
    if (rc == 0 || strcmp(err->code, "json.malformed") == 0 || strcmp(err->code, "json.too_large") == 0) return;
    if (rc != LT_SYSTEM || !*err->code) fail_msg("allocation %zu%s: %d %s", l->nth, l->onwards ? "…" : "", rc, err->code);
}

/* --- JSON --- */

static void json_survives(void **state)
{
    static const char text[] = "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"ё\"\n    }\n  ],\n  \"z\": 1.5\n}\n";
    (void)state;
    for (struct memory_loop l = {0}; memory_next(&l);) {
        struct lt_error err = {0};
        struct lt_buf out = LT_BUF_INIT(1000);
        json_t *doc = NULL;
        memory_arm(&l);
        int rc = lt_json_parse(text, sizeof text - 1, 1000, &doc, &err);
        if (rc == 0) rc = lt_json_canonical(doc, &out, &err);
        memory_disarm(&l);
        judge(rc, &err, &l);
        if (rc == 0) assert_string_equal(out.data, text);
        lt_buf_free(&out);
        json_decref(doc);
        lt_error_clear(&err);
    }
}

/* --- rules --- */

static const char ENTRY[] = "{\"kind\":\"achievement\",\"title\":\"Олимпиада\",\"section\":\"study\",\"activity\":\"olympiad\","
                            "\"level\":\"municipal\",\"result\":\"winner\",\"date\":\"2026-03-05\",\"state\":\"draft\",\"revision\":1,"
                            "\"source\":{\"kind\":\"pupil\"}}";

static void entries_survive(void **state)
{
    json_t *entry = json_loads(ENTRY, 0, NULL), *changes = json_pack("{s:s}", "title", "Игра");
    struct model_entry_check how = {.today = {2026, 11, 20}};
    (void)state;
    for (struct memory_loop l = {0}; memory_next(&l);) {
        struct lt_error err = {0};
        json_t *next = NULL;
        memory_arm(&l);
        int rc = model_entry_check(entry, &how, &err);
        if (rc == 0) rc = model_entry_revise(entry, changes, "submitted", &next, &err);
        memory_disarm(&l);
        judge(rc, &err, &l);
        if (rc == 0) {
            assert_string_equal(lt_json_str_or(next, "title", ""), "Игра");
            assert_string_equal(lt_json_str_or(next, "state", ""), "submitted");
            assert_int_equal(json_object_size(next), json_object_size(entry));
            assert_int_equal(lt_json_int(next, "revision", 0), 2);
        }
        assert_string_equal(lt_json_str_or(entry, "title", ""), "Олимпиада");
        json_decref(next);
        lt_error_clear(&err);
    }
    json_decref(entry);
    json_decref(changes);
}

static void names_survive(void **state)
{
    (void)state;
    for (struct memory_loop l = {0}; memory_next(&l);) {
        struct lt_error err = {0};
        struct model_name a = {0}, b = {0};
        enum model_name_match m = MODEL_NAME_DIFFERENT;
        memory_arm(&l);
        int rc = model_name_split("Иванов Иван Иванович (выбыл)", &a, &err);
        int rc2 = rc ? rc : model_name_parts("Иванов", "Иван", "Иванович", &b, &err);
        int rc3 = rc2 ? rc2 : model_name_compare(&a, &b, &m);
        memory_disarm(&l);
        judge(rc2, &err, &l);
        assert_true(rc3 == 0 || rc3 == LT_SYSTEM);
        if (rc3 == 0) assert_int_equal(m, MODEL_NAME_SAME);
        if (rc2 == 0) assert_string_equal(a.note, "выбыл");
        model_name_free(&a);
        model_name_free(&b);
        lt_error_clear(&err);
    }
}

/* --- the index --- */

static int add_line(void *user, const char *line, size_t len)
{
    return lt_buf_add(user, line, len);
}

static void index_survives(void **state)
{
    static const char id[] = "0198f3a2-0000-7abc-8def-012345600001";
    char dir[] = "/tmp/letopis-memory-XXXXXX", path[64];
    struct lt_error err = {0};
    struct index *ix = NULL;
    bool rebuild;
    (void)state;
    assert_non_null(mkdtemp(dir));
    lt_print(path, sizeof path, "%s/index.db", dir);
    assert_int_equal(index_open(&(struct index_config){.path = path}, &ix, &rebuild, &err), 0);
    for (struct memory_loop l = {0}; memory_next(&l);) {
        struct lt_buf before = LT_BUF_INIT(1 << 20), after = LT_BUF_INIT(1 << 20);
        char head[41], entry[600];
        lt_print(head, sizeof head, "%039zu%d", l.nth, l.onwards);
        lt_print(entry, sizeof entry, "{\"id\":\"%s\",\"pupil\":\"%s\",\"title\":\"Олимпиада %zu\",\"state\":\"submitted\"}", id, id, l.rounds);
        const struct index_change change = {.path = "entries/2026/0198f3a2-0000-7abc-8def-012345600001/entry.json", .data = entry, .len = strlen(entry)};
        const struct index_batch batch = {.repo = id, .new_head = head, .whole = l.rounds % 2, .changes = &change, .len = 1};
        assert_int_equal(index_dump(ix, add_line, &before, &err), 0);
        memory_arm(&l);
        int rc = index_apply(ix, &batch, 1, &err);
        memory_disarm(&l);
        judge(rc, &err, &l);
        lt_error_clear(&err);
        assert_int_equal(index_dump(ix, add_line, &after, &err), 0);
        if (rc != 0) assert_string_equal(before.data ? before.data : "", after.data ? after.data : "");
        else assert_true(after.data && strstr(after.data, head));
        lt_buf_free(&before);
        lt_buf_free(&after);
    }
    assert_int_equal(index_check(ix, &err), 0);
    index_close(ix);
    lt_fs_remove_tree(lt_fs_system(), dir);
}

/* --- the vault --- */

static int no_fault(void *user, const struct vault_fault *f)
{
    (void)user;
    fail_msg("%s: %s %s", f->repo, f->code, f->what);
    return 0;
}

static int put_one(struct vault *v, const char *repo, const char *path, const char *text, struct lt_error *err)
{
    static const struct vault_author who = {"guardian", "0198f3a2-0000-7000-8000-000000000001@school-1"};
    const struct vault_message m = {.subject = "Add", .use_case = "entry.add", .actor = "0198f3a2-0000-7000-8000-000000000001"};
    const struct vault_result *result = NULL;
    struct vault_tx *tx = NULL;
    int rc = vault_tx_begin(v, &who, &repo, 1, &tx, err);
    if (rc) return rc;
    rc = vault_tx_put(tx, repo, path, text, strlen(text), err);
    if (rc == 0) rc = vault_tx_commit(tx, &m, "{}", 2, &result, err);
    vault_tx_end(tx);
    return rc;
}

static void read_one(struct vault *v, const char *repo, const char *path, struct lt_buf *out)
{
    struct lt_error err = {0};
    struct vault_snapshot *s = NULL;
    lt_buf_reset(out);
    if (vault_snapshot_open(v, repo, NULL, &s, &err) == 0) vault_snapshot_read(s, path, out, &err);
    vault_snapshot_close(s);
    lt_error_clear(&err);
}

static void vault_survives(void **state)
{
    static const char repo[] = "0198f3a2-0000-7abc-8def-012345600001", path[] = "entries/2026/x/entry.json";
    char dir[] = "/tmp/letopis-memory-XXXXXX", now[64] = "";
    struct lt_error err = {0};
    struct vault *v = NULL;
    struct lt_buf got = LT_BUF_INIT(1000);
    struct vault_report report = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    struct vault_config c = {.dir = dir};
    assert_int_equal(vault_create(&c, "school-1", &err), 0);
    assert_int_equal(vault_open(&c, &v, &err), 0);
    for (struct memory_loop l = {0}; memory_next(&l);) {
        char text[64];
        lt_print(text, sizeof text, "{\"n\": %zu, \"all\": %d}\n", l.nth, l.onwards);
        memory_arm(&l);
        int rc = put_one(v, repo, path, text, &err);
        memory_disarm(&l);
        judge(rc, &err, &l);
        bool unsure = rc && (strcmp(err.code, "vault.unsure") == 0 || strcmp(err.code, "vault.reopen") == 0);
        lt_error_clear(&err);
        if (rc) {
            /* what is on disk decides: a new start must show the old state, or the new one where nobody could say */
            vault_close(v);
            assert_int_equal(vault_open(&c, &v, &err), 0);
        }
        read_one(v, repo, path, &got);
        bool is_new = got.data && strcmp(got.data, text) == 0, is_old = strcmp(got.data ? got.data : "", now) == 0;
        if (rc == 0 ? !is_new : !(is_old || (unsure && is_new))) fail_msg("allocation %zu: %d, but there is %s", l.nth, rc, got.data);
        lt_print(now, sizeof now, "%s", got.data ? got.data : "");
    }
    assert_int_equal(vault_check(v, repo, no_fault, NULL, &report, &err), 0);
    vault_close(v);
    lt_buf_free(&got);
    lt_fs_remove_tree(lt_fs_system(), dir);
}

/* --- use cases --- */

/* Keys of an answer that do not depend on when it was asked. */
static char *essence(const json_t *answer)
{
    static const char *const keys[] = {"title", "state", "date", "level", "result", "activity", "section", "kind", "ground", "source", "pupil"};
    json_t *doc = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) lt_json_copy_key(doc, answer, keys[i]);
    char *text = json_dumps(doc, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(doc);
    return text;
}

static size_t entries_now(struct school *s)
{
    return count(ok(s, "deputy", "entry", "list", "{'pupil':'@ivan','limit':500}"));
}

static void add_survives(void **state)
{
    static const char values[] = "{'pupil':'@ivan','title':'Олимпиада','kind':'achievement','activity':'olympiad','level':'municipal',"
                                 "'result':'winner','date':'2026-03-05'}";
    struct school *s = school_open();
    (void)state;
    processing(s, "ivan");
    char *whole = essence(ok(s, "deputy", "entry", "add", "%s", values));
    for (struct memory_loop l = {0}; memory_next(&l);) {
        struct uc_request r = {.noun = "entry", .verb = "add", .token = lt_json_str(s->tokens, "deputy"), .door = UC_CLI, .lang = LT_RU};
        struct lt_error err = {0};
        size_t before = entries_now(s);
        char *quoted = lt_strdup(values);
        for (char *c = quoted; *c; c++)
            if (*c == '\'') *c = '"';
        json_t *v = json_loads(quoted, 0, NULL);
        json_object_set_new(v, "pupil", json_string(id_of(s, "ivan")));
        r.values = v;
        uc_answer_clear(&s->answer);
        memory_arm(&l);
        int rc = uc_dispatch(s->app, &r, &s->answer, &err);
        memory_disarm(&l);
        judge(rc, &err, &l);
        if (rc == 0) {
            char *text = essence(s->answer.body);
            assert_string_equal(text, whole);
            free(text);
        }
        bool unsure = strcmp(err.code, "vault.unsure") == 0 || strcmp(err.code, "vault.reopen") == 0;
        if (unsure) school_reopen(s);
        size_t after = entries_now(s);
        if (after != before + (rc == 0) && !(unsure && after == before + 1))
            fail_msg("allocation %zu%s: %d %s, entries %zu → %zu", l.nth, l.onwards ? "…" : "", rc, err.code, before, after);
        lt_error_clear(&err);
        json_decref(v);
        free(quoted);
        if (after > 400) break;
    }
    assert_int_equal(number(ok(s, "local", "portfolio", "check", "{'id':'@ivan'}"), "faults"), 0);
    free(whole);
    school_close(s);
}

static void verify_survives(void **state)
{
    struct school *s = school_open();
    (void)state;
    processing(s, "ivan");
    size_t made = 0;
    entry_in(s, "e0", "ivan", "ivan", "submitted");
    for (struct memory_loop l = {0}; memory_next(&l);) {
        char name[16];
        struct lt_error err = {0};
        lt_print(name, sizeof name, "e%zu", made);
        json_t *v = json_pack("{s:s}", "id", id_of(s, name));
        struct uc_request r = {.noun = "entry", .verb = "verify", .token = lt_json_str(s->tokens, "deputy"), .door = UC_CLI, .lang = LT_RU, .values = v};
        uc_answer_clear(&s->answer);
        memory_arm(&l);
        int rc = uc_dispatch(s->app, &r, &s->answer, &err);
        memory_disarm(&l);
        judge(rc, &err, &l);
        if (strcmp(err.code, "vault.unsure") == 0 || strcmp(err.code, "vault.reopen") == 0) school_reopen(s);
        json_t *shown = ok(s, "deputy", "entry", "show", "{'id':'@%s'}", name);
        bool verified = strcmp(text(shown, "state"), "verified") == 0;
        if (!verified && (rc == 0 || strcmp(text(shown, "state"), "submitted") != 0))
            fail_msg("allocation %zu: %d, but it is %s", l.nth, rc, text(shown, "state"));
        if (verified && rc != 0 && !strstr(err.code, "vault.")) fail_msg("allocation %zu: %s, but it is verified", l.nth, err.code);
        lt_error_clear(&err);
        json_decref(v);
        if (verified) {
            lt_print(name, sizeof name, "e%zu", ++made);
            entry_in(s, name, "ivan", "ivan", "submitted");
        }
    }
    assert_int_equal(number(ok(s, "local", "portfolio", "check", "{'id':'@ivan'}"), "faults"), 0);
    school_close(s);
}

int main(void)
{
    memory_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_survives), cmocka_unit_test(entries_survive), cmocka_unit_test(names_survive),
        cmocka_unit_test(index_survives), cmocka_unit_test(vault_survives), cmocka_unit_test(add_survives),
        cmocka_unit_test(verify_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
