#include "config/config_file.h"

#include "config/alloc.h"
#include "config/yaml_file.h"
#include "dns/name.h"

/* A section that is being read. */
struct config_input {
    const struct schema_row *rows;
    const struct yaml_file_slot *slots; /* one for each row */
    struct config *config;
    struct error *error;
};

static const struct yaml_file_slot *slot(const struct config_input *in, const char *key)
{
    return yaml_file_get(in->rows, in->slots, key);
}

/* The section number `i` of the value of `key`. */
static struct config_input section(const struct config_input *in, const char *key, size_t i)
{
    const struct schema_row *rows = in->rows[schema_index(in->rows, key)].section;
    return (struct config_input){ rows, slot(in, key)->slots + i * schema_count(rows), in->config,
                                  in->error };
}

/* Fails at `text`, one of the file's. */
#define FAIL(in, text, code, ...) yaml_file_error((in)->config->file, text, (in)->error, code, __VA_ARGS__)

/* Returns `err`, the result of a call that sets in->error; adds `key` and the place of `text` to an error. */
static enum err locate(const struct config_input *in, const char *key, const char *text, enum err err)
{
    if (err == OK)
        return OK;
    const struct error reason = *in->error;
    return FAIL(in, text, err, "%s: %s", key, reason.text);
}

static enum err read_value(const struct config_input *in, const struct schema_row *row, const char *text,
                           void *out)
{
    return locate(in, row->key, text, schema_value_read(row, text, out, in->error));
}

/* Refers to the texts of a list. */
static struct config_texts read_texts(const struct config_input *in, const char *key)
{
    const struct yaml_file_slot *s = slot(in, key);
    return (struct config_texts){ (const char *const *)s->texts, s->count };
}

/* Refers to the texts of a list after checking their number and, if they are to be prefixes, each of them. */
static enum err read_checked_texts(const struct config_input *in, const struct schema_row *row,
                                   struct config_texts *out)
{
    struct prefixes checked = { 0 };
    enum err err = OK;
    *out = read_texts(in, row->key);
    if (row->max > 0 && out->count > row->max)
        return FAIL(in, out->text[row->max], ERR_LIMIT, "%s: at most %u %s", row->key, row->max, row->unit);
    for (size_t i = 0; row->prefixes && i < out->count && err == OK; i++)
        err = locate(in, row->key, out->text[i], prefixes_add(&checked, out->text[i], in->error));
    prefixes_free(&checked);
    return err;
}

/* Reads all values that are given and have a field, in nested sections too. Simple values of rows by hand are
 * checked only. */
static enum err read_values(const struct config_input *in, void *out)
{
    enum err err = OK;
    for (size_t i = 0; in->rows[i].key != NULL && err == OK; i++) {
        const struct schema_row *row = &in->rows[i];
        void *field = (char *)out + row->offset;
        if (in->slots[i].text == NULL)
            continue;
        if (row->type < SCHEMA_TEXTS) {
            err = read_value(in, row, in->slots[i].text, out);
        } else if (row->type == SCHEMA_TEXTS && row->offset != SCHEMA_BY_HAND) {
            err = read_checked_texts(in, row, field);
        } else if (row->type == SCHEMA_SECTION && row->offset != SCHEMA_BY_HAND) {
            const struct config_input nested = section(in, row->key, 0);
            err = read_values(&nested, field);
        }
    }
    return err;
}

/* Reads a domain name into wire form. */
static enum err read_name(const struct config_input *in, const char *key, const char *text, uint8_t wire[256],
                          uint16_t *length)
{
    return locate(in, key, text, name_from_text(text, wire, length, in->error));
}

/* ---- Lists ---- */

/* Reads the section `guards`, if it is there; its canaries are added. */
static enum err read_guards(const struct config_input *in, struct guard_rules *rules)
{
    if (slot(in, "guards")->slots == NULL)
        return OK;
    const struct config_input guards = section(in, "guards", 0);
    const struct config_texts texts = read_texts(&guards, "canary");
    enum err err = read_values(&guards, rules);
    rules->canary =
        alloc_resize(rules->canary, rules->canary_count + texts.count + 1, sizeof(*rules->canary));
    for (size_t i = 0; i < texts.count && err == OK; i++)
        err = locate(&guards, "canary", texts.text[i],
                     guard_parse_canary(texts.text[i], &rules->canary[rules->canary_count++], in->error));
    return err;
}

static enum err read_list(const struct config_input *in)
{
    struct config *c = in->config;
    const char *name = slot(in, "name")->text, *type = slot(in, "type")->text;
    struct config_texts files = read_texts(in, "files");
    size_t before = c->sets_count;
    uint16_t index;

    if (strcmp(type, "dynamic") == 0 && files.count == 0)
        files = (struct config_texts){ &name, 1 };
    if (files.count == 0)
        return FAIL(in, name, ERR_SYNTAX, "files: this key is missing");
    if (strpbrk(name, ":,/") != NULL)
        return FAIL(in, name, ERR_SYNTAX, "name: '%s': a name without colon, comma and slash expected", name);
    enum err err = config_add_set(c, type, files.text, files.count, &index, in->error);
    if (err != OK)
        return locate(in, "lists", type, err);
    struct config_set *set = &c->sets[index];
    if (index < before)
        return FAIL(in, name, ERR_SYNTAX, "name: '%s': list '%s' has the same type and files", name,
                    set->list);
    free(set->list); /* a dynamic set has one */
    err = read_values(in, set);
    set->list = alloc_text(name, strlen(name));
    return err == OK ? read_guards(in, &set->guards) : err;
}

/* Makes `zone` (NULL: all zones) use what `word`, a text of the list `key`, names: all sets of the list of
 * that name, or one set, TYPE:FILE[,FILE...]. */
static enum err use_list(const struct config_input *in, const char *key, struct zone_spec *zone,
                         const char *word)
{
    struct config *c = in->config;
    bool found = false;
    uint16_t added = UINT16_MAX;
    enum err err = strchr(word, ':') != NULL ? config_add_set_spec(c, word, &added, in->error) : OK;
    if (err != OK)
        return locate(in, key, word, err);
    for (size_t i = 0; i < c->sets_count; i++) {
        const struct config_set *set = &c->sets[i];
        bool named = added == UINT16_MAX && set->list != NULL && strcmp(set->list, word) == 0;
        if (i != added && !named)
            continue;
        if (zone == NULL && !config_set_is_acl(set))
            return FAIL(in, word, ERR_SYNTAX, "%s: '%s': type acl expected", key, word);
        config_use_set(c, zone, (uint16_t)i);
        found = true;
    }
    if (!found)
        return FAIL(in, word, ERR_SYNTAX, "%s: '%s': neither the name of a list nor TYPE:FILE", key, word);
    return OK;
}

static enum err use_lists(const struct config_input *in, const char *key, struct zone_spec *zone)
{
    const struct config_texts words = read_texts(in, key);
    enum err err = OK;
    for (size_t i = 0; i < words.count && err == OK; i++)
        err = use_list(in, key, zone, words.text[i]);
    return err;
}

static enum err read_rules(const struct config_input *in)
{
    struct config *c = in->config;
    c->rules = alloc_resize(c->rules, c->rules_count + 1, sizeof(*c->rules));
    struct config_rules *rules = &c->rules[c->rules_count++];
    *rules = (struct config_rules){ .lists = { NULL, 0 } };
    schema_value_defaults(schema_rules, rules);
    rules->policy.breaker = c->breaker;
    enum err err = read_values(in, rules);
    if (err != OK || slot(in, "breaker")->slots == NULL)
        return err;
    const struct config_input breaker = section(in, "breaker", 0);
    return read_values(&breaker, &rules->policy.breaker);
}

/* ---- Zones ---- */

static enum err read_soa(const struct config_input *in, struct zone_spec *zone)
{
    struct set_soa *soa = alloc_array(1, sizeof(*soa));
    zone->soa = soa;
    soa->present = true;
    schema_value_defaults(schema_soa, soa);
    enum err err = read_values(in, soa);
    if (err == OK)
        err = read_name(in, "mname", slot(in, "mname")->text, soa->mname, &soa->mname_len);
    if (err == OK)
        err = read_name(in, "rname", slot(in, "rname")->text, soa->rname, &soa->rname_len);
    return err;
}

static enum err read_ns(const struct config_input *in, struct zone_spec *zone)
{
    struct schema_row row = schema_zone[schema_index(schema_zone, "ns_ttl")];
    const struct config_texts names = read_texts(in, "ns");
    const char *ttl = slot(in, "ns_ttl")->text;
    struct set_ns *ns = alloc_array(1, sizeof(*ns));
    zone->ns = ns;
    row.offset = offsetof(struct set_ns, ttl);
    enum err err = read_value(in, &row, ttl != NULL ? ttl : row.initial, ns);
    if (err == OK && names.count > SET_MAX_NS)
        err = FAIL(in, names.text[SET_MAX_NS], ERR_LIMIT, "ns: at most %d names", SET_MAX_NS);
    for (size_t i = 0; i < names.count && err == OK; i++, ns->count++)
        err = read_name(in, "ns", names.text[i], ns->name[i].name, &ns->name[i].len);
    return err;
}

static enum err read_zone(const struct config_input *in)
{
    const char *name = slot(in, "name")->text;
    size_t before = in->config->zones_count;
    struct zone_spec *zone;
    enum err err = config_add_zone(in->config, name, &zone, in->error);
    if (err != OK)
        return locate(in, "name", name, err);
    if (in->config->zones_count == before)
        return FAIL(in, name, ERR_SYNTAX, "name: '%s': this zone is given twice", name);
    err = read_values(in, zone);
    if (err == OK)
        err = use_lists(in, "lists", zone);
    if (err == OK && slot(in, "soa")->slots != NULL) {
        const struct config_input soa = section(in, "soa", 0);
        err = read_soa(&soa, zone);
    }
    if (err == OK && slot(in, "ns")->count > 0)
        err = read_ns(in, zone);
    return err;
}

/* ---- The file ---- */

static enum err read_sections(const struct config_input *root, const char *key,
                              enum err (*read)(const struct config_input *in))
{
    enum err err = OK;
    for (uint32_t i = 0; i < slot(root, key)->count && err == OK; i++) {
        const struct config_input in = section(root, key, i);
        err = read(&in);
    }
    return err;
}

enum err config_file_read(const char *path, struct config *config, struct error *error)
{
    config->path = path;
    enum err err = yaml_file_read(path, schema_root, &config->file, error);
    if (err != OK)
        return err;
    const struct config_input root = { schema_root, yaml_file_root(config->file), config, error };
    err = read_values(&root, config);
    if (err == OK)
        err = read_guards(&root, &config->guards);
    if (err == OK)
        err = read_sections(&root, "lists", read_list);
    if (err == OK)
        err = read_sections(&root, "zones", read_zone);
    if (err == OK)
        err = use_lists(&root, "acls", NULL);
    return err == OK ? read_sections(&root, "rules", read_rules) : err;
}
