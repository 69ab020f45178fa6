/* Signing in by cookie: the one use case this door knows by name. */
#include "http/api.h"

#include "base/json.h"
#include "base/text.h"

#include <sodium.h>
#include <string.h>

static bool is(const struct uc_row *row, const char *verb)
{
    return strcmp(row->noun, "session") == 0 && strcmp(row->verb, verb) == 0;
}

bool api_is_login(const struct uc_row *row)
{
    return is(row, "login");
}

void api_session_after(struct http_exchange *x, const struct uc_row *row, json_t *body)
{
    struct api *a = x->state;
    char word[GUARD_CSRF];
    if (!is(row, "me") || !a->guard.cookie || !body) return;
    guard_csrf_of(a->guard.token, word);
    lt_json_put_str(body, "csrf", word);
}

/* Takes a text out of the values. */
static int take(json_t *values, const char *name, char *out, size_t size, struct lt_error *err)
{
    const char *text = lt_json_str(values, name);
    if (!text || !*text) return lt_fail_field(err, LT_USAGE, name, "field.required", "field", name, (char *)NULL);
    if (!lt_print(out, size, "%s", text)) return lt_fail_field(err, LT_USAGE, name, "field.malformed.text", "field", name, (char *)NULL);
    json_object_del(values, name);
    return 0;
}

/* The session the browser had so far ends with the new one: whoever knows the old cookie has nothing. */
static void end_former(struct http_exchange *x, const struct uc_request *request, const char *token)
{
    struct uc_request out = {.noun = "session", .verb = "logout", .lang = request->lang, .door = UC_HTTP, .trace = x->id, .token = token};
    struct lt_error ignored = {0};
    struct uc_answer answer = {0};
    json_t *nothing = json_object();
    out.values = nothing;
    uc_dispatch(x->server->config.app, &out, &answer, &ignored);
    uc_answer_clear(&answer);
    lt_error_clear(&ignored);
    json_decref(nothing);
}

/* Who one is now, as GET of the session says it. */
static int me(struct http_exchange *x, const struct uc_request *request, struct uc_answer *answer, struct lt_error *err)
{
    struct uc_request who = *request;
    json_t *nothing = json_object();
    who.verb = "me";
    who.values = nothing;
    who.request_id = NULL;
    who.files_len = 0;
    int rc = uc_dispatch(x->server->config.app, &who, answer, err);
    json_decref(nothing);
    return rc;
}

static long long seconds_until(struct http_exchange *x, const char *instant)
{
    int64_t end;
    if (!instant || !lt_instant_parse(instant, &end)) return 0;
    int64_t left = (end - lt_clock_now(&x->server->clock)) / 1000;
    return left > 0 ? left : 0;
}

void api_login(struct http_exchange *x, struct uc_request *request)
{
    struct api *a = x->state;
    struct lt_error err = {0};
    struct uc_answer answer = {0};
    char login[80] = "", password[1024] = "", token[GUARD_TOKEN] = "", former[GUARD_TOKEN] = "";
    long long seconds = 0;
    if (a->guard.cookie) lt_print(former, sizeof former, "%s", a->guard.token);
    int rc = take(a->values, "login", login, sizeof login, &err);
    if (!rc) rc = take(a->values, "password", password, sizeof password, &err);
    request->login = login;
    request->password = password;
    request->token = NULL;
    if (!rc) rc = uc_dispatch(x->server->config.app, request, &answer, &err);
    if (!rc) {
        lt_print(token, sizeof token, "%s", lt_json_str_or(answer.body, "token", ""));
        seconds = seconds_until(x, lt_json_str(answer.body, "expires"));
        uc_answer_clear(&answer);
        request->login = request->password = NULL;
        request->token = token;
        rc = me(x, request, &answer, &err);
    }
    if (!rc) {
        if (*former) end_former(x, request, former);
        lt_print(a->guard.token, sizeof a->guard.token, "%s", token);
        a->guard.cookie = true;
        api_session_after(x, answer.row, answer.body);
        api_give(x, &answer);
        guard_set_cookie(x, token, seconds);
    } else {
        api_refuse(x, &err);
    }
    sodium_memzero(password, sizeof password);
    sodium_memzero(token, sizeof token);
    lt_error_clear(&err);
}
