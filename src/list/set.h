/*
 * A set: one `type:files` unit in rbldnsd's sense, what is loaded, excluded and given a TTL together.
 *
 * set_load() turns the files of a set into entries: plain arrays, of addresses in the order of the first
 * ones, of names in load order, whose overlaps are resolved when they are compiled (view/sweepline.h). A bad
 * line is reported, counted and not used; it never ends the load. What does: a file that cannot be read, is
 * damaged gzip or changed while it was read; a $TIMESTAMP in the future; in a combined set, data before the
 * first $DATASET of a file, or a type that is not allowed in it.
 *
 * Syntax and semantics: rbldnsd(8); dnsbld-lists(5) says what differs.
 */
#ifndef LIST_SET_H
#define LIST_SET_H

#include "base/error.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

/* Which entries of one set decide, of those that hold for the same key. */
enum set_overlap {
    OVERLAP_OCTETS, /* ip4set: the narrowest level (/32, /24, /16, /8): all its values, none when excluded */
    OVERLAP_FIRST,  /* tries: the longest prefix; of equal ones the first line */
    OVERLAP_ALL,    /* dnset: the longest match: all its values, none when excluded */
};

enum value_kind {
    VALUE_LISTED, /* A and TXT */
    VALUE_RECORD, /* one record of a generic set */
    VALUE_ACTION, /* acl: what to do with this client, enum acl_action in `code` */
};

enum acl_action { ACL_IGNORE = 1, ACL_REFUSE, ACL_EMPTY, ACL_PASS };

/* A value. Interned: equal values of a set have one index. */
struct set_value {
    uint32_t code; /* VALUE_LISTED: the A record, host byte order; VALUE_RECORD: offset in set_data.records */
    /* Offset in set_data.texts of a stored text (list/stored_text.h); 0: no text. A text that begins with '='
     * is used without the base template; '=' alone means no TXT record. */
    uint32_t text;
    uint8_t labels; /* labels matched, for an entry made from a name; 0 for an address entry */
    uint8_t kind;   /* enum value_kind */
};

#define ENTRY_EXCLUDED   0x80000000u /* as a `value`: a `!` entry */
#define ENTRY_LINE6_MAX  ((1u << 24) - 1)
#define ENTRY_LINE_MAX   ((1u << 30) - 1)
#define SET_MAX_VALUES   1000 /* of a key in a set or section: more are bad lines (overlap.h) */
#define SET_MAX_TEXT     4080 /* bytes: 16 character-strings (RFC 1035 section 3.3) */
#define SET_MAX_SECTIONS 1024
#define SET_MAX_SUBZONES 4096 /* of all sections of a set; each costs 24 KiB in every zone */

/* IPv4 addresses first..last, host byte order. OVERLAP_OCTETS: a run of whole units of one octet level, both
 * ends aligned to 2^(32-level); no unit of a wider level within the range of the line is split. Else: one
 * CIDR block. */
struct entry4 {
    uint32_t first, last;
    uint32_t value;
    uint32_t line; /* of all the set's files, one after the other */
};

/* The octet level of a run of whole units: see struct entry4. */
static inline unsigned set_octet_level(uint32_t first, uint32_t last)
{
    uint32_t ends = first | ~last; /* its low zero bits are those to which both ends are aligned */
    return ends & 0xff ? 32 : ends & 0xffff ? 24 : ends & 0xffffff ? 16 : 8;
}

/* Hosts from index `from` on have `value`; see set_data.hosts4. */
struct host_value {
    uint32_t from;
    uint32_t value;
};

/* An IPv6 prefix: the first `length` bits of hi:lo, the rest 0. */
struct entry6 {
    uint64_t hi, lo;
    uint32_t value;
    uint32_t length : 8;
    uint32_t line : 24; /* as above; the highest number: that or a later line */
};

/* A domain name, lower case. `name` is the offset in set_data.names of a length byte and the name in reversed
 * wire form: labels from the top down, each after its length byte, no root label ("\3com\7example"), so that
 * in memcmp order a name comes directly before all names below it. */
struct entry_name {
    uint32_t name;
    uint32_t value;
    uint32_t exact : 1; /* holds for the name itself */
    uint32_t below : 1; /* holds for all names below it */
    uint32_t line : 30; /* as above */
};

/* Whether two names with their length bytes are the same. */
static inline bool set_names_equal(const uint8_t *a, const uint8_t *b)
{
    return a[0] == b[0] && memcmp(a + 1, b + 1, a[0]) == 0;
}

/* Their order, as that of memcmp(); the first `from` octets after the length byte are the same. */
static inline int set_names_compare(const uint8_t *a, const uint8_t *b, unsigned from)
{
    unsigned least = a[0] < b[0] ? a[0] : b[0];
    int order = least > from ? memcmp(a + 1 + from, b + 1 + from, least - from) : 0;

    return order != 0 ? order : (int)a[0] - (int)b[0];
}

/* $SOA; names in uncompressed wire form, lower case. */
struct set_soa {
    bool present;
    uint32_t ttl, serial, refresh, retry, expire, minimum; /* ttl and serial 0: the default */
    uint8_t mname[256], rname[256];
    uint16_t mname_len, rname_len;
};

#define SET_MAX_NS 32
struct set_ns {
    unsigned count;
    uint32_t ttl; /* never 0: that was replaced by the default in force at the line */
    struct {
        uint16_t len;
        uint8_t name[256]; /* uncompressed wire form, lower case */
    } name[SET_MAX_NS];
};

struct file_stamp; /* base/file_stamp.h */

struct set_data {
    enum set_overlap overlap;
    struct vec hosts4;       /* uint32_t, ascending: single IPv4 addresses, see decision 4 */
    struct vec host_values;  /* struct host_value, ascending: the values of hosts4, by run */
    struct vec entries4;     /* struct entry4: all others, and hosts out of order */
    struct vec entries6;     /* struct entry6 */
    struct vec entries_name; /* struct entry_name */
    struct vec names;        /* byte pool of entry_name.name */
    struct vec values;       /* struct set_value */
    struct vec texts;        /* byte pool of set_value.text; offset 0 is unused */
    bool give_texts;         /* a snapshot may take `texts` over: view/snapshot_build.h */
    /* generic: records in wire form without the owner: type, class, TTL, data length, data, whose names are
     * uncompressed; interned, in the order of the lines. */
    struct vec records;
    bool acl;       /* entries are clients, not keys: they are not listed */
    bool protected; /* entries are what nobody may list (view_spec.never) */

    /* combined: a section for each $DATASET, in order. The set itself then has no entries, but $SOA, $NS,
     * facts about the files, and the counts of all sections together. A section has its own counts of entries
     * and bad lines, and its own ttl, variables and template, where missing those of the set. */
    struct set_data **sections;
    size_t sections_count;
    /* Of a section: the subzones in which it counts, each once: a length byte and that many bytes of
     * lower-case wire labels without the root; length 0 is the zone itself (`@`). None: it counts nowhere. */
    struct vec subzones;

    uint32_t ttl; /* of answers: the default if not given, within the bounds */
    struct set_soa soa;
    struct set_ns ns;
    uint32_t variables[10]; /* $0..$9: text offsets, 0 = unset */
    uint32_t template;      /* $=: text offset, 0 = none */
    int64_t timestamp;      /* $TIMESTAMP, 0 = none: the latest of all files */
    int64_t valid_until;    /* expiry of $TIMESTAMP, Unix time, 0 = never: the earliest of all files */
    int64_t mtime;          /* of the newest file, Unix time: the default serial */

    uint64_t lines, entries, bad; /* lines read; lines that made entries; lines left out */
    uint64_t bytes;               /* of the files after gunzip */
    struct file_stamp *stamps;    /* one per file, in order; without ctime if it was recent: the file is to be
                                     read again */
};

/* Options of all sets. */
struct load_options {
    uint32_t default_ttl, min_ttl, max_ttl; /* seconds; min and max 0: no bound */
    bool host_bits;                         /* -e: host bits of a CIDR are cleared, not refused */
    bool no_gunzip;                         /* -C */
    bool duplicates;                        /* a prefix that a trie has already is warned about */
    int64_t now;                            /* Unix time, for $TIMESTAMP */
    /* Called for every bad line, and with `bad` false for a warning about a line that is used; or NULL. */
    void (*report)(void *context, const char *file, unsigned long line, bool bad, const char *reason);
    void *context;
};

/* A set as in the command line. */
struct set_spec {
    const char *type; /* "ip4set" ... */
    char **files;
    size_t files_count;
};

/* True when set_load knows the type. */
bool set_type_known(const char *type);

/* True when a set of the type lists clients (set_data.acl); only such a set may have no zone. */
bool set_type_is_acl(const char *type);

/* Reads the files of `spec`, in order, into a new *out, which the caller frees with set_free. On failure *out
 * is untouched, and `error` names file and reason. Any thread. Some 25 ns a line of sorted addresses. */
enum err set_load(const struct set_spec *spec, const struct load_options *options, struct set_data **out,
                  struct error *error) must_use;

/* Frees `data` and all that it holds; NULL: nothing. */
void set_free(struct set_data *data);

#endif
