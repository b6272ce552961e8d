#include "support/torture.h"

#include "base/rcu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>
#include <unistd.h>

static bool stop;

static void *run(void *context)
{
    struct torture_reader *reader = context;

    rcu_enter();
    for (; !__atomic_load_n(&stop, __ATOMIC_ACQUIRE); reader->round++) {
        reader->read(reader);
        rcu_quiescent();
        if (reader->round % 64 == 0) {
            rcu_offline();
            usleep(100);
            rcu_online();
        }
    }
    rcu_leave();
    return NULL;
}

void torture_start(struct torture_reader *readers, void (*read)(struct torture_reader *reader))
{
    for (unsigned i = 0; i < TORTURE_READERS; i++) {
        readers[i] = (struct torture_reader){ .read = read };
        assert_int_equal(pthread_create(&readers[i].thread, NULL, run, &readers[i]), 0);
    }
}

void torture_stop(struct torture_reader *readers)
{
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < TORTURE_READERS; i++)
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
}

void torture_grace(void)
{
    if (getenv("TORTURE_NO_GRACE") == NULL)
        rcu_wait();
}
