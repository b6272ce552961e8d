#include "view/name_builder.h"

#include "base/copy.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers in records have their lowest byte first");
_Static_assert(NAME_END % NAME_UNIT == 0, "a record with an end is as many units longer");

static void fail(struct name_builder *b, enum err err)
{
    if (b->failed == OK)
        b->failed = err;
}

static uint8_t *record_at(struct name_builder *b, uint32_t entry)
{
    return &VEC_AT(&b->names->records, uint8_t, (size_t)entry * NAME_UNIT);
}

/* The entry of what is added next. */
static uint32_t next_entry(const struct name_builder *b)
{
    return (uint32_t)(b->names->records.used / NAME_UNIT);
}

static uint32_t intern_value(struct name_builder *b, uint32_t exact, uint32_t below)
{
    uint64_t value = (uint64_t)below << 32 | exact;
    uint32_t offset = 0;

    if (b->last.exact == exact && b->last.below == below && b->names->values.used != 0)
        return b->last.index;
    enum err err = intern_add(&b->values, &value, sizeof(value), &offset);
    if (err != OK)
        fail(b, err);
    b->last.exact = exact;
    b->last.below = below;
    return b->last.index = offset / (uint32_t)sizeof(value);
}

/* Adds the record of a name `depth` labels deep; `label` has its length byte. */
static void add_record(struct name_builder *b, unsigned depth, const uint8_t *label, uint32_t value)
{
    unsigned value_bytes = value >> 8 == 0 ? 1 : value >> 16 == 0 ? 2 : value >> 24 == 0 ? 3 : 4;
    unsigned bytes = NAME_HEAD + label[0] + value_bytes, padding = bytes % NAME_UNIT;
    uint8_t *r = vec_add(&b->names->records, bytes + padding);

    if (r == NULL || b->names->records.used / NAME_UNIT > UINT32_MAX) {
        fail(b, r == NULL ? ERR_MEMORY : ERR_LIMIT);
        return;
    }
    r[0] = (uint8_t)depth;
    r[1] = (uint8_t)(label[0] | (value_bytes - 1) << 6);
    copy_bytes(r + NAME_HEAD, label + 1, label[0]);
    memcpy(r + NAME_HEAD + label[0], &value, value_bytes);
    memset(r + bytes, 0, padding);
}

/* Goes one label down, to `label`, which has these verdicts. */
static void push(struct name_builder *b, const uint8_t *label, uint32_t exact, uint32_t below)
{
    struct name_frame *parent = &b->path[b->depth];
    uint8_t *above = record_at(b, parent->entry);

    if (!(*above & NAME_INNER)) { /* the last record: nothing is below it yet */
        *above |= NAME_INNER;
        if (vec_add(&b->names->records, NAME_END) == NULL) {
            fail(b, ERR_MEMORY);
            return;
        }
    }
    b->path[++b->depth] =
        (struct name_frame){ next_entry(b), (uint8_t)(parent->length + label[0] + 1), exact, below };
    b->names->count++;
    add_record(b, b->depth, label, intern_value(b, exact, below));
}

/* Completes the last frame's record, now that all below it are there. True if there are any. */
static bool close_frame(struct name_builder *b)
{
    const struct name_frame *f = &b->path[b->depth];
    uint8_t *r = record_at(b, f->entry);
    uint32_t next = next_entry(b);

    if (!(*r & NAME_INNER))
        return false;
    if (next == f->entry + name_units(r)) { /* all were removed again */
        *r &= (uint8_t)~NAME_INNER;
        b->names->records.used -= NAME_END;
        return false;
    }
    memcpy(r + NAME_HEAD + (r[1] & NAME_LABEL) + name_value_bytes(r[1]), &next, NAME_END);
    return true;
}

/* Leaves the last frame. Its name is removed if it has what it would inherit, and nothing below it. */
static void pop(struct name_builder *b)
{
    const struct name_frame *f = &b->path[b->depth], *parent = f - 1;

    if (!close_frame(b) && f->exact == parent->below && f->below == parent->below) {
        b->names->records.used = (size_t)f->entry * NAME_UNIT;
        b->names->count--;
    }
    b->depth--;
}

void name_build_begin(struct name_builder *b, struct names *names)
{
    b->names = names;
    b->name = (const uint8_t *)"";
    b->depth = 0;
    b->failed = OK;
    b->path[0] = (struct name_frame){ NAMES_ROOT, 0, 0, 0 };
    intern_start(&b->values, &names->values);
    add_record(b, 0, (const uint8_t *)"", intern_value(b, 0, 0));
}

uint32_t name_build_at(struct name_builder *b, const uint8_t *name)
{
    const struct name_frame *f = &b->path[b->depth];

    for (; f->length > name[0] || memcmp(b->name + 1, name + 1, f->length) != 0; f--)
        pop(b);
    b->name = name;
    for (unsigned at = f->length; name[0] != 0 && b->failed == OK; f = &b->path[b->depth]) {
        const uint8_t *label = b->name + 1 + at;
        at += label[0] + 1u;
        if (at == name[0])
            break;
        push(b, label, f->below, f->below);
    }
    return f->below;
}

void name_build_add(struct name_builder *b, uint32_t exact, uint32_t below)
{
    unsigned at = b->path[b->depth].length;

    if (b->failed != OK)
        return;
    if (b->name[0] != 0) {
        push(b, b->name + 1 + at, exact, below);
    } else { /* the first of all names */
        b->names->records.used = 0;
        add_record(b, 0, (const uint8_t *)"", intern_value(b, exact, 0));
    }
}

enum err name_build_end(struct name_builder *b)
{
    struct names *n = b->names;

    while (b->failed == OK && b->depth != 0)
        pop(b);
    if (b->failed == OK)
        close_frame(b);
    if (b->failed == OK && vec_add(&n->records, NAMES_LABEL_PAD) == NULL)
        fail(b, ERR_MEMORY);
    if (b->failed == OK)
        fail(b, names_index(n));
    vec_trim(&n->records);
    vec_trim(&n->values);
    vec_trim(&n->slots);
    intern_free(&b->values);
    return b->failed;
}
