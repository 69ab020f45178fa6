/* Removing copies, and the pieces that no other copy needs. */
#include "usecase/backup.h"
#include "usecase/backup_names.h"

#include "base/json.h"
#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static int need_file(struct names *need, const json_t *file, struct lt_error *err)
{
    size_t i, n;
    const json_t *name;
    unsigned char bytes[NAMES_BYTES];
    json_array_foreach(lt_json_array(file, "pieces"), i, name) {
        const char *hex = json_string_value(name);
        if (hex && sodium_hex2bin(bytes, sizeof bytes, hex, strlen(hex), NULL, &n, NULL) == 0 && n == NAMES_BYTES && names_add(need, bytes))
            return lt_fail_memory(err);
    }
    return 0;
}

static int need_copy(struct store *s, const char *file, struct names *need, struct lt_error *err)
{
    json_t *manifest = NULL, *files = NULL;
    size_t i, k;
    const json_t *row, *one;
    int rc = backup_manifest(s, file, NULL, &manifest, err);
    json_array_foreach(lt_json_array(manifest, "files"), i, one) {
        if (!rc) rc = need_file(need, one, err);
    }
    json_array_foreach(lt_json_array(manifest, "repositories"), i, row) {
        if (!rc) rc = need_file(need, lt_json_object(row, "list"), err);
        if (!rc) rc = backup_list(s, row, &files, err);
        json_array_foreach(files, k, one) {
            if (!rc) rc = need_file(need, one, err);
        }
        json_decref(files);
        files = NULL;
    }
    json_decref(manifest);
    return rc;
}

static bool needed(void *user, const char *name)
{
    unsigned char bytes[NAMES_BYTES];
    size_t n = 0;
    return sodium_hex2bin(bytes, sizeof bytes, name, strlen(name), NULL, &n, NULL) == 0 && n == NAMES_BYTES && names_has(user, bytes);
}

/* Nothing is swept while a copy that stays cannot be read: it may need what looks unneeded. */
static int sweep(struct store *s, uint64_t *freed, struct lt_error *err)
{
    struct store_copy *copies = NULL;
    struct names need = {0};
    size_t n = 0;
    int rc = store_copies(store_dir(s), &copies, &n, err);
    for (size_t i = 0; !rc && i < n; i++) rc = need_copy(s, copies[i].file, &need, err);
    if (!rc) rc = store_sweep(s, needed, &need, freed, err);
    names_free(&need);
    free(copies);
    return rc;
}

int backup_drop(struct uc_call *call, struct store *s, const char *id, uint64_t *freed, struct lt_error *err)
{
    (void)call;
    struct store_copy copy;
    int rc = backup_pick(store_dir(s), id, &copy, err);
    if (!rc) rc = store_copy_remove(s, copy.file, err);
    return rc ? rc : sweep(s, freed, err);
}

int backup_prune(struct uc_call *call, struct store *s, size_t keep, size_t *dropped, uint64_t *freed, struct lt_error *err)
{
    (void)call;
    struct store_copy *copies = NULL;
    size_t n = 0;
    int rc = store_copies(store_dir(s), &copies, &n, err);
    *dropped = *freed = 0;
    for (size_t i = 0; !rc && keep > 0 && i + keep < n; i++, ++*dropped) rc = store_copy_remove(s, copies[i].file, err);
    free(copies);
    return rc || !*dropped ? rc : sweep(s, freed, err);
}
