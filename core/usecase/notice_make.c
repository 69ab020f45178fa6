/* Who is told, and the way of a notice into system.db. */
#include "usecase/notice.h"

#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICES_MOST = 2000 };

/* A UUIDv7 of the time and of what the notice says: made again it is the same. */
static void make_id(int64_t ms, const char *what, char out[LT_ID_SIZE])
{
    unsigned char b[16];
    char hex[33];
    crypto_generichash(b, sizeof b, (const unsigned char *)what, strlen(what), NULL, 0);
    for (int i = 0; i < 6; i++) b[i] = (unsigned char)((uint64_t)ms >> (40 - 8 * i));
    b[6] = (unsigned char)(0x70 | (b[6] & 0x0F));
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3F));
    lt_hex(b, sizeof b, hex);
    lt_print(out, LT_ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

int notice_tell(struct uc_call *call, const char *subject, const struct notice *n, struct lt_error *err)
{
    char what[400], id[LT_ID_SIZE];
    if (!subject || !*subject || strcmp(subject, call->actor.id) == 0) return 0;
    if (!call->notices) call->notices = json_array();
    if (json_array_size(call->notices) >= NOTICES_MOST) return 0; /* the hourly call tells the rest */
    int64_t at = n->at ? n->at : call->now;
    lt_print(what, sizeof what, "%s %s %s %s %s %s", subject, n->kind, n->once ? n->once : call->request, n->pupil ? n->pupil : "",
             n->entry ? n->entry : "", n->object ? n->object : "");
    make_id(at, what, id);
    json_t *about = json_pack("{s:s*, s:s*, s:s*}", "pupil", n->pupil, "entry", n->entry, "object", n->object);
    if (about && n->count) lt_json_put_int(about, "count", n->count);
    json_t *row = json_pack("{s:s, s:s, s:s, s:I, s:o*}", "id", id, "subject", subject, "kind", n->kind, "at", (json_int_t)at, "about", about);
    return json_array_append_new(call->notices, row) ? lt_fail_memory(err) : 0;
}

int notice_family(struct uc_call *call, const json_t *card, bool self, unsigned rights, const struct notice *n, struct lt_error *err)
{
    json_t *told = json_array();
    int rc = told ? 0 : lt_fail_memory(err);
    size_t i;
    const json_t *g;
    if (!rc && self) rc = notice_tell(call, lt_json_str(card, "id"), n, err);
    json_array_foreach(lt_json_array(card, "guardians"), i, g) {
        const char *person = lt_json_str(g, "person");
        if (rc || !person || lt_json_array_has(told, person)) continue;
        json_array_append_new(told, json_string(person));
        if (model_guardian_rights(card, person, call->today) & rights) rc = notice_tell(call, person, n, err);
    }
    json_decref(told);
    return rc;
}

/* People with a role today, by the list of roles. Takes params. */
static int tell_roles(struct uc_call *call, json_t *params, const char *level, const struct notice *n, struct lt_error *err)
{
    json_t *rows = NULL;
    char today[LT_DATE_SIZE];
    if (!params || lt_json_put_str(params, "today", lt_date_format(call->today, today))) return json_decref(params), lt_fail_memory(err);
    int rc = uc_all(call, "roles", params, &rows, err);
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        const char *levels = lt_json_str_or(row, "levels", "");
        if (!rc && (!level || !*levels || strstr(levels, level))) rc = notice_tell(call, lt_json_str(row, "person"), n, err);
    }
    json_decref(rows);
    return rc;
}

int notice_class(struct uc_call *call, const json_t *classes, const struct notice *n, struct lt_error *err)
{
    const char *klass = lt_json_str(model_class_on(classes, call->today), "class");
    if (!klass) return 0;
    return tell_roles(call, json_pack("{s:[s, s], s:s}", "role", "class_teacher", "substitute", "class", klass), NULL, n, err);
}

int notice_deputies(struct uc_call *call, const json_t *classes, const struct notice *n, struct lt_error *err)
{
    const char *name = lt_json_str_or(model_class_on(classes, call->today), "name", "");
    int number = atoi(name);
    const char *level = number < 1 ? NULL : number <= 4 ? "noo" : number <= 9 ? "ooo" : "soo";
    return tell_roles(call, json_pack("{s:s}", "role", "deputy_head"), level, n, err);
}

/* --- into system.db --- */

int notice_store(struct uc_call *call, struct lt_error *err)
{
    int rc = json_array_size(call->notices) ? sysdb_notices_put(call->app->sys, call->notices, err) : 0;
    if (!rc) json_array_clear(call->notices);
    return rc;
}

int notice_arrive(struct lt_app *app, const json_t *row, struct lt_error *err)
{
    const json_t *notices = lt_json_array(row, "notices");
    return json_array_size(notices) ? sysdb_notices_put(app->sys, notices, err) : 0;
}
