#include "load/set_state.h"

#include "view/snapshot_build.h"

#include <stdlib.h>

struct set_state *set_state_new(size_t count)
{
    struct set_state *sets = calloc(count + 1, sizeof(*sets));
    for (size_t i = 0; sets != NULL && i < count; i++)
        sets[i].changed = sets[i].pending = true;
    return sets;
}

void set_state_free(struct set_state *sets, size_t count)
{
    if (sets != NULL)
        set_state_free_data(sets, count);
    free(sets);
}

bool set_state_any_pending(const struct set_state *sets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sets[i].pending)
            return true;
    return false;
}

enum err set_state_build(const struct set_state *sets, size_t count, const struct snapshot *old,
                         struct snapshot **out, struct error *error)
{
    struct set_data **data = calloc(count + 1, sizeof(*data));
    if (data == NULL)
        return error_set(error, ERR_MEMORY, "loading: out of memory");
    for (size_t i = 0; i < count; i++)
        data[i] = sets[i].pending ? sets[i].data : NULL;
    enum err err = snapshot_build(old, data, count, out, error);
    free(data);
    return err;
}

void set_state_free_data(struct set_state *sets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        set_free(sets[i].data);
        sets[i].data = NULL;
    }
}
