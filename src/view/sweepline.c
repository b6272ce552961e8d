#include "view/sweepline.h"

#include "trie/ip.h"

#include <string.h>

#define STATE_LIST 0x80000000u /* of a state: index in `lists`; without it, value number + 1 */

static unsigned common_bits(uint32_t first, uint32_t last)
{
    return first == last ? 32 : (unsigned)__builtin_clz(first ^ last);
}

static struct sweepline_item item4(uint32_t first, uint32_t last, uint32_t value, unsigned level)
{
    return (struct sweepline_item){ (trie_number)first << 96,
                                    (trie_number)last << 96 | (~(trie_number)0 >> 32), value,
                                    (uint8_t)level };
}

static struct sweepline_item item_at(const struct sweepline *s, size_t i)
{
    if (s->ipv6) {
        const struct entry6 *e = &VEC_AT(&s->set->entries6, const struct entry6, i);
        struct trie_key first = { e->hi, e->lo };
        return (struct sweepline_item){ trie_key_number(first),
                                        trie_key_number(trie_key_last(first, e->length)), e->value,
                                        e->length };
    }
    const struct entry4 *e = &VEC_AT(&s->set->entries4, const struct entry4, i);
    bool octets = s->set->overlap == OVERLAP_OCTETS;
    return item4(e->first, e->last, e->value,
                 octets ? set_octet_level(e->first, e->last) : common_bits(e->first, e->last));
}

void sweepline_begin(struct sweepline *s, const struct set_data *set, bool ipv6)
{
    memset(s, 0, sizeof(*s));
    intern_start(&s->list_index, &s->lists);
    s->set = set;
    s->ipv6 = ipv6;
    s->count = ipv6 ? VEC_COUNT(&set->entries6, struct entry6) : VEC_COUNT(&set->entries4, struct entry4);
    if (!ipv6) {
        s->host = s->hosts = set->hosts4.data;
        s->host_end = s->host + VEC_COUNT(&set->hosts4, *s->host);
        s->host_value = set->host_values.data;
        s->host_value_end = s->host_value + VEC_COUNT(&set->host_values, *s->host_value);
    }
}

static inline uint32_t host_value(struct sweepline *s)
{
    if (s->host_value + 1 < s->host_value_end && s->host - s->hosts >= s->host_value[1].from)
        s->host_value++;
    return s->host_value->value;
}

/* The next entry or host, whichever begins first; a host before an entry with the same first address, as its
 * line came first. */
static bool peek(struct sweepline *s, struct sweepline_item *item)
{
    bool entry = s->next < s->count, host = s->host < s->host_end;

    if (entry)
        *item = item_at(s, s->next);
    if (!host || (entry && item->first < (trie_number)*s->host << 96))
        return entry;
    *item = item4(*s->host, *s->host, host_value(s), 32);
    return true;
}

static void advance(struct sweepline *s, const struct sweepline_item *item)
{
    if (s->host < s->host_end && item->first == (trie_number)*s->host << 96)
        s->host++;
    else
        s->next++;
}

static uint32_t state_of(uint32_t value)
{
    return value == ENTRY_EXCLUDED ? 0 : value + 1;
}

static struct sweepline_item *active_end(const struct sweepline *s)
{
    return (struct sweepline_item *)s->active.data + VEC_COUNT(&s->active, struct sweepline_item);
}

/* The state where several entries overlap: those of the deepest level decide, which come last. */
static uint32_t resolve(struct sweepline *s)
{
    const struct sweepline_item *end = active_end(s), *item = end - 1;
    uint32_t offset, count;

    while (item > (struct sweepline_item *)s->active.data && item[-1].level == end[-1].level)
        item--;
    count = (uint32_t)(end - item);
    if (end[-1].value == ENTRY_EXCLUDED) /* the highest of all values */
        return 0;
    if (count == 1)
        return state_of(item->value);
    s->list.used = 0;
    uint32_t *list = vec_add(&s->list, (1 + (size_t)count) * sizeof(*list));
    for (uint32_t i = 0; list != NULL && i < count; i++)
        list[1 + i] = item[i].value;
    if (list != NULL)
        list[0] = count;
    if (list == NULL ||
        intern_add(&s->list_index, list, (1 + (size_t)count) * sizeof(*list), &offset) != OK) {
        s->failed = true;
        return 0;
    }
    return offset / (uint32_t)sizeof(*list) | STATE_LIST;
}

static void drop_ended(struct sweepline *s, trie_number last)
{
    struct sweepline_item *kept = s->active.data;

    for (const struct sweepline_item *item = kept, *end = active_end(s); item < end; item++)
        if (item->last != last)
            *kept++ = *item;
    s->active.used = (size_t)((char *)kept - (char *)s->active.data);
}

/* Adds an entry that begins at the current key. One with the level and value of another continues it. Of
 * those that begin with the same prefix in a trie, only the first decides. */
static void add_active(struct sweepline *s, const struct sweepline_item *item)
{
    const struct sweepline_item *first = s->active.data;
    struct sweepline_item *at = active_end(s);

    while (at > first &&
           (at[-1].level > item->level ||
            (at[-1].level == item->level && at[-1].value > item->value && s->set->overlap != OVERLAP_FIRST)))
        at--;
    if (at > first && at[-1].level == item->level &&
        (at[-1].value == item->value || s->set->overlap == OVERLAP_FIRST)) {
        if (item->last > at[-1].last)
            at[-1].last = item->last;
        return;
    }
    size_t index = (size_t)(at - first), after = (size_t)(active_end(s) - at);
    if (vec_add(&s->active, sizeof(*item)) == NULL) {
        s->failed = true;
        return;
    }
    at = (struct sweepline_item *)s->active.data + index;
    memmove(at + 1, at, after * sizeof(*at));
    *at = *item;
}

static void add_beginning(struct sweepline *s, trie_number key)
{
    struct sweepline_item item;

    for (; peek(s, &item) && item.first == key; advance(s, &item))
        add_active(s, &item);
}

/* The next change, overlaps resolved; false at the end. */
static bool next_change(struct sweepline *s, struct trie_run *out)
{
    struct sweepline_item item = { .first = 0 };
    bool more = peek(s, &item);
    trie_number key = item.first, end = 0;

    s->unended = false;
    if (s->active.used != 0) {
        const struct sweepline_item *active = s->active.data;
        end = active->last;
        while (++active < active_end(s))
            if (active->last < end)
                end = active->last;
        if (!more || end < key) {
            drop_ended(s, end);
            key = end + 1;
            if (key == 0) /* past the last key there is */
                return false;
        }
    } else if (!more) {
        return false;
    }
    add_beginning(s, key);
    out->key = trie_key_of(key);
    out->value = s->active.used != 0 ? resolve(s) : 0;
    return true;
}

/* Writes the changes of first..last, which `next` follows: there is no end where that begins at once. */
static inline size_t put_plain(struct sweepline *s, struct trie_run *out, uint32_t first, uint32_t last,
                               uint32_t value, uint64_t next)
{
    bool ends = next != (uint64_t)last + 1 && last != UINT32_MAX,
         alone = first == last && ends && !s->unended;

    s->unended = !ends;
    out[0] = (struct trie_run){ { (uint64_t)first << 32 | (alone ? TRIE_ALONE : 0), 0 }, state_of(value) };
    if (alone || !ends)
        return 1;
    out[1] = (struct trie_run){ { ((uint64_t)last + 1) << 32, 0 }, 0 };
    return 2;
}

/* The short way for IPv4 hosts and entries that overlap no other: writes where they begin and end, up to the
 * first that does. */
static size_t fill_plain(struct sweepline *s, struct trie_run *out, size_t most)
{
    const struct entry4 *e = (const struct entry4 *)s->set->entries4.data + s->next;
    size_t left = s->count - s->next, n = 0;
    uint64_t limit = left != 0 ? e->first : UINT64_MAX; /* hosts before it */

    for (; s->host < s->host_end && *s->host < limit && n + 2 <= most; s->host++) {
        uint64_t next = s->host + 1 < s->host_end && s->host[1] < limit ? s->host[1] : limit;
        n += put_plain(s, out + n, *s->host, *s->host, host_value(s), next);
    }
    limit = s->host < s->host_end ? *s->host : UINT64_MAX; /* entries before it */
    for (; left != 0 && e->first < limit && n + 2 <= most; left--, e++) {
        uint64_t next = left > 1 && e[1].first < limit ? e[1].first : limit;
        if (next <= e->last)
            break;
        n += put_plain(s, out + n, e->first, e->last, e->value, next);
    }
    s->next = s->count - left;
    return n;
}

size_t sweepline_fill(struct sweepline *s, struct trie_run *out, size_t most)
{
    size_t n = 0;

    while (n + 2 <= most) {
        size_t plain = !s->ipv6 && s->active.used == 0 ? fill_plain(s, out + n, most - n) : 0;
        n += plain;
        if (plain == 0 && !next_change(s, &out[n++]))
            return n - 1;
    }
    return n;
}

unsigned sweepline_values(const struct sweepline *s, uint32_t state, const uint32_t **values)
{
    static _Thread_local uint32_t single;

    if (state == 0)
        return 0;
    if (state & STATE_LIST) {
        const uint32_t *list = &VEC_AT(&s->lists, const uint32_t, state & ~STATE_LIST);
        *values = list + 1;
        return list[0];
    }
    single = state - 1;
    *values = &single;
    return 1;
}

void sweepline_end(struct sweepline *s)
{
    vec_free(&s->active);
    vec_free(&s->list);
    vec_free(&s->lists);
    intern_free(&s->list_index);
}
