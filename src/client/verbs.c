#include "client/verbs.h"

#include "client/run.h"

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
#define PERSON (BIT(NAME) | BIT(EMAIL) | BIT(COMPANY) | BIT(DETAILS) | BIT(CATEGORY) | BIT(FIXED) | BIT(LANG))

/* What a call is. */
#define GET(at)    .method = "GET", .path = at
#define POST(at)   .method = "POST", .path = at
#define PATCH(at)  .method = "PATCH", .path = at
#define DELETE(at) .method = "DELETE", .path = at

static const struct render_column item_columns[] = {
    { "ID", "id", NULL },
    { "RANGE", "range", NULL },
    { "LISTS", "lists", NULL },
    { "STATE", "state", NULL },
    { "EXPIRES", "expires_at", "never" },
    { "BY", "created_by", NULL },
    { "REASON", "reason", NULL },
    { NULL, NULL, NULL },
};

static const struct render_column listing_columns[] = {
    { "ID", "id", NULL },     { "RANGE", "range", NULL },   { "LIST", "list", NULL },
    { "CODE", "code", NULL }, { "STATE", "state", NULL },   { "EXPIRES", "expires_at", "never" },
    { "TEXT", "text", NULL }, { "REASON", "reason", NULL }, { NULL, NULL, NULL },
};

static const struct render_column request_columns[] = {
    { "ID", "id", NULL },           { "STATUS", "status", NULL },      { "ASKED FOR", "query", NULL },
    { "LISTS", "lists", NULL },     { "CREATED", "created_at", NULL }, { "EMAIL", "email", NULL },
    { "COMPANY", "company", NULL }, { "DETAILS", "details", NULL },    { NULL, NULL, NULL },
};

static const struct render_column event_columns[] = {
    { "NUMBER", "sequence", NULL },    { "TIME", "time", NULL },
    { "EVENT", "event", NULL },        { "KIND", "kind", NULL },
    { "RANGE", "range", NULL },        { "LISTS", "lists", NULL },
    { "EXPIRES", "expires_at", NULL }, { "BY", "by", NULL },
    { "REASON", "reason", NULL },      { NULL, NULL, NULL },
};

static const struct render_column hit_columns[] = {
    { "TIME", "time", NULL }, { "CLIENT", "client", NULL }, { "QUERY", "query", NULL },
    { "ZONE", "zone", NULL }, { "CODE", "code", NULL },     { NULL, NULL, NULL },
};

static const struct render_column list_columns[] = {
    { "NAME", "name", NULL },       { "ENTRIES", "entries", NULL },       { "BAD LINES", "bad_lines", NULL },
    { "SERIAL", "serial", NULL },   { "MODIFIED", "modified_at", NULL },  { "STALE", "stale", NULL },
    { "REMOVAL", "removal", NULL }, { "DELISTINGS", "delistings", NULL }, { "ZONES", "zones", NULL },
    { NULL, NULL, NULL },
};

static const struct render_column load_columns[] = {
    { "TIME", "time", NULL },       { "GOOD", "good", NULL },           { "SECONDS", "seconds", NULL },
    { "ENTRIES", "entries", NULL }, { "BAD LINES", "bad_lines", NULL }, { "REASON", "reason", NULL },
    { NULL, NULL, NULL },
};

static const struct render_column zone_columns[] = {
    { "NAME", "name", NULL },         { "READY", "ready", NULL },
    { "SERIAL", "serial", NULL },     { "QUERIES", "queries", NULL },
    { "ANSWERED", "answered", NULL }, { "NXDOMAIN", "nxdomain", NULL },
    { "LISTS", "lists", NULL },       { NULL, NULL, NULL },
};

static const struct render_column reload_columns[] = {
    { "LIST", "list", NULL },       { "CHANGED", "changed", NULL }, { "GOOD", "good", NULL },
    { "ENTRIES", "entries", NULL }, { "REASON", "reason", NULL },   { NULL, NULL, NULL },
};

static const struct render_column privacy_columns[] = {
    { "KIND", "table", NULL },  { "ID", "id", NULL },       { "TIME", "time", NULL },
    { "FIELD", "field", NULL }, { "VALUE", "value", NULL }, { NULL, NULL, NULL },
};

const struct verb verbs[] = {
    { "lookup", "ADDRESS|DOMAIN...", 1, VERB_MANY, WORD_ADDRESS, .options = BIT(FILE) | BIT(EXIT_CODE),
      GET("/v1/lookup/{}"), .run = run_lookup, .help = "what is listed, where, and how it can be removed",
      .heading = "Look up" },
    { "history", "ADDRESS|DOMAIN", 1, 1, WORD_ADDRESS, .options = PAGES, GET("/v1/history/{}"),
      .run = run_call, .array = "events", .columns = event_columns,
      .help = "what happened to it, newest first" },
    { "hits", "", 0, 0, .options = BIT(WITHIN) | PAGES, GET("/v1/hits"), .run = run_call, .array = "hits",
      .columns = hit_columns, .help = "recent answers that said listed" },

    { "delist", "RANGE...", 1, VERB_MANY, WORD_RANGE, .options = CREATE | BIT(STICKY) | BIT(NO_STICKY),
      POST("/v1/delistings"), .run = run_create, .help = "take ranges or domains off lists for a time",
      .heading = "Off lists and on" },
    { "list", "RANGE...", 1, VERB_MANY, WORD_RANGE, .one_list = true,
      .options = CREATE | BIT(CODE) | BIT(TEXT), POST("/v1/listings"), .run = run_create,
      .help = "put ranges or domains on a list for a time" },
    { "allow", "RANGE...", 1, VERB_MANY, WORD_RANGE, .options = CREATE, POST("/v1/allows"), .run = run_create,
      .help = "keep ranges or domains off lists for a time, whatever they say" },
    { "delistings", "", 0, 0, .one_list = true, .options = FILTER, GET("/v1/delistings"), .run = run_call,
      .array = "delistings", .columns = item_columns, .help = "delistings, newest first" },
    { "listings", "", 0, 0, .one_list = true, .options = FILTER, GET("/v1/listings"), .run = run_call,
      .array = "listings", .columns = listing_columns, .help = "dynamic listings, newest first" },
    { "allows", "", 0, 0, .one_list = true, .options = FILTER, GET("/v1/allows"), .run = run_call,
      .array = "allows", .columns = item_columns, .help = "allows, newest first" },
    { "show", "ID...", 1, VERB_MANY, .options = BIT(KIND), .method = "GET", .run = run_items,
      .help = "a delisting, a listing or an allow" },
    { "change", "ID", 1, 1, .options = EXPIRY | BIT(REASON) | BIT(FORCE) | BIT(IF_MATCH) | BIT(KIND),
      .method = "PATCH", .run = run_items, .help = "give it another expiry or reason" },
    { "end", "ID...", 1, VERB_MANY, .options = BIT(IF_MATCH) | BIT(KIND), .method = "DELETE",
      .run = run_items, .help = "end it now" },
    { "revert", "BATCH", 1, 1, POST("/v1/batches/{}/revert"), .run = run_call,
      .help = "end all that a batch made" },
    { "suspend", "", 0, 0, POST("/v1/overlay/suspend"), .run = run_call,
      .help = "serve the lists' files alone, as if nothing were delisted, listed or allowed" },
    { "resume", "", 0, 0, POST("/v1/overlay/resume"), .run = run_call, .help = "the end of suspend" },
    { "changes", "", 0, 0, .options = BIT(SINCE) | BIT(LIMIT) | BIT(FOLLOW), GET("/v1/changes"),
      .run = run_changes, .array = "changes", .columns = event_columns, .help = "what changed, in order" },

    { "request", "ADDRESS|DOMAIN", 1, 1, WORD_RANGE, .options = BY_LIST | PERSON, POST("/v1/requests"),
      .field = "query", .run = run_call, .help = "ask for a removal, as the public does",
      .heading = "Removal requests" },
    { "request-status", "ID", 1, 1, GET("/v1/requests/{}"), .run = run_call,
      .help = "what became of a request" },
    { "verify", "ID CODE", 2, 2, POST("/v1/requests/{}/verify"), .field = "code", .run = run_call,
      .help = "confirm a request by the code that came by e-mail" },
    { "requests", "", 0, 0, .options = BIT(STATUS) | BIT(ORDER) | PAGES, GET("/v1/requests"), .run = run_call,
      .array = "requests", .columns = request_columns, .help = "the requests to be reviewed" },
    { "approve", "ID", 1, 1, .options = BIT(REPLY), POST("/v1/requests/{}/approve"), .run = run_call,
      .help = "do what a request asks for" },
    { "deny", "ID", 1, 1, .options = BIT(REPLY), POST("/v1/requests/{}/deny"), .run = run_call,
      .help = "decline a request" },

    { "lists", "", 0, 0, GET("/v1/lists"), .run = run_call, .array = "lists", .columns = list_columns,
      .help = "the lists and their data", .heading = "The server" },
    { "loads", "LIST", 1, 1, GET("/v1/lists/{}/loads"), .run = run_call, .array = "loads",
      .columns = load_columns, .help = "the last loads of a list" },
    { "zones", "", 0, 0, GET("/v1/zones"), .run = run_call, .array = "zones", .columns = zone_columns,
      .help = "the zones" },
    { "status", "", 0, 0, GET("/v1/status"), .run = run_call, .help = "counters, memory, the store" },
    { "health", "", 0, 0, .run = run_health, .help = "whether the server lives, is ready, is well" },
    { "metrics", "", 0, 0, GET("/metrics"), .text = true, .run = run_call,
      .help = "counters as Prometheus reads them" },
    { "reload", "[LIST...]", 0, VERB_MANY, .options = BIT(ACCEPT), POST("/v1/reload"), .field = "lists",
      .patience = 3600, .run = run_call, .array = "lists", .columns = reload_columns,
      .help = "look at the files of lists, and load those that changed" },
    { "backup", "", 0, 0, POST("/v1/backup"), .patience = 3600, .run = run_call,
      .help = "copy the store, on the server, while it serves" },
    { "restore", "FILE DIRECTORY", 2, 2, .local = true, .run = run_restore,
      .help = "put a copy in the place of the store in a server's state directory, while it is stopped" },
    { "privacy export", "SUBJECT", 1, 1, GET("/v1/privacy"), .field = "subject", .run = run_call,
      .array = "rows", .columns = privacy_columns,
      .help = "what is kept of a person, by e-mail address or IP address" },
    { "privacy erase", "SUBJECT", 1, 1, DELETE("/v1/privacy"), .field = "subject", .run = run_call,
      .help = "erase that" },
    { "token", "ROLE NAME", 2, 2, .options = BY_LIST | BIT(WITHIN) | BIT(UNTIL) | BIT(OUTPUT), .local = true,
      .run = run_token, .help = "make a token, and the line for the server's file of tokens" },
    { .name = NULL },
};

/* How many of the words are those of the name; 0: they differ. */
static size_t words_of(const char *name, char *const *words, size_t count)
{
    const char *space = strchr(name, ' ');
    if (space == NULL)
        return count > 0 && strcmp(name, words[0]) == 0;
    size_t first = (size_t)(space - name);
    bool same = count > 1 && strlen(words[0]) == first && strncmp(words[0], name, first) == 0 &&
                strcmp(words[1], space + 1) == 0;
    return same ? 2 : 0;
}

const struct verb *verbs_find(char *const *words, size_t count, size_t *used)
{
    for (const struct verb *verb = verbs; verb->name != NULL; verb++)
        if ((*used = words_of(verb->name, words, count)) > 0)
            return verb;
    return NULL;
}
