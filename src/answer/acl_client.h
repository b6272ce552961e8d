/*
 * What the access lists say of a client.
 */
#ifndef ANSWER_ACL_CLIENT_H
#define ANSWER_ACL_CLIENT_H

#include "dns/cookie.h"
#include "view/acl_table.h"
#include "view/view.h"

#include <sys/socket.h>

/* A client's address as a key. An IPv4 client on an IPv6 socket is an IPv4 client. */
struct client {
    bool ipv6;
    struct trie_key key;
};

struct client acl_client_of(const struct sockaddr *address);

/* The same as bytes, which a server cookie signs. */
struct cookie_client acl_client_bytes(const struct client *client);

/* A client's rule, of the acls asked so far. */
struct acl_client_rule {
    const struct acl_rule *rule;    /* NULL: none, or to pass */
    const struct snapshot_acl *acl; /* that it comes from */
};

/* Asks some acls too. Of several rules the strictest counts: ignore, refuse, empty, then a template. Hot. */
void acl_client_ask(struct acl_client_rule *rule, const struct client *client,
                    const struct snapshot_acl *const *acls, size_t count);

static inline bool acl_client_is(const struct acl_client_rule *rule, enum acl_action action)
{
    return rule->rule != NULL && rule->rule->action == action;
}

/* Whether the zone lists every key for this client, by a template; without, `rule` is to empty, or none. */
static inline bool acl_client_has_template(const struct acl_client_rule *rule)
{
    return rule->rule != NULL && rule->rule->action == 0;
}

#endif
