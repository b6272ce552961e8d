#include "view/compile.h"

#include <stdlib.h>
#include <string.h>

uint32_t compile_text(struct compile *c, const struct vec *texts, uint32_t text)
{
    return text == 0 ? 0 : verdicts_text(&c->verdicts, &VEC_AT(texts, const uint8_t, text));
}

static enum err copy_places(struct snapshot *snapshot, struct snapshot_source *s, const void *bytes,
                            size_t size)
{
    uint8_t *p = vec_add(&snapshot->places, size);

    if (p == NULL && size != 0)
        return ERR_MEMORY;
    s->subzones = (uint32_t)(snapshot->places.used - size);
    s->subzones_size = (uint32_t)size;
    if (size != 0)
        memcpy(p, bytes, size);
    return OK;
}

void compile_texts(struct compile *c, struct snapshot_source *s, const struct vec *pool,
                   const uint32_t *variables, uint32_t template)
{
    for (unsigned i = 0; i < ARRAY_SIZE(s->variables); i++)
        s->variables[i] = compile_text(c, pool, variables[i]);
    s->template = compile_text(c, pool, template);
}

static enum err add_new_source(struct compile *c, struct snapshot *snapshot, uint16_t set,
                               struct set_data *data, bool combined)
{
    struct snapshot_source *s = &snapshot->sources[snapshot->sources_count++];
    struct compile_source *cs = &c->sources[c->sources_count++];
    size_t size = (VEC_COUNT(&data->values, struct set_value) + 1) * sizeof(*cs->texts);

    s->set = set;
    s->combined = combined;
    s->ttl = data->ttl;
    s->generic = data->records.used != 0;
    compile_texts(c, s, &data->texts, data->variables, data->template);
    cs->data = data;
    cs->texts = malloc(size);
    if (cs->texts == NULL)
        return ERR_MEMORY;
    memset(cs->texts, 0xff, size);
    return copy_places(snapshot, s, data->subzones.data, data->subzones.used);
}

static enum err add_old_source(struct compile *c, struct snapshot *snapshot, const struct snapshot *old,
                               size_t number)
{
    struct snapshot_source *s = &snapshot->sources[snapshot->sources_count++];

    *s = old->sources[number];
    compile_texts(c, s, &old->texts, s->variables, s->template);
    c->old = old;
    c->old_sources[number] = (uint16_t)c->sources_count++;
    return copy_places(snapshot, s, &VEC_AT(&old->places, const uint8_t, s->subzones), s->subzones_size);
}

static enum err add_sources(struct compile *c, const struct snapshot *old, struct set_data *const *changed,
                            struct snapshot *snapshot)
{
    enum err e = OK;

    for (size_t i = 0; i < snapshot->sets_count && e == OK; i++) {
        struct set_data *data = changed[i];
        if (data != NULL && data->acl)
            continue;
        if (data != NULL && data->sections_count == 0)
            e = add_new_source(c, snapshot, (uint16_t)i, data, false);
        for (size_t j = 0; data != NULL && j < data->sections_count && e == OK; j++)
            e = add_new_source(c, snapshot, (uint16_t)i, data->sections[j], true);
        for (size_t j = 0; data == NULL && old != NULL && j < old->sources_count && e == OK; j++)
            if (old->sources[j].set == i)
                e = add_old_source(c, snapshot, old, j);
    }
    return e;
}

enum err compile_init(struct compile *c, const struct snapshot *old, struct set_data *const *changed,
                      struct snapshot *snapshot)
{
    size_t max = snapshot->sets_count + (old != NULL ? old->sources_count : 0);

    *c = (struct compile){ .old = NULL };
    verdicts_init(&c->verdicts);
    for (size_t i = 0; i < snapshot->sets_count; i++)
        max += changed[i] != NULL ? changed[i]->sections_count : 0;
    if (max >= SOURCE_GONE)
        return ERR_LIMIT;
    snapshot->sources = calloc(max + 1, sizeof(*snapshot->sources));
    c->sources = calloc(max + 1, sizeof(*c->sources));
    c->old_sources = malloc((max + 1) * sizeof(*c->old_sources));
    if (snapshot->sources == NULL || c->sources == NULL || c->old_sources == NULL)
        return ERR_MEMORY;
    memset(c->old_sources, 0xff, (max + 1) * sizeof(*c->old_sources));
    enum err e = add_sources(c, old, changed, snapshot);
    if (e == OK && c->old != NULL) {
        c->old_at = calloc(VEC_COUNT(&old->verdicts, struct verdict) + 1, sizeof(*c->old_at));
        if (c->old_at == NULL)
            return ERR_MEMORY;
    }
    return e;
}

void compile_free(struct compile *c)
{
    verdicts_free(&c->verdicts);
    for (size_t i = 0; i < c->sources_count; i++)
        free(c->sources[i].texts);
    free(c->sources);
    free(c->old_sources);
    vec_free(&c->old_lists);
    free(c->old_at);
}

static void gather(struct gathered *g, uint32_t member)
{
    if (g->count < VERDICT_MEMBERS_MAX)
        g->members[g->count++] = member;
}

void compile_add_value(struct compile *c, struct gathered *g, uint16_t source, uint32_t value, uint8_t labels)
{
    const struct set_data *data = c->sources[source].data;
    const struct set_value *v = &VEC_AT(&data->values, const struct set_value, value);
    uint32_t *text = &c->sources[source].texts[value];
    struct member m = { .source = source, .labels = labels != 0 ? labels : v->labels };

    if (v->kind == VALUE_RECORD) {
        if (*text == UINT32_MAX)
            *text = verdicts_record(&c->verdicts, &VEC_AT(&data->records, const uint8_t, v->code));
        m.kind = MEMBER_RECORD;
        m.code = *text;
        gather(g, verdicts_member(&c->verdicts, m, 0));
        return;
    }
    if (*text == UINT32_MAX)
        *text = compile_text(c, &data->texts, v->text);
    m.kind = *text != 0 ? MEMBER_TEXT : MEMBER_LISTED;
    m.code = v->code;
    gather(g, verdicts_member(&c->verdicts, m, *text));
}

/* One member of an old verdict in the new snapshot; `text` is its old text. */
static uint32_t translate_member(struct compile *c, struct member m, uint32_t text)
{
    m.source = c->old_sources[m.source];
    if (m.kind == MEMBER_RECORD)
        m.code = verdicts_record(&c->verdicts, snapshot_record(c->old, &m));
    return verdicts_member(&c->verdicts, m, compile_text(c, &c->old->texts, text));
}

/* Translates the members of an old verdict whose sources stay, once. */
static uint32_t translate_old(struct compile *c, uint32_t old_verdict)
{
    const struct snapshot *old = c->old;
    struct verdict_members members;
    uint32_t at = (uint32_t)VEC_COUNT(&c->old_lists, uint32_t);

    snapshot_members_open(&members, old, old_verdict);
    uint32_t *list = vec_add(&c->old_lists, (1 + (size_t)members.count) * sizeof(*list));
    if (list == NULL) {
        c->verdicts.failed = ERR_MEMORY;
        return 0;
    }
    for (uint32_t i = 0; i < members.count; i++) {
        uint32_t text = verdict_text(&members, i);
        if (c->old_sources[members.member[i].source] != SOURCE_GONE)
            list[1 + list[0]++] = translate_member(c, members.member[i], text);
    }
    return c->old_at[old_verdict] = at + 1;
}

void compile_add_old(struct compile *c, struct gathered *g, uint32_t old_verdict)
{
    if (old_verdict == 0)
        return;
    uint32_t at = c->old_at[old_verdict] != 0 ? c->old_at[old_verdict] : translate_old(c, old_verdict);
    if (at == 0)
        return;
    const uint32_t *list = &VEC_AT(&c->old_lists, const uint32_t, at - 1);
    for (uint32_t i = 0; i < list[0]; i++)
        gather(g, list[1 + i]);
}

uint32_t compile_verdict(struct compile *c, struct gathered *g)
{
    /* Each contributor's members are in order already: a stable insertion sort has little to do. */
    for (unsigned i = 1; i < g->count; i++) {
        uint32_t member = g->members[i];
        uint16_t source = verdicts_source(&c->verdicts, member);
        unsigned at = i;
        for (; at > 0 && verdicts_source(&c->verdicts, g->members[at - 1]) > source; at--)
            g->members[at] = g->members[at - 1];
        g->members[at] = member;
    }
    return verdicts_intern(&c->verdicts, g->members, g->count);
}
