/*
 * delist/ under test: a store in memory or in a directory of its own, four lists, a clock, and the version of
 * the overlay that was published last.
 *
 *     sbl   owner, no bypass, the shortest default (1 d)
 *     xbl   self, bypass
 *     pbl   single, bypass
 *     pol   never
 */
#ifndef SUPPORT_DELIST_FIXTURE_H
#define SUPPORT_DELIST_FIXTURE_H

#include "delist/delist.h"

#define DELIST_FIXTURE_NOW INT64_C(1800000000)
#define DAY                86400

struct delist_fixture {
    struct delist *d;
    struct delist_options options;
    struct list_policy rules[4];
    struct overlay_view published;
    uint64_t generation;
    unsigned publishes;
    const struct view *view;
    int64_t now;
    char directory[64]; /* "": in memory */
};

/* The callback of delist_options; context: the fixture. */
void delist_fixture_publish(void *context, const struct overlay_view *overlay, uint64_t generation);

/* Opens what was prepared. */
void delist_fixture_open(struct delist_fixture *t);

/* As a restart does. */
void delist_fixture_reopen(struct delist_fixture *t);

/* Fills in options, which may then be changed, and makes the directory if it is durable. */
void delist_fixture_prepare(struct delist_fixture *t, bool durable);

/* Prepares and opens. */
void delist_fixture_setup(struct delist_fixture *t, bool durable);

/* Closes, and removes the directory. */
void delist_fixture_teardown(struct delist_fixture *t);

/* A range; `+name` is a name with its subdomains. */
struct range delist_fixture_range(const char *text);

/* The number of a list. */
unsigned delist_fixture_list(const struct delist_fixture *t, const char *name);

/* The mask of lists, whose names have spaces between them. */
struct list_mask delist_fixture_lists(const struct delist_fixture *t, const char *names);

/* An actor that is responsible for all lists. */
struct actor delist_fixture_actor(enum role role, const char *name);

/* An item to create; `lists` NULL: all that permit it, `seconds` 0: the default. */
struct item_spec delist_fixture_spec(const struct delist_fixture *t, enum overlay_kind kind,
                                     const char *range, const char *lists, int64_t seconds);

/* What the published overlay says of a key (as in delist_fixture_range) and a list. */
enum overlay_effect delist_fixture_effect(const struct delist_fixture *t, const char *key, const char *list);

#endif
