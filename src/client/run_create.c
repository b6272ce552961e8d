/* delist, list, allow: one item, or many in batches. */
#include "client/bulk.h"
#include "client/run.h"
#include "client/safe_text.h"

#include <stdlib.h>

/* A run over many items. */
struct create_run {
    struct command *command;
    const struct bulk *bulk;
    json_t *fields; /* of all items */
    bool dry_run;
    bool rows;   /* show a row for each item */
    size_t next; /* item */
    size_t batches;
    uint64_t done, failed;
    json_t *batch_ids;
    struct render_pages pages;
};

#define CREATED_COLUMNS "range status id=item.id lists=item.lists expires=item.expires_at error=error.message"
#define DRY_RUN_COLUMNS                                                                                      \
    "range status addresses=dry_run.addresses listed_now=dry_run.listed_now lists=dry_run.lists "            \
    "error=error.message"

/* The object of an item in a request; new reference. */
static json_t *make_item(const struct verb *verb, json_t *fields, const struct bulk_item *item, bool alone)
{
    json_t *object = client_not_null(json_copy(fields));
    json_object_set_new(object, "range", json_string(item->text));
    if (item->lists != NULL && verb->one_list)
        json_object_set(object, "list", json_array_get(item->lists, 0));
    else if (item->lists != NULL)
        json_object_set(object, "lists", item->lists);
    if (!alone && !item->is_name)
        json_object_del(object, "include_subdomains"); /* of many, it applies only to names */
    return object;
}

/* Makes the next batch: as many items as the server accepts. */
static json_t *make_batch(const struct create_run *r, size_t *count)
{
    const struct verb *verb = r->command->arguments->verb;
    json_t *items = client_not_null(json_array());
    size_t bytes = 0;
    for (*count = 0; *count < BULK_ITEMS && r->next + *count < r->bulk->count; ++*count) {
        json_t *item = make_item(verb, r->fields, &r->bulk->items[r->next + *count], false);
        bytes += json_dumpb(item, NULL, 0, JSON_COMPACT) + 1;
        if (bytes > BULK_BYTES && *count > 0) {
            json_decref(item);
            break;
        }
        json_array_append_new(items, item);
    }
    bool atomic = !arguments_has(r->command->arguments, OPTION_NO_ATOMIC);
    return json_pack("{s:o, s:b}", "items", items, "atomic", (int)atomic);
}

/* Counts and shows the result of each item of a batch. For the table, the item of any kind becomes `item`. */
static void show_results(struct create_run *r, json_t *results, size_t count)
{
    static const char *const kinds[] = { "delisting", "listing", "allow" };
    json_t *result;
    size_t i;
    json_array_foreach(results, i, result)
    {
        if (i == count)
            break;
        const char *text = r->bulk->items[r->next + i].text;
        json_t *error = json_object_get(result, "error");
        if (error != NULL)
            r->failed++;
        else
            r->done++;
        if (error != NULL && json_integer_value(json_object_get(result, "status")) != 424)
            session_report_error(text, error, "");
        json_object_set_new(result, "range", json_string(text));
        for (size_t k = 0; k < ARRAY_SIZE(kinds) && !r->command->output.json; k++)
            json_object_set(result, "item", json_object_get(result, kinds[k]));
    }
    if (r->rows)
        render_pages_add(&r->pages, results);
}

static enum outcome send_batch(struct create_run *r)
{
    const struct arguments *a = r->command->arguments;
    char *key = NULL, *path = client_format("%s/bulk", a->verb->path);
    size_t count;
    struct api_request request = { .method = "POST", .path = path, .min_timeout = BULK_TIMEOUT };
    struct response response;
    request.body = client_not_null(make_batch(r, &count));
    request.idempotency_key = arguments_value(a, OPTION_IDEMPOTENCY_KEY);
    if (request.idempotency_key != NULL && r->batches > 0)
        request.idempotency_key = key = client_format("%s-%zu", request.idempotency_key, r->batches);
    enum outcome outcome = session_send(r->command->session, &request, &response);
    if (outcome != OUTCOME_UNREACHABLE) {
        json_t *id = json_object_get(response.json, "batch_id");
        if (json_is_string(id) && !r->dry_run)
            json_array_append(r->batch_ids, id);
        if (outcome != OUTCOME_DONE)
            session_report(&response);
        show_results(r, json_object_get(response.json, "results"), count);
        session_free_response(&response);
    }
    r->next += count;
    r->batches++;
    api_request_free(&request);
    free(key);
    return outcome;
}

static void show_summary(struct create_run *r, enum outcome outcome)
{
    size_t left = r->bulk->count - (size_t)(r->done + r->failed);
    json_t *rest =
        json_pack("{s:I, s:I, s:I, s:O}", "done", (json_int_t)r->done, "failed", (json_int_t)r->failed,
                  "unanswered", (json_int_t)left, "batch_ids", r->batch_ids);
    render_pages_close(&r->pages, rest);
    if (outcome != OUTCOME_DONE && r->done > 0 && !r->dry_run)
        client_message("what was done stays; 'dnsblctl revert BATCH' ends it");
    json_decref(rest);
}

static enum outcome create_many(struct command *command, const struct bulk *bulk, json_t *fields)
{
    struct create_run r = {
        .command = command, .bulk = bulk, .fields = fields, .batch_ids = client_not_null(json_array())
    };
    enum outcome outcome = OUTCOME_DONE;
    r.dry_run = arguments_has(command->arguments, OPTION_DRY_RUN);
    r.rows = command->output.json || !bulk_has_progress(bulk->count);
    render_pages_open(&r.pages, &command->output, "results", r.dry_run ? DRY_RUN_COLUMNS : CREATED_COLUMNS);
    while (r.next < bulk->count && outcome == OUTCOME_DONE) {
        bulk_progress(r.next, bulk->count);
        outcome = send_batch(&r);
    }
    bulk_progress(bulk->count, bulk->count);
    if (r.done > 0 && (outcome != OUTCOME_DONE || r.failed > 0))
        outcome = OUTCOME_PARTIAL;
    else if (outcome == OUTCOME_DONE && r.failed > 0)
        outcome = OUTCOME_REFUSED;
    show_summary(&r, outcome);
    render_pages_free(&r.pages);
    json_decref(r.batch_ids);
    return outcome;
}

static enum outcome create_one(struct command *command, const struct bulk_item *item, json_t *fields)
{
    const struct arguments *a = command->arguments;
    struct api_request request = { .method = "POST", .path = client_format("%s", a->verb->path) };
    request.body = make_item(a->verb, fields, item, true);
    request.idempotency_key = arguments_value(a, OPTION_IDEMPOTENCY_KEY);
    return run_request(command, &request);
}

enum outcome run_create(struct command *command)
{
    struct bulk bulk;
    struct error error;
    bool many;
    if (bulk_read(command->arguments, true, &bulk, &many, &error) != OK)
        return run_fail(&error);
    json_t *fields = api_request_fields(command->arguments);
    enum outcome outcome = bulk_confirm(command->arguments, bulk.addresses);
    if (outcome == OUTCOME_DONE)
        outcome = many ? create_many(command, &bulk, fields) : create_one(command, bulk.items, fields);
    bulk_free(&bulk);
    json_decref(fields);
    return outcome;
}
