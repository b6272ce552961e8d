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

/* From an address on, its first 32 bits, this value. */
struct change {
    uint32_t from, value;
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

static struct trie_key key_of(uint32_t address)
{
    return (struct trie_key){ (uint64_t)address << 32, 0 };
}

/* ---- Finding the hosts of a slot ---- */

/* If what begins at change `i` is a short range after which the value before it goes on: the number of
 * changes in it; or else 0. */
static unsigned short_range(const struct trie_builder *b, unsigned i, uint32_t before)
{
    uint32_t from = b->change[i].from;

    for (unsigned n = 1; i + n < b->count && b->change[i + n].from - from <= SHORT_RANGE; n++)
        if (b->change[i + n].value == before)
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

static bool add_hosts(struct hosts *h, uint32_t first, uint32_t end, uint32_t value)
{
    unsigned number = number_of(h, value);

    if (number == TRIE_HOSTS_VALUES || h->count + (end - first) > TRIE_HOSTS_MAX)
        return false;
    for (; first != end; first++) {
        h->suffix[h->count] = (uint16_t)first;
        h->number[h->count++] = (uint8_t)number;
    }
    return true;
}

/* Splits the slot's changes; false if they are no hosts node's. */
static bool find_hosts(const struct trie_builder *b, struct hosts *h)
{
    uint32_t before = b->levels.value;

    h->count = h->values = h->rest = 0;
    h->slot++;
    for (unsigned i = 0; i < b->count;) {
        unsigned n = short_range(b, i, before);
        for (unsigned j = i; j < i + n; j++)
            if (!add_hosts(h, b->change[j].from, b->change[j + 1].from, b->change[j].value))
                return false;
        i += n;
        if (n != 0) {
            i++; /* the change back to the value before */
            continue;
        }
        before = b->change[i].value;
        h->change[h->rest++] = b->change[i++];
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
        uint32_t before = b->levels.value;
        if (i + 1 < b->count && c[1].from == c->from + 1 && c[1].value == before) {
            levels_range(&b->levels, key_of(c->from), key_of(c[1].from), c->value);
            i++;
        } else {
            levels_add(&b->levels, key_of(c->from), c->value);
        }
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
        levels_add(&b->levels, key_of(h->change[i].from), h->change[i].value);
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

static void collect(struct trie_builder *b, uint32_t from, uint32_t value)
{
    if (b->count != 0 && b->change[b->count - 1].from == from)
        b->count--;
    if (value != (b->count != 0 ? b->change[b->count - 1].value : b->levels.value))
        b->change[b->count++] = (struct change){ from, value };
}

void trie_build_add(struct trie_builder *b, struct trie_key key, uint32_t value)
{
    if (value == b->value)
        return;
    if (key.hi >> 48 != b->slot)
        change_slot(b, (unsigned)(key.hi >> 48));
    if (!b->direct && ((uint32_t)key.hi != 0 || key.lo != 0 || b->count == CHANGES_MAX)) {
        replay(b);
        b->direct = true;
    }
    if (b->direct)
        levels_add(&b->levels, key, value);
    else
        collect(b, (uint32_t)(key.hi >> 32), value);
    b->value = value;
}

void trie_build_range(struct trie_builder *b, struct trie_key key, struct trie_key end, uint32_t value)
{
    uint32_t before = b->value;

    if (value == before)
        return;
    if (b->direct && key.hi >> 48 == b->slot) {
        levels_range(&b->levels, key, end, value);
        return;
    }
    trie_build_add(b, key, value);
    trie_build_add(b, end, before);
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
