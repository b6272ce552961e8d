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

/* What the program has sent is answered as the workers would have. */
static void add_fast_path(struct answer_counters *to, const struct xdp_counters *from)
{
    const uint64_t *outcome = from->outcome;

    to->queries += outcome[XDP_LISTED] + outcome[XDP_NODATA] + outcome[XDP_NXDOMAIN];
    to->answered += outcome[XDP_LISTED];
    to->nodata += outcome[XDP_NODATA];
    to->nxdomain += outcome[XDP_NXDOMAIN];
    to->bytes_in += from->bytes_in;
    to->bytes_out += from->bytes_out;
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
    fast_path_count(fast_path, &t->fast_path, t->zones);
    add_fast_path(&t->all, &t->fast_path.all);
    t->unlogged = log != NULL ? query_log_dropped(log) : 0;
}
