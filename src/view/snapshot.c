#include "view/snapshot.h"

#include <stdlib.h>

#include <sys/mman.h>

size_t snapshot_first_source(const struct snapshot *s, size_t set)
{
    size_t from = 0, to = s->sources_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (s->sources[middle].set < set)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

void snapshot_members_open(struct verdict_members *m, const struct snapshot *s, uint32_t verdict, uint32_t i)
{
    const struct verdict *v = &VEC_AT(&s->verdicts, const struct verdict, verdict);
    const struct number_list *shape = &VEC_AT(&s->shapes, const struct number_list, v->shape);
    uint32_t group = VEC_AT(&s->shape_groups, const uint32_t, shape->first + i);
    const struct number_list *members = &VEC_AT(&s->groups, const struct number_list, group);

    m->member = (const struct member *)s->members.data + members->first;
    m->count = members->count;
    m->single = shape->several_texts ? VEC_AT(&s->text_lists, const uint32_t, v->texts + i) : v->texts;
    m->next = i + 1;
    m->texts = members->several_texts ? (const uint32_t *)s->text_lists.data + m->single : &m->single;
}

/* The first group of a shape whose source, or the set of it, is not below `number`. */
static uint32_t find_group(const struct snapshot *s, uint32_t shape, bool by_set, uint16_t number)
{
    const uint32_t *groups;
    uint32_t from = 0, to = snapshot_groups(s, shape, &groups);

    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        uint16_t source = snapshot_members(s, groups[middle])->source;
        if ((by_set ? s->sources[source].set : source) < number)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

void snapshot_members_of(struct verdict_members *m, const struct snapshot *s, uint32_t verdict,
                         uint16_t source)
{
    const uint32_t *groups;
    uint32_t shape = snapshot_shape(s, verdict), count = snapshot_groups(s, shape, &groups), i = m->next;

    if (i >= count || snapshot_members(s, groups[i])->source != source)
        i = find_group(s, shape, false, source);
    if (i < count && snapshot_members(s, groups[i])->source == source)
        snapshot_members_open(m, s, verdict, i);
    else
        m->count = 0;
}

bool snapshot_shape_has(const struct snapshot *s, uint32_t shape, uint16_t set)
{
    const uint32_t *groups;
    uint32_t count = snapshot_groups(s, shape, &groups), i = find_group(s, shape, true, set);

    return i < count && s->sources[snapshot_members(s, groups[i])->source].set == set;
}

void snapshot_free(struct snapshot *s)
{
    if (s == NULL)
        return;
    vec_free(&s->words);
    names_free(&s->names);
    vec_free(&s->verdicts);
    vec_free(&s->shapes);
    vec_free(&s->shape_groups);
    vec_free(&s->groups);
    vec_free(&s->members);
    vec_free(&s->text_lists);
    vec_free(&s->texts);
    vec_free(&s->records);
    vec_free(&s->places);
    for (size_t i = 0; i < s->acls_count; i++)
        vec_free(&s->acls[i].rules);
    free(s->acls);
    free(s->sources);
    free(s->sets);
    if (s->mapping != NULL)
        munmap(s->mapping, s->mapping_bytes);
    free(s);
}

static void adopt(struct vec *part, const struct snapshot_copy *copies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (part->used != 0 && copies[i].of == part->data) {
            vec_borrow(part, copies[i].copy);
            return;
        }
    }
}

void snapshot_adopt(struct snapshot *s, void *mapping, size_t bytes, const struct snapshot_copy *copies,
                    size_t count)
{
    struct vec *parts[] = { &s->words, &s->names.records, &s->names.values, &s->names.slots };

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        adopt(parts[i], copies, count);
    s->trie4.words = s->trie6.words = s->words.data;
    for (size_t i = 0; i < 2 * s->acls_count; i++)
        s->acls[i / 2].trie[i % 2].words = s->words.data;
    s->mapping = mapping;
    s->mapping_bytes = bytes;
}

void snapshot_use_huge_pages(const struct snapshot *s)
{
    vec_use_huge_pages(&s->words);
    vec_use_huge_pages(&s->names.records);
    vec_use_huge_pages(&s->names.slots);
    vec_use_huge_pages(&s->verdicts);
}

size_t snapshot_bytes(const struct snapshot *s)
{
    const struct vec *parts[] = { &s->words,    &s->names.records, &s->names.values, &s->names.slots,
                                  &s->verdicts, &s->shapes,        &s->shape_groups, &s->groups,
                                  &s->members,  &s->text_lists,    &s->texts,        &s->records,
                                  &s->places };
    size_t bytes = s->mapping_bytes + sizeof(*s) + s->sets_count * sizeof(*s->sets) +
                   s->sources_count * sizeof(*s->sources);

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        bytes += parts[i]->size;
    return bytes;
}
