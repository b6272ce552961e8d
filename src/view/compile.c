#include "view/compile.h"

#include "base/hash.h"

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

/* Of the texts that may be taken over, the largest pool's owner, or NULL. */
static struct set_data *largest_texts(struct set_data *const *changed, size_t count)
{
    struct set_data *found = NULL;

    for (size_t i = 0; i < count; i++) {
        struct set_data *data = changed[i];
        if (data == NULL || data->acl || !data->give_texts)
            continue;
        if (data->sections_count == 0 && (found == NULL || data->texts.used > found->texts.used))
            found = data;
        for (size_t j = 0; j < data->sections_count; j++)
            if (found == NULL || data->sections[j]->texts.used > found->texts.used)
                found = data->sections[j];
    }
    return found;
}

static void take_texts(struct compile *c, struct snapshot *snapshot, struct set_data *data)
{
    if (data == NULL || data->texts.used == 0)
        return;
    snapshot->texts_of = data;
    snapshot->texts_given = data->texts.used;
    verdicts_take_texts(&c->verdicts, &data->texts);
}

static uint32_t moved_text(uint32_t text, uint32_t by)
{
    return text != 0 ? text + by : 0;
}

static enum err add_new_source(struct compile *c, struct snapshot *snapshot, uint16_t set,
                               struct set_data *data, bool combined)
{
    struct snapshot_source *s = &snapshot->sources[snapshot->sources_count++];
    struct compile_source *cs = &c->sources[c->sources_count++];

    s->set = set;
    s->combined = combined;
    s->ttl = data->ttl;
    s->generic = data->records.used != 0;
    if (data != snapshot->texts_of)
        verdicts_text_pool(&c->verdicts, &data->texts, &cs->texts);
    for (unsigned i = 0; i < ARRAY_SIZE(s->variables); i++)
        s->variables[i] = moved_text(data->variables[i], cs->texts);
    s->template = moved_text(data->template, cs->texts);
    cs->data = data;
    cs->members = calloc(VEC_COUNT(&data->values, struct set_value) + 1, sizeof(*cs->members));
    if (cs->members == NULL)
        return ERR_MEMORY;
    return copy_places(snapshot, s, data->subzones.data, data->subzones.used);
}

static enum err add_old_source(struct compile *c, struct snapshot *snapshot, const struct snapshot *old,
                               size_t number)
{
    struct snapshot_source *s = &snapshot->sources[snapshot->sources_count++];

    *s = old->sources[number];
    compile_texts(c, s, &old->texts, s->variables, s->template);
    c->old = old;
    c->old_bits[c->sources_count / 64] |= UINT64_C(1) << c->sources_count % 64;
    c->old_sources[number] = (uint16_t)c->sources_count++;
    return copy_places(snapshot, s, &VEC_AT(&old->places, const uint8_t, s->subzones), s->subzones_size);
}

static enum err add_sources(struct compile *c, const struct snapshot *old, struct set_data *const *changed,
                            struct snapshot *snapshot)
{
    size_t next = 0; /* source of the old snapshot */
    enum err e = OK;

    for (size_t i = 0; i < snapshot->sets_count && e == OK; i++) {
        struct set_data *data = changed[i];
        if (data != NULL && data->acl)
            continue;
        if (data != NULL && data->sections_count == 0)
            e = add_new_source(c, snapshot, (uint16_t)i, data, false);
        for (size_t j = 0; data != NULL && j < data->sections_count && e == OK; j++)
            e = add_new_source(c, snapshot, (uint16_t)i, data->sections[j], true);
        for (; old != NULL && next < old->sources_count && old->sources[next].set <= i && e == OK; next++)
            if (old->sources[next].set == i && data == NULL)
                e = add_old_source(c, snapshot, old, next);
    }
    return e;
}

/* The old verdict's groups are translated from the texts and members that the old snapshot has of them: most
 * have one member, and many verdicts have the same ones of several. */
struct old_group {
    uint32_t group, texts; /* in the old snapshot; group: number + 1 */
    uint32_t to;
};

enum { OLD_MEMO = 1 << 12 };

enum err compile_init(struct compile *c, const struct snapshot *old, struct set_data *const *changed,
                      struct snapshot *snapshot)
{
    size_t max = snapshot->sets_count + (old != NULL ? old->sources_count : 0);

    *c = (struct compile){ .old = NULL };
    verdicts_init(&c->verdicts);
    take_texts(c, snapshot, largest_texts(changed, snapshot->sets_count));
    for (size_t i = 0; i < snapshot->sets_count; i++)
        max += changed[i] != NULL ? changed[i]->sections_count : 0;
    if (max >= SOURCE_GONE)
        return ERR_LIMIT;
    snapshot->sources = calloc(max + 1, sizeof(*snapshot->sources));
    c->sources = calloc(max + 1, sizeof(*c->sources));
    c->old_sources = malloc((max + 1) * sizeof(*c->old_sources));
    c->now = calloc(max + 1, sizeof(*c->now));
    c->now_bits = calloc(max / 64 + 1, sizeof(*c->now_bits));
    c->old_bits = calloc(max / 64 + 1, sizeof(*c->old_bits));
    if (snapshot->sources == NULL || c->sources == NULL || c->old_sources == NULL || c->now == NULL ||
        c->now_bits == NULL || c->old_bits == NULL)
        return ERR_MEMORY;
    memset(c->old_sources, 0xff, (max + 1) * sizeof(*c->old_sources));
    enum err e = add_sources(c, old, changed, snapshot);
    if (e == OK && c->old != NULL) {
        c->old_at = calloc(VEC_COUNT(&old->verdicts, struct verdict) + 1, sizeof(*c->old_at));
        c->old_memo = calloc(OLD_MEMO, sizeof(*c->old_memo));
        if (c->old_at == NULL || c->old_memo == NULL)
            return ERR_MEMORY;
    }
    return e;
}

void compile_free(struct compile *c)
{
    verdicts_free(&c->verdicts);
    for (size_t i = 0; i < c->sources_count; i++)
        free(c->sources[i].members);
    free(c->sources);
    free(c->old_sources);
    vec_free(&c->old_lists);
    free(c->old_at);
    free(c->old_memo);
    free(c->now);
    free(c->now_bits);
    free(c->old_bits);
    vec_free(&c->scratch);
}

/* Room for `count` numbers; NULL when out of memory. */
static uint32_t *scratch(struct compile *c, size_t count)
{
    c->scratch.used = 0;
    uint32_t *p = vec_add(&c->scratch, count * sizeof(*p));
    if (p == NULL)
        c->verdicts.failed = ERR_MEMORY;
    return p;
}

/* ---- Groups of changed sources ---- */

static uint32_t new_member(struct compile *c, uint16_t source, const struct set_value *v)
{
    const struct set_data *data = c->sources[source].data;
    struct member m = { .source = source, .labels = v->labels, .kind = MEMBER_RECORD };

    if (v->kind == VALUE_RECORD) {
        m.code = verdicts_record(&c->verdicts, &VEC_AT(&data->records, const uint8_t, v->code));
        return verdicts_new_member(&c->verdicts, m, 0);
    }
    uint32_t text = moved_text(v->text, c->sources[source].texts);
    m.kind = text != 0 ? MEMBER_TEXT : MEMBER_LISTED;
    m.code = v->code;
    return verdicts_new_member(&c->verdicts, m, text);
}

uint32_t compile_group(struct compile *c, uint16_t source, const uint32_t *values, size_t count)
{
    const struct set_value *all = c->sources[source].data->values.data;
    uint32_t *members = scratch(c, count);

    for (size_t i = 0; members != NULL && i < count; i++) {
        uint32_t *member = &c->sources[source].members[values[i]];
        if (*member == 0)
            *member = new_member(c, source, &all[values[i]]);
        members[i] = *member;
    }
    return members != NULL ? verdicts_group(&c->verdicts, members, count) : 0;
}

/* ---- Groups of the old snapshot ---- */

/* One member of an old verdict in the new snapshot; `text` is its old text. */
static uint32_t translate_member(struct compile *c, struct member m, uint32_t text)
{
    m.source = c->old_sources[m.source];
    if (m.kind == MEMBER_RECORD)
        m.code = verdicts_record(&c->verdicts, snapshot_record(c->old, &m));
    return verdicts_member(&c->verdicts, m, compile_text(c, &c->old->texts, text));
}

static uint32_t translate_members(struct compile *c, struct verdict_members *m)
{
    uint32_t *members = scratch(c, m->count);

    for (uint32_t i = 0; members != NULL && i < m->count; i++)
        members[i] = translate_member(c, m->member[i], verdict_text(m, i));
    return members != NULL ? verdicts_group(&c->verdicts, members, m->count) : 0;
}

/* Translates group number `group`, the one at `i` in the old verdict. */
static uint32_t translate_group(struct compile *c, uint32_t group, uint32_t old_verdict, uint32_t i)
{
    struct verdict_members m;

    snapshot_members_open(&m, c->old, old_verdict, i);
    if (c->old_sources[m.member->source] == SOURCE_GONE)
        return 0;
    struct old_group *memo = &c->old_memo[hash_u64((uint64_t)group << 32 | m.single) % OLD_MEMO];
    if (memo->group != group + 1 || memo->texts != m.single)
        *memo = (struct old_group){ group + 1, m.single, translate_members(c, &m) };
    return memo->to;
}

/* Translates the groups of an old verdict whose sources stay, once. Returns their count, then their numbers.
 */
static const uint32_t *translate_old(struct compile *c, uint32_t old_verdict)
{
    static const uint32_t none = 0;
    const uint32_t *groups;

    if (c->old_at[old_verdict] == 0) {
        size_t at = VEC_COUNT(&c->old_lists, uint32_t);
        uint32_t count = snapshot_groups(c->old, snapshot_shape(c->old, old_verdict), &groups);
        uint32_t *list = vec_add(&c->old_lists, (1 + (size_t)count) * sizeof(*list));
        if (list == NULL || at >= UINT32_MAX) {
            c->verdicts.failed = ERR_MEMORY;
            return &none;
        }
        *list = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t group = translate_group(c, groups[i], old_verdict, i);
            if (group != 0)
                list[1 + list[0]++] = group;
        }
        c->old_lists.used -= (count - list[0]) * sizeof(*list);
        c->old_at[old_verdict] = (uint32_t)at + 1;
    }
    return &VEC_AT(&c->old_lists, const uint32_t, c->old_at[old_verdict] - 1);
}

/* ---- Verdicts ---- */

void compile_put(struct compile *c, uint16_t source, uint32_t group)
{
    uint64_t bit = UINT64_C(1) << source % 64;

    c->now[source] = group;
    if (group != 0)
        c->now_bits[source / 64] |= bit;
    else
        c->now_bits[source / 64] &= ~bit;
}

void compile_begin(struct compile *c, uint32_t verdict)
{
    const uint32_t *groups;
    size_t count = verdicts_groups(&c->verdicts, verdict, &groups);

    for (size_t i = 0; i < count; i++)
        compile_put(c, verdicts_source(&c->verdicts, groups[i]), groups[i]);
}

void compile_put_old(struct compile *c, uint32_t old_verdict)
{
    const uint32_t *list = translate_old(c, old_verdict);

    for (size_t i = 0; i < c->sources_count / 64 + 1; i++)
        c->now_bits[i] &= ~c->old_bits[i];
    for (uint32_t i = 0; i < list[0]; i++)
        compile_put(c, verdicts_source(&c->verdicts, list[1 + i]), list[1 + i]);
}

uint32_t compile_end(struct compile *c)
{
    size_t words = c->sources_count / 64 + 1, count = 0;
    uint32_t *groups = scratch(c, c->sources_count + 1);

    for (size_t i = 0; groups != NULL && i < words; i++) {
        for (uint64_t left = c->now_bits[i]; left != 0; left &= left - 1)
            groups[count++] = c->now[i * 64 + (unsigned)__builtin_ctzll(left)];
        c->now_bits[i] = 0;
    }
    return groups != NULL ? verdicts_intern(&c->verdicts, groups, count) : 0;
}
