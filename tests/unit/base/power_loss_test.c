/* The recorder itself: what was flushed is in every tree it makes, what was not is in some and not in others,
 * and the same seed makes the same tree. */
#include "testing.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEDS 60

struct disk {
    char root[300], after[300];
    struct lt_fs_test *t;
    const struct lt_fs *fs;
};

static struct disk start(void **state)
{
    struct disk d;
    assert_true(lt_print(d.root, sizeof d.root, "%s/root", (char *)*state));
    assert_true(lt_print(d.after, sizeof d.after, "%s/after", (char *)*state));
    assert_int_equal(mkdir(d.root, 0700), 0);
    d.t = lt_fs_test_new();
    d.fs = lt_fs_test_table(d.t);
    return d;
}

static char *in(const struct disk *d, const char *name)
{
    static _Thread_local char paths[4][512];
    static _Thread_local unsigned next;
    char *out = paths[next++ % 4];
    assert_true(lt_print(out, sizeof paths[0], "%s/%s", d->root, name));
    return out;
}

/* Text of a file after the loss; NULL when it is not there. */
static char *after(const struct disk *d, const char *name, size_t *len)
{
    char path[600], *out;
    assert_true(lt_print(path, sizeof path, "%s/%s", d->after, name));
    if (lt_fs_read(path, 1 << 24, &out, len) == 0) return out;
    assert_int_equal(errno, ENOENT);
    return NULL;
}

static bool there(const struct disk *d, const char *name)
{
    char path[600];
    struct stat st;
    assert_true(lt_print(path, sizeof path, "%s/%s", d->after, name));
    return lstat(path, &st) == 0;
}

static bool after_is(const struct disk *d, const char *name, const char *text)
{
    size_t len = 0;
    char *got = after(d, name, &len);
    bool same = got && len == strlen(text) && memcmp(got, text, len) == 0;
    free(got);
    return same;
}

static void lose_power(const struct disk *d, uint64_t seed)
{
    assert_int_equal(lt_fs_remove_tree(lt_fs_system(), d->after), 0);
    assert_int_equal(mkdir(d->after, 0700), 0);
    assert_int_equal(lt_fs_test_power_loss(d->t, d->after, seed), 0);
}

static int create(const struct disk *d, const char *name, const char *text)
{
    int fd = d->fs->open(d->fs->ctx, in(d, name), O_WRONLY | O_CREAT | O_TRUNC, 0640);
    assert_true(fd >= 0);
    assert_int_equal(lt_fs_write_all(d->fs, fd, text, strlen(text)), 0);
    return fd;
}

static void create_flushed(const struct disk *d, const char *name, const char *text)
{
    int fd = create(d, name, text);
    assert_int_equal(d->fs->fdatasync(d->fs->ctx, fd), 0);
    assert_int_equal(d->fs->close(d->fs->ctx, fd), 0);
}

static void sync_root(const struct disk *d)
{
    assert_int_equal(lt_fs_sync_dir(d->fs, d->root), 0);
}

static void what_was_there_before_is_flushed(void **state)
{
    struct disk d = start(state);
    struct stat st;
    char path[600];
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), in(&d, "a/b"), 0700), 0);
    assert_int_equal(lt_fs_replace(lt_fs_system(), in(&d, "a/b/f"), "old", 3, 0640, false), 0);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    for (uint64_t seed = 0; seed < 5; seed++) {
        lose_power(&d, seed);
        assert_true(after_is(&d, "a/b/f", "old"));
    }
    assert_true(lt_print(path, sizeof path, "%s/a/b/f", d.after));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    lt_fs_test_free(d.t);
}

static void flushed_data_and_names_survive_surely(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    create_flushed(&d, "f", "text");
    sync_root(&d);
    assert_int_equal(lt_fs_replace(d.fs, in(&d, "g"), "whole", 5, 0600, true), 0);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        assert_true(after_is(&d, "f", "text"));
        assert_true(after_is(&d, "g", "whole"));
    }
    lt_fs_test_free(d.t);
}

static void a_name_needs_its_folder_flushed(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    create_flushed(&d, "f", "text");
    int with = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        /* the data is there whenever the name is */
        with += there(&d, "f");
        assert_int_equal(there(&d, "f"), after_is(&d, "f", "text"));
    }
    assert_true(with > 0 && with < SEEDS);
    lt_fs_test_free(d.t);
}

static void data_needs_a_flush_of_its_own(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    char text[2001];
    memset(text, 'x', 2000);
    text[2000] = '\0';
    d.fs->close(d.fs->ctx, create(&d, "f", text));
    sync_root(&d);
    int whole = 0, none = 0, cut = 0, zeros = 0;
    for (uint64_t seed = 0; seed < 4 * SEEDS; seed++) {
        lose_power(&d, seed);
        size_t len, good = 0;
        char *got = after(&d, "f", &len);
        assert_non_null(got);
        for (size_t i = 0; i < len; i++) {
            assert_true(got[i] == 'x' || got[i] == 0);
            good += got[i] == 'x';
        }
        whole += good == 2000;
        none += len == 0;
        cut += len > 0 && len < 2000 && good == len && len % 512 == 0;
        zeros += good < len;
        free(got);
    }
    assert_true(whole && none && cut && zeros);
    lt_fs_test_free(d.t);
}

static void flushed_bytes_outlive_later_writes(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    create_flushed(&d, "log", "");
    sync_root(&d);
    int fd = d.fs->open(d.fs->ctx, in(&d, "log"), O_WRONLY | O_APPEND, 0);
    char record[701];
    memset(record, 'a', 700);
    assert_int_equal(lt_fs_write_all(d.fs, fd, record, 700), 0);
    assert_int_equal(d.fs->fdatasync(d.fs->ctx, fd), 0);
    memset(record, 'b', 700);
    assert_int_equal(lt_fs_write_all(d.fs, fd, record, 700), 0);
    int longer = 0, shorter = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        size_t len;
        char *got = after(&d, "log", &len);
        assert_true(len >= 700 && len <= 1400);
        for (size_t i = 0; i < 700; i++)
            assert_int_equal(got[i], 'a');
        for (size_t i = 700; i < len; i++)
            assert_true(got[i] == 'b' || got[i] == 0);
        longer += len == 1400;
        shorter += len == 700;
        free(got);
    }
    assert_true(longer && shorter);
    assert_int_equal(d.fs->fdatasync(d.fs->ctx, fd), 0);
    for (uint64_t seed = 0; seed < 10; seed++) {
        size_t len;
        lose_power(&d, seed);
        char *got = after(&d, "log", &len);
        assert_int_equal(len, 1400);
        assert_int_equal(got[1399], 'b');
        free(got);
    }
    d.fs->close(d.fs->ctx, fd);
    lt_fs_test_free(d.t);
}

static void overwriting_and_cutting_may_be_lost(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    char text[1025];
    memset(text, 'o', 1024);
    text[1024] = '\0';
    create_flushed(&d, "f", text);
    create_flushed(&d, "g", text);
    sync_root(&d);
    int fd = d.fs->open(d.fs->ctx, in(&d, "f"), O_WRONLY, 0);
    memset(text, 'n', 1024);
    assert_int_equal(d.fs->pwrite(d.fs->ctx, fd, text, 1024, 0), 1024);
    int g = d.fs->open(d.fs->ctx, in(&d, "g"), O_WRONLY, 0);
    assert_int_equal(d.fs->ftruncate(d.fs->ctx, g, 10), 0);
    int torn = 0, cut = 0, uncut = 0;
    for (uint64_t seed = 0; seed < 4 * SEEDS; seed++) {
        lose_power(&d, seed);
        size_t len;
        char *got = after(&d, "f", &len);
        assert_int_equal(len, 1024);
        /* a sector is old or new, never zeros */
        for (size_t i = 0; i < 1024; i++)
            assert_true(got[i] == got[i / 512 * 512] && (got[i] == 'o' || got[i] == 'n'));
        torn += got[0] != got[512];
        free(got);
        got = after(&d, "g", &len);
        assert_true(len == 10 || len == 1024);
        cut += len == 10;
        uncut += len == 1024;
        free(got);
    }
    assert_true(torn && cut && uncut);
    d.fs->close(d.fs->ctx, fd);
    d.fs->close(d.fs->ctx, g);
    lt_fs_test_free(d.t);
}

static void an_unflushed_rename_shows_old_or_new(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    create_flushed(&d, "main", "old");
    create_flushed(&d, "main.lock", "new");
    sync_root(&d);
    assert_int_equal(d.fs->rename(d.fs->ctx, in(&d, "main.lock"), in(&d, "main")), 0);
    int old = 0, new = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        bool renamed = after_is(&d, "main", "new");
        assert_true(renamed || after_is(&d, "main", "old"));
        assert_int_equal(there(&d, "main.lock"), !renamed);
        old += !renamed;
        new += renamed;
    }
    assert_true(old && new);
    sync_root(&d);
    for (uint64_t seed = 0; seed < 10; seed++) {
        lose_power(&d, seed);
        assert_true(after_is(&d, "main", "new"));
        assert_false(there(&d, "main.lock"));
    }
    lt_fs_test_free(d.t);
}

/* The mistake that the recorder is for: the new name is flushed, the data behind it is not. */
static void replacing_without_a_data_flush_is_caught(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    assert_int_equal(lt_fs_replace(d.fs, in(&d, "f"), "old", 3, 0600, true), 0);
    assert_int_equal(lt_fs_replace(d.fs, in(&d, "f"), "new", 3, 0600, false), 0);
    sync_root(&d);
    int damaged = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        damaged += !after_is(&d, "f", "new") && !after_is(&d, "f", "old");
    }
    assert_true(damaged);
    lt_fs_test_free(d.t);
}

static void names_come_in_their_order(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    for (int i = 0; i < 8; i++) {
        char name[8];
        snprintf(name, sizeof name, "n%d", i);
        create_flushed(&d, name, "x");
    }
    int some = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        int count = 0;
        lose_power(&d, seed);
        for (int i = 0; i < 8; i++) {
            char name[8];
            snprintf(name, sizeof name, "n%d", i);
            if (there(&d, name)) assert_int_equal(count++, i);
        }
        some += count > 0 && count < 8;
    }
    assert_true(some);
    lt_fs_test_free(d.t);
}

static void folders_links_and_removals(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    assert_int_equal(d.fs->mkdir(d.fs->ctx, in(&d, "dir"), 0700), 0);
    create_flushed(&d, "dir/f", "text");
    assert_int_equal(lt_fs_sync_dir(d.fs, in(&d, "dir")), 0);
    /* the file's name is on disk but the folder's own may be missing */
    int with = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        with += there(&d, "dir");
        assert_int_equal(there(&d, "dir"), after_is(&d, "dir/f", "text"));
    }
    assert_true(with > 0 && with < SEEDS);
    sync_root(&d);

    assert_int_equal(d.fs->link(d.fs->ctx, in(&d, "dir/f"), in(&d, "hard")), 0);
    sync_root(&d);
    assert_int_equal(d.fs->unlink(d.fs->ctx, in(&d, "dir/f")), 0);
    assert_int_equal(d.fs->rmdir(d.fs->ctx, in(&d, "dir")), 0);
    int kept = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        assert_true(after_is(&d, "hard", "text"));
        kept += there(&d, "dir/f");
    }
    assert_true(kept > 0 && kept < SEEDS);
    sync_root(&d);
    lose_power(&d, 1);
    assert_false(there(&d, "dir"));
    assert_true(after_is(&d, "hard", "text"));
    lt_fs_test_free(d.t);
}

static void moving_between_folders_needs_one_of_them_flushed(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), in(&d, "a"), 0700), 0);
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), in(&d, "b"), 0700), 0);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    create_flushed(&d, "a/x", "text");
    assert_int_equal(d.fs->rename(d.fs->ctx, in(&d, "a/x"), in(&d, "b/y")), 0);
    assert_int_equal(lt_fs_sync_dir(d.fs, in(&d, "b")), 0);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        assert_true(after_is(&d, "b/y", "text"));
        assert_false(there(&d, "a/x"));
    }
    /* a whole folder */
    assert_int_equal(d.fs->rename(d.fs->ctx, in(&d, "b"), in(&d, "a/c")), 0);
    assert_int_equal(lt_fs_sync_dir(d.fs, in(&d, "a")), 0);
    lose_power(&d, 3);
    assert_true(after_is(&d, "a/c/y", "text"));
    assert_false(there(&d, "b"));
    lt_fs_test_free(d.t);
}

static void syncfs_flushes_everything(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    assert_int_equal(lt_fs_mkdirs(d.fs, in(&d, "a/b"), 0700), 0);
    int fd = create(&d, "a/b/f", "text");
    int g = create(&d, "g", "more");
    assert_int_equal(d.fs->syncfs(d.fs->ctx, fd), 0);
    for (uint64_t seed = 0; seed < 20; seed++) {
        lose_power(&d, seed);
        assert_true(after_is(&d, "a/b/f", "text"));
        assert_true(after_is(&d, "g", "more"));
    }
    d.fs->close(d.fs->ctx, fd);
    d.fs->close(d.fs->ctx, g);
    lt_fs_test_free(d.t);
}

static void a_failed_flush_makes_nothing_sure(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    int fd = create(&d, "f", "text");
    sync_root(&d);
    lt_fs_test_fault(d.t, LT_FS_FAIL, 1);
    assert_int_equal(d.fs->fdatasync(d.fs->ctx, fd), -1);
    lt_fs_test_fault(d.t, LT_FS_FAIL, 0);
    int lost = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lose_power(&d, seed);
        lost += !after_is(&d, "f", "text");
    }
    assert_true(lost);
    d.fs->close(d.fs->ctx, fd);
    lt_fs_test_free(d.t);
}

static void inode_numbers_used_again_are_new_files(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    for (int i = 0; i < 20; i++) {
        create_flushed(&d, "f", "first life");
        assert_int_equal(d.fs->unlink(d.fs->ctx, in(&d, "f")), 0);
    }
    create_flushed(&d, "f", "2");
    sync_root(&d);
    lose_power(&d, 5);
    assert_true(after_is(&d, "f", "2"));
    lt_fs_test_free(d.t);
}

static void same_seed_same_tree(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    for (int i = 0; i < 10; i++) {
        char name[8], text[1001];
        snprintf(name, sizeof name, "n%d", i);
        memset(text, 'a' + i, 1000);
        text[1000] = '\0';
        d.fs->close(d.fs->ctx, create(&d, name, text));
    }
    for (uint64_t seed = 0; seed < 10; seed++) {
        char *first[10];
        size_t lens[10] = {0};
        for (int round = 0; round < 2; round++) {
            lose_power(&d, seed);
            for (int i = 0; i < 10; i++) {
                char name[8];
                size_t len = 0;
                snprintf(name, sizeof name, "n%d", i);
                char *got = after(&d, name, &len);
                if (round == 0) {
                    first[i] = got;
                    lens[i] = len;
                    continue;
                }
                assert_int_equal(len, lens[i]);
                assert_true(!got == !first[i] && (!got || memcmp(got, first[i], len) == 0));
                free(got);
                free(first[i]);
            }
        }
    }
    lt_fs_test_free(d.t);
}

struct writer {
    struct disk *d;
    int number;
};

static void *write_files(void *arg)
{
    struct writer *w = arg;
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%d-%d", w->number, i);
        create_flushed(w->d, name, name);
        sync_root(w->d);
    }
    return NULL;
}

static void threads_may_write_at_once(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_record(d.t, d.root), 0);
    pthread_t threads[3];
    struct writer writers[3];
    for (int i = 0; i < 3; i++) {
        writers[i] = (struct writer){&d, i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_files, &writers[i]), 0);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(lt_fs_test_flushes(d.t), 3 * 50 * 2);
    lose_power(&d, 11);
    for (int i = 0; i < 150; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%d-%d", i / 50, i % 50);
        assert_true(after_is(&d, name, name));
    }
    lt_fs_test_free(d.t);
}

static void nothing_to_lose_without_a_record(void **state)
{
    struct disk d = start(state);
    assert_int_equal(lt_fs_test_power_loss(d.t, d.root, 1), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(lt_fs_test_record(d.t, in(&d, "none")), -1);
    assert_int_equal(errno, ENOENT);
    /* what lies outside the root is nobody's business */
    assert_int_equal(mkdir(in(&d, "r"), 0700), 0);
    assert_int_equal(lt_fs_test_record(d.t, in(&d, "r")), 0);
    create_flushed(&d, "outside", "x");
    assert_int_equal(d.fs->rename(d.fs->ctx, in(&d, "outside"), in(&d, "r/inside")), 0);
    assert_int_equal(lt_fs_sync_dir(d.fs, in(&d, "r")), 0);
    lose_power(&d, 1);
    assert_true(there(&d, "inside"));
    assert_int_equal(d.fs->rename(d.fs->ctx, in(&d, "r/inside"), in(&d, "outside")), 0);
    assert_int_equal(lt_fs_sync_dir(d.fs, in(&d, "r")), 0);
    lose_power(&d, 1);
    assert_false(there(&d, "inside"));
    lt_fs_test_free(d.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(what_was_there_before_is_flushed),
        SCRATCH_TEST(flushed_data_and_names_survive_surely),
        SCRATCH_TEST(a_name_needs_its_folder_flushed),
        SCRATCH_TEST(data_needs_a_flush_of_its_own),
        SCRATCH_TEST(flushed_bytes_outlive_later_writes),
        SCRATCH_TEST(overwriting_and_cutting_may_be_lost),
        SCRATCH_TEST(an_unflushed_rename_shows_old_or_new),
        SCRATCH_TEST(replacing_without_a_data_flush_is_caught),
        SCRATCH_TEST(names_come_in_their_order),
        SCRATCH_TEST(folders_links_and_removals),
        SCRATCH_TEST(moving_between_folders_needs_one_of_them_flushed),
        SCRATCH_TEST(syncfs_flushes_everything),
        SCRATCH_TEST(a_failed_flush_makes_nothing_sure),
        SCRATCH_TEST(inode_numbers_used_again_are_new_files),
        SCRATCH_TEST(same_seed_same_tree),
        SCRATCH_TEST(threads_may_write_at_once),
        SCRATCH_TEST(nothing_to_lose_without_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
