#include "view/snapshot_build.h"

#include "view/merge_acls.h"
#include "view/merge_addresses.h"
#include "view/merge_names.h"

#include <stdlib.h>

static struct snapshot_set set_facts(const struct set_data *d)
{
    return (struct snapshot_set){ .loaded = true,
                                  .protected = d->protected,
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

static enum err merge_family(struct compile *c, struct trie_builder *builder, struct snapshot *s, bool ipv6)
{
    enum err e = trie_build_begin(builder);

    if (e == OK)
        e = merge_addresses(c, ipv6, builder, s);
    return e == OK ? trie_build_end(builder, ipv6 ? &s->trie6.root : &s->trie4.root) : e;
}

static enum err build_tries(struct compile *c, struct snapshot *s, const struct snapshot *old,
                            struct set_data *const *changed)
{
    struct trie_builder *builder = trie_builder_new();
    uint32_t pairs;
    enum err e = builder == NULL ? ERR_MEMORY : merge_family(c, builder, s, false);

    if (e == OK)
        e = merge_family(c, builder, s, true);
    if (e == OK)
        e = merge_acls(c, builder, s, old, changed);
    if (e != OK) {
        trie_builder_free(builder);
        return e;
    }
    e = trie_builder_finish(builder, &s->words, &pairs);
    s->trie4.pairs = s->trie6.pairs = pairs;
    s->trie4.words = s->trie6.words = s->words.data;
    for (size_t i = 0; i < 2 * s->acls_count; i++) {
        s->acls[i / 2].trie[i % 2].pairs = pairs;
        s->acls[i / 2].trie[i % 2].words = s->words.data;
    }
    return e;
}

static enum err build(struct compile *c, struct snapshot *s, const struct snapshot *old,
                      struct set_data *const *changed)
{
    enum err e = compile_init(c, old, changed, s);

    if (e != OK)
        return e;
    s->sources_count = c->sources_count;
    for (size_t i = 0; i < s->sets_count; i++)
        if (changed[i] != NULL)
            s->sets[i] = set_facts(changed[i]);
        else if (old != NULL && i < old->sets_count)
            s->sets[i] = old->sets[i];
    e = build_tries(c, s, old, changed);
    if (e == OK)
        e = merge_names(c, s);
    return e == OK ? verdicts_finish(&c->verdicts, s) : e;
}

enum err snapshot_build(const struct snapshot *old, struct set_data *const *changed, size_t sets_count,
                        struct snapshot **out, struct error *error)
{
    struct snapshot *s = calloc(1, sizeof(*s));
    struct compile c = { 0 };
    enum err e = ERR_MEMORY;

    if (s != NULL && (s->sets = calloc(sets_count + 1, sizeof(*s->sets))) != NULL) {
        s->sets_count = sets_count;
        e = build(&c, s, old, changed);
    }
    compile_free(&c);
    if (e != OK) {
        snapshot_free(s);
        return error_set(error, e,
                         e == ERR_MEMORY ? "out of memory while the lists were compiled"
                                         : "the lists are too large: more than 2^32 words or bytes of text");
    }
    *out = s;
    return OK;
}
