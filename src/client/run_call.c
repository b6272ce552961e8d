/* Most verbs: one request and its answer, or a collection page by page; and what the other run_*.c share. */
#include "client/run.h"
#include "client/safe_text.h"

#include <string.h>

#define LIMIT_MAX 1000 /* elements of a page: the most that the server allows */

enum outcome run_fail(const struct error *error)
{
    client_message("%s", error->text);
    return OUTCOME_USAGE;
}

enum outcome run_send(struct command *command, const struct api_request *request, struct response *out)
{
    enum outcome outcome = session_send(command->session, request, out);
    if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_FAILED) {
        session_report(out);
        session_free_response(out);
    }
    return outcome;
}

void run_show(const struct command *command, const struct response *response)
{
    if (response->json == NULL)
        render_text(&command->output, response->text, response->length);
    else
        render_object(&command->output, response->json);
}

enum outcome run_request(struct command *command, struct api_request *request)
{
    struct response response;
    enum outcome outcome = run_send(command, request, &response);
    if (outcome == OUTCOME_DONE) {
        run_show(command, &response);
        session_free_response(&response);
    }
    api_request_free(request);
    return outcome;
}

/* Shows what follows a collection: the other members of the last answer, and whether there are more pages. */
static void end_pages(struct command *command, struct render_pages *pages, const json_t *answer)
{
    json_t *rest = client_not_null(json_copy((json_t *)answer));
    bool more = json_is_string(json_object_get(rest, "next_cursor"));
    json_object_del(rest, pages->array);
    if (!command->output.json)
        json_object_del(rest, "next_cursor");
    render_pages_close(pages, rest);
    fflush(command->output.to);
    if (more)
        client_message("there are more; --all shows them");
    json_decref(rest);
}

/* OUTCOME_FAILED if an element of the answer says so. */
static enum outcome judge(const struct verb *verb, const struct response *response)
{
    size_t i;
    json_t *element;
    json_array_foreach(
        json_object_get(response->json, verb->array), i,
        element) if (verb->good != NULL &&
                     json_is_false(json_object_get(element, verb->good))) return OUTCOME_FAILED;
    return OUTCOME_DONE;
}

/* Shows one page, or all with --all; frees the request. */
static enum outcome run_pages(struct command *command, struct api_request *request)
{
    const struct verb *verb = command->arguments->verb;
    bool all = arguments_has(command->arguments, OPTION_ALL);
    struct response response;
    struct render_pages pages;
    enum outcome outcome;
    if (all && !arguments_has(command->arguments, OPTION_LIMIT))
        api_request_set_query(request, "limit", json_integer(LIMIT_MAX));
    render_pages_open(&pages, &command->output, verb->array, verb->columns);
    for (bool more = true; more;) {
        outcome = run_send(command, request, &response);
        if (outcome != OUTCOME_DONE)
            break;
        const char *cursor = json_string_value(json_object_get(response.json, "next_cursor"));
        more = all && cursor != NULL;
        if (more)
            api_request_set_query(request, "cursor", json_string(cursor));
        if (!all && command->output.json) {
            render_json(&command->output, response.json, JSON_INDENT(2));
        } else {
            render_pages_add(&pages, json_object_get(response.json, verb->array));
            if (!more)
                end_pages(command, &pages, response.json);
        }
        outcome = judge(verb, &response);
        session_free_response(&response);
    }
    render_pages_free(&pages);
    api_request_free(request);
    return outcome;
}

enum outcome run_call(struct command *command)
{
    const struct arguments *a = command->arguments;
    struct api_request request;
    struct error error;
    if (api_request_build(a, a->verb->path, a->words, a->words_count, &request, &error) != OK)
        return run_fail(&error);
    return a->verb->columns != NULL ? run_pages(command, &request) : run_request(command, &request);
}
