#include "support/overlay_ops.h"

#include "support/input.h"
#include "support/overlay_compare.h"

#include <stdlib.h>
#include <string.h>

struct overlay_edits {
    struct overlay *overlay;
    enum overlay_fault fault;
    int64_t now;
    uint64_t numbers; /* of items so far */
    struct overlay_model model;
    unsigned kept;
    struct modelled_version version[4]; /* oldest first; there is always one */
    const char *wrong;
};

static u128 decode_key(struct input *in, u128 near)
{
    static const uint8_t palette[] = { 0, 1, 127, 128, 255 };
    unsigned keep = input_byte(in) % 6;
    u128 key = near;

    for (unsigned i = keep; i < 6; i++) {
        unsigned shift = i < 4 ? 120 - 8 * i : i == 4 ? 56 : 0;
        uint8_t c = input_byte(in);
        key = (key & ~((u128)0xff << shift)) | (u128)(c < 200 ? palette[c % sizeof(palette)] : c) << shift;
    }
    return key;
}

/* An address, a CIDR of any width, or any range, near one that is there. */
static void decode_addresses(struct input *in, const struct overlay_model *m, struct range *r)
{
    const struct range *other = m->count != 0 ? &m->item[input_byte(in) % m->count].range : NULL;
    u128 near = other != NULL && other->family == r->family ? u128_from_key(other->first) : 0;
    u128 host_bits = r->family == RANGE_IP4 ? ~(u128)0 >> 32 : 0, first, last;
    uint8_t how = input_byte(in);

    first = last = decode_key(in, near);
    if (how < 60 && how % 3 == 0) {
        last = decode_key(in, near);
    } else if (how >= 120) {
        unsigned bits = how < 230 ? 8 + input_byte(in) % 25 : input_byte(in) % 129;
        u128 mask = bits == 0 ? ~(u128)0 : bits == 128 ? 0 : ~(u128)0 >> bits;
        first &= ~mask;
        last = first | mask;
    }
    if (first > last) {
        u128 swap = first;
        first = last;
        last = swap;
    }
    r->first = u128_to_key(first & ~host_bits);
    r->last = u128_to_key(last | host_bits);
}

static struct overlay_model_item decode_item(struct overlay_edits *r, struct input *in)
{
    struct overlay_model_item item = { .lists = 1 + input_byte(in) % 3 };
    uint8_t what = input_byte(in), until = input_byte(in);

    r->numbers++;
    item.number = what & 0x80 ? 1000000 + r->numbers : 1000000 - r->numbers;
    item.kind = (enum overlay_kind)(what % 3);
    item.until = until < 100 ? INT64_MAX : r->now + until % 8;
    if (what & 0x20 && r->model.count != 0) { /* where one is already, so that records fill up */
        const struct overlay_model_item *other = &r->model.item[input_byte(in) % r->model.count];
        item.range = other->range;
        memcpy(item.text, other->text, sizeof(item.text));
        return item;
    }
    item.range.family = (enum range_family)((what >> 2) % 3);
    if (item.range.family != RANGE_NAME) {
        decode_addresses(in, &r->model, &item.range);
        return item;
    }
    overlay_model_name(input_byte(in) % OVERLAY_MODEL_NAMES, item.text);
    item.range.subdomains = what & 0x40;
    if (name_from_text(item.text, item.range.name, &item.range.name_len, NULL) != OK)
        abort();
    return item;
}

static enum err add_item(struct overlay_edits *r, const struct overlay_model_item *item)
{
    struct list_mask lists = overlay_model_mask(item->lists);
    uint8_t text[8];
    struct overlay_item it = { .number = item->number,
                               .until = item->until,
                               .lists = &lists,
                               .code = (uint32_t)item->number,
                               .kind = (uint8_t)item->kind,
                               .text = overlay_model_text(item->number, text) };
    return overlay_add(r->overlay, &item->range, &it, r->now, NULL);
}

static void abort_transaction(struct overlay_edits *r)
{
    overlay_abort(r->overlay);
    r->model = r->version[r->kept - 1].model;
}

/* Adds an item. Without room an item of addresses is added all the same, and the transaction must fail. */
static void add(struct overlay_edits *r, struct input *in)
{
    struct overlay_model_item item = decode_item(r, in);
    bool room = overlay_model_has_room(&r->model, &item, r->now);

    if (overlay_has_room(r->overlay, &item.range, r->now) != room)
        r->wrong = "overlay_has_room differs from the model";
    if (item.until > r->now && room && r->model.count < OVERLAY_MODEL_ITEMS) {
        r->model.item[r->model.count++] = item;
        if (r->fault == OVERLAY_FAULT_LOST_ITEM && r->numbers % 8 == 0)
            return;
        if (add_item(r, &item) != OK)
            abort();
    } else if (item.until <= r->now) {
        if (add_item(r, &item) != OK)
            r->wrong = "an expired item was refused";
    } else if (item.range.family != RANGE_NAME && !room) {
        if (add_item(r, &item) != ERR_LIMIT)
            r->wrong = "a 17th item was added";
        abort_transaction(r);
    }
}

/* Removes an item, and perhaps adds it again with another end and other lists. */
static void remove_item(struct overlay_edits *r, struct input *in, bool again)
{
    if (r->model.count == 0)
        return;
    unsigned i = input_byte(in) % r->model.count;
    struct overlay_model_item item = r->model.item[i];
    if (overlay_remove(r->overlay, &item.range, item.number, NULL) != OK ||
        overlay_remove(r->overlay, &item.range, 7, NULL) != OK)
        abort();
    item.until = r->now + 1 + input_byte(in) % 16;
    item.lists = 3;
    r->model.item[i] = r->model.item[--r->model.count];
    if (again && overlay_model_has_room(&r->model, &item, r->now)) {
        r->model.item[r->model.count++] = item;
        if (add_item(r, &item) != OK)
            abort();
    }
}

/* Compares the oldest version with the model, drops it, and reclaims. */
static void drop_oldest(struct overlay_edits *r)
{
    const char *wrong = overlay_compare_structure(r->overlay, &r->version[0], r->fault == OVERLAY_NO_FAULT);

    if (wrong == NULL)
        wrong = overlay_compare(&r->version[0], r->now);
    if (r->wrong == NULL)
        r->wrong = wrong;
    r->kept--;
    memmove(r->version, r->version + 1, r->kept * sizeof(*r->version));
    if (r->kept != 0)
        overlay_reclaim(r->overlay, r->version[0].generation);
}

static void commit(struct overlay_edits *r)
{
    if (r->kept == ARRAY_SIZE(r->version))
        drop_oldest(r);
    struct modelled_version *v = &r->version[r->kept++];
    v->model = r->model;
    if (overlay_commit(r->overlay, &v->view, &v->generation, NULL) != OK)
        abort();
    if (r->fault == OVERLAY_FAULT_EARLY_RECLAIM)
        overlay_reclaim(r->overlay, v->generation);
}

static void step(struct overlay_edits *r, struct input *in)
{
    uint8_t what = input_byte(in);

    if (what < 120)
        add(r, in);
    else if (what < 155)
        remove_item(r, in, what % 3 == 0);
    else if (what < 195)
        commit(r);
    else if (what < 205)
        abort_transaction(r);
    else if (what < 220)
        r->overlay->dropped = UINT32_MAX; /* the next commit sweeps */
    else if (what < 235)
        r->now += what % 4;
    else if (r->kept > 1)
        drop_oldest(r);
}

/* Removes all items, sweeps, and drops all versions: only the roots of the tries are left. */
static void finish(struct overlay_edits *r)
{
    const struct overlay_pool *pool = &r->overlay->pool;

    commit(r);
    while (r->model.count != 0)
        remove_item(r, &(struct input){ NULL, NULL }, false);
    r->overlay->dropped = UINT32_MAX;
    commit(r);
    while (r->wrong == NULL && r->kept > 1)
        drop_oldest(r);
    if (r->wrong != NULL)
        return;
    if (!overlay_is_empty(&r->version[0].view) || r->version[0].view.lists ||
        r->version[0].view.has_subdomains || overlay_usage(r->overlay).items != 0)
        r->wrong = "items are left";
    else if (trie_arena_usage(r->overlay->arena).used != 3 * TRIE_PAGE * sizeof(uint64_t) ||
             pool->items.used != 0 || pool->records.used != 0 || pool->index.count != 0 ||
             pool->bytes.count != 0)
        r->wrong = "memory is left in use";
    else
        drop_oldest(r);
}

const char *overlay_ops_run(const uint8_t *bytes, size_t size, uint64_t fault)
{
    static struct overlay_edits r;
    struct input in = { bytes, bytes + size };

    memset(&r, 0, sizeof(r));
    r.fault = (enum overlay_fault)fault;
    r.now = 1000;
    if (overlay_new(64 << 20, &r.overlay, NULL) != OK)
        abort();
    commit(&r);
    while (in.p < in.end && r.wrong == NULL)
        step(&r, &in);
    if (r.wrong == NULL)
        finish(&r);
    overlay_free(r.overlay);
    return r.wrong;
}
