#include "support/memory_delist.h"

#include <stdlib.h>

const struct view *memory_delist_view(void *context)
{
    (void)context;
    return NULL;
}

void memory_delist_view_close(void *context)
{
    (void)context;
}

static void publish(void *context, const struct overlay_view *overlay, uint64_t generation)
{
    (void)context;
    (void)overlay;
    (void)generation;
}

struct delist *memory_delist_open(const struct list_policy *rules, size_t count)
{
    struct delist_options options = { .policies = rules,
                                      .policies_count = count,
                                      .overlay_bytes = 1 << 24,
                                      .view_open = memory_delist_view,
                                      .view_close = memory_delist_view_close,
                                      .publish = publish };
    struct delist *delist;
    struct error error;
    if (delist_open(&options, 1, &delist, &error) != OK)
        abort();
    return delist;
}
