/* Files taken out of entries, and public copies: what a stranger sees of a picture, and who decides it. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

#define EVENT "'activity':'contest','level':'school','result':'winner','date':'2026-10-08','same_file':true"

/* An entry of ivan, verified by the class teacher. */
static void verified(const char *name, const char *files)
{
    json_t *e = ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','submit':true,'title':'Диплом за рисунок'," EVENT ",'file':[%s]}", files);
    name_it(s, name, text(e, "id"));
    ok(s, "teacher", "entry", "verify", "{'id':'@%s'}", name);
}

/* A link of ivan to these entries, that works. */
static void link_to(const char *name, const char *entries)
{
    json_t *l = ok(s, "ivan", "share", "create", "{'pupil':'@ivan','field':['name','title','document'],'entry':[%s]}", entries);
    name_it(s, name, text(l, "token"));
    ok(s, "mother", "share", "confirm", "{'id':'%s'}", text(l, "id"));
}

static const json_t *only_entry(const char *link)
{
    json_t *page = ok(s, "nobody", "share", "open", "{'token':'@%s'}", link);
    assert_int_equal(json_array_size(at(page, "portfolio/entries")), 1);
    return at(page, "portfolio/entries/0");
}

static void no_picture(const char *link, const char *entry, const char *path)
{
    refused(s, LT_NOTFOUND, "share.absent", "nobody", "share", "picture", "{'token':'@%s','entry':'@%s','path':'%s'}", link, entry, path);
}

/* --- file remove --- */

static void a_removed_file_stays_where_it_was_verified(void **state)
{
    (void)state;
    verified("two", "'<scans/05-art-laureate.png','<scans/07-gto.webp'");
    refused(s, LT_NOTFOUND, "file.absent", "ivan", "file", "remove", "{'id':'@two','path':'files/09.png'}");
    refused(s, LT_CONFLICT, "entry.revision_moved", "ivan", "file", "remove", "{'id':'@two','path':'files/01.png','revision':9}");
    refused(s, LT_NOTFOUND, "entry.absent", "petr", "file", "remove", "{'id':'@two','path':'files/01.png'}");
    refused(s, LT_DENIED, "denied.right", "director", "file", "remove", "{'id':'@two','path':'files/01.png'}");
    json_t *e = ok(s, "ivan", "file", "remove", "{'id':'@two','path':'files/01.png'}");
    assert_int_equal(json_array_size(at(e, "files")), 1);
    assert_string_equal(text(e, "files/0/path"), "files/02.webp");
    assert_string_equal(text(e, "state"), "submitted"); /* looked at again, as after any change */
    ok(s, "teacher", "file", "get", "{'id':'@two','path':'files/01.png'}"); /* the verified revision has it */
    json_t *history = ok(s, "ivan", "entry", "history", "{'id':'@two'}");
    assert_string_equal(text(history, "items/0/use_case"), "file.remove");
    json_t *changes = at(ok(s, "ivan", "entry", "diff", "{'id':'@two'}"), "changes");
    assert_int_equal(json_array_size(changes), 1);
    assert_string_equal(text(changes, "0/field"), "files");
    ok(s, "teacher", "entry", "verify", "{'id':'@two'}");
    refused(s, LT_NOTFOUND, "file.absent", "ivan", "file", "get", "{'id':'@two','path':'files/01.png'}");
    refused(s, LT_NOTFOUND, "file.absent", "ivan", "file", "remove", "{'id':'@two','path':'files/01.png'}");
    /* a number is not used again */
    e = ok(s, "ivan", "file", "add", "{'id':'@two','same_file':true,'file':['<scans/05-art-laureate.png']}");
    assert_string_equal(text(e, "files/1/path"), "files/03.png");
}

/* --- public copies --- */

static void nothing_is_shown_that_nobody_looked_at(void **state)
{
    (void)state;
    verified("scan", "'<scans/05-art-laureate.png'");
    link_to("link", "'@scan'");
    assert_null(at(only_entry("link"), "files"));
    no_picture("link", "scan", "files/01.png");
    json_t *kinds = ok(s, "ivan", "share", "pictures", "{'pupil':'@ivan'}");
    const json_t *row = item(kinds, "entry", id_of(s, "scan"));
    assert_int_equal(number(row, "pictures"), 1);
    assert_int_equal(number(row, "public"), 0);

    json_t *m = ok(s, "ivan", "file", "mask", "{'id':'@scan','path':'files/01.png','area':['1000,1000,5000,2000']}");
    assert_string_equal(text(m, "masks/0/path"), "files/01.png");
    assert_int_equal(number(m, "masks/0/areas/0/w"), 5000);
    assert_string_equal(text(m, "masks/0/by"), id_of(s, "ivan"));
    const json_t *e = only_entry("link");
    assert_string_equal(text(e, "entry"), id_of(s, "scan"));
    assert_string_equal(text(e, "files/0/path"), "files/01.png");
    assert_null(at(e, "files/0/areas"));
    assert_int_equal(number(item(ok(s, "ivan", "share", "pictures", "{'pupil':'@ivan'}"), "entry", id_of(s, "scan")), "public"), 1);

    /* the bytes that a stranger gets are those of the copy, not of the preview */
    size_t whole_len, copy_len, public_len;
    ok(s, "ivan", "file", "preview", "{'id':'@scan','path':'files/01.png','size':'800'}");
    char *whole = bytes(s, &whole_len);
    ok(s, "nobody", "share", "picture", "{'token':'@link','entry':'@scan','path':'files/01.png','size':'800'}");
    assert_string_equal(s->answer.stream.file_name, "picture.webp"); /* what somebody called the file is nobody's concern */
    char *copy = bytes(s, &copy_len);
    ok(s, "ivan", "file", "preview", "{'id':'@scan','path':'files/01.png','size':'800','public':true}");
    char *outside = bytes(s, &public_len);
    assert_true(copy_len != whole_len || memcmp(copy, whole, copy_len) != 0);
    assert_int_equal(copy_len, public_len);
    assert_memory_equal(copy, outside, copy_len);
    /* and what was promised before it was saved */
    size_t trial_len;
    ok(s, "ivan", "file", "preview", "{'id':'@scan','path':'files/01.png','size':'800','area':['1000,1000,5000,2000']}");
    char *trial = bytes(s, &trial_len);
    assert_int_equal(trial_len, copy_len);
    assert_memory_equal(trial, copy, copy_len);
    free(whole), free(copy), free(outside), free(trial);

    /* gone at once */
    ok(s, "mother", "file", "unmask", "{'id':'@scan','path':'files/01.png'}");
    assert_null(at(only_entry("link"), "files"));
    no_picture("link", "scan", "files/01.png");
    refused(s, LT_REFUSED, "mask.absent", "ivan", "file", "unmask", "{'id':'@scan','path':'files/01.png'}");
    refused(s, LT_NOTFOUND, "mask.absent", "ivan", "file", "preview", "{'id':'@scan','path':'files/01.png','public':true}");
    json_t *history = ok(s, "ivan", "entry", "history", "{'id':'@scan'}");
    assert_string_equal(text(history, "items/0/use_case"), "file.unmask");
    assert_string_equal(text(history, "items/1/use_case"), "file.mask");
    assert_int_equal(number(history, "items/0/revision"), number(history, "items/2/revision")); /* nothing to verify anew */
}

static void as_it_is_is_a_choice_of_its_own(void **state)
{
    (void)state;
    verified("work", "'<scans/04-thanks-photo.jpg'");
    link_to("link", "'@work'");
    refused(s, LT_USAGE, "mask.choose", "ivan", "file", "mask", "{'id':'@work','path':'files/01.jpg'}");
    refused(s, LT_USAGE, "mask.choose", "ivan", "file", "mask", "{'id':'@work','path':'files/01.jpg','as_is':true,'area':['1,1,1,1']}");
    refused(s, LT_USAGE, "mask.area", "ivan", "file", "mask", "{'id':'@work','path':'files/01.jpg','area':['9000,1,2000,1']}");
    refused(s, LT_NOTFOUND, "file.absent", "ivan", "file", "mask", "{'id':'@work','path':'files/02.jpg','as_is':true}");
    refused(s, LT_NOTFOUND, "file.page", "ivan", "file", "mask", "{'id':'@work','path':'files/01.jpg','page':2,'as_is':true}");
    ok(s, "ivan", "file", "mask", "{'id':'@work','path':'files/01.jpg','as_is':true}");
    ok(s, "nobody", "share", "picture", "{'token':'@link','entry':'@work','path':'files/01.jpg','size':'1600'}");
    size_t len;
    char *data = bytes(s, &len);
    static const char *const secrets[] = {"Exif", "EXIF", "GPS", "Maria Ivanova", "XMP", "ICCP"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) assert_null(memmem(data, len, secrets[i], strlen(secrets[i])));
    free(data);
    json_t *shown = ok(s, "teacher", "entry", "show", "{'id':'@work'}");
    assert_string_equal(text(shown, "masks/0/path"), "files/01.jpg");
    assert_null(at(shown, "masks/0/areas"));
    /* not what is no picture */
    json_t *e = ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','title':'Сочинение','file':['<scans/13-essay.txt']}");
    refused(s, LT_REFUSED, "preview.none", "ivan", "file", "mask", "{'id':'%s','path':'files/01.txt','as_is':true}", text(e, "id"));
}

static void page_by_page(void **state)
{
    (void)state;
    verified("course", "'<scans/06-course-three-pages.pdf'");
    link_to("link", "'@course'");
    ok(s, "teacher", "file", "mask", "{'id':'@course','path':'files/01.pdf','page':3,'area':['0,0,10000,1000']}");
    json_t *m = ok(s, "ivan", "file", "mask", "{'id':'@course','path':'files/01.pdf','page':1,'as_is':true}");
    assert_int_equal(number(m, "masks/0/page"), 1);
    assert_int_equal(number(m, "masks/1/page"), 3);
    const json_t *e = only_entry("link");
    assert_int_equal(json_array_size(at(e, "files")), 2);
    for (int page = 1; page <= 4; page++) {
        int rc = call(s, "nobody", "share", "picture", NULL, "{'token':'@link','entry':'@course','path':'files/01.pdf','page':%d}", page);
        assert_int_equal(rc, page == 1 || page == 3 ? 0 : LT_NOTFOUND);
        if (rc) assert_string_equal(s->err.code, "share.absent");
    }
    /* a page that is done anew stands in the place of the old one */
    m = ok(s, "mother", "file", "mask", "{'id':'@course','path':'files/01.pdf','page':3,'as_is':true}");
    assert_int_equal(json_array_size(at(m, "masks")), 2);
    assert_null(at(m, "masks/1/areas"));
    m = ok(s, "ivan", "file", "unmask", "{'id':'@course','path':'files/01.pdf','page':1}");
    assert_int_equal(json_array_size(at(m, "masks")), 1);
    m = ok(s, "ivan", "file", "unmask", "{'id':'@course','path':'files/01.pdf'}");
    assert_int_equal(json_array_size(at(m, "masks")), 0);
}

/* A copy belongs to bytes. */
static void a_changed_file_has_no_copy(void **state)
{
    (void)state;
    verified("changing", "'<scans/05-art-laureate.png'");
    link_to("link", "'@changing'");
    ok(s, "ivan", "file", "mask", "{'id':'@changing','path':'files/01.png','as_is':true}");
    ok(s, "ivan", "entry", "edit", "{'id':'@changing','same_file':true,'drop_file':['files/01.png'],'file':['<scans/07-gto.webp']}");
    /* others still see the verified revision with its picture */
    assert_string_equal(text(only_entry("link"), "files/0/path"), "files/01.png");
    no_picture("link", "changing", "files/02.webp");
    ok(s, "teacher", "entry", "verify", "{'id':'@changing'}");
    assert_null(at(only_entry("link"), "files"));
    no_picture("link", "changing", "files/01.png");
    no_picture("link", "changing", "files/02.webp");
    assert_null(at(ok(s, "ivan", "entry", "show", "{'id':'@changing'}"), "masks"));
    /* the next one that is made sweeps the old one out */
    json_t *m = ok(s, "ivan", "file", "mask", "{'id':'@changing','path':'files/02.webp','as_is':true}");
    assert_int_equal(json_array_size(at(m, "masks")), 1);
}

static void who_may(void **state)
{
    (void)state;
    verified("whose", "'<scans/05-art-laureate.png'");
    static const char *const may[] = {"ivan", "mother", "teacher", "deputy", "director"};
    for (size_t i = 0; i < sizeof may / sizeof may[0]; i++) ok(s, may[i], "file", "mask", "{'id':'@whose','path':'files/01.png','as_is':true}");
    refused(s, LT_NOTFOUND, "entry.absent", "petr", "file", "mask", "{'id':'@whose','path':'files/01.png','as_is':true}");
    refused(s, LT_NOTFOUND, "entry.absent", "teacher_b", "file", "unmask", "{'id':'@whose','path':'files/01.png'}");
    assert_true(holds(log_of(s, "ivan"), "use_case", "file.mask"));
    setting(s, "local.acts=off");
    refused(s, LT_DENIED, "denied.local_acts", "local", "file", "mask", "{'id':'@whose','path':'files/01.png','as_is':true}");
}

#define AT "'id':'@others','path':'files/01.png'"

/* Notices about this record. */
static size_t told_of(const char *who)
{
    json_t *list = ok(s, who, "notice", "list", "{}");
    size_t n = 0;
    for (size_t i = 0; i < count(list); i++) {
        const json_t *one = json_array_get(at(list, "items"), i);
        n += strcmp(text(one, "kind"), "mask_changed") == 0 && strcmp(text(one, "about/entry"), id_of(s, "others")) == 0;
    }
    return n;
}

/* More may be painted over by all who make copies; what another covered is bared by those who answer for the pupil, and its maker hears of it. */
static void what_another_painted_over(void **state)
{
    (void)state;
    verified("others", "'<scans/05-art-laureate.png'");
    ok(s, "teacher", "file", "mask", "{" AT ",'area':['1000,1000,5000,2000']}");
    refused(s, LT_DENIED, "mask.of_another", "ivan", "file", "mask", "{" AT ",'as_is':true}");
    refused(s, LT_DENIED, "mask.of_another", "ivan", "file", "mask", "{" AT ",'area':['1001,1000,5000,2000']}");
    refused(s, LT_DENIED, "mask.of_another", "ivan", "file", "unmask", "{" AT "}");
    assert_int_equal(told_of("teacher"), 0);
    json_t *m = ok(s, "ivan", "file", "mask", "{" AT ",'area':['900,900,5200,2200','0,0,10,10']}");
    assert_int_equal(json_array_size(at(m, "masks/0/areas")), 2);
    assert_int_equal(told_of("teacher"), 1);
    ok(s, "ivan", "file", "mask", "{" AT ",'area':['900,900,5200,2200']}"); /* the own one as one likes */
    ok(s, "teacher", "file", "mask", "{" AT ",'area':['1000,1000,5000,2000']}");
    assert_int_equal(told_of("ivan"), 1);
    ok(s, "mother", "file", "unmask", "{" AT "}"); /* gives the consents */
    assert_int_equal(told_of("teacher"), 2);
    assert_int_equal(told_of("mother"), 0);
    ok(s, "deputy", "file", "mask", "{" AT ",'as_is':true}");
    ok(s, "ivan", "file", "mask", "{" AT ",'area':['0,0,10,10']}"); /* nothing was covered */
    json_t *history = ok(s, "ivan", "entry", "history", "{'id':'@others'}");
    assert_string_equal(text(history, "items/6/use_case"), "file.mask"); /* all of them are there */
}

/* The index is made of the repositories: it knows the copies again. */
static void reindexed(void **state)
{
    (void)state;
    verified("again", "'<scans/05-art-laureate.png'");
    link_to("link", "'@again'");
    ok(s, "ivan", "file", "mask", "{'id':'@again','path':'files/01.png','area':['1,1,1,1']}");
    ok(s, "local", "system", "reindex", "{}");
    assert_string_equal(text(only_entry("link"), "files/0/path"), "files/01.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_removed_file_stays_where_it_was_verified),
        cmocka_unit_test(nothing_is_shown_that_nobody_looked_at),
        cmocka_unit_test(as_it_is_is_a_choice_of_its_own),
        cmocka_unit_test(page_by_page),
        cmocka_unit_test(a_changed_file_has_no_copy),
        cmocka_unit_test(reindexed),
        cmocka_unit_test(what_another_painted_over),
        cmocka_unit_test(who_may),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
