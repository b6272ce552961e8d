/*
 * Collections: what the store has of something, as an array, page by page. A page's `next_cursor` is the
 * number or the id of its last element, and the next page begins behind that.
 */
#ifndef API_PAGING_H
#define API_PAGING_H

#include "http/call.h"

#define COLLECTION_LIMIT      100 /* elements of a page */
#define COLLECTION_LIMIT_MOST 1000

struct collection {
    struct call *call;
    const void *context; /* the handler's */
    size_t limit;
    uint64_t before;       /* the number of the last one of the page before; 0: from the start */
    char after[DELIST_ID]; /* the same, when cursors are ids; empty: from the start */
    json_t *array;
    uint64_t last; /* number or id of the last one taken */
    char last_id[DELIST_ID];
    bool more;
};

/* Reads `limit` and `cursor`; `ids`: that is an id, else a number. False: it has failed the call. */
bool collection_open(struct call *call, bool ids, struct collection *c) must_use;

/* Whether one more has its place in the array; if not, there is a next page. */
bool collection_takes(struct collection *c) must_use;

/* Fills the array from a snapshot of the store; ERR_REFUSED when there is not what the cursor names. */
typedef enum err collection_reader(struct reader *reader, struct collection *c, struct error *error);

/* Runs it. False: it has failed the call, and there is no array. */
bool collection_read(struct collection *c, collection_reader *read) must_use;

/* {NAME: [..], "next_cursor"}; takes the array over. */
json_t *collection_json(struct collection *c, const char *name);

/* All of it: answers the call with a page. */
void collection_answer(struct call *call, const char *name, bool ids, collection_reader *read,
                       const void *context);

#endif
