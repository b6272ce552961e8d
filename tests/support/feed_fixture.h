/*
 * delist/ under test, in memory, with lists that are loaded from text. Each list has IPv4 addresses, IPv6
 * addresses and names.
 */
#ifndef SUPPORT_FEED_FIXTURE_H
#define SUPPORT_FEED_FIXTURE_H

#include "store/items.h"
#include "support/delist_fixture.h"

enum { FEED_FIXTURE_LISTS = 6, FEED_FIXTURE_SETS = 3 * FEED_FIXTURE_LISTS };

struct feed_fixture {
    struct delist_fixture delist; /* first: its callbacks get this struct as context */
    struct view *view;            /* the one that delist.view is */
    uint16_t set_lists[FEED_FIXTURE_SETS];
    char mailed_to[STORE_CONTACT], code[64]; /* the last code that went out */
    unsigned mails;
};

/* The names of lists, with spaces between them. Valid until the next call. */
const char *feed_fixture_names(const struct feed_fixture *f, const struct list_mask *mask);

/* Replaces what a list has: by lines of an ip4trie, an ip6trie and a dnset. */
void feed_fixture_load(struct feed_fixture *f, const char *list, const char *ip4, const char *ip6,
                       const char *names);

/* Opens with FEED_FIXTURE_LISTS policies, which must outlive it. `mail`: requests can be confirmed by a code.
 */
void feed_fixture_open(struct feed_fixture *f, const struct list_policy *rules,
                       const struct delist_limits *limits, enum privacy privacy, bool mail);

void feed_fixture_close(struct feed_fixture *f);

void feed_fixture_apply(struct feed_fixture *f, struct delist_op *op);

/* A removal request by somebody without a token, to be applied. `client`: the address it comes from. Its
 * actor is valid until the next call. */
struct delist_op feed_fixture_request(const struct feed_fixture *f, const char *client, const char *query,
                                      const char *lists, const char *email);

struct feed_fixture_items {
    unsigned count;
    struct item item[64];
};

/* All items, newest first. Valid until the next call. */
struct feed_fixture_items *feed_fixture_items(const struct feed_fixture *f);

/* All events in order, "actor:what" each. Valid until the next call. */
const char *feed_fixture_events(const struct feed_fixture *f);

#endif
