/* --print-config: struct config -> slots of the schema, written as YAML. */
#include "config/config_file.h"

#include "config/alloc.h"
#include "config/yaml_file.h"
#include "dns/name.h"

/* A section that is being filled in. */
struct print_section {
    struct yaml_file *file;
    const struct schema_row *rows;
    struct yaml_file_slot *slots; /* one for each row */
};

static struct yaml_file_slot *slot(const struct print_section *s, const char *key)
{
    return yaml_file_get(s->rows, s->slots, key);
}

/* Sets the value of `key`, or adds to its list of texts. */
static void put_text(const struct print_section *s, const char *key, const char *text)
{
    if (s->rows[schema_index(s->rows, key)].type == SCHEMA_TEXTS)
        yaml_file_add_text(s->file, slot(s, key), text);
    else
        yaml_file_set_text(s->file, slot(s, key), text);
}

static void put_name(const struct print_section *s, const char *key, const uint8_t *wire, size_t length)
{
    char text[NAME_MAX_TEXT];
    name_to_text(wire, length, text);
    put_text(s, key, text);
}

/* One more section of the list `key`; valid until the next. */
static struct print_section add_section(const struct print_section *s, const char *key)
{
    const struct schema_row *rows = s->rows[schema_index(s->rows, key)].section;
    return (struct print_section){ s->file, rows, yaml_file_add_section(s->file, slot(s, key), rows) };
}

/* Sets the values of a section that have a field, and of the sections within: `all`, or those that differ
 * from the defaults. */
static void set_values(const struct print_section *s, const void *in, bool all)
{
    for (const struct schema_row *row = s->rows; row->key != NULL; row++) {
        char buffer[SCHEMA_VALUE_TEXT];
        const void *field = (const char *)in + row->offset;
        if (row->offset == SCHEMA_BY_HAND)
            continue;
        if (row->type == SCHEMA_TEXTS) {
            const struct config_texts *texts = field;
            for (size_t i = 0; i < texts->count; i++)
                put_text(s, row->key, texts->text[i]);
            continue;
        }
        if (row->type == SCHEMA_SECTION) {
            struct print_section within = add_section(s, row->key);
            set_values(&within, field, all);
            continue;
        }
        const char *text = schema_value_write(row, in, buffer);
        if (text != NULL && (all || row->initial == NULL || strcmp(text, row->initial) != 0))
            put_text(s, row->key, text);
    }
}

/* Adds the canaries from number `from` on to a section of guards. */
static void put_canaries(const struct print_section *guards, const struct guard_rules *rules, size_t from)
{
    for (size_t i = from; i < rules->canary_count; i++)
        put_text(guards, "canary", rules->canary[i].text);
}

/* Adds the section `key` with what differs in it from the server's. */
static struct print_section add_own(const struct print_section *in, const char *key, const void *server,
                                    const void *own)
{
    const struct print_section s = add_section(in, key);
    for (const struct schema_row *row = s.rows; row->key != NULL; row++) {
        char ours[SCHEMA_VALUE_TEXT], theirs[SCHEMA_VALUE_TEXT];
        if (row->offset == SCHEMA_BY_HAND)
            continue;
        const char *text = schema_value_write(row, own, ours);
        if (strcmp(text, schema_value_write(row, server, theirs)) != 0)
            put_text(&s, row->key, text);
    }
    return s;
}

static void add_list(const struct print_section *root, const struct config *config,
                     const struct config_set *set)
{
    const struct print_section s = add_section(root, "lists");
    set_values(&s, set, false);
    put_text(&s, "type", set->dynamic ? "dynamic" : set->spec.type);
    for (size_t i = 0; i < set->spec.files_count; i++)
        put_text(&s, "files", set->spec.files[i]);
    const struct print_section guards = add_own(&s, "guards", &config->guards, &set->guards);
    put_canaries(&guards, &set->guards, config->guards.canary_count);
}

/* The number of sets of the list of sets[0], if `sets` (`count` of them) begins with all of them in their
 * order; else 0. */
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

/* Adds one set as TYPE:FILE[,FILE...]. */
static void add_set(const struct print_section *s, const char *key, const struct set_spec *spec)
{
    size_t length = strlen(spec->type) + 1;
    for (size_t i = 0; i < spec->files_count; i++)
        length += strlen(spec->files[i]) + 1;
    char *text = alloc_array(length, 1), *end = stpcpy(text, spec->type);
    for (size_t i = 0; i < spec->files_count; i++)
        end = stpcpy(stpcpy(end, i == 0 ? ":" : ","), spec->files[i]);
    put_text(s, key, text);
    free(text);
}

/* Adds the sets: by the name of the list where all its sets are used in their order, else each by itself. */
static void add_sets(const struct print_section *s, const char *key, const struct config *config,
                     const uint16_t *sets, size_t count)
{
    for (size_t i = 0, whole; i < count; i += whole != 0 ? whole : 1) {
        const struct config_set *set = &config->sets[sets[i]];
        whole = whole_list(config, sets + i, count - i);
        if (whole > 0)
            put_text(s, key, set->list);
        else
            add_set(s, key, &set->spec);
    }
}

/* The sets and acls of a zone are added together, as a list may have an acl among its sets. */
static void add_zone_sets(const struct print_section *s, const struct config *config,
                          const struct zone_spec *zone)
{
    size_t count = zone->sets_count + zone->acls_count;
    uint16_t *sets = alloc_array(count, sizeof(*sets));
    for (size_t i = 0; i < count; i++)
        sets[i] = i < zone->sets_count ? zone->sets[i] : zone->acls[i - zone->sets_count];
    add_sets(s, "lists", config, sets, count);
    free(sets);
}

static void add_zone(const struct print_section *root, const struct config *config,
                     const struct zone_spec *zone)
{
    const struct print_section s = add_section(root, "zones");
    set_values(&s, zone, false);
    put_text(&s, "name", zone->name);
    add_zone_sets(&s, config, zone);
    if (zone->soa != NULL) {
        const struct print_section soa = add_section(&s, "soa");
        set_values(&soa, zone->soa, false);
        put_name(&soa, "mname", zone->soa->mname, zone->soa->mname_len);
        put_name(&soa, "rname", zone->soa->rname, zone->soa->rname_len);
    }
    if (zone->ns != NULL) {
        struct schema_row row = schema_zone[schema_index(schema_zone, "ns_ttl")];
        char buffer[SCHEMA_VALUE_TEXT];
        row.offset = offsetof(struct set_ns, ttl);
        put_text(&s, "ns_ttl", schema_value_write(&row, zone->ns, buffer));
        for (unsigned i = 0; i < zone->ns->count; i++)
            put_name(&s, "ns", zone->ns->name[i].name, zone->ns->name[i].len);
    }
}

enum err config_print(const struct config *config, FILE *to, struct error *error)
{
    const struct config *c = config;
    struct yaml_file *file = yaml_file_new(schema_root);
    const struct print_section root = { file, schema_root, yaml_file_root(file) };
    static const char *const sections[] = { "lists", "zones", "rules" }; /* written even without elements */
    for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
        yaml_file_set_empty(file, slot(&root, sections[i]));

    set_values(&root, c, true);
    const struct print_section guards = { file, schema_guards, slot(&root, "guards")->slots };
    put_canaries(&guards, &c->guards, 0);
    for (size_t i = 0; i < c->sets_count; i++)
        if (i != c->never)
            add_list(&root, c, &c->sets[i]);
    for (size_t i = 0; i < c->rules_count; i++) {
        const struct print_section rules = add_section(&root, "rules");
        set_values(&rules, &c->rules[i], false);
        add_own(&rules, "breaker", &c->breaker, &c->rules[i].policy.breaker);
    }
    for (size_t i = 0; i < c->zones_count; i++)
        add_zone(&root, c, &c->zones[i]);
    add_sets(&root, "acls", c, c->acls, c->acls_count);
    enum err err = yaml_file_write(schema_root, root.slots, to, error);
    yaml_file_free(file);
    return err;
}
