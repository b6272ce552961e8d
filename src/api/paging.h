/*
 * Collections of the store as arrays, page by page. A page's `next_cursor` is the number of its last
 * element, of 16 hexadecimal digits; the next page begins after that.
 */
#ifndef API_PAGING_H
#define API_PAGING_H

#include "api/call.h"

#define PAGING_LIMIT     100 /* elements of a page, if the call does not say */
#define PAGING_LIMIT_MAX 1000

struct paging {
    struct call *call;
    const void *context; /* the handler's */
    size_t limit;
    uint64_t before; /* the number of the previous page's last element; 0: from the start */
    json_t *array;
    uint64_t last;   /* the number of the last element, or of the last one that was left out */
    unsigned passed; /* elements that were read and left out */
    bool more;
};

/* Reads `limit` and `cursor`. False: the call has failed. */
bool paging_open(struct call *call, struct paging *page) must_use;

/* Whether the array has room for one more; if not, there is a next page. */
bool paging_has_room(struct paging *page) must_use;

/* Fills the array from a snapshot of the store. */
typedef enum err paging_reader(struct store_reader *reader, struct paging *page, struct error *error);

/* Calls `read`. False: the call has failed, and there is no array. */
bool paging_read(struct paging *page, paging_reader *read) must_use;

/* Makes {NAME: [..], "next_cursor"}, and takes the array over. */
json_t *paging_json(struct paging *page, const char *name);

/* All of that: answers the call with a page. */
void paging_answer(struct call *call, const char *name, paging_reader *read, const void *context);

#endif
