/*
 * The blocks of an age file.
 *
 * Block 0 is the header. Then come the blocks of IPv4 ranges, of IPv6 ranges and of names, each part in
 * ascending order. A block can be read by itself, so that blocks can be searched. Its rows are deltas:
 *
 *   range   how far its first address is from the last one of the row before (in a block's first row: from
 *           0); 2 * time + 1 and how far its last address is from its first, or 2 * time if that is the same
 *   name    how many octets it shares with the name of the row before (a block's first row: none), how many
 *           follow, and those; 1 + time of the name, 1 + time of the names below it; 0 instead: not named
 *
 * Numbers are LEB128. Names are in the order of set_names_compare. One without a row inherits what is said of
 * the names below the one above it. `time` is an index of the header's times.
 */
#ifndef AGE_AGE_FILE_H
#define AGE_AGE_FILE_H

#include "age/age.h"
#include "base/sha256.h"
#include "list/set.h"

#include <stdio.h>

enum age_part { AGE_IP4, AGE_IP6, AGE_NAMES, AGE_PARTS };

enum {
    AGE_BLOCK = 4096,
    AGE_BLOCK_DATA = AGE_BLOCK - 10,
    AGE_RANGE_MOST = 19 + 2 + 19, /* octets of a row: numbers of 128 bits, and below 2 * AGE_TIMES + 2 */
    AGE_NAME_MOST = 2 * 2 + WIRE_NAME_MAX + 2 * 2,
};

struct age_block {
    uint64_t hash; /* of what follows, seeded with the number of the block */
    uint16_t used; /* octets of `data` */
    uint8_t data[AGE_BLOCK_DATA];
};
_Static_assert(sizeof(struct age_block) == AGE_BLOCK, "no padding");

struct age_header {
    char magic[8]; /* AGE_MAGIC */
    uint32_t blocks[AGE_PARTS];
    uint32_t times;
    int64_t written;           /* Unix time */
    uint8_t list[SHA256_SIZE]; /* of the list's name */
    uint32_t ago[AGE_TIMES];   /* of each time, descending: seconds before `written` */
};
#define AGE_MAGIC "dnsblag1"
_Static_assert(sizeof(struct age_header) <= AGE_BLOCK_DATA, "the header is one block");

/* A range: `last` included; addresses as numbers, IPv4 in 32 bits. */
struct age_range {
    trie_number first, last;
    unsigned time;
};

struct age_name {
    uint8_t name[WIRE_NAME_MAX + 1]; /* reversed wire form: its length, then the labels from the top down */
    unsigned exact, below;           /* 1 + time, or 0 */
};

/* The address as a number, as in age_range. */
static inline trie_number age_number(enum age_part part, struct trie_key key)
{
    return trie_key_number(key) >> (part == AGE_IP4 ? 96 : 0);
}

/* ---- Reading; one thread ---- */

struct age_file {
    int fd; /* -1: there is no file; it is as an empty one */
    struct age_header header;
};

/* Opens the file and reads its header, for age_file_close. ERR_SYNTAX: it is damaged or foreign; ERR_SYSTEM.
 * `error` names the file. */
enum err age_file_open(const struct age_place *place, struct age_file *out, struct error *error) must_use;
void age_file_close(struct age_file *file);

/* The rows of blocks. Hostile bytes make a cursor fail; what it gives is in order and within its types. */
struct age_cursor {
    const struct age_file *file;
    enum age_part part;
    uint32_t next, end; /* blocks of the part that are still to be read */
    size_t at;          /* in `block` */
    bool begun;         /* `range` or `name` is the row before */
    bool damaged;
    struct age_block block;
    struct age_range range;
    struct age_name name;
};

/* Begins before the first row of `count` blocks of a part, from number `first` of it on. */
void age_cursor_open(struct age_cursor *c, const struct age_file *file, enum age_part part, uint32_t first,
                     uint32_t count);

/* Goes on to the next row, c->range or c->name; false at the end, or when the file is damaged. */
bool age_cursor_next(struct age_cursor *c);

/* As age_cursor_open, and on to the first row of one block, of which no more is read: it is not checked, and
 * the row may be wrong. */
bool age_cursor_peek(struct age_cursor *c, const struct age_file *file, enum age_part part, uint32_t block);

/* ---- Writing; one thread ---- */

struct age_writer {
    FILE *to;
    struct age_header header; /* times, `written` and `list` are set by the caller before the end */
    uint64_t most;            /* bytes of the file */
    enum age_part part;
    bool begun; /* the block has a row: `last` or `name` */
    trie_number last;
    struct age_name name;
    enum err failed; /* the first failure: ERR_LIMIT, or ERR_SYSTEM with... */
    int reason;      /* ...this errno */
    struct age_block block;
};

/* Begins a file of at most `most` bytes beside the one at `place`, in whose stead age_writer_end puts it. */
enum err age_writer_begin(struct age_writer *w, const struct age_place *place, uint64_t most,
                          struct error *error) must_use;

/* Adds a row. Parts come in their order, rows in that of their part. Errors are kept for age_writer_end. */
void age_writer_range(struct age_writer *w, enum age_part part, const struct age_range *range);
void age_writer_name(struct age_writer *w, const struct age_name *name);

/* Completes the file and puts it in place; or removes it, if `err` or a failure before says so. Returns the
 * first of these failures. */
enum err age_writer_end(struct age_writer *w, const struct age_place *place, enum err err, uint64_t *bytes,
                        struct error *error) must_use;

#endif
