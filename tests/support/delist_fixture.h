/*
 * The use case in a box: a store in memory or in a directory of its own, four lists, a clock, and what was
 * published last. For the tests of delist/.
 *
 *     sbl   owner, no bypass, the shortest default (1 d)
 *     xbl   self, bypass
 *     pbl   single, bypass
 *     pol   never
 */
#ifndef SUPPORT_DELIST_FIXTURE_H
#define SUPPORT_DELIST_FIXTURE_H

#include "delist/delist.h"
#include "store/events.h"
#include "store/items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELISTING_NOW INT64_C(1800000000)
#define DAY           86400

struct delisting {
    struct delist *d;
    struct delist_options options;
    struct list_policy rules[4];
    struct overlay_view published;
    uint64_t generation;
    unsigned publishes;
    const struct view *view;
    int64_t now;
    char directory[64]; /* empty: in memory */
};

static inline void delisting_must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static inline const struct view *delisting_view(void *context)
{
    return ((struct delisting *)context)->view;
}

static inline void delisting_view_close(void *context)
{
    (void)context;
}

static inline void delisting_publish(void *context, const struct overlay_view *overlay, uint64_t generation)
{
    struct delisting *t = context;
    t->published = *overlay;
    t->generation = generation;
    t->publishes++;
}

static inline void delisting_open(struct delisting *t)
{
    struct error error;
    t->options.state = t->directory[0] != '\0' ? t->directory : NULL;
    delisting_must(delist_open(&t->options, t->now, &t->d, &error) == OK, "the store does not open");
}

static inline void delisting_reopen(struct delisting *t)
{
    delist_close(t->d);
    delisting_open(t);
}

/* Sets up without opening. */
static inline void delisting_prepare(struct delisting *t, bool durable)
{
    static const struct {
        const char *name;
        enum removal_policy removal;
        bool bypass;
        uint32_t duration;
    } lists[] = { { "sbl", REMOVAL_OWNER, false, DAY },
                  { "xbl", REMOVAL_SELF, true, 7 * DAY },
                  { "pbl", REMOVAL_SINGLE, true, 7 * DAY },
                  { "pol", REMOVAL_NEVER, true, 3600 } };

    *t = (struct delisting){ .now = DELISTING_NOW };
    for (unsigned i = 0; i < ARRAY_SIZE(lists); i++) {
        t->rules[i] = (struct list_policy){ .removal = lists[i].removal,
                                            .bypass = lists[i].bypass,
                                            .widest = { 16, 32 },
                                            .public_widest = { 32, 64 },
                                            .duration = lists[i].duration,
                                            .longest = 30 * DAY,
                                            .public_duration = 2 * DAY,
                                            .relist_factor = 2,
                                            .relist_after = 3600 };
        snprintf(t->rules[i].name, sizeof(t->rules[i].name), "%s", lists[i].name);
    }
    t->options = (struct delist_options){ .policies = t->rules,
                                          .policies_count = ARRAY_SIZE(lists),
                                          .limits = { .listing_widest = { 24, 48 },
                                                      .listing_duration = DAY,
                                                      .allow_widest = { 16, 32 },
                                                      .active_most = 1000000,
                                                      .mass_relist = 100,
                                                      .mass_relist_percent = 1 },
                                          .overlay_bytes = 256 << 20,
                                          .view_open = delisting_view,
                                          .view_close = delisting_view_close,
                                          .publish = delisting_publish,
                                          .context = t,
                                          .confirm_context = t };
    if (durable) {
        snprintf(t->directory, sizeof(t->directory), "/tmp/dnsbld-test-XXXXXX");
        delisting_must(mkdtemp(t->directory) != NULL, "no directory for a test");
    }
}

static inline void delisting_setup(struct delisting *t, bool durable)
{
    delisting_prepare(t, durable);
    delisting_open(t);
}

static inline void delisting_teardown(struct delisting *t)
{
    char command[128];
    delist_close(t->d);
    if (t->directory[0] == '\0')
        return;
    snprintf(command, sizeof(command), "rm -r %s", t->directory);
    delisting_must(system(command) == 0, "a test's directory stays");
}

/* ---- Values ---- */

/* A range; of a name with all below it when it begins with `+`. */
static inline struct range delisting_range(const char *text)
{
    struct range range;
    struct error error;
    delisting_must(range_parse(text + (*text == '+'), *text == '+', &range, &error) == OK, text);
    return range;
}

static inline unsigned delisting_list(const struct delisting *t, const char *name)
{
    int number = delist_list_number(t->d, name);
    delisting_must(number >= 0, name);
    return (unsigned)number;
}

/* Names with blanks between them. */
static inline struct list_mask delisting_lists(const struct delisting *t, const char *names)
{
    struct list_mask mask = { { 0 } };
    char copy[64], *save, *name;
    snprintf(copy, sizeof(copy), "%s", names);
    for (name = strtok_r(copy, " ", &save); name != NULL; name = strtok_r(NULL, " ", &save))
        list_mask_add(&mask, delisting_list(t, name));
    return mask;
}

static inline struct actor delisting_actor(enum role role, const char *name)
{
    struct actor actor = { .role = role, .client = "198.51.100.7", .origin = "api" };
    memset(&actor.lists, 0xff, sizeof(actor.lists));
    snprintf(actor.name, sizeof(actor.name), "%s", name);
    return actor;
}

/* What is wanted: `lists` NULL for all that permit it, `seconds` 0 for the default. */
static inline struct item_spec delisting_create(const struct delisting *t, enum overlay_kind kind,
                                                const char *range, const char *lists, int64_t seconds)
{
    struct item_spec c = { .kind = kind, .range = delisting_range(range), .code = 0x7f000004 };
    if (lists != NULL) {
        c.lists_given = true;
        c.lists = delisting_lists(t, lists);
    }
    if (seconds != 0)
        c.expiry = (struct expiry){ EXPIRY_IN, seconds };
    return c;
}

/* ---- What was published ---- */

static inline void delisting_lookup(const struct delisting *t, const struct range *key,
                                    struct overlay_record *record)
{
    uint8_t offsets[NAME_MAX_LABELS + 1];

    if (key->family != RANGE_NAME) {
        overlay_lookup(&t->published, key->family, key->first, record);
        return;
    }
    overlay_lookup_name(&t->published, name_split(key->name, offsets), t->now, record);
}

static inline enum overlay_says delisting_says(const struct delisting *t, const char *key, const char *list)
{
    struct range range = delisting_range(key);
    struct overlay_record record;
    const struct overlay_item *item;
    delisting_lookup(t, &range, &record);
    return overlay_says(&record, delisting_list(t, list), t->now, &item);
}

#endif
