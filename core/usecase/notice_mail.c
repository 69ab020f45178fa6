#include "usecase/notice_mail.h"
#include "usecase/job_run.h"
#include "usecase/notice.h"
#include "usecase/secret.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/mail.h"
#include "vault/config.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR_MS INT64_C(3600000)
enum { WEEK = 7, CA_MAX = 600 << 10, PASSWORD_MAX = 200 };

/* --- the installation's settings --- */

struct post {
    struct conf *conf;
    struct mail_server server;
    char host[256], password[PASSWORD_MAX + 1];
    char *ca;
    const char *link;
    int64_t hour;
};

static void post_clear(struct post *p)
{
    sodium_memzero(p->password, sizeof p->password);
    conf_free(p->conf);
    free(p->ca);
}

static int wrong(const char *name, struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "mail.setting", "name", name, (char *)NULL);
}

/* Nobody but the owner may read it. */
static int read_password(struct lt_app *app, struct post *p, const char *name, struct lt_error *err)
{
    char path[4096];
    struct stat st;
    lt_print(path, sizeof path, "%s%s%s", *name == '/' ? "" : app->dir, *name == '/' ? "" : "/", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) == 0 && st.st_size > 0 && st.st_size <= PASSWORD_MAX;
    ssize_t n = good ? read(fd, p->password, PASSWORD_MAX) : -1;
    if (fd >= 0) close(fd);
    if (n <= 0) return lt_fail(err, LT_REFUSED, "mail.password_file", "path", name, (char *)NULL);
    p->password[n] = 0;
    p->password[strcspn(p->password, "\r\n")] = 0;
    return 0;
}

static bool is_here(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

static int read_server(struct post *p, const char *server, struct lt_error *err)
{
    const char *tls = conf_str(p->conf, "mail.tls", "starttls"), *colon = strrchr(server, ':');
    size_t n = colon ? (size_t)(colon - server) : strlen(server);
    long port = colon ? strtol(colon + 1, NULL, 10) : 0;
    if (strcmp(tls, "starttls") == 0) p->server.tls = MAIL_STARTTLS;
    else if (strcmp(tls, "tls") == 0) p->server.tls = MAIL_TLS;
    else if (strcmp(tls, "plain") == 0) p->server.tls = MAIL_PLAIN;
    else return wrong("mail.tls", err);
    if (!n || !lt_print(p->host, sizeof p->host, "%.*s", (int)n, server) || strpbrk(p->host, "/@ \t") || port < 0 || port > 65535 || (colon && !port))
        return wrong("mail.server", err);
    p->server.host = p->host;
    p->server.port = port ? (unsigned)port : p->server.tls == MAIL_TLS ? 465 : p->server.tls == MAIL_PLAIN ? 25 : 587;
    if (p->server.tls == MAIL_PLAIN && !is_here(p->host)) return lt_fail(err, LT_REFUSED, "mail.plain", "server", p->host, (char *)NULL);
    return 0;
}

/* 1 with the settings, 0 where no letters are wanted, or a negative status. */
static int post_read(struct lt_app *app, struct post *p, struct lt_error *err)
{
    char path[4096];
    size_t len = 0;
    lt_print(path, sizeof path, "%s/letopis.conf", app->dir);
    int rc = conf_read(path, &p->conf, err);
    const char *server = rc ? NULL : conf_str(p->conf, "mail.server", NULL);
    if (!server || !*server) return rc;
    const char *password = conf_str(p->conf, "mail.passwordfile", NULL), *ca = conf_str(p->conf, "mail.ca", NULL);
    p->link = conf_str(p->conf, "mail.link", NULL);
    p->server.from = conf_str(p->conf, "mail.from", "");
    p->server.user = conf_str(p->conf, "mail.user", NULL);
    rc = read_server(p, server, err);
    if (!rc) rc = conf_int(p->conf, "mail.hour", 0, 23, 18, &p->hour, err);
    if (!rc && !mail_address_valid(p->server.from)) rc = wrong("mail.from", err);
    if (!rc && (!p->link || (!lt_starts(p->link, "https://") && !lt_starts(p->link, "http://")))) rc = wrong("mail.link", err);
    if (!rc && password) rc = read_password(app, p, password, err);
    if (!rc && p->server.user) p->server.password = p->password;
    if (!rc && ca && lt_fs_read(ca, CA_MAX, &p->ca, &len)) rc = wrong("mail.ca", err);
    p->server.ca = p->ca;
    return rc ? rc : 1;
}

/* --- who gets one --- */

struct addressee {
    char subject[LT_ID_SIZE], to[128], id[48];
    char *title, *text;
    int64_t newest;
};

struct round {
    struct lt_app *app;
    struct post *post;
    int64_t now;
    struct lt_date today;
    struct addressee *all;
    size_t len, cap;
    char school[300];
};

static bool due(const struct round *r, const json_t *own, int64_t newest)
{
    struct lt_date last;
    const char *digest = lt_json_str_or(own, "digest", "daily"), *on = lt_json_str(own, "mailed_on");
    if (strcmp(digest, "off") == 0 || newest <= lt_json_int(own, "mailed", 0)) return false;
    int32_t days = on && lt_date_parse(on, &last) ? lt_date_days(r->today) - lt_date_days(last) : WEEK;
    return days >= (strcmp(digest, "weekly") == 0 ? WEEK : 1);
}

/* How many of the unread ones since the last letter the person may read today. */
static int count_for(struct round *r, const struct sys_account *a, const json_t *own, char to[128], int64_t *n, struct lt_error *err)
{
    struct uc_resumed as = {.account = a->id, .scope = ""};
    struct uc_request request = {.resumed = &as};
    struct uc_call call = {.app = r->app, .row = uc_find("notice", "list"), .now = r->now, .today = r->today};
    *n = 0;
    *to = 0;
    int rc = uc_actor_find(&call, &request, err);
    if (rc == LT_DENIED) { /* whose account ended with the work or the relation */
        lt_error_clear(err);
        rc = 0;
    } else if (!rc) {
        lt_print(to, 128, "%s", lt_json_str_or(lt_json_object(call.actor.person, "contacts"), "email", ""));
        if (mail_address_valid(to)) rc = notice_readable(&call, lt_json_int(own, "mailed", 0), n, err);
        else *to = 0;
    }
    uc_actor_clear(&call.actor);
    uc_target_clear(&call.target);
    return rc;
}

static int write_letter(struct round *r, const char *subject, const json_t *own, const char *to, int64_t newest, int64_t n, struct lt_error *err)
{
    char sha[65], day[LT_DATE_SIZE], count[24];
    enum lt_lang lang = strcmp(lt_json_str_or(own, "language", "ru"), "en") == 0 ? LT_EN : LT_RU;
    void *grown = lt_array_grow(r->all, &r->cap, r->len + 1, sizeof *r->all);
    if (!grown) return lt_fail_memory(err);
    r->all = grown;
    struct addressee *a = &r->all[r->len];
    struct lt_buf title = LT_BUF_INIT(1000), text = LT_BUF_INIT(8000);
    *a = (struct addressee){.newest = newest};
    lt_print(a->subject, sizeof a->subject, "%s", subject);
    lt_print(a->to, sizeof a->to, "%s", to);
    secret_sha256(subject, sha);
    lt_print(a->id, sizeof a->id, "%s.%.16s", lt_date_format(r->today, day), sha);
    lt_print(count, sizeof count, "%lld", (long long)n);
    lt_msg_add(&title, lang, "mail.digest.subject", "school", r->school, (char *)NULL);
    lt_msg_add(&text, lang, "mail.digest.text", "n", count, "link", r->post->link, "school", r->school, (char *)NULL);
    a->title = lt_buf_take(&title, NULL);
    a->text = lt_buf_take(&text, NULL);
    r->len++; /* freed with the others */
    return a->title && a->text ? 0 : lt_fail_memory(err);
}

static int look_at(struct round *r, const json_t *item, struct lt_error *err)
{
    const char *subject = lt_json_str_or(item, "subject", "");
    int64_t newest = lt_json_int(item, "newest", 0), n = 0;
    struct sys_account a;
    struct lt_error miss = {0};
    char to[128] = "";
    json_t *own = NULL;
    int rc = sysdb_setting_get(r->app->sys, subject, &own, err);
    if (!rc && due(r, own, newest) && sysdb_account_by_subject(r->app->sys, subject, &a, &miss) == 0 && !a.disabled && !a.is_pupil)
        rc = count_for(r, &a, own, to, &n, err);
    if (!rc && n && *to) rc = write_letter(r, subject, own, to, newest, n, err);
    lt_error_clear(&miss);
    json_decref(own);
    return rc;
}

/* --- sending --- */

/* A letter that the server refused for good is not tried again before the next day. */
static int note(struct round *r, const struct addressee *a, bool sent, struct lt_error *err)
{
    json_t *own = NULL;
    char day[LT_DATE_SIZE];
    int rc = sysdb_begin(r->app->sys, err);
    if (rc) return rc;
    rc = sysdb_setting_get(r->app->sys, a->subject, &own, err);
    if (!rc && (lt_json_put_str(own, "mailed_on", lt_date_format(r->today, day)) || (sent && lt_json_put_int(own, "mailed", a->newest)))) rc = lt_fail_memory(err);
    if (!rc) rc = sysdb_setting_put(r->app->sys, a->subject, own, err);
    json_decref(own);
    struct lt_error ignored = {0};
    int end = sysdb_end(r->app->sys, rc == 0, rc ? &ignored : err);
    lt_error_clear(&ignored);
    return rc ? rc : end;
}

static int send_all(struct round *r, struct lt_error *err)
{
    struct mail_letter letters[MAIL_LETTERS];
    int rc = 0;
    for (size_t at = 0; !rc && at < r->len; at += MAIL_LETTERS) {
        size_t n = r->len - at < MAIL_LETTERS ? r->len - at : MAIL_LETTERS;
        for (size_t i = 0; i < n; i++) {
            const struct addressee *a = &r->all[at + i];
            letters[i] = (struct mail_letter){.to = a->to, .subject = a->title, .text = a->text, .id = a->id};
        }
        rc = mail_send(&r->app->sandbox, &r->post->server, letters, n, r->now, err);
        struct lt_error late = {0};
        for (size_t i = 0; i < n; i++) { /* also after a failure in the middle: nobody gets two */
            if ((letters[i].sent || letters[i].reply) && note(r, &r->all[at + i], letters[i].sent, &late) && !rc) {
                *err = late;
                late = (struct lt_error){0};
                rc = err->status;
            }
        }
        lt_error_clear(&late);
    }
    return rc;
}

static void name_school(struct round *r)
{
    json_t *doc = NULL;
    struct lt_error ignored = {0};
    const char *name = "Letopis";
    if (index_get(r->app->index, "school", r->app->installation, &doc, NULL, &ignored) == 0)
        name = lt_json_str_or(doc, "short_name", lt_json_str_or(doc, "name", name));
    lt_print(r->school, sizeof r->school, "%.*s", (int)lt_utf8_clip(name, 200), name);
    r->post->server.from_name = r->school;
    lt_error_clear(&ignored);
    json_decref(doc);
}

int notice_mail_app(struct lt_app *app, struct lt_error *err)
{
    struct post p = {.conf = NULL};
    struct round r = {.app = app, .post = &p, .now = lt_clock_now(&app->clock), .today = lt_clock_today(&app->clock)};
    json_t *waiting = NULL;
    size_t i;
    const json_t *item;
    int rc = post_read(app, &p, err);
    int64_t local = r.now + (int64_t)app->clock.offset_minutes * 60000;
    bool wanted = rc == 1 && local % (24 * HOUR_MS) / HOUR_MS >= p.hour;
    if (rc == 1) rc = 0;
    if (!rc && wanted) rc = access_drain(app, err); /* notices on their way */
    if (!rc && wanted) rc = sysdb_notice_waiting(app->sys, &waiting, err);
    if (!rc && wanted) name_school(&r);
    json_array_foreach(waiting, i, item) {
        if (!rc) rc = look_at(&r, item, err);
    }
    if (!rc && r.len) rc = send_all(&r, err);
    for (size_t k = 0; k < r.len; k++) {
        free(r.all[k].title);
        free(r.all[k].text);
    }
    free(r.all);
    json_decref(waiting);
    post_clear(&p);
    return rc;
}
