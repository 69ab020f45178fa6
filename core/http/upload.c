/* Files in a form: streamed to nameless files in the spool while they come. */
#include "http/api.h"
#include "http/input.h"

#include "base/json.h"
#include "base/text.h"
#include "usecase/who.h"

#include <string.h>

static int refuse_part(const char *name, struct lt_error *err)
{
    return lt_fail_field(err, LT_USAGE, name, "http.part", "name", name, (char *)NULL);
}

static const struct uc_field *file_field(const struct uc_row *row, const char *name)
{
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        if (f->type == UC_FILE && strcmp(f->name, name) == 0) return f;
    }
    return NULL;
}

static int on_part(void *ctx, const struct multipart_part *part, struct lt_error *err)
{
    struct http_exchange *x = ctx;
    struct api *a = x->state;
    if (strcmp(part->name, "values") == 0) {
        if (a->values_seen || a->files_len) return refuse_part(part->name, err);
        a->values_seen = true;
        a->writing = -1;
        return 0;
    }
    if (!part->is_file || !file_field(a->match.row, part->name)) return refuse_part(part->name, err);
    if (a->files_len == API_FILES) return lt_fail_field(err, LT_USAGE, part->name, "http.files", "limit", LT_NUM(API_FILES), (char *)NULL);
    int fd = http_spool_file(x->server, err);
    if (fd < 0) return fd;
    struct uc_input_file *file = &a->files[a->files_len];
    file->fd = fd;
    lt_print(file->name, sizeof file->name, "%s", part->file_name);
    lt_print(a->fields[a->files_len], sizeof a->fields[0], "%s", part->name);
    a->writing = (int)a->files_len++;
    return 0;
}

static int on_data(void *ctx, const char *data, size_t len, struct lt_error *err)
{
    struct http_exchange *x = ctx;
    struct api *a = x->state;
    return a->writing < 0 ? api_text(x, data, len, err) : http_write_all(a->files[a->writing].fd, data, len, err);
}

static int on_end(void *ctx, struct lt_error *err)
{
    (void)ctx, (void)err;
    return 0;
}

int api_upload_begin(struct http_exchange *x, const char *content_type, struct lt_error *err)
{
    static const struct multipart_to to = {on_part, on_data, on_end};
    struct api *a = x->state;
    struct uc_who who;
    int rc = lt_app_who(x->server->config.app, a->guard.token, &who, err); /* a stranger's bytes do not go to the disk */
    if (rc) return rc;
    if (!multipart_begin(&a->multipart, content_type, &to, x)) return lt_fail(err, LT_USAGE, "http.multipart", (char *)NULL);
    return 0;
}

int api_upload_values(struct api *a, struct lt_error *err)
{
    for (size_t i = 0; i < a->files_len; i++) {
        const struct uc_field *f = file_field(a->match.row, a->fields[i]);
        json_t *had = json_object_get(a->values, f->name), *number = json_integer((json_int_t)i);
        int bad;
        if (f->flags & UC_MANY) {
            bad = had ? !json_is_array(had) || json_array_append_new(had, number) : json_object_set_new(a->values, f->name, json_pack("[o]", number));
        } else {
            if (had) {
                json_decref(number);
                return lt_fail_field(err, LT_USAGE, f->name, "http.twice", "field", f->name, (char *)NULL);
            }
            bad = json_object_set_new(a->values, f->name, number);
        }
        if (bad) return lt_fail(err, LT_USAGE, "http.multipart", (char *)NULL);
    }
    return 0;
}
