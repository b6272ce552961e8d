/* Many ranges, read from words, files and standard input and sent in batches, with a progress bar. */
#ifndef CLIENT_BULK_H
#define CLIENT_BULK_H

#include "client/verbs.h"

#include <jansson.h>

#define BULK_ITEMS   1000                 /* the most that the server accepts in a batch */
#define BULK_BYTES   ((size_t)768 * 1024) /* of JSON in a batch; the server accepts 1 MiB */
#define BULK_TIMEOUT 60 /* seconds that the answer to a batch may take, even if --timeout is less */

struct bulk_item {
    char *text;    /* canonical */
    bool is_name;  /* a domain, not addresses */
    json_t *lists; /* names in its line; NULL: none */
};

struct bulk {
    struct bulk_item *items;
    size_t count, size;
    uint64_t addresses; /* in all ranges; UINT64_MAX: that many or more */
};

/* Reads all that the arguments name: words, `-` among them for standard input, and --file. Each line of a
 * file has a range and, with `lists`, may have names of lists separated by commas; # begins a comment.
 * Everything is checked before anything is sent; each bad line is reported on standard error. *many: more
 * than one word, or a file. Free with bulk_free. */
enum err bulk_read(const struct arguments *arguments, bool lists, struct bulk *out, bool *many,
                   struct error *error) must_use;
void bulk_free(struct bulk *bulk);

/* Asks for confirmation when there are many addresses and a terminal. DONE or DECLINED. */
enum outcome bulk_confirm(const struct arguments *arguments, uint64_t addresses) must_use;

/* Draws the progress bar, on a terminal and for more than one batch; removes it when all is done. */
void bulk_progress(size_t done, size_t total);
bool bulk_has_progress(size_t total);

#endif
