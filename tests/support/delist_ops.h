/*
 * The use case against something stupid: bytes are decoded into operations (delist, list, allow, batches,
 * change, end, revert, time, sweep, suspend, restart, a new snapshot with what it means for delistings), and
 * after each one what was published must say of every key and list what a linear scan over plain arrays says.
 *
 * The world: 32 IPv4 addresses, 8 IPv6 addresses, 7 names, 4 lists (tests/delisting.h).
 */
#ifndef SUPPORT_DELIST_OPS_H
#define SUPPORT_DELIST_OPS_H

#include "delist/feed.h"
#include "support/delist_fixture.h"
#include "support/query.h"

enum { LISTS = 4, ADDRESSES4 = 32, ADDRESSES6 = 8, ITEMS_MOST = 1000, BATCHES = 100 };
enum delist_fault { DELIST_SOUND, DELIST_FORGETS_END, DELIST_SECOND_LATE, DELIST_OLDEST_WINS };

static const char *const list_names[LISTS] = { "sbl", "xbl", "pbl", "pol" };
static const char *const key_names[] = { "ex.org",       "a.ex.org", "b.ex.org", "c.a.ex.org",
                                         "d.c.a.ex.org", "ex.net",   "aex.org" };
enum { NAMES = ARRAY_SIZE(key_names) };

struct input {
    const uint8_t *p, *end;
};

static unsigned any(struct input *in, unsigned below)
{
    return in->p < in->end ? *in->p++ % below : 0;
}

/* ---- The model ---- */

/* A delisting on one list, by what loads have shown. */
enum fate { NEW, HELD, GONE, FULFILLED, RELISTED };

struct model_item {
    struct item item; /* as it was made: id, number, range, kind */
    enum range_family family;
    unsigned first, last; /* addresses; a name's index in `first` */
    unsigned lists;       /* bits in the order of list_names */
    int64_t until, gone_since[LISTS];
    enum fate fate[LISTS];
    bool sticky, ended;
    enum item_state over; /* once it is over on all lists; else ITEM_ACTIVE */
    int batch;            /* -1: none */
};

struct model {
    struct delisting t;
    struct model_item items[ITEMS_MOST];
    unsigned count;
    char batch[BATCHES][STORE_ID];
    unsigned batches;
    bool suspended;
    uint32_t listed[LISTS]; /* of the snapshot: bits of IPv4 addresses */
    unsigned listed_names;  /* on the second list */
    struct view *view;
    enum delist_fault fault;
    char wrong[512];
};

static bool fail_model(struct model *m, const char *format, ...) printf_like(2, 3);

static bool fail_model(struct model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(m->wrong, sizeof(m->wrong), format, args);
    va_end(args);
    return false;
}

static unsigned left_lists(const struct model_item *i)
{
    unsigned left = i->lists;
    for (unsigned l = 0; l < LISTS; l++)
        if (i->fate[l] == FULFILLED || i->fate[l] == RELISTED)
            left &= ~(1u << l);
    return left;
}

static bool is_active(const struct model *m, const struct model_item *i)
{
    return !i->ended && left_lists(i) != 0 && i->until > m->t.now;
}

static bool ends_in(const char *name, const char *end)
{
    size_t a = strlen(name), b = strlen(end);
    return a >= b && strcmp(name + a - b, end) == 0 && (a == b || name[a - b - 1] == '.');
}

static bool covers(const struct model_item *i, enum range_family family, unsigned key)
{
    if (i->family != family)
        return false;
    if (family != RANGE_NAME)
        return key >= i->first && key <= i->last;
    return i->item.range.subdomains ? ends_in(key_names[key], key_names[i->first]) : key == i->first;
}

static enum overlay_says model_says(const struct model *m, enum range_family family, unsigned key,
                                    unsigned list)
{
    const struct model_item *newest = NULL;

    if (m->suspended)
        return OVERLAY_NOTHING;
    for (unsigned n = 0; n < m->count; n++) {
        const struct model_item *i = &m->items[n];
        bool late = m->fault == DELIST_SECOND_LATE && i->until == m->t.now;
        if (!covers(i, family, key) || i->ended || (i->until <= m->t.now && !late) ||
            !(left_lists(i) >> list & 1))
            continue;
        if (i->item.kind == OVERLAY_ALLOW)
            return OVERLAY_ALLOWS;
        if (newest == NULL || m->fault != DELIST_OLDEST_WINS)
            newest = i;
    }
    if (newest == NULL)
        return OVERLAY_NOTHING;
    return newest->item.kind == OVERLAY_DELIST ? OVERLAY_HIDES : OVERLAY_ADDS;
}

static void key_text(enum range_family family, unsigned key, char text[64])
{
    snprintf(text, 64, family == RANGE_IP4 ? "10.0.0.%u" : "2001:db8::%x", key);
    if (family == RANGE_NAME)
        snprintf(text, 64, "%s", key_names[key]);
}

static bool equals_model(struct model *m)
{
    static const unsigned keys[] = { ADDRESSES4, ADDRESSES6, NAMES };
    static const char *const words[] = { "nothing", "hides", "adds", "allows" };

    for (unsigned family = 0; family < 3; family++)
        for (unsigned key = 0; key < keys[family]; key++)
            for (unsigned list = 0; list < LISTS; list++) {
                char text[64];
                key_text(family, key, text);
                enum overlay_says got = delisting_says(&m->t, text, list_names[list]);
                enum overlay_says want = model_says(m, family, key, list);
                if (got != want)
                    return fail_model(m, "%s on %s: %s, the model says %s", text, list_names[list],
                                      words[got], words[want]);
            }
    return true;
}

/* ---- Making items ---- */

struct wish {
    struct model_item item;
    struct item_spec create;
    bool admin;
};

static void decode_range(struct input *in, struct wish *w)
{
    struct model_item *i = &w->item;
    char text[160];

    i->family = any(in, 4) % 3;
    if (i->family == RANGE_NAME) {
        i->first = i->last = any(in, NAMES);
        snprintf(text, sizeof(text), "%s%s", any(in, 2) ? "+" : "", key_names[i->first]);
    } else {
        unsigned keys = i->family == RANGE_IP4 ? ADDRESSES4 : ADDRESSES6,
                 bits = any(in, i->family == RANGE_IP4 ? 6 : 4);
        char first[64], last[64];
        i->first = any(in, keys) & ~((1u << bits) - 1);
        i->last = i->first + (1u << bits) - 1;
        if (any(in, 4) == 0 && i->last + 3 < keys)
            i->last += any(in, 3);
        key_text(i->family, i->first, first);
        key_text(i->family, i->last, last);
        snprintf(text, sizeof(text), "%s-%s", first, last);
    }
    w->create.range = delisting_range(text);
    i->item.range = w->create.range;
}

static void decode_wish(struct model *m, struct input *in, struct wish *w)
{
    static const int seconds[] = { 5, 60, 1000, 4000, 20000 };
    struct item_spec *c = &w->create;

    memset(w, 0, sizeof(*w));
    w->item.batch = -1;
    decode_range(in, w);
    w->admin = any(in, 2);
    c->kind = w->item.item.kind = any(in, 5) % 3;
    c->force = w->admin && any(in, 2);
    c->code = 0x7f000002;
    c->sticky = any(in, 2) ? YES : NO;
    w->item.sticky = c->sticky == YES;
    c->expiry = (struct expiry){ EXPIRY_IN, seconds[any(in, ARRAY_SIZE(seconds))] };
    w->item.until = m->t.now + c->expiry.value;
    c->lists_given = c->kind == OVERLAY_LIST || any(in, 3) != 0;
    w->item.lists = c->kind == OVERLAY_LIST ? 1u << any(in, LISTS) : 1 + any(in, 15);
    for (unsigned l = 0; l < LISTS && c->lists_given; l++)
        if (w->item.lists >> l & 1)
            list_mask_add(&c->lists, delisting_list(&m->t, list_names[l]));
}

/* The lists that permit it: nobody is removed from pol but by force, and sbl has no bypass. */
static unsigned permitted(const struct wish *w)
{
    if (w->create.kind == OVERLAY_DELIST && !w->create.force)
        return 7;
    return w->create.kind == OVERLAY_ALLOW ? 14 : 15;
}

static bool has_room(const struct model *m, const struct model_item *wanted)
{
    for (unsigned key = wanted->first; key <= wanted->last; key++) {
        unsigned there = 0;
        for (unsigned n = 0; n < m->count; n++)
            there += covers(&m->items[n], wanted->family, key) && is_active(m, &m->items[n]);
        if (there >= OVERLAY_ITEMS_MAX)
            return false;
    }
    return true;
}

static const struct model_item *find_number(const struct model *m, uint64_t number)
{
    for (unsigned n = 0; n < m->count; n++)
        if (m->items[n].item.number == number)
            return &m->items[n];
    return NULL;
}

/* Something is in its range as it is made. */
static bool is_there(const struct model *m, const struct model_item *i, unsigned list)
{
    for (unsigned key = 0; key < ADDRESSES4; key++)
        if (i->family == RANGE_IP4 && covers(i, RANGE_IP4, key) && m->listed[list] >> key & 1)
            return true;
    for (unsigned key = 0; key < NAMES; key++)
        if (i->family == RANGE_NAME && covers(i, RANGE_NAME, key) && list == 1 && m->listed_names >> key & 1)
            return true;
    return false;
}

static void add_made(struct model *m, struct wish *w, const struct item_result *out, int batch)
{
    struct model_item *i = &m->items[m->count++];

    *i = w->item;
    i->item = out->item;
    i->over = ITEM_ACTIVE;
    i->batch = batch;
    for (unsigned l = 0; l < LISTS; l++)
        if (i->item.kind == OVERLAY_DELIST && !i->sticky && i->lists >> l & 1 && is_there(m, i, l))
            i->fate[l] = HELD;
}

/* Whether what came of a wish is what had to come; the model then has it too if it was made. */
static bool judge_made(struct model *m, struct wish *w, const struct item_result *out, int batch)
{
    unsigned may = permitted(w);
    const struct refusal *j = &out->refusal;

    if (w->create.lists_given && (w->item.lists & ~may) != 0)
        return j->kind == REFUSE_RULE || fail_model(m, "made, against a rule");
    if (!w->create.lists_given)
        w->item.lists = may;
    if (j->kind == REFUSE_NONE && out->existed) {
        const struct model_item *there = find_number(m, out->item.number);
        return (there != NULL && is_active(m, there) && there->lists == w->item.lists &&
                there->item.kind == w->create.kind && there->family == w->item.family &&
                there->first == w->item.first && there->last == w->item.last &&
                llabs(there->until - w->item.until) <= 60) ||
               fail_model(m, "a repeat found what is not the same");
    }
    bool room = has_room(m, &w->item);
    if (j->kind == REFUSE_CONFLICT)
        return !room || w->item.family == RANGE_NAME || fail_model(m, "there was room: %s", j->message);
    if (j->kind != REFUSE_NONE)
        return fail_model(m, "not made: %s", j->message);
    if (!room)
        return fail_model(m, "made, though there was no room");
    if (out->item.expires_at != w->item.until)
        return fail_model(m, "made with another end");
    add_made(m, w, out, batch);
    return true;
}

static struct actor actor_of(bool as_admin)
{
    return delisting_actor(as_admin ? ROLE_ADMIN : ROLE_OPERATOR, as_admin ? "root" : "alice");
}

static void apply(struct model *m, struct delist_op *op, bool as_admin)
{
    struct actor actor = actor_of(as_admin);
    op->actor = &actor;
    delist_apply(m->t.d, &op, 1, m->t.now);
}

/* Up to four at once; as one batch, or as a group of operations. */
static bool make_items(struct model *m, struct input *in)
{
    static struct wish wishes[4];
    static struct item_result out[4];
    static struct item_spec creates[4];
    struct actor actors[4];
    struct delist_op ops[4], *group[4];
    unsigned count = 1 + any(in, 4), how = any(in, 3);

    if (m->count + count > ITEMS_MOST || m->batches == BATCHES)
        return true;
    for (unsigned n = 0; n < count; n++) {
        decode_wish(m, in, &wishes[n]);
        if (how != 0) { /* one operation has one actor */
            wishes[n].create.force &= wishes[0].admin;
            wishes[n].admin = wishes[0].admin;
        }
        creates[n] = wishes[n].create;
        actors[n] = actor_of(wishes[n].admin);
        ops[n] = (struct delist_op){
            .verb = DELIST_CREATE, .actor = &actors[n], .create = &creates[n], .created = &out[n], .count = 1
        };
        group[n] = &ops[n];
    }
    if (how == 0) {
        delist_apply(m->t.d, group, count, m->t.now);
    } else {
        ops[0].count = count;
        ops[0].batch = true;
        ops[0].atomic = how == 1;
        delist_apply(m->t.d, group, 1, m->t.now);
    }
    if (how == 1 && ops[0].refusal.kind != REFUSE_NONE) {
        bool bad = false; /* nothing is there; and one at least could not be */
        for (unsigned n = 0; n < count; n++)
            bad |= out[n].refusal.kind != REFUSE_NONE;
        return bad || fail_model(m, "a batch failed without reason");
    }
    int batch = how == 0 ? -1 : (int)m->batches++;
    if (batch >= 0)
        memcpy(m->batch[batch], ops[0].batch_id, STORE_ID);
    for (unsigned n = 0; n < count; n++)
        if (!judge_made(m, &wishes[n], &out[n], batch))
            return false;
    return true;
}

/* ---- Changing them ---- */

static bool change_item(struct model *m, struct input *in)
{
    if (m->count == 0)
        return true;
    struct model_item *i = &m->items[(any(in, 256) * 256 + any(in, 256)) % m->count];
    bool active = is_active(m, i);
    struct delist_op op = { .verb = DELIST_CHANGE, .kind = i->item.kind, .has_expiry = true, .force = true };

    memcpy(op.id, i->item.id, STORE_ID);
    op.expiry = (struct expiry){ EXPIRY_IN, 1 + any(in, 250) * 30 };
    apply(m, &op, true);
    if (active != (op.refusal.kind == REFUSE_NONE))
        return fail_model(m, "change: %s", active ? op.refusal.message : "of what is over");
    if (active)
        i->until = m->t.now + op.expiry.value;
    return true;
}

static bool end_item(struct model *m, struct input *in)
{
    if (m->count == 0)
        return true;
    struct model_item *i = &m->items[(any(in, 256) * 256 + any(in, 256)) % m->count];
    struct delist_op op = { .verb = DELIST_END, .kind = i->item.kind };

    memcpy(op.id, i->item.id, STORE_ID);
    apply(m, &op, false);
    if (op.refusal.kind != REFUSE_NONE)
        return fail_model(m, "end: %s", op.refusal.message);
    if (is_active(m, i) && m->fault != DELIST_FORGETS_END)
        i->ended = true;
    return true;
}

static bool revert(struct model *m, struct input *in)
{
    if (m->batches == 0)
        return true;
    unsigned batch = any(in, m->batches), ended = 0, all = 0;
    struct delist_op op = { .verb = DELIST_REVERT };

    memcpy(op.id, m->batch[batch], STORE_ID);
    apply(m, &op, true);
    for (unsigned n = 0; n < m->count; n++) {
        struct model_item *i = &m->items[n];
        if (i->batch != (int)batch)
            continue;
        all++;
        ended += is_active(m, i);
        i->ended |= is_active(m, i);
    }
    if (op.refusal.kind != (all != 0 ? REFUSE_NONE : REFUSE_MISSING) || op.affected != ended)
        return fail_model(m, "revert: %llu ended, not %u: %s", (unsigned long long)op.affected, ended,
                          op.refusal.message);
    return true;
}

/* ---- Loads ---- */

static void load_base(struct model *m, struct input *in)
{
    static const uint16_t set_lists_of[LISTS + 1] = { 0, 1, 2, 3, 1 };
    struct set_data *data[LISTS + 1];
    uint16_t set_lists[LISTS + 1];
    struct snapshot *snapshot;
    struct error error;
    char text[LISTS + 1][1024] = { "" };

    for (unsigned l = 0; l < LISTS; l++) {
        if (any(in, 2)) /* else as it was */
            m->listed[l] = any(in, 256) * 0x01010101u & (any(in, 256) * 0x00010203u);
        for (unsigned key = 0; key < ADDRESSES4; key++)
            if (m->listed[l] >> key & 1)
                sprintf(text[l] + strlen(text[l]), "10.0.0.%u\n", key);
    }
    m->listed_names = any(in, 1 << NAMES);
    for (unsigned key = 0; key < NAMES; key++)
        if (m->listed_names >> key & 1)
            sprintf(text[LISTS] + strlen(text[LISTS]), "%s\n", key_names[key]);
    for (unsigned s = 0; s <= LISTS; s++) {
        data[s] = answering_load(&(struct text_set){ "", s < LISTS ? "ip4set" : "dnset", text[s] });
        set_lists[s] = (uint16_t)delisting_list(&m->t, list_names[set_lists_of[s]]);
    }
    delisting_must(snapshot_build(NULL, data, LISTS + 1, &snapshot, &error) == OK, "a base");
    for (unsigned s = 0; s <= LISTS; s++)
        set_free(data[s]);
    struct view_spec spec = { .set_lists = set_lists };
    view_free(m->view);
    delisting_must(view_build(snapshot, &spec, &m->view, &error) == OK, "a view");
    m->t.view = m->view;
}

/* What a load that shows something there or not means for one delisting on one list, as the interface says
 * it. */
static void model_load(struct model *m, struct model_item *i, unsigned list)
{
    bool there = is_there(m, i, list);
    bool long_gone = i->fate[list] == GONE && m->t.now - i->gone_since[list] >= 3600;
    enum fate fate = i->fate[list];

    if (fate == NEW && there)
        i->fate[list] = HELD;
    if (fate == HELD && !there) {
        i->fate[list] = GONE;
        i->gone_since[list] = m->t.now;
    }
    if (fate == GONE && there)
        i->fate[list] = long_gone ? RELISTED : HELD;
    if (fate == GONE && !there && long_gone)
        i->fate[list] = FULFILLED;
    if (fate == FULFILLED && there)
        i->fate[list] = RELISTED;
    if (i->fate[list] != fate && i->fate[list] >= FULFILLED && left_lists(i) == 0)
        i->over = i->fate[list] == FULFILLED ? ITEM_FULFILLED : ITEM_RELISTED;
}

static bool load(struct model *m, struct input *in)
{
    load_base(m, in);
    for (unsigned l = 0; l < LISTS; l++) {
        unsigned number = delisting_list(&m->t, list_names[l]);
        struct feed_changes verdicts;
        struct error error;
        if (feed_evaluate(delist_store(m->t.d), delist_policy(m->t.d, number), delist_limits(m->t.d), number,
                          m->view->snapshot, m->view->set_lists, false, m->t.now, &verdicts, &error) != OK)
            return fail_model(m, "feed_evaluate: %s", error.text);
        struct delist_op op = { .verb = DELIST_FEED, .feed = &verdicts };
        apply(m, &op, true);
        feed_free(&verdicts);
        if (op.refusal.kind != REFUSE_NONE)
            return fail_model(m, "feed: %s", op.refusal.message);
        for (unsigned n = 0; n < m->count; n++) {
            struct model_item *i = &m->items[n];
            bool judged = is_active(m, i) || (left_lists(i) == 0 && !i->ended && i->until > m->t.now);
            if (i->item.kind == OVERLAY_DELIST && !i->sticky && i->lists >> l & 1 && judged)
                model_load(m, i, l);
        }
    }
    return true;
}

/* ---- All ---- */

static bool suspend(struct model *m)
{
    struct delist_op op = { .verb = m->suspended ? DELIST_RESUME : DELIST_SUSPEND };
    apply(m, &op, true);
    m->suspended = !m->suspended;
    return delist_suspended(m->t.d) == m->suspended || fail_model(m, "suspended");
}

static bool pass_time(struct model *m, struct input *in)
{
    static const int steps[] = { 1, 4, 5, 59, 900, 1800, 4000 };
    m->t.now += steps[any(in, ARRAY_SIZE(steps))];
    return true;
}

static bool sweep(struct model *m)
{
    unsigned most = 10;
    while (delist_tick(m->t.d, m->t.now) <= m->t.now && --most > 0)
        ;
    delist_reclaim(m->t.d, m->t.generation);
    unsigned there = 0;
    for (unsigned n = 0; n < m->count; n++)
        there += is_active(m, &m->items[n]);
    /* The overlay may count some that have expired until it tidies up by itself. */
    return delist_overlay_usage(m->t.d).items >= there ||
           fail_model(m, "%u items are in force, the overlay has %llu", there,
                      (unsigned long long)delist_overlay_usage(m->t.d).items);
}

static bool step(struct model *m, struct input *in)
{
    switch (any(in, 16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return make_items(m, in);
    case 5:
    case 6:
        return change_item(m, in);
    case 7:
    case 8:
        return end_item(m, in);
    case 9:
        return any(in, 3) != 0 || revert(m, in);
    case 10:
    case 11:
        return pass_time(m, in);
    case 12:
        return sweep(m);
    case 13:
        return any(in, 4) != 0 || suspend(m);
    case 14:
        if (m->t.directory[0] != '\0')
            delisting_reopen(&m->t);
        return true;
    default:
        return load(m, in);
    }
}

/* At the end: what the store says of each item. */
static bool states_equal(struct model *m)
{
    struct store_reader *reader;
    struct error error;
    bool same = true;

    delisting_must(store_read(delist_store(m->t.d), &reader, &error) == OK, "a reader");
    for (unsigned n = 0; n < m->count && same; n++) {
        const struct model_item *i = &m->items[n];
        struct item item;
        enum item_state want = i->ended                 ? ITEM_ENDED
                               : i->over != ITEM_ACTIVE ? i->over
                               : i->until <= m->t.now   ? ITEM_EXPIRED
                                                        : ITEM_ACTIVE;
        delisting_must(items_find(reader, i->item.kind, i->item.id, m->t.now, &item, &error) == OK, "a row");
        if (item.state != want || item.expires_at != i->until)
            same = fail_model(m, "item %u is %s, the model says %s", n, item_state_word(item.state),
                              item_state_word(want));
    }
    store_read_end(reader);
    return same;
}

/* Does what `bytes` say; returns what is wrong, or NULL. */
static const char *delist_ops_run(const uint8_t *bytes, size_t size, bool durable, enum delist_fault fault)
{
    static struct model m;
    struct input in = { bytes, bytes + size };
    bool well = true;

    memset(&m, 0, sizeof(m));
    m.fault = fault;
    delisting_setup(&m.t, durable);
    while (in.p < in.end && well)
        well = step(&m, &in) && equals_model(&m);
    if (well)
        states_equal(&m);
    delisting_teardown(&m.t);
    view_free(m.view);
    return m.wrong[0] != '\0' ? m.wrong : NULL;
}

#endif
