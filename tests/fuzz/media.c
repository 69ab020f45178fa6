/* What kind of file it is: libmagic's answer, office packages, compound files and texts, in this process. Pictures and PDF stay with
 * their libraries in the child (tests/unit/media). */
#include "parts.h"

#include "base/json.h"
#include "media/wire.h"
#include "sandbox/module.h"

extern const struct sandbox_module letopis_module;

static int send(void *ctx, uint32_t type, const void *data, size_t len)
{
    json_t *doc = NULL;
    FUZZ_CHECK(type == MEDIA_FRAME_ANSWER && lt_json_parse(data, len, 1 << 16, &doc, NULL) == 0);
    FUZZ_CHECK(*lt_json_str_or(doc, "mime", ""));
    json_decref(doc);
    ++*(int *)ctx;
    return 0;
}

/* Input: a byte for the form (parts.h), then the file or its parts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool opened;
    struct lt_error err = {0};
    int answers = 0;
    uint8_t form = fuzz_byte(&data, &size);
    if (!opened) FUZZ_CHECK(letopis_module.open(&err) == 0);
    opened = true;
    int fd = parts_file(form, data, size);
    off_t whole = lseek(fd, 0, SEEK_END);
    struct sandbox_io io = {.ctx = &answers, .send = send};
    json_t *args = json_pack("{s:s,s:I,s:I,s:i,s:i}", "do", "inspect", "size", (json_int_t)whole, "max_unpacked", (json_int_t)1 << 22,
                             "max_ratio", 200, "max_members", 100);
    FUZZ_CHECK(args);
    if (whole > 0) { /* an empty file is refused before a child is asked */
        int rc = letopis_module.run(&io, args, fd, &err);
        FUZZ_CHECK(rc != 0 || answers == 1);
        fuzz_judge(rc, &err);
    }
    json_decref(args);
    close(fd);
    return 0;
}
