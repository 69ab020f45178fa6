#include "vault/record.h"

#include <string.h>

#define FILE_SIZE (GIT_OID_RAWSZ + RECORD_TEMP)

static void put_number(struct lt_buf *b, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        lt_buf_addc(b, (char)(unsigned char)(n >> 8 * i));
}

void record_begin(struct lt_buf *b, const void *extra, size_t extra_len)
{
    put_number(b, extra_len, 4);
    lt_buf_add(b, extra_len ? extra : "", extra_len);
}

void record_add(struct lt_buf *b, const struct record_repo *r, const struct record_file *files)
{
    char name[VAULT_NAME] = {0};
    memcpy(name, r->name, strnlen(r->name, sizeof name - 1));
    lt_buf_add(b, name, sizeof name);
    lt_buf_add(b, r->old_head.id, GIT_OID_RAWSZ);
    lt_buf_add(b, r->new_head.id, GIT_OID_RAWSZ);
    lt_buf_add(b, r->pack, sizeof r->pack);
    put_number(b, r->pack_bytes ? r->pack_len : 0, 8);
    if (r->pack_bytes) lt_buf_add(b, r->pack_bytes, r->pack_len);
    put_number(b, r->files_len, 4);
    for (size_t i = 0; i < r->files_len; i++) {
        lt_buf_add(b, files[i].oid.id, GIT_OID_RAWSZ);
        lt_buf_add(b, files[i].temp, RECORD_TEMP);
    }
}

/* Takes len bytes off; NULL when there are not so many. */
static const unsigned char *take(struct record_reader *r, uint64_t len)
{
    if (len > (uint64_t)(r->end - r->p)) return NULL;
    const unsigned char *at = r->p;
    r->p += len;
    return at;
}

static bool take_number(struct record_reader *r, int bytes, uint64_t *out)
{
    const unsigned char *p = take(r, (uint64_t)bytes);
    *out = 0;
    for (int i = bytes; p && i > 0; i--)
        *out = *out << 8 | p[i - 1];
    return p != NULL;
}

bool record_open(struct record_reader *r, const void *payload, size_t len, const void **extra,
                 size_t *extra_len)
{
    uint64_t n;
    *r = (struct record_reader){.p = payload, .end = (const unsigned char *)payload + len};
    if (!take_number(r, 4, &n) || !(*extra = take(r, n))) return false;
    *extra_len = (size_t)n;
    return true;
}

int record_next(struct record_reader *r, struct record_repo *out)
{
    uint64_t n;
    if (r->p == r->end) return 0;
    *out = (struct record_repo){0};
    const unsigned char *p = take(r, VAULT_NAME + 2 * GIT_OID_RAWSZ + sizeof out->pack);
    if (!p || p[VAULT_NAME - 1] != 0 || p[VAULT_NAME + 2 * GIT_OID_RAWSZ + sizeof out->pack - 1] != 0)
        return -1;
    memcpy(out->name, p, VAULT_NAME);
    memcpy(out->old_head.id, p + VAULT_NAME, GIT_OID_RAWSZ);
    memcpy(out->new_head.id, p + VAULT_NAME + GIT_OID_RAWSZ, GIT_OID_RAWSZ);
    memcpy(out->pack, p + VAULT_NAME + 2 * GIT_OID_RAWSZ, sizeof out->pack);
    if (!take_number(r, 8, &n)) return -1;
    out->pack_len = (size_t)n;
    if (n > 0 && !(out->pack_bytes = take(r, n))) return -1;
    if (!take_number(r, 4, &n)) return -1;
    out->files_len = (size_t)n;
    out->files = take(r, n * FILE_SIZE);
    return out->files && vault_repo_name_valid(out->name) ? 1 : -1;
}

void record_file_at(const struct record_repo *r, size_t i, struct record_file *out)
{
    const unsigned char *p = (const unsigned char *)r->files + i * FILE_SIZE;
    memcpy(out->oid.id, p, GIT_OID_RAWSZ);
    memcpy(out->temp, p + GIT_OID_RAWSZ, RECORD_TEMP);
    out->temp[RECORD_TEMP - 1] = 0;
}
