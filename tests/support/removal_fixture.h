/*
 * A desk to try delistings at: the use case in its box (delisting.h), in memory, with lists loaded from text.
 *
 * Each list has IPv4 addresses, IPv6 addresses and names of its own.
 */
#ifndef SUPPORT_REMOVAL_FIXTURE_H
#define SUPPORT_REMOVAL_FIXTURE_H

#include "store/requests.h"
#include "support/delist_fixture.h"
#include "support/list_fixture.h"
#include "view/snapshot_build.h"

enum { DESK_LISTS = 6, DESK_SETS = 3 * DESK_LISTS };

struct desk {
    struct delisting box; /* first: its callbacks are given the desk */
    struct view *view;    /* the box's */
    uint16_t set_lists[DESK_SETS];
    char mailed_to[STORE_CONTACT], code[64]; /* the last code that went out */
    unsigned mails;
};

static void desk_publish(void *context, const struct overlay_view *overlay, uint64_t generation)
{
    struct desk *desk = context;
    delisting_publish(&desk->box, overlay, generation);
    if (desk->view != NULL)
        desk->view->overlay = *overlay;
}

static void desk_confirm(void *context, const struct removal_request *request, const char *code)
{
    struct desk *desk = context;
    snprintf(desk->mailed_to, sizeof(desk->mailed_to), "%s", request->email);
    snprintf(desk->code, sizeof(desk->code), "%s", code);
    desk->mails++;
}

static inline const char *desk_names(const struct desk *desk, const struct list_mask *mask)
{
    static char text[LISTS_MAX * 8];
    char *end = text;
    *text = '\0';
    for (unsigned list = 0; list < LISTS_MAX; list++)
        if (list_mask_has(mask, list))
            end += sprintf(end, "%s%s", end != text ? " " : "", delist_policy(desk->box.d, list)->name);
    return text;
}

static inline struct range desk_range(const char *text, bool subdomains)
{
    struct range range;
    struct error error;
    if (range_parse(text, subdomains, &range, &error) != OK)
        fail_msg("%s: %s", text, error.text);
    return range;
}

/* Loads what a list has from now on: lines of an ip4trie, an ip6trie and a dnset. */
static inline void desk_load(struct desk *desk, const char *list, const char *ip4, const char *ip6,
                             const char *names)
{
    static const char *const types[] = { "ip4trie", "ip6trie", "dnset" };
    const char *const texts[] = { ip4, ip6, names };
    struct set_data *changed[DESK_SETS] = { NULL };
    unsigned number = delisting_list(&desk->box, list), part = 0;
    struct loaded loaded;
    struct error error;
    struct snapshot *snapshot;
    struct view *view;

    for (unsigned i = 0; i < DESK_SETS; i++) {
        if (desk->set_lists[i] != number && desk->view != NULL)
            continue;
        part = i % 3;
        changed[i] = load_text(types[part], desk->set_lists[i] == number ? texts[part] : "", NULL, &loaded);
        assert_int_equal(changed[i]->bad, 0);
    }
    const struct snapshot *old = desk->view != NULL ? desk->view->snapshot : NULL;
    assert_int_equal(snapshot_build(old, changed, DESK_SETS, &snapshot, &error), OK);
    struct view_spec spec = { .set_lists = desk->set_lists };
    assert_int_equal(view_build(snapshot, &spec, &view, &error), OK);
    if (desk->view != NULL)
        view->overlay = desk->view->overlay;
    view_free(desk->view);
    desk->view = view;
    desk->box.view = view;
    for (unsigned i = 0; i < DESK_SETS; i++)
        set_free(changed[i]);
}

static inline void desk_open(struct desk *desk, const struct list_policy *rules,
                             const struct delist_limits *limits, enum privacy privacy, bool mail)
{
    *desk = (struct desk){ .view = NULL };
    delisting_prepare(&desk->box, false);
    desk->box.now = NOW;
    desk->box.options.policies = rules;
    desk->box.options.policies_count = DESK_LISTS;
    desk->box.options.limits = *limits;
    desk->box.options.privacy = privacy;
    desk->box.options.publish = desk_publish;
    desk->box.options.confirm = mail ? desk_confirm : NULL;
    delisting_open(&desk->box);
    for (unsigned i = 0; i < DESK_SETS; i++)
        desk->set_lists[i] = (uint16_t)delisting_list(&desk->box, rules[i / 3].name);
}

static inline void desk_close(struct desk *desk)
{
    delisting_teardown(&desk->box);
    view_free(desk->view);
}

static inline void desk_apply(struct desk *desk, struct delist_op *op)
{
    delist_apply(desk->box.d, &op, 1, desk->box.now);
}

struct desk_items {
    unsigned count;
    struct item item[64];
};

static bool desk_take_item(void *context, const struct item *item)
{
    struct desk_items *items = context;
    assert_true(items->count < ARRAY_SIZE(items->item));
    items->item[items->count++] = *item;
    return true;
}

/* All items, newest first. */
static inline struct desk_items *desk_all_items(const struct desk *desk)
{
    static struct desk_items items;
    struct item_filter filter = { .has_kind = false };
    struct store_reader *r;
    struct error error;

    items.count = 0;
    assert_int_equal(store_read(delist_store(desk->box.d), &r, &error), OK);
    assert_int_equal(items_each(r, &filter, desk->box.now, desk_take_item, &items, &error), OK);
    store_read_end(r);
    return &items;
}

static bool desk_take_event(void *context, const struct event *event)
{
    char *text = context;
    size_t used = strlen(text);
    snprintf(text + used, 1024 - used, "%s%s:%s", used != 0 ? " " : "", event->actor,
             event_kind_word(event->kind, event->item_kind));
    return true;
}

/* All events in order, "actor:what" each. */
static inline const char *desk_events(const struct desk *desk)
{
    static char text[1024];
    struct store_reader *r;
    struct error error;

    text[0] = '\0';
    assert_int_equal(store_read(delist_store(desk->box.d), &r, &error), OK);
    assert_int_equal(events_each(r, 0, true, desk_take_event, text, &error), OK);
    store_read_end(r);
    return text;
}

#endif
