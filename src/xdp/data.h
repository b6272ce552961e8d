/*
 * What the XDP program knows: the table, made from a view by export.h, and the layout that says where in it
 * everything is.
 *
 * The table is an array of cache lines. It begins with the snapshot's arena of tries, whose word indexes
 * are therefore those of the table; all other parts begin a line. The layout is the program's read-only data:
 * each table has a program of its own, for which the kernel's compiler makes constants of the layout. Both
 * are in the byte order of the machine, which is little-endian.
 *
 *     arena        tries and pairs (trie/lookup.h)
 *     verdicts     by verdict: the number of its shape, uint32_t
 *     names        records, values and slots, as view/names.h has them
 *     replies      a head (XDP_REPLY_*), then the records, ready-made, then what they are from (XDP_FROM_*)
 *     SOA records  by zone, from the type on, with the TTL of negative answers
 *     zone slots   zone number + 1, uint32_t; 0 is free: a table by xdp_zone_hash, with linear probing
 *     zones        struct xdp_zone
 *     name servers by zone: for each NS record a word with its bytes, then the record from the type on; and
 *                  the addresses of the name servers, whole records
 *     listings     by zone, by list: where a listing of the overlay is put (XDP_FROM_*)
 *     answers      by zone, by shape, uint32_t: enum xdp_answer, or the word index of a reply
 *     clients      ranges of client addresses, ascending: first and last one, two words each
 *
 * The overlay is not copied: its parts (overlay/overlay.h) are in memory that the program reads, in chunks,
 * each an array of lines. What is published of it is in struct xdp_overlay_state, which all programs share.
 *
 * Pure and free of libc: the same text compiles for BPF and for the host.
 */
#ifndef XDP_DATA_H
#define XDP_DATA_H

#include "answer/hit_rule.h"
#include "answer/rate_line.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    XDP_LINE = 8,           /* words of a line */
    XDP_ZONE_LINES = 6,     /* of a struct xdp_zone */
    XDP_ZONE_SERVERS = 5,   /* its line of the name servers */
    XDP_ZONE_PROBES = 16,   /* zone slots that a look-up inspects at most */
    XDP_NAME_LINES = 8,     /* lines of slots of names likewise */
    XDP_ADDRESSES_MAX = 32, /* addresses that an interface is asked at */
    XDP_INTERFACES_MAX = 16,
    XDP_INTERFACE_SLOTS = 2 * XDP_INTERFACES_MAX, /* an interface that changes has a second one */
    XDP_ACLS_MAX = 8,                             /* access lists for all zones; with more, all goes up */
    XDP_NS_MAX = 13,      /* NS records that can fit into a reply beside an A record */
    XDP_TIMED = 1021,     /* one packet in so many is timed; a prime, as on lo every second one is a reply */
    XDP_GROWTH_MAX = 192, /* bytes that a reply is longer than its query: XDP leaves 256 before a packet, and
                             the kernel needs some */
};

/* Answers; a word index is higher, as the arena comes first. */
enum xdp_answer {
    XDP_UNLISTED,
    XDP_COMPOSED,  /* by the sockets */
    XDP_PROTECTED, /* nobody may list it */
    XDP_WRITTEN,   /* not in the table: the records are in the frame */
};

/* The head of a reply: number of records, bits, number of words that say what they are from. */
enum {
    XDP_REPLY_COUNT = 0xffff,
    XDP_BY_NAME = 1 << 16, /* a member was listed by name */
    XDP_REPLY_FROM_SHIFT = 20,
    XDP_FROM_MAX = 15, /* members that a reply has at most if the overlay may change it */
};

/* Of a member, two words: its code as in a record (32 bits), the list (16), the place of its source in the
 * zone (16); then its TTL (32), and which members before it have the same code (16 bits). Of a listing, one
 * word: its TTL (32), and the place after which it stands (16, from bit 48 on). */
enum { XDP_FROM_LIST_SHIFT = 32, XDP_FROM_PLACE_SHIFT = 48, XDP_NO_LIST = 0xffff };

struct xdp_line {
    uint64_t w[XDP_LINE];
};

struct xdp_zone {
    uint8_t labels, unsupported, has4, has_names; /* unsupported: the sockets answer for it */
    uint16_t name_bytes;                          /* with the root label */
    uint16_t soa_bytes;                           /* from the type on */
    uint32_t answers;                             /* uint32_t index of the answer to shape 0 */
    uint32_t soa;                                 /* word index */
    uint32_t id;                                  /* zone.id */
    uint32_t listings;                            /* word index */
    int64_t valid_until;                          /* Unix seconds: the sockets answer from then on */
    uint64_t lists[4];                            /* struct list_mask */
    uint64_t name[32];                            /* wire form, lower case, padded with zeros */
    uint32_t ns, glue;                            /* word indexes; line XDP_ZONE_SERVERS begins here */
    uint16_t ns_count, glue_count, glue_bytes;
    uint16_t unused0;
    uint64_t unused[6];
};
_Static_assert(sizeof(struct xdp_zone) == XDP_ZONE_LINES * sizeof(struct xdp_line), "whole lines");
_Static_assert(__builtin_offsetof(struct xdp_zone, ns) == XDP_ZONE_SERVERS * sizeof(struct xdp_line),
               "the line of the name servers");

/* An address and a port to which queries are sent. IPv4 addresses are mapped (RFC 4291 section 2.5.5.2). */
struct xdp_address {
    uint64_t word[2]; /* the octets, in network order */
    uint32_t port_be;
    uint32_t unused;
};

/* A set of client addresses: answer/prefixes.h, of IPv4 and of IPv6. */
struct xdp_clients {
    uint32_t at[2], count[2]; /* word indexes; ranges */
};

/* Response rate limiting: answer/rate.h. */
struct xdp_rate_rules {
    uint32_t limit; /* replies a second to one prefix, from each CPU; 0: no limit */
    uint32_t slip, dry_run;
    uint32_t bits[2];    /* of a prefix, IPv4 and IPv6 */
    uint32_t lines_mask; /* of a CPU's part of the table */
    uint64_t seed[2];
};

struct xdp_layout {
    uint32_t root4, root6, pairs;              /* word indexes */
    uint32_t verdicts;                         /* uint32_t index */
    uint32_t names, name_values, name_slots;   /* byte, word and line index */
    uint32_t name_slot_lines, name_entry_mask; /* as in struct names; no lines: no names */
    uint32_t zone_slots, zone_slots_mask;      /* uint32_t index */
    uint32_t zones;                            /* line index */
    uint32_t edns_limit;                       /* bytes of a reply, as answer_context has it */
    uint32_t zone_ids;                         /* above all ids of zones */
    uint32_t depths_count;
    uint64_t names_seed;
    uint32_t has_never;        /* some keys are protected */
    uint32_t overlay_lines[4]; /* where the parts of the overlay begin */
    uint8_t depths[128];       /* numbers of labels that zones have, descending */
    uint32_t authority;        /* -A: the name servers are put into positive answers */
    uint32_t hits_rate;        /* hits are sampled; 0: they are not */
    uint32_t acls_count;
    uint32_t acls[XDP_ACLS_MAX][2]; /* for all zones: word indexes of their roots, IPv4 and IPv6 */
    struct xdp_clients exempt;      /* from the rate limit */
    struct xdp_clients resolvers;   /* public ones, for which the sockets have an answer of their own */
    struct xdp_rate_rules rate;
};

/* What the program knows of an interface. Unlike the table these change while it runs: see interfaces.h. */
struct xdp_interface {
    uint32_t index;  /* of the interface in the system; 0: the slot is free */
    uint32_t number; /* of the interface among those of the configuration */
    uint32_t addresses_count;
    uint8_t loopback; /* it is the loopback interface: clients have addresses that elsewhere are forged */
    uint8_t mac[6];   /* zeros on the loopback interface */
    uint8_t unused[13];
    struct xdp_address addresses[XDP_ADDRESSES_MAX]; /* that queries are sent to */
    uint64_t unused_words[4];
};
_Static_assert(sizeof(struct xdp_interface) % sizeof(struct xdp_line) == 0, "whole lines");

/* The maps that the server makes and fills. All but the overlay and the ring are arrays that can be
 * mapped. */
enum xdp_map {
    XDP_MAP_TABLE,
    XDP_MAP_CONTROL,
    XDP_MAP_COUNTERS,
    XDP_MAP_ZONE_COUNTERS,
    XDP_MAP_INTERFACES, /* XDP_INTERFACE_SLOTS slots; it and the next ones are shared by all programs */
    XDP_MAP_OVERLAY,    /* of arrays of XDP_CHUNK_LINES lines */
    XDP_MAP_OVERLAY_STATE,
    XDP_MAP_RATES, /* struct rate_line, by CPU: kept.h */
    XDP_MAP_HITS,  /* a ring of struct xdp_hit: kept.h */
    XDP_MAPS
};

/* What became of a frame; the index of its counter. To the first ones the program sends the reply itself, two
 * end here, all others go up. */
enum xdp_outcome {
    XDP_LISTED,
    XDP_NODATA,
    XDP_NXDOMAIN,
    XDP_SLIPPED,   /* beyond the rate limit: an empty reply with TC */
    XDP_DROPPED,   /* likewise, without a reply */
    XDP_LOST,      /* never: the kernel refused the reply, and the query is gone */
    XDP_NOT_DNS,   /* no UDP, or not for an address and a port of ours */
    XDP_ODD_FRAME, /* fragments, IP options, extension headers, wrong checksums, odd addresses */
    XDP_NO_QUERY,  /* malformed, or what is no plain query: opcodes, flags, classes, types of queries */
    XDP_OPTIONS,   /* EDNS options or versions, other records behind the question */
    XDP_TYPE,      /* TXT, ANY */
    XDP_ACL,       /* an access list for all zones has a rule for the client */
    XDP_NO_ZONE,   /* in no zone */
    XDP_APEX,      /* a zone's own name */
    XDP_ZONE,      /* a zone that only the sockets answer for */
    XDP_RESOLVER,  /* from a public resolver */
    XDP_PARTIAL,   /* part of an address, a name above others: NODATA or NXDOMAIN depend on what is below */
    XDP_NOT_READY, /* what lists it has no ready-made answer, or a name takes too long to find */
    XDP_OVERLAY,   /* items of the overlay decide in a way that only the sockets know */
    XDP_TOO_LONG,  /* the reply is too long */
    XDP_OFF,       /* the fast path is switched off */
    XDP_FAULT,     /* never: a look-up left the table, or the kernel refused */
    XDP_OUTCOMES
};

static inline bool xdp_is_sent(uint32_t outcome)
{
    return outcome <= XDP_SLIPPED;
}

static inline bool xdp_is_passed(uint32_t outcome)
{
    return outcome > XDP_LOST;
}

/* The control word: what the program leaves to the sockets. */
enum { XDP_CONTROL_ON = 1 };

enum { XDP_CHUNK_LINES = 1 << 15 }; /* of the overlay's memory: 2 MiB */

/* In the head of the state: families that have items, by enum range_family; then as struct overlay_view. */
enum { XDP_OVERLAY_HAS = 1, XDP_OVERLAY_SUBDOMAINS = 8, XDP_OVERLAY_LISTS = 16 };

/* What is published: a new version is written where the one before the last was, then the head. */
struct xdp_overlay_state {
    uint64_t head;    /* XDP_OVERLAY_*; the number of the version << 32 */
    int64_t clock_ns; /* Unix time less the kernel's monotonic clock; 0: not known yet */
    int64_t least;    /* Unix seconds: the time is never less */
    uint64_t unused0[5];
    uint64_t key[4]; /* of the hash of names: two of SipHash */
    uint64_t lists;  /* address of the part with the lists, to which items point */
    uint64_t unused1[3];
    struct xdp_overlay_version {
        uint32_t root[3]; /* by family: word index in the part with the tries */
        uint32_t subdomains_most;
        uint64_t unused[6];
    } version[2];
    uint64_t listed[1024]; /* as struct overlay_pools, of names */
};

struct xdp_counters {
    uint64_t bytes_in, bytes_out; /* of DNS, of the queries answered */
    uint64_t outcome[XDP_OUTCOMES];
    /* Beyond the rate limit, of the queries that do not go up; in a dry run too. */
    uint64_t rate_dropped, rate_slipped;
    uint64_t timed, timed_ns; /* replies that were timed, one packet in XDP_TIMED; the sum of their times */
    uint64_t hits_lost;       /* records of the hit sample that the ring had no room for */
};

/* What a CPU counts: whole lines, so that CPUs share none; the first one has what most packets count. */
struct xdp_cpu {
    uint64_t packets; /* since one was timed */
    struct xdp_counters counters;
    struct hit_rule hits;
} __attribute__((aligned(64)));

/* A record of the hit sample. Without a name it ends before `name`. */
struct xdp_hit {
    uint64_t client[2], address[2]; /* as struct trie_key; the second one is what was asked for */
    uint32_t code;                  /* the first A record, host byte order */
    uint16_t zone, name_bytes; /* name_bytes: 0 for an address, else those of `name`, with a root label */
    uint8_t client_ipv6, ipv6, weight, unused[5];
    uint8_t name[256];
};
enum { XDP_HIT_SHORT = 48 };
_Static_assert(__builtin_offsetof(struct xdp_hit, name) == XDP_HIT_SHORT, "where the name begins");

/* Of a zone, likewise. */
struct xdp_zone_counters {
    uint64_t queries, ok, nxdomain, bytes_in, bytes_out;
    uint64_t unused[3];
};
_Static_assert(sizeof(struct xdp_zone_counters) == sizeof(struct xdp_line), "a line");

/* The hash of a zone's name, given word by word; the last one is padded with zeros. */
static inline uint64_t xdp_zone_hash(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

#endif
