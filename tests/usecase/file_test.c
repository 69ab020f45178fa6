/* Files: what is taken, what is refused and why, how they come back. */
#include "support.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    processing(s, "petr");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

#define ADD "{'pupil':'@ivan','title':'%s','file':['<%s']}"

static json_t *add(const char *title, const char *file)
{
    json_t *e = ok(s, "ivan", "entry", "add", ADD, title, file);
    name_it(s, title, text(e, "id"));
    return e;
}

static void each_kind_is_known_by_its_bytes(void **state)
{
    (void)state;
    static const char *const files[][3] = {
        {"scans/01-olympiad-diploma.pdf", "application/pdf", "files/01.pdf"},
        {"scans/02-sport-gramota-scan.jpg", "image/jpeg", "files/01.jpg"},
        {"scans/05-art-laureate.png", "image/png", "files/01.png"},
        {"scans/07-gto.webp", "image/webp", "files/01.webp"},
        {"scans/08-praise-two-pages.tiff", "image/tiff", NULL},
        {"scans/10-video.mp4", "video/mp4", "files/01.mp4"},
        {"scans/11-essay.docx", NULL, "files/01.docx"},
        {"scans/12-essay.odt", NULL, "files/01.odt"},
        {"scans/14-essay-1251.txt", "text/plain", "files/01.txt"},
    };
    for (size_t i = 0; i < LT_COUNT(files); i++) {
        char title[40];
        lt_print(title, sizeof title, "вид %zu", i);
        json_t *f = at(add(title, files[i][0]), "files/0");
        if (files[i][1]) assert_string_equal(text(f, "type"), files[i][1]);
        if (files[i][2]) assert_string_equal(text(f, "path"), files[i][2]);
        assert_string_equal(text(f, "name"), strchr(files[i][0], '/') + 1);
        assert_int_equal(strlen(text(f, "sha256")), 64);
    }
    json_t *f = at(ok(s, "ivan", "entry", "add",
                      "{'pupil':'@ivan','title':'копия','same_file':true,'file':['<scans/Грамота за 1 место (кросс), 9А — копия.jpg']}"),
                   "files/0");
    assert_string_equal(text(f, "name"), "Грамота за 1 место (кросс), 9А — копия.jpg");
    assert_string_equal(text(f, "path"), "files/01.jpg");
}

/* The bytes of a file of testdata. */
static char *slurp(const char *name, size_t *len)
{
    char path[400];
    struct stat st;
    lt_print(path, sizeof path, LETOPIS_BINARY_DIR "/testdata/%s", name);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    char *data = malloc((size_t)st.st_size);
    assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
    close(fd);
    *len = (size_t)st.st_size;
    return data;
}

static void comes_back_byte_for_byte(void **state)
{
    (void)state;
    size_t want = 0, got = 0;
    char *original = slurp("scans/04-thanks-photo.jpg", &want);
    add("назад", "scans/04-thanks-photo.jpg");
    ok(s, "mother", "file", "get", "{'id':'@назад','path':'files/01.jpg'}");
    assert_string_equal(s->answer.stream.content_type, "image/jpeg");
    assert_string_equal(s->answer.stream.file_name, "04-thanks-photo.jpg");
    char *back = bytes(s, &got);
    assert_int_equal(got, want);
    assert_memory_equal(back, original, want);
    free(back);
    /* a part from the middle */
    char part[100];
    assert_int_equal(s->answer.stream.read(s->answer.stream.ctx, part, 100, 5000, &s->err), 100);
    assert_memory_equal(part, original + 5000, 100);
    free(original);
    refused(s, LT_NOTFOUND, "file.absent", "mother", "file", "get", "{'id':'@назад','path':'files/02.jpg'}");
    refused(s, LT_NOTFOUND, "file.absent", "mother", "file", "get", "{'id':'@назад','path':'../../pupil.json'}");
    refused(s, LT_NOTFOUND, "entry.absent", "petr", "file", "get", "{'id':'@назад'}");
}

static void hostile_files_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"bad/empty.pdf", "file.empty"},         {"bad/program.pdf", "file.program"},     {"bad/bomb.docx", "file.bomb"},
        {"bad/huge.png", "file.pixels"},         {"bad/noise.jpg", NULL},                 {"bad/page.jpg", NULL},
        {"bad/script.svg", "file.active"},       {"bad/polyglot.pdf", "file.polyglot"},   {"bad/truncated.jpg", "file.damaged"},
        {"bad/truncated.pdf", "file.damaged"},
    };
    json_t *before = ok(s, "ivan", "entry", "list", "{'limit':500}");
    for (size_t i = 0; i < LT_COUNT(bad); i++) {
        int rc = call(s, "ivan", "entry", "add", NULL, ADD, "плохой", bad[i][0]);
        if (rc != LT_REFUSED || (bad[i][1] && strcmp(s->err.code, bad[i][1]) != 0)) fail_msg("%s → %d %s", bad[i][0], rc, s->err.code);
        assert_string_equal(s->err.field, "file");
    }
    assert_int_equal(count(ok(s, "ivan", "entry", "list", "{'limit':500}")), count(before));
}

/* A file of the temp folder with this beginning and zeros up to the size. */
static void make_file(const char *path, const void *head, size_t len, off_t size)
{
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, head, len), len);
    assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static void an_extension_that_lies(void **state)
{
    (void)state;
    char path[300];
    size_t len = 0;
    char *jpeg = slurp("scans/02-sport-gramota-scan.jpg", &len);
    lt_print(path, sizeof path, "%s/грамота.pdf", s->dir);
    make_file(path, jpeg, len, (off_t)len);
    free(jpeg);
    refused(s, LT_REFUSED, "file.extension_mismatch", "ivan", "entry", "add", "{'pupil':'@ivan','title':'Т','file':['<=%s']}", path);
    unlink(path);
}

/* An MP4 of the wished size: one box of free space behind a real film's. */
static void make_film(const char *path, off_t size)
{
    size_t len = 0;
    char *film = slurp("scans/10-video.mp4", &len);
    off_t box = size - (off_t)len;
    unsigned char head[8] = {(unsigned char)(box >> 24), (unsigned char)(box >> 16), (unsigned char)(box >> 8), (unsigned char)box,
                             'f', 'r', 'e', 'e'};
    char *both = malloc(len + 8);
    memcpy(both, film, len);
    memcpy(both + len, head, 8);
    make_file(path, both, len + 8, size);
    free(both);
    free(film);
}

static long resident_kb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static void a_hundred_megabytes_in_small_memory(void **state)
{
    (void)state;
    char path[300], chunk[65536];
    lt_print(path, sizeof path, "%s/film.mp4", s->dir);
    make_film(path, (off_t)99 << 20);
    refused(s, LT_REFUSED, "file.over_limit", "ivan", "entry", "add", "{'pupil':'@ivan','title':'Фильм','file':['<=%s']}", path);
    refused(s, LT_USAGE, "setting.range", "director", "school", "set", "{'setting':['file.max_mb=101']}");
    setting(s, "file.max_mb=100");
    long before = resident_kb();
    json_t *e = ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','title':'Фильм','file':['<=%s']}", path);
    assert_int_equal(number(e, "files/0/size"), (long long)99 << 20);
    ok(s, "ivan", "file", "get", "{'id':'%s'}", text(e, "id"));
    uint64_t off = 0;
    for (ssize_t n; (n = s->answer.stream.read(s->answer.stream.ctx, chunk, sizeof chunk, off, &s->err)) > 0; off += (uint64_t)n) {
        if (!off) assert_memory_equal(chunk + 4, "ftyp", 4);
    }
    assert_int_equal(off, (uint64_t)99 << 20);
    long grown = resident_kb() - before;
    if (grown > 32 * 1024) fail_msg("the process grew by %ld KiB", grown);
    /* over the quota of the portfolio */
    setting(s, "portfolio.quota_mb=100");
    make_film(path, (off_t)3 << 20);
    refused(s, LT_REFUSED, "file.quota", "ivan", "entry", "add", "{'pupil':'@ivan','title':'Ещё фильм','file':['<=%s']}", path);
    setting(s, "portfolio.quota_mb=500");
    setting(s, "file.max_mb=20");
    unlink(path);
}

static void the_same_file_twice(void **state)
{
    (void)state;
    add("раз", "scans/06-course-three-pages.pdf");
    refused(s, LT_CONFLICT, "file.duplicate", "mother", "entry", "add", ADD, "два", "scans/06-course-three-pages.pdf");
    assert_string_equal(lt_error_param(&s->err, "entry"), id_of(s, "раз"));
    assert_string_equal(lt_error_param(&s->err, "title"), "раз");
    /* meant so */
    ok(s, "mother", "entry", "add", "{'pupil':'@ivan','title':'два','same_file':true,'file':['<scans/06-course-three-pages.pdf']}");
    /* twice in one call */
    refused(s, LT_CONFLICT, "file.duplicate", "ivan", "entry", "add",
            "{'pupil':'@ivan','title':'пара','file':['<scans/03-conference-certificate.pdf','<scans/03-conference-certificate.pdf']}");
    /* another pupil's portfolio is another matter, and nobody is told of it */
    ok(s, "petr", "entry", "add", "{'pupil':'@petr','title':'мой','file':['<scans/06-course-three-pages.pdf']}");
}

static void files_of_revisions(void **state)
{
    (void)state;
    entry_in(s, "rev", "ivan", "ivan", "draft");
    json_t *e = ok(s, "ivan", "file", "add", "{'id':'@rev','same_file':true,'file':['<scans/05-art-laureate.png']}");
    assert_int_equal(number(e, "revision"), 2);
    ok(s, "ivan", "entry", "submit", "{'id':'@rev'}");
    ok(s, "deputy", "entry", "verify", "{'id':'@rev'}");
    e = ok(s, "ivan", "entry", "edit",
           "{'id':'@rev','same_file':true,'drop_file':['files/01.png'],'file':['<scans/07-gto.webp'],'title':'Другая'}");
    assert_int_equal(json_array_size(at(e, "files")), 1);
    assert_string_equal(text(e, "files/0/path"), "files/02.webp"); /* a number is never given again */
    /* what was verified is still whole */
    ok(s, "teacher", "file", "get", "{'id':'@rev','path':'files/01.png'}");
    ok(s, "teacher", "file", "get", "{'id':'@rev','path':'files/02.webp'}");
    e = ok(s, "ivan", "entry", "edit", "{'id':'@rev','drop_file':['files/02.webp']}");
    e = ok(s, "ivan", "file", "add", "{'id':'@rev','same_file':true,'file':['<scans/07-gto.webp']}");
    assert_string_equal(text(e, "files/0/path"), "files/03.webp");
}

/* "01.png 02.webp …" as the files stand. */
static void files_stand(const json_t *entry, const char *wanted)
{
    char all[400] = "";
    size_t i, n = 0;
    const json_t *f;
    json_array_foreach(at(entry, "files"), i, f) {
        lt_print(all + n, sizeof all - n, "%s%s", n ? " " : "", text(f, "path") + strlen("files/"));
        n = strlen(all);
    }
    assert_string_equal(all, wanted);
}

static void pages_of_one_document(void **state)
{
    (void)state;
    json_t *e = ok(s, "ivan", "entry", "add",
                   "{'pupil':'@ivan','title':'страницы','activity':'olympiad','level':'school','result':'winner','date':'2026-11-01',"
                   "'same_file':true,'file':['<scans/07-gto.webp','<scans/05-art-laureate.png',"
                   "'<scans/02-sport-gramota-scan.jpg','<scans/04-thanks-photo.jpg']}");
    name_it(s, "pages", text(e, "id"));
    files_stand(e, "01.webp 02.png 03.jpg 04.jpg"); /* as they were given */
    ok(s, "ivan", "entry", "submit", "{'id':'@pages'}");
    ok(s, "deputy", "entry", "verify", "{'id':'@pages'}");
    e = ok(s, "ivan", "entry", "edit", "{'id':'@pages','file_order':['files/04.jpg','files/01.webp','files/03.jpg','files/02.png']}");
    files_stand(e, "04.jpg 01.webp 03.jpg 02.png");
    assert_string_equal(text(e, "state"), "submitted"); /* the order of pages is looked at again */
    /* a page taken anew stands where the bad one stood */
    e = ok(s, "ivan", "entry", "edit",
           "{'id':'@pages','same_file':true,'drop_file':['files/01.webp'],'file':['<scans/05-art-laureate.png','<scans/07-gto.webp'],"
           "'file_order':['+2','files/04.jpg','+1','files/03.jpg','files/02.png']}");
    files_stand(e, "06.webp 04.jpg 05.png 03.jpg 02.png");
    /* nothing was written over */
    ok(s, "ivan", "file", "get", "{'id':'@pages','path':'files/01.webp'}");
    assert_string_equal(s->answer.stream.content_type, "image/webp");
    static const char *const bad[] = {
        "'files/04.jpg'", "'files/04.jpg','files/04.jpg','files/06.webp','files/05.png','files/03.jpg'",
        "'files/04.jpg','files/06.webp','files/05.png','files/03.jpg','+1'",
        "'files/04.jpg','files/06.webp','files/05.png','files/03.jpg','files/01.webp'"};
    for (size_t i = 0; i < LT_COUNT(bad); i++)
        refused(s, LT_USAGE, "entry.file_order", "ivan", "entry", "edit", "{'id':'@pages','file_order':[%s]}", bad[i]);
    refused(s, LT_REFUSED, "entry.no_change", "ivan", "entry", "edit",
            "{'id':'@pages','file_order':['files/06.webp','files/04.jpg','files/05.png','files/03.jpg','files/02.png']}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_known_by_its_bytes),
        cmocka_unit_test(comes_back_byte_for_byte),
        cmocka_unit_test(hostile_files_are_refused_with_a_reason),
        cmocka_unit_test(an_extension_that_lies),
        cmocka_unit_test(a_hundred_megabytes_in_small_memory),
        cmocka_unit_test(the_same_file_twice),
        cmocka_unit_test(files_of_revisions),
        cmocka_unit_test(pages_of_one_document),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
