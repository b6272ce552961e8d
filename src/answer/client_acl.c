#include "answer/client_acl.h"

/* How strict a rule is. */
static unsigned rank(const struct acl_rule *rule)
{
    static const uint8_t ranks[] = {
        [0] = 1, [ACL_EMPTY] = 2, [ACL_REFUSE] = 3, [ACL_IGNORE] = 4, [ACL_PASS] = 0
    };
    return rule == NULL ? 0 : ranks[rule->action];
}

void client_acl_read(struct client_acl *strictest, const struct client_address *client,
                     const struct snapshot_acl *const *acls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct acl_rule *rule = snapshot_acl_rule(acls[i], client->ipv6, client->key);
        if (rank(rule) > rank(strictest->rule))
            *strictest = (struct client_acl){ rule, acls[i] };
    }
}
