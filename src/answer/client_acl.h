/* What the access lists say of a client. */
#ifndef ANSWER_CLIENT_ACL_H
#define ANSWER_CLIENT_ACL_H

#include "answer/client_address.h"
#include "view/snapshot.h"

/* The strictest rule of the access lists read so far: ignore, refuse, empty, then a template. */
struct client_acl {
    const struct acl_rule *rule;    /* NULL: none, or to pass */
    const struct snapshot_acl *acl; /* that it comes from */
};

/* Reads some more access lists. Hot. */
void client_acl_read(struct client_acl *strictest, const struct client_address *client,
                     const struct snapshot_acl *const *acls, size_t count);

static inline bool client_acl_is(const struct client_acl *strictest, enum acl_action action)
{
    return strictest->rule != NULL && strictest->rule->action == action;
}

/* Whether zones list every key for this client, by a template. Any other rule that reaches an answer is to
 * empty. */
static inline bool client_acl_has_template(const struct client_acl *strictest)
{
    return strictest->rule != NULL && strictest->rule->action == 0;
}

#endif
