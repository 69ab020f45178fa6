/* A folder that a channel publishes to:
 *
 *     TARGET/current            → releases/<id>, replaced by rename: a reader sees the old release or the new one, never a mixture
 *     TARGET/releases/<id>/…    what a web server shows as TARGET/current
 *     TARGET/.letopis.json      whose folder it is and which releases are ours; nothing else in the folder is ever touched
 *
 * All work goes through descriptors of folders and never follows a link. One struct release belongs to one thread; the folder is
 * locked from release_open to release_close, so two publications to one folder wait for each other. */
#ifndef LT_USECASE_RELEASE_H
#define LT_USECASE_RELEASE_H

#include "base/error.h"
#include "base/fs.h"
#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELEASE_MOST 50

struct release {
    const struct lt_fs *fs;
    char channel[LT_ID_SIZE];
    char id[LT_ID_SIZE];               /* being made; "" for none */
    int target, releases, root;        /* folders: TARGET, TARGET/releases, the release being made */
    int file;                          /* being written */
    char ids[RELEASE_MOST][LT_ID_SIZE]; /* ours, the oldest first */
    size_t ids_len;
    unsigned files;
    uint64_t bytes;
};

/* May this be a target? An absolute path without "..", not inside the data folder and not around it; existing, or its parent exists. LT_REFUSED
 * "channel.folder_path", "channel.folder_inside", "channel.folder_parent". */
int release_path_check(const char *folder, const char *data_dir, struct lt_error *err);

/* Opens the folder, makes it when `make`. LT_REFUSED "channel.folder_taken" where another channel publishes or files stand that
 * are not ours under our names, "channel.folder_busy" where a publication is under way, "channel.folder_access" (why),
 * LT_NOTFOUND "channel.folder_absent". */
int release_open(const struct lt_fs *fs, const char *folder, const char *channel, bool make, struct release *out, struct lt_error *err);
void release_close(struct release *r); /* an unfinished release is removed */

/* A new release, not seen by readers yet. */
int release_begin(struct release *r, const char *id, struct lt_error *err);
/* Part of a file, in the order of parts; the name has been checked by the runner and is checked again for what matters here. A name
 * that is taken: LT_REFUSED "publication.same_name". */
int release_file(struct release *r, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err);
/* Flushes all of it. */
int release_settle(struct release *r, struct lt_error *err);
/* Makes it the current one and removes old ones but `keep`; flushed. */
int release_switch(struct release *r, size_t keep, struct lt_error *err);

/* Takes everything of ours out of the folder: nothing is shown any more. */
int release_clear(struct release *r, struct lt_error *err);
/* Writes and removes a file, to tell whether publishing would work. */
int release_try(struct release *r, struct lt_error *err);

#endif
