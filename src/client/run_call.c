#include "client/print.h"
#include "client/run.h"

#include <stdlib.h>
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

void run_show(const struct command *command, const struct response *reply)
{
    if (reply->json == NULL)
        show_text(&command->output, reply->text, reply->length);
    else if (command->output.json)
        show_json(&command->output, reply->json);
    else
        show_fields(&command->output, reply->json);
}

/* All pages, or the one that was asked for. */
static enum outcome run_pages(struct command *command, struct request *request)
{
    const struct verb *verb = command->arguments->verb;
    bool all = arguments_have(command->arguments, OPTION_ALL);
    struct pages pages;
    struct response reply;
    enum outcome outcome;
    if (all && !arguments_have(command->arguments, OPTION_LIMIT))
        request_set_last(request, "limit", PAGE_MOST);
    pages_open(&pages, &command->output, verb->array, verb->columns);
    for (bool more = true; more;) {
        outcome = run_send(command, request, &reply);
        if (outcome != OUTCOME_DONE)
            break;
        const char *cursor = json_string_value(json_object_get(reply.json, "next_cursor"));
        more = all && cursor != NULL;
        if (!all && command->output.json)
            show_json(&command->output, reply.json);
        else
            pages_add(&pages, json_object_get(reply.json, verb->array));
        if (more)
            request_set_last(request, "cursor", cursor);
        else if (cursor != NULL && !command->output.json)
            print_complain("there are more: --all");
        response_free(&reply);
    }
    json_t *rest = json_pack("{s:n}", "next_cursor");
    if (outcome == OUTCOME_DONE && (all || !command->output.json))
        pages_close(&pages, rest);
    grid_free(&pages.table);
    json_decref(rest);
    return outcome;
}

enum outcome run_call(struct command *command)
{
    const struct arguments *a = command->arguments;
    struct request request;
    struct response reply;
    struct error error;
    if (request_build(a, a->verb->path, a->words, a->words_count, &request, &error) != OK)
        return run_fail(&error);
    enum outcome outcome;
    if (a->verb->columns != NULL) {
        outcome = run_pages(command, &request);
    } else {
        outcome = run_send(command, &request, &reply);
        if (outcome == OUTCOME_DONE) {
            run_show(command, &reply);
            response_free(&reply);
        }
    }
    request_free(&request);
    return outcome;
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
    struct response reply = { .text = NULL };
    struct error error;
    enum outcome outcome = OUTCOME_REFUSED;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct request request;
        if (kind != NULL && strcmp(kind, kinds[i].word) != 0)
            continue;
        if (request_build(command->arguments, kinds[i].path, word, 1, &request, &error) != OK)
            return run_fail(&error);
        response_free(&reply);
        outcome = session_send(command->session, &request, &reply);
        request_free(&request);
        if (outcome != OUTCOME_REFUSED || reply.status != 404)
            break;
    }
    if (outcome == OUTCOME_DONE)
        run_show(command, &reply);
    else if (reply.status == 404 && kind == NULL)
        print_complain("there is no delisting, listing or allow with the id %s (not_found)", *word);
    else if (outcome != OUTCOME_UNREACHABLE)
        response_complain(&reply);
    response_free(&reply);
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
