#include "api/paging.h"

#include "api/parameters.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool read_cursor(const char *text, bool ids, struct paging *c)
{
    if (ids) {
        if (!call_is_id(text))
            return false;
        memcpy(c->after, text, STORE_ID);
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

bool paging_open(struct call *call, bool ids, struct paging *c)
{
    uint64_t limit = PAGING_LIMIT;
    const char *cursor = call_parameter(call, "cursor");
    *c = (struct paging){ .call = call };
    if (!parameter_number(call, "limit", 1, PAGING_LIMIT_MAX, &limit))
        return false;
    if (cursor != NULL && !read_cursor(cursor, ids, c)) {
        fail_cursor(call);
        return false;
    }
    c->limit = limit;
    return true;
}

bool paging_takes(struct paging *c)
{
    c->more = json_array_size(c->array) == c->limit;
    return !c->more;
}

bool paging_read(struct paging *c, paging_reader *read)
{
    struct store_reader *reader;
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

json_t *paging_json(struct paging *c, const char *name)
{
    json_t *cursor = json_null();
    if (c->more)
        cursor = *c->last_id != '\0' ? json_string(c->last_id) : json_sprintf("%016" PRIx64, c->last);
    return json_pack("{s:o, s:o}", name, c->array, "next_cursor", cursor);
}

void paging_answer(struct call *call, const char *name, bool ids, paging_reader *read, const void *context)
{
    struct paging c;
    if (!paging_open(call, ids, &c))
        return;
    c.context = context;
    if (paging_read(&c, read))
        call_answer(call, 200, paging_json(&c, name));
}
