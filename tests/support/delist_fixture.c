#include "support/delist_fixture.h"

#include "dns/name.h"
#include "support/must.h"
#include "support/text_range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct view *view_open(void *context)
{
    return ((struct delist_fixture *)context)->view;
}

static void view_close(void *context)
{
    (void)context;
}

void delist_fixture_publish(void *context, const struct overlay_view *overlay, uint64_t generation)
{
    struct delist_fixture *t = context;
    t->published = *overlay;
    t->generation = generation;
    t->publishes++;
}

void delist_fixture_open(struct delist_fixture *t)
{
    struct error error;
    t->options.state = t->directory[0] != '\0' ? t->directory : NULL;
    must(delist_open(&t->options, t->now, &t->d, &error) == OK, "the store does not open");
}

void delist_fixture_reopen(struct delist_fixture *t)
{
    delist_close(t->d);
    delist_fixture_open(t);
}

void delist_fixture_prepare(struct delist_fixture *t, bool durable)
{
    static const struct {
        const char *name;
        enum removal_policy removal;
        bool bypass;
        uint32_t duration;
    } lists[] = { { "sbl", REMOVAL_OWNER, false, DAY },
                  { "xbl", REMOVAL_SELF, true, 7 * DAY },
                  { "pbl", REMOVAL_SINGLE, true, 7 * DAY },
                  { "pol", REMOVAL_NEVER, true, 3600 } };

    *t = (struct delist_fixture){ .now = DELIST_FIXTURE_NOW };
    for (unsigned i = 0; i < ARRAY_SIZE(lists); i++) {
        t->rules[i] = (struct list_policy){ .removal = lists[i].removal,
                                            .bypass = lists[i].bypass,
                                            .widest = { 16, 32 },
                                            .public_widest = { 32, 64 },
                                            .duration = lists[i].duration,
                                            .longest = 30 * DAY,
                                            .public_duration = 2 * DAY,
                                            .relist_factor = 2,
                                            .relist_after = 3600 };
        snprintf(t->rules[i].name, sizeof(t->rules[i].name), "%s", lists[i].name);
    }
    t->options = (struct delist_options){ .policies = t->rules,
                                          .policies_count = ARRAY_SIZE(lists),
                                          .limits = { .listing_widest = { 24, 48 },
                                                      .listing_duration = DAY,
                                                      .allow_widest = { 16, 32 },
                                                      .active_most = 1000000,
                                                      .mass_relist = 100,
                                                      .mass_relist_percent = 1 },
                                          .overlay_bytes = 256 << 20,
                                          .view_open = view_open,
                                          .view_close = view_close,
                                          .publish = delist_fixture_publish,
                                          .context = t,
                                          .confirm_context = t };
    if (durable) {
        snprintf(t->directory, sizeof(t->directory), "/tmp/dnsbld-test-XXXXXX");
        must(mkdtemp(t->directory) != NULL, "no temporary directory");
    }
}

void delist_fixture_setup(struct delist_fixture *t, bool durable)
{
    delist_fixture_prepare(t, durable);
    delist_fixture_open(t);
}

void delist_fixture_teardown(struct delist_fixture *t)
{
    char command[128];
    delist_close(t->d);
    if (t->directory[0] == '\0')
        return;
    snprintf(command, sizeof(command), "rm -r %s", t->directory);
    must(system(command) == 0, "the temporary directory cannot be removed");
}

struct range delist_fixture_range(const char *text)
{
    bool subdomains = *text == '+';
    return text_range(text + subdomains, subdomains);
}

unsigned delist_fixture_list(const struct delist_fixture *t, const char *name)
{
    int number = delist_list_number(t->d, name);
    must(number >= 0, name);
    return (unsigned)number;
}

struct list_mask delist_fixture_lists(const struct delist_fixture *t, const char *names)
{
    struct list_mask mask = { { 0 } };
    char copy[64], *save, *name;
    snprintf(copy, sizeof(copy), "%s", names);
    for (name = strtok_r(copy, " ", &save); name != NULL; name = strtok_r(NULL, " ", &save))
        list_mask_add(&mask, delist_fixture_list(t, name));
    return mask;
}

struct actor delist_fixture_actor(enum role role, const char *name)
{
    struct actor actor = { .role = role, .client = "198.51.100.7", .origin = "api" };
    memset(&actor.lists, 0xff, sizeof(actor.lists));
    snprintf(actor.name, sizeof(actor.name), "%s", name);
    return actor;
}

struct item_spec delist_fixture_spec(const struct delist_fixture *t, enum overlay_kind kind,
                                     const char *range, const char *lists, int64_t seconds)
{
    struct item_spec c = { .kind = kind, .range = delist_fixture_range(range), .code = 0x7f000004 };
    if (lists != NULL) {
        c.lists_given = true;
        c.lists = delist_fixture_lists(t, lists);
    }
    if (seconds != 0)
        c.expiry = (struct expiry){ EXPIRY_IN, seconds };
    return c;
}

static void lookup(const struct delist_fixture *t, const struct range *key, struct overlay_record *record)
{
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    if (key->family != RANGE_NAME) {
        overlay_lookup(&t->published, key->family, key->first, record);
        return;
    }
    overlay_lookup_name(&t->published, name_split(key->name, offsets), t->now, record);
}

enum overlay_effect delist_fixture_effect(const struct delist_fixture *t, const char *key, const char *list)
{
    struct range range = delist_fixture_range(key);
    struct overlay_record record;
    const struct overlay_item *item;
    lookup(t, &range, &record);
    return overlay_effect(&record, delist_fixture_list(t, list), t->now, &item);
}
