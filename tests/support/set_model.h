/*
 * A stupid snapshot: the lines of each set, read one by one for every question, by the definitions in set.h.
 *
 * Keys are left-aligned in 128 bits in both families. Names are numbers of labels, from the top down.
 */
#ifndef SUPPORT_SET_MODEL_H
#define SUPPORT_SET_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

enum {
    SETS_MAX = 4,
    LINES_MAX_SET = 48,
    LABELS_MAX_NAME = 33,
    SAID_MAX = SETS_MAX * LINES_MAX_SET,
    EDGES_MAX = 1 + 8 * LINES_MAX_SET
};
enum kind { IP4SET, IP4TRIE, IP6TRIE, DNSET };

static const char *const label_texts[] = { "com", "test", "invalid", "a", "b", "1", "2", "0", "127", "200" };
enum { LABEL_TEXTS = sizeof(label_texts) / sizeof(label_texts[0]) };

struct name {
    unsigned labels;
    uint8_t label[LABELS_MAX_NAME];
};

struct line {
    bool excluded;
    uint32_t code;
    const char *text; /* "": none */
    u128 first, last; /* of address lines */
    unsigned length;  /* of a prefix */
    struct name name; /* of dnset lines */
    bool exact, below;
};

struct model_set {
    enum kind kind;
    bool loaded;
    unsigned count;
    struct line line[LINES_MAX_SET];
};

struct model {
    unsigned count;
    struct model_set set[SETS_MAX];
};

/* One member of what holds for a key. */
struct said {
    unsigned set, labels;
    uint32_t code;
    char text[32];
};

struct answer {
    unsigned count;
    struct said said[SAID_MAX];
};

static u128 low_bits(unsigned bits)
{
    return bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

/* The prefix that a name stands for when it has the shape of an address. */
static bool name_prefix(const struct line *l, bool ipv6, u128 *first, unsigned *length)
{
    unsigned bits = ipv6 ? 4 : 8, most = ipv6 ? 32 : 4;
    *first = 0;
    *length = l->name.labels * bits;
    if (l->name.labels > most || !(l->name.labels == most ? l->exact : l->below))
        return false;
    for (unsigned i = 0; i < l->name.labels; i++) {
        const char *text = label_texts[l->name.label[i]];
        char *end;
        unsigned long n = strtoul(text, &end, ipv6 ? 16 : 10);
        if (*end != '\0' || n >> bits != 0 || (ipv6 && text[1] != '\0'))
            return false;
        *first |= (u128)n << (128 - bits * (i + 1));
    }
    return true;
}

/* The keys of a family for which a line holds. */
static bool line_range(const struct model_set *s, const struct line *l, bool ipv6, u128 *first, u128 *last)
{
    unsigned length;
    if (s->kind == DNSET) {
        if (!name_prefix(l, ipv6, first, &length))
            return false;
        *last = *first | low_bits(128 - length);
        return true;
    }
    *first = l->first;
    *last = l->last;
    return ipv6 == (s->kind == IP6TRIE);
}

/* How specific a line is about a key that it holds for. */
static int line_level(const struct model_set *s, const struct line *l, u128 key)
{
    if (s->kind == DNSET)
        return (int)l->name.labels;
    if (s->kind != IP4SET)
        return (int)l->length;
    for (unsigned level = 8;; level += 8) { /* the widest unit of whole octets around the key */
        u128 unit = low_bits(128 - level), from = key & ~unit;
        if (level == 32 || (from >= l->first && (from | unit) <= l->last))
            return (int)level;
    }
}

static int compare_said(const void *pa, const void *pb)
{
    const struct said *a = pa, *b = pb;
    if (a->set != b->set)
        return a->set < b->set ? -1 : 1;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    if (a->labels != b->labels)
        return a->labels < b->labels ? -1 : 1;
    return strcmp(a->text, b->text);
}

static void answer_add(struct answer *a, unsigned set, uint32_t code, unsigned labels, const char *text)
{
    struct said said = { .set = set, .labels = labels, .code = code };
    strncpy(said.text, text, sizeof(said.text) - 1);
    for (unsigned i = 0; i < a->count; i++)
        if (compare_said(&a->said[i], &said) == 0)
            return;
    a->said[a->count++] = said;
}

/* Adds what the chosen lines of a set say: all of them, or nothing if one is an exclusion. */
static void answer_chosen(struct answer *a, const struct model *m, unsigned set, const bool *chosen)
{
    const struct model_set *s = &m->set[set];
    for (unsigned i = 0; i < s->count; i++)
        if (chosen[i] && s->line[i].excluded)
            return;
    for (unsigned i = 0; i < s->count; i++)
        if (chosen[i])
            answer_add(a, set, s->line[i].code, s->kind == DNSET ? s->line[i].name.labels : 0,
                       s->line[i].text);
}

static void model_address(const struct model *m, unsigned set, bool ipv6, u128 key, struct answer *a)
{
    const struct model_set *s = &m->set[set];
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
    answer_chosen(a, m, set, chosen);
}

static bool name_starts(const struct name *n, const struct name *top)
{
    return top->labels <= n->labels && memcmp(n->label, top->label, top->labels) == 0;
}

/* What holds for a name; with `all_below`, for the names below it that are not there themselves. */
static void model_name(const struct model *m, unsigned set, const struct name *n, bool all_below,
                       struct answer *a)
{
    const struct model_set *s = &m->set[set];
    bool chosen[LINES_MAX_SET] = { false };
    unsigned deepest = 0;

    if (s->kind != DNSET)
        return;
    for (unsigned i = 0; i < s->count; i++) {
        const struct line *l = &s->line[i];
        bool itself = l->name.labels == n->labels;
        if (!name_starts(n, &l->name) || !(itself && !all_below ? l->exact : l->below))
            continue;
        if (l->name.labels > deepest) {
            memset(chosen, 0, sizeof(chosen));
            deepest = l->name.labels;
        }
        chosen[i] = l->name.labels == deepest;
    }
    answer_chosen(a, m, set, chosen);
}

static int compare_u128(const void *a, const void *b)
{
    u128 x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

/* The keys at which what a set says may change, sorted, beginning with 0: the starts of lines and the keys
 * behind their ends, and for an ip4set where whole units of octets begin and end within a line. */
static inline unsigned model_edges(const struct model_set *s, bool ipv6, u128 *edges)
{
    unsigned n = 0;
    edges[n++] = 0;
    for (unsigned i = 0; i < s->count; i++) {
        u128 first, last;
        if (!line_range(s, &s->line[i], ipv6, &first, &last))
            continue;
        edges[n++] = first;
        edges[n++] = last + 1; /* 0 behind the last key of all */
        for (unsigned level = 8; level <= 24 && s->kind == IP4SET; level += 8) {
            edges[n++] = (first + low_bits(128 - level)) & ~low_bits(128 - level);
            edges[n++] = (last + 1) & ~low_bits(128 - level);
        }
    }
    qsort(edges, n, sizeof(*edges), compare_u128);
    return n;
}

#endif
