/* Letters, to a real server: what it gets, what it is not shown, what is refused. */
#include "mail/mail.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct sandbox_config config = {.program = LETOPIS_BINARY_DIR "/letopis", .modules_dir = LETOPIS_BINARY_DIR "/modules"};

struct server {
    char dir[64];
    pid_t pid;
    int in; /* closing it ends the server */
    unsigned port;
    char *ca;
};

static void begin(struct server *s, const char *how)
{
    int in[2], out[2];
    char line[20] = "", path[100];
    size_t len;
    lt_print(s->dir, sizeof s->dir, "/tmp/letopis-mail-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    assert_int_equal(pipe(in) | pipe(out), 0);
    s->pid = fork();
    if (s->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        freopen("/dev/null", "w", stderr); /* it tells of every refusal */
        close(in[1]);
        execl("/usr/bin/python3", "python3", LETOPIS_SOURCE_DIR "/tests/unit/mail/server.py", s->dir, how, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    s->in = in[1];
    FILE *f = fdopen(out[0], "r");
    if (!fgets(line, sizeof line, f)) fail_msg("the mail server does not start (python3-aiosmtpd, openssl)");
    fclose(f);
    s->port = (unsigned)atoi(line);
    lt_print(path, sizeof path, "%s/cert.pem", s->dir);
    assert_int_equal(lt_fs_read(path, 100000, &s->ca, &len), 0);
}

static void end(struct server *s)
{
    close(s->in);
    waitpid(s->pid, NULL, 0);
    lt_fs_remove_tree(lt_fs_system(), s->dir);
    free(s->ca);
}

/* The nth letter as the server got it; NULL: none. */
static char *got(struct server *s, int n)
{
    char path[100], *text = NULL;
    size_t len;
    lt_print(path, sizeof path, "%s/%d", s->dir, n);
    return lt_fs_read(path, 1000000, &text, &len) ? NULL : text;
}

static struct mail_server to(const struct server *s, enum mail_tls tls)
{
    return (struct mail_server){.host = "localhost", .port = s->port, .tls = tls, .user = tls == MAIL_PLAIN ? NULL : "school",
                                .password = tls == MAIL_PLAIN ? NULL : "пароль почты", .from = "letopis@school.example", .from_name = "Школа № 7",
                                .ca = tls == MAIL_PLAIN ? NULL : s->ca};
}

#define LETTER(address) {.to = (address), .subject = "Новое в летописи школы: очень длинная тема письма, которой мало одной строки", .text = "Здравствуйте!\nЕсть новое.\n", .id = "01-abc"}
#define NOW INT64_C(1795348800000) /* 2026-11-22 12:00 UTC */

static void over(const char *how, enum mail_tls tls)
{
    struct server s;
    begin(&s, how);
    struct mail_server server = to(&s, tls);
    struct mail_letter letters[] = {LETTER("parent@mail.example"), LETTER("nobody@school.example"), LETTER("third@mail.example")};
    struct lt_error err = {0};
    int rc = mail_send(&config, &server, letters, 3, NOW, &err);
    if (rc) fail_msg("%s: %s %s", how, err.code, lt_error_param(&err, "why") ? lt_error_param(&err, "why") : json_dumps(err.details, JSON_ENCODE_ANY));
    assert_true(letters[0].sent && !letters[1].sent && letters[2].sent);
    assert_int_equal(letters[1].reply, 550);
    char *one = got(&s, 1), *two = got(&s, 2), *three = got(&s, 3);
    assert_true(one && two && !three);
    assert_true(lt_starts(one, tls == MAIL_PLAIN ? "from letopis@school.example to parent@mail.example tls False\n" : "from letopis@school.example to parent@mail.example tls "));
    if (tls == MAIL_STARTTLS) assert_non_null(strstr(one, "tls True"));
    static const char *const heads[] = {"Date: Sun, 22 Nov 2026 12:00:00 +0000\r\n", "To: <parent@mail.example>\r\n", "Message-ID: <01-abc@school.example>\r\n",
                                        "Auto-Submitted: auto-generated\r\n", "Content-Type: text/plain; charset=UTF-8\r\n",
                                        "From: =?UTF-8?B?0KjQutC+0LvQsCDihJYgNw==?= <letopis@school.example>\r\n"};
    for (size_t i = 0; i < LT_COUNT(heads); i++) {
        if (!strstr(one, heads[i])) fail_msg("no %s in\n%s", heads[i], one);
    }
    assert_non_null(strstr(one, "0JfQtNGA0LDQstGB0YLQstGD0LnRgtC1IQrQldGB0YLRjCDQvdC+0LLQvtC1Lgo=")); /* the text */
    assert_null(strstr(two, "parent@mail.example")); /* nobody learns of others */
    free(one);
    free(two);
    end(&s);
}

static void by_starttls(void **state)
{
    (void)state;
    over("starttls", MAIL_STARTTLS);
}

static void by_tls(void **state)
{
    (void)state;
    over("tls", MAIL_TLS);
}

static void by_a_relay_of_this_machine(void **state)
{
    (void)state;
    over("plain", MAIL_PLAIN);
}

static void fails(struct mail_server *server, struct server *s)
{
    struct mail_letter letter = LETTER("parent@mail.example");
    struct lt_error err = {0};
    assert_int_equal(mail_send(&config, server, &letter, 1, NOW, &err), LT_SYSTEM);
    assert_string_equal(err.code, "mail.failed");
    assert_false(letter.sent);
    lt_error_clear(&err);
    char *text = got(s, 1);
    assert_null(text);
}

static void a_server_that_is_not_what_it_should_be(void **state)
{
    (void)state;
    struct server s;
    begin(&s, "starttls");
    struct mail_server server = to(&s, MAIL_STARTTLS);
    server.ca = NULL; /* the system trusts no certificate that anybody made */
    fails(&server, &s);
    server = to(&s, MAIL_STARTTLS);
    server.host = "127.0.0.1"; /* another name than the certificate's */
    fails(&server, &s);
    server = to(&s, MAIL_STARTTLS);
    server.password = "не тот";
    fails(&server, &s);
    server = to(&s, MAIL_STARTTLS);
    server.host = "no-such-host.invalid";
    fails(&server, &s);
    end(&s);
    server = to(&s, MAIL_PLAIN);
    fails(&server, &s); /* nobody there */
    begin(&s, "plain"); /* offers no encryption: nothing is sent, no password either */
    server = to(&s, MAIL_STARTTLS);
    fails(&server, &s);
    end(&s);
}

static void addresses(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b.example", "anna.ivanova+school@mail.example.org", "o'neil@x.example"};
    static const char *const bad[] = {"", "a", "a@b", "@b.example", "a@b.example\r\nBcc: x@y.example", "a b@c.example", "<a@b.example>", "a@b@c.example", "-a@b.example",
                                      "a@b..example", "a@.example", "a@b.example.", "а@б.рф", "a,c@b.example"};
    for (size_t i = 0; i < LT_COUNT(good); i++) assert_true(mail_address_valid(good[i]));
    for (size_t i = 0; i < LT_COUNT(bad); i++) {
        if (mail_address_valid(bad[i])) fail_msg("%s is taken for an address", bad[i]);
    }
    struct mail_letter letter = LETTER("a@b.example\r\nBcc: x@y.example");
    struct mail_server server = {.host = "localhost", .port = 1, .tls = MAIL_PLAIN, .from = "letopis@school.example"};
    struct lt_error err = {0};
    assert_int_equal(mail_send(&config, &server, &letter, 1, NOW, &err), LT_USAGE);
    assert_string_equal(err.code, "mail.address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_starttls), cmocka_unit_test(by_tls),    cmocka_unit_test(by_a_relay_of_this_machine),
        cmocka_unit_test(a_server_that_is_not_what_it_should_be), cmocka_unit_test(addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
