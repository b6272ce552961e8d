/*
 * A set while its files are read: what the set types and the directives share.
 *
 * A function that reads a line returns OK; ERR_SYNTAX when it has rejected the line with list_reader_reject,
 * and the load goes on without it; any other error ends the load, with r->error filled in. One thread.
 */
#ifndef LIST_LIST_READER_H
#define LIST_LIST_READER_H

#include "list/address.h"
#include "list/intern.h"
#include "list/scan.h"
#include "list/set.h"

/* Hosts that may precede the lowest one of a sorted feed: test points at the top of a file are one or two. */
enum { LIST_READER_DISPLACED_MAX = 16 };

/* All pools and arrays of a struct set_data. */
#define SET_VECS(set)                                                                                        \
    {                                                                                                        \
        &(set)->hosts4, &(set)->host_values, &(set)->entries4, &(set)->entries6, &(set)->entries_name,       \
            &(set)->names, &(set)->values, &(set)->texts, &(set)->records, &(set)->subzones                  \
    }

struct list_reader;

/* A set type: a row of the table in set.c. */
struct set_type {
    const char *name;
    enum set_overlap overlap;
    bool one_value;      /* the first default line, wherever it is, gives the value of all entries */
    bool colon_entry;    /* an entry may begin with `::` */
    bool hosts;          /* an entry may be a full IPv4 address and nothing else */
    bool acl, protected; /* as in set_data */
    /* Reads a line that begins with `:`, or in an acl with `=`; NULL: such a line is an entry. */
    enum err (*read_default)(struct list_reader *r, const char *line, const char *end);
    /* Reads the entry at `line`, which has no blanks at either end and a NUL at `end`. */
    enum err (*read_entry)(struct list_reader *r, char *line, char *end);
};

/* A file and the lines of the files before it. */
struct reader_file {
    const char *path;
    uint64_t lines_before;
};

struct list_reader {
    const struct load_options *options;
    const struct set_type *set_type; /* of `set` */
    struct set_data *set;            /* what the command line names */
    const struct set_type *type;     /* of `data` */
    struct set_data *data;           /* where entries go: `set`, or a section of it */
    unsigned subzones_count;         /* of all sections so far */
    struct error *error;
    const char *file;
    unsigned long line;
    bool is_markup;   /* the file begins with `<`, as no list does: all its lines are bad, words in it too */
    struct vec files; /* struct reader_file: those begun so far */

    struct set_value default_value;
    bool default_fixed;             /* a type with one_value has its value */
    enum acl_action default_action; /* acl: replaces default_value; 0: none */
    uint32_t max_span;              /* $MAXRANGE4: the largest last - first allowed */

    /* Hosts that were moved to entries4 because a lower one followed. */
    struct {
        unsigned count;
        uint32_t next; /* the lowest above the last host, or UINT32_MAX */
        uint32_t address[LIST_READER_DISPLACED_MAX];
    } displaced;
    uint32_t last_host_value;
    /* hosts4 is not in order: list_reader_end sorts it. All in it have one value, and displaced.next is 0, so
     * that all further ones are looked at. */
    bool unsorted;
    struct { /* the last one that list_reader_value was called with */
        bool valid;
        uint32_t index;
        struct set_value value;
    } last_value;
    struct intern texts, values, records;
    struct intern owners;   /* generic: names, in... */
    struct vec owners_pool; /* ...this pool, each followed by what generic.c knows of it */
};

/* Starts to fill `data`, of `type`, or resumes it. End with list_reader_end, on failure with
 * list_reader_close. */
enum err list_reader_begin(struct list_reader *r, const struct set_type *type,
                           struct set_data *data) must_use;

/* Restores the default value of the start of a file or section. */
void list_reader_reset_default(struct list_reader *r);

/* Completes r->data after its last line. */
enum err list_reader_end(struct list_reader *r) must_use;

/* Frees what is needed only while r->data is filled. May be called again. */
void list_reader_close(struct list_reader *r);

/* Reports that the line is not used, and why. Returns ERR_SYNTAX. */
enum err list_reader_reject(struct list_reader *r, const char *format, ...) printf_like(2, 3);

/* Likewise, as `"FIELD" is not a valid WHAT: WHY`, for the field that begins at `field`. */
enum err list_reader_reject_field(struct list_reader *r, const char *what, const char *field,
                                  const char *why);

/* Likewise for an "IPv4 address", "prefix" or "range", as it is written; `version`: 4 or 6. */
enum err list_reader_reject_address(struct list_reader *r, unsigned version, const char *text,
                                    const char *why);

/* Likewise for a domain name that name_from_text refused with `why`. */
enum err list_reader_reject_name(struct list_reader *r, const char *field, enum err why);

/* Reports a warning about a line that is used. */
void list_reader_warn(struct list_reader *r, const char *format, ...) printf_like(2, 3);

/* The number that entries have of the line at hand. */
static inline uint32_t list_reader_line(const struct list_reader *r)
{
    uint64_t line = r->set->lines + r->line;
    return line < ENTRY_LINE_MAX ? (uint32_t)line : ENTRY_LINE_MAX;
}

/* Goes back to the line of an entry, for messages about it. */
void list_reader_return(struct list_reader *r, uint32_t entry_line);

/* Fills in r->error: why the load ends at this line. Returns `err`. */
enum err list_reader_stop(struct list_reader *r, enum err err, const char *format, ...) printf_like(3, 4);

/* Likewise: out of memory (ERR_MEMORY) or a pool is full (ERR_LIMIT). */
enum err list_reader_full(struct list_reader *r, enum err err);

/* Interns bytes in a pool of the set. */
enum err list_reader_intern(struct list_reader *r, struct intern *in, const void *bytes, size_t length,
                            uint32_t *offset) must_use;

/* Interns a text; offset 0: it is empty. Rejects the line when it is longer than SET_MAX_TEXT. */
enum err list_reader_text(struct list_reader *r, const char *text, size_t length, uint32_t *offset) must_use;

/* list_reader_value for another value than last time. */
enum err list_reader_intern_value(struct list_reader *r, struct set_value value, uint32_t *index) must_use;

/* Gives the index of a value. 1 ns when it is the same as last time. */
static inline enum err list_reader_value(struct list_reader *r, struct set_value value, uint32_t *index)
{
    if (unlikely(!r->last_value.valid || r->last_value.value.code != value.code ||
                 r->last_value.value.text != value.text || r->last_value.value.labels != value.labels ||
                 r->last_value.value.kind != value.kind))
        return list_reader_intern_value(r, value, index);
    *index = r->last_value.index;
    return OK;
}

/* Reads the value after an entry, up to `end`: an A record and a text; what it omits comes from the default.
 *
 *   (nothing), # comment     A and text of the default
 *   :5                       127.0.0.5, text of the default
 *   :5:                      127.0.0.5, no text
 *   :5:text  :127.0.0.5:text both
 *   text                     A of the default, this text
 */
enum err list_reader_read_value(struct list_reader *r, const char *text, const char *end,
                                struct set_value *value) must_use;

/* Likewise for an address entry, which gives the index of the value; an excluded entry has no value. */
enum err list_reader_entry_value(struct list_reader *r, bool excluded, const char *text, const char *end,
                                 uint32_t *index) must_use;

/* Parses an address within -e and $MAXRANGE4; `forms`: enum address4_forms. Returns what follows, or NULL
 * when it has rejected the line. */
const char *list_reader_parse4(struct list_reader *r, const char *text, unsigned forms,
                               struct address4 *out) must_use;
const char *list_reader_parse6(struct list_reader *r, const char *text, struct address6 *out) must_use;

/* Parses an address of one to four numbers as inet_aton does: the last is the lowest octet, the others are
 * the highest ones. Returns what follows, or NULL when there is none; *count is the number of numbers. */
const char *list_reader_parse_numbers(const char *p, uint32_t *address, unsigned *count);

/* Parses seconds, or a number with a unit (duration.h); rejects the line when `field` is not that. */
enum err list_reader_parse_seconds(struct list_reader *r, const char *what, const char *field,
                                   uint32_t *seconds) must_use;

/* Parses a domain name to wire form (WIRE_NAME_MAX bytes); rejects the line when it is not valid. */
enum err list_reader_parse_name(struct list_reader *r, const char *text, uint8_t *wire,
                                uint16_t *length) must_use;

/* Reads a line that begins with a colon: the default for the entries after it. */
enum err list_reader_read_default(struct list_reader *r, const char *line, const char *end) must_use;

/* Adds an entry. ERR_MEMORY. */
static inline enum err list_reader_add4(struct list_reader *r, uint32_t first, uint32_t last,
                                        uint32_t value) must_use;
enum err list_reader_add6(struct list_reader *r, uint64_t hi, uint64_t lo, unsigned length,
                          uint32_t value) must_use;

/* list_reader_add4 for all but a host above the last one and below the next displaced one. */
enum err list_reader_add4_slow(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value) must_use;

/* Starts a run of hosts with another value. */
enum err list_reader_add_host_value(struct list_reader *r, uint32_t value) must_use;

static inline enum err list_reader_add4(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value)
{
    struct vec *hosts = &r->data->hosts4;
    if (unlikely(first != last || hosts->used == 0 || first <= VEC_LAST(hosts, uint32_t) ||
                 first >= r->displaced.next))
        return list_reader_add4_slow(r, first, last, value);
    if (unlikely(value != r->last_host_value)) {
        enum err err = list_reader_add_host_value(r, value);
        if (err != OK)
            return err;
    }
    uint32_t *host = vec_add(hosts, sizeof(*host));
    if (unlikely(host == NULL))
        return list_reader_full(r, ERR_MEMORY);
    *host = first;
    return OK;
}

/* Skips the `!` of an exclusion and the blanks after it; true when there is one. */
static inline bool list_reader_exclusion(char **line)
{
    if (likely(**line != '!'))
        return false;
    *line = (char *)scan_blanks(*line + 1);
    return true;
}

/* ---- The set types, and the lines that are not entries ---- */

extern const struct set_type set_ip4set, set_ip4tset, set_ip4trie, set_ip6tset, set_ip6trie, set_dnset,
    set_generic, set_combined, set_acl, set_protected;

/* Finds the type of that name, or NULL. */
const struct set_type *set_type_find(const char *name);

/* Reads what follows the keyword $DATASET, and starts a section: the lines after it belong to that. */
enum err combined_read_dataset(struct list_reader *r, char *rest) must_use;

/* Ends the section, if there is one: the lines after it belong to the set itself again. */
enum err combined_leave_section(struct list_reader *r) must_use;

/* Reads the directive whose keyword is at `text`, after the $; `end` is the end of the line. ERR_REFUSED: a
 * $TIMESTAMP in the future. */
enum err directive_read(struct list_reader *r, char *text, char *end) must_use;

/* `ttl`, raised or lowered to the bounds of the options. */
uint32_t directive_clamp_ttl(const struct load_options *options, uint32_t ttl);

#endif
