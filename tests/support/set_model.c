#include "support/set_model.h"

#include <stdlib.h>
#include <string.h>

const char *const set_model_labels[SET_MODEL_LABELS] = { "com", "test", "invalid", "a",   "b",
                                                         "1",   "2",    "0",       "127", "200" };

/* The prefix that a name stands for when it has the shape of an address. */
static bool name_prefix(const struct set_line *l, bool ipv6, u128 *first, unsigned *length)
{
    unsigned bits = ipv6 ? 4 : 8, most = ipv6 ? 32 : 4;
    *first = 0;
    *length = l->name.labels * bits;
    if (l->name.labels > most || !(l->name.labels == most ? l->exact : l->below))
        return false;
    for (unsigned i = 0; i < l->name.labels; i++) {
        const char *text = set_model_labels[l->name.label[i]];
        char *end;
        unsigned long n = strtoul(text, &end, ipv6 ? 16 : 10);
        if (*end != '\0' || n >> bits != 0 || (ipv6 && text[1] != '\0'))
            return false;
        *first |= (u128)n << (128 - bits * (i + 1));
    }
    return true;
}

/* The keys of a family for which a line holds. */
static bool line_range(const struct set_model *s, const struct set_line *l, bool ipv6, u128 *first,
                       u128 *last)
{
    unsigned length;
    if (s->kind == DNSET) {
        if (!name_prefix(l, ipv6, first, &length))
            return false;
        *last = *first | u128_low_bits(128 - length);
        return true;
    }
    *first = l->first;
    *last = l->last;
    return ipv6 == (s->kind == IP6TRIE);
}

/* How specific a line is about a key that it holds for. */
static int line_level(const struct set_model *s, const struct set_line *l, u128 key)
{
    if (s->kind == DNSET)
        return (int)l->name.labels;
    if (s->kind != IP4SET)
        return (int)l->length;
    for (unsigned level = 8;; level += 8) { /* the widest unit of whole octets around the key */
        u128 unit = u128_low_bits(128 - level), from = key & ~unit;
        if (level == 32 || (from >= l->first && (from | unit) <= l->last))
            return (int)level;
    }
}

static int compare_members(const void *pa, const void *pb)
{
    const struct set_member *a = pa, *b = pb;
    if (a->set != b->set)
        return a->set < b->set ? -1 : 1;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    if (a->labels != b->labels)
        return a->labels < b->labels ? -1 : 1;
    return strcmp(a->text, b->text);
}

void set_model_add_member(struct set_members *a, unsigned set, uint32_t code, unsigned labels,
                          const char *text)
{
    struct set_member member = { .set = set, .labels = labels, .code = code };
    strncpy(member.text, text, sizeof(member.text) - 1);
    for (unsigned i = 0; i < a->count; i++)
        if (compare_members(&a->member[i], &member) == 0)
            return;
    a->member[a->count++] = member;
}

/* Adds the members of the chosen lines; none if one is an exclusion. */
static void add_chosen(struct set_members *a, const struct sets_model *m, unsigned set, const bool *chosen)
{
    const struct set_model *s = &m->set[set];
    for (unsigned i = 0; i < s->count; i++)
        if (chosen[i] && s->line[i].excluded)
            return;
    for (unsigned i = 0; i < s->count; i++)
        if (chosen[i])
            set_model_add_member(a, set, s->line[i].code, s->kind == DNSET ? s->line[i].name.labels : 0,
                                 s->line[i].text);
}

void set_model_address(const struct sets_model *m, unsigned set, bool ipv6, u128 key, struct set_members *a)
{
    const struct set_model *s = &m->set[set];
    bool chosen[LINES_MAX_SET] = { false };
    int deepest = -1;

    for (unsigned i = 0; i < s->count; i++) {
        u128 first, last;
        if (!line_range(s, &s->line[i], ipv6, &first, &last) || key < first || key > last)
            continue;
        int level = line_level(s, &s->line[i], key);
        if (level > deepest)
            memset(chosen, 0, sizeof(chosen));
        if (level > deepest || (level == deepest && (s->kind == IP4SET || s->kind == DNSET)))
            chosen[i] = true;
        if (level > deepest)
            deepest = level;
    }
    add_chosen(a, m, set, chosen);
}

bool set_model_is_within(const struct label_path *n, const struct label_path *top)
{
    return top->labels <= n->labels && memcmp(n->label, top->label, top->labels) == 0;
}

void set_model_name(const struct sets_model *m, unsigned set, const struct label_path *n, bool all_below,
                    struct set_members *a)
{
    const struct set_model *s = &m->set[set];
    bool chosen[LINES_MAX_SET] = { false };
    unsigned deepest = 0;

    if (s->kind != DNSET)
        return;
    for (unsigned i = 0; i < s->count; i++) {
        const struct set_line *l = &s->line[i];
        bool itself = l->name.labels == n->labels;
        if (!set_model_is_within(n, &l->name) || !(itself && !all_below ? l->exact : l->below))
            continue;
        if (l->name.labels > deepest) {
            memset(chosen, 0, sizeof(chosen));
            deepest = l->name.labels;
        }
        chosen[i] = l->name.labels == deepest;
    }
    add_chosen(a, m, set, chosen);
}

unsigned set_model_edges(const struct set_model *s, bool ipv6, u128 *edges)
{
    unsigned n = 0;
    edges[n++] = 0;
    for (unsigned i = 0; i < s->count; i++) {
        u128 first, last;
        if (!line_range(s, &s->line[i], ipv6, &first, &last))
            continue;
        edges[n++] = first;
        edges[n++] = last + 1; /* 0 after the last key of all */
        for (unsigned level = 8; level <= 24 && s->kind == IP4SET; level += 8) {
            edges[n++] = (first + u128_low_bits(128 - level)) & ~u128_low_bits(128 - level);
            edges[n++] = (last + 1) & ~u128_low_bits(128 - level);
        }
    }
    u128_sort(edges, n);
    return n;
}

bool set_model_members_equal(struct set_members *a, struct set_members *b)
{
    if (a->count != b->count)
        return false;
    qsort(a->member, a->count, sizeof(a->member[0]), compare_members);
    qsort(b->member, b->count, sizeof(b->member[0]), compare_members);
    for (unsigned i = 0; i < a->count; i++)
        if (compare_members(&a->member[i], &b->member[i]) != 0)
            return false;
    return true;
}
