/* delist, list, allow. */
#include "client/bulk.h"
#include "client/run.h"
#include "client/safe_text.h"

#include <stdlib.h>

/* A run over many items. */
struct create_batch {
    struct command *command;
    const struct bulk *bulk;
    json_t *fields; /* that all items have */
    bool dry_run;
    bool rows; /* a row for each item is shown */
    size_t at; /* the next item */
    size_t part;
    uint64_t done, failed;
    json_t *batch_ids;
    struct render_pages pages;
};

static const struct render_column made_columns[] = {
    { "RANGE", "range", NULL },
    { "STATUS", "status", NULL },
    { "ID", "item.id", NULL },
    { "LISTS", "item.lists", NULL },
    { "EXPIRES", "item.expires_at", NULL },
    { "TROUBLE", "error.message", NULL },
    { NULL, NULL, NULL },
};

static const struct render_column tried_columns[] = {
    { "RANGE", "range", NULL },
    { "STATUS", "status", NULL },
    { "ADDRESSES", "dry_run.addresses", NULL },
    { "LISTED NOW", "dry_run.listed_now", NULL },
    { "LISTS", "dry_run.lists", NULL },
    { "TROUBLE", "error.message", NULL },
    { NULL, NULL, NULL },
};

/* The item's object in a request; new reference. */
static json_t *make_item(const struct verb *verb, json_t *fields, const struct bulk_item *item, bool alone)
{
    json_t *object = client_need(json_copy(fields));
    json_object_set_new(object, "range", json_string(item->text));
    if (item->lists != NULL && verb->one_list)
        json_object_set(object, "list", json_array_get(item->lists, 0));
    else if (item->lists != NULL)
        json_object_set(object, "lists", item->lists);
    if (!alone && !item->is_name)
        json_object_del(object, "include_subdomains"); /* of many it is meant for those that are names */
    return object;
}

/* The next part: as many items as the server takes at once. */
static json_t *make_part(const struct create_batch *b, size_t *count)
{
    const struct verb *verb = b->command->arguments->verb;
    json_t *items = client_need(json_array());
    size_t bytes = 0;
    for (*count = 0; *count < BULK_ITEMS && b->at + *count < b->bulk->count; ++*count) {
        json_t *item = make_item(verb, b->fields, &b->bulk->items[b->at + *count], false);
        bytes += json_dumpb(item, NULL, 0, JSON_COMPACT) + 1;
        if (bytes > BULK_BYTES && *count > 0) {
            json_decref(item);
            break;
        }
        json_array_append_new(items, item);
    }
    bool atomic = !arguments_have(b->command->arguments, OPTION_NO_ATOMIC);
    return json_pack("{s:o, s:b}", "items", items, "atomic", (int)atomic);
}

/* What became of each item of a part. The kind's name in front of its object says nothing new in a table. */
static void take_results(struct create_batch *b, json_t *results, size_t count)
{
    static const char *const kinds[] = { "delisting", "listing", "allow" };
    json_t *result;
    size_t i;
    json_array_foreach(results, i, result)
    {
        if (i == count)
            break;
        const char *text = b->bulk->items[b->at + i].text;
        json_t *error = json_object_get(result, "error");
        if (error != NULL)
            b->failed++;
        else
            b->done++;
        if (error != NULL && json_integer_value(json_object_get(result, "status")) != 424)
            session_complain_of(text, error, "");
        json_object_set_new(result, "range", json_string(text));
        for (size_t k = 0; k < ARRAY_SIZE(kinds) && !b->command->output.json; k++)
            json_object_set(result, "item", json_object_get(result, kinds[k]));
    }
    if (b->rows)
        render_pages_add(&b->pages, results);
}

static enum outcome send_part(struct create_batch *b)
{
    const struct arguments *a = b->command->arguments;
    char *key = NULL, *path = client_format("%s/bulk", a->verb->path);
    size_t count;
    struct api_request request = { .method = "POST", .path = path, .patience = 60 };
    struct response response;
    request.body = client_need(make_part(b, &count));
    request.idempotency_key = arguments_value(a, OPTION_IDEMPOTENCY_KEY);
    if (request.idempotency_key != NULL && b->part > 0)
        request.idempotency_key = key = client_format("%s-%zu", request.idempotency_key, b->part);
    enum outcome outcome = session_send(b->command->session, &request, &response);
    if (outcome != OUTCOME_UNREACHABLE) {
        json_t *id = json_object_get(response.json, "batch_id");
        if (json_is_string(id) && !b->dry_run)
            json_array_append(b->batch_ids, id);
        if (outcome != OUTCOME_DONE)
            session_complain(&response);
        take_results(b, json_object_get(response.json, "results"), count);
        session_free_response(&response);
    }
    b->at += count;
    b->part++;
    api_request_free(&request);
    free(key);
    return outcome;
}

static void show_batch(struct create_batch *b, enum outcome outcome)
{
    const struct render_output *out = &b->command->output;
    size_t left = b->bulk->count - (size_t)(b->done + b->failed);
    json_t *rest =
        json_pack("{s:I, s:I, s:I, s:O}", "done", (json_int_t)b->done, "failed", (json_int_t)b->failed,
                  "unanswered", (json_int_t)left, "batch_ids", b->batch_ids);
    render_pages_close(&b->pages, rest);
    if (!out->json)
        render_rest(out, rest);
    if (outcome != OUTCOME_DONE && b->done > 0 && !b->dry_run)
        client_complain("what was done stays; 'dnsblctl revert BATCH' takes it back");
    json_decref(rest);
}

static enum outcome create_many(struct command *command, const struct bulk *bulk, json_t *fields)
{
    struct create_batch b = {
        .command = command, .bulk = bulk, .fields = fields, .batch_ids = client_need(json_array())
    };
    enum outcome outcome = OUTCOME_DONE;
    b.dry_run = arguments_have(command->arguments, OPTION_DRY_RUN);
    b.rows = command->output.json || !bulk_has_progress(bulk->count);
    render_pages_open(&b.pages, &command->output, "results", b.dry_run ? tried_columns : made_columns);
    while (b.at < bulk->count && outcome == OUTCOME_DONE) {
        bulk_progress(b.at, bulk->count);
        outcome = send_part(&b);
    }
    bulk_progress(bulk->count, bulk->count);
    if (b.done > 0 && (outcome != OUTCOME_DONE || b.failed > 0))
        outcome = OUTCOME_PARTIAL;
    else if (outcome == OUTCOME_DONE && b.failed > 0)
        outcome = OUTCOME_REFUSED;
    show_batch(&b, outcome);
    render_pages_free(&b.pages);
    json_decref(b.batch_ids);
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
    json_t *fields;
    bool in_parts;
    if (api_request_fields(command->arguments, &fields, &error) != OK)
        return run_fail(&error);
    if (bulk_read(command->arguments, true, &bulk, &in_parts, &error) != OK) {
        json_decref(fields);
        return run_fail(&error);
    }
    enum outcome outcome = bulk_ask(command->arguments, bulk.addresses);
    if (outcome == OUTCOME_DONE)
        outcome = in_parts ? create_many(command, &bulk, fields) : create_one(command, bulk.items, fields);
    bulk_free(&bulk);
    json_decref(fields);
    return outcome;
}
