#include "list/sweep.h"

#include "base/hash.h"
#include "list/sort.h"

#include <string.h>

#define STATE_LIST 0x80000000u /* state: offset into `lists`; without it, value number + 1 */

static unsigned common_bits(uint32_t first, uint32_t last)
{
    return first == last ? 32 : (unsigned)__builtin_clz(first ^ last);
}

/* The octet level of a run of whole units, see struct entry4. */
static unsigned octet_level(uint32_t first, uint32_t last)
{
    uint32_t ends = first | ~last; /* the low bits that are 0 in all of it are aligned */
    return ends & 0xff ? 32 : ends & 0xffff ? 24 : ends & 0xffffff ? 16 : 8;
}

static struct sweep_item item_at(const struct sweep *s, size_t i)
{
    if (s->ipv6) {
        const struct entry6 *e = (const struct entry6 *)s->set->entries6.data + i;
        sweep_key first = (sweep_key)e->hi << 64 | e->lo;
        sweep_key rest = e->length == 0 ? ~(sweep_key)0 : ((sweep_key)1 << (128 - e->length)) - 1;
        return (struct sweep_item){ first, first | rest, e->value, e->length };
    }
    const struct entry4 *e = (const struct entry4 *)s->set->entries4.data + i;
    unsigned level =
        s->set->overlap == OVERLAP_OCTETS ? octet_level(e->first, e->last) : common_bits(e->first, e->last);
    return (struct sweep_item){ (sweep_key)e->first << 96, (sweep_key)e->last << 96 | (~(sweep_key)0 >> 32),
                                e->value, (uint8_t)level };
}

enum err sweep_begin(struct sweep *s, struct set_data *set, bool ipv6)
{
    s->set = set;
    s->ipv6 = ipv6;
    s->next = 0;
    s->active_count = 0;
    s->left_out = 0;
    s->lists = (struct vec){ 0 };
    s->list_table = (struct table){ 0 };
    s->failed = false;
    s->count = ipv6 ? VEC_COUNT(&set->entries6, struct entry6) : VEC_COUNT(&set->entries4, struct entry4);
    return ipv6 ? sort_entries6(&set->entries6) : sort_entries4(&set->entries4);
}

/* The state of several values, given sorted. */
static uint32_t list_intern(struct sweep *s, const uint32_t *values, uint32_t count)
{
    uint64_t hash = hash_bytes(0, values, count * sizeof(*values));
    uint32_t at;

    for (size_t i = table_first(&s->list_table, hash);
         (at = table_id(&s->list_table, hash, &i)) != TABLE_NONE; i++) {
        const uint32_t *list = (const uint32_t *)s->lists.data + at;
        if (list[0] == count && memcmp(list + 1, values, count * sizeof(*values)) == 0)
            return at | STATE_LIST;
    }
    at = (uint32_t)VEC_COUNT(&s->lists, uint32_t);
    uint32_t *list = vec_add(&s->lists, (1 + count) * sizeof(*list));
    if (list == NULL || !table_add(&s->list_table, hash, at)) {
        s->failed = true;
        return 0;
    }
    list[0] = count;
    memcpy(list + 1, values, count * sizeof(*values));
    return at | STATE_LIST;
}

static uint32_t state_of(uint32_t value)
{
    return value == ENTRY_EXCLUDED ? 0 : value + 1;
}

/* What holds where several entries overlap. */
static uint32_t settle(struct sweep *s)
{
    uint32_t values[SWEEP_ACTIVE_MAX], count = 0;
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
    return count == 1 ? state_of(values[0]) : list_intern(s, values, count);
}

static void drop_ended(struct sweep *s, sweep_key last)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < s->active_count; i++)
        if (s->active[i].last != last)
            s->active[kept++] = s->active[i];
    s->active_count = kept;
}

static bool already_active(const struct sweep *s, const struct sweep_item *item)
{
    for (unsigned i = 0; i < s->active_count; i++)
        if (s->active[i].value == item->value && s->active[i].first == item->first &&
            s->active[i].last == item->last)
            return true;
    return false;
}

/* Takes in the entries that begin at `key`. A line that is there twice counts once. */
static void take_begun(struct sweep *s, sweep_key key)
{
    for (; s->next < s->count; s->next++) {
        struct sweep_item item = item_at(s, s->next);
        if (item.first != key)
            break;
        if (already_active(s, &item))
            continue;
        if (s->active_count < SWEEP_ACTIVE_MAX)
            s->active[s->active_count++] = item;
        else
            s->left_out++;
    }
}

bool sweep_next(struct sweep *s, struct trie_key *out, uint32_t *state)
{
    sweep_key key = 0, end = 0;
    bool more = s->next < s->count;

    if (more)
        key = item_at(s, s->next).first;
    if (s->active_count != 0) {
        end = s->active[0].last;
        for (unsigned i = 1; i < s->active_count; i++)
            if (s->active[i].last < end)
                end = s->active[i].last;
        if (!more || end < key) {
            drop_ended(s, end);
            key = end + 1;
            if (key == 0) /* the end of the key space; nothing can begin behind it */
                return false;
        }
    } else if (!more) {
        return false;
    }
    take_begun(s, key);
    *out = (struct trie_key){ (uint64_t)(key >> 64), (uint64_t)key };
    *state = s->active_count == 0 ? 0 : s->active_count == 1 ? state_of(s->active[0].value) : settle(s);
    return true;
}

unsigned sweep_values(const struct sweep *s, uint32_t state, const uint32_t **values)
{
    static _Thread_local uint32_t single;

    if (state == 0)
        return 0;
    if (state & STATE_LIST) {
        const uint32_t *list = (const uint32_t *)s->lists.data + (state & ~STATE_LIST);
        *values = list + 1;
        return list[0];
    }
    single = state - 1;
    *values = &single;
    return 1;
}

void sweep_end(struct sweep *s)
{
    vec_free(&s->lists);
    table_free(&s->list_table);
}
