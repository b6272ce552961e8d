#include "config/config_list_policy.h"

#include "config/alloc.h"
#include "config/schema_value.h"

#include <stdio.h>

#define SHORT_TTL 300 /* seconds: of lists that are left soon, so that people see it soon */

static bool is_named(const struct config_texts *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->text[i], name) == 0)
            return true;
    return false;
}

/* The section that names the list, or NULL. */
static const struct config_rules *find(const struct config *config, const char *list)
{
    for (size_t i = 0; i < config->rules_count; i++)
        if (is_named(&config->rules[i].lists, list))
            return &config->rules[i];
    return NULL;
}

static bool list_exists(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->sets_count; i++)
        if (config_set_is_list(config, i) && strcmp(config->sets[i].list, name) == 0)
            return true;
    return false;
}

static struct list_policy rules_of(const struct config *config, const char *list)
{
    struct config_rules none = { .lists = { NULL, 0 } };
    const struct config_rules *section = find(config, list);
    if (section == NULL) {
        schema_value_defaults(schema_rules, &none);
        section = &none;
    }
    struct list_policy rules = section->rules;
    snprintf(rules.name, sizeof(rules.name), "%s", list);
    rules.bypass = section->bypass != 0;
    rules.withheld = section->reason != 0;
    if (rules.max_ttl == 0 && (rules.tier == TIER_TEMPORARY || rules.removal <= REMOVAL_SINGLE))
        rules.max_ttl = SHORT_TTL;
    return rules;
}

static enum err check_names(const struct config *config, const struct config_texts *names, const char *key,
                            struct error *error)
{
    for (size_t i = 0; i < names->count; i++)
        if (!list_exists(config, names->text[i]))
            return error_set(error, ERR_SYNTAX, "rules: %s: '%s': there is no list of this name", key,
                             names->text[i]);
    return OK;
}

enum err config_list_policy_settle(struct config *config, struct error *error)
{
    enum err err = OK;
    for (size_t i = 0; i < config->rules_count && err == OK; i++) {
        const struct config_rules *rules = &config->rules[i];
        err = check_names(config, &rules->lists, "lists", error);
        if (err == OK)
            err = check_names(config, &rules->blocked_by, "blocked_by", error);
        for (size_t j = 0; j < rules->lists.count && err == OK; j++)
            if (find(config, rules->lists.text[j]) != rules)
                err = error_set(error, ERR_SYNTAX, "rules: lists: '%s': another section names this list",
                                rules->lists.text[j]);
        if (err == OK && rules->rules.confirm && config->confirm_command == NULL)
            err = error_set(error, ERR_SYNTAX,
                            "rules: confirm: there is no confirm_command to send the code with");
    }
    for (size_t i = 0; i < config->sets_count && err == OK; i++) {
        if (!config_set_is_list(config, i))
            continue;
        if (strlen(config->sets[i].list) >= STORE_NAME)
            return error_set(error, ERR_LIMIT, "%s: a list's name has %d bytes at most", config->sets[i].list,
                             STORE_NAME - 1);
        config->sets[i].max_ttl = rules_of(config, config->sets[i].list).max_ttl;
    }
    return err;
}

/* The number of the list of this name among the first `count`, or `count`. */
static size_t number_of(const struct list_policy *rules, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(rules[i].name, name) != 0)
        i++;
    return i;
}

void config_list_policy_all(const struct config *config, struct list_policy **out, size_t *count)
{
    struct list_policy *all = alloc_array(config->sets_count, sizeof(*all));
    size_t n = 0;
    for (size_t i = 0; i < config->sets_count; i++) {
        const char *list = config->sets[i].list;
        if (config_set_is_list(config, i) && number_of(all, n, list) == n)
            all[n++] = rules_of(config, list);
    }
    for (size_t i = 0; i < n; i++) {
        const struct config_rules *section = find(config, all[i].name);
        for (size_t j = 0; section != NULL && j < section->blocked_by.count; j++) {
            size_t number = number_of(all, n, section->blocked_by.text[j]);
            if (number < LISTS_MAX)
                list_mask_add(&all[i].blocked_by, (unsigned)number);
        }
    }
    *out = all;
    *count = n;
}
