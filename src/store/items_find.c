/* Finding and listing items. */
#include "store/items.h"
#include "store/store_state.h"

#include <string.h>

/* ---- Reading rows ---- */

/* The fields that the overlay needs, and all fields. */
#define ITEM_SHORT                                                                                           \
    "number, kind, state, cover, bounds, subdomains, lists, over, sticky, code, text, expires_at"
#define ITEM_FULL                                                                                            \
    ITEM_SHORT ", id, created_at, updated_at, ended_at, revision, batch_id, origin, created_by, ended_by,"   \
               " requester, reason"

/* Reads the first fields of a row. False: it is damaged, which is logged. */
static bool read_short(struct sql_stmt *q, int64_t now, struct item *item)
{
    size_t size;
    item->number = (uint64_t)sql_stmt_int(q);
    item->kind = (enum overlay_kind)sql_stmt_enum(q, OVERLAY_ALLOW);
    item->state = (enum item_state)sql_stmt_enum(q, ITEM_RELISTED);
    q->damaged |= !sql_stmt_range(q, &item->range);
    sql_stmt_mask(q, &item->lists);
    sql_stmt_mask(q, &item->over);
    item->sticky = sql_stmt_bool(q);
    int64_t code = sql_stmt_int_or(q, 0);
    const void *text = sql_stmt_blob(q, &size);
    item->expires_at = sql_stmt_int(q);
    if (q->damaged || code < 0 || code > UINT32_MAX || size >= sizeof(item->text)) {
        sql_stmt_log_damaged(q, "item", (int64_t)item->number);
        return false;
    }
    item->code = (uint32_t)code;
    item->text[0] = (uint8_t)size;
    if (size != 0)
        memcpy(item->text + 1, text, size);
    if (item->state == ITEM_ACTIVE && item->expires_at <= now)
        item->state = ITEM_EXPIRED;
    return true;
}

static bool read_item(struct sql_stmt *q, int64_t now, struct item *item)
{
    if (!read_short(q, now, item))
        return false;
    sql_stmt_id(q, item->id);
    item->created_at = sql_stmt_int(q);
    item->updated_at = sql_stmt_int(q);
    item->ended_at = sql_stmt_int_or(q, 0);
    item->revision = (uint64_t)sql_stmt_int(q);
    sql_stmt_id(q, item->batch_id);
    sql_stmt_text(q, item->origin, sizeof(item->origin));
    sql_stmt_text(q, item->created_by, sizeof(item->created_by));
    sql_stmt_text(q, item->ended_by, sizeof(item->ended_by));
    sql_stmt_text(q, item->requester, sizeof(item->requester));
    sql_stmt_text(q, item->reason, sizeof(item->reason));
    if (q->damaged)
        sql_stmt_log_damaged(q, "item", (int64_t)item->number);
    return !q->damaged;
}

/* Reads the only row and ends the statement. ERR_REFUSED without text: none, or it is damaged. */
static enum err read_one(struct sql_stmt *q, int64_t now, struct item *out, struct error *error)
{
    struct item item;
    bool found = sql_stmt_next(q) && read_item(q, now, &item);
    enum err e = sql_stmt_close(q, error);
    if (e == OK && !found)
        return error_set(error, ERR_REFUSED, "%s", "");
    if (e == OK)
        *out = item;
    return e;
}

enum err items_find_number(struct store_reader *r, uint64_t number, int64_t now, struct item *out,
                           struct error *error)
{
    struct sql_stmt q = store_read_stmt(r, "SELECT " ITEM_FULL " FROM items WHERE number = ?");
    sql_stmt_bind_int(&q, (int64_t)number);
    return read_one(&q, now, out, error);
}

enum err items_find(struct store_reader *r, enum overlay_kind kind, const char *id, int64_t now,
                    struct item *out, struct error *error)
{
    uint8_t first[16], last[16];
    struct item item;
    if (!store_parse_id_prefix(id, first, last))
        return error_set(error, ERR_REFUSED, "%s", "");
    struct sql_stmt q = store_read_stmt(
        r, "SELECT " ITEM_FULL " FROM items WHERE id BETWEEN ? AND ? AND kind = ? ORDER BY id LIMIT 2");
    sql_stmt_bind_blob(&q, first, sizeof(first));
    sql_stmt_bind_blob(&q, last, sizeof(last));
    sql_stmt_bind_int(&q, kind);
    bool found = sql_stmt_next(&q) && read_item(&q, now, &item), more = sql_stmt_next(&q);
    enum err e = sql_stmt_close(&q, error);
    if (e == OK && (!found || more))
        return error_set(error, ERR_REFUSED, "%s", more ? "more than one id begins so" : "");
    if (e == OK)
        *out = item;
    return e;
}

static bool is_same(const struct item *a, const struct item *b, int64_t tolerance)
{
    int64_t apart;
    if (a->expires_at != b->expires_at && (a->expires_at == STORE_FOREVER || b->expires_at == STORE_FOREVER ||
                                           __builtin_sub_overflow(a->expires_at, b->expires_at, &apart) ||
                                           apart > tolerance || apart < -tolerance))
        return false;
    if (!range_equals(&a->range, &b->range) || memcmp(&a->lists, &b->lists, sizeof(a->lists)) != 0)
        return false;
    return a->kind != OVERLAY_LIST || (a->code == b->code && a->text[0] == b->text[0] &&
                                       memcmp(a->text, b->text, a->text[0] + (size_t)1) == 0);
}

enum err items_find_same(struct store_reader *r, const struct item *like, int64_t tolerance, int64_t now,
                         bool *found, struct item *out, struct error *error)
{
    struct item item;
    bool same = false;

    struct sql_stmt q = store_read_stmt(
        r, "SELECT " ITEM_FULL " FROM items INDEXED BY items_cover WHERE cover = ? AND kind = ? AND state = 0"
           " ORDER BY number DESC");
    sql_stmt_bind_cover(&q, &like->range);
    sql_stmt_bind_int(&q, like->kind);
    while (!same && sql_stmt_next(&q))
        same = read_item(&q, now, &item) && item.state == ITEM_ACTIVE && list_mask_is_empty(&item.over) &&
               is_same(&item, like, tolerance);
    enum err e = sql_stmt_close(&q, error);
    if (e != OK)
        return e;
    *found = same;
    if (same)
        *out = item;
    return OK;
}

/* ---- For the overlay, feeds and expiry ---- */

enum err items_each_active(struct store_reader *r, int64_t now, item_visitor *visit, void *context,
                           struct error *error)
{
    struct item item = { .number = 0 };
    enum err e = OK;
    bool more = true;

    for (int64_t kind = OVERLAY_DELIST; e == OK && more && kind <= OVERLAY_ALLOW; kind++) {
        struct sql_stmt q = store_read_stmt(
            r, "SELECT " ITEM_SHORT " FROM items INDEXED BY items_state WHERE kind = ? AND state = 0"
               " ORDER BY number");
        sql_stmt_bind_int(&q, kind);
        while (more && sql_stmt_next(&q))
            if (read_short(&q, now, &item) && item.state == ITEM_ACTIVE)
                more = visit(context, &item);
        e = sql_stmt_close(&q, error);
    }
    return e;
}

enum err items_each_watched(struct store_reader *r, unsigned list, int64_t now,
                            bool (*visit)(void *context, const struct watched *w), void *context,
                            struct error *error)
{
    struct watched w;
    bool more = true;

    struct sql_stmt q = store_read_stmt(
        r, "SELECT number, held, fulfilled, gone_since, cover, bounds, subdomains FROM watches"
           " WHERE list = ? AND expires_at > ? AND (over = 0 OR fulfilled = 1) ORDER BY first");
    sql_stmt_bind_int(&q, list);
    sql_stmt_bind_int(&q, now);
    while (more && sql_stmt_next(&q)) {
        w.number = (uint64_t)sql_stmt_int(&q);
        w.held = sql_stmt_bool(&q);
        w.fulfilled = sql_stmt_bool(&q);
        w.gone_since = sql_stmt_int_or(&q, 0);
        if (!sql_stmt_range(&q, &w.range) || q.damaged)
            sql_stmt_log_damaged(&q, "watched item", (int64_t)w.number);
        else
            more = visit(context, &w);
    }
    return sql_stmt_close(&q, error);
}

enum err items_each_due(struct store_reader *r, int64_t now, item_visitor *visit, void *context,
                        struct error *error)
{
    struct item item;
    uint64_t numbers[ITEMS_DUE];
    unsigned count = 0;
    bool more = true;

    struct sql_stmt q =
        store_read_stmt(r, "SELECT number FROM items INDEXED BY items_due WHERE state = 0 AND expires_at <= ?"
                           " ORDER BY expires_at LIMIT ?");
    sql_stmt_bind_int(&q, now);
    sql_stmt_bind_int(&q, ITEMS_DUE);
    enum err e = sql_stmt_finish_ints(&q, numbers, ITEMS_DUE, &count, error);
    for (unsigned i = 0; e == OK && more && i < count; i++) {
        e = items_find_number(r, numbers[i], now, &item, error);
        if (e == OK)
            more = visit(context, &item);
        e = e == ERR_REFUSED ? OK : e; /* damaged: skipped */
    }
    return e;
}

/* ---- Removals ---- */

/* Removals, and relistings after one. */
static const char removals_sql[] =
    "SELECT 0, created_at, lists, cover, bounds, subdomains FROM items INDEXED BY items_removals"
    " WHERE cover = ?1 AND kind = 0 AND origin = 'request' AND created_at >= ?2"
    " UNION ALL SELECT 1, e.time, e.lists, e.cover, e.bounds, e.subdomains"
    " FROM events e INDEXED BY events_relisted CROSS JOIN items i ON i.id = e.item_id"
    " WHERE e.cover = ?1 AND e.kind = 6 AND e.time >= ?2 AND i.origin = 'request'";
_Static_assert(EVENT_RELISTED == 6, "the statement and its index name the number");

enum err items_count_removals(struct store_reader *r, const struct range *range, unsigned list, int64_t since,
                              struct removal_facts *out, struct error *error)
{
    struct removal_facts sum = { .blocker = -1 };
    struct range key = range_head(range), found;
    struct list_mask lists;

    if (list >= LISTS_MAX)
        return error_set(error, ERR_LIMIT, "%u is not a valid list number", list);
    struct sql_stmt q = store_read_stmt(r, removals_sql);
    sql_stmt_bind_above(&q, &key);
    sql_stmt_bind_int(&q, since);
    while (sql_stmt_next(&q)) {
        bool relisted = sql_stmt_bool(&q);
        int64_t time = sql_stmt_int(&q), *last = relisted ? &sum.last_relist : &sum.last_removal;
        sql_stmt_mask(&q, &lists);
        if (!sql_stmt_range(&q, &found) || q.damaged || !list_mask_has(&lists, list) ||
            !range_contains(&found, &key))
            continue;
        sum.removals += !relisted;
        sum.relists += relisted;
        *last = *last == 0 || time > *last ? time : *last;
    }
    enum err e = sql_stmt_close(&q, error);
    if (e == OK)
        *out = sum;
    return e;
}
