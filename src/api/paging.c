#include "api/paging.h"

#include "api/parameters.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool read_cursor(const char *text, bool ids, struct collection *c)
{
    if (ids) {
        if (!call_is_id(text))
            return false;
        memcpy(c->after, text, DELIST_ID);
        return true;
    }
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return false;
    c->before = strtoull(text, NULL, 16);
    return c->before > 0;
}

static void fail_cursor(struct call *call)
{
    call_fail(call, 400, "bad_cursor", "cursor",
              "cursor is what the page before gave as next_cursor; leave it out for the first page.");
}

bool collection_open(struct call *call, bool ids, struct collection *c)
{
    uint64_t limit = COLLECTION_LIMIT;
    const char *cursor = call_parameter(call, "cursor");
    *c = (struct collection){ .call = call };
    if (!parameter_number(call, "limit", 1, COLLECTION_LIMIT_MOST, &limit))
        return false;
    if (cursor != NULL && !read_cursor(cursor, ids, c)) {
        fail_cursor(call);
        return false;
    }
    c->limit = limit;
    return true;
}

bool collection_takes(struct collection *c)
{
    c->more = json_array_size(c->array) == c->limit;
    return !c->more;
}

bool collection_read(struct collection *c, collection_reader *read)
{
    struct reader *reader;
    struct error error = { 0 };
    if (!call_read_store(c->call, &reader))
        return false;
    c->array = json_array();
    enum err err = read(reader, c, &error);
    store_read_end(reader);
    if (err == OK)
        return true;
    json_decref(c->array);
    if (err == ERR_REFUSED)
        fail_cursor(c->call); /* what it names is not there any more */
    else
        call_fail_store(c->call, &error);
    return false;
}

json_t *collection_json(struct collection *c, const char *name)
{
    json_t *cursor = json_null();
    if (c->more)
        cursor = *c->last_id != '\0' ? json_string(c->last_id) : json_sprintf("%016" PRIx64, c->last);
    return json_pack("{s:o, s:o}", name, c->array, "next_cursor", cursor);
}

void collection_answer(struct call *call, const char *name, bool ids, collection_reader *read,
                       const void *context)
{
    struct collection c;
    if (!collection_open(call, ids, &c))
        return;
    c.context = context;
    if (collection_read(&c, read))
        call_answer(call, 200, collection_json(&c, name));
}
