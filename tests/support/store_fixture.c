#include "support/store_fixture.h"

#include "support/assert.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct store *store_fixture_open(const char *directory)
{
    struct store *s = NULL;
    struct error error = { 0 };
    assert_ok(store_open(directory, &s, &error), &error);
    return s;
}

int store_fixture_setup(void **state)
{
    *state = store_fixture_open(NULL);
    return 0;
}

int store_fixture_teardown(void **state)
{
    store_close(*state);
    return 0;
}

void store_fixture_begin(struct store *s)
{
    struct error error = { 0 };
    assert_ok(store_begin(s, &error), &error);
}

void store_fixture_commit(struct store *s)
{
    struct error error = { 0 };
    assert_ok(store_commit(s, &error), &error);
}

struct list_mask store_fixture_mask(unsigned a, unsigned b)
{
    struct list_mask m = { { 0 } };
    list_mask_add(&m, a);
    list_mask_add(&m, b);
    return m;
}

struct item store_fixture_item(const char *range, unsigned list)
{
    struct item item = { .kind = OVERLAY_DELIST, .sticky = true };
    item.range = text_range(range, false);
    list_mask_add(&item.lists, list);
    item.created_at = item.updated_at = STORE_FIXTURE_NOW;
    item.expires_at = STORE_FIXTURE_NOW + 3600;
    store_new_id(STORE_FIXTURE_NOW * INT64_C(1000), item.id);
    strcpy(item.created_by, "tester");
    strcpy(item.origin, "api");
    return item;
}

void store_fixture_add(struct store *s, struct item *item)
{
    struct error error = { 0 };
    assert_ok(store_begin(s, &error), &error);
    assert_ok(items_add(s, item, &error), &error);
    assert_ok(store_commit(s, &error), &error);
}

bool store_fixture_count_one(void *context, const struct item *item)
{
    (void)item;
    ++*(unsigned *)context;
    return true;
}

unsigned store_fixture_count(struct store *s)
{
    struct item_filter filter = { .has_kind = false };
    struct error error = { 0 };
    struct store_reader *r;
    unsigned count = 0;
    assert_ok(store_read(s, &r, &error), &error);
    assert_ok(items_each(r, &filter, STORE_FIXTURE_NOW, store_fixture_count_one, &count, &error), &error);
    store_read_end(r);
    return count;
}

int64_t store_fixture_number(struct store *s, const char *sql)
{
    char text[32] = "";
    assert_int_equal(sql_query_text(s->writer.conn.db, sql, text, sizeof(text)), SQLITE_OK);
    assert_string_not_equal(text, "");
    return strtoll(text, NULL, 10);
}
