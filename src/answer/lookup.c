#include "answer/lookup.h"

void lookup_key(const struct view *view, const struct range *key, int64_t now, struct lookup *out)
{
    (void)view;
    (void)key;
    (void)now;
    out->listed = false;
    out->count = 0;
}
