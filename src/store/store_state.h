/* The state of an open store, and what the tables (items, events, requests, idempotency, privacy) need of
 * it; only for this folder and tests. */
#ifndef STORE_STORE_STATE_H
#define STORE_STORE_STATE_H

#include "store/sql_stmt.h"
#include "store/store.h"
#include "store/store_file.h"

#include <pthread.h>
#include <sys/types.h>

struct store_reader {
    struct store *store;
    struct sql_conn conn;
    bool busy; /* claimed; under store.lock */
};

/* A file as it was when it was last inspected. */
struct store_file_id {
    dev_t device;
    ino_t inode;
    off_t size;
};

/* The rows of the table `counts`: active items by kind, requests that wait for a review, and from
 * STORE_COUNT_LIST on active delistings by list. */
#define STORE_COUNT_PENDING 8
#define STORE_COUNT_LIST    16
#define STORE_COUNTS        (STORE_COUNT_LIST + LISTS_MAX)

struct store {
    char directory[STORE_FILE_PATH], path[STORE_FILE_PATH]; /* empty: in memory */
    int lock_fd;
    struct store_reader writer;
    struct store_reader readers[STORE_READERS]; /* in memory only the first, over the writer's connection */
    atomic_uint damaged;                        /* rows that were read */
    char *lists[LISTS_MAX];                     /* names by number */

    pthread_mutex_t lock; /* guards readers[].busy, healthy, failure */
    pthread_cond_t reader_freed;
    bool healthy;              /* the last commit succeeded */
    char failure[256];         /* if not: why */
    atomic_int_fast64_t items; /* active, as of the last commit */

    /* The writer thread's. */
    int64_t added[STORE_COUNTS];        /* what the transaction adds to the table `counts`... */
    int64_t added_before[STORE_COUNTS]; /* ...and what it had added at its savepoint */
    int wal_pages, wal_next;            /* pages in the WAL; at how many the next checkpoint is due */
    bool wal_failing;                   /* the last checkpoint failed, which was logged */
    bool wal_retry;                     /* the disk was full: a checkpoint may free the WAL */
    bool erasing;                       /* personal data was erased, and more will be */
    bool erased;                        /* personal data was erased, but is still in the WAL */
    struct store_file_id files[2];      /* the file and its WAL, which nobody else may change */
};

/* Opens a statement that reads in a reader's snapshot; one of the open transaction: it fails unless there is
 * one and nothing has failed. */
struct sql_stmt store_read_stmt(struct store_reader *r, const char *sql);
struct sql_stmt store_write_stmt(struct store *s, const char *sql);

/* One of them, as this reader sees it. */
enum err store_count(struct store_reader *r, unsigned what, uint64_t *value, struct error *error) must_use;

/* Personal data was erased in this transaction (`erased`). It leaves the WAL too, after the commit, once
 * nothing more is to be erased (`more`). */
void store_write_erased(struct store *s, bool erased, bool more);

/* store_open for another schema than the present one: for tests. */
enum err store_open_as(const char *directory, const struct store_schema *schema, struct store **out,
                       struct error *error) must_use;

/* Claims a free reader; waits for one, at most a second unless `forever`. NULL: none was free. */
struct store_reader *store_read_claim(struct store *s, bool forever);
void store_read_release(struct store_reader *r);

/* Starts to count the pages of the WAL, and to check that both files stay the same. */
void store_write_start(struct store *s);

#endif
