#include "serve/key_file.h"

#include "base/field_line.h"
#include "base/sha256.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEY_LENGTH_MIN = 8 }; /* shorter ones can be guessed */

struct key_reader {
    const struct config *config;
    struct customer_keys *keys;
    bool *sets, *zones; /* by number: named in lists= and zones= of the line; without the word all are */
};

struct key_line {
    struct customer_key key;
    uint64_t limit_qps, limit_day;
};

/* ---- Words ---- */

static enum err parse_key(const char *word, struct customer_key *key, struct error *error)
{
    size_t size = strlen(word);

    if (strncmp(word, "sha256:", 7) == 0)
        return field_line_hex(word + 7, key->label, SHA256_SIZE)
                   ? OK
                   : error_set(error, ERR_SYNTAX, "64 hexadecimal digits expected after sha256:");
    if (size < KEY_LENGTH_MIN || size > CUSTOMER_KEYS_LABEL_MAX)
        return error_set(error, ERR_SYNTAX, "a key has %d to %d characters", KEY_LENGTH_MIN,
                         CUSTOMER_KEYS_LABEL_MAX);
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)word[i]) && word[i] != '-' && word[i] != '_')
            return error_set(error, ERR_SYNTAX, "a key has only letters, digits, - and _");
        key->label[i] = (uint8_t)tolower((unsigned char)word[i]);
    }
    key->size = (uint8_t)size;
    return OK;
}

static const char *list_of(const struct config *config, size_t set)
{
    return config->sets[set].list;
}

static const char *zone_of(const struct config *config, size_t zone)
{
    return config->zones[zone].name;
}

/* Sets named[i], for each of `count` numbers, to whether `names`, separated by commas, has its name. */
static enum err parse_names(const struct config *config, char *names, const char *what, size_t count,
                            const char *(*name_of)(const struct config *, size_t), bool *named,
                            struct error *error)
{
    memset(named, false, count * sizeof(*named));
    for (const char *name; (name = strsep(&names, ",")) != NULL;) {
        bool found = false;
        for (size_t i = 0; i < count; i++)
            if (strcmp(name_of(config, i), name) == 0)
                found = named[i] = true;
        char now[128] = "";
        if (!found && name_of == list_of)
            config_explain_list(config, name, now, sizeof(now));
        if (!found)
            return error_set(error, ERR_SYNTAX, "%ss: there is no %s '%s'%s", what, what, name, now);
    }
    return OK;
}

static enum err parse_time(const char *text, int64_t *time, struct error *error)
{
    static const char *const formats[] = { "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d" };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        struct tm tm = { .tm_sec = 0 };
        const char *end = strptime(text, formats[i], &tm);
        if (end != NULL && *end == '\0') {
            *time = timegm(&tm);
            return OK;
        }
    }
    return error_set(error, ERR_SYNTAX, "expires: a time as 2027-01-31T12:00:00Z expected");
}

static enum err parse_limit(const char *name, const char *text, uint64_t max, uint64_t *limit,
                            struct error *error)
{
    char *end;

    errno = 0;
    *limit = strtoull(text, &end, 10);
    if (isdigit((unsigned char)*text) && *end == '\0' && errno == 0 && *limit >= 1 && *limit <= max)
        return OK;
    return error_set(error, ERR_SYNTAX, "%s: a number from 1 to %" PRIu64 " expected", name, max);
}

static enum err parse_option(struct key_reader *r, char *word, struct key_line *l, struct error *error)
{
    const struct config *c = r->config;
    char *value;

    if ((value = field_line_value(word, "lists")) != NULL)
        return parse_names(c, value, "list", c->sets_count, list_of, r->sets, error);
    if ((value = field_line_value(word, "zones")) != NULL)
        return parse_names(c, value, "zone", c->zones_count, zone_of, r->zones, error);
    if ((value = field_line_value(word, "expires")) != NULL)
        return parse_time(value, &l->key.expires, error);
    if ((value = field_line_value(word, "limit_qps")) != NULL)
        return parse_limit("limit_qps", value, UINT32_MAX, &l->limit_qps, error);
    if ((value = field_line_value(word, "limit_day")) != NULL)
        return parse_limit("limit_day", value, UINT64_MAX, &l->limit_day, error);
    return error_set(error, ERR_SYNTAX, "lists=, zones=, expires=, limit_qps= or limit_day= expected");
}

/* ---- Lines ---- */

static enum err add_key(struct key_reader *r, const char *name, struct key_line *l, struct error *error)
{
    struct customer_keys *keys = r->keys;

    l->key.customer = customer_keys_add_customer(keys, name);
    if (l->key.customer == CUSTOMER_KEYS_NONE)
        return ERR_MEMORY;
    struct customer *c = customer_keys_get_customer(keys, l->key.customer);
    if (c->limit_qps == 0)
        c->limit_qps = (uint32_t)l->limit_qps;
    if (c->limit_day == 0)
        c->limit_day = l->limit_day;
    for (size_t i = 0; i < r->config->zones_count; i++) { /* of which some set is not named: not opened */
        const struct zone_spec *z = &r->config->zones[i];
        for (size_t j = 0; j < z->sets_count; j++)
            r->zones[i] &= r->sets[z->sets[j]];
    }
    enum err err = customer_keys_add(keys, &l->key, r->zones);
    return err == ERR_REFUSED ? error_set(error, ERR_SYNTAX, "duplicate key") : err;
}

static enum err parse_line(void *context, char *line, struct error *error)
{
    struct key_reader *r = context;
    struct key_line l = { .key = { .expires = INT64_MAX } };
    char *word = field_line_word(&line);

    if (word == NULL)
        return OK;
    memset(r->sets, true, r->config->sets_count * sizeof(*r->sets));
    memset(r->zones, true, r->config->zones_count * sizeof(*r->zones));
    enum err err = parse_key(word, &l.key, error);
    const char *name = field_line_word(&line);
    if (err == OK && (name == NULL || strchr(name, '=') != NULL))
        err = error_set(error, ERR_SYNTAX, "KEY NAME expected");
    if (err == OK && strlen(name) >= sizeof(((struct customer *)NULL)->name))
        err = error_set(error, ERR_SYNTAX, "a name has at most %zu characters",
                        sizeof(((struct customer *)NULL)->name) - 1);
    while (err == OK && (word = field_line_word(&line)) != NULL)
        err = parse_option(r, word, &l, error);
    return err == OK ? add_key(r, name, &l, error) : err;
}

enum err key_file_read(const char *path, const struct config *config, size_t workers, uint64_t seed,
                       struct customer_keys **out, struct error *error)
{
    struct stat status;
    enum err err;
    struct key_reader r = { .config = config,
                            .keys = customer_keys_new(seed, config->zones_count),
                            .sets = calloc(config->sets_count + 1, sizeof(bool)),
                            .zones = calloc(config->zones_count + 1, sizeof(bool)) };
    if (r.keys == NULL || r.sets == NULL || r.zones == NULL)
        err = error_set(error, ERR_MEMORY, "%s: out of memory", path);
    else
        err = field_line_read_file(path, parse_line, &r, &status, error);
    if (err == OK && customer_keys_finish(r.keys, workers) != OK)
        err = error_set(error, ERR_MEMORY, "%s: out of memory", path);
    free(r.sets);
    free(r.zones);
    if (err != OK) {
        customer_keys_free(r.keys);
        return err;
    }
    *out = r.keys;
    return OK;
}
