#include "resolve/records.h"

#include <stdlib.h>
#include <string.h>

#define CNAMES_MAX 8 /* one after the other; more are a loop, or as good as one */

/* Whether the record has this owner and type. */
static bool is_of(const ldns_rr *rr, const ldns_rdf *owner, ldns_rr_type type)
{
    return ldns_rr_get_type(rr) == type && ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
           ldns_dname_compare(ldns_rr_owner(rr), owner) == 0;
}

/* The next record of the owner and type from number *at on, after which *at is; NULL: there are no more. */
static const ldns_rr *next_record(const ldns_pkt *answer, const ldns_rdf *owner, ldns_rr_type type,
                                  size_t *at)
{
    const ldns_rr_list *all = ldns_pkt_answer(answer);
    while (*at < ldns_rr_list_rr_count(all)) {
        const ldns_rr *rr = ldns_rr_list_rr(all, (*at)++);
        if (is_of(rr, owner, type))
            return rr;
    }
    return NULL;
}

/* The name to which the CNAMEs of `name` lead; NULL: to none. */
static const ldns_rdf *follow(const ldns_pkt *answer, const ldns_rdf *name)
{
    for (unsigned i = 0; i <= CNAMES_MAX; i++) {
        size_t at = 0;
        const ldns_rr *alias = next_record(answer, name, LDNS_RR_TYPE_CNAME, &at);
        if (alias == NULL)
            return name;
        name = ldns_rr_rdf(alias, 0);
    }
    return NULL;
}

/* Whether the strings of a TXT record, joined, are `text`. */
static bool is_text(const ldns_rr *rr, const char *text)
{
    size_t left = strlen(text);
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        const ldns_rdf *part = ldns_rr_rdf(rr, i);
        size_t size = ldns_rdf_size(part) - 1; /* after the octet of its length */
        if (size > left || memcmp(ldns_rdf_data(part) + 1, text, size) != 0)
            return false;
        text += size;
        left -= size;
    }
    return left == 0;
}

bool records_have_text(const ldns_pkt *answer, const ldns_rdf *name, const char *text)
{
    const ldns_rdf *owner = follow(answer, name);
    const ldns_rr *rr;
    size_t at = 0;
    while (owner != NULL && (rr = next_record(answer, owner, LDNS_RR_TYPE_TXT, &at)) != NULL)
        if (is_text(rr, text))
            return true;
    return false;
}

bool records_have_address(const ldns_pkt *answer, const ldns_rdf *name, const struct range *address)
{
    bool v4 = address->family == RANGE_IP4;
    const ldns_rdf *owner = follow(answer, name);
    const ldns_rr *rr;
    uint8_t octets[16];
    size_t at = 0;
    for (unsigned i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)((i < 8 ? address->first.hi : address->first.lo) >> (56 - 8 * (i % 8)));
    while (owner != NULL &&
           (rr = next_record(answer, owner, v4 ? LDNS_RR_TYPE_A : LDNS_RR_TYPE_AAAA, &at)) != NULL) {
        const ldns_rdf *data = ldns_rr_rdf(rr, 0);
        if (data != NULL && ldns_rdf_size(data) == (v4 ? 4 : 16) &&
            memcmp(ldns_rdf_data(data), octets, ldns_rdf_size(data)) == 0)
            return true;
    }
    return false;
}

/* Writes a name in lower case without its last dot; empty: it is not that of a host. */
static void write_host(const ldns_rdf *name, char out[STORE_EMAIL])
{
    char *text = name != NULL ? ldns_rdf2str(name) : NULL;
    size_t length = text != NULL ? strlen(text) : 0;
    out[0] = '\0';
    if (length > 0 && text[length - 1] == '.')
        text[--length] = '\0';
    for (size_t i = 0; i < length; i++)
        text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
    if (length > 0 && length < STORE_EMAIL && proof_is_host(text))
        memcpy(out, text, length + 1);
    free(text);
}

size_t records_names(const ldns_pkt *answer, const ldns_rdf *name, char out[RECORDS_NAMES][STORE_EMAIL])
{
    const ldns_rdf *owner = follow(answer, name);
    const ldns_rr *rr;
    size_t count = 0, at = 0;
    while (owner != NULL && count < RECORDS_NAMES &&
           (rr = next_record(answer, owner, LDNS_RR_TYPE_PTR, &at)) != NULL) {
        bool known = false;
        write_host(ldns_rr_rdf(rr, 0), out[count]);
        for (size_t i = 0; i < count; i++)
            known |= strcmp(out[i], out[count]) == 0;
        count += out[count][0] != '\0' && !known;
    }
    return count;
}
