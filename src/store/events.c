#include "store/events.h"
#include "store/cidr_key.h"
#include "store/store_private.h"
#include "store/top_n.h"

#define EVENT_FIELDS                                                                                         \
    "sequence, time, kind, item_kind, item_id, cover, bounds, subdomains, lists, code, expires_at, actor,"   \
    " client, reason"

enum err events_add(struct store *s, struct event *event, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open_write(
        &q, s,
        "INSERT INTO events (time, kind, item_kind, item_id, cover, bounds, subdomains, lists, code,"
        " expires_at, actor, client, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sql_stmt_put(&q, event->time);
    sql_stmt_put(&q, event->kind);
    if (event->has_item)
        sql_stmt_put(&q, event->to_json_kind);
    else
        sql_stmt_put_null(&q);
    sql_stmt_put_id(&q, event->item_id);
    sql_stmt_put_range(&q, event->has_range ? &event->range : NULL);
    sql_stmt_put_mask(&q, &event->lists);
    sql_stmt_put(&q, event->code);
    sql_stmt_put(&q, event->expires_at);
    sql_stmt_put_text(&q, event->actor);
    sql_stmt_put_text(&q, event->client);
    sql_stmt_put_text(&q, event->reason);
    enum err e = sql_stmt_finish(&q, error);
    if (e == OK)
        event->sequence = (uint64_t)sqlite3_last_insert_rowid(s->writer.db);
    return e;
}

static bool event_read(struct sql_stmt *q, struct event *e)
{
    e->sequence = (uint64_t)sql_stmt_number(q);
    e->time = sql_stmt_number(q);
    e->kind = (enum event_kind)sql_stmt_choice(q, EVENT_ADMIN);
    int64_t to_json_kind = sql_stmt_number_or(q, -1);
    e->has_item = to_json_kind >= 0;
    e->to_json_kind = e->has_item ? (enum overlay_kind)to_json_kind : OVERLAY_DELIST;
    sql_stmt_id(q, e->item_id);
    e->has_range = sql_stmt_range(q, &e->range);
    sql_stmt_mask(q, &e->lists);
    int64_t code = sql_stmt_number_or(q, 0);
    e->code = (uint32_t)code;
    e->expires_at = sql_stmt_number_or(q, 0);
    sql_stmt_text(q, e->actor, sizeof(e->actor));
    sql_stmt_text(q, e->client, sizeof(e->client));
    sql_stmt_text(q, e->reason, sizeof(e->reason));
    if (!q->bad && to_json_kind >= -1 && to_json_kind <= OVERLAY_ALLOW && code >= 0 && code <= UINT32_MAX)
        return true;
    sql_stmt_log_bad(q, "event", (int64_t)e->sequence);
    return false;
}

enum err events_last(struct store_reader *r, uint64_t *sequence, struct error *error)
{
    struct sql_stmt q;
    int64_t last = 0;
    /* SQLite's own note of the highest one, which stays when events go. */
    sql_stmt_open(&q, r, "SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    if (sql_stmt_next(&q))
        last = sql_stmt_number(&q);
    enum err e = sql_stmt_close(&q, error);
    if (e == OK)
        *sequence = (uint64_t)last;
    return e;
}

/* The highest sequence that has gone by age. */
static enum err find_gone(struct store_reader *r, uint64_t *sequence, struct error *error)
{
    struct sql_stmt q;
    *sequence = 0;
    sql_stmt_open(&q, r, "SELECT value FROM facts WHERE name = 'events_gone'");
    if (sql_stmt_next(&q))
        *sequence = (uint64_t)sql_stmt_number(&q);
    return sql_stmt_close(&q, error);
}

enum err events_each(struct store_reader *r, uint64_t since, bool all,
                     bool (*take)(void *context, const struct event *e), void *context, struct error *error)
{
    struct sql_stmt q;
    struct event event;
    uint64_t gone = 0, last = 0;
    bool more = true;

    enum err e = find_gone(r, &gone, error);
    if (e == OK)
        e = events_last(r, &last, error);
    if (e != OK)
        return e;
    if (since < gone)
        return error_set(error, ERR_LIMIT, "events up to %llu are gone by age; read the items anew",
                         (unsigned long long)gone);
    if (since > last)
        return error_set(error, ERR_LIMIT,
                         "there was no event %llu yet, but a backup may have been restored;"
                         " read the items anew",
                         (unsigned long long)since);
    sql_stmt_open(&q, r,
                  "SELECT " EVENT_FIELDS
                  " FROM events WHERE sequence > ? AND (? OR kind < ? OR kind IN (?, ?))"
                  " ORDER BY sequence");
    sql_stmt_put(&q, (int64_t)since);
    sql_stmt_put(&q, all);
    sql_stmt_put(&q, EVENT_REQUESTED);
    sql_stmt_put(&q, EVENT_SUSPENDED);
    sql_stmt_put(&q, EVENT_RESUMED);
    while (more && sql_stmt_next(&q))
        if (event_read(&q, &event))
            more = take(context, &event);
    return sql_stmt_close(&q, error);
}

/* ---- Of an address ---- */

/* Offers the events of this cover below `before`. */
static enum err offer_cover(struct store_reader *r, const struct cidr_key *cover, int64_t before,
                            struct top_n *n, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open(&q, r,
                  "SELECT sequence FROM events INDEXED BY events_cover WHERE cover = ? AND sequence < ?"
                  " ORDER BY sequence DESC LIMIT ?");
    sql_stmt_put_blob(&q, cover->cover, cover->cover_size);
    sql_stmt_put(&q, before);
    sql_stmt_put(&q, TOP_N);
    return top_n_offer(n, &q, error);
}

static enum err read_one(struct store_reader *r, int64_t sequence, bool *good, struct event *out,
                         struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open(&q, r, "SELECT " EVENT_FIELDS " FROM events WHERE sequence = ?");
    sql_stmt_put(&q, sequence);
    *good = sql_stmt_next(&q) && event_read(&q, out);
    return sql_stmt_close(&q, error);
}

enum err events_of(struct store_reader *r, const struct range *key, uint64_t before,
                   bool (*take)(void *context, const struct event *e), void *context, struct error *error)
{
    struct top_n n;
    struct cidr_key cover;
    struct event event;
    int64_t below = before != 0 && before < INT64_MAX ? (int64_t)before : INT64_MAX;

    do {
        enum err e = OK;
        bool good;
        n.count = 0;
        for (unsigned step = 0; e == OK && cidr_key_above(key, step, &cover); step++)
            e = offer_cover(r, &cover, below, &n, error);
        top_n_sort(&n);
        for (unsigned i = 0; e == OK && i < n.count; i++) {
            below = n.number[i];
            e = read_one(r, below, &good, &event, error);
            if (e == OK && good && event.has_range && range_contains(&event.range, key) &&
                !take(context, &event))
                return OK;
        }
        if (e != OK)
            return e;
    } while (n.count == TOP_N);
    return OK;
}
