/*
 * acl: clients as IPv4 and IPv6 prefixes. The longest prefix that holds for a client decides: an action, or a
 * value, with which every key is listed for that client.
 *
 *   10.0.0.0/8 :refuse      an action, after `:` or `=`
 *   10.1.2.3                the action or value of the default; at the start of a file: ignore
 *   2001:db8::/32 :9:text   a value; what it omits comes from the last default that was a value
 */
#include "list/list_reader.h"

#include <string.h>
#include <strings.h>

/* The action that `text` names, or 0; what follows the name is ignored. */
static enum acl_action parse_action(const char *text)
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

static enum err reject_action(struct list_reader *r, const char *text)
{
    return list_reader_reject_field(r, "action", text, "expected ignore, refuse, empty or pass");
}

static enum err read_default(struct list_reader *r, const char *line, const char *end)
{
    enum acl_action action = parse_action(line);
    if (action == 0) {
        enum err err = *line == '=' ? reject_action(r, line) : list_reader_read_default(r, line, end);
        if (err != OK)
            return err;
    }
    r->default_action = action;
    return OK;
}

static enum err read_value(struct list_reader *r, const char *text, const char *end, uint32_t *index)
{
    text = scan_blanks(text);
    enum acl_action action = scan_is_end(*text) ? r->default_action : parse_action(text);
    if (action != 0)
        return list_reader_value(r, (struct set_value){ .code = action, .kind = VALUE_ACTION }, index);
    return *text == '=' ? reject_action(r, text) : list_reader_entry_value(r, false, text, end, index);
}

/* True when an IPv6 address begins at `p`: only in one does a colon directly follow hex digits. */
static bool is_ipv6(const char *p)
{
    return p[strspn(p, "0123456789abcdefABCDEF")] == ':';
}

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    struct address4 a4;
    struct address6 a6;
    uint32_t value;
    bool ipv6 = is_ipv6(line);
    const char *p = ipv6 ? list_reader_parse6(r, line, &a6)
                         : list_reader_parse4(r, line, ADDRESS4_PREFIX | ADDRESS4_ALL, &a4);
    enum err err = p != NULL ? read_value(r, p, end, &value) : ERR_SYNTAX;
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
