/* Signed sheets come as pictures or PDF. Each page is made a plain picture in a child, its QR is read in another; then a person compares picture and
 * fields, and only that person's word enters a consent, with the picture of its page as the paper. Until then the pages lie in
 * DATA/spool/scan-<id>/ (state.json, 001.webp …), for whoever scanned them alone, seven days at most. */
#include "usecase/consent_paper.h"
#include "usecase/attach.h"
#include "usecase/spool.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "media/codes.h"
#include "media/preview.h"
#include "model/consent.h"
#include "model/names.h"
#include "model/values.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCAN_PATH = 4200, PAGES_MAX = 200, SIDE = 2000, STATE_MAX = 1 << 20, KEEP_DAYS = 7 };

bool consent_code_parse(const char *text, struct consent_code *out)
{
    char mark[8], rest;
    *out = (struct consent_code){0};
    if (strlen(text) > 180 || sscanf(text, "%7s %36s %36s %31s %36s%c", mark, out->form, out->pupil, out->purpose, out->target, &rest) != 5) return false;
    if (strcmp(out->target, "-") == 0) out->target[0] = 0;
    return strcmp(mark, CONSENT_CODE_MARK) == 0 && lt_id_valid(out->form) && lt_id_valid(out->pupil) &&
           model_value_known("consent_purpose", out->purpose) && (!*out->target || lt_id_valid(out->target));
}

/* --- the batch in the spool --- */

struct batch {
    struct uc_call *call;
    char id[LT_ID_SIZE];
    json_t *state, *pages; /* pages: of state */
};

static void path_of(const struct lt_app *app, const char *id, const char *name, char out[SCAN_PATH])
{
    lt_print(out, SCAN_PATH, "%s/spool/scan-%s%s%s", app->dir, id, name ? "/" : "", name ? name : "");
}

static void page_path(const struct batch *b, int page, char out[SCAN_PATH])
{
    char name[16];
    lt_print(name, sizeof name, "%03d.webp", page);
    path_of(b->call->app, b->id, name, out);
}

static int batch_new(struct uc_call *call, const char *klass, struct batch *b, struct lt_error *err)
{
    char dir[SCAN_PATH];
    lt_id_next(call->app->ids, b->id);
    path_of(call->app, b->id, NULL, dir);
    b->state = json_pack("{s:s, s:s, s:o, s:[], s:s*}", "id", b->id, "by", call->actor.id, "created", json_integer((json_int_t)call->now), "pages", "class", klass);
    b->pages = lt_json_array(b->state, "pages");
    if (!b->pages) return lt_fail_memory(err);
    return mkdir(dir, 0700) ? lt_fail_errno(err, "mkdir", dir) : 0;
}

/* Another's batch is as if it were not there. */
static int batch_open(struct uc_call *call, const char *id, struct batch *b, struct lt_error *err)
{
    char path[SCAN_PATH], *text = NULL;
    size_t len = 0;
    *b = (struct batch){.call = call};
    lt_print(b->id, sizeof b->id, "%s", id);
    path_of(call->app, id, "state.json", path);
    int rc = lt_id_valid(id) && lt_fs_read(path, STATE_MAX, &text, &len) == 0 ? lt_json_parse(text, len, STATE_MAX, &b->state, err) : LT_NOTFOUND;
    free(text);
    b->pages = lt_json_array(b->state, "pages");
    if (!rc && (!b->pages || strcmp(lt_json_str_or(b->state, "by", ""), call->actor.id) != 0)) rc = LT_NOTFOUND;
    if (rc == LT_NOTFOUND) lt_fail(err, LT_NOTFOUND, "consent.scan_absent", "id", id, (char *)NULL);
    return rc;
}

static int batch_save(const struct batch *b, struct lt_error *err)
{
    char path[SCAN_PATH];
    struct lt_buf text = LT_BUF_INIT(STATE_MAX);
    path_of(b->call->app, b->id, "state.json", path);
    int rc = lt_json_compact(b->state, &text, err);
    if (!rc && lt_fs_replace(b->call->app->fs, path, text.data, text.len, 0600, false)) rc = lt_fail_errno(err, "write", path);
    lt_buf_free(&text);
    return rc;
}

static void batch_close(struct batch *b) { json_decref(b->state); }

static int drop(const struct lt_app *app, const char *id, struct lt_error *err)
{
    char dir[SCAN_PATH];
    path_of(app, id, NULL, dir);
    return lt_fs_remove_tree(app->fs, dir) ? lt_fail_errno(err, "remove", dir) : 0;
}

int consent_scan_purge(struct lt_app *app, int64_t now, struct lt_error *err)
{
    char dir[SCAN_PATH];
    lt_print(dir, sizeof dir, "%s/spool", app->dir);
    DIR *d = opendir(dir);
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(err, "list", dir);
    int rc = 0;
    for (struct dirent *e; !rc && (e = readdir(d));) {
        struct stat st;
        if (!lt_starts(e->d_name, "scan-") || !lt_id_valid(e->d_name + 5) || fstatat(dirfd(d), e->d_name, &st, 0)) continue;
        if (now / 1000 - st.st_mtime > (int64_t)KEEP_DAYS * 86400) rc = drop(app, e->d_name + 5, err);
    }
    closedir(d);
    return rc;
}

/* --- what a page is --- */

static json_t *guardians_of(const json_t *card, struct uc_call *call)
{
    json_t *list = json_array();
    size_t i;
    const json_t *g;
    json_array_foreach(lt_json_array(card, "guardians"), i, g) {
        const char *id = lt_json_str_or(g, "person", "");
        json_t *person = NULL;
        struct lt_error ignored = {0};
        if (!(model_guardian_rights(card, id, call->today) & MODEL_GUARDIAN_CONSENT)) continue;
        if (uc_doc(call, "person", id, &person, &ignored) == 0) {
            char *name = model_name_full(lt_json_str(person, "surname"), lt_json_str(person, "name"), lt_json_str(person, "patronymic"));
            json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "id", id, "name", name ? name : "", "relation", lt_json_str_or(g, "kind", "")));
            free(name);
        }
        json_decref(person);
        lt_error_clear(&ignored);
    }
    return list;
}

/* What the person is shown beside the picture; only ids are kept in the spool. */
static int describe(struct uc_call *call, json_t *page, struct lt_error *err)
{
    static const char *const signers[] = {"guardian", "both", "pupil"};
    const char *pupil = lt_json_str(page, "pupil"), *target = lt_json_str(page, "target");
    json_t *card = NULL, *channel = NULL;
    struct lt_date birth = {0};
    if (!pupil) return 0;
    if (!uc_may(call, "consent.paper", UC_T_PUPIL, pupil)) {
        json_object_del(page, "pupil");
        return lt_json_put_str(page, "outcome", "not_allowed") ? lt_fail_memory(err) : 0;
    }
    int rc = uc_doc(call, "pupil", pupil, &card, err);
    if (!rc && target) rc = uc_doc(call, "channel", target, &channel, err);
    if (!rc) {
        uc_saw(call, pupil);
        lt_date_parse(lt_json_str_or(card, "birth", ""), &birth);
        char *name = model_name_full(lt_json_str(card, "surname"), lt_json_str(card, "name"), lt_json_str(card, "patronymic"));
        if (lt_json_put_str(page, "pupil_name", name) || lt_json_put_str(page, "signers", signers[model_consent_signers(birth, call->today)]) ||
            lt_json_put(page, "guardians", guardians_of(card, call)) || lt_json_put_str(page, "target_title", lt_json_str(channel, "title")))
            rc = lt_fail_memory(err);
        free(name);
    }
    json_decref(card);
    json_decref(channel);
    return rc;
}

static bool form_seen(const struct batch *b, const char *form)
{
    size_t i;
    const json_t *p;
    json_array_foreach(b->pages, i, p) {
        if (strcmp(lt_json_str_or(p, "form", ""), form) == 0) return true;
    }
    return false;
}

/* Outcomes: found, not_recognised, unknown (a code of ours, but no such pupil here), duplicate (the same sheet twice). */
static json_t *judge(const struct batch *b, const json_t *codes)
{
    size_t i;
    const json_t *c;
    json_array_foreach(codes, i, c) {
        struct consent_code code;
        char repo[64], path[160];
        struct lt_error ignored = {0};
        if (!consent_code_parse(json_string_value(c), &code)) continue;
        bool known = index_locate(b->call->app->index, "pupil", code.pupil, repo, path, &ignored) == 0;
        lt_error_clear(&ignored);
        if (!known) return json_pack("{s:s}", "outcome", "unknown");
        return json_pack("{s:s, s:s, s:s, s:s, s:s*}", "outcome", form_seen(b, code.form) ? "duplicate" : "found", "form", code.form, "pupil", code.pupil,
                         "purpose", code.purpose, "target", *code.target ? code.target : NULL);
    }
    return json_pack("{s:s}", "outcome", "not_recognised");
}

static int write_page(const char *path, const struct lt_buf *picture, int *out, struct lt_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return lt_fail_errno(err, "write", path);
    if (lt_fs_write_all(lt_fs_system(), fd, picture->data, picture->len) || lseek(fd, 0, SEEK_SET) < 0) {
        close(fd);
        return lt_fail_errno(err, "write", path);
    }
    *out = fd;
    return 0;
}

static int take_page(struct batch *b, const struct attached *a, unsigned page, unsigned *of, struct lt_error *err)
{
    const struct media_env env = {.program = b->call->app->program, .modules_dir = b->call->app->modules};
    struct lt_buf picture = LT_BUF_INIT(MEDIA_PREVIEW_MAX);
    struct media_preview what = {0};
    char path[SCAN_PATH];
    json_t *codes = NULL;
    int fd = -1, n = (int)json_array_size(b->pages) + 1;
    if (n > PAGES_MAX) return lt_fail(err, LT_REFUSED, "consent.scan_long", "limit", LT_NUM(PAGES_MAX), (char *)NULL);
    page_path(b, n, path);
    int rc = lseek(a->file->fd, 0, SEEK_SET) < 0 ? lt_fail_errno(err, "read", a->name)
                                                 : media_preview(&env, a->file->fd, a->size, a->mime, a->name, SIDE, page, NULL, &picture, &what, err);
    if (!rc) rc = write_page(path, &picture, &fd, err);
    if (!rc) rc = media_codes(&env, fd, picture.len, MEDIA_PREVIEW_TYPE, &codes, err);
    json_t *row = rc ? NULL : judge(b, codes);
    if (!rc && (!row || lt_json_put_int(row, "page", n) || lt_json_put_str(row, "file", a->name) || lt_json_put_int(row, "of", (int64_t)page) ||
                json_array_append(b->pages, row)))
        rc = lt_fail_memory(err);
    *of = what.pages;
    if (fd >= 0) close(fd);
    json_decref(row);
    json_decref(codes);
    lt_buf_free(&picture);
    return rc;
}

static int take_file(struct batch *b, const struct attached *a, struct lt_error *err)
{
    unsigned pages = 1;
    int rc = media_has_preview(a->mime) ? 0 : lt_fail_field(err, LT_REFUSED, "file", "consent.scan_kind", "name", a->name, (char *)NULL);
    for (unsigned p = 1; !rc && p <= pages; p++) rc = take_page(b, a, p, &pages, err);
    return rc;
}

static int reply(struct uc_call *call, const struct batch *b, json_t **out, struct lt_error *err)
{
    size_t i;
    json_t *p, *copy = json_deep_copy(b->state);
    int rc = copy ? 0 : lt_fail_memory(err);
    json_array_foreach(lt_json_array(copy, "pages"), i, p) {
        if (!rc) rc = describe(call, p, err);
    }
    json_object_del(copy, "created");
    if (rc) json_decref(copy);
    else *out = copy;
    return rc;
}

int consent_run_scan(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct batch b = {.call = call};
    struct attached *files = NULL;
    size_t len = 0;
    const char *more = lt_json_str(in, "scan");
    int rc = consent_scan_purge(call->app, call->now, err);
    if (!rc) rc = attach_inspect(call, in, "file", &files, &len, err);
    if (!rc) rc = more ? batch_open(call, more, &b, err) : batch_new(call, lt_json_str(in, "class"), &b, err);
    for (size_t i = 0; !rc && i < len; i++) rc = take_file(&b, &files[i], err);
    if (!rc) rc = batch_save(&b, err);
    if (!rc) rc = reply(call, &b, out, err);
    if (rc && !more && *b.id) {
        struct lt_error ignored = {0};
        drop(call->app, b.id, &ignored);
        lt_error_clear(&ignored);
    }
    free(files);
    batch_close(&b);
    return rc;
}

int consent_run_scanned(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct batch b;
    int rc = batch_open(call, lt_json_str_or(in, "scan", ""), &b, err);
    if (!rc) rc = reply(call, &b, out, err);
    batch_close(&b);
    return rc;
}

int consent_run_drop(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct batch b;
    (void)out;
    int rc = batch_open(call, lt_json_str_or(in, "scan", ""), &b, err);
    if (!rc) rc = drop(call->app, b.id, err);
    batch_close(&b);
    return rc;
}

static int page_of(const struct batch *b, const json_t *in, json_t **out, int *fd, struct lt_error *err)
{
    char path[SCAN_PATH];
    int n = (int)lt_json_int(in, "page", 0);
    *out = json_array_get(b->pages, (size_t)n - 1);
    if (!*out) return lt_fail_field(err, LT_NOTFOUND, "page", "consent.scan_page", "page", LT_NUM(n), (char *)NULL);
    page_path(b, n, path);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    return *fd < 0 ? lt_fail_errno(err, "read", path) : 0;
}

int consent_run_page(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct batch b;
    json_t *page = NULL;
    char name[40];
    int fd = -1, rc = batch_open(call, lt_json_str_or(in, "scan", ""), &b, err);
    (void)out;
    if (!rc) rc = page_of(&b, in, &page, &fd, err);
    if (!rc) {
        if (lt_json_str(page, "pupil")) uc_saw(call, lt_json_str(page, "pupil"));
        lt_print(name, sizeof name, "%03d.webp", (int)lt_json_int(page, "page", 0));
        rc = spool_answer(call, fd, MEDIA_PREVIEW_TYPE, name, err);
    }
    batch_close(&b);
    return rc;
}

/* --- entering: the person's word --- */

/* Gives as the row of `consent give` does, with the page as the paper; the second signer of 14 to 17 years confirms with the same paper. */
static int give(struct uc_call *call, const json_t *in, const json_t *page, int fd, json_t **out, struct lt_error *err)
{
    static const char *const keys[] = {"field", "bans", "conditions", "paper_date", "to", "refuse"};
    struct uc_input_file file = {.fd = fd};
    const json_t *by = lt_json_array(in, "by");
    lt_print(file.name, sizeof file.name, "%03d.webp", (int)lt_json_int(page, "page", 0));
    call->files = &file;
    call->files_len = 1;
    json_t *act = json_pack("{s:s, s:s, s:s, s:s*, s:{s:s, s:i}}", "pupil", lt_json_str_or(page, "pupil", ""), "purpose", lt_json_str_or(page, "purpose", ""), "by",
                            json_string_value(json_array_get(by, 0)), "target", lt_json_str(page, "target"), "paper", "name", file.name, "index", 0);
    int rc = act ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < LT_COUNT(keys); i++) rc = lt_json_copy_key(act, in, keys[i]) ? lt_fail_memory(err) : 0;
    if (!rc) rc = consent_run_give(call, act, out, err);
    json_decref(act);
    if (rc || json_array_size(by) < 2 || strcmp(lt_json_str_or(*out, "state", ""), "waiting_second") != 0) return rc;
    json_t *first = *out;
    act = json_pack("{s:s, s:s, s:O, s:{s:s, s:i}}", "id", lt_json_str_or(first, "id", ""), "by", json_string_value(json_array_get(by, 1)), "paper_date",
                    json_object_get(in, "paper_date"), "paper", "name", file.name, "index", 0);
    rc = !act || lseek(fd, 0, SEEK_SET) < 0 ? lt_fail_memory(err) : consent_run_confirm(call, act, out, err);
    json_decref(act);
    json_decref(first);
    if (rc) *out = NULL;
    return rc;
}

/* A sheet whose code could not be read: the person says whose it is and what for. What a code said is not overruled. */
static int name_page(const json_t *in, json_t *page, struct lt_error *err)
{
    if (lt_json_str(page, "pupil")) return 0;
    if (!lt_json_str(in, "pupil") || !lt_json_str(in, "purpose")) return lt_fail(err, LT_REFUSED, "consent.scan_unread", (char *)NULL);
    return lt_json_copy_key(page, in, "pupil") || lt_json_copy_key(page, in, "purpose") || lt_json_copy_key(page, in, "target") ? lt_fail_memory(err) : 0;
}

int consent_run_enter(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct batch b;
    json_t *page = NULL;
    int fd = -1, rc = batch_open(call, lt_json_str_or(in, "scan", ""), &b, err);
    if (!rc) rc = page_of(&b, in, &page, &fd, err);
    if (!rc) rc = name_page(in, page, err);
    if (!rc && lt_json_str(page, "consent")) rc = lt_fail(err, LT_CONFLICT, "consent.scan_entered", "consent", lt_json_str(page, "consent"), (char *)NULL);
    if (!rc && json_array_size(lt_json_array(in, "by")) > 2) rc = lt_fail_field(err, LT_USAGE, "by", "consent.scan_signers", (char *)NULL);
    if (!rc) rc = give(call, in, page, fd, out, err);
    if (!rc && (lt_json_put_str(page, "consent", lt_json_str(*out, "id")) || lt_json_put_str(page, "outcome", "entered"))) rc = lt_fail_memory(err);
    if (!rc) rc = batch_save(&b, err);
    if (fd >= 0) close(fd);
    batch_close(&b);
    if (rc && *out) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}
