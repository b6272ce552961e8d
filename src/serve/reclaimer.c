#include "serve/reclaimer.h"

#include "base/rcu.h"
#include "serve/memory.h"

#include <stdlib.h>
#include <string.h>

#include <pthread.h>

struct reclaim_item {
    struct reclaim_item *next;
    void *object;
    void (*release)(void *object);
    bool large;          /* worth giving free pages back to the system */
    uint64_t generation; /* of the overlay that came after; 0: the item says nothing about it */
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
    if (item->object != NULL)
        item->release(item->object);
    pthread_mutex_lock(&r->lock);
    if (item->generation > r->generation)
        __atomic_store_n(&r->generation, item->generation, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&r->lock);
}

/* After a grace period. */
static void release_all(struct reclaimer *r, struct reclaim_item *items)
{
    bool large = false;
    while (items != NULL) {
        struct reclaim_item *item = items;
        items = item->next;
        release(r, item);
        large |= item->large;
        free(item);
    }
    if (large)
        memory_purge();
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
        release_all(r, items);
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

static void add(struct reclaimer *r, const struct reclaim_item *item)
{
    struct reclaim_item *copy = malloc(sizeof(*copy));
    if (copy == NULL) {
        rcu_wait();
        release(r, item);
        return;
    }
    *copy = *item;
    pthread_mutex_lock(&r->lock);
    copy->next = r->items;
    r->items = copy;
    pthread_cond_signal(&r->filled);
    pthread_mutex_unlock(&r->lock);
}

static void release_view(void *view)
{
    view_free(view);
}

static void release_shell(void *shell)
{
    view_free_shell(shell);
}

void reclaimer_add(struct reclaimer *reclaimer, void *object, void (*release_object)(void *object))
{
    add(reclaimer, &(struct reclaim_item){ .object = object, .release = release_object });
}

void reclaimer_add_view(struct reclaimer *reclaimer, struct view *view)
{
    if (view != NULL)
        add(reclaimer, &(struct reclaim_item){ .object = view, .release = release_view, .large = true });
}

void reclaimer_add_shell(struct reclaimer *reclaimer, struct view *shell, uint64_t generation)
{
    add(reclaimer,
        &(struct reclaim_item){ .object = shell, .release = release_shell, .generation = generation });
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
