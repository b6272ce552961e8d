/* The policy of each list, from the sections of `rules` or the defaults. */
#include "config/config.h"

#include "config/alloc.h"
#include "config/schema.h"

#include <stdio.h>

/* Seconds: max_ttl of lists that addresses leave at once, so that caches follow soon. */
#define SHORT_TTL 300

/* The section that names the list, or NULL. */
static const struct config_rules *find_section(const struct config *config, const char *list)
{
    for (const struct config_rules *r = config->rules; r < config->rules + config->rules_count; r++)
        for (size_t i = 0; i < r->lists.count; i++)
            if (strcmp(r->lists.text[i], list) == 0)
                return r;
    return NULL;
}

static unsigned proofs_of(const struct config_rules *section)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < section->proof.count; i++)
        kinds |= proof_kind_find(section->proof.text[i]);
    return kinds;
}

static struct list_policy policy_of(const struct config *config, const char *list)
{
    struct config_rules none = { .lists = { NULL, 0 } };
    const struct config_rules *section = find_section(config, list);
    if (section == NULL) {
        schema_value_defaults(schema_rules, &none);
        none.policy.breaker = config->breaker;
        section = &none;
    }
    struct list_policy policy = section->policy;
    snprintf(policy.name, sizeof(policy.name), "%s", list);
    policy.bypass = section->bypass != 0;
    policy.withheld = section->reason != 0;
    policy.proof = proofs_of(section);
    if (policy.max_ttl == 0 &&
        (policy.tier == TIER_TEMPORARY || policy.removal <= REMOVAL_SINGLE || policy.proof != 0))
        policy.max_ttl = SHORT_TTL;
    return policy;
}

static enum err check_names(const struct config *config, const struct config_texts *names, const char *key,
                            struct error *error)
{
    for (size_t i = 0; i < names->count; i++) {
        char now[128];
        if (config_has_list(config, names->text[i]))
            continue;
        config_explain_list(config, names->text[i], now, sizeof(now));
        return error_set(error, ERR_SYNTAX, "rules: %s: '%s': no list has this name%s", key, names->text[i],
                         now);
    }
    return OK;
}

static enum err check_proof(const struct config *config, const struct config_rules *section,
                            struct error *error)
{
    for (size_t i = 0; i < section->proof.count; i++)
        if (proof_kind_find(section->proof.text[i]) == 0)
            return error_set(error, ERR_SYNTAX, "rules: proof: '%s': mail, dns or address expected",
                             section->proof.text[i]);
    unsigned kinds = proofs_of(section);
    if (kinds != 0 && section->policy.confirm)
        return error_set(error, ERR_SYNTAX, "rules: proof: not together with confirm");
    if ((kinds & PROOF_MAIL) != 0 && config->confirm_command == NULL)
        return error_set(error, ERR_SYNTAX, "rules: proof: mail requires confirm_command");
    return OK;
}

/* Resolves the names of required fields. */
static enum err read_required(struct config_rules *section, struct error *error)
{
    const struct config_texts *names = &section->form.required;
    for (size_t i = 0; i < names->count; i++) {
        unsigned field = 0;
        while (field < FORM_FIELDS &&
               strcmp(list_policy_field_word((enum form_field)field), names->text[i]) != 0)
            field++;
        if (field == FORM_FIELDS)
            return error_set(
                error, ERR_SYNTAX,
                "rules: form: required: '%s': contact_name, email, company, category, details or "
                "fixed expected",
                names->text[i]);
        section->policy.required |= 1u << field;
    }
    return OK;
}

static enum err check_section(const struct config *config, struct config_rules *section, struct error *error)
{
    enum err err = check_names(config, &section->lists, "lists", error);
    if (err == OK)
        err = check_names(config, &section->blocked_by, "blocked_by", error);
    for (size_t i = 0; i < section->lists.count && err == OK; i++)
        if (find_section(config, section->lists.text[i]) != section)
            err = error_set(error, ERR_SYNTAX, "rules: lists: '%s': another section names this list",
                            section->lists.text[i]);
    if (err == OK && section->policy.confirm && config->confirm_command == NULL)
        err = error_set(error, ERR_SYNTAX, "rules: confirm: requires confirm_command");
    if (err == OK)
        err = check_proof(config, section, error);
    return err == OK ? read_required(section, error) : err;
}

/* What DNS says in place of the list's texts; NULL: those. */
static const char *find_withheld(const struct config_rules *section)
{
    if (section == NULL || section->reason == 0)
        return NULL;
    const char *text = language_default_text(&section->policy.description.withheld_text);
    return text != NULL ? text : LIST_POLICY_WITHHELD;
}

enum err config_list_policy_resolve(struct config *config, struct error *error)
{
    enum err err = OK;
    for (size_t i = 0; i < config->rules_count && err == OK; i++)
        err = check_section(config, &config->rules[i], error);
    config->withheld = alloc_array(config->sets_count, sizeof(*config->withheld));
    for (size_t i = 0; i < config->sets_count && err == OK; i++) {
        struct config_set *set = &config->sets[i];
        if (!config_set_is_list(config, i))
            continue;
        if (strlen(set->list) >= STORE_NAME)
            return error_set(error, ERR_LIMIT, "%s: the name of a list has at most %d bytes", set->list,
                             STORE_NAME - 1);
        const struct config_rules *section = find_section(config, set->list);
        if (section != NULL && section->policy.description.retired.since != 0)
            set->retired = &section->policy.description.retired;
        config->withheld[i] = find_withheld(section);
        set->max_ttl = policy_of(config, set->list).max_ttl;
    }
    return err;
}

/* The number of the list of this name among the first `count`, or `count`. */
static size_t number_of(const struct list_policy *policies, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(policies[i].name, name) != 0)
        i++;
    return i;
}

void config_list_policy_all(const struct config *config, struct list_policy **out, size_t *count)
{
    struct list_policy *all = alloc_array(config->sets_count, sizeof(*all));
    size_t n = 0;
    for (size_t i = 0; i < config->sets_count; i++) {
        const struct config_set *set = &config->sets[i];
        if (!config_set_is_list(config, i))
            continue;
        size_t number = number_of(all, n, set->list);
        if (number == n)
            all[n++] = policy_of(config, set->list);
        if (set->former != NULL)
            snprintf(all[number].former, sizeof(all[number].former), "%s", set->former);
    }
    for (size_t i = 0; i < n; i++) {
        const struct config_rules *section = find_section(config, all[i].name);
        for (size_t j = 0; section != NULL && j < section->blocked_by.count; j++) {
            size_t number = number_of(all, n, section->blocked_by.text[j]);
            if (number < LISTS_MAX)
                list_mask_add(&all[i].blocked_by, (unsigned)number);
        }
    }
    *out = all;
    *count = n;
}

unsigned config_list_policy_proofs(const struct config *config)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < config->rules_count; i++)
        kinds |= proofs_of(&config->rules[i]);
    return kinds;
}

void config_explain_list(const struct config *config, const char *name, char *out, size_t size)
{
    struct list_policy *all;
    size_t count;
    config_list_policy_all(config, &all, &count);
    list_policy_explain(all, count, name, out, size);
    free(all);
}

void config_list_sets(const struct config *config, struct store_list_set **out, size_t *count)
{
    struct store_list_set *all = alloc_array(config->sets_count, sizeof(*all));
    size_t n = 0;
    for (size_t i = 0; i < config->sets_count; i++) {
        const struct config_set *set = &config->sets[i];
        if (config_set_is_list(config, i))
            all[n++] = (struct store_list_set){ set->list, set->former,
                                                set->dynamic ? NULL : set->spec.files[0], set->by_file };
    }
    *out = all;
    *count = n;
}
