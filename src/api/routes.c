/* The routes of the API and of the control socket. Of two paths that match, the one without {} wins. */
#include "api/calls.h"

#include <stddef.h>

#define ITEM_PARAMETERS                                                                                      \
    "state, list, range, covers, within, created_by, batch_id, expires_before, limit, cursor"

#define NONE .role = ROLE_NONE
#define READ .role = ROLE_READER
/* An operator, or an owner within its ranges, which the list policy checks. */
#define WRITE .role = ROLE_OWNER
#define ADMIN .role = ROLE_ADMIN

/* The routes of one kind of items. */
#define ITEMS(at, of)                                                                                        \
    { METHOD_POST, at, WRITE, .argument = of, .body = true, .handle = api_item_create },                     \
        { METHOD_POST, at "/bulk", WRITE, .argument = of, .body = true, .handle = api_item_create_bulk },    \
        { METHOD_GET, at, READ, .argument = of, .parameters = ITEM_PARAMETERS, .handle = api_item_index },   \
        { METHOD_DELETE,                                                                                     \
          at,                                                                                                \
          WRITE,                                                                                             \
          .argument = of,                                                                                    \
          .parameters = "range, covers, within, list, max, dry_run",                                         \
          .handle = api_item_end_matching },                                                                 \
        { METHOD_GET, at "/{id}", READ, .argument = of, .handle = api_item_show },                           \
        { METHOD_PATCH, at "/{id}", WRITE, .argument = of, .body = true, .handle = api_item_change },        \
    {                                                                                                        \
        METHOD_DELETE, at "/{id}", WRITE, .argument = of, .handle = api_item_end                             \
    }

const struct http_limit_error api_gets_error = { REFUSE_TOO_MANY, "too_many_lookups", "look-ups" };
const struct http_limit_error api_posts_error = { REFUSE_TOO_MANY, "too_many_requests", "requests" };

const struct route api_routes[] = {
    { METHOD_GET, "/v1/lookup/{query}", NONE, .page = true, .limited = true, .handle = api_lookup_show },
    { METHOD_GET, "/v1/lookup", NONE, .page = true, .parameters = "q", .limited = true,
      .handle = api_lookup_show },
    { METHOD_POST, "/v1/lookup", READ, .body = true, .handle = api_lookup_bulk },

    ITEMS("/v1/delistings", OVERLAY_DELIST),
    ITEMS("/v1/listings", OVERLAY_LIST),
    ITEMS("/v1/allows", OVERLAY_ALLOW),
    { METHOD_POST, "/v1/batches/{id}/revert", ADMIN, .handle = api_revert_batch },
    { METHOD_POST, "/v1/overlay/suspend", ADMIN, .argument = DELIST_SUSPEND, .handle = api_set_suspended },
    { METHOD_POST, "/v1/overlay/resume", ADMIN, .argument = DELIST_RESUME, .handle = api_set_suspended },

    { METHOD_POST, "/v1/requests", NONE, .page = true, .limited = true, .body = true,
      .handle = api_requests_create },
    { METHOD_GET, "/v1/requests/{id}", NONE, .page = true, .limited = true, .handle = api_requests_show },
    { METHOD_POST, "/v1/requests/{id}/verify", NONE, .page = true, .limited = true, .body = true,
      .handle = api_requests_verify },
    { METHOD_POST, "/v1/requests/{id}/proof", NONE, .page = true, .limited = true, .body = true,
      .handle = api_requests_prove },
    { METHOD_POST, "/v1/requests/{id}/review", NONE, .page = true, .limited = true,
      .handle = api_requests_review },
    { METHOD_GET, "/v1/requests", WRITE, .parameters = "status, order, limit, cursor",
      .handle = api_requests_index },
    { METHOD_POST, "/v1/requests/{id}/approve", WRITE, .argument = DELIST_APPROVE, .body = true,
      .handle = api_requests_decide },
    { METHOD_POST, "/v1/requests/{id}/deny", WRITE, .argument = DELIST_DENY, .body = true,
      .handle = api_requests_decide },

    { METHOD_GET, "/v1/history/{query}", READ, .parameters = "limit, cursor", .handle = api_history_show },
    { METHOD_GET, "/v1/changes", READ, .parameters = "since, wait, limit", .handle = api_history_changes },
    { METHOD_GET, "/v1/hits", WRITE, .parameters = "within, limit, cursor", .handle = api_hits_index },
    { METHOD_GET, "/v1/privacy", ADMIN, .parameters = "subject", .handle = api_history_show_subject },
    { METHOD_DELETE, "/v1/privacy", ADMIN, .parameters = "subject", .handle = api_history_erase_subject },

    { METHOD_GET, "/v1/lists", READ, .handle = api_state_lists },
    { METHOD_GET, "/v1/lists/{name}/loads", READ, .handle = api_state_list_loads },
    { METHOD_GET, "/v1/zones", READ, .handle = api_state_zones },
    { METHOD_GET, "/v1/status", READ, .handle = api_state_status },
    { METHOD_POST, "/v1/reload", ADMIN, .body = true, .handle = api_admin_reload },
    { METHOD_POST, "/v1/drain", ADMIN, .argument = true, .handle = api_admin_drain },
    { METHOD_POST, "/v1/undrain", ADMIN, .argument = false, .handle = api_admin_drain },
    { METHOD_POST, "/v1/backup", ADMIN, .handle = api_admin_backup },
    { METHOD_GET, "/v1/openapi.json", NONE, .handle = api_openapi_show },
    { METHOD_GET, "/metrics", READ, .loopback = true, .handle = api_state_metrics },
    { METHOD_GET, "/livez", NONE, .page = true, .argument = HEALTH_LIVE, .handle = api_health_show },
    { METHOD_GET, "/readyz", NONE, .argument = HEALTH_READY, .handle = api_health_show },
    { METHOD_GET, "/healthz", NONE, .argument = HEALTH_ALL, .handle = api_health_show },
    { .path = NULL },
};

const struct route api_control_routes[] = {
    { METHOD_GET, "/v1/lists", ADMIN, .handle = api_state_lists },
    { METHOD_GET, "/v1/status", ADMIN, .handle = api_state_status },
    { METHOD_POST, "/v1/reload", ADMIN, .body = true, .handle = api_admin_reload },
    { METHOD_POST, "/v1/drain", ADMIN, .argument = true, .handle = api_admin_drain },
    { METHOD_POST, "/v1/undrain", ADMIN, .argument = false, .handle = api_admin_drain },
    { .path = NULL },
};
