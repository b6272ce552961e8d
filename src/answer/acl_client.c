#include "answer/acl_client.h"

#include "dns/wire.h"

#include <netinet/in.h>

struct client acl_client_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6) {
        const uint8_t *a = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr;
        uint64_t hi = (uint64_t)wire_get32(a) << 32 | wire_get32(a + 4),
                 lo = (uint64_t)wire_get32(a + 8) << 32 | wire_get32(a + 12);
        if (hi == 0 && lo >> 32 == 0xffff)
            return (struct client){ false, { lo << 32, 0 } };
        return (struct client){ true, { hi, lo } };
    }
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
    return (struct client){ false, { (uint64_t)ntohl(in->sin_addr.s_addr) << 32, 0 } };
}

struct cookie_client acl_client_bytes(const struct client *client)
{
    struct cookie_client c = { .size = client->ipv6 ? 16 : 4 };

    wire_put32(wire_put32(c.address, (uint32_t)(client->key.hi >> 32)), (uint32_t)client->key.hi);
    wire_put32(wire_put32(c.address + 8, (uint32_t)(client->key.lo >> 32)), (uint32_t)client->key.lo);
    return c;
}

/* How strict a rule is. */
static unsigned rank(const struct acl_rule *rule)
{
    static const uint8_t ranks[] = {
        [0] = 1, [ACL_EMPTY] = 2, [ACL_REFUSE] = 3, [ACL_IGNORE] = 4, [ACL_PASS] = 0
    };
    return rule == NULL ? 0 : ranks[rule->action];
}

void acl_client_ask(struct acl_client_rule *rule, const struct client *client,
                    const struct snapshot_acl *const *acls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct acl_rule *found = acl_table_rule(acls[i], client->ipv6, client->key);
        if (rank(found) > rank(rule->rule))
            *rule = (struct acl_client_rule){ found, acls[i] };
    }
}
