/*
 * A sample of hits, answers that listed something: it shows who is turned away because of an address.
 *
 * A ring that one worker writes and any thread may read meanwhile; the newest records are kept. Of each
 * second the first `all` hits are recorded, so that a quiet server misses none, and of the others one in
 * `rate`, at random, so that no regularity of the queries biases the sample. Neither side waits for the
 * other: each record has a sequence number, from which a reader sees that it was overwritten while it was
 * copied (Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?", 2012).
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
    uint8_t weight;   /* the number of hits that it stands for */
    struct range key; /* what was asked for: one address, or a name (not with subdomains) */
};

/* hit_record.key of an address; an IPv4-mapped one is the IPv4 address. Any thread. */
struct range hit_sample_address(bool ipv6, struct trie_key address);

struct hit_sample;

/* A ring of `capacity` records, a power of two; `rate`: 1 to 255. ERR_MEMORY. */
enum err hit_sample_new(unsigned capacity, unsigned rate, unsigned all, struct hit_sample **out) must_use;

/* Call when neither the writer nor a reader is left. NULL: nothing. */
void hit_sample_free(struct hit_sample *hits);

/* ---- The writer; one thread ---- */

/* Counts a hit of this second. Returns the weight of the record to pass to hit_sample_put; 0: none is due. A
 * few ns. */
uint8_t hit_sample_due(struct hit_sample *hits, int64_t second);

void hit_sample_put(struct hit_sample *hits, const struct hit_record *record);

/* ---- Readers; any thread ---- */

/* How many hits there were in all; and `rate`. */
uint64_t hit_sample_seen(const struct hit_sample *hits);
unsigned hit_sample_rate(const struct hit_sample *hits);

/* How many records were made so far: number hit_sample_end() - 1 is the newest. */
uint64_t hit_sample_end(const struct hit_sample *hits);

/* Copies record `number`; false if it is not there yet, or not any more. */
bool hit_sample_get(const struct hit_sample *hits, uint64_t number, struct hit_record *out);

#endif
