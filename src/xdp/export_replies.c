#include "xdp/export_replies.h"

#include "base/hash.h"
#include "base/hash_index.h"

#include <string.h>

enum { WORD_BYTES = sizeof(uint64_t) };

enum { REPLY_WORDS = 1 + ZONE_READY_MAX * ZONE_A_SIZE / WORD_BYTES + 2 * XDP_FROM_MAX };

/* Inserts a member, which says what the reply's records are from, behind those of the same place. */
static void insert_member(uint64_t *from, unsigned count, uint64_t first, uint32_t ttl)
{
    unsigned at = count;

    for (; at > 0 && from[2 * at - 2] >> XDP_FROM_PLACE_SHIFT > first >> XDP_FROM_PLACE_SHIFT; at--)
        memcpy(from + 2 * at, from + 2 * at - 2, 2 * WORD_BYTES);
    from[2 * at] = first;
    from[2 * at + 1] = ttl;
}

/* Adds to each member which ones before it have the same code. */
static void mark_repeated(uint64_t *from, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < i; j++)
            if ((uint32_t)from[2 * i] == (uint32_t)from[2 * j])
                from[2 * i + 1] |= UINT64_C(1) << (32 + j);
}

/* Writes what the records are from, two words a member; returns how many, more than XDP_FROM_MAX: too many.
 * *bits: XDP_BY_NAME, if one of them lists the shape by name. */
static unsigned put_members(const struct xdp_export *e, const struct view *v, uint32_t shape, uint64_t *from,
                            uint32_t *bits)
{
    const struct snapshot *s = v->snapshot;
    const uint32_t *groups;
    unsigned n = 0;

    for (uint32_t count = snapshot_groups(s, shape, &groups), i = 0; i < count; i++) {
        const struct member *m = snapshot_members(s, groups[i]);
        uint64_t place = VEC_AT(&e->places, const uint16_t, m->source);
        uint64_t list = view_list(v, m->source);
        uint32_t members = VEC_AT(&s->groups, const struct number_list, groups[i]).count;
        for (uint32_t j = 0; j < members && place != 0; j++) {
            *bits |= m[j].labels != 0 ? XDP_BY_NAME : 0;
            if (n < XDP_FROM_MAX)
                insert_member(from, n,
                              __builtin_bswap32(m[j].code) | list << XDP_FROM_LIST_SHIFT |
                                  (place - 1) << XDP_FROM_PLACE_SHIFT,
                              s->sources[m->source].ttl);
            n += n <= XDP_FROM_MAX;
        }
    }
    mark_repeated(from, n <= XDP_FROM_MAX ? n : 0);
    return n;
}

/* The word offset of a reply among the replies, of these words, of which the first is its head. */
static enum err intern_reply(struct xdp_export *e, const uint64_t *words, size_t bytes, uint32_t *at)
{
    uint64_t hash = hash_bytes(0, words, bytes);
    uint32_t id;

    for (size_t i = hash_index_first(&e->replies_index, hash);
         (id = hash_index_id(&e->replies_index, hash, &i)) != HASH_INDEX_NONE; i++) {
        const uint64_t *known = &VEC_AT(&e->replies, const uint64_t, id);
        if (known[0] == words[0] && memcmp(known, words, bytes) == 0) {
            *at = id;
            return OK;
        }
    }
    *at = (uint32_t)VEC_COUNT(&e->replies, uint64_t);
    uint64_t *reply = vec_add(&e->replies, bytes);
    if (reply == NULL || !hash_index_add(&e->replies_index, hash, *at))
        return ERR_MEMORY;
    memcpy(reply, words, bytes);
    return OK;
}

/* The zone's answer to a shape, a reply as its word offset among the replies. */
static enum err add_answer(struct xdp_export *e, const struct view *v, const struct zone *z, uint32_t shape,
                           uint32_t *answer)
{
    struct zone_answer ready = VEC_AT(&z->answers, const struct zone_answer, shape);
    uint64_t words[REPLY_WORDS];
    uint32_t bits = 0, at = 0;

    if (ready.count == 0 || ready.count == ZONE_COMPOSED) {
        *answer = ready.count != 0                                                   ? XDP_COMPOSED
                  : v->has_never && snapshot_shape_has(v->snapshot, shape, v->never) ? XDP_PROTECTED
                                                                                     : XDP_UNLISTED;
        return OK;
    }
    size_t records = ready.count * (size_t)ZONE_A_SIZE;
    memcpy(words + 1, &VEC_AT(&z->wire, const uint8_t, ready.wire), records);
    unsigned members = put_members(e, v, shape, words + 1 + records / WORD_BYTES, &bits);
    words[0] = ready.count | bits | members << XDP_REPLY_FROM_SHIFT;
    size_t from = members <= XDP_FROM_MAX ? 2 * members * WORD_BYTES : 0;
    enum err err = intern_reply(e, words, WORD_BYTES + records + from, &at);
    *answer = at + XDP_WRITTEN + 1;
    return err;
}

enum err xdp_export_answers(struct xdp_export *e, const struct view *v, const struct zone *z)
{
    const struct snapshot *s = v->snapshot;
    uint32_t count = (uint32_t)VEC_COUNT(&s->shapes, struct number_list);
    uint32_t *answers = vec_add(&e->answers, count * sizeof(*answers));

    if (answers == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        enum err err = add_answer(e, v, z, i, &answers[i]);
        if (err != OK)
            return err;
    }
    return OK;
}

enum err xdp_export_listings(struct xdp_export *e, const struct view *v, const struct zone *z, uint32_t *at)
{
    size_t sources = v->snapshot->sources_count;
    uint64_t *listings = vec_add(&e->listings, LISTS_MAX * sizeof(*listings));

    vec_free(&e->places);
    uint16_t *places = vec_add(&e->places, (sources + 1) * sizeof(*places));
    if (listings == NULL || places == NULL)
        return ERR_MEMORY;
    *at = (uint32_t)(VEC_COUNT(&e->listings, uint64_t) - LISTS_MAX);
    for (unsigned i = 0; i < LISTS_MAX; i++)
        listings[i] = UINT64_C(0xffff) << XDP_FROM_PLACE_SHIFT | VIEW_LISTING_TTL;
    for (unsigned i = z->sources_count; i-- > 0;) {
        unsigned list = view_list(v, z->sources[i]);
        places[z->sources[i]] = (uint16_t)(i + 1);
        if (list != VIEW_NO_LIST)
            listings[list] = (uint64_t)i << XDP_FROM_PLACE_SHIFT | v->snapshot->sources[z->sources[i]].ttl;
    }
    return OK;
}
