/*
 * Removal requests from the public: judged by the rules of each list that is asked for, and done at once,
 * queued for review, to be confirmed by e-mail, or denied.
 *
 * What may be asked for is one address (of IPv6 also its /64) or a domain. Lists that were not named are all
 * that have it now; named ones that do not have it are left out, and if none has it the answer is
 * `not_listed` (422). For each list that is left, in this order:
 *
 *   off it by another delisting or an allow           nothing is to be done: removed
 *   `never`                                           denied
 *   blocked_by                                        denied, with the list that is to be resolved first
 *   `owner`; removals used up                         pending: an operator decides
 *   the cool-down is not over                         denied, with the time from which on it is
 *   `single`, and it is not one address               denied
 *   `confirm`                                         verify: a code by e-mail
 *   else                                              a delisting for public_duration: removed
 *
 * A request has one status. Where lists differ, the best one counts (removed, verify, pending, denied), and
 * what else is possible becomes a request of its own, whose id the reply names. The same request again, while
 * it is open or its delistings last, is answered as it stands. requests_per_client is counted by what is
 * stored of a client, and so only if the privacy setting leaves something.
 *
 * A delisting made so is for the address; on lists with `self` and a public_widest below 128 an IPv6 address
 * stands for its network of that size, a /64 at most; and a domain for what is below it too, unless the lists
 * have something there by itself (so that nobody takes all of a registry's domains off).
 */
#ifndef DELIST_REMOVAL_H
#define DELIST_REMOVAL_H

#include "delist/delist.h"

#define REMOVAL_CODE_SECONDS  86400 /* that a code is good for */
#define REMOVAL_CODE_ATTEMPTS 5     /* wrong codes, after which the request is denied */

/* What is known of a public removal of `range` on `list`: for list_policy_outlook, by the look-up too.
 * `listed`: the lists that have it now, what delistings hide left out. */
enum err removal_facts_find(struct store_reader *r, const struct delist *d, const struct list_mask *listed,
                            const struct range *range, unsigned list, int64_t now, struct removal_facts *out,
                            struct error *error) must_use;

#endif
