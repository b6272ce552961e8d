/* lookup: shows what is listed. */
#include "client/bulk.h"
#include "client/run.h"
#include "client/safe_text.h"

#include <string.h>

static const struct render_column columns[] = {
    { "QUERY", "query", NULL }, { "STATE", "state", NULL },     { "LIST", "list", NULL },
    { "CODE", "code", NULL },   { "RANGE", "range", NULL },     { "UNTIL", "until", NULL },
    { "TIER", "tier", NULL },   { "REMOVAL", "removal", NULL }, { "TEXT", "text", NULL },
    { NULL, NULL, NULL },
};

/* How it can be removed: "self, 2 left", "single, from 2030-01-01T00:00:00Z", "self, not before it is off
 * sbl". */
static json_t *format_removal(const json_t *removal)
{
    json_t *left = json_object_get(removal, "removals_left");
    const char *policy = json_string_value(json_object_get(removal, "policy"));
    const char *next = json_string_value(json_object_get(removal, "next_at"));
    const char *blocker = json_string_value(json_object_get(removal, "blocked_by"));
    char number[32] = "";
    if (policy == NULL)
        return json_null();
    if (json_is_integer(left))
        snprintf(number, sizeof(number), ", %" JSON_INTEGER_FORMAT " left", json_integer_value(left));
    return json_sprintf("%s%s%s%s%s%s", policy, number, next != NULL ? ", from " : "",
                        next != NULL ? next : "", blocker != NULL ? ", not before it is off " : "",
                        blocker != NULL ? blocker : "");
}

/* "listed" or "delisted", with what hides the listing when that is not a delisting. */
static json_t *format_state(const json_t *listing)
{
    const char *state = json_string_value(json_object_get(listing, "state"));
    const char *by = json_string_value(json_object_get(listing, "hidden_by"));
    bool other = by != NULL && strcmp(by, "delisting") != 0;
    return json_sprintf("%s%s%s%s", state != NULL ? state : "-", other ? " (" : "", other ? by : "",
                        other ? ")" : "");
}

/* Adds a row for each listing, or one with the status when there is none. */
static void add_rows(struct table *table, const json_t *result)
{
    json_t *listings = json_object_get(result, "listings"), *listing;
    size_t i;
    json_array_foreach(listings, i, listing)
    {
        json_t *row = client_not_null(json_copy(listing)),
               *until = json_object_get(listing, "delisted_until");
        json_object_set(row, "query", json_object_get(result, "query"));
        json_object_set(row, "until", json_is_string(until) ? until : json_object_get(listing, "expires_at"));
        json_object_set_new(row, "state", format_state(listing));
        json_object_set_new(row, "removal", format_removal(json_object_get(listing, "removal")));
        render_row(table, columns, row);
        json_decref(row);
    }
    if (json_array_size(listings) == 0) {
        json_t *row = json_pack("{s:O?, s:O?}", "query", json_object_get(result, "query"), "state",
                                json_object_get(result, "status"));
        render_row(table, columns, row);
        json_decref(row);
    }
}

static bool is_listed(const json_t *result)
{
    const char *status = json_string_value(json_object_get(result, "status"));
    return status != NULL && strcmp(status, "listed") == 0;
}

static enum outcome lookup_one(struct command *command, const char *query, bool quiet, bool *listed)
{
    struct api_request request = { .method = "GET" };
    struct table table = { .columns = 0 };
    struct response response;
    struct error error;
    char *word = (char *)query; /* api_request_build only reads it */
    if (api_request_build(command->arguments, command->arguments->verb->path, &word, 1, &request, &error) !=
        OK)
        return run_fail(&error);
    enum outcome outcome = run_send(command, &request, &response);
    api_request_free(&request);
    if (outcome != OUTCOME_DONE)
        return outcome;
    *listed = is_listed(response.json);
    if (!quiet && command->output.json) {
        render_json(&command->output, response.json);
    } else if (!quiet) {
        render_columns(&table, columns);
        add_rows(&table, response.json);
        table_write(&table, command->output.to);
        table_free(&table);
    }
    session_free_response(&response);
    return OUTCOME_DONE;
}

/* Shows the results of a batch; for a query that is not valid, the result is an error. */
static enum outcome show_results(struct render_pages *pages, const json_t *results, bool quiet, bool *listed)
{
    enum outcome outcome = OUTCOME_DONE;
    json_t *result;
    size_t i;
    json_array_foreach(results, i, result)
    {
        const char *query = json_string_value(json_object_get(result, "query"));
        json_t *error = json_object_get(result, "error");
        *listed |= is_listed(result);
        if (error != NULL) {
            session_report_error(query != NULL ? query : "", error, "");
            outcome = OUTCOME_PARTIAL;
        } else if (!quiet && !pages->out->json) {
            add_rows(&pages->table, result);
        }
    }
    if (!quiet && pages->out->json)
        render_pages_add(pages, results);
    else if (!quiet)
        table_write(&pages->table, pages->out->to);
    return outcome;
}

static enum outcome lookup_batch(struct command *command, const struct bulk *bulk, size_t at, size_t *count,
                                 struct response *response)
{
    json_t *queries = client_not_null(json_array());
    for (*count = 0; *count < BULK_ITEMS && at + *count < bulk->count; ++*count)
        json_array_append_new(queries, json_string(bulk->items[at + *count].text));
    struct api_request request = { .method = "POST", .path = client_format("/v1/lookup"), .min_timeout = 60 };
    request.body = json_pack("{s:o}", "queries", queries);
    enum outcome outcome = run_send(command, &request, response);
    api_request_free(&request);
    return outcome;
}

static enum outcome lookup_many(struct command *command, const struct bulk *bulk, bool quiet, bool *listed)
{
    struct render_pages pages;
    enum outcome outcome = OUTCOME_DONE;
    size_t count;
    render_pages_open(&pages, &command->output, "results", columns);
    for (size_t at = 0; at < bulk->count; at += count) {
        struct response response;
        bulk_progress(at, bulk->count);
        enum outcome sent = lookup_batch(command, bulk, at, &count, &response);
        if (sent != OUTCOME_DONE) {
            outcome = sent;
            break;
        }
        json_t *results = json_object_get(response.json, "results");
        enum outcome shown = show_results(&pages, results, quiet, listed);
        outcome = shown != OUTCOME_DONE ? shown : outcome;
        session_free_response(&response);
    }
    bulk_progress(bulk->count, bulk->count);
    if (!quiet)
        render_pages_close(&pages, NULL);
    render_pages_free(&pages);
    return outcome;
}

enum outcome run_lookup(struct command *command)
{
    bool many, listed = false, quiet = arguments_has(command->arguments, OPTION_EXIT_CODE);
    struct bulk bulk;
    struct error error;
    if (bulk_read(command->arguments, false, &bulk, &many, &error) != OK)
        return run_fail(&error);
    enum outcome outcome = many ? lookup_many(command, &bulk, quiet, &listed)
                                : lookup_one(command, bulk.items[0].text, quiet, &listed);
    bulk_free(&bulk);
    return outcome == OUTCOME_DONE && quiet && listed ? OUTCOME_LISTED : outcome;
}
