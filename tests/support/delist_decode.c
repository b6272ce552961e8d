#include "support/delist_decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An item to create: for the model, and for the operation. */
struct delist_creation {
    struct delist_model_item item;
    struct item_spec create;
    bool admin;
};

static void decode_range(struct input *in, struct delist_creation *creation)
{
    struct delist_model_item *i = &creation->item;
    char text[160], first[64], last[64];

    i->family = input_below(in, 4) % 3;
    if (i->family == RANGE_NAME) {
        i->first = i->last = input_below(in, DELIST_MODEL_NAMES);
        const char *sign = input_below(in, 2) ? "+" : "";
        delist_model_key_text(RANGE_NAME, i->first, first);
        snprintf(text, sizeof(text), "%s%s", sign, first);
    } else {
        unsigned keys = i->family == RANGE_IP4 ? DELIST_MODEL_IP4 : DELIST_MODEL_IP6,
                 bits = input_below(in, i->family == RANGE_IP4 ? 6 : 4);
        i->first = input_below(in, keys) & ~((1u << bits) - 1);
        i->last = i->first + (1u << bits) - 1;
        if (input_below(in, 4) == 0 && i->last + 3 < keys)
            i->last += input_below(in, 3);
        delist_model_key_text(i->family, i->first, first);
        delist_model_key_text(i->family, i->last, last);
        snprintf(text, sizeof(text), "%s-%s", first, last);
    }
    creation->create.range = delist_fixture_range(text);
    i->item.range = creation->create.range;
}

static void decode_creation(struct delist_model *m, struct input *in, struct delist_creation *creation)
{
    static const int seconds[] = { 5, 60, 1000, 4000, 20000 };
    struct item_spec *c = &creation->create;

    memset(creation, 0, sizeof(*creation));
    creation->item.batch = -1;
    decode_range(in, creation);
    creation->admin = input_below(in, 2);
    c->kind = creation->item.item.kind = input_below(in, 5) % 3;
    c->force = creation->admin && input_below(in, 2);
    c->code = 0x7f000002;
    c->sticky = input_below(in, 2) ? YES : NO;
    creation->item.sticky = c->sticky == YES;
    c->expiry = (struct expiry){ EXPIRY_IN, seconds[input_below(in, ARRAY_SIZE(seconds))] };
    creation->item.until = m->delist.now + c->expiry.value;
    c->lists_given = c->kind == OVERLAY_LIST || input_below(in, 3) != 0;
    creation->item.lists =
        c->kind == OVERLAY_LIST ? 1u << input_below(in, DELIST_MODEL_LISTS) : 1 + input_below(in, 15);
    for (unsigned l = 0; l < DELIST_MODEL_LISTS && c->lists_given; l++)
        if (creation->item.lists >> l & 1)
            list_mask_add(&c->lists, delist_fixture_list(&m->delist, delist_model_lists[l]));
}

/* The lists that permit it: pol permits removals only by force, and sbl no bypass. */
static unsigned permitted(const struct delist_creation *creation)
{
    if (creation->create.kind == OVERLAY_DELIST && !creation->create.force)
        return 7;
    return creation->create.kind == OVERLAY_ALLOW ? 14 : 15;
}

static const struct delist_model_item *find_item(const struct delist_model *m, uint64_t number)
{
    for (unsigned n = 0; n < m->count; n++)
        if (m->items[n].item.number == number)
            return &m->items[n];
    return NULL;
}

static void add_created(struct delist_model *m, struct delist_creation *creation,
                        const struct item_result *out, int batch)
{
    struct delist_model_item *i = &m->items[m->count++];

    *i = creation->item;
    i->item = out->item;
    i->over = ITEM_ACTIVE;
    i->batch = batch;
    for (unsigned l = 0; l < DELIST_MODEL_LISTS; l++)
        if (i->item.kind == OVERLAY_DELIST && !i->sticky && i->lists >> l & 1 &&
            delist_model_is_listed(m, i, l))
            i->fate[l] = FATE_HELD;
}

/* Whether a result is the right one. If an item was created, the model has it, too. */
static bool check_created(struct delist_model *m, struct delist_creation *creation,
                          const struct item_result *out, int batch)
{
    unsigned permits = permitted(creation);
    const struct refusal *j = &out->refusal;

    if (creation->create.lists_given && (creation->item.lists & ~permits) != 0)
        return j->kind == REFUSE_RULE || delist_model_fail(m, "created against a rule");
    if (!creation->create.lists_given)
        creation->item.lists = permits;
    if (j->kind == REFUSE_NONE && out->existed) {
        const struct delist_model_item *there = find_item(m, out->item.number);
        return (there != NULL && delist_model_is_active(m, there) && there->lists == creation->item.lists &&
                there->item.kind == creation->create.kind && there->family == creation->item.family &&
                there->first == creation->item.first && there->last == creation->item.last &&
                llabs(there->until - creation->item.until) <= 60) ||
               delist_model_fail(m, "another item was taken for a repeat");
    }
    bool room = delist_model_has_room(m, &creation->item);
    if (j->kind == REFUSE_CONFLICT)
        return !room || creation->item.family == RANGE_NAME ||
               delist_model_fail(m, "there was room: %s", j->message);
    if (j->kind != REFUSE_NONE)
        return delist_model_fail(m, "not created: %s", j->message);
    if (!room)
        return delist_model_fail(m, "created without room");
    if (out->item.expires_at != creation->item.until)
        return delist_model_fail(m, "created with another end");
    add_created(m, creation, out, batch);
    return true;
}

struct actor delist_decode_actor(bool admin)
{
    return delist_fixture_actor(admin ? ROLE_ADMIN : ROLE_OPERATOR, admin ? "root" : "alice");
}

bool delist_decode_create(struct delist_model *m, struct input *in)
{
    static struct delist_creation creations[4];
    static struct item_result out[4];
    static struct item_spec creates[4];
    struct actor actors[4];
    struct delist_op ops[4], *group[4];
    unsigned count = 1 + input_below(in, 4), how = input_below(in, 3);

    if (m->count + count > DELIST_MODEL_ITEMS || m->batches == DELIST_MODEL_BATCHES)
        return true;
    for (unsigned n = 0; n < count; n++) {
        decode_creation(m, in, &creations[n]);
        if (how != 0) { /* one operation has one actor */
            creations[n].create.force &= creations[0].admin;
            creations[n].admin = creations[0].admin;
        }
        creates[n] = creations[n].create;
        actors[n] = delist_decode_actor(creations[n].admin);
        ops[n] = (struct delist_op){
            .verb = DELIST_CREATE, .actor = &actors[n], .create = &creates[n], .created = &out[n], .count = 1
        };
        group[n] = &ops[n];
    }
    if (how == 0) {
        delist_apply(m->delist.d, group, count, m->delist.now);
    } else {
        ops[0].count = count;
        ops[0].batch = true;
        ops[0].atomic = how == 1;
        delist_apply(m->delist.d, group, 1, m->delist.now);
    }
    if (how == 1 && ops[0].refusal.kind != REFUSE_NONE) {
        bool refused = false; /* none was created, so at least one must have been refused */
        for (unsigned n = 0; n < count; n++)
            refused |= out[n].refusal.kind != REFUSE_NONE;
        return refused || delist_model_fail(m, "a batch failed without reason");
    }
    int batch = how == 0 ? -1 : (int)m->batches++;
    if (batch >= 0)
        memcpy(m->batch[batch], ops[0].batch_id, STORE_ID);
    for (unsigned n = 0; n < count; n++)
        if (!check_created(m, &creations[n], &out[n], batch))
            return false;
    return true;
}
