/* The index is a function of the documents: whatever the way to them, a rebuild gives the same rows. */
#include "world.h"

#include <sqlite3.h>

#define HEAD "2222222222222222222222222222222222222222"
#define PUPILS 12
#define DOCS_MAX 1200

struct file {
    char repo[40], path[120];
    char *text; /* NULL: not there now */
};
struct school {
    struct file file[DOCS_MAX];
    size_t n;
    uint32_t seed;
};

static uint32_t roll(struct school *s, uint32_t below)
{
    s->seed = s->seed * 1664525u + 1013904223u;
    return (s->seed >> 8) % below;
}

static const char *word(struct school *s)
{
    static const char *const words[] = {"олимпиада", "конкурс", "Ёлка", "праздник", "science", "турнир", "грамота", "физика", "чтения", "поход"};
    return words[roll(s, 10)];
}

static char *make_text(struct school *s, const char *path, const char *repo)
{
    uint32_t r = roll(s, 1000);
    const char *a = word(s), *b = word(s);
    if (strstr(path, "people/"))
        return lt_format("{'surname':'%s','name':'Анна','roles':[{'id':'r%u','role':'teacher','class':'c1','levels':['noo'],'from':'2025-09-01'},"
                         "{'role':'duty','duty':'gto'}]}", a, r);
    if (strstr(path, "classes/"))
        return lt_format("{'year':2026,'number':%u,'letter':'А','name':'%uА'}", r % 11 + 1, r % 11 + 1);
    if (strstr(path, "event.json"))
        return lt_format("{'title':'%s %s','from':'2026-10-%02u','state':'open','participants':[{'pupil':'%s'},{'pupil':'other','place':%u}]}", a, b,
                         r % 28 + 1, repo, r);
    if (strstr(path, "groups/"))
        return lt_format("{'title':'%s','year':2026,'programme':'g%u'}", a, r);
    if (strstr(path, "imports/"))
        return lt_format("{'format':'csv','counts':{'new':%u},'changes':[{'repo':'x','path':'y','what':'new'}]}", r);
    if (strstr(path, "pupil.json"))
        return lt_format("{'surname':'%s','name':'%s','birth':'2012-01-%02u','guardians':[{'person':'p%u','rights':{'see':false}}],"
                         "'former_names':[{'surname':'%s'}],'study':[{'form':'school'}]}", a, b, r % 28 + 1, r % 5, word(s));
    if (strstr(path, "classes.json"))
        return lt_format("{'classes':[{'class':'c%u','year':2026,'name':'%uБ','from':'2026-09-01'}],'groups':[{'group':'g%u'}]}", r % 4, r % 11 + 1, r % 3);
    if (strstr(path, "verification.json"))
        return lt_format("{'revision':%u,'by':'p1','at':'2026-10-10T00:00:00.000Z','act':'import'}", r);
    if (strstr(path, "dispute.json"))
        return lt_format("{'kind':'not_me','due':'2026-11-%02u'%s}", r % 28 + 1, r % 2 ? ",'answer':{'outcome':'upheld'}" : "");
    if (strstr(path, "reviews/"))
        return lt_format("{'state':'%s','text':'%s %s','by':'p1'}", r % 3 ? "given" : "asked", a, b);
    if (strstr(path, "consents/"))
        return lt_format("{'purpose':'dissemination','fields':['name','photo','name'],'state':'active','to':'2027-08-31','target':'ch%u'}", r % 3);
    if (strstr(path, "publications/"))
        return lt_format("{'channel':'ch1','entry':'e','revision':%u,'state':'published'}", r);
    if (strstr(path, "entries/"))
        return lt_format("{'revision':%u,'state':'verified','title':'%s %s','organiser':'%s','date':'2026-%02u-01','files':[{'path':'files/01.pdf',"
                         "'name':'%s.pdf','size':%u,'sha256':'%u'}]}", r, a, b, word(s), r % 12 + 1, word(s), r, r % 20);
    return lt_format("{'any':%u}", r);
}

static void add_file(struct school *s, const char *repo, const char *path)
{
    assert_true(s->n < DOCS_MAX);
    struct file *f = &s->file[s->n++];
    snprintf(f->repo, sizeof f->repo, "%s", repo);
    snprintf(f->path, sizeof f->path, "%s", path);
    char *t = make_text(s, path, repo);
    f->text = quoted(t);
    free(t);
}

static void with_id(char *path, size_t size, const char *pattern, const char *id)
{
    int before = (int)strcspn(pattern, "@");
    snprintf(path, size, "%.*s%s%s", before, pattern, id, pattern[before] ? pattern + before + 1 : "");
}

static void make_school(struct school *s, uint32_t seed)
{
    static const char *const school[] = {"school.json", "people/@.json", "classes/2026/@.json", "groups/@.json", "events/@/event.json",
                                         "imports/@.json", "channels/@.json", "orders/@.json", "mappings/@.json"};
    static const char *const portfolio[] = {"reviews/@.json", "consents/@.json", "publications/ch1/@.json", "awards/@.json", "shares/@.json"};
    static const char *const entry[] = {"entry", "verified", "verification", "dispute", "mask"};
    char path[120], id[40], repo[40];
    s->n = 0;
    s->seed = seed;
    unsigned serial = 0;
    for (size_t i = 0; i < sizeof school / sizeof school[0]; i++) {
        for (int k = 0; k < (i ? 8 : 1); k++) {
            /* many of one millisecond: numbers of the search rows lie close together */
            snprintf(id, sizeof id, "0199000%u-0000-7000-8000-%012x", roll(s, 4), ++serial);
            with_id(path, sizeof path, school[i], id);
            add_file(s, "school", path);
        }
    }
    for (int p = 0; p < PUPILS; p++) {
        snprintf(repo, sizeof repo, "01980000-0000-7000-8000-%012x", p);
        add_file(s, repo, "pupil.json");
        add_file(s, repo, "classes.json");
        add_file(s, repo, "marks/2026-27/1.json");
        for (size_t i = 0; i < sizeof portfolio / sizeof portfolio[0]; i++) {
            snprintf(id, sizeof id, "0199000%u-0000-7000-8000-%012x", roll(s, 4), ++serial);
            with_id(path, sizeof path, portfolio[i], id);
            add_file(s, repo, path);
        }
        for (int e = 0; e < 10; e++) {
            snprintf(id, sizeof id, "0199000%u-0000-7000-8000-%012x", roll(s, 4), ++serial);
            for (int k = 0; k < 5; k++) {
                if (k && roll(s, 2))
                    continue;
                snprintf(path, sizeof path, "entries/2026/%s/%s.json", id, entry[k]);
                add_file(s, repo, path);
                if (k == 1 && roll(s, 2)) {
                    free(s->file[s->n - 1].text);
                    s->file[s->n - 1].text = lt_strdup(s->file[s->n - 2].text);
                }
            }
        }
    }
}

static void free_school(struct school *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->file[i].text);
    free(s);
}

static void apply_file(struct world *w, const struct file *f)
{
    struct index_change c = {.path = f->path, .data = f->text, .len = f->text ? strlen(f->text) : 0, .removed = !f->text};
    struct index_batch b = {.repo = f->repo, .new_head = HEAD, .changes = &c, .len = 1};
    OK(w, index_apply(w->ix, &b, 1, &w->err));
}

/* Every repository as a whole, in a random order of repositories and of files. */
static void rebuild(struct world *w, struct school *s)
{
    struct index_change *changes = calloc(s->n, sizeof *changes);
    bool *done = calloc(s->n, sizeof *done);
    OK(w, index_begin(w->ix, &w->err));
    for (size_t tried = 0; tried < s->n; tried++) {
        size_t first = (tried * 7919 + 13) % s->n, n = 0;
        if (done[first])
            continue;
        for (size_t i = 0; i < s->n; i++) {
            if (strcmp(s->file[i].repo, s->file[first].repo) != 0)
                continue;
            done[i] = true;
            if (s->file[i].text)
                changes[n++] = (struct index_change){.path = s->file[i].path, .data = s->file[i].text, .len = strlen(s->file[i].text)};
        }
        for (size_t i = n; i > 1; i--) {
            size_t j = roll(s, (uint32_t)i);
            struct index_change t = changes[i - 1];
            changes[i - 1] = changes[j];
            changes[j] = t;
        }
        struct index_batch b = {.repo = s->file[first].repo, .new_head = HEAD, .whole = true, .changes = changes, .len = n};
        OK(w, index_apply(w->ix, &b, 1, &w->err));
    }
    OK(w, index_end(w->ix, true, &w->err));
    free(changes);
    free(done);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What is found, in the order of ids (documents of one millisecond may stand in either order). */
static char *found_sorted(struct world *w, const char *text)
{
    char got[60000] = "", *ids[1000], *rest = got;
    json_t *p = J("{'kinds':['entry','verified','review','event','group','pupil','person']}"), *items = NULL;
    char *next = NULL;
    OK(w, index_search(w->ix, text, p, 1000, NULL, &items, &next, &w->err));
    assert_null(next);
    column_of(items, "id", got, sizeof got);
    size_t n = 0;
    for (char *id; (id = strsep(&rest, " ")) && n < 1000;)
        if (*id)
            ids[n++] = id;
    qsort(ids, n, sizeof *ids, compare_ids);
    struct lt_buf b;
    lt_buf_init(&b, 1 << 20);
    for (size_t i = 0; i < n; i++)
        lt_buf_addf(&b, "%s ", ids[i]);
    json_decref(p);
    json_decref(items);
    return lt_buf_take(&b, NULL);
}

static void expect_same(struct world *w, struct world *other)
{
    char *one = dump(w), *two = dump(other);
    if (strcmp(one, two) != 0) {
        size_t i = 0;
        while (one[i] == two[i])
            i++;
        i = i > 200 ? i - 200 : 0;
        fail_msg("dumps differ:\n%.500s\n----\n%.500s", one + i, two + i);
    }
    assert_true(strlen(one) > 10000);
    free(one);
    free(two);
    static const char *const texts[] = {"олимпиады", "ёлка", "sciences", "грам*", "праздник поход"};
    for (size_t i = 0; i < 5; i++) {
        one = found_sorted(w, texts[i]);
        two = found_sorted(other, texts[i]);
        assert_string_equal(one, two);
        free(one);
        free(two);
    }
    OK(w, index_check(w->ix, &w->err));
    OK(w, index_check(other->ix, &w->err));
}

static void test_rebuild_equals_changes(void **state)
{
    struct world *w = *state;
    for (uint32_t seed = 1; seed <= 4; seed++) {
        struct school *s = calloc(1, sizeof *s);
        void *other = NULL;
        make_school(s, seed);
        for (size_t i = 0; i < s->n; i++)
            apply_file(w, &s->file[(i * 7907 + seed) % s->n]);
        /* changed, removed, put back; half of it gathered into transactions */
        for (int round = 0; round < 400; round++) {
            struct file *f = &s->file[roll(s, (uint32_t)s->n)];
            bool gather = roll(s, 2);
            if (gather)
                OK(w, index_begin(w->ix, &w->err));
            for (uint32_t k = roll(s, 4) + 1; k; k--) {
                free(f->text);
                f->text = NULL;
                if (roll(s, 3)) {
                    char *t = make_text(s, f->path, f->repo);
                    f->text = quoted(t);
                    free(t);
                }
                apply_file(w, f);
            }
            if (gather)
                OK(w, index_end(w->ix, true, &w->err));
        }
        assert_int_equal(world_setup(&other), 0);
        rebuild(other, s);
        expect_same(w, other);
        /* feeding everything once more changes nothing; forgetting everything leaves nothing */
        rebuild(w, s);
        expect_same(w, other);
        for (size_t i = 0; i < s->n; i++)
            OK(w, index_apply(w->ix, &(struct index_batch){.repo = s->file[i].repo, .new_head = "", .whole = true}, 1, &w->err));
        char *empty = dump(w);
        assert_string_equal(empty, "");
        free(empty);
        OK(w, index_check(w->ix, &w->err));
        char *none = found_sorted(w, "олимп*");
        assert_string_equal(none, "");
        free(none);
        world_teardown(&other);
        free_school(s);
    }
}

static int index_count_of(struct world *w)
{
    sqlite3 *sq = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open(w->path, &sq), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(sq, "SELECT count(*) FROM sqlite_schema WHERE type = 'index'", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int n = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(sq);
    return n;
}

/* The indexes that are taken away while an empty database is filled are there again, kept or not. */
static void test_bulk(void **state)
{
    struct world *w = *state;
    int before = index_count_of(w);
    for (int keep = 0; keep < 3; keep++) {
        OK(w, index_begin(w->ix, &w->err));
        put(w, "p1", "entries/2026/e1/entry.json", "{'title':'Турнир'}");
        put(w, "p1", "pupil.json", "{'surname':'Первый'}");
        OK(w, index_end(w->ix, keep > 0, &w->err));
        assert_int_equal(index_count_of(w), before);
        OK(w, index_check(w->ix, &w->err));
        expect(w, "entries", "{}", keep ? "e1" : "");
        expect(w, "entries", "{'pupil':'p1'}", keep ? "e1" : "");
    }
}

/* A transaction that is not kept, and a document that cannot be read, change nothing. */
static void test_refused(void **state)
{
    struct world *w = *state;
    put(w, "p1", "pupil.json", "{'surname':'Первый'}");
    char *before = dump(w);
    OK(w, index_begin(w->ix, &w->err));
    put(w, "p1", "pupil.json", "{'surname':'Второй'}");
    put(w, "p2", "pupil.json", "{'surname':'Третий'}");
    OK(w, index_end(w->ix, false, &w->err));
    static const char *const bad[] = {"", "{", "[1]", "7", "{'a':1,'a':2}", "{}x", "{'a':'\xFF'}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *s = quoted(bad[i]);
        struct index_change c[2] = {{.path = "classes.json", .data = "{}", .len = 2}, {.path = "pupil.json", .data = s, .len = strlen(s)}};
        struct index_batch b = {.repo = "p1", .new_head = HEAD, .changes = c, .len = 2};
        assert_int_equal(index_apply(w->ix, &b, 1, &w->err), LT_REFUSED);
        assert_string_equal(w->err.code, "index.document");
        assert_string_equal(lt_error_param(&w->err, "path"), "pupil.json");
        free(s);
    }
    char *after = dump(w);
    assert_string_equal(before, after);
    free(after);
    /* within gathered transactions a refused call is as if it had not been */
    OK(w, index_begin(w->ix, &w->err));
    put(w, "p3", "pupil.json", "{'surname':'Четвёртый'}");
    assert_int_equal(try_put(w, "p4", "pupil.json", "{"), LT_REFUSED);
    OK(w, index_end(w->ix, true, &w->err));
    expect(w, "pupils", "{}", "p1 p3");
    expect_found(w, "четвертый", "{}", "p3");
    expect_found(w, "второй", "{}", "");
    OK(w, index_check(w->ix, &w->err));
    free(before);
}

static void test_documents(void **state)
{
    struct world *w = *state;
    char repo[64], path[160], head[41];
    json_t *doc = NULL;
    OK(w, index_head(w->ix, "p1", head, &w->err));
    assert_string_equal(head, "");
    put(w, "p1", "entries/2026/e1/entry.json", "{'id':'e1','title':'А'}");
    put(w, "p1", "entries/2026/e1/verified.json", "{'id':'e1','title':'Б'}");
    put(w, "p1", "marks/2026-27/q1.json", "{'m':1}");
    put(w, "school", "school.json", "{'id':'s1','name':'Школа'}");
    /* no documents: file contents, other paths, paths that climb */
    static const char *const other[] = {"entries/2026/e1/files/01.json", "notes.json", "entries/e1/entry.json", "people/x.json", "pupil.json.bak", "reviews/.json", "reviews/a/b.json"};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        put(w, "p1", other[i], "{");
    OK(w, index_get(w->ix, "entry", "e1", &doc, repo, &w->err));
    assert_string_equal(lt_json_str(doc, "title"), "А");
    assert_string_equal(repo, "p1");
    json_decref(doc);
    OK(w, index_get(w->ix, "verified", "e1", &doc, NULL, &w->err));
    assert_string_equal(lt_json_str(doc, "title"), "Б");
    json_decref(doc);
    OK(w, index_get(w->ix, "marks", "p1/2026-27/q1", &doc, NULL, &w->err));
    json_decref(doc);
    OK(w, index_get(w->ix, "school", "s1", &doc, NULL, &w->err));
    json_decref(doc);
    OK(w, index_locate(w->ix, "verified", "e1", repo, path, &w->err));
    assert_string_equal(path, "entries/2026/e1/verified.json");
    assert_int_equal(index_get(w->ix, "entry", "e2", &doc, NULL, &w->err), LT_NOTFOUND);
    assert_string_equal(w->err.code, "index.absent");
    OK(w, index_head(w->ix, "p1", head, &w->err));
    assert_string_equal(head, "1111111111111111111111111111111111111111");
    /* moved to another year within one commit, in whatever order the changes come */
    const char *text = "{\"id\":\"e1\",\"title\":\"А\"}";
    struct index_change c[2] = {{.path = "entries/2025/e1/entry.json", .data = text, .len = strlen(text)},
                                {.path = "entries/2026/e1/entry.json", .removed = true}};
    OK(w, index_apply(w->ix, &(struct index_batch){.repo = "p1", .new_head = HEAD, .changes = c, .len = 2}, 1, &w->err));
    OK(w, index_locate(w->ix, "entry", "e1", repo, path, &w->err));
    assert_string_equal(path, "entries/2025/e1/entry.json");
}

/* entry.json and verified.json with the same bytes share a row and a text; whichever changes or goes, the other stays what it was. */
static void test_shared(void **state)
{
    struct world *w = *state;
    static const char one[] = "{'id':'e1','title':'Турнир','date':'2026-01-05','files':[{'path':'files/01.pdf','name':'a.pdf','size':7,'sha256':'f'}]}";
    static const char two[] = "{'id':'e1','title':'Поход','date':'2026-01-09'}";
    static const char *const paths[] = {"entries/2026/e1/entry.json", "entries/2026/e1/verified.json"};
    for (int first = 0; first < 2; first++) {
        json_t *doc = NULL;
        int64_t bytes = 0;
        put(w, "p1", paths[first], one);
        put(w, "p1", paths[!first], one);
        char *shared = dump(w);
        assert_null(strstr(shared, "[\"entry\",\"e1\",0"));
        assert_non_null(strstr(shared, "[\"entry\",\"e1\",2"));
        expect(w, "entries", "{}", "e1");
        expect(w, "entries", "{'verified_only':true}", "e1");
        expect_column(w, "showable", "{}", "entry", "e1");
        expect_found(w, "турниры", "{'kinds':['entry']}", "e1");
        expect_found(w, "турниры", "{'kinds':['verified']}", "e1");
        expect_column(w, "documents", "{'kind':'verified'}", "id", "e1");
        OK(w, index_bytes(w->ix, "p1", &bytes, &w->err));
        assert_int_equal(bytes, 7);
        /* the face that stays has its text again */
        put(w, "p1", paths[first], two);
        OK(w, index_get(w->ix, first ? "entry" : "verified", "e1", &doc, NULL, &w->err));
        assert_string_equal(lt_json_str(doc, "title"), "Турнир");
        json_decref(doc);
        expect_found(w, "турнир", first ? "{'kinds':['entry']}" : "{'kinds':['verified']}", "e1");
        expect_found(w, "поход", first ? "{'kinds':['entry']}" : "{'kinds':['verified']}", "");
        put(w, "p1", paths[first], one);
        char *again = dump(w);
        assert_string_equal(shared, again);
        put(w, "p1", paths[first], NULL);
        OK(w, index_get(w->ix, first ? "entry" : "verified", "e1", &doc, NULL, &w->err));
        json_decref(doc);
        assert_int_equal(index_get(w->ix, first ? "verified" : "entry", "e1", &doc, NULL, &w->err), LT_NOTFOUND);
        OK(w, index_check(w->ix, &w->err));
        put(w, "p1", paths[!first], NULL);
        expect(w, "entries", "{}", "");
        expect_found(w, "турнир", "{}", "");
        free(shared);
        free(again);
    }
    /* the same bytes in two repositories are two documents */
    put(w, "p1", paths[0], one);
    put(w, "p2", paths[1], one);
    expect(w, "entries", "{'pupil':'p1'}", "e1");
    expect(w, "entries", "{'pupil':'p2'}", "");
    OK(w, index_apply(w->ix, &(struct index_batch){.repo = "p1", .whole = true, .new_head = ""}, 1, &w->err));
    json_t *doc = NULL;
    OK(w, index_get(w->ix, "verified", "e1", &doc, NULL, &w->err));
    json_decref(doc);
    /* a whole repository that says what another one said: the newer word counts */
    char *text = quoted(two);
    struct index_change c[2] = {{.path = paths[0], .data = text, .len = strlen(text)}, {.path = paths[1], .data = text, .len = strlen(text)}};
    OK(w, index_apply(w->ix, &(struct index_batch){.repo = "p3", .whole = true, .new_head = HEAD, .changes = c, .len = 2}, 1, &w->err));
    expect(w, "entries", "{'pupil':'p3','verified_only':true}", "e1");
    expect(w, "entries", "{'pupil':'p2','verified_only':true}", "");
    OK(w, index_check(w->ix, &w->err));
    free(text);
}

static void test_damaged(void **state)
{
    struct world *w = *state;
    struct index *ix = NULL;
    bool again = false;
    char path[160];
    for (int i = 0; i < 300; i++) {
        char name[40];
        snprintf(name, sizeof name, "p%d", i);
        put(w, name, "pupil.json", "{'surname':'Иванов','name':'Пётр'}");
    }
    OK(w, index_optimize(w->ix, &w->err));
    index_close(w->ix);
    w->ix = NULL;
    char *bytes = NULL;
    size_t len = 0;
    assert_int_equal(lt_fs_read(w->path, 64u << 20, &bytes, &len), 0);
    snprintf(path, sizeof path, "%s/bad.db", w->dir);
    /* no database at all */
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, "not a database, only a text that is long enough", 47, 0600, false), 0);
    assert_int_equal(index_open(&(struct index_config){.path = path}, &ix, &again, &w->err), LT_SYSTEM);
    assert_string_equal(w->err.code, "index.unusable");
    /* a cut one: refused at the opening or found by the check */
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, bytes, len / 2, 0600, false), 0);
    int status = index_open(&(struct index_config){.path = path}, &ix, &again, &w->err);
    if (status == LT_OK) {
        assert_int_equal(index_check(ix, &w->err), LT_REFUSED);
        assert_string_equal(w->err.code, "index.damaged");
        index_close(ix);
    }
    /* pages overwritten in the middle */
    memset(bytes + len / 2, 0x5A, len / 4);
    OK(w, index_remove(path, &w->err));
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, bytes, len, 0600, false), 0);
    status = index_open(&(struct index_config){.path = path}, &ix, &again, &w->err);
    if (status == LT_OK) {
        assert_int_equal(index_check(ix, &w->err), LT_REFUSED);
        index_close(ix);
    }
    free(bytes);
    OK(w, index_remove(path, &w->err));
    OK(w, index_remove(path, &w->err));
    OK(w, index_open(&(struct index_config){.path = path}, &ix, &again, &w->err));
    assert_true(again);
    index_close(ix);
    OK(w, index_open(&(struct index_config){.path = path}, &ix, &again, &w->err));
    assert_false(again);
    index_close(ix);
}

/* The search tables no longer agree with their rows: the check says so. */
static void test_search_damaged(void **state)
{
    struct world *w = *state;
    put(w, "p1", "entries/2026/e1/entry.json", "{'title':'олимпиада'}");
    OK(w, index_check(w->ix, &w->err));
    sqlite3 *sq = NULL;
    assert_int_equal(sqlite3_open(w->path, &sq), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sq, "UPDATE search SET title = 'конкурс'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(sq);
    assert_int_equal(index_check(w->ix, &w->err), LT_REFUSED);
    assert_string_equal(w->err.code, "index.damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rebuild_equals_changes, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_refused, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_documents, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_bulk, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_shared, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_damaged, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_search_damaged, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
