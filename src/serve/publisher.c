#include "serve/publisher.h"

#include "base/log.h"
#include "base/rcu.h"
#include "serve/memory.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>

#define MEMORY_RETRY_MS 10

struct publisher {
    struct view *view; /* readers load it; written under the lock */
    struct reclaimer *reclaimer;
    struct fast_path *fast_path; /* NULL: none */
    pthread_mutex_t lock;        /* held while publishing; guards the fields below */
    struct overlay_view overlay;
    uint64_t count;
    pthread_key_t reader; /* set in threads that are registered readers; the destructor unregisters them */
};

static void unregister(void *registered)
{
    (void)registered;
    rcu_leave();
}

enum err publisher_new(struct reclaimer *reclaimer, struct publisher **out, struct error *error)
{
    struct publisher *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return error_set(error, ERR_MEMORY, "publisher: out of memory");
    p->reclaimer = reclaimer;
    int failure = pthread_key_create(&p->reader, unregister);
    if (failure != 0) {
        free(p);
        return error_set(error, ERR_SYSTEM, "publisher: %s", strerror(failure));
    }
    pthread_mutex_init(&p->lock, NULL);
    *out = p;
    return OK;
}

void publisher_use_fast_path(struct publisher *publisher, struct fast_path *fast_path)
{
    publisher->fast_path = fast_path;
    if (fast_path != NULL)
        reclaimer_wait_too(publisher->reclaimer, fast_path_wait, fast_path);
}

void publisher_free(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    if (pthread_getspecific(publisher->reader) != NULL)
        rcu_leave(); /* the main thread, whose destructor would come too late */
    pthread_key_delete(publisher->reader);
    view_free(publisher->view);
    pthread_mutex_destroy(&publisher->lock);
    free(publisher);
}

struct view **publisher_view(struct publisher *publisher)
{
    return &publisher->view;
}

static void release_view(void *view)
{
    view_free(view);
    memory_purge();
}

static void release_shell(void *shell)
{
    view_free_shell(shell);
}

void publisher_snapshot(struct publisher *publisher, struct view *view)
{
    fast_path_prepare(publisher->fast_path, view);
    pthread_mutex_lock(&publisher->lock);
    view->overlay = publisher->overlay;
    struct view *old = rcu_exchange(&publisher->view, view);
    fast_path_publish(publisher->fast_path);
    pthread_mutex_unlock(&publisher->lock);
    reclaimer_add(publisher->reclaimer, old, release_view, 0);
}

/* Releases the lock while it waits, so that the loader can publish. */
static void wait_for_memory(struct publisher *p)
{
    pthread_mutex_unlock(&p->lock);
    reclaimer_wait(p->reclaimer);
    nanosleep(&(struct timespec){ .tv_nsec = MEMORY_RETRY_MS * 1000000 }, NULL);
    pthread_mutex_lock(&p->lock);
}

void publisher_overlay(struct publisher *publisher, const struct overlay_view *overlay, uint64_t generation)
{
    struct view *shell = NULL, *old = NULL;
    bool waited = false;
    pthread_mutex_lock(&publisher->lock);
    publisher->overlay = *overlay;
    while (publisher->view != NULL && view_with_overlay(publisher->view, overlay, &shell) != OK) {
        if (!waited)
            log_error("out of memory: changes by the API take effect when memory is available again");
        waited = true;
        wait_for_memory(publisher);
    }
    if (shell != NULL)
        old = rcu_exchange(&publisher->view, shell);
    fast_path_overlay(publisher->fast_path, overlay);
    __atomic_store_n(&publisher->count, publisher->count + 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&publisher->lock);
    reclaimer_add(publisher->reclaimer, old, release_shell, generation);
}

const struct view *publisher_open(struct publisher *publisher)
{
    if (pthread_getspecific(publisher->reader) != NULL) {
        rcu_online();
    } else {
        pthread_setspecific(publisher->reader, publisher);
        rcu_enter();
    }
    return rcu_load(&publisher->view);
}

void publisher_close(struct publisher *publisher)
{
    (void)publisher;
    rcu_offline();
}

uint64_t publisher_count(const struct publisher *publisher)
{
    return __atomic_load_n(&publisher->count, __ATOMIC_RELAXED);
}
