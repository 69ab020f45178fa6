/* Calls and answers across the socket, and what a request line may be. */
#include "fuzz.h"

#include "http/strict.h"
#include "http/wire.h"

static void call(const uint8_t *data, size_t size)
{
    struct lt_error err = {0};
    struct wire_call *c = calloc(1, sizeof *c), *again = calloc(1, sizeof *again);
    struct lt_buf out = LT_BUF_INIT(1 << 20);
    FUZZ_CHECK(c && again);
    int rc = wire_call_decode((const char *)data, size, c, &err);
    fuzz_judge(rc, &err);
    if (rc == 0) {
        FUZZ_CHECK(c->request.noun && c->request.verb && c->files_len <= WIRE_FILES_MAX);
        for (size_t i = 0; i < c->files_len; i++) FUZZ_CHECK(c->files[i].fd == -1);
        FUZZ_CHECK(wire_call_encode(&c->request, c->sizes, &out, &err) == 0);
        FUZZ_CHECK(wire_prefix(out.data, "LTC1", WIRE_HEADER_MAX) == (int64_t)out.len - WIRE_PREFIX);
        FUZZ_CHECK(wire_call_decode(out.data + WIRE_PREFIX, out.len - WIRE_PREFIX, again, &err) == 0);
        FUZZ_CHECK(strcmp(again->request.noun, c->request.noun) == 0 && again->files_len == c->files_len);
        if (c->request.values) FUZZ_CHECK(json_equal(again->request.values, c->request.values));
        wire_call_clear(again);
        wire_call_clear(c);
    }
    lt_buf_free(&out);
    free(again);
    free(c);
}

static void answer(const uint8_t *data, size_t size)
{
    struct lt_error err = {0};
    struct uc_answer a = {0};
    bool streams = false;
    int rc = wire_answer_decode((const char *)data, size, &a, &streams, &err);
    FUZZ_CHECK(rc <= 0 && rc >= LT_SYSTEM);
    FUZZ_CHECK(rc == 0 || (err.status == rc && *err.code));
    uc_answer_clear(&a);
    lt_error_clear(&err);
}

static void strict(const uint8_t *data, size_t size)
{
    struct http_strict s = HTTP_STRICT_INIT;
    char *path = fuzz_line(&data, &size);
    if (http_strict_path(path)) FUZZ_CHECK(path[0] == '/' && !strstr(path, "/../") && !strstr(path, "//") && !strchr(path, '\\'));
    while (size) {
        char *name = fuzz_line(&data, &size);
        char *value = strchr(name, ':');
        if (value) http_strict_header(&s, name, (size_t)(value - name), value + 1, strlen(value + 1));
        else http_strict_header(&s, name, strlen(name), "", 0);
        free(name);
    }
    if (http_strict_good(&s, 1)) FUZZ_CHECK(s.hosts == 1 && !s.bad && !(s.encodings && s.length != UINT64_MAX));
    http_strict_good(&s, 0);
    free(path);
}

/* Input: a byte for what it is, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t form = fuzz_byte(&data, &size);
    if (form % 3 == 0) call(data, size);
    else if (form % 3 == 1) answer(data, size);
    else strict(data, size);
    return 0;
}
