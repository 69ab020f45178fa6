/* A stranger's pack that makes much of little: what is read in the program stays within its limit of memory. */
#include "vaulted.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { MIB = 512, MOST_MIB = 400 };

static const char *const pupil = "0198f3a2-1234-7abc-8def-012345678900";

struct told {
    int faults, too_large;
};

static int note(void *user, const struct vault_fault *f)
{
    struct told *t = user;
    t->faults++;
    t->too_large += strcmp(f->code, "object") == 0 && strcmp(f->path, "goals/bomb.json") == 0 && strcmp(f->what, "vault.too_large") == 0;
    return 0;
}

static void check(struct vault *v)
{
    struct told told = {0};
    struct vault_report report;
    struct lt_error err = {0};
    ok(vault_check(v, pupil, note, &told, &report, &err), &err);
    assert_true(told.faults > 0);
    assert_int_equal(told.too_large, 1);
}

static void bundle(struct vault *v)
{
    struct lt_error err = {0};
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    assert_int_equal(vault_bundle(v, pupil, false, fd, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.too_large");
    lt_error_clear(&err);
    close(fd);
}

static void read_text(struct vault *v)
{
    struct vault_snapshot *s = NULL;
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    struct lt_error err = {0};
    ok(vault_snapshot_open(v, pupil, NULL, &s, &err), &err);
    assert_int_equal(vault_snapshot_read(s, "goals/bomb.json", &b, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.too_large");
    lt_error_clear(&err);
    vault_snapshot_close(s);
    lt_buf_free(&b);
}

/* In a process of its own, whose peak of memory is its own. */
static void measured(const char *dir, const char *name, void (*act)(struct vault *v))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct vault *v = open_vault(dir);
        act(v);
        vault_close(v);
        _exit(0);
    }
    int status;
    struct rusage used;
    assert_int_equal(wait4(child, &status, 0, &used), child);
    print_message("%s: %ld MiB\n", name, used.ru_maxrss / 1024);
    assert_int_equal(status, 0);
    assert_true(used.ru_maxrss / 1024 < MOST_MIB);
}

static void a_small_delta_of_a_huge_base(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    struct vault *v = open_vault(dir);
    put_one(v, pupil, "goals/bomb.json", "{\"title\": \"мал золотник\"}\n");
    put_one(v, pupil, "goals/other.json", "{}\n");
    vault_close(v);
    assert_sh("r=%s/portfolios/00/%s.git; " LETOPIS_SOURCE_DIR "/tests/support/bomb-pack $r $(git -C $r rev-parse main:goals/bomb.json) %d", dir, pupil, MIB);
    measured(dir, "check", check);
    measured(dir, "bundle", bundle);
    measured(dir, "text", read_text);
    v = open_vault(dir);
    assert_text(v, pupil, "goals/other.json", "{}\n"); /* the rest of the pack is read as ever */
    vault_close(v);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SCRATCH_TEST(a_small_delta_of_a_huge_base)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
