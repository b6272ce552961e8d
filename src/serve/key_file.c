#include "serve/key_file.h"

#include "base/log.h"
#include "base/sha256.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHORTEST_KEY = 8 };

/* A line, as far as it has been read. */
struct key_line {
    const struct config *config;
    struct customer_key key;
    const char *name;
    uint64_t limit_qps, limit_day;
    char *lists, *zones; /* NULL: all */
    bool *allowed;       /* by zone id */
};

static bool parse_digest(const char *hex, uint8_t *digest)
{
    if (strlen(hex) != 2 * SHA256_SIZE || strspn(hex, "0123456789abcdefABCDEF") != 2 * SHA256_SIZE)
        return false;
    for (unsigned i = 0; i < SHA256_SIZE; i++)
        sscanf(hex + 2 * (size_t)i, "%2hhx", &digest[i]);
    return true;
}

static const char *parse_key(const char *text, struct customer_key *key)
{
    size_t size = strlen(text);

    if (strncmp(text, "sha256:", 7) == 0)
        return parse_digest(text + 7, key->label) ? NULL : "64 hexadecimal digits expected behind sha256:";
    if (size < SHORTEST_KEY || size > CUSTOMER_KEYS_LABEL_MAX)
        return "a key has 8 to 63 characters";
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
            return "a key has letters, digits, - and _";
        key->label[i] = (uint8_t)tolower((unsigned char)text[i]);
    }
    key->size = (uint8_t)size;
    return NULL;
}

static bool parse_time(const char *text, int64_t *time)
{
    static const char *const formats[] = { "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d" };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        struct tm tm = { .tm_sec = 0 };
        const char *end = strptime(text, formats[i], &tm);
        if (end != NULL && *end == '\0') {
            *time = timegm(&tm);
            return true;
        }
    }
    return false;
}

static bool parse_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && *end == '\0' && errno == 0 && *number >= 1 && *number <= most;
}

static const char *parse_word(struct key_line *l, char *word)
{
    if (strncmp(word, "lists=", 6) == 0)
        l->lists = word + 6;
    else if (strncmp(word, "zones=", 6) == 0)
        l->zones = word + 6;
    else if (strncmp(word, "expires=", 8) == 0)
        return parse_time(word + 8, &l->key.expires) ? NULL : "expires: 2027-01-31T12:00:00Z expected";
    else if (strncmp(word, "limit_qps=", 10) == 0)
        return parse_number(word + 10, UINT32_MAX, &l->limit_qps) ? NULL : "limit_qps: a number expected";
    else if (strncmp(word, "limit_day=", 10) == 0)
        return parse_number(word + 10, UINT64_MAX, &l->limit_day) ? NULL : "limit_day: a number expected";
    else
        return "unknown word; lists=, zones=, expires=, limit_qps= or limit_day= expected";
    return NULL;
}

/* ---- What a key opens ---- */

/* Whether `word` is one of the words of `all`, which commas part. */
static bool among(const char *all, const char *word)
{
    size_t size = strlen(word);

    for (const char *p = all; *p != '\0'; p += strcspn(p, ","), p += *p == ',')
        if (strcspn(p, ",") == size && strncmp(p, word, size) == 0)
            return true;
    return false;
}

static bool is_list(const struct config *c, const char *word)
{
    for (size_t i = 0; i < c->sets_count; i++)
        if (strcmp(c->sets[i].list, word) == 0)
            return true;
    return false;
}

static bool is_zone(const struct config *c, const char *word)
{
    for (size_t i = 0; i < c->zones_count; i++)
        if (strcmp(c->zones[i].name, word) == 0)
            return true;
    return false;
}

/* Whether all words of `all` (NULL: none) are names that `known` knows. */
static bool all_known(const struct config *c, const char *all,
                      bool (*known)(const struct config *, const char *))
{
    char *words = strdup(all != NULL ? all : ""), *rest = words;
    bool ok = words != NULL && (all == NULL || *all != '\0');

    for (const char *word; ok && all != NULL && (word = strsep(&rest, ",")) != NULL;)
        ok = known(c, word);
    free(words);
    return ok || all == NULL;
}

static bool opens(const struct key_line *l, const struct zone_spec *zone)
{
    if (l->zones != NULL && !among(l->zones, zone->name))
        return false;
    for (size_t i = 0; l->lists != NULL && i < zone->sets_count; i++)
        if (!among(l->lists, l->config->sets[zone->sets[i]].list))
            return false;
    return true;
}

static const char *find_zones(struct key_line *l)
{
    if (!all_known(l->config, l->lists, is_list))
        return "lists: no list of this name";
    if (!all_known(l->config, l->zones, is_zone))
        return "zones: no zone of this name";
    for (size_t i = 0; i < l->config->zones_count; i++)
        l->allowed[i] = opens(l, &l->config->zones[i]);
    return NULL;
}

/* ---- Lines ---- */

/* Reads a line; NULL, or what is wrong with it. A line without a key leaves l->name NULL. */
static const char *parse_line(struct key_line *l, char *text)
{
    const char *wrong = NULL, *blanks = " \t\r\n";
    char *rest = text, *word;

    text[strcspn(text, "#")] = '\0';
    word = strtok_r(text, blanks, &rest);
    if (word == NULL)
        return NULL;
    wrong = parse_key(word, &l->key);
    l->name = strtok_r(NULL, blanks, &rest);
    if (wrong == NULL && (l->name == NULL || strchr(l->name, '=') != NULL))
        wrong = "KEY NAME expected";
    if (wrong == NULL && strlen(l->name) >= sizeof(((struct customer *)NULL)->name))
        wrong = "a name has 63 characters at most";
    while (wrong == NULL && (word = strtok_r(NULL, blanks, &rest)) != NULL)
        wrong = parse_word(l, word);
    return wrong != NULL ? wrong : find_zones(l);
}

static enum err add(struct customer_keys *keys, struct key_line *l, const char **wrong)
{
    l->key.customer = customer_keys_customer(keys, l->name);
    if (l->key.customer == CUSTOMER_KEYS_NONE)
        return ERR_MEMORY;
    struct customer *c = customer_keys_customer_at(keys, l->key.customer);
    if (c->limit_qps == 0)
        c->limit_qps = (uint32_t)l->limit_qps;
    if (c->limit_day == 0)
        c->limit_day = l->limit_day;
    enum err err = customer_keys_add(keys, &l->key, l->allowed);
    if (err == ERR_REFUSED)
        *wrong = "this key is there already";
    return err == ERR_REFUSED ? OK : err;
}

static enum err read_lines(FILE *file, const char *path, const struct config *config,
                           struct customer_keys *keys)
{
    bool *allowed = calloc(config->zones_count + 1, sizeof(*allowed));
    char *text = NULL;
    size_t size = 0;
    enum err err = allowed != NULL ? OK : ERR_MEMORY;

    for (unsigned long number = 1; err == OK && getline(&text, &size, file) >= 0; number++) {
        struct key_line l = { .config = config, .key = { .expires = INT64_MAX }, .allowed = allowed };
        const char *wrong = parse_line(&l, text);
        if (wrong == NULL && l.name != NULL)
            err = add(keys, &l, &wrong);
        if (wrong != NULL) {
            log_warning("%s:%lu: %s (the line is skipped)", path, number, wrong);
            keys->bad++;
        }
    }
    free(text);
    free(allowed);
    return err;
}

enum err key_file_read(const char *path, const struct config *config, size_t workers, uint64_t seed,
                       struct customer_keys **out, struct error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, ERR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
    struct customer_keys *keys = customer_keys_new(seed, config->zones_count);
    enum err err = keys != NULL ? read_lines(file, path, config, keys) : ERR_MEMORY;
    if (err == OK)
        err = customer_keys_end(keys, workers);
    if (err != OK)
        error_set(error, err, "%s: out of memory", path);
    else if (ferror(file))
        err = error_set(error, ERR_SYSTEM, "%s: cannot be read to its end", path);
    fclose(file);
    if (err != OK) {
        customer_keys_free(keys);
        return err;
    }
    *out = keys;
    return OK;
}
