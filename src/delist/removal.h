/*
 * Removal requests from the public. The policy of each requested list decides: the request is granted at
 * once, queued for review, to be confirmed by e-mail, or denied.
 *
 * A request is for one address (IPv6: or its /64) or a domain. If it names no lists, it is for all that list
 * it now; lists that it names but that do not list it are left out; if none is left, the refusal is
 * `not_listed` (422). For each list that is left, the first row that applies:
 *
 *   already off it by a delisting or an allow         removed: nothing to do
 *   `never`                                           denied
 *   blocked_by                                        denied, naming the list to be resolved first
 *   `owner` without `proof`; removals used up         pending: an operator decides
 *   the cool-down has not ended                       denied, with the time when it ends
 *   `single`, and not one address                     denied
 *   a limit of the list's breaker is reached          pending: an operator decides (breaker.h)
 *   `confirm`                                         verify: a code by e-mail
 *   `proof`, unless it comes from the target itself   verify: a proof of control (delist/proof.h)
 *   else                                              removed: a delisting for public_duration
 *
 * A request has one status. Where lists differ, the first of verify (together with removed), removed,
 * pending, denied counts, and lists that are pending get a request of their own, which the reply names.
 *
 * Each requester has a request of his own, with an id of its own, whoever else has asked for the range: the
 * id is the permission to read the reply. Only what comes again from the same address in the same words,
 * while it is open (before a code: for confirm_seconds) or its delistings last, is a repeat and gets the same
 * answer. Requests for one range meet in two places only: an approval of one approves those for the same
 * lists, and requests for one mailbox within confirm_seconds have the same code, which was sent once; each
 * has its own attempts.
 *
 * A proof of one kind removes the target from those of the lists that take it; the request waits on for the
 * others. Where `owner` and `proof` meet, the requester may ask for a review instead. A look-up in DNS comes
 * before the operation that uses it, so that nobody waits for it; REMOVAL_CHECKS are made for one request.
 * The code to a mailbox of the domain is sent once a day for one target; whoever asks meanwhile shares it, as
 * above.
 *
 * requests_per_client counts what is neither refused nor a repeat and comes without a token, whatever the
 * privacy setting keeps. When pending_most or pending_each requests wait for a review, others that need one
 * are refused with `queue_full`, and lists that need one are left out of those that do not. Who comes from
 * the address that he asks for finds room for twice as many, so that strangers cannot keep him out.
 *
 * Where it is not denied, a list may require fields; what lacks one is refused with `field_needed`.
 *
 * The delisting is for the address. On lists with `self` and a public_widest below 128, an IPv6 address
 * stands for its network of that size, at most a /64; a domain also for its subdomains, unless the lists have
 * entries below it (so that nobody removes all domains of a registry).
 */
#ifndef DELIST_REMOVAL_H
#define DELIST_REMOVAL_H

#include "delist/delist.h"
#include "store/removal_counts.h"

#define REMOVAL_CODE_SECONDS  86400 /* that a code is valid, and a request waits for a proof */
#define REMOVAL_CODE_ATTEMPTS 5     /* wrong codes, after which the request is denied */
#define REMOVAL_CHECKS        20    /* look-ups in DNS for one request, at most */

/* Whether a request that was made with the published `view` (NULL: nothing is loaded) may need the updater;
 * *lists: at most these are concerned. False: `refusal` says why it cannot be made, without the store. Any
 * thread that may read the view; does not block. */
bool removal_check(const struct delist *d, const struct view *view, const struct removal_request *request,
                   struct list_mask *lists, struct refusal *refusal) must_use;

/* The kinds of proof that these lists take. Any thread. */
unsigned removal_proofs_of(const struct delist *d, const struct list_mask *lists);

/* The kinds of proof for which a request waits, and whether its requester may ask for a review instead. Any
 * thread. */
unsigned removal_proofs(const struct delist *d, const struct removal_request *request);
bool removal_may_be_reviewed(const struct delist *d, const struct removal_request *request);

/* Whether the request waits for a code or a proof at `now`; for a proof of this kind, and there may be one
 * more look-up in DNS for it, if it needs one. Any thread. */
bool removal_waits(const struct removal_request *request, int64_t now, struct refusal *refusal) must_use;
bool removal_may_prove(const struct delist *d, const struct removal_request *request, enum proof_kind kind,
                       int64_t now, struct refusal *refusal) must_use;

/* What a removal is asked for, as far as eligibility depends on it. */
struct removal_case {
    const struct range *range;
    struct list_mask listed; /* the lists that list it now, without those where a delisting hides it */
    struct removal_keys keys;
    const uint64_t *entries; /* of the lists, by number */
    int64_t now;
};

/* What is known of public removals of the range from `list`: for list_policy_eligibility, by the lookup too.
 */
enum err removal_find_facts(struct store_reader *r, const struct list_policy *policy,
                            const struct removal_case *c, unsigned list, struct removal_facts *out,
                            struct error *error) must_use;

/* Visits the requests for `key`, an address or a name, that wait for a review or a code and were made from
 * the same client: an IPv4 address or an IPv6 /64. `client`: its address as text; anything else is no client.
 */
enum err removal_each_open(const struct delist *d, struct store_reader *r, const char *client,
                           const struct range *key, int64_t now,
                           bool (*visit)(void *context, const struct removal_request *request), void *context,
                           struct error *error) must_use;

#endif
