#include "client/verbs.h"

#include "client/run.h"

#include <stdio.h>
#include <string.h>

#define BIT(name) OPTION_BIT(OPTION_##name)

#define BY_LIST (BIT(LIST) | BIT(LISTS))
#define EXPIRY  (BIT(FOR) | BIT(UNTIL) | BIT(FOREVER))
#define PAGES   (BIT(LIMIT) | BIT(ALL))
#define CREATE                                                                                               \
    (BY_LIST | EXPIRY | BIT(REASON) | BIT(REQUESTER) | BIT(SUBDOMAINS) | BIT(DRY_RUN) | BIT(FORCE) |         \
     BIT(FILE) | BIT(NO_ATOMIC) | BIT(YES) | BIT(IDEMPOTENCY_KEY))
#define FILTER                                                                                               \
    (BY_LIST | BIT(STATE) | BIT(COVERS) | BIT(WITHIN) | BIT(CREATED_BY) | BIT(BATCH) | BIT(EXPIRES_BEFORE) | \
     PAGES)
#define MATCHING (BY_LIST | BIT(COVERS) | BIT(WITHIN) | BIT(MAX) | BIT(DRY_RUN))
#define PERSON   (BIT(NAME) | BIT(EMAIL) | BIT(COMPANY) | BIT(DETAILS) | BIT(CATEGORY) | BIT(FIXED) | BIT(LANG))

/* The call of a verb. */
#define GET(at)    .method = "GET", .path = at
#define POST(at)   .method = "POST", .path = at
#define PATCH(at)  .method = "PATCH", .path = at
#define DELETE(at) .method = "DELETE", .path = at

#define EVENT_COLUMNS "number=sequence time event kind range lists expires=expires_at by reason"
#define ITEM_COLUMNS  "id range lists state expires=expires_at:never by=created_by reason"

const struct verb verbs[] = {
    { "lookup", "ADDRESS|DOMAIN...", 1, VERB_MANY, INPUT_ADDRESS, .options = BIT(FILE) | BIT(EXIT_CODE),
      GET("/v1/lookup/{}"), .run = run_lookup,
      .help = "show what is listed, where, and how it can be removed", .heading = "Look up" },
    { "history", "ADDRESS|DOMAIN", 1, 1, INPUT_ADDRESS, .options = PAGES, GET("/v1/history/{}"),
      .run = run_call, .array = "events", .columns = EVENT_COLUMNS,
      .help = "show what happened to it, newest first" },
    { "hits", "", 0, 0, .options = BIT(WITHIN) | PAGES, GET("/v1/hits"), .run = run_call, .array = "hits",
      .columns = "time client query zone code", .help = "show recent answers that listed something" },

    { "delist", "RANGE...", 1, VERB_MANY, INPUT_RANGE, .options = CREATE | BIT(STICKY) | BIT(NO_STICKY),
      POST("/v1/delistings"), .run = run_create, .help = "take ranges or domains off lists for a time",
      .heading = "Delist, list and allow" },
    { "list", "RANGE...", 1, VERB_MANY, INPUT_RANGE, .one_list = true,
      .options = CREATE | BIT(CODE) | BIT(TEXT), POST("/v1/listings"), .run = run_create,
      .help = "put ranges or domains on a list for a time" },
    { "allow", "RANGE...", 1, VERB_MANY, INPUT_RANGE, .options = CREATE, POST("/v1/allows"),
      .run = run_create, .help = "keep ranges or domains off lists for a time, whatever feeds say" },
    { "delistings", "", 0, 0, .one_list = true, .options = FILTER, GET("/v1/delistings"), .run = run_call,
      .array = "delistings", .columns = ITEM_COLUMNS, .help = "show delistings, newest first" },
    { "listings", "", 0, 0, .one_list = true, .options = FILTER, GET("/v1/listings"), .run = run_call,
      .array = "listings", .columns = "id range list code state expires=expires_at:never text reason",
      .help = "show dynamic listings, newest first" },
    { "allows", "", 0, 0, .one_list = true, .options = FILTER, GET("/v1/allows"), .run = run_call,
      .array = "allows", .columns = ITEM_COLUMNS, .help = "show allows, newest first" },
    { "show", "ID...", 1, VERB_MANY, .options = BIT(KIND), .method = "GET", .run = run_items,
      .help = "show a delisting, a listing or an allow" },
    { "change", "ID", 1, 1, .options = EXPIRY | BIT(REASON) | BIT(FORCE) | BIT(IF_MATCH) | BIT(KIND),
      .method = "PATCH", .run = run_items, .help = "change its expiry or reason" },
    { "end", "[ID|RANGE...]", 0, VERB_MANY, .one_list = true, .options = BIT(IF_MATCH) | BIT(KIND) | MATCHING,
      .method = "DELETE", .run = run_end, .help = "end items now, by id or by what they are about" },
    { "relist", "[RANGE...]", 0, VERB_MANY, .one_list = true, .options = MATCHING, DELETE("/v1/delistings"),
      .run = run_end, .help = "end delistings now, by what they are about" },
    { "revert", "BATCH", 1, 1, POST("/v1/batches/{}/revert"), .run = run_call,
      .help = "end all items that a batch created" },
    { "suspend", "", 0, 0, POST("/v1/overlay/suspend"), .run = run_call,
      .help = "serve the list files alone, without delistings, listings and allows" },
    { "resume", "", 0, 0, POST("/v1/overlay/resume"), .run = run_call, .help = "end what suspend began" },
    { "changes", "", 0, 0, .options = BIT(SINCE) | BIT(LIMIT) | BIT(FOLLOW), GET("/v1/changes"),
      .run = run_changes, .array = "changes", .columns = EVENT_COLUMNS, .help = "show changes in order" },

    { "request", "ADDRESS|DOMAIN", 1, 1, INPUT_RANGE, .options = BY_LIST | PERSON, POST("/v1/requests"),
      .field = "query", .run = run_call, .help = "request a removal, as the public does",
      .heading = "Removal requests" },
    { "request-status", "ID", 1, 1, GET("/v1/requests/{}"), .run = run_call,
      .help = "show the status of a removal request" },
    { "verify", "ID CODE", 2, 2, POST("/v1/requests/{}/verify"), .field = "code", .run = run_call,
      .help = "confirm a removal request by the code in the e-mail" },
    { "prove", "ID mail|dns|address", 2, 2, .options = BIT(TO), POST("/v1/requests/{}/proof"),
      .field = "kind", .run = run_call, .help = "prove control over what a removal request is for" },
    { "review", "ID", 1, 1, POST("/v1/requests/{}/review"), .run = run_call,
      .help = "have a removal request reviewed instead of proving control" },
    { "requests", "", 0, 0, .options = BIT(STATUS) | BIT(ORDER) | PAGES, GET("/v1/requests"), .run = run_call,
      .array = "requests",
      .columns = "id status asked_for=query lists created=created_at email company details",
      .help = "show removal requests" },
    { "approve", "ID", 1, 1, .options = BIT(REPLY), POST("/v1/requests/{}/approve"), .run = run_call,
      .help = "grant a removal request" },
    { "deny", "ID", 1, 1, .options = BIT(REPLY), POST("/v1/requests/{}/deny"), .run = run_call,
      .help = "deny a removal request" },

    { "lists", "", 0, 0, .control = true, GET("/v1/lists"), .run = run_call, .array = "lists",
      .columns = "name entries bad_lines serial modified=modified_at stale good=last_load.good removal "
                 "delistings retired=retired_at zones",
      .help = "show the lists and their data", .heading = "The server" },
    { "loads", "LIST", 1, 1, GET("/v1/lists/{}/loads"), .run = run_call, .array = "loads",
      .columns = "time good seconds entries bad_lines reason", .help = "show the last loads of a list" },
    { "zones", "", 0, 0, GET("/v1/zones"), .run = run_call, .array = "zones",
      .columns = "name ready serial queries answered nxdomain lists", .help = "show the zones" },
    { "status", "", 0, 0, .control = true, GET("/v1/status"), .run = run_call,
      .help = "show counters, memory and the store" },
    { "health", "", 0, 0, .run = run_health, .help = "show whether the server is alive, ready and healthy" },
    { "metrics", "", 0, 0, GET("/metrics"), .text = true, .run = run_call,
      .help = "show counters in the format of Prometheus" },
    { "reload", "[LIST...]", 0, VERB_MANY, .control = true, .options = BIT(ACCEPT), POST("/v1/reload"),
      .field = "lists", .min_timeout = 3600, .run = run_call, .array = "lists",
      .columns = "list changed good entries reason", .good = "good",
      .help = "load the files of lists that have changed" },
    { "drain", "", 0, 0, .control = true, POST("/v1/drain"), .run = run_call,
      .help = "have /readyz say no, so that no more queries are sent to the server, which still answers" },
    { "undrain", "", 0, 0, .control = true, POST("/v1/undrain"), .run = run_call,
      .help = "end what drain began" },
    { "backup", "", 0, 0, POST("/v1/backup"), .min_timeout = 3600, .run = run_call,
      .help = "copy the store while the server runs" },
    { "restore", "FILE DIRECTORY", 2, 2, .local = true, .run = run_restore,
      .help = "replace the store in a state directory by a backup; stop the server first" },
    { "privacy export", "SUBJECT", 1, 1, GET("/v1/privacy"), .field = "subject", .run = run_call,
      .array = "rows", .columns = "kind=table id time field value",
      .help = "show what is kept of a person, by e-mail address or IP address" },
    { "privacy erase", "SUBJECT", 1, 1, DELETE("/v1/privacy"), .field = "subject", .run = run_call,
      .help = "erase what is kept of a person" },
    { "token", "ROLE NAME", 2, 2, .options = BY_LIST | BIT(WITHIN) | BIT(UNTIL) | BIT(OUTPUT), .local = true,
      .run = run_token, .help = "create a token, and its line for the token file of the server" },
    { .name = NULL },
};

const struct verb *verbs_find(char *const *words, size_t count, size_t *used)
{
    char two[64] = ""; /* longer than any name */
    if (count > 1)
        snprintf(two, sizeof(two), "%s %s", words[0], words[1]);
    for (const struct verb *verb = verbs; verb->name != NULL && count > 0; verb++) {
        *used = strchr(verb->name, ' ') != NULL ? 2 : 1;
        if (strcmp(verb->name, *used == 2 ? two : words[0]) == 0)
            return verb;
    }
    return NULL;
}
