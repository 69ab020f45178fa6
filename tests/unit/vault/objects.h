/* What the tests of the vault's objects share: a folder of their own, stock git, random bytes, a portfolio
 * made by hand. */
#ifndef LT_TEST_VAULT_OBJECTS_H
#define LT_TEST_VAULT_OBJECTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/fs.h"
#include "base/text.h"
#include "vault/commitobj.h"
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/repo.h"
#include "vault/sign.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline int scratch_make(void **state)
{
    char *path = strdup("/tmp/letopis-vault-XXXXXX");
    struct lt_error err = {0};
    *state = path;
    return path != NULL && mkdtemp(path) != NULL && repo_lib_start(&err) == 0 ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    repo_lib_end();
    int r = lt_fs_remove_tree(lt_fs_system(), *state);
    free(*state);
    return r;
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

/* Exit status of a shell command, with git and ssh told to read no settings of this machine. */
__attribute__((format(printf, 1, 2))) static inline int sh(const char *fmt, ...)
{
    char cmd[4096], full[4400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(cmd, sizeof cmd, fmt, args);
    va_end(args);
    snprintf(
        full, sizeof full,
        "unset LD_PRELOAD; export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent; %s",
        cmd);
    int rc = system(full);
    return WIFEXITED(rc) ? WEXITSTATUS(rc) : 255;
}

#define assert_sh(...) assert_int_equal(sh(__VA_ARGS__), 0)

/* Fails the test with the error's words. */
static inline void ok_at(int rc, struct lt_error *err, const char *file, int line)
{
    if (rc != 0)
        print_error("%d %s object=%s what=%s path=%s\n", rc, err->code, lt_error_param(err, "object"),
                    lt_error_param(err, "what"), lt_error_param(err, "path"));
    _assert_int_equal((LargestIntegralType)rc, 0, file, line);
}
#define ok(call, err) ok_at(call, err, __FILE__, __LINE__)

/* Bytes that look random and are the same each time. */
static inline void fill(unsigned char *p, size_t len, uint64_t seed)
{
    uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;
    for (size_t i = 0; i < len; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        p[i] = (unsigned char)(x >> 24);
    }
}

static inline char *pathf(const char *dir, const char *name)
{
    char *p = lt_format("%s/%s", dir, name);
    assert_non_null(p);
    return p;
}

static inline void put_file(const char *path, const void *data, size_t len)
{
    unlink(path); /* objects are read-only */
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    close(fd);
}

static inline double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Highest resident size of this process so far, in KiB. */
static inline long peak_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* --- a portfolio made by hand --- */

/* Appends a row of a tree. Rows must come in git's order. */
static inline void tree_row(struct lt_buf *tree, const char *mode, const char *name, const git_oid *oid)
{
    lt_buf_addf(tree, "%s %s", mode, name);
    lt_buf_addc(tree, 0);
    lt_buf_add(tree, oid->id, 20);
}

/* Writes refs/heads/main. */
static inline void set_main(const char *dir, const git_oid *oid)
{
    char hex[42];
    git_oid_tostr(hex, 41, oid);
    hex[40] = '\n';
    char *path = repo_main_path(dir);
    put_file(path, hex, 41);
    free(path);
}

/* A commit of pupil.json and, when file is given, files/01.bin, in one pack; main moves to it. */
static inline void hand_commit(const char *dir, const struct sign_key *key, const char *text,
                               const git_oid *file, const git_oid *parent, int64_t at_s, const char *email,
                               git_oid *out)
{
    struct lt_error err = {0};
    struct pack *p = pack_new();
    struct lt_buf root = LT_BUF_INIT(4096), files = LT_BUF_INIT(4096), message = LT_BUF_INIT(4096),
                  commit = LT_BUF_INIT(8192);
    git_oid blob, sub;
    ok(pack_add(p, GIT_OBJECT_BLOB, text, strlen(text), &blob, &err), &err);
    struct commit_draft d = {.author = {"guardian", "0198@school-1", at_s, 180},
                             .committer = {"Letopis", email, at_s, 180},
                             .parents = parent,
                             .parents_len = parent != NULL};
    if (file != NULL) {
        tree_row(&files, "100644", "01.bin", file);
        ok(pack_add(p, GIT_OBJECT_TREE, files.data, files.len, &sub, &err), &err);
        tree_row(&root, "40000", "files", &sub);
    }
    tree_row(&root, "100644", "pupil.json", &blob);
    ok(pack_add(p, GIT_OBJECT_TREE, root.data, root.len, &d.tree, &err), &err);
    ok(commit_message(
           &message,
           &(struct vault_message){.subject = "Add entry", .use_case = "entry.add", .request = "r-1"}, NULL,
           &err),
       &err);
    d.message = message.data;
    ok(commit_build(&commit, &d, key, &err), &err);
    ok(pack_add(p, GIT_OBJECT_COMMIT, commit.data, commit.len, out, &err), &err);
    struct pack_image image = {0};
    ok(pack_finish(p, &image, &err), &err);
    char *objects = repo_objects(dir);
    ok(pack_write(lt_fs_system(), objects, &image, false, &err), &err);
    free(objects);
    pack_image_free(&image);
    pack_free(p);
    lt_buf_free(&root);
    lt_buf_free(&files);
    lt_buf_free(&message);
    lt_buf_free(&commit);
    set_main(dir, out);
}

#endif
