/* Looking up a key in an age file. */
#include "age/age_file.h"

#include <string.h>

/* What is looked for: an address, or a name. */
struct age_key {
    enum age_part part;
    trie_number address;
    uint8_t name[WIRE_NAME_MAX + 1]; /* as in struct age_name */
};

/* Whether the row at hand begins after the key. */
static bool is_beyond(const struct age_cursor *c, const struct age_key *key)
{
    return c->part == AGE_NAMES ? set_names_compare(c->name.name, key->name, 0) > 0
                                : c->range.first > key->address;
}

/* The block of the part in which the last row is that does not begin after the key, if there is such a row
 * and what was read on the way is right. */
static uint32_t search(struct age_cursor *c, const struct age_file *file, const struct age_key *key)
{
    uint32_t from = 0, to = file->header.blocks[key->part];

    while (to - from > 1) {
        uint32_t middle = from + (to - from) / 2;
        if (!age_cursor_peek(c, file, key->part, middle) || is_beyond(c, key))
            to = middle;
        else
            from = middle;
    }
    return from;
}

/* Finds the last row that does not begin after the key, in *range or *name; false: there is none. The row
 * after it, or the end of the part, shows that it is the right one. */
static bool seek(struct age_cursor *c, const struct age_file *file, const struct age_key *key,
                 struct age_range *range, struct age_name *name)
{
    uint32_t block = search(c, file, key), left = file->header.blocks[key->part] - block;
    bool found = false, beyond = false;

    age_cursor_open(c, file, key->part, block, left < 2 ? left : 2);
    while (age_cursor_next(c) && !(beyond = is_beyond(c, key))) {
        found = true;
        if (key->part == AGE_NAMES)
            *name = c->name;
        else
            *range = c->range;
    }
    c->damaged |= (block > 0 && !found) || (left > 2 && !beyond);
    return found && !c->damaged;
}

/* 1 + the time of an address; 0: the file does not have it. */
static unsigned find_address(const struct age_file *file, const struct age_key *key)
{
    struct age_cursor c;
    struct age_range range;

    return seek(&c, file, key, &range, NULL) && key->address <= range.last ? range.time + 1 : 0;
}

/* Likewise of a name: what is said of itself, or else below the nearest name above it. `lengths`: of the name
 * above with 0, 1, ... labels, up to itself. */
static unsigned find_name(const struct age_file *file, struct age_key *key, const uint8_t *lengths,
                          unsigned labels)
{
    struct age_cursor c;
    struct age_name name;

    for (unsigned i = labels + 1; i-- > 0;) {
        key->name[0] = lengths[i];
        if (seek(&c, file, key, NULL, &name) && set_names_equal(name.name, key->name))
            return i == labels ? name.exact : name.below;
        if (c.damaged)
            return 0;
    }
    return 0;
}

/* Reverses the labels of a name; returns how many there are. */
static unsigned reverse(const struct range *range, struct age_key *key, uint8_t lengths[WIRE_LABELS_MAX + 1])
{
    uint8_t offsets[WIRE_LABELS_MAX + 1];
    struct labels name = name_split(range->name, offsets);
    unsigned length = 0;

    lengths[0] = 0;
    for (unsigned i = 0; i < name.count; i++) {
        const uint8_t *label = name.wire + name.offsets[name.count - 1 - i];
        memcpy(key->name + 1 + length, label, 1u + label[0]);
        length += 1u + label[0];
        lengths[i + 1] = (uint8_t)length;
    }
    return name.count;
}

int64_t age_find(const struct age_place *place, const struct range *key, int64_t now)
{
    struct age_key wanted = { .part = key->family == RANGE_IP4   ? AGE_IP4
                                      : key->family == RANGE_IP6 ? AGE_IP6
                                                                 : AGE_NAMES };
    uint8_t lengths[WIRE_LABELS_MAX + 1];
    struct age_file file;
    unsigned found;

    if (age_file_open(place, &file, NULL) != OK)
        return 0;
    if (wanted.part == AGE_NAMES) {
        unsigned labels = reverse(key, &wanted, lengths);
        found = find_name(&file, &wanted, lengths, labels);
    } else {
        wanted.address = age_number(wanted.part, key->first);
        found = find_address(&file, &wanted);
    }
    int64_t since = found != 0 ? file.header.written - file.header.ago[found - 1] : 0;
    age_file_close(&file);
    return since > 0 && since <= now ? since : 0;
}
