#include "support/join_model.h"

#include "support/set_text.h"

#include <stdio.h>
#include <string.h>

uint32_t join_model_ttl(unsigned set)
{
    return (set + 1) * JOIN_TTL_STEP;
}

static bool item_holds(const struct join_item *i, const struct join_key *k)
{
    if (!i->present || i->family != k->family)
        return false;
    if (i->family != RANGE_NAME)
        return k->address >= i->first && k->address <= i->last;
    return set_model_is_within(&k->name, &i->name) && (i->subdomains || i->name.labels == k->name.labels);
}

/* The item that decides about a list, or NULL. */
static const struct join_item *deciding_item(const struct join_model *w, const struct join_key *k,
                                             unsigned list, int64_t now)
{
    const struct join_item *newest = NULL, *allow = NULL;

    for (unsigned i = 0; i < w->items && list < JOIN_LISTS; i++) {
        const struct join_item *it = &w->item[i];
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
static void find_members(const struct join_model *w, unsigned set, const struct join_key *k, bool below,
                         struct set_members *a)
{
    a->count = 0;
    if (k->family == RANGE_NAME)
        set_model_name(&w->snapshot, set, &k->name, below, a);
    else
        set_model_address(&w->snapshot, set, k->family == RANGE_IP6, k->address, a);
}

static bool is_protected(const struct join_model *w, const struct join_key *k, bool below)
{
    struct set_members a;

    if (w->never < 0)
        return false;
    find_members(w, (unsigned)w->never, k, below, &a);
    return a.count != 0;
}

int join_model_print_name(char *p, const struct label_path *n, unsigned labels)
{
    int used = 0;
    for (unsigned i = labels; i-- > 0;)
        used += sprintf(p + used, "%s%s", set_model_labels[n->label[i]], i != 0 ? "." : "");
    return used;
}

/* RFC 5952, written down once more: the first longest run of at least two zero groups is left out. */
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
static void print_key(char *p, const struct join_key *k, unsigned labels)
{
    unsigned bits = k->family == RANGE_IP6 ? 4 : 8;

    if (k->family == RANGE_NAME)
        join_model_print_name(p, &k->name, labels);
    else if (labels != 0)
        for (unsigned i = labels; i-- > 0;)
            p += sprintf(p, bits == 4 ? "%x%s" : "%u%s",
                         (unsigned)(k->address >> (128 - bits * (i + 1))) & ((1u << bits) - 1),
                         i != 0 ? "." : "");
    else if (k->family == RANGE_IP6)
        print_text_ip6(p, k->address);
    else
        set_text_address(p, k->address, false);
}

/* Adds a listing whose text is `text` as a list has it ("" or NULL: none). */
static void add_listing(struct join_answer *a, uint32_t code, uint32_t ttl, const char *text,
                        const char *dollar)
{
    struct join_listing *l = &a->listing[a->count++];
    char *p = l->text;

    *l = (struct join_listing){ .code = code, .ttl = ttl };
    if (text == NULL || *text == '\0' || strcmp(text, "=") == 0)
        return;
    l->has_text = true;
    for (const char *t = text + (*text == '='); *t != '\0'; t++)
        p += *t == '$' ? sprintf(p, "%s", dollar) : sprintf(p, "%c", *t);
    l->text[254] = '\0';
}

/* Adds what one key brings: the question's, or, `by_address`, the IPv4 address within it. Without `now` (-1)
 * the snapshot alone. */
static void add_key(const struct join_model *w, unsigned zone, const struct join_key *k, bool by_address,
                    int64_t now, struct join_answer *a)
{
    const struct join_zone *z = &w->zone[zone];
    bool protected = is_protected(w, k, false);
    unsigned placed = 0;
    char dollar[1100];

    for (unsigned i = 0; i < z->count; i++) {
        unsigned set = z->set[i], list = w->list[set];
        const struct join_item *it = now >= 0 ? deciding_item(w, k, list, now) : NULL;
        struct set_members members;
        if (it != NULL && it->until < a->until)
            a->until = it->until;
        if (protected || (it != NULL && it->kind != OVERLAY_LIST))
            continue;
        find_members(w, set, k, false, &members);
        for (unsigned j = 0; j < members.count; j++) {
            const struct set_member *s = &members.member[j];
            if (s->labels != 0 && by_address)
                continue;
            print_key(dollar, k, s->labels);
            add_listing(a, s->code, join_model_ttl(set), s->text, dollar);
        }
        if (it != NULL && !(placed >> list & 1)) {
            print_key(dollar, k, it->name.labels);
            add_listing(a, it->code, join_model_ttl(set), it->text, dollar);
        }
        placed |= list < JOIN_LISTS ? 1u << list : 0;
    }
}

void join_model_ask(const struct join_model *w, unsigned zone, const struct join_key *k, int64_t now,
                    struct join_answer *a)
{
    struct join_key within = { .family = RANGE_IP4 };
    bool mapped = k->family == RANGE_IP6 && k->address >> 32 == 0xffff;
    bool six_to_four = k->family == RANGE_IP6 && k->address >> 112 == 0x2002;

    a->count = 0;
    a->until = INT64_MAX;
    if (!mapped || !w->zone[zone].has4)
        add_key(w, zone, k, false, now, a);
    within.address = mapped ? k->address << 96 : k->address << 16;
    within.address &= ~u128_low_bits(96);
    if (mapped || six_to_four)
        add_key(w, zone, &within, true, now, a);
}
