/*
 * Writing an age file anew: the old one, in order, is merged with a walk of the snapshot. Of ranges, what the
 * list has now is cut where the old file's ranges begin and end; of names, each one that the snapshot or the
 * old file has is judged, as what holds for it may be inherited in either.
 */
#include "age/age_file.h"
#include "base/clock.h"
#include "trie/trie.h"

#include <string.h>

enum { UNKNOWN, NOT_LISTED, LISTED };

/* What holds for a name on the path to the one at hand, which is above it. */
struct age_frame {
    uint8_t length;            /* of it */
    bool listed;               /* the snapshot lists the names below it that it does not have */
    unsigned old_below, below; /* 1 + time of those in the old file, and in the new one; 0: none */
};

struct age_merge {
    const struct age_source *from;
    unsigned list;
    struct vec shapes; /* memo: uint8_t by shape, UNKNOWN... */
    struct vec runs;   /* struct trie_run, of a /16 */
    struct age_file old;
    struct age_cursor cursor;
    bool more;              /* the cursor is at a row */
    unsigned times_dropped; /* of the old file, as the new one has no room for them... */
    unsigned times_kept;    /* ...and how many it has of those before its own, the last one */
    bool is_open;
    struct age_range last; /* is_open: a range that is not written yet, as the next one may continue it */
    struct age_writer writer;
    /* Names. */
    struct age_frame path[WIRE_NAME_MAX + 2]; /* the first one: of no name, above all */
    unsigned depth;
    uint8_t name[WIRE_NAME_MAX + 1]; /* that of path[depth] */
};

/* ---- Times ---- */

/* Gives the new file the times of the old one that it has room for, and its own. Those that are to come, as
 * the clock was wrong, become its own. */
static void make_times(struct age_merge *m)
{
    const struct age_header *old = &m->old.header;
    struct age_header *new = &m->writer.header;
    int64_t now = clock_clamp(m->from->time);
    unsigned before = 0;

    while (before < old->times && old->written - old->ago[before] < now)
        before++;
    m->times_dropped = before >= AGE_TIMES ? before - AGE_TIMES + 1 : 0;
    m->times_kept = before - m->times_dropped;
    for (unsigned i = 0; i < m->times_kept; i++) {
        int64_t ago = now - (old->written - old->ago[m->times_dropped + i]);
        new->ago[i] = ago < UINT32_MAX ? (uint32_t)ago : UINT32_MAX;
    }
    new->ago[m->times_kept] = 0;
    new->times = m->times_kept + 1;
    new->written = now;
}

/* The new file's index of a time of the old one. */
static unsigned time_of_old(const struct age_merge *m, unsigned time)
{
    time = time > m->times_dropped ? time - m->times_dropped : 0;
    return time < m->times_kept ? time : m->times_kept;
}

/* ---- What the snapshot lists ---- */

static bool is_listed(const struct age_merge *m, uint32_t verdict)
{
    const struct snapshot *s = m->from->snapshot;
    uint32_t shape = snapshot_shape(s, verdict);
    uint8_t *known = &VEC_AT(&m->shapes, uint8_t, shape);

    for (size_t i = 0; *known == UNKNOWN && i < s->sets_count; i++)
        if (m->from->set_lists[i] == m->list && snapshot_shape_has(s, shape, (uint16_t)i))
            *known = LISTED;
    if (*known == UNKNOWN)
        *known = NOT_LISTED;
    return *known == LISTED;
}

/* The /16s in which the list has something, a bit each. */
static void find_slots(const struct age_merge *m, bool ipv6, uint64_t slots[TRIE_ROOT_SIZE / 64])
{
    const struct snapshot *s = m->from->snapshot;

    memset(slots, 0, TRIE_ROOT_SIZE / 8);
    for (size_t i = 0; i < s->sources_count; i++)
        for (size_t j = 0; m->from->set_lists[s->sources[i].set] == m->list && j < TRIE_ROOT_SIZE / 64; j++)
            slots[j] |= s->sources[i].present[ipv6][j];
}

/* ---- Ranges ---- */

static void put_range(struct age_merge *m, enum age_part part, trie_number first, trie_number last,
                      unsigned time)
{
    if (m->is_open && m->last.time == time && m->last.last + 1 == first) {
        m->last.last = last;
        return;
    }
    if (m->is_open)
        age_writer_range(&m->writer, part, &m->last);
    m->is_open = true;
    m->last = (struct age_range){ first, last, time };
}

/* Puts a range that is listed now, in the pieces that the old file knows and those that it does not know. */
static void cut_range(struct age_merge *m, enum age_part part, trie_number first, trie_number last)
{
    const struct age_range *old = &m->cursor.range;

    for (;;) {
        while (m->more && old->last < first)
            m->more = age_cursor_next(&m->cursor);
        if (!m->more || old->first > last) {
            put_range(m, part, first, last, m->times_kept);
            return;
        }
        if (old->first > first)
            put_range(m, part, first, old->first - 1, m->times_kept);
        trie_number from = old->first > first ? old->first : first, to = old->last < last ? old->last : last;
        put_range(m, part, from, to, time_of_old(m, old->time));
        if (to == last)
            return;
        first = to + 1;
    }
}

static enum err merge_slot(struct age_merge *m, enum age_part part, unsigned slot)
{
    const struct snapshot *s = m->from->snapshot;
    const struct trie_key end = { (uint64_t)slot << 48 | UINT64_MAX >> TRIE_ROOT_BITS, UINT64_MAX };

    m->runs.used = 0;
    if (trie_walk_slot(part == AGE_IP6 ? &s->trie6 : &s->trie4, slot, &m->runs) != OK)
        return ERR_MEMORY;
    const struct trie_run *run = m->runs.data, *stop = run + VEC_COUNT(&m->runs, *run);
    for (; run < stop; run++) {
        const struct trie_run *first = run;
        if (!is_listed(m, run->value))
            continue;
        while (run + 1 < stop && is_listed(m, run[1].value))
            run++;
        trie_number last = run + 1 < stop ? trie_key_number(run[1].key) - 1 : trie_key_number(end);
        cut_range(m, part, age_number(part, first->key), age_number(part, trie_key_of(last)));
    }
    return OK;
}

static enum err merge_ranges(struct age_merge *m, enum age_part part)
{
    uint64_t slots[TRIE_ROOT_SIZE / 64];
    enum err e = OK;

    find_slots(m, part == AGE_IP6, slots);
    age_cursor_open(&m->cursor, &m->old, part, 0, m->old.header.blocks[part]);
    m->more = age_cursor_next(&m->cursor);
    for (unsigned slot = 0; slot < TRIE_ROOT_SIZE && e == OK && m->writer.failed == OK; slot++)
        if (slots[slot / 64] >> slot % 64 & 1)
            e = merge_slot(m, part, slot);
    if (m->is_open)
        age_writer_range(&m->writer, part, &m->last);
    m->is_open = false;
    return e;
}

/* ---- Names ---- */

/* 1 + the time of what is listed now, when the old file has 1 + `old` of it. */
static unsigned time_of(const struct age_merge *m, bool listed, unsigned old)
{
    return !listed ? 0 : 1 + (old != 0 ? time_of_old(m, old - 1) : m->times_kept);
}

/* Leaves the names on the path that `name` is not below; returns the nearest one that is left. */
static const struct age_frame *leave(struct age_merge *m, const uint8_t *name)
{
    while (m->path[m->depth].length > name[0] || memcmp(m->name + 1, name + 1, m->path[m->depth].length) != 0)
        m->depth--;
    return &m->path[m->depth];
}

/* Judges a name, which is after all names before. `new`: its entry in the snapshot, NULL if that has none;
 * `old`: likewise in the old file. */
static void merge_name(struct age_merge *m, const uint8_t *name, const uint32_t *new,
                       const struct age_name *old)
{
    const struct names *names = &m->from->snapshot->names;
    const struct age_frame *above = leave(m, name);
    bool exact = new != NULL ? is_listed(m, names_exact(names, *new)) : above->listed;
    bool below = new != NULL ? is_listed(m, names_below(names, *new)) : above->listed;
    unsigned old_below = old != NULL ? old->below : above->old_below;
    struct age_name put = { .exact = time_of(m, exact, old != NULL ? old->exact : above->old_below),
                            .below = time_of(m, below, old_below) };

    memcpy(put.name, name, 1u + name[0]);
    if (put.exact != above->below || put.below != above->below)
        age_writer_name(&m->writer, &put);
    memcpy(m->name, name, 1u + name[0]);
    m->path[m->depth + 1] = (struct age_frame){ name[0], below, old_below, put.below };
    m->depth++;
}

/* The next name of a walk, with its length byte; false: there is none. */
static bool next_name(struct name_walk *w, uint8_t name[WIRE_NAME_MAX + 1])
{
    if (!names_walk(w))
        return false;
    name[0] = w->lengths[w->depth];
    memcpy(name + 1, w->name, name[0]);
    return true;
}

static void merge_names(struct age_merge *m)
{
    struct name_walk walk;
    uint8_t name[WIRE_NAME_MAX + 1];

    names_walk_begin(&walk, &m->from->snapshot->names);
    age_cursor_open(&m->cursor, &m->old, AGE_NAMES, 0, m->old.header.blocks[AGE_NAMES]);
    m->more = age_cursor_next(&m->cursor);
    for (bool more = next_name(&walk, name); (more || m->more) && m->writer.failed == OK;) {
        const struct age_name *old = &m->cursor.name;
        int order = !more ? 1 : !m->more ? -1 : set_names_compare(name, old->name, 0);
        uint32_t entry = order <= 0 ? names_walk_entry(&walk) : NAMES_ROOT;
        merge_name(m, order <= 0 ? name : old->name, order <= 0 ? &entry : NULL, order >= 0 ? old : NULL);
        if (order <= 0)
            more = next_name(&walk, name);
        if (order >= 0)
            m->more = age_cursor_next(&m->cursor);
    }
}

/* ---- All of it ---- */

static enum err merge(struct age_merge *m)
{
    size_t shapes = VEC_COUNT(&m->from->snapshot->shapes, struct number_list);
    bool damaged = false;
    enum err e = vec_add(&m->shapes, shapes + 1) != NULL ? OK : ERR_MEMORY;

    for (enum age_part part = AGE_IP4; part < AGE_NAMES && e == OK; part++) {
        e = merge_ranges(m, part);
        damaged |= m->cursor.damaged;
    }
    if (e == OK)
        merge_names(m);
    return e != OK ? e : damaged || m->cursor.damaged ? ERR_SYNTAX : OK;
}

enum err age_write(const struct age_place *place, const struct age_source *from, uint64_t most,
                   uint64_t *bytes, struct error *error)
{
    char path[AGE_PATH];
    struct age_merge *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    age_path(place, path);
    m->from = from;
    m->list = place->number;
    enum err e = age_file_open(place, &m->old, error);
    if (e == OK) {
        e = age_writer_begin(&m->writer, place, most, error);
        if (e == OK) {
            make_times(m);
            e = merge(m);
            if (e == ERR_SYNTAX)
                error_set(error, e, "%s: damaged", path);
            if (e == ERR_MEMORY)
                error_set(error, e, "%s: out of memory", path);
            e = age_writer_end(&m->writer, place, e, bytes, error);
        }
        age_file_close(&m->old);
    }
    vec_free(&m->shapes);
    vec_free(&m->runs);
    free(m);
    return e;
}
