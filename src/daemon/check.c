#include "daemon/check.h"

#include "base/human.h"
#include "base/log.h"
#include "load/load_history.h"
#include "load/set_loader.h"
#include "serve/key_file.h"
#include "view/guard.h"

#include <stdlib.h>

enum { CHECK_GOOD, CHECK_FAILED, CHECK_BAD_LINES };

/* Whether a server with the history of loads in the state directory would serve all that was read. */
static bool guards_pass(const struct config *config, const struct set_state *sets,
                        const struct snapshot *snapshot)
{
    bool all = true;
    for (size_t i = 0; i < config->sets_count; i++) {
        const struct config_set *c = &config->sets[i];
        struct guard_load before = load_history_before(NULL, &sets[i], i);
        struct guard_load load = guard_load_built(snapshot, i);
        struct error error;
        if (!sets[i].pending || guard_check(c->list, &c->guards, &before, &load, &error) == OK)
            continue;
        log_error("%s", error.text);
        all = false;
    }
    return all;
}

/* Compiles what was loaded, so that what only shows then is seen too, and names canaries. */
static enum err compile(const struct config *config, const struct set_state *sets, bool *plausible,
                        struct error *error)
{
    struct snapshot *snapshot;
    struct view *view;
    enum err err = set_state_build(sets, config->sets_count, NULL, &snapshot, error);
    if (err != OK)
        return err;
    for (size_t i = 0; i < config->sets_count; i++) {
        struct guard_load load = guard_load_built(snapshot, i);
        unsigned canaries = guard_new_canaries(&(struct guard_load){ .snapshot = NULL }, &load);
        if (canaries != 0)
            printf("%s: lists %s, which no list should list\n", config->sets[i].list,
                   guard_canary_text(canaries));
    }
    *plausible = guards_pass(config, sets, snapshot);
    struct view_spec spec = { .zones = config->zones,
                              .zones_count = config->zones_count,
                              .acls = config->acls,
                              .acls_count = config->acls_count };
    err = view_build(snapshot, &spec, &view, error);
    if (err != OK) {
        snapshot_free(snapshot);
        return err;
    }
    printf("%zu zones, %zu lists, %s base\n", config->zones_count, config_count_lists(config),
           human_bytes(snapshot_bytes(snapshot)).text);
    view_free(view);
    return OK;
}

/* Checks the key file: a server does not start with an invalid line in it. */
static int check_keys(const struct config *config)
{
    struct customer_keys *keys;
    struct error error;
    if (config->keys.file == NULL)
        return CHECK_GOOD;
    if (key_file_read(config->keys.file, config, 1, 0, &keys, &error) != OK) {
        log_error("%s", error.text);
        return CHECK_FAILED;
    }
    printf("%s: %s keys\n", config->keys.file, human_count(VEC_COUNT(&keys->keys, struct customer_key)).text);
    customer_keys_free(keys);
    return CHECK_GOOD;
}

int check_run(const struct config *config)
{
    size_t n = config->sets_count;
    struct set_state *sets = set_state_new(n);
    bool plausible = true;
    if (sets == NULL)
        abort();
    load_history_read(config, sets);
    set_state_change_all(sets, n);
    set_loader_run(config, sets, stdout);

    int code = check_keys(config);
    for (size_t i = 0; i < n; i++) {
        const struct set_data *d = sets[i].data;
        if (d == NULL) {
            log_error("%s", sets[i].read_error.text);
            code = CHECK_FAILED;
            continue;
        }
        printf("%s (%s): %s lines, %s entries, %s bad lines, %s\n", config->sets[i].list,
               config->sets[i].spec.type, human_count(d->lines).text, human_count(d->entries).text,
               human_count(d->bad).text, human_bytes(d->bytes).text);
        if (d->bad > 0 && code == CHECK_GOOD)
            code = CHECK_BAD_LINES;
    }
    struct error error;
    if (compile(config, sets, &plausible, &error) != OK) {
        log_error("%s", error.text);
        code = CHECK_FAILED;
    }
    if (!plausible)
        code = CHECK_FAILED;
    set_state_free(sets, n);
    return code;
}
