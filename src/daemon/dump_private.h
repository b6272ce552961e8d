/* What the parts of the dump share: dump.c and dump_addresses.c. */
#ifndef DAEMON_DUMP_PRIVATE_H
#define DAEMON_DUMP_PRIVATE_H

#include "answer/answer.h"
#include "list/intern.h"
#include "trie/trie.h"
#include "view/view.h"

#include <stdio.h>

#define DUMP_PACKET_SIZE 65535

struct dump {
    FILE *to;
    const struct view *view;
    const struct zone *zone;
    enum err err; /* the first failure; no more addresses are written */
    struct answer_context context;
    uint8_t packet[DUMP_PACKET_SIZE];

    /* dump_addresses.c: of the zone */
    struct vec same;         /* uint32_t, by verdict: the first one that the zone answers alike, 0: unknown */
    struct intern answers;   /* what the zone answers, in... */
    struct vec answers_pool; /* ...this pool, each followed by the first verdict that has it */
    struct vec key;          /* scratch of one answer */
    uint32_t *slots;         /* by the first 16 bits: what is in all of them: a verdict, 0 or MIXED */
    struct vec runs;         /* struct trie_run: of one slot; what is in it, likewise; neighbours differ */
    const struct trie_run *run; /* of those, the last that begins at or before the key last asked for */
};

/* Writes all records of the name `wire` (`length` bytes of labels, without root) in d->zone, under the owner
 * that `prefix` and the labels from byte `from` on are. */
void dump_put_name(struct dump *d, const uint8_t *wire, size_t length, const char *prefix, size_t from);

/* Writes that the owner, `prefix` and `length` bytes of labels, has no records, though a wildcard covers it.
 */
void dump_put_excluded(struct dump *d, const char *prefix, const uint8_t *wire, size_t length);

/* Whether d->zone answers a verdict. */
static inline bool dump_is_listed(const struct dump *d, uint32_t verdict)
{
    return zone_answer(d->zone, d->view->snapshot, verdict).count != 0;
}

/* Writes all addresses that d->zone lists. */
void dump_addresses(struct dump *d);

#endif
