/*
 * Collections: what the store has of something, as an array, page by page. A page's `next_cursor` is the
 * number or the id of its last element, and the next page begins behind that.
 */
#ifndef API_PAGING_H
#define API_PAGING_H

#include "api/call.h"

#define PAGING_LIMIT     100 /* elements of a page */
#define PAGING_LIMIT_MAX 1000

struct paging {
    struct call *call;
    const void *context; /* the handler's */
    size_t limit;
    uint64_t before;      /* the number of the last one of the page before; 0: from the start */
    char after[STORE_ID]; /* the same, when cursors are ids; empty: from the start */
    json_t *array;
    uint64_t last; /* number or id of the last one taken */
    char last_id[STORE_ID];
    bool more;
};

/* Reads `limit` and `cursor`; `ids`: that is an id, else a number. False: it has failed the call. */
bool paging_open(struct call *call, bool ids, struct paging *c) must_use;

/* Whether one more has its place in the array; if not, there is a next page. */
bool paging_takes(struct paging *c) must_use;

/* Fills the array from a snapshot of the store; ERR_REFUSED when there is not what the cursor names. */
typedef enum err paging_reader(struct store_reader *reader, struct paging *c, struct error *error);

/* Runs it. False: it has failed the call, and there is no array. */
bool paging_read(struct paging *c, paging_reader *read) must_use;

/* {NAME: [..], "next_cursor"}; takes the array over. */
json_t *paging_json(struct paging *c, const char *name);

/* All of it: answers the call with a page. */
void paging_answer(struct call *call, const char *name, bool ids, paging_reader *read, const void *context);

#endif
