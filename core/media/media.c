#include "media/media.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "media/wire.h"

#include <string.h>

static const struct media_type types[] = {
    {"application/pdf", MEDIA_PDF, "pdf"},
    {"image/jpeg", MEDIA_IMAGE, "jpg jpeg jpe jfif"},
    {"image/png", MEDIA_IMAGE, "png"},
    {"image/webp", MEDIA_IMAGE, "webp"},
    {"image/heic", MEDIA_IMAGE, "heic heif"},
    {"image/tiff", MEDIA_IMAGE, "tif tiff"},
    {MEDIA_OOXML "wordprocessingml.document", MEDIA_OFFICE, "docx"},
    {MEDIA_OOXML "spreadsheetml.sheet", MEDIA_OFFICE, "xlsx"},
    {MEDIA_OOXML "presentationml.presentation", MEDIA_OFFICE, "pptx"},
    {"application/vnd.oasis.opendocument.text", MEDIA_OFFICE, "odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", MEDIA_OFFICE, "ods"},
    {"application/vnd.oasis.opendocument.presentation", MEDIA_OFFICE, "odp"},
    {"application/msword", MEDIA_OFFICE, "doc"},
    {"application/vnd.ms-excel", MEDIA_OFFICE, "xls"},
    {"application/vnd.ms-powerpoint", MEDIA_OFFICE, "ppt"},
    {"text/plain", MEDIA_TEXT, "txt"},
    {"video/mp4", MEDIA_VIDEO, "mp4 m4v"},
};

const struct media_type *media_type_at(size_t i) { return i < LT_COUNT(types) ? &types[i] : NULL; }

static const struct media_type *find_type(const char *mime) {
    for (size_t i = 0; mime && i < LT_COUNT(types); i++)
        if (strcmp(types[i].mime, mime) == 0)
            return &types[i];
    return NULL;
}

/* First word of a list: the canonical extension. */
static void canonical(const struct media_type *t, char out[8]) {
    size_t n = strcspn(t->extensions, " ");
    memcpy(out, t->extensions, n);
    out[n] = 0;
}

static bool in_words(const char *words, const char *word) {
    size_t n = strlen(word);
    for (const char *p = words; (p = strstr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == 0 || p[n] == ' '))
            return true;
    return false;
}

/* Lower-case letters after the last dot of the last part of the name; "" when there is none. Too long a one is kept cut, so that
 * it agrees with nothing. */
static void extension_of(const char *name, char out[16]) {
    const char *slash = strrchr(name, '/'), *dot = strrchr(name, '.');
    size_t n = 0;
    out[0] = 0;
    if (!dot || (slash && dot < slash))
        return;
    for (dot++; *dot && n < 15; dot++)
        out[n++] = *dot >= 'A' && *dot <= 'Z' ? (char)(*dot | 32) : *dot;
    out[n] = 0;
}

static struct media_policy complete(const struct media_policy *given) {
    struct media_policy p = given ? *given : (struct media_policy){0};
    p.max_bytes = p.max_bytes ? p.max_bytes : MEDIA_MAX_BYTES;
    p.max_pixels = p.max_pixels ? p.max_pixels : MEDIA_MAX_PIXELS;
    p.max_side = p.max_side ? p.max_side : MEDIA_MAX_SIDE;
    p.max_unpacked = p.max_unpacked ? p.max_unpacked : MEDIA_MAX_UNPACKED;
    p.max_ratio = p.max_ratio ? p.max_ratio : MEDIA_MAX_RATIO;
    p.max_members = p.max_members ? p.max_members : MEDIA_MAX_MEMBERS;
    p.max_pages = p.max_pages ? p.max_pages : MEDIA_MAX_PAGES;
    p.kinds = p.kinds ? p.kinds : UINT32_MAX;
    return p;
}

struct work {
    const struct media_env *env;
    struct media_policy policy;
    int fd;
    uint64_t size;
    char shown[300]; /* the name, for messages */
    json_t *answer;
};

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len,
                    struct lt_error *err) {
    struct work *w = ctx;
    (void)child;
    if (type != MEDIA_FRAME_ANSWER || w->answer || lt_json_parse(data, len, 4096, &w->answer, NULL) != 0 ||
        !json_is_object(w->answer))
        return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    return 0;
}

/* Runs one module; its answer is in w->answer. Takes the arguments. */
static int ask(struct work *w, const char *module, uint64_t memory, json_t *args, struct lt_error *err) {
    static const char *const prefixes[] = {"file.", NULL};
    const struct sandbox_config config = {.program = w->env->program, .modules_dir = w->env->modules_dir,
                                          .memory = memory + w->size, /* the file is mapped */
                                          .cpu_seconds = 20, .deadline_ms = w->env->deadline_ms ? w->env->deadline_ms : 20000,
                                          .max_answer = 65536};
    const struct sandbox_call call = {.kind = "module", .name = module, .args = args, .fds = &w->fd, .n_fds = 1,
                                      .error_prefixes = prefixes, .frame = on_frame, .ctx = w};
    json_decref(w->answer);
    w->answer = NULL;
    int rc = args ? sandbox_run(&config, &call, err) : lt_fail_memory(err);
    json_decref(args);
    if (rc == 0 && !w->answer)
        rc = lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    return rc;
}

static int inspect(struct work *w, struct lt_error *err) {
    json_t *args = json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "do", "inspect", "size", (json_int_t)w->size, "max_unpacked",
                             (json_int_t)w->policy.max_unpacked, "max_ratio", (json_int_t)w->policy.max_ratio, "max_members",
                             (json_int_t)w->policy.max_members, "name", w->shown);
    return ask(w, "media", (uint64_t)256 << 20, args, err);
}

static int measure(struct work *w, const char *mime, struct lt_error *err) {
    json_t *args = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:s}", "do", "measure", "mime", mime, "size",
                             (json_int_t)w->size, "max_pixels", (json_int_t)w->policy.max_pixels, "max_side",
                             (json_int_t)w->policy.max_side, "max_pages", (json_int_t)w->policy.max_pages, "name", w->shown);
    return ask(w, "picture", (uint64_t)512 << 20, args, err);
}

static int refuse_type(const struct work *w, const char *mime, struct lt_error *err) {
    const char *code = "file.type_not_allowed";
    if (strcmp(mime, MEDIA_MIME_PROGRAM) == 0)
        code = "file.program";
    else if (strcmp(mime, MEDIA_MIME_ACTIVE) == 0)
        code = "file.active";
    return lt_fail(err, LT_REFUSED, code, "name", w->shown, "found", mime, (char *)NULL);
}

static bool plain_mime(const char *s) {
    size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_/") : 0;
    return n > 0 && n < 90 && s[n] == 0;
}

/* The child's word about the type, weighed against the allow-list and the name. */
static int judge(const struct work *w, const char *name, struct media_info *info, struct lt_error *err) {
    const char *mime = lt_json_str(w->answer, "mime"), *charset = lt_json_str_or(w->answer, "charset", "");
    char extension[16], found[8];
    if (!plain_mime(mime))
        return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    const struct media_type *t = find_type(mime);
    if (!t || !(w->policy.kinds & 1u << t->kind))
        return refuse_type(w, mime, err);
    canonical(t, found);
    extension_of(name, extension);
    if (extension[0] && !in_words(t->extensions, extension)) {
        for (char *c = found; *c; c++)
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c & ~32) : *c;
        return lt_fail(err, LT_REFUSED, "file.extension_mismatch", "name", w->shown, "extension", extension, "found", found,
                       (char *)NULL);
    }
    if (t->kind == MEDIA_TEXT && strcmp(charset, "utf-8") != 0 && strcmp(charset, "windows-1251") != 0)
        return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    info->kind = t->kind;
    lt_print(info->mime, sizeof info->mime, "%s", t->mime);
    memcpy(info->extension, found, sizeof info->extension);
    if (t->kind == MEDIA_TEXT)
        lt_print(info->charset, sizeof info->charset, "%s", charset);
    return 0;
}

static bool take_number(const json_t *answer, const char *key, uint64_t least, uint64_t most, uint32_t *out) {
    int64_t v = lt_json_int(answer, key, -1);
    if (v < (int64_t)least || v > (int64_t)most)
        return false;
    *out = (uint32_t)v;
    return true;
}

static int take_measures(const struct work *w, struct media_info *info, struct lt_error *err) {
    bool image = info->kind == MEDIA_IMAGE;
    if (!take_number(w->answer, "width", 1, w->policy.max_side, &info->width) ||
        !take_number(w->answer, "height", 1, w->policy.max_side, &info->height) ||
        !take_number(w->answer, "pages", 1, w->policy.max_pages, &info->pages) ||
        !take_number(w->answer, "orientation", image, image ? 8 : 0, &info->orientation) ||
        (image && (uint64_t)info->width * info->height > w->policy.max_pixels))
        return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    return 0;
}

/* A name as long as it may be in a message, cut between characters. */
static void shown_name(const char *name, char out[300]) {
    char safe[LT_FILE_NAME];
    lt_safe_file_name(name, safe);
    lt_print(out, 300, "%s", safe);
}

int media_inspect(const struct media_env *env, int fd, uint64_t size, const char *name,
                  const struct media_policy *policy, struct media_info *out, struct lt_error *err) {
    struct work w = {.env = env, .policy = complete(policy), .fd = fd, .size = size};
    struct media_info info = {0};
    shown_name(name, w.shown);
    if (size == 0)
        return lt_fail(err, LT_REFUSED, "file.empty", "name", w.shown, (char *)NULL);
    if (size > w.policy.max_bytes)
        return lt_fail(err, LT_REFUSED, "file.over_limit", "name", w.shown, "megabytes", LT_NUM(w.policy.max_bytes >> 20),
                       (char *)NULL);
    int rc = inspect(&w, err);
    if (rc == 0)
        rc = judge(&w, name, &info, err);
    if (rc == 0 && (info.kind == MEDIA_IMAGE || info.kind == MEDIA_PDF)) {
        rc = measure(&w, info.mime, err);
        if (rc == 0)
            rc = take_measures(&w, &info, err);
    }
    json_decref(w.answer);
    if (rc == 0)
        *out = info;
    return rc;
}
