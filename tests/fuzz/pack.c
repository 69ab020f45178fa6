/* Packs and their indexes: of a journal record, and on disk. */
#include "fuzz.h"

#include "vault/pack.h"
#include "vault/pack_form.h"

#include <nettle/sha1.h>

static const char *objects;

static void prepare(void)
{
    static char path[128];
    char inner[160];
    snprintf(path, sizeof path, "%s/objects", fuzz_dir());
    snprintf(inner, sizeof inner, "%s/pack", path);
    FUZZ_CHECK(lt_fs_mkdirs(lt_fs_system(), inner, 0700) == 0);
    objects = path;
}

static void sum(unsigned char *data, size_t len)
{
    struct sha1_ctx c;
    if (len < PACK_TRAILER) return;
    sha1_init(&c);
    sha1_update(&c, len - PACK_TRAILER, data);
    sha1_digest(&c, PACK_TRAILER, data + len - PACK_TRAILER);
}

static void note_oid(void *user, const git_oid *oid)
{
    (void)oid;
    ++*(size_t *)user;
}

static void note_fault(void *user, const git_oid *oid, const char *what)
{
    FUZZ_CHECK(what && *what);
    note_oid(user, oid);
}

/* A pack on disk: opened or refused; what its index names is surveyed to the end. sound: it must be right. */
static void look(const char *name, bool sound)
{
    struct lt_error err = {0};
    struct pack_file *f = NULL;
    size_t seen = 0;
    uint32_t deltas = 0;
    int rc = pack_file_open(objects, name, &f, &err);
    FUZZ_CHECK(!sound || rc == 0);
    fuzz_judge(rc, &err);
    if (rc != 0) return;
    const struct pack_faults cb = {.user = &seen, .fault = note_fault, .whole = note_oid, .delta = note_oid};
    for (uint32_t i = 0; i < pack_file_count(f) && i < 1000; i++) {
        git_oid oid;
        pack_file_oid(f, i, &oid);
    }
    rc = pack_file_survey(f, &cb, &err);
    fuzz_judge(rc, &err);
    rc = pack_file_verify(f, &deltas, &err);
    FUZZ_CHECK(!sound || rc == 0);
    fuzz_judge(rc, &err);
    pack_file_close(f);
    size_t merged = 0;
    fuzz_judge(pack_merge(lt_fs_system(), objects, &merged, &err), &err);
}

/* Bytes such as a journal record carries: what is taken goes to disk and is right there. */
static void carried(const void *bytes, size_t len)
{
    struct lt_error err = {0};
    struct pack_image image = {0};
    int rc = pack_image_of(bytes, len, &image, &err);
    fuzz_judge(rc, &err);
    if (rc != 0) return;
    FUZZ_CHECK(pack_write(lt_fs_system(), objects, &image, false, &err) == 0);
    FUZZ_CHECK(pack_on_disk(objects, &image));
    look(image.name, true);
    pack_remove(lt_fs_system(), objects, image.name);
    pack_image_free(&image);
}

/* Objects made of the lines of the input. */
static struct pack *made_of(const uint8_t *data, size_t size, struct pack_image *image)
{
    struct lt_error err = {0};
    struct pack *p = pack_new();
    FUZZ_CHECK(p);
    for (int i = 0; i == 0 || (size > 0 && i < 20); i++) {
        git_oid oid;
        char *line = fuzz_line(&data, &size);
        FUZZ_CHECK(pack_add(p, i % 4 == 3 ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB, line, strlen(line), &oid, &err) == 0);
        FUZZ_CHECK(pack_has(p, &oid));
        free(line);
    }
    FUZZ_CHECK(pack_finish(p, image, &err) == 0);
    return p;
}

/* Three good objects; the input says which bytes of pack and index become others: u8 which, u16 where, u8 what. */
static void patched(const uint8_t *data, size_t size, bool sums)
{
    static const uint8_t text[] = "one object\nanother, longer than that one by far far far\nthird";
    struct pack_image image = {0};
    struct pack *p = made_of(text, sizeof text - 1, &image);
    unsigned char *pack = malloc(image.pack_len), *idx = malloc(image.idx_len);
    FUZZ_CHECK(pack && idx);
    memcpy(pack, image.pack, image.pack_len);
    memcpy(idx, image.idx, image.idx_len);
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = (size_t)data[1] << 8 | data[2];
        if (data[0] & 1) pack[at % image.pack_len] = data[3];
        else idx[at % image.idx_len] = data[3];
    }
    if (sums) {
        sum(pack, image.pack_len);
        memcpy(idx + image.idx_len - 2 * PACK_TRAILER, pack + image.pack_len - PACK_TRAILER, PACK_TRAILER);
        sum(idx, image.idx_len);
    }
    char name[41], path[256];
    for (unsigned i = 0; i < 20; i++) snprintf(name + 2 * i, 3, "%02x", pack[image.pack_len - PACK_TRAILER + i]);
    snprintf(path, sizeof path, "%s/pack/pack-%s.pack", objects, name);
    fuzz_write(path, pack, image.pack_len);
    snprintf(path, sizeof path, "%s/pack/pack-%s.idx", objects, name);
    fuzz_write(path, idx, image.idx_len);
    look(name, false);
    pack_remove(lt_fs_system(), objects, name);
    free(pack);
    free(idx);
    pack_image_free(&image);
    pack_free(p);
}

/* Input: a byte for what it is, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!objects) prepare();
    uint8_t form = fuzz_byte(&data, &size);
    struct pack_image image = {0};
    struct pack *p;
    unsigned char *copy;
    switch (form % 5) {
    case 0: carried(data, size); break;
    case 1:
        copy = malloc(size ? size : 1);
        FUZZ_CHECK(copy);
        if (size) memcpy(copy, data, size);
        sum(copy, size);
        carried(copy, size);
        free(copy);
        break;
    case 2:
        p = made_of(data, size, &image);
        carried(image.pack, image.pack_len);
        pack_image_free(&image);
        pack_free(p);
        break;
    default: patched(data, size, form % 5 == 3);
    }
    return 0;
}
