#include "list/overlap.h"

#include "list/sort.h"
#include "list/sort_hosts.h"
#include "trie/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Prefixes that a trie has twice ---- */

/* The prefix lengths of the entries that begin at one key. */
struct lengths {
    uint64_t bits[3];
};

static bool add_length(struct lengths *l, unsigned length)
{
    uint64_t *word = &l->bits[length / 64], bit = UINT64_C(1) << length % 64;
    bool known = (*word & bit) != 0;

    *word |= bit;
    return known;
}

static void warn_duplicate(struct list_reader *r, uint32_t line, int family, const void *address,
                           unsigned length)
{
    char text[INET6_ADDRSTRLEN];

    inet_ntop(family, address, text, sizeof(text));
    list_reader_return(r, line);
    list_reader_warn(r, "duplicated entry for %s/%u", text, length);
}

static void find_duplicates4(struct list_reader *r)
{
    const struct entry4 *e = r->data->entries4.data;
    const uint32_t *host = r->data->hosts4.data;
    size_t hosts = VEC_COUNT(&r->data->hosts4, *host);
    struct lengths seen = { { 0 } };

    for (size_t i = 0, j = 0; i < VEC_COUNT(&r->data->entries4, *e); i++) {
        if (i == 0 || e[i].first != e[i - 1].first) {
            seen = (struct lengths){ { 0 } };
            while (j < hosts && host[j] < e[i].first)
                j++;
            if (j < hosts && host[j] == e[i].first)
                add_length(&seen, 32);
        }
        unsigned length = e[i].first == e[i].last ? 32 : (unsigned)__builtin_clz(e[i].first ^ e[i].last);
        if (add_length(&seen, length)) {
            uint32_t address = htonl(e[i].first);
            warn_duplicate(r, e[i].line, AF_INET, &address, length);
        }
    }
}

static void find_duplicates6(struct list_reader *r)
{
    const struct entry6 *e = r->data->entries6.data;
    struct lengths seen = { { 0 } };

    for (size_t i = 0; i < VEC_COUNT(&r->data->entries6, *e); i++) {
        if (i == 0 || e[i].hi != e[i - 1].hi || e[i].lo != e[i - 1].lo)
            seen = (struct lengths){ { 0 } };
        if (add_length(&seen, e[i].length)) {
            uint64_t address[2] = { htobe64(e[i].hi), htobe64(e[i].lo) };
            warn_duplicate(r, e[i].line, AF_INET6, address, e[i].length);
        }
    }
}

/* ---- More values than a key can have ---- */

/* A value of the keys up to `last`, as entries of this level have it. */
struct active {
    trie_number last;
    uint32_t value;
    uint8_t level;
};

struct value_limit {
    struct list_reader *r;
    struct vec active; /* struct active */
    struct vec lines;  /* uint32_t: those left out */
    bool failed;
};

static void leave_out(struct value_limit *c, uint32_t line)
{
    uint32_t *p = vec_add(&c->lines, sizeof(*p));

    if (p == NULL)
        c->failed = true;
    else
        *p = line;
}

/* Whether there is room for a value of the keys from `first` on; calls come in ascending order of that. Where
 * there is none, it has room only if it lasts longer than all values of its level: so nothing but values is
 * ever lost, and no more than the octets of a level can end at different keys are added. */
static bool fits(struct value_limit *c, trie_number first, struct active new)
{
    struct active *a = c->active.data;
    size_t kept = 0, count = VEC_COUNT(&c->active, *a), level = 0;
    bool known = new.value == ENTRY_EXCLUDED, longest = true;

    for (size_t i = 0; i < count; i++) {
        if (a[i].last < first)
            continue;
        a[kept] = a[i];
        if (a[kept].level == new.level) {
            level++;
            longest &= a[kept].last < new.last;
            if (a[kept].value == new.value) {
                known = true;
                a[kept].last = new.last > a[kept].last ? new.last : a[kept].last;
            }
        }
        kept++;
    }
    c->active.used = kept * sizeof(*a);
    if (known || (level >= SET_MAX_VALUES && !longest))
        return known;
    struct active *added = vec_add(&c->active, sizeof(*added));
    if (added == NULL)
        c->failed = true;
    else
        *added = new;
    return true;
}

/* Of overlapping entries, those of the deepest level decide: each level has its own values. */
static uint8_t level4(const struct set_data *data, uint32_t first, uint32_t last)
{
    if (data->overlap != OVERLAP_OCTETS)
        return (uint8_t)(first == last ? 32 : __builtin_clz(first ^ last));
    return (uint8_t)set_octet_level(first, last);
}

static trie_number number4(uint32_t address)
{
    return trie_key_number(ip4_key(address));
}

/* Hosts in hosts4 came first of the lines for their addresses: they stay. */
static void limit4(struct value_limit *c)
{
    struct set_data *data = c->r->data;
    struct entry4 *e = data->entries4.data, *kept = e;
    const uint32_t *host = data->hosts4.data;
    const struct host_value *run = data->host_values.data;
    size_t hosts = VEC_COUNT(&data->hosts4, *host), runs = VEC_COUNT(&data->host_values, *run), i = 0, at = 0;

    for (size_t n = VEC_COUNT(&data->entries4, *e); n > 0; n--, e++) {
        for (; i < hosts && host[i] <= e->first; i++) {
            while (at + 1 < runs && run[at + 1].from <= i)
                at++;
            fits(c, number4(host[i]), (struct active){ number4(host[i]), run[at].value, 32 });
        }
        struct active new = { number4(e->last), e->value, level4(data, e->first, e->last) };
        if (fits(c, number4(e->first), new))
            *kept++ = *e;
        else
            leave_out(c, e->line);
    }
    data->entries4.used = (size_t)((char *)kept - (char *)data->entries4.data);
}

static void limit6(struct value_limit *c)
{
    struct set_data *data = c->r->data;
    struct entry6 *e = data->entries6.data, *kept = e;

    c->active.used = 0;
    for (size_t n = VEC_COUNT(&data->entries6, *e); n > 0; n--, e++) {
        struct trie_key key = { e->hi, e->lo };
        struct active new = { trie_key_number(trie_key_last(key, e->length)), e->value, e->length };
        if (fits(c, trie_key_number(key), new))
            *kept++ = *e;
        else
            leave_out(c, e->line);
    }
    data->entries6.used = (size_t)((char *)kept - (char *)data->entries6.data);
}

/* A name is a key of its own; all names below it are another one. */
static void limit_names(struct value_limit *c)
{
    enum { EXACT = 1, BELOW = 2 }; /* levels */
    struct set_data *data = c->r->data;
    struct entry_name *e = data->entries_name.data, *kept = e;
    const uint8_t *pool = data->names.data, *name = NULL;
    trie_number key = 0;

    c->active.used = 0;
    for (size_t n = VEC_COUNT(&data->entries_name, *e); n > 0; n--, e++) {
        key += name == NULL || !set_names_equal(name, pool + e->name);
        name = pool + e->name;
        struct active exact = { key, e->value, EXACT }, below = { key, e->value, BELOW };
        if ((!e->exact || fits(c, key, exact)) && (!e->below || fits(c, key, below)))
            *kept++ = *e;
        else
            leave_out(c, e->line);
    }
    data->entries_name.used = (size_t)((char *)kept - (char *)data->entries_name.data);
}

static int compare_lines(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void report_left_out(struct value_limit *c)
{
    uint32_t *line = c->lines.data;
    size_t count = VEC_COUNT(&c->lines, *line);

    if (count != 0)
        qsort(line, count, sizeof(*line), compare_lines);
    for (size_t i = 0; i < count; i++) {
        if (i != 0 && line[i] == line[i - 1])
            continue;
        list_reader_return(c->r, line[i]);
        list_reader_reject(c->r, "left out: %d other values of this list hold for the same address or name",
                           SET_MAX_VALUES);
        c->r->data->bad++;
        c->r->data->entries--;
    }
}

static enum err limit_values(struct list_reader *r)
{
    struct value_limit c = { .r = r };
    enum err err = sort_names(&r->data->entries_name, &r->data->names);

    if (err != OK)
        return err;
    limit4(&c);
    limit6(&c);
    limit_names(&c);
    report_left_out(&c);
    vec_free(&c.active);
    vec_free(&c.lines);
    return c.failed ? ERR_MEMORY : OK;
}

enum err overlap_check(struct list_reader *r)
{
    struct set_data *data = r->data;
    const char *file = r->file;
    unsigned long line = r->line;
    if (r->unsorted)
        sort_hosts(&data->hosts4);
    enum err err = sort_entries4(&data->entries4);
    if (err == OK)
        err = sort_entries6(&data->entries6);
    if (err != OK)
        return err;
    if (data->overlap == OVERLAP_FIRST && r->options->duplicates && !r->type->one_value) {
        find_duplicates4(r);
        find_duplicates6(r);
    } else if (data->overlap != OVERLAP_FIRST &&
               VEC_COUNT(&data->values, struct set_value) > SET_MAX_VALUES) {
        err = limit_values(r);
    }
    r->file = file;
    r->line = line;
    return err;
}
