#include "daemon/guard.h"

#include "daemon/format.h"

#define ADVICE "if the new files are right, restart to accept them"

static enum err refuse(struct error *error, const char *list, const char *what, uint64_t old, uint64_t new)
{
    return error_set(error, ERR_REFUSED, "%s: reload refused: %s, %s before and %s now; " ADVICE, list, what,
                     format_count(old).text, format_count(new).text);
}

enum err guard_data(const char *list, const struct base_set *old, const struct set_data *data,
                    struct error *error)
{
    if (!old->loaded)
        return OK;
    if (old->entries >= GUARD_MIN_ENTRIES && data->entries < (old->entries + 1) / 2)
        return refuse(error, list, "fewer than half the entries", old->entries, data->entries);
    if (old->entries >= GUARD_MIN_ENTRIES && data->entries > old->entries * 3)
        return refuse(error, list, "more than three times the entries", old->entries, data->entries);
    if (data->lines >= GUARD_MIN_LINES && data->bad > data->lines / 10)
        return error_set(error, ERR_REFUSED,
                         "%s: reload refused: %s of %s lines are bad, more than 10 %%; " ADVICE, list,
                         format_count(data->bad).text, format_count(data->lines).text);
    return OK;
}

const char *guard_canary(unsigned canaries)
{
    static const char *const names[] = { "127.0.0.1", "::ffff:127.0.0.1", "the name INVALID",
                                         "a whole top-level domain" };
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        if (canaries & 1u << i)
            return names[i];
    }
    return "nothing";
}

enum err guard_built(const char *list, const struct base_set *old, const struct base_set *new,
                     struct error *error)
{
    if (!old->loaded)
        return OK;
    if (new->coverage4 > old->coverage4 &&new->coverage4 - old->coverage4 > GUARD_MAX_COVERAGE)
        return refuse(error, list, "IPv4 addresses grown by more than a /8", old->coverage4, new->coverage4);
    if (new->canaries != 0)
        return error_set(error, ERR_REFUSED,
                         "%s: reload refused: it now lists %s, which no list should; " ADVICE, list,
                         guard_canary(new->canaries));
    return OK;
}
