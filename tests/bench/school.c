#include "school.h"

#include "base/json.h"
#include "base/text.h"
#include "usecase/entry.h"
#include "usecase/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(int rc, const struct lt_error *err, const char *what)
{
    if (rc) served_die("%s: %s %s", what, err->code, err->field);
}

static void open_app(struct school *s)
{
    struct lt_error err = {0};
    struct lt_app_config c = {.dir = s->server.dir, .program = s->server.program, .lock_wait_ms = 5000};
    must(lt_app_open(&c, &s->app, &err), &err, "open");
}

static json_t *ask(struct school *s, const char *noun, const char *verb, json_t *values)
{
    struct lt_error err = {0};
    struct uc_answer answer;
    struct uc_request r = {.noun = noun, .verb = verb, .values = values, .lang = LT_RU, .door = UC_CLI, .local_user = "bench"};
    must(uc_dispatch(s->app, &r, &answer, &err), &err, noun);
    json_t *body = json_incref(answer.body);
    uc_answer_clear(&answer);
    json_decref(values);
    return body;
}

static void made(struct school *s, char id[LT_ID_SIZE], const char *noun, const char *verb, json_t *values)
{
    json_t *body = ask(s, noun, verb, values);
    lt_print(id, LT_ID_SIZE, "%s", lt_json_str_or(body, "id", ""));
    json_decref(body);
}

static void add_pupils(struct school *s)
{
    static const char *const surnames[] = {"Иванов", "Петров", "Сидоров", "Кузнецов", "Смирнов", "Попов", "Волков", "Соколов"};
    static const char *const names[] = {"Анна", "Мария", "Иван", "Пётр", "Ольга", "Семён"};
    char klass[LT_ID_SIZE] = "";
    for (size_t i = 0; i < s->pupils; i++) {
        char name[40], birth[16];
        if (i % 25 == 0) {
            size_t k = i / 25;
            lt_print(name, sizeof name, "%zu%s", k % 11 + 1, (const char *[]){"А", "Б", "В", "Г", "Д", "Е", "Ж", "З", "И", "К", "Л", "М", "Н", "О", "П", "Р", "С", "Т", "У", "Ф"}[k / 11 % 20]);
            made(s, klass, "class", "add", json_pack("{s:s, s:i}", "name", name, "year", 2026));
        }
        lt_print(name, sizeof name, "%s", names[i % 6]);
        lt_print(birth, sizeof birth, "20%02zu-%02zu-%02zu", 9 + i % 8, i % 12 + 1, i % 28 + 1);
        made(s, s->ids[i], "pupil", "add",
             json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "surname", surnames[i % 8], "name", name, "patronymic", "Андреевич", "birth", birth,
                       "class", klass, "from", "2026-09-01"));
    }
}

void school_make(struct school *s, const char *program, const char *dir, size_t pupils)
{
    *s = (struct school){.pupils = pupils, .ids = calloc(pupils, LT_ID_SIZE)};
    served_place(&s->server, program, dir);
    served_init(&s->server);
    open_app(s);
    add_pupils(s);
}

static int keep_id(void *user, const char *repo, const char *head)
{
    struct school *s = user;
    (void)head;
    if (strcmp(repo, VAULT_SCHOOL) == 0) return 0;
    s->ids = realloc(s->ids, (s->pupils + 1) * LT_ID_SIZE);
    lt_print(s->ids[s->pupils++], LT_ID_SIZE, "%s", repo);
    return 0;
}

void school_open(struct school *s, const char *program, const char *dir)
{
    struct lt_error err = {0};
    *s = (struct school){0};
    served_place(&s->server, program, dir);
    open_app(s);
    must(vault_repos(s->app->vault, keep_id, s, &err), &err, "repositories");
}

void school_close(struct school *s)
{
    lt_app_close(s->app);
    s->app = NULL;
}

/* --- entries --- */

static json_t *entry_values(size_t n)
{
    static const char *const activities[] = {"olympiad", "contest", "project", "sport", "art", "volunteering"};
    static const char *const levels[] = {"school", "municipal", "regional", "national"};
    static const char *const results[] = {"winner", "prize_winner", "participant"};
    static const char *const subjects[] = {"математика", "физика", "история", "литература", "химия"};
    static const char *const titles[] = {"Всероссийская олимпиада школьников", "Конкурс чтецов «Живая классика»", "Научная конференция «Шаг в будущее»",
                                         "Турнир юных математиков", "Экологическая акция «Чистый берег»"};
    char title[200], date[16];
    lt_print(title, sizeof title, "%s, тур %zu", titles[n % 5], n);
    lt_print(date, sizeof date, "2026-%02zu-%02zu", n % 9 + 1, n % 28 + 1);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "title", title, "activity", activities[n % 6], "level", levels[n % 4], "result",
                     results[n % 3], "subject", subjects[n % 5], "organiser", "Министерство просвещения", "date", date);
}

static int write_entry(struct uc_call *call, struct uc_tx *tx, const char *pupil, size_t n, bool verified, struct lt_error *err)
{
    char dir[VAULT_PATH_MAX];
    json_t *in = entry_values(n), *entry = NULL;
    int rc = entry_new(call, pupil, "staff", in, &entry, dir, err);
    if (!rc) rc = lt_json_put_str(entry, "state", verified ? "verified" : "submitted");
    if (!rc) rc = entry_check(call, entry, false, err);
    if (!rc) rc = entry_store(tx, pupil, dir, entry, err);
    if (!rc && verified) rc = entry_put_verified(tx, call, pupil, dir, entry, "import", NULL, err);
    if (!rc) rc = uc_tx_seal(tx, pupil, "Enter imported entry", lt_json_str(entry, "id"), err);
    json_decref(in);
    json_decref(entry);
    return rc;
}

void school_fill(struct school *s, size_t first, size_t n, size_t each, bool verified)
{
    struct lt_error err = {0};
    struct uc_call call = {.app = s->app, .row = uc_find("entry", "add"), .now = lt_clock_now(&s->app->clock), .today = lt_clock_today(&s->app->clock),
                           .door = "cli", .seen = json_array()};
    struct uc_tx *tx = NULL;
    const char **repos = calloc(n, sizeof *repos);
    call.actor = (struct uc_actor){.id = "local:bench", .kind = "local", .local = true};
    lt_id_next(s->app->ids, call.request);
    for (size_t i = 0; i < n; i++) repos[i] = s->ids[first + i];
    must(uc_tx_begin(&call, repos, n, &tx, &err), &err, "begin");
    for (size_t i = 0; i < n; i++) {
        const char *pupil = s->ids[first + i];
        must(uc_doc(&call, "pupil", pupil, &call.target.pupil, &err), &err, "pupil");
        must(uc_doc(&call, "classes", pupil, &call.target.classes, &err), &err, "classes");
        for (size_t k = 0; k < each; k++)
            must(write_entry(&call, tx, pupil, (first + i) * each + k, verified && k % 3, &err), &err, "entry");
        uc_target_clear(&call.target);
    }
    must(uc_tx_commit(tx, "Import entries", NULL, &err), &err, "commit");
    uc_tx_end(tx);
    json_decref(call.seen);
    free(repos);
}

/* --- who asks --- */

void school_token(struct school *s, char token[48])
{
    struct sys_account a = {.confirmed = true, .created = lt_clock_now(&s->app->clock)};
    struct sys_session session = {.kind = "token", .created = a.created, .last_used = a.created, .expires = a.created + INT64_C(300) * 86400000};
    struct lt_error err = {0};
    char sha[65];
    a.changed = a.created;
    made(s, a.subject, "person", "add", json_pack("{s:s, s:s}", "surname", "Завучева", "name", "Вера"));
    json_decref(ask(s, "role", "grant", json_pack("{s:s, s:s, s:s}", "person", a.subject, "role", "deputy_head", "from", "2026-09-01")));
    lt_id_next(s->app->ids, a.id);
    lt_id_next(s->app->ids, session.id);
    lt_print(a.login, sizeof a.login, "bench");
    lt_print(session.account, sizeof session.account, "%s", a.id);
    must(sysdb_account_add(s->app->sys, &a, &err), &err, "account");
    secret_token(token);
    secret_sha256(token, sha);
    must(sysdb_session_add(s->app->sys, &session, sha, &err), &err, "session");
}
