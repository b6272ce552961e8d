#include "http/page.h"

#include "base/log.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- Parameters ---- */

/* Digits only, no sign: strtoull alone would take "-1" and " 1". */
static bool number_from_text(const char *text, uint64_t most, uint64_t *out)
{
    uint64_t n = 0;
    if (*text == 0 || strspn(text, "0123456789") != strlen(text))
        return false;
    for (; *text; text++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
            return false;
    *out = n;
    return n <= most;
}

bool parameter_number(struct call *call, const char *name, uint64_t least, uint64_t most, uint64_t *out)
{
    const char *text = call_parameter(call, name);
    uint64_t n;
    if (!text)
        return true;
    if (!number_from_text(text, most, &n) || n < least) {
        call_fail(call, 400, "bad_parameter", name, "%s is a number from %" PRIu64 " to %" PRIu64 ".", name,
                  least, most);
        return false;
    }
    *out = n;
    return true;
}

bool parameter_time(struct call *call, const char *name, int64_t *out)
{
    const char *text = call_parameter(call, name);
    if (!text || time_from_text(text, out))
        return true;
    call_fail(call, 400, "bad_parameter", name, "%s is a time as 2026-01-31T12:00:00Z.", name);
    return false;
}

bool parameter_word(struct call *call, const char *name, const char *const *words, size_t count, int *out)
{
    const char *text = call_parameter(call, name);
    if (!text)
        return true;
    char known[128] = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = (int)i;
            return true;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof(known) - used, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    call_fail(call, 400, "bad_parameter", name, "%s is one of %s.", name, known);
    return false;
}

bool parameter_list(struct call *call, const char *name, bool *given, unsigned *out)
{
    const char *text = call_parameter(call, name);
    if (!text)
        return true;
    int number = delist_list_number(call->backend->delist, text);
    if (number < 0) {
        call_fail(call, 400, "unknown_list", name,
                  "There is no list of this name; GET /v1/lists names them.");
        return false;
    }
    *given = true;
    *out = (unsigned)number;
    return true;
}

static bool is_single(const struct range *range)
{
    return range->family == RANGE_NAME || range_size(range) == 1;
}

static bool range_from_text(struct call *call, const char *field, const char *text, bool single,
                            bool subdomains, struct range *out)
{
    struct error error;
    struct range range;
    if (range_parse(text, subdomains, &range, &error)) {
        call_fail(call, 400, "bad_range", field, "%s", error.text);
        return false;
    }
    if (single && !is_single(&range)) {
        call_fail(call, 400, "not_single", field,
                  "This is a range: ask for one address or domain name; GET /v1/delistings?within= finds "
                  "what lies in a range.");
        return false;
    }
    *out = range;
    return true;
}

bool address_from_text(struct call *call, const char *field, const char *text, struct range *out)
{
    return range_from_text(call, field, text, true, false, out);
}

bool parameter_range(struct call *call, const char *name, bool single, bool subdomains, bool *given,
                     struct range *out)
{
    const char *text = call_parameter(call, name);
    if (!text)
        return true;
    if (!range_from_text(call, name, text, single, subdomains, out))
        return false;
    *given = true;
    return true;
}

/* ---- Pages ---- */

bool is_id(const char *text)
{
    static const char form[] = "00000000-0000-0000-0000-000000000000";
    if (strlen(text) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '-' ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
            return false;
    return true;
}

static bool cursor_read(const char *text, bool ids, struct page *page)
{
    if (ids) {
        if (!is_id(text))
            return false;
        memcpy(page->after, text, DELIST_ID);
        return true;
    }
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return false;
    page->before = strtoull(text, NULL, 16);
    return page->before > 0;
}

bool page_open(struct call *call, bool ids, struct page *page)
{
    uint64_t limit = PAGE_LIMIT;
    *page = (struct page){ .limit = 0 };
    if (!parameter_number(call, "limit", 1, PAGE_LIMIT_MOST, &limit))
        return false;
    const char *cursor = call_parameter(call, "cursor");
    if (cursor && !cursor_read(cursor, ids, page)) {
        call_fail(call, 400, "bad_cursor", "cursor",
                  "cursor is what the page before gave as next_cursor; leave it out for the first page.");
        return false;
    }
    page->limit = limit;
    page->array = json_array();
    return true;
}

bool page_takes(struct page *page)
{
    page->more = json_array_size(page->array) == page->limit;
    return !page->more;
}

json_t *page_json(struct page *page, const char *name)
{
    json_t *cursor = json_null();
    if (page->more)
        cursor = page->last_id[0] ? json_string(page->last_id) : json_sprintf("%016" PRIx64, page->last);
    return json_pack("{s:o, s:o}", name, page->array, "next_cursor", cursor);
}

void page_answer(struct call *call, struct page *page, const char *name)
{
    call_answer(call, 200, page_json(page, name));
}

void page_drop(struct page *page)
{
    json_decref(page->array);
}

/* ---- The store ---- */

void fail_store(struct call *call, const struct error *error)
{
    log_warning("api: request %s: %s", call->request_id, error->text);
    call_fail(call, 503, "store_unavailable", NULL, "The store cannot be read now; try again in a moment.");
}

bool read_open(struct call *call, struct reader **out)
{
    struct error error = { 0 };
    if (store_read(delist_store(call->backend->delist), out, &error) == OK)
        return true;
    fail_store(call, &error);
    return false;
}

/* ---- Operations ---- */

void set_etag(struct call *call, uint64_t revision)
{
    char text[32];
    snprintf(text, sizeof(text), "\"%" PRIu64 "\"", revision);
    call_set_header(call, "ETag", text);
}

/* What we never gave out matches nothing. */
bool read_if_match(struct call *call)
{
    const char *text = call_header(call, "If-Match");
    uint64_t revision = 0;
    size_t length = text ? strlen(text) : 0;
    if (!text || strcmp(text, "*") == 0)
        return true;
    bool ours = length >= 3 && length <= 20 && text[0] == '"' && text[length - 1] == '"';
    for (size_t i = 1; ours && i < length - 1; i++) {
        ours = text[i] >= '0' && text[i] <= '9';
        revision = revision * 10 + (uint64_t)(text[i] - '0');
    }
    if (!ours) {
        call_fail(call, 412, "changed", "If-Match", "If-Match is the ETag of the answer that was last seen.");
        return false;
    }
    call->op.has_revision = true;
    call->op.revision = revision;
    return true;
}

static struct call *call_of(struct delist_op *op)
{
    return (struct call *)((char *)op - offsetof(struct call, op));
}

/* The updater's thread: the answer is noted with the key, in the transaction. */
static void render(struct delist_op *op)
{
    struct call *call = call_of(op);
    json_t *body = ((struct reply *)call->scratch)->form(call, &op->status);
    op->body = json_dumps(body, JSON_COMPACT);
    op->body_length = op->body ? strlen(op->body) : 0;
    json_decref(body);
}

static void submitted(struct call *call)
{
    const struct reply *reply = call->scratch;
    int status = 200;
    if (call->op.judgement.kind != JUDGE_OK) {
        if (reply->fail)
            reply->fail(call);
        else
            call_fail_judgement(call, &call->op.judgement);
        return;
    }
    json_t *body = reply->form(call, &status);
    if (reply->then)
        reply->then(call);
    call_answer(call, status, body);
}

struct reply *reply_new(struct call *call)
{
    call->scratch = calloc(1, sizeof(struct reply));
    if (!call->scratch)
        abort();
    return call->scratch;
}

void reply_submit(struct call *call, reply_form *form)
{
    struct reply *reply = call->scratch ? call->scratch : reply_new(call);
    reply->form = form;
    call->op.render = render;
    call_submit(call, submitted);
}
