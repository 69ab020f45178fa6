/* Backups: what was copied comes back, what is damaged is named, what breaks off harms nothing. Real folders, real SQLite and git. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"
#include "usecase/backup.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

/* --- places --- */

struct place {
    struct school *s;
    char root[160], disk[200], disk2[200], to[200];
};

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static void clear(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void place_open(struct place *p)
{
    const char *tmp = getenv("TMPDIR");
    p->s = school_open();
    lt_print(p->root, sizeof p->root, "%s/letopis-backup-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(p->root));
    lt_print(p->disk, sizeof p->disk, "%s/disk1", p->root);
    lt_print(p->disk2, sizeof p->disk2, "%s/disk2", p->root);
    lt_print(p->to, sizeof p->to, "%s/restored", p->root);
    processing(p->s, "ivan");
    processing(p->s, "olga");
    mkdir(p->disk, 0700);
    mkdir(p->disk2, 0700);
    ok(p->s, "local", "carrier", "add", "{'folder':'%s','number':'101','place':'Сейф','keeper':'Петров'}", p->disk);
}

static void place_close(struct place *p)
{
    school_close(p->s);
    clear(p->root);
}

static json_t *back_up(struct place *p)
{
    return ok(p->s, "local", "backup", "run", "{'to':'101'}");
}

static json_t *verify(struct place *p)
{
    return ok(p->s, "local", "backup", "verify", "{'from':'101'}");
}

static void copy_code(struct place *p, char code[BACKUP_CODE])
{
    lt_print(code, BACKUP_CODE, "%s", text(ok(p->s, "local", "backup", "code", "{}"), "code"));
}

/* Restores with the code of the school; answers into out. */
static int restore(struct place *p, const char *code, const char *more, json_t **out)
{
    return call(p->s, "local", "backup", "restore", out, "{'from':'%s','to':'%s','code':'%s'%s}", p->disk, p->to, code, more);
}

/* The restored folder as a school of its own. */
static void reopen(const struct place *p, struct school *r)
{
    *r = *p->s;
    lt_print(r->dir, sizeof r->dir, "%s", p->to);
    r->answer = (struct uc_answer){0};
    r->err = (struct lt_error){0};
    school_open_with(r, NULL);
}

static void shut(struct school *r)
{
    uc_answer_clear(&r->answer);
    lt_error_clear(&r->err);
    lt_app_close(r->app);
}

static char *dump(struct school *s, const char *noun)
{
    return json_dumps(ok(s, "local", noun, "list", "{'limit':500}"), JSON_SORT_KEYS | JSON_INDENT(1));
}

static void same_lists(struct school *a, struct school *b)
{
    static const char *const nouns[] = {"entry", "pupil", "person", "class", "event"};
    for (size_t i = 0; i < 5; i++) {
        char *x = dump(a, nouns[i]), *y = dump(b, nouns[i]);
        assert_string_equal(x, y);
        free(x);
        free(y);
    }
    assert_int_equal(number(ok(b, "local", "system", "fsck", "{}"), "faults"), 0);
}

/* --- looking at a carrier --- */

static const char *wanted; /* bytes that may not stand in any file, or a suffix to look for */
static char found[600];
static long long largest;

static int look_for_text(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)ftw;
    if (flag != FTW_F) return 0;
    char *data = malloc((size_t)st->st_size + 1);
    FILE *f = fopen(path, "rb");
    assert_int_equal(fread(data, 1, (size_t)st->st_size, f), st->st_size);
    fclose(f);
    if (memmem(data, (size_t)st->st_size, wanted, strlen(wanted)) || strstr(path, wanted)) lt_print(found, sizeof found, "%s", path);
    free(data);
    return 0;
}

static bool stands_in(const char *dir, const char *what)
{
    wanted = what;
    *found = 0;
    nftw(dir, look_for_text, 16, FTW_PHYS);
    return *found != 0;
}

static int look_for_largest(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)ftw;
    if (flag == FTW_F && strstr(path, "/objects/") && !lt_ends(path, ".bad") && st->st_size > largest) {
        largest = st->st_size;
        lt_print(found, sizeof found, "%s", path);
    }
    return 0;
}

/* The largest piece: of a scan. */
static const char *large_piece(const char *dir)
{
    largest = 0;
    nftw(dir, look_for_largest, 16, FTW_PHYS);
    return found;
}

static void flip(const char *path, long at)
{
    FILE *f = fopen(path, "r+b");
    fseek(f, at, SEEK_SET);
    int c = fgetc(f);
    fseek(f, at, SEEK_SET);
    fputc(c ^ 1, f);
    fclose(f);
}

/* --- tests --- */

static void test_round(void **state)
{
    (void)state;
    struct place p;
    char code[BACKUP_CODE];
    json_t *answer = NULL;
    place_open(&p);
    entry_in(p.s, "done", "ivan", "ivan", "verified");
    entry_in(p.s, "draft", "olga", "olga", "draft");
    json_t *first = back_up(&p);
    assert_true(number(first, "written") > 0);
    assert_int_equal(number(verify(&p), "faults"), 0);
    /* the second one writes what is new and little else */
    entry_in(p.s, "later", "ivan", "ivan", "submitted");
    json_t *second = back_up(&p);
    assert_true(number(second, "files") > number(first, "files"));
    assert_true(number(second, "written") * 2 < number(first, "written"));
    assert_int_equal(number(verify(&p), "faults"), 0);
    assert_int_equal(count(ok(p.s, "local", "backup", "list", "{}")), 2);
    /* nothing on the carrier can be read without the code, and the code is not there */
    copy_code(&p, code);
    assert_false(stands_in(p.disk, "Директорова"));
    assert_false(stands_in(p.disk, "pupil.json"));
    assert_false(stands_in(p.disk, id_of(p.s, "ivan")));
    assert_false(stands_in(p.disk, code));
    assert_int_equal(restore(&p, "0000-0000-0000-0000-0000-0000-0000-0000", "", NULL), LT_REFUSED);
    assert_string_equal(p.s->err.code, "backup.code_wrong");
    assert_int_equal(restore(&p, code, "", &answer), 0);
    assert_int_equal(number(answer, "files"), number(second, "files"));
    assert_int_equal(restore(&p, code, "", NULL), LT_REFUSED); /* not over anything */
    assert_string_equal(p.s->err.code, "backup.not_empty");
    struct school r;
    reopen(&p, &r);
    same_lists(p.s, &r);
    struct uc_request login = {.noun = "session", .verb = "login", .login = "director", .password = "весенняя капель"};
    int rc = ask(&r, &login, NULL, "{}");
    assert_string_equal(rc ? r.err.code : "", "");
    shut(&r);
    place_close(&p);
}

/* The copy of the older state comes back as it was. */
static void test_older(void **state)
{
    (void)state;
    struct place p;
    char code[BACKUP_CODE], more[100];
    json_t *answer = NULL;
    place_open(&p);
    entry_in(p.s, "first", "ivan", "ivan", "verified");
    char *then = dump(p.s, "entry");
    lt_print(more, sizeof more, ",'copy':'%s'", text(back_up(&p), "id"));
    entry_in(p.s, "second", "olga", "olga", "submitted");
    back_up(&p);
    copy_code(&p, code);
    assert_int_equal(restore(&p, code, more, &answer), 0);
    struct school r;
    reopen(&p, &r);
    char *now = dump(&r, "entry");
    assert_string_equal(then, now);
    assert_int_equal(number(ok(&r, "local", "system", "fsck", "{}"), "faults"), 0);
    shut(&r);
    free(then);
    free(now);
    place_close(&p);
}

static void test_damage(void **state)
{
    (void)state;
    struct place p;
    place_open(&p);
    ok(p.s, "ivan", "entry", "add", "{'pupil':'@ivan','title':'Благодарность','date':'2026-10-10','file':['<scans/04-thanks-photo.jpg']}");
    back_up(&p);
    char path[600], name[80];
    lt_print(path, sizeof path, "%s", large_piece(p.disk));
    lt_print(name, sizeof name, "%.64s", strrchr(path, '/') + 1);
    flip(path, 1000);
    refused(p.s, LT_REFUSED, "backup.damaged", "local", "backup", "verify", "{'from':'101'}");
    assert_non_null(strstr(lt_error_param(&p.s->err, "place"), name));
    assert_non_null(strstr(lt_error_param(&p.s->err, "path"), "portfolios/"));
    assert_int_equal(number(p.s->err.details, "faults"), 1);
    assert_string_equal(text(ok(p.s, "local", "backup", "status", "{}"), "state"), "damaged");
    /* a new run writes the damaged piece anew */
    back_up(&p);
    assert_int_equal(number(verify(&p), "faults"), 0);
    /* each byte of a manifest counts, and so does a piece that is not there */
    json_t *third = back_up(&p);
    lt_print(path, sizeof path, "%s/copies/%s", p.disk, text(third, "file"));
    flip(path, 200);
    refused(p.s, LT_REFUSED, "backup.damaged", "local", "backup", "verify", "{'from':'101'}");
    assert_string_equal(lt_error_param(&p.s->err, "path"), text(third, "file"));
    flip(path, 200);
    assert_int_equal(number(verify(&p), "faults"), 0);
    assert_int_equal(unlink(large_piece(p.disk)), 0);
    refused(p.s, LT_REFUSED, "backup.damaged", "local", "backup", "verify", "{'from':'101'}");
    place_close(&p);
}

/* The newest manifest put in the place of another, a stranger's signature: sealed well, but not what this school made. */
static void test_foreign(void **state)
{
    (void)state;
    struct place p;
    char other[200];
    place_open(&p);
    struct school *s2 = school_bare();
    lt_print(other, sizeof other, "%s/disk1", p.root);
    struct uc_request r = {.noun = "carrier", .verb = "add", .local_user = "anna"};
    char values[500];
    lt_print(values, sizeof values, "{'folder':'%s','number':'7','place':'Шкаф','keeper':'Сидоров'}", other);
    assert_int_equal(ask(s2, &r, NULL, values), LT_REFUSED);
    assert_string_equal(s2->err.code, "backup.carrier_other");
    school_close(s2);
    /* the disk of another number in this drive */
    ok(p.s, "local", "carrier", "add", "{'folder':'%s','number':'102','place':'Архив','keeper':'Петров'}", p.disk2);
    char a[300], b[300];
    lt_print(a, sizeof a, "%s/" STORE_MARK, p.disk2);
    lt_print(b, sizeof b, "%s/" STORE_MARK, p.disk);
    assert_int_equal(rename(a, b), 0);
    refused(p.s, LT_REFUSED, "backup.carrier_other", "local", "backup", "run", "{'to':'101'}");
    refused(p.s, LT_REFUSED, "backup.carrier_none", "local", "backup", "run", "{'to':'102'}");
    refused(p.s, LT_NOTFOUND, "carrier.absent", "local", "backup", "run", "{'to':'103'}");
    clear(p.disk2);
    refused(p.s, LT_NOTFOUND, "backup.carrier_absent", "local", "backup", "run", "{'to':'102'}");
    place_close(&p);
}

static void test_keep(void **state)
{
    (void)state;
    struct place p;
    place_open(&p);
    ok(p.s, "local", "carrier", "edit", "{'carrier':'101','keep':2}");
    char gone[200];
    entry_in(p.s, "e0", "ivan", "ivan", "submitted");
    lt_print(gone, sizeof gone, "%s", text(back_up(&p), "id"));
    for (int i = 1; i < 4; i++) {
        char name[8];
        lt_print(name, sizeof name, "e%d", i);
        entry_in(p.s, name, i % 2 ? "olga" : "ivan", i % 2 ? "olga" : "ivan", "submitted");
        p.s->now += DAY;
        back_up(&p);
        assert_int_equal(number(verify(&p), "faults"), 0);
    }
    json_t *list = ok(p.s, "local", "backup", "list", "{}");
    assert_int_equal(count(list), 2);
    assert_false(holds(list, "id", gone));
    /* what is removed by hand takes its pieces with it, the other one stays whole */
    json_t *removed = ok(p.s, "local", "backup", "remove", "{'id':'%s'}", text(list, "items/0/id"));
    assert_true(number(removed, "freed") > 0);
    assert_int_equal(count(ok(p.s, "local", "backup", "list", "{}")), 1);
    assert_int_equal(number(verify(&p), "faults"), 0);
    place_close(&p);
}

/* --- the disk refuses; the process is killed --- */

/* After whatever happened: the copies there are whole, and the next run goes well. */
static void still_good(struct place *p, size_t least)
{
    struct store_copy *copies = NULL;
    size_t n = 0;
    assert_int_equal(store_copies(p->disk, &copies, &n, NULL), 0);
    assert_true(n >= least);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(number(ok(p->s, "local", "backup", "verify", "{'from':'101','copy':'%s'}", copies[i].id), "faults"), 0);
    free(copies);
}

/* Whole calls of the file layer fail from the nth on. */
static void test_refused_disk(void **state)
{
    (void)state;
    struct place p;
    place_open(&p);
    entry_in(p.s, "done", "ivan", "ivan", "verified");
    back_up(&p);
    bool through = false;
    for (uint64_t nth = 1; !through; nth += 17) {
        struct lt_fs_test *t = lt_fs_test_new();
        char name[24];
        lt_print(name, sizeof name, "e%d", (int)nth);
        entry_in(p.s, name, "olga", "olga", "submitted");
        lt_app_close(p.s->app);
        school_open_with(p.s, lt_fs_test_table(t));
        lt_fs_test_fault(t, LT_FS_FAIL, nth);
        int rc = call(p.s, "local", "backup", "run", NULL, "{'to':'101'}");
        through = rc == 0;
        if (rc) assert_true(rc == LT_SYSTEM || rc == LT_REFUSED);
        lt_fs_test_fault(t, LT_FS_FAIL, 0);
        lt_app_close(p.s->app);
        school_open_with(p.s, NULL);
        lt_fs_test_free(t);
        still_good(&p, 1);
        assert_true(nth < 600);
    }
    back_up(&p);
    assert_int_equal(number(verify(&p), "faults"), 0);
    place_close(&p);
}

/* A carrier without room, in earnest where a file system of a few hundred KiB can be had. */
static void test_full(void **state)
{
    (void)state;
    struct place p;
    place_open(&p);
    if (geteuid() == 0 && mount("none", p.disk2, "tmpfs", 0, "size=1500k") == 0) {
        ok(p.s, "local", "carrier", "add", "{'folder':'%s','number':'102','place':'Архив','keeper':'Петров'}", p.disk2);
        ok(p.s, "local", "backup", "run", "{'to':'102'}");
        bool full = false;
        for (int i = 0; !full && i < 40; i++) {
            char name[16];
            lt_print(name, sizeof name, "f%d", i);
            entry_in(p.s, name, "ivan", "ivan", "submitted");
            full = call(p.s, "local", "backup", "run", NULL, "{'to':'102'}") != 0;
        }
        assert_true(full);
        assert_string_equal(p.s->err.code, "backup.full");
        assert_int_equal(number(ok(p.s, "local", "backup", "verify", "{'from':'102'}"), "faults"), 0);
        assert_int_equal(umount(p.disk2), 0);
    }
    /* and by the file layer */
    struct lt_fs_test *t = lt_fs_test_new();
    lt_app_close(p.s->app);
    school_open_with(p.s, lt_fs_test_table(t));
    lt_fs_test_fault(t, LT_FS_FAIL, 12);
    assert_int_not_equal(call(p.s, "local", "backup", "run", NULL, "{'to':'101'}"), 0);
    lt_fs_test_fault(t, LT_FS_FAIL, 0);
    lt_app_close(p.s->app);
    school_open_with(p.s, NULL);
    lt_fs_test_free(t);
    back_up(&p);
    place_close(&p);
}

/* Does the call in a process of its own that is killed at the nth call of the file layer; true: it came to its end before. */
static bool killed_at(struct place *p, uint64_t nth, const char *verb, const char *values)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct lt_fs_test *t = lt_fs_test_new();
        school_open_with(p->s, lt_fs_test_table(t));
        lt_fs_test_fault(t, LT_FS_KILL, nth);
        struct uc_request r = {.noun = "backup", .verb = verb, .local_user = "anna"};
        int rc = ask(p->s, &r, NULL, values);
        lt_fs_test_fault(t, LT_FS_KILL, 0);
        _exit(rc ? 1 : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status)) assert_int_equal(WEXITSTATUS(status), 0);
    else assert_int_equal(WTERMSIG(status), SIGKILL);
    return WIFEXITED(status);
}

static void test_killed_run(void **state)
{
    (void)state;
    struct place p;
    place_open(&p);
    ok(p.s, "local", "carrier", "edit", "{'carrier':'101','keep':2}");
    entry_in(p.s, "done", "ivan", "ivan", "verified");
    back_up(&p);
    bool through = false;
    for (uint64_t nth = 1; !through; nth += 23) {
        char name[24];
        lt_print(name, sizeof name, "e%d", (int)nth);
        entry_in(p.s, name, "olga", "olga", "submitted");
        lt_app_close(p.s->app);
        through = killed_at(&p, nth, "run", "{'to':'101'}");
        school_open_with(p.s, NULL);
        still_good(&p, 1);
        assert_true(nth < 800);
    }
    back_up(&p);
    assert_int_equal(number(verify(&p), "faults"), 0);
    place_close(&p);
}

static void test_killed_restore(void **state)
{
    (void)state;
    struct place p;
    char code[BACKUP_CODE], values[600], conf[300];
    place_open(&p);
    entry_in(p.s, "done", "ivan", "ivan", "verified");
    back_up(&p);
    copy_code(&p, code);
    back_up(&p);
    lt_print(values, sizeof values, "{'from':'%s','to':'%s','code':'%s'}", p.disk, p.to, code);
    lt_print(conf, sizeof conf, "%s/letopis.conf", p.to);
    bool through = false;
    for (uint64_t nth = 1; !through; nth += 97) {
        lt_app_close(p.s->app);
        through = killed_at(&p, nth, "restore", values);
        school_open_with(p.s, NULL);
        if (through || access(conf, F_OK) == 0) break;
        assert_true(nth < 20000);
    }
    if (!through && access(conf, F_OK) != 0) assert_int_equal(restore(&p, code, "", NULL), 0);
    struct school r;
    reopen(&p, &r);
    same_lists(p.s, &r);
    shut(&r);
    assert_int_equal(number(verify(&p), "faults"), 0);
    place_close(&p);
}

/* --- while others write --- */

struct writer {
    struct school *s;
    atomic_bool stop;
    atomic_int done;
};

static void *write_on(void *arg)
{
    struct writer *w = arg;
    while (!atomic_load(&w->stop) && atomic_load(&w->done) < 120) {
        json_t *values = json_pack("{s:s, s:s, s:s}", "pupil", id_of(w->s, atomic_load(&w->done) % 2 ? "ivan" : "olga"), "title", "Запись", "date", "2026-11-01");
        struct uc_request r = {.noun = "entry", .verb = "add", .values = values, .door = UC_CLI, .local_user = "boris", .lang = LT_RU};
        struct uc_answer answer;
        struct lt_error err = {0};
        if (uc_dispatch(w->s->app, &r, &answer, &err) == 0) atomic_fetch_add(&w->done, 1);
        uc_answer_clear(&answer);
        lt_error_clear(&err);
        json_decref(values);
    }
    return NULL;
}

static void test_while_writing(void **state)
{
    (void)state;
    struct place p;
    char code[BACKUP_CODE];
    pthread_t thread;
    place_open(&p);
    copy_code(&p, code);
    struct writer w = {.s = p.s};
    assert_int_equal(pthread_create(&thread, NULL, write_on, &w), 0);
    int before = 0;
    for (int i = 0; i < 3; i++) {
        while (atomic_load(&w.done) < before + 5 && atomic_load(&w.done) < 120) sched_yield();
        before = atomic_load(&w.done);
        back_up(&p);
    }
    atomic_store(&w.stop, true);
    pthread_join(thread, NULL);
    assert_int_equal(number(verify(&p), "faults"), 0);
    assert_int_equal(restore(&p, code, "", NULL), 0);
    struct school r;
    reopen(&p, &r);
    assert_true((int)count(ok(&r, "local", "entry", "list", "{'limit':500}")) >= before);
    assert_int_equal(number(ok(&r, "local", "system", "fsck", "{}"), "faults"), 0);
    shut(&r);
    place_close(&p);
}

/* --- whoever was erased stays away --- */

static void test_erased(void **state)
{
    (void)state;
    struct place p;
    char code[BACKUP_CODE], file[300], more[400], ivan[60];
    json_t *answer = NULL;
    place_open(&p);
    entry_in(p.s, "done", "ivan", "ivan", "verified");
    back_up(&p);
    copy_code(&p, code);
    lt_print(ivan, sizeof ivan, "%s", id_of(p.s, "ivan"));
    lt_print(file, sizeof file, "%s/erasures.json", p.root);
    FILE *f = fopen(file, "w");
    fprintf(f, "[{\"id\":\"%s\",\"pupil\":\"%s\"}]", ivan, ivan);
    fclose(f);
    lt_print(more, sizeof more, ",'erasures':'<=%s'", file);
    assert_int_equal(restore(&p, code, more, &answer), 0);
    assert_int_equal(number(answer, "erased"), 1);
    struct school r;
    reopen(&p, &r);
    refused(&r, LT_NOTFOUND, "pupil.absent", "local", "pupil", "show", "{'id':'@ivan'}");
    ok(&r, "local", "pupil", "show", "{'id':'@olga'}");
    assert_false(holds(ok(&r, "local", "account", "list", "{'limit':500}"), "subject", ivan));
    /* the act stands there again, and the first call carried out whatever else follows from it */
    json_t *act = NULL;
    assert_int_equal(index_get(r.app->index, "erasure", ivan, &act, NULL, &r.err), 0);
    assert_string_equal(text(act, "state"), "done");
    json_decref(act);
    assert_int_equal(number(ok(&r, "local", "system", "fsck", "{}"), "faults"), 0);
    shut(&r);
    char gone[400];
    lt_print(gone, sizeof gone, "%s/portfolios/%s/%s.git", p.to, ivan + strlen(ivan) - 2, ivan);
    assert_int_not_equal(access(gone, F_OK), 0);
    place_close(&p);
}

/* The whole of an older copy comes back, with the erasure known from a younger one, from the working folder, or not at all. */
static void test_erased_since(void **state)
{
    (void)state;
    struct place p;
    char code[BACKUP_CODE], first[80], more[120], cmd[500];
    json_t *answer = NULL;
    place_open(&p);
    name_it(p.s, "alone", text(ok(p.s, "local", "person", "add", "{'surname':'Одиноковская','name':'Зинаида'}"), "id"));
    guardian(p.s, "ivan", "alone", "");
    lt_print(first, sizeof first, "%s", text(back_up(&p), "id"));
    copy_code(&p, code);
    lt_print(cmd, sizeof cmd, LETOPIS_SOURCE_DIR "/tests/support/no-trace %s Одиноковская >&2", p.to);
    lt_print(more, sizeof more, ",'copy':'%s'", first);

    /* before anything was erased it is all there, and the answer says up to when it knows */
    assert_int_equal(restore(&p, code, more, &answer), 0);
    assert_int_equal(number(answer, "repeated"), 0);
    assert_memory_equal(text(answer, "erasures_known"), TODAY, strlen(TODAY));
    assert_int_not_equal(system(cmd), 0);
    clear(p.to);

    /* the working folder tells */
    ok(p.s, "local", "pupil", "erase", "{'id':'@ivan','ground':'withdrawn','reason':'Заявление семьи','confirm':'%s'}",
       text(ok(p.s, "local", "pupil", "erase", "{'id':'@ivan','preview':true}"), "confirm"));
    assert_int_equal(restore(&p, code, more, &answer), 0);
    assert_int_equal(number(answer, "erased"), 1);
    assert_int_equal(number(answer, "repeated"), 1);
    assert_int_equal(number(answer, "repeated_left"), 0);
    assert_int_equal(system(cmd), 0); /* nobody has started the folder yet */
    struct school r;
    reopen(&p, &r);
    refused(&r, LT_NOTFOUND, "person.absent", "local", "person", "show", "{'id':'@alone'}");
    json_t *acts = ok(&r, "local", "pupil", "erasures", "{}");
    assert_int_equal(count(acts), 1);
    assert_string_equal(text(acts, "items/0/state"), "done");
    assert_null(at(acts, "items/0/again"));
    assert_int_equal(number(ok(&r, "local", "system", "fsck", "{}"), "faults"), 0);
    shut(&r);
    place_close(&p);
}

/* --- the state and the schedule --- */

static const char *state_of(struct place *p)
{
    return text(ok(p->s, "director", "backup", "status", "{}"), "state");
}

static bool told(struct school *s, const char *who, const char *kind)
{
    return holds(ok(s, who, "notice", "list", "{}"), "kind", kind);
}

static void hourly(struct school *s)
{
    assert_int_equal(lt_app_hourly(s->app, "root", &s->err), 0);
}

static void test_state(void **state)
{
    (void)state;
    struct place p;
    place_open(&p);
    assert_string_equal(state_of(&p), "empty");
    back_up(&p);
    assert_string_equal(state_of(&p), "one_carrier");
    ok(p.s, "local", "carrier", "add", "{'folder':'%s','number':'102','place':'Архив','keeper':'Сидорова'}", p.disk2);
    ok(p.s, "sysadmin", "backup", "run", "{'to':'102'}");
    assert_string_equal(state_of(&p), "unchecked");
    verify(&p);
    ok(p.s, "sysadmin", "backup", "verify", "{'from':'102'}");
    assert_string_equal(state_of(&p), "no_code");
    ok(p.s, "local", "backup", "code", "{}");
    assert_string_equal(state_of(&p), "good");
    json_t *now = ok(p.s, "director", "backup", "status", "{}");
    assert_string_equal(text(now, "next"), "2027-01-25");
    assert_non_null(strstr(text(now, "made/text"), "сегодня"));
    hourly(p.s);
    assert_false(told(p.s, "director", "backup_overdue"));
    /* a week and a day later the newest one is too old */
    p.s->now += 8 * DAY;
    assert_string_equal(state_of(&p), "overdue");
    assert_non_null(strstr(text(ok(p.s, "director", "backup", "status", "{}"), "made/text"), "8 дней назад"));
    hourly(p.s);
    hourly(p.s);
    assert_true(told(p.s, "director", "backup_overdue"));
    assert_true(told(p.s, "sysadmin", "backup_overdue"));
    assert_false(told(p.s, "teacher", "backup_overdue"));
    assert_int_equal(count(ok(p.s, "director", "notice", "list", "{}")), 1);
    /* the day of the school's act: both carriers are asked for */
    setting(p.s, "backup.days=0");
    assert_string_equal(state_of(&p), "good");
    setting(p.s, "backup.period_ends=12-28 05-26");
    assert_string_equal(text(ok(p.s, "director", "backup", "status", "{}"), "next"), "2026-12-28");
    p.s->now = noon("2026-12-28");
    assert_string_equal(state_of(&p), "overdue");
    back_up(&p);
    verify(&p);
    assert_string_equal(state_of(&p), "overdue");
    ok(p.s, "sysadmin", "backup", "run", "{'to':'102'}");
    ok(p.s, "sysadmin", "backup", "verify", "{'from':'102'}");
    assert_string_equal(state_of(&p), "good");
    refused(p.s, LT_USAGE, "setting.month_days", "local", "school", "set", "{'setting':['backup.period_ends=12-28 32-01']}");
    place_close(&p);
}

/* --- who may, and where --- */

static void test_door(void **state)
{
    (void)state;
    struct place p;
    char conf[300], values[500];
    place_open(&p);
    struct uc_request r = {.noun = "carrier", .verb = "add", .door = UC_HTTP, .token = lt_json_str(p.s->tokens, "sysadmin")};
    lt_print(values, sizeof values, "{'folder':'%s','number':'102','place':'Архив','keeper':'Петров'}", p.disk2);
    assert_int_equal(ask(p.s, &r, NULL, values), LT_REFUSED);
    assert_string_equal(p.s->err.code, "carrier.folder_root");
    lt_print(conf, sizeof conf, "%s/letopis.conf", p.s->dir);
    FILE *f = fopen(conf, "a");
    fprintf(f, "[backup]\n\troot = %s\n", p.root);
    fclose(f);
    assert_int_equal(ask(p.s, &r, NULL, values), 0);
    refused(p.s, LT_CONFLICT, "carrier.number_taken", "local", "carrier", "add", "{'folder':'%s/disk3','number':'102','place':'А','keeper':'Б'}", p.root);
    refused(p.s, LT_REFUSED, "channel.folder_inside", "local", "carrier", "add", "{'folder':'%s/spool','number':'9','place':'А','keeper':'Б'}", p.s->dir);
    refused(p.s, LT_DENIED, "denied.right", "sysadmin", "backup", "code", "{}");
    refused(p.s, LT_DENIED, "denied.right", "director", "backup", "run", "{'to':'101'}");
    place_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_erased),         cmocka_unit_test(test_state),     cmocka_unit_test(test_door),
        cmocka_unit_test(test_round),          cmocka_unit_test(test_older),     cmocka_unit_test(test_damage),
        cmocka_unit_test(test_foreign),        cmocka_unit_test(test_keep),      cmocka_unit_test(test_while_writing),
        cmocka_unit_test(test_refused_disk),   cmocka_unit_test(test_full),      cmocka_unit_test(test_killed_run),
        cmocka_unit_test(test_killed_restore), cmocka_unit_test(test_erased_since)};
    if (getenv("ONLY")) cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
