/* The table of calls. Of two templates that match, the one with fewer {} wins. */
#include "http/calls.h"
#include "http/route.h"

#include <stddef.h>

/* Parameters of queries. */
static const char *const lookup[] = { "q", NULL };
static const char *const items[] = { "state",    "list",           "covers", "within", "created_by",
                                     "batch_id", "expires_before", "limit",  "cursor", NULL };
static const char *const requests[] = { "status", "order", "limit", "cursor", NULL };
static const char *const history[] = { "limit", "cursor", NULL };
static const char *const changes[] = { "since", "wait", "limit", NULL };
static const char *const hits[] = { "within", "limit", "cursor", NULL };
static const char *const privacy[] = { "subject", NULL };

#define NONE  .role = ROLE_NONE
#define READ  .role = ROLE_READER
#define WRITE .role = ROLE_OWNER /* an operator, or an owner within its ranges: the rules see to that */
#define ADMIN .role = ROLE_ADMIN

const struct route http_routes[] = {
    { METHOD_GET, "/", NONE, .page = true, .parameters = lookup, .limited = true, .handle = page_show,
      .summary = "The public page" },
    { METHOD_GET, "/style.css", NONE, .page = true, .handle = page_style, .summary = "Its style sheet" },
    { METHOD_POST, "/", NONE, .page = true, .body = true, .form = true, .handle = page_remove,
      .summary = "Ask for removal, from the page" },
    { METHOD_POST, "/confirm", NONE, .page = true, .body = true, .form = true, .handle = page_confirm,
      .summary = "Confirm a removal request, from the page" },
    { METHOD_GET, "/requests/{id}", NONE, .page = true, .handle = page_request,
      .summary = "A removal request's status, as a page" },

    { METHOD_GET, "/v1/lookup/{query}", NONE, .page = true, .limited = true, .handle = lookup_path,
      .summary = "Look an address or a domain up" },
    { METHOD_GET, "/v1/lookup", NONE, .page = true, .parameters = lookup, .limited = true,
      .handle = lookup_query, .summary = "Look an address or a domain up" },
    { METHOD_POST, "/v1/lookup", READ, .body = true, .handle = lookup_bulk,
      .summary = "Look up to 1,000 addresses or domains up" },

    { METHOD_POST, "/v1/delistings", WRITE, .body = true, .handle = delistings_create,
      .summary = "Take a range off lists for a time" },
    { METHOD_POST, "/v1/delistings/bulk", WRITE, .body = true, .handle = delistings_bulk,
      .summary = "Take up to 1,000 ranges off lists" },
    { METHOD_GET, "/v1/delistings", READ, .parameters = items, .handle = delistings_index,
      .summary = "List delistings, newest first" },
    { METHOD_GET, "/v1/delistings/{id}", READ, .handle = delistings_show, .summary = "Show a delisting" },
    { METHOD_PATCH, "/v1/delistings/{id}", WRITE, .body = true, .handle = delistings_change,
      .summary = "Give a delisting another expiry or reason" },
    { METHOD_DELETE, "/v1/delistings/{id}", WRITE, .handle = delistings_end,
      .summary = "End a delisting now: the listing returns" },

    { METHOD_POST, "/v1/listings", WRITE, .body = true, .handle = listings_create,
      .summary = "Put a range on a list for a time" },
    { METHOD_POST, "/v1/listings/bulk", WRITE, .body = true, .handle = listings_bulk,
      .summary = "Put up to 1,000 ranges on lists" },
    { METHOD_GET, "/v1/listings", READ, .parameters = items, .handle = listings_index,
      .summary = "List dynamic listings, newest first" },
    { METHOD_GET, "/v1/listings/{id}", READ, .handle = listings_show, .summary = "Show a dynamic listing" },
    { METHOD_PATCH, "/v1/listings/{id}", WRITE, .body = true, .handle = listings_change,
      .summary = "Give a dynamic listing another expiry or reason" },
    { METHOD_DELETE, "/v1/listings/{id}", WRITE, .handle = listings_end,
      .summary = "End a dynamic listing now" },

    { METHOD_POST, "/v1/allows", WRITE, .body = true, .handle = allows_create,
      .summary = "Keep a range off lists, whatever they say" },
    { METHOD_POST, "/v1/allows/bulk", WRITE, .body = true, .handle = allows_bulk,
      .summary = "Keep up to 1,000 ranges off lists" },
    { METHOD_GET, "/v1/allows", READ, .parameters = items, .handle = allows_index,
      .summary = "List allows, newest first" },
    { METHOD_GET, "/v1/allows/{id}", READ, .handle = allows_show, .summary = "Show an allow" },
    { METHOD_PATCH, "/v1/allows/{id}", WRITE, .body = true, .handle = allows_change,
      .summary = "Give an allow another expiry or reason" },
    { METHOD_DELETE, "/v1/allows/{id}", WRITE, .handle = allows_end, .summary = "End an allow now" },

    { METHOD_POST, "/v1/batches/{id}/revert", ADMIN, .handle = batches_revert,
      .summary = "End all that a batch made" },
    { METHOD_POST, "/v1/overlay/suspend", ADMIN, .handle = overlay_suspend,
      .summary = "Serve the feeds alone for a while" },
    { METHOD_POST, "/v1/overlay/resume", ADMIN, .handle = overlay_resume,
      .summary = "Serve delistings, listings and allows again" },

    { METHOD_POST, "/v1/requests", NONE, .page = true, .body = true, .handle = requests_create,
      .summary = "Ask for a removal" },
    { METHOD_GET, "/v1/requests/{id}", NONE, .page = true, .handle = requests_show,
      .summary = "Show what became of a removal request" },
    { METHOD_POST, "/v1/requests/{id}/verify", NONE, .page = true, .body = true, .handle = requests_verify,
      .summary = "Confirm a removal request by the code that was sent" },
    { METHOD_GET, "/v1/requests", WRITE, .parameters = requests, .handle = requests_index,
      .summary = "List removal requests, oldest first" },
    { METHOD_POST, "/v1/requests/{id}/approve", WRITE, .body = true, .handle = requests_approve,
      .summary = "Approve a removal request" },
    { METHOD_POST, "/v1/requests/{id}/deny", WRITE, .body = true, .handle = requests_deny,
      .summary = "Deny a removal request" },

    { METHOD_GET, "/v1/history/{query}", READ, .parameters = history, .handle = history_show,
      .summary = "What happened to an address or a domain, newest first" },
    { METHOD_GET, "/v1/changes", READ, .parameters = changes, .handle = changes_show,
      .summary = "Changes of the overlay in order, waiting for the next" },
    { METHOD_GET, "/v1/hits", WRITE, .parameters = hits, .handle = hits_index,
      .summary = "Recent listed answers, newest first" },

    { METHOD_GET, "/v1/lists", READ, .handle = lists_index, .summary = "The lists, their data and rules" },
    { METHOD_GET, "/v1/lists/{name}/loads", READ, .handle = lists_loads,
      .summary = "The last loads of a list, newest first" },
    { METHOD_GET, "/v1/zones", READ, .handle = zones_index, .summary = "The zones" },
    { METHOD_GET, "/v1/status", READ, .handle = status_show, .summary = "Counters, memory, store" },
    { METHOD_POST, "/v1/reload", ADMIN, .body = true, .handle = admin_reload,
      .summary = "Look at the files of lists, and load those that changed" },
    { METHOD_POST, "/v1/backup", ADMIN, .handle = admin_backup, .summary = "Copy the store" },
    { METHOD_GET, "/v1/privacy", ADMIN, .parameters = privacy, .handle = privacy_show,
      .summary = "All data kept of a person" },
    { METHOD_DELETE, "/v1/privacy", ADMIN, .parameters = privacy, .handle = privacy_delete,
      .summary = "Erase all data kept of a person" },

    { METHOD_GET, "/v1/openapi.json", NONE, .handle = openapi_show,
      .summary = "This interface, as OpenAPI 3.1" },
    { METHOD_GET, "/metrics", READ, .loopback = true, .handle = metrics_show,
      .summary = "Counters in Prometheus' text format" },
    { METHOD_GET, "/livez", NONE, .page = true, .handle = live_show,
      .summary = "Whether the workers answer" },
    { METHOD_GET, "/readyz", NONE, .handle = ready_show,
      .summary = "Whether all lists have been loaded once" },
    { METHOD_GET, "/healthz", NONE, .handle = health_show,
      .summary = "Whether all data is fresh and the store well" },
    { .path = NULL },
};
