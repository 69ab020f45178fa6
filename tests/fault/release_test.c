/* A folder that a site is published to, with the process killed at the nth operation on files and with a disk that refuses from the nth on: readers see a
 * whole release at every moment, the next publication succeeds and leaves nothing behind that is not its own. */
#include "usecase/release.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHANNEL "0198f3a2-0000-7000-8000-00000000c001"
#define NO_RELEASE {.target = -1, .releases = -1, .root = -1, .file = -1}

static const char *id_of(unsigned n, char out[LT_ID_SIZE])
{
    lt_print(out, LT_ID_SIZE, "0198f3a2-0000-7000-8000-%012u", n);
    return out;
}

/* Three files, each with the number of the release. */
static const char *const names[] = {"index.html", "9a/index.html", "9a/ivan.html"};

static int publish(const struct lt_fs *fs, const char *folder, unsigned n, size_t keep)
{
    struct release r = NO_RELEASE;
    struct lt_error err = {0};
    char id[LT_ID_SIZE], text[20];
    lt_print(text, sizeof text, "%u", n);
    int rc = release_open(fs, folder, CHANNEL, true, &r, &err);
    if (!rc) rc = release_begin(&r, id_of(n, id), &err);
    for (size_t i = 0; !rc && i < 3; i++) rc = release_file(&r, names[i], text, strlen(text), true, true, &err);
    if (!rc) rc = release_settle(&r, &err);
    if (!rc) rc = release_switch(&r, keep, &err);
    release_close(&r);
    lt_error_clear(&err);
    return rc;
}

static int take_down(const struct lt_fs *fs, const char *folder)
{
    struct release r = NO_RELEASE;
    struct lt_error err = {0};
    int rc = release_open(fs, folder, CHANNEL, false, &r, &err);
    if (!rc) rc = release_clear(&r, &err);
    release_close(&r);
    lt_error_clear(&err);
    return rc == LT_NOTFOUND ? 0 : rc;
}

/* The number of the release that readers see, all of it; 0: none is shown. */
static unsigned shown(const char *folder)
{
    unsigned seen = 0;
    char path[500], text[20];
    struct stat st;
    lt_print(path, sizeof path, "%s/current", folder);
    if (lstat(path, &st) != 0) return 0;
    for (size_t i = 0; i < 3; i++) {
        unsigned n = 0;
        lt_print(path, sizeof path, "%s/current/%s", folder, names[i]);
        FILE *f = fopen(path, "r");
        if (!f) fail_msg("%s is shown in part: no %s", folder, names[i]);
        if (!fgets(text, sizeof text, f) || sscanf(text, "%u", &n) != 1) fail_msg("%s: %s is empty", folder, names[i]);
        fclose(f);
        if (i && n != seen) fail_msg("%s: a mixture of %u and %u", folder, seen, n);
        seen = n;
    }
    return seen;
}

/* In the command "$D" is the folder. */
static void sh(const char *command, const char *folder)
{
    setenv("D", folder, 1);
    if (system(command) != 0) fail_msg("not so: %s", command);
}

static char *make_folder(void)
{
    static char dir[300];
    const char *tmp = getenv("TMPDIR");
    lt_print(dir, sizeof dir, "%s/letopis-release-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    sh("echo theirs > \"$D/robots.txt\"", dir); /* what others put there stays */
    return dir;
}

enum work { PUBLISH, TAKE_DOWN };

static int do_work(const struct lt_fs *fs, const char *folder, enum work work)
{
    return work == PUBLISH ? publish(fs, folder, 2, 0) : take_down(fs, folder);
}

/* -1: killed at the nth; else how many operations there are. */
static long killed_at(const char *folder, enum work work, uint64_t nth)
{
    int status, tell[2];
    uint64_t calls = 0;
    assert_int_equal(pipe(tell), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct lt_fs_test *t = lt_fs_test_new();
        lt_fs_test_fault(t, LT_FS_KILL, nth);
        if (do_work(lt_fs_test_table(t), folder, work)) _exit(1);
        calls = lt_fs_test_calls(t);
        _exit(write(tell[1], &calls, sizeof calls) == sizeof calls ? 0 : 1);
    }
    close(tell[1]);
    bool whole = read(tell[0], &calls, sizeof calls) == sizeof calls;
    close(tell[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return -1;
    assert_true(whole && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return (long)calls;
}

/* After whatever happened the folder can be used, and only what is shown and what others put there is left. */
static void next_one_is_clean(const char *folder)
{
    assert_int_equal(publish(lt_fs_system(), folder, 3, 0), 0);
    assert_int_equal(shown(folder), 3);
    sh("test $(ls \"$D/releases\" | wc -l) = 1", folder);
    sh("test \"$(ls -A \"$D\" | tr '\\n' ' ')\" = '.letopis.json current releases robots.txt '", folder);
    assert_int_equal(take_down(lt_fs_system(), folder), 0);
    sh("test \"$(ls -A \"$D\")\" = robots.txt && test \"$(cat \"$D/robots.txt\")\" = theirs", folder);
}

static void must_be_whole(const char *folder, enum work work, bool first)
{
    unsigned n = shown(folder);
    unsigned old = first ? 0 : 1, new = work == PUBLISH ? 2 : 0;
    if (n != old && n != new) fail_msg("release %u is shown", n);
}

static void kill_everywhere(enum work work, bool first)
{
    long calls = 0;
    unsigned killed = 0;
    for (uint64_t nth = 1; calls <= 0; nth++) {
        char *folder = make_folder();
        if (!first) assert_int_equal(publish(lt_fs_system(), folder, 1, 0), 0);
        calls = killed_at(folder, work, nth);
        must_be_whole(folder, work, first);
        killed += calls < 0;
        next_one_is_clean(folder);
        sh("rm -r \"$D\"", folder);
    }
    print_message("killed at each of %u operations\n", killed);
    assert_true(killed >= 6);
}

static void kill_first_publication(void **state)
{
    (void)state;
    kill_everywhere(PUBLISH, true);
}

static void kill_second_publication(void **state)
{
    (void)state;
    kill_everywhere(PUBLISH, false);
}

static void kill_taking_down(void **state)
{
    (void)state;
    kill_everywhere(TAKE_DOWN, false);
}

/* A disk that refuses: the call says so, or what it said is true. */
static void refuse_everywhere(enum work work)
{
    bool done = false;
    unsigned refused = 0;
    for (uint64_t nth = 1; !done; nth++) {
        char *folder = make_folder();
        assert_int_equal(publish(lt_fs_system(), folder, 1, 0), 0);
        struct lt_fs_test *t = lt_fs_test_new();
        lt_fs_test_fault(t, LT_FS_FAIL, nth);
        int rc = do_work(lt_fs_test_table(t), folder, work);
        done = lt_fs_test_calls(t) < nth;
        lt_fs_test_free(t);
        must_be_whole(folder, work, false);
        if (!rc) assert_int_equal(shown(folder), work == PUBLISH ? 2 : 0);
        if (done) assert_int_equal(rc, 0);
        refused += rc != 0;
        next_one_is_clean(folder);
        sh("rm -r \"$D\"", folder);
    }
    print_message("refused at %u operations\n", refused);
    assert_true(refused >= 6);
}

static void a_full_disk_while_publishing(void **state)
{
    (void)state;
    refuse_everywhere(PUBLISH);
}

static void a_refusing_disk_while_taking_down(void **state)
{
    (void)state;
    refuse_everywhere(TAKE_DOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill_first_publication),        cmocka_unit_test(kill_second_publication),
        cmocka_unit_test(kill_taking_down),              cmocka_unit_test(a_full_disk_while_publishing),
        cmocka_unit_test(a_refusing_disk_while_taking_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
