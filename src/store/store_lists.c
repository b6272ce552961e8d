/* The numbers of lists, and what becomes of a list whose name changes because others are configured. */
#include "base/log.h"
#include "store/sql.h"
#include "store/store_state.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Numbers ---- */

/* The number of a list; LISTS_MAX: it has none. */
static unsigned find(const struct store *s, const char *name)
{
    unsigned i = 0;
    while (i < LISTS_MAX && (s->lists[i] == NULL || strcmp(s->lists[i], name) != 0))
        i++;
    return i;
}

/* Writes a name for a number, in the open transaction. s->lists has it from then on: if the commit fails,
 * the store does not open. */
static enum err write_name(struct store *s, unsigned number, const char *name, struct error *error)
{
    if (*name == '\0' || strlen(name) >= STORE_NAME)
        return error_set(error, ERR_LIMIT, "%s: the name of a list has 1 to %d bytes", name, STORE_NAME - 1);
    char *copy = strdup(name);
    if (copy == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    struct sql_stmt q = store_write_stmt(s, "INSERT OR REPLACE INTO lists (number, name) VALUES (?, ?)");
    sql_stmt_bind_int(&q, number);
    sql_stmt_bind_text(&q, name);
    enum err e = sql_stmt_finish(&q, error);
    if (e != OK) {
        free(copy);
        return e;
    }
    free(s->lists[number]);
    s->lists[number] = copy;
    return OK;
}

static enum err add(struct store *s, const char *name, unsigned *number, struct error *error)
{
    unsigned unused = 0;
    while (unused < LISTS_MAX && s->lists[unused] != NULL)
        unused++;
    if (unused == LISTS_MAX)
        return error_set(error, ERR_LIMIT,
                         "%s: limit reached: the store has the names of %d lists, old ones included", name,
                         LISTS_MAX);
    enum err e = write_name(s, unused, name, error);
    if (e == OK)
        *number = unused;
    return e;
}

enum err store_list_number(struct store *s, const char *name, unsigned *number, struct error *error)
{
    unsigned found = find(s, name);
    if (found == LISTS_MAX) {
        enum err e = store_begin(s, error);
        if (e == OK)
            e = add(s, name, &found, error);
        if (e == OK)
            e = store_commit(s, error);
        store_rollback(s);
        if (e != OK)
            return e;
    }
    *number = found;
    return OK;
}

const char *store_list_name(const struct store *s, unsigned number)
{
    return number < LISTS_MAX ? s->lists[number] : NULL;
}

/* ---- Lists whose names change ---- */

#define RECORDED "list files recorded" /* the fact that each file's list has been recorded */

/* Writes the name of the fact that says on which list a file is. Its directory counts, by whatever path the
 * configuration names it; the file itself may be a link to the newest of many. */
static void name_fact(const char *file, char name[2 * STORE_FILE_PATH])
{
    char directory[STORE_FILE_PATH], real[PATH_MAX];
    const char *slash = strrchr(file, '/');
    const int length = slash != NULL ? (int)(slash - file + 1) : 0;
    snprintf(directory, sizeof(directory), "%.*s.", length < STORE_FILE_PATH - 2 ? length : 0, file);
    if (realpath(directory, real) == NULL)
        snprintf(real, sizeof(real), "%.*s", STORE_FILE_PATH - 1, directory);
    snprintf(name, (size_t)2 * STORE_FILE_PATH, "file:%s/%.*s", real, NAME_MAX, file + length);
}

/* Whether another list begins with the same file: which of them the file was on is not recorded then. */
static bool is_shared(const struct store_list_set *sets, size_t count, size_t set)
{
    for (size_t i = 0; i < count; i++)
        if (sets[i].file != NULL && strcmp(sets[i].file, sets[set].file) == 0 &&
            strcmp(sets[i].list, sets[set].list) != 0)
            return true;
    return false;
}

/* The list that the store has for what set number `i` was on; LISTS_MAX: none. */
static unsigned find_former(struct store *s, const struct store_list_set *sets, size_t count, size_t i,
                            bool recorded)
{
    const struct store_list_set *set = &sets[i];
    const unsigned own = find(s, set->list);
    char name[2 * STORE_FILE_PATH];
    if (own != LISTS_MAX && (!recorded || !set->by_file || is_shared(sets, count, i)))
        return own;
    if (set->file == NULL)
        return LISTS_MAX;
    name_fact(set->file, name);
    int64_t number = store_fact(s, name, -1);
    if (number >= 0 && number < LISTS_MAX && s->lists[number] != NULL)
        return (unsigned)number;
    return recorded || set->former == NULL ? LISTS_MAX : find(s, set->former);
}

/* The functions list_has(mask, list), and list_also(mask, list, more): the mask, with `more` if it has
 * `list`. */
static void call_mask(sqlite3_context *context, int count, sqlite3_value **values)
{
    uint8_t bytes[LISTS_MAX / 8] = { 0 };
    const size_t size = (size_t)sqlite3_value_bytes(values[0]);
    const unsigned list = (unsigned)sqlite3_value_int(values[1]) % LISTS_MAX;
    const unsigned more = (unsigned)sqlite3_value_int(values[count - 1]) % LISTS_MAX;

    if (size > 0 && size <= sizeof(bytes))
        memcpy(bytes, sqlite3_value_blob(values[0]), size);
    bool has = bytes[list / 8] >> list % 8 & 1;
    bytes[more / 8] |= (uint8_t)(1u << more % 8);
    if (count == 2)
        sqlite3_result_int(context, has);
    else if (has)
        sqlite3_result_blob(context, bytes, (int)(size > more / 8 ? size : more / 8 + 1), SQLITE_TRANSIENT);
    else
        sqlite3_result_value(context, values[0]);
}

/* ?1: the list whose items hold for the list ?2, too. A watch begins anew: what held it may be in the files
 * of either. */
static const char *const copy_sql[] = {
    "UPDATE items SET lists = list_also(lists, ?1, ?2), over = list_also(over, ?1, ?2)"
    " WHERE list_has(lists, ?1)",
    "UPDATE requests SET lists = list_also(lists, ?1, ?2), removed = list_also(removed, ?1, ?2)"
    " WHERE list_has(lists, ?1) OR list_has(removed, ?1)",
    "UPDATE events SET lists = list_also(lists, ?1, ?2) WHERE list_has(lists, ?1)",
    "INSERT OR IGNORE INTO watches SELECT ?2, first, number, held, fulfilled, gone_since, over, expires_at,"
    " cover, bounds, subdomains FROM watches WHERE list = ?1",
    "UPDATE watches SET held = 0, gone_since = NULL WHERE list IN (?1, ?2) AND fulfilled = 0",
    "INSERT OR REPLACE INTO counts SELECT 16 + ?2, count(*) FROM items WHERE kind = 0 AND state = 0"
    " AND list_has(lists, ?2) AND NOT list_has(over, ?2)",
};
_Static_assert(STORE_COUNT_LIST == 16 && OVERLAY_DELIST == 0 && ITEM_ACTIVE == 0, "copy_sql has these");

static enum err copy(struct store *s, unsigned from, unsigned to, struct error *error)
{
    enum err e = OK;
    log_notice("%s: list '%s' has the delistings, listings and allows of list '%s', too", s->path,
               s->lists[to], s->lists[from]);
    for (size_t i = 0; e == OK && i < ARRAY_SIZE(copy_sql); i++) {
        struct sql_stmt q = store_write_stmt(s, copy_sql[i]);
        sql_stmt_bind_int(&q, from);
        sql_stmt_bind_int(&q, to);
        e = sql_stmt_finish(&q, error);
    }
    return e;
}

/* Gives a list a name. The one that has had it gets the list's former name for it. */
static enum err rename_list(struct store *s, unsigned number, const char *name, struct error *error)
{
    const unsigned other = find(s, name);
    char former[STORE_NAME];
    snprintf(former, sizeof(former), "%s", s->lists[number]);
    log_notice("%s: list '%s' is named '%s' now", s->path, former, name);
    enum err e = write_name(s, number, name, error); /* and deletes the other's row, as names are unique */
    if (e != OK || other == LISTS_MAX)
        return e;
    log_notice("%s: list '%s' is named '%s' now, as other files have its name", s->path, name, former);
    return write_name(s, other, former, error);
}

struct follow {
    struct store *store;
    const struct store_list_set *sets;
    size_t count;
    const unsigned *former; /* of each set: find_former() */
};

/* Whether a list has its name because the configuration, or one of its files, says so. */
static bool is_kept(const struct follow *f, unsigned number)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->former[i] == number && strcmp(f->sets[i].list, f->store->lists[number]) == 0)
            return true;
    return false;
}

/* Finds which lists the set's list follows; false: none. */
static bool find_followed(const struct follow *f, const char *list, struct list_mask *former)
{
    const unsigned own = find(f->store, list);
    for (size_t i = 0; i < f->count; i++)
        if (f->former[i] != LISTS_MAX && f->former[i] != own && strcmp(f->sets[i].list, list) == 0)
            list_mask_add(former, f->former[i]);
    return !list_mask_is_empty(former);
}

/* Has a list take the number of one that it follows, if no other keeps that, and it has none to keep itself.
 */
static enum err take_number(const struct follow *f, const char *list, struct error *error)
{
    const unsigned own = find(f->store, list);
    struct list_mask former = { { 0 } };

    if (!find_followed(f, list, &former) || (own != LISTS_MAX && is_kept(f, own)))
        return OK;
    for (unsigned i = 0; i < LISTS_MAX; i++)
        if (list_mask_has(&former, i) && !is_kept(f, i))
            return rename_list(f->store, i, list, error);
    return OK;
}

/* Copies what was on the other lists that a list follows. */
static enum err copy_followed(const struct follow *f, const char *list, struct error *error)
{
    struct store *s = f->store;
    struct list_mask former = { { 0 } };
    unsigned number = find(s, list);
    enum err e = OK;

    if (!find_followed(f, list, &former))
        return OK;
    if (number == LISTS_MAX)
        e = add(s, list, &number, error);
    for (unsigned i = 0; i < LISTS_MAX && e == OK; i++)
        if (list_mask_has(&former, i))
            e = copy(s, i, number, error);
    return e;
}

/* Whether no set before number `i` is on the same list. */
static bool is_first(const struct follow *f, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(f->sets[j].list, f->sets[i].list) == 0)
            return false;
    return true;
}

static enum err follow_all(const struct follow *f, struct error *error)
{
    struct store *s = f->store;
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    sqlite3 *db = s->writer.conn.db;

    if (sqlite3_create_function(db, "list_has", 2, flags, NULL, call_mask, NULL, NULL) != SQLITE_OK ||
        sqlite3_create_function(db, "list_also", 3, flags, NULL, call_mask, NULL, NULL) != SQLITE_OK)
        return sql_explain(db, s->path, sqlite3_extended_errcode(db), error);
    enum err e = store_begin(s, error);
    for (size_t i = 0; i < f->count && e == OK; i++)
        e = take_number(f, f->sets[i].list, error);
    for (size_t i = 0; i < f->count && e == OK; i++)
        if (is_first(f, i))
            e = copy_followed(f, f->sets[i].list, error);
    if (e == OK)
        e = store_commit(s, error);
    store_rollback(s);
    return e;
}

enum err store_lists_follow(struct store *s, const struct store_list_set *sets, size_t count,
                            struct error *error)
{
    bool recorded = store_fact(s, RECORDED, 0) != 0, any = false;
    unsigned *former = calloc(count + 1, sizeof(*former));
    enum err e = OK;

    if (former == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        former[i] = find_former(s, sets, count, i, recorded);
        any |= former[i] != LISTS_MAX && former[i] != find(s, sets[i].list);
    }
    if (any)
        e = follow_all(&(struct follow){ s, sets, count, former }, error);
    free(former);
    return e;
}

struct record {
    struct store *store;
    bool begun; /* a transaction, as something is to be written */
};

static enum err record(struct record *r, const char *fact, int64_t value, struct error *error)
{
    enum err e = OK;
    if (store_fact(r->store, fact, -1) == value)
        return OK;
    if (!r->begun)
        e = store_begin(r->store, error);
    r->begun = true;
    return e == OK ? store_set_fact(r->store, fact, value, error) : e;
}

/* Whether a set before number `i` has the same file: one list is recorded for it. */
static bool is_repeated(const struct store_list_set *sets, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (sets[j].file != NULL && strcmp(sets[j].file, sets[i].file) == 0)
            return true;
    return false;
}

enum err store_lists_record(struct store *s, const struct store_list_set *sets, size_t count,
                            struct error *error)
{
    struct record r = { .store = s };
    char name[2 * STORE_FILE_PATH];
    enum err e = OK;

    for (size_t i = 0; i < count && e == OK; i++) {
        if (sets[i].file == NULL || is_repeated(sets, i))
            continue;
        name_fact(sets[i].file, name);
        e = record(&r, name, find(s, sets[i].list), error);
    }
    if (e == OK)
        e = record(&r, RECORDED, 1, error);
    if (e == OK && r.begun)
        e = store_commit(s, error);
    store_rollback(s);
    return e;
}
