#include "serve/reclaimer.h"

#include "base/rcu.h"

#include <stdlib.h>
#include <string.h>

#include <pthread.h>

struct reclaim_item {
    struct reclaim_item *next;
    void *object;
    void (*release)(void *object);
    uint64_t generation;
};

struct reclaimer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled, drained;
    struct reclaim_item *items; /* newest first; all of them share one grace period */
    bool busy, stop;
    uint64_t generation; /* atomic; written under the lock */
};

/* After a grace period. Without the lock. */
static void release(struct reclaimer *r, const struct reclaim_item *item)
{
    item->release(item->object);
    pthread_mutex_lock(&r->lock);
    if (item->generation > r->generation)
        __atomic_store_n(&r->generation, item->generation, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&r->lock);
}

static void *run(void *argument)
{
    struct reclaimer *r = argument;
    pthread_mutex_lock(&r->lock);
    while (r->items != NULL || !r->stop) {
        struct reclaim_item *items = r->items;
        if (items == NULL) {
            pthread_cond_wait(&r->filled, &r->lock);
            continue;
        }
        r->items = NULL;
        r->busy = true;
        pthread_mutex_unlock(&r->lock);
        rcu_wait();
        while (items != NULL) {
            struct reclaim_item *item = items;
            items = item->next;
            release(r, item);
            free(item);
        }
        pthread_mutex_lock(&r->lock);
        r->busy = false;
        pthread_cond_broadcast(&r->drained);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

enum err reclaimer_start(struct reclaimer **out, struct error *error)
{
    struct reclaimer *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return error_set(error, ERR_MEMORY, "reclaimer: out of memory");
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->filled, NULL);
    pthread_cond_init(&r->drained, NULL);
    int failure = pthread_create(&r->thread, NULL, run, r);
    if (failure != 0) {
        free(r);
        return error_set(error, ERR_SYSTEM, "cannot start the reclaimer's thread: %s", strerror(failure));
    }
    pthread_setname_np(r->thread, "reclaimer");
    *out = r;
    return OK;
}

void reclaimer_add(struct reclaimer *reclaimer, void *object, void (*release_object)(void *object),
                   uint64_t generation)
{
    struct reclaim_item item = { .object = object, .release = release_object, .generation = generation };
    struct reclaim_item *copy = malloc(sizeof(*copy));
    if (copy == NULL) {
        rcu_wait();
        release(reclaimer, &item);
        return;
    }
    pthread_mutex_lock(&reclaimer->lock);
    item.next = reclaimer->items;
    *copy = item;
    reclaimer->items = copy;
    pthread_cond_signal(&reclaimer->filled);
    pthread_mutex_unlock(&reclaimer->lock);
}

uint64_t reclaimer_generation(const struct reclaimer *reclaimer)
{
    return __atomic_load_n(&reclaimer->generation, __ATOMIC_ACQUIRE);
}

void reclaimer_drain(struct reclaimer *reclaimer)
{
    pthread_mutex_lock(&reclaimer->lock);
    while (reclaimer->items != NULL || reclaimer->busy)
        pthread_cond_wait(&reclaimer->drained, &reclaimer->lock);
    pthread_mutex_unlock(&reclaimer->lock);
}

void reclaimer_stop(struct reclaimer *reclaimer)
{
    if (reclaimer == NULL)
        return;
    pthread_mutex_lock(&reclaimer->lock);
    reclaimer->stop = true;
    pthread_cond_signal(&reclaimer->filled);
    pthread_mutex_unlock(&reclaimer->lock);
    pthread_join(reclaimer->thread, NULL);
    pthread_cond_destroy(&reclaimer->filled);
    pthread_cond_destroy(&reclaimer->drained);
    pthread_mutex_destroy(&reclaimer->lock);
    free(reclaimer);
}
