/*
 * What the program knows of the frame at hand, and its access to the table. The functions of the other
 * headers work on it: steps, each a function of its own for the verifier, which checks it once, for any
 * contents of struct xdp_work. Therefore every index is masked where it is used.
 *
 * On the host the table is memory, in BPF a map; this is the only header that has both.
 */
#ifndef XDP_WORK_H
#define XDP_WORK_H

#include "xdp/data.h"

enum {
    XDP_FRAME = 1024,    /* bytes of the buffer; a power of two */
    XDP_FRAME_PAD = 640, /* after it: what a masked index and a constant may reach */
    XDP_QUERY_MAX = 384, /* bytes of a frame that may be a query */
    XDP_NAME = 256,      /* likewise of the name */
    XDP_LABELS = 128,
};

enum { XDP_KEY_NAME, XDP_KEY_IP4, XDP_KEY_IP6, XDP_KEY_PARTIAL }; /* what stands in front of the zone */

struct xdp_table; /* of the host: see below */

/* What is known of the overlay: the version that is read, and what its items do (overlay.h). */
struct xdp_overlay_work {
    uint32_t flags; /* XDP_OVERLAY_* */
    uint32_t root[3], subdomains_most;
    uint32_t pass_up;  /* it decides in a way that is left to the sockets */
    uint32_t decides;  /* some item decides about a list of the zone, for the match at hand */
    uint32_t adds_any; /* some item adds `code`, as in a record */
    uint32_t code;
    uint32_t below, listed_below; /* only items with subdomains count; one of them lists names below */
    uint32_t ttl;                 /* of the records written */
    /* Of the match at hand: the records, and their lowest TTL; the reply's members seen, a bit each; the
     * listing is still to be written; its code is there. */
    uint32_t members, members_ttl, seen, pending, has_code;
    uint32_t place, place_ttl; /* of the listing: after which place it stands; its TTL */
    int64_t now, until;        /* Unix seconds; when the first item that decides ends */
    uint64_t lists[4];         /* of the zone, struct list_mask; so are the others, of the match at hand */
    uint64_t decided[4], hides[4], adds[4];
};

struct xdp_work {
    uint8_t frame[XDP_FRAME + XDP_FRAME_PAD]; /* the frame received; then, the reply */
    uint8_t name[XDP_NAME + XDP_FRAME_PAD]; /* xdp_lower_name(): the question's, in lower case, then zeros */
    uint8_t offsets[XDP_LABELS];            /* of its labels, then of its root label */
    uint32_t length;                        /* of the frame */
    uint32_t interface;                     /* index of the interface that it came by */
    uint32_t l3, dns, end; /* offsets in the frame: IP header, DNS header, end of the DNS message */
    uint32_t query_bytes;  /* of the DNS message received */
    uint32_t ipv6;         /* the IP version is 6 */
    uint32_t labels, name_bytes, type;
    uint32_t octets, ip4;         /* the name's first labels that are octets, at most four, as an address */
    uint32_t question_end;        /* offset in the frame */
    uint32_t edns, edns_do;       /* there is an OPT record; its DO bit */
    uint32_t zone;                /* line index of its struct xdp_zone */
    uint32_t zone_id, zone_bytes; /* zone_bytes: of the name that is looked for */
    uint32_t key_labels;          /* in front of the zone */
    uint32_t verdict, entry;      /* of the name, as struct name_match */
    uint32_t entry_end, entry_value; /* the entry after those below it, 0 if there are none; its value */
    uint32_t kind;                   /* of the key */
    uint32_t answers, authority, additional;
    uint32_t action;     /* enum rate_action: what the rate limit says */
    uint32_t fault;      /* why a look-up found nothing certain; 0: it did */
    uint64_t address[2]; /* the question's, as struct trie_key */
    uint64_t client[2];  /* that of who asks, likewise */
    struct xdp_overlay_work overlay;
    struct xdp_hit hit;
    const struct xdp_table *table;
};

#ifdef __bpf__

#define XDP_STEP __attribute__((noinline)) /* verified by itself */

/* Of an address with lower alignment clang would read every byte by itself. */
typedef uint64_t __attribute__((may_alias)) xdp_unaligned64;
typedef uint32_t __attribute__((may_alias)) xdp_unaligned32;
typedef uint16_t __attribute__((may_alias)) xdp_unaligned16;

static inline const struct xdp_line *xdp_table_line(const struct xdp_work *w, uint32_t index)
{
    (void)w;
    return bpf_map_lookup_elem(&table, &index);
}

/* Line `index` of this CPU's part of the rate limit's table. */
static inline struct rate_line *xdp_rate_line(const struct xdp_work *w, uint32_t index)
{
    uint32_t at = bpf_get_smp_processor_id() * (xdp_layout.rate.lines_mask + 1) + index;

    (void)w;
    return bpf_map_lookup_elem(&rates, &at);
}

static inline const volatile struct xdp_layout *xdp_layout_of(const struct xdp_work *w)
{
    (void)w;
    return &xdp_layout;
}

static inline const struct xdp_interface *xdp_interface_slot(const struct xdp_work *w, uint32_t slot)
{
    (void)w;
    return bpf_map_lookup_elem(&interfaces, &slot);
}

static inline const struct xdp_overlay_state *xdp_overlay_state(const struct xdp_work *w)
{
    uint32_t zero = 0;
    (void)w;
    return bpf_map_lookup_elem(&overlay_state, &zero);
}

/* Line `index` of the overlay's memory, or NULL. */
static inline const struct xdp_line *xdp_overlay_line(const struct xdp_work *w, uint32_t index)
{
    uint32_t number = index / XDP_CHUNK_LINES, line = index % XDP_CHUNK_LINES;
    (void)w;
    void *chunk = bpf_map_lookup_elem(&overlay, &number);
    return chunk != 0 ? bpf_map_lookup_elem(chunk, &line) : 0;
}

static inline uint64_t xdp_monotonic_ns(const struct xdp_work *w)
{
    (void)w;
    return bpf_ktime_get_ns();
}

#else

#define XDP_STEP static inline

typedef uint64_t __attribute__((may_alias, aligned(1))) xdp_unaligned64;
typedef uint32_t __attribute__((may_alias, aligned(1))) xdp_unaligned32;
typedef uint16_t __attribute__((may_alias, aligned(1))) xdp_unaligned16;

struct xdp_table {
    struct xdp_line *lines;
    uint32_t lines_count;
    struct rate_line *rates;
    struct xdp_layout layout;
    struct xdp_interface interfaces[XDP_INTERFACE_SLOTS];
    const struct xdp_overlay_state *overlay_state;
    const struct xdp_line *const *chunks;
    uint32_t chunks_count;
    uint64_t monotonic_ns;
};

static inline const struct xdp_line *xdp_table_line(const struct xdp_work *w, uint32_t index)
{
    return index < w->table->lines_count ? &w->table->lines[index] : 0;
}

static inline struct rate_line *xdp_rate_line(const struct xdp_work *w, uint32_t index)
{
    return &w->table->rates[index];
}

static inline const struct xdp_layout *xdp_layout_of(const struct xdp_work *w)
{
    return &w->table->layout;
}

static inline const struct xdp_interface *xdp_interface_slot(const struct xdp_work *w, uint32_t slot)
{
    return slot < XDP_INTERFACE_SLOTS ? &w->table->interfaces[slot] : 0;
}

static inline const struct xdp_overlay_state *xdp_overlay_state(const struct xdp_work *w)
{
    return w->table->overlay_state;
}

static inline const struct xdp_line *xdp_overlay_line(const struct xdp_work *w, uint32_t index)
{
    uint32_t number = index / XDP_CHUNK_LINES;
    const struct xdp_line *chunk = number < w->table->chunks_count ? w->table->chunks[number] : 0;
    return chunk != 0 ? &chunk[index % XDP_CHUNK_LINES] : 0;
}

static inline uint64_t xdp_monotonic_ns(const struct xdp_work *w)
{
    return w->table->monotonic_ns;
}

#endif

/* What is known of the interface that the frame came by; NULL: nothing. An interface may have two slots for
 * a moment: either will do. */
static inline const struct xdp_interface *xdp_find_interface(const struct xdp_work *w)
{
    for (uint32_t i = 0; i < XDP_INTERFACE_SLOTS; i++) {
        const struct xdp_interface *slot = xdp_interface_slot(w, i);
        if (slot != 0 && *(const volatile uint32_t *)&slot->index == w->interface)
            return slot;
    }
    return 0;
}

/* Line `index` of the table. Outside of it: NULL, and the packet goes up. */
static inline const struct xdp_line *xdp_line(struct xdp_work *w, uint32_t index)
{
    const struct xdp_line *line = xdp_table_line(w, index);

    if (line == 0)
        w->fault = XDP_FAULT;
    return line;
}

/* Word `index` of the table; outside of it 0. */
static inline uint64_t xdp_word(struct xdp_work *w, uint32_t index)
{
    const struct xdp_line *line = xdp_line(w, index / XDP_LINE);
    return line != 0 ? line->w[index % XDP_LINE] : 0;
}

/* Reads word `index`, if there is one, so that it is in the processor's cache. */
static inline void xdp_touch(struct xdp_work *w, uint32_t index)
{
    const struct xdp_line *line = xdp_table_line(w, index / XDP_LINE);
    if (line != 0)
        (void)*(const volatile uint64_t *)&line->w[index % XDP_LINE];
}

static inline uint32_t xdp_u32(struct xdp_work *w, uint32_t index)
{
    return (uint32_t)(xdp_word(w, index / 2) >> index % 2 * 32);
}

/* The eight bytes from byte `index` on. */
static inline uint64_t xdp_bytes(struct xdp_work *w, uint32_t index)
{
    uint64_t low = xdp_word(w, index / 8);
    unsigned shift = index % 8 * 8;
    return shift == 0 ? low : low >> shift | xdp_word(w, index / 8 + 1) << (64 - shift);
}

/* ---- The buffers: unaligned words, without end ---- */

static inline uint8_t *xdp_frame(struct xdp_work *w, uint32_t at)
{
    return w->frame + (at & (XDP_FRAME - 1));
}

static inline uint64_t xdp_frame64(struct xdp_work *w, uint32_t at)
{
    return *(const xdp_unaligned64 *)xdp_frame(w, at);
}

static inline void xdp_put_frame64(struct xdp_work *w, uint32_t at, uint64_t word)
{
    *(xdp_unaligned64 *)xdp_frame(w, at) = word;
}

static inline uint64_t xdp_name64(struct xdp_work *w, uint32_t at)
{
    return *(const xdp_unaligned64 *)(w->name + (at & (XDP_NAME - 1)));
}

static inline uint32_t xdp_offset(const struct xdp_work *w, uint32_t label)
{
    /* So that clang cannot leave the mask out where it knows the bound: Linux 6.1 has forgotten it by then.
     */
    __asm__("" : "+r"(label));
    return w->offsets[label & (XDP_LABELS - 1)];
}

#endif
