/* multipart/form-data: whatever comes, in whatever pieces, is understood the same way or refused the same way. The first byte chooses the size of
 * the pieces. */
#include "fuzz.h"

#include "base/buf.h"
#include "http/multipart.h"

static int on_part(void *ctx, const struct multipart_part *p, struct lt_error *err)
{
    (void)err;
    FUZZ_CHECK(*p->name && strlen(p->name) < sizeof p->name && strlen(p->file_name) < sizeof p->file_name);
    lt_buf_addf(ctx, "<%s|%s|%d>", p->name, p->file_name, p->is_file);
    return 0;
}

static int on_data(void *ctx, const char *data, size_t len, struct lt_error *err)
{
    (void)err;
    lt_buf_add(ctx, data, len);
    return 0;
}

static int on_end(void *ctx, struct lt_error *err)
{
    (void)err;
    lt_buf_addc(ctx, ';');
    return 0;
}

static int read_form(const char *data, size_t size, size_t step, struct lt_buf *out)
{
    static const struct multipart_to to = {on_part, on_data, on_end};
    struct multipart m;
    struct lt_error err = {0};
    int rc = 0;
    FUZZ_CHECK(multipart_begin(&m, "multipart/form-data; boundary=b", &to, out));
    for (size_t i = 0; !rc && i < size; i += step) rc = multipart_take(&m, data + i, size - i < step ? size - i : step, &err);
    fuzz_judge(rc, &err);
    lt_error_clear(&err);
    return rc ? rc : multipart_whole(&m) ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    struct lt_buf whole = LT_BUF_INIT(1 << 22), pieces = LT_BUF_INIT(1 << 22);
    int a = read_form((const char *)data + 1, size - 1, size, &whole), b = read_form((const char *)data + 1, size - 1, data[0] % 32 + 1, &pieces);
    FUZZ_CHECK(a == b);
    FUZZ_CHECK(whole.len <= size * 4 + 400);
    if (!a) FUZZ_CHECK(whole.len == pieces.len && (!whole.len || memcmp(whole.data, pieces.data, whole.len) == 0));
    lt_buf_free(&whole);
    lt_buf_free(&pieces);
    return 0;
}
