#include "daemon/check.h"

#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"
#include "load/load_history.h"
#include "load/set_state.h"
#include "load/stale.h"
#include "resolve/resolver.h"
#include "view/snapshot_build.h"

#include <stdlib.h>

/* The exit codes. */
enum { CHECK_OK, CHECK_FAILED, CHECK_BAD_LINES };

static int fail(const struct error *error)
{
    log_error("%s", error->text);
    return CHECK_FAILED;
}

/* Builds snapshot and view, which finds errors that reading does not. Warns of stale data. Checks the guards
 * by the history of loads in the state directory, as the server does. */
static int check_view(const struct config *config, struct set_state *sets)
{
    struct snapshot *snapshot;
    struct view *view;
    struct error error;
    int code = CHECK_OK;
    int64_t now = clock_now(), next;
    uint16_t never = (uint16_t)config->never;
    if (set_state_build(sets, config->sets_count, NULL, &snapshot, &error) != OK)
        return fail(&error);
    stale_update(config, snapshot->sets, now, now, sets, &next);
    uint16_t *lists = load_guard_lists(config);
    for (size_t i = 0; i < config->sets_count; i++) {
        const struct load_guard_case load = { .set = &config->sets[i],
                                              .old = load_history_before(NULL, &sets[i], i, lists),
                                              .new = guard_load_built(snapshot, i, lists),
                                              .now = now,
                                              .reach = "dnsblctl", /* finds the server that is to take it */
                                              .since =
                                                  load_history_since(NULL, &sets[i], &config->sets[i], i) };
        if (sets[i].pending && load_guard_judge(&sets[i].guard, &load, &error) != OK)
            code = fail(&error);
    }
    free(lists);
    struct view_spec spec = { .zones = config->zones,
                              .zones_count = config->zones_count,
                              .acls = config->acls,
                              .acls_count = config->acls_count,
                              .never = config->never != SIZE_MAX ? &never : NULL };
    if (view_build(snapshot, &spec, &view, &error) != OK) {
        snapshot_free(snapshot);
        return fail(&error);
    }
    printf("%s, %s, %s snapshot\n", human_number(config->zones_count, "zone", "zones").text,
           human_number(config_count_lists(config), "list", "lists").text,
           human_bytes(snapshot_bytes(snapshot)).text);
    view_free(view);
    return code;
}

static int check_set(const struct config_set *set, const struct set_state *state)
{
    const struct set_data *d = state->data;
    if (d == NULL)
        return fail(&state->read_error);
    printf("%s (%s): %s, %s, %s, %s\n", set->list, set->spec.type,
           human_number(d->lines, "line", "lines").text, human_number(d->entries, "entry", "entries").text,
           human_number(d->bad, "bad line", "bad lines").text, human_bytes(d->bytes).text);
    return d->bad > 0 ? CHECK_BAD_LINES : CHECK_OK;
}

/* The code of two checks: a failure outweighs bad lines. */
static int worse(int a, int b)
{
    return a == CHECK_FAILED || b == CHECK_OK ? a : b;
}

/* Those of the system are in a file that may be outside the new root directory. */
static int check_resolvers(const struct config_texts *addresses)
{
    struct listen_address_list servers;
    struct error error;
    if (addresses->count == 0 ||
        resolver_find_servers(addresses->text, addresses->count, NULL, &servers, &error) == OK)
        return CHECK_OK;
    return fail(&error);
}

int check_run(const struct config *config, const struct check_rights *rights)
{
    size_t n = config->sets_count;
    struct set_state *sets = set_state_new(n);
    if (sets == NULL)
        abort();
    load_history_read(config, sets);
    set_state_read(config, sets, stdout);
    int code = check_files(config, rights) ? CHECK_OK : CHECK_FAILED;
    code = worse(code, check_resolvers(&config->resolver.addresses));
    for (size_t i = 0; i < n; i++)
        code = worse(code, check_set(&config->sets[i], &sets[i]));
    code = worse(code, check_view(config, sets));
    set_state_free(sets, n);
    return code;
}
