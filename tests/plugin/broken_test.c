/* Whatever a plugin does: a plain refusal with its reason, nothing left running, nothing left behind, and the program goes on. */
#include "plugin/run.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "plugin/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PROGRAM LETOPIS_BINARY_DIR "/tests/plugin_child"
#define PLUGINS LETOPIS_BINARY_DIR "/tests/plugins"
#define LEFT "/tmp/letopis-broken-plugin"

static const struct sandbox_config config = {.program = PROGRAM, .modules_dir = PLUGINS, .cpu_seconds = 1, .deadline_ms = 1500,
                                             .max_answer = 40 << 20};

struct world {
    int items, files, emits, logs;
    uint64_t bytes;
};

static int next(void *user, struct lt_buf *out, struct lt_error *err)
{
    struct world *w = user;
    (void)err;
    if (w->items++ == 3) return 0;
    return lt_buf_adds(out, "{\"key\":\"k\"}") ? LT_SYSTEM : 1;
}

static int file(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    struct world *w = user;
    (void)data, (void)last;
    if (first && w->files++ > 0 && strcmp(name, "index.html") == 0) /* what the release folder answers to a name that is taken */
        return lt_fail(err, LT_REFUSED, "publication.same_name", "name", name, (char *)NULL);
    w->bytes += len;
    return 0;
}

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    struct world *w = user;
    (void)doc;
    return ++w->emits > 100 ? lt_fail(err, LT_REFUSED, "plugin.flood", "limit", "100", (char *)NULL) : 0;
}

static void on_log(void *user, int level, const char *text)
{
    struct world *w = user;
    (void)level, (void)text;
    w->logs++;
}

static int run(const char *id, struct world *w, struct lt_error *err)
{
    json_t *args = json_pack("{s:s}", "action", "publish");
    *w = (struct world){0};
    struct plugin_job job = {.config = &config, .cap = PLUGIN_PUBLISHER, .id = id, .args = args, .next = next, .emit = emit, .file = file,
                             .log = on_log, .user = w};
    int rc = plugin_run_job(&job, err);
    json_decref(args);
    return rc;
}

static void expect_nothing_left(void)
{
    struct stat st;
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(stat(LEFT, &st), -1);
    assert_int_equal(stat(LEFT ".html", &st), -1);
}

static const struct {
    const char *id, *code, *param, *value; /* value: how the parameter begins */
} cases[] = {
    {"bad-magic", "plugin.magic", NULL, NULL},
    {"short-size", "plugin.struct_size", "size", "8"},
    {"lying-size", "plugin.struct_size", "size", "2000"},
    {"huge-size", "plugin.struct_size", NULL, NULL},
    {"missing-symbol", "plugin.symbol", NULL, NULL},
    {"tiny-symbol", "plugin.symbol", NULL, NULL},
    {"old-major", "plugin.abi", "version", "0."},
    {"new-major", "plugin.abi", "version", "2."},
    {"new-minor", "plugin.abi", "version", "1.2"},
    {"null-open", "plugin.functions", NULL, NULL},
    {"null-capability", "plugin.functions", NULL, NULL},
    {"slash-id", "plugin.bad_id", NULL, NULL},
    {"null-id", "plugin.bad_id", NULL, NULL},
    {"other-id", "plugin.bad_id", NULL, NULL},
    {"bad-version", "plugin.bad_version", NULL, NULL},
    {"null-version", "plugin.bad_version", NULL, NULL},
    {"useless", "plugin.useless", NULL, NULL},
    {"wild-capability", "plugin.crashed", NULL, NULL},
    {"short-capability", "plugin.capability", "capability", "letopis.publisher/1"},
    {"huge-capability", "plugin.capability", NULL, NULL},
    {"null-item", "plugin.capability", NULL, NULL},
    {"crash-constructor", "plugin.crashed", NULL, NULL},
    {"exit-constructor", "plugin.malformed", NULL, NULL},
    {"hang-constructor", "plugin.timeout", "seconds", "2"},
    {"crash-open", "plugin.crashed", NULL, NULL},
    {"refuse-open", "plugin.open", "why", "no licence"},
    {"hang-open", "plugin.timeout", NULL, NULL},
    {"emit-open", "plugin.open", "why", "too early"},
    {"crash-begin", "plugin.crashed", NULL, NULL},
    {"crash-item", "plugin.crashed", NULL, NULL},
    {"abort", "plugin.crashed", "signal", "SIGABRT"},
    {"hang", "plugin.timeout", NULL, NULL},
    {"sleep", "plugin.timeout", NULL, NULL},
    {"flood", "plugin.flood", NULL, NULL},
    {"huge-file", "plugin.malformed", "plugin_fault", "file_too_large"},
    {"fork", "plugin.refused", "why", "fork: Operation not permitted"},
    {"exec", "plugin.refused", "why", "exec: Operation not permitted"},
    {"socket", "plugin.refused", "why", "socket: Operation not permitted"},
    {"open-file", "plugin.refused", "why", "open: Operation not permitted"},
    {"kill-parent", "plugin.refused", "why", "kill: Operation not permitted"},
    {"code", "plugin.refused", "why", "code: Operation not permitted"},
    {"exit", "plugin.malformed", "plugin_fault", "frame"},
    {"exit-code", "plugin.crashed", "signal", "exit 5"},
    {"close-fds", "plugin.crashed", NULL, NULL},
    {"endless-log", "plugin.flood", NULL, NULL},
    {"bad-utf8", "plugin.malformed", "plugin_fault", "text"},
    {"cut-utf8", "plugin.malformed", "plugin_fault", "text"},
    {"dot-dot", "plugin.malformed", "plugin_fault", "file_name"},
    {"absolute", "plugin.malformed", "plugin_fault", "file_name"},
    {"hidden-file", "plugin.malformed", "plugin_fault", "file_name"},
    {"script-name", "plugin.malformed", "plugin_fault", "file_name"},
    {"huge-name", "plugin.malformed", "plugin_fault", "file_name"},
    {"same-name", "publication.same_name", NULL, NULL},
    {"no-last", "plugin.malformed", "plugin_fault", "file"},
    {"two-files", "plugin.malformed", "plugin_fault", "file"},
    {"garbage-json", "plugin.malformed", "plugin_fault", "json"},
    {"array-json", "plugin.malformed", "plugin_fault", "json"},
    {"raw-frame", "plugin.malformed", "plugin_fault", "frame"},
    {"lying-length", "plugin.malformed", "plugin_fault", "frame"},
    {"second-done", "plugin.malformed", "plugin_fault", "frame"},
    {"silent", "plugin.refused", "why", "item"},
    {"long-reason", "plugin.refused", "why", "www"},
    {"emit-flood", "plugin.flood", NULL, NULL},
    {"not-there", "plugin.absent", NULL, NULL},
    {"../plugins/none", "plugin.absent", NULL, NULL},
};

static void test_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lt_error err = {0};
        struct world w;
        int rc = run(cases[i].id, &w, &err);
        const char *value = cases[i].param ? lt_error_param(&err, cases[i].param) : NULL;
        if (rc >= 0 || strcmp(err.code, cases[i].code) != 0 || (cases[i].param && (!value || !lt_starts(value, cases[i].value))))
            print_error("%s: %d %s %s\n", cases[i].id, rc, err.code, value ? value : "-");
        assert_true(rc < 0);
        assert_string_equal(err.code, cases[i].code);
        if (cases[i].param) {
            assert_non_null(value);
            assert_true(lt_starts(value, cases[i].value));
        }
        expect_nothing_left();
        lt_error_clear(&err);
        /* each refusal is a sentence in both languages */
        struct lt_buf text = LT_BUF_INIT(4096);
        char id[96];
        lt_print(id, sizeof id, "error.%s", cases[i].code);
        assert_true(lt_msg_known(LT_RU, id) || lt_starts(cases[i].code, "publication."));
        assert_true(lt_msg_known(LT_EN, id) || lt_starts(cases[i].code, "publication."));
        lt_buf_free(&text);
    }
}

/* The program goes on: the good one works, also after and beside the bad ones; a constructor that may not write does no harm. */
static void test_good(void **state)
{
    (void)state;
    static const char *const ids[] = {"none", "write-constructor"};
    for (size_t i = 0; i < 2; i++) {
        struct lt_error err = {0};
        struct world w;
        assert_int_equal(run(ids[i], &w, &err), 0);
        assert_int_equal(w.items, 4);
        expect_nothing_left();
    }
    struct lt_error err = {0};
    struct world w;
    assert_int_equal(run("none", &w, &err), 0);
    assert_int_equal(w.files, 1);
    assert_int_equal(w.emits, 1);
    json_t *about = NULL;
    assert_int_equal(plugin_inspect(&config, "none", &about, &err), 0);
    assert_string_equal(lt_json_str(about, "version"), "1.0");
    assert_true(lt_json_array_has(lt_json_array(about, "capabilities"), LETOPIS_PUBLISHER_1));
    json_decref(about);
}

/* --- the file --- */

static void copy(const char *from, const char *to, mode_t mode)
{
    char *data = NULL;
    size_t len;
    assert_int_equal(lt_fs_read(from, 1 << 24, &data, &len), 0);
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    free(data);
}

static void expect_file(const char *dir, const char *code)
{
    struct sandbox_config c = config;
    struct lt_error err = {0};
    json_t *about = NULL;
    c.modules_dir = dir;
    int rc = plugin_inspect(&c, "none", &about, &err);
    if (!code) assert_int_equal(rc, 0);
    else assert_string_equal(err.code, code);
    json_decref(about);
    lt_error_clear(&err);
}

static void test_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/letopis-plugins-XXXXXX", path[64], aside[64];
    assert_non_null(mkdtemp(dir));
    lt_print(path, sizeof path, "%s/none.so", dir);
    lt_print(aside, sizeof aside, "%s/aside", dir);
    expect_file(dir, "plugin.absent");
    copy(PLUGINS "/none.so", path, 0644);
    expect_file(dir, NULL);
    assert_int_equal(chmod(path, 0666), 0);
    expect_file(dir, "plugin.writable");
    assert_int_equal(chmod(path, 0664), 0);
    expect_file(dir, "plugin.writable");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(dir, 0777), 0);
    expect_file(dir, "plugin.folder");
    assert_int_equal(chmod(dir, 0755), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, 65534), 0);
        expect_file(dir, "plugin.owner");
        assert_int_equal(chown(path, 0, 0), 0);
    }
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(symlink(aside, path), 0);
    expect_file(dir, "plugin.not_regular");
    unlink(path);
    assert_int_equal(mkfifo(path, 0644), 0);
    expect_file(dir, "plugin.not_regular");
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    assert_int_equal(write(fd, "not a library", 13), 13);
    close(fd);
    expect_file(dir, "plugin.unloadable");
    unlink(path);
    unlink(aside);
    rmdir(dir);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const good[] = {"index.html", "a/b/c/d.html", "person/0f3a.html", "2026-27.html", "a_b.min.css"};
    static const char *const bad[] = {"", ".html", "html", "a.", "a..html", "a/.html", "/a.html", "a//b.html", "a/b/c/d/e.html", "a.html/", "A.html",
                                      "a b.html", "a.exe", "a\\b.html", "..", "../a.html", "a/../b.html", "-a.html", "a.html\n", "\xd0\xb0.html"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) assert_true(plugin_file_name_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(plugin_file_name_valid(bad[i], strlen(bad[i])));
    assert_false(plugin_file_name_valid("a\0.html", 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_file), cmocka_unit_test(test_good),
                                       cmocka_unit_test(test_each)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
