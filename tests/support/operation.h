/* Single operations as somebody, and what is to come of them. */
#ifndef SUPPORT_OPERATION_H
#define SUPPORT_OPERATION_H

#include "support/delist_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct actor operator_, admin, owner, public_;
static struct range owned;

static inline int make_actors(void **state)
{
    (void)state;
    owned = delisting_range("192.0.2.0/24");
    operator_ = delisting_actor(ROLE_OPERATOR, "alice");
    admin = delisting_actor(ROLE_ADMIN, "root");
    owner = delisting_actor(ROLE_OWNER, "isp");
    owner.ranges = &owned;
    owner.ranges_count = 1;
    public_ = delisting_actor(ROLE_NONE, "public");
    return 0;
}

/* ---- Single operations ---- */

static inline struct delist_op apply_as(struct delisting *t, const struct actor *actor, struct delist_op op)
{
    struct delist_op *ops[] = { &op };
    op.actor = actor;
    delist_apply(t->d, ops, 1, t->now);
    return op;
}

static inline struct item_result create_as(struct delisting *t, const struct actor *actor, struct item_spec c)
{
    struct item_result out;
    struct delist_op op = apply_as(
        t, actor, (struct delist_op){ .verb = DELIST_CREATE, .create = &c, .created = &out, .count = 1 });
    assert_int_equal(op.refusal.kind, out.refusal.kind);
    assert_string_equal(op.refusal.code, out.refusal.code);
    return out;
}

static inline struct item made(struct delisting *t, enum overlay_kind kind, const char *range,
                               const char *lists, int64_t seconds)
{
    struct item_result out = create_as(t, &operator_, delisting_create(t, kind, range, lists, seconds));
    if (out.refusal.kind != REFUSE_NONE)
        fail_msg("%s: %s", range, out.refusal.message);
    assert_false(out.existed);
    return out.item;
}

static inline struct delist_op on_item(enum delist_verb verb, const struct item *item)
{
    struct delist_op op = { .verb = verb, .kind = item->kind };
    memcpy(op.id, item->id, sizeof(op.id));
    return op;
}

static inline struct item stored(const struct delisting *t, const struct item *like)
{
    struct item item;
    struct store_reader *reader;
    struct error error;
    assert_int_equal(store_read(delist_store(t->d), &reader, &error), OK);
    assert_int_equal(items_find(reader, like->kind, like->id, t->now, &item, &error), OK);
    store_read_end(reader);
    return item;
}

static inline void expect(const struct refusal *j, enum refusal_kind kind, const char *code)
{
    if (j->kind != kind || strcmp(j->code, code) != 0)
        fail_msg("expected %d %s, got %d %s (%s)", kind, code, j->kind, j->code, j->message);
}

/* ---- Events, as text ---- */

static inline bool note_event(void *context, const struct event *e)
{
    char *text = context;
    sprintf(text + strlen(text), "%s by %s; ", event_kind_word(e->kind, e->item_kind), e->actor);
    return true;
}

static inline const char *events_since(const struct delisting *t, uint64_t since)
{
    static char text[4096];
    struct store_reader *reader;
    struct error error;
    text[0] = '\0';
    assert_int_equal(store_read(delist_store(t->d), &reader, &error), OK);
    assert_int_equal(events_each(reader, since, true, note_event, text, &error), OK);
    store_read_end(reader);
    return text;
}

#endif
