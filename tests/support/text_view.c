#include "support/text_view.h"

#include "dns/name.h"
#include "list/set.h"
#include "support/memory_file.h"
#include "support/must.h"
#include "view/snapshot_build.h"

#include <stdio.h>
#include <string.h>

static void on_report(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    (void)context;
    (void)file;
    fprintf(stderr, "line %lu: %s\n", line, reason);
    must(!bad, "a set of a test has a bad line");
}

struct set_data *text_view_load_set(const struct text_set *s)
{
    char *path = memory_file_new(s->text, strlen(s->text));
    struct set_spec spec = { (char *)s->type, &path, 1 };
    struct load_options options = { .default_ttl = 2100, .now = 1795321198, .report = on_report };
    struct set_data *data = NULL;
    struct error error = { .text = "" };

    must(set_load(&spec, &options, &data, &error) == OK, error.text);
    memory_file_free(path);
    return data;
}

struct view *text_view_build(const struct text_set *sets, const uint16_t *lists, size_t count)
{
    struct set_data *data[32] = { NULL };
    struct zone_spec zones[32] = { { .name = NULL } };
    uint16_t numbers[32], acls[32], zone_acls[32][4];
    size_t zones_count = 0, acls_count = 0;
    const uint16_t *never = NULL;
    struct error error = { .text = "" };
    struct snapshot *snapshot;
    struct view *view;

    must(count <= ARRAY_SIZE(data), "too many sets");
    for (uint16_t i = 0; i < count; i++) {
        bool acl = strcmp(sets[i].type, "acl") == 0;
        data[i] = text_view_load_set(&sets[i]);
        numbers[i] = i;
        if (strcmp(sets[i].type, "never") == 0) {
            never = &numbers[i];
            continue;
        }
        if (sets[i].zone[0] == '\0') {
            acls[acls_count++] = i;
            continue;
        }
        struct zone_spec *z = zones_count > 0 ? &zones[zones_count - 1] : NULL;
        if (z == NULL || strcmp(z->name, sets[i].zone) != 0) {
            z = &zones[zones_count++];
            z->name = sets[i].zone;
            z->sets = &numbers[i];
            z->acls = zone_acls[i];
            must(name_from_text(z->name, z->wire, &z->wire_len, &error) == OK, error.text);
        }
        if (acl)
            z->acls[z->acls_count++] = i;
        else
            z->sets_count++;
    }
    must(snapshot_build(NULL, data, count, &snapshot, &error) == OK, error.text);
    for (size_t i = 0; i < count; i++)
        set_free(data[i]);
    struct view_spec spec = { .zones = zones,
                              .zones_count = zones_count,
                              .acls = acls,
                              .acls_count = acls_count,
                              .set_lists = lists,
                              .never = never };
    must(view_build(snapshot, &spec, &view, &error) == OK, error.text);
    return view;
}
