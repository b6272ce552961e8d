#include "delist/breaker.h"

#include "base/log.h"
#include "delist/txn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Keys ---- */

/* The network of so many bits around the first address; a name itself. */
static struct range network_of(const struct range *range, unsigned bits4, unsigned bits6)
{
    unsigned bits = range->family == RANGE_IP4 ? bits4 : bits6, host = 128 - bits;

    if (range->family == RANGE_NAME)
        return range_head(range);
    struct trie_key first = trie_key_of(trie_key_number(range->first) >> host << host);
    return (struct range){ .family = range->family, .first = first, .last = trie_key_last(first, bits) };
}

/* What a removal of `range` counts for, beside its list. False: there is no such network. */
static bool find_common(const struct range *range, enum removal_scope scope, struct range *out)
{
    *out = scope == REMOVALS_OF_NETWORK ? network_of(range, 24, 48) : network_of(range, 32, 64);
    return scope == REMOVALS_OF_TARGET || (scope == REMOVALS_OF_NETWORK && range->family != RANGE_NAME);
}

void breaker_keys(const struct delist *d, const struct range *range, const char *client,
                  struct removal_keys *out)
{
    char text[RANGE_TEXT + 8];
    struct range common;

    *out = (struct removal_keys){ .key = { { 0 } } };
    for (enum removal_scope scope = REMOVALS_OF_NETWORK; scope <= REMOVALS_OF_TARGET; scope++) {
        uint8_t digest[SHA256_SIZE];
        if (!find_common(range, scope, &common))
            continue;
        sha256(text, range_format(&common, text), digest);
        memcpy(out->key[scope], digest, STORE_DIGEST);
    }
    if (range_parse(client, false, &common, NULL) != OK || common.family == RANGE_NAME)
        return;
    common = network_of(&common, 32, 64);
    memcpy(text, "client ", 7);
    range_format(&common, text + 7);
    delist_digest(d, text, out->key[REMOVALS_BY_CLIENT]);
}

/* ---- Counting ---- */

/* Says so once an hour, while the count goes up and down around the limit. */
static void log_reached(struct txn *txn, const struct range *range, unsigned list, enum removal_scope scope,
                        uint64_t most)
{
    int64_t *logged = &txn->d->breaker_logged[list][scope];
    char text[RANGE_TEXT], what[RANGE_TEXT + 8] = "";
    struct range common;

    if (txn->now >= *logged && txn->now - *logged < REMOVAL_COUNTS_SECONDS)
        return;
    *logged = txn->now;
    if (find_common(range, scope, &common)) {
        range_format(&common, text);
        snprintf(what, sizeof(what), " of %.200s", text);
    } else if (scope == REMOVALS_BY_CLIENT) {
        snprintf(what, sizeof(what), " by one client");
    }
    log_warning("%s: limit reached: %" PRIu64 " public removals%s within an hour (breaker: %s); further ones "
                "wait for a review",
                delist_policy(txn->d, list)->name, most, what, list_policy_scope_word(scope));
}

static void count_one(struct txn *txn, const struct range *range, unsigned list,
                      const struct removal_keys *keys, uint64_t entries)
{
    const struct list_policy *policy = delist_policy(txn->d, list);
    uint64_t recent[REMOVAL_SCOPES];

    if (!txn_ok(txn, removal_counts_add(txn->store, list, keys, txn->now, &txn->error)) ||
        !txn_ok(txn, removal_counts_find(txn->reader, list, keys, txn->now, recent, &txn->error)))
        return;
    for (enum removal_scope scope = REMOVALS_OF_LIST; scope < REMOVAL_SCOPES; scope++) {
        uint64_t most = list_policy_breaker_limit(policy, scope, entries);
        if (most != 0 && recent[scope] >= most)
            log_reached(txn, range, list, scope, most);
    }
}

void breaker_count(struct txn *txn, const struct range *range, const struct list_mask *lists,
                   const uint64_t entries[LISTS_MAX])
{
    struct removal_keys keys;

    if (txn->actor->role != ROLE_NONE)
        return;
    breaker_keys(txn->d, range, txn->actor->client, &keys);
    for (unsigned list = 0; list < LISTS_MAX && txn->err == OK; list++)
        if (list_mask_has(lists, list))
            count_one(txn, range, list, &keys, entries[list]);
}

void breaker_count_held(struct delist *d, enum removal_scope scope)
{
    __atomic_add_fetch(&d->held[scope], 1, __ATOMIC_RELAXED);
}
