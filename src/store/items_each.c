/* Pages of items, newest first (top_n.h). No statement is open while `visit` is called. */
#include "store/cidr_key.h"
#include "store/items.h"
#include "store/store_state.h"
#include "store/top_n.h"

#include <string.h>
#include <strings.h>

#define NARROW   TOP_N /* items read in order before the index is asked for those within a range... */
#define WIDE     20000 /* ...unless it has this many of them: then items are read in order */
#define PAGE_MAX 20480 /* items read for one page: about 100 ms */

struct item_page {
    struct store_reader *r;
    struct item_filter f;
    int64_t now, before; /* candidates have numbers below `before` */
    struct top_n n;      /* candidates */
    struct error *error;
};

/* ---- Candidates ---- */

/* Whether a row with `state` may pass. An item past its expiry is stored as active until it is processed. */
static bool may_pass(const struct item_filter *f, int64_t state)
{
    return !f->has_state || state == (int64_t)f->state || (state == ITEM_ACTIVE && f->state == ITEM_EXPIRED);
}

/* Offers the rows of a statement that orders by number: its last parameters are `before` and the limit. */
static enum err offer_ordered(struct item_page *p, struct sql_stmt *q)
{
    sql_stmt_bind_int(q, p->before);
    sql_stmt_bind_int(q, TOP_N);
    return top_n_offer(&p->n, q, p->error);
}

/* Offers the items whose covers contain `key` and sort before `end`, if that is not empty. */
static enum err offer_above(struct item_page *p, const struct range *key, const struct cidr_key *end)
{
    enum err e = OK;
    for (int64_t state = ITEM_ACTIVE; e == OK && state <= ITEM_RELISTED; state++) {
        if (!may_pass(&p->f, state))
            continue;
        struct sql_stmt q = store_read_stmt(
            p->r,
            "SELECT number FROM items INDEXED BY items_cover WHERE cover = ?1 AND (?2 IS NULL OR cover < ?2)"
            " AND state = ? AND number < ? ORDER BY number DESC LIMIT ?");
        sql_stmt_bind_above(&q, key);
        sql_stmt_bind_blob(&q, end->cover, end->cover_size);
        sql_stmt_bind_int(&q, state);
        e = offer_ordered(p, &q);
    }
    return e;
}

/* Whether so many items lie in the range that the index does not help. */
static enum err count_within(struct item_page *p, bool *wide)
{
    struct cidr_key from, to;
    int64_t count = 0;

    cidr_key_within(&p->f.within, &from, &to);
    struct sql_stmt q =
        store_read_stmt(p->r, "SELECT count(*) FROM (SELECT 1 FROM items INDEXED BY items_cover"
                              " WHERE cover >= ? AND cover < ? LIMIT ?)");
    sql_stmt_bind_blob(&q, from.cover, from.cover_size);
    sql_stmt_bind_blob(&q, to.cover, to.cover_size);
    sql_stmt_bind_int(&q, WIDE);
    enum err e = sql_stmt_finish_int(&q, &count, p->error);
    *wide = count >= WIDE;
    return e;
}

/* Items within a range have covers that begin in it, with one exception: in a range a-b, the cover of an item
 * a-b may begin before it; it then contains its first address. */
static enum err offer_within(struct item_page *p)
{
    struct cidr_key from, to;
    struct range first = p->f.within;

    cidr_key_within(&p->f.within, &from, &to);
    struct sql_stmt q =
        store_read_stmt(p->r, "SELECT number FROM items INDEXED BY items_cover WHERE cover >= ? AND cover < "
                              "? AND number < ? ORDER BY number DESC LIMIT ?");
    sql_stmt_bind_blob(&q, from.cover, from.cover_size);
    sql_stmt_bind_blob(&q, to.cover, to.cover_size);
    enum err e = offer_ordered(p, &q);
    first.last = first.first;
    return e == OK && first.family != RANGE_NAME ? offer_above(p, &first, &from) : e;
}

static enum err offer_batch(struct item_page *p)
{
    struct sql_stmt q = store_read_stmt(
        p->r, "SELECT number FROM items INDEXED BY items_batch WHERE batch_id = ? AND number < ?"
              " ORDER BY number DESC LIMIT ?");
    sql_stmt_bind_id(&q, p->f.batch_id);
    return offer_ordered(p, &q);
}

static enum err offer_state(struct item_page *p, int64_t kind, int64_t state)
{
    struct sql_stmt q = store_read_stmt(
        p->r, "SELECT number FROM items INDEXED BY items_state WHERE kind = ? AND state = ? AND number < ?"
              " ORDER BY number DESC LIMIT ?");
    sql_stmt_bind_int(&q, kind);
    sql_stmt_bind_int(&q, state);
    return offer_ordered(p, &q);
}

/* Items that have expired, but are stored as active until they are processed. */
static enum err offer_due(struct item_page *p)
{
    struct sql_stmt q = store_read_stmt(
        p->r,
        "SELECT number FROM items INDEXED BY items_due WHERE state = 0 AND expires_at <= ? AND number < ?");
    sql_stmt_bind_int(&q, p->now);
    sql_stmt_bind_int(&q, p->before);
    return top_n_offer(&p->n, &q, p->error);
}

static enum err offer_states(struct item_page *p)
{
    const struct item_filter *f = &p->f;
    enum err e = OK;
    for (int64_t kind = OVERLAY_DELIST; e == OK && kind <= OVERLAY_ALLOW; kind++)
        for (int64_t state = ITEM_ACTIVE; e == OK && state <= ITEM_RELISTED; state++)
            if ((!f->has_kind || kind == (int64_t)f->kind) && (!f->has_state || state == (int64_t)f->state))
                e = offer_state(p, kind, state);
    return e == OK && f->has_state && f->state == ITEM_EXPIRED ? offer_due(p) : e;
}

static enum err collect(struct item_page *p, bool narrow)
{
    static const struct cidr_key none;

    p->n.count = 0;
    struct range head = range_head(&p->f.range);
    enum err e = p->f.has_range          ? offer_above(p, &head, &none)
                 : p->f.has_covers       ? offer_above(p, &p->f.covers, &none)
                 : p->f.batch_id != NULL ? offer_batch(p)
                 : narrow                ? offer_within(p)
                                         : offer_states(p);
    top_n_sort(&p->n);
    return e;
}

/* ---- The filter ---- */

static bool is_range_of(const struct range *range, const struct item *item)
{
    struct range of = item->range;
    of.subdomains = range->subdomains;
    return range_equals(range, &of);
}

static bool passes(const struct item_filter *f, const struct item *item)
{
    return (!f->has_kind || item->kind == f->kind) && (!f->has_state || item->state == f->state) &&
           (!f->has_list || (f->list < LISTS_MAX && list_mask_has(&item->lists, f->list))) &&
           (!f->has_range || is_range_of(&f->range, item)) &&
           (!f->has_covers || range_contains(&item->range, &f->covers)) &&
           (!f->has_within || range_contains(&f->within, &item->range)) &&
           (f->created_by == NULL || strcmp(item->created_by, f->created_by) == 0) &&
           (f->batch_id == NULL || strcasecmp(item->batch_id, f->batch_id) == 0) &&
           (f->expires_before == 0 || item->expires_at < f->expires_before);
}

enum err items_each(struct store_reader *r, const struct item_filter *filter, int64_t now,
                    item_visitor *visit, void *context, struct error *error)
{
    struct item_page p = { .r = r, .f = *filter, .now = now, .before = INT64_MAX, .error = error };
    struct item_filter *f = &p.f;
    struct item item;
    uint8_t id[16];
    bool wide = true;
    enum err e = OK;

    if (f->before != 0 && f->before < INT64_MAX)
        p.before = (int64_t)f->before;
    if (f->reached != NULL)
        *f->reached = 0;
    if (f->batch_id != NULL && !store_parse_id(f->batch_id, id))
        return OK; /* no item has such a batch */
    f->within.subdomains = f->within.family == RANGE_NAME;
    for (unsigned seen = 0;;) {
        if (f->has_within && seen == NARROW)
            e = count_within(&p, &wide);
        if (e == OK)
            e = collect(&p, !wide);
        for (unsigned i = 0; e == OK && i < p.n.count; i++) {
            e = items_find_number(r, (uint64_t)p.n.number[i], now, &item, error);
            if (e == OK && passes(f, &item) && !visit(context, &item))
                return OK;
            e = e == ERR_REFUSED ? OK : e; /* damaged: skipped */
        }
        if (e != OK || p.n.count < TOP_N)
            return e;
        p.before = p.n.number[TOP_N - 1];
        seen += TOP_N;
        if (f->reached != NULL && seen >= PAGE_MAX) {
            *f->reached = (uint64_t)p.before;
            return OK;
        }
    }
}
