/* What the site shows: read back file by file, and searched for everything that has no consent. */
#include "../usecase/support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"
#include "plugin/registry.h"
#include "usecase/publish.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct school *s;
static char site[256];

/* --- reading back: not through the links and names that the program made, but everything below the folder --- */

static struct {
    const char *marker;
    size_t hits, files, html;
} look;

static int look_at(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (look.marker && strstr(path, look.marker)) look.hits++;
    if (flag != FTW_F) return 0;
    char *data = NULL;
    size_t len = 0;
    assert_int_equal(lt_fs_read(path, 64 << 20, &data, &len), 0);
    look.files++;
    if (lt_ends(path, ".html")) {
        look.html++;
        assert_true(lt_utf8_valid(data, len));
        assert_null(strstr(data, "<script"));
        assert_null(strstr(data, "http:"));
        assert_null(strstr(data, "https:"));
        assert_null(strstr(data, " style="));
    }
    if (look.marker)
        for (char *p = data; (p = memmem(p, len - (size_t)(p - data), look.marker, strlen(look.marker))) != NULL; p++) look.hits++;
    free(data);
    return 0;
}

static size_t traces(const char *marker)
{
    memset(&look, 0, sizeof look);
    look.marker = marker;
    nftw(site, look_at, 16, FTW_PHYS);
    return look.hits;
}

static void shown(const char *marker)
{
    if (traces(marker) == 0) fail_msg("%s is not on the site", marker);
}

static void nowhere(const char *marker)
{
    if (traces(marker)) fail_msg("%s is on the site", marker);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

/* --- the scene --- */

static void dissemination(const char *child, const char *parent, const char *fields)
{
    json_t *c = ok(s, parent, "consent", "give", "{'pupil':'@%s','purpose':'dissemination','target':'@site','field':[%s]}", child, fields);
    char name[64];
    if (strcmp(text(c, "state"), "waiting_second") == 0) ok(s, child, "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    lt_print(name, sizeof name, "consent_%s", child);
    name_it(s, name, text(c, "id"));
}

static json_t *publish(void)
{
    return ok(s, "publisher", "publication", "run", "{'channel':'@site'}");
}

static void entry(const char *name, const char *child, const char *title, const char *more)
{
    json_t *e = ok(s, "deputy", "entry", "add",
                   "{'pupil':'@%s','activity':'olympiad','title':'%s','level':'municipal','result':'winner','date':'2026-10-10',"
                   "'organiser':'Управа Заречья','mentor':'Наставникова Н. Н.'%s}",
                   child, title, more);
    name_it(s, name, text(e, "id"));
    ok(s, "deputy", "entry", "submit", "{'id':'@%s'}", name);
    ok(s, "director", "entry", "verify", "{'id':'@%s'}", name);
}

static int open_scene(void **state)
{
    (void)state;
    s = school_open();
    lt_app_ports(s->app, &plugin_ports);
    lt_print(site, sizeof site, "%s-site", s->dir);
    json_t *c = ok(s, "publisher", "channel", "add",
                   "{'title':'Сайт школы','plugin':'site','folder':'%s','setting':['accent=#7a1f2b','intro=Наши дети']}", site);
    name_it(s, "site", text(c, "id"));
    entry("e_masha", "masha", "Олимпиада Машина-задача", "");
    entry("e_ivan", "ivan", "Турнир Ломоносова", "");
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    nftw(site, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    school_close(s);
    return 0;
}

#define EVERYTHING "'name','class','title','result','organiser','date','mentor','review'"

/* --- tests --- */

static void nobody_without_consent(void **state)
{
    (void)state;
    json_t *r = publish();
    assert_int_equal(number(r, "entries"), 0);
    nowhere("Маш");
    nowhere("Иванов");
    nowhere("Ломоносова");
    assert_true(look.html > 0);
}

static void field_by_field(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", "'name','title'");
    json_t *r = publish();
    assert_int_equal(number(r, "entries"), 1);
    assert_int_equal(number(r, "added"), 1);
    shown("Машина Иван");
    shown("Машина-задача");
    nowhere("3В");
    nowhere("обедител"); /* the result */
    nowhere("муниципальный");
    nowhere("Заречья");
    nowhere("10 октября");
    nowhere("2026/27");
    nowhere("Наставникова");
    nowhere("Петрович"); /* the patronymic is not shown by default */
    nowhere(id_of(s, "masha"));
    nowhere("Ломоносова");
    nowhere("Турнир");
    dissemination("masha", "mother_m", EVERYTHING);
    publish();
    shown("3В");
    shown("обедител");
    shown("Заречья");
    shown("10 октября");
    nowhere("Наставникова"); /* the pupil's consent is not the mentor's */
    json_t *status = ok(s, "mother_m", "publication", "status", "{'pupil':'@masha'}");
    assert_int_equal(count(status), 1);
    assert_string_equal(text(status, "items/0/state"), "published");
    nowhere("Иванов");
}

/* Who prepared the pupil is named by their own yes, given on screen or on paper, and no longer from the moment it is taken back. */
static void a_mentor_is_named_by_their_own_yes(void **state)
{
    (void)state;
    person(s, "prep", "Готовильцева");
    name_it(s, "slip", text(ok(s, "director", "person", "add", "{'surname':'Листкова'}"), "id"));
    account(s, "slip", false);
    entry("e_led", "masha", "Турнир юных", ",'mentor_person':'@prep'");
    dissemination("masha", "mother_m", EVERYTHING);
    publish();
    shown("Турнир юных");
    nowhere("Готовильцева");
    refused(s, LT_REFUSED, "naming.paper", "director", "person", "naming", "{'id':'@prep'}"); /* nobody says it for another */
    refused(s, LT_REFUSED, "naming.paper", "local", "person", "naming", "{'id':'@prep'}");
    refused(s, LT_REFUSED, "consent.unconfirmed", "slip", "person", "naming", "{'id':'@slip'}");
    assert_string_equal(text(ok(s, "prep", "person", "naming", "{'id':'@prep'}"), "naming/how"), "screen");
    refused(s, LT_CONFLICT, "naming.given", "prep", "person", "naming", "{'id':'@prep'}");
    nowhere("Готовильцева"); /* a yes publishes nothing by itself */
    publish();
    shown("Готовильцева");
    json_t *plan = ok(s, "publisher", "publication", "plan", "{'channel':'@site','pupil':'@masha'}");
    assert_int_equal(number(json_array_get(json_object_get(plan, "items"), 0), "change"), 0);
    ok(s, "prep", "person", "naming", "{'id':'@prep','withdraw':'true'}");
    nowhere("Готовильцева");
    shown("Турнир юных");
    publish();
    nowhere("Готовильцева");
    refused(s, LT_USAGE, "naming.paper_date", "deputy", "person", "naming", "{'id':'@prep','paper':'<scans/01-olympiad-diploma.pdf'}");
    json_t *doc = ok(s, "deputy", "person", "naming", "{'id':'@prep','paper':'<scans/01-olympiad-diploma.pdf','paper_date':'2026-11-02'}");
    assert_string_equal(text(doc, "naming/entered_by"), id_of(s, "deputy"));
    assert_int_equal(strlen(text(doc, "naming/sha256")), 64);
    publish();
    shown("Готовильцева");
    ok(s, "deputy", "person", "naming", "{'id':'@prep','withdraw':'true'}");
    nowhere("Готовильцева");
}

static void only_fit_entries(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", EVERYTHING);
    json_t *draft = ok(s, "deputy", "entry", "add",
                       "{'pupil':'@masha','activity':'sport','title':'Непроверенный забег','level':'school','result':'winner','date':'2026-10-11'}");
    name_it(s, "draft", text(draft, "id"));
    ok(s, "deputy", "entry", "submit", "{'id':'@draft'}");
    publish();
    shown("Машина-задача");
    nowhere("Непроверенный");
    ok(s, "deputy", "entry", "edit", "{'id':'@e_masha','title':'Новый заголовок','revision':1}");
    publish();
    shown("Машина-задача"); /* the verified revision stays */
    nowhere("Новый заголовок");
    json_t *plan = ok(s, "publisher", "publication", "plan", "{'channel':'@site','pupil':'@masha'}");
    assert_int_equal(number(plan, "items/0/keep"), 1);
    assert_int_equal(number(plan, "items/0/leave"), 1);
    json_t *other = ok(s, "publisher", "publication", "plan", "{'channel':'@site','pupil':'@ivan'}");
    assert_string_equal(text(other, "items/0/why"), "none");
    /* hidden: gone at once, from every release, without anybody publishing */
    ok(s, "mother_m", "entry", "dispute", "{'id':'@e_masha','kind':'wrong_data','text':'Это не та олимпиада'}");
    nowhere("Машина-задача");
    nowhere("Машина Иван");
}

static void withdrawal_takes_down_everywhere(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", EVERYTHING);
    dissemination("ivan", "mother", EVERYTHING);
    for (int i = 0; i < 4; i++) publish();
    shown("Машина Иван");
    shown("Ломоносова");
    assert_int_equal(number(ok(s, "publisher", "channel", "test", "{'id':'@site'}"), "releases"), 3); /* one and two old ones */
    ok(s, "mother_m", "consent", "withdraw", "{'id':'@consent_masha'}");
    nowhere("Машина");
    shown("Ломоносова");
    json_t *status = ok(s, "mother_m", "publication", "status", "{'pupil':'@masha'}");
    assert_string_equal(text(status, "items/0/state"), "removed");
    assert_true(*text(status, "items/0/removed_at") != 0);
    const char *oracle = LETOPIS_SOURCE_DIR "/../shared/checks/no-trace";
    if (access(oracle, X_OK) == 0) {
        char command[1024];
        lt_print(command, sizeof command, "%s %s 'Машина-задача' 'Машина Иван' >/dev/null", oracle, site);
        assert_int_equal(system(command), 0);
    }
    /* one guardian's refusal prevails over the other's grant */
    ok(s, "father", "consent", "give", "{'pupil':'@ivan','purpose':'dissemination','target':'@site','field':['name'],'refuse':true}");
    nowhere("Ломоносова");
    nowhere("Иванов");
    assert_int_equal(number(ok(s, "local", "publication", "due", "{}"), "removed"), 0);
}

static void term_ends(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", EVERYTHING);
    publish();
    shown("Машина-задача");
    s->now = noon("2027-08-31");
    assert_int_equal(number(ok(s, "local", "publication", "due", "{}"), "removed"), 0);
    s->now = noon("2027-09-01");
    assert_int_equal(number(ok(s, "local", "publication", "due", "{}"), "removed"), 1);
    nowhere("Машина");
    s->now = noon(TODAY);
}

static void retract(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", EVERYTHING);
    dissemination("ivan", "mother", EVERYTHING);
    publish();
    json_t *status = ok(s, "mother_m", "publication", "status", "{'pupil':'@masha'}");
    name_it(s, "pub", text(status, "items/0/id"));
    refused(s, LT_NOTFOUND, "publication.absent", "stranger", "publication", "retract", "{'id':'@pub'}");
    refused(s, LT_USAGE, "publication.retract_what", "mother_m", "publication", "retract", "{}");
    assert_int_equal(number(ok(s, "mother_m", "publication", "retract", "{'id':'@pub'}"), "removed"), 1);
    nowhere("Машина");
    shown("Ломоносова");
    publish(); /* a word once given holds */
    nowhere("Машина");
    ok(s, "publisher", "publication", "run", "{'channel':'@site','again':['@pub']}");
    shown("Машина-задача");
    assert_int_equal(number(ok(s, "mother", "publication", "retract", "{'pupil':'@ivan'}"), "removed"), 1);
    nowhere("Иванов");
    entry("later", "ivan", "Позднейший кубок", "");
    publish();
    nowhere("Позднейший"); /* the whole pupil stays away */
    shown("Машина-задача");
}

/* Files of pictures below the folder, in all releases. */
static size_t pictures;
static int count_picture(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (flag != FTW_F || !lt_ends(path, ".webp")) return 0;
    char *data = NULL;
    size_t len = 0;
    assert_int_equal(lt_fs_read(path, 64 << 20, &data, &len), 0);
    assert_memory_equal(data + 8, "WEBPVP8 ", 8); /* pixels and nothing else */
    assert_null(memmem(data, len, "Maria Ivanova", 13));
    free(data);
    pictures++;
    return 0;
}

static size_t pictures_there(void)
{
    pictures = 0;
    nftw(site, count_picture, 16, FTW_PHYS);
    return pictures;
}

/* Pictures: the consent covers the field and somebody made the copy; else none, and what is taken back is gone from every release. */
static void pictures_as_public_copies(void **state)
{
    (void)state;
    entry("photo", "masha", "Рисунок на конкурсе", ",'file':['<scans/04-thanks-photo.jpg']");
    dissemination("masha", "mother_m", "'name','title','document'");
    publish();
    shown("Рисунок на конкурсе");
    assert_int_equal(pictures_there(), 0);
    nowhere("<img");
    ok(s, "mother_m", "file", "mask", "{'id':'@photo','path':'files/01.jpg','area':['1000,1000,4000,1000']}");
    json_t *plan = ok(s, "publisher", "publication", "plan", "{'channel':'@site','pupil':'@masha'}");
    assert_int_equal(number(item(plan, "pupil", id_of(s, "masha")), "change"), 1);
    json_t *r = publish();
    assert_int_equal(number(r, "changed"), 1);
    assert_int_equal(pictures_there(), 2); /* one to look at, one to open; the older releases had none */
    shown("<img src=\"../picture/");
    assert_int_equal(number(publish(), "changed"), 0);
    plan = ok(s, "publisher", "publication", "plan", "{'channel':'@site','pupil':'@masha'}");
    assert_int_equal(number(item(plan, "pupil", id_of(s, "masha")), "keep"), 2);
    /* painted over differently: the old one is gone at once, the new one comes with the next release */
    ok(s, "mother_m", "file", "mask", "{'id':'@photo','path':'files/01.jpg','area':['1000,1000,4000,1000','0,5000,10000,100']}");
    assert_int_equal(pictures_there(), 0);
    shown("Рисунок на конкурсе");
    publish();
    assert_int_equal(pictures_there(), 2);
    ok(s, "mother_m", "file", "unmask", "{'id':'@photo','path':'files/01.jpg'}");
    assert_int_equal(pictures_there(), 0);
    nowhere("<img");
    shown("Рисунок на конкурсе");
    ok(s, "deputy", "file", "mask", "{'id':'@photo','path':'files/01.jpg','as_is':true}");
    publish();
    assert_int_equal(pictures_there(), 2);
    ok(s, "mother_m", "consent", "withdraw", "{'id':'@consent_masha'}");
    assert_int_equal(pictures_there(), 0);
    nowhere("Рисунок на конкурсе");
    /* a copy without the consent for pictures shows nothing */
    dissemination("masha", "mother_m", "'name','title'");
    publish();
    shown("Рисунок на конкурсе");
    assert_int_equal(pictures_there(), 0);
}

static void hostile_texts(void **state)
{
    (void)state;
    static const char *const titles[] = {"Т <script>alert(1)</script>", "\\\"><img src=x onerror=alert(1)>", "Т </title></head><body onload=alert(1)>",
                                         "&lt;b&gt; &amp; &#39;", "javascript:alert(1)", "\xe2\x80\xae перевёрнутое", "{{7*7}} ${7*7} <!-- -->",
                                         "]]> <![CDATA[ <svg/onload=alert(1)>"};
    dissemination("masha", "mother_m", EVERYTHING);
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        char name[16];
        lt_print(name, sizeof name, "h%zu", i);
        entry(name, "masha", titles[i], "");
    }
    ok(s, "local", "pupil", "edit", "{'id':'@masha','name':'М<i>а</i>ша','surname':'Ма<script>'}");
    publish();
    nowhere("<script");
    nowhere("<img");
    nowhere("<svg/onload");
    nowhere("<i>");
    nowhere("<!--");
    nowhere("<body onload");
    shown("&lt;script&gt;alert(1)");
    shown("onerror=alert(1)&gt;"); /* as text */
}

static void same_bytes(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", EVERYTHING);
    dissemination("ivan", "mother", EVERYTHING);
    publish();
    char first[PATH_MAX], second[PATH_MAX], path[300], command[2 * PATH_MAX + 64];
    lt_print(path, sizeof path, "%s/current", site);
    assert_non_null(realpath(path, first));
    json_t *r = publish();
    assert_int_equal(number(r, "added") + number(r, "changed") + number(r, "removed"), 0);
    assert_non_null(realpath(path, second));
    assert_string_not_equal(first, second);
    lt_print(command, sizeof command, "diff -r %s %s >/dev/null", first, second);
    assert_int_equal(system(command), 0);
}

/* --- a reader beside the switch --- */

struct reader {
    atomic_bool stop;
    unsigned long looks, halves, missing;
};

/* A web server opens current and then files in it: each must be whole, and a page that the front page links to must be there in the
 * release it was read from. */
static void *read_on(void *arg)
{
    struct reader *r = arg;
    char current[300], index[] = "index.html";
    lt_print(current, sizeof current, "%s/current", site);
    while (!atomic_load(&r->stop)) {
        int folder = open(current, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0) {
            r->missing++;
            continue;
        }
        int fd = openat(folder, index, O_RDONLY | O_CLOEXEC);
        static _Thread_local char page[1 << 20];
        ssize_t n = fd < 0 ? -1 : read(fd, page, sizeof page - 1);
        if (fd >= 0) close(fd);
        struct stat st;
        if (n > 0) {
            page[n] = 0;
            r->looks++;
            if (!strstr(page, "</html>")) r->halves++;
            if (strstr(page, "class/") && fstatat(folder, "style.css", &st, 0) != 0) {
                /* an old release may be taken away under a slow reader, but then it is no longer current */
                char again[PATH_MAX];
                ssize_t m = readlink(current, again, sizeof again - 1);
                struct stat now, was;
                if (m < 0 || fstat(folder, &was) != 0 || stat(current, &now) != 0 || was.st_ino == now.st_ino) r->halves++;
            }
        }
        close(folder);
    }
    return NULL;
}

static void never_half(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", EVERYTHING);
    dissemination("ivan", "mother", EVERYTHING);
    publish();
    struct reader r = {0};
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, read_on, &r), 0);
    for (int i = 0; i < 8; i++) publish();
    atomic_store(&r.stop, true);
    pthread_join(t, NULL);
    assert_int_equal(r.missing, 0);
    assert_int_equal(r.halves, 0);
    assert_true(r.looks > 0);
}

/* --- the folder, the plugin --- */

static void folders(void **state)
{
    (void)state;
    char inside[300];
    lt_print(inside, sizeof inside, "%s/site", s->dir);
    refused(s, LT_REFUSED, "channel.folder_inside", "publisher", "channel", "add", "{'title':'x','plugin':'site','folder':'%s'}", inside);
    refused(s, LT_REFUSED, "channel.folder_path", "publisher", "channel", "add", "{'title':'x','plugin':'site','folder':'site'}");
    refused(s, LT_REFUSED, "channel.folder_path", "publisher", "channel", "add", "{'title':'x','plugin':'site','folder':'/tmp/../tmp/x'}");
    refused(s, LT_REFUSED, "channel.folder_parent", "publisher", "channel", "add", "{'title':'x','plugin':'site','folder':'/nowhere/at/all'}");
    refused(s, LT_REFUSED, "channel.folder_taken", "publisher", "channel", "add", "{'title':'x','plugin':'site','folder':'%s'}", site);
    refused(s, LT_NOTFOUND, "plugin.absent", "publisher", "channel", "add", "{'title':'x','plugin':'nosuch','folder':'%s-2'}", site);
    refused(s, LT_REFUSED, "channel.setting_value", "publisher", "channel", "add",
            "{'title':'x','plugin':'site','folder':'%s-2','setting':['accent=red']}", site);
    refused(s, LT_REFUSED, "channel.setting_unknown", "publisher", "channel", "add",
            "{'title':'x','plugin':'site','folder':'%s-2','setting':['script=1']}", site);
    refused(s, LT_DENIED, "denied.right", "teacher", "channel", "add", "{'title':'x','plugin':'site','folder':'%s-2'}", site);
    refused(s, LT_DENIED, "denied.right", "teacher", "publication", "run", "{'channel':'@site'}");
    struct stat st;
    lt_print(inside, sizeof inside, "%s-2", site);
    assert_int_equal(stat(inside, &st), -1);
}

static void without_the_plugin(void **state)
{
    (void)state;
    dissemination("masha", "mother_m", EVERYTHING);
    dissemination("ivan", "mother", EVERYTHING);
    publish();
    json_t *list = ok(s, "sysadmin", "plugin", "list", "{}");
    assert_string_equal(text(item(list, "id", "site"), "state"), "enabled");
    refused(s, LT_DENIED, "denied.right", "director", "plugin", "disable", "{'id':'site'}");
    ok(s, "sysadmin", "plugin", "disable", "{'id':'site'}");
    refused(s, LT_REFUSED, "plugin.disabled", "publisher", "publication", "run", "{'channel':'@site'}");
    shown("Машина-задача"); /* the former release stays */
    /* but what must come down comes down: no page rather than a wrong one */
    ok(s, "mother_m", "consent", "withdraw", "{'id':'@consent_masha'}");
    nowhere("Машина");
    nowhere("Ломоносова");
    ok(s, "sysadmin", "plugin", "enable", "{'id':'site'}");
    publish();
    shown("Ломоносова");
    nowhere("Машина");
    assert_int_equal(number(ok(s, "publisher", "channel", "remove", "{'id':'@site'}"), "removed"), 1);
    nowhere("Ломоносова");
    assert_int_equal(look.files, 0);
    refused(s, LT_NOTFOUND, "channel.absent", "publisher", "publication", "run", "{'channel':'@site'}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(nobody_without_consent), TEST(field_by_field), TEST(a_mentor_is_named_by_their_own_yes), TEST(only_fit_entries),
                                       TEST(withdrawal_takes_down_everywhere), TEST(term_ends), TEST(retract), TEST(pictures_as_public_copies), TEST(hostile_texts),
                                       TEST(same_bytes), TEST(never_half), TEST(folders), TEST(without_the_plugin)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
