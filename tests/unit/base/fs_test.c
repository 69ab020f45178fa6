#include "testing.h"

#include "base/id.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *at(void **state, const char *name)
{
    static _Thread_local char paths[4][512];
    static _Thread_local unsigned next;
    char *out = paths[next++ % 4];
    assert_true(lt_print(out, sizeof paths[0], "%s/%s", (char *)*state, name));
    return out;
}

static void holds(const char *path, const char *text)
{
    char *got;
    size_t len;
    assert_int_equal(lt_fs_read(path, 1 << 20, &got, &len), 0);
    assert_string_equal(got, text);
    assert_int_equal(len, strlen(text));
    free(got);
}

static int count_names(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void put(const char *path, const char *text)
{
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, text, strlen(text), 0644, false), 0);
}

static void system_table_does_what_it_says(void **state)
{
    const struct lt_fs *fs = lt_fs_system();
    int fd = fs->open(fs->ctx, at(state, "a"), O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(fs->write(fs->ctx, fd, "hello", 5), 5);
    assert_int_equal(fs->pwrite(fs->ctx, fd, "J", 1, 0), 1);
    assert_int_equal(fs->ftruncate(fs->ctx, fd, 4), 0);
    assert_int_equal(fs->fdatasync(fs->ctx, fd), 0);
    assert_int_equal(fs->fsync(fs->ctx, fd), 0);
    assert_int_equal(fs->syncfs(fs->ctx, fd), 0);
    assert_int_equal(fs->close(fs->ctx, fd), 0);
    holds(at(state, "a"), "Jell");
    assert_int_equal(fs->link(fs->ctx, at(state, "a"), at(state, "b")), 0);
    assert_int_equal(fs->rename(fs->ctx, at(state, "a"), at(state, "c")), 0);
    assert_int_equal(fs->unlink(fs->ctx, at(state, "b")), 0);
    assert_int_equal(fs->mkdir(fs->ctx, at(state, "d"), 0755), 0);
    assert_int_equal(fs->rmdir(fs->ctx, at(state, "d")), 0);
    holds(at(state, "c"), "Jell");
    assert_int_equal(count_names(*state), 1);
    assert_int_equal(fs->open(fs->ctx, at(state, "none"), O_RDONLY, 0), -1);
    assert_int_equal(errno, ENOENT);
}

static void folders_are_made_with_their_parents(void **state)
{
    const struct lt_fs *fs = lt_fs_system();
    struct stat st;
    assert_int_equal(lt_fs_mkdirs(fs, at(state, "a/b//c/"), 0700), 0);
    assert_int_equal(stat(at(state, "a/b/c"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(lt_fs_mkdirs(fs, at(state, "a/b/c"), 0700), 0);
    put(at(state, "file"), "x");
    assert_int_equal(lt_fs_mkdirs(fs, at(state, "file/below"), 0700), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(lt_fs_mkdirs(fs, at(state, "file"), 0700), -1);
    assert_int_equal(errno, ENOTDIR);
}

static void reading_is_limited(void **state)
{
    char *got = NULL;
    size_t len = 7;
    put(at(state, "f"), "12345");
    assert_int_equal(lt_fs_read(at(state, "f"), 5, &got, &len), 0);
    assert_string_equal(got, "12345");
    assert_int_equal(len, 5);
    free(got);
    got = NULL;
    assert_int_equal(lt_fs_read(at(state, "f"), 4, &got, &len), -1);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(lt_fs_read(at(state, "none"), 4, &got, &len), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(lt_fs_read(*state, 4, &got, &len), -1);
    assert_int_equal(errno, EISDIR);
    assert_null(got);
    assert_int_equal(len, 5);
    put(at(state, "empty"), "");
    holds(at(state, "empty"), "");
    /* the size that stat tells of it is 0 */
    assert_int_equal(lt_fs_read("/proc/self/status", 1 << 20, &got, NULL), 0);
    assert_true(lt_starts(got, "Name:"));
    free(got);
}

static void replacing_is_one_step(void **state)
{
    const struct lt_fs *fs = lt_fs_system();
    char *path = at(state, "conf");
    struct stat st;
    assert_int_equal(lt_fs_replace(fs, path, "first", 5, 0600, true), 0);
    holds(path, "first");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(lt_fs_replace(fs, path, "second", 6, 0600, false), 0);
    holds(path, "second");
    assert_int_equal(count_names(*state), 1);
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(lt_fs_replace(fs, "here", "x", 1, 0600, true), 0);
    holds("here", "x");
    assert_int_equal(chdir("/"), 0);
}

static void replacing_flushes_file_and_folder(void **state)
{
    struct lt_fs_test *t = lt_fs_test_new();
    const struct lt_fs *fs = lt_fs_test_table(t);
    assert_int_equal(lt_fs_replace(fs, at(state, "a"), "x", 1, 0600, true), 0);
    assert_int_equal(lt_fs_test_flushes(t), 2);
    assert_int_equal(lt_fs_replace(fs, at(state, "a"), "x", 1, 0600, false), 0);
    assert_int_equal(lt_fs_test_flushes(t), 2);
    lt_fs_test_free(t);
}

/* Every call of a replace fails in turn: the old or the new text stands, never a part. */
static void a_failing_replace_leaves_old_or_new(void **state)
{
    char *path = at(state, "conf");
    for (uint64_t nth = 1;; nth++) {
        put(path, "old text");
        struct lt_fs_test *t = lt_fs_test_new();
        lt_fs_test_fault(t, LT_FS_FAIL, nth);
        errno = 0;
        int r = lt_fs_replace(lt_fs_test_table(t), path, "new text", 8, 0644, true);
        int why = errno;
        uint64_t calls = lt_fs_test_calls(t);
        lt_fs_test_free(t);
        if (r == 0) {
            holds(path, "new text");
            /* only closing the folder, after its flush, may fail unseen */
            assert_true(calls == 8 && nth == 8);
            return;
        }
        assert_true(why == EIO || why == ENOSPC);
        if (nth == 2) assert_int_equal(why, ENOSPC);
        char *got;
        assert_int_equal(lt_fs_read(path, 100, &got, NULL), 0);
        assert_true(strcmp(got, nth > 5 ? "new text" : "old text") == 0);
        free(got);
        assert_int_equal(lt_fs_remove_tree(lt_fs_system(), *state), 0);
        assert_int_equal(mkdir(*state, 0700), 0);
    }
}

static int no_rename(void *ctx, const char *from, const char *to)
{
    (void)ctx, (void)from, (void)to;
    errno = EXDEV;
    return -1;
}

static void a_failing_replace_clears_up(void **state)
{
    struct lt_fs fs = *lt_fs_system();
    fs.rename = no_rename;
    put(at(state, "conf"), "old");
    assert_int_equal(lt_fs_replace(&fs, at(state, "conf"), "new", 3, 0600, true), -1);
    assert_int_equal(errno, EXDEV);
    holds(at(state, "conf"), "old");
    assert_int_equal(count_names(*state), 1);
}

static void trees_are_removed_without_following_links(void **state)
{
    const struct lt_fs *fs = lt_fs_system();
    assert_int_equal(lt_fs_mkdirs(fs, at(state, "tree/a/b/c"), 0700), 0);
    assert_int_equal(mkdir(at(state, "outside"), 0700), 0);
    put(at(state, "outside/keep"), "kept");
    put(at(state, "tree/a/b/file"), "x");
    assert_int_equal(symlink("../../../outside", at(state, "tree/a/b/link")), 0);
    assert_int_equal(symlink("gone", at(state, "tree/broken")), 0);
    assert_int_equal(lt_fs_remove_tree(fs, at(state, "tree")), 0);
    assert_int_equal(access(at(state, "tree"), F_OK), -1);
    holds(at(state, "outside/keep"), "kept");
    assert_int_equal(lt_fs_remove_tree(fs, at(state, "tree")), 0);

    assert_int_equal(symlink("outside", at(state, "link")), 0);
    assert_int_equal(lt_fs_remove_tree(fs, at(state, "link")), 0);
    holds(at(state, "outside/keep"), "kept");
    put(at(state, "single"), "x");
    assert_int_equal(lt_fs_remove_tree(fs, at(state, "single")), 0);
    assert_int_equal(count_names(*state), 1);

    struct lt_fs_test *t = lt_fs_test_new();
    lt_fs_test_fault(t, LT_FS_FAIL, 1);
    assert_int_equal(lt_fs_remove_tree(lt_fs_test_table(t), at(state, "outside")), -1);
    assert_int_equal(errno, EIO);
    lt_fs_test_free(t);
}

/* A disk that takes two bytes at a time, then none. */
struct slow {
    int left;
};

static ssize_t slow_write(void *ctx, int fd, const void *data, size_t len)
{
    struct slow *s = ctx;
    if (!s->left) return 0;
    s->left--;
    return write(fd, data, len < 2 ? len : 2);
}

static void short_writes_are_continued(void **state)
{
    struct slow slow = {.left = 3};
    struct lt_fs fs = *lt_fs_system();
    fs.ctx = &slow;
    fs.write = slow_write;
    int fd = open(at(state, "f"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(lt_fs_write_all(&fs, fd, "abcde", 5), 0);
    holds(at(state, "f"), "abcde");
    assert_int_equal(lt_fs_write_all(&fs, fd, "f", 1), -1);
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

static void nth_call_and_all_after_it_fail(void **state)
{
    struct lt_fs_test *t = lt_fs_test_new();
    const struct lt_fs *fs = lt_fs_test_table(t);
    int fd = fs->open(fs->ctx, at(state, "f"), O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    lt_fs_test_fault(t, LT_FS_FAIL, 2);
    assert_int_equal(fs->write(fs->ctx, fd, "a", 1), 1);
    assert_int_equal(fs->write(fs->ctx, fd, "b", 1), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(fs->pwrite(fs->ctx, fd, "b", 1, 0), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(fs->fdatasync(fs->ctx, fd), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(fs->rename(fs->ctx, at(state, "f"), at(state, "g")), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(fs->mkdir(fs->ctx, at(state, "d"), 0700), -1);
    assert_int_equal(fs->open(fs->ctx, at(state, "g"), O_WRONLY | O_CREAT, 0600), -1);
    assert_int_equal(lt_fs_test_flushes(t), 0);
    /* a failing close closes: nothing leaks */
    assert_int_equal(fs->close(fs->ctx, fd), -1);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(lt_fs_test_calls(t), 9);
    lt_fs_test_fault(t, LT_FS_FAIL, 0);
    assert_int_equal(fs->unlink(fs->ctx, at(state, "f")), 0);
    assert_int_equal(count_names(*state), 0);
    lt_fs_test_free(t);
    lt_fs_test_free(NULL);
}

static void kill_comes_instead_of_the_nth_call(void **state)
{
    for (uint64_t nth = 1; nth <= 4; nth++) {
        assert_int_equal(lt_fs_remove_tree(lt_fs_system(), at(state, "d")), 0);
        pid_t child = fork();
        if (child == 0) {
            struct lt_fs_test *t = lt_fs_test_new();
            const struct lt_fs *fs = lt_fs_test_table(t);
            lt_fs_test_fault(t, LT_FS_KILL, nth);
            fs->mkdir(fs->ctx, at(state, "d"), 0700);
            fs->mkdir(fs->ctx, at(state, "d/e"), 0700);
            fs->rmdir(fs->ctx, at(state, "d/e"));
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        assert_int_equal(killed, nth <= 3);
        assert_int_equal(access(at(state, "d"), F_OK), nth > 1 ? 0 : -1);
        assert_int_equal(access(at(state, "d/e"), F_OK), nth == 3 ? 0 : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(system_table_does_what_it_says),
        SCRATCH_TEST(folders_are_made_with_their_parents),
        SCRATCH_TEST(reading_is_limited),
        SCRATCH_TEST(replacing_is_one_step),
        SCRATCH_TEST(replacing_flushes_file_and_folder),
        SCRATCH_TEST(a_failing_replace_leaves_old_or_new),
        SCRATCH_TEST(a_failing_replace_clears_up),
        SCRATCH_TEST(trees_are_removed_without_following_links),
        SCRATCH_TEST(short_writes_are_continued),
        SCRATCH_TEST(nth_call_and_all_after_it_fail),
        SCRATCH_TEST(kill_comes_instead_of_the_nth_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
