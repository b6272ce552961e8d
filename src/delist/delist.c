#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"
#include "delist/txn.h"

#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

/* ---- Lists ---- */

/* Converts a mask of indexes to one of store numbers. */
static struct list_mask renumber(const struct list_mask *mask, const unsigned *numbers, size_t count)
{
    struct list_mask out = { { 0 } };

    for (unsigned i = 0; i < count; i++)
        if (list_mask_has(mask, i))
            list_mask_add(&out, numbers[i]);
    return out;
}

static enum err number_lists(struct delist *d, struct error *error)
{
    size_t count = d->options.policies_count;
    unsigned numbers[LISTS_MAX];

    if (count > LISTS_MAX)
        return error_set(error, ERR_LIMIT,
                         "limit exceeded: delistings are possible for at most %d lists, not %zu", LISTS_MAX,
                         count);
    d->policies = calloc(count + 1, sizeof(*d->policies));
    if (d->policies == NULL)
        return error_set(error, ERR_MEMORY, "out of memory for the policies of lists");
    enum err err = store_lists_follow(d->store, d->options.sets, d->options.sets_count, error);
    for (size_t i = 0; i < count && err == OK; i++)
        err = store_list_number(d->store, d->options.policies[i].name, &numbers[i], error);
    if (err == OK)
        err = store_lists_record(d->store, d->options.sets, d->options.sets_count, error);
    if (err != OK)
        return err;
    for (size_t i = 0; i < count; i++) {
        d->policies[i] = d->options.policies[i];
        d->policies[i].blocked_by = renumber(&d->policies[i].blocked_by, numbers, count);
        list_mask_add(&d->lists, numbers[i]);
        d->by_number[numbers[i]] = &d->policies[i];
    }
    return OK;
}

/* ---- The overlay ---- */

struct overlay_fill {
    struct txn txn;
    uint64_t items, left_out;
    bool check_room; /* leave out items for which the overlay has no room */
};

static bool fill_in(void *context, const struct item *item)
{
    struct overlay_fill *f = context;

    if (f->check_room && !overlay_has_room(f->txn.overlay, &item->range, f->txn.now)) {
        f->left_out++;
        return true;
    }
    txn_overlay_add(&f->txn, item);
    f->items++;
    return f->txn.err == OK;
}

static enum err fill_overlay(struct delist *d, int64_t now, struct overlay_fill *f, struct error *error)
{
    f->txn = (struct txn){ .d = d, .overlay = d->overlay, .now = now };
    enum err err = items_each_active(store_txn_reader(d->store), now, fill_in, f, error);
    if (err == OK && f->txn.err != OK) {
        err = error_set(error, f->txn.err, "%s", f->txn.error.text);
        overlay_abort(d->overlay);
    }
    return err;
}

/* After the clock was set back, expired items are active again, perhaps too many over one address. */
static enum err make_overlay(struct delist *d, int64_t now, struct overlay_fill *f, struct error *error)
{
    *f = (struct overlay_fill){ .check_room = false };
    enum err err = overlay_new_in(d->options.overlay_bytes, d->options.overlay_memory, &d->overlay, error);
    if (err == OK)
        err = fill_overlay(d, now, f, error);
    if (err == ERR_LIMIT) {
        *f = (struct overlay_fill){ .check_room = true };
        err = fill_overlay(d, now, f, error);
    }
    if (err == OK)
        err = overlay_commit(d->overlay, &d->current, &d->generation, error);
    return err;
}

/* ---- Opening ---- */

static enum err prepare_requests(struct delist *d, struct error *error)
{
    uint32_t most = d->options.limits.requests_per_client;

    if (most != 0)
        d->requests = throttle_new(most, CLOCK_HOUR_MS);
    if ((most != 0 && d->requests == NULL) || getrandom(d->secret, sizeof(d->secret), 0) != sizeof(d->secret))
        return error_set(error, ERR_SYSTEM, "no memory or no random bytes for removal requests");
    return OK;
}

static enum err open_all(struct delist *d, int64_t now, struct error *error)
{
    static const struct overlay_view nothing;
    int64_t start = clock_ms();
    struct overlay_fill f;

    enum err err = prepare_requests(d, error);
    if (err == OK)
        err = store_open(d->options.state, &d->store, error);
    if (err == OK)
        err = number_lists(d, error);
    if (err == OK)
        err = make_overlay(d, now, &f, error);
    if (err != OK)
        return err;
    d->suspended = store_fact(d->store, "suspended", 0) != 0;
    d->usage = overlay_usage(d->overlay);
    d->options.publish(d->options.context, d->suspended ? &nothing : &d->current, d->generation);
    log_notice("%s: %s in force after %.2f s%s",
               d->options.state != NULL ? d->options.state : "in memory only (no --state)",
               human_number(f.items, "item", "items").text, (double)(clock_ms() - start) / 1000,
               d->suspended ? ", but suspended: resume them by the API" : "");
    if (f.left_out != 0)
        log_error("%s without effect: %d others overlap a part of the range",
                  human_number(f.left_out, "item", "items").text, OVERLAY_ITEMS_MAX);
    return OK;
}

enum err delist_open(const struct delist_options *options, int64_t now, struct delist **out,
                     struct error *error)
{
    struct delist *d = calloc(1, sizeof(*d));

    if (d == NULL)
        return error_set(error, ERR_MEMORY, "out of memory for delistings");
    d->options = *options;
    enum err err = open_all(d, now, error);
    if (err != OK) {
        delist_close(d);
        return err;
    }
    d->options.policies = NULL;
    d->options.sets = NULL;
    d->options.state = NULL;
    *out = d;
    return OK;
}

void delist_close(struct delist *d)
{
    if (d == NULL)
        return;
    store_close(d->store);
    overlay_free(d->overlay);
    throttle_free(d->requests);
    free(d->policies);
    free(d);
}

/* ---- Properties ---- */

struct store *delist_store(const struct delist *d)
{
    return d->store;
}

const struct list_policy *delist_policy(const struct delist *d, unsigned list)
{
    return list < LISTS_MAX ? d->by_number[list] : NULL;
}

int delist_list_number(const struct delist *d, const char *name)
{
    for (int i = 0; i < LISTS_MAX; i++)
        if (d->by_number[i] != NULL && strcmp(d->by_number[i]->name, name) == 0)
            return i;
    return -1;
}

void delist_explain_list(const struct delist *d, const char *name, char *out, size_t size)
{
    list_policy_explain(d->policies, d->options.policies_count, name, out, size);
}

const struct delist_limits *delist_limits(const struct delist *d)
{
    return &d->options.limits;
}

enum privacy delist_privacy(const struct delist *d)
{
    return d->options.privacy;
}

bool delist_suspended(const struct delist *d)
{
    return __atomic_load_n(&d->suspended, __ATOMIC_RELAXED);
}

uint64_t delist_held(const struct delist *d, enum removal_scope scope)
{
    return __atomic_load_n(&d->held[scope], __ATOMIC_RELAXED);
}

void delist_digest(const struct delist *d, const char *text, uint8_t out[STORE_DIGEST])
{
    uint8_t keyed[2][SHA256_SIZE], digest[SHA256_SIZE];

    memcpy(keyed[0], d->secret, sizeof(keyed[0]));
    sha256(text, strlen(text), keyed[1]);
    sha256(keyed, sizeof(keyed), digest);
    memcpy(out, digest, STORE_DIGEST);
}

struct overlay_usage delist_overlay_usage(const struct delist *d)
{
    return (struct overlay_usage){ .items = __atomic_load_n(&d->usage.items, __ATOMIC_RELAXED),
                                   .bytes = __atomic_load_n(&d->usage.bytes, __ATOMIC_RELAXED) };
}

void delist_reclaim(struct delist *d, uint64_t generation)
{
    overlay_reclaim(d->overlay, generation);
}
