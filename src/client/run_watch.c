/* What is going on: changes, health. */
#include "client/print.h"
#include "client/run.h"

#include <stdlib.h>
#include <string.h>

#define POLL_SECONDS 30

/* ---- Changes ---- */

/* Shows one part of the stream; *next is where the next one begins. */
static void take_changes(struct command *command, struct pages *pages, const json_t *answer, bool follow,
                         json_int_t *next)
{
    json_t *changes = json_object_get(answer, "changes"), *change;
    size_t i;
    *next = json_integer_value(json_object_get(answer, "next"));
    if (!command->output.json) {
        pages_add(pages, changes);
    } else if (!follow) {
        show_json(&command->output, answer);
    } else {
        json_array_foreach(changes, i, change)
        {
            json_dumpf(change, command->output.to,
                       JSON_COMPACT | (command->output.terminal ? JSON_ENSURE_ASCII : 0));
            fputc('\n', command->output.to);
        }
        fflush(command->output.to);
    }
}

enum outcome run_changes(struct command *command)
{
    const struct arguments *a = command->arguments;
    bool follow = arguments_have(a, OPTION_FOLLOW);
    struct request request;
    struct response reply;
    struct error error;
    struct pages pages;
    enum outcome outcome;
    if (request_build(a, a->verb->path, NULL, 0, &request, &error) != OK)
        return run_fail(&error);
    pages_open(&pages, &command->output, a->verb->array, a->verb->columns);
    request.patience = POLL_SECONDS + 30;
    if (follow)
        request_set_last(&request, "wait", "30");
    do {
        json_int_t next;
        char number[32];
        outcome = run_send(command, &request, &reply);
        if (outcome != OUTCOME_DONE)
            break;
        take_changes(command, &pages, reply.json, follow, &next);
        response_free(&reply);
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, next);
        request_set_last(&request, "since", number);
    } while (follow && !ferror(command->output.to));
    grid_free(&pages.table);
    request_free(&request);
    return outcome;
}

/* ---- Health ---- */

/* What a check says: its JSON, or its text, with `ok`. */
static json_t *check_result(const struct response *reply)
{
    json_t *result =
        json_pack("{s:b, s:I}", "ok", (int)(reply->status == 200), "status", (json_int_t)reply->status);
    if (json_is_object(reply->json))
        json_object_update(result, reply->json);
    return result;
}

enum outcome run_health(struct command *command)
{
    static const char *const checks[] = { "livez", "readyz", "healthz" };
    json_t *all = print_need(json_object());
    enum outcome worst = OUTCOME_DONE;
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        struct request request = { .method = "GET", .path = print_format("/%s", checks[i]) };
        struct response reply;
        enum outcome outcome = session_send(command->session, &request, &reply);
        if (outcome != OUTCOME_UNREACHABLE)
            json_object_set_new(all, checks[i], check_result(&reply));
        worst = outcome > worst ? outcome : worst;
        response_free(&reply);
        request_free(&request);
        if (outcome == OUTCOME_UNREACHABLE)
            break;
    }
    if (worst != OUTCOME_UNREACHABLE && command->output.json)
        show_json(&command->output, all);
    else if (worst != OUTCOME_UNREACHABLE)
        show_fields(&command->output, all);
    json_decref(all);
    return worst;
}
