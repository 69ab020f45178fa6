/* pupil erase: after it no byte of the pupil is left anywhere the program writes to, the others have all of theirs, and a kill or a restored copy
 * changes nothing of that. */
#include "support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"
#include "usecase/erase.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SURNAME "Журавликова"
#define NAME    "Пелагея"
#define SECOND  "Вениаминовна"
#define BIRTH   "2011-04-17"
#define PARENT  "Ястребинская"
#define WORDS   "шиповниковое"
#define NUMBER  "Л-7041"

static struct school *s;
static char site[256], scan_sha[65];

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
    char cmd[2000], full[2300];
    va_list ap;
    va_start(ap, format);
    vsnprintf(cmd, sizeof cmd, format, ap);
    va_end(ap);
    lt_print(full, sizeof full, "unset LD_PRELOAD; export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent; %s", cmd);
    if (system(full)) fail_msg("%s", cmd);
}

/* --- the scene: a pupil who came by an import and has left traces everywhere --- */

static void import_the_pupil(void)
{
    char path[300];
    lt_print(path, sizeof path, "%s-roster.csv", s->dir);
    const char rows[] = "Фамилия;Имя;Отчество;Дата рождения;Пол;Класс;Личное дело\n" SURNAME ";" NAME ";" SECOND ";17.04.2011;ж;9А;" NUMBER "\n";
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, rows, strlen(rows), 0600, false), 0);
    ok(s, "local", "import", "apply", "{'format':'roster','file':'<=%s'}", path);
    json_t *found = ok(s, "local", "pupil", "list", "{'query':'" SURNAME "'}");
    assert_int_equal(count(found), 1);
    name_it(s, "gone", text(found, "items/0/id"));
    ok(s, "local", "pupil", "edit", "{'id':'@gone','number':'" NUMBER "'}");
    account(s, "gone", true);
    ok(s, "local", "import", "preview", "{'format':'roster','file':'<=%s'}", path); /* waits in the spool */
    unlink(path);
}

static void write_entries(void)
{
    json_t *e = ok(s, "gone", "entry", "add",
                   "{'pupil':'@gone','activity':'olympiad','title':'" WORDS " варенье','level':'municipal','result':'winner','date':'2026-10-10',"
                   "'organiser':'Управа','file':['<scans/01-olympiad-diploma.pdf']}");
    name_it(s, "scan", text(e, "id"));
    lt_print(scan_sha, sizeof scan_sha, "%s", text(e, "files/0/sha256"));
    assert_int_equal(strlen(scan_sha), 64);
    ok(s, "gone", "file", "preview", "{'id':'@scan','size':'320'}");
    ok(s, "gone", "entry", "submit", "{'id':'@scan'}");
    ok(s, "deputy", "entry", "verify", "{'id':'@scan'}");
    ok(s, "teacher", "review", "add", "{'pupil':'@gone','entry':'@scan','text':'" NAME " сварила " WORDS "'}");
    ok(s, "gone", "goal", "add", "{'pupil':'@gone','title':'" WORDS " дважды'}");
    assert_true(count(ok(s, "deputy", "search", "find", "{'query':'" WORDS "'}")) > 0);
}

static void take_part(void)
{
    json_t *e = ok(s, "teacher", "event", "add", "{'title':'Турнир городов','activity':'contest','level':'municipal','from':'2026-11-01','to':'2026-11-02'}");
    name_it(s, "cup", text(e, "id"));
    ok(s, "teacher", "event", "participants", "{'id':'@cup','pupil':['@gone'],'result':'winner','comment':'" SURNAME " первая'}");
    ok(s, "teacher", "event", "participants", "{'id':'@cup','pupil':['@olga'],'result':'participant'}");
    ok(s, "deputy", "event", "close", "{'id':'@cup'}");
}

static void publish(void)
{
    lt_print(site, sizeof site, "%s-site", s->dir);
    name_it(s, "site", text(ok(s, "publisher", "channel", "add", "{'title':'Сайт школы','plugin':'site','folder':'%s'}", site), "id"));
    json_t *c = ok(s, "parent", "consent", "give", "{'pupil':'@gone','purpose':'dissemination','target':'@site','field':['name','class','title','result']}");
    if (strcmp(text(c, "state"), "waiting_second") == 0) ok(s, "gone", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    ok(s, "publisher", "publication", "run", "{'channel':'@site'}");
    ok(s, "publisher", "publication", "run", "{'channel':'@site'}");
    shell("grep -rq " NAME " %s", site);
}

static int setup(void **state)
{
    (void)state;
    s = school_open();
    import_the_pupil();
    name_it(s, "parent", text(ok(s, "local", "person", "add", "{'surname':'" PARENT "','name':'Глафира','phone':'+79160041725'}"), "id"));
    account(s, "parent", true);
    guardian(s, "gone", "parent", "");
    guardian(s, "gone", "mother_b", ""); /* of another child too */
    guardian(s, "gone", "math", "");     /* teaches here */
    processing(s, "gone");
    write_entries();
    take_part();
    publish();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    shell("rm -rf %s", site);
    school_close(s);
    return 0;
}

/* --- looking --- */

static int searched(const char *oracle, const char *dir)
{
    if (access(oracle, X_OK)) return 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int quiet = open("/dev/stderr", O_WRONLY);
        dup2(quiet, 1);
        execl(oracle, oracle, dir, SURNAME, NAME, SECOND, BIRTH, "17.04.2011", PARENT, "Глафира", "79160041725", WORDS, scan_sha, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect_no_trace(const char *dir)
{
    assert_int_equal(searched(LETOPIS_SOURCE_DIR "/tests/support/no-trace", dir), 0);
    assert_int_equal(searched(LETOPIS_SOURCE_DIR "/../shared/checks/no-trace", dir), 0);
}

static void expect_sound(void)
{
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0);
    lt_app_close(s->app); /* git reads while nobody merges packs */
    shell("for r in %s/school.git %s/portfolios/*/*.git; do git -C $r fsck --strict --full --no-dangling >/dev/null 2>&1 || exit 1; done", s->dir, s->dir);
    shell("r=%s/school.git; for c in $(git -C $r rev-list main); do git -C $r -c gpg.format=ssh -c gpg.ssh.allowedSignersFile=%s/keys/allowed_signers "
          "verify-commit $c >/dev/null 2>&1 || exit 1; done", s->dir, s->dir);
    if (access(LETOPIS_SOURCE_DIR "/../shared/checks/portfolio-signatures", X_OK) == 0)
        shell(LETOPIS_SOURCE_DIR "/../shared/checks/portfolio-signatures %s/school.git %s/keys/allowed_signers >&2", s->dir, s->dir);
    school_open_with(s, NULL);
}

static void portfolio_of(const char *name, char out[400])
{
    const char *id = id_of(s, name);
    lt_print(out, 400, "%s/portfolios/%s/%s.git", s->dir, id + strlen(id) - 2, id);
}

static json_t *erase(const char *who)
{
    return ok(s, who, "pupil", "erase", "{'id':'@gone','ground':'withdrawn','reason':'Заявление семьи','confirm':'" NUMBER "'}");
}

/* --- tests --- */

static void nothing_is_left_and_nothing_of_others_is_lost(void **state)
{
    (void)state;
    char folder[400];
    assert_int_not_equal(searched(LETOPIS_SOURCE_DIR "/tests/support/no-trace", s->dir), 0); /* it finds what is there */
    portfolio_of("olga", folder);
    shell("cp -a %s %s-olga", folder, s->dir);
    json_t *a = erase("director");
    assert_string_equal(text(a, "state"), "done");
    assert_int_equal(json_array_size(at(a, "remaining")), 0);
    assert_string_equal(text(a, "pupil"), id_of(s, "gone"));
    assert_string_equal(text(a, "number"), NUMBER);
    assert_string_equal(text(a, "ground"), "withdrawn");
    assert_int_equal(json_array_size(at(a, "persons")), 1);
    assert_string_equal(text(a, "persons/0"), id_of(s, "parent"));
    assert_true(number(a, "counts/entry") >= 2);
    shell("test -z \"$(find %s -name '*%s*')\"", s->dir, id_of(s, "gone"));
    expect_no_trace(s->dir);
    expect_no_trace(site);
    shell("test $(ls %s/releases | wc -l) = 1", site);
    /* others */
    shell("diff -r %s-olga %s && rm -rf %s-olga", s->dir, folder, s->dir);
    assert_int_equal(json_array_size(at(ok(s, "deputy", "event", "show", "{'id':'@cup'}"), "participants")), 1);
    ok(s, "local", "person", "show", "{'id':'@mother_b'}");
    ok(s, "local", "person", "show", "{'id':'@math'}");
    refused(s, LT_NOTFOUND, "person.absent", "local", "person", "show", "{'id':'@parent'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "director", "pupil", "show", "{'id':'@gone'}");
    assert_int_equal(count(ok(s, "deputy", "search", "find", "{'query':'" WORDS "'}")), 0);
    assert_int_not_equal(call(s, "parent", "session", "show", NULL, "{}"), 0);
    assert_int_not_equal(call(s, "gone", "session", "show", NULL, "{}"), 0);
    expect_sound();
    /* the log of accesses knows by whom the act was done, and its chain holds */
    assert_true(json_array_size(at(ok(s, "director", "pupil", "erasures", "{}"), "items")) == 1);
    shell("test $(git -C %s/school.git log --format='%%(trailers:key=Rewritten,valueonly)' | grep -c %s) -gt 3", s->dir, text(a, "id"));
    school_reopen(s);
    ok(s, "local", "system", "reindex", "{}");
    ok(s, "local", "log", "anchor", "{}");
    expect_sound();
    expect_no_trace(s->dir);
}

static void what_will_go_is_shown_before(void **state)
{
    (void)state;
    json_t *p = ok(s, "director", "pupil", "erase", "{'id':'@gone','preview':true}");
    assert_string_equal(text(p, "confirm"), NUMBER);
    assert_string_equal(text(p, "pupil/name"), SURNAME " " NAME " " SECOND);
    assert_int_equal(number(p, "counts/review"), 1);
    assert_true(number(p, "counts/files") >= 1);
    assert_true(number(p, "bytes") > 1000);
    assert_int_equal(json_array_size(at(p, "persons")), 1);
    assert_int_equal(json_array_size(at(p, "stay")), 2);
    assert_string_equal(text(p, "channels/0/title"), "Сайт школы");
    assert_string_equal(text(p, "events/0/title"), "Турнир городов");
    assert_true(number(p, "spool") >= 1);
    /* what somebody wrote of the pupil into another's record is beyond the rules: it is pointed at */
    json_t *e = ok(s, "teacher", "entry", "add", "{'pupil':'@olga','activity':'contest','title':'Вместе с " NAME " " SURNAME "','date':'2026-10-01'}");
    p = ok(s, "director", "pupil", "erase", "{'id':'@gone','preview':true}");
    bool told = false;
    for (size_t i = 0; i < json_array_size(at(p, "mentions")); i++)
        told = told || strcmp(text(json_array_get(at(p, "mentions"), i), "id"), text(e, "id")) == 0;
    assert_true(told);
    ok(s, "director", "pupil", "show", "{'id':'@gone'}"); /* nothing went */
}

/* Others' uploads go, for nobody can say who is in a picture: it is told whose. A report that names pupils by id loses the pupil alone. */
static void what_others_have_on_their_way_is_told(void **state)
{
    (void)state;
    struct sys_account mother = {0};
    char *left = NULL, path[300];
    size_t len = 0;
    account(s, "mother_b", true);
    assert_int_equal(sysdb_account_by_subject(s->app->sys, id_of(s, "mother_b"), &mother, &s->err), 0);
    shell("mkdir -p %s/spool/uploads %s/spool/rows", s->dir, s->dir);
    for (int i = 0; i < 3; i++) { /* the third was taken into a record and waits for its repetition alone */
        shell("echo x > %s/spool/uploads/%d.bin; echo '{\"account\":\"%s\",\"used\":%s}' > %s/spool/uploads/%d.json", s->dir, i, mother.id, i == 2 ? "true" : "false",
              s->dir, i);
    }
    lt_print(path, sizeof path, "%s/spool/rows/r.json", s->dir);
    shell("echo '{\"rows\":[{\"row\":1,\"pupil\":\"%s\"},{\"row\":2,\"pupil\":\"%s\"},{\"row\":3}]}' > %s", id_of(s, "gone"), id_of(s, "olga"), path);
    json_t *p = ok(s, "director", "pupil", "erase", "{'id':'@gone','preview':true}");
    assert_int_equal(number(p, "spool"), 3);
    assert_int_equal(json_array_size(at(p, "waiting")), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *one = json_array_get(at(p, "waiting"), i);
        bool upload = strcmp(text(one, "what"), "upload") == 0;
        assert_string_equal(text(one, "what"), upload ? "upload" : "import");
        assert_int_equal(number(one, "count"), upload ? 2 : 1);
        if (upload) assert_string_equal(text(one, "by"), id_of(s, "mother_b"));
        if (upload) assert_true(*text(one, "name"));
        else assert_true(lt_starts(text(one, "by"), "local:"));
    }
    erase("director");
    shell("test -z \"$(ls %s/spool/uploads)\"", s->dir);
    assert_int_equal(lt_fs_read(path, 4096, &left, &len), 0);
    assert_null(strstr(left, id_of(s, "gone")));
    assert_non_null(strstr(left, id_of(s, "olga")));
    assert_non_null(strstr(left, "\"row\": 3"));
    free(left);
}

static void only_with_ground_reason_and_confirmation(void **state)
{
    (void)state;
    refused(s, LT_USAGE, "field.required", "director", "pupil", "erase", "{'id':'@gone','reason':'Заявление','confirm':'" NUMBER "'}");
    refused(s, LT_USAGE, "field.required", "director", "pupil", "erase", "{'id':'@gone','ground':'term','confirm':'" NUMBER "'}");
    refused(s, LT_USAGE, "field.required", "director", "pupil", "erase", "{'id':'@gone','ground':'term','reason':'Заявление'}");
    refused(s, LT_REFUSED, "erase.confirm", "director", "pupil", "erase", "{'id':'@gone','ground':'term','reason':'Срок истёк','confirm':'Иванов Иван'}");
    refused(s, LT_REFUSED, "erase.reason_names", "director", "pupil", "erase",
            "{'id':'@gone','ground':'term','reason':'Семья журавликовых просит','confirm':'" NUMBER "'}");
    refused(s, LT_DENIED, "denied.right", "deputy", "pupil", "erase", "{'id':'@gone','preview':true}");
    refused(s, LT_DENIED, "denied.right", "teacher", "pupil", "erase", "{'id':'@gone','ground':'term','reason':'Срок истёк','confirm':'" NUMBER "'}");
    refused(s, LT_DENIED, "denied.right", "parent", "pupil", "erase", "{'id':'@gone','preview':true}");
    setting(s, "local.acts=off");
    refused(s, LT_DENIED, "denied.local_acts", "local", "pupil", "erase", "{'id':'@gone','ground':'term','reason':'Срок истёк','confirm':'" NUMBER "'}");
    setting(s, "local.acts=on");
    /* the name in place of the number, letters of any case */
    json_t *a = ok(s, "local", "pupil", "erase",
                   "{'id':'@gone','ground':'term','reason':'Срок хранения истёк','confirm':'журавликова пелагея вениаминовна'}");
    assert_string_equal(text(a, "state"), "done");
}

static void a_restored_copy_is_erased_again(void **state)
{
    (void)state;
    char folder[400];
    portfolio_of("gone", folder);
    shell("cp -a %s %s-copy", folder, s->dir);
    erase("director");
    lt_app_close(s->app);
    shell("mkdir -p $(dirname %s) && cp -a %s-copy %s && rm -rf %s-copy", folder, s->dir, folder, s->dir);
    school_open_with(s, NULL);
    refused(s, LT_NOTFOUND, "pupil.absent", "director", "pupil", "show", "{'id':'@gone'}");
    json_t *acts = ok(s, "director", "pupil", "erasures", "{}");
    assert_int_equal(json_array_size(at(acts, "items/0/again")), 1);
    expect_no_trace(s->dir);
    expect_sound();
}

/* Long work may hold a table with the name in it. */
static void long_work_is_waited_for(void **state)
{
    (void)state;
    struct sys_job job = {.kind = "publication.run", .owner = "local:anna", .state = "queued", .created = s->now, .changed = s->now};
    bool moved = false;
    lt_id_next(s->app->ids, job.id);
    assert_int_equal(sysdb_job_add(s->app->sys, &job, NULL, &s->err), 0);
    refused(s, LT_CONFLICT, "erase.jobs", "director", "pupil", "erase", "{'id':'@gone','ground':'term','reason':'Срок истёк','confirm':'" NUMBER "'}");
    assert_int_equal(sysdb_job_move(s->app->sys, job.id, "queued", "cancelled", s->now, &moved, &s->err), 0);
    erase("director");
}

/* Erases in a process of its own that is killed at its nth operation on files; true: it came to the end. */
static bool erase_killed(uint64_t nth, uint64_t *calls)
{
    int tell[2];
    assert_int_equal(pipe(tell), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct lt_fs_test *t = lt_fs_test_new();
        school_open_with(s, lt_fs_test_table(t));
        lt_fs_test_fault(t, LT_FS_KILL, nth);
        if (call(s, "local", "pupil", "erase", NULL, "{'id':'@gone','ground':'term','reason':'Срок истёк','confirm':'" NUMBER "'}")) _exit(3);
        *calls = lt_fs_test_calls(t);
        _exit(write(tell[1], calls, sizeof *calls) == sizeof *calls ? 0 : 4);
    }
    close(tell[1]);
    bool whole = read(tell[0], calls, sizeof *calls) == sizeof *calls;
    close(tell[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(whole || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    return whole;
}

static void killed_at_each_step_it_goes_on(void **state)
{
    (void)state;
    enum { KILLS = 16 };
    uint64_t calls = 0;
    unsigned accepted = 0;
    lt_app_close(s->app);
    shell("cp -a %s %s-base && cp -a %s %s-sitebase", s->dir, s->dir, site, s->dir);
    assert_true(erase_killed(0, &calls));
    for (unsigned i = 0; i < KILLS; i++) {
        uint64_t unused = 0;
        shell("rm -rf %s %s && cp -a %s-base %s && cp -a %s-sitebase %s", s->dir, site, s->dir, s->dir, s->dir, site);
        erase_killed(1 + calls * i / KILLS + i % 3, &unused);
        school_open_with(s, NULL);
        json_t *acts = ok(s, "director", "pupil", "erasures", "{}");
        if (json_array_size(at(acts, "items"))) { /* accepted: it was carried out before this was answered */
            accepted++;
            assert_string_equal(text(acts, "items/0/state"), "done");
            refused(s, LT_NOTFOUND, "pupil.absent", "director", "pupil", "show", "{'id':'@gone'}");
            expect_no_trace(s->dir);
            expect_no_trace(site);
        } else { /* not accepted: all of it is there */
            ok(s, "gone", "entry", "show", "{'id':'@scan'}");
            ok(s, "local", "person", "show", "{'id':'@parent'}");
        }
        if (i % 4 == 0) expect_sound();
        lt_app_close(s->app);
    }
    assert_true(accepted >= KILLS / 2 && accepted < KILLS);
    print_message("%u of %d kills after acceptance, %llu operations\n", accepted, KILLS, (unsigned long long)calls);
    shell("rm -rf %s-base %s-sitebase", s->dir, s->dir);
    school_open_with(s, NULL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(nothing_is_left_and_nothing_of_others_is_lost), T(what_will_go_is_shown_before), T(what_others_have_on_their_way_is_told), T(only_with_ground_reason_and_confirmation),
        T(a_restored_copy_is_erased_again),               T(long_work_is_waited_for),      T(killed_at_each_step_it_goes_on),
    };
    if (getenv("ONLY")) cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
