#include "report/totals.h"

#include <stdlib.h>
#include <string.h>

static void add(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size / sizeof(uint64_t); i++)
        ((uint64_t *)to)[i] += __atomic_load_n((const uint64_t *)from + i, __ATOMIC_RELAXED);
}

size_t totals_size(size_t zones_count)
{
    return sizeof(struct totals) + zones_count * sizeof(struct answer_zone_counters);
}

struct totals *totals_new(size_t zones_count)
{
    return calloc(1, totals_size(zones_count));
}

void totals_collect(struct totals *t, size_t zones_count, struct worker *const *workers, size_t workers_count,
                    const struct query_log *log, struct fast_path *fast_path)
{
    memset(t, 0, totals_size(zones_count));
    for (size_t i = 0; i < workers_count; i++) {
        const struct answer_context *c = worker_context(workers[i]);
        add(&t->unsent, worker_unsent(workers[i]), sizeof(t->unsent));
        add(&t->tcp, worker_tcp_counters(workers[i]), sizeof(t->tcp));
        add(&t->all, &c->counters, sizeof(t->all));
        add(t->zones, c->zones, zones_count * sizeof(*t->zones));
    }
    fast_path_count(fast_path, &t->fast_path, &t->all, t->zones);
    t->unlogged = log != NULL ? query_log_dropped(log) : 0;
}
