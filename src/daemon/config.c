#include "daemon/config.h"

#include "base/log.h"
#include "dns/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <syslog.h>

void config_init(struct config *config)
{
    *config = (struct config){ .family = AF_UNSPEC,
                               .default_ttl = 2100,
                               .check_seconds = 60,
                               .facility = LOG_DAEMON,
                               .tcp = TCP_LIMITS_DEFAULT };
}

static void free_set(struct config_set *set)
{
    for (size_t i = 0; i < set->spec.files_count; i++)
        free(set->spec.files[i]);
    free(set->spec.files);
    free((char *)set->spec.type);
    free(set->list);
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config->zones_count; i++) {
        free((char *)config->zones[i].name);
        free(config->zones[i].sets);
    }
    for (size_t i = 0; i < config->sets_count; i++)
        free_set(&config->sets[i]);
    free(config->zones);
    free(config->sets);
}

/* The configuration is small, and without memory for it there is nothing to serve. */
static void *grow(void *array, size_t count, size_t size)
{
    void *p = reallocarray(array, count, size);
    if (p == NULL)
        abort();
    return p;
}

static char *copy(const char *text, size_t length)
{
    char *p = strndup(text, length);
    if (p == NULL)
        abort();
    return p;
}

static void split_files(struct set_spec *set, const char *files)
{
    while (*files != '\0') {
        size_t length = strcspn(files, ",:");
        if (length > 0) {
            set->files = grow(set->files, set->files_count + 1, sizeof(*set->files));
            set->files[set->files_count++] = copy(files, length);
        }
        files += length;
        files += *files != '\0';
    }
}

static bool same_set(const struct set_spec *a, const struct set_spec *b)
{
    if (strcmp(a->type, b->type) != 0 || a->files_count != b->files_count)
        return false;
    for (size_t i = 0; i < a->files_count; i++) {
        if (strcmp(a->files[i], b->files[i]) != 0)
            return false;
    }
    return true;
}

static bool known_to_rbldnsd(const char *type)
{
    static const char *const types[] = { "generic", "combined", "acl" };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (strcmp(type, types[i]) == 0)
            return true;
    }
    return false;
}

/* Finds or makes the set of `type` (text of `type_len` bytes) and `files`; gives its index. */
static enum err add_set(struct config *config, const char *spec, const char *type, size_t type_len,
                        const char *files, uint16_t *index, struct error *error)
{
    struct config_set new = { .spec.type = copy(type, type_len) };
    split_files(&new.spec, files);
    enum err err = OK;
    if (!set_type_known(new.spec.type))
        err = error_set(error, ERR_SYNTAX, "%s: type '%s' is %s", spec, new.spec.type,
                        known_to_rbldnsd(new.spec.type) ? "not supported yet" : "unknown");
    else if (new.spec.files_count == 0)
        err = error_set(error, ERR_SYNTAX, "%s: no file is named; write zone:type:file[,file...]", spec);
    else if (config->sets_count > UINT16_MAX)
        err = error_set(error, ERR_LIMIT, "%s: more than %d sets", spec, UINT16_MAX + 1);
    if (err != OK) {
        free_set(&new);
        return err;
    }
    size_t i = 0;
    while (i < config->sets_count && !same_set(&config->sets[i].spec, &new.spec))
        i++;
    if (i < config->sets_count) {
        free_set(&new);
    } else {
        config->sets = grow(config->sets, config->sets_count + 1, sizeof(*config->sets));
        config->sets[config->sets_count++] = new;
    }
    *index = (uint16_t)i;
    return OK;
}

static struct zone_spec *add_zone(struct config *config, const struct zone_spec *zone)
{
    for (size_t i = 0; i < config->zones_count; i++) {
        struct zone_spec *z = &config->zones[i];
        if (z->wire_len == zone->wire_len && memcmp(z->wire, zone->wire, z->wire_len) == 0)
            return z;
    }
    config->zones = grow(config->zones, config->zones_count + 1, sizeof(*config->zones));
    struct zone_spec *z = &config->zones[config->zones_count++];
    *z = *zone;
    z->name = copy(zone->name, strlen(zone->name));
    return z;
}

enum err config_add_zone(struct config *config, const char *spec, struct error *error)
{
    const char *type = strchr(spec, ':');
    const char *files = type != NULL ? strchr(type + 1, ':') : NULL;
    if (files == NULL)
        return error_set(error, ERR_SYNTAX, "%s: zone:type:file[,file...] expected", spec);
    size_t name_len = (size_t)(type - spec), type_len = (size_t)(files - type - 1);
    if (name_len == 0 && type_len == 3 && memcmp(type + 1, "acl", 3) == 0)
        return error_set(error, ERR_SYNTAX, "%s: type 'acl' is not supported yet", spec);

    struct error reason;
    struct zone_spec zone = { .wire_len = 0 };
    char *name = copy(spec, name_len);
    uint16_t set = 0;
    zone.name = name;
    enum err err = name_from_text(name, zone.wire, &zone.wire_len, &reason);
    if (err != OK)
        error_set(error, err, "%s: zone name %s", spec, reason.text);
    else
        err = add_set(config, spec, type + 1, type_len, files + 1, &set, error);
    if (err == OK) {
        struct zone_spec *z = add_zone(config, &zone);
        size_t i = 0;
        while (i < z->sets_count && z->sets[i] != set)
            i++;
        if (i == z->sets_count) {
            z->sets = grow(z->sets, z->sets_count + 1, sizeof(*z->sets));
            z->sets[z->sets_count++] = set;
        }
    }
    free(name);
    return err;
}

static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) : 0;
}

static bool same_directory(const char *a, const char *b)
{
    size_t length = directory_length(a);
    return length == directory_length(b) && memcmp(a, b, length) == 0;
}

/* True when one of the first `count` sets has this list name for files of another directory than `path`'s. */
static bool taken(const struct config *config, size_t count, const char *list, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(config->sets[i].list, list) == 0 && !same_directory(config->sets[i].spec.files[0], path))
            return true;
    }
    return false;
}

static char *list_name(const struct config *config, size_t set)
{
    const char *path = config->sets[set].spec.files[0], *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    size_t length = strcspn(base, ".");
    char *plain = copy(base, length > 0 ? length : strlen(base));
    if (!taken(config, set, plain, path))
        return plain;

    char *directory = copy(path, directory_length(path)), *last = strrchr(directory, '/'), *name = NULL;
    last = last != NULL ? last + 1 : directory;
    for (unsigned n = 1; name == NULL || taken(config, set, name, path); n++) {
        free(name);
        int bytes = n == 1 ? asprintf(&name, "%s%s%s", last, *last != '\0' ? "-" : "", plain)
                           : asprintf(&name, "%s%s%s-%u", last, *last != '\0' ? "-" : "", plain, n);
        if (bytes < 0)
            abort();
    }
    log_warning("%s: another directory has a list '%s', so this one is named '%s'", path, plain, name);
    free(directory);
    free(plain);
    return name;
}

void config_name_lists(struct config *config)
{
    for (size_t i = 0; i < config->sets_count; i++)
        config->sets[i].list = list_name(config, i);
}

size_t config_lists(const struct config *config)
{
    size_t count = 0;
    for (size_t i = 0, j; i < config->sets_count; i++) {
        for (j = 0; j < i && strcmp(config->sets[i].list, config->sets[j].list) != 0;)
            j++;
        count += j == i;
    }
    return count;
}
