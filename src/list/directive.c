/* Directives: lines with a $ keyword, what a list file says about itself. */
#include "list/duration.h"
#include "list/list_reader.h"
#include "list/scan.h"

#include <string.h>
#include <strings.h>

uint32_t directive_clamp_ttl(const struct load_options *options, uint32_t ttl)
{
    if (options->max_ttl != 0 && ttl > options->max_ttl)
        return options->max_ttl;
    return ttl < options->min_ttl ? options->min_ttl : ttl;
}

/* The TTL of $SOA and $NS: 0 is the one in force in the set itself, even within a section. */
static uint32_t ttl_or_default(const struct list_reader *r, uint32_t ttl)
{
    return ttl == 0 ? r->set->ttl : directive_clamp_ttl(r->options, ttl);
}

static enum err read_soa(struct list_reader *r, char *rest)
{
    enum { TTL, MNAME, RNAME, SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM, FIELDS };
    char *fields[FIELDS];
    struct set_soa soa = { .present = true };
    uint32_t *const times[FIELDS] = { [TTL] = &soa.ttl,
                                      [REFRESH] = &soa.refresh,
                                      [RETRY] = &soa.retry,
                                      [EXPIRE] = &soa.expire,
                                      [MINIMUM] = &soa.minimum };
    enum err err = OK;
    for (unsigned i = 0; i < FIELDS && err == OK; i++) {
        fields[i] = scan_pop_field(&rest);
        if (*fields[i] == '\0')
            return list_reader_reject(r, "$SOA: expected 8 fields: "
                                         "ttl origin person serial refresh retry expire minttl");
        if (times[i] != NULL)
            err = list_reader_parse_seconds(r, "$SOA time", fields[i], times[i]);
    }
    if (err != OK)
        return err;
    if (*rest != '\0')
        return list_reader_reject(r, "$SOA: nothing may follow the 8 fields, not even a comment");
    const char *end = scan_number(fields[SERIAL], UINT32_MAX, &soa.serial);
    if (end == NULL || *end != '\0')
        return list_reader_reject_field(r, "serial", fields[SERIAL],
                                        "expected a number from 0 to 4294967295");
    err = list_reader_parse_name(r, fields[MNAME], soa.mname, &soa.mname_len);
    if (err == OK)
        err = list_reader_parse_name(r, fields[RNAME], soa.rname, &soa.rname_len);
    if (err != OK || r->set->soa.present)
        return err;
    soa.ttl = ttl_or_default(r, soa.ttl);
    r->set->soa = soa;
    return OK;
}

static enum err read_ns(struct list_reader *r, char *rest)
{
    struct set_ns ns = { 0 };
    char *field = scan_pop_field(&rest);
    if (*rest == '\0')
        return list_reader_reject(r, "$NS: expected a TTL and at least one name server");
    enum err err = list_reader_parse_seconds(r, "$NS TTL", field, &ns.ttl);
    if (err != OK)
        return err;
    while (*(field = scan_pop_field(&rest)) != '\0') {
        if (*field == '-')
            continue;
        if (ns.count == SET_MAX_NS) {
            list_reader_warn(r, "$NS: at most %d name servers: \"%.64s\" and those after it are ignored",
                             SET_MAX_NS, field);
            break;
        }
        err = list_reader_parse_name(r, field, ns.name[ns.count].name, &ns.name[ns.count].len);
        if (err != OK)
            return err;
        ns.count++;
    }
    if (r->set->ns.count == 0) {
        ns.ttl = ttl_or_default(r, ns.ttl);
        r->set->ns = ns;
    }
    return OK;
}

static enum err read_ttl(struct list_reader *r, char *rest)
{
    char *field = scan_pop_field(&rest);
    uint32_t ttl;
    enum err err = list_reader_parse_seconds(r, "$TTL", field, &ttl);
    if (err != OK)
        return err;
    if (*rest != '\0')
        return list_reader_reject(r, "$TTL: nothing may follow the time, not even a comment");
    r->data->ttl = directive_clamp_ttl(r->options, ttl == 0 ? r->options->default_ttl : ttl);
    return OK;
}

static enum err read_maxrange4(struct list_reader *r, char *rest)
{
    char *field = scan_pop_field(&rest);
    bool length = *field == '/';
    uint32_t n;
    const char *end = scan_number(field + length, length ? 32 : UINT32_MAX, &n);
    if (end == NULL || *end != '\0' || n == 0 || *rest != '\0')
        return list_reader_reject(
            r, "$MAXRANGE4: expected a number of addresses or /1 to /32, and nothing after it");
    uint32_t span = length ? (uint32_t)((1ull << (32 - n)) - 1) : n - 1;
    if (span > r->max_span)
        list_reader_warn(r, "$MAXRANGE4 can only be lowered: it stays at %llu addresses", r->max_span + 1ull);
    else
        r->max_span = span;
    return OK;
}

/* Parses a timestamp, or 0 or - for none. */
static bool parse_stamp(const char *field, int64_t *stamp)
{
    *stamp = 0;
    return strcmp(field, "0") == 0 || strcmp(field, "-") == 0 || duration_parse_stamp(field, stamp);
}

static enum err read_timestamp(struct list_reader *r, char *rest)
{
    struct set_data *data = r->set;
    const char *form = "expected yyyy-mm-dd[-hh[:mi[:ss]]], or 0 for none";
    char *field = scan_pop_field(&rest), *expiry = scan_pop_field(&rest);
    int64_t stamp, until = 0;
    uint32_t seconds;
    if (!parse_stamp(field, &stamp))
        return list_reader_reject_field(r, "$TIMESTAMP", field, form);
    if (*expiry == '+') {
        if (stamp == 0 || !duration_parse(expiry + 1, &seconds))
            return list_reader_reject_field(r, "expiry", expiry,
                                            "expected a timestamp other than 0, then + and a time");
        until = stamp + seconds;
    } else if (*expiry != '\0' && !parse_stamp(expiry, &until)) {
        return list_reader_reject_field(r, "expiry", expiry, form);
    }
    if (*rest != '\0')
        return list_reader_reject(r, "$TIMESTAMP: nothing may follow the expiry, not even a comment");
    if (stamp > r->options->now)
        return list_reader_stop(r, ERR_REFUSED, "$TIMESTAMP is %lld seconds in the future; check the clock",
                                (long long)(stamp - r->options->now));
    if (stamp > data->timestamp)
        data->timestamp = stamp;
    if (until != 0 && (data->valid_until == 0 || until < data->valid_until))
        data->valid_until = until;
    return OK;
}

/* $0 to $9 and $=: the first line of each holds. */
static enum err read_text(struct list_reader *r, char keyword, const char *text, const char *end)
{
    uint32_t *offset = keyword == '=' ? &r->data->template : &r->data->variables[keyword - '0'];
    if (*text == '\0')
        return list_reader_reject(r, "$%c: expected a text", keyword);
    return *offset == 0 ? list_reader_text(r, text, (size_t)(end - text), offset) : OK;
}

enum err directive_read(struct list_reader *r, char *text, char *end)
{
    static const struct {
        const char *name;
        enum err (*read)(struct list_reader *r, char *rest);
        bool of_answers; /* not of an acl, which gives none */
    } table[] = {
        { "SOA", read_soa, true },
        { "NS", read_ns, true },
        { "NAMESERVER", read_ns, true },
        { "TTL", read_ttl, false },
        { "MAXRANGE4", read_maxrange4, false },
        { "TIMESTAMP", read_timestamp, false },
        { "DATASET", combined_read_dataset, false },
    };
    if (scan_is_blank(*text))
        return list_reader_reject(r, "expected a keyword directly after the $");
    char *rest = text, *keyword = scan_pop_field(&rest);
    if ((scan_is_digit(*keyword) || *keyword == '=') && keyword[1] == '\0')
        return read_text(r, *keyword, rest, end);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (strcasecmp(keyword, table[i].name) != 0)
            continue;
        if (table[i].of_answers && r->type->acl)
            return list_reader_reject(r, "$%s is not allowed in this type of set", table[i].name);
        return table[i].read(r, rest);
    }
    return list_reader_reject(r,
                              "unknown directive \"$%.64s\": expected $SOA, $NS, $TTL, $TIMESTAMP, "
                              "$MAXRANGE4, $DATASET, $0 to $9 or $=",
                              keyword);
}
