/*
 * The overlay against something stupid: the same decoder of operations serves the seeded test and a fuzzer.
 *
 * Bytes are decoded into transactions of additions and removals over ranges of all widths and names, commits,
 * aborts, reclaims, sweeps, and steps of time. The model is an array of the items that are there, read by
 * linear scan. Some old versions are kept, each with its model, and compared when they are the oldest and
 * about to go: after all that later transactions did to what they share. At the end all is taken out, and no
 * memory may be left in use.
 */
#ifndef SUPPORT_OVERLAY_OPS_H
#define SUPPORT_OVERLAY_OPS_H

#include "overlay/overlay_writer.h"
#include "trie/trie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

enum overlay_fault { OVERLAY_SOUND, OVERLAY_RECLAIMS_EARLY, OVERLAY_FORGETS };
enum { MODEL_ITEMS = 72, MODEL_NAMES = 62, MODEL_LISTS = 2 };

struct input {
    const uint8_t *p, *end;
};

static uint8_t input_byte(struct input *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

/* ---- The model ---- */

struct model_item {
    struct range range;
    char text[16]; /* of a name */
    uint64_t number;
    int64_t until;
    unsigned lists; /* bits of list 0 and the last one */
    enum overlay_kind kind;
};

struct model {
    unsigned count;
    struct model_item item[MODEL_ITEMS];
};

static u128 to_number(struct trie_key k)
{
    return (u128)k.hi << 64 | k.lo;
}

static struct trie_key to_key(u128 n)
{
    return (struct trie_key){ (uint64_t)(n >> 64), (uint64_t)n };
}

/* Name number `i`: one to five labels a or b before x; a, b, a.a, b.a, a.b, b.b, a.a.a... */
static void name_text(unsigned i, char text[16])
{
    char *p = text;
    for (unsigned n = i + 2; n > 1; n /= 2)
        p += sprintf(p, "%c.", "ab"[n % 2]);
    strcpy(p, "x");
}

/* Whether an item of a name holds for another name. */
static bool holds_for_name(const struct model_item *item, const char *name)
{
    size_t own = strlen(item->text), length = strlen(name);

    if (item->range.family != RANGE_NAME || length < own || strcmp(name + (length - own), item->text) != 0)
        return false;
    return length == own || (item->range.subdomains && name[length - own - 1] == '.');
}

static bool holds_for_key(const struct model_item *item, enum range_family family, u128 key)
{
    return item->range.family == family && key >= to_number(item->range.first) &&
           key <= to_number(item->range.last);
}

/* The items in force for a name, or else a key: their places in the model, newest first. */
static unsigned model_lookup(const struct model *m, enum range_family family, u128 key, const char *name,
                             int64_t now, unsigned *found)
{
    unsigned n = 0;
    for (unsigned i = 0; i < m->count; i++) {
        const struct model_item *item = &m->item[i];
        if (item->until <= now ||
            !(family == RANGE_NAME ? holds_for_name(item, name) : holds_for_key(item, family, key)))
            continue;
        unsigned at = n++;
        for (; at > 0 && m->item[found[at - 1]].number < item->number; at--)
            found[at] = found[at - 1];
        found[at] = i;
    }
    return n;
}

/* Whether one more item has room in the range: looked at is where ranges begin. */
static bool model_has_room(const struct model *m, const struct model_item *new, int64_t now)
{
    unsigned found[MODEL_ITEMS];
    u128 first = to_number(new->range.first), last = to_number(new->range.last);

    if (model_lookup(m, new->range.family, first, new->text, now, found) >= OVERLAY_ITEMS_MAX)
        return false;
    for (unsigned i = 0; i < m->count && new->range.family != RANGE_NAME; i++) {
        u128 key = to_number(m->item[i].range.first);
        if (m->item[i].range.family == new->range.family &&
            key >= first &&key <= last &&model_lookup(m, new->range.family, key, NULL, now, found) >=
                OVERLAY_ITEMS_MAX)
            return false;
    }
    return true;
}

/* What the items say of a list, 0 or 1, by the words of overlay.h. */
static enum overlay_says model_says(const struct model *m, const unsigned *found, unsigned n, unsigned list)
{
    for (unsigned i = 0; i < n; i++)
        if (m->item[found[i]].kind == OVERLAY_ALLOW && m->item[found[i]].lists >> list & 1)
            return OVERLAY_ALLOWS;
    for (unsigned i = 0; i < n; i++)
        if (m->item[found[i]].lists >> list & 1)
            return m->item[found[i]].kind == OVERLAY_LIST ? OVERLAY_ADDS : OVERLAY_HIDES;
    return OVERLAY_NOTHING;
}

/* ---- Comparing ---- */

struct version {
    struct overlay_view view;
    uint64_t generation;
    struct model model;
};

struct overlay_run {
    struct overlay *overlay;
    enum overlay_fault fault;
    int64_t now;
    uint64_t numbers; /* given out */
    struct model model;
    unsigned kept;
    struct version version[4]; /* oldest first; there is always one */
    const char *wrong;
};

static unsigned list_number(unsigned list)
{
    return list == 0 ? 0 : LISTS_MAX - 1;
}

static struct list_mask to_mask(unsigned lists)
{
    struct list_mask mask = { { 0 } };
    for (unsigned list = 0; list < MODEL_LISTS; list++)
        if (lists >> list & 1)
            list_mask_add(&mask, list_number(list));
    return mask;
}

/* The text of an item: of some lengths, and none. */
static const uint8_t *item_text(uint64_t number, uint8_t text[8])
{
    text[0] = (uint8_t)(number % 4);
    memset(text + 1, (int)('a' + number % 7), 7);
    return number % 4 == 3 ? NULL : text;
}

static bool is_item(const struct overlay_item *item, const struct model_item *want)
{
    struct list_mask lists = to_mask(want->lists);
    uint8_t text[8];
    const uint8_t *its_text = item_text(want->number, text);

    return item->number == want->number && item->until == want->until && item->kind == want->kind &&
           item->family == want->range.family && item->code == (uint32_t)want->number &&
           memcmp(item->lists, &lists, sizeof(lists)) == 0 && (item->text == NULL) == (its_text == NULL) &&
           (its_text == NULL || memcmp(item->text, its_text, 1u + its_text[0]) == 0) &&
           (item->name == NULL) == (want->range.family != RANGE_NAME) &&
           (item->name == NULL || memcmp(item->name + 1, want->range.name, want->range.name_len) == 0);
}

static const char *compare_record(const struct version *v, const struct overlay_record *r,
                                  const unsigned *found, unsigned n, int64_t now)
{
    unsigned at = 0;

    for (unsigned i = 0; i < r->count; i++) {
        if (i > 0 && r->item[i]->number >= r->item[i - 1]->number)
            return "items are not newest first";
        if (r->item[i]->until <= now)
            continue;
        if (at == n || !is_item(r->item[i], &v->model.item[found[at++]]))
            return "another item than should be there";
    }
    if (at != (n < OVERLAY_ITEMS_MAX ? n : OVERLAY_ITEMS_MAX))
        return "an item is missing";
    for (unsigned list = 0; list < MODEL_LISTS && n <= OVERLAY_ITEMS_MAX; list++) {
        const struct overlay_item *item;
        enum overlay_says says = overlay_says(r, list_number(list), now, &item);
        if (says != model_says(&v->model, found, n, list) || (item == NULL) != (says == OVERLAY_NOTHING))
            return "the record says something else of a list";
    }
    return NULL;
}

static const char *compare_key(const struct version *v, enum range_family family, u128 key, int64_t now)
{
    unsigned found[MODEL_ITEMS];
    unsigned n = model_lookup(&v->model, family, key, NULL, now, found);
    struct overlay_record r;

    overlay_lookup(&v->view, family, to_key(key), &r);
    return compare_record(v, &r, found, n, now);
}

static const char *compare_name(const struct version *v, const char *name, int64_t now)
{
    unsigned found[MODEL_ITEMS];
    unsigned n = model_lookup(&v->model, RANGE_NAME, 0, name, now, found);
    uint8_t wire[NAME_MAX_WIRE], offsets[NAME_MAX_LABELS + 1];
    uint16_t length;
    struct overlay_record r;

    if (name_from_text(name, wire, &length, NULL) != OK)
        abort();
    struct labels labels = name_split(wire, offsets);
    wire[length - 1] = 'z'; /* nothing after the labels counts */
    overlay_lookup_name(&v->view, labels, now, &r);
    const char *wrong = compare_record(v, &r, found, n, now);
    bool below = overlay_lists_below_name(&v->view, labels);
    for (unsigned i = 0; i < v->model.count && wrong == NULL; i++) {
        const struct model_item *item = &v->model.item[i];
        size_t own = strlen(item->text), asked = strlen(name);
        if (!below && item->kind == OVERLAY_LIST && item->until > now && own > asked + 1 &&
            item->text[own - asked - 1] == '.' && strcmp(item->text + (own - asked), name) == 0)
            wrong = "a listed name below was missed";
    }
    return wrong;
}

/* Whether something is listed below a prefix: never "no" wrongly, and seldom "yes". */
static const char *compare_below(const struct version *v, enum range_family family, u128 first, unsigned bits,
                                 int64_t now)
{
    unsigned found[MODEL_ITEMS], edges = 0;
    u128 behind = bits == 0     ? ~(u128)0
                  : bits == 128 ? 0
                                : ~(u128)0 >> bits,
         last = (first &= ~behind) | behind;

    for (unsigned list = 0; list < MODEL_LISTS; list++) {
        struct list_mask mask = to_mask(1u << list);
        unsigned n = model_lookup(&v->model, family, first, NULL, now, found);
        bool want = model_says(&v->model, found, n, list) == OVERLAY_ADDS;
        for (unsigned i = 0; i < v->model.count; i++) {
            for (unsigned end = 0; end < 2; end++) {
                const struct range *r = &v->model.item[i].range;
                u128 key = end ? to_number(r->last) + 1 : to_number(r->first);
                if (r->family != family || key <= first || key > last)
                    continue;
                edges++;
                n = model_lookup(&v->model, family, key, NULL, now, found);
                want |= model_says(&v->model, found, n, list) == OVERLAY_ADDS;
            }
        }
        bool got = overlay_lists_below(&v->view, family, to_key(first), bits, &mask, now);
        if (want && !got)
            return "something listed below was missed";
        if (got && !v->view.lists)
            return "something is listed below where there is no listing";
        if (got && !want && edges < 2 && bits >= 16)
            return "something is listed below that is not there";
    }
    return NULL;
}

/* The length of the shortest prefix that the range is made of. */
static unsigned widest_prefix(const struct range *r)
{
    struct range_cursor cursor;
    struct trie_key prefix;
    unsigned bits, widest = 128;

    for (range_open(&cursor, r); range_next(&cursor, r, &prefix, &bits);)
        widest = bits < widest ? bits : widest;
    return widest;
}

static const char *compare_range(const struct version *v, const struct range *r, int64_t now)
{
    u128 first = to_number(r->first), last = to_number(r->last);
    unsigned widest = widest_prefix(r);
    const char *wrong = compare_key(v, r->family, first, now);

    if (wrong == NULL)
        wrong = compare_key(v, r->family, last, now);
    if (wrong == NULL && first != 0)
        wrong = compare_key(v, r->family, first - 1, now);
    if (wrong == NULL && last != ~(u128)0)
        wrong = compare_key(v, r->family, last + 1, now);
    for (unsigned less = 0; less <= widest && wrong == NULL; less = less * 2 + 1)
        wrong = compare_below(v, r->family, first, widest - less, now);
    return wrong;
}

/* Whether a value leads to where nothing is. */
static bool is_bad_value(void *context, uint32_t value)
{
    const struct overlay_pool *pool = context;
    const uint32_t *slots;

    if (value & OVERLAY_RECORD && (value & ~OVERLAY_RECORD) >= pool->records.end)
        return true;
    unsigned n = overlay_slots(&pool->readers, &value, &slots);
    if (n > OVERLAY_ITEMS_MAX || (value & OVERLAY_RECORD && n < 2))
        return true;
    for (unsigned i = 0; i < n; i++)
        if (slots[i] == 0 || slots[i] >= pool->items.end)
            return true;
    return false;
}

/* The trie's own structure is another test's; here it only lets planted faults be found before they crash. */
static const char *check_version(struct overlay *o, const struct version *v, bool sound)
{
    size_t words = trie_arena_usage(o->arena).mapped / sizeof(uint64_t);

    for (unsigned f = 0; f < ARRAY_SIZE(v->view.trie); f++) {
        if (!sound && trie_check(&v->view.trie[f], words, NULL) != OK)
            return "a trie is damaged";
        if (trie_visit(&v->view.trie[f], (struct trie_key){ 0, 0 }, 0, is_bad_value, &o->pool))
            return "a value leads nowhere";
    }
    return NULL;
}

static const char *compare_version(const struct version *v, int64_t now)
{
    const char *wrong = NULL;
    bool has[3] = { false, false, false };
    char name[16];

    for (unsigned i = 0; i < v->model.count && wrong == NULL; i++) {
        const struct model_item *item = &v->model.item[i];
        has[item->range.family] |= item->until > now;
        if (item->range.family != RANGE_NAME)
            wrong = compare_range(v, &item->range, now);
        if (item->until > now && item->kind == OVERLAY_LIST && !v->view.lists)
            wrong = "the version does not know of a listing";
    }
    for (unsigned i = 0; i < MODEL_NAMES && wrong == NULL; i++) {
        name_text(i, name);
        wrong = compare_name(v, name, now);
    }
    for (unsigned f = 0; f < ARRAY_SIZE(has) && wrong == NULL; f++)
        if (has[f] && !v->view.has[f])
            wrong = "the version does not know of a family";
    return wrong;
}

/* ---- Operations ---- */

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
static void decode_addresses(struct input *in, const struct model *m, struct range *r)
{
    const struct range *other = m->count != 0 ? &m->item[input_byte(in) % m->count].range : NULL;
    u128 near = other != NULL && other->family == r->family ? to_number(other->first) : 0;
    u128 behind = r->family == RANGE_IP4 ? ~(u128)0 >> 32 : 0, first, last;
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
    r->first = to_key(first & ~behind);
    r->last = to_key(last | behind);
}

static struct model_item decode_item(struct overlay_run *r, struct input *in)
{
    struct model_item item = { .lists = 1 + input_byte(in) % 3 };
    uint8_t what = input_byte(in), until = input_byte(in);

    r->numbers++;
    item.number = what & 0x80 ? 1000000 + r->numbers : 1000000 - r->numbers;
    item.kind = (enum overlay_kind)(what % 3);
    item.until = until < 100 ? INT64_MAX : r->now + until % 8;
    if (what & 0x20 && r->model.count != 0) { /* where one is already: so that it gets crowded there */
        const struct model_item *other = &r->model.item[input_byte(in) % r->model.count];
        item.range = other->range;
        memcpy(item.text, other->text, sizeof(item.text));
        return item;
    }
    item.range.family = (enum range_family)((what >> 2) % 3);
    if (item.range.family != RANGE_NAME) {
        decode_addresses(in, &r->model, &item.range);
        return item;
    }
    name_text(input_byte(in) % MODEL_NAMES, item.text);
    item.range.subdomains = what & 0x40;
    if (name_from_text(item.text, item.range.name, &item.range.name_len, NULL) != OK)
        abort();
    return item;
}

static enum err add_item(struct overlay_run *r, const struct model_item *item)
{
    struct list_mask lists = to_mask(item->lists);
    uint8_t text[8];
    struct overlay_item it = { .number = item->number,
                               .until = item->until,
                               .lists = &lists,
                               .code = (uint32_t)item->number,
                               .kind = (uint8_t)item->kind,
                               .text = item_text(item->number, text) };
    return overlay_add(r->overlay, &item->range, &it, r->now, NULL);
}

static void run_abort(struct overlay_run *r)
{
    overlay_abort(r->overlay);
    r->model = r->version[r->kept - 1].model;
}

/* Adds an item. Where it has no room it is added nevertheless if it is one of addresses, and the transaction
 * must fail. */
static void run_add(struct overlay_run *r, struct input *in)
{
    struct model_item item = decode_item(r, in);
    bool room = model_has_room(&r->model, &item, r->now);

    if (overlay_has_room(r->overlay, &item.range, r->now) != room)
        r->wrong = "room is told wrongly";
    if (item.until > r->now && room && r->model.count < MODEL_ITEMS) {
        r->model.item[r->model.count++] = item;
        if (r->fault == OVERLAY_FORGETS && r->numbers % 8 == 0)
            return;
        if (add_item(r, &item) != OK)
            abort();
    } else if (item.until <= r->now) {
        if (add_item(r, &item) != OK)
            r->wrong = "what has expired cannot be added";
    } else if (item.range.family != RANGE_NAME && !room) {
        if (add_item(r, &item) != ERR_LIMIT)
            r->wrong = "a 17th item was added";
        run_abort(r);
    }
}

/* Takes an item out, and perhaps adds it again with another end or other lists. */
static void run_remove(struct overlay_run *r, struct input *in, bool again)
{
    if (r->model.count == 0)
        return;
    unsigned i = input_byte(in) % r->model.count;
    struct model_item item = r->model.item[i];
    if (overlay_remove(r->overlay, &item.range, item.number, NULL) != OK ||
        overlay_remove(r->overlay, &item.range, 7, NULL) != OK)
        abort();
    item.until = r->now + 1 + input_byte(in) % 16;
    item.lists = 3;
    r->model.item[i] = r->model.item[--r->model.count];
    if (again && model_has_room(&r->model, &item, r->now)) {
        r->model.item[r->model.count++] = item;
        if (add_item(r, &item) != OK)
            abort();
    }
}

/* Compares the oldest version with the model, lets it go, and reclaims. */
static void run_drop(struct overlay_run *r)
{
    const char *wrong = check_version(r->overlay, &r->version[0], r->fault == OVERLAY_SOUND);

    if (wrong == NULL)
        wrong = compare_version(&r->version[0], r->now);
    if (r->wrong == NULL)
        r->wrong = wrong;
    r->kept--;
    memmove(r->version, r->version + 1, r->kept * sizeof(*r->version));
    if (r->kept != 0)
        overlay_reclaim(r->overlay, r->version[0].generation);
}

static void run_commit(struct overlay_run *r)
{
    if (r->kept == ARRAY_SIZE(r->version))
        run_drop(r);
    struct version *v = &r->version[r->kept++];
    v->model = r->model;
    if (overlay_commit(r->overlay, &v->view, &v->generation, NULL) != OK)
        abort();
    if (r->fault == OVERLAY_RECLAIMS_EARLY)
        overlay_reclaim(r->overlay, v->generation);
}

static void run_step(struct overlay_run *r, struct input *in)
{
    uint8_t what = input_byte(in);

    if (what < 120)
        run_add(r, in);
    else if (what < 155)
        run_remove(r, in, what % 3 == 0);
    else if (what < 195)
        run_commit(r);
    else if (what < 205)
        run_abort(r);
    else if (what < 220)
        r->overlay->dropped = UINT32_MAX; /* the next commit sweeps */
    else if (what < 235)
        r->now += what % 4;
    else if (r->kept > 1)
        run_drop(r);
}

/* Takes all out, sweeps, and lets all versions go: only the roots of the tries are left. */
static void run_end(struct overlay_run *r)
{
    const struct overlay_pool *pool = &r->overlay->pool;

    run_commit(r);
    while (r->model.count != 0)
        run_remove(r, &(struct input){ NULL, NULL }, false);
    r->overlay->dropped = UINT32_MAX;
    run_commit(r);
    while (r->wrong == NULL && r->kept > 1)
        run_drop(r);
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
        run_drop(r);
}

/* Does what `bytes` say; returns what is wrong, or NULL. */
static const char *overlay_ops_run(const uint8_t *bytes, size_t size, enum overlay_fault fault)
{
    static struct overlay_run r;
    struct input in = { bytes, bytes + size };

    memset(&r, 0, sizeof(r));
    r.fault = fault;
    r.now = 1000;
    if (overlay_new(64 << 20, &r.overlay, NULL) != OK)
        abort();
    run_commit(&r);
    while (in.p < in.end && r.wrong == NULL)
        run_step(&r, &in);
    if (r.wrong == NULL)
        run_end(&r);
    overlay_free(r.overlay);
    return r.wrong;
}

#endif
