#include "support/feed_fixture.h"

#include "store/events.h"
#include "store/requests.h"
#include "support/list_text.h"
#include "support/text_range.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void publish(void *context, const struct overlay_view *overlay, uint64_t generation)
{
    struct feed_fixture *f = context;
    delist_fixture_publish(&f->delist, overlay, generation);
    if (f->view != NULL)
        f->view->overlay = *overlay;
}

static void confirm(void *context, const struct removal_request *request, const char *mailbox, bool control,
                    const char *code)
{
    struct feed_fixture *f = context;
    (void)request, (void)control;
    snprintf(f->mailed_to, sizeof(f->mailed_to), "%s", mailbox);
    snprintf(f->code, sizeof(f->code), "%s", code);
    f->mails++;
}

const char *feed_fixture_names(const struct feed_fixture *f, const struct list_mask *mask)
{
    static char text[LISTS_MAX * 8];
    char *end = text;
    *text = '\0';
    for (unsigned list = 0; list < LISTS_MAX; list++)
        if (list_mask_has(mask, list))
            end += sprintf(end, "%s%s", end != text ? " " : "", delist_policy(f->delist.d, list)->name);
    return text;
}

void feed_fixture_load(struct feed_fixture *f, const char *list, const char *ip4, const char *ip6,
                       const char *names)
{
    static const char *const types[] = { "ip4trie", "ip6trie", "dnset" };
    const char *const texts[] = { ip4, ip6, names };
    struct set_data *changed[FEED_FIXTURE_SETS] = { NULL };
    unsigned number = delist_fixture_list(&f->delist, list), part = 0;
    struct list_text loaded;
    struct error error;
    struct snapshot *snapshot;
    struct view *view;

    for (unsigned i = 0; i < FEED_FIXTURE_SETS; i++) {
        if (f->set_lists[i] != number && f->view != NULL)
            continue;
        part = i % 3;
        changed[i] = list_text_load(types[part], f->set_lists[i] == number ? texts[part] : "", NULL, &loaded);
        assert_int_equal(changed[i]->bad, 0);
    }
    const struct snapshot *old = f->view != NULL ? f->view->snapshot : NULL;
    assert_int_equal(snapshot_build(old, changed, FEED_FIXTURE_SETS, &snapshot, &error), OK);
    struct view_spec spec = { .set_lists = f->set_lists };
    assert_int_equal(view_build(snapshot, &spec, &view, &error), OK);
    if (f->view != NULL)
        view->overlay = f->view->overlay;
    view_free(f->view);
    f->view = view;
    f->delist.view = view;
    for (unsigned i = 0; i < FEED_FIXTURE_SETS; i++)
        set_free(changed[i]);
}

void feed_fixture_open(struct feed_fixture *f, const struct list_policy *rules,
                       const struct delist_limits *limits, enum privacy privacy, bool mail)
{
    *f = (struct feed_fixture){ .view = NULL };
    delist_fixture_prepare(&f->delist, false);
    f->delist.now = LIST_TEXT_NOW;
    f->delist.options.policies = rules;
    f->delist.options.policies_count = FEED_FIXTURE_LISTS;
    f->delist.options.limits = *limits;
    f->delist.options.privacy = privacy;
    f->delist.options.publish = publish;
    f->delist.options.confirm = mail ? confirm : NULL;
    f->delist.options.confirm_seconds = 3600;
    delist_fixture_open(&f->delist);
    for (unsigned i = 0; i < FEED_FIXTURE_SETS; i++)
        f->set_lists[i] = (uint16_t)delist_fixture_list(&f->delist, rules[i / 3].name);
}

void feed_fixture_close(struct feed_fixture *f)
{
    delist_fixture_teardown(&f->delist);
    view_free(f->view);
}

void feed_fixture_apply(struct feed_fixture *f, struct delist_op *op)
{
    delist_apply(f->delist.d, &op, 1, f->delist.now);
}

struct delist_op feed_fixture_request(const struct feed_fixture *f, const char *client, const char *query,
                                      const char *lists, const char *email)
{
    static struct actor anybody;
    struct delist_op op = { .verb = DELIST_REQUEST, .actor = &anybody };

    anybody = (struct actor){ .origin = "api" };
    strcpy(anybody.client, client);
    op.request.range = text_range(query, true);
    op.request.lists = delist_fixture_lists(&f->delist, lists);
    strcpy(op.request.email, email);
    return op;
}

static bool add_item(void *context, const struct item *item)
{
    struct feed_fixture_items *items = context;
    assert_true(items->count < ARRAY_SIZE(items->item));
    items->item[items->count++] = *item;
    return true;
}

struct feed_fixture_items *feed_fixture_items(const struct feed_fixture *f)
{
    static struct feed_fixture_items items;
    struct item_filter filter = { .has_kind = false };
    struct store_reader *r;
    struct error error;

    items.count = 0;
    assert_int_equal(store_read(delist_store(f->delist.d), &r, &error), OK);
    assert_int_equal(items_each(r, &filter, f->delist.now, add_item, &items, &error), OK);
    store_read_end(r);
    return &items;
}

static bool print_event(void *context, const struct event *event)
{
    char *text = context;
    size_t used = strlen(text);
    snprintf(text + used, 1024 - used, "%s%s:%s", used != 0 ? " " : "", event->actor,
             event_kind_word(event->kind, event->item_kind));
    return true;
}

const char *feed_fixture_events(const struct feed_fixture *f)
{
    static char text[1024];
    struct store_reader *r;
    struct error error;

    text[0] = '\0';
    assert_int_equal(store_read(delist_store(f->delist.d), &r, &error), OK);
    assert_int_equal(events_each(r, 0, true, print_event, text, &error), OK);
    store_read_end(r);
    return text;
}
