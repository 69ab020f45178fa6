/* Letters that there is something new: to whom, how often, what stands in them; against a real mail server. */
#include "support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"
#include "usecase/notice_mail.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static struct school *s;
static char letters[300], *conf;
static pid_t server;
static int server_in;
static unsigned port;

static void start_server(void)
{
    int in[2], out[2];
    char line[20] = "";
    lt_print(letters, sizeof letters, "%s/letters", s->dir);
    assert_int_equal(mkdir(letters, 0700) | pipe(in) | pipe(out), 0);
    server = fork();
    if (server == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        execl("/usr/bin/python3", "python3", LETOPIS_SOURCE_DIR "/tests/unit/mail/server.py", letters, "plain", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    server_in = in[1];
    FILE *f = fdopen(out[0], "r");
    if (!fgets(line, sizeof line, f)) fail_msg("the mail server does not start (python3-aiosmtpd, openssl)");
    fclose(f);
    port = (unsigned)atoi(line);
}

/* letopis.conf as it was made, with this after it. */
static void configure(const char *mail)
{
    char path[300], text_of[4000];
    lt_print(path, sizeof path, "%s/letopis.conf", s->dir);
    lt_print(text_of, sizeof text_of, "%s\n%s", conf, mail);
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, text_of, strlen(text_of), 0600, false), 0);
}

static int setup(void **state)
{
    (void)state;
    char path[300];
    size_t len;
    s = school_open();
    processing(s, "ivan");
    lt_print(path, sizeof path, "%s/letopis.conf", s->dir);
    assert_int_equal(lt_fs_read(path, 3000, &conf, &len), 0);
    ok(s, "director", "person", "edit", "{'id':'@mother','email':'mother@mail.example'}");
    start_server();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close(server_in);
    waitpid(server, NULL, 0);
    school_close(s);
    free(conf);
    return 0;
}

static void usual(void)
{
    char mail[500];
    lt_print(mail, sizeof mail, "[mail]\n\tserver = 127.0.0.1:%u\n\ttls = plain\n\tfrom = letopis@school.example\n\tlink = https://letopis.example/\n", port);
    configure(mail);
}

/* How many letters the server has; the last one in *last (to be freed). */
static int arrived(char **last)
{
    char path[400], *text_of = NULL;
    size_t len;
    int n = 0;
    for (;; n++) {
        lt_print(path, sizeof path, "%s/%d", letters, n + 1);
        char *more = NULL;
        if (lt_fs_read(path, 100000, &more, &len)) break;
        free(text_of);
        text_of = more;
    }
    if (last) *last = text_of;
    else free(text_of);
    return n;
}

static void send_due(void)
{
    lt_error_clear(&s->err);
    if (notice_mail_app(s->app, &s->err)) fail_msg("%s %s", s->err.code, lt_error_param(&s->err, "why") ? lt_error_param(&s->err, "why") : "");
}

/* Something new for the mother of ivan. */
static void news(const char *name)
{
    entry_in(s, name, "ivan", "ivan", "submitted");
    ok(s, "teacher", "entry", "return", "{'id':'@%s','reason':'Фото нечитаемо'}", name);
}

static void decoded(const char *letter, char *out, size_t size)
{
    const char *body = strstr(letter, "\r\n\r\n");
    size_t len = 0;
    assert_non_null(body);
    assert_int_equal(sodium_base642bin((unsigned char *)out, size - 1, body + 4, strlen(body + 4), "\r\n", &len, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
    out[len] = 0;
}

static void once_a_day_in_the_evening(void **state)
{
    (void)state;
    char *letter = NULL, body[4000];
    int64_t morning = noon(TODAY);
    usual();
    news("a1");
    s->now = morning;
    send_due();
    assert_int_equal(arrived(NULL), 0); /* not before the hour */
    s->now = morning + 7 * HOUR;
    send_due();
    assert_int_equal(arrived(&letter), 1);
    assert_true(lt_starts(letter, "from letopis@school.example to mother@mail.example"));
    decoded(letter, body, sizeof body);
    assert_non_null(strstr(body, "Непрочитанных сообщений: 1."));
    assert_non_null(strstr(body, "https://letopis.example/"));
    /* nothing about anybody */
    json_t *card = ok(s, "director", "pupil", "show", "{'id':'@ivan'}");
    static const char *const keys[] = {"surname", "name", "id"};
    for (size_t i = 0; i < 3; i++) assert_true(!strstr(body, text(card, keys[i])) && !strstr(letter, text(card, keys[i])));
    assert_true(!strstr(body, "нечитаемо") && !strstr(letter, id_of(s, "mother")));
    free(letter);
    s->now = morning + 8 * HOUR;
    news("a2");
    send_due();
    assert_int_equal(arrived(NULL), 1); /* one a day */
    s->now = morning + 7 * HOUR + DAY;
    send_due();
    assert_int_equal(arrived(&letter), 2);
    decoded(letter, body, sizeof body);
    assert_non_null(strstr(body, ": 1.")); /* of those since the last letter */
    free(letter);
    s->now = morning + 7 * HOUR + 2 * DAY;
    send_due();
    assert_int_equal(arrived(NULL), 2); /* nothing new, no letter */
    s->now = morning;
}

static void as_each_wishes(void **state)
{
    (void)state;
    int64_t evening = noon(TODAY) + 7 * HOUR;
    int before = arrived(NULL);
    s->now = evening + 10 * DAY;
    ok(s, "mother", "notice", "settings", "{'digest':'off'}");
    news("b1");
    send_due();
    assert_int_equal(arrived(NULL), before);
    ok(s, "mother", "notice", "settings", "{'digest':'weekly'}");
    send_due();
    assert_int_equal(arrived(NULL), before + 1);
    news("b2");
    s->now = evening + 16 * DAY;
    send_due();
    assert_int_equal(arrived(NULL), before + 1);
    s->now = evening + 17 * DAY;
    send_due();
    assert_int_equal(arrived(NULL), before + 2);
    ok(s, "mother", "notice", "settings", "{'digest':'daily'}");
    /* what was read is not told of */
    s->now = evening + 20 * DAY;
    news("b3");
    ok(s, "mother", "notice", "read", "{}");
    send_due();
    assert_int_equal(arrived(NULL), before + 2);
}

static void not_to_whom_it_no_longer_concerns(void **state)
{
    (void)state;
    int64_t evening = noon(TODAY) + 30 * DAY + 7 * HOUR;
    int before = arrived(NULL);
    s->now = evening;
    news("c1");
    ok(s, "director", "account", "disable", "{'id':'@mother'}");
    send_due();
    assert_int_equal(arrived(NULL), before);
    ok(s, "director", "account", "disable", "{'id':'@mother','undo':true}");
    send_due();
    assert_int_equal(arrived(NULL), before + 1);
    s->now = noon(TODAY);
}

static void settings_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *mail, *code;
    } bad[] = {
        {"[mail]\n\tserver = mail.example\n\ttls = plain\n\tfrom = a@b.example\n\tlink = https://x/\n", "mail.plain"},
        {"[mail]\n\tserver = mail.example:0\n\tfrom = a@b.example\n\tlink = https://x/\n", "mail.setting"},
        {"[mail]\n\tserver = mail.example\n\tfrom = somebody\n\tlink = https://x/\n", "mail.setting"},
        {"[mail]\n\tserver = mail.example\n\tfrom = a@b.example\n", "mail.setting"},
        {"[mail]\n\tserver = mail.example\n\tfrom = a@b.example\n\tlink = javascript:x\n", "mail.setting"},
        {"[mail]\n\tserver = mail.example\n\tfrom = a@b.example\n\tlink = https://x/\n\tuser = u\n\tpasswordfile = open\n", "mail.password_file"},
        {"[mail]\n\tserver = mail.example\n\tfrom = a@b.example\n\tlink = https://x/\n\tuser = u\n\tpasswordfile = nowhere\n", "mail.password_file"},
    };
    char path[300];
    lt_print(path, sizeof path, "%s/open", s->dir);
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, "secret\n", 7, 0644, false), 0);
    assert_int_equal(chmod(path, 0644), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        configure(bad[i].mail);
        lt_error_clear(&s->err);
        int rc = notice_mail_app(s->app, &s->err);
        if (rc != LT_REFUSED || strcmp(s->err.code, bad[i].code) != 0) fail_msg("%zu: %d %s", i, rc, s->err.code);
    }
    configure("");
    send_due(); /* no mail is no failure */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_a_day_in_the_evening),
        cmocka_unit_test(as_each_wishes),
        cmocka_unit_test(not_to_whom_it_no_longer_concerns),
        cmocka_unit_test(settings_that_are_wrong),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
