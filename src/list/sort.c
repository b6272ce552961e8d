#include "list/sort.h"

#include "list/set.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "key octets are numbered from the least significant one");

/* One counting pass, by the octet at `at` of each entry. False if all have the same: then nothing was moved.
 */
static bool sort_pass(const uint8_t *from, uint8_t *to, size_t count, size_t size, size_t at)
{
    size_t start[256] = { 0 }, sum = 0;

    for (size_t i = 0; i < count; i++)
        start[from[i * size + at]]++;
    if (start[from[at]] == count)
        return false;
    for (unsigned octet = 0; octet < 256; octet++) {
        size_t n = start[octet];
        start[octet] = sum;
        sum += n;
    }
    for (size_t i = 0; i < count; i++)
        memcpy(to + start[from[i * size + at]]++ * size, from + i * size, size);
    return true;
}

/* Sorts by the octets at offsets `order`, least significant first. */
static enum err sort_radix(struct vec *entries, size_t size, const uint8_t *order, unsigned octets)
{
    struct vec other = { 0 };
    size_t count = entries->used / size;

    if (vec_add(&other, entries->used) == NULL)
        return ERR_MEMORY;
    for (unsigned i = 0; i < octets; i++) {
        if (sort_pass(entries->data, other.data, count, size, order[i])) {
            struct vec swap = *entries;
            *entries = other;
            other = swap;
        }
    }
    vec_free(&other);
    return OK;
}

/* ---- Nearly sorted ---- */

typedef bool (*less_than)(const void *a, const void *b);

static bool less4(const void *a, const void *b)
{
    return ((const struct entry4 *)a)->first < ((const struct entry4 *)b)->first;
}

static bool less6(const void *pa, const void *pb)
{
    const struct entry6 *a = pa, *b = pb;
    return a->hi < b->hi || (a->hi == b->hi && a->lo < b->lo);
}

/* Merges the sorted runs [from, middle) and [middle, to) in place; only what must move is touched. */
static inline bool merge_runs(uint8_t *base, size_t size, size_t from, size_t middle, size_t to,
                              less_than less)
{
    while (from < middle && !less(base + middle * size, base + from * size))
        from++;
    struct vec left = { 0 };
    uint8_t *l = vec_add(&left, (middle - from) * size + 1);
    if (l == NULL)
        return false;
    const uint8_t *end = l + (middle - from) * size;
    memcpy(l, base + from * size, (size_t)(end - l));
    uint8_t *out = base + from * size, *r = base + middle * size;
    while (l < end) {
        bool right = r < base + to * size && less(r, l);
        memcpy(out, right ? r : l, size);
        *(right ? &r : &l) += size;
        out += size;
    }
    vec_free(&left);
    return true;
}

/* Feeds are sorted but for a few lines, such as test points at the top: then a few merges suffice. False when
 * there are more than RUNS runs, or memory is out. */
static inline bool sort_runs(uint8_t *base, size_t count, size_t size, less_than less)
{
    enum { RUNS = 8 };
    size_t start[RUNS + 1], runs = 1;

    start[0] = 0;
    for (size_t i = 1; i < count; i++) {
        if (!less(base + i * size, base + (i - 1) * size))
            continue;
        if (runs == RUNS)
            return false;
        start[runs++] = i;
    }
    for (start[runs] = count; runs > 1; runs--) {
        if (!merge_runs(base, size, start[runs - 2], start[runs - 1], start[runs], less))
            return false;
        start[runs - 1] = count;
    }
    return true;
}

enum err sort_entries4(struct vec *entries)
{
    static const uint8_t order[] = { 0, 1, 2, 3 };

    _Static_assert(offsetof(struct entry4, first) == 0, "order[] holds offsets from there");
    if (sort_runs(entries->data, VEC_COUNT(entries, struct entry4), sizeof(struct entry4), less4))
        return OK;
    return sort_radix(entries, sizeof(struct entry4), order, sizeof(order));
}

enum err sort_entries6(struct vec *entries)
{
    static const uint8_t order[] = { 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7 };

    _Static_assert(offsetof(struct entry6, hi) == 0 && offsetof(struct entry6, lo) == 8,
                   "order[] holds offsets from there");
    if (sort_runs(entries->data, VEC_COUNT(entries, struct entry6), sizeof(struct entry6), less6))
        return OK;
    return sort_radix(entries, sizeof(struct entry6), order, sizeof(order));
}
