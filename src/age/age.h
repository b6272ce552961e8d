/*
 * Ages: since when a list has named an address or a domain name, as far as the server has seen.
 *
 * A list has an age file, DIRECTORY/NUMBER. It has each range and name that the files of the list named when
 * it was written, and since when. To write it anew (age_write) is to merge it with the snapshot that is
 * served: what both have keeps its time, what only the snapshot has gets the time of that snapshot, and what
 * only the old file has is left out, so that it begins anew if it comes back. The time of a key says: the
 * list named it then, each time that the file was written after that, and, if a look-up finds it listed, now.
 * It does not say that the list did not name it before. An address within a range counts, and so does a name
 * below a wildcard, whatever entry it was that named it. What is excluded is not named.
 *
 * Times are exact to the second. A file has the last AGE_TIMES times at which it was written; what is older
 * counts as of the earliest one. Written every hour, they go back 37 days.
 *
 * A file is replaced as a whole, by rename, so readers need no lock. Every block is checked by a hash when it
 * is read: a damaged, truncated or foreign file tells nothing. Its numbers are in the machine's byte order.
 */
#ifndef AGE_AGE_H
#define AGE_AGE_H

#include "overlay/range.h"
#include "view/snapshot.h"

#define AGE_TIMES     890
#define AGE_DIRECTORY "ages" /* of the state directory */

/* The age file of a list. */
struct age_place {
    const char *directory;
    unsigned number;  /* of the list */
    const char *list; /* its name; a file of another name is foreign */
};

/* Writes the path. */
#define AGE_PATH 4096
void age_path(const struct age_place *place, char path[AGE_PATH]);

/* When the file was written, in Unix time, 0 if there is none; and its bytes. ERR_SYNTAX: it is damaged or
 * foreign; ERR_SYSTEM. Reads its header only. Any thread. */
enum err age_inspect(const struct age_place *place, int64_t *written, uint64_t *bytes,
                     struct error *error) must_use;

/* Since when the list has named `key`, an address or a name, in Unix time. The key must be one that the list
 * names now. 0: unknown, as the file is missing or damaged, does not have the key, or its time is to come.
 * Any thread; opens the file. A binary search for an address, one for each label of a name: a dozen small
 * reads in ten million addresses, and one of 4 KiB; some 20 to 50 us when they are cached. */
int64_t age_find(const struct age_place *place, const struct range *key, int64_t now);

/* What an age file is written from. */
struct age_source {
    const struct snapshot *snapshot;
    const uint16_t *set_lists; /* by set: the number of its list */
    int64_t time;              /* since when the snapshot has been served, Unix time */
};

/* Writes the file anew, *bytes of it; its directory must exist. ERR_LIMIT: it would have more than `most`
 * bytes; ERR_SYNTAX: the old file is damaged or foreign, and must be removed first; ERR_SYSTEM, ERR_MEMORY.
 * On failure the old file stays. One thread, which holds the snapshot. Some 50 ns an address, 100 ns a name;
 * memory for what the snapshot has in a /16 (of IPv6 too). */
enum err age_write(const struct age_place *place, const struct age_source *from, uint64_t most,
                   uint64_t *bytes, struct error *error) must_use;

#endif
