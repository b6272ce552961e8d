#include "store/events.h"
#include "store/store_state.h"
#include "store/top_n.h"

#define EVENT_FIELDS                                                                                         \
    "sequence, time, kind, item_kind, item_id, cover, bounds, subdomains, lists, code, expires_at, actor,"   \
    " client, reason"

enum err events_add(struct store *s, struct event *event, struct error *error)
{
    struct sql_stmt q = store_write_stmt(
        s, "INSERT INTO events (time, kind, item_kind, item_id, cover, bounds, subdomains, lists, code,"
           " expires_at, actor, client, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sql_stmt_bind_int(&q, event->time);
    sql_stmt_bind_int(&q, event->kind);
    if (event->has_item)
        sql_stmt_bind_int(&q, event->item_kind);
    else
        sql_stmt_bind_null(&q);
    sql_stmt_bind_id(&q, event->item_id);
    sql_stmt_bind_range(&q, event->has_range ? &event->range : NULL);
    sql_stmt_bind_mask(&q, &event->lists);
    sql_stmt_bind_int(&q, event->code);
    sql_stmt_bind_int(&q, event->expires_at);
    sql_stmt_bind_text(&q, event->actor);
    sql_stmt_bind_text(&q, event->client);
    sql_stmt_bind_text(&q, event->reason);
    return sql_stmt_finish_insert(&q, &event->sequence, error);
}

static bool read_event(struct sql_stmt *q, struct event *e)
{
    e->sequence = (uint64_t)sql_stmt_int(q);
    e->time = sql_stmt_int(q);
    e->kind = (enum event_kind)sql_stmt_enum(q, EVENT_ADMIN);
    int64_t item_kind = sql_stmt_int_or(q, -1);
    e->has_item = item_kind >= 0;
    e->item_kind = e->has_item ? (enum overlay_kind)item_kind : OVERLAY_DELIST;
    sql_stmt_id(q, e->item_id);
    e->has_range = sql_stmt_range(q, &e->range);
    sql_stmt_mask(q, &e->lists);
    int64_t code = sql_stmt_int_or(q, 0);
    e->code = (uint32_t)code;
    e->expires_at = sql_stmt_int_or(q, 0);
    sql_stmt_text(q, e->actor, sizeof(e->actor));
    sql_stmt_text(q, e->client, sizeof(e->client));
    sql_stmt_text(q, e->reason, sizeof(e->reason));
    if (!q->damaged && item_kind >= -1 && item_kind <= OVERLAY_ALLOW && code >= 0 && code <= UINT32_MAX)
        return true;
    sql_stmt_log_damaged(q, "event", (int64_t)e->sequence);
    return false;
}

enum err events_last(struct store_reader *r, uint64_t *sequence, struct error *error)
{
    int64_t last = 0;
    /* Where SQLite keeps the highest number of AUTOINCREMENT, which outlives the row. */
    struct sql_stmt q = store_read_stmt(r, "SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    enum err e = sql_stmt_finish_int(&q, &last, error);
    if (e == OK)
        *sequence = (uint64_t)last;
    return e;
}

enum err events_each(struct store_reader *r, uint64_t since, bool all, event_visitor *visit, void *context,
                     struct error *error)
{
    struct event event;
    int64_t purged = 0; /* the highest sequence that was */
    uint64_t last = 0;
    bool more = true;

    struct sql_stmt q = store_read_stmt(r, "SELECT value FROM facts WHERE name = 'events_gone'");
    enum err e = sql_stmt_finish_int(&q, &purged, error);
    if (e == OK)
        e = events_last(r, &last, error);
    if (e != OK)
        return e;
    if (since < (uint64_t)purged)
        return error_set(error, ERR_LIMIT, "events up to %lld were purged by age; read all items again",
                         (long long)purged);
    if (since > last)
        return error_set(error, ERR_LIMIT,
                         "there is no event %llu: a backup may have been restored; read all items again",
                         (unsigned long long)since);
    q = store_read_stmt(r, "SELECT " EVENT_FIELDS
                           " FROM events WHERE sequence > ? AND (? OR kind < ? OR kind IN (?, ?))"
                           " ORDER BY sequence");
    sql_stmt_bind_int(&q, (int64_t)since);
    sql_stmt_bind_int(&q, all);
    sql_stmt_bind_int(&q, EVENT_REQUESTED);
    sql_stmt_bind_int(&q, EVENT_SUSPENDED);
    sql_stmt_bind_int(&q, EVENT_RESUMED);
    while (more && sql_stmt_next(&q))
        if (read_event(&q, &event))
            more = visit(context, &event);
    return sql_stmt_close(&q, error);
}

/* ---- History of an address ---- */

/* Offers the events below `before` whose covers contain `key`. */
static enum err offer(struct store_reader *r, const struct range *key, int64_t before, struct top_n *n,
                      struct error *error)
{
    struct sql_stmt q = store_read_stmt(
        r, "SELECT sequence FROM events INDEXED BY events_cover WHERE cover = ? AND sequence < ?"
           " ORDER BY sequence DESC LIMIT ?");
    sql_stmt_bind_above(&q, key);
    sql_stmt_bind_int(&q, before);
    sql_stmt_bind_int(&q, TOP_N);
    return top_n_offer(n, &q, error);
}

enum err events_of(struct store_reader *r, const struct range *key, uint64_t before, event_visitor *visit,
                   void *context, struct error *error)
{
    struct top_n n;
    struct event event;
    int64_t below = before != 0 && before < INT64_MAX ? (int64_t)before : INT64_MAX;

    do {
        n.count = 0;
        enum err e = offer(r, key, below, &n, error);
        top_n_sort(&n);
        for (unsigned i = 0; e == OK && i < n.count; i++) {
            below = n.number[i];
            struct sql_stmt q = store_read_stmt(r, "SELECT " EVENT_FIELDS " FROM events WHERE sequence = ?");
            sql_stmt_bind_int(&q, below);
            bool found = sql_stmt_next(&q) && read_event(&q, &event);
            e = sql_stmt_close(&q, error);
            if (e == OK && found && event.has_range && range_contains(&event.range, key) &&
                !visit(context, &event))
                return OK;
        }
        if (e != OK)
            return e;
    } while (n.count == TOP_N);
    return OK;
}
