/* SSHSIG with Ed25519. Source: PROTOCOL.sshsig of OpenSSH; RFC 8032, RFC 8709. */
#include "vault/sign.h"

#include "base/id.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIND        "ssh-ed25519"
#define NAMESPACE   "git"
#define MAGIC       "SSHSIG"
#define BEGIN_LINE  "-----BEGIN SSH SIGNATURE-----"
#define END_LINE    "-----END SSH SIGNATURE-----"
#define ARMOR_WIDTH 70
#define ARMOR_MAX   4096 /* armour of others that is looked at */
#define KEY_WORD    "ed25519-seed "
#define KEY_FILE    (sizeof KEY_WORD - 1 + 64 + 1)

struct sign_key {
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    uint8_t public[SIGN_PUBLIC];
    char line[SIGN_LINE];
    char fingerprint[SIGN_FINGERPRINT];
};

/* --- wire format --- */

struct out {
    unsigned char b[512]; /* more than any of our blobs */
    size_t len;
};

static void put(struct out *o, const void *data, size_t len)
{
    memcpy(o->b + o->len, data, len);
    o->len += len;
}

static void put_u32(struct out *o, uint32_t n)
{
    put(o,
        (const unsigned char[]){(unsigned char)(n >> 24), (unsigned char)(n >> 16), (unsigned char)(n >> 8),
                                (unsigned char)n},
        4);
}

static void put_string(struct out *o, const void *data, size_t len)
{
    put_u32(o, (uint32_t)len);
    put(o, data, len);
}

static void put_text(struct out *o, const char *s)
{
    put_string(o, s, strlen(s));
}

static void key_blob(struct out *o, const uint8_t key[SIGN_PUBLIC])
{
    put_text(o, KIND);
    put_string(o, key, SIGN_PUBLIC);
}

/* What Ed25519 signs. */
static void signed_blob(struct out *o, const char *space, const char *hash, const void *digest, size_t len)
{
    put(o, MAGIC, 6);
    put_text(o, space);
    put_text(o, "");
    put_text(o, hash);
    put_string(o, digest, len);
}

struct in {
    const unsigned char *p;
    size_t left;
    bool bad;
};

static struct in get_string(struct in *in)
{
    struct in s = {.p = in->p, .left = 0, .bad = true};
    if (in->bad || in->left < 4) {
        in->bad = true;
        return s;
    }
    uint32_t n = (uint32_t)in->p[0] << 24 | (uint32_t)in->p[1] << 16 | (uint32_t)in->p[2] << 8 | in->p[3];
    if (n > in->left - 4) {
        in->bad = true;
        return s;
    }
    s = (struct in){.p = in->p + 4, .left = n};
    in->p += 4 + n;
    in->left -= 4 + n;
    return s;
}

static bool is_text(const struct in *s, const char *text)
{
    return !s->bad && s->left == strlen(text) && memcmp(s->p, text, s->left) == 0;
}

/* string "ssh-ed25519", string of size bytes, nothing behind */
static const unsigned char *get_ed25519(struct in blob, size_t size)
{
    struct in kind = get_string(&blob), body = get_string(&blob);
    if (!is_text(&kind, KIND) || body.bad || body.left != size || blob.left != 0) return NULL;
    return body.p;
}

/* libsodium's decoder takes bytes above 127 for letters (0xaf for '/'), which OpenSSH does not. */
static size_t from_base64(const char *s, size_t len, const char *ignore, unsigned char *out, size_t size)
{
    size_t n;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] > 127) return 0;
    return sodium_base642bin(out, size, s, len, ignore, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 ? n
                                                                                                       : 0;
}

/* --- public keys --- */

void sign_public_line(const uint8_t key[SIGN_PUBLIC], char out[SIGN_LINE])
{
    struct out o = {.len = 0};
    key_blob(&o, key);
    memcpy(out, KIND " ", sizeof KIND);
    sodium_bin2base64(out + sizeof KIND, SIGN_LINE - sizeof KIND, o.b, o.len, sodium_base64_VARIANT_ORIGINAL);
}

void sign_public_fingerprint(const uint8_t key[SIGN_PUBLIC], char out[SIGN_FINGERPRINT])
{
    struct out o = {.len = 0};
    unsigned char digest[crypto_hash_sha256_BYTES];
    key_blob(&o, key);
    crypto_hash_sha256(digest, o.b, o.len);
    memcpy(out, "SHA256:", 7);
    sodium_bin2base64(out + 7, SIGN_FINGERPRINT - 7, digest, sizeof digest,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

bool sign_public_parse(const char *line, uint8_t out[SIGN_PUBLIC])
{
    if (!lt_starts(line, KIND " ")) return false;
    const char *s = line + sizeof KIND;
    s += strspn(s, " \t");
    size_t n = strcspn(s, " \t\r\n");
    unsigned char blob[128];
    size_t len = from_base64(s, n, NULL, blob, sizeof blob);
    const unsigned char *key = get_ed25519((struct in){.p = blob, .left = len}, SIGN_PUBLIC);
    if (key == NULL) return false;
    memcpy(out, key, SIGN_PUBLIC);
    return true;
}

/* --- keys --- */

struct sign_key *sign_key_of_seed(const uint8_t seed[32])
{
    if (sodium_init() < 0) return NULL;
    struct sign_key *k = sodium_malloc(sizeof *k);
    if (k == NULL) return NULL;
    crypto_sign_seed_keypair(k->public, k->secret, seed);
    sign_public_line(k->public, k->line);
    sign_public_fingerprint(k->public, k->fingerprint);
    sodium_mprotect_readonly(k);
    return k;
}

void sign_key_free(struct sign_key *k)
{
    sodium_free(k); /* zeroes it */
}

const uint8_t *sign_key_public(const struct sign_key *k)
{
    return k->public;
}

const char *sign_key_line(const struct sign_key *k)
{
    return k->line;
}

const char *sign_key_fingerprint(const struct sign_key *k)
{
    return k->fingerprint;
}

int sign_key_create(const struct lt_fs *fs, const char *path, struct sign_key **out, struct lt_error *err)
{
    uint8_t seed[32];
    char text[KEY_FILE + 1];
    lt_random(seed, sizeof seed);
    memcpy(text, KEY_WORD, sizeof KEY_WORD - 1);
    lt_hex(seed, sizeof seed, text + sizeof KEY_WORD - 1);
    text[KEY_FILE - 1] = '\n';
    struct sign_key *k = sign_key_of_seed(seed);
    int rc = k == NULL ? lt_fail_memory(err) : 0, fd = -1;
    if (rc == 0) {
        fd = fs->open(fs->ctx, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd < 0)
            rc = errno == EEXIST ? lt_fail(err, LT_CONFLICT, "key.exists", "path", path, (char *)NULL)
                                 : lt_fail_errno(err, "write", path);
    }
    if (rc == 0) {
        if (lt_fs_write_all(fs, fd, text, KEY_FILE) != 0 || fs->fsync(fs->ctx, fd) != 0)
            rc = lt_fail_errno(err, "write", path);
        fs->close(fs->ctx, fd);
        if (rc != 0) fs->unlink(fs->ctx, path);
    }
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(text, sizeof text);
    if (rc != 0) {
        sign_key_free(k);
        return rc;
    }
    *out = k;
    return 0;
}

int sign_key_load(const char *path, struct sign_key **out, struct lt_error *err)
{
    char text[KEY_FILE + 1];
    uint8_t seed[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return lt_fail_errno(err, "open", path);
    struct stat st;
    ssize_t n = -1;
    int rc = 0;
    if (fstat(fd, &st) != 0)
        rc = lt_fail_errno(err, "read", path);
    else if ((st.st_mode & 077) != 0)
        rc = lt_fail(err, LT_REFUSED, "key.readable", "path", path, (char *)NULL);
    else if ((n = read(fd, text, sizeof text)) < 0)
        rc = lt_fail_errno(err, "read", path);
    close(fd);
    if (rc != 0) return rc;
    bool good = n == (ssize_t)KEY_FILE && text[KEY_FILE - 1] == '\n' &&
                memcmp(text, KEY_WORD, sizeof KEY_WORD - 1) == 0;
    if (good) {
        text[KEY_FILE - 1] = 0;
        good = lt_unhex(text + sizeof KEY_WORD - 1, seed, sizeof seed);
    }
    struct sign_key *k = good ? sign_key_of_seed(seed) : NULL;
    sodium_memzero(text, sizeof text);
    sodium_memzero(seed, sizeof seed);
    if (!good) return lt_fail(err, LT_REFUSED, "key.malformed", "path", path, (char *)NULL);
    if (k == NULL) return lt_fail_memory(err);
    *out = k;
    return 0;
}

/* --- signatures --- */

void sign_make_in(const struct sign_key *k, const char *space, const void *data, size_t len, char out[SIGN_ARMOR])
{
    unsigned char digest[crypto_hash_sha512_BYTES], sig[crypto_sign_BYTES];
    crypto_hash_sha512(digest, data, len);
    struct out msg = {.len = 0}, key = {.len = 0}, inner = {.len = 0}, blob = {.len = 0};
    signed_blob(&msg, space, "sha512", digest, sizeof digest);
    crypto_sign_detached(sig, NULL, msg.b, msg.len, k->secret);
    key_blob(&key, k->public);
    put_text(&inner, KIND);
    put_string(&inner, sig, sizeof sig);
    put(&blob, MAGIC, 6);
    put_u32(&blob, 1);
    put_string(&blob, key.b, key.len);
    put_text(&blob, space);
    put_text(&blob, "");
    put_text(&blob, "sha512");
    put_string(&blob, inner.b, inner.len);
    char body[sodium_base64_ENCODED_LEN(256, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(body, sizeof body, blob.b, blob.len, sodium_base64_VARIANT_ORIGINAL);
    char *p = out;
    memcpy(p, BEGIN_LINE "\n", sizeof BEGIN_LINE);
    p += sizeof BEGIN_LINE;
    for (const char *s = body; *s != 0;) {
        size_t n = strnlen(s, ARMOR_WIDTH);
        memcpy(p, s, n);
        p[n] = '\n';
        p += n + 1;
        s += n;
    }
    memcpy(p, END_LINE, sizeof END_LINE);
}

void sign_make(const struct sign_key *k, const void *data, size_t len, char out[SIGN_ARMOR])
{
    sign_make_in(k, NAMESPACE, data, len, out);
}

/* Bytes between the two lines; 0 when it is not such a text. */
static size_t unarmor(const char *armor, size_t len, unsigned char *out, size_t size)
{
    while (len > 0 && (armor[len - 1] == '\n' || armor[len - 1] == '\r'))
        len--;
    size_t begin = sizeof BEGIN_LINE - 1, end = sizeof END_LINE - 1;
    if (len > ARMOR_MAX || len < begin + end + 2 || memcmp(armor, BEGIN_LINE "\n", begin + 1) != 0 ||
        memcmp(armor + len - end - 1, "\n" END_LINE, end + 1) != 0)
        return 0;
    return from_base64(armor + begin + 1, len - begin - end - 1, "\r\n", out, size);
}

bool sign_verify_in(const char *armor, size_t armor_len, const char *space, const void *data, size_t len,
                    uint8_t key[SIGN_PUBLIC])
{
    unsigned char blob[ARMOR_MAX], digest[crypto_hash_sha512_BYTES];
    struct in in = {.p = blob, .left = unarmor(armor, armor_len, blob, sizeof blob)};
    if (in.left < 10 || memcmp(blob, MAGIC "\0\0\0\1", 10) != 0) return false;
    in.p += 10;
    in.left -= 10;
    struct in public = get_string(&in), named = get_string(&in), reserved = get_string(&in),
              hash = get_string(&in), sig = get_string(&in);
    if (in.bad || in.left != 0 || !is_text(&named, space) || reserved.bad) return false;
    const unsigned char *k = get_ed25519(public, SIGN_PUBLIC), *s = get_ed25519(sig, crypto_sign_BYTES);
    if (k == NULL || s == NULL) return false;
    struct out msg = {.len = 0};
    if (is_text(&hash, "sha512")) {
        crypto_hash_sha512(digest, data, len);
        signed_blob(&msg, space, "sha512", digest, crypto_hash_sha512_BYTES);
    } else if (is_text(&hash, "sha256")) {
        crypto_hash_sha256(digest, data, len);
        signed_blob(&msg, space, "sha256", digest, crypto_hash_sha256_BYTES);
    } else {
        return false;
    }
    if (reserved.left != 0 || crypto_sign_verify_detached(s, msg.b, msg.len, k) != 0) return false;
    memcpy(key, k, SIGN_PUBLIC);
    return true;
}

bool sign_verify(const char *armor, size_t armor_len, const void *data, size_t len, uint8_t key[SIGN_PUBLIC])
{
    return sign_verify_in(armor, armor_len, NAMESPACE, data, len, key);
}
