/* file preview: who sees it, that it is made once and kept well, that nothing stays of what was erased. */
#include "support.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct school *s;
static char *real_program;
static char children[300]; /* a line for each child that was started */

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    processing(s, "petr");
    /* the program as a script that counts */
    char script[300], text_of[1500];
    lt_print(children, sizeof children, "%s/children", s->dir);
    lt_print(script, sizeof script, "%s/counted", s->dir);
    lt_print(text_of, sizeof text_of, "#!/bin/sh\necho >>'%s'\nexec '%s' \"$@\"\n", children, s->app->program);
    assert_int_equal(lt_fs_replace(lt_fs_system(), script, text_of, strlen(text_of), 0700, false), 0);
    real_program = s->app->program;
    s->app->program = strdup(script);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(s->app->program);
    s->app->program = real_program;
    school_close(s);
    return 0;
}

static long started(void)
{
    struct stat st;
    return stat(children, &st) ? 0 : (long)st.st_size;
}

static void add(const char *title, const char *file)
{
    name_it(s, title, text(ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','title':'%s','same_file':true,'file':['<%s']}", title, file), "id"));
}

static void is_webp(void)
{
    size_t len = 0;
    char *data = bytes(s, &len);
    assert_true(len > 100);
    assert_memory_equal(data, "RIFF", 4);
    assert_memory_equal(data + 8, "WEBPVP8 ", 8);
    assert_string_equal(s->answer.stream.content_type, "image/webp");
    assert_int_equal(s->answer.stream.size, len);
    free(data);
}

/* Calls fn for each kept preview; how many there are. */
static int each_kept(void (*fn)(const char *path, const char *name, const struct stat *st))
{
    char root[300], dir[400], path[700];
    int n = 0;
    lt_print(root, sizeof root, "%s/cache/previews", s->app->dir);
    DIR *outer = opendir(root);
    for (struct dirent *two; outer && (two = readdir(outer));) {
        if (two->d_name[0] == '.') continue;
        lt_print(dir, sizeof dir, "%s/%s", root, two->d_name);
        DIR *d = opendir(dir);
        for (struct dirent *e; d && (e = readdir(d));) {
            struct stat st;
            if (e->d_name[0] == '.') continue;
            lt_print(path, sizeof path, "%s/%s", dir, e->d_name);
            assert_int_equal(stat(path, &st), 0);
            if (fn) fn(path, e->d_name, &st);
            n++;
        }
        if (d) closedir(d);
    }
    if (outer) closedir(outer);
    return n;
}

static void drop_cache(void)
{
    char root[300];
    lt_print(root, sizeof root, "%s/cache/previews", s->app->dir);
    assert_int_equal(lt_fs_remove_tree(lt_fs_system(), root), 0);
}

static void seen_by_those_who_may(void **state)
{
    (void)state;
    add("photo", "scans/04-thanks-photo.jpg");
    ok(s, "ivan", "file", "preview", "{'id':'@photo','path':'files/01.jpg','size':'800'}");
    is_webp();
    assert_string_equal(s->answer.stream.file_name, "04-thanks-photo.webp");
    assert_int_equal(s->answer.stream.pages, 1);
    char tag[80];
    lt_print(tag, sizeof tag, "%s", s->answer.stream.etag);
    assert_true(strlen(tag) > 40);
    long before = started();
    ok(s, "mother", "file", "preview", "{'id':'@photo','path':'files/01.jpg','size':'800'}");
    is_webp();
    assert_string_equal(s->answer.stream.etag, tag);
    assert_int_equal(started(), before);
    /* kept as it is, and asked about all the same */
    refused(s, LT_NOTFOUND, "entry.absent", "petr", "file", "preview", "{'id':'@photo','path':'files/01.jpg','size':'800'}");
    refused(s, LT_NOTFOUND, "entry.absent", "teacher", "file", "preview", "{'id':'@photo','path':'files/01.jpg','size':'800'}"); /* a family's draft */
    refused(s, LT_DENIED, "session.needed", "nobody", "file", "preview", "{'id':'@photo'}");
    assert_true(holds(log_of(s, "ivan"), "use_case", "file.preview"));
}

static void only_what_a_revision_names(void **state)
{
    (void)state;
    entry_in(s, "rev", "ivan", "ivan", "draft");
    ok(s, "ivan", "file", "add", "{'id':'@rev','same_file':true,'file':['<scans/05-art-laureate.png']}");
    ok(s, "ivan", "entry", "submit", "{'id':'@rev'}");
    ok(s, "deputy", "entry", "verify", "{'id':'@rev'}");
    ok(s, "ivan", "entry", "edit", "{'id':'@rev','same_file':true,'drop_file':['files/01.png'],'file':['<scans/07-gto.webp'],'draft':true}");
    ok(s, "teacher", "file", "preview", "{'id':'@rev','path':'files/01.png'}"); /* the verified one */
    is_webp();
    ok(s, "ivan", "file", "preview", "{'id':'@rev','path':'files/02.webp'}");
    ok(s, "ivan", "entry", "edit", "{'id':'@rev','drop_file':['files/02.webp']}");
    refused(s, LT_NOTFOUND, "file.absent", "ivan", "file", "preview", "{'id':'@rev','path':'files/02.webp'}");
    refused(s, LT_NOTFOUND, "file.absent", "ivan", "file", "preview", "{'id':'@rev','path':'../../../pupil.json'}");
}

static void pages_and_refusals(void **state)
{
    (void)state;
    add("course", "scans/06-course-three-pages.pdf");
    ok(s, "ivan", "file", "preview", "{'id':'@course','page':3}");
    is_webp();
    assert_int_equal(s->answer.stream.pages, 3);
    refused(s, LT_NOTFOUND, "file.page", "ivan", "file", "preview", "{'id':'@course','page':4}");
    assert_string_equal(lt_error_param(&s->err, "limit"), "3");
    long before = started();
    refused(s, LT_NOTFOUND, "file.page", "ivan", "file", "preview", "{'id':'@course','page':4}"); /* remembered */
    assert_int_equal(started(), before);
    refused(s, LT_USAGE, "field.value", "ivan", "file", "preview", "{'id':'@course','size':'4000'}");
    static const char *const icons[] = {"scans/11-essay.docx", "scans/13-essay.txt", "scans/10-video.mp4"};
    for (size_t i = 0; i < LT_COUNT(icons); i++) {
        add("icon", icons[i]);
        before = started();
        refused(s, LT_REFUSED, "preview.none", "ivan", "file", "preview", "{'id':'@icon'}");
        assert_int_equal(started(), before);
    }
}

static void *one_asks(void *unused)
{
    (void)unused;
    struct uc_request r = {.noun = "file", .verb = "preview", .door = UC_HTTP};
    json_t *values = json_pack("{s:s, s:s}", "id", json_string_value(json_object_get(s->names, "scan")), "size", "1600");
    r.values = values;
    r.token = json_string_value(json_object_get(s->tokens, "ivan"));
    struct uc_answer a;
    struct lt_error err = {0};
    int rc = uc_dispatch(s->app, &r, &a, &err);
    long size = rc ? rc : (long)a.stream.size;
    uc_answer_clear(&a);
    lt_error_clear(&err);
    json_decref(values);
    return (void *)size;
}

static void made_once_for_all_who_ask(void **state)
{
    (void)state;
    add("scan", "scans/02-sport-gramota-scan.jpg");
    long before = started();
    pthread_t threads[8];
    void *sizes[8];
    for (int i = 0; i < 8; i++) assert_int_equal(pthread_create(&threads[i], NULL, one_asks, NULL), 0);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], &sizes[i]);
    for (int i = 0; i < 8; i++) {
        assert_true((long)sizes[i] > 1000);
        assert_true(sizes[i] == sizes[0]);
    }
    assert_int_equal(started(), before + 1);
}

static void is_private(const char *path, const char *name, const struct stat *st)
{
    (void)name;
    if ((st->st_mode & 07777) != 0600) fail_msg("%s has mode %o", path, st->st_mode & 07777);
}

static void the_folder_may_go_at_any_time(void **state)
{
    (void)state;
    assert_true(each_kept(is_private) > 3);
    drop_cache();
    long before = started();
    ok(s, "ivan", "file", "preview", "{'id':'@scan','size':'1600'}");
    is_webp();
    assert_int_equal(started(), before + 1);
    assert_int_equal(each_kept(NULL), 1);
    /* where nothing can be kept it is shown all the same */
    char root[300];
    drop_cache();
    lt_print(root, sizeof root, "%s/cache/previews", s->app->dir);
    assert_int_equal(lt_fs_replace(lt_fs_system(), root, "x", 1, 0600, false), 0);
    ok(s, "ivan", "file", "preview", "{'id':'@scan','size':'320'}");
    is_webp();
    unlink(root);
}

static char blob[41];

static void note_blob(const char *path, const char *name, const struct stat *st)
{
    (void)path, (void)st;
    lt_print(blob, sizeof blob, "%.40s", name);
}

static void what_was_erased_leaves_no_picture(void **state)
{
    (void)state;
    drop_cache();
    ok(s, "ivan", "file", "preview", "{'id':'@scan','size':'320'}");
    assert_int_equal(each_kept(note_blob), 1);
    ok(s, "ivan", "file", "preview", "{'id':'@scan','size':'800'}");
    ok(s, "ivan", "file", "preview", "{'id':'@photo','size':'320'}");
    assert_int_equal(each_kept(NULL), 3);
    assert_int_equal(previews_forget(s->app, blob, &s->err), 0);
    assert_int_equal(each_kept(NULL), 1);
    assert_int_equal(previews_forget(s->app, blob, &s->err), 0);
}

static void the_oldest_go_when_there_are_too_many(void **state)
{
    (void)state;
    char root[400], path[500];
    char *filler = calloc(1, 400 << 10);
    drop_cache();
    ok(s, "ivan", "file", "preview", "{'id':'@scan','size':'320'}");
    previews_forget(s->app, "0123456789012345678901234567890123456789", &s->err);
    lt_print(root, sizeof root, "%s/cache/previews/00", s->app->dir);
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), root, 0700), 0);
    for (int i = 0; i < 4; i++) {
        lt_print(path, sizeof path, "%s/%040d-320-%d", root, i, i + 1);
        assert_int_equal(lt_fs_replace(lt_fs_system(), path, filler, 400 << 10, 0600, false), 0);
        struct timespec old[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};
        assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    }
    assert_int_equal(each_kept(NULL), 5);
    previews_forget(s->app, "0000000000000000000000000000000000000900", &s->err); /* counts anew */
    previews_sweep(s->app, 2);
    assert_int_equal(each_kept(NULL), 5);
    previews_sweep(s->app, 1);
    assert_int_equal(each_kept(NULL), 3); /* 0.8 MiB and less */
    for (int i = 0; i < 4; i++) {
        lt_print(path, sizeof path, "%s/%040d-320-%d", root, i, i + 1);
        assert_int_equal(access(path, F_OK), i < 2 ? -1 : 0);
    }
    long before = started();
    ok(s, "ivan", "file", "preview", "{'id':'@scan','size':'320'}"); /* used lately */
    assert_int_equal(started(), before);
    free(filler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seen_by_those_who_may),
        cmocka_unit_test(only_what_a_revision_names),
        cmocka_unit_test(pages_and_refusals),
        cmocka_unit_test(made_once_for_all_who_ask),
        cmocka_unit_test(the_folder_may_go_at_any_time),
        cmocka_unit_test(what_was_erased_leaves_no_picture),
        cmocka_unit_test(the_oldest_go_when_there_are_too_many),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
