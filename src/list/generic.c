/*
 * generic: records under exact names.
 *
 *   name [ttl] [IN] type data       `@` is the zone itself, `*` a label like any other
 *
 * A and TXT are read as rbldnsd does: an address of one to four numbers; a text that is the rest of the line,
 * without the quotes when it begins and ends in one. In no text a `$` is replaced. One that begins with a
 * quote is read as in a zone file, if it is well-formed so: strings in quotes and without, escapes, a comment
 * after a semicolon (RFC 1035 section 5.1). What is longer than 255 bytes becomes several strings. ldns
 * parses the other types: the usual ones in their own form, all in that of RFC 3597 (`TYPE99 \# 1 00`). One
 * set can serve several zones, so names in the data are absolute, with or without a dot at the end.
 */
#include "dns/wire.h"
#include "list/domain.h"
#include "list/lines.h"
#include "list/list_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ldns/ldns.h>

enum {
    /* Bytes of the strings of a line: each needs a length byte, and a character of the line before it. */
    STRINGS_SIZE = LINES_MAX + LINES_MAX / WIRE_STRING_MAX + 2,
};

struct generic_line {
    char *name, *type, *data; /* each ends in a NUL */
    uint32_t ttl;
    const char *end; /* of the data */
};

/* Splits `text` into fields; without a TTL, that of the line stays. */
static enum err split_line(struct list_reader *r, char *text, struct generic_line *line)
{
    line->name = scan_pop_field(&text);
    if (scan_is_digit(*text)) {
        uint32_t ttl;
        enum err err = list_reader_parse_seconds(r, "TTL", scan_pop_field(&text), &ttl);
        if (err != OK)
            return err;
        if (ttl != 0)
            line->ttl = directive_clamp_ttl(r->options, ttl);
    }
    line->type = scan_pop_field(&text);
    if (strcasecmp(line->type, "IN") == 0)
        line->type = scan_pop_field(&text);
    line->data = text;
    return *text != '\0' ? OK : list_reader_reject(r, "expected a record: name [ttl] [IN] type data");
}

static enum err read_a(struct list_reader *r, const struct generic_line *line, uint32_t *record)
{
    uint8_t wire[WIRE_RECORD + 4];
    uint32_t address;
    unsigned count;
    const char *end = list_reader_parse_numbers(line->data, &address, &count);
    if (end == NULL)
        return list_reader_reject_field(r, "IPv4 address", line->data, "expected 1 to 4 numbers up to 255");
    if (!scan_is_end(*scan_blanks(end)))
        list_reader_warn(r, "\"%.32s\" after the address is ignored", end);
    wire_put32(wire_put_record(wire, TYPE_A, line->ttl, 4), address);
    return list_reader_intern(r, &r->records, wire, sizeof(wire), record);
}

/* Character-strings while they are written: `last` is the length byte of the last one, or NULL. */
struct strings {
    uint8_t *last, *end;
};

static void begin_string(struct strings *s)
{
    s->last = s->end++;
    *s->last = 0;
}

static void put_byte(struct strings *s, uint8_t byte)
{
    if (*s->last == WIRE_STRING_MAX)
        begin_string(s);
    ++*s->last;
    *s->end++ = byte;
}

/* Reads a string up to its closing quote, or without quotes up to a blank. Returns what follows, or NULL. */
static const char *read_string(const char *p, struct strings *to)
{
    bool quoted = *p == '"';
    if (!quoted && *p == '#') /* a comment in other lines of a list, but none in a zone file */
        return NULL;
    begin_string(to);
    for (p += quoted; *p != '\0' && *p != '"' && (quoted || (*p != ';' && !scan_is_blank(*p)));) {
        int byte = name_read_byte(&p);
        if (byte < 0)
            return NULL;
        put_byte(to, (uint8_t)byte);
    }
    if (quoted != (*p == '"'))
        return NULL;
    p += quoted;
    return *p == '\0' || *p == ';' || scan_is_blank(*p) ? p : NULL;
}

/* Reads a text as in a zone file; false if it is not well-formed. */
static bool read_strings(const char *p, struct strings *to)
{
    for (p = scan_blanks(p); *p != '\0' && *p != ';'; p = scan_blanks(p)) {
        p = read_string(p, to);
        if (p == NULL)
            return false;
    }
    return true;
}

/* Reads a text as rbldnsd does. */
static void read_rest(const char *p, const char *end, struct strings *to)
{
    if (end - p >= 2 && *p == '"' && end[-1] == '"') {
        p++;
        end--;
    }
    begin_string(to);
    while (p < end)
        put_byte(to, (uint8_t)*p++);
}

static enum err read_txt(struct list_reader *r, const struct generic_line *line, unsigned type,
                         uint32_t *record)
{
    uint8_t wire[WIRE_RECORD + STRINGS_SIZE];
    struct strings strings = { NULL, wire + WIRE_RECORD };
    if (*line->data != '"' || !read_strings(line->data, &strings)) {
        strings.end = wire + WIRE_RECORD;
        read_rest(line->data, line->end, &strings);
    }
    size_t size = (size_t)(strings.end - wire);
    wire_put_record(wire, type, line->ttl, (unsigned)(size - WIRE_RECORD));
    return list_reader_intern(r, &r->records, wire, size, record);
}

/* The largest number that a field of the data can hold; 0: it is not a number. */
static uint32_t largest_number(const ldns_rr_descriptor *form, size_t field)
{
    if (field >= ldns_rr_descriptor_maximum(form))
        return 0;
    switch (ldns_rr_descriptor_field_type(form, field)) {
    case LDNS_RDF_TYPE_INT8:
        return UINT8_MAX;
    case LDNS_RDF_TYPE_INT16:
        return UINT16_MAX;
    case LDNS_RDF_TYPE_INT32:
        return UINT32_MAX;
    default:
        return 0;
    }
}

/* Finds what ldns accepts silently: a number too large for its field; an `@`, which would be the root; and a
 * domain name in UTF-8, which would not be the one of that form at the beginning of a line. Returns the
 * reason, or NULL. */
static const char *check_data(ldns_rr_type type, const char *data)
{
    const ldns_rr_descriptor *form = ldns_rr_descript((uint16_t)type);
    for (size_t i = 0; *data != '\0' && *data != '"' && *data != '\\'; i++) {
        const char *end = scan_field(data);
        uint32_t number, largest = largest_number(form, i);
        if (end - data == 1 && *data == '@')
            return "@ is not allowed in the data: write the full name";
        if (i < ldns_rr_descriptor_maximum(form) && !domain_is_ascii(data) &&
            ldns_rr_descriptor_field_type(form, i) == LDNS_RDF_TYPE_DNAME)
            return "a domain name in the data must be in ASCII (xn--...)";
        if (largest != 0 && scan_number(data, largest, &number) != end)
            return "a field of the data is not a number, or the number is too large";
        data = scan_blanks(end);
    }
    return NULL;
}

/* Why records of a type cannot be served, whatever their form; NULL: they can. `apex`: of the zone itself. */
static const char *refused_type(ldns_rr_type type, bool apex)
{
    if (type == LDNS_RR_TYPE_SOA || (type == LDNS_RR_TYPE_NS && apex))
        return "$SOA and $NS give the zone's own";
    if (type == LDNS_RR_TYPE_CNAME && apex)
        return "the zone itself has other records, beside which there is no CNAME (RFC 1034 section 3.6.2)";
    if (type == LDNS_RR_TYPE_NS || type == LDNS_RR_TYPE_DNAME)
        return "it would decide about all names below it, which is not supported";
    if (type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3)
        return "zones are not signed";
    if (type == 0 || type == LDNS_RR_TYPE_OPT || (type >= 128 && type <= 255)) /* RFC 6895 section 3.1 */
        return "the type is unknown, or data cannot have it";
    return NULL;
}

/* Types whose own form is accepted. ldns parses more, but leaks memory on invalid data of some. */
static bool has_form(ldns_rr_type type)
{
    static const ldns_rr_type types[] = {
        LDNS_RR_TYPE_CNAME, LDNS_RR_TYPE_PTR,        LDNS_RR_TYPE_HINFO, LDNS_RR_TYPE_MX,
        LDNS_RR_TYPE_RP,    LDNS_RR_TYPE_AAAA,       LDNS_RR_TYPE_LOC,   LDNS_RR_TYPE_SRV,
        LDNS_RR_TYPE_NAPTR, LDNS_RR_TYPE_SSHFP,      LDNS_RR_TYPE_TLSA,  LDNS_RR_TYPE_SMIMEA,
        LDNS_RR_TYPE_SVCB,  LDNS_RR_TYPE_OPENPGPKEY, LDNS_RR_TYPE_HTTPS, LDNS_RR_TYPE_URI,
        LDNS_RR_TYPE_CAA,
    };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (types[i] == type)
            return true;
    return false;
}

/* Parses a record with ldns; NULL with a reason. The caller frees it. */
static ldns_rr *parse_record(const char *type, const char *data, bool apex, const char **why)
{
    ldns_rr_type number = ldns_get_rr_type_by_name(type);
    char *text;
    ldns_rr *rr = NULL;
    *why = refused_type(number, apex);
    if (*why != NULL)
        return NULL;
    bool coded = strncmp(data, "\\#", 2) == 0;
    *why = "the data must be written as \\# LENGTH HEX";
    if (!coded && !has_form(number))
        return NULL;
    *why = "the data must be written in the type's own form"; /* ldns would not check the parameters */
    if (coded && (number == LDNS_RR_TYPE_SVCB || number == LDNS_RR_TYPE_HTTPS))
        return NULL;
    *why = check_data(number, data);
    if (*why != NULL)
        return NULL;
    if (asprintf(&text, ". IN %s %s", type, data) < 0) {
        *why = "out of memory";
        return NULL;
    }
    ldns_status status = ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL);
    free(text);
    *why = ldns_get_errorstr_by_id(status);
    return status == LDNS_STATUS_OK ? rr : NULL;
}

/* Whether a record that came as `\# LENGTH HEX` has all fields of its type, and nothing after them: ldns
 * accepts too few of them, and skips bytes that are left over. */
static bool is_whole(const ldns_rr *rr, const char *data, size_t data_length)
{
    const ldns_rr_descriptor *form = ldns_rr_descript((uint16_t)ldns_rr_get_type(rr));
    uint32_t length;
    if (strncmp(data, "\\#", 2) != 0)
        return true;
    if (scan_number(scan_blanks(data + 2), UINT16_MAX, &length) == NULL || length != data_length ||
        ldns_rr_rd_count(rr) < ldns_rr_descriptor_minimum(form))
        return false;
    ldns_buffer *text = ldns_buffer_new(LDNS_MAX_PACKETLEN);
    bool readable = text != NULL && ldns_rr2buffer_str(text, rr) == LDNS_STATUS_OK;
    ldns_buffer_free(text);
    return readable;
}

static enum err read_other(struct list_reader *r, const struct generic_line *line, uint32_t *record)
{
    const char *why;
    ldns_rr *rr = parse_record(line->type, line->data, strcmp(line->name, "@") == 0, &why);
    if (rr == NULL)
        return list_reader_reject(r, "not a valid record of type \"%.16s\": %s", line->type, why);
    ldns_rr_set_ttl(rr, line->ttl);
    ldns_buffer *wire = ldns_buffer_new(LDNS_MAX_PACKETLEN);
    enum err err;
    if (wire == NULL || ldns_rr2buffer_wire(wire, rr, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
        err = list_reader_full(r, ERR_MEMORY);
    else if (!is_whole(rr, line->data, ldns_buffer_position(wire) - 1 - WIRE_RECORD))
        err = list_reader_reject(r, "not valid data of type \"%.16s\"", line->type);
    else /* without the owner, which is the root */
        err = list_reader_intern(r, &r->records, ldns_buffer_begin(wire) + 1, ldns_buffer_position(wire) - 1,
                                 record);
    ldns_buffer_free(wire);
    ldns_rr_free(rr);
    return err;
}

static enum err read_record(struct list_reader *r, const struct generic_line *line, uint32_t *record)
{
    bool coded = strncmp(line->data, "\\#", 2) == 0; /* RFC 3597 section 5 */
    if (!coded && strcasecmp(line->type, "A") == 0)
        return read_a(r, line, record);
    if (!coded && strcasecmp(line->type, "TXT") == 0)
        return read_txt(r, line, TYPE_TXT, record);
    if (!coded && strcasecmp(line->type, "SPF") == 0)
        return read_txt(r, line, LDNS_RR_TYPE_SPF, record);
    return read_other(r, line, record);
}

/* Checks that a name has either one CNAME record, perhaps given twice, or others (RFC 1034 section 3.6.2).
 * `record`: the name's new one. */
static enum err check_alias(struct list_reader *r, const struct domain *name, uint32_t record)
{
    enum { NONE, OTHERS, ALIAS }; /* what the name has so far; from ALIAS on: ALIAS + its CNAME record */
    bool alias = wire_record_type(&VEC_AT(&r->data->records, const uint8_t, record)) == TYPE_CNAME;
    uint32_t offset, now = alias ? ALIAS + record : OTHERS, before = NONE;
    size_t length = 1u + name->bytes[0], known = r->owners_pool.used;
    enum err err = list_reader_intern(r, &r->owners, name->bytes, length, &offset);
    if (err == OK && r->owners_pool.used != known && vec_add(&r->owners_pool, sizeof(before)) == NULL)
        err = list_reader_full(r, ERR_MEMORY);
    if (err != OK)
        return err;
    uint8_t *state = &VEC_AT(&r->owners_pool, uint8_t, offset + length);
    if (r->owners_pool.used == known)
        memcpy(&before, state, sizeof(before));
    memcpy(state, &now, sizeof(now));
    if (before == NONE || before == now)
        return OK;
    memcpy(state, &before, sizeof(before));
    return list_reader_reject(r, "a name with a CNAME record can have no other (RFC 1034 section 3.6.2)");
}

static enum err read_entry(struct list_reader *r, char *text, char *end)
{
    struct generic_line line = { .ttl = r->data->ttl, .end = end };
    struct set_value value = { .kind = VALUE_RECORD };
    struct entry_name entry = { .exact = true };
    struct domain name;
    uint8_t wire[WIRE_NAME_MAX] = { 0 };
    uint16_t length = 1;
    enum err err = split_line(r, text, &line);
    if (err != OK)
        return err;
    if (strcmp(line.name, "@") != 0) {
        err = list_reader_parse_name(r, line.name, wire, &length);
        if (err != OK)
            return err;
        if (length == 1)
            return list_reader_reject_field(r, "domain name", line.name,
                                            "expected a label, or @ for the zone");
    }
    domain_reverse(wire, length, &name);
    value.labels = (uint8_t)name.labels;
    err = read_record(r, &line, &value.code);
    if (err == OK)
        err = check_alias(r, &name, value.code);
    if (err == OK)
        err = list_reader_value(r, value, &entry.value);
    return err == OK ? domain_add(r, &name, entry) : err;
}

const struct set_type set_generic = { .name = "generic", .overlap = OVERLAP_ALL, .read_entry = read_entry };
