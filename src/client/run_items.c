/* show, change, end, relist: items that there are, by id or by what they are about. */
#include "client/run.h"
#include "client/safe_text.h"

#include <string.h>

static const struct {
    const char *word, *path, *all;
} kinds[] = { { "delisting", "/v1/delistings/{}", "/v1/delistings" },
              { "listing", "/v1/listings/{}", "/v1/listings" },
              { "allow", "/v1/allows/{}", "/v1/allows" } };

/* ---- By id ---- */

/* An id, or the beginning of one: no range has only such characters. */
static bool is_id(const char *word)
{
    return word[strspn(word, "0123456789abcdefABCDEF-")] == '\0';
}

/* An id does not show its kind: tries one kind after the other. */
static enum outcome run_item(struct command *command, char **word)
{
    const char *kind = arguments_value(command->arguments, OPTION_KIND);
    struct response response = { .text = NULL };
    struct error error;
    enum outcome outcome = OUTCOME_REFUSED;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct api_request request;
        if (kind != NULL && strcmp(kind, kinds[i].word) != 0)
            continue;
        if (api_request_build(command->arguments, kinds[i].path, word, 1, &request, &error) != OK)
            return run_fail(&error);
        session_free_response(&response);
        outcome = session_send(command->session, &request, &response);
        api_request_free(&request);
        if (outcome != OUTCOME_REFUSED || response.status != 404)
            break;
    }
    if (outcome == OUTCOME_DONE)
        run_show(command, &response);
    else if (response.status == 404 && kind == NULL)
        client_message("no delisting, listing or allow has the id %s (not_found)", *word);
    else if (outcome != OUTCOME_UNREACHABLE)
        session_report(&response);
    session_free_response(&response);
    return outcome;
}

/* ---- By what they are about ---- */

/* Ends the items of a kind; *ended: how many. */
static enum outcome end_kind(struct command *command, const char *path, const json_t *range,
                             json_int_t *ended)
{
    struct api_request request = { .method = "DELETE", .path = client_format("%s", path) };
    struct response response;
    request.query = api_request_fields(command->arguments);
    if (range != NULL)
        api_request_set_query(&request, "range", json_copy((json_t *)range));
    enum outcome outcome = run_send(command, &request, &response);
    if (outcome == OUTCOME_DONE) {
        *ended = json_integer_value(json_object_get(response.json, "ended"));
        session_free_response(&response);
    }
    api_request_free(&request);
    return outcome;
}

/* Whether the verb, or --kind, leaves out the kind. */
static bool is_other_kind(const struct arguments *a, size_t kind)
{
    const char *given = arguments_value(a, OPTION_KIND);
    return (given != NULL && strcmp(given, kinds[kind].word) != 0) ||
           (a->verb->path != NULL && strcmp(a->verb->path, kinds[kind].all) != 0);
}

/* Ends what has exactly this range; NULL: what the options name. */
static enum outcome end_matching(struct command *command, const json_t *range)
{
    const struct arguments *a = command->arguments;
    json_t *counts = client_not_null(json_object());
    enum outcome outcome = OUTCOME_DONE;
    json_int_t total = 0;
    if (range != NULL)
        json_object_set_new(counts, "range", json_copy((json_t *)range));
    for (size_t i = 0; i < ARRAY_SIZE(kinds) && outcome == OUTCOME_DONE; i++) {
        json_int_t ended = 0;
        if (is_other_kind(a, i))
            continue;
        outcome = end_kind(command, kinds[i].all, range, &ended);
        total += ended;
        json_object_set_new(counts, kinds[i].all + strlen("/v1/"), json_integer(ended));
    }
    bool dry_run = arguments_has(a, OPTION_DRY_RUN);
    json_object_set_new(counts, dry_run ? "would_end" : "ended", json_integer(total));
    if (total > 0)
        render_object(&command->output, counts);
    if (outcome == OUTCOME_DONE && total == 0) {
        client_message("nothing active matches%s%s", range != NULL ? " " : "",
                       range != NULL ? json_string_value(range) : "");
        outcome = OUTCOME_REFUSED;
    }
    json_decref(counts);
    return outcome != OUTCOME_DONE && total > 0 && !dry_run ? OUTCOME_PARTIAL : outcome;
}

static enum outcome end_word(struct command *command, char **word)
{
    json_t *range;
    struct error error;
    if (is_id(*word) && command->arguments->verb->path == NULL)
        return run_item(command, word);
    if (input_parse(INPUT_RANGE, *word, &range, &error) != OK)
        return run_fail(&error);
    enum outcome outcome = end_matching(command, range);
    json_decref(range);
    return outcome;
}

/* ---- Verbs ---- */

static enum outcome run_words(struct command *command, enum outcome (*run)(struct command *, char **))
{
    const struct arguments *a = command->arguments;
    enum outcome worst = OUTCOME_DONE;
    size_t done = 0;
    for (size_t i = 0; i < a->words_count; i++) {
        if (i > 0 && !command->output.json)
            fputc('\n', command->output.to);
        enum outcome outcome = run(command, &a->words[i]);
        if (outcome == OUTCOME_UNREACHABLE || outcome == OUTCOME_USAGE)
            return done > 0 ? OUTCOME_PARTIAL : outcome;
        done += outcome == OUTCOME_DONE;
        if (outcome > worst)
            worst = outcome;
    }
    return worst != OUTCOME_DONE && done > 0 ? OUTCOME_PARTIAL : worst;
}

enum outcome run_items(struct command *command)
{
    return run_words(command, run_item);
}

enum outcome run_end(struct command *command)
{
    const struct arguments *a = command->arguments;
    bool named = arguments_has(a, OPTION_COVERS) || arguments_has(a, OPTION_WITHIN);
    struct error error;
    if (named == (a->words_count > 0)) {
        (void)error_set(&error, ERR_SYNTAX, "'%s' takes what to end, or one of --covers and --within",
                        a->verb->name);
        return run_fail(&error);
    }
    return named ? end_matching(command, NULL) : run_words(command, end_word);
}
