/* Many ranges: from words, files and standard input; sent in parts, with a bar that shows how far it is. */
#ifndef CLIENT_BULK_H
#define CLIENT_BULK_H

#include "client/verbs.h"

#include <jansson.h>

#define BULK_ITEMS 1000                 /* that the server takes at once */
#define BULK_BYTES ((size_t)768 * 1024) /* of JSON; it takes a MiB */

struct bulk_item {
    char *text;    /* canonical */
    bool is_name;  /* a domain, not addresses */
    json_t *lists; /* that the line names; NULL: none */
};

struct bulk {
    struct bulk_item *items;
    size_t count, size;
    uint64_t addresses; /* in all; UINT64_MAX: that many or more */
};

/* Reads all that the arguments name: words, `-` among them for standard input, and --file. In a file each
 * line has a range and, with `lists`, names of lists with commas between them; # begins a comment. All is
 * read and checked before anything is sent: each bad line is named on standard error. *in_parts: it is more
 * than one word, or from a file. Free with bulk_free. */
enum err bulk_read(const struct arguments *arguments, bool lists, struct bulk *out, bool *in_parts,
                   struct error *error) must_use;
void bulk_free(struct bulk *bulk);

/* Asks whether to go on with so many addresses, if that is many and there is somebody to ask. */
enum outcome bulk_ask(const struct arguments *arguments, uint64_t addresses) must_use;

/* Draws the bar on standard error if that is a terminal and there is more than one part; full ones are taken
 * away. */
void bulk_progress(size_t done, size_t total);
bool bulk_has_progress(size_t total);

#endif
