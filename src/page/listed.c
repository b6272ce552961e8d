#include "page/listed.h"

#include "http/convert.h"

#include <string.h>

const char *listed_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* A time; 0: there is none. */
static int64_t time_of(const json_t *object, const char *key)
{
    int64_t time;
    return convert_time(listed_text(object, key), &time) ? time : 0;
}

/* As delist/removal.h decides, in its order. */
static void set_action(struct listed *l, const json_t *removal, int64_t now)
{
    const char *policy = listed_text(removal, "policy");
    const json_t *left = json_object_get(removal, "removals_left");
    int64_t next = time_of(removal, "next_at");
    bool busy = listed_text(removal, "breaker")[0] != '\0';
    l->removals_left = json_is_integer(left) ? (int)json_integer_value(left) : -1;
    l->resolve = listed_text(removal, "blocked_by");
    l->confirm = json_is_true(json_object_get(removal, "confirm"));
    l->prove = json_array_size(json_object_get(removal, "proof")) > 0;
    l->wait = next;
    l->required = json_object_get(removal, "required");
    l->action = !l->live                                    ? LISTED_NOTHING
                : strcmp(policy, "never") == 0              ? LISTED_NEVER
                : l->resolve[0] != '\0'                     ? LISTED_RESOLVE
                : l->removals_left == 0                     ? LISTED_USED_UP
                : busy                                      ? LISTED_BUSY
                : strcmp(policy, "owner") == 0 && !l->prove ? LISTED_REVIEW
                : next > now                                ? LISTED_WAIT
                : policy[0] != '\0'                         ? LISTED_REMOVE
                                                            : LISTED_NEVER; /* a list that has no name */
}

static void add_listing(struct listed *l, const json_t *listing)
{
    bool live = strcmp(listed_text(listing, "state"), "listed") == 0;
    int64_t until = time_of(listing, live ? "expires_at" : "delisted_until");
    int64_t since = live ? time_of(listing, "listed_since") : 0;
    if (since != 0 && (l->since == 0 || since < l->since))
        l->since = since;
    if (live && !l->live) {
        l->live = true;
        l->until = until;
    } else if (live == l->live) { /* as long as one of them lasts */
        l->until = until == 0 || l->until == 0 ? 0 : until > l->until ? until : l->until;
    }
}

static struct listed *find(struct listed *lists, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(lists[i].list, name) == 0)
            return &lists[i];
    return NULL;
}

/* Puts those that count first; among them those that block; else as they came. */
static size_t sort(struct listed *lists, size_t count)
{
    struct listed sorted[LISTED_MAX];
    size_t n = 0;
    for (int rank = 0; rank < 3; rank++)
        for (size_t i = 0; i < count; i++)
            if ((!lists[i].live ? 2 : lists[i].temporary) == rank)
                sorted[n++] = lists[i];
    memcpy(lists, sorted, n * sizeof(*lists));
    return n;
}

size_t listed_from_json(const json_t *result, int64_t now, struct listed lists[LISTED_MAX])
{
    const json_t *listings = json_object_get(result, "listings");
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(listings); i++) {
        const json_t *listing = json_array_get(listings, i);
        const char *name = listed_text(listing, "list");
        struct listed *l = find(lists, count, name);
        if (l == NULL && count == LISTED_MAX)
            continue;
        if (l == NULL) {
            l = &lists[count++];
            *l = (struct listed){ .list = name,
                                  .listings = listings,
                                  .temporary = strcmp(listed_text(listing, "tier"), "temporary") == 0 };
            l->until = time_of(listing, "delisted_until");
        }
        add_listing(l, listing);
        set_action(l, json_object_get(listing, "removal"), now);
    }
    return sort(lists, count);
}
