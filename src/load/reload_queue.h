/*
 * Reloads that somebody waits for: from any thread to the loader, and the outcomes back.
 */
#ifndef LOAD_RELOAD_QUEUE_H
#define LOAD_RELOAD_QUEUE_H

#include "api/backend.h"
#include "config/config.h"

#include <pthread.h>

/* Zero-initialised plus reload_queue_init. */
struct reload_queue {
    pthread_mutex_t lock;
    struct reload **waiting; /* not taken yet */
    size_t count;
    bool closed;
};

/* Those that the loader has taken. */
struct reload_queue_taken {
    struct reload **reload;
    size_t count;
};

void reload_queue_init(struct reload_queue *r);

/* Adds one; false when the loader ends. Any thread. The loader is to be woken afterwards. */
bool reload_queue_add(struct reload_queue *r, struct reload *reload);

/* Takes all that wait and sets accept[i] for the sets whose guards they override. */
struct reload_queue_taken reload_queue_take(struct reload_queue *r, const struct config *config,
                                            bool *accept);

/* Ends those that were taken, and tells each what became of its lists: of each set, whether it was looked at,
 * why its last load failed (code OK: it did not), and what is served of it. */
void reload_queue_end(struct reload_queue_taken *taken, const struct config *config, const bool *looked,
                      const struct error *failures, const struct snapshot_set *facts);

/* Ends all that wait, without outcomes, and takes no more. */
void reload_queue_close(struct reload_queue *r);

#endif
