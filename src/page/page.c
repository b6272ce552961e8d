#include "page/page.h"

#include "api/calls.h"
#include "api/fields.h"
#include "api/parameters.h"
#include "api/submit.h"
#include "page/html.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void open_page(const struct call *call, struct text_stream *page, const char *title)
{
    text_stream_open(page);
    html_write(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>%s</title>\n"
        "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\n"
        "<link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n<header>"
        "<a href=\"/\">%s</a></header>\n<main>\n<h1>%s</h1>\n",
        title, call->backend->service, title);
}

static void close_page(struct call *call, struct text_stream *page, int status)
{
    size_t length;
    html_write(page, "</main>\n<footer><p>Listings change; check again from time to time. "
                     "Whether mail is accepted is decided by those who receive it.</p>\n");
    if (call->backend->contact != NULL)
        html_write(page, "<p>Contact: %s</p>\n", call->backend->contact);
    html_write(page, "</footer>\n</body>\n</html>\n");
    char *text = text_stream_close(page, &length);
    http_answer_text(call->request, status, "text/html; charset=utf-8", text, length);
}

/* ---- Look-up ---- */

static void write_search(struct text_stream *page, const char *query)
{
    html_write(page,
               "<form class=\"search\" method=\"get\" action=\"/\"><input name=\"q\" value=\"%s\" "
               "aria-label=\"Address or domain\" placeholder=\"192.0.2.1, 2001:db8::1 or example.com\" "
               "maxlength=\"255\" required autofocus><button>Look up</button></form>\n",
               query);
}

/* What can be done about a listing, in a sentence, or its beginning. */
static const char *advice(const json_t *removal)
{
    const char *policy = text_of(removal, "policy");
    if (json_is_string(json_object_get(removal, "blocked_by")))
        return "Not before it is removed from";
    if (json_is_string(json_object_get(removal, "next_at")))
        return "Not before";
    if (strcmp(policy, "never") == 0)
        return "Not by request: the list's policy does not allow it.";
    if (strcmp(policy, "owner") == 0)
        return "By request, after a review.";
    return "By request, at once.";
}

static void write_listing(struct text_stream *page, const json_t *listing)
{
    const json_t *removal = json_object_get(listing, "removal");
    bool live = strcmp(text_of(listing, "state"), "listed") == 0;
    html_write(page, "<tr><td>%s</td><td>%s</td><td>%s<br><small>%s</small></td><td>",
               text_of(listing, "list"),
               strcmp(text_of(listing, "tier"), "temporary") == 0 ? "delayed for a while" : "blocked",
               text_of(listing, "text")[0] != '\0' ? text_of(listing, "text") : "No details are given.",
               text_of(listing, "range"));
    if (live)
        html_write(page, "%s %s%s", advice(removal), text_of(removal, "blocked_by"),
                   text_of(removal, "next_at"));
    else
        html_write(page, "Taken off%s%s.", text_of(listing, "delisted_until")[0] != '\0' ? " until " : "",
                   text_of(listing, "delisted_until"));
    html_write(page, "</td></tr>\n");
}

/* Whether a removal request has a chance. */
static bool is_removable(const json_t *listings)
{
    size_t i;
    json_t *listing;
    json_array_foreach(listings, i, listing)
    {
        const char *policy = text_of(json_object_get(listing, "removal"), "policy");
        if (strcmp(text_of(listing, "state"), "listed") == 0 && *policy != '\0' &&
            strcmp(policy, "never") != 0)
            return true;
    }
    return false;
}

static void write_form(struct text_stream *page, const char *query)
{
    html_write(page,
               "<h2>Ask for removal</h2>\n<p>First remove the cause of the listing: otherwise it will be "
               "listed again, and the number of removals is limited.</p>\n"
               "<form class=\"removal\" method=\"post\" action=\"/\">"
               "<input type=\"hidden\" name=\"query\" value=\"%s\">\n",
               query);
    html_write(
        page,
        "<label for=\"n\">Name</label><input id=\"n\" name=\"contact_name\" maxlength=\"254\">\n"
        "<label for=\"e\">E-mail</label><input id=\"e\" name=\"email\" type=\"email\" maxlength=\"254\">\n"
        "<label for=\"c\">Company</label><input id=\"c\" name=\"company\" maxlength=\"254\">\n"
        "<label for=\"k\">Kind of mail</label><select id=\"k\" name=\"category\"><option value=\"\"></option>"
        "<option value=\"personal\">personal</option><option value=\"company\">company communication</option>"
        "<option value=\"newsletter\">newsletter</option></select>\n"
        "<label for=\"d\">What happened, and what was done about it</label>"
        "<textarea id=\"d\" name=\"details\" rows=\"5\" maxlength=\"1024\"></textarea>\n"
        "<label><input type=\"checkbox\" name=\"fixed\" value=\"true\"> The cause is fixed.</label>\n"
        "<p><button>Ask for removal</button></p></form>\n");
}

static void write_result(struct text_stream *page, const json_t *result)
{
    const json_t *listings = json_object_get(result, "listings");
    const char *status = text_of(result, "status"), *query = text_of(result, "query");
    json_t *listing;
    size_t i;
    bool listed = strcmp(status, "listed") == 0, delisted = strcmp(status, "delisted") == 0;
    html_write(page, "<p class=\"verdict %s\"><strong>%s</strong> %s.</p>\n",
               listed     ? "listed"
               : delisted ? "other"
                          : "clear",
               query,
               listed     ? "is listed"
               : delisted ? "has been taken off for now"
                          : "is not listed");
    if (json_array_size(listings) == 0)
        return;
    html_write(
        page,
        "<table><thead><tr><th>List</th><th>Mail is</th><th>Why</th><th>Removal</th></tr></thead><tbody>\n");
    json_array_foreach(listings, i, listing)
    {
        write_listing(page, listing);
    }
    html_write(page, "</tbody></table>\n");
    if (is_removable(listings))
        write_form(page, query);
}

/* Shows why a call failed. */
static void show_refusal(struct call *call, const char *query)
{
    const struct refusal *refusal = &call->op.refusal;
    struct text_stream page;
    http_set_retry_after(call->request, refusal->retry_after);
    open_page(call, &page, "Look up");
    write_search(&page, query);
    html_write(&page, "<p class=\"verdict other\">%s</p>\n", refusal->message);
    close_page(call, &page, http_refusal_status(refusal));
}

/* A copy of what was typed or pasted, without the blanks around it; for free(). NULL: out of memory. */
static char *trim(const char *text)
{
    static const char blanks[] = " \t\r\n";
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
        length--;
    return strndup(text, length);
}

static void show_lookup(struct call *call)
{
    const char *typed = http_parameter(call->request, "q");
    char *query = typed != NULL ? trim(typed) : NULL;
    struct range key;
    json_t *result = NULL;
    struct text_stream page;
    call->request->caught = &call->op.refusal;
    if (typed != NULL && query == NULL)
        call_fail_memory(call);
    else if (query != NULL && parameter_parse_address(call, "q", query, &key))
        result = api_lookup_json(call, &key);
    if (typed != NULL && result == NULL) {
        show_refusal(call, query != NULL ? query : "");
        free(query);
        return;
    }
    free(query);
    open_page(call, &page, result != NULL ? text_of(result, "query") : "Is it listed?");
    write_search(&page, result != NULL ? text_of(result, "query") : "");
    if (result != NULL)
        write_result(&page, result);
    json_decref(result);
    close_page(call, &page, 200);
}

static void show_style(struct call *call)
{
    http_set_header(call->request, "Cache-Control", "max-age=3600");
    http_answer_text(call->request, 200, "text/css; charset=utf-8", strdup(html_style), strlen(html_style));
}

/* ---- Removal ---- */

static void show_request(struct call *call)
{
    static const struct {
        const char *title, *class;
    } headings[] = { [REQUEST_REMOVED] = { "Removed", "clear" },
                     [REQUEST_PENDING] = { "To be reviewed", "other" },
                     [REQUEST_VERIFY] = { "To be confirmed", "other" },
                     [REQUEST_DENIED] = { "Not removed", "listed" } };
    const struct removal_request *r = &call->op.request;
    char key[RANGE_TEXT];
    struct text_stream page;
    range_format(&r->range, key);
    if (call->op.refusal.kind != REFUSE_NONE) {
        show_refusal(call, key);
        return;
    }
    open_page(call, &page, headings[r->status].title);
    html_write(&page, "<p class=\"verdict %s\"><strong>%s</strong>: %s</p>\n", headings[r->status].class, key,
               r->reply);
    if (r->status == REQUEST_VERIFY)
        html_write(
            &page,
            "<form method=\"post\" action=\"/confirm\"><input type=\"hidden\" name=\"id\" value=\"%s\">"
            "<label for=\"v\">Code from the e-mail</label><input id=\"v\" name=\"code\" required> "
            "<button>Confirm</button></form>\n",
            r->id);
    html_write(&page, "<p>Keep this number: <a href=\"/requests/%s\">%s</a></p>\n", r->id, r->id);
    write_search(&page, key);
    close_page(call, &page, 200);
}

/* Submits the operation if it is `valid`, otherwise shows why not. */
static void submit(struct call *call, bool valid, const char *query)
{
    call->request->caught = NULL;
    if (valid)
        submit_operation(call, show_request);
    else
        show_refusal(call, query);
}

static void request_removal(struct call *call)
{
    call->request->caught = &call->op.refusal;
    submit(call, api_requests_parse(call), text_of(call->body, "query"));
}

static void confirm_request(struct call *call)
{
    const char *id = text_of(call->body, "id");
    call->request->caught = &call->op.refusal;
    call->op.verb = DELIST_VERIFY;
    bool valid = field_text(call, call->body, "code", true, call->op.reason, sizeof(call->op.reason)) &&
                 (call_is_id(id) || call_fail_missing(call, "request"));
    if (valid)
        memcpy(call->op.id, id, STORE_ID);
    submit(call, valid, "");
}

static void show_status(struct call *call)
{
    call->request->caught = &call->op.refusal;
    if (api_requests_find(call, &call->op.request))
        show_request(call);
    else
        show_refusal(call, "");
}

/* ---- Routes ---- */

const struct route page_routes[] = {
    { METHOD_GET, "/", .page = true, .parameters = "q", .limited = true, .handle = show_lookup },
    { METHOD_GET, "/style.css", .page = true, .handle = show_style },
    { METHOD_POST, "/", .page = true, .limited = true, .body = true, .form = true,
      .handle = request_removal },
    { METHOD_POST, "/confirm", .page = true, .limited = true, .body = true, .form = true,
      .handle = confirm_request },
    { METHOD_GET, "/requests/{id}", .page = true, .limited = true, .handle = show_status },
    { .path = NULL },
};
