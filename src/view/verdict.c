#include "view/verdict.h"

#include "base/hash.h"
#include "dns/wire.h"
#include "list/stored_text.h"

#include <string.h>
#include <sys/random.h>

struct scratch_member {
    struct member member;
    uint32_t text;
};
_Static_assert(sizeof(struct scratch_member) == 12, "interned as bytes: no padding");

void verdicts_init(struct verdicts *v)
{
    *v = (struct verdicts){ .failed = OK };
    intern_start(&v->text_index, &v->texts);
    intern_start(&v->record_index, &v->records);
    intern_start(&v->member_index, &v->members);
    if (getrandom(&v->seed, sizeof(v->seed), 0) != (ssize_t)sizeof(v->seed))
        v->seed = (uint64_t)(uintptr_t)v; /* address space randomisation has to do */
    /* Number 0 of everything is "none". */
    if (vec_add(&v->texts, 1) == NULL || vec_add(&v->members, sizeof(struct scratch_member)) == NULL)
        v->failed = ERR_MEMORY;
    verdicts_intern(v, (const uint32_t[]){ 0 }, 0);
}

void verdicts_free(struct verdicts *v)
{
    vec_free(&v->texts);
    intern_free(&v->text_index);
    vec_free(&v->records);
    intern_free(&v->record_index);
    vec_free(&v->members);
    intern_free(&v->member_index);
    vec_free(&v->lists);
    vec_free(&v->verdicts);
    hash_index_free(&v->verdict_table);
}

static uint32_t fail(struct verdicts *v, enum err e)
{
    if (v->failed == OK)
        v->failed = e;
    return 0;
}

/* The offset of these bytes in the index's pool, to which they are added if they are new. */
static uint32_t pool_offset(struct verdicts *v, struct intern *index, const void *bytes, size_t size)
{
    uint32_t at;
    enum err e = v->failed == OK ? intern_add(index, bytes, size, &at) : v->failed;

    return e == OK ? at : fail(v, e);
}

uint32_t verdicts_text(struct verdicts *v, const uint8_t *text)
{
    return pool_offset(v, &v->text_index, text, stored_text_size(text));
}

uint32_t verdicts_record(struct verdicts *v, const uint8_t *record)
{
    return pool_offset(v, &v->record_index, record, wire_record_size(record));
}

uint32_t verdicts_member(struct verdicts *v, struct member member, uint32_t text)
{
    struct scratch_member key = { member, text };

    return pool_offset(v, &v->member_index, &key, sizeof(key)) / (uint32_t)sizeof(key);
}

uint16_t verdicts_source(const struct verdicts *v, uint32_t member)
{
    return VEC_AT(&v->members, const struct scratch_member, member).member.source;
}

/* The number of a list of `count` items, of `size` bytes each: its index in `lists` (struct shape: where its
 * items are in `pool`), to which it is added if it is new. */
static uint32_t list_intern(struct verdicts *v, struct hash_index *index, struct vec *lists, struct vec *pool,
                            size_t size, const void *items, uint32_t count)
{
    uint64_t hash = hash_bytes(v->seed, items, count * size);
    uint32_t id;

    for (size_t i = hash_index_first(index, hash); (id = hash_index_id(index, hash, &i)) != HASH_INDEX_NONE;
         i++) {
        const struct shape *list = &VEC_AT(lists, const struct shape, id);
        if (list->count == count &&
            (count == 0 || memcmp((char *)pool->data + list->first * size, items, count * size) == 0))
            return id;
    }
    if (v->failed != OK)
        return 0;
    id = (uint32_t)VEC_COUNT(lists, struct shape);
    uint32_t first = (uint32_t)(pool->used / size);
    struct shape *list = vec_add(lists, sizeof(*list));
    void *p = vec_add(pool, count * size);
    if (list == NULL || (p == NULL && count != 0) || !hash_index_add(index, hash, id))
        return fail(v, ERR_MEMORY);
    *list = (struct shape){ first, count };
    if (count != 0)
        memcpy(p, items, count * size);
    return id;
}

uint32_t verdicts_intern(struct verdicts *v, const uint32_t *members, unsigned count)
{
    return list_intern(v, &v->verdict_table, &v->verdicts, &v->lists, sizeof(*members), members, count);
}

/* ---- The finished tables ---- */

static void finish_verdict(struct verdicts *v, struct snapshot *snapshot, struct hash_index *shapes,
                           const struct shape *s)
{
    const uint32_t *list = (const uint32_t *)v->lists.data + s->first;
    struct member members[VERDICT_MEMBERS_MAX];
    uint32_t texts[VERDICT_MEMBERS_MAX], texts_count = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        const struct scratch_member *m = &VEC_AT(&v->members, const struct scratch_member, list[i]);
        members[i] = m->member;
        if (m->member.kind == MEMBER_TEXT)
            texts[texts_count++] = m->text;
    }
    struct verdict *out = vec_add(&snapshot->verdicts, sizeof(*out));
    if (out == NULL) {
        fail(v, ERR_MEMORY);
        return;
    }
    out->shape =
        list_intern(v, shapes, &snapshot->shapes, &snapshot->members, sizeof(members[0]), members, s->count);
    out->texts = texts_count == 1 ? texts[0] : (uint32_t)VEC_COUNT(&snapshot->text_lists, uint32_t);
    if (texts_count > 1) {
        uint32_t *p = vec_add(&snapshot->text_lists, texts_count * sizeof(*p));
        if (p == NULL)
            fail(v, ERR_MEMORY);
        else
            memcpy(p, texts, texts_count * sizeof(*p));
    }
}

enum err verdicts_finish(struct verdicts *v, struct snapshot *snapshot)
{
    struct hash_index shapes = { 0 };
    const struct shape *s = v->verdicts.data;

    for (size_t i = 0; i < VEC_COUNT(&v->verdicts, *s) && v->failed == OK; i++)
        finish_verdict(v, snapshot, &shapes, &s[i]);
    hash_index_free(&shapes);
    snapshot->texts = v->texts;
    snapshot->records = v->records;
    v->texts = v->records = (struct vec){ 0 };
    vec_trim(&snapshot->verdicts);
    vec_trim(&snapshot->shapes);
    vec_trim(&snapshot->members);
    vec_trim(&snapshot->text_lists);
    vec_trim(&snapshot->texts);
    vec_trim(&snapshot->records);
    return v->failed;
}
