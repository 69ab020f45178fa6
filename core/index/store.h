/* The inside of struct index. Private to index/. */
#ifndef LT_INDEX_STORE_H
#define LT_INDEX_STORE_H

#include "index/feed.h"
#include "index/index.h"

#include <pthread.h>

#define READERS_MAX 64
#define WRITER_CACHE_KIB 8192

/* One caller's batches, waiting for whoever writes next. */
struct index_waiting {
    const struct index_batch *batches;
    size_t n;
    struct lt_error *err;
    int status;
    bool done;
    struct index_waiting *next;
};

struct index {
    char *path;
    struct db *writer;
    /* recursive: index_begin keeps it, so that index_apply of the same thread passes and others wait for index_end */
    pthread_mutex_t write_lock;
    bool gathering;
    bool spoilt; /* the gathered transaction met a failure of the system and cannot be kept */
    struct lt_buf later; /* indexes to be made at the end of the gathered transaction */
    struct texts texts;
    struct node_doc reading;

    /* changes that wait while another is written: whoever gets the writer's lock next takes them all into one transaction */
    pthread_mutex_t queue_lock;
    struct index_waiting *queue;

    pthread_mutex_t pool_lock;
    pthread_cond_t pool_free;
    struct db *reader[READERS_MAX]; /* opened when first needed */
    bool busy[READERS_MAX];
    int readers;
};

/* Around the feeding of a gathered transaction, within it; they do nothing unless the database was empty. */
int bulk_begin(struct index *ix, struct lt_error *err);
int bulk_end(struct index *ix, bool keep, struct lt_error *err);

/* A connection of the pool; waits while all are taken. */
int index_reader(struct index *ix, struct db **out, struct lt_error *err);
void index_reader_done(struct index *ix, struct db *db);

#endif
