/* Uploads under way: files of DATA/spool/uploads that grow from request to request until a use case takes them (tus 1.0). Each belongs
 * to the account that began it and goes after a day. Thread-safe; nothing here waits but for the disk.
 *
 * <id>.bin the bytes so far, <id>.json {account, length, name, expires, synced, used}: synced are the bytes known to be on the disk. After the
 * machine started anew an upload goes on from there; after this program alone did, from the file's length. */
#ifndef LT_HTTP_TUS_STORE_H
#define LT_HTTP_TUS_STORE_H

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"

#include <stdbool.h>
#include <stdint.h>

enum { TUS_ID = 33, TUS_OF_ACCOUNT = 40, TUS_ALL = 2000 };
#define TUS_TERM_MS INT64_C(86400000)

struct tus;
struct tus_upload {
    char id[TUS_ID]; /* 128 random bits */
    char account[LT_ID_SIZE];
    char name[256];
    uint64_t length, offset;
    int64_t expires; /* ms */
};

/* dir: the data folder. Uploads past their term and broken ones are removed. */
int tus_open(const char *dir, const struct lt_clock *clock, struct tus **out, struct lt_error *err);
/* Flushes what came; no writer may be left. */
void tus_close(struct tus *t);
/* Removes what is past its term; cheap when that was done within the hour. */
void tus_purge(struct tus *t);

/* LT_REFUSED "upload.quota" (too many of the account, or together more than ten times `max`); LT_USAGE "http.too_large" over max;
 * LT_SYSTEM "http.busy" where all accounts together have too many. */
int tus_create(struct tus *t, const char *account, uint64_t length, const char *name, uint64_t max, struct tus_upload *out,
               struct lt_error *err);
/* Of this account; LT_NOTFOUND "upload.absent". sync: what came is flushed first, so that the offset told stays true. */
int tus_find(struct tus *t, const char *account, const char *id, bool sync, struct tus_upload *out, struct lt_error *err);
int tus_remove(struct tus *t, const char *account, const char *id, struct lt_error *err);

struct tus_writer;
/* LT_CONFLICT "upload.offset" {offset} when it does not go on there, "upload.busy" while another request writes. */
int tus_write_begin(struct tus *t, const char *account, const char *id, uint64_t offset, struct tus_writer **out, struct lt_error *err);
/* LT_USAGE "http.too_large" beyond the length. */
int tus_write(struct tus_writer *w, const void *data, size_t len, struct lt_error *err);
uint64_t tus_written(const struct tus_writer *w);
/* Ends the request. keep: what came stays (flushed when sync), else it is as before. Frees w, also on errors. */
int tus_write_end(struct tus_writer *w, bool keep, bool sync, struct tus_upload *out, struct lt_error *err);

/* A complete one, for reading from its beginning; *name as given. LT_REFUSED "upload.incomplete". The upload stays until it was used. */
int tus_take(struct tus *t, const char *account, const char *id, int *fd, char name[256], struct lt_error *err);
/* A use case took it: it no longer counts, and stays for an hour only, should the call be repeated. */
void tus_used(struct tus *t, const char *account, const char *id);

#endif
