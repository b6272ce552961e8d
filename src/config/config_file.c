#include "config/config_file.h"

#include "config/alloc.h"
#include "config/schema_value.h"
#include "config/yaml_file.h"
#include "dns/name.h"

/* What the functions here share. */
struct config_input {
    const struct yaml_file *file;
    struct config *config;
    struct error *error;
};

/* Fails because of `value`, the text of `key`. */
static enum err invalid(const struct config_input *in, const char *key, const char *value,
                        const struct error *reason)
{
    return yaml_file_error(in->file, value, in->error, reason->code, "%s: %s", key, reason->text);
}

static enum err read_setting(const struct config_input *in, const struct schema_row *row, const char *value,
                             void *section)
{
    struct error reason;
    return schema_value_read(row, value, section, &reason) == OK ? OK : invalid(in, row->key, value, &reason);
}

/* Reads all simple values of a section that are given, and of the sections within that have a field. */
static enum err read_settings(const struct config_input *in, const struct schema_row *section,
                              const struct yaml_file_slot *slots, void *out)
{
    enum err err = OK;
    for (size_t i = 0; section[i].key != NULL && err == OK; i++) {
        if (section[i].type < SCHEMA_TEXTS && slots[i].text != NULL)
            err = read_setting(in, &section[i], slots[i].text, out);
        if (section[i].type == SCHEMA_SECTION && section[i].offset != SCHEMA_BY_HAND &&
            slots[i].slots != NULL)
            err = read_settings(in, section[i].section, slots[i].slots, (char *)out + section[i].offset);
    }
    return err;
}

static enum err read_name(const struct config_input *in, const char *key, const char *value,
                          uint8_t wire[256], uint16_t *length)
{
    struct error reason;
    return name_from_text(value, wire, length, &reason) == OK ? OK : invalid(in, key, value, &reason);
}

/* ---- Addresses ---- */

static enum err read_binds(const struct config_input *in, const struct yaml_file_slot *binds)
{
    struct config *c = in->config;
    for (uint32_t i = 0; i < binds->count; i++) {
        if (c->binds_count == LISTEN_ADDRESS_MAX)
            return yaml_file_error(in->file, binds->texts[i], in->error, ERR_LIMIT,
                                   "listen: more than %d addresses", LISTEN_ADDRESS_MAX);
        c->binds[c->binds_count++] = binds->texts[i];
    }
    return OK;
}

static enum err read_http(const struct config_input *in, const char *key, const struct yaml_file_slot *texts,
                          struct config_addresses *out)
{
    for (uint32_t i = 0; i < texts->count; i++) {
        if (i == HTTP_LISTENERS_MAX)
            return yaml_file_error(in->file, texts->texts[i], in->error, ERR_LIMIT,
                                   "%s: more than %d addresses", key, HTTP_LISTENERS_MAX);
        out->address[out->count++] = texts->texts[i];
    }
    out->from_file = true;
    return OK;
}

/* Refers to the texts of a list by hand. */
static struct config_texts texts_of(const struct yaml_file_slot *texts)
{
    return (struct config_texts){ (const char *const *)texts->texts, texts->count };
}

/* ---- Prefixes of clients ---- */

/* Refers to the prefixes of a list by hand, of a section, once they are seen to be some. */
static enum err read_prefixes(const struct config_input *in, const struct yaml_file_slot *root,
                              const char *section, const char *key, struct config_texts *out)
{
    const struct schema_row *rows = schema_root[schema_index(schema_root, section)].section;
    const struct yaml_file_slot *slots = yaml_file_get(schema_root, root, section)->slots;
    struct prefixes checked = { 0 };
    enum err err = OK;
    struct error reason;

    if (slots == NULL)
        return OK;
    const struct yaml_file_slot *texts = yaml_file_get(rows, slots, key);
    for (uint32_t i = 0; i < texts->count && err == OK; i++)
        if (prefixes_add(&checked, texts->texts[i], &reason) != OK)
            err = invalid(in, key, texts->texts[i], &reason);
    prefixes_free(&checked);
    *out = texts_of(texts);
    return err;
}

/* ---- Lists ---- */

static enum err read_canaries(const struct config_input *in, const struct yaml_file_slot *canaries,
                              struct guard_rules *rules)
{
    enum err err = OK;
    struct error reason;
    rules->canary = alloc_array(canaries->count + (size_t)1, sizeof(*rules->canary));
    for (uint32_t i = 0; i < canaries->count && err == OK; i++) {
        const char *value = canaries->texts[i];
        if (guard_parse_canary(value, &rules->canary[rules->canary_count++], &reason) != OK)
            err = invalid(in, "canary", value, &reason);
    }
    return err;
}

static enum err read_list(const struct config_input *in, const struct yaml_file_slot *slots)
{
    struct config *c = in->config;
    const struct yaml_file_slot *files = yaml_file_get(schema_list, slots, "files");
    const struct yaml_file_slot *guards = yaml_file_get(schema_list, slots, "guards");
    const char *name = yaml_file_get(schema_list, slots, "name")->text,
               *type = yaml_file_get(schema_list, slots, "type")->text;
    size_t known = c->sets_count, files_count = files->count;
    const char *const *paths = (const char *const *)files->texts;
    struct error reason;
    uint16_t index;

    if (strcmp(type, "dynamic") == 0 && files_count == 0) {
        paths = &name;
        files_count = 1;
    }
    if (files_count == 0)
        return yaml_file_error(in->file, name, in->error, ERR_SYNTAX, "files: is missing");
    if (strpbrk(name, ":,/") != NULL)
        return yaml_file_error(in->file, name, in->error, ERR_SYNTAX,
                               "name: '%s': a list's name has no colon, comma or slash in it", name);
    if (config_take_set(c, type, paths, files_count, &index, &reason) != OK)
        return invalid(in, "lists", type, &reason);
    if (index < known)
        return yaml_file_error(in->file, name, in->error, ERR_SYNTAX,
                               "name: '%s': list '%s' has the same type and files", name,
                               c->sets[index].list);
    struct config_set *set = &c->sets[index];
    free(set->list); /* of a dynamic one */
    enum err err = read_settings(in, schema_list, slots, set);
    set->list = alloc_text(name, strlen(name));
    if (err == OK && guards->slots != NULL)
        err = read_canaries(in, yaml_file_get(schema_guards, guards->slots, "canary"), &set->guards);
    return err;
}

/* Lets `zone` (NULL: all zones) use what `word` means: all sets of the list of that name, or one set,
 * TYPE:FILE[,FILE...]. */
static enum err use_list(const struct config_input *in, const char *key, struct zone_spec *zone,
                         const char *word)
{
    struct config *c = in->config;
    struct error reason;
    bool found = false;
    uint16_t index;
    if (strchr(word, ':') != NULL) {
        if (config_take_set_text(c, word, &index, &reason) != OK)
            return invalid(in, key, word, &reason);
        if (zone == NULL && !config_set_is_acl(&c->sets[index]))
            return yaml_file_error(in->file, word, in->error, ERR_SYNTAX, "%s: '%s': type acl expected", key,
                                   word);
        config_use_set(c, zone, index);
        return OK;
    }
    for (size_t i = 0; i < c->sets_count; i++) {
        const struct config_set *set = &c->sets[i];
        if (set->list == NULL || strcmp(set->list, word) != 0)
            continue;
        if (zone == NULL && !config_set_is_acl(set))
            return yaml_file_error(in->file, word, in->error, ERR_SYNTAX,
                                   "%s: '%s': a list of type acl expected", key, word);
        config_use_set(c, zone, (uint16_t)i);
        found = true;
    }
    if (!found)
        return yaml_file_error(in->file, word, in->error, ERR_SYNTAX,
                               "%s: '%s': no list of this name is in lists, and it is no TYPE:FILE", key,
                               word);
    return OK;
}

static enum err use_lists(const struct config_input *in, const char *key, struct zone_spec *zone,
                          const struct yaml_file_slot *words)
{
    enum err err = OK;
    for (uint32_t i = 0; i < words->count && err == OK; i++)
        err = use_list(in, key, zone, words->texts[i]);
    return err;
}

/* ---- Rules ---- */

static enum err read_rules(const struct config_input *in, const struct yaml_file_slot *slots)
{
    struct config *c = in->config;
    c->rules = alloc_resize(c->rules, c->rules_count + 1, sizeof(*c->rules));
    struct config_rules *rules = &c->rules[c->rules_count++];
    *rules =
        (struct config_rules){ .lists = texts_of(yaml_file_get(schema_rules, slots, "lists")),
                               .blocked_by = texts_of(yaml_file_get(schema_rules, slots, "blocked_by")) };
    schema_value_defaults(schema_rules, rules);
    return read_settings(in, schema_rules, slots, rules);
}

/* ---- Zones ---- */

static enum err read_soa(const struct config_input *in, const struct yaml_file_slot *slots,
                         struct zone_spec *zone)
{
    struct set_soa *soa = alloc_array(1, sizeof(*soa));
    zone->soa = soa;
    soa->present = true;
    schema_value_defaults(schema_soa, soa);
    enum err err = read_settings(in, schema_soa, slots, soa);
    if (err == OK)
        err = read_name(in, "mname", yaml_file_get(schema_soa, slots, "mname")->text, soa->mname,
                        &soa->mname_len);
    if (err == OK)
        err = read_name(in, "rname", yaml_file_get(schema_soa, slots, "rname")->text, soa->rname,
                        &soa->rname_len);
    return err;
}

static enum err read_ns(const struct config_input *in, const struct yaml_file_slot *names, const char *ttl,
                        struct zone_spec *zone)
{
    struct schema_row row = schema_zone[schema_index(schema_zone, "ns_ttl")];
    struct set_ns *ns = alloc_array(1, sizeof(*ns));
    zone->ns = ns;
    row.offset = offsetof(struct set_ns, ttl);
    enum err err = read_setting(in, &row, ttl != NULL ? ttl : row.initial, ns);
    for (uint32_t i = 0; i < names->count && err == OK; i++, ns->count++) {
        if (i == SET_MAX_NS)
            return yaml_file_error(in->file, names->texts[i], in->error, ERR_LIMIT, "ns: more than %d names",
                                   SET_MAX_NS);
        err = read_name(in, "ns", names->texts[i], ns->name[i].name, &ns->name[i].len);
    }
    return err;
}

static enum err read_zone(const struct config_input *in, const struct yaml_file_slot *slots)
{
    const char *name = yaml_file_get(schema_zone, slots, "name")->text,
               *ns_ttl = yaml_file_get(schema_zone, slots, "ns_ttl")->text;
    const struct yaml_file_slot *soa = yaml_file_get(schema_zone, slots, "soa"),
                                *ns = yaml_file_get(schema_zone, slots, "ns");
    size_t known = in->config->zones_count;
    struct zone_spec *zone;
    struct error reason;
    if (config_take_zone(in->config, name, &zone, &reason) != OK)
        return invalid(in, "name", name, &reason);
    if (in->config->zones_count == known)
        return yaml_file_error(in->file, name, in->error, ERR_SYNTAX, "name: '%s': this zone is given twice",
                               name);
    enum err err = read_settings(in, schema_zone, slots, zone);
    if (err == OK)
        err = use_lists(in, "lists", zone, yaml_file_get(schema_zone, slots, "lists"));
    if (err == OK && soa->slots != NULL)
        err = read_soa(in, soa->slots, zone);
    if (err == OK && ns->count > 0)
        err = read_ns(in, ns, ns_ttl, zone);
    return err;
}

/* ---- The file ---- */

static enum err
read_sections(const struct config_input *in, const struct yaml_file_slot *root, const char *key,
              enum err (*read)(const struct config_input *in, const struct yaml_file_slot *slots))
{
    const struct schema_row *row = &schema_root[schema_index(schema_root, key)];
    const struct yaml_file_slot *sections = yaml_file_get(schema_root, root, key);
    enum err err = OK;
    for (uint32_t i = 0; i < sections->count && err == OK; i++)
        err = read(in, sections->slots + i * schema_count(row->section));
    return err;
}

enum err config_file_read(const char *path, struct config *config, struct error *error)
{
    enum err err = yaml_file_read(path, schema_root, &config->file, error);
    if (err != OK)
        return err;
    const struct config_input in = { config->file, config, error };
    struct config_texts proxies = { 0 };
    const struct yaml_file_slot *root = yaml_file_root(config->file);
    err = read_settings(&in, schema_root, root, config);
    if (err == OK)
        err = read_binds(&in, yaml_file_get(schema_root, root, "listen"));
    if (err == OK)
        err = read_sections(&in, root, "lists", read_list);
    if (err == OK)
        err = read_sections(&in, root, "zones", read_zone);
    if (err == OK)
        err = use_lists(&in, "acls", NULL, yaml_file_get(schema_root, root, "acls"));
    if (err == OK)
        err = read_prefixes(&in, root, "rate_limit", "exempt", &config->rate_exempt);
    if (err == OK)
        err = read_prefixes(&in, root, "public_resolvers", "prefixes", &config->public_resolvers.prefixes);
    if (err == OK)
        err = read_prefixes(&in, root, "http", "trusted_proxies", &proxies);
    if (err == OK)
        err = read_sections(&in, root, "rules", read_rules);
    config->http.trusted_proxies = proxies.text;
    config->http.trusted_proxies_count = proxies.count;
    if (err == OK)
        err = read_http(&in, "api", yaml_file_get(schema_root, root, "api"), &config->api);
    if (err == OK)
        err = read_http(&in, "page", yaml_file_get(schema_root, root, "page"), &config->page);
    return err;
}
