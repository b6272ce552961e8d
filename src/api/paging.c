#include "api/paging.h"

#include "api/parameters.h"
#include "http/json_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool parse_cursor(const char *text, struct paging *page)
{
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return false;
    page->before = strtoull(text, NULL, 16);
    return page->before > 0;
}

static bool fail_cursor(struct call *call)
{
    return call_fail(call, 400, "bad_cursor", "cursor",
                     "cursor must be the next_cursor of the previous page; leave it out for the first page.");
}

bool paging_open(struct call *call, struct paging *page)
{
    uint64_t limit = PAGING_LIMIT;
    const char *cursor = http_parameter(call->request, "cursor");
    *page = (struct paging){ .call = call };
    if (!parameter_number(call, "limit", 1, PAGING_LIMIT_MAX, &limit))
        return false;
    page->limit = limit;
    return cursor == NULL || parse_cursor(cursor, page) || fail_cursor(call);
}

bool paging_has_room(struct paging *page)
{
    /* What there is no memory for would be read in vain; the answer is 503. */
    page->more = json_array_size(page->array) == page->limit || json_text_lost();
    return !page->more;
}

bool paging_read(struct paging *page, paging_reader *read)
{
    struct store_reader *reader;
    struct error error = { 0 };
    if (!call_read_store(page->call, &reader))
        return false;
    page->array = json_array();
    enum err err = read(reader, page, &error);
    store_read_end(reader);
    if (err == OK)
        return true;
    json_decref(page->array);
    call_fail_store(page->call, &error);
    return false;
}

json_t *paging_json(struct paging *page, const char *name)
{
    json_t *cursor = page->more ? json_sprintf("%016" PRIx64, page->last) : json_null();
    return json_pack("{s:o, s:o}", name, page->array, "next_cursor", cursor);
}

void paging_answer(struct call *call, const char *name, paging_reader *read, const void *context)
{
    struct paging page;
    if (!paging_open(call, &page))
        return;
    page.context = context;
    if (paging_read(&page, read))
        http_answer(call->request, 200, paging_json(&page, name));
}
