/* The queue of reloads whose callers wait: from any thread to the loader, and the outcomes back. */
#ifndef LOAD_RELOAD_QUEUE_H
#define LOAD_RELOAD_QUEUE_H

#include "api/backend.h"
#include "config/config.h"
#include "load/set_state.h"

#include <pthread.h>

struct reload_queue {
    const struct config *config;
    pthread_mutex_t lock;
    struct reload *waiting; /* newest first; NULL: none */
    bool closed;
};

/* An empty queue. `config` must outlive it. */
void reload_queue_init(struct reload_queue *queue, const struct config *config);

/* Adds a reload; the caller wakes the loader. False: the queue is closed, or memory is out. Any thread. */
bool reload_queue_add(struct reload_queue *queue, struct reload *reload);

/* Pops all reloads that wait, linked by `next`, and sets `accepted` and `asked` of every set to whether they
 * override its guards, and name its list, of which no files have changed. The loader. */
struct reload *reload_queue_pop_all(struct reload_queue *queue, struct set_state *sets);

/* Ends popped reloads: each gets the outcomes of its lists, from `changed` and `failure` of their sets and
 * `facts`, what is served of each set. The loader. */
void reload_queue_end(const struct reload_queue *queue, struct reload *reloads, const struct set_state *sets,
                      const struct snapshot_set *facts);

/* Ends all that wait, without outcomes, and refuses further ones. */
void reload_queue_close(struct reload_queue *queue);

#endif
