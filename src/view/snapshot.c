#include "view/snapshot.h"

#include <stdlib.h>

void snapshot_members_open(struct verdict_members *m, const struct snapshot *snapshot, uint32_t verdict)
{
    const struct verdict *v = &VEC_AT(&snapshot->verdicts, const struct verdict, verdict);
    const struct shape *shape = &VEC_AT(&snapshot->shapes, const struct shape, v->shape);
    unsigned texts = 0;

    m->member = snapshot_members(snapshot, shape);
    m->count = shape->count;
    for (uint32_t i = 0; i < shape->count; i++)
        texts += m->member[i].kind == MEMBER_TEXT;
    m->single = v->texts;
    m->texts = texts > 1 ? (const uint32_t *)snapshot->text_lists.data + v->texts : &m->single;
}

bool snapshot_verdict_has(const struct snapshot *s, uint32_t verdict, uint16_t set)
{
    const struct shape *shape = &VEC_AT(&s->shapes, const struct shape, snapshot_shape(s, verdict));
    const struct member *members = snapshot_members(s, shape);

    for (uint32_t i = 0; i < shape->count; i++)
        if (s->sources[members[i].source].set == set)
            return true;
    return false;
}

void snapshot_free(struct snapshot *s)
{
    if (s == NULL)
        return;
    vec_free(&s->words);
    names_free(&s->names);
    vec_free(&s->verdicts);
    vec_free(&s->shapes);
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
    free(s);
}

void snapshot_use_huge_pages(const struct snapshot *s)
{
    vec_use_huge_pages(&s->words);
    vec_use_huge_pages(&s->names.entries);
    vec_use_huge_pages(&s->names.labels);
    vec_use_huge_pages(&s->names.slots);
    vec_use_huge_pages(&s->verdicts);
}

size_t snapshot_bytes(const struct snapshot *s)
{
    const struct vec *parts[] = { &s->words,       &s->names.entries, &s->names.labels, &s->names.values,
                                  &s->names.slots, &s->verdicts,      &s->shapes,       &s->members,
                                  &s->text_lists,  &s->texts,         &s->records,      &s->places };
    size_t bytes = sizeof(*s) + s->sets_count * sizeof(*s->sets) + s->sources_count * sizeof(*s->sources);

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        bytes += parts[i]->size;
    return bytes;
}
