#include "load/reload_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reload_queue_init(struct reload_queue *queue, const struct config *config)
{
    *queue = (struct reload_queue){ .config = config };
    pthread_mutex_init(&queue->lock, NULL);
}

bool reload_queue_add(struct reload_queue *queue, struct reload *reload)
{
    reload->outcomes_count = 0;
    pthread_mutex_lock(&queue->lock);
    reload->outcomes =
        queue->closed ? NULL : calloc(queue->config->sets_count + 1, sizeof(*reload->outcomes));
    if (reload->outcomes != NULL) {
        reload->next = queue->waiting;
        queue->waiting = reload;
    }
    pthread_mutex_unlock(&queue->lock);
    return reload->outcomes != NULL;
}

static bool concerns(const struct reload *reload, const char *list)
{
    for (size_t i = 0; i < reload->lists_count; i++)
        if (strcmp(reload->lists[i], list) == 0)
            return true;
    return reload->lists == NULL;
}

static struct reload *pop_all(struct reload_queue *queue, bool close)
{
    pthread_mutex_lock(&queue->lock);
    struct reload *reloads = queue->waiting;
    queue->waiting = NULL;
    queue->closed |= close;
    pthread_mutex_unlock(&queue->lock);
    return reloads;
}

/* Whether no files of the list of set number `set` are known to have changed. */
static bool is_unchanged(const struct config *config, const struct set_state *sets, size_t set)
{
    for (size_t i = 0; i < config->sets_count; i++)
        if (sets[i].changed && strcmp(config->sets[i].list, config->sets[set].list) == 0)
            return false;
    return true;
}

struct reload *reload_queue_pop_all(struct reload_queue *queue, struct set_state *sets)
{
    struct reload *reloads = pop_all(queue, false);
    for (size_t i = 0; i < queue->config->sets_count; i++) {
        sets[i].accepted = sets[i].asked = false;
        for (const struct reload *r = reloads; r != NULL; r = r->next) {
            bool concerned = concerns(r, queue->config->sets[i].list);
            sets[i].accepted |= r->accept && concerned;
            sets[i].asked |= r->lists != NULL && concerned && is_unchanged(queue->config, sets, i);
        }
    }
    return reloads;
}

/* The outcome of a list, added if it is new. */
static struct reload_outcome *outcome_of(struct reload *reload, const char *list)
{
    struct reload_outcome *o = reload->outcomes, *end = o + reload->outcomes_count;
    while (o < end && strcmp(o->list, list) != 0)
        o++;
    if (o == end) {
        *o = (struct reload_outcome){ .list = list, .good = true };
        reload->outcomes_count++;
    }
    return o;
}

static void add_set(struct reload_outcome *o, const struct set_state *set, uint64_t entries)
{
    o->changed |= set->changed;
    o->entries += entries;
    o->refused |= set->failure.code == ERR_REFUSED;
    if (o->good && set->failure.code != OK)
        snprintf(o->reason, sizeof(o->reason), "%s", set->failure.text);
    o->good &= set->failure.code == OK;
}

void reload_queue_end(const struct reload_queue *queue, struct reload *reloads, const struct set_state *sets,
                      const struct snapshot_set *facts)
{
    const struct config *config = queue->config;
    for (struct reload *r = reloads, *next; r != NULL; r = next) {
        next = r->next; /* `done` may free it */
        for (size_t set = 0; set < config->sets_count; set++)
            if (concerns(r, config->sets[set].list))
                add_set(outcome_of(r, config->sets[set].list), &sets[set], facts[set].entries);
        r->done(r);
    }
}

void reload_queue_close(struct reload_queue *queue)
{
    for (struct reload *r = pop_all(queue, true), *next; r != NULL; r = next) {
        next = r->next;
        r->done(r);
    }
}
