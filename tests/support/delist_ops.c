#include "support/delist_ops.h"

#include "delist/feed.h"
#include "support/delist_decode.h"
#include "support/must.h"
#include "support/text_view.h"
#include "view/snapshot_build.h"

#include <stdio.h>
#include <string.h>

static void apply(struct delist_model *m, struct delist_op *op, bool admin)
{
    struct actor actor = delist_decode_actor(admin);
    op->actor = &actor;
    delist_apply(m->delist.d, &op, 1, m->delist.now);
}

static bool change_item(struct delist_model *m, struct input *in)
{
    if (m->count == 0)
        return true;
    struct delist_model_item *i = &m->items[(input_below(in, 256) * 256 + input_below(in, 256)) % m->count];
    bool active = delist_model_is_active(m, i);
    struct delist_op op = { .verb = DELIST_CHANGE, .kind = i->item.kind, .has_expiry = true, .force = true };

    memcpy(op.id, i->item.id, STORE_ID);
    op.expiry = (struct expiry){ EXPIRY_IN, 1 + input_below(in, 250) * 30 };
    apply(m, &op, true);
    if (active != (op.refusal.kind == REFUSE_NONE))
        return delist_model_fail(m, "change: %s", active ? op.refusal.message : "of an ended item");
    if (active)
        i->until = m->delist.now + op.expiry.value;
    return true;
}

static bool end_item(struct delist_model *m, struct input *in)
{
    if (m->count == 0)
        return true;
    struct delist_model_item *i = &m->items[(input_below(in, 256) * 256 + input_below(in, 256)) % m->count];
    struct delist_op op = { .verb = DELIST_END, .kind = i->item.kind };

    memcpy(op.id, i->item.id, STORE_ID);
    apply(m, &op, false);
    if (op.refusal.kind != REFUSE_NONE)
        return delist_model_fail(m, "end: %s", op.refusal.message);
    if (delist_model_is_active(m, i) && m->fault != DELIST_FAULT_LOST_END)
        i->ended = true;
    return true;
}

static bool revert(struct delist_model *m, struct input *in)
{
    if (m->batches == 0)
        return true;
    unsigned batch = input_below(in, m->batches), ended = 0, all = 0;
    struct delist_op op = { .verb = DELIST_REVERT };

    memcpy(op.id, m->batch[batch], STORE_ID);
    apply(m, &op, true);
    for (unsigned n = 0; n < m->count; n++) {
        struct delist_model_item *i = &m->items[n];
        if (i->batch != (int)batch)
            continue;
        all++;
        ended += delist_model_is_active(m, i);
        i->ended |= delist_model_is_active(m, i);
    }
    if (op.refusal.kind != (all != 0 ? REFUSE_NONE : REFUSE_MISSING) || op.affected != ended)
        return delist_model_fail(m, "revert: %llu ended, not %u: %s", (unsigned long long)op.affected, ended,
                                 op.refusal.message);
    return true;
}

/* ---- Loads ---- */

static void append_key(char *text, enum range_family family, unsigned key)
{
    char line[64];
    delist_model_key_text(family, key, line);
    strcat(strcat(text, line), "\n");
}

/* Builds a view of new lists: one set of addresses for each list, and names for the second one. */
static void load_snapshot(struct delist_model *m, struct input *in)
{
    static const uint16_t set_lists_of[DELIST_MODEL_LISTS + 1] = { 0, 1, 2, 3, 1 };
    struct set_data *data[DELIST_MODEL_LISTS + 1];
    uint16_t set_lists[DELIST_MODEL_LISTS + 1];
    struct snapshot *snapshot;
    struct error error;
    char text[DELIST_MODEL_LISTS + 1][1024] = { "" };

    for (unsigned l = 0; l < DELIST_MODEL_LISTS; l++) {
        if (input_below(in, 2)) /* else as it was */
            m->listed[l] = input_below(in, 256) * 0x01010101u & (input_below(in, 256) * 0x00010203u);
        for (unsigned key = 0; key < DELIST_MODEL_IP4; key++)
            if (m->listed[l] >> key & 1)
                append_key(text[l], RANGE_IP4, key);
    }
    m->listed_names = input_below(in, 1 << DELIST_MODEL_NAMES);
    for (unsigned key = 0; key < DELIST_MODEL_NAMES; key++)
        if (m->listed_names >> key & 1)
            append_key(text[DELIST_MODEL_LISTS], RANGE_NAME, key);
    for (unsigned s = 0; s <= DELIST_MODEL_LISTS; s++) {
        data[s] = text_view_load_set(
            &(struct text_set){ "", s < DELIST_MODEL_LISTS ? "ip4set" : "dnset", text[s] });
        set_lists[s] = (uint16_t)delist_fixture_list(&m->delist, delist_model_lists[set_lists_of[s]]);
    }
    must(snapshot_build(NULL, data, DELIST_MODEL_LISTS + 1, &snapshot, &error) == OK,
         "the snapshot cannot be built");
    for (unsigned s = 0; s <= DELIST_MODEL_LISTS; s++)
        set_free(data[s]);
    struct view_spec spec = { .set_lists = set_lists };
    view_free(m->view);
    must(view_build(snapshot, &spec, &m->view, &error) == OK, "the view cannot be built");
    m->delist.view = m->view;
}

static bool load(struct delist_model *m, struct input *in)
{
    load_snapshot(m, in);
    for (unsigned l = 0; l < DELIST_MODEL_LISTS; l++) {
        unsigned number = delist_fixture_list(&m->delist, delist_model_lists[l]);
        struct feed_changes changes;
        struct error error;
        if (feed_evaluate(delist_store(m->delist.d), delist_policy(m->delist.d, number),
                          delist_limits(m->delist.d), number, m->view->snapshot, m->view->set_lists, false,
                          m->delist.now, &changes, &error) != OK)
            return delist_model_fail(m, "feed_evaluate: %s", error.text);
        struct delist_op op = { .verb = DELIST_FEED, .feed = &changes };
        apply(m, &op, true);
        feed_free(&changes);
        if (op.refusal.kind != REFUSE_NONE)
            return delist_model_fail(m, "feed: %s", op.refusal.message);
        for (unsigned n = 0; n < m->count; n++) {
            struct delist_model_item *i = &m->items[n];
            bool compared = delist_model_is_active(m, i) ||
                            (delist_model_left(i) == 0 && !i->ended && i->until > m->delist.now);
            if (i->item.kind == OVERLAY_DELIST && !i->sticky && i->lists >> l & 1 && compared)
                delist_model_load(m, i, l);
        }
    }
    return true;
}

/* ---- Steps ---- */

static bool suspend(struct delist_model *m)
{
    struct delist_op op = { .verb = m->suspended ? DELIST_RESUME : DELIST_SUSPEND };
    apply(m, &op, true);
    m->suspended = !m->suspended;
    return delist_suspended(m->delist.d) == m->suspended || delist_model_fail(m, "suspended");
}

static bool pass_time(struct delist_model *m, struct input *in)
{
    static const int steps[] = { 1, 4, 5, 59, 900, 1800, 4000 };
    m->delist.now += steps[input_below(in, ARRAY_SIZE(steps))];
    return true;
}

static bool sweep(struct delist_model *m)
{
    unsigned most = 10;
    while (delist_tick(m->delist.d, m->delist.now) <= m->delist.now && --most > 0)
        ;
    delist_reclaim(m->delist.d, m->delist.generation);
    unsigned there = 0;
    for (unsigned n = 0; n < m->count; n++)
        there += delist_model_is_active(m, &m->items[n]);
    /* The overlay may count expired ones until its next sweep. */
    return delist_overlay_usage(m->delist.d).items >= there ||
           delist_model_fail(m, "%u items are in force, the overlay has %llu", there,
                             (unsigned long long)delist_overlay_usage(m->delist.d).items);
}

static bool step(struct delist_model *m, struct input *in)
{
    switch (input_below(in, 16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return delist_decode_create(m, in);
    case 5:
    case 6:
        return change_item(m, in);
    case 7:
    case 8:
        return end_item(m, in);
    case 9:
        return input_below(in, 3) != 0 || revert(m, in);
    case 10:
    case 11:
        return pass_time(m, in);
    case 12:
        return sweep(m);
    case 13:
        return input_below(in, 4) != 0 || suspend(m);
    case 14:
        if (m->delist.directory[0] != '\0')
            delist_fixture_reopen(&m->delist);
        return true;
    default:
        return load(m, in);
    }
}

static const char *run(const uint8_t *bytes, size_t size, bool durable, uint64_t fault)
{
    static struct delist_model m;
    struct input in = { bytes, bytes + size };
    bool equal = true;

    memset(&m, 0, sizeof(m));
    m.fault = (enum delist_fault)fault;
    delist_fixture_setup(&m.delist, durable);
    while (in.p < in.end && equal)
        equal = step(&m, &in) && delist_model_equals(&m);
    if (equal)
        delist_model_states_equal(&m);
    delist_fixture_teardown(&m.delist);
    view_free(m.view);
    return m.wrong[0] != '\0' ? m.wrong : NULL;
}

const char *delist_ops_run(const uint8_t *bytes, size_t size, uint64_t fault)
{
    return run(bytes, size, false, fault);
}

const char *delist_ops_run_on_disk(const uint8_t *bytes, size_t size, uint64_t fault)
{
    return run(bytes, size, true, fault);
}
