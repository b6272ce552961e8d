#include "support/delist_model.h"

#include "store/items.h"
#include "support/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const delist_model_lists[DELIST_MODEL_LISTS] = { "sbl", "xbl", "pbl", "pol" };

static const char *const key_names[DELIST_MODEL_NAMES] = { "ex.org",     "a.ex.org",     "b.ex.org",
                                                           "c.a.ex.org", "d.c.a.ex.org", "ex.net",
                                                           "aex.org" };

bool delist_model_fail(struct delist_model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(m->wrong, sizeof(m->wrong), format, args);
    va_end(args);
    return false;
}

unsigned delist_model_left(const struct delist_model_item *i)
{
    unsigned left = i->lists;
    for (unsigned l = 0; l < DELIST_MODEL_LISTS; l++)
        if (i->fate[l] == FATE_FULFILLED || i->fate[l] == FATE_RELISTED)
            left &= ~(1u << l);
    return left;
}

bool delist_model_is_active(const struct delist_model *m, const struct delist_model_item *i)
{
    return !i->ended && delist_model_left(i) != 0 && i->until > m->delist.now;
}

static bool is_within(const char *name, const char *top)
{
    size_t length = strlen(name), own = strlen(top);
    return length >= own && strcmp(name + length - own, top) == 0 &&
           (length == own || name[length - own - 1] == '.');
}

bool delist_model_covers(const struct delist_model_item *i, enum range_family family, unsigned key)
{
    if (i->family != family)
        return false;
    if (family != RANGE_NAME)
        return key >= i->first && key <= i->last;
    return i->item.range.subdomains ? is_within(key_names[key], key_names[i->first]) : key == i->first;
}

static enum overlay_effect model_effect(const struct delist_model *m, enum range_family family, unsigned key,
                                        unsigned list)
{
    const struct delist_model_item *newest = NULL;

    if (m->suspended)
        return OVERLAY_NOTHING;
    for (unsigned n = 0; n < m->count; n++) {
        const struct delist_model_item *i = &m->items[n];
        bool late = m->fault == DELIST_FAULT_LATE_EXPIRY && i->until == m->delist.now;
        if (!delist_model_covers(i, family, key) || i->ended || (i->until <= m->delist.now && !late) ||
            !(delist_model_left(i) >> list & 1))
            continue;
        if (i->item.kind == OVERLAY_ALLOW)
            return OVERLAY_ALLOWS;
        if (newest == NULL || m->fault != DELIST_FAULT_OLDEST_WINS)
            newest = i;
    }
    if (newest == NULL)
        return OVERLAY_NOTHING;
    return newest->item.kind == OVERLAY_DELIST ? OVERLAY_HIDES : OVERLAY_ADDS;
}

void delist_model_key_text(enum range_family family, unsigned key, char text[64])
{
    snprintf(text, 64, family == RANGE_IP4 ? "10.0.0.%u" : "2001:db8::%x", key);
    if (family == RANGE_NAME)
        snprintf(text, 64, "%s", key_names[key]);
}

bool delist_model_equals(struct delist_model *m)
{
    static const unsigned keys[] = { DELIST_MODEL_IP4, DELIST_MODEL_IP6, DELIST_MODEL_NAMES };
    static const char *const words[] = { "nothing", "hides", "adds", "allows" };

    for (unsigned family = 0; family < 3; family++)
        for (unsigned key = 0; key < keys[family]; key++)
            for (unsigned list = 0; list < DELIST_MODEL_LISTS; list++) {
                char text[64];
                delist_model_key_text(family, key, text);
                enum overlay_effect got = delist_fixture_effect(&m->delist, text, delist_model_lists[list]);
                enum overlay_effect want = model_effect(m, family, key, list);
                if (got != want)
                    return delist_model_fail(m, "%s on %s: %s, the model says %s", text,
                                             delist_model_lists[list], words[got], words[want]);
            }
    return true;
}

bool delist_model_has_room(const struct delist_model *m, const struct delist_model_item *item)
{
    for (unsigned key = item->first; key <= item->last; key++) {
        unsigned count = 0;
        for (unsigned n = 0; n < m->count; n++)
            count += delist_model_covers(&m->items[n], item->family, key) &&
                     delist_model_is_active(m, &m->items[n]);
        if (count >= OVERLAY_ITEMS_MAX)
            return false;
    }
    return true;
}

bool delist_model_is_listed(const struct delist_model *m, const struct delist_model_item *i, unsigned list)
{
    for (unsigned key = 0; key < DELIST_MODEL_IP4; key++)
        if (i->family == RANGE_IP4 && delist_model_covers(i, RANGE_IP4, key) && m->listed[list] >> key & 1)
            return true;
    for (unsigned key = 0; key < DELIST_MODEL_NAMES; key++)
        if (i->family == RANGE_NAME && delist_model_covers(i, RANGE_NAME, key) && list == 1 &&
            m->listed_names >> key & 1)
            return true;
    return false;
}

void delist_model_load(struct delist_model *m, struct delist_model_item *i, unsigned list)
{
    bool listed = delist_model_is_listed(m, i, list);
    bool long_gone = i->fate[list] == FATE_GONE && m->delist.now - i->gone_since[list] >= 3600;
    enum delist_model_fate fate = i->fate[list];

    if (fate == FATE_NEW && listed)
        i->fate[list] = FATE_HELD;
    if (fate == FATE_HELD && !listed) {
        i->fate[list] = FATE_GONE;
        i->gone_since[list] = m->delist.now;
    }
    if (fate == FATE_GONE && listed)
        i->fate[list] = long_gone ? FATE_RELISTED : FATE_HELD;
    if (fate == FATE_GONE && !listed && long_gone)
        i->fate[list] = FATE_FULFILLED;
    if (fate == FATE_FULFILLED && listed)
        i->fate[list] = FATE_RELISTED;
    if (i->fate[list] != fate && i->fate[list] >= FATE_FULFILLED && delist_model_left(i) == 0)
        i->over = i->fate[list] == FATE_FULFILLED ? ITEM_FULFILLED : ITEM_RELISTED;
}

bool delist_model_states_equal(struct delist_model *m)
{
    struct store_reader *reader;
    struct error error;
    bool same = true;

    must(store_read(delist_store(m->delist.d), &reader, &error) == OK, "the store cannot be read");
    for (unsigned n = 0; n < m->count && same; n++) {
        const struct delist_model_item *i = &m->items[n];
        struct item item;
        enum item_state want = i->ended                    ? ITEM_ENDED
                               : i->over != ITEM_ACTIVE    ? i->over
                               : i->until <= m->delist.now ? ITEM_EXPIRED
                                                           : ITEM_ACTIVE;
        must(items_find(reader, i->item.kind, i->item.id, m->delist.now, &item, &error) == OK,
             "an item is not in the store");
        if (item.state != want || item.expires_at != i->until)
            same = delist_model_fail(m, "item %u is %s, the model says %s", n, item_state_word(item.state),
                                     item_state_word(want));
    }
    store_read_end(reader);
    return same;
}
