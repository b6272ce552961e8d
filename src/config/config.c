#include "config/config.h"

#include "config/alloc.h"
#include "config/schema.h"
#include "config/yaml_file.h"
#include "dns/name.h"
#include "view/suffixes.h"

#include <net/if.h>

void config_init(struct config *config)
{
    *config = (struct config){ .never = SIZE_MAX };
    schema_value_defaults(schema_root, config);
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config->zones_count; i++) {
        struct zone_spec *z = &config->zones[i];
        free((char *)z->name);
        free(z->sets);
        free(z->acls);
        free((struct set_soa *)z->soa);
        free((struct set_ns *)z->ns);
    }
    for (struct config_set *s = config->sets; s < config->sets + config->sets_count; s++) {
        for (size_t i = 0; i < s->spec.files_count; i++)
            free(s->spec.files[i]);
        free(s->spec.files);
        free((char *)s->spec.type);
        free(s->guards.canary);
        free(s->list);
        free(s->former);
    }
    free(config->guards.canary);
    vec_free(&config->suffixes);
    free(config->withheld);
    asset_free(&config->logo);
    asset_free(&config->style);
    free(config->rules);
    free(config->zones);
    free(config->sets);
    free(config->acls);
    yaml_file_free(config->file);
}

bool config_set_is_acl(const struct config_set *set)
{
    return strcmp(set->spec.type, "acl") == 0;
}

static bool is_same(const struct config_set *set, const char *type, const char *const *files, size_t count)
{
    if (set->dynamic)
        return strcmp(type, "dynamic") == 0 && strcmp(set->list, files[0]) == 0;
    if (strcmp(set->spec.type, type) != 0 || set->spec.files_count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(set->spec.files[i], files[i]) != 0)
            return false;
    }
    return true;
}

enum err config_add_set(struct config *config, const char *type, const char *const *files, size_t count,
                        uint16_t *index, struct error *error)
{
    bool dynamic = strcmp(type, "dynamic") == 0;
    if (config->sets_count >= UINT16_MAX)
        return error_set(error, ERR_LIMIT, "at most %d sets", UINT16_MAX);
    if (dynamic && (count != 1 || strchr(files[0], '/') != NULL))
        return error_set(error, ERR_SYNTAX, "a dynamic list has a name and no files");
    if (!dynamic && !set_type_known(type))
        return error_set(error, ERR_SYNTAX, "type '%s' is unknown", type);
    if (count == 0)
        return error_set(error, ERR_SYNTAX, "no file is named");
    size_t i = 0;
    while (i < config->sets_count && !is_same(&config->sets[i], type, files, count))
        i++;
    *index = (uint16_t)i;
    if (i < config->sets_count)
        return OK;

    config->sets = alloc_resize(config->sets, ++config->sets_count, sizeof(*config->sets));
    struct config_set *set = &config->sets[i];
    if (dynamic) /* its set needs a type, too */
        type = "ip4set";
    *set = (struct config_set){ .spec = { .type = alloc_text(type, strlen(type)) }, .dynamic = dynamic };
    schema_value_defaults(schema_list, set);
    set->guards = config->guards;
    set->guards.canary = alloc_array(set->guards.canary_count, sizeof(*set->guards.canary));
    for (size_t j = 0; j < set->guards.canary_count; j++)
        set->guards.canary[j] = config->guards.canary[j];
    if (dynamic) {
        set->list = alloc_text(files[0], strlen(files[0]));
        return OK;
    }
    set->spec.files = alloc_array(count, sizeof(char *));
    set->spec.files_count = count;
    for (size_t j = 0; j < count; j++)
        set->spec.files[j] = alloc_text(files[j], strlen(files[j]));
    return OK;
}

bool config_set_is_list(const struct config *config, size_t set)
{
    return set != config->never && !config_set_is_acl(&config->sets[set]);
}

bool config_has_list(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->sets_count; i++)
        if (config_set_is_list(config, i) && strcmp(config->sets[i].list, name) == 0)
            return true;
    return false;
}

bool config_zone_has_set(const struct zone_spec *zone, size_t set)
{
    for (size_t i = 0; i < zone->sets_count; i++)
        if (zone->sets[i] == set)
            return true;
    return false;
}

enum err config_add_set_spec(struct config *config, const char *spec, uint16_t *index, struct error *error)
{
    char *words = alloc_text(spec, strlen(spec)), *rest = words, *type = strsep(&rest, ":");
    const char **files = NULL;
    size_t count = 0;
    while (rest != NULL) {
        const char *file = strsep(&rest, ",:");
        if (*file == '\0')
            continue;
        files = alloc_resize(files, count + 1, sizeof(*files));
        files[count++] = file;
    }
    enum err err = config_add_set(config, type, files, count, index, error);
    free(files);
    free(words);
    return err;
}

enum err config_add_zone(struct config *config, const char *name, struct zone_spec **zone,
                         struct error *error)
{
    struct zone_spec added = { .name = NULL };
    enum err err = name_from_text(name, added.wire, &added.wire_len, error);
    if (err != OK)
        return err;
    for (size_t i = 0; i < config->zones_count; i++) {
        struct zone_spec *z = &config->zones[i];
        if (z->wire_len == added.wire_len && memcmp(z->wire, added.wire, z->wire_len) == 0) {
            *zone = z;
            return OK;
        }
    }
    config->zones = alloc_resize(config->zones, config->zones_count + 1, sizeof(*config->zones));
    *zone = &config->zones[config->zones_count++];
    **zone = added;
    (*zone)->name = alloc_text(name, strlen(name));
    return OK;
}

void config_use_set(struct config *config, struct zone_spec *zone, uint16_t set)
{
    bool acl = config_set_is_acl(&config->sets[set]);
    uint16_t **sets = zone == NULL ? &config->acls : acl ? &zone->acls : &zone->sets;
    size_t *count = zone == NULL ? &config->acls_count : acl ? &zone->acls_count : &zone->sets_count;
    for (size_t i = 0; i < *count; i++) {
        if ((*sets)[i] == set)
            return;
    }
    *sets = alloc_resize(*sets, *count + 1, sizeof(**sets));
    (*sets)[(*count)++] = set;
}

enum err config_add_zone_spec(struct config *config, const char *spec, struct error *error)
{
    const char *type = strchr(spec, ':');
    if (type == NULL || strchr(type + 1, ':') == NULL)
        return error_set(error, ERR_SYNTAX, "%s: ZONE:TYPE:FILE[,FILE...] expected", spec);
    struct error reason;
    struct zone_spec *zone = NULL;
    uint16_t set;
    enum err err = config_add_set_spec(config, type + 1, &set, &reason);
    if (err != OK)
        return error_set(error, err, "%s: %s", spec, reason.text);
    if (type != spec || !config_set_is_acl(&config->sets[set])) {
        char *name = alloc_text(spec, (size_t)(type - spec));
        err = config_add_zone(config, name, &zone, &reason);
        free(name);
    }
    if (err != OK)
        return error_set(error, err, "%s: zone name %s", spec, reason.text);
    config_use_set(config, zone, set);
    return OK;
}

/* Whether an interface of the system can have this name. */
static bool is_interface_name(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length < IF_NAMESIZE && strpbrk(name, "/: \t\n\v\f\r") == NULL &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Checks what depends on several values, and names of interfaces. */
static enum err check(const struct config *config, struct error *error)
{
    const uint32_t max = config->max_ttl != 0 ? config->max_ttl : UINT32_MAX;
    if (config->zones_count == 0)
        return error_set(error, ERR_SYNTAX, "no zone; add ZONE:TYPE:FILE[,FILE...], see dnsbld -h");
    for (size_t i = 0; i < config->zones_count; i++) {
        const struct zone_spec *z = &config->zones[i];
        if (z->sets_count == 0)
            return error_set(error, ERR_SYNTAX, "%s: the zone has no list; an acl alone lists nothing",
                             z->name);
        if (z->keyed && config->keys.file == NULL)
            return error_set(error, ERR_SYNTAX, "%s: the zone requires keys, but keys.file is not set",
                             z->name);
    }
    for (size_t i = 0; i < config->xdp.count; i++)
        if (!is_interface_name(config->xdp.address[i]))
            return error_set(error, ERR_SYNTAX, "xdp: '%s': no interface can have this name",
                             config->xdp.address[i]);
    if (config->default_ttl < config->min_ttl || config->default_ttl > max)
        return error_set(error, ERR_SYNTAX, "ttl %u: must lie between min_ttl and max_ttl (%u to %u)",
                         config->default_ttl, config->min_ttl, max);
    if (config->confirm_command != NULL && config->confirm_command[0] != '/')
        return error_set(error, ERR_SYNTAX, "confirm_command: '%s': an absolute path is needed",
                         config->confirm_command);
    return OK;
}

/* Gives the guards the public suffixes, if some list has names. */
static void add_suffixes(struct config *config)
{
    for (size_t i = 0; i < config->sets_count; i++) {
        struct config_set *set = &config->sets[i];
        bool names = strcmp(set->spec.type, "dnset") == 0 || strcmp(set->spec.type, "combined") == 0;
        if (names && config->suffixes.used == 0)
            suffixes_read(SUFFIXES_FILE, &config->suffixes);
        set->guards.suffixes = &config->suffixes;
    }
}

enum err config_complete(struct config *config, struct error *error)
{
    uint16_t never;
    enum err err = check(config, error);
    if (err == OK && config->never_list != NULL) {
        err = config_add_set(config, "never", &config->never_list, 1, &never, error);
        if (err == OK)
            config->never = never;
    }
    if (err != OK)
        return err;
    add_suffixes(config);
    config_name_lists(config);
    err = config_notices_check(config, error);
    return err == OK ? config_list_policy_resolve(config, error) : err;
}
