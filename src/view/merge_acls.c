#include "view/merge_acls.h"

#include "view/sweepline.h"

#include <stdlib.h>

/* Rules are numbered from 1: the first one added, number 0, stands for none. */
static enum err add_rule(struct snapshot_acl *acl, struct acl_rule rule)
{
    struct acl_rule *r = vec_add(&acl->rules, sizeof(*r));

    if (r == NULL)
        return ERR_MEMORY;
    *r = rule;
    return OK;
}

/* Adds an access list's clients. The sweep's states are rule numbers: a state of one value is its number + 1,
 * and there are no others, as of equal prefixes only the first line counts. */
static enum err add_clients(struct sweepline *s, struct set_data *data, bool ipv6, struct trie_builder *b)
{
    struct trie_run runs[64];
    enum err e = sweepline_begin(s, data, ipv6);

    for (size_t n; e == OK && (n = sweepline_fill(s, runs, ARRAY_SIZE(runs))) != 0;)
        for (size_t i = 0; i < n; i++)
            trie_build_add(b, runs[i].key, runs[i].value);
    sweepline_end(s);
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

static enum err build_new(struct compile *c, struct trie_builder *b, struct snapshot_acl *acl,
                          struct set_data *data)
{
    struct sweepline *s = malloc(sizeof(*s));
    enum err e = s != NULL ? add_rules(c, acl, data) : ERR_MEMORY;

    for (unsigned ipv6 = 0; e == OK && ipv6 < 2; ipv6++) {
        e = trie_build_begin(b);
        if (e == OK)
            e = add_clients(s, data, ipv6, b);
        if (e == OK)
            e = trie_build_end(b, &acl->trie[ipv6].root);
    }
    free(s);
    return e;
}

static enum err copy_trie(struct trie_builder *b, const struct trie *old, uint32_t *root)
{
    struct vec runs = { 0 };
    enum err e = trie_build_begin(b);

    for (unsigned slot = 0; e == OK && slot < TRIE_ROOT_SIZE; slot++) {
        runs.used = 0;
        e = trie_walk_slot(old, slot, &runs);
        const struct trie_run *r = runs.data;
        for (size_t i = 0; e == OK && i < VEC_COUNT(&runs, *r); i++)
            trie_build_add(b, r[i].key, r[i].value);
    }
    vec_free(&runs);
    return e == OK ? trie_build_end(b, root) : e;
}

static enum err copy_old(struct compile *c, struct trie_builder *b, struct snapshot_acl *acl,
                         const struct snapshot *snapshot, const struct snapshot_acl *old)
{
    const struct acl_rule *r = old->rules.data;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < VEC_COUNT(&old->rules, *r); i++)
        e = add_rule(
            acl, (struct acl_rule){ r[i].action, r[i].code, compile_text(c, &snapshot->texts, r[i].text) });
    acl->template = old->template;
    compile_texts(c, &acl->template, &snapshot->texts, old->template.variables, old->template.template);
    for (unsigned ipv6 = 0; e == OK && ipv6 < 2; ipv6++)
        e = copy_trie(b, &old->trie[ipv6], &acl->trie[ipv6].root);
    return e;
}

enum err merge_acls(struct compile *c, struct trie_builder *builder, struct snapshot *snapshot,
                    const struct snapshot *old, struct set_data *const *changed)
{
    size_t old_count = old != NULL ? old->acls_count : 0;
    enum err e = OK;

    snapshot->acls = calloc(snapshot->sets_count + 1, sizeof(*snapshot->acls));
    if (snapshot->acls == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; e == OK && i < snapshot->sets_count; i++) {
        struct snapshot_acl *acl = &snapshot->acls[snapshot->acls_count];
        acl->set = (uint16_t)i;
        if (changed[i] != NULL && changed[i]->acl) {
            snapshot->acls_count++;
            e = build_new(c, builder, acl, changed[i]);
        }
        for (size_t j = 0; e == OK && changed[i] == NULL && j < old_count; j++) {
            if (old->acls[j].set == i) {
                snapshot->acls_count++;
                e = copy_old(c, builder, acl, old, &old->acls[j]);
            }
        }
    }
    return e;
}
