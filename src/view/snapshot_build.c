#include "view/snapshot_build.h"

#include "view/merge.h"
#include "view/sweepline.h"

#include <stdlib.h>

/* ---- Access lists: client -> rule, in tries of their own, apart from the listed data ---- */

/* Rules are numbered from 1: the first one added, number 0, stands for none. */
static enum err add_rule(struct snapshot_acl *acl, struct acl_rule rule)
{
    struct acl_rule *r = vec_add(&acl->rules, sizeof(*r));

    if (r == NULL)
        return ERR_MEMORY;
    *r = rule;
    return OK;
}

static void add_runs(struct trie_builder *b, const struct trie_run *runs, size_t count, bool ipv6)
{
    for (size_t i = 0; i < count; i++)
        (ipv6 ? trie_build_add : trie_build_run4)(b, runs[i].key, runs[i].value);
}

/* Adds an access list's clients. The sweep's states are rule numbers: a state of one value is its number + 1,
 * and there are no others, as of equal prefixes only the first line counts. */
static enum err add_clients(struct trie_builder *b, struct set_data *data, bool ipv6)
{
    struct sweepline *s = malloc(sizeof(*s));
    struct trie_run runs[64];

    if (s == NULL)
        return ERR_MEMORY;
    sweepline_begin(s, data, ipv6);
    for (size_t n; (n = sweepline_fill(s, runs, ARRAY_SIZE(runs))) != 0;)
        add_runs(b, runs, n, ipv6);
    enum err e = s->failed ? ERR_MEMORY : OK;
    sweepline_end(s);
    free(s);
    return e;
}

static enum err copy_clients(struct trie_builder *b, const struct trie *old, bool ipv6)
{
    struct vec runs = { 0 };
    enum err e = OK;

    for (unsigned slot = 0; e == OK && slot < TRIE_ROOT_SIZE; slot++) {
        runs.used = 0;
        e = trie_walk_slot(old, slot, &runs);
        add_runs(b, runs.data, VEC_COUNT(&runs, struct trie_run), ipv6);
    }
    vec_free(&runs);
    return e;
}

static enum err add_rules(struct compile *c, struct snapshot_acl *acl, const struct set_data *data)
{
    const struct set_value *v = data->values.data;
    enum err e = add_rule(acl, (struct acl_rule){ 0 });

    for (size_t i = 0; e == OK && i < VEC_COUNT(&data->values, *v); i++) {
        struct acl_rule rule = { .code = v[i].code };
        if (v[i].kind == VALUE_ACTION)
            rule.action = (enum acl_action)v[i].code;
        else
            rule.text = compile_text(c, &data->texts, v[i].text);
        e = add_rule(acl, rule);
    }
    compile_texts(c, &acl->template, &data->texts, data->variables, data->template);
    acl->template.ttl = data->ttl;
    return e;
}

static enum err copy_rules(struct compile *c, struct snapshot_acl *acl, const struct snapshot_acl *old,
                           const struct vec *texts)
{
    const struct acl_rule *r = old->rules.data;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < VEC_COUNT(&old->rules, *r); i++)
        e = add_rule(acl, (struct acl_rule){ r[i].action, r[i].code, compile_text(c, texts, r[i].text) });
    acl->template = old->template;
    compile_texts(c, &acl->template, texts, old->template.variables, old->template.template);
    return e;
}

/* Makes the access list of set `acl->set` from new data, or, if that is NULL, from `old`, an access list of a
 * snapshot with these texts. */
static enum err build_acl(struct compile *c, struct trie_builder *b, struct snapshot_acl *acl,
                          struct set_data *data, const struct snapshot_acl *old, const struct vec *texts)
{
    enum err e = data != NULL ? add_rules(c, acl, data) : copy_rules(c, acl, old, texts);

    for (unsigned ipv6 = 0; e == OK && ipv6 < 2; ipv6++) {
        e = trie_build_begin(b);
        if (e == OK)
            e = data != NULL ? add_clients(b, data, ipv6) : copy_clients(b, &old->trie[ipv6], ipv6);
        if (e == OK)
            e = trie_build_end(b, &acl->trie[ipv6].root);
    }
    return e;
}

/* Adds an access list to the snapshot; NULL when out of memory. Each is large, and most sets are none. */
static struct snapshot_acl *add_acl(struct snapshot *s, size_t set)
{
    struct snapshot_acl *acls = realloc(s->acls, (s->acls_count + 1) * sizeof(*acls));

    if (acls == NULL)
        return NULL;
    s->acls = acls;
    acls[s->acls_count] = (struct snapshot_acl){ .set = (uint16_t)set };
    return &acls[s->acls_count++];
}

/* Makes snapshot->acls, but for the `words` and `pairs` of their tries. */
static enum err build_acls(struct compile *c, struct trie_builder *b, struct snapshot *s,
                           const struct snapshot *old, struct set_data *const *changed)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < s->sets_count; i++) {
        const struct snapshot_acl *before = NULL;
        for (size_t j = 0; old != NULL && j < old->acls_count; j++)
            if (old->acls[j].set == i)
                before = &old->acls[j];
        if (changed[i] != NULL ? !changed[i]->acl : before == NULL)
            continue;
        struct snapshot_acl *acl = add_acl(s, i);
        e = acl == NULL ? ERR_MEMORY
                        : build_acl(c, b, acl, changed[i], before, before != NULL ? &old->texts : NULL);
    }
    return e;
}

/* ---- The snapshot ---- */

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
        e = build_acls(c, builder, s, old, changed);
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
    if (e != OK && s != NULL && s->texts.used == 0) { /* they are where they came from, to be given back */
        s->texts = c.verdicts.texts;
        c.verdicts.texts = (struct vec){ 0 };
    }
    compile_free(&c);
    if (e != OK) {
        snapshot_unbuild(s);
        return error_set(
            error, e,
            e == ERR_MEMORY
                ? "out of memory while the lists were compiled"
                : "the lists are too large: more than 2^32 words or bytes of text, or more than 65,534 lists "
                  "and sections");
    }
    *out = s;
    return OK;
}

void snapshot_unbuild(struct snapshot *snapshot)
{
    if (snapshot != NULL && snapshot->texts_of != NULL) {
        snapshot->texts_of->texts = snapshot->texts;
        snapshot->texts_of->texts.used = snapshot->texts_given;
        snapshot->texts = (struct vec){ 0 };
    }
    snapshot_free(snapshot);
}
