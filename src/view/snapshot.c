#include "view/snapshot.h"

#include "view/acl_table.h"

#include <stdlib.h>
#include <string.h>

/* ---- Reading verdicts ---- */

void snapshot_members_open(struct verdict_members *m, const struct snapshot *snapshot, uint32_t verdict)
{
    const struct verdict *v = (const struct verdict *)snapshot->verdicts.data + verdict;
    const struct shape *shape = (const struct shape *)snapshot->shapes.data + v->shape;
    unsigned texts = 0;

    m->member = (const struct member *)snapshot->members.data + shape->first;
    m->count = shape->count;
    for (uint32_t i = 0; i < shape->count; i++)
        texts += m->member[i].kind == MEMBER_TEXT;
    m->single = v->texts;
    m->texts = texts > 1 ? (const uint32_t *)snapshot->text_lists.data + v->texts : &m->single;
}

bool snapshot_verdict_has(const struct snapshot *b, uint32_t verdict, uint16_t set)
{
    struct verdict_members m;

    snapshot_members_open(&m, b, verdict);
    for (uint32_t i = 0; i < m.count; i++)
        if (b->sources[m.member[i].source].set == set)
            return true;
    return false;
}

/* ---- Facts of the sets ---- */

static void take_facts(struct snapshot_set *s, const struct set_data *d)
{
    *s = (struct snapshot_set){ .loaded = true,
                                .never = d->protected,
                                .soa = d->soa,
                                .ns = d->ns,
                                .timestamp = d->timestamp,
                                .valid_until = d->valid_until,
                                .mtime = d->mtime,
                                .lines = d->lines,
                                .entries = d->entries,
                                .bad = d->bad,
                                .bytes = d->bytes };
}

/* ---- Building ---- */

static enum err build_tries(struct compile *c, struct snapshot *b, const struct snapshot *old,
                            struct set_data *const *changed)
{
    struct trie_builder *builder = trie_builder_new();
    uint32_t pairs;
    enum err e = builder == NULL ? ERR_MEMORY : trie_build_begin(builder);

    if (e == OK)
        e = merge_addresses(c, false, builder, b);
    if (e == OK)
        e = trie_build_end(builder, &b->trie4.root);
    if (e == OK)
        e = trie_build_begin(builder);
    if (e == OK)
        e = merge_addresses(c, true, builder, b);
    if (e == OK)
        e = trie_build_end(builder, &b->trie6.root);
    if (e == OK)
        e = acl_table_build(c, builder, b, old, changed);
    if (e != OK) {
        trie_builder_free(builder);
        return e;
    }
    e = trie_builder_finish(builder, &b->words, &pairs);
    b->trie4.pairs = b->trie6.pairs = pairs;
    b->trie4.words = b->trie6.words = b->words.data;
    for (size_t i = 0; i < 2 * b->acls_count; i++) {
        b->acls[i / 2].trie[i % 2].pairs = pairs;
        b->acls[i / 2].trie[i % 2].words = b->words.data;
    }
    return e;
}

static enum err build(struct compile *c, struct snapshot *b, const struct snapshot *old,
                      struct set_data *const *changed)
{
    enum err e = compile_init(c, old, changed, b);

    if (e != OK)
        return e;
    b->sources_count = c->sources_count;
    for (size_t i = 0; i < b->sets_count; i++) {
        if (changed[i] != NULL)
            take_facts(&b->sets[i], changed[i]);
        else if (old != NULL && i < old->sets_count)
            b->sets[i] = old->sets[i];
    }
    e = build_tries(c, b, old, changed);
    if (e == OK)
        e = merge_names(c, b);
    if (e == OK)
        e = verdicts_finish(&c->verdicts, b);
    return e;
}

enum err snapshot_build(const struct snapshot *old, struct set_data *const *changed, size_t sets_count,
                        struct snapshot **out, struct error *error)
{
    struct snapshot *b = calloc(1, sizeof(*b));
    struct compile c = { 0 };
    enum err e = ERR_MEMORY;

    if (b != NULL && (b->sets = calloc(sets_count + 1, sizeof(*b->sets))) != NULL) {
        b->sets_count = sets_count;
        e = build(&c, b, old, changed);
    }
    compile_free(&c);
    if (e != OK) {
        snapshot_free(b);
        return error_set(error, e,
                         e == ERR_MEMORY ? "out of memory while the lists were compiled"
                                         : "the lists are too large: more than 2^32 words or bytes of text");
    }
    *out = b;
    return OK;
}

void snapshot_free(struct snapshot *b)
{
    if (b == NULL)
        return;
    vec_free(&b->words);
    names_free(&b->names);
    vec_free(&b->verdicts);
    vec_free(&b->shapes);
    vec_free(&b->members);
    vec_free(&b->text_lists);
    vec_free(&b->texts);
    vec_free(&b->records);
    vec_free(&b->places);
    for (size_t i = 0; i < b->acls_count; i++)
        vec_free(&b->acls[i].rules);
    free(b->acls);
    free(b->sources);
    free(b->sets);
    free(b);
}

void snapshot_settle(const struct snapshot *b)
{
    vec_settle(&b->words);
    vec_settle(&b->names.entries);
    vec_settle(&b->names.labels);
    vec_settle(&b->names.slots);
    vec_settle(&b->verdicts);
}

size_t snapshot_bytes(const struct snapshot *b)
{
    const struct vec *parts[] = { &b->words,       &b->names.entries, &b->names.labels, &b->names.values,
                                  &b->names.slots, &b->verdicts,      &b->shapes,       &b->members,
                                  &b->text_lists,  &b->texts,         &b->records,      &b->places };
    size_t bytes = sizeof(*b) + b->sets_count * sizeof(*b->sets) + b->sources_count * sizeof(*b->sources);

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        bytes += parts[i]->size;
    return bytes;
}
