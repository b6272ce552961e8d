/* A store in memory, over no lists' data, for tests that need names of lists. */
#include "delist/delist.h"

#include <stdlib.h>

static const struct view *memory_view(void *context)
{
    (void)context;
    return NULL;
}

static void memory_view_close(void *context)
{
    (void)context;
}

static void memory_publish(void *context, const struct overlay_view *overlay, uint64_t generation)
{
    (void)context;
    (void)overlay;
    (void)generation;
}

/* For delist_close. `rules` must outlive it. */
static struct delist *memory_open(const struct list_policy *rules, size_t count)
{
    struct delist_options options = { .policies = rules,
                                      .policies_count = count,
                                      .overlay_bytes = 1 << 24,
                                      .view_open = memory_view,
                                      .view_close = memory_view_close,
                                      .publish = memory_publish };
    struct delist *delist;
    struct error error;
    if (delist_open(&options, 1, &delist, &error) != OK)
        abort();
    return delist;
}
