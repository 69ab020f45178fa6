/* The form of loose objects, shared by their writer and reader. */
#ifndef LT_VAULT_LOOSE_FORM_H
#define LT_VAULT_LOOSE_FORM_H

#include "vault/loose.h"

#define LOOSE_ZLIB_0     0x78 /* deflate, window of 32 KiB */
#define LOOSE_ZLIB_1     0x01 /* check bits, fastest */
#define LOOSE_BLOCK_HEAD 5u   /* final bit, LEN, NLEN */
#define LOOSE_HEAD_MAX   32   /* "commit 18446744073709551615" and NUL */

/* Loose object in a file of any name. */
int loose_open_path(const char *path, const git_oid *oid, struct loose_file **out, struct lt_error *err);

static inline void loose_put_block_head(unsigned char *p, size_t len, bool final)
{
    p[0] = final;
    p[1] = (unsigned char)len;
    p[2] = (unsigned char)(len >> 8);
    p[3] = (unsigned char)~p[1];
    p[4] = (unsigned char)~p[2];
}

#endif
