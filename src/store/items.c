/* Writing items, and counting them while that is done. */
#include "store/items.h"
#include "store/cidr_key.h"
#include "store/sql_stmt.h"
#include "store/store_private.h"

#include <string.h>

/* Adds `times` (1 or -1) what an item counts for. */
static void count(struct store *s, const struct item *item, int times)
{
    if (item->state != ITEM_ACTIVE)
        return;
    s->added.by_kind[item->kind] += times;
    if (item->kind != OVERLAY_DELIST)
        return;
    struct list_mask lists = item_lists(item);
    for (unsigned list = 0; list < LISTS_MAX; list++)
        if (list_mask_has(&lists, list))
            s->added.by_list[list] += times;
}

/* ---- Watches ---- */

static bool is_watched(const struct item *item)
{
    return item->kind == OVERLAY_DELIST && !item->sticky &&
           (item->state == ITEM_ACTIVE || item->state == ITEM_FULFILLED);
}

/* The key of a watch; `first` must stay until the rows are closed. */
static void put_watch(struct rows *q, const struct item *item, unsigned list, uint8_t first[PLACE_COVER])
{
    rows_put(q, list);
    rows_put_blob(q, first, place_first(&item->range, first));
    rows_put(q, (int64_t)item->number);
}

static enum err watch_list(struct store *s, const struct item *item, unsigned list, struct error *error)
{
    uint8_t first[PLACE_COVER];
    struct rows q;

    rows_open_write(&q, s,
                    "INSERT INTO watches (list, first, number, held, fulfilled, over, expires_at, cover,"
                    " bounds, subdomains) VALUES (?, ?, ?, 0, 0, ?, ?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET over = excluded.over, expires_at = excluded.expires_at");
    put_watch(&q, item, list, first);
    rows_put(&q, list_mask_has(&item->over, list));
    rows_put(&q, item->expires_at);
    rows_put_range(&q, &item->range);
    return rows_finish(&q, error);
}

static enum err unwatch_list(struct store *s, const struct item *item, unsigned list, struct error *error)
{
    uint8_t first[PLACE_COVER];
    struct rows q;

    rows_open_write(&q, s, "DELETE FROM watches WHERE list = ? AND first = ? AND number = ?");
    put_watch(&q, item, list, first);
    return rows_finish(&q, error);
}

static enum err watch(struct store *s, const struct item *item, bool on, struct error *error)
{
    enum err e = OK;

    for (unsigned list = 0; e == OK && list < LISTS_MAX; list++)
        if (list_mask_has(&item->lists, list))
            e = on ? watch_list(s, item, list, error) : unwatch_list(s, item, list, error);
    return e;
}

enum err items_watch(struct store *s, const struct item *item, unsigned list, bool fulfilled,
                     int64_t gone_since, struct error *error)
{
    struct rows q;
    uint8_t first[PLACE_COVER];

    rows_open_write(&q, s,
                    "UPDATE watches SET held = 1, fulfilled = ?, gone_since = ?"
                    " WHERE list = ? AND first = ? AND number = ?");
    rows_put(&q, fulfilled);
    rows_put_time(&q, gone_since);
    put_watch(&q, item, list, first);
    return rows_finish(&q, error);
}

enum err items_was_relisted(struct store *s, const struct item *item, bool *yes, struct error *error)
{
    uint8_t first[PLACE_COVER];
    enum err e = OK;

    *yes = false;
    for (unsigned list = 0; e == OK && !*yes && list < LISTS_MAX; list++) {
        struct rows q;
        if (!list_mask_has(&item->over, list))
            continue;
        rows_open_write(&q, s, "SELECT fulfilled FROM watches WHERE list = ? AND first = ? AND number = ?");
        put_watch(&q, item, list, first);
        *yes = rows_next(&q) && !rows_bool(&q);
        e = rows_close(&q, error);
    }
    return e;
}

/* ---- Rows ---- */

/* From when on an item is history: for retention. One that was fulfilled may be relisted until it expires. */
static void put_gone(struct rows *q, const struct item *item)
{
    if (item->state == ITEM_ACTIVE)
        rows_put_null(q);
    else if (item->state == ITEM_FULFILLED)
        rows_put(q, item->expires_at);
    else
        rows_put(q, item->ended_at != 0 ? item->ended_at : item->updated_at);
}

static void put_code_and_text(struct rows *q, const struct item *item)
{
    if (item->kind == OVERLAY_LIST) {
        rows_put(q, item->code);
        rows_put_blob(q, item->text + 1, item->text[0]);
    } else {
        rows_put_null(q);
        rows_put_null(q);
    }
}

enum err items_add(struct store *s, struct item *item, struct error *error)
{
    struct rows q;
    rows_open_write(
        &q, s,
        "INSERT INTO items (kind, state, cover, bounds, subdomains, lists, over, sticky, code, text,"
        " expires_at, id, created_at, updated_at, ended_at, gone_at, revision, batch_id, origin,"
        " created_by, ended_by, requester, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)");
    rows_put(&q, item->kind);
    rows_put(&q, item->state);
    rows_put_range(&q, &item->range);
    rows_put_mask(&q, &item->lists);
    rows_put_mask(&q, &item->over);
    rows_put(&q, item->sticky);
    put_code_and_text(&q, item);
    rows_put(&q, item->expires_at);
    rows_put_id(&q, item->id);
    rows_put(&q, item->created_at);
    rows_put(&q, item->updated_at);
    rows_put_time(&q, item->ended_at);
    put_gone(&q, item);
    rows_put_id(&q, item->batch_id);
    rows_put_text(&q, item->origin);
    rows_put_text(&q, item->created_by);
    rows_put_text(&q, item->ended_by);
    rows_put_text(&q, item->requester);
    rows_put_text(&q, item->reason);
    enum err e = rows_finish(&q, error);
    if (e != OK)
        return e;
    item->number = (uint64_t)sqlite3_last_insert_rowid(s->writer.db);
    item->revision = 1;
    count(s, item, 1);
    return is_watched(item) ? watch(s, item, true, error) : OK;
}

/* What of the stored item counts. */
static enum err find_old(struct store *s, uint64_t number, struct item *old, struct error *error)
{
    struct rows q;
    bool found = false;
    rows_open_write(&q, s, "SELECT kind, state, lists, over, revision FROM items WHERE number = ?");
    rows_put(&q, (int64_t)number);
    if (rows_next(&q)) {
        old->kind = (enum overlay_kind)rows_choice(&q, OVERLAY_ALLOW);
        old->state = (enum item_state)rows_choice(&q, ITEM_RELISTED);
        rows_mask(&q, &old->lists);
        rows_mask(&q, &old->over);
        old->revision = (uint64_t)rows_number(&q);
        found = !q.bad;
    }
    enum err e = rows_close(&q, error);
    if (e == OK && !found)
        e = error_set(error, ERR_SYSTEM, "%s: item %llu is not there, or damaged", s->path,
                      (unsigned long long)number);
    return e;
}

enum err items_change(struct store *s, struct item *item, struct error *error)
{
    struct rows q;
    struct item old;

    enum err e = find_old(s, item->number, &old, error);
    if (e != OK)
        return e;
    rows_open_write(
        &q, s,
        "UPDATE items SET state = ?, over = ?, sticky = ?, expires_at = ?, updated_at = ?, ended_at = ?,"
        " gone_at = ?, ended_by = ?, reason = ?, revision = ? WHERE number = ?");
    rows_put(&q, item->state);
    rows_put_mask(&q, &item->over);
    rows_put(&q, item->sticky);
    rows_put(&q, item->expires_at);
    rows_put(&q, item->updated_at);
    rows_put_time(&q, item->ended_at);
    put_gone(&q, item);
    rows_put_text(&q, item->ended_by);
    rows_put_text(&q, item->reason);
    rows_put(&q, (int64_t)(old.revision + 1));
    rows_put(&q, (int64_t)item->number);
    e = rows_finish(&q, error);
    if (e != OK)
        return e;
    item->revision = old.revision + 1;
    count(s, &old, -1);
    old.state = item->state;
    old.over = item->over;
    count(s, &old, 1);
    return item->kind == OVERLAY_DELIST ? watch(s, item, is_watched(item), error) : OK;
}

/* ---- Forgetting ---- */

/* Takes the watches of an item away, if there can be any. */
static enum err unwatch(struct store *s, uint64_t number, struct error *error)
{
    struct rows q;
    struct item item = { .number = number };
    bool found = false;
    rows_open_write(&q, s,
                    "SELECT cover, bounds, subdomains, lists FROM items WHERE number = ? AND state = ?");
    rows_put(&q, (int64_t)number);
    rows_put(&q, ITEM_FULFILLED);
    if (rows_next(&q)) {
        found = rows_range(&q, &item.range);
        rows_mask(&q, &item.lists);
    }
    enum err e = rows_close(&q, error);
    return e == OK && found ? watch(s, &item, false, error) : e;
}

static enum err forget(struct store *s, uint64_t number, struct error *error)
{
    struct rows q;
    enum err e = unwatch(s, number, error);
    if (e != OK)
        return e;
    rows_open_write(&q, s, "DELETE FROM items WHERE number = ?");
    rows_put(&q, (int64_t)number);
    return rows_finish(&q, error);
}

enum err items_forget(struct store *s, int64_t until, unsigned *rows, struct error *error)
{
    struct rows q;
    uint64_t numbers[ITEMS_FORGET];
    unsigned count = 0;

    rows_open_write(
        &q, s,
        "SELECT number FROM items INDEXED BY items_gone WHERE gone_at IS NOT NULL AND gone_at <= ?"
        " ORDER BY gone_at LIMIT ?");
    rows_put(&q, until);
    rows_put(&q, ITEMS_FORGET);
    enum err e = rows_numbers(&q, numbers, ITEMS_FORGET, &count, error);
    for (unsigned i = 0; e == OK && i < count; i++)
        e = forget(s, numbers[i], error);
    if (e == OK)
        *rows = count;
    return e;
}

/* ---- Counting ---- */

/* What a transaction under way has added, for the writer's eyes. */
static const struct store_counts *counts_added(const struct reader *r)
{
    static const struct store_counts none;
    return r == &r->store->writer && r->store->begun ? &r->store->added : &none;
}

static enum err read_count(struct reader *r, int64_t what, int64_t added, uint64_t *value,
                           struct error *error)
{
    struct rows q;
    int64_t sum = added;
    rows_open(&q, r, "SELECT value FROM counts WHERE what = ?");
    rows_put(&q, what);
    if (rows_next(&q))
        sum = (int64_t)((uint64_t)sum + (uint64_t)rows_number(&q)); /* whatever the row says */
    enum err e = rows_close(&q, error);
    if (e == OK)
        *value = sum > 0 ? (uint64_t)sum : 0;
    return e;
}

enum err items_count(struct reader *r, uint64_t by_kind[3], struct error *error)
{
    uint64_t counts[3];
    enum err e = OK;
    for (int64_t i = 0; e == OK && i < 3; i++)
        e = read_count(r, i, counts_added(r)->by_kind[i], &counts[i], error);
    if (e == OK)
        memcpy(by_kind, counts, sizeof(counts));
    return e;
}

enum err items_count_list(struct reader *r, unsigned list, uint64_t *delistings, struct error *error)
{
    if (list >= LISTS_MAX)
        return error_set(error, ERR_LIMIT, "there is no list %u", list);
    return read_count(r, STORE_COUNT_LIST + (int64_t)list, counts_added(r)->by_list[list], delistings, error);
}
