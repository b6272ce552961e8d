#include "list/compile.h"

#include <stdlib.h>
#include <string.h>

enum err compile_init(struct compile *c, const struct base *old, struct set_data *const *changed,
                      size_t sets_count)
{
    *c = (struct compile){ .sets_count = sets_count, .changed = changed };
    verdicts_init(&c->verdicts);
    c->texts = calloc(sets_count + 1, sizeof(*c->texts));
    if (c->texts == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < sets_count; i++) {
        if (changed[i] == NULL) {
            c->old = old;
            continue;
        }
        size_t size = (VEC_COUNT(&changed[i]->values, struct set_value) + 1) * sizeof(uint32_t);
        c->texts[i] = malloc(size);
        if (c->texts[i] == NULL)
            return ERR_MEMORY;
        memset(c->texts[i], 0xff, size);
    }
    if (c->old != NULL) {
        c->old_at = calloc(VEC_COUNT(&old->verdicts, struct verdict) + 1, sizeof(*c->old_at));
        if (c->old_at == NULL)
            return ERR_MEMORY;
    }
    return OK;
}

void compile_free(struct compile *c)
{
    verdicts_free(&c->verdicts);
    for (size_t i = 0; c->texts != NULL && i < c->sets_count; i++)
        free(c->texts[i]);
    free(c->texts);
    vec_free(&c->old_lists);
    free(c->old_at);
}

static void gather(struct gathered *g, uint32_t member)
{
    if (g->count < VERDICT_MEMBERS_MAX)
        g->members[g->count++] = member;
}

void compile_add_value(struct compile *c, struct gathered *g, uint16_t set, uint32_t value, uint8_t labels)
{
    const struct set_data *data = c->changed[set];
    const struct set_value *v = (const struct set_value *)data->values.data + value;
    uint32_t *text = &c->texts[set][value];

    if (*text == UINT32_MAX)
        *text = v->text == 0 ? 0 : verdicts_text(&c->verdicts, (const uint8_t *)data->texts.data + v->text);
    gather(g, verdicts_member(&c->verdicts, set, v->code, labels != 0 ? labels : v->labels, *text));
}

/* Translates the members of an old verdict whose sets stay, once. */
static uint32_t translate_old(struct compile *c, uint32_t old_verdict)
{
    const struct base *old = c->old;
    const struct verdict *v = (const struct verdict *)old->verdicts.data + old_verdict;
    const struct shape *shape = (const struct shape *)old->shapes.data + v->shape;
    const struct member *m = (const struct member *)old->members.data + shape->first;
    uint32_t at = (uint32_t)VEC_COUNT(&c->old_lists, uint32_t), texts_seen = 0, texts_count = 0;
    uint32_t *list = vec_add(&c->old_lists, (1 + shape->count) * sizeof(*list));

    if (list == NULL) {
        c->verdicts.failed = ERR_MEMORY;
        return 0;
    }
    for (uint32_t i = 0; i < shape->count; i++)
        texts_count += m[i].has_text;
    for (uint32_t i = 0; i < shape->count; i++) {
        uint32_t text = 0;
        if (m[i].has_text) {
            text =
                texts_count == 1 ? v->texts : ((const uint32_t *)old->text_lists.data)[v->texts + texts_seen];
            texts_seen++;
        }
        if (c->changed[m[i].set] != NULL)
            continue;
        if (text != 0)
            text = verdicts_text(&c->verdicts, (const uint8_t *)old->texts.data + text);
        list[1 + list[0]++] = verdicts_member(&c->verdicts, m[i].set, m[i].code, m[i].labels, text);
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
    const uint32_t *list = (const uint32_t *)c->old_lists.data + at - 1;
    for (uint32_t i = 0; i < list[0]; i++)
        gather(g, list[1 + i]);
}

uint32_t compile_verdict(struct compile *c, struct gathered *g)
{
    /* Each contributor's members are in order already: a stable insertion sort has little to do. */
    for (unsigned i = 1; i < g->count; i++) {
        uint32_t member = g->members[i];
        uint16_t set = verdicts_set(&c->verdicts, member);
        unsigned at = i;
        for (; at > 0 && verdicts_set(&c->verdicts, g->members[at - 1]) > set; at--)
            g->members[at] = g->members[at - 1];
        g->members[at] = member;
    }
    return verdicts_intern(&c->verdicts, g->members, g->count);
}
