/*
 * generic: records under exact names.
 *
 *   name [ttl] [IN] type data       `@` is the zone itself, `*` a label like any other
 *
 * A and TXT are read as rbldnsd does: an address of one to four numbers, and a text that is all that follows,
 * without the quotes when it stands between two; no `$` is replaced in it. Other types are read by ldns, a
 * comment behind a semicolon: the usual ones in their own form, any in that of RFC 3597 (`TYPE99 \# 1 00`).
 * One set can serve several zones, so names in the data are absolute, with or without a dot at the end.
 */
#include "dns/wire.h"
#include "list/directive.h"
#include "list/domain.h"
#include "list/duration.h"
#include "list/entry_value.h"
#include "list/types.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ldns/ldns.h>

struct generic_line {
    char *name, *type, *data; /* each ends in a NUL */
    uint32_t ttl;
    const char *end; /* of the data */
};

/* Ends the field at `p` and returns the next. */
static char *next_field(char *p)
{
    char *end = (char *)scan_field(p), *next = (char *)scan_blanks(end);
    *end = '\0';
    return next;
}

/* Finds the fields behind the name; without a TTL, the line's stays. */
static enum err split_line(struct list_reader *r, struct generic_line *line)
{
    char *p = next_field(line->name);
    if (scan_is_digit(*p)) {
        uint32_t ttl;
        const char *behind = duration_parse(p, &ttl);
        if (behind == NULL || (*behind != '\0' && !scan_is_blank(*behind)))
            return list_reader_bad_field(r, "TTL", p,
                                         "seconds or a number with one of s, m, h, d, w is expected");
        if (ttl != 0)
            line->ttl = directive_clamp_ttl(r->options, ttl);
        p = next_field(p);
    }
    line->type = p;
    p = next_field(p);
    if (strcasecmp(line->type, "IN") == 0) {
        line->type = p;
        p = next_field(p);
    }
    line->data = p;
    if (*line->data == '\0')
        return list_reader_bad(r, "a record is expected: name [ttl] [IN] type data");
    return OK;
}

static enum err add_record(struct list_reader *r, const uint8_t *record, size_t length, uint32_t *offset)
{
    enum err err = intern_add(&r->records, record, length, offset);
    return err == OK ? OK : list_reader_full(r, err);
}

static enum err read_a(struct list_reader *r, const struct generic_line *line, uint32_t *record)
{
    uint8_t wire[WIRE_RECORD + 4];
    uint32_t address;
    unsigned count;
    const char *behind = entry_value_parse_address(line->data, &address, &count);
    if (behind == NULL)
        return list_reader_bad_field(r, "address", line->data, "an IPv4 address is expected");
    const char *rest = scan_blanks(behind);
    if (*rest != '\0' && *rest != '#' && *rest != ';')
        list_reader_warn(r, "\"%.32s\" behind the address has no meaning", behind);
    wire_put32(wire_put_record(wire, TYPE_A, line->ttl, 4), address);
    return add_record(r, wire, sizeof(wire), record);
}

static enum err read_txt(struct list_reader *r, const struct generic_line *line, uint32_t *record)
{
    uint8_t wire[WIRE_RECORD + 1 + SET_MAX_TEXT];
    const char *text = line->data;
    size_t length = (size_t)(line->end - text);
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    if (length > SET_MAX_TEXT) {
        list_reader_warn(r, "text of %zu bytes: cut to %d", length, SET_MAX_TEXT);
        length = SET_MAX_TEXT;
    }
    uint8_t *p = wire_put_record(wire, TYPE_TXT, line->ttl, (unsigned)length + 1);
    *p++ = (uint8_t)length;
    memcpy(p, text, length);
    return add_record(r, wire, WIRE_RECORD + 1 + length, record);
}

/* The largest number that a field of the data can hold, 0 when it is none. */
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

/* What ldns takes without a word: numbers too large for their field, and an `@` that would be the root. */
static const char *find_fault(ldns_rr_type type, const char *data)
{
    const ldns_rr_descriptor *form = ldns_rr_descript((uint16_t)type);
    for (size_t i = 0; *data != '\0' && *data != '"' && *data != '\\'; i++) {
        const char *end = scan_field(data);
        uint32_t number, largest = largest_number(form, i);
        if (end - data == 1 && *data == '@')
            return "@ is not known within the data: write the name in full";
        if (largest != 0 && scan_number(data, largest, &number) != end)
            return "a number in the data is not one, or too large for its field";
        data = scan_blanks(end);
    }
    return NULL;
}

/* Types whose own form is read. ldns knows more, but leaks memory on bad data of some. */
static bool has_form(ldns_rr_type type)
{
    static const ldns_rr_type types[] = {
        LDNS_RR_TYPE_NS,    LDNS_RR_TYPE_CNAME,  LDNS_RR_TYPE_PTR,        LDNS_RR_TYPE_HINFO,
        LDNS_RR_TYPE_MX,    LDNS_RR_TYPE_RP,     LDNS_RR_TYPE_AAAA,       LDNS_RR_TYPE_LOC,
        LDNS_RR_TYPE_SRV,   LDNS_RR_TYPE_NAPTR,  LDNS_RR_TYPE_DNAME,      LDNS_RR_TYPE_SSHFP,
        LDNS_RR_TYPE_TLSA,  LDNS_RR_TYPE_SMIMEA, LDNS_RR_TYPE_OPENPGPKEY, LDNS_RR_TYPE_SVCB,
        LDNS_RR_TYPE_HTTPS, LDNS_RR_TYPE_SPF,    LDNS_RR_TYPE_URI,        LDNS_RR_TYPE_CAA,
    };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (types[i] == type)
            return true;
    return false;
}

/* The record as ldns reads it; NULL with a reason. The caller frees it. */
static ldns_rr *parse_record(const char *type, const char *data, const char **why)
{
    ldns_rr_type number = ldns_get_rr_type_by_name(type);
    char *text;
    ldns_rr *rr = NULL;
    *why = "the type is unknown, or not one that data can have";
    if (number == 0 || number == LDNS_RR_TYPE_SOA || number == LDNS_RR_TYPE_OPT ||
        (number >= 128 && number <= 255))
        return NULL;
    *why = "the data must be written as \\# LENGTH HEX";
    if (!has_form(number) && strncmp(data, "\\#", 2) != 0)
        return NULL;
    *why = find_fault(number, data);
    if (*why != NULL)
        return NULL;
    if (asprintf(&text, ". IN %s %s", type, data) < 0) {
        *why = "no memory";
        return NULL;
    }
    ldns_status status = ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL);
    free(text);
    *why = ldns_get_errorstr_by_id(status);
    return status == LDNS_STATUS_OK ? rr : NULL;
}

static enum err read_other(struct list_reader *r, const struct generic_line *line, uint32_t *record)
{
    const char *why;
    ldns_rr *rr = parse_record(line->type, line->data, &why);
    if (rr == NULL)
        return list_reader_bad(r, "invalid record of type \"%.16s\": %s", line->type, why);
    ldns_rr_set_ttl(rr, line->ttl);
    ldns_buffer *wire = ldns_buffer_new(LDNS_MAX_PACKETLEN);
    enum err err;
    if (wire == NULL || ldns_rr2buffer_wire(wire, rr, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
        err = list_reader_full(r, ERR_MEMORY);
    else /* the root as owner stands before it */
        err = add_record(r, ldns_buffer_begin(wire) + 1, ldns_buffer_position(wire) - 1, record);
    ldns_buffer_free(wire);
    ldns_rr_free(rr);
    return err;
}

static enum err read_record(struct list_reader *r, const struct generic_line *line, uint32_t *record)
{
    if (strcasecmp(line->type, "A") == 0)
        return read_a(r, line, record);
    if (strcasecmp(line->type, "TXT") == 0)
        return read_txt(r, line, record);
    return read_other(r, line, record);
}

static enum err read_entry(struct list_reader *r, char *text, char *end)
{
    struct generic_line line = { .name = text, .ttl = r->data->ttl, .end = end };
    struct set_value value = { .kind = VALUE_RECORD };
    struct entry_name entry = { .exact = true };
    struct domain name;
    uint8_t wire[NAME_MAX_WIRE] = { 0 };
    uint16_t length = 1;
    enum err err = split_line(r, &line);
    if (err != OK)
        return err;
    if (strcmp(line.name, "@") != 0) {
        err = name_from_text(line.name, wire, &length, NULL);
        if (err != OK)
            return list_reader_bad_name(r, line.name, err);
        if (length == 1)
            return list_reader_bad_field(r, "domain name", line.name,
                                         "a label is expected, or @ for the zone");
    }
    domain_reverse(wire, length, &name);
    value.labels = (uint8_t)name.labels;
    err = read_record(r, &line, &value.code);
    if (err == OK)
        err = list_reader_value(r, value, &entry.value);
    return err == OK ? domain_add(r, &name, entry) : err;
}

const struct set_type set_generic = { .name = "generic", .overlap = OVERLAP_ALL, .read_entry = read_entry };
