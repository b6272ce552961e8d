/*
 * The base: address or name -> verdict, for all sets at once, compiled from files and never edited.
 *
 * Words. A *member* says: this set lists the key with this code. A *shape* is the ordered members that hold
 * for a key; a *verdict* is a shape plus the members' raw texts. Both are interned, small integers; verdict 0
 * is "listed nowhere". Members stand in the order of their sets, and of the set's lines within a set.
 *
 * Building is one streaming merge: the walk of an old base without the sets that changed, and the entries of
 * the changed sets, each settled by its own overlap rules, go in key order into the trie builder. The initial
 * load is the same merge over nothing. Scratch is unmapped before base_build returns.
 *
 * A base is immutable once built: any number of threads may read it. It frees whole.
 */
#ifndef LIST_BASE_H
#define LIST_BASE_H

#include "base/error.h"
#include "base/vec.h"
#include "list/names.h"
#include "list/set.h"
#include "trie/lookup.h"

#include <stdbool.h>
#include <stdint.h>

struct member {
    uint32_t code;  /* A record, host byte order */
    uint16_t set;   /* index in the catalog */
    uint8_t labels; /* labels matched, when it was listed by name; else 0 */
    uint8_t has_text;
};

struct shape {
    uint32_t first, count; /* its members: base.members[first .. first + count) */
};

/* A verdict's texts: with one member that has a text, `texts` is the text itself; with more, the index in
 * base.text_lists of as many texts, in member order. A text is an offset into base.texts, as set_value.text.
 */
struct verdict {
    uint32_t shape;
    uint32_t texts;
};

/* What a load must not newly list: 127.0.0.1, ::ffff:7f00:1, INVALID, all of a top-level domain. */
enum canary { CANARY_V4 = 1, CANARY_V6 = 2, CANARY_INVALID = 4, CANARY_TLD = 8 };

/* What the base knows of one set. */
struct base_set {
    bool loaded;
    bool has[2], has_names; /* lists some IPv4 (0), IPv6 (1) address; some name */
    uint32_t ttl;
    struct set_soa soa;
    struct set_ns ns;
    uint32_t variables[10], template; /* texts in base.texts */
    int64_t timestamp, valid_until, mtime;
    uint64_t lines, entries, bad, bytes; /* of its last good load */
    uint64_t coverage4;                  /* IPv4 addresses it lists */
    unsigned canaries;                   /* bits of enum canary: listed now, but not by the base before */
    uint64_t present[2][1024];           /* IPv4 (0) and IPv6 (1): the /16s in which it lists something */
};

struct base {
    struct vec words; /* the arena: both tries and their pairs */
    struct trie trie4, trie6;
    struct names names;
    struct vec verdicts, shapes, members, text_lists, texts;
    struct base_set *sets;
    size_t sets_count;
};

/* Builds a new base of `sets_count` sets. `changed[i]`: the set's new data, or NULL to take over what `old`
 * has of it (`old` may be NULL: nothing; it has as many sets). `old` must stay readable meanwhile; nothing of
 * it is shared. On failure *out is untouched. Some 40 ns an entry. */
enum err base_build(const struct base *old, struct set_data *const *changed, size_t sets_count,
                    struct base **out, struct error *error) must_use;
void base_free(struct base *base);

/* Whether `set` has a member in `verdict`. */
bool base_verdict_has(const struct base *base, uint32_t verdict, uint16_t set);

/* Bytes of memory that the base holds. */
size_t base_bytes(const struct base *base);

/* The verdict of an address (host byte order) or IPv6 address. 20 to 60 ns. */
static inline uint32_t base_lookup4(const struct base *base, uint32_t address)
{
    return trie_lookup(&base->trie4, (struct trie_key){ (uint64_t)address << 32, 0 });
}

static inline uint32_t base_lookup6(const struct base *base, uint64_t hi, uint64_t lo)
{
    return trie_lookup(&base->trie6, (struct trie_key){ hi, lo });
}

#endif
