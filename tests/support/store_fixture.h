/* A directory for one test, and the items that tests put into stores. */
#ifndef SUPPORT_STORE_FIXTURE_H
#define SUPPORT_STORE_FIXTURE_H

#include "store/items.h"
#include "store/store_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>
#include <unistd.h>

#include <cmocka.h>

static inline int scratch_unlink(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

/* For cmocka: *state is the directory's path. */
static inline int scratch_setup(void **state)
{
    const char *top = getenv("TMPDIR");
    char *path = malloc(200);
    snprintf(path, 200, "%.150s/dnsbld-store-XXXXXX", top != NULL ? top : "/tmp");
    *state = path;
    return mkdtemp(path) == NULL;
}

static inline int scratch_teardown(void **state)
{
    nftw(*state, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return 0;
}

/* A path in it; the last four are valid. */
static inline const char *scratch_file(void **state, const char *name)
{
    static char path[4][300];
    static unsigned next;
    char *out = path[next++ % 4];
    snprintf(out, 300, "%s/%s", (const char *)*state, name);
    return out;
}

/* ---- Stores ---- */

static inline void check(enum err e, const struct error *error)
{
    if (e != OK)
        fail_msg("error %d: %s", e, error->text);
}

static inline struct store *scratch_open(const char *directory)
{
    struct store *s = NULL;
    struct error error = { 0 };
    check(store_open(directory, &s, &error), &error);
    return s;
}

/* For tests in memory: *state is the store. */
static inline int scratch_open_memory(void **state)
{
    *state = scratch_open(NULL);
    return 0;
}

static inline int scratch_close_memory(void **state)
{
    store_close(*state);
    return 0;
}

static inline void begin(struct store *s)
{
    struct error error = { 0 };
    check(store_begin(s, &error), &error);
}

static inline void commit(struct store *s)
{
    struct error error = { 0 };
    check(store_commit(s, &error), &error);
}

static inline struct range scratch_range(const char *text, bool subdomains)
{
    struct range range;
    struct error error = { 0 };
    check(range_parse(text, subdomains, &range, &error), &error);
    return range;
}

static inline struct list_mask scratch_mask(unsigned a, unsigned b)
{
    struct list_mask m = { { 0 } };
    list_mask_add(&m, a);
    list_mask_add(&m, b);
    return m;
}

#define SCRATCH_NOW 1700000000

/* A delisting of `range` on `list`, made at SCRATCH_NOW for an hour. */
static inline struct item scratch_item(const char *range, unsigned list)
{
    struct item item = { .kind = OVERLAY_DELIST, .sticky = true };
    item.range = scratch_range(range, false);
    list_mask_add(&item.lists, list);
    item.created_at = item.updated_at = SCRATCH_NOW;
    item.expires_at = SCRATCH_NOW + 3600;
    store_new_id(SCRATCH_NOW * INT64_C(1000), item.id);
    strcpy(item.created_by, "tester");
    strcpy(item.origin, "api");
    return item;
}

/* Stores an item in a transaction of its own. */
static inline void scratch_add(struct store *s, struct item *item)
{
    struct error error = { 0 };
    check(store_begin(s, &error), &error);
    check(items_add(s, item, &error), &error);
    check(store_commit(s, &error), &error);
}

static inline bool scratch_count_one(void *context, const struct item *item)
{
    (void)item;
    ++*(unsigned *)context;
    return true;
}

/* How many items there are, as a new reader sees it. */
static inline unsigned scratch_count(struct store *s)
{
    struct item_filter filter = { .has_kind = false };
    struct error error = { 0 };
    struct store_reader *r;
    unsigned count = 0;
    check(store_read(s, &r, &error), &error);
    check(items_each(r, &filter, SCRATCH_NOW, scratch_count_one, &count, &error), &error);
    store_read_end(r);
    return count;
}

/* The number that a statement gives. */
static inline int64_t scratch_ask(struct store *s, const char *sql)
{
    char text[32] = "";
    assert_int_equal(sql_ask(s->writer.conn.db, sql, text, sizeof(text)), SQLITE_OK);
    assert_string_not_equal(text, "");
    return strtoll(text, NULL, 10);
}

#endif
