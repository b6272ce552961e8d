/* changes and health. */
#include "client/run.h"
#include "client/safe_text.h"

/* Seconds: how long the server waits for a change, and the client for the answer. */
#define POLL_WAIT    30
#define POLL_TIMEOUT 60

/* ---- Changes ---- */

/* Shows the changes of one answer. */
static void render_changes(struct command *command, struct render_pages *pages, const json_t *answer,
                           bool follow)
{
    json_t *changes = json_object_get(answer, "changes"), *change;
    size_t i;
    if (!command->output.json) {
        render_pages_add(pages, changes);
    } else if (!follow) {
        render_json(&command->output, answer, JSON_INDENT(2));
    } else {
        json_array_foreach(changes, i, change)
        {
            render_json(&command->output, change, JSON_COMPACT);
        }
        fflush(command->output.to);
    }
}

static void set_since(struct api_request *request, const json_t *answer, const char *member)
{
    json_int_t number = json_integer_value(json_object_get(answer, member));
    api_request_set_query(request, "since", json_integer(number));
}

/* Without --since, --follow begins with the next change. */
static enum outcome start_at_latest(struct command *command, struct api_request *request)
{
    struct api_request status = { .method = "GET", .path = client_format("/v1/status") };
    struct response response;
    enum outcome outcome = run_send(command, &status, &response);
    if (outcome == OUTCOME_DONE) {
        set_since(request, response.json, "sequence");
        session_free_response(&response);
    }
    api_request_free(&status);
    return outcome;
}

/* Shows changes once, or with `follow` until writing fails. */
static enum outcome show_changes(struct command *command, struct api_request *request, bool follow)
{
    const struct verb *verb = command->arguments->verb;
    struct response response;
    struct render_pages pages;
    enum outcome outcome;
    render_pages_open(&pages, &command->output, verb->array, verb->columns);
    do {
        outcome = run_send(command, request, &response);
        if (outcome != OUTCOME_DONE)
            break;
        render_changes(command, &pages, response.json, follow);
        set_since(request, response.json, "next");
        session_free_response(&response);
        api_request_set_query(request, "wait", json_integer(POLL_WAIT));
    } while (follow && !ferror(command->output.to));
    render_pages_free(&pages);
    return outcome;
}

enum outcome run_changes(struct command *command)
{
    const struct arguments *a = command->arguments;
    bool follow = arguments_has(a, OPTION_FOLLOW);
    enum outcome outcome = OUTCOME_DONE;
    struct api_request request;
    struct error error;
    if (api_request_build(a, a->verb->path, NULL, 0, &request, &error) != OK)
        return run_fail(&error);
    request.min_timeout = POLL_TIMEOUT;
    if (follow && !arguments_has(a, OPTION_SINCE))
        outcome = start_at_latest(command, &request);
    if (outcome == OUTCOME_DONE)
        outcome = show_changes(command, &request, follow);
    api_request_free(&request);
    return outcome;
}

/* ---- Health ---- */

/* The answer of a check with its name and whether it passed. */
static json_t *check_result(const char *check, const struct response *response)
{
    json_t *result = json_pack("{s:s, s:b, s:I}", "check", check, "ok", (int)(response->status == 200),
                               "http_status", (json_int_t)response->status);
    if (json_is_object(response->json))
        json_object_update(result, response->json);
    return result;
}

enum outcome run_health(struct command *command)
{
    static const char *const checks[] = { "livez", "readyz", "healthz" };
    json_t *all = client_not_null(json_array());
    enum outcome worst = OUTCOME_DONE, outcome = OUTCOME_DONE;
    struct render_pages pages;
    for (size_t i = 0; i < ARRAY_SIZE(checks) && outcome != OUTCOME_UNREACHABLE; i++) {
        struct api_request request = { .method = "GET",
                                       .path = client_format("/%s", checks[i]),
                                       .text = true };
        struct response response;
        outcome = session_send(command->session, &request, &response);
        if (outcome != OUTCOME_UNREACHABLE)
            json_array_append_new(all, check_result(checks[i], &response));
        worst = outcome > worst ? outcome : worst;
        session_free_response(&response);
        api_request_free(&request);
    }
    render_pages_open(&pages, &command->output, "checks", "check ok reasons");
    if (outcome != OUTCOME_UNREACHABLE) {
        render_pages_add(&pages, all);
        render_pages_close(&pages, NULL);
    }
    render_pages_free(&pages);
    json_decref(all);
    return worst;
}
