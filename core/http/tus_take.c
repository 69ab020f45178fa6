/* Complete uploads as files of a use case. */
#include "http/tus.h"

#include "base/json.h"
#include "base/text.h"
#include "http/tus_store.h"
#include "usecase/who.h"

#include <string.h>

/* {"upload": "<id>"} and nothing else */
static const char *upload_of(const json_t *v)
{
    return json_object_size(v) == 1 ? lt_json_str(v, "upload") : NULL;
}

static int take_one(struct http_exchange *x, struct api *a, const struct uc_field *f, const char *id, json_t **number, struct lt_error *err)
{
    struct uc_who who;
    if (a->files_len == API_FILES) return lt_fail_field(err, LT_USAGE, f->name, "http.files", "limit", LT_NUM(API_FILES), (char *)NULL);
    int rc = lt_app_who(x->server->config.app, a->guard.token, &who, err);
    struct uc_input_file *file = &a->files[a->files_len];
    if (!rc) rc = tus_take(x->server->tus, who.account, id, &file->fd, file->name, err);
    if (rc) {
        if (rc == LT_NOTFOUND || rc == LT_REFUSED) lt_print(err->field, sizeof err->field, "%s", f->name);
        return rc;
    }
    lt_print(a->fields[a->files_len], sizeof a->fields[0], "%s", f->name);
    lt_print(a->uploads[a->files_len], sizeof a->uploads[0], "%s", id);
    *number = json_integer((json_int_t)a->files_len++);
    return *number ? 0 : lt_fail_memory(err);
}

int api_uploads_take(struct http_exchange *x, struct api *a, struct lt_error *err)
{
    int rc = 0;
    for (const struct uc_field *f = a->match.row->fields; !rc && f && f->name; f++) {
        json_t *v = f->type == UC_FILE ? json_object_get(a->values, f->name) : NULL, *number = NULL;
        if (upload_of(v)) {
            rc = take_one(x, a, f, upload_of(v), &number, err);
            if (!rc && json_object_set_new(a->values, f->name, number)) rc = lt_fail_memory(err);
        }
        for (size_t i = 0; !rc && i < json_array_size(v); i++) {
            const char *id = upload_of(json_array_get(v, i));
            if (!id) continue;
            rc = take_one(x, a, f, id, &number, err);
            if (!rc && json_array_set_new(v, i, number)) rc = lt_fail_memory(err);
        }
    }
    return rc;
}

void api_uploads_used(struct http_exchange *x, struct api *a)
{
    struct uc_who who;
    struct lt_error ignored = {0};
    bool any = false;
    for (size_t i = 0; i < a->files_len; i++) any = any || *a->uploads[i];
    if (any && lt_app_who(x->server->config.app, a->guard.token, &who, &ignored) == 0) {
        for (size_t i = 0; i < a->files_len; i++) {
            if (*a->uploads[i]) tus_used(x->server->tus, who.account, a->uploads[i]);
        }
    }
    lt_error_clear(&ignored);
}
