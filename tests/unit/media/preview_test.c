/* Previews: what a person sees of a file, and that nothing else of it is handed out. */
#include "media/preview.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <webp/decode.h>

#include <cmocka.h>

static const struct media_env env = {.program = LETOPIS_BINARY_DIR "/tests/lt_child", .modules_dir = LETOPIS_BINARY_DIR "/modules"};

struct shown {
    struct media_preview what;
    struct lt_buf bytes;
    uint8_t *rgb;
    int w, h;
};

static void drop(struct shown *s)
{
    WebPFree(s->rgb);
    lt_buf_free(&s->bytes);
    *s = (struct shown){0};
}

static int show_painted(const void *data, size_t len, const char *mime, unsigned side, unsigned page, const char *areas, struct shown *s,
                        struct lt_error *err)
{
    json_t *list = areas ? json_loads(areas, 0, NULL) : NULL;
    assert_true(!areas == !list);
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    *s = (struct shown){.bytes = LT_BUF_INIT(MEDIA_PREVIEW_MAX)};
    lt_error_clear(err);
    int rc = media_preview(&env, fd, len, mime, "файл", side, page, list, &s->bytes, &s->what, err);
    json_decref(list);
    close(fd);
    if (rc == 0) {
        s->rgb = WebPDecodeRGB((const uint8_t *)s->bytes.data, s->bytes.len, &s->w, &s->h);
        assert_non_null(s->rgb);
        assert_int_equal(s->w, s->what.width);
        assert_int_equal(s->h, s->what.height);
    }
    return rc;
}

static int show_bytes(const void *data, size_t len, const char *mime, unsigned side, unsigned page, struct shown *s, struct lt_error *err)
{
    return show_painted(data, len, mime, side, page, NULL, s, err);
}

static char *slurp(const char *name, size_t *len)
{
    char path[400], *data = NULL;
    lt_print(path, sizeof path, LETOPIS_BINARY_DIR "/testdata/%s", name);
    if (lt_fs_read(path, 64 << 20, &data, len)) fail_msg("%s is not there", path);
    return data;
}

static void show(const char *name, const char *mime, unsigned side, unsigned page, struct shown *s)
{
    size_t len = 0;
    char *data = slurp(name, &len);
    struct lt_error err = {0};
    if (show_bytes(data, len, mime, side, page, s, &err)) fail_msg("%s: %s %s", name, err.code, json_dumps(err.details, JSON_ENCODE_ANY));
    free(data);
}

static void refused(const char *name, const char *mime, unsigned page, const char *code)
{
    size_t len = 0;
    char *data = slurp(name, &len);
    struct lt_error err = {0};
    struct shown s;
    int rc = show_bytes(data, len, mime, 320, page, &s, &err);
    if (rc != LT_REFUSED || strcmp(err.code, code) != 0) fail_msg("%s: %d %s, want %s", name, rc, err.code, code);
    drop(&s);
    lt_error_clear(&err);
    free(data);
}

static const uint8_t *at(const struct shown *s, int x, int y) { return s->rgb + 3 * (y * s->w + x); }

/* Dark pixels of the rows [from, to). */
static int ink(const struct shown *s, int from, int to)
{
    int n = 0;
    for (int y = from; y < to; y++)
        for (int x = 0; x < s->w; x++) n += at(s, x, y)[1] < 100;
    return n;
}

/* --- pictures --- */

/* The two bytes of the orientation in a JPEG's EXIF; *big: the order. */
static unsigned char *orientation_of(char *data, size_t len, bool *big)
{
    static const char little_tag[] = "\x12\x01\x03\x00\x01\x00\x00\x00", big_tag[] = "\x01\x12\x00\x03\x00\x00\x00\x01";
    char *at_little = memmem(data, len, little_tag, 8), *at_big = memmem(data, len, big_tag, 8);
    assert_true((at_little != NULL) != (at_big != NULL));
    *big = at_big != NULL;
    return (unsigned char *)(at_big ? at_big : at_little) + 8;
}

/* Where a pixel of the upright picture stands in the stored one, by the definition of the tag (EXIF 2.32, 4.6.4: where the stored first row
 * and first column are seen). w, h: of the stored one. */
static void stored_place(int orientation, int x, int y, int w, int h, int *sx, int *sy)
{
    bool turned = orientation >= 5;
    int u = turned ? y : x, v = turned ? x : y;
    bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    *sx = from_right ? w - 1 - u : u;
    *sy = from_below ? h - 1 - v : v;
}

static double distance(const struct shown *upright, const struct shown *stored, int orientation)
{
    double sum = 0;
    for (int y = 0; y < upright->h; y++)
        for (int x = 0; x < upright->w; x++) {
            int sx, sy;
            stored_place(orientation, x, y, stored->w, stored->h, &sx, &sy);
            for (int c = 0; c < 3; c++) sum += abs(at(upright, x, y)[c] - at(stored, sx, sy)[c]);
        }
    return sum / (3.0 * upright->w * upright->h);
}

static void upright_whatever_the_camera_held(void **state)
{
    (void)state;
    size_t len = 0;
    char *data = slurp("scans/04-thanks-photo.jpg", &len);
    bool big = false;
    unsigned char *where = orientation_of(data, len, &big);
    struct shown stored = {0};
    struct lt_error err = {0};
    for (int o = 1; o <= 8; o++) {
        struct shown s;
        where[0] = big ? 0 : (unsigned char)o;
        where[1] = big ? (unsigned char)o : 0;
        assert_int_equal(show_bytes(data, len, "image/jpeg", 320, 1, &s, &err), 0);
        if (o == 1) {
            stored = s;
            assert_int_equal(s.w, 320);
            assert_int_equal(s.h, 240);
            continue;
        }
        assert_int_equal(s.w, o >= 5 ? 240 : 320);
        assert_int_equal(s.h, o >= 5 ? 320 : 240);
        double off = distance(&s, &stored, o);
        if (off > 6) fail_msg("orientation %d: the picture is off by %.1f", o, off);
        if (distance(&s, &stored, o == 3 ? 1 : o == 7 ? 5 : o >= 5 ? 7 : 3) < 6) fail_msg("orientation %d cannot be told from another", o);
        drop(&s);
    }
    drop(&stored);
    free(data);
}

static void nothing_but_pixels(void **state)
{
    (void)state;
    static const char *const secrets[] = {"Exif", "EXIF", "GPS", "Maria Ivanova", "SN-0017", "Example Phone", "XMP", "ICCP", "adobe"};
    size_t len = 0;
    char *data = slurp("scans/04-thanks-photo.jpg", &len);
    assert_non_null(memmem(data, len, "Maria Ivanova", 13));
    free(data);
    static const unsigned sides[] = {320, 800, 1600};
    for (size_t i = 0; i < LT_COUNT(sides); i++) {
        struct shown s;
        show("scans/04-thanks-photo.jpg", "image/jpeg", sides[i], 1, &s);
        assert_int_equal(s.h, sides[i] < 2048 ? sides[i] : 2048);
        for (size_t k = 0; k < LT_COUNT(secrets); k++) assert_null(memmem(s.bytes.data, s.bytes.len, secrets[k], strlen(secrets[k])));
        drop(&s);
    }
}

static void each_kind_is_shown(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"scans/02-sport-gramota-scan.jpg", "image/jpeg"}, {"scans/05-art-laureate.png", "image/png"}, {"scans/07-gto.webp", "image/webp"},
        {"scans/08-praise-two-pages.tiff", "image/tiff"},  {"scans/15-thanks-photo.heic", "image/heic"}};
    for (size_t i = 0; i < LT_COUNT(files); i++) {
        struct shown s;
        show(files[i][0], files[i][1], 800, 1, &s);
        int dark = ink(&s, 0, s.h), all = s.w * s.h;
        if (dark < all / 400 || dark > all * 9 / 10) fail_msg("%s: %d of %d pixels are dark", files[i][0], dark, all);
        drop(&s);
    }
}

static void pages_of_a_tiff(void **state)
{
    (void)state;
    struct shown one, two;
    show("scans/08-praise-two-pages.tiff", "image/tiff", 320, 1, &one);
    show("scans/08-praise-two-pages.tiff", "image/tiff", 320, 2, &two);
    assert_int_equal(one.what.pages, 2);
    assert_true(one.bytes.len != two.bytes.len || memcmp(one.bytes.data, two.bytes.data, one.bytes.len) != 0);
    drop(&one);
    drop(&two);
    refused("scans/08-praise-two-pages.tiff", "image/tiff", 3, "file.page");
    refused("scans/02-sport-gramota-scan.jpg", "image/jpeg", 2, "file.page");
}

static void a_small_picture_stays_small(void **state)
{
    (void)state;
    size_t len = 0;
    char *data = slurp("scans/15-thanks-photo.heic", &len);
    struct shown s;
    struct lt_error err = {0};
    assert_int_equal(show_bytes(data, len, "image/heic", 1600, 1, &s, &err), 0);
    assert_int_equal(s.h, 1024);
    drop(&s);
    free(data);
}

/* --- PDF --- */

/* A page with a line of Russian letters in each of the fonts, none of which is in the file: 600 × 800 points, lines 80 points apart. */
static void pdf_without_fonts(struct lt_buf *out, const char *const *names, size_t n)
{
    size_t offsets[40], objects = 0;
    struct lt_buf page = LT_BUF_INIT(8192);
    lt_buf_adds(&page, "BT 40 740 Td ");
    for (size_t i = 0; i < n; i++) lt_buf_addf(&page, "/F%zu 36 Tf (\xc3\xd0\xc0\xcc\xce\xd2\xc0 \xf8\xea\xee\xeb\xfb 9) Tj 0 -80 Td ", i);
    lt_buf_adds(&page, "ET");
    lt_buf_adds(out, "%PDF-1.4\n");
#define OBJECT offsets[objects++] = out->len, lt_buf_addf(out, "%zu 0 obj\n", objects)
    OBJECT;
    lt_buf_adds(out, "<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    OBJECT;
    lt_buf_adds(out, "<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n");
    OBJECT;
    lt_buf_adds(out, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<<");
    for (size_t i = 0; i < n; i++) lt_buf_addf(out, "/F%zu %zu 0 R", i, 6 + i);
    lt_buf_adds(out, ">>>>>>\nendobj\n");
    OBJECT;
    lt_buf_addf(out, "<</Length %zu>>\nstream\n%s\nendstream\nendobj\n", page.len, page.data);
    OBJECT;
    lt_buf_adds(out, "<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[192");
    for (int i = 0; i < 32; i++) lt_buf_addf(out, "/afii%d", 10017 + i + (i > 5)); /* А…Я, Ё stands among them */
    for (int i = 0; i < 32; i++) lt_buf_addf(out, "/afii%d", 10065 + i + (i > 5)); /* а…я */
    lt_buf_adds(out, "]>>\nendobj\n");
    for (size_t i = 0; i < n; i++) {
        OBJECT;
        lt_buf_addf(out, "<</Type/Font/Subtype/TrueType/BaseFont/%s/Encoding 5 0 R/FirstChar 32/LastChar 255/Widths[", names[i]);
        for (int c = 32; c < 256; c++) lt_buf_adds(out, " 600");
        lt_buf_adds(out, "]>>\nendobj\n");
    }
#undef OBJECT
    size_t xref = out->len;
    lt_buf_addf(out, "xref\n0 %zu\n0000000000 65535 f \n", objects + 1);
    for (size_t i = 0; i < objects; i++) lt_buf_addf(out, "%010zu 00000 n \n", offsets[i]);
    lt_buf_addf(out, "trailer<</Size %zu/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", objects + 1, xref);
    lt_buf_free(&page);
    assert_false(out->failed);
}

static void text_whose_fonts_are_not_in_the_file(void **state)
{
    (void)state;
    static const char *const names[] = {"Arial", "TimesNewRomanPS-BoldMT", "CourierNew,Italic", "Helvetica", "MonotypeCorsiva", "Calibri-Bold",
                                        "ABCDEF+Nosuchfont-BoldItalic", "Wingdings2", "Georgia"};
    struct lt_buf pdf = LT_BUF_INIT(65536);
    pdf_without_fonts(&pdf, names, LT_COUNT(names));
    struct shown s;
    struct lt_error err = {0};
    assert_int_equal(show_bytes(pdf.data, pdf.len, "application/pdf", 800, 1, &s, &err), 0);
    assert_int_equal(s.w, 600);
    assert_int_equal(s.what.pages, 1);
    for (int i = 0; i < (int)LT_COUNT(names); i++) {
        int dark = ink(&s, 20 + 80 * i, 72 + 80 * i);
        if (dark < 400) fail_msg("the line in %s has %d dark pixels", names[i], dark);
    }
    drop(&s);
    lt_buf_free(&pdf);
}

static void pages_of_a_pdf(void **state)
{
    (void)state;
    struct shown s, other;
    show("scans/01-olympiad-diploma.pdf", "application/pdf", 800, 1, &s);
    assert_true(s.w == 800 || s.h == 800);
    assert_true(ink(&s, 0, s.h) > 2000);
    drop(&s);
    show("scans/06-course-three-pages.pdf", "application/pdf", 320, 1, &s);
    assert_int_equal(s.what.pages, 3);
    show("scans/06-course-three-pages.pdf", "application/pdf", 320, 3, &other);
    assert_true(s.bytes.len != other.bytes.len || memcmp(s.bytes.data, other.bytes.data, s.bytes.len) != 0);
    drop(&s);
    drop(&other);
    refused("scans/06-course-three-pages.pdf", "application/pdf", 4, "file.page");
    show("scans/09-scan-without-text.pdf", "application/pdf", 800, 1, &s);
    assert_true(ink(&s, 0, s.h) > 500);
    drop(&s);
}

/* --- what is not shown --- */

static void no_preview_of_documents(void **state)
{
    (void)state;
    refused("scans/11-essay.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 1, "preview.none");
    refused("scans/13-essay.txt", "text/plain", 1, "preview.none");
    refused("scans/10-video.mp4", "video/mp4", 1, "preview.none");
    assert_true(media_has_preview("application/pdf"));
    assert_true(media_has_preview("image/heic"));
    assert_false(media_has_preview("text/plain"));
}

static void hostile_files_end_in_the_child(void **state)
{
    (void)state;
    refused("bad/huge.png", "image/png", 1, "file.pixels");
    refused("bad/script.svg", "image/png", 1, "file.damaged"); /* no loader but those of the list */
    refused("bad/page-loop.pdf", "application/pdf", 1, "file.damaged");
    refused("scans/02-sport-gramota-scan.jpg", "application/pdf", 1, "file.damaged");
}

static void mutated_files_hurt_nobody(void **state)
{
    (void)state;
    static const char *const files[][2] = {{"scans/08-praise-two-pages.tiff", "image/tiff"},
                                           {"scans/15-thanks-photo.heic", "image/heic"},
                                           {"scans/01-olympiad-diploma.pdf", "application/pdf"}};
    unsigned seed = 17;
    for (size_t i = 0; i < LT_COUNT(files); i++) {
        size_t len = 0;
        char *data = slurp(files[i][0], &len);
        for (int round = 0; round < 6; round++) {
            struct lt_error err = {0};
            struct shown s;
            for (int k = 0; k < 20; k++) {
                seed = seed * 1103515245 + 12345;
                data[(seed >> 8) % len] = (char)(seed >> 16);
            }
            int rc = show_bytes(data, len, files[i][1], 320, 1, &s, &err);
            if (rc != 0 && rc != LT_REFUSED) fail_msg("%s: %d %s", files[i][0], rc, err.code);
            drop(&s);
            lt_error_clear(&err);
        }
        free(data);
    }
}

static void time_is_limited(void **state)
{
    (void)state;
    size_t len = 0;
    char *data = slurp("scans/04-thanks-photo.jpg", &len);
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    struct media_env hasty = env;
    hasty.deadline_ms = 1;
    struct lt_buf out = LT_BUF_INIT(MEDIA_PREVIEW_MAX);
    struct media_preview what;
    struct lt_error err = {0};
    assert_int_equal(media_preview(&hasty, fd, len, "image/jpeg", "ф", 320, 1, NULL, &out, &what, &err), LT_REFUSED);
    assert_string_equal(err.code, "sandbox.timeout");
    lt_error_clear(&err);
    lt_buf_free(&out);
    close(fd);
    free(data);
}

/* --- areas painted over --- */

#define AREAS "[{\"x\":2000,\"y\":3000,\"w\":5000,\"h\":1500},{\"x\":0,\"y\":9000,\"w\":10000,\"h\":1000}]"

/* All pixels of the area are one colour, but for its rim and for what the encoder rounds. */
static void is_flat(const struct shown *s, double x, double y, double w, double h, const char *what)
{
    for (int row = (int)(y * s->h) + 3; row < (int)((y + h) * s->h) - 3; row++)
        for (int col = (int)(x * s->w) + 3; col < (int)((x + w) * s->w) - 3; col++)
            for (int c = 0; c < 3; c++)
                if (abs(at(s, col, row)[c] - 58) > 24) fail_msg("%s: %d at %d, %d of %d × %d", what, at(s, col, row)[c], col, row, s->w, s->h);
}

static void what_is_painted_over_is_gone(void **state)
{
    (void)state;
    static const struct {
        const char *name, *mime;
        unsigned page;
    } files[] = {{"scans/04-thanks-photo.jpg", "image/jpeg", 1}, {"scans/02-sport-gramota-scan.jpg", "image/jpeg", 1}, {"scans/05-art-laureate.png", "image/png", 1},
                 {"scans/07-gto.webp", "image/webp", 1}, {"scans/08-praise-two-pages.tiff", "image/tiff", 2}, {"scans/15-thanks-photo.heic", "image/heic", 1},
                 {"scans/06-course-three-pages.pdf", "application/pdf", 3}};
    static const unsigned sides[] = {320, 800, 1600};
    for (size_t i = 0; i < LT_COUNT(files); i++) {
        size_t len = 0;
        char *data = slurp(files[i].name, &len);
        for (size_t k = 0; k < LT_COUNT(sides); k++) {
            struct shown painted, whole;
            struct lt_error err = {0};
            if (show_painted(data, len, files[i].mime, sides[k], files[i].page, AREAS, &painted, &err)) fail_msg("%s: %s", files[i].name, err.code);
            assert_int_equal(show_bytes(data, len, files[i].mime, sides[k], files[i].page, &whole, &err), 0);
            if (abs(painted.w - whole.w) > 1 || abs(painted.h - whole.h) > 1) fail_msg("%s: %d × %d instead of %d × %d", files[i].name, painted.w, painted.h, whole.w, whole.h);
            is_flat(&painted, 0.2, 0.3, 0.5, 0.15, files[i].name);
            is_flat(&painted, 0, 0.9, 1, 0.1, files[i].name);
            /* beside them it is the picture */
            double off = 0;
            int rows = (int)(painted.h * 0.27);
            for (int y = 0; y < rows; y++)
                for (int x = 0; x < painted.w - 1; x++) off += abs(at(&painted, x, y)[1] - at(&whole, x, y)[1]);
            if (off / ((double)rows * painted.w) > 12) fail_msg("%s at %u: the rest is off by %.1f", files[i].name, sides[k], off / ((double)rows * painted.w));
            assert_null(memmem(painted.bytes.data, painted.bytes.len, "Exif", 4));
            assert_null(memmem(painted.bytes.data, painted.bytes.len, "EXIF", 4));
            assert_null(memmem(painted.bytes.data, painted.bytes.len, "Maria Ivanova", 13));
            drop(&painted);
            drop(&whole);
        }
        free(data);
    }
}

static void put_le(unsigned char *p, unsigned n, uint32_t v)
{
    for (; n--; v >>= 8) *p++ = (unsigned char)v;
}

/* A TIFF of random dots, one strip without compression; other dots inside the box where `seed` differs. */
static unsigned char *dots(unsigned w, unsigned h, const unsigned box[4], unsigned seed, size_t *len)
{
    static const struct {
        unsigned short tag, type;
    } tags[] = {{256, 4}, {257, 4}, {258, 3}, {259, 3}, {262, 3}, {273, 4}, {277, 3}, {278, 4}, {279, 4}};
    const uint32_t values[] = {w, h, 8, 1, 2, 256, 3, h, w * h * 3};
    *len = 256 + (size_t)w * h * 3;
    unsigned char *d = calloc(1, *len);
    assert_non_null(d);
    memcpy(d, "II*\0\x08\0\0\0", 8);
    put_le(d + 8, 2, LT_COUNT(tags));
    for (size_t i = 0; i < LT_COUNT(tags); i++) {
        unsigned char *e = d + 10 + 12 * i;
        put_le(e, 2, tags[i].tag);
        put_le(e + 2, 2, tags[i].type);
        put_le(e + 4, 4, tags[i].tag == 258 ? 3 : 1);
        put_le(e + 8, 4, tags[i].tag == 258 ? 200 : values[i]);
    }
    for (int i = 0; i < 3; i++) put_le(d + 200 + 2 * i, 2, 8);
    uint32_t r = 1, inner = seed;
    for (unsigned y = 0; y < h; y++)
        for (unsigned x = 0; x < w; x++)
            for (unsigned c = 0; c < 3; c++) {
                bool in = x >= box[0] && x < box[0] + box[2] && y >= box[1] && y < box[1] + box[3];
                r = r * 1664525u + 1013904223u;
                inner = inner * 1664525u + 1013904223u;
                d[256 + ((size_t)y * w + x) * 3 + c] = (unsigned char)((in ? inner : r) >> 24);
            }
    return d;
}

/* The strongest way to say that nothing is left: two pictures that differ under the area alone give the same bytes. */
static void two_secrets_one_copy(void **state)
{
    (void)state;
    static const unsigned w = 2611, h = 1803, box[4] = {523, 361, 1044, 540}; /* inside 2000, 2000, 4000, 3000 of 10 000 */
    static const char areas[] = "[{\"x\":2000,\"y\":2000,\"w\":4000,\"h\":3000}]";
    size_t len = 0;
    unsigned char *one = dots(w, h, box, 7, &len), *two = dots(w, h, box, 8, &len);
    static const unsigned sides[] = {320, 800, 1600};
    for (size_t i = 0; i < LT_COUNT(sides); i++) {
        struct shown a, b;
        struct lt_error err = {0};
        if (show_painted(one, len, "image/tiff", sides[i], 1, areas, &a, &err)) fail_msg("%s", err.code);
        assert_int_equal(show_painted(two, len, "image/tiff", sides[i], 1, areas, &b, &err), 0);
        assert_int_equal(a.bytes.len, b.bytes.len);
        assert_memory_equal(a.bytes.data, b.bytes.data, a.bytes.len);
        drop(&a);
        drop(&b);
        assert_int_equal(show_bytes(one, len, "image/tiff", sides[i], 1, &a, &err), 0);
        assert_int_equal(show_bytes(two, len, "image/tiff", sides[i], 1, &b, &err), 0);
        assert_true(a.bytes.len != b.bytes.len || memcmp(a.bytes.data, b.bytes.data, a.bytes.len) != 0);
        drop(&a);
        drop(&b);
    }
    free(one);
    free(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upright_whatever_the_camera_held),
        cmocka_unit_test(nothing_but_pixels),
        cmocka_unit_test(each_kind_is_shown),
        cmocka_unit_test(pages_of_a_tiff),
        cmocka_unit_test(a_small_picture_stays_small),
        cmocka_unit_test(text_whose_fonts_are_not_in_the_file),
        cmocka_unit_test(pages_of_a_pdf),
        cmocka_unit_test(no_preview_of_documents),
        cmocka_unit_test(hostile_files_end_in_the_child),
        cmocka_unit_test(mutated_files_hurt_nobody),
        cmocka_unit_test(time_is_limited),
        cmocka_unit_test(what_is_painted_over_is_gone),
        cmocka_unit_test(two_secrets_one_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
