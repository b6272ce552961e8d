#include "list/directive.h"

#include "dns/name.h"
#include "list/duration.h"
#include "list/scan.h"
#include "list/types.h"

#include <string.h>
#include <strings.h>

uint32_t directive_clamp_ttl(const struct load_options *options, uint32_t ttl)
{
    if (options->max_ttl != 0 && ttl > options->max_ttl)
        return options->max_ttl;
    return ttl < options->min_ttl ? options->min_ttl : ttl;
}

/* Takes the next field off *rest, which is "" behind the last, and ends it with a NUL. */
static char *take_field(char **rest)
{
    char *field = (char *)scan_blanks(*rest), *end = (char *)scan_field(field);
    *rest = end;
    if (*end != '\0') {
        *end = '\0';
        *rest = (char *)scan_blanks(end + 1);
    }
    return field;
}

static bool read_seconds(const char *field, uint32_t *seconds)
{
    const char *p = duration_parse(field, seconds);
    return p != NULL && *p == '\0';
}

static enum err bad_time(struct list_reader *r, const char *field)
{
    return list_reader_bad_field(r, "time", field,
                                 "seconds or a number with one of s, m, h, d, w is expected");
}

/* The TTL of $SOA and $NS: 0 is the one in force, of the set itself even within a section. */
static uint32_t ttl_or_default(const struct list_reader *r, uint32_t ttl)
{
    return ttl == 0 ? r->whole->ttl : directive_clamp_ttl(r->options, ttl);
}

static enum err read_soa(struct list_reader *r, char *rest)
{
    enum { TTL, MNAME, RNAME, SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM, FIELDS };
    char *fields[FIELDS];
    uint32_t numbers[FIELDS] = { 0 };
    struct set_soa soa = { .present = true };
    if (r->type->acl)
        return list_reader_bad(r, "$SOA: not possible in this type of set");
    for (unsigned i = 0; i < FIELDS; i++) {
        fields[i] = take_field(&rest);
        if (*fields[i] == '\0')
            return list_reader_bad(r, "$SOA: eight fields are expected: "
                                      "ttl origin person serial refresh retry expire minttl");
        if (i == MNAME || i == RNAME || i == SERIAL)
            continue;
        if (!read_seconds(fields[i], &numbers[i]))
            return bad_time(r, fields[i]);
    }
    if (*rest != '\0')
        return list_reader_bad(r, "$SOA: nothing may follow the eight fields, not even a comment");
    const char *end = scan_number(fields[SERIAL], UINT32_MAX, &numbers[SERIAL]);
    if (end == NULL || *end != '\0')
        return list_reader_bad_field(r, "serial", fields[SERIAL], "a number below 4294967296 is expected");
    enum err err = name_from_text(fields[MNAME], soa.mname, &soa.mname_len, NULL);
    if (err != OK)
        return list_reader_bad_name(r, fields[MNAME], err);
    err = name_from_text(fields[RNAME], soa.rname, &soa.rname_len, NULL);
    if (err != OK)
        return list_reader_bad_name(r, fields[RNAME], err);
    if (r->whole->soa.present)
        return OK;
    soa.ttl = ttl_or_default(r, numbers[TTL]);
    soa.serial = numbers[SERIAL];
    soa.refresh = numbers[REFRESH];
    soa.retry = numbers[RETRY];
    soa.expire = numbers[EXPIRE];
    soa.minimum = numbers[MINIMUM];
    r->whole->soa = soa;
    return OK;
}

static enum err read_ns(struct list_reader *r, char *rest)
{
    struct set_ns ns = { 0 };
    unsigned names = 0;
    if (r->type->acl)
        return list_reader_bad(r, "$NS: not possible in this type of set");
    char *field = take_field(&rest);
    if (!read_seconds(field, &ns.ttl))
        return bad_time(r, field);
    for (; *(field = take_field(&rest)) != '\0'; names++) {
        if (*field == '-')
            continue;
        if (ns.count == SET_MAX_NS) {
            list_reader_warn(r, "$NS: more than %d names: \"%.64s\" and what follows is left out", SET_MAX_NS,
                             field);
            break;
        }
        enum err err = name_from_text(field, ns.name[ns.count].name, &ns.name[ns.count].len, NULL);
        if (err != OK)
            return list_reader_bad_name(r, field, err);
        ns.count++;
    }
    if (names == 0)
        return list_reader_bad(r, "$NS: a TTL and at least one name server are expected");
    if (r->whole->ns.count == 0) {
        ns.ttl = ttl_or_default(r, ns.ttl);
        r->whole->ns = ns;
    }
    return OK;
}

static enum err read_ttl(struct list_reader *r, char *rest)
{
    char *field = take_field(&rest);
    uint32_t ttl;
    if (!read_seconds(field, &ttl))
        return bad_time(r, field);
    if (*rest != '\0')
        return list_reader_bad(r, "$TTL: nothing may follow the time, not even a comment");
    r->data->ttl = directive_clamp_ttl(r->options, ttl == 0 ? r->options->default_ttl : ttl);
    return OK;
}

static enum err read_maxrange4(struct list_reader *r, char *rest)
{
    char *field = take_field(&rest);
    bool length = *field == '/';
    uint32_t n;
    const char *end = scan_number(field + length, length ? 32 : UINT32_MAX, &n);
    if (end == NULL || *end != '\0' || n == 0 || *rest != '\0')
        return list_reader_bad(r, "$MAXRANGE4: a number of addresses, or /1 to /32, alone is expected");
    uint32_t span = length ? (uint32_t)((1ull << (32 - n)) - 1) : n - 1;
    if (span > r->max_span)
        list_reader_warn(r, "$MAXRANGE4: can only be lowered; stays at %llu addresses", r->max_span + 1ull);
    else
        r->max_span = span;
    return OK;
}

/* A stamp, or 0 or - for none. */
static bool read_stamp(const char *field, int64_t *stamp)
{
    *stamp = 0;
    if (strcmp(field, "0") == 0 || strcmp(field, "-") == 0)
        return true;
    const char *end = duration_parse_stamp(field, stamp);
    return end != NULL && *end == '\0';
}

static enum err read_timestamp(struct list_reader *r, char *rest)
{
    struct set_data *data = r->whole;
    const char *form = "yyyy-mm-dd[-hh[:mi[:ss]]], or 0 for none, is expected";
    char *field = take_field(&rest), *expiry = take_field(&rest);
    int64_t stamp, until = 0;
    uint32_t seconds;
    if (!read_stamp(field, &stamp))
        return list_reader_bad_field(r, "$TIMESTAMP", field, form);
    if (*expiry == '+') {
        if (stamp == 0 || !read_seconds(expiry + 1, &seconds))
            return list_reader_bad_field(r, "expiry", expiry,
                                         "a stamp, and + with a time behind it, is expected");
        until = stamp + seconds;
    } else if (*expiry != '\0' && !read_stamp(expiry, &until)) {
        return list_reader_bad_field(r, "expiry", expiry, form);
    }
    if (*rest != '\0')
        return list_reader_bad(r, "$TIMESTAMP: nothing may follow the expiry, not even a comment");
    if (stamp > r->options->now)
        return list_reader_stop(r, ERR_REFUSED, "$TIMESTAMP is %lld seconds in the future; check the clock",
                                (long long)(stamp - r->options->now));
    if (stamp > data->timestamp)
        data->timestamp = stamp;
    if (until != 0 && (data->valid_until == 0 || until < data->valid_until))
        data->valid_until = until;
    return OK;
}

/* $0 to $9 and $=: the first holds. */
static enum err read_text(struct list_reader *r, char keyword, const char *text, const char *end)
{
    uint32_t *where = keyword == '=' ? &r->data->template : &r->data->variables[keyword - '0'];
    if (*text == '\0')
        return list_reader_bad(r, "$%c: a text is expected", keyword);
    return *where == 0 ? list_reader_text(r, text, (size_t)(end - text), where) : OK;
}

enum err directive_read(struct list_reader *r, char *text, char *end)
{
    static const struct {
        const char *name;
        enum err (*read)(struct list_reader *r, char *rest);
    } table[] = {
        { "SOA", read_soa },
        { "NS", read_ns },
        { "NAMESERVER", read_ns },
        { "TTL", read_ttl },
        { "MAXRANGE4", read_maxrange4 },
        { "TIMESTAMP", read_timestamp },
        { "DATASET", combined_read_dataset },
    };
    if (scan_is_blank(*text))
        return list_reader_bad(r, "a keyword must follow the $ directly");
    char *rest = text, *keyword = take_field(&rest);
    if ((scan_is_digit(*keyword) || *keyword == '=') && keyword[1] == '\0')
        return read_text(r, *keyword, rest, end);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (strcasecmp(keyword, table[i].name) == 0)
            return table[i].read(r, rest);
    return list_reader_bad(
        r,
        "unknown directive \"$%.64s\": $SOA, $NS, $TTL, $TIMESTAMP, $MAXRANGE4, $0 to $9 or $= is "
        "expected",
        keyword);
}
