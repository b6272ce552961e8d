#include "serve/publisher.h"

#include "base/rcu.h"

#include <stdlib.h>
#include <string.h>

#include <pthread.h>

struct publisher {
    struct view *view; /* readers load it; written under the lock */
    struct reclaimer *reclaimer;
    pthread_mutex_t lock; /* of publishing, and of what follows */
    struct overlay_view overlay;
    uint64_t count;
    pthread_key_t reader; /* set for threads that are registered: its destructor takes them out */
};

static void leave(void *registered)
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
    int failure = pthread_key_create(&p->reader, leave);
    if (failure != 0) {
        free(p);
        return error_set(error, ERR_SYSTEM, "publisher: %s", strerror(failure));
    }
    pthread_mutex_init(&p->lock, NULL);
    *out = p;
    return OK;
}

void publisher_free(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    if (pthread_getspecific(publisher->reader) != NULL)
        rcu_leave(); /* the main thread, which goes on without */
    pthread_key_delete(publisher->reader);
    view_free(publisher->view);
    pthread_mutex_destroy(&publisher->lock);
    free(publisher);
}

struct view **publisher_view(struct publisher *publisher)
{
    return &publisher->view;
}

void publisher_snapshot(struct publisher *publisher, struct view *view)
{
    pthread_mutex_lock(&publisher->lock);
    view_set_overlay(view, &publisher->overlay);
    struct view *old = rcu_exchange(&publisher->view, view);
    pthread_mutex_unlock(&publisher->lock);
    reclaimer_add(publisher->reclaimer, old);
}

void publisher_overlay(struct publisher *publisher, const struct overlay_view *overlay, uint64_t generation)
{
    struct view *shell, *old = NULL;
    pthread_mutex_lock(&publisher->lock);
    publisher->overlay = *overlay;
    if (publisher->view != NULL) {
        if (view_with_overlay(publisher->view, overlay, &shell) != OK)
            abort(); /* a few hundred bytes; what is stored must be seen, or nobody may go on */
        old = rcu_exchange(&publisher->view, shell);
    }
    __atomic_store_n(&publisher->count, publisher->count + 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&publisher->lock);
    reclaimer_add_shell(publisher->reclaimer, old, generation);
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
