/*
 * A set: one `type:files` unit in rbldnsd's sense, what is loaded, excluded and given a TTL together.
 *
 * set_load() turns its files into entries: plain arrays in load order that still have the set's own overlap
 * semantics to be settled (snapshot.h does that when it compiles them). A bad line is reported, counted and
 * left out; it never stops the load. What does: a file that cannot be read, is broken gzip, or changed while
 * it was read, a $TIMESTAMP in the future, and in a combined set data before a file's first $DATASET or one
 * whose type is not possible.
 *
 * Syntax and semantics: rbldnsd(8); see docs for what differs.
 */
#ifndef LIST_SET_H
#define LIST_SET_H

#include "base/error.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* How entries of one set that hold for the same key are settled. */
enum set_overlap {
    OVERLAP_OCTETS, /* ip4set: most specific octet level (/32, /24, /16, /8); all its values, or none if
                       excluded */
    OVERLAP_FIRST,  /* tries: longest prefix; of equal ones the first line */
    OVERLAP_ALL,    /* dnset: longest match; all its values, or none if excluded */
};

enum value_kind {
    VALUE_LISTED, /* A and TXT */
    VALUE_RECORD, /* one record of a generic set */
    VALUE_ACTION, /* of an acl: what to do with this client (enum acl_action in `code`) */
};

enum acl_action { ACL_IGNORE = 1, ACL_REFUSE, ACL_EMPTY, ACL_PASS };

/* A value: what an entry says. Interned, so equal values of a set have equal indexes. */
struct set_value {
    uint32_t code; /* VALUE_LISTED: the A record, host byte order; VALUE_RECORD: offset in set_data.records */
    uint32_t
        text; /* offset in set_data.texts of a length byte and that many raw bytes; 0: no text. A text that
                 begins with '=' is for itself, without the base template; '=' alone means no TXT at all */
    uint8_t labels; /* labels matched, for an entry made from a name; 0 for an address entry */
    uint8_t kind;   /* enum value_kind */
};

#define ENTRY_EXCLUDED   0x80000000u /* in `value`: a `!` entry; the other bits are then 0 */
#define SET_MAX_TEXT     255
#define SET_MAX_SECTIONS 1024
#define SET_MAX_PLACES   4096 /* of all sections of a set; each costs 24 KiB in every zone */

/* IPv4 addresses first..last, host byte order. OVERLAP_OCTETS: a run of whole units of one octet level, that
 * is both ends aligned to 2^(32-level), and no unit of a wider level within the line's range is split up. The
 * others: one CIDR block. */
struct entry4 {
    uint32_t first, last;
    uint32_t value;
};

/* Hosts from number `from` on have `value`; see set_data.hosts4. */
struct host_value {
    uint32_t from;
    uint32_t value;
};

/* An IPv6 prefix: the first `length` bits of hi:lo, the rest 0. */
struct entry6 {
    uint64_t hi, lo;
    uint32_t value;
    uint8_t length;
};

/* A domain name, lower case: `name` is the offset in set_data.names of a length byte and the name in reversed
 * wire form: labels from the top down, each with its length byte before it, no root label ("\3com\7example"),
 * so that memcmp order puts a name directly before everything below it. */
struct entry_name {
    uint32_t name;
    uint32_t value;
    uint8_t exact : 1; /* holds for the name itself */
    uint8_t below : 1; /* holds for all names below it */
};

/* $SOA; names in uncompressed wire form, lower case not forced. */
struct set_soa {
    bool present;
    uint32_t ttl, serial, refresh, retry, expire, minimum; /* ttl and serial 0: take the default */
    uint8_t mname[256], rname[256];
    uint16_t mname_len, rname_len;
};

#define SET_MAX_NS 32
struct set_ns {
    unsigned count;
    uint32_t ttl; /* 0 never: the default in force at the line was put in */
    struct {
        uint16_t len;
        uint8_t name[256]; /* uncompressed wire form */
    } name[SET_MAX_NS];
};

struct file_stamp; /* base/file_stamp.h */

struct set_data {
    enum set_overlap overlap;
    struct vec hosts4; /* uint32_t: single IPv4 addresses that came in ascending order, as feeds have them */
    struct vec host_values;  /* struct host_value, ascending: the hosts' values by run */
    struct vec entries4;     /* struct entry4: all else, and hosts out of order */
    struct vec entries6;     /* struct entry6 */
    struct vec entries_name; /* struct entry_name */
    struct vec names;        /* byte pool of entry_name.name */
    struct vec values;       /* struct set_value */
    struct vec texts;        /* byte pool of set_value.text; offset 0 is unused */
    /* generic: records in wire form from the type on: type, class, TTL, data length, data; names in the data
     * uncompressed; interned, in the order of the lines. */
    struct vec records;
    bool acl;   /* entries are clients, not keys: they are not listed */
    bool never; /* entries are what nobody may list (view_spec.never) */

    /* combined: one for each $DATASET, in order; itself it then has no entries, but $SOA, $NS, facts of the
     * files, and the counts of all sections together. A section has its own counts of entries and bad lines,
     * and its own ttl, variables and template: the set's where it says nothing. */
    struct set_data **sections;
    size_t sections_count;
    /* Of a section: where below the zone it counts. For each place, each once, a length byte and that many
     * bytes of lower-case wire labels without the root; length 0 is the zone itself (`@`). None: nowhere.
     */
    struct vec subzones;

    uint32_t ttl; /* of the answers; clamped, default put in */
    struct set_soa soa;
    struct set_ns ns;
    uint32_t variables[10]; /* $0..$9: text offsets, 0 = unset */
    uint32_t template;      /* $=: text offset, 0 = none */
    int64_t timestamp;      /* $TIMESTAMP, 0 = none: the latest of all files */
    int64_t valid_until;    /* $TIMESTAMP's expiry, Unix time, 0 = never: the earliest of all files */
    int64_t mtime;          /* newest file's, Unix time: the default serial */

    uint64_t lines, entries, bad; /* lines read; lines that made entries; lines left out */
    uint64_t bytes;               /* of the files after gunzip */
    struct file_stamp *stamps;    /* one per file, in order */
};

/* Options that hold for all sets. */
struct load_options {
    uint32_t default_ttl, min_ttl, max_ttl; /* seconds; min and max 0: no bound */
    bool host_bits;                         /* -e: a CIDR with host bits set is masked, not refused */
    bool no_gunzip;                         /* -C */
    int64_t now;                            /* Unix time, for $TIMESTAMP */
    /* Called for every line that is left out or cut; may be NULL. `bad` false: only a warning, the line
     * counts. */
    void (*report)(void *context, const char *file, unsigned long line, bool bad, const char *reason);
    void *context;
};

/* A set as the command line names it. */
struct set_spec {
    const char *type; /* "ip4set" ... */
    char **files;
    size_t files_count;
};

/* True when `type` is a type that set_load knows. */
bool set_type_known(const char *type);

/* True when `type` lists clients (set_data.acl); only such a set may be named without a zone. */
bool set_type_is_acl(const char *type);

/* Reads the files of `spec`, in order, into a new *out that the caller frees with set_free. Any thread, one
 * set at a time each; costs some 25 ns a line of sorted addresses. On failure *out is untouched and `error`
 * names file and reason. */
enum err set_load(const struct set_spec *spec, const struct load_options *options, struct set_data **out,
                  struct error *error) must_use;

/* Frees `data` (NULL: nothing) and all its pools. */
void set_free(struct set_data *data);

#endif
