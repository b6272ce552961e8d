/*
 * The schema of the configuration: every key of the file, once.
 *
 * One table drives the parsing and checking of the file, the defaults, the values of options, --print-config
 * and the reference in dnsbld.yaml(5). Sections nest; each describes one C struct, and most keys set one
 * field of it. Rows by hand have no such field: config_file.c reads them and config_print.c writes them.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_type {
    SCHEMA_TEXT,     /* const char * */
    SCHEMA_NUMBER,   /* uint32_t */
    SCHEMA_TIME,     /* uint32_t, seconds; written 90s 15m 12h 7d */
    SCHEMA_BOOL,     /* bool; written true or false */
    SCHEMA_CHOICE,   /* int, one of `choices` */
    SCHEMA_DATE,     /* int64_t, Unix seconds, 0: none; written 2027-01-31T12:00:00Z, or
                        2027-01-31 */
    SCHEMA_TEXTS,    /* a list of texts: const char *const *, followed by size_t, their count */
    SCHEMA_SECTION,  /* the rows of `section`: a struct */
    SCHEMA_SECTIONS, /* a list of sections; by hand */
};

struct schema_choice {
    const char *word; /* NULL ends the array */
    int value;
};

#define SCHEMA_BY_HAND SIZE_MAX
#define YEARS          (3650 * 86400u) /* ten years in seconds: the longest time that a row permits */

struct schema_row {
    const char *key; /* NULL ends the array */
    enum schema_type type;
    size_t offset;       /* of its field in the section's struct; SCHEMA_BY_HAND: it has none */
    const char *initial; /* the default, as written in a file; NULL: none */
    bool required;
    uint32_t min, max; /* NUMBER and TIME: the range, inclusive; TEXTS: at most `max`, 0: any number */
    bool prefixes;     /* TEXTS: each is an address or a prefix */
    bool alone;        /* TEXTS: a single one may be written without a list; SECTION: likewise its first key's
                          value, a text, without the section */
    const char *zero;  /* NUMBER and TIME: a word that stands for 0, which may be out of range; or NULL */
    const char *unit;  /* what is counted: NUMBER, or NULL; TEXTS with `max` */
    const struct schema_choice *choices;
    const struct schema_row *section;
    const char *help; /* sentences, without the key's name */
};

/* Type and field of a row, after its key. */
#define BY_HAND(kind)          SCHEMA_##kind, .offset = SCHEMA_BY_HAND
#define FIELD(kind, in, field) SCHEMA_##kind, .offset = offsetof(struct in, field)
#define TEXT(in, field)        FIELD(TEXT, in, field)
#define NUMBER(in, field)      FIELD(NUMBER, in, field)
#define TIME(in, field)        FIELD(TIME, in, field)
#define BOOL(in, field)        FIELD(BOOL, in, field)
#define CHOICE(in, field)      FIELD(CHOICE, in, field)
#define DATE(in, field)        FIELD(DATE, in, field)
#define TEXTS(in, field)       FIELD(TEXTS, in, field)
#define SECTION(in, field)     FIELD(SECTION, in, field)
#define LOCALIZED(in, field)   SECTION(in, field), .alone = true, .section = schema_localized

extern const struct schema_row schema_root[];      /* struct config */
extern const struct schema_row schema_tcp[];       /* struct tcp_limits */
extern const struct schema_row schema_rate[];      /* struct config_rate */
extern const struct schema_row schema_keys[];      /* struct config_keys */
extern const struct schema_row schema_public[];    /* struct config_public */
extern const struct schema_row schema_misspelt[];  /* struct config_misspelt */
extern const struct schema_row schema_http[];      /* struct http_options */
extern const struct schema_row schema_rules[];     /* struct config_rules */
extern const struct schema_row schema_banner[];    /* struct banner */
extern const struct schema_row schema_retired[];   /* struct retirement */
extern const struct schema_row schema_localized[]; /* struct localized */
extern const struct schema_row schema_resolver[];  /* struct config_resolver */
extern const struct schema_row schema_form[];      /* struct config_form */
extern const struct schema_row schema_breaker[];   /* struct breaker_rules */
extern const struct schema_row schema_limits[];    /* struct delist_limits */
extern const struct schema_row schema_retention[]; /* struct retention */
extern const struct schema_row schema_commands[];  /* struct config_commands */
extern const struct schema_row schema_list[];      /* struct config_set */
extern const struct schema_row schema_guards[];    /* struct guard_rules */
extern const struct schema_row schema_zone[];      /* struct zone_spec */
extern const struct schema_row schema_soa[];       /* struct set_soa */

/* How many rows `section` has, and the index of the row `key`, which must be there. */
size_t schema_count(const struct schema_row *section);
size_t schema_index(const struct schema_row *section, const char *key);

#define SCHEMA_VALUE_TEXT 256 /* bytes that suffice for a written value, except a TEXT */

/* Parses `text`, as in the file and on the command line, into the field of `row` in `section`, the struct
 * that the row's section describes. A TEXT is referred to, not copied. On failure `error` quotes the value
 * and says what is expected. A row by hand is checked only. Any thread. */
enum err schema_value_read(const struct schema_row *row, const char *text, void *section,
                           struct error *error) must_use;

/* The field's value as text: `buffer`, or the field's own text; NULL when it has none. */
const char *schema_value_write(const struct schema_row *row, const void *section,
                               char buffer[SCHEMA_VALUE_TEXT]);

/* Sets the fields of all rows of `rows` to their defaults, in nested sections too. */
void schema_value_defaults(const struct schema_row *rows, void *section);

/* Parses a time at *text, a number with at most one of s m h d w after it, and moves *text past it. False if
 * there is none or it does not fit 32 bits of seconds. */
bool schema_value_seconds(const char **text, uint32_t *seconds);

/* The key of `section` that `word` most probably misspells, or NULL. Time in proportion to the length of
 * `word`. */
const char *schema_suggest(const struct schema_row *section, const char *word);

#endif
