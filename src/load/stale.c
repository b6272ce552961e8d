#include "load/stale.h"

#include "base/log.h"

#include <stdlib.h>

int64_t stale_from(const struct config_set *set, const struct snapshot_set *facts)
{
    int64_t from = INT64_MAX;
    if (facts->loaded && facts->valid_until != 0)
        from = facts->valid_until;
    if (facts->loaded && set->max_age != 0 && facts->mtime + set->max_age < from)
        from = facts->mtime + set->max_age;
    return from;
}

bool stale_is(const struct config_set *set, const struct snapshot_set *facts, int64_t now)
{
    return stale_from(set, facts) <= now && !config_set_is_retired(set, now);
}

#define RETRY_SECONDS 60 /* after zones could not be published */

bool stale_update(const struct config *config, const struct snapshot_set *facts, int64_t compiled_at,
                  int64_t now, struct set_state *sets, int64_t *next)
{
    static const char *const effects[] = { [STALE_SERVFAIL] = "its zones answer SERVFAIL",
                                           [STALE_SERVE] = "it is served all the same",
                                           [STALE_DROP] = "its zones leave it out" };
    bool drop = false;
    *next = INT64_MAX;
    for (size_t i = 0; i < config->sets_count; i++) {
        const struct config_set *set = &config->sets[i];
        int64_t from = stale_from(set, &facts[i]),
                end = set->retired != NULL ? set->retired->since : INT64_MAX;
        bool is_stale = stale_is(set, &facts[i], now), is_retired = end <= now;
        if (from > now && from < *next && !is_retired)
            *next = from;
        if (!is_retired && end < *next)
            *next = end;
        if (is_retired && !sets[i].retired)
            log_notice("%s (%s): the list is retired; its zones leave it out", set->list, set->spec.type);
        if (is_stale && !sets[i].stale)
            log_warning("%s (%s): its data is stale; %s", set->list, set->spec.type, effects[set->on_stale]);
        drop |= (is_retired && end > compiled_at) ||
                (is_stale && from > compiled_at && set->on_stale == STALE_DROP);
        sets[i].stale = is_stale;
        sets[i].retired = is_retired;
    }
    if (drop && now + RETRY_SECONDS < *next)
        *next = now + RETRY_SECONDS;
    return drop;
}

/* Whether zones leave the set out: its data is stale, or was refused before it had any. */
static bool is_dropped(const struct config_set *set, const struct set_state *state,
                       const struct snapshot_set *facts, int64_t now)
{
    bool refused = !facts->loaded && state->failure.code == ERR_REFUSED;
    return set->on_stale == STALE_DROP && (refused || stale_from(set, facts) <= now) &&
           !config_set_is_retired(set, now);
}

enum err stale_zones_make(struct stale_zones *zones, const struct config *config, const uint16_t *set_lists,
                          const struct set_state *states, const struct snapshot *snapshot, int64_t now,
                          struct error *error)
{
    size_t used = 0;
    for (size_t i = 0; i < config->zones_count; i++)
        used += config->zones[i].sets_count;
    *zones = (struct stale_zones){ .zones = calloc(config->zones_count + 1, sizeof(*zones->zones)),
                                   .sets = calloc(used + 1, sizeof(*zones->sets)),
                                   .valid_until = calloc(config->sets_count + 1, sizeof(*zones->valid_until)),
                                   .retired = calloc(config->sets_count + 1, sizeof(*zones->retired)),
                                   .set_lists = calloc(config->sets_count + 1, sizeof(*zones->set_lists)) };
    if (zones->zones == NULL || zones->sets == NULL || zones->valid_until == NULL || zones->retired == NULL ||
        zones->set_lists == NULL) {
        stale_zones_free(zones);
        return error_set(error, ERR_MEMORY, "zones: out of memory");
    }
    for (size_t i = 0; i < config->sets_count; i++) {
        int64_t from = stale_from(&config->sets[i], &snapshot->sets[i]);
        zones->valid_until[i] = config->sets[i].on_stale == STALE_SERVFAIL && from != INT64_MAX ? from : 0;
        zones->set_lists[i] = set_lists[i];
        if (config_set_is_retired(&config->sets[i], now)) {
            zones->retired[i] = language_default_text(&config->sets[i].retired->text);
            zones->set_lists[i] = VIEW_NO_LIST; /* nor do listings of the overlay count */
        }
    }
    uint16_t *sets = zones->sets;
    for (size_t i = 0; i < config->zones_count; i++) {
        const struct zone_spec *from = &config->zones[i];
        struct zone_spec *to = &zones->zones[i];
        *to = *from;
        to->sets = sets;
        to->sets_count = 0;
        to->valid_until = zones->valid_until;
        to->retired = zones->retired;
        for (size_t j = 0; j < from->sets_count; j++) {
            uint16_t set = from->sets[j];
            if (!is_dropped(&config->sets[set], &states[set], &snapshot->sets[set], now))
                to->sets[to->sets_count++] = set;
        }
        to->reduced = to->sets_count < from->sets_count;
        sets += to->sets_count;
    }
    return OK;
}

void stale_zones_free(struct stale_zones *zones)
{
    free(zones->zones);
    free(zones->sets);
    free(zones->valid_until);
    free(zones->retired);
    free(zones->set_lists);
}
