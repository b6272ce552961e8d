/* Writing items and their watches; counting items. */
#include "store/items.h"
#include "store/cidr_key.h"
#include "store/store_state.h"

#include <string.h>

/* Adds `times` (1 or -1) an item to the counts. */
static void count(struct store *s, const struct item *item, int times)
{
    if (item->state != ITEM_ACTIVE)
        return;
    s->added[item->kind] += times;
    struct list_mask lists = item_lists(item);
    for (unsigned list = 0; item->kind == OVERLAY_DELIST && list < LISTS_MAX; list++)
        if (list_mask_has(&lists, list))
            s->added[STORE_COUNT_LIST + list] += times;
}

/* ---- Watches ---- */

static bool is_watched(const struct item *item)
{
    return item->kind == OVERLAY_DELIST && !item->sticky &&
           (item->state == ITEM_ACTIVE || item->state == ITEM_FULFILLED);
}

/* Binds the key of a watch. */
static void bind_watch(struct sql_stmt *q, const struct item *item, unsigned list)
{
    uint8_t first[CIDR_KEY_COVER];

    sql_stmt_bind_int(q, list);
    sql_stmt_bind_blob(q, first, cidr_key_first(&item->range, first));
    sql_stmt_bind_int(q, (int64_t)item->number);
}

static const char watch_sql[] =
    "INSERT INTO watches (list, first, number, held, fulfilled, over, expires_at, cover, bounds, subdomains)"
    " VALUES (?, ?, ?, 0, 0, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET over = excluded.over, expires_at = excluded.expires_at";
static const char unwatch_sql[] = "DELETE FROM watches WHERE list = ? AND first = ? AND number = ?";

/* Adds or updates the watches of an item on all its lists, or removes them. */
static enum err write_watches(struct store *s, const struct item *item, bool on, struct error *error)
{
    enum err e = OK;

    for (unsigned list = 0; e == OK && list < LISTS_MAX; list++) {
        if (!list_mask_has(&item->lists, list))
            continue;
        struct sql_stmt q = store_write_stmt(s, on ? watch_sql : unwatch_sql);
        bind_watch(&q, item, list);
        if (on) {
            sql_stmt_bind_int(&q, list_mask_has(&item->over, list));
            sql_stmt_bind_int(&q, item->expires_at);
            sql_stmt_bind_range(&q, &item->range);
        }
        e = sql_stmt_finish(&q, error);
    }
    return e;
}

enum err items_change_watch(struct store *s, const struct item *item, unsigned list, bool fulfilled,
                            int64_t gone_since, struct error *error)
{
    struct sql_stmt q = store_write_stmt(s, "UPDATE watches SET held = 1, fulfilled = ?, gone_since = ?"
                                            " WHERE list = ? AND first = ? AND number = ?");
    sql_stmt_bind_int(&q, fulfilled);
    sql_stmt_bind_time(&q, gone_since);
    bind_watch(&q, item, list);
    return sql_stmt_finish(&q, error);
}

enum err items_was_relisted(struct store *s, const struct item *item, bool *yes, struct error *error)
{
    enum err e = OK;

    *yes = false;
    for (unsigned list = 0; e == OK && !*yes && list < LISTS_MAX; list++) {
        if (!list_mask_has(&item->over, list))
            continue;
        struct sql_stmt q =
            store_write_stmt(s, "SELECT fulfilled FROM watches WHERE list = ? AND first = ? AND number = ?");
        bind_watch(&q, item, list);
        *yes = sql_stmt_next(&q) && !sql_stmt_bool(&q);
        e = sql_stmt_close(&q, error);
    }
    return e;
}

/* ---- Rows ---- */

/* Binds gone_at, when an item became history: for retention. A fulfilled item may be relisted until it
 * expires. */
static void bind_gone_at(struct sql_stmt *q, const struct item *item)
{
    if (item->state == ITEM_ACTIVE)
        sql_stmt_bind_null(q);
    else if (item->state == ITEM_FULFILLED)
        sql_stmt_bind_int(q, item->expires_at);
    else
        sql_stmt_bind_int(q, item->ended_at != 0 ? item->ended_at : item->updated_at);
}

enum err items_add(struct store *s, struct item *item, struct error *error)
{
    struct sql_stmt q = store_write_stmt(
        s, "INSERT INTO items (kind, state, cover, bounds, subdomains, lists, over, sticky, code, text,"
           " expires_at, id, created_at, updated_at, ended_at, gone_at, revision, batch_id, origin,"
           " created_by, ended_by, requester, reason)"
           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)");
    sql_stmt_bind_int(&q, item->kind);
    sql_stmt_bind_int(&q, item->state);
    sql_stmt_bind_range(&q, &item->range);
    sql_stmt_bind_mask(&q, &item->lists);
    sql_stmt_bind_mask(&q, &item->over);
    sql_stmt_bind_int(&q, item->sticky);
    if (item->kind == OVERLAY_LIST)
        sql_stmt_bind_int(&q, item->code);
    else
        sql_stmt_bind_null(&q);
    sql_stmt_bind_blob(&q, item->text + 1, item->kind == OVERLAY_LIST ? item->text[0] : 0);
    sql_stmt_bind_int(&q, item->expires_at);
    sql_stmt_bind_id(&q, item->id);
    sql_stmt_bind_int(&q, item->created_at);
    sql_stmt_bind_int(&q, item->updated_at);
    sql_stmt_bind_time(&q, item->ended_at);
    bind_gone_at(&q, item);
    sql_stmt_bind_id(&q, item->batch_id);
    sql_stmt_bind_text(&q, item->origin);
    sql_stmt_bind_text(&q, item->created_by);
    sql_stmt_bind_text(&q, item->ended_by);
    sql_stmt_bind_text(&q, item->requester);
    sql_stmt_bind_text(&q, item->reason);
    enum err e = sql_stmt_finish_insert(&q, &item->number, error);
    if (e != OK)
        return e;
    item->revision = 1;
    count(s, item, 1);
    return is_watched(item) ? write_watches(s, item, true, error) : OK;
}

/* Reads the fields of the stored item that its counts depend on. */
static enum err find_old(struct store *s, uint64_t number, struct item *old, struct error *error)
{
    bool found = false;
    struct sql_stmt q =
        store_write_stmt(s, "SELECT kind, state, lists, over, revision FROM items WHERE number = ?");
    sql_stmt_bind_int(&q, (int64_t)number);
    if (sql_stmt_next(&q)) {
        old->kind = (enum overlay_kind)sql_stmt_enum(&q, OVERLAY_ALLOW);
        old->state = (enum item_state)sql_stmt_enum(&q, ITEM_RELISTED);
        sql_stmt_mask(&q, &old->lists);
        sql_stmt_mask(&q, &old->over);
        old->revision = (uint64_t)sql_stmt_int(&q);
        found = !q.damaged;
    }
    enum err e = sql_stmt_close(&q, error);
    if (e == OK && !found)
        e = error_set(error, ERR_SYSTEM, "%s: item %llu is missing or damaged", q.conn->path,
                      (unsigned long long)number);
    return e;
}

enum err items_change(struct store *s, struct item *item, struct error *error)
{
    struct item old;

    enum err e = find_old(s, item->number, &old, error);
    if (e != OK)
        return e;
    struct sql_stmt q = store_write_stmt(
        s, "UPDATE items SET state = ?, over = ?, sticky = ?, expires_at = ?, updated_at = ?, ended_at = ?,"
           " gone_at = ?, ended_by = ?, reason = ?, revision = ? WHERE number = ?");
    sql_stmt_bind_int(&q, item->state);
    sql_stmt_bind_mask(&q, &item->over);
    sql_stmt_bind_int(&q, item->sticky);
    sql_stmt_bind_int(&q, item->expires_at);
    sql_stmt_bind_int(&q, item->updated_at);
    sql_stmt_bind_time(&q, item->ended_at);
    bind_gone_at(&q, item);
    sql_stmt_bind_text(&q, item->ended_by);
    sql_stmt_bind_text(&q, item->reason);
    sql_stmt_bind_int(&q, (int64_t)(old.revision + 1));
    sql_stmt_bind_int(&q, (int64_t)item->number);
    e = sql_stmt_finish(&q, error);
    if (e != OK)
        return e;
    item->revision = old.revision + 1;
    count(s, &old, -1);
    old.state = item->state;
    old.over = item->over;
    count(s, &old, 1);
    return item->kind == OVERLAY_DELIST ? write_watches(s, item, is_watched(item), error) : OK;
}

/* ---- Purging ---- */

/* Deletes an item that is history, and its watches: only a fulfilled one can have any. */
static enum err purge(struct store *s, uint64_t number, struct error *error)
{
    struct item item = { .number = number };
    bool found = false;
    struct sql_stmt q = store_write_stmt(
        s, "DELETE FROM items WHERE number = ? RETURNING state = 1, cover, bounds, subdomains, lists");
    sql_stmt_bind_int(&q, (int64_t)number);
    if (sql_stmt_next(&q) && sql_stmt_bool(&q)) {
        found = sql_stmt_range(&q, &item.range);
        sql_stmt_mask(&q, &item.lists);
    }
    enum err e = sql_stmt_finish(&q, error);
    return e == OK && found ? write_watches(s, &item, false, error) : e;
}
_Static_assert(ITEM_FULFILLED == 1, "the statement names the number");

enum err items_purge(struct store *s, int64_t until, unsigned *rows, struct error *error)
{
    uint64_t numbers[STORE_PURGE];
    unsigned count = 0;

    struct sql_stmt q = store_write_stmt(
        s, "SELECT number FROM items INDEXED BY items_gone WHERE gone_at IS NOT NULL AND gone_at <= ?"
           " ORDER BY gone_at LIMIT ?");
    sql_stmt_bind_int(&q, until);
    sql_stmt_bind_int(&q, STORE_PURGE);
    enum err e = sql_stmt_finish_ints(&q, numbers, STORE_PURGE, &count, error);
    for (unsigned i = 0; e == OK && i < count; i++)
        e = purge(s, numbers[i], error);
    if (e == OK)
        *rows = count;
    return e;
}

/* ---- Counting ---- */

enum err items_count(struct store_reader *r, uint64_t by_kind[3], struct error *error)
{
    uint64_t counts[3];
    enum err e = OK;
    for (unsigned i = 0; e == OK && i < 3; i++)
        e = store_count(r, i, &counts[i], error);
    if (e == OK)
        memcpy(by_kind, counts, sizeof(counts));
    return e;
}

enum err items_count_list(struct store_reader *r, unsigned list, uint64_t *delistings, struct error *error)
{
    if (list >= LISTS_MAX)
        return error_set(error, ERR_LIMIT, "%u is not a valid list number", list);
    return store_count(r, STORE_COUNT_LIST + list, delistings, error);
}
