#include "usecase/who.h"

#include "usecase/call.h"

#include "base/text.h"

#include <string.h>

static bool takes_files(const char *id, size_t len)
{
    char noun[64], verb[64];
    const char *dot = memchr(id, '.', len);
    if (!dot || !lt_print(noun, sizeof noun, "%.*s", (int)(dot - id), id) || !lt_print(verb, sizeof verb, "%.*s", (int)(id + len - dot - 1), dot + 1))
        return false;
    const struct uc_row *row = uc_find(noun, verb);
    for (const struct uc_field *f = row ? row->fields : NULL; f && f->name; f++) {
        if (f->type == UC_FILE) return true;
    }
    return false;
}

static bool scope_has_files(const char *scope)
{
    for (const char *w = scope; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        if (takes_files(w, strcspn(w, " "))) return true;
    }
    return !*scope;
}

int lt_app_who(struct lt_app *app, const char *token, struct uc_who *out, struct lt_error *err)
{
    struct uc_request request = {.token = token};
    struct uc_call call = {.app = app, .row = uc_find("session", "me"), .now = lt_clock_now(&app->clock), .today = lt_clock_today(&app->clock)};
    if (!token || !*token) return lt_fail(err, LT_DENIED, "session.needed", (char *)NULL);
    int rc = uc_actor_find(&call, &request, err);
    if (!rc && call.actor.must_change) rc = lt_fail(err, LT_DENIED, "session.must_change", (char *)NULL);
    if (!rc && !scope_has_files(call.actor.scope)) rc = lt_fail(err, LT_DENIED, "right.scope", (char *)NULL);
    if (!rc) lt_print(out->account, sizeof out->account, "%s", call.actor.account);
    uc_actor_clear(&call.actor);
    return rc;
}

uint64_t lt_app_file_max(struct lt_app *app)
{
    struct uc_call call = {.app = app};
    return (uint64_t)uc_setting_int(&call, "file.max_mb") << 20;
}
