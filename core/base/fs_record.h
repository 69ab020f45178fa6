/* What a disk holds for sure and what is still in memory, told from the calls of a test table (fs_test.c).
 *
 * Files and folders are nodes known by inode number. Each file has its flushed bytes and the writes since;
 * each folder its flushed names; name changes since stand in one list in their order. The caller serialises
 * all calls. Functions that record are called after the system's call succeeded; what lies outside the root
 * is passed over. */
#ifndef LT_BASE_FS_RECORD_H
#define LT_BASE_FS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fs_record;

/* What is below root now counts as flushed. NULL with errno. */
struct fs_record *fs_record_new(const char *root);
void fs_record_free(struct fs_record *r);

void fs_record_opened(struct fs_record *r, const char *path, int fd, bool existed, bool truncated);
void fs_record_wrote(struct fs_record *r, int fd, const void *data, size_t len, off_t off);
void fs_record_truncated(struct fs_record *r, int fd, off_t len);
void fs_record_made(struct fs_record *r, const char *path); /* mkdir, link: a name more */
void fs_record_renamed(struct fs_record *r, const char *from, const char *to);
void fs_record_removed(struct fs_record *r, const char *path); /* unlink, rmdir */

/* A flush makes sure only what was done before it began: take the mark first, then flush, then tell. */
uint64_t fs_record_mark(const struct fs_record *r);
void fs_record_flushed(struct fs_record *r, int fd, uint64_t mark);
void fs_record_flushed_all(struct fs_record *r, uint64_t mark);

/* 0, or -1 with errno. */
int fs_record_power_loss(struct fs_record *r, const char *into, uint64_t seed);

#endif
