#include "support.h"

#include "plugin/registry.h"
#include "usecase/ports.h"

#include "base/json.h"
#include "base/text.h"
#include "usecase/secret.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOSCOW 180
#define DATA LETOPIS_BINARY_DIR "/testdata/"

/* --- the clock --- */

int64_t noon(const char *date)
{
    struct lt_date d;
    assert_true(lt_date_parse(date, &d));
    return (int64_t)lt_date_days(d) * 86400000 + 12 * 3600000 - (int64_t)MOSCOW * 60000;
}

/* Time passes by a millisecond with each look. */
static int64_t clock_now(void *ctx)
{
    struct school *s = ctx;
    if (__atomic_add_fetch(&s->ticks, 1, __ATOMIC_RELAXED) == s->jump_at) __atomic_store_n(&s->now, s->jump_to, __ATOMIC_RELAXED);
    return __atomic_fetch_add(&s->now, 1, __ATOMIC_RELAXED);
}

/* --- opening and closing --- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static int open_app(struct school *s, bool offline, const struct lt_fs *fs, struct lt_error *err)
{
    static const char program[] = LETOPIS_BINARY_DIR "/letopis", modules[] = LETOPIS_BINARY_DIR "/modules";
    struct lt_clock clock = {.now_ms = clock_now, .ctx = s, .offset_minutes = MOSCOW};
    struct lt_app_config c = {.dir = s->dir,
                              .clock = &clock,
                              .fs = fs,
                              .program = program,
                              .modules = modules,
                              .plugins = LETOPIS_BINARY_DIR "/plugins",
                              .offline = offline,
                              .judge_answers = true};
    int rc = lt_app_open(&c, &s->app, err);
    if (!rc) lt_app_ports(s->app, &plugin_ports);
    return rc;
}

struct school *school_bare(void)
{
    struct school *s = calloc(1, sizeof *s);
    assert_non_null(s);
    const char *tmp = getenv("TMPDIR");
    assert_true(lt_print(s->dir, sizeof s->dir, "%s/letopis-usecase-XXXXXX", tmp ? tmp : "/tmp"));
    assert_non_null(mkdtemp(s->dir));
    s->now = noon(TODAY);
    s->names = json_object();
    s->tokens = json_object();
    s->kept = json_array();
    assert_int_equal(open_app(s, true, NULL, &s->err), 0);
    json_t *made = ok(s, "local", "school", "init",
                      "{'name':'Школа № 7','admin':'director','admin_surname':'Директорова','password':'весенняя капель'}");
    name_it(s, "director", text(made, "person"));
    return s;
}

const char *school_csv(struct school *s, const char *content)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/итоги.csv", s->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
    return path;
}

void school_close(struct school *s)
{
    uc_answer_clear(&s->answer);
    lt_app_close(s->app);
    lt_error_clear(&s->err);
    json_decref(s->names);
    json_decref(s->tokens);
    json_decref(s->kept);
    nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(s);
}

void school_reopen(struct school *s)
{
    uc_answer_clear(&s->answer);
    lt_app_close(s->app);
    school_open_with(s, NULL);
}

void school_open_with(struct school *s, const struct lt_fs *fs)
{
    s->app = NULL;
    if (open_app(s, false, fs, &s->err)) fail_msg("reopen: %s", s->err.code);
}

/* --- asking --- */

const char *id_of(struct school *s, const char *name)
{
    const char *id = lt_json_str(s->names, name);
    if (!id) fail_msg("nobody is called %s here", name);
    return id;
}

void name_it(struct school *s, const char *name, const char *id)
{
    assert_true(*id);
    json_object_set_new(s->names, name, json_string(id));
}

enum { FILES_MAX = 8 };

struct opened {
    struct uc_input_file files[FILES_MAX];
    size_t len;
};

static json_t *open_file(struct opened *o, const char *name)
{
    char path[500];
    assert_true(o->len < FILES_MAX);
    if (*name == '=') lt_print(path, sizeof path, "%s", name + 1);
    else lt_print(path, sizeof path, DATA "%s", name);
    const char *slash = strrchr(path, '/');
    struct uc_input_file *f = &o->files[o->len];
    f->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0) fail_msg("cannot open %s (made by tests/data/make)", path);
    lt_print(f->name, sizeof f->name, "%s", slash ? slash + 1 : path);
    return json_integer((json_int_t)o->len++);
}

static json_t *filled(struct school *s, struct opened *o, const json_t *v)
{
    const char *str = json_string_value(v), *key;
    json_t *out, *inner;
    size_t i;
    if (str && *str == '@') return json_string(id_of(s, str + 1));
    if (str && *str == '<') return open_file(o, str + 1);
    if (json_is_array(v)) {
        out = json_array();
        json_array_foreach(v, i, inner) json_array_append_new(out, filled(s, o, inner));
        return out;
    }
    if (json_is_object(v)) {
        out = json_object();
        json_object_foreach((json_t *)v, key, inner) json_object_set_new(out, key, filled(s, o, inner));
        return out;
    }
    return json_deep_copy(v);
}

int ask(struct school *s, struct uc_request *request, json_t **out, const char *values)
{
    char *quoted = lt_strdup(values);
    for (char *c = quoted; *c; c++) {
        if (*c == '\'') *c = '"';
    }
    json_error_t bad;
    json_t *raw = json_loads(quoted, JSON_DISABLE_EOF_CHECK, &bad);
    if (!raw) fail_msg("%s\nin %s", bad.text, quoted);
    free(quoted);
    struct opened o = {.len = 0};
    request->values = filled(s, &o, raw);
    request->files = o.files;
    request->files_len = o.len;
    request->lang = LT_RU;
    if (!request->door) request->door = UC_CLI;
    uc_answer_clear(&s->answer);
    lt_error_clear(&s->err);
    int rc = s->send ? s->send(s, request, &s->answer, &s->err) : uc_dispatch(s->app, request, &s->answer, &s->err);
    if (s->answer.body) json_array_append(s->kept, s->answer.body);
    if (out) *out = s->answer.body;
    for (size_t i = 0; i < o.len; i++) close(o.files[i].fd);
    json_decref(request->values);
    json_decref(raw);
    request->values = NULL;
    return rc;
}

static int call_v(struct school *s, const char *who, const char *noun, const char *verb, json_t **out, const char *format, va_list ap)
{
    char values[20000];
    vsnprintf(values, sizeof values, format, ap);
    struct uc_request r = {.noun = noun, .verb = verb};
    if (strcmp(who, "local") == 0) r.local_user = "anna";
    else if (strcmp(who, "nobody") != 0) {
        r.token = lt_json_str(s->tokens, who);
        if (!r.token) fail_msg("%s has no account", who);
    }
    return ask(s, &r, out, values);
}

int call(struct school *s, const char *who, const char *noun, const char *verb, json_t **out, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = call_v(s, who, noun, verb, out, format, ap);
    va_end(ap);
    return rc;
}

static void tell(const struct school *s)
{
    for (const char *p = s->err.params; p < s->err.params + s->err.params_len; p += strlen(p) + 1) print_message("    %s\n", p);
    if (s->err.details) {
        char *d = json_dumps(s->err.details, JSON_COMPACT);
        print_message("    %s\n", d);
        free(d);
    }
}

json_t *ok(struct school *s, const char *who, const char *noun, const char *verb, const char *format, ...)
{
    va_list ap;
    json_t *out = NULL;
    va_start(ap, format);
    int rc = call_v(s, who, noun, verb, &out, format, ap);
    va_end(ap);
    if (rc) {
        tell(s);
        fail_msg("%s: %s %s %s → %d %s (%s)", who, noun, verb, format, rc, s->err.code, s->err.field);
    }
    return out;
}

void refused(struct school *s, int status, const char *code, const char *who, const char *noun, const char *verb,
             const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = call_v(s, who, noun, verb, NULL, format, ap);
    va_end(ap);
    if (rc == status && strcmp(s->err.code, code) == 0) return;
    tell(s);
    fail_msg("%s: %s %s %s → %d %s, not %d %s", who, noun, verb, format, rc, rc ? s->err.code : "done", status, code);
}

/* --- reading answers --- */

json_t *at(const json_t *doc, const char *path)
{
    char step[80];
    while (doc && *path) {
        size_t n = strcspn(path, "/");
        lt_print(step, sizeof step, "%.*s", (int)n, path);
        doc = json_is_array(doc) ? json_array_get(doc, (size_t)strtoul(step, NULL, 10)) : json_object_get(doc, step);
        path += n + (path[n] == '/');
    }
    return (json_t *)(uintptr_t)doc;
}

const char *text(const json_t *doc, const char *path)
{
    const char *s = json_string_value(at(doc, path));
    return s ? s : "";
}

long long number(const json_t *doc, const char *path)
{
    const json_t *v = at(doc, path);
    return json_is_integer(v) ? json_integer_value(v) : -1;
}

size_t count(const json_t *answer)
{
    return json_array_size(lt_json_array(answer, "items"));
}

json_t *item(const json_t *answer, const char *key, const char *value)
{
    size_t i;
    json_t *it;
    json_array_foreach(lt_json_array(answer, "items"), i, it) {
        if (strcmp(lt_json_str_or(it, key, ""), value) == 0) return it;
    }
    return NULL;
}

bool holds(const json_t *answer, const char *key, const char *value)
{
    return item(answer, key, value) != NULL;
}

void *bytes(struct school *s, size_t *len)
{
    assert_non_null(s->answer.stream.read);
    size_t size = (size_t)s->answer.stream.size, got = 0;
    char *data = malloc(size + 1);
    struct lt_error err = {0};
    for (ssize_t n = 1; got < size && n > 0; got += (size_t)n) {
        n = s->answer.stream.read(s->answer.stream.ctx, data + got, size - got, got, &err);
        assert_true(n > 0);
    }
    data[got] = 0;
    *len = got;
    return data;
}

json_t *log_of(struct school *s, const char *name)
{
    return ok(s, "local", "log", "access", "{'pupil':'@%s','limit':500}", name);
}

/* --- people --- */

void account(struct school *s, const char *name, bool confirmed)
{
    struct sys_account a = {.confirmed = confirmed, .created = s->now, .changed = s->now};
    struct sys_session session = {.kind = "token", .created = s->now, .last_used = s->now, .expires = s->now + INT64_C(4000) * 86400000};
    struct lt_error err = {0};
    json_t *card = NULL;
    char token[48], sha[65];
    lt_print(a.subject, sizeof a.subject, "%s", id_of(s, name));
    a.is_pupil = index_get(s->app->index, "pupil", a.subject, &card, NULL, &err) == 0;
    lt_error_clear(&err);
    json_decref(card);
    lt_id_next(s->app->ids, a.id);
    lt_id_next(s->app->ids, session.id);
    lt_print(a.login, sizeof a.login, "%s", name);
    lt_print(session.account, sizeof session.account, "%s", a.id);
    if (sysdb_account_by_subject(s->app->sys, a.subject, &a, &err) == 0) lt_print(session.account, sizeof session.account, "%s", a.id);
    else assert_int_equal(sysdb_account_add(s->app->sys, &a, &err), 0);
    lt_error_clear(&err);
    secret_token(token);
    secret_sha256(token, sha);
    assert_int_equal(sysdb_session_add(s->app->sys, &session, sha, &err), 0);
    json_object_set_new(s->tokens, name, json_string(token));
}

void person(struct school *s, const char *name, const char *surname)
{
    json_t *p = ok(s, "local", "person", "add", "{'surname':'%s','name':'Анна','patronymic':'Петровна','phone':'+79981234567'}", surname);
    name_it(s, name, text(p, "id"));
    account(s, name, true);
}

void role(struct school *s, const char *who, const char *more)
{
    ok(s, "local", "role", "grant", "{'person':'@%s',%s}", who, more);
}

void pupil(struct school *s, const char *name, const char *surname, const char *birth, const char *klass)
{
    json_t *p = ok(s, "local", "pupil", "add",
                   "{'surname':'%s','name':'Иван','patronymic':'Петрович','sex':'m','birth':'%s','class':'@%s','from':'2026-09-01'}", surname,
                   birth, klass);
    name_it(s, name, text(p, "id"));
    account(s, name, true);
}

void guardian(struct school *s, const char *child, const char *who, const char *more)
{
    ok(s, "local", "guardian", "link", "{'pupil':'@%s','person':'@%s'%s%s}", child, who, strstr(more, "'from'") ? "" : ",'from':'2020-09-01'", more);
}

void processing(struct school *s, const char *name)
{
    json_t *list = ok(s, "local", "pupil", "show", "{'id':'@%s'}", name);
    const char *birth = text(list, "birth"), *by = text(list, "guardians/0/person");
    bool both = strcmp(birth, "2012-11-20") <= 0;
    json_t *c = ok(s, "local", "consent", "give", "{'pupil':'@%s','purpose':'processing','by':'%s','paper':'<scans/01-olympiad-diploma.pdf'}", name, by);
    if (both)
        ok(s, "local", "consent", "confirm", "{'id':'%s','by':'@%s','paper':'<scans/01-olympiad-diploma.pdf'}", text(c, "id"), name);
}

void setting(struct school *s, const char *pair)
{
    ok(s, "local", "school", "set", "{'setting':['%s']}", pair);
}

static void klass(struct school *s, const char *name)
{
    json_t *k = ok(s, "local", "class", "add", "{'name':'%s'}", name);
    assert_string_equal(text(k, "name"), name);
    name_it(s, name, text(k, "id"));
}

struct school *school_open(void)
{
    static const struct {
        const char *name, *surname, *role;
    } staff[] = {
        {"teacher", "Классная", "'role':'class_teacher','class':'@9А'"},
        {"teacher_b", "Другая", "'role':'class_teacher','class':'@9Б'"},
        {"math", "Числова", "'role':'teacher','subject':'математика','class':'@9А'"},
        {"coach", "Кружкова", "'role':'teacher','group':'@robots'"},
        {"deputy", "Завучева", "'role':'deputy_head'"},
        {"deputy_noo", "Начальная", "'role':'deputy_head','levels':['noo']"},
        {"deputy_sport", "Спортивная", "'role':'deputy_head','areas':['personal']"},
        {"clerk", "Делова", "'role':'clerk'"},
        {"sysadmin", "Админова", "'role':'sysadmin'"},
        {"olympiads", "Олимпова", "'role':'duty','duty':'olympiads'"},
        {"gto", "Нормова", "'role':'duty','duty':'gto'"},
        {"publisher", "Сайтова", "'role':'duty','duty':'publication'"},
        {"personal", "Защитова", "'role':'duty','duty':'personal_data'"},
    };
    struct school *s = school_bare();
    account(s, "director", true);
    static const char *const classes[] = {"3В", "9А", "9Б", "11А"};
    for (size_t i = 0; i < 4; i++) klass(s, classes[i]);
    name_it(s, "robots", text(ok(s, "local", "group", "add", "{'title':'Робототехника'}"), "id"));
    for (size_t i = 0; i < sizeof staff / sizeof staff[0]; i++) {
        person(s, staff[i].name, staff[i].surname);
        role(s, staff[i].name, staff[i].role);
    }
    pupil(s, "ivan", "Иванов", "2011-03-05", "9А");
    pupil(s, "olga", "Ольгина", "2011-07-01", "9А");
    pupil(s, "petr", "Петров", "2011-05-05", "9Б");
    pupil(s, "masha", "Машина", "2017-04-04", "3В");
    pupil(s, "sveta", "Светлова", "2008-06-06", "11А");
    person(s, "mother", "Иванова");
    person(s, "father", "Иванов");
    person(s, "mother_b", "Петрова");
    person(s, "mother_m", "Машина");
    person(s, "stranger", "Чужая");
    guardian(s, "ivan", "mother", "");
    guardian(s, "ivan", "father", "");
    guardian(s, "petr", "mother_b", "");
    guardian(s, "masha", "mother_m", "");
    guardian(s, "olga", "math", ""); /* teaches in her own child's class */
    ok(s, "local", "group", "enrol", "{'id':'@robots','pupil':['@petr']}");
    return s;
}

const char *entry_in(struct school *s, const char *name, const char *child, const char *who, const char *state)
{
    json_t *e = ok(s, who, "entry", "add",
                   "{'pupil':'@%s','activity':'olympiad','title':'Олимпиада %s','level':'municipal','result':'winner','date':'2026-10-10',"
                   "'subject':'математика'}",
                   child, name);
    name_it(s, name, text(e, "id"));
    if (strcmp(state, "draft") != 0) ok(s, who, "entry", "submit", "{'id':'@%s'}", name);
    if (strcmp(state, "verified") == 0) ok(s, "deputy", "entry", "verify", "{'id':'@%s'}", name);
    return id_of(s, name);
}
