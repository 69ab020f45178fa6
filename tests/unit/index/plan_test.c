/* How the lists reach their rows: no page of a pupil or a class walks through the whole table, and keyset pages follow an index. */
#include "world.h"

#include "index/list.h"

static void explain(struct world *w, const char *list, const char *params, const char *after, struct lt_buf *out)
{
    const struct list *l = list_find(list);
    assert_non_null(l);
    json_t *p = J(params), *key = after ? J(after) : NULL;
    struct sql q, x;
    sql_init(&q);
    OK(w, list_sql(&q, l, p, 51, key, &w->err));
    sql_init(&x);
    lt_buf_addf(&x.text, "EXPLAIN QUERY PLAN %s", q.text.data);
    struct db *db = NULL;
    sqlite3_stmt *st = NULL;
    OK(w, index_reader(w->ix, &db, &w->err));
    int status = db_query(db, &st, &w->err, x.text.data, "");
    if (status < 0)
        fail_msg("%s: %s\n%s", list, lt_error_param(&w->err, "why"), q.text.data);
    lt_buf_reset(out);
    while (db_next(db, st, &w->err) > 0)
        lt_buf_addf(out, "%s\n", db_text(st, 3));
    db_done(st);
    index_reader_done(w->ix, db);
    sql_free(&q);
    sql_free(&x);
    json_decref(p);
    json_decref(key);
}

struct expectation {
    const char *list, *params, *after;
    const char *has;   /* must occur in the plan */
    const char *lacks[3];
};

static const struct expectation EXPECTED[] = {
    {"entries", "{}", "[5]", "SEARCH e USING INTEGER PRIMARY KEY (rowid<?)", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{}", NULL, "SCAN e\nSCAN k", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k"}}, /* from the end of the table, as many rows as the page has */
    {"entries", "{'pupil':'x'}", "[5]", "INDEX entry_pupil (pupil=? AND rowid<?)", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'pupil':'x','level':'school'}", NULL, "INDEX entry_pupil (pupil=?)", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'class':'x','today':'2026-01-01'}", NULL, "INDEX entry_pupil (pupil=?", {"SCAN e", "SCAN m"}},
    {"entries", "{'scope':{'pupils':['x']}}", "[5]", "INDEX entry_pupil (pupil=?", {"SCAN e"}},
    {"entries", "{'scope':{'pupils':['x']}}", NULL, "INDEX entry_pupil (pupil=?", {"SCAN e"}},
    {"entries", "{'scope':{'classes':['x']}}", NULL, "INDEX entry_pupil (pupil=?", {"SCAN e", "SCAN m"}},
    {"entries", "{'scope':{'classes':['x'],'class_subjects':['a'],'groups':['b'],'events':['c']}}", NULL, "SCAN e\n", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN m", "SCAN p"}},
    {"entries", "{'scope':{'levels':['ooo']}}", "[5]", "INTEGER PRIMARY KEY (rowid<?)", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e", "SCAN m"}},
    {"entries", "{'scope':{'sections':['study']}}", "[5]", "INTEGER PRIMARY KEY (rowid<?)", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'verified_only':true}", "[5]", "INTEGER PRIMARY KEY (rowid<?)", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e", "SCAN d"}},
    {"entries", "{'from':'2026-01-01','to':'2026-02-01'}", NULL, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    /* led by fts: its rows come in the order of the list */
    {"entries", "{'query':'олимпиада'}", "[5]", "SCAN f VIRTUAL TABLE", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'query':'олимпиада','pupil':'x'}", NULL, "SCAN f VIRTUAL TABLE", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'query':'олимпиада','scope':{'classes':['x']}}", NULL, "SCAN f VIRTUAL TABLE", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'level':'school'}", "[5]", "SCAN f VIRTUAL TABLE", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'level':['school','regional'],'with_files':false}", NULL, "SCAN f VIRTUAL TABLE", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e"}},
    {"entries", "{'significant':true,'scope':{'levels':['ooo']}}", NULL, "SCAN f VIRTUAL TABLE", {"USE TEMP B-TREE FOR ORDER BY\nSCAN k", "SCAN e", "SCAN m"}},
    {"entries", "{'level':'school','scope':{'classes':['x']}}", NULL, "INDEX entry_pupil (pupil=?", {"SCAN e", "SCAN m"}},
    {"entries", "{'event':'x'}", NULL, "INDEX entry_event (event=?)", {"SCAN e"}},
    {"entries", "{'batch':['x','y'],'scope':{'pupils':['x']}}", NULL, "INDEX entry_batch (batch=?)", {"SCAN e"}},
    {"entries", "{'ids':['x','y']}", NULL, "INDEX entry_id (id=?)", {"SCAN e"}},
    {"entries", "{'disputed':true}", NULL, "INDEX entry_id (id=?)", {"SCAN e", "SCAN d\n"}},
    {"verifications", "{'pupil':'x'}", NULL, "verification_pupil (pupil=?)", {"SCAN v"}},
    {"queue", "{}", "['x','y']", "INDEX entry_queue ((changed,id)>(?,?))", {"SEARCH e USING INDEX entry_pupil"}},
    {"queue", "{'scope':{'classes':['x']}}", NULL, "INDEX entry_queue", {"SCAN m", "entry_pupil"}},
    {"showable", "{}", "['x']", "INDEX entry_id (id>?)", {"USE TEMP B-TREE FOR ORDER BY\nSEARCH k"}},
    {"pupils", "{}", "['x','y']", "SEARCH p USING COVERING INDEX pupil_name ((name_key,id)>(?,?))", {"SCAN p"}},
    {"pupils", "{'class':'x','today':'2026-01-01'}", NULL, "SEARCH m USING COVERING INDEX membership_class (class=?", {"SCAN p", "SCAN m"}},
    {"pupils", "{'scope':{'classes':['x']}}", NULL, "SEARCH p USING PRIMARY KEY", {"SCAN p", "SCAN m"}},
    {"pupils", "{'guardian':'x'}", NULL, "guardian_person", {"SCAN g"}},
    {"pupils", "{'birth':'2010-01-01'}", NULL, "pupil_birth", {"SCAN p"}},
    {"people", "{}", "['x','y']", "SEARCH p USING COVERING INDEX person_name ((name_key,id)>(?,?))", {"SCAN p"}},
    {"guardians", "{'pupil':'x'}", NULL, "SEARCH g USING", {"SCAN g"}},
    {"guardians", "{'person':'x'}", NULL, "guardian_person", {"SCAN g"}},
    {"memberships", "{'class':'x','today':'2026-01-01'}", NULL, "membership_class", {"SCAN m"}},
    {"reviews", "{'pupil':'x'}", "['y']", "review_pupil (pupil=? AND id<?)", {"SCAN r"}},
    {"consents", "{'pupil':'x'}", NULL, "consent_pupil", {"SCAN c"}},
    {"publications", "{'channel':'x'}", "['y']", "publication_channel (channel=? AND id<?)", {"SCAN b"}},
    {"files", "{'pupil':'x','sha256':'y'}", NULL, "entry_file_sha256 (pupil=? AND sha256=?)", {"SCAN f"}},
    {"search_texts", "{'query':'а'}", "[5]", "SCAN f VIRTUAL TABLE INDEX", {"SCAN s", "SCAN e"}},
    {"search_names", "{'query':'а','scope':{'classes':['x']}}", NULL, "SCAN f VIRTUAL TABLE INDEX", {"SCAN s\n", "SCAN m"}},
};

static void test_plans(void **state)
{
    struct world *w = *state;
    struct lt_buf plan;
    lt_buf_init(&plan, 1 << 16);
    int wrong = 0;
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        const struct expectation *e = &EXPECTED[i];
        explain(w, e->list, e->params, e->after, &plan);
        bool bad = !strstr(plan.data, e->has);
        for (int n = 0; n < 3 && e->lacks[n]; n++)
            bad = bad || strstr(plan.data, e->lacks[n]);
        if (bad)
            print_error("%s %s\n%s\n", e->list, e->params, plan.data);
        wrong += bad;
    }
    lt_buf_free(&plan);
    assert_int_equal(wrong, 0);
}

/* Every list can be asked, with every filter, its first and a further page. */
static void test_all_statements(void **state)
{
    struct world *w = *state;
    struct lt_buf plan;
    lt_buf_init(&plan, 1 << 16);
    const struct list *l;
    for (size_t i = 0; (l = list_at(i)); i++) {
        char key[64] = "[", params[200];
        for (int k = 0; l->types[k]; k++)
            strcat(strcat(key, k ? "," : ""), l->types[k] == 's' ? "'x'" : "1");
        strcat(key, "]");
        explain(w, l->name, "{}", key, &plan);
        for (const struct list_filter *f = l->filters; f->name; f++) {
            static const char *const texts[] = {"'x'", "['x','y']"};
            const char *values[3] = {texts[0], f->how == FILTER_VALUE && strchr(f->yes, '@') ? texts[1] : texts[0]};
            if (f->how == FILTER_FLAG)
                values[0] = "true", values[1] = "false";
            for (int v = 0; v < 2; v++) {
                snprintf(params, sizeof params, "{'%s':%s}", f->name, values[v]);
                explain(w, l->name, params, NULL, &plan);
            }
        }
        if (l->scope != SCOPE_NONE)
            explain(w, l->name, "{'scope':{'pupils':['a'],'classes':['a'],'levels':['a'],'groups':['a'],'class_subjects':['a'],"
                                "'events':['a'],'sections':['a']}}", key, &plan);
    }
    lt_buf_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plans, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_all_statements, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
