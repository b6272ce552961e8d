#include "client/safe_text.h"
#include "client/run.h"

#include <string.h>

#define PAGE_MOST "1000"

enum outcome run_fail(const struct error *error)
{
    print_complain("%s", error->text);
    return OUTCOME_USAGE;
}

enum outcome run_send(struct command *command, const struct request *request, struct response *out)
{
    enum outcome outcome = session_send(command->session, request, out);
    if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_TROUBLE) {
        response_complain(out);
        response_free(out);
    }
    return outcome;
}

void run_show(const struct command *command, const struct response *response)
{
    if (response->json == NULL)
        show_text(&command->output, response->text, response->length);
    else if (command->output.json)
        show_json(&command->output, response->json);
    else
        show_fields(&command->output, response->json);
}

enum outcome run_request(struct command *command, struct request *request)
{
    struct response response;
    enum outcome outcome = run_send(command, request, &response);
    if (outcome == OUTCOME_DONE) {
        run_show(command, &response);
        response_free(&response);
    }
    request_free(request);
    return outcome;
}

/* What stands beside the array in an answer. */
static json_t *take_rest(const struct response *response, const char *array)
{
    json_t *rest = json_copy(response->json);
    json_object_del(rest, array);
    return rest;
}

/* The end of a collection: what stands beside it, and whether there is more of it. */
static void end_pages(struct command *command, struct pages *pages, json_t *rest)
{
    bool more = json_is_string(json_object_get(rest, "next_cursor"));
    pages_close(pages, rest);
    if (command->output.json)
        return;
    json_object_del(rest, "next_cursor");
    if (json_object_size(rest) > 0)
        show_rest(&command->output, rest);
    fflush(command->output.to);
    if (more)
        print_complain("there are more: --all");
}

/* All pages, or the one that was asked for; frees the request. */
static enum outcome run_pages(struct command *command, struct request *request)
{
    const struct verb *verb = command->arguments->verb;
    bool all = arguments_have(command->arguments, OPTION_ALL);
    struct response response;
    struct pages pages;
    enum outcome outcome;
    if (all && !arguments_have(command->arguments, OPTION_LIMIT))
        request_set_query(request, "limit", PAGE_MOST);
    pages_open(&pages, &command->output, verb->array, verb->columns);
    for (bool more = true; more;) {
        outcome = run_send(command, request, &response);
        if (outcome != OUTCOME_DONE)
            break;
        const char *cursor = json_string_value(json_object_get(response.json, "next_cursor"));
        more = all && cursor != NULL;
        if (more)
            request_set_query(request, "cursor", cursor);
        if (!all && command->output.json) {
            show_json(&command->output, response.json);
        } else {
            pages_add(&pages, json_object_get(response.json, verb->array));
            json_t *rest = take_rest(&response, verb->array);
            if (!more)
                end_pages(command, &pages, rest);
            json_decref(rest);
        }
        response_free(&response);
    }
    pages_free(&pages);
    request_free(request);
    return outcome;
}

enum outcome run_call(struct command *command)
{
    const struct arguments *a = command->arguments;
    struct request request;
    struct error error;
    if (request_build(a, a->verb->path, a->words, a->words_count, &request, &error) != OK)
        return run_fail(&error);
    return a->verb->columns != NULL ? run_pages(command, &request) : run_request(command, &request);
}

/* ---- Items by id ---- */

static const struct {
    const char *word, *path;
} kinds[] = { { "delisting", "/v1/delistings/{}" },
              { "listing", "/v1/listings/{}" },
              { "allow", "/v1/allows/{}" } };

/* An id does not say what it is of, so one kind after the other is tried. */
static enum outcome run_item(struct command *command, char **word)
{
    const char *kind = arguments_value(command->arguments, OPTION_KIND);
    struct response response = { .text = NULL };
    struct error error;
    enum outcome outcome = OUTCOME_REFUSED;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct request request;
        if (kind != NULL && strcmp(kind, kinds[i].word) != 0)
            continue;
        if (request_build(command->arguments, kinds[i].path, word, 1, &request, &error) != OK)
            return run_fail(&error);
        response_free(&response);
        outcome = session_send(command->session, &request, &response);
        request_free(&request);
        if (outcome != OUTCOME_REFUSED || response.status != 404)
            break;
    }
    if (outcome == OUTCOME_DONE)
        run_show(command, &response);
    else if (response.status == 404 && kind == NULL)
        print_complain("there is no delisting, listing or allow with the id %s (not_found)", *word);
    else if (outcome != OUTCOME_UNREACHABLE)
        response_complain(&response);
    response_free(&response);
    return outcome;
}

enum outcome run_items(struct command *command)
{
    const struct arguments *a = command->arguments;
    enum outcome worst = OUTCOME_DONE;
    size_t done = 0;
    for (size_t i = 0; i < a->words_count; i++) {
        if (i > 0 && !command->output.json)
            fputc('\n', command->output.to);
        enum outcome outcome = run_item(command, &a->words[i]);
        if (outcome == OUTCOME_UNREACHABLE || outcome == OUTCOME_USAGE)
            return done > 0 ? OUTCOME_PARTIAL : outcome;
        done += outcome == OUTCOME_DONE;
        if (outcome > worst)
            worst = outcome;
    }
    return worst != OUTCOME_DONE && done > 0 ? OUTCOME_PARTIAL : worst;
}
