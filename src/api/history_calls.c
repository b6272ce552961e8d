/* What happened to an address, and to the overlay as a stream of changes; personal data. */
#include "api/calls.h"
#include "api/paging.h"
#include "api/parameters.h"
#include "api/submit.h"
#include "api/to_json.h"
#include "base/clock.h"
#include "store/events.h"

#include <inttypes.h>
#include <string.h>

#define WAIT_MAX   60    /* seconds */
#define EXPORT_MAX 10000 /* rows */

static bool add_event(void *context, const struct event *event)
{
    struct paging *page = context;
    if (!paging_has_room(page))
        return false;
    json_array_append_new(page->array, to_json_event(page->call->backend, event, page->call->actor));
    page->last = event->sequence;
    return true;
}

/* ---- The history of an address ---- */

static enum err read_history(struct store_reader *reader, struct paging *page, struct error *error)
{
    return events_of(reader, page->context, page->before, add_event, page, error);
}

void api_history_show(struct call *call)
{
    struct range range;
    if (parameter_parse_address(call, "query", call->part, &range))
        paging_answer(call, "events", read_history, &range);
}

/* ---- Changes ---- */

struct poll {
    uint64_t since, limit;
    int64_t until_ms;
    bool unknown;  /* the changes after `since` are not kept any more, or `since` is beyond `last` */
    uint64_t last; /* sequence, if unknown */
};

static enum err read_changes(struct store_reader *reader, struct paging *page, struct error *error)
{
    struct poll *poll = page->call->scratch;
    enum err err = events_each(reader, poll->since, false, add_event, page, error);
    poll->unknown = err == ERR_LIMIT;
    return poll->unknown ? events_last(reader, &poll->last, error) : err;
}

static void fail_since(struct call *call, const struct poll *poll)
{
    if (poll->since > poll->last)
        call_fail(call, 400, "since_ahead", "since",
                  "since is %" PRIu64 ", but the last sequence is %" PRIu64
                  ". If a backup was restored, read the "
                  "collections anew, and go on from that sequence.",
                  poll->since, poll->last);
    else
        call_fail(
            call, 410, "too_old", "since",
            "The changes after this one are not kept any more: first GET /v1/status for its sequence, then "
            "read the collections anew, and go on from that sequence.");
}

static void poll_changes(struct call *call)
{
    const struct poll *poll = call->scratch;
    struct paging page = { .call = call, .limit = poll->limit, .last = poll->since };
    if (!paging_read(&page, read_changes))
        return;
    int64_t left_ms = poll->until_ms - clock_ms();
    if (!poll->unknown && (json_array_size(page.array) > 0 || left_ms <= 0)) {
        http_answer(call->request, 200,
                    json_pack("{s:o, s:I}", "changes", page.array, "next", (json_int_t)page.last));
        return;
    }
    json_decref(page.array);
    if (poll->unknown)
        fail_since(call, poll);
    else
        http_wait(call->request, (unsigned)(left_ms + 999) / 1000, poll_changes);
}

void api_history_changes(struct call *call)
{
    uint64_t since = 0, wait = 0, limit = PAGING_LIMIT;
    if (!parameter_number(call, "since", 0, INT64_MAX, &since) ||
        !parameter_number(call, "wait", 0, WAIT_MAX, &wait) ||
        !parameter_number(call, "limit", 1, PAGING_LIMIT_MAX, &limit))
        return;
    struct poll *poll = call_new_scratch(call, sizeof(*poll));
    if (poll == NULL)
        return;
    *poll = (struct poll){ .since = since, .limit = limit, .until_ms = clock_ms() + (int64_t)wait * 1000 };
    poll_changes(call);
}

/* ---- Personal data ---- */

static bool read_subject(struct call *call)
{
    const char *subject = http_parameter(call->request, "subject");
    call->op.subject = subject;
    return (subject != NULL && *subject != '\0') ||
           call_fail(call, 400, "missing_parameter", "subject",
                     "subject must be an e-mail address or an IP address.");
}

static bool add_row(void *context, const char *table, const char *id, int64_t time, const char *field,
                    const char *value)
{
    struct paging *page = context;
    if (!paging_has_room(page))
        return false;
    json_array_append_new(page->array,
                          json_pack("{s:s, s:o, s:o, s:s, s:o}", "table", table, "id", json_text(id), "time",
                                    to_json_time(time), "field", field, "value", json_text(value)));
    return true;
}

static enum err read_rows(struct store_reader *reader, struct paging *page, struct error *error)
{
    return privacy_each(reader, page->context, add_row, page, error);
}

/* The export is in the audit trail; now it may be answered. */
static void export(struct call *call)
{
    const char *subject = call->op.subject;
    struct paging page = { .call = call, .context = subject, .limit = EXPORT_MAX };
    if (call->op.refusal.kind != REFUSE_NONE)
        http_refuse(call->request, &call->op.refusal);
    else if (paging_read(&page, read_rows))
        http_answer(
            call->request, 200,
            json_pack("{s:s, s:o, s:b}", "subject", subject, "rows", page.array, "more", (int)page.more));
}

void api_history_show_subject(struct call *call)
{
    if (!read_subject(call))
        return;
    call->op.verb = DELIST_AUDIT;
    strcpy(call->op.reason, "personal data given out");
    submit_operation(call, export);
}

static json_t *erased_json(struct call *call)
{
    return json_pack("{s:I}", "rows", (json_int_t)call->op.affected);
}

void api_history_erase_subject(struct call *call)
{
    if (!read_subject(call))
        return;
    call->op.verb = DELIST_ERASE;
    submit_mutation(call, erased_json);
}
