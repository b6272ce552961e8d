/*
 * The operator's rules on who may ask what, beyond the acls: keys, limits on keys, public resolvers,
 * misspelt zones. And the cookies' secrets, which change as they do.
 *
 * Made by one thread and published behind an RCU pointer of its own: none of it depends on the lists, so that
 * a new key costs no new view, and zone ids stay what they are. Immutable but for the customers' counters and
 * states (customer_keys.h). Every rule can be put on trial: then it is counted and answers are as without it.
 */
#ifndef ANSWER_POLICY_H
#define ANSWER_POLICY_H

#include "answer/customer_keys.h"
#include "answer/prefixes.h"
#include "dns/cookie.h"

/* Codes that tell a client about itself, and must not be read as a listing. */
enum {
    CODE_TOO_MANY = 0x7fffffff,        /* 127.255.255.255 */
    CODE_PUBLIC_RESOLVER = 0x7ffffffe, /* 127.255.255.254 */
    CODE_MISSPELT = 0x7ffffffc,        /* 127.255.255.252 */
};

#define POLICY_HELP_MAX 120

/* What holds for a zone, by zone id. */
struct policy_zone {
    bool keyed; /* only keys may ask; else public_resolvers holds */
};

/* A name below which a name that is in no zone is a misspelt zone: the parent of a zone that wants it so. */
struct policy_parent {
    uint8_t wire[WIRE_NAME_MAX]; /* lower case, with the root label */
    uint16_t wire_len;
    uint8_t labels;
};

struct policy {
    struct cookie_secrets cookies; /* valid if use_cookies */
    bool use_cookies;
    bool keys_on_trial, public_on_trial, misspelt_on_trial;
    const struct policy_zone *zones;  /* NULL: no zone has rules */
    const struct customer_keys *keys; /* not NULL where some zone is keyed */
    const struct prefixes *public_resolvers;
    const struct policy_parent *parents;
    size_t parents_count;
    char help[POLICY_HELP_MAX + 1]; /* where the TXT records send people; "": nowhere */
};

#endif
