/* The names of lists, from the files of their sets. */
#include "config/config.h"

#include "base/log.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "config/alloc.h"

#include <stdio.h>

/* ---- Names ---- */

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

/* Makes the name one that the API can have: control characters and bytes that are not UTF-8 become '_'; of a
 * name that is too long the end is replaced by a digest of the whole. Frees `name`. */
static char *make_valid(char *name)
{
    enum { DIGEST = 8 }; /* hexadecimal digits */
    uint8_t digest[SHA256_SIZE];
    size_t length = strlen(name), cut = 0;
    sha256(name, length, digest);
    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_sequence(name + at, length - at);
        const unsigned char *c = (const unsigned char *)name + at;
        if (size == 0 || *c < ' ' || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0)) {
            size += size == 0;
            memset(name + at, '_', size);
        }
        if (at + size <= STORE_NAME - 1 - DIGEST - 1)
            cut = at + size;
    }
    if (length < STORE_NAME)
        return name;
    char *valid = alloc_array(STORE_NAME, 1);
    snprintf(valid, STORE_NAME, "%.*s-%02x%02x%02x%02x", (int)cut, name, digest[0], digest[1], digest[2],
             digest[3]);
    free(name);
    return valid;
}

/* True when a set has this list name that a list of set number `set` may not have: its first file is in
 * another directory, or, for a `whole` name, it is another file. */
static bool is_taken(const struct config *config, const char *list, size_t set, bool whole)
{
    const char *path = config->sets[set].spec.files[0];
    for (size_t i = 0; i < config->sets_count; i++) {
        const struct config_set *s = &config->sets[i];
        if (i == set || s->list == NULL || strcmp(s->list, list) != 0)
            continue;
        if (s->dynamic ||
            (whole ? strcmp(s->spec.files[0], path) != 0 : !same_directory(s->spec.files[0], path)))
            return true;
    }
    return false;
}

/* The name of the list of set number `set`: its first file's base name, `whole` or up to its first dot; if
 * that is taken, with the directory before it, and a number after it. */
static char *list_name(const struct config *config, size_t set, bool whole)
{
    const char *path = config->sets[set].spec.files[0], *base = basename(path);
    size_t length = whole ? 0 : strcspn(base, ".");
    char *plain = make_valid(alloc_text(base, length > 0 ? length : strlen(base)));
    if (!is_taken(config, plain, set, whole))
        return plain;

    char *directory = alloc_text(path, directory_length(path)), *last = basename(directory), *name = NULL;
    for (unsigned n = 1; name == NULL || is_taken(config, name, set, whole); n++) {
        char number[16] = "";
        if (n > 1)
            snprintf(number, sizeof(number), "-%u", n);
        free(name);
        if (asprintf(&name, "%s%s%s%s", last, *last != '\0' ? "-" : "", plain, number) < 0)
            abort();
        name = make_valid(name);
    }
    log_warning("%s: named list '%s', as another %s list '%s'", path, name,
                whole ? "file has the" : "directory has a", plain);
    free(directory);
    free(plain);
    return name;
}

/* ---- Sets of different zones ---- */

static bool same_zones(const struct config *config, size_t a, size_t b)
{
    for (size_t i = 0; i < config->zones_count; i++)
        if (config_zone_has_set(&config->zones[i], a) != config_zone_has_set(&config->zones[i], b))
            return false;
    return true;
}

/* The first set of the list that set number `set` is of. */
static size_t first_set(const struct config *config, size_t set)
{
    size_t i = 0;
    while (!config_set_is_list(config, i) || strcmp(config->sets[i].list, config->sets[set].list) != 0)
        i++;
    return i;
}

/* Where a list has sets of different zones, moves its name from config_set.list to config_set.former, but for
 * sets that the configuration has named. */
static void take_apart(struct config *config)
{
    const size_t count = config->sets_count;
    size_t *first = alloc_array(count, sizeof(*first));
    bool *mixed = alloc_array(count, sizeof(*mixed)); /* by first set */
    for (size_t i = 0; i < count; i++) {
        if (!config_set_is_list(config, i))
            continue;
        first[i] = first_set(config, i);
        mixed[first[i]] |= !same_zones(config, first[i], i);
    }
    for (size_t i = 0; i < count; i++) {
        struct config_set *s = &config->sets[i];
        if (!s->by_file || !mixed[first[i]])
            continue;
        s->former = s->list;
        s->list = NULL;
    }
    free(first);
    free(mixed);
}

static void name_whole(struct config *config, size_t set)
{
    struct config_set *s = &config->sets[set];
    s->list = list_name(config, set, true);
    if (strcmp(s->list, s->former) != 0) {
        log_notice("%s: named list '%s', as '%s' would join lists of different zones", s->spec.files[0],
                   s->list, s->former);
        return;
    }
    free(s->former);
    s->former = NULL;
}

void config_name_lists(struct config *config)
{
    for (size_t i = 0; i < config->sets_count; i++) {
        struct config_set *s = &config->sets[i];
        if (s->list != NULL)
            continue;
        s->by_file = config_set_is_list(config, i);
        s->list = list_name(config, i, false);
    }
    take_apart(config);
    for (size_t i = 0; i < config->sets_count; i++)
        if (config->sets[i].list == NULL)
            name_whole(config, i);
}

size_t config_count_lists(const struct config *config)
{
    size_t count = 0;
    for (size_t i = 0, j; i < config->sets_count; i++) {
        for (j = 0; j < i && strcmp(config->sets[i].list, config->sets[j].list) != 0;)
            j++;
        count += j == i;
    }
    return count;
}
