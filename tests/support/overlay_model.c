#include "support/overlay_model.h"

#include <stdio.h>
#include <string.h>

void overlay_model_name(unsigned i, char text[16])
{
    char *p = text;
    for (unsigned n = i + 2; n > 1; n /= 2)
        p += sprintf(p, "%c.", "ab"[n % 2]);
    strcpy(p, "x");
}

/* Whether an item of a name holds for another name. */
static bool holds_for_name(const struct overlay_model_item *item, const char *name)
{
    size_t own = strlen(item->text), length = strlen(name);

    if (item->range.family != RANGE_NAME || length < own || strcmp(name + (length - own), item->text) != 0)
        return false;
    return length == own || (item->range.subdomains && name[length - own - 1] == '.');
}

static bool holds_for_key(const struct overlay_model_item *item, enum range_family family, u128 key)
{
    return item->range.family == family && key >= u128_from_key(item->range.first) &&
           key <= u128_from_key(item->range.last);
}

unsigned overlay_model_lookup(const struct overlay_model *m, enum range_family family, u128 key,
                              const char *name, int64_t now, unsigned *found)
{
    unsigned n = 0;
    for (unsigned i = 0; i < m->count; i++) {
        const struct overlay_model_item *item = &m->item[i];
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

bool overlay_model_has_room(const struct overlay_model *m, const struct overlay_model_item *item, int64_t now)
{
    enum range_family family = item->range.family;
    unsigned found[OVERLAY_MODEL_ITEMS];
    u128 first = u128_from_key(item->range.first), last = u128_from_key(item->range.last);

    if (overlay_model_lookup(m, family, first, item->text, now, found) >= OVERLAY_ITEMS_MAX)
        return false;
    for (unsigned i = 0; i < m->count && family != RANGE_NAME;
         i++) { /* the fullest keys are where items begin */
        u128 key = u128_from_key(m->item[i].range.first);
        if (m->item[i].range.family != family || key < first || key > last)
            continue;
        if (overlay_model_lookup(m, family, key, NULL, now, found) >= OVERLAY_ITEMS_MAX)
            return false;
    }
    return true;
}

enum overlay_effect overlay_model_effect(const struct overlay_model *m, const unsigned *found, unsigned n,
                                         unsigned list)
{
    for (unsigned i = 0; i < n; i++)
        if (m->item[found[i]].kind == OVERLAY_ALLOW && m->item[found[i]].lists >> list & 1)
            return OVERLAY_ALLOWS;
    for (unsigned i = 0; i < n; i++)
        if (m->item[found[i]].lists >> list & 1)
            return m->item[found[i]].kind == OVERLAY_LIST ? OVERLAY_ADDS : OVERLAY_HIDES;
    return OVERLAY_NOTHING;
}

unsigned overlay_model_list(unsigned list)
{
    return list == 0 ? 0 : LISTS_MAX - 1;
}

struct list_mask overlay_model_mask(unsigned lists)
{
    struct list_mask mask = { { 0 } };
    for (unsigned list = 0; list < OVERLAY_MODEL_LISTS; list++)
        if (lists >> list & 1)
            list_mask_add(&mask, overlay_model_list(list));
    return mask;
}

const uint8_t *overlay_model_text(uint64_t number, uint8_t text[8])
{
    text[0] = (uint8_t)(number % 4);
    memset(text + 1, (int)('a' + number % 7), 7);
    return number % 4 == 3 ? NULL : text;
}
