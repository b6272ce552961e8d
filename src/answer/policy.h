/*
 * The client policy: the operator's rules on who may ask what, beyond the access lists: customer keys and
 * their limits, public resolvers, misspelt zones. And the cookies' secrets, which change in the same way.
 *
 * Built by one thread and published by an RCU pointer of its own: none of it depends on the lists, so a new
 * key needs no new view. Immutable except for the customers' counters and states (customer_keys.h). Every
 * rule has a dry run: then its cases are counted, and answers are as without it.
 */
#ifndef ANSWER_POLICY_H
#define ANSWER_POLICY_H

#include "answer/customer_keys.h"
#include "answer/prefixes.h"
#include "dns/cookie.h"

/* Codes that are about the client, and no listing. */
enum {
    CODE_TOO_MANY = 0x7fffffff,        /* 127.255.255.255 */
    CODE_PUBLIC_RESOLVER = 0x7ffffffe, /* 127.255.255.254 */
    CODE_MISSPELT = 0x7ffffffc,        /* 127.255.255.252 */
};

#define POLICY_HELP_MAX 120

/* The parent of a zone with zone_spec.misspelt: a name below it that is in no zone is a misspelt one. */
struct policy_parent {
    uint8_t wire[WIRE_NAME_MAX]; /* lower case, with the root label */
    uint16_t wire_len;
    uint8_t labels;
};

struct policy {
    struct cookie_secrets cookies; /* valid if use_cookies */
    bool use_cookies;
    bool keys_dry_run, public_dry_run, misspelt_dry_run;
    /* By zone id: only customers with a key may ask; else public_resolvers holds. NULL: no zone has rules. */
    const bool *keyed;
    const struct customer_keys *keys; /* not NULL if some zone is keyed */
    const struct prefixes *public_resolvers;
    const struct policy_parent *parents;
    size_t parents_count;
    char help[POLICY_HELP_MAX + 1]; /* the address of help that the TXT records name; "": none */
};

#endif
