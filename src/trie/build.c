/*
 * Building bottom-up from a stream of ascending changes.
 *
 * The changes of one root slot are collected, and then written in the smaller of two ways: octet by octet
 * (levels.h), or as a hosts node (hosts.h) over what is left of them without the hosts. A slot with changes
 * beyond the first 32 bits, as those of IPv6 mostly are, or with too many for a hosts node, goes to the
 * levels as it comes.
 */
#include "trie/hosts.h"
#include "trie/levels.h"
#include "trie/trie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANGES_MAX = 3 * TRIE_HOSTS_MAX,
    SHORT_RANGE = 8, /* addresses: shorter ranges are so many hosts */
};

/* From an address on, these last 16 of its 32 bits, this value; or that address alone has it. */
struct change {
    uint16_t from;
    bool alone;
    uint32_t value;
};

/* The hosts of a slot, and what is left without them. */
struct hosts {
    unsigned count, values, rest;
    uint16_t suffix[TRIE_HOSTS_MAX];
    uint8_t number[TRIE_HOSTS_MAX]; /* of the host's value */
    uint32_t value[TRIE_HOSTS_VALUES];
    uint32_t slot; /* counted from 1 */
    /* By the low octet of a value: the number of the last such one, if that is of this slot. */
    uint8_t number_of[TRIE_HOSTS_VALUES];
    uint32_t numbered[TRIE_HOSTS_VALUES];
    struct change change[CHANGES_MAX]; /* `rest` of them */
};

struct trie_builder {
    struct levels levels;
    uint32_t value; /* in force at the end of what was added */
    unsigned slot;  /* of the last key */
    bool direct;    /* the slot's changes go to the levels */
    unsigned count; /* the slot's changes, collected */
    struct change change[CHANGES_MAX];
    struct hosts hosts; /* scratch of close_slot() */
};

struct trie_builder *trie_builder_new(void)
{
    return calloc(1, sizeof(struct trie_builder));
}

void trie_builder_free(struct trie_builder *b)
{
    if (b == NULL)
        return;
    encode_free(&b->levels.encoder);
    free(b);
}

enum err trie_build_begin(struct trie_builder *b)
{
    b->value = 0;
    b->slot = 0;
    b->direct = false;
    b->count = 0;
    return levels_begin(&b->levels);
}

static struct trie_key key_of(const struct trie_builder *b, const struct change *c)
{
    return (struct trie_key){ (uint64_t)b->slot << 48 | (uint64_t)c->from << 32, 0 };
}

/* ---- Finding the hosts of a slot ---- */

/* If what begins at change `c` is a short range after which the value before it goes on: the number of
 * changes in it; or else 0. */
static unsigned short_range(const struct change *c, const struct change *end, uint32_t before)
{
    for (unsigned n = 1; c + n < end && c[n].from - c->from <= SHORT_RANGE; n++)
        if (c[n].value == before && !c[n].alone)
            return n;
    return 0;
}

/* The number of `value` among the values; TRIE_HOSTS_VALUES if there are too many. Few have the same low
 * octet: mostly nothing is searched. */
static unsigned number_of(struct hosts *h, uint32_t value)
{
    unsigned low = value % TRIE_HOSTS_VALUES, i = h->number_of[low];

    if (h->numbered[low] != h->slot)
        i = h->values;
    else if (h->value[i] != value)
        for (i = 0; i < h->values && h->value[i] != value; i++)
            ;
    if (i == TRIE_HOSTS_VALUES)
        return i;
    h->value[i] = value;
    h->values += i == h->values;
    h->number_of[low] = (uint8_t)i;
    h->numbered[low] = h->slot;
    return i;
}

static inline bool add_host(struct hosts *h, unsigned suffix, uint32_t value)
{
    unsigned number = number_of(h, value);

    if (number == TRIE_HOSTS_VALUES || h->count == TRIE_HOSTS_MAX)
        return false;
    h->suffix[h->count] = (uint16_t)suffix;
    h->number[h->count++] = (uint8_t)number;
    return true;
}

/* Adds the hosts of a short range, the changes from `c` to the one before `end`, over the value `before`. */
static bool add_range(struct hosts *h, const struct change *c, const struct change *end, uint32_t before)
{
    uint32_t value = before;

    for (; c < end; c++) {
        unsigned from = c->from;
        if (!c->alone)
            value = c->value;
        else if (c->value != before && !add_host(h, from, c->value))
            return false;
        for (from += c->alone; from < c[1].from; from++)
            if (value != before && !add_host(h, from, value))
                return false;
    }
    return true;
}

/* Splits the slot's changes; false if they are no hosts node's. */
static bool find_hosts(const struct trie_builder *b, struct hosts *h)
{
    const struct change *c = b->change, *end = c + b->count;
    uint32_t before = b->levels.value;

    h->count = h->values = h->rest = 0;
    h->slot++;
    while (c < end) {
        if (c->alone) {
            if (!add_host(h, c->from, c->value))
                return false;
            c++;
            continue;
        }
        unsigned n = short_range(c, end, before);
        if (n == 0) {
            before = c->value;
            h->change[h->rest++] = *c++;
            continue;
        }
        if (!add_range(h, c, c + n, before))
            return false;
        c += n + 1; /* the change back to the value before, too */
    }
    return h->count != 0;
}

/* The words that the hosts take octet by octet, about. */
static unsigned levels_words(const struct hosts *h)
{
    unsigned words = 0, groups = 0;

    for (unsigned i = 0, end; i < h->count; i = end, groups++) {
        bool same = true;
        for (end = i; end < h->count && h->suffix[end] >> 8 == h->suffix[i] >> 8; end++)
            same &= h->number[end] == h->number[i];
        words += 1;
        if (!same || end - i > TRIE_FOLD_MAX)
            words += TRIE_NODE_HEAD + (same ? 1 : (end - i + 1) / 2);
    }
    if (h->rest != 0)
        return words;
    return groups == 1 ? words - 1 + TRIE_SKIP_WORDS : words + TRIE_NODE_HEAD;
}

/* ---- Writing a slot ---- */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first number is in the lowest bits of a word");

static void fill_hosts(uint64_t *node, const struct hosts *h, uint64_t other)
{
    unsigned count = h->count;
    uint64_t *fences = node + TRIE_HOSTS_HEAD;

    node[0] = other;
    node[1] = count;
    for (unsigned i = TRIE_HOSTS_LINE, n = 0; i < count; i += TRIE_HOSTS_LINE, n++)
        fences[n / 4] |= (uint64_t)h->suffix[i] << n % 4 * 16;
    memcpy(node + trie_hosts_head(count), h->suffix, count * sizeof(*h->suffix));
    if (h->values == 1) {
        node[1] |= (uint64_t)h->value[0] << 32;
        return;
    }
    node[1] |= TRIE_HOSTS_INDEXED;
    memcpy(node + trie_hosts_numbers(count), h->number, count * sizeof(*h->number));
    memcpy(node + trie_hosts_values(count), h->value, h->values * sizeof(*h->value));
}

/* Puts a hosts node over the entry of the slot, which is closed. */
static void write_hosts(struct trie_builder *b, const struct hosts *h)
{
    struct encoder *e = &b->levels.encoder;
    uint32_t index;

    encode_line(e, trie_hosts_numbers(h->count));
    uint64_t *node = encode_add(e, trie_hosts_words(h->count, h->values), &index);
    if (node == NULL)
        return;
    uint64_t *entry = &VEC_AT(&e->words, uint64_t, b->levels.root + b->slot);
    fill_hosts(node, h, *entry);
    *entry = (uint64_t)index << 32 | TRIE_HOSTS;
}

/* Hands the slot's changes on as they came. */
static void replay(struct trie_builder *b)
{
    for (unsigned i = 0; i < b->count; i++) {
        const struct change *c = &b->change[i];
        struct trie_key key = key_of(b, c);
        bool pair = !c->alone && i + 1 < b->count && c[1].from == c->from + 1 && !c[1].alone &&
                    c[1].value == b->levels.value;
        if (c->alone || pair)
            levels_range(&b->levels, key, (struct trie_key){ key.hi + TRIE_HOST_STEP, 0 }, c->value);
        else
            levels_add(&b->levels, key, c->value);
        i += pair;
    }
    b->count = 0;
}

static void close_slot(struct trie_builder *b)
{
    struct hosts *h = &b->hosts;

    if (b->count == 0)
        return;
    if (!find_hosts(b, h) || trie_hosts_words(h->count, h->values) >= levels_words(h)) {
        replay(b);
        return;
    }
    for (unsigned i = 0; i < h->rest; i++)
        levels_add(&b->levels, key_of(b, &h->change[i]), h->change[i].value);
    levels_close(&b->levels, b->slot + 1);
    write_hosts(b, h);
    b->count = 0;
}

/* ---- Adding ---- */

static void change_slot(struct trie_builder *b, unsigned slot)
{
    close_slot(b);
    b->slot = slot;
    b->direct = false;
}

/* The value in force after the changes collected. */
static uint32_t collected_value(const struct trie_builder *b)
{
    unsigned i = b->count;

    while (i > 0 && b->change[i - 1].alone)
        i--;
    return i > 0 ? b->change[i - 1].value : b->levels.value;
}

static void collect(struct trie_builder *b, unsigned from, uint32_t value)
{
    const struct change *last = b->count != 0 ? &b->change[b->count - 1] : NULL;

    if (last != NULL && last->from == from && !last->alone) {
        b->count--;
        if (value == collected_value(b))
            return;
    }
    b->change[b->count++] = (struct change){ (uint16_t)from, false, value };
}

/* Makes the builder ready for a change at `key`: true if it is collected, false if it goes to the levels. */
static inline bool enter(struct trie_builder *b, struct trie_key key)
{
    if (key.hi >> 48 != b->slot)
        change_slot(b, (unsigned)(key.hi >> 48));
    if (!b->direct && ((uint32_t)key.hi != 0 || key.lo != 0 || b->count == CHANGES_MAX)) {
        replay(b);
        b->direct = true;
    }
    return !b->direct;
}

void trie_build_add(struct trie_builder *b, struct trie_key key, uint32_t value)
{
    if (value == b->value)
        return;
    if (enter(b, key))
        collect(b, (uint16_t)(key.hi >> 32), value);
    else
        levels_add(&b->levels, key, value);
    b->value = value;
}

void trie_build_range(struct trie_builder *b, struct trie_key key, struct trie_key end, uint32_t value)
{
    uint32_t before = b->value;

    if (value == before)
        return;
    if (end.hi - key.hi != TRIE_HOST_STEP || (uint32_t)key.hi != 0 || (key.lo | end.lo) != 0) {
        trie_build_add(b, key, value);
        trie_build_add(b, end, before);
    } else if (enter(b, key)) {
        b->change[b->count++] = (struct change){ (uint16_t)(key.hi >> 32), true, value };
    } else {
        levels_range(&b->levels, key, end, value);
    }
}

void trie_build_run4(struct trie_builder *b, struct trie_key key, uint32_t value)
{
    struct trie_key first = { key.hi & ~TRIE_ALONE, key.lo }, end = { first.hi + TRIE_HOST_STEP, 0 };

    if (key.hi & TRIE_ALONE)
        trie_build_range(b, first, end, value);
    else
        trie_build_add(b, key, value);
}

enum err trie_build_end(struct trie_builder *b, uint32_t *root)
{
    close_slot(b);
    levels_close(&b->levels, TRIE_ROOT_SIZE);
    if (b->levels.encoder.failed == OK)
        *root = b->levels.root;
    return b->levels.encoder.failed;
}

enum err trie_builder_finish(struct trie_builder *b, struct vec *words, uint32_t *pairs)
{
    struct encoder *e = &b->levels.encoder;
    size_t count = VEC_COUNT(&e->pairs, uint64_t);
    uint32_t index;
    uint64_t *p = encode_add(e, count + TRIE_LINE, &index); /* pair 0 and a line can always be read */
    enum err failed = e->failed;

    if (failed == OK) {
        if (count != 0)
            memcpy(p, e->pairs.data, count * sizeof(uint64_t));
        vec_trim(&e->words);
        *words = e->words;
        *pairs = index;
        e->words = (struct vec){ 0 };
    }
    trie_builder_free(b);
    return failed;
}
