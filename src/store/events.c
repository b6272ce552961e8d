#include "store/events.h"
#include "store/top_n.h"
#include "store/cidr_key.h"
#include "store/store_private.h"

#define EVENT_FIELDS                                                                                         \
    "sequence, time, kind, item_kind, item_id, cover, bounds, subdomains, lists, code, expires_at, actor,"   \
    " client, reason"

enum err events_add(struct store *s, struct event *event, struct error *error)
{
    struct rows q;
    rows_open_write(
        &q, s,
        "INSERT INTO events (time, kind, item_kind, item_id, cover, bounds, subdomains, lists, code,"
        " expires_at, actor, client, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    rows_put(&q, event->time);
    rows_put(&q, event->kind);
    if (event->has_item)
        rows_put(&q, event->item_kind);
    else
        rows_put_null(&q);
    rows_put_id(&q, event->item_id);
    rows_put_range(&q, event->has_range ? &event->range : NULL);
    rows_put_mask(&q, &event->lists);
    rows_put(&q, event->code);
    rows_put(&q, event->expires_at);
    rows_put_text(&q, event->actor);
    rows_put_text(&q, event->client);
    rows_put_text(&q, event->reason);
    enum err e = rows_finish(&q, error);
    if (e == OK)
        event->sequence = (uint64_t)sqlite3_last_insert_rowid(s->writer.db);
    return e;
}

static bool event_read(struct rows *q, struct event *e)
{
    e->sequence = (uint64_t)rows_number(q);
    e->time = rows_number(q);
    e->kind = (enum event_kind)rows_choice(q, EVENT_ADMIN);
    int64_t item_kind = rows_number_or(q, -1);
    e->has_item = item_kind >= 0;
    e->item_kind = e->has_item ? (enum overlay_kind)item_kind : OVERLAY_DELIST;
    rows_id(q, e->item_id);
    e->has_range = rows_range(q, &e->range);
    rows_mask(q, &e->lists);
    int64_t code = rows_number_or(q, 0);
    e->code = (uint32_t)code;
    e->expires_at = rows_number_or(q, 0);
    rows_text(q, e->actor, sizeof(e->actor));
    rows_text(q, e->client, sizeof(e->client));
    rows_text(q, e->reason, sizeof(e->reason));
    if (!q->bad && item_kind >= -1 && item_kind <= OVERLAY_ALLOW && code >= 0 && code <= UINT32_MAX)
        return true;
    rows_log_bad(q, "event", (int64_t)e->sequence);
    return false;
}

enum err events_last(struct reader *r, uint64_t *sequence, struct error *error)
{
    struct rows q;
    int64_t last = 0;
    /* SQLite's own note of the highest one, which stays when events go. */
    rows_open(&q, r, "SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    if (rows_next(&q))
        last = rows_number(&q);
    enum err e = rows_close(&q, error);
    if (e == OK)
        *sequence = (uint64_t)last;
    return e;
}

/* The highest sequence that has gone by age. */
static enum err find_gone(struct reader *r, uint64_t *sequence, struct error *error)
{
    struct rows q;
    *sequence = 0;
    rows_open(&q, r, "SELECT value FROM facts WHERE name = 'events_gone'");
    if (rows_next(&q))
        *sequence = (uint64_t)rows_number(&q);
    return rows_close(&q, error);
}

enum err events_each(struct reader *r, uint64_t since, bool all,
                     bool (*take)(void *context, const struct event *e), void *context, struct error *error)
{
    struct rows q;
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
    rows_open(&q, r,
              "SELECT " EVENT_FIELDS " FROM events WHERE sequence > ? AND (? OR kind < ? OR kind IN (?, ?))"
              " ORDER BY sequence");
    rows_put(&q, (int64_t)since);
    rows_put(&q, all);
    rows_put(&q, EVENT_REQUESTED);
    rows_put(&q, EVENT_SUSPENDED);
    rows_put(&q, EVENT_RESUMED);
    while (more && rows_next(&q))
        if (event_read(&q, &event))
            more = take(context, &event);
    return rows_close(&q, error);
}

/* ---- Of an address ---- */

/* Offers the events of this cover below `before`. */
static enum err offer_cover(struct reader *r, const struct place *cover, int64_t before, struct newest *n,
                            struct error *error)
{
    struct rows q;
    rows_open(&q, r,
              "SELECT sequence FROM events INDEXED BY events_cover WHERE cover = ? AND sequence < ?"
              " ORDER BY sequence DESC LIMIT ?");
    rows_put_blob(&q, cover->cover, cover->cover_size);
    rows_put(&q, before);
    rows_put(&q, NEWEST);
    return newest_offer(n, &q, error);
}

static enum err read_one(struct reader *r, int64_t sequence, bool *good, struct event *out,
                         struct error *error)
{
    struct rows q;
    rows_open(&q, r, "SELECT " EVENT_FIELDS " FROM events WHERE sequence = ?");
    rows_put(&q, sequence);
    *good = rows_next(&q) && event_read(&q, out);
    return rows_close(&q, error);
}

enum err events_of(struct reader *r, const struct range *key, uint64_t before,
                   bool (*take)(void *context, const struct event *e), void *context, struct error *error)
{
    struct newest n;
    struct place cover;
    struct event event;
    int64_t below = before != 0 && before < INT64_MAX ? (int64_t)before : INT64_MAX;

    do {
        enum err e = OK;
        bool good;
        n.count = 0;
        for (unsigned step = 0; e == OK && place_above(key, step, &cover); step++)
            e = offer_cover(r, &cover, below, &n, error);
        newest_sort(&n);
        for (unsigned i = 0; e == OK && i < n.count; i++) {
            below = n.number[i];
            e = read_one(r, below, &good, &event, error);
            if (e == OK && good && event.has_range && range_contains(&event.range, key) &&
                !take(context, &event))
                return OK;
        }
        if (e != OK)
            return e;
    } while (n.count == NEWEST);
    return OK;
}
