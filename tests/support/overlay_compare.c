#include "support/overlay_compare.h"

#include "trie/trie.h"

#include <stdlib.h>
#include <string.h>

static bool is_item(const struct overlay_item *item, const struct overlay_model_item *want)
{
    struct list_mask lists = overlay_model_mask(want->lists);
    uint8_t text[8];
    const uint8_t *wanted_text = overlay_model_text(want->number, text);

    return item->number == want->number && item->until == want->until && item->kind == want->kind &&
           item->family == want->range.family && item->code == (uint32_t)want->number &&
           memcmp(item->lists, &lists, sizeof(lists)) == 0 && (item->text == NULL) == (wanted_text == NULL) &&
           (wanted_text == NULL || memcmp(item->text, wanted_text, 1u + wanted_text[0]) == 0) &&
           (item->name == NULL) == (want->range.family != RANGE_NAME) &&
           (item->name == NULL || memcmp(item->name + 1, want->range.name, want->range.name_len) == 0);
}

static const char *compare_record(const struct modelled_version *v, const struct overlay_record *r,
                                  const unsigned *found, unsigned n, int64_t now)
{
    unsigned at = 0;

    for (unsigned i = 0; i < r->count; i++) {
        if (i > 0 && r->item[i]->number >= r->item[i - 1]->number)
            return "items are not newest first";
        if (r->item[i]->until <= now)
            continue;
        if (at == n || !is_item(r->item[i], &v->model.item[found[at++]]))
            return "an item differs from the model";
    }
    if (at != (n < OVERLAY_ITEMS_MAX ? n : OVERLAY_ITEMS_MAX))
        return "an item is missing";
    for (unsigned list = 0; list < OVERLAY_MODEL_LISTS && n <= OVERLAY_ITEMS_MAX; list++) {
        const struct overlay_item *item;
        enum overlay_effect says = overlay_effect(r, overlay_model_list(list), now, &item);
        if (says != overlay_model_effect(&v->model, found, n, list) ||
            (item == NULL) != (says == OVERLAY_NOTHING))
            return "the record differs from the model about a list";
    }
    return NULL;
}

static const char *compare_key(const struct modelled_version *v, enum range_family family, u128 key,
                               int64_t now)
{
    unsigned found[OVERLAY_MODEL_ITEMS];
    unsigned n = overlay_model_lookup(&v->model, family, key, NULL, now, found);
    struct overlay_record r;

    overlay_lookup(&v->view, family, u128_to_key(key), &r);
    return compare_record(v, &r, found, n, now);
}

static const char *compare_name(const struct modelled_version *v, const char *name, int64_t now)
{
    unsigned found[OVERLAY_MODEL_ITEMS];
    unsigned n = overlay_model_lookup(&v->model, RANGE_NAME, 0, name, now, found);
    uint8_t wire[WIRE_NAME_MAX], offsets[WIRE_LABELS_MAX + 1];
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
        const struct overlay_model_item *item = &v->model.item[i];
        size_t own = strlen(item->text), asked = strlen(name);
        if (!below && item->kind == OVERLAY_LIST && item->until > now && own > asked + 1 &&
            item->text[own - asked - 1] == '.' && strcmp(item->text + (own - asked), name) == 0)
            wrong = "a listed name below was missed";
    }
    return wrong;
}

/* Whether something is listed below a prefix: "no" must be right, "yes" where few edges are. */
static const char *compare_below(const struct modelled_version *v, enum range_family family, u128 first,
                                 unsigned bits, int64_t now)
{
    unsigned found[OVERLAY_MODEL_ITEMS], edges = 0;
    u128 host_bits = bits == 0     ? ~(u128)0
                     : bits == 128 ? 0
                                   : ~(u128)0 >> bits,
         last = (first &= ~host_bits) | host_bits;

    for (unsigned list = 0; list < OVERLAY_MODEL_LISTS; list++) {
        struct list_mask mask = overlay_model_mask(1u << list);
        unsigned n = overlay_model_lookup(&v->model, family, first, NULL, now, found);
        bool want = overlay_model_effect(&v->model, found, n, list) == OVERLAY_ADDS;
        for (unsigned i = 0; i < v->model.count; i++) {
            for (unsigned end = 0; end < 2; end++) {
                const struct range *r = &v->model.item[i].range;
                u128 key = end ? u128_from_key(r->last) + 1 : u128_from_key(r->first);
                if (r->family != family || key <= first || key > last)
                    continue;
                edges++;
                n = overlay_model_lookup(&v->model, family, key, NULL, now, found);
                want |= overlay_model_effect(&v->model, found, n, list) == OVERLAY_ADDS;
            }
        }
        bool got = overlay_lists_below(&v->view, family, u128_to_key(first), bits, &mask, now);
        if (want && !got)
            return "a listing below was missed";
        if (got && !v->view.lists)
            return "a listing below was found where there are none";
        if (got && !want && edges < 2 && bits >= 16)
            return "a listing below was found that is not there";
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

static const char *compare_range(const struct modelled_version *v, const struct range *r, int64_t now)
{
    u128 first = u128_from_key(r->first), last = u128_from_key(r->last);
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

/* Whether a value leads to something else than items. */
static bool is_invalid_value(void *context, uint32_t value)
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

const char *overlay_compare_structure(struct overlay *o, const struct modelled_version *v, bool sound)
{
    size_t words = trie_arena_usage(o->arena).mapped / sizeof(uint64_t);

    for (unsigned f = 0; f < ARRAY_SIZE(v->view.trie); f++) {
        if (!sound && trie_check(&v->view.trie[f], words, NULL) != OK)
            return "a trie is damaged";
        if (trie_visit(&v->view.trie[f], (struct trie_key){ 0, 0 }, 0, is_invalid_value, &o->pool))
            return "a value leads to no item";
    }
    return NULL;
}

const char *overlay_compare(const struct modelled_version *v, int64_t now)
{
    const char *wrong = NULL;
    bool has[3] = { false, false, false };
    char name[16];

    for (unsigned i = 0; i < v->model.count && wrong == NULL; i++) {
        const struct overlay_model_item *item = &v->model.item[i];
        has[item->range.family] |= item->until > now;
        if (item->range.family != RANGE_NAME)
            wrong = compare_range(v, &item->range, now);
        if (item->until > now && item->kind == OVERLAY_LIST && !v->view.lists)
            wrong = "the version has no listings";
    }
    for (unsigned i = 0; i < OVERLAY_MODEL_NAMES && wrong == NULL; i++) {
        overlay_model_name(i, name);
        wrong = compare_name(v, name, now);
    }
    for (unsigned f = 0; f < ARRAY_SIZE(has) && wrong == NULL; f++)
        if (has[f] && !v->view.has[f])
            wrong = "the version lacks a family";
    return wrong;
}
