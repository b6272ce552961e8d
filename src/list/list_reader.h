/*
 * A set while it is read: what the types of sets (one file each) and directive.h share.
 *
 * What reads a line answers OK; ERR_SYNTAX for a line that it has reported with list_reader_bad and that is
 * left out; anything else ends the load, with r->error filled in.
 */
#ifndef LIST_LIST_READER_H
#define LIST_LIST_READER_H

#include "list/address.h"
#include "list/intern.h"
#include "list/scan.h"
#include "list/set.h"

enum { LIST_READER_EARLY_MAX = 16 };

struct list_reader;

/* A type of set: a row of the table in set.c. */
struct set_type {
    const char *name;
    enum set_overlap overlap;
    bool one_value;   /* the first default line, wherever it stands, is the value of all entries */
    bool colon_entry; /* an entry may begin with `::` */
    bool hosts;       /* a full IPv4 address alone is an entry */
    bool acl, never;  /* as in set_data */
    /* Reads a line that begins with a colon, or an equals sign in an acl; NULL: such a line is an entry. */
    enum err (*read_default)(struct list_reader *r, const char *line, const char *end);
    /* Reads the entry that begins at `line`, with nothing blank at both ends and a NUL at `end`. */
    enum err (*read_entry)(struct list_reader *r, char *line, char *end);
};

struct list_reader {
    const struct set_type *type;       /* of `data` */
    const struct set_type *whole_type; /* of `whole` */
    const struct load_options *options;
    struct set_data *data;  /* where the lines go: a section of a combined set, or `whole` */
    struct set_data *whole; /* what the command line names */
    unsigned places;        /* of its sections so far */
    struct error *error;
    const char *file;
    unsigned long line;

    struct set_value fallback; /* the default in force */
    bool fallback_fixed;       /* a set of one value has it */
    enum acl_action action;    /* acl: the default in force, instead of `fallback`; 0: none */
    uint32_t max_span;         /* $MAXRANGE4: most that last - first may be */

    struct { /* hosts that came first but are not the lowest, such as test points at the top of a file */
        unsigned count;
        uint32_t next; /* the lowest above the last host, or UINT32_MAX */
        uint32_t address[LIST_READER_EARLY_MAX];
    } early;
    struct intern texts, values, records;
    struct set_value last; /* what list_reader_value saw last, and its index */
    uint32_t last_index;
    bool last_valid;
    uint32_t host_value; /* of the last host */
};

/* Begins to fill `data`, of `type`, or goes on with it; list_reader_end ends that, on failure
 * list_reader_close. */
enum err list_reader_begin(struct list_reader *r, const struct set_type *type,
                           struct set_data *data) must_use;

/* Sets the default that holds at the start of a file or section. */
void list_reader_reset_default(struct list_reader *r);

/* Does for r->data what can only be done behind its last line. */
enum err list_reader_end(struct list_reader *r) must_use;

/* Frees what is only needed while r->data is filled; more than once is no harm. */
void list_reader_close(struct list_reader *r);

/* Reports the line and why it is left out; always ERR_SYNTAX. */
enum err list_reader_bad(struct list_reader *r, const char *format, ...) printf_like(2, 3);

/* The same with the field that begins at `field` quoted: `invalid WHAT "FIELD": WHY`. */
enum err list_reader_bad_field(struct list_reader *r, const char *what, const char *field, const char *why);

/* The same for a domain name that name_from_text refused with `why`. */
enum err list_reader_bad_name(struct list_reader *r, const char *field, enum err why);

/* Reports something about a line that counts all the same. */
void list_reader_warn(struct list_reader *r, const char *format, ...) printf_like(2, 3);

/* Says in r->error why the load ends at this line; returns `err`. */
enum err list_reader_stop(struct list_reader *r, enum err err, const char *format, ...) printf_like(3, 4);

/* Reports that memory is out, or a pool is full (ERR_LIMIT); returns `err`. */
enum err list_reader_full(struct list_reader *r, enum err err);

/* Puts a text into the set's pool; 0 for an empty one. Above SET_MAX_TEXT bytes it is cut, with a warning. */
enum err list_reader_text(struct list_reader *r, const char *text, size_t length, uint32_t *offset) must_use;

enum err list_reader_intern_value(struct list_reader *r, struct set_value value, uint32_t *index) must_use;

/* The index of a value. 1 ns for the same as the last time. */
static inline enum err list_reader_value(struct list_reader *r, struct set_value value, uint32_t *index)
{
    if (unlikely(!r->last_valid || r->last.code != value.code || r->last.text != value.text ||
                 r->last.labels != value.labels || r->last.kind != value.kind))
        return list_reader_intern_value(r, value, index);
    *index = r->last_index;
    return OK;
}

/* Reads what stands behind an entry, up to `end`, over the default. */
enum err list_reader_read_value(struct list_reader *r, const char *text, const char *end,
                                struct set_value *value) must_use;

/* Both in one, for an address entry; an excluded one has no value. */
enum err list_reader_entry_value(struct list_reader *r, bool excluded, const char *text, const char *end,
                                 uint32_t *index) must_use;

/* An entry of IPv4 addresses with its value: `!`, what `forms` (enum address4_forms) allow, -e and
 * $MAXRANGE4. */
enum err list_reader_entry4(struct list_reader *r, char *line, char *end, unsigned forms,
                            struct address4 *address, uint32_t *value) must_use;

/* A line that begins with a colon: the default for the entries after it. */
enum err list_reader_read_default(struct list_reader *r, const char *line, const char *end) must_use;

/* Adds an entry. */
static inline enum err list_reader_add4(struct list_reader *r, uint32_t first, uint32_t last,
                                        uint32_t value) must_use;
enum err list_reader_add6(struct list_reader *r, uint64_t hi, uint64_t lo, unsigned length,
                          uint32_t value) must_use;

/* A range, or a host that is not above the last one, or may have come early. */
enum err list_reader_add4_other(struct list_reader *r, uint32_t first, uint32_t last,
                                uint32_t value) must_use;
/* A host with another value than the one before. */
enum err list_reader_host_value(struct list_reader *r, uint32_t value) must_use;

static inline enum err list_reader_add4(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value)
{
    struct vec *hosts = &r->data->hosts4;
    if (unlikely(first != last || hosts->used == 0 ||
                 first <= *(uint32_t *)((char *)hosts->data + hosts->used - sizeof(first)) ||
                 first >= r->early.next))
        return list_reader_add4_other(r, first, last, value);
    if (unlikely(value != r->host_value)) {
        enum err err = list_reader_host_value(r, value);
        if (err != OK)
            return err;
    }
    uint32_t *host = vec_add(hosts, sizeof(*host));
    if (unlikely(host == NULL))
        return list_reader_full(r, ERR_MEMORY);
    *host = first;
    return OK;
}

/* Passes the `!` of an exclusion and the blanks behind it; true when there is one. */
static inline bool list_reader_exclusion(char **line)
{
    if (likely(**line != '!'))
        return false;
    do
        ++*line;
    while (scan_is_blank(**line));
    return true;
}

#endif
