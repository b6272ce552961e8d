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

/* What is needed only until the last verdict is there: the finished tables take its place. */
static void free_indexes(struct verdicts *v)
{
    intern_free(&v->text_index);
    intern_free(&v->record_index);
    intern_free(&v->member_index);
    hash_index_free(&v->group_table);
    hash_index_free(&v->verdict_table);
    vec_free(&v->singles[0]);
    vec_free(&v->singles[1]);
}

void verdicts_free(struct verdicts *v)
{
    free_indexes(v);
    vec_free(&v->texts);
    vec_free(&v->records);
    vec_free(&v->members);
    vec_free(&v->numbers);
    vec_free(&v->groups);
    vec_free(&v->verdicts);
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

void verdicts_take_texts(struct verdicts *v, struct vec *texts)
{
    vec_free(&v->texts);
    v->texts = *texts;
    *texts = (struct vec){ 0 };
}

void verdicts_text_pool(struct verdicts *v, const struct vec *texts, uint32_t *base)
{
    *base = (uint32_t)v->texts.used;
    if (v->texts.used + texts->used >= UINT32_MAX) {
        fail(v, ERR_LIMIT);
        return;
    }
    void *p = vec_add(&v->texts, texts->used);
    if (p == NULL && texts->used != 0)
        fail(v, ERR_MEMORY);
    else if (texts->used != 0)
        memcpy(p, texts->data, texts->used);
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

uint32_t verdicts_new_member(struct verdicts *v, struct member member, uint32_t text)
{
    struct scratch_member *m = vec_add(&v->members, sizeof(*m));

    if (m == NULL)
        return fail(v, ERR_MEMORY);
    *m = (struct scratch_member){ member, text };
    return (uint32_t)(m - (struct scratch_member *)v->members.data);
}

/* The number of a list of `count` numbers, of `size` bytes each: its index in `lists`, which describe `pool`;
 * it is added if it is new. */
static uint32_t list_intern(struct verdicts *v, struct hash_index *index, struct vec *lists, struct vec *pool,
                            size_t size, const void *numbers, size_t count)
{
    uint64_t hash = hash_bytes(v->seed, numbers, count * size);
    uint32_t id;

    for (size_t i = hash_index_first(index, hash); (id = hash_index_id(index, hash, &i)) != HASH_INDEX_NONE;
         i++) {
        const struct number_list *list = &VEC_AT(lists, const struct number_list, id);
        if (list->count == count &&
            (count == 0 || memcmp((char *)pool->data + list->first * size, numbers, count * size) == 0))
            return id;
    }
    if (v->failed != OK)
        return 0;
    id = (uint32_t)VEC_COUNT(lists, struct number_list);
    size_t first = pool->used / size;
    if (first + count > INT32_MAX)
        return fail(v, ERR_LIMIT);
    struct number_list *list = vec_add(lists, sizeof(*list));
    void *p = vec_add(pool, count * size);
    if (list == NULL || (p == NULL && count != 0) || !hash_index_add(index, hash, id))
        return fail(v, ERR_MEMORY);
    *list = (struct number_list){ .first = (uint32_t)first, .count = (uint32_t)count & INT32_MAX };
    if (count != 0)
        memcpy(p, numbers, count * size);
    return id;
}

/* The number of a group of one member, as most are, is the member's. */
#define GROUP_LIST 0x80000000u /* of a group of several: index in `groups` */

uint32_t verdicts_group(struct verdicts *v, const uint32_t *members, size_t count)
{
    if (count <= 1)
        return count == 0 ? 0 : members[0];
    return list_intern(v, &v->group_table, &v->groups, &v->numbers, sizeof(*members), members, count) |
           GROUP_LIST;
}

/* The member numbers of a group; `group` itself if it has one. */
static size_t group_members(const struct verdicts *v, const uint32_t *group, const uint32_t **members)
{
    *members = group;
    if (!(*group & GROUP_LIST))
        return 1;
    const struct number_list *list = &VEC_AT(&v->groups, const struct number_list, *group & ~GROUP_LIST);
    *members = &VEC_AT(&v->numbers, const uint32_t, list->first);
    return list->count;
}

uint16_t verdicts_source(const struct verdicts *v, uint32_t group)
{
    const uint32_t *members;

    group_members(v, &group, &members);
    return VEC_AT(&v->members, const struct scratch_member, members[0]).member.source;
}

/* The verdict of one group alone: most are, and need not be searched. */
static uint32_t single_verdict(struct verdicts *v, uint32_t group)
{
    struct vec *singles = &v->singles[group / GROUP_LIST];
    size_t size = ((group & ~GROUP_LIST) + (size_t)1) * sizeof(uint32_t);

    if (size > singles->used && vec_add(singles, size - singles->used) == NULL)
        return fail(v, ERR_MEMORY);
    uint32_t *single = &VEC_AT(singles, uint32_t, group & ~GROUP_LIST);
    if (*single == 0) {
        struct number_list *list = vec_add(&v->verdicts, sizeof(*list));
        if (list == NULL)
            return fail(v, ERR_MEMORY);
        *list = (struct number_list){ .first = group, .count = 1 };
        *single = (uint32_t)VEC_COUNT(&v->verdicts, *list) - 1;
    }
    return *single;
}

uint32_t verdicts_intern(struct verdicts *v, const uint32_t *groups, size_t count)
{
    if (count == 1)
        return single_verdict(v, groups[0]);
    return list_intern(v, &v->verdict_table, &v->verdicts, &v->numbers, sizeof(*groups), groups, count);
}

static const uint32_t *list_groups(const struct verdicts *v, const struct number_list *list)
{
    return list->count == 1 ? &list->first : (const uint32_t *)v->numbers.data + list->first;
}

size_t verdicts_groups(const struct verdicts *v, uint32_t verdict, const uint32_t **groups)
{
    const struct number_list *list = &VEC_AT(&v->verdicts, const struct number_list, verdict);

    *groups = list_groups(v, list);
    return list->count;
}

/* ---- The finished tables ---- */

/* A group without its texts, which are in tables of their own. */
struct finished_group {
    uint32_t number; /* in snapshot.groups */
    uint32_t texts;  /* 0: none; the text if there is one; else index in snapshot.text_lists */
};

struct finishing {
    struct verdicts *v;
    struct snapshot *snapshot;
    struct hash_index group_table, shape_table;
    struct vec groups;         /* struct finished_group: those of several members, by their number */
    struct vec members, texts; /* of the group at hand: struct member, uint32_t */
    struct vec numbers, lists; /* of the verdict at hand: uint32_t, its groups and their texts */
};

/* The `texts` of a group or verdict: `count` texts, of which `some` are not 0. */
static uint32_t add_texts(struct finishing *f, const uint32_t *texts, size_t count, size_t some)
{
    struct vec *lists = &f->snapshot->text_lists;
    uint32_t last = 0;

    for (size_t i = 0; some <= 1 && i < count; i++)
        last |= texts[i];
    if (some <= 1)
        return last;
    uint32_t *p = vec_add(lists, count * sizeof(*p));
    if (p == NULL || VEC_COUNT(lists, uint32_t) > UINT32_MAX)
        return fail(f->v, p == NULL ? ERR_MEMORY : ERR_LIMIT);
    memcpy(p, texts, count * sizeof(*p));
    return (uint32_t)(VEC_COUNT(lists, uint32_t) - count);
}

static struct finished_group finish_members(struct finishing *f, const uint32_t *numbers, size_t count)
{
    struct verdicts *v = f->v;
    size_t texts_count = 0;

    f->members.used = f->texts.used = 0;
    struct member *members = vec_add(&f->members, count * sizeof(*members));
    uint32_t *texts = vec_add(&f->texts, count * sizeof(*texts));
    if (members == NULL || texts == NULL) {
        fail(v, ERR_MEMORY);
        return (struct finished_group){ 0 };
    }
    for (size_t i = 0; i < count; i++) {
        const struct scratch_member *m = &VEC_AT(&v->members, const struct scratch_member, numbers[i]);
        members[i] = m->member;
        if (m->member.kind == MEMBER_TEXT)
            texts[texts_count++] = m->text;
    }
    uint32_t number = list_intern(v, &f->group_table, &f->snapshot->groups, &f->snapshot->members,
                                  sizeof(*members), members, count);
    if (v->failed == OK)
        VEC_AT(&f->snapshot->groups, struct number_list, number).several_texts = texts_count > 1;
    return (struct finished_group){ number, add_texts(f, texts, texts_count, texts_count) };
}

/* Groups of several members are finished once, however many verdicts have them. */
static void finish_groups(struct finishing *f)
{
    const struct number_list *list = f->v->groups.data;

    for (size_t i = 0; i < VEC_COUNT(&f->v->groups, *list) && f->v->failed == OK; i++) {
        struct finished_group *group = vec_add(&f->groups, sizeof(*group));
        if (group == NULL)
            fail(f->v, ERR_MEMORY);
        else
            *group = finish_members(f, &VEC_AT(&f->v->numbers, const uint32_t, list[i].first), list[i].count);
    }
}

/* Replaces a verdict's list of groups by the finished verdict, which is as large. */
static void finish_verdict(struct finishing *f, size_t number)
{
    struct verdicts *v = f->v;
    const struct number_list *list = &VEC_AT(&v->verdicts, const struct number_list, number);
    const uint32_t *groups = list_groups(v, list);
    struct verdict out;
    size_t some = 0;

    _Static_assert(sizeof(out) == sizeof(*list), "one takes the place of the other");
    f->numbers.used = f->lists.used = 0;
    uint32_t *numbers = vec_add(&f->numbers, list->count * sizeof(*numbers) + 1);
    uint32_t *texts = vec_add(&f->lists, list->count * sizeof(*texts) + 1);
    if (numbers == NULL || texts == NULL) {
        fail(v, ERR_MEMORY);
        return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        struct finished_group g =
            groups[i] & GROUP_LIST ? VEC_AT(&f->groups, const struct finished_group, groups[i] & ~GROUP_LIST)
                                   : finish_members(f, &groups[i], 1);
        numbers[i] = g.number;
        texts[i] = g.texts;
        some += g.texts != 0;
    }
    out.shape = list_intern(v, &f->shape_table, &f->snapshot->shapes, &f->snapshot->shape_groups,
                            sizeof(*numbers), numbers, list->count);
    out.texts = add_texts(f, texts, list->count, some);
    if (v->failed == OK)
        VEC_AT(&f->snapshot->shapes, struct number_list, out.shape).several_texts = some > 1;
    memcpy(&VEC_AT(&v->verdicts, struct verdict, number), &out, sizeof(out));
}

enum err verdicts_finish(struct verdicts *v, struct snapshot *snapshot)
{
    struct finishing f = { .v = v, .snapshot = snapshot };

    free_indexes(v);
    if (vec_add(&snapshot->text_lists, sizeof(uint32_t)) == NULL) /* number 0: no texts */
        fail(v, ERR_MEMORY);
    finish_groups(&f);
    for (size_t i = 0; i < VEC_COUNT(&v->verdicts, struct number_list) && v->failed == OK; i++)
        finish_verdict(&f, i);
    hash_index_free(&f.group_table);
    hash_index_free(&f.shape_table);
    struct vec *scratch[] = { &f.groups, &f.members, &f.texts, &f.numbers, &f.lists };
    for (size_t i = 0; i < ARRAY_SIZE(scratch); i++)
        vec_free(scratch[i]);
    snapshot->texts = v->texts;
    snapshot->records = v->records;
    snapshot->verdicts = v->verdicts;
    v->texts = v->records = v->verdicts = (struct vec){ 0 };
    struct vec *finished[] = { &snapshot->verdicts, &snapshot->shapes,  &snapshot->shape_groups,
                               &snapshot->groups,   &snapshot->members, &snapshot->text_lists,
                               &snapshot->texts,    &snapshot->records };
    for (size_t i = 0; i < ARRAY_SIZE(finished); i++)
        vec_trim(finished[i]);
    return v->failed;
}
