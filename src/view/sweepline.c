#include "view/sweepline.h"

#include "trie/ip.h"
#include "view/sort.h"

#include <string.h>

#define STATE_LIST 0x80000000u /* of a state: index in `lists`; without it, value number + 1 */

static unsigned common_bits(uint32_t first, uint32_t last)
{
    return first == last ? 32 : (unsigned)__builtin_clz(first ^ last);
}

/* The octet level of a run of whole units: see struct entry4. */
static unsigned octet_level(uint32_t first, uint32_t last)
{
    uint32_t ends = first | ~last; /* its low zero bits are those to which both ends are aligned */
    return ends & 0xff ? 32 : ends & 0xffff ? 24 : ends & 0xffffff ? 16 : 8;
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
                 octets ? octet_level(e->first, e->last) : common_bits(e->first, e->last));
}

enum err sweepline_begin(struct sweepline *s, struct set_data *set, bool ipv6)
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
    return ipv6 ? sort_entries6(&set->entries6) : sort_entries4(&set->entries4);
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

/* The state where several entries overlap. */
static uint32_t resolve(struct sweepline *s)
{
    uint32_t list[1 + SWEEPLINE_ACTIVE_MAX], *values = list + 1, count = 0,
                                             offset; /* count, values ascending */
    unsigned level = 0;

    for (unsigned i = 0; i < s->active_count; i++)
        if (s->active[i].level > level)
            level = s->active[i].level;
    for (unsigned i = 0; i < s->active_count; i++) {
        if (s->active[i].level != level)
            continue;
        uint32_t value = s->active[i].value;
        if (s->set->overlap == OVERLAP_FIRST) /* equal prefixes stand in the order of their lines */
            return state_of(value);
        if (value == ENTRY_EXCLUDED)
            return 0;
        uint32_t at = count;
        while (at > 0 && values[at - 1] > value)
            at--;
        if (at > 0 && values[at - 1] == value)
            continue;
        memmove(values + at + 1, values + at, (count - at) * sizeof(*values));
        values[at] = value;
        count++;
    }
    if (count == 1)
        return state_of(values[0]);
    list[0] = count;
    if (intern_add(&s->list_index, list, (1 + count) * sizeof(*list), &offset) != OK) {
        s->failed = true;
        return 0;
    }
    return offset / (uint32_t)sizeof(*list) | STATE_LIST;
}

static void drop_ended(struct sweepline *s, trie_number last)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < s->active_count; i++)
        if (s->active[i].last != last)
            s->active[kept++] = s->active[i];
    s->active_count = kept;
}

static bool is_active(const struct sweepline *s, const struct sweepline_item *item)
{
    for (unsigned i = 0; i < s->active_count; i++)
        if (s->active[i].value == item->value && s->active[i].first == item->first &&
            s->active[i].last == item->last)
            return true;
    return false;
}

/* Whether `b` decides as `a` does, for at least as long as `a` lasts. */
static bool replaces(const struct sweepline_item *b, const struct sweepline_item *a)
{
    return a != b && a->level == b->level && (a->value == ENTRY_EXCLUDED) == (b->value == ENTRY_EXCLUDED) &&
           a->last <= b->last;
}

/* Adds one entry more than there is room for: one is left out that another replaces, so that nothing but its
 * value is lost. */
static void add_surplus(struct sweepline *s, const struct sweepline_item *item)
{
    s->left_out++;
    for (unsigned i = 0; i < s->active_count; i++)
        if (replaces(&s->active[i], item))
            return;
    for (unsigned i = 0; i < s->active_count; i++) {
        bool replaced = replaces(item, &s->active[i]);
        for (unsigned j = 0; j < s->active_count && !replaced; j++)
            replaced = replaces(&s->active[j], &s->active[i]);
        if (replaced) {
            memmove(s->active + i, s->active + i + 1, (s->active_count - 1 - i) * sizeof(*item));
            s->active[s->active_count - 1] = *item;
            return;
        }
    }
}

/* Adds the entries that begin at `key`. A line that is there twice counts once. */
static void add_beginning(struct sweepline *s, trie_number key)
{
    struct sweepline_item item;

    for (; peek(s, &item) && item.first == key; advance(s, &item)) {
        if (is_active(s, &item))
            continue;
        if (s->active_count < SWEEPLINE_ACTIVE_MAX)
            s->active[s->active_count++] = item;
        else
            add_surplus(s, &item);
    }
}

/* The next change, overlaps resolved; false at the end. */
static bool next_change(struct sweepline *s, struct trie_run *out)
{
    struct sweepline_item item = { .first = 0 };
    bool more = peek(s, &item);
    trie_number key = item.first, end = 0;

    if (s->active_count != 0) {
        end = s->active[0].last;
        for (unsigned i = 1; i < s->active_count; i++)
            if (s->active[i].last < end)
                end = s->active[i].last;
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
    out->value = s->active_count == 0 ? 0 : s->active_count == 1 ? state_of(s->active[0].value) : resolve(s);
    return true;
}

static size_t put_plain(struct trie_run *out, uint32_t first, uint32_t last, uint32_t value, bool ends)
{
    out[0] = (struct trie_run){ ip4_key(first), state_of(value) };
    out[1] = (struct trie_run){ { ((uint64_t)last + 1) << 32, 0 }, 0 };
    return 1 + (size_t)(ends && last != UINT32_MAX);
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
        n += put_plain(out + n, *s->host, *s->host, host_value(s), next != (uint64_t)*s->host + 1);
    }
    limit = s->host < s->host_end ? *s->host : UINT64_MAX; /* entries before it */
    for (; left != 0 && e->first < limit && n + 2 <= most; left--, e++) {
        uint64_t next = left > 1 && e[1].first < limit ? e[1].first : limit;
        if (next <= e->last)
            break;
        n += put_plain(out + n, e->first, e->last, e->value, next != (uint64_t)e->last + 1);
    }
    s->next = s->count - left;
    return n;
}

size_t sweepline_fill(struct sweepline *s, struct trie_run *out, size_t most)
{
    size_t n = 0;

    while (n + 2 <= most) {
        size_t plain = !s->ipv6 && s->active_count == 0 ? fill_plain(s, out + n, most - n) : 0;
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
    vec_free(&s->lists);
    intern_free(&s->list_index);
}
