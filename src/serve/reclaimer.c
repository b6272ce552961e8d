#include "serve/reclaimer.h"

#include "base/rcu.h"

#include <stdlib.h>
#include <string.h>

#include <pthread.h>

struct reclaim_node {
    struct reclaim_node *next;
    void *object;
    void (*release)(void *object);
    uint64_t generation;
};

struct reclaimer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    struct reclaim_node *nodes; /* newest first; all of them share one grace period */
    bool busy, stop;
    uint64_t generation;             /* atomic; written under the lock */
    void (*wait_too)(void *context); /* NULL: there are no other readers */
    void *context;
};

static void wait_for_readers(const struct reclaimer *r)
{
    rcu_wait();
    if (r->wait_too != NULL)
        r->wait_too(r->context);
}

/* Call after a grace period, without the lock. */
static void release(struct reclaimer *r, const struct reclaim_node *node)
{
    node->release(node->object);
    pthread_mutex_lock(&r->lock);
    if (node->generation > r->generation)
        __atomic_store_n(&r->generation, node->generation, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&r->lock);
}

static void *run(void *argument)
{
    struct reclaimer *r = argument;
    pthread_mutex_lock(&r->lock);
    while (r->nodes != NULL || !r->stop) {
        struct reclaim_node *nodes = r->nodes;
        if (nodes == NULL) {
            pthread_cond_wait(&r->filled, &r->lock);
            continue;
        }
        r->nodes = NULL;
        r->busy = true;
        pthread_mutex_unlock(&r->lock);
        wait_for_readers(r);
        while (nodes != NULL) {
            struct reclaim_node *node = nodes;
            nodes = node->next;
            release(r, node);
            free(node);
        }
        pthread_mutex_lock(&r->lock);
        r->busy = false;
        pthread_cond_broadcast(&r->emptied);
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
    pthread_cond_init(&r->emptied, NULL);
    int failure = pthread_create(&r->thread, NULL, run, r);
    if (failure != 0) {
        free(r);
        return error_set(error, ERR_SYSTEM, "cannot start the reclaimer's thread: %s", strerror(failure));
    }
    pthread_setname_np(r->thread, "reclaimer");
    *out = r;
    return OK;
}

void reclaimer_wait_too(struct reclaimer *reclaimer, void (*wait)(void *context), void *context)
{
    pthread_mutex_lock(&reclaimer->lock);
    reclaimer->wait_too = wait;
    reclaimer->context = context;
    pthread_mutex_unlock(&reclaimer->lock);
}

void reclaimer_add(struct reclaimer *reclaimer, void *object, void (*release_object)(void *object),
                   uint64_t generation)
{
    struct reclaim_node node = { .object = object, .release = release_object, .generation = generation };
    struct reclaim_node *copy = malloc(sizeof(*copy));
    if (copy == NULL) {
        wait_for_readers(reclaimer);
        release(reclaimer, &node);
        return;
    }
    pthread_mutex_lock(&reclaimer->lock);
    node.next = reclaimer->nodes;
    *copy = node;
    reclaimer->nodes = copy;
    pthread_cond_signal(&reclaimer->filled);
    pthread_mutex_unlock(&reclaimer->lock);
}

uint64_t reclaimer_generation(const struct reclaimer *reclaimer)
{
    return __atomic_load_n(&reclaimer->generation, __ATOMIC_ACQUIRE);
}

void reclaimer_wait(struct reclaimer *reclaimer)
{
    pthread_mutex_lock(&reclaimer->lock);
    while (reclaimer->nodes != NULL || reclaimer->busy)
        pthread_cond_wait(&reclaimer->emptied, &reclaimer->lock);
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
    pthread_cond_destroy(&reclaimer->emptied);
    pthread_mutex_destroy(&reclaimer->lock);
    free(reclaimer);
}
