/* Office documents: which one, and whether it may be unpacked at all. All members are unpacked to nowhere once, because the sizes in
 * an archive's directory are only words. */
#include "inspect.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define SMALL_ENOUGH ((uint64_t)16 << 20) /* the ratio is judged above this */

struct limits {
    uint64_t unpacked, ratio;
    int64_t members;
};

static bool too_much(const struct job *j, const struct limits *l, uint64_t bytes) {
    return bytes > l->unpacked || (bytes > SMALL_ENOUGH && bytes / l->ratio > j->len);
}

static int bomb(struct job *j) { return job_refuse(j, "bomb", NULL); }

static int check_member(struct job *j, zip_t *zip, zip_uint64_t i, const struct limits *l, uint64_t *told) {
    zip_stat_t st;
    const char *name = zip_get_name(zip, i, 0);
    if (!name || zip_stat_index(zip, i, 0, &st) != 0 || zip_name_locate(zip, name, 0) != (zip_int64_t)i)
        return job_refuse(j, "damaged", NULL); /* two of one name: each program shows another */
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
        return job_refuse(j, "encrypted", NULL);
    if (lt_ends(name, "vbaProject.bin") || lt_starts(name, "Basic/") || lt_starts(name, "Scripts/"))
        return job_refuse(j, "macros", NULL);
    *told += st.valid & ZIP_STAT_SIZE ? st.size : 0;
    return *told > l->unpacked || too_much(j, l, *told) ? bomb(j) : 0;
}

static int unpack_all(struct job *j, zip_t *zip, zip_int64_t n, const struct limits *l) {
    static char block[65536];
    uint64_t total = 0;
    for (zip_int64_t i = 0; i < n; i++) {
        zip_file_t *f = zip_fopen_index(zip, (zip_uint64_t)i, 0);
        zip_int64_t got = f ? 0 : -1;
        while (f && (got = zip_fread(f, block, sizeof block)) > 0) {
            total += (uint64_t)got;
            if (too_much(j, l, total)) {
                zip_fclose(f);
                return bomb(j);
            }
        }
        if (f)
            zip_fclose(f);
        if (got < 0) /* broken, or the check sum is wrong */
            return job_refuse(j, "damaged", NULL);
    }
    return 0;
}

static bool has(zip_t *zip, const char *name) { return zip_name_locate(zip, name, 0) >= 0; }

/* The type of the package; NULL: an archive of something else. */
static const char *package_type(zip_t *zip, char mime[100]) {
    zip_file_t *f = zip_fopen(zip, "mimetype", 0);
    if (f) {
        zip_int64_t n = zip_fread(f, mime, 99);
        zip_fclose(f);
        mime[n > 0 ? n : 0] = 0;
        mime[strcspn(mime, "\r\n ")] = 0;
        return lt_starts(mime, "application/") ? mime : NULL;
    }
    if (!has(zip, "[Content_Types].xml"))
        return NULL;
    if (has(zip, "word/document.xml"))
        return MEDIA_OOXML "wordprocessingml.document";
    if (has(zip, "xl/workbook.xml"))
        return MEDIA_OOXML "spreadsheetml.sheet";
    return has(zip, "ppt/presentation.xml") ? MEDIA_OOXML "presentationml.presentation" : NULL;
}

static int inspect_open(struct job *j, zip_t *zip) {
    const struct limits l = {.unpacked = (uint64_t)lt_json_int(j->args, "max_unpacked", (int64_t)MEDIA_MAX_UNPACKED),
                             .ratio = (uint64_t)lt_json_int(j->args, "max_ratio", MEDIA_MAX_RATIO),
                             .members = lt_json_int(j->args, "max_members", MEDIA_MAX_MEMBERS)};
    zip_int64_t n = zip_get_num_entries(zip, 0);
    uint64_t told = 0;
    char mime[100];
    if (n > l.members)
        return bomb(j);
    for (zip_int64_t i = 0; i < n; i++) {
        int rc = check_member(j, zip, (zip_uint64_t)i, &l, &told);
        if (rc != 0)
            return rc;
    }
    const char *type = package_type(zip, mime);
    int rc = type ? unpack_all(j, zip, n, &l) : 0;
    if (rc != 0)
        return rc;
    return job_answer(j, json_pack("{s:s}", "mime", type ? type : "application/zip"));
}

int inspect_package(struct job *j) {
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(j->data, j->len, 0, &why);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    zip_error_fini(&why);
    if (!zip) {
        zip_source_free(source);
        return job_refuse(j, "damaged", NULL);
    }
    int rc = inspect_open(j, zip);
    zip_discard(zip);
    return rc;
}

/* Names of streams stand in the directory in UTF-16. */
static bool names(const struct job *j, const char *name) {
    char wide[64];
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        wide[2 * i] = name[i];
        wide[2 * i + 1] = 0;
    }
    return bytes_have(j->data, j->len, wide, 2 * n);
}

int inspect_compound(struct job *j) {
    const char *mime = "application/x-ole-storage";
    if (names(j, "EncryptedPackage"))
        return job_refuse(j, "encrypted", NULL);
    if (names(j, "_VBA_PROJECT"))
        return job_refuse(j, "macros", NULL);
    if (names(j, "WordDocument"))
        mime = "application/msword";
    else if (names(j, "PowerPoint Document"))
        mime = "application/vnd.ms-powerpoint";
    else if (names(j, "Workbook") || names(j, "Book"))
        mime = "application/vnd.ms-excel";
    return job_answer(j, json_pack("{s:s}", "mime", mime));
}
