/*
 * A sample of the answers that listed something: for finding out who is turned away because of an address.
 *
 * A ring that one worker writes and any thread may read meanwhile; the newest are kept: of each second the
 * first `all`, so that a quiet server misses nothing, and one in `rate` of the others, at random, so that no
 * rhythm of the queries hides some of them. Neither side waits for the other: each entry has a sequence
 * number, by which a reader sees that it was overwritten while it was copied (Boehm, "Can Seqlocks Get Along
 * With Programming Language Memory Models?", 2012).
 */
#ifndef ANSWER_HIT_SAMPLE_H
#define ANSWER_HIT_SAMPLE_H

#include "base/error.h"
#include "overlay/range.h"

#include <stdbool.h>
#include <stdint.h>

struct hit_record {
    int64_t time;       /* Unix seconds */
    uint64_t client[2]; /* its address as a struct trie_key has it: hi, lo */
    uint32_t code;      /* the first A record, host byte order; 0: the answer had none */
    uint16_t zone;      /* zone.id */
    bool client_ipv6;
    uint8_t weight;   /* it stands for so many answers */
    struct range key; /* what was asked about: one address, or a name (not with subdomains) */
};

struct hit_sample;

/* A ring of the last `capacity` (a power of two) of the records; rate: 1 to 255. ERR_MEMORY. */
enum err hit_sample_new(unsigned capacity, unsigned rate, unsigned all, struct hit_sample **out) must_use;

/* Neither the writer nor a reader is left. NULL: nothing. */
void hit_sample_free(struct hit_sample *hits);

/* ---- The writer; one thread ---- */

/* Counts a listed answer of this second; the weight of the record that hit_sample_put is to be called with,
 * 0: it is not. A few ns. */
uint8_t hit_sample_due(struct hit_sample *hits, int64_t second);

void hit_sample_put(struct hit_sample *hits, const struct hit_record *record);

/* ---- Readers; any thread ---- */

/* How many listed answers there were in all; one in how many makes a record, at the least. */
uint64_t hit_sample_seen(const struct hit_sample *hits);
unsigned hit_sample_rate(const struct hit_sample *hits);

/* How many records were made so far: number hit_sample_end() - 1 is the newest. */
uint64_t hit_sample_end(const struct hit_sample *hits);

/* Copies record `number`; false if it is not there yet, or any more. */
bool hit_sample_get(const struct hit_sample *hits, uint64_t number, struct hit_record *out);

#endif
