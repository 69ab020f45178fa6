#include "media/codes.h"

#include "base/json.h"
#include "media/wire.h"

#include <string.h>

struct work {
    json_t *answer;
};

static int malformed(struct lt_error *err) { return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL); }

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err) {
    struct work *w = ctx;
    (void)child;
    if (type != MEDIA_FRAME_ANSWER || w->answer || lt_json_parse(data, len, 65536, &w->answer, NULL) != 0)
        return malformed(err);
    return 0;
}

static int judge(const json_t *answer, json_t **out, struct lt_error *err) {
    json_t *codes = lt_json_array(answer, "codes");
    size_t i;
    const json_t *v;
    if (!codes || json_array_size(codes) > MEDIA_CODES_MAX)
        return malformed(err);
    json_array_foreach(codes, i, v)
        if (!json_is_string(v) || json_string_length(v) > MEDIA_CODE_LENGTH)
            return malformed(err);
    *out = json_incref(codes);
    return 0;
}

int media_codes(const struct media_env *env, int fd, uint64_t size, const char *mime, json_t **out, struct lt_error *err) {
    static const char *const prefixes[] = {"file.", NULL};
    struct work w = {0};
    const struct sandbox_config config = {.program = env->program, .modules_dir = env->modules_dir,
                                          .memory = ((uint64_t)512 << 20) + size, .cpu_seconds = 15,
                                          .deadline_ms = env->deadline_ms ? env->deadline_ms : 20000, .max_answer = 131072};
    json_t *args = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "do", "codes", "mime", mime, "name", "", "size", (json_int_t)size, "max_pixels",
                             (json_int_t)MEDIA_MAX_PIXELS, "max_side", (json_int_t)MEDIA_MAX_SIDE);
    const struct sandbox_call call = {.kind = "module", .name = "codes", .args = args, .fds = &fd, .n_fds = 1,
                                      .error_prefixes = prefixes, .frame = on_frame, .ctx = &w};
    int rc = args ? sandbox_run(&config, &call, err) : lt_fail_memory(err);
    if (rc == 0)
        rc = judge(w.answer, out, err);
    json_decref(args);
    json_decref(w.answer);
    return rc;
}
