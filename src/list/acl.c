/*
 * acl: clients, IPv4 and IPv6 prefixes; the longest that holds for a client decides what is done with it: an
 * action, or a value with which every key is listed for it.
 *
 *   10.0.0.0/8 :refuse      an action, `:` or `=` before it
 *   10.1.2.3                the default's action or value; ignore at the start of a file
 *   2001:db8::/32 :9:text   a value; what it leaves out comes from the last default that was a value
 */
#include "list/address.h"
#include "list/types.h"

#include <string.h>
#include <strings.h>

/* The action that `text` names, 0 for none. What follows the name does not matter. */
static enum acl_action read_action(const char *text)
{
    static const struct {
        const char *name;
        enum acl_action action;
    } table[] = { { "ignore", ACL_IGNORE },
                  { "blackhole", ACL_IGNORE },
                  { "refuse", ACL_REFUSE },
                  { "empty", ACL_EMPTY },
                  { "pass", ACL_PASS } };
    if (*text != ':' && *text != '=')
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        size_t length = strlen(table[i].name);
        if (strncasecmp(text + 1, table[i].name, length) == 0 && scan_ends_address(text[1 + length]))
            return table[i].action;
    }
    return 0;
}

static enum err bad_action(struct list_reader *r, const char *text)
{
    return list_reader_bad_field(r, "action", text, "ignore, refuse, empty or pass is expected");
}

static enum err read_default(struct list_reader *r, const char *line, const char *end)
{
    enum acl_action action = read_action(line);
    if (action == 0) {
        enum err err = *line == '=' ? bad_action(r, line) : list_reader_read_default(r, line, end);
        if (err != OK)
            return err;
    }
    r->action = action;
    return OK;
}

static enum err read_value(struct list_reader *r, const char *text, const char *end, uint32_t *index)
{
    text = scan_blanks(text);
    bool empty = *text == '\0' || *text == '#' || *text == ';';
    enum acl_action action = empty ? r->action : read_action(text);
    if (action != 0)
        return list_reader_value(r, (struct set_value){ .code = action, .kind = VALUE_ACTION }, index);
    return *text == '=' ? bad_action(r, text) : list_reader_entry_value(r, false, text, end, index);
}

/* True when an IPv6 address begins at `p`: only there a colon follows hex digits directly. */
static bool is_ipv6(const char *p)
{
    return p[strspn(p, "0123456789abcdefABCDEF")] == ':';
}

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    unsigned forms = ADDRESS4_PREFIX | ADDRESS4_ALL | (r->options->host_bits ? ADDRESS4_HOST_BITS : 0);
    struct address4 a4 = { 0 };
    struct address6 a6 = { 0 };
    const char *why;
    bool ipv6 = is_ipv6(line);
    const char *p = ipv6 ? address6_parse_prefix(line, r->options->host_bits, &a6, &why)
                         : address4_parse(line, forms, &a4, &why);
    if (p == NULL)
        return list_reader_bad_field(r, "address", line, why);
    if (a4.last - a4.first > r->max_span)
        return list_reader_bad_field(r, "address", line, "wider than $MAXRANGE4 allows");
    uint32_t value;
    enum err err = read_value(r, p, end, &value);
    if (err != OK)
        return err;
    return ipv6 ? list_reader_add6(r, a6.hi, a6.lo, a6.length, value)
                : list_reader_add4(r, a4.first, a4.last, value);
}

const struct set_type set_acl = { .name = "acl",
                                  .overlap = OVERLAP_FIRST,
                                  .colon_entry = true,
                                  .acl = true,
                                  .read_default = read_default,
                                  .read_entry = read_entry };
