#include "daemon/dump.h"

#include "answer/answer.h"
#include "config/alloc.h"
#include "daemon/record_text.h"
#include "dns/wire.h"
#include "load/set_state.h"
#include "trie/trie.h"
#include "view/snapshot_build.h"

#include <errno.h>
#include <inttypes.h>

#include <netinet/in.h>

#define PACKET_SIZE  65535
#define DIGIT_OCTETS 10 /* as a label, an octet below this looks like a nibble */

struct dump {
    FILE *to;
    const struct view *view;
    const struct zone *zone;
    enum err err; /* of the first walk that failed; no more slots are written */
    struct answer_context context;
    struct vec runs; /* struct trie_run: of one slot; verdicts that list, else 0; neighbours differ */
    const struct trie_run *run; /* of those, the last that begins at or before the key that put_range is at */
    uint8_t packet[PACKET_SIZE];
};

/* An address family: its trie and the labels of its names. */
struct family {
    const struct trie *trie;
    unsigned step, bits; /* of a label; of an address */
};

/* ---- Records ---- */

static const uint8_t *skip_name(const uint8_t *p)
{
    while (*p != 0 && *p < 0xc0)
        p += 1 + *p;
    return p + (*p == 0 ? 1 : 2);
}

/* Queries all records of the name `key` (`length` bytes of labels, without root) in the zone; returns the
 * count of answer records in d->packet. */
static unsigned query_all(struct dump *d, const uint8_t *key, size_t length)
{
    static const struct sockaddr_in client = { .sin_family = AF_INET };
    uint8_t *p = d->packet + WIRE_HEADER;
    if (length + d->zone->name_len > WIRE_NAME_MAX)
        return 0;
    memset(d->packet, 0, WIRE_HEADER);
    wire_put16(d->packet + 4, 1);
    memcpy(p, key, length);
    memcpy(p + length, d->zone->name, d->zone->name_len);
    p += length + d->zone->name_len;
    p = wire_put16(wire_put16(p, TYPE_ANY), CLASS_IN);
    struct answer_query query = { .packet = d->packet,
                                  .length = (uint32_t)(p - d->packet),
                                  .capacity = sizeof(d->packet),
                                  .tcp = true,
                                  .client = (const struct sockaddr *)&client };
    answer_batch(&d->context, d->view, 0, &query, 1); /* at time 0 nothing is expired */
    return query.length > 0 ? wire_get16(d->packet + 6) : 0;
}

/* Writes all records of the name `wire` (`length` bytes of labels, without root). The first owner is written,
 * as `prefix` and the labels from byte `from` on. */
static void put_name(struct dump *d, const uint8_t *wire, size_t length, const char *prefix, size_t from)
{
    unsigned count = query_all(d, wire, length);
    if (count == 0)
        return;
    fputs(prefix, d->to);
    record_text_write_name(d->to, wire + from, length - from);
    const uint8_t *p = skip_name(d->packet + WIRE_HEADER) + 4;
    for (unsigned i = 0; i < count; i++) {
        p = skip_name(p);
        record_text_write(d->to, wire_get16(p), wire_get32(p + 4), p + WIRE_RECORD, wire_get16(p + 8));
        p += WIRE_RECORD + wire_get16(p + 8);
    }
}

static bool is_listed(const struct dump *d, uint32_t verdict)
{
    return zone_answer(d->zone, d->view->snapshot, verdict).count != 0;
}

/* ---- Addresses ---- */

static unsigned label_of(const struct family *f, struct trie_key key, unsigned bit)
{
    uint64_t word = bit < 64 ? key.hi : key.lo;
    return (unsigned)(word >> (64 - bit % 64 - f->step)) & ((1u << f->step) - 1);
}

/* Writes the records of the addresses that begin with the first `bits` bits of `key`, the rest of it 0. */
static void put_addresses(struct dump *d, const struct family *f, struct trie_key key, unsigned bits)
{
    uint8_t wire[64];
    size_t length = 0, owner = 0;
    for (unsigned bit = f->bits; bit > 0; bit -= f->step) {
        char label[4];
        int n = snprintf(label, sizeof(label), f->step == 8 ? "%u" : "%x", label_of(f, key, bit - f->step));
        if (bit == bits)
            owner = length;
        wire[length++] = (uint8_t)n;
        memcpy(wire + length, label, (size_t)n);
        length += (size_t)n;
    }
    put_name(d, wire, length, bits < f->bits ? "*." : "", owner);
}

/* Walks a slot into d->runs. */
static void walk_slot(struct dump *d, const struct family *f, unsigned slot)
{
    d->runs.used = 0;
    d->err = trie_walk_slot(f->trie, slot, &d->runs);
    struct trie_run *runs = d->runs.data;
    size_t count = VEC_COUNT(&d->runs, *runs), kept = 0;
    for (size_t i = 0; i < count && d->err == OK; i++) {
        uint32_t value = is_listed(d, runs[i].value) ? runs[i].value : 0;
        if (kept == 0 || runs[kept - 1].value != value)
            runs[kept++] = (struct trie_run){ runs[i].key, value };
    }
    d->runs.used = kept * sizeof(*runs);
    d->run = runs;
}

/* Whether a wildcard over these addresses matches no name of the other family. IPv6 wildcards within a slot
 * do not: they have more labels than an IPv4 address. */
static bool wildcard_is_safe(const struct family *f, struct trie_key key, unsigned bits)
{
    if (f->step != 8)
        return true;
    for (unsigned bit = 0; bit < bits; bit += 8) {
        if (label_of(f, key, bit) >= DIGIT_OCTETS)
            return true;
    }
    return false;
}

/* Writes the runs within the first `bits` bits of `key`; calls for one slot must have ascending keys.
 * Recursion is as deep as an address has labels. */
static void put_range(struct dump *d, const struct family *f, struct trie_key key, unsigned bits)
{
    const struct trie_run *last = &VEC_LAST(&d->runs, const struct trie_run);
    while (d->run < last && !trie_key_less(key, d->run[1].key))
        d->run++;
    bool whole = d->run == last || trie_key_less(trie_key_last(key, bits), d->run[1].key);
    if (whole && d->run->value == 0)
        return;
    if (bits == f->bits || (whole && wildcard_is_safe(f, key, bits))) {
        put_addresses(d, f, key, bits);
        return;
    }
    for (uint64_t label = 0; label < 1u << f->step; label++) {
        struct trie_key child = key;
        *(bits < 64 ? &child.hi : &child.lo) |= label << (64 - bits % 64 - f->step);
        put_range(d, f, child, bits + f->step);
    }
}

/* Writes *.octet if one verdict lists all of its addresses; returns whether it did. */
static bool put_octet(struct dump *d, const struct family *f, unsigned octet)
{
    struct trie_key key = { (uint64_t)octet << 56, 0 };
    uint32_t value = 0;
    if (!wildcard_is_safe(f, key, 8))
        return false;
    for (unsigned i = 0; i < 256; i++) {
        walk_slot(d, f, octet << 8 | i);
        if (d->err != OK || VEC_COUNT(&d->runs, *d->run) != 1 || d->run->value == 0 ||
            (i > 0 && d->run->value != value))
            return false;
        value = d->run->value;
    }
    put_addresses(d, f, key, 8);
    return true;
}

static void put_family(struct dump *d, bool ipv6)
{
    const struct snapshot *s = d->view->snapshot;
    const struct family f = ipv6 ? (struct family){ &s->trie6, 4, 128 } : (struct family){ &s->trie4, 8, 32 };
    for (unsigned slot = 0; slot < TRIE_ROOT_SIZE && d->err == OK; slot++) {
        if (!(d->zone->present[ipv6][slot / 64] >> slot % 64 & 1))
            continue;
        if (!ipv6 && slot % 256 == 0 && put_octet(d, &f, slot >> 8)) {
            slot += 255;
            continue;
        }
        if (d->err == OK)
            walk_slot(d, &f, slot);
        if (d->err == OK)
            put_range(d, &f, (struct trie_key){ (uint64_t)slot << 48, 0 }, TRIE_ROOT_BITS);
    }
}

/* ---- Names ---- */

/* The labels of a name entry in wire form, without the root; returns their length. */
static size_t entry_wire(const struct names *n, uint32_t entry, uint8_t wire[WIRE_NAME_MAX])
{
    const struct name_entry *entries = n->entries.data;
    size_t length = 0;
    for (; entry != NAMES_ROOT; entry = entries[entry].parent) {
        const uint8_t *label = (const uint8_t *)n->labels.data + entries[entry].label;
        memcpy(wire + length, label, 1u + label[0]);
        length += 1u + label[0];
    }
    return length;
}

static void put_names(struct dump *d)
{
    const struct names *n = &d->view->snapshot->names;
    const struct name_entry *entries = n->entries.data;
    size_t count = VEC_COUNT(&n->entries, *entries);
    for (uint32_t e = 1; e < count; e++) {
        uint8_t wire[2 + WIRE_NAME_MAX] = { 1, '*' };
        bool below = is_listed(d, names_below(n, e)), exact = is_listed(d, names_exact(n, e));
        if (!below && !exact && !is_listed(d, names_below(n, entries[e].parent)))
            continue;
        size_t length = entry_wire(n, e, wire + 2);
        if (exact)
            put_name(d, wire + 2, length, "", 0);
        if (below)
            put_name(d, wire, length + 2, "", 0);
        if (!exact && !below) {
            record_text_write_name(d->to, wire + 2, length);
            fputs("\tCNAME\texcluded\n", d->to);
        }
    }
}

/* ---- Zones ---- */

static void put_zone(struct dump *d, const struct zone *z)
{
    d->zone = z;
    fputs("$ORIGIN\t", d->to);
    record_text_write_name(d->to, z->name, z->name_len);
    fprintf(d->to, ".\n$TTL %" PRIu32 "\n", z->negative_ttl);
    put_name(d, (const uint8_t *)"", 0, "@", 0);
    if (z->parent == NULL && z->ns_count == 0)
        fputs("@\tNS\tns.invalid. ; the data has no $NS, and a zone must have one\n", d->to);
    put_family(d, false);
    put_family(d, true);
    put_names(d);
    for (size_t i = 0; i < z->subzones_count; i++)
        put_zone(d, &z->subzones[i]);
}

static enum err put_view(const struct view *view, size_t zones_count, FILE *to, struct error *error)
{
    struct dump *d = alloc_array(1, sizeof(*d));
    d->to = to;
    d->view = view;
    d->context.edns_limit = ANSWER_EDNS_LIMIT;
    for (size_t i = 0; i < zones_count; i++)
        put_zone(d, &view->zones[i]);
    enum err err = d->err;
    vec_free(&d->runs);
    free(d);
    if (err != OK)
        return error_set(error, err, "dump: out of memory");
    if (fflush(to) != 0 || ferror(to))
        return error_set(error, ERR_SYSTEM, "dump: cannot write: %s", strerror(errno));
    return OK;
}

/* Compiles the zones without access rules. */
static enum err build(const struct config *config, const struct set_state *sets, struct view **view,
                      struct error *error)
{
    struct zone_spec *zones = alloc_array(config->zones_count, sizeof(*zones));
    struct snapshot *snapshot;
    memcpy(zones, config->zones, config->zones_count * sizeof(*zones));
    for (size_t i = 0; i < config->zones_count; i++)
        zones[i].acls_count = 0;
    enum err err = set_state_build(sets, config->sets_count, NULL, &snapshot, error);
    if (err == OK) {
        uint16_t never = (uint16_t)config->never;
        struct view_spec spec = { .zones = zones,
                                  .zones_count = config->zones_count,
                                  .never = config->never != SIZE_MAX ? &never : NULL };
        err = view_build(snapshot, &spec, view, error);
        if (err != OK)
            snapshot_free(snapshot);
    }
    free(zones);
    return err;
}

enum err dump_run(const struct config *config, FILE *to, struct error *error)
{
    size_t n = config->sets_count;
    struct set_state *sets = set_state_new(n);
    struct view *view = NULL;
    enum err err = OK;
    if (sets == NULL)
        return error_set(error, ERR_MEMORY, "dump: out of memory");
    set_state_read(config, sets, NULL);
    for (size_t i = 0; i < n && err == OK; i++) {
        if (!sets[i].pending)
            err = error_set(error, sets[i].read_error.code, "%s", sets[i].read_error.text);
    }
    if (err == OK)
        err = build(config, sets, &view, error);
    set_state_free(sets, n);
    if (err == OK)
        err = put_view(view, config->zones_count, to, error);
    view_free(view);
    return err;
}
