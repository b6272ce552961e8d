/* lookup: shows what is listed. */
#include "client/bulk.h"
#include "client/run.h"
#include "client/safe_text.h"

#include <string.h>

/* A run over one query or many. */
struct lookup_run {
    struct command *command;
    struct render_pages pages;
    bool quiet;  /* show nothing */
    bool listed; /* something is */
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

/* Adds the row of each listing, or one with the status when there is none. */
static void add_rows(json_t *rows, const json_t *result)
{
    json_t *listings = json_object_get(result, "listings"), *query = json_object_get(result, "query"),
           *listing;
    size_t i;
    json_array_foreach(listings, i, listing)
    {
        json_t *row = client_not_null(json_copy(listing)),
               *until = json_object_get(listing, "delisted_until");
        json_object_set(row, "query", query);
        json_object_set(row, "until", json_is_string(until) ? until : json_object_get(listing, "expires_at"));
        json_object_set_new(row, "state", format_state(listing));
        json_object_set_new(row, "removal", format_removal(json_object_get(listing, "removal")));
        json_array_append_new(rows, row);
    }
    if (json_array_size(listings) == 0)
        json_array_append_new(
            rows, json_pack("{s:O?, s:O?}", "query", query, "state", json_object_get(result, "status")));
}

/* Shows results; for a query that is not valid, the result is an error. */
static enum outcome show_results(struct lookup_run *r, const json_t *results)
{
    enum outcome outcome = OUTCOME_DONE;
    json_t *result, *rows = client_not_null(json_array());
    size_t i;
    json_array_foreach(results, i, result)
    {
        const char *query = json_string_value(json_object_get(result, "query"));
        const char *status = json_string_value(json_object_get(result, "status"));
        json_t *error = json_object_get(result, "error");
        r->listed |= status != NULL && strcmp(status, "listed") == 0;
        if (error != NULL) {
            session_report_error(query != NULL ? query : "", error, "");
            outcome = OUTCOME_PARTIAL;
        } else if (!r->quiet && !r->pages.out->json) {
            add_rows(rows, result);
        }
    }
    if (!r->quiet)
        render_pages_add(&r->pages, r->pages.out->json ? results : rows);
    json_decref(rows);
    return outcome;
}

/* Writes what the server's operator says, a line each. */
static void show_banners(const struct render_output *out, const json_t *banners)
{
    json_t *banner;
    size_t i;
    json_array_foreach(banners, i, banner)
    {
        const char *list = json_string_value(json_object_get(banner, "list"));
        const char *text = json_string_value(json_object_get(banner, "text"));
        const char *link = json_string_value(json_object_get(banner, "link"));
        char *line =
            client_format("%s%s%s%s%s", list != NULL ? list : "", list != NULL ? ": " : "",
                          text != NULL ? text : "-", link != NULL ? " " : "", link != NULL ? link : "");
        char *safe = safe_text_escape(line);
        fprintf(out->to, "%s%s\n", i == 0 ? "\n" : "", safe);
        free(safe);
        free(line);
    }
}

static enum outcome lookup_one(struct lookup_run *r, char *query)
{
    struct api_request request;
    struct response response;
    struct error error;
    const struct arguments *a = r->command->arguments;
    if (api_request_build(a, a->verb->path, &query, 1, &request, &error) != OK)
        return run_fail(&error);
    enum outcome outcome = run_send(r->command, &request, &response);
    api_request_free(&request);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (r->pages.out->json && !r->quiet) {
        render_json(r->pages.out, response.json, JSON_INDENT(2));
    } else {
        json_t *results = json_pack("[O]", response.json);
        outcome = show_results(r, results);
        json_decref(results);
        if (!r->quiet)
            show_banners(r->pages.out, json_object_get(response.json, "banners"));
    }
    session_free_response(&response);
    return outcome;
}

static enum outcome lookup_batch(struct lookup_run *r, const struct bulk *bulk, size_t at, size_t *count)
{
    struct api_request request = { .method = "POST", .min_timeout = BULK_TIMEOUT };
    request.path = client_format("/v1/lookup");
    struct response response;
    json_t *queries = client_not_null(json_array());
    for (*count = 0; *count < BULK_ITEMS && at + *count < bulk->count; ++*count)
        json_array_append_new(queries, json_string(bulk->items[at + *count].text));
    request.body = json_pack("{s:o}", "queries", queries);
    enum outcome outcome = run_send(r->command, &request, &response);
    api_request_free(&request);
    if (outcome == OUTCOME_DONE) {
        outcome = show_results(r, json_object_get(response.json, "results"));
        session_free_response(&response);
    }
    return outcome;
}

static enum outcome lookup_many(struct lookup_run *r, const struct bulk *bulk)
{
    enum outcome outcome = OUTCOME_DONE;
    size_t count;
    for (size_t at = 0; at < bulk->count && (outcome == OUTCOME_DONE || outcome == OUTCOME_PARTIAL);
         at += count) {
        bulk_progress(at, bulk->count);
        enum outcome batch = lookup_batch(r, bulk, at, &count);
        outcome = batch != OUTCOME_DONE ? batch : outcome;
    }
    bulk_progress(bulk->count, bulk->count);
    if (!r->quiet)
        render_pages_close(&r->pages, NULL);
    return outcome;
}

enum outcome run_lookup(struct command *command)
{
    struct lookup_run r = { .command = command,
                            .quiet = arguments_has(command->arguments, OPTION_EXIT_CODE) };
    struct bulk bulk;
    struct error error;
    bool many;
    if (bulk_read(command->arguments, false, &bulk, &many, &error) != OK)
        return run_fail(&error);
    render_pages_open(&r.pages, &command->output, "results",
                      "query state list code range since=listed_since until tier removal text");
    enum outcome outcome = many ? lookup_many(&r, &bulk) : lookup_one(&r, bulk.items[0].text);
    render_pages_free(&r.pages);
    bulk_free(&bulk);
    return outcome == OUTCOME_DONE && r.quiet && r.listed ? OUTCOME_LISTED : outcome;
}
