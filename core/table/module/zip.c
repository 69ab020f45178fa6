/* Packages (OPC, OpenDocument) through libzip. What is unpacked is counted as it comes: sizes in the directory may lie. */
#include "reader.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define SMALL_ENOUGH ((uint64_t)16 << 20) /* the ratio is judged above this */
#define MOST_MEMBERS 20000

struct package {
    struct reader *r;
    zip_t *zip;
    uint64_t unpacked;
};

struct member {
    struct package *p;
    zip_file_t *file;
};

static int bomb(struct reader *r) {
    return lt_fail(r->err, LT_REFUSED, "table.bomb", "megabytes", LT_NUM(r->limits.unpacked_bytes >> 20), (char *)NULL);
}

/* Of two members with one name each reader takes another: what was checked would not be what is seen. */
static int check_members(struct package *p) {
    zip_int64_t n = zip_get_num_entries(p->zip, 0);
    if (n > MOST_MEMBERS)
        return bomb(p->r);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(p->zip, (zip_uint64_t)i, 0);
        if (!name || zip_name_locate(p->zip, name, 0) != i)
            return reader_damaged(p->r, "zip");
    }
    return 0;
}

int package_open(struct reader *r, struct package **out) {
    zip_error_t why;
    struct package *p = calloc(1, sizeof *p);
    if (!p)
        return lt_fail_memory(r->err);
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(r->data, r->len, 0, &why);
    if (source)
        p->zip = zip_open_from_source(source, ZIP_RDONLY, &why);
    if (!p->zip) {
        zip_source_free(source);
        free(p);
        zip_error_fini(&why);
        return reader_damaged(r, "zip");
    }
    zip_error_fini(&why);
    p->r = r;
    int rc = check_members(p);
    if (rc == 0)
        *out = p;
    else
        package_close(p);
    return rc;
}

void package_close(struct package *p) {
    if (p)
        zip_discard(p->zip);
    free(p);
}

bool package_has(struct package *p, const char *name) { return zip_name_locate(p->zip, name, 0) >= 0; }

int package_member(struct reader *r, struct package *p, const char *name, struct member **out) {
    zip_stat_t st;
    if (zip_stat(p->zip, name, 0, &st) != 0)
        return reader_damaged(r, name);
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
        return lt_fail(r->err, LT_REFUSED, "table.encrypted", (char *)NULL);
    if ((st.valid & ZIP_STAT_SIZE) && st.size > r->limits.unpacked_bytes)
        return bomb(r);
    struct member *m = calloc(1, sizeof *m);
    if (!m)
        return lt_fail_memory(r->err);
    m->p = p;
    m->file = zip_fopen(p->zip, name, 0);
    if (!m->file) {
        free(m);
        return reader_damaged(r, name);
    }
    *out = m;
    return 0;
}

long member_read(struct member *m, void *to, size_t len) {
    struct package *p = m->p;
    zip_int64_t n = zip_fread(m->file, to, len);
    if (n < 0) {
        reader_damaged(p->r, "zip");
        return -1;
    }
    p->unpacked += (uint64_t)n;
    if (p->unpacked > p->r->limits.unpacked_bytes ||
        (p->unpacked > SMALL_ENOUGH && p->unpacked / p->r->limits.ratio > p->r->len)) {
        bomb(p->r);
        return -1;
    }
    return (long)n;
}

void member_close(struct member *m) {
    if (m)
        zip_fclose(m->file);
    free(m);
}
