/*
 * A stupid join of snapshot and overlay: for every question all lines of all sets (base_model.h) and all
 * items are read one by one, by the definitions in overlay.h and answer/. Times are seconds as tests like
 * them.
 */
#ifndef SUPPORT_JOIN_MODEL_H
#define SUPPORT_JOIN_MODEL_H

#include "overlay/overlay.h"
#include "support/set_decode.h"

#include <stdio.h>

enum {
    ITEMS_MAX = 60,
    NAME_ITEMS_MAX = 12,
    LISTS = 4,
    ZONES = 2,
    LISTINGS = SAID_MAX + LISTS,
    TTL_STEP = 700
};

struct model_item {
    uint64_t number;
    int64_t until;
    unsigned lists; /* bit n: list n */
    enum overlay_kind kind;
    enum range_family family;
    u128 first, last; /* of addresses: left-aligned, with all bits behind the last address set */
    struct name name;
    bool subdomains, there;
    uint32_t code;
    const char *text; /* NULL: none */
};

struct model_zone {
    unsigned count;
    unsigned set[SETS_MAX]; /* in the zone's order */
    bool has4;              /* as zone.has4 */
};

struct world {
    struct model snapshot;
    unsigned list[SETS_MAX]; /* of each set; LISTS: none */
    int never;               /* the set that protects; -1: none */
    struct model_zone zone[ZONES];
    unsigned items;
    struct model_item item[ITEMS_MAX];
};

/* What is asked about: an address or a name. */
struct model_key {
    enum range_family family;
    u128 address;
    struct name name;
};

struct model_listing {
    uint32_t code, ttl;
    bool has_text;
    char text[400]; /* expanded */
};

/* What a zone says of a key. */
struct model_answer {
    unsigned count;
    struct model_listing listing[2 * LISTINGS];
    int64_t until; /* all this holds until then */
};

static uint32_t set_ttl(unsigned set)
{
    return (set + 1) * TTL_STEP;
}

static bool item_holds(const struct model_item *i, const struct model_key *k)
{
    if (!i->there || i->family != k->family)
        return false;
    if (i->family != RANGE_NAME)
        return k->address >= i->first && k->address <= i->last;
    return name_starts(&k->name, &i->name) && (i->subdomains || i->name.labels == k->name.labels);
}

/* The item that decides about a list, or NULL. */
static const struct model_item *model_decides(const struct world *w, const struct model_key *k, unsigned list,
                                              int64_t now)
{
    const struct model_item *newest = NULL, *allow = NULL;

    for (unsigned i = 0; i < w->items && list < LISTS; i++) {
        const struct model_item *it = &w->item[i];
        if (!item_holds(it, k) || it->until <= now || !(it->lists >> list & 1))
            continue;
        if (it->kind == OVERLAY_ALLOW && (allow == NULL || it->number > allow->number))
            allow = it;
        if (newest == NULL || it->number > newest->number)
            newest = it;
    }
    return allow != NULL ? allow : newest;
}

/* What a set says of a key; `below`: of all names below it that are not there themselves. */
static void set_says(const struct world *w, unsigned set, const struct model_key *k, bool below,
                     struct answer *a)
{
    a->count = 0;
    if (k->family == RANGE_NAME)
        model_name(&w->snapshot, set, &k->name, below, a);
    else
        model_address(&w->snapshot, set, k->family == RANGE_IP6, k->address, a);
}

static bool is_protected(const struct world *w, const struct model_key *k, bool below)
{
    struct answer a;

    if (w->never < 0)
        return false;
    set_says(w, (unsigned)w->never, k, below, &a);
    return a.count != 0;
}

static int print_text_name(char *p, const struct name *n, unsigned labels)
{
    int used = 0;
    for (unsigned i = labels; i-- > 0;)
        used += sprintf(p + used, "%s%s", label_texts[n->label[i]], i != 0 ? "." : "");
    return used;
}

/* RFC 5952, written down once more: the first longest run of two zero groups at least is left out. */
static void print_text_ip6(char *p, u128 key)
{
    unsigned best = 8, length = 1;
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = 0;
        while (i + n < 8 && (unsigned)(key >> (112 - 16 * (i + n)) & 0xffff) == 0)
            n++;
        if (n > length) {
            best = i;
            length = n;
        }
    }
    for (unsigned i = 0; i < 8;) {
        if (i == best) {
            p += sprintf(p, "::");
            i += length;
            continue;
        }
        p += sprintf(p, "%s%x", i == 0 || i == best + length ? "" : ":",
                     (unsigned)(key >> (112 - 16 * i)) & 0xffff);
        i++;
    }
}

/* What `$` stands for: the address, or `labels` labels of the name that is listed, perhaps as an address. */
static void print_key(char *p, const struct model_key *k, unsigned labels)
{
    unsigned bits = k->family == RANGE_IP6 ? 4 : 8;

    if (k->family == RANGE_NAME)
        print_text_name(p, &k->name, labels);
    else if (labels != 0)
        for (unsigned i = labels; i-- > 0;)
            p += sprintf(p, bits == 4 ? "%x%s" : "%u%s",
                         (unsigned)(k->address >> (128 - bits * (i + 1))) & ((1u << bits) - 1),
                         i != 0 ? "." : "");
    else if (k->family == RANGE_IP6)
        print_text_ip6(p, k->address);
    else
        print_address(p, k->address, false);
}

/* Adds a listing whose text is `text` as a list has it ("" or NULL: none). */
static void add_listing(struct model_answer *a, uint32_t code, uint32_t ttl, const char *text,
                        const char *dollar)
{
    struct model_listing *l = &a->listing[a->count++];
    char *p = l->text;

    *l = (struct model_listing){ .code = code, .ttl = ttl };
    if (text == NULL || *text == '\0' || strcmp(text, "=") == 0)
        return;
    l->has_text = true;
    for (const char *t = text + (*text == '='); *t != '\0'; t++)
        p += *t == '$' ? sprintf(p, "%s", dollar) : sprintf(p, "%c", *t);
    l->text[254] = '\0';
}

/* Adds what one key brings: the question's, or, `by_address`, the IPv4 address within it. Without `now` (-1)
 * the snapshot alone. */
static void add_key(const struct world *w, unsigned zone, const struct model_key *k, bool by_address,
                    int64_t now, struct model_answer *a)
{
    const struct model_zone *z = &w->zone[zone];
    bool protected = is_protected(w, k, false);
    unsigned placed = 0;
    char dollar[1100];

    for (unsigned i = 0; i < z->count; i++) {
        unsigned set = z->set[i], list = w->list[set];
        const struct model_item *it = now >= 0 ? model_decides(w, k, list, now) : NULL;
        struct answer said;
        if (it != NULL && it->until < a->until)
            a->until = it->until;
        if (protected || (it != NULL && it->kind != OVERLAY_LIST))
            continue;
        set_says(w, set, k, false, &said);
        for (unsigned j = 0; j < said.count; j++) {
            const struct said *s = &said.said[j];
            if (s->labels != 0 && by_address)
                continue;
            print_key(dollar, k, s->labels);
            add_listing(a, s->code, set_ttl(set), s->text, dollar);
        }
        if (it != NULL && !(placed >> list & 1)) {
            print_key(dollar, k, it->name.labels);
            add_listing(a, it->code, set_ttl(set), it->text, dollar);
        }
        placed |= list < LISTS ? 1u << list : 0;
    }
}

/* What a zone says of an address or name, at `now`; -1: without the overlay. */
static void model_asks(const struct world *w, unsigned zone, const struct model_key *k, int64_t now,
                       struct model_answer *a)
{
    struct model_key within = { .family = RANGE_IP4 };
    bool mapped = k->family == RANGE_IP6 && k->address >> 32 == 0xffff;
    bool six_to_four = k->family == RANGE_IP6 && k->address >> 112 == 0x2002;

    a->count = 0;
    a->until = INT64_MAX;
    if (!mapped || !w->zone[zone].has4)
        add_key(w, zone, k, false, now, a);
    within.address = mapped ? k->address << 96 : k->address << 16;
    within.address &= ~low_bits(96);
    if (mapped || six_to_four)
        add_key(w, zone, &within, true, now, a);
}

#endif
