#include "config/config_print.h"

#include "config/schema_value.h"
#include "config/yaml_file.h"
#include "dns/name.h"

#include <stdlib.h>
#include <string.h>

/* Slots and texts live until the file is written, and then go at once. */
struct print_output {
    const struct config *config;
    void **made;
    size_t made_count;
};

static void *keep(struct print_output *out, void *p)
{
    out->made = reallocarray(out->made, out->made_count + 1, sizeof(*out->made));
    if (p == NULL || out->made == NULL)
        abort();
    return out->made[out->made_count++] = p;
}

static struct yaml_file_slot *new_slots(struct print_output *out, const struct schema_row *section,
                                        size_t count)
{
    return keep(out, calloc(count * schema_count(section) + 1, sizeof(struct yaml_file_slot)));
}

static struct yaml_file_slot *slot(const struct schema_row *section, struct yaml_file_slot *slots,
                                   const char *key)
{
    return &slots[schema_index(section, key)];
}

static void put_text(struct print_output *out, struct yaml_file_slot *s, const char *text)
{
    s->text = keep(out, strdup(text));
}

static void add_text(struct print_output *out, struct yaml_file_slot *s, const char *text)
{
    char **texts = keep(out, calloc(s->count + (size_t)1, sizeof(*texts)));
    if (s->count > 0)
        memcpy(texts, s->texts, s->count * sizeof(*texts));
    texts[s->count++] = keep(out, strdup(text));
    s->texts = texts;
}

static void put_name(struct print_output *out, struct yaml_file_slot *s, const uint8_t *wire, size_t length)
{
    char text[NAME_MAX_TEXT];
    name_to_text(wire, length, text);
    put_text(out, s, text);
}

/* Writes the simple values of a section, and of the sections within that have a field: `all`, or those that
 * are not the defaults. True when there are some. */
static bool put_settings(struct print_output *out, const struct schema_row *section, const void *in, bool all,
                         struct yaml_file_slot *slots)
{
    bool any = false;
    for (size_t i = 0; section[i].key != NULL; i++) {
        const struct schema_row *row = &section[i];
        char buffer[SCHEMA_VALUE_TEXT];
        if (row->offset == SCHEMA_BY_HAND)
            continue;
        if (row->type == SCHEMA_SECTION) {
            struct yaml_file_slot *within = new_slots(out, row->section, 1);
            if (put_settings(out, row->section, (const char *)in + row->offset, all, within))
                slots[i].slots = within;
        } else {
            const char *text = schema_value_write(row, in, buffer);
            if (text == NULL || (!all && row->initial != NULL && strcmp(text, row->initial) == 0))
                continue;
            put_text(out, &slots[i], text);
        }
        any = any || slots[i].text != NULL;
    }
    return any;
}

static void put_list(struct print_output *out, const struct config_set *set, struct yaml_file_slot *slots)
{
    put_settings(out, schema_list, set, false, slots);
    put_text(out, slot(schema_list, slots, "type"), set->dynamic ? "dynamic" : set->spec.type);
    for (size_t i = 0; i < set->spec.files_count; i++)
        add_text(out, slot(schema_list, slots, "files"), set->spec.files[i]);

    struct yaml_file_slot *guards = slot(schema_list, slots, "guards");
    if (guards->slots == NULL && set->guards.canary_count > 0)
        guards->slots = new_slots(out, schema_guards, 1);
    for (size_t i = 0; i < set->guards.canary_count; i++)
        add_text(out, slot(schema_guards, guards->slots, "canary"), set->guards.canary[i].text);
}

/* How many of the `count` sets at `sets` are, together and in order, all sets of the first one's list; 0 when
 * they are not all. */
static size_t whole_list(const struct config *config, const uint16_t *sets, size_t count)
{
    const char *list = config->sets[sets[0]].list;
    size_t n = 0;
    for (size_t i = 0; i < config->sets_count; i++) {
        if (strcmp(config->sets[i].list, list) != 0)
            continue;
        if (n == count || sets[n] != i)
            return 0;
        n++;
    }
    return n;
}

/* Names the sets: by list where all sets of a list are used in their order, else each as TYPE:FILE[,FILE...].
 */
static void put_sets(struct print_output *out, struct yaml_file_slot *s, const uint16_t *sets, size_t count)
{
    const struct config *config = out->config;
    for (size_t i = 0; i < count;) {
        size_t whole = whole_list(config, sets + i, count - i);
        const struct set_spec *spec = &config->sets[sets[i]].spec;
        if (whole > 0) {
            add_text(out, s, config->sets[sets[i]].list);
            i += whole;
            continue;
        }
        size_t length = strlen(spec->type) + 1;
        for (size_t j = 0; j < spec->files_count; j++)
            length += strlen(spec->files[j]) + 1;
        char *text = keep(out, calloc(length + 1, 1)), *end = stpcpy(text, spec->type);
        for (size_t j = 0; j < spec->files_count; j++)
            end = stpcpy(stpcpy(end, j == 0 ? ":" : ","), spec->files[j]);
        add_text(out, s, text);
        i++;
    }
}

static void put_zone(struct print_output *out, const struct zone_spec *zone, struct yaml_file_slot *slots)
{
    struct yaml_file_slot *lists = slot(schema_zone, slots, "lists"), *ns = slot(schema_zone, slots, "ns");
    put_settings(out, schema_zone, zone, false, slots);
    put_text(out, slot(schema_zone, slots, "name"), zone->name);
    /* Together, for a list may have an acl among its sets. */
    uint16_t *sets = keep(out, calloc(zone->sets_count + zone->acls_count + 1, sizeof(*sets)));
    memcpy(sets, zone->sets, zone->sets_count * sizeof(*sets));
    if (zone->acls_count > 0)
        memcpy(sets + zone->sets_count, zone->acls, zone->acls_count * sizeof(*sets));
    put_sets(out, lists, sets, zone->sets_count + zone->acls_count);
    if (zone->soa != NULL) {
        struct yaml_file_slot *soa = new_slots(out, schema_soa, 1);
        put_settings(out, schema_soa, zone->soa, false, soa);
        put_name(out, slot(schema_soa, soa, "mname"), zone->soa->mname, zone->soa->mname_len);
        put_name(out, slot(schema_soa, soa, "rname"), zone->soa->rname, zone->soa->rname_len);
        slot(schema_zone, slots, "soa")->slots = soa;
    }
    if (zone->ns != NULL) {
        struct schema_row row = schema_zone[schema_index(schema_zone, "ns_ttl")];
        char buffer[SCHEMA_VALUE_TEXT];
        row.offset = offsetof(struct set_ns, ttl);
        put_text(out, slot(schema_zone, slots, "ns_ttl"), schema_value_write(&row, zone->ns, buffer));
        for (unsigned i = 0; i < zone->ns->count; i++) {
            char text[NAME_MAX_TEXT];
            name_to_text(zone->ns->name[i].name, zone->ns->name[i].len, text);
            add_text(out, ns, text);
        }
    }
}

static void put_rules(struct print_output *out, const struct config_rules *rules,
                      struct yaml_file_slot *slots)
{
    put_settings(out, schema_rules, rules, false, slots);
    for (size_t i = 0; i < rules->lists.count; i++)
        add_text(out, slot(schema_rules, slots, "lists"), rules->lists.text[i]);
    for (size_t i = 0; i < rules->blocked_by.count; i++)
        add_text(out, slot(schema_rules, slots, "blocked_by"), rules->blocked_by.text[i]);
}

static void put_addresses(struct print_output *out, struct yaml_file_slot *s,
                          const struct config_addresses *addresses)
{
    for (size_t i = 0; i < addresses->count; i++)
        add_text(out, s, addresses->address[i]);
}

/* A list by hand within a section. */
static void put_texts(struct print_output *out, struct yaml_file_slot *root, const char *section,
                      const char *key, const struct config_texts *texts)
{
    const struct schema_row *rows = schema_root[schema_index(schema_root, section)].section;
    struct yaml_file_slot *s = slot(schema_root, root, section);

    for (size_t i = 0; i < texts->count; i++) /* the section is there: it has a bool */
        add_text(out, slot(rows, s->slots, key), texts->text[i]);
}

enum err config_print(const struct config *config, FILE *to, struct error *error)
{
    struct print_output out = { .config = config };
    struct yaml_file_slot *root = new_slots(&out, schema_root, 1);
    struct yaml_file_slot *lists = slot(schema_root, root, "lists"),
                          *zones = slot(schema_root, root, "zones"),
                          *rules = slot(schema_root, root, "rules");
    put_settings(&out, schema_root, config, true, root);
    put_texts(&out, root, "rate_limit", "exempt", &config->rate_exempt);
    put_texts(&out, root, "public_resolvers", "prefixes", &config->public_resolvers.prefixes);
    for (size_t i = 0; i < config->binds_count; i++)
        add_text(&out, slot(schema_root, root, "listen"), config->binds[i]);
    lists->slots = new_slots(&out, schema_list, config->sets_count);
    for (size_t i = 0; i < config->sets_count; i++) {
        if (i != config->never)
            put_list(&out, &config->sets[i], lists->slots + lists->count++ * schema_count(schema_list));
    }
    rules->slots = new_slots(&out, schema_rules, config->rules_count);
    for (; rules->count < config->rules_count; rules->count++)
        put_rules(&out, &config->rules[rules->count],
                  rules->slots + rules->count * schema_count(schema_rules));
    put_addresses(&out, slot(schema_root, root, "api"), &config->api);
    put_addresses(&out, slot(schema_root, root, "page"), &config->page);
    const struct config_texts proxies = { config->http.trusted_proxies, config->http.trusted_proxies_count };
    put_texts(&out, root, "http", "trusted_proxies", &proxies);
    zones->slots = new_slots(&out, schema_zone, config->zones_count);
    for (; zones->count < config->zones_count; zones->count++)
        put_zone(&out, &config->zones[zones->count], zones->slots + zones->count * schema_count(schema_zone));
    put_sets(&out, slot(schema_root, root, "acls"), config->acls, config->acls_count);

    enum err err = yaml_file_write(schema_root, root, to, error);
    while (out.made_count > 0)
        free(out.made[--out.made_count]);
    free(out.made);
    return err;
}
