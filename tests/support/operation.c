#include "support/operation.h"

#include "store/events.h"
#include "store/items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct actor actor_operator, actor_admin, actor_owner, actor_public;
static struct range owned;

int operation_make_actors(void **state)
{
    (void)state;
    owned = delist_fixture_range("192.0.2.0/24");
    actor_operator = delist_fixture_actor(ROLE_OPERATOR, "alice");
    actor_admin = delist_fixture_actor(ROLE_ADMIN, "root");
    actor_owner = delist_fixture_actor(ROLE_OWNER, "isp");
    actor_owner.ranges = &owned;
    actor_owner.ranges_count = 1;
    actor_public = delist_fixture_actor(ROLE_NONE, "public");
    return 0;
}

struct delist_op operation_apply(struct delist_fixture *t, const struct actor *actor, struct delist_op op)
{
    struct delist_op *ops[] = { &op };
    op.actor = actor;
    delist_apply(t->d, ops, 1, t->now);
    return op;
}

struct item_result operation_create(struct delist_fixture *t, const struct actor *actor, struct item_spec c)
{
    struct item_result out;
    struct delist_op op = operation_apply(
        t, actor, (struct delist_op){ .verb = DELIST_CREATE, .create = &c, .created = &out, .count = 1 });
    assert_int_equal(op.refusal.kind, out.refusal.kind);
    assert_string_equal(op.refusal.code, out.refusal.code);
    return out;
}

struct item operation_add(struct delist_fixture *t, enum overlay_kind kind, const char *range,
                          const char *lists, int64_t seconds)
{
    struct item_result out =
        operation_create(t, &actor_operator, delist_fixture_spec(t, kind, range, lists, seconds));
    if (out.refusal.kind != REFUSE_NONE)
        fail_msg("%s: %s", range, out.refusal.message);
    assert_false(out.existed);
    return out.item;
}

struct delist_op operation_on(enum delist_verb verb, const struct item *item)
{
    struct delist_op op = { .verb = verb, .kind = item->kind };
    memcpy(op.id, item->id, sizeof(op.id));
    return op;
}

struct item operation_stored(const struct delist_fixture *t, const struct item *like)
{
    struct item item;
    struct store_reader *reader;
    struct error error;
    assert_int_equal(store_read(delist_store(t->d), &reader, &error), OK);
    assert_int_equal(items_find(reader, like->kind, like->id, t->now, &item, &error), OK);
    store_read_end(reader);
    return item;
}

static bool print_event(void *context, const struct event *e)
{
    char *text = context;
    sprintf(text + strlen(text), "%s by %s; ", event_kind_word(e->kind, e->item_kind), e->actor);
    return true;
}

const char *operation_events(const struct delist_fixture *t, uint64_t since)
{
    static char text[4096];
    struct store_reader *reader;
    struct error error;
    text[0] = '\0';
    assert_int_equal(store_read(delist_store(t->d), &reader, &error), OK);
    assert_int_equal(events_each(reader, since, true, print_event, text, &error), OK);
    store_read_end(reader);
    return text;
}
