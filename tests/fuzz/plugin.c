/* What a plugin's child answers. The runner is compiled into this file, with a child that plays back the input. */
#include "fuzz.h"

#include "sandbox/child.h"

static int played(const struct sandbox_config *config, const struct sandbox_call *call, struct lt_error *err);
static int replied(struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err);

#define sandbox_run played
#define sandbox_reply replied
#include "../../core/plugin/run.c"
#undef sandbox_run
#undef sandbox_reply

static const uint8_t *input;
static size_t input_len;
static unsigned items;
static struct lt_buf gathered; /* the text of the file under way */

/* Frames of u8 type, u16 length, payload. */
static int played(const struct sandbox_config *config, const struct sandbox_call *call, struct lt_error *err)
{
    struct sandbox_cursor c = {.data = input, .len = input_len};
    uint8_t type;
    uint16_t len;
    int rc = 0;
    (void)config;
    while (rc == 0 && sandbox_get_u8(&c, &type) && sandbox_get_u16(&c, &len)) {
        if (len > c.len - c.at) len = (uint16_t)(c.len - c.at);
        uint8_t *frame = malloc(len ? len : 1);
        FUZZ_CHECK(frame);
        memcpy(frame, c.data + c.at, len);
        rc = call->frame(call->ctx, NULL, SANDBOX_FRAME_USER + type % 6, frame, len, err);
        c.at += len;
        free(frame);
    }
    return rc;
}

static int replied(struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err)
{
    (void)child, (void)data, (void)err;
    FUZZ_CHECK(len <= SANDBOX_FRAME_MAX && type >= PLUGIN_FRAME_ITEMS && type <= PLUGIN_FRAME_END);
    return 0;
}

static int next(void *user, struct lt_buf *out, struct lt_error *err)
{
    (void)user, (void)err;
    if (items++ >= 3) return 0;
    lt_buf_adds(out, "{\"pupil\":1}");
    return 1;
}

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    (void)user, (void)err;
    FUZZ_CHECK(json_is_object(doc));
    return 0;
}

static int file(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    (void)user, (void)err;
    FUZZ_CHECK(plugin_file_name_valid(name, strlen(name)) && !strstr(name, "..") && name[0] != '/');
    if (first) lt_buf_reset(&gathered);
    lt_buf_add(&gathered, data, len);
    const char *dot = strrchr(name, '.');
    if (last && one_of(".html .css .svg .txt .xml .json", dot, strlen(dot)) && gathered.len)
        FUZZ_CHECK(lt_utf8_valid(gathered.data, gathered.len)); /* whole, however it was cut */
    return 0;
}

static void note(void *user, int level, const char *text)
{
    (void)user, (void)level;
    FUZZ_CHECK(lt_utf8_valid(text, strlen(text)) && !strchr(text, '\n'));
}

/* Input: a byte for the capability, then frames. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sandbox_config config = {.program = "/nowhere", .modules_dir = "/nowhere"};
    uint8_t form = fuzz_byte(&data, &size);
    struct lt_error err = {0};
    json_t *about = NULL;
    struct plugin_job job = {.config = &config, .cap = 1u << form % 4, .id = "site", .next = next, .emit = emit, .file = file, .log = note};
    input = data;
    input_len = size;
    items = 0;
    lt_buf_init(&gathered, 1 << 20);
    int rc = form & 16 ? plugin_inspect(&config, "site", &about, &err) : plugin_run_job(&job, &err);
    FUZZ_CHECK(!(form & 16) || (rc == 0) == (about != NULL));
    fuzz_judge(rc, &err);
    json_decref(about);
    lt_buf_free(&gathered);
    char *name = fuzz_text(data, size);
    if (plugin_file_name_valid(name, strlen(name))) FUZZ_CHECK(!strstr(name, "..") && !strstr(name, "//") && strrchr(name, '.'));
    free(name);
    return 0;
}
