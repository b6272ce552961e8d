/*
 * Names are sorted by eight octets at a time, in a key beside the entry's index: a radix sort, least
 * significant octet first. The first key has the number of the top label, which some thousand names share,
 * and six octets after that: in most lists it is enough, and the sort need not look for names all over their
 * pool. Runs of names that are the same so far are sorted by the next eight octets, short runs by
 * comparisons. So no list, whatever is in it, takes more than some passes for every eight octets of its
 * names.
 */
#include "list/intern.h"
#include "list/set.h"
#include "list/sort.h"

#include <endian.h>
#include <stdlib.h>

enum {
    HEAD = 8,        /* octets of a key */
    AFTER_TOP = 6,   /* of them, in the first key, of what is after the top label */
    SHORT_RUN = 24,  /* names: about where comparing them gets dearer than to count octets */
    PREFETCHED = 16, /* entries */
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "key octets are numbered from the least significant one");

struct name_key {
    uint32_t low, high; /* of the head, big endian; octets after the end of a name are 0, as no length is */
    uint32_t index;     /* of the entry */
};

struct name_sort {
    const struct entry_name *entries;
    const uint8_t *pool;
    struct name_key *keys, *other; /* the same room once more */
};

static const uint8_t *name_of(const struct name_sort *s, const struct name_key *k)
{
    return s->pool + s->entries[k->index].name;
}

/* The octets of a name from `at` on. */
static uint64_t head_of(const uint8_t *name, unsigned at)
{
    uint64_t head = 0;

    if (name[0] >= at + HEAD)
        memcpy(&head, name + 1 + at, HEAD);
    else
        for (unsigned i = 0; at + i < name[0]; i++)
            head |= (uint64_t)name[1 + at + i] << 8 * i;
    return be64toh(head);
}

/* ---- Runs ---- */

static void set_head(struct name_key *k, uint64_t head, size_t counts[HEAD][256])
{
    k->low = (uint32_t)head;
    k->high = (uint32_t)(head >> 32);
    for (unsigned octet = 0; octet < HEAD; octet++)
        counts[octet][head >> 8 * octet & 0xff]++;
}

/* Sorts keys by their heads, whose octets are counted. */
static void sort_heads(struct name_sort *s, size_t from, size_t count, size_t counts[HEAD][256])
{
    struct name_key *k = s->keys + from, *to = s->other + from;

    for (unsigned octet = 0; octet < HEAD; octet++) {
        size_t *start = counts[octet], sum = 0;
        if (start[((const uint8_t *)k)[octet]] == count)
            continue;
        for (unsigned i = 0; i < 256; i++) {
            size_t n = start[i];
            start[i] = sum;
            sum += n;
        }
        for (size_t i = 0; i < count; i++)
            to[start[((const uint8_t *)&k[i])[octet]]++] = k[i];
        struct name_key *swap = k;
        k = to;
        to = swap;
    }
    if (k != s->keys + from)
        memcpy(s->keys + from, k, count * sizeof(*k));
}

/* Sorts names whose first `at` octets are the same. */
static void sort_short_run(struct name_sort *s, size_t from, size_t count, unsigned at)
{
    struct name_key *k = s->keys + from;

    for (size_t i = 1; i < count; i++) {
        struct name_key key = k[i];
        const uint8_t *name = name_of(s, &key);
        size_t to = i;
        for (; to > 0 && set_names_compare(name_of(s, &k[to - 1]), name, at) > 0; to--)
            k[to] = k[to - 1];
        k[to] = key;
    }
}

static bool same_heads(const struct name_key *a, const struct name_key *b)
{
    return a->low == b->low && a->high == b->high;
}

/* Likewise, a run of any length. Calls itself for runs that have HEAD more octets in common: no more than 32
 * times within one another. */
static void sort_run(struct name_sort *s, size_t from, size_t count, unsigned at)
{
    if (count <= SHORT_RUN) {
        sort_short_run(s, from, count, at);
        return;
    }
    size_t counts[HEAD][256] = { { 0 } }, end = from + count;
    for (size_t i = from; i < end; i++)
        set_head(&s->keys[i], head_of(name_of(s, &s->keys[i]), at), counts);
    sort_heads(s, from, count, counts);
    for (size_t i = from, next; i < end; i = next) {
        for (next = i + 1; next < end && same_heads(&s->keys[next], &s->keys[i]);)
            next++;
        if (next - i > 1 &&
            name_of(s, &s->keys[i])[0] >= at + HEAD) /* else all end within it: they are equal */
            sort_run(s, i, next - i, at + HEAD);
    }
}

/* ---- Top labels ---- */

static int compare_labels(const void *a, const void *b)
{
    const uint8_t *x = *(const uint8_t *const *)a, *y = *(const uint8_t *const *)b;
    return memcmp(x, y, x[0] < y[0] ? x[0] + 1u : y[0] + 1u);
}

/* Gives each top label its number in order, from 1 on. `labels`: one after the other; `numbers`: by offset.
 * False when out of memory. */
static bool number_labels(const struct vec *labels, struct vec *numbers)
{
    const uint8_t *label = labels->data, *end = label + labels->used, *first = label;
    struct vec order = { 0 };
    uint16_t *number = vec_add(numbers, labels->used * sizeof(*number));
    bool done = number != NULL;

    for (; done && label < end; label += *label + 1) {
        const uint8_t **p = vec_add(&order, sizeof(*p));
        done = p != NULL;
        if (done)
            *p = label;
    }
    size_t count = VEC_COUNT(&order, label);
    if (done)
        qsort(order.data, count, sizeof(label), compare_labels);
    for (size_t i = 0; done && i < count; i++)
        number[VEC_AT(&order, const uint8_t *, i) - first] = (uint16_t)(i + 1);
    vec_free(&order);
    return done;
}

/* Interns the top label of each entry, and leaves its offset in the key. False if there are too many, or
 * memory is out. */
static bool intern_labels(struct name_sort *s, size_t count, struct vec *labels)
{
    struct intern index;
    bool done = true;

    intern_start(&index, labels);
    for (size_t i = 0; done && i < count; i++) {
        const uint8_t *name = s->pool + s->entries[i].name;
        s->keys[i] = (struct name_key){ .low = UINT32_MAX, .index = (uint32_t)i };
        if (name[0] != 0)
            done = intern_add(&index, name + 1, name[1] + 1u, &s->keys[i].low) == OK &&
                   index.index.count < UINT16_MAX;
    }
    intern_free(&index);
    return done;
}

/* Sorts all names by their top labels and some octets more, and runs of them by the rest. False if that
 * cannot be done. */
static bool sort_by_labels(struct name_sort *s, size_t count)
{
    struct vec labels = { 0 }, numbers = { 0 };
    size_t counts[HEAD][256] = { { 0 } };
    bool done = intern_labels(s, count, &labels) && number_labels(&labels, &numbers);

    for (size_t i = 0; done && i < count; i++) {
        uint32_t label = s->keys[i].low;
        const uint8_t *name = s->pool + s->entries[i].name;
        uint64_t head = 0;
        if (name[0] != 0)
            head = (uint64_t)VEC_AT(&numbers, uint16_t, label) << 8 * AFTER_TOP |
                   head_of(name, name[1] + 1u) >> 8 * (HEAD - AFTER_TOP);
        set_head(&s->keys[i], head, counts);
    }
    vec_free(&labels);
    vec_free(&numbers);
    if (!done)
        return false;
    sort_heads(s, 0, count, counts);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && same_heads(&s->keys[next], &s->keys[i]);)
            next++;
        const uint8_t *name = next - i > 1 ? name_of(s, &s->keys[i]) : (const uint8_t *)"";
        if (name[0] != 0 && name[0] >= name[1] + 1 + AFTER_TOP)
            sort_run(s, i, next - i, name[1] + 1u + AFTER_TOP);
    }
    return true;
}

/* ---- All names ---- */

static bool names_in_order(const struct vec *entries, const uint8_t *pool)
{
    const struct entry_name *e = entries->data;

    for (size_t i = 1; i < VEC_COUNT(entries, *e); i++)
        if (set_names_compare(pool + e[i - 1].name, pool + e[i].name, 0) > 0)
            return false;
    return true;
}

enum err sort_names(struct vec *entries, const struct vec *names)
{
    size_t count = VEC_COUNT(entries, struct entry_name);
    struct vec keys = { 0 }, sorted = { 0 };

    _Static_assert(sizeof(struct name_key) == sizeof(struct entry_name), "one has room for the other");
    if (count < 2 || names_in_order(entries, names->data))
        return OK;
    vec_use_huge_pages(entries); /* to find a page takes longer than to read it: a third less in all */
    vec_use_huge_pages(names);
    struct name_sort s = { .entries = entries->data, .pool = names->data };
    s.keys = vec_add(&keys, entries->used);
    s.other = vec_add(&sorted, entries->used);
    if (s.keys == NULL || s.other == NULL) {
        vec_free(&keys);
        vec_free(&sorted);
        return ERR_MEMORY;
    }
    if (!sort_by_labels(&s, count)) {
        for (size_t i = 0; i < count; i++)
            s.keys[i].index = (uint32_t)i;
        sort_run(&s, 0, count, 0);
    }
    struct entry_name *out = sorted.data;
    for (size_t i = 0; i < count; i++) {
        if (i + PREFETCHED < count)
            __builtin_prefetch(&s.entries[s.keys[i + PREFETCHED].index]);
        out[i] = s.entries[s.keys[i].index];
    }
    vec_free(&keys);
    vec_free(entries);
    *entries = sorted;
    return OK;
}
