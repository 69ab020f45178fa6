#include "usecase/backup_key.h"

#include "base/id.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 32, PATH = 4200 };
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Upper case in groups of four, as it is printed; false: no code. */
static bool tidy(const char *s, char out[BACKUP_CODE])
{
    size_t n = 0, at = 0;
    for (; *s; s++) {
        char c = (char)toupper((unsigned char)*s);
        if (c == '-' || c == ' ' || c == '\n' || c == '\r') continue;
        if (c == 'I' || c == 'L') c = '1';
        if (c == 'O') c = '0';
        if (n == LETTERS || !strchr(alphabet, c)) return false;
        if (n > 0 && n % 4 == 0) out[at++] = '-';
        out[at++] = c;
        n++;
    }
    out[at] = 0;
    return n == LETTERS;
}

int backup_key_of(const char *code, struct backup_key *out, struct lt_error *err)
{
    char text[BACKUP_CODE];
    uint8_t master[crypto_kdf_KEYBYTES], id[16];
    if (!tidy(code, text)) return lt_fail_field(err, LT_USAGE, "code", "backup.code_form", (char *)NULL);
    crypto_generichash(master, sizeof master, (const unsigned char *)text, strlen(text), NULL, 0);
    crypto_kdf_derive_from_key(out->seal, sizeof out->seal, 1, "ltbackup", master);
    crypto_kdf_derive_from_key(out->names, sizeof out->names, 2, "ltbackup", master);
    crypto_kdf_derive_from_key(id, sizeof id, 3, "ltbackup", master);
    lt_hex(id, 8, out->id);
    sodium_memzero(master, sizeof master);
    sodium_memzero(text, sizeof text);
    return 0;
}

static int write_code(const struct lt_fs *fs, const char *path, const char *code, struct lt_error *err)
{
    char line[BACKUP_CODE + 1];
    lt_print(line, sizeof line, "%s\n", code);
    int rc = lt_fs_replace(fs, path, line, strlen(line), 0600, true) ? lt_fail_errno(err, "write", path) : 0;
    sodium_memzero(line, sizeof line);
    return rc;
}

int backup_code(const struct lt_fs *fs, const char *dir, bool make, char out[BACKUP_CODE], struct lt_error *err)
{
    char path[PATH], *text = NULL;
    size_t len = 0;
    lt_print(path, sizeof path, "%s/" BACKUP_FILE, dir);
    if (lt_fs_read(path, 200, &text, &len) == 0) {
        bool good = tidy(text, out);
        sodium_memzero(text, len);
        free(text);
        return good ? 0 : lt_fail(err, LT_REFUSED, "backup.code_file", "path", path, (char *)NULL);
    }
    if (errno != ENOENT) return lt_fail_errno(err, "read", path);
    if (!make) return lt_fail(err, LT_NOTFOUND, "backup.no_code", (char *)NULL);
    uint8_t bytes[LETTERS];
    char raw[LETTERS + 1] = "";
    randombytes_buf(bytes, sizeof bytes);
    for (size_t i = 0; i < LETTERS; i++) raw[i] = alphabet[bytes[i] & 31];
    tidy(raw, out);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(raw, sizeof raw);
    return write_code(fs, path, out, err);
}

int backup_code_put(const struct lt_fs *fs, const char *dir, const char *code, struct lt_error *err)
{
    char path[PATH], text[BACKUP_CODE];
    if (!tidy(code, text)) return lt_fail_field(err, LT_USAGE, "code", "backup.code_form", (char *)NULL);
    lt_print(path, sizeof path, "%s/" BACKUP_FILE, dir);
    int rc = write_code(fs, path, text, err);
    sodium_memzero(text, sizeof text);
    return rc;
}

int backup_key_load(const struct lt_fs *fs, const char *dir, bool make, struct backup_key *out, struct lt_error *err)
{
    char code[BACKUP_CODE];
    int rc = backup_code(fs, dir, make, code, err);
    if (!rc) rc = backup_key_of(code, out, err);
    sodium_memzero(code, sizeof code);
    return rc;
}
