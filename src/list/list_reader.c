#include "list/list_reader.h"

#include "base/printable.h"
#include "list/domain.h"
#include "list/duration.h"
#include "list/overlap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err list_reader_begin(struct list_reader *r, const struct set_type *type, struct set_data *data)
{
    r->type = type;
    r->data = data;
    data->overlap = type->overlap;
    data->acl = type->acl;
    data->protected = type->protected;
    r->default_fixed = r->last_value.valid = false;
    r->displaced.count = r->displaced.next = 0;
    r->unsorted = false;
    list_reader_reset_default(r);
    intern_start(&r->texts, &data->texts);
    intern_start(&r->values, &data->values);
    intern_start(&r->records, &data->records);
    intern_start(&r->owners, &r->owners_pool);
    if (data->texts.used == 0 && vec_add(&data->texts, 1) == NULL) /* offset 0: no text */
        return list_reader_full(r, ERR_MEMORY);
    return OK;
}

void list_reader_reset_default(struct list_reader *r)
{
    if (r->default_fixed)
        return;
    r->default_value = (struct set_value){ .code = 0x7f000002 }; /* 127.0.0.2 (RFC 5782 section 2.1) */
    r->default_action = ACL_IGNORE;
}

enum err list_reader_end(struct list_reader *r)
{
    struct set_data *data = r->data;
    if (r->type->one_value && data->entries != 0) {
        uint32_t index;
        enum err err = list_reader_value(r, r->default_value, &index);
        if (err != OK)
            return err;
    }
    list_reader_close(r);
    enum err err = overlap_check(r);
    if (err != OK)
        return list_reader_full(r, err);
    struct vec *all[] = SET_VECS(data);
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        vec_trim(all[i]);
    return OK;
}

void list_reader_close(struct list_reader *r)
{
    intern_free(&r->texts);
    intern_free(&r->values);
    intern_free(&r->records);
    intern_free(&r->owners);
    vec_free(&r->owners_pool);
}

/* ---- Messages ---- */

static void write_reason(char reason[256], const char *format, va_list args)
{
    vsnprintf(reason, 256, format, args);
    printable_make(reason); /* list files come from outside */
}

static void report(struct list_reader *r, bool bad, const char *format, va_list args)
{
    char reason[256];
    if (r->options->report == NULL)
        return;
    write_reason(reason, format, args);
    r->options->report(r->options->context, r->file, r->line, bad, reason);
}

enum err list_reader_reject(struct list_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(r, true, format, args);
    va_end(args);
    return ERR_SYNTAX;
}

enum err list_reader_reject_field(struct list_reader *r, const char *what, const char *field, const char *why)
{
    enum { QUOTED_MAX = 64 };
    size_t length = (size_t)(scan_field(field) - field);
    bool cut = length >= QUOTED_MAX;
    return list_reader_reject(r, "\"%.*s%s\" is not a valid %s: %s", (int)(cut ? QUOTED_MAX : length), field,
                              cut ? "..." : "", what, why);
}

enum err list_reader_reject_address(struct list_reader *r, unsigned version, const char *text,
                                    const char *why)
{
    char what[16], mark = text[strcspn(text, version == 4 ? "/-: \t#;" : "/ \t#;")];
    snprintf(what, sizeof(what), "IPv%u %s", version,
             mark == '/'   ? "prefix"
             : mark == '-' ? "range"
                           : "address");
    return list_reader_reject_field(r, what, text, why);
}

enum err list_reader_reject_name(struct list_reader *r, const char *field, enum err why)
{
    return list_reader_reject_field(
        r, "domain name", field,
        why == ERR_LIMIT          ? "a label is longer than 63 bytes, or the name longer than 255"
        : !domain_is_ascii(field) ? "it is not ASCII, nor an internationalized domain in UTF-8 (RFC 5891)"
                                  : "a label is empty, or an escape is neither \\ddd nor \\ and a character");
}

void list_reader_warn(struct list_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(r, false, format, args);
    va_end(args);
}

enum err list_reader_stop(struct list_reader *r, enum err err, const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    write_reason(reason, format, args);
    va_end(args);
    return error_set(r->error, err, "%s(%lu): %s", r->file, r->line, reason);
}

enum err list_reader_full(struct list_reader *r, enum err err)
{
    return list_reader_stop(r, err, "%s",
                            err == ERR_LIMIT ? "more than 4 GiB of texts or names in the set: split it"
                                             : "out of memory for the set, or memory_limit is reached");
}

void list_reader_return(struct list_reader *r, uint32_t entry_line)
{
    const struct reader_file *files = r->files.data;
    size_t i = VEC_COUNT(&r->files, *files);

    while (i > 0 && files[--i].lines_before >= entry_line)
        ;
    r->file = files[i].path;
    r->line = (unsigned long)(entry_line - files[i].lines_before);
}

/* ---- Fields of a line ---- */

const char *list_reader_parse4(struct list_reader *r, const char *text, unsigned forms, struct address4 *out)
{
    const char *why;
    const char *p = address4_parse(text, forms | (r->options->host_bits ? ADDRESS4_HOST_BITS : 0), out, &why);
    if (p != NULL && out->last - out->first > r->max_span) {
        p = NULL;
        why = "it is wider than $MAXRANGE4 allows";
    }
    if (p == NULL)
        list_reader_reject_address(r, 4, text, why);
    return p;
}

const char *list_reader_parse6(struct list_reader *r, const char *text, struct address6 *out)
{
    const char *why, *p = address6_parse_prefix(text, r->options->host_bits, out, &why);
    if (p == NULL)
        list_reader_reject_address(r, 6, text, why);
    return p;
}

enum err list_reader_parse_seconds(struct list_reader *r, const char *what, const char *field,
                                   uint32_t *seconds)
{
    if (duration_parse(field, seconds))
        return OK;
    return list_reader_reject_field(r, what, field,
                                    "expected seconds, or a number with s, m, h, d or w after it");
}

enum err list_reader_parse_name(struct list_reader *r, const char *text, uint8_t *wire, uint16_t *length)
{
    enum err err = domain_from_text(text, wire, length);
    return err == OK ? OK : list_reader_reject_name(r, text, err);
}

/* ---- Entries ---- */

enum err list_reader_add_host_value(struct list_reader *r, uint32_t value)
{
    struct host_value *run = vec_add(&r->data->host_values, sizeof(*run));
    if (run == NULL)
        return list_reader_full(r, ERR_MEMORY);
    *run = (struct host_value){ (uint32_t)VEC_COUNT(&r->data->hosts4, uint32_t), value };
    r->last_host_value = value;
    return OK;
}

static enum err add_entry4(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value)
{
    struct entry4 *entry = vec_add(&r->data->entries4, sizeof(*entry));
    if (entry == NULL)
        return list_reader_full(r, ERR_MEMORY);
    *entry = (struct entry4){ first, last, value, list_reader_line(r) };
    return OK;
}

static bool is_displaced(const struct list_reader *r, uint32_t host)
{
    for (unsigned i = 0; i < r->displaced.count; i++)
        if (r->displaced.address[i] == host)
            return true;
    return false;
}

static uint32_t next_displaced(const struct list_reader *r, uint32_t host)
{
    uint32_t next = UINT32_MAX;
    for (unsigned i = 0; i < r->displaced.count; i++)
        if (r->displaced.address[i] > host && r->displaced.address[i] < next)
            next = r->displaced.address[i];
    return next;
}

/* Moves the hosts so far to the other entries, so that lower ones can follow; false when too many. */
static bool displace_hosts(struct list_reader *r)
{
    const struct vec *hosts = &r->data->hosts4, *values = &r->data->host_values;
    size_t count = VEC_COUNT(hosts, uint32_t), run = 0;
    if (count > LIST_READER_DISPLACED_MAX - r->displaced.count)
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t host = VEC_AT(hosts, uint32_t, i);
        while (run + 1 < VEC_COUNT(values, struct host_value) &&
               VEC_AT(values, struct host_value, run + 1).from <= i)
            run++;
        if (add_entry4(r, host, host, VEC_AT(values, struct host_value, run).value) != OK)
            return false;
        r->displaced.address[r->displaced.count++] = host;
    }
    r->data->hosts4.used = r->data->host_values.used = 0;
    return true;
}

/* Whether the host, out of order, may go to hosts4 all the same. Where many are, 4 bytes each matter more
 * than their order. Not in a trie, whose duplicates are reported by line; and only while all values that an
 * address can have got so far are within the limit of overlap.h, so that a host is none that is left out. */
static bool may_be_unsorted(const struct list_reader *r, uint32_t value)
{
    enum { MANY = 4096 };
    const struct set_data *data = r->data;

    if (value != r->last_host_value || VEC_COUNT(&data->host_values, struct host_value) != 1 ||
        VEC_COUNT(&data->values, struct set_value) > SET_MAX_VALUES)
        return false;
    return r->unsorted || (VEC_COUNT(&data->entries4, struct entry4) >= MANY &&
                           (data->overlap != OVERLAP_FIRST || r->type->one_value));
}

static enum err add_unsorted(struct list_reader *r, uint32_t host)
{
    uint32_t *p = vec_add(&r->data->hosts4, sizeof(*p));
    if (p == NULL)
        return list_reader_full(r, ERR_MEMORY);
    *p = host;
    r->unsorted = true;
    r->displaced.next = 0;
    return OK;
}

enum err list_reader_add4_slow(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value)
{
    struct vec *hosts = &r->data->hosts4;
    bool ascends = !r->unsorted && (hosts->used == 0 || first > VEC_LAST(hosts, uint32_t));
    if (first == last && !ascends && may_be_unsorted(r, value))
        return add_unsorted(r, first);
    /* A displaced host that comes again goes to the entries too: equal ones must keep the order of their
     * lines. */
    if (first != last || (!ascends && !displace_hosts(r)) || is_displaced(r, first))
        return add_entry4(r, first, last, value);
    if (hosts->used == 0 || value != r->last_host_value) {
        enum err err = list_reader_add_host_value(r, value);
        if (err != OK)
            return err;
    }
    uint32_t *host = vec_add(hosts, sizeof(*host));
    if (host == NULL)
        return list_reader_full(r, ERR_MEMORY);
    *host = first;
    r->displaced.next = next_displaced(r, first);
    return OK;
}

enum err list_reader_add6(struct list_reader *r, uint64_t hi, uint64_t lo, unsigned length, uint32_t value)
{
    struct entry6 *entry = vec_add(&r->data->entries6, sizeof(*entry));
    if (unlikely(entry == NULL))
        return list_reader_full(r, ERR_MEMORY);
    uint32_t line = list_reader_line(r);
    line = line < ENTRY_LINE6_MAX ? line : ENTRY_LINE6_MAX;
    *entry = (struct entry6){ hi, lo, value, length & 0xff, line & ENTRY_LINE6_MAX };
    return OK;
}
