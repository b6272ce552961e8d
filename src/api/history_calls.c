/* What happened: to an address, and to the overlay as a stream; and whose data is in it. */
#include "api/calls.h"
#include "api/mutation.h"
#include "api/paging.h"
#include "api/parameters.h"
#include "api/to_json.h"
#include "base/clock.h"
#include "store/events.h"

#include <string.h>

#define WAIT_MOST   60    /* seconds */
#define EXPORT_MOST 10000 /* rows */

static bool take_event(void *context, const struct event *event)
{
    struct paging *c = context;
    if (!paging_takes(c))
        return false;
    json_array_append_new(c->array, to_json_event(c->call->backend, event, c->call->actor->role));
    c->last = event->sequence;
    return true;
}

/* ---- The history of an address ---- */

static enum err read_history(struct store_reader *reader, struct paging *c, struct error *error)
{
    return events_of(reader, c->context, c->before, take_event, c, error);
}

void history_show(struct call *call)
{
    struct range range;
    if (parameter_parse_address(call, "query", call->part, &range))
        paging_answer(call, "events", false, read_history, &range);
}

/* ---- Changes ---- */

struct poll {
    uint64_t since, limit;
    int64_t until_ms;
    bool too_old; /* what follows `since` is not kept */
};

static enum err read_changes(struct store_reader *reader, struct paging *c, struct error *error)
{
    struct poll *poll = c->call->scratch;
    enum err err = events_each(reader, poll->since, false, take_event, c, error);
    poll->too_old = err == ERR_LIMIT;
    return poll->too_old ? OK : err;
}

static void poll_changes(struct call *call)
{
    const struct poll *poll = call->scratch;
    struct paging c = { .call = call, .limit = poll->limit, .last = poll->since };
    if (!paging_read(&c, read_changes))
        return;
    int64_t left_ms = poll->until_ms - clock_ms();
    if (!poll->too_old && (json_array_size(c.array) > 0 || left_ms <= 0)) {
        call_answer(call, 200, json_pack("{s:o, s:I}", "changes", c.array, "next", (json_int_t)c.last));
        return;
    }
    json_decref(c.array);
    if (poll->too_old)
        call_fail(call, 410, "too_old", "since",
                  "What followed this change is not kept any more: read the collections anew, and go on from "
                  "the sequence that GET /v1/status gave before.");
    else
        http_wait(call->request, (unsigned)(left_ms + 999) / 1000, poll_changes);
}

void history_changes(struct call *call)
{
    uint64_t since = 0, wait = 0, limit = PAGING_LIMIT;
    if (!parameter_number(call, "since", 0, INT64_MAX, &since) ||
        !parameter_number(call, "wait", 0, WAIT_MOST, &wait) ||
        !parameter_number(call, "limit", 1, PAGING_LIMIT_MAX, &limit))
        return;
    struct poll *poll = call_new_scratch(call, sizeof(*poll));
    if (poll == NULL)
        return;
    *poll = (struct poll){ .since = since, .limit = limit, .until_ms = clock_ms() + (int64_t)wait * 1000 };
    poll_changes(call);
}

/* ---- Personal data ---- */

static const char *subject_of(struct call *call)
{
    const char *subject = call_parameter(call, "subject");
    if (subject != NULL && *subject != '\0')
        return subject;
    call_fail(call, 400, "missing_parameter", "subject",
              "Say whose data: subject is an e-mail address or an IP address.");
    return NULL;
}

static bool take_row(void *context, const char *table, const char *id, int64_t time, const char *field,
                     const char *value)
{
    struct paging *c = context;
    if (!paging_takes(c))
        return false;
    json_array_append_new(c->array,
                          json_pack("{s:s, s:o, s:o, s:s, s:o}", "table", table, "id", json_text(id), "time",
                                    to_json_time(time), "field", field, "value", json_text(value)));
    return true;
}

static enum err read_rows(struct store_reader *reader, struct paging *c, struct error *error)
{
    return privacy_each(reader, c->context, take_row, c, error);
}

/* The export is in the audit trail, so now it may be given. */
static void export(struct call *call)
{
    const char *subject = call_parameter(call, "subject");
    struct paging c = { .call = call, .context = subject, .limit = EXPORT_MOST };
    if (call->op.judgement.kind != REFUSE_NOT)
        call_refuse(call, &call->op.judgement);
    else if (paging_read(&c, read_rows))
        call_answer(call, 200,
                    json_pack("{s:s, s:o, s:b}", "subject", subject, "rows", c.array, "more", (int)c.more));
}

void history_show_subject(struct call *call)
{
    if (subject_of(call) == NULL)
        return;
    call->op.verb = DELIST_NOTE;
    strcpy(call->op.reason, "personal data given out");
    submit_operation(call, export);
}

static json_t *erased_form(struct call *call)
{
    return json_pack("{s:I}", "rows", (json_int_t)call->op.affected);
}

void history_erase_subject(struct call *call)
{
    static const struct mutation erasing = { .to_json = erased_form };
    call->op.subject = subject_of(call);
    if (call->op.subject == NULL)
        return;
    call->op.verb = DELIST_ERASE;
    mutation_submit(call, &erasing);
}
