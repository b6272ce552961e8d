/*
 * Random lists, random items over them, random questions at random times: the answers of DNS and of the API's
 * look-up against the model in support/join_model.h. Items are added and removed between the questions.
 */
#include "answer/answer.h"
#include "answer/lookup.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "support/input.h"
#include "support/join_model.h"
#include "support/random.h"
#include "support/set_decode.h"
#include "support/set_model.h"
#include "support/set_text.h"
#include "support/u128.h"
#include "view/snapshot_build.h"
#include "view/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

enum { START = 1000, SPAN = 60, QUESTIONS = 60, ROUNDS = 3, NEGATIVE = ZONE_NEGATIVE_TTL };
enum { TYPE_MX = 15 };

struct fixture {
    struct input in;
    struct join_model w;
    struct view *view;
    struct overlay *overlay;
    uint64_t next_number;
    struct answer_context context;
    unsigned listed, hidden, nxdomain; /* questions with that result: the test has seen all kinds */
    uint64_t damage;                   /* != 0: a fault in the model's items */
    char wrong[2048];                  /* what differs first; "": nothing */
};

static void complain(struct fixture *f, const char *format, ...) printf_like(2, 3);

static void complain(struct fixture *f, const char *format, ...)
{
    va_list args;
    if (f->wrong[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(f->wrong, sizeof(f->wrong), format, args);
    va_end(args);
}

/* ---- The world ---- */

static void build_view(struct fixture *f)
{
    struct join_model *w = &f->w;
    static const char *const names[JOIN_ZONES] = { "\2za", "\2zb" };
    struct set_data *data[SETS_MAX];
    struct zone_spec zones[JOIN_ZONES] = { { .name = NULL } };
    uint16_t sets[JOIN_ZONES][SETS_MAX], lists[SETS_MAX], never = (uint16_t)w->never;
    struct snapshot *snapshot;

    for (unsigned i = 0; i < w->snapshot.count; i++) {
        data[i] = set_text_load(&w->snapshot.set[i]);
        data[i]->ttl = join_model_ttl(i);
        lists[i] = w->list[i] < JOIN_LISTS ? (uint16_t)w->list[i] : VIEW_NO_LIST;
    }
    assert_int_equal(snapshot_build(NULL, data, w->snapshot.count, &snapshot, NULL), OK);
    for (unsigned i = 0; i < w->snapshot.count; i++)
        set_free(data[i]);
    for (unsigned i = 0; i < JOIN_ZONES; i++) {
        zones[i].name = names[i] + 1;
        memcpy(zones[i].wire, names[i], 4);
        zones[i].wire_len = 4;
        zones[i].sets = sets[i];
        zones[i].sets_count = w->zone[i].count;
        for (unsigned j = 0; j < w->zone[i].count; j++)
            sets[i][j] = (uint16_t)w->zone[i].set[j];
    }
    struct view_spec spec = {
        .zones = zones, .zones_count = JOIN_ZONES, .set_lists = lists, .never = w->never >= 0 ? &never : NULL
    };
    assert_int_equal(view_build(snapshot, &spec, &f->view, NULL), OK);
    for (unsigned i = 0; i < JOIN_ZONES; i++)
        w->zone[i].has4 = f->view->zones[i].has4;
}

static void make_world(struct fixture *f)
{
    struct join_model *w = &f->w;

    memset(w, 0, sizeof(*w));
    w->snapshot.count = 2 + input_byte(&f->in) % (SETS_MAX - 1);
    w->never = input_byte(&f->in) % 2 ? (int)w->snapshot.count - 1 : -1;
    for (unsigned i = 0; i < w->snapshot.count; i++) {
        w->snapshot.set[i].kind = input_byte(&f->in) % 4;
        w->list[i] = input_byte(&f->in) % (JOIN_LISTS + 1);
        set_decode(&f->in, &w->snapshot.set[i]);
        for (unsigned j = 0; j < w->snapshot.set[i].count && (int)i == w->never; j++)
            w->snapshot.set[i].line[j].excluded = false; /* a set of type never has no exclusions */
    }
    for (unsigned i = 0; i < JOIN_ZONES; i++) {
        uint8_t which = input_byte(&f->in) | input_byte(&f->in);
        for (unsigned j = 0; j < w->snapshot.count; j++) {
            unsigned set = which & 128 ? w->snapshot.count - 1 - j : j;
            if ((int)set != w->never && which >> set & 1)
                w->zone[i].set[w->zone[i].count++] = set;
        }
    }
    build_view(f);
}

/* ---- Keys ---- */

/* A name with a top label that no address ends in. */
static struct label_path make_name(struct fixture *f)
{
    struct label_path n = set_decode_name(&f->in);

    n.label[0] %= 3;
    if (n.labels < 2)
        n.label[n.labels++] = input_byte(&f->in) % SET_MODEL_LABELS;
    return n;
}

/* An address at an edge of a line or item, or beside it; some IPv6 ones have an IPv4 address within. */
static u128 make_address(struct fixture *f, enum range_family family, u128 first, u128 last)
{
    uint8_t how = input_byte(&f->in);
    u128 a = how & 1 ? first : last;

    if (how & 2)
        a = first + (last - first) / 2;
    if (how % 16 < 4)
        a += (how & 4 ? (u128)1 : -(u128)1) << (family == RANGE_IP4 ? 96 : 0);
    if (family == RANGE_IP4)
        return a & ~u128_low_bits(96);
    return how >= 248 ? (u128)0xffff << 32 | a >> 96 : how >= 240 ? (u128)0x2002 << 112 | a >> 16 : a;
}

/* A key at some line or item, or at random. */
static struct join_key make_key(struct fixture *f)
{
    struct join_model *w = &f->w;
    uint8_t how = input_byte(&f->in);
    const struct set_model *s = &w->snapshot.set[input_byte(&f->in) % w->snapshot.count];
    const struct set_line *l = s->count != 0 ? &s->line[input_byte(&f->in) % s->count] : NULL;
    const struct join_item *it =
        w->items != 0 && how % 4 == 0 ? &w->item[input_byte(&f->in) % w->items] : NULL;
    struct join_key k = { .family = it != NULL           ? it->family
                                    : s->kind == DNSET   ? RANGE_NAME
                                    : s->kind == IP6TRIE ? RANGE_IP6
                                                         : RANGE_IP4 };

    if (k.family != RANGE_NAME) {
        u128 first = it != NULL ? it->first : l != NULL ? l->first : 0;
        u128 last = it != NULL ? it->last : l != NULL ? l->last : 0;
        k.address = make_address(f, k.family, first, last);
        if (k.family == RANGE_IP4 && how >= 240) { /* as an IPv6 address */
            k.family = RANGE_IP6;
            k.address =
                how & 8 ? (u128)0xffff << 32 | k.address >> 96 : (u128)0x2002 << 112 | k.address >> 16;
        }
        return k;
    }
    k.name = it != NULL ? it->name : make_name(f);
    if (it == NULL && l != NULL && l->name.labels >= 2 && l->name.label[0] < 3)
        k.name = l->name;
    if (how & 64 && k.name.labels < 8)
        k.name.label[k.name.labels++] = input_byte(&f->in) % SET_MODEL_LABELS;
    return k;
}

static struct trie_key to_key(u128 n)
{
    return (struct trie_key){ (uint64_t)(n >> 64), (uint64_t)n };
}

/* The range of one key, or of an item. */
static struct range to_range(enum range_family family, u128 first, u128 last, const struct label_path *name,
                             bool subdomains)
{
    struct range r = { .family = family, .first = to_key(first), .last = to_key(last) };
    char text[1100];

    if (family != RANGE_NAME)
        return r;
    text[join_model_print_name(text, name, name->labels)] = '\0';
    r.subdomains = subdomains;
    assert_int_equal(name_from_text(text, r.name, &r.name_len, NULL), OK);
    return r;
}

static struct range item_range(const struct join_item *i)
{
    return to_range(i->family, i->first, i->last, &i->name, i->subdomains);
}

/* ---- Items ---- */

static void add_item(struct fixture *f)
{
    static const char *const texts[] = { NULL, "x", "=own", "of $", "=" };
    struct join_model *w = &f->w;
    struct join_key k = make_key(f);
    uint8_t how = input_byte(&f->in);
    struct join_item *it = &w->item[w->items];
    unsigned names = 0;

    for (unsigned i = 0; i < w->items; i++)
        names += w->item[i].present && w->item[i].family == RANGE_NAME;
    if (w->items == JOIN_ITEMS || (k.family == RANGE_NAME && names == JOIN_NAME_ITEMS) ||
        (k.family == RANGE_IP6 && k.address >> 32 == 0xffff)) /* not a canonical key */
        return;
    *it = (struct join_item){ .number = f->next_number++,
                              .until = how % 4 == 0 ? INT64_MAX : START + 1 + how % SPAN,
                              .lists = 1 + input_byte(&f->in) % ((1 << JOIN_LISTS) - 1),
                              .kind = how % 8 < 4   ? OVERLAY_DELIST
                                      : how % 8 < 7 ? OVERLAY_LIST
                                                    : OVERLAY_ALLOW,
                              .family = k.family,
                              .name = k.name,
                              .present = true };
    if (it->kind == OVERLAY_LIST) {
        it->code = 0x7f000002 + input_byte(&f->in) % 5;
        it->text = texts[input_byte(&f->in) % ARRAY_SIZE(texts)];
    }
    if (k.family == RANGE_NAME) {
        it->subdomains = how & 16;
    } else {
        unsigned most = k.family == RANGE_IP6 ? 128 : 32,
                 length = how & 16 ? most : input_byte(&f->in) % most;
        u128 rest = u128_low_bits(128 - (length > 8 ? length : 9));
        it->first = k.address & ~rest;
        it->last = k.address | rest;
    }
    struct range range = item_range(it);
    if (!overlay_has_room(f->overlay, &range, START))
        return;
    struct list_mask lists = { { it->lists } };
    uint8_t text[64] = { 0 };
    if (it->text != NULL) {
        text[0] = (uint8_t)strlen(it->text);
        memcpy(text + 1, it->text, text[0]);
    }
    struct overlay_item item = { .number = it->number,
                                 .until = it->until,
                                 .lists = &lists,
                                 .code = it->code,
                                 .kind = (uint8_t)it->kind,
                                 .text = it->text != NULL ? text : NULL };
    assert_int_equal(overlay_add(f->overlay, &range, &item, START, NULL), OK);
    w->items++;
}

/* Adds some items and removes some. */
static void edit(struct fixture *f)
{
    struct overlay_view version;
    uint64_t generation;

    for (unsigned n = input_byte(&f->in) % 24; n > 0; n--)
        add_item(f);
    for (unsigned i = 0; i < f->w.items; i++) {
        struct join_item *it = &f->w.item[i];
        if (!it->present || input_byte(&f->in) % 5 != 0)
            continue;
        struct range range = item_range(it);
        assert_int_equal(overlay_remove(f->overlay, &range, it->number, NULL), OK);
        it->present = false;
    }
    assert_int_equal(overlay_commit(f->overlay, &version, &generation, NULL), OK);
    f->view->overlay = version;
    overlay_reclaim(f->overlay, generation);
}

/* ---- Questions ---- */

struct asked {
    const char *text;
    unsigned type, rcode, count;
    int64_t now;
    uint32_t soa_ttl; /* 0: none */
    struct {
        unsigned type;
        uint32_t ttl, code;
        char text[256];
    } record[64];
};

/* The question's name, without the zone: all of the key, or its first `labels` labels from the top. */
static void print_question(char *p, const struct join_key *k, unsigned labels)
{
    unsigned bits = k->family == RANGE_IP6 ? 4 : 8;

    if (k->family == RANGE_NAME) {
        join_model_print_name(p, &k->name, labels);
        return;
    }
    for (unsigned i = labels; i-- > 0;)
        p +=
            sprintf(p, bits == 4 ? "%x%s" : "%u%s",
                    (unsigned)(k->address >> (128 - bits * (i + 1))) & ((1u << bits) - 1), i != 0 ? "." : "");
}

static unsigned most_labels(const struct join_key *k)
{
    return k->family == RANGE_NAME ? k->name.labels : k->family == RANGE_IP6 ? 32 : 4;
}

static void read_reply(const uint8_t *packet, size_t question, struct asked *a)
{
    const uint8_t *p = packet + question;

    a->rcode = wire_get16(packet + 2) & 15;
    a->count = wire_get16(packet + 6);
    assert_in_range(a->count, 0, 63);
    assert_int_equal(wire_get16(packet + 2) & FLAG_TC, 0);
    for (unsigned i = 0; i < a->count; i++) {
        a->record[i].type = wire_get16(p + 2);
        a->record[i].ttl = wire_get32(p + 6);
        if (a->record[i].type == TYPE_A) {
            a->record[i].code = wire_get32(p + 12);
        } else {
            memcpy(a->record[i].text, p + 13, p[12]);
            a->record[i].text[p[12]] = '\0';
        }
        p += 12 + wire_get16(p + 10);
    }
    a->soa_ttl = wire_get16(packet + 8) != 0 ? wire_get32(p + 6) : 0;
}

static void ask(struct fixture *f, unsigned zone, const struct join_key *k, unsigned labels, struct asked *a)
{
    static const struct sockaddr_in client = { .sin_family = AF_INET };
    static uint8_t packet[65535];
    static char text[1200];
    struct answer_query q = {
        .packet = packet, .capacity = sizeof(packet), .tcp = true, .client = (const struct sockaddr *)&client
    };
    uint16_t length;

    print_question(text, k, labels);
    strcat(text, zone == 0 ? ".za" : ".zb");
    a->text = text;
    memset(packet, 0, WIRE_HEADER);
    wire_put16(packet + 4, 1);
    assert_int_equal(name_from_text(text, packet + WIRE_HEADER, &length, NULL), OK);
    wire_put16(wire_put16(packet + WIRE_HEADER + length, a->type), CLASS_IN);
    q.length = WIRE_HEADER + length + 4u;
    size_t question = q.length;
    answer_batch(&f->context, f->view, a->now, &q, 1);
    read_reply(packet, question, a);
}

/* ---- Comparing ---- */

/* The records of a type: each of the model's, once, with the TTL that the model gives. */
static unsigned check_type(struct fixture *f, const struct asked *a, const struct join_answer *m,
                           unsigned type)
{
    uint32_t ttl = UINT32_MAX;
    unsigned expected = 0, got = 0;

    for (unsigned i = 0; i < m->count; i++)
        if ((type == TYPE_A || m->listing[i].has_text) && m->listing[i].ttl < ttl)
            ttl = m->listing[i].ttl;
    if (m->until - a->now < ttl)
        ttl = (uint32_t)(m->until - a->now);
    for (unsigned i = 0; i < m->count; i++) {
        const struct join_listing *l = &m->listing[i];
        bool first = type == TYPE_A || l->has_text, there = false;
        for (unsigned j = 0; j < i && first; j++)
            first = type == TYPE_A ? m->listing[j].code != l->code
                                   : !m->listing[j].has_text || strcmp(m->listing[j].text, l->text) != 0;
        expected += first;
        for (unsigned j = 0; j < a->count; j++)
            there |= a->record[j].type == type && (type == TYPE_A ? a->record[j].code == l->code
                                                                  : strcmp(a->record[j].text, l->text) == 0);
        if (!there && (type == TYPE_A || l->has_text))
            complain(f, "%s at %d: 127.0.0.%u \"%s\" is missing", a->text, (int)a->now, l->code & 0xff,
                     l->text);
    }
    for (unsigned i = 0; i < a->count; i++) {
        if (a->record[i].type != type)
            continue;
        got++;
        if (a->record[i].ttl != ttl)
            complain(f, "%s at %d: TTL %u, not %u", a->text, (int)a->now, a->record[i].ttl, ttl);
    }
    if (got != expected)
        complain(f, "%s at %d: %u records of type %u, not %u", a->text, (int)a->now, got, type, expected);
    return got;
}

/* Whether something is certainly listed below the first `labels` labels of a key: the model knows the places
 * of lines and items, and what delistings hide counts. */
static bool listed_below(const struct join_model *w, unsigned zone, const struct join_key *k, unsigned labels,
                         int64_t now)
{
    static struct join_answer snapshot, both;
    unsigned bits = k->family == RANGE_IP6 ? 4 * labels : 8 * labels;

    if (k->family != RANGE_NAME && labels == most_labels(k))
        return false;
    for (unsigned i = 0; i < w->snapshot.count * LINES_MAX_SET + w->items; i++) {
        unsigned set = i / LINES_MAX_SET, number = i % LINES_MAX_SET;
        bool line = set < w->snapshot.count;
        const struct join_item *it = line ? NULL : &w->item[i - w->snapshot.count * LINES_MAX_SET];
        struct join_key c = { .family = k->family };
        if (line && number >= w->snapshot.set[set].count)
            continue;
        const struct set_line *l = line ? &w->snapshot.set[set].line[number] : NULL;
        if (k->family == RANGE_NAME) {
            c.name = line ? l->name : it->name;
            for (unsigned more = 0; more < 2 && c.name.labels < 30; more++) { /* itself, and one below it */
                if (more == 1)
                    c.name.label[c.name.labels++] = 4;
                if (c.name.labels <= labels || memcmp(c.name.label, k->name.label, labels) != 0)
                    continue;
                join_model_ask(w, zone, &c, -1, &snapshot);
                join_model_ask(w, zone, &c, now, &both);
                if (snapshot.count != 0 || both.count != 0)
                    return true;
            }
            continue;
        }
        if (line ? l->name.labels != 0 || (w->snapshot.set[set].kind == IP6TRIE) != (k->family == RANGE_IP6)
                 : it->family != k->family)
            continue;
        c.address = line ? l->first : it->first;
        if ((c.address ^ k->address) >> (128 - bits) != 0)
            continue;
        join_model_ask(w, zone, &c, -1, &snapshot);
        join_model_ask(w, zone, &c, now, &both);
        if (snapshot.count != 0 || both.count != 0)
            return true;
    }
    return false;
}

static bool has_listings(const struct join_model *w)
{
    for (unsigned i = 0; i < w->items; i++)
        if (w->item[i].present && w->item[i].kind == OVERLAY_LIST)
            return true;
    return false;
}

static void check_negative(struct fixture *f, unsigned zone, const struct join_key *k, const struct asked *a,
                           const struct join_answer *m)
{
    static struct join_answer snapshot;
    uint32_t ttl = m->until - a->now < NEGATIVE ? (uint32_t)(m->until - a->now) : NEGATIVE;
    bool nxdomain = a->rcode == RCODE_NXDOMAIN;

    if ((!nxdomain && a->rcode != RCODE_NOERROR) || a->count != 0)
        complain(f, "%s at %d: rcode %u, %u records", a->text, (int)a->now, a->rcode, a->count);
    if (a->soa_ttl != ttl)
        complain(f, "%s at %d: negative TTL %u, not %u", a->text, (int)a->now, a->soa_ttl, ttl);
    if (nxdomain && listed_below(&f->w, zone, k, most_labels(k), a->now))
        complain(f, "%s at %d: NXDOMAIN above what is listed", a->text, (int)a->now);
    f->nxdomain += nxdomain;
    /* An address of unambiguous shape has nothing below it. */
    join_model_ask(&f->w, zone, k, -1, &snapshot);
    f->hidden += snapshot.count != 0;
    bool plain = k->family == RANGE_IP4 && k->address >> 120 > 9;
    for (unsigned i = 0; i < f->w.zone[zone].count; i++)
        plain = plain && f->w.snapshot.set[f->w.zone[zone].set[i]].kind != DNSET;
    if (plain && !has_listings(&f->w) && !nxdomain)
        complain(f, "%s at %d: NODATA, but nothing is there", a->text, (int)a->now);
}

/* The live codes of the look-up are those of DNS. */
static void check_lookup(struct fixture *f, const struct join_key *k, int64_t now)
{
    static struct join_answer m[JOIN_ZONES];
    static struct lookup l;
    struct range r = to_range(k->family, k->address,
                              k->address | (k->family == RANGE_IP4 ? u128_low_bits(96) : 0), &k->name, false);
    unsigned live = 0;

    lookup_key(f->view, &r, now, &l);
    for (unsigned zone = 0; zone < JOIN_ZONES; zone++) {
        join_model_ask(&f->w, zone, k, now, &m[zone]);
        live += m[zone].count;
        for (unsigned i = 0; i < m[zone].count; i++) {
            bool there = false;
            for (unsigned j = 0; j < l.count; j++)
                for (unsigned z = 0; z < l.listing[j].zones_count; z++)
                    there |= l.listing[j].state == LOOKUP_LIVE && l.listing[j].zones[z] == zone &&
                             l.listing[j].code == m[zone].listing[i].code;
            if (!there)
                complain(f, "the look-up at %d lacks 127.0.0.%u", (int)now, m[zone].listing[i].code & 0xff);
        }
    }
    for (unsigned j = 0; j < l.count; j++) {
        const struct lookup_listing *e = &l.listing[j];
        for (unsigned z = 0; z < e->zones_count && e->state == LOOKUP_LIVE; z++) {
            bool there = false;
            for (unsigned i = 0; i < m[e->zones[z]].count; i++)
                there |= m[e->zones[z]].listing[i].code == e->code;
            if (!there)
                complain(f, "the look-up at %d has 127.0.0.%u too", (int)now, e->code & 0xff);
        }
        assert_true(e->ttl != 0 && e->zones_count != 0);
        if (e->range.family == k->family)
            assert_true(range_contains(&e->range, &r));
    }
    if (l.listed != (live != 0))
        complain(f, "the look-up at %d says %s", (int)now, l.listed ? "listed" : "not listed");
}

static void question(struct fixture *f)
{
    static const unsigned types[] = { TYPE_A, TYPE_A, TYPE_TXT, TYPE_ANY, TYPE_MX };
    static struct join_answer m;
    static struct asked a;
    struct join_key k = make_key(f);
    unsigned zone = input_byte(&f->in) % JOIN_ZONES, labels = most_labels(&k);

    a.type = types[input_byte(&f->in) % ARRAY_SIZE(types)];
    a.now = START + input_byte(&f->in) % (SPAN + 4);
    if (k.family != RANGE_NAME && input_byte(&f->in) % 6 == 0) { /* part of an address */
        labels = 1 + input_byte(&f->in) % (labels - 1);
        ask(f, zone, &k, labels, &a);
        if (a.rcode != RCODE_NOERROR && listed_below(&f->w, zone, &k, labels, a.now))
            complain(f, "%s at %d: NXDOMAIN above what is listed", a.text, (int)a.now);
        return;
    }
    join_model_ask(&f->w, zone, &k, a.now, &m);
    ask(f, zone, &k, labels, &a);
    check_lookup(f, &k, a.now);
    if (m.count == 0) {
        check_negative(f, zone, &k, &a, &m);
        return;
    }
    unsigned got = 0;
    f->listed++;
    if (a.rcode != RCODE_NOERROR)
        complain(f, "%s at %d: rcode %u", a.text, (int)a.now, a.rcode);
    if (a.type == TYPE_A || a.type == TYPE_ANY)
        got += check_type(f, &a, &m, TYPE_A);
    if (a.type == TYPE_TXT || a.type == TYPE_ANY)
        got += check_type(f, &a, &m, TYPE_TXT);
    if (got != a.count)
        complain(f, "%s at %d: %u records, not %u", a.text, (int)a.now, a.count, got);
    if (got == 0 && a.soa_ttl != (m.until - a.now < NEGATIVE ? m.until - a.now : NEGATIVE))
        complain(f, "%s at %d: negative TTL %u", a.text, (int)a.now, a.soa_ttl);
}

/* Makes the model differ from the overlay in one item. */
static void plant_fault(struct fixture *f)
{
    struct join_item *it = &f->w.item[f->damage % f->w.items];

    switch (f->damage / 64 % 3) {
    case 0:
        it->present = !it->present;
        break;
    case 1:
        it->kind = it->kind == OVERLAY_LIST ? OVERLAY_DELIST : OVERLAY_LIST;
        break;
    case 2:
        it->until = it->until == INT64_MAX ? START : INT64_MAX;
    }
}

/* Runs the test of a seed; f->wrong is its result. */
static void run(struct fixture *f, uint64_t seed)
{
    static uint8_t bytes[8000];
    uint64_t next = seed;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)random_next(&next);
    f->in = (struct input){ bytes, bytes + sizeof(bytes) };
    f->next_number = 1;
    f->wrong[0] = '\0';
    f->context.edns_limit = ANSWER_EDNS_LIMIT;
    make_world(f);
    assert_int_equal(overlay_new(1 << 24, &f->overlay, NULL), OK);
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (i != 0)
            edit(f);
        if (i == ROUNDS - 1 && f->damage != 0 && f->w.items != 0)
            plant_fault(f);
        for (unsigned j = 0; j < QUESTIONS; j++)
            question(f);
    }
    view_free(f->view);
    overlay_free(f->overlay);
}

static void equals_model(void **state)
{
    static struct fixture f;
    const char *more = getenv("SEEDS");
    uint64_t seeds = more != NULL ? strtoull(more, NULL, 10) : 200;

    (void)state;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        run(&f, seed);
        if (f.wrong[0] != '\0')
            fail_msg("seed %d: %s", (int)seed, f.wrong);
    }
    print_message("%u listed, %u hidden, %u NXDOMAIN\n", f.listed, f.hidden, f.nxdomain);
    assert_true(f.listed > seeds * 40 && f.hidden > seeds * 2 && f.nxdomain > seeds * 20);
}

static void planted_fault_is_caught(void **state)
{
    static struct fixture f;
    unsigned caught = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        f.damage = seed * 7;
        run(&f, seed);
        caught += f.wrong[0] != '\0';
    }
    print_message("%u caught\n", caught);
    assert_true(caught > 20); /* not all: an item may have expired, or be about what is not asked for */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equals_model),
                                        cmocka_unit_test(planted_fault_is_caught) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
