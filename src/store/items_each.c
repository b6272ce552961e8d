/* Pages of items, newest first (top_n.h). No statement is open while `visit` is called. */
#include "store/cidr_key.h"
#include "store/items.h"
#include "store/store_table.h"
#include "store/top_n.h"

#include <string.h>
#include <strings.h>

#define NARROW   TOP_N /* items read in order before the index is asked for those within a range... */
#define WIDE     20000 /* ...unless it has this many of them: then items are read in order */
#define PAGE_MAX 20480 /* items read for one page: about 100 ms */

/* ---- Candidates, with numbers below `before` ---- */

/* Whether a row with `state` may pass. An item past its expiry is stored as active until it is processed. */
static bool may_pass(const struct item_filter *f, int64_t state)
{
    return !f->has_state || state == (int64_t)f->state || (state == ITEM_ACTIVE && f->state == ITEM_EXPIRED);
}

static enum err offer_cover(struct store_reader *r, const struct item_filter *f, const struct cidr_key *cover,
                            int64_t before, struct top_n *n, struct error *error)
{
    enum err e = OK;
    for (int64_t state = ITEM_ACTIVE; e == OK && state <= ITEM_RELISTED; state++) {
        struct sql_stmt q;
        if (!may_pass(f, state))
            continue;
        store_read_stmt(&q, r,
                        "SELECT number FROM items INDEXED BY items_cover"
                        " WHERE cover = ? AND state = ? AND number < ? ORDER BY number DESC LIMIT ?");
        sql_stmt_bind_blob(&q, cover->cover, cover->cover_size);
        sql_stmt_bind_int(&q, state);
        sql_stmt_bind_int(&q, before);
        sql_stmt_bind_int(&q, TOP_N);
        e = top_n_offer(n, &q, error);
    }
    return e;
}

static enum err offer_covers(struct store_reader *r, const struct item_filter *f, int64_t before,
                             struct top_n *n, struct error *error)
{
    struct cidr_key cover;
    enum err e = OK;
    for (unsigned step = 0; e == OK && cidr_key_above(&f->covers, step, &cover); step++)
        e = offer_cover(r, f, &cover, before, n, error);
    return e;
}

/* Whether so many items lie in a range that the index does not help. */
static enum err count_within(struct store_reader *r, const struct range *range, bool *wide,
                             struct error *error)
{
    struct sql_stmt q;
    struct cidr_key from, to;
    int64_t count = 0;

    cidr_key_within(range, &from, &to);
    store_read_stmt(&q, r,
                    "SELECT count(*) FROM (SELECT 1 FROM items INDEXED BY items_cover"
                    " WHERE cover >= ? AND cover < ? LIMIT ?)");
    sql_stmt_bind_blob(&q, from.cover, from.cover_size);
    sql_stmt_bind_blob(&q, to.cover, to.cover_size);
    sql_stmt_bind_int(&q, WIDE);
    if (sql_stmt_next(&q))
        count = sql_stmt_int(&q);
    *wide = count >= WIDE;
    return sql_stmt_close(&q, error);
}

/* Items within a range have covers that begin in it, with one exception: in a range a-b, the cover of an item
 * a-b may begin before it; it then contains its first address. */
static enum err offer_within(struct store_reader *r, const struct item_filter *f, int64_t before,
                             struct top_n *n, struct error *error)
{
    struct sql_stmt q;
    struct cidr_key from, to, cover;
    struct range first = f->within;
    enum err e = OK;

    cidr_key_within(&f->within, &from, &to);
    store_read_stmt(
        &q, r,
        "SELECT number FROM items INDEXED BY items_cover WHERE cover >= ? AND cover < ? AND number < ?");
    sql_stmt_bind_blob(&q, from.cover, from.cover_size);
    sql_stmt_bind_blob(&q, to.cover, to.cover_size);
    sql_stmt_bind_int(&q, before);
    e = top_n_offer(n, &q, error);
    if (first.family == RANGE_NAME)
        return e;
    first.last = first.first;
    for (unsigned step = 0; e == OK && cidr_key_above(&first, step, &cover); step++)
        if (memcmp(cover.cover, from.cover, from.cover_size) < 0)
            e = offer_cover(r, f, &cover, before, n, error);
    return e;
}

static enum err offer_batch(struct store_reader *r, const char *batch_id, int64_t before, struct top_n *n,
                            struct error *error)
{
    struct sql_stmt q;
    store_read_stmt(&q, r,
                    "SELECT number FROM items INDEXED BY items_batch WHERE batch_id = ? AND number < ?"
                    " ORDER BY number DESC LIMIT ?");
    sql_stmt_bind_id(&q, batch_id);
    sql_stmt_bind_int(&q, before);
    sql_stmt_bind_int(&q, TOP_N);
    return top_n_offer(n, &q, error);
}

static enum err offer_state(struct store_reader *r, int64_t kind, int64_t state, int64_t before,
                            struct top_n *n, struct error *error)
{
    struct sql_stmt q;
    store_read_stmt(
        &q, r,
        "SELECT number FROM items INDEXED BY items_state WHERE kind = ? AND state = ? AND number < ?"
        " ORDER BY number DESC LIMIT ?");
    sql_stmt_bind_int(&q, kind);
    sql_stmt_bind_int(&q, state);
    sql_stmt_bind_int(&q, before);
    sql_stmt_bind_int(&q, TOP_N);
    return top_n_offer(n, &q, error);
}

/* Items that have expired, but are stored as active until they are processed. */
static enum err offer_due(struct store_reader *r, int64_t now, int64_t before, struct top_n *n,
                          struct error *error)
{
    struct sql_stmt q;
    store_read_stmt(
        &q, r,
        "SELECT number FROM items INDEXED BY items_due WHERE state = 0 AND expires_at <= ? AND number < ?");
    sql_stmt_bind_int(&q, now);
    sql_stmt_bind_int(&q, before);
    return top_n_offer(n, &q, error);
}

static enum err offer_states(struct store_reader *r, const struct item_filter *f, int64_t now, int64_t before,
                             struct top_n *n, struct error *error)
{
    enum err e = OK;
    for (int64_t kind = OVERLAY_DELIST; e == OK && kind <= OVERLAY_ALLOW; kind++)
        for (int64_t state = ITEM_ACTIVE; e == OK && state <= ITEM_RELISTED; state++)
            if ((!f->has_kind || kind == (int64_t)f->kind) && (!f->has_state || state == (int64_t)f->state))
                e = offer_state(r, kind, state, before, n, error);
    if (e == OK && f->has_state && f->state == ITEM_EXPIRED)
        e = offer_due(r, now, before, n, error);
    return e;
}

static enum err collect(struct store_reader *r, const struct item_filter *f, int64_t now, int64_t before,
                        bool narrow, struct top_n *n, struct error *error)
{
    n->count = 0;
    if (f->has_covers)
        return offer_covers(r, f, before, n, error);
    if (f->batch_id != NULL)
        return offer_batch(r, f->batch_id, before, n, error);
    if (narrow)
        return offer_within(r, f, before, n, error);
    return offer_states(r, f, now, before, n, error);
}

/* ---- The filter ---- */

static bool passes(const struct item_filter *f, const struct item *item)
{
    return (!f->has_kind || item->kind == f->kind) && (!f->has_state || item->state == f->state) &&
           (!f->has_list || (f->list < LISTS_MAX && list_mask_has(&item->lists, f->list))) &&
           (!f->has_covers || range_contains(&item->range, &f->covers)) &&
           (!f->has_within || range_contains(&f->within, &item->range)) &&
           (f->created_by == NULL || strcmp(item->created_by, f->created_by) == 0) &&
           (f->batch_id == NULL || strcasecmp(item->batch_id, f->batch_id) == 0) &&
           (f->expires_before == 0 || item->expires_at < f->expires_before);
}

enum err items_each(struct store_reader *r, const struct item_filter *filter, int64_t now,
                    bool (*visit)(void *context, const struct item *item), void *context, struct error *error)
{
    struct item_filter f = *filter;
    struct top_n n;
    struct item item;
    uint8_t id[16];
    int64_t before = f.before != 0 && f.before < INT64_MAX ? (int64_t)f.before : INT64_MAX;
    bool wide = true;
    enum err e = OK;

    if (f.reached != NULL)
        *f.reached = 0;
    if (f.batch_id != NULL && !store_parse_id(f.batch_id, id))
        return OK; /* no item has such a batch */
    f.within.subdomains = f.within.family == RANGE_NAME;
    for (unsigned seen = 0;;) {
        if (f.has_within && seen == NARROW)
            e = count_within(r, &f.within, &wide, error);
        if (e == OK)
            e = collect(r, &f, now, before, !wide, &n, error);
        top_n_sort(&n);
        for (unsigned i = 0; e == OK && i < n.count; i++) {
            e = items_find_number(r, (uint64_t)n.number[i], now, &item, error);
            if (e == OK && passes(&f, &item) && !visit(context, &item))
                return OK;
            e = e == ERR_REFUSED ? OK : e; /* damaged: skipped */
        }
        if (e != OK || n.count < TOP_N)
            return e;
        before = n.number[TOP_N - 1];
        seen += TOP_N;
        if (f.reached != NULL && seen >= PAGE_MAX) {
            *f.reached = (uint64_t)before;
            return OK;
        }
    }
}
