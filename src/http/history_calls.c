/* What happened: to an address, and to the overlay as a stream; and whose data is in it. */
#include "base/clock.h"
#include "delist/events.h"
#include "http/calls.h"
#include "http/item_json.h"
#include "http/page.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_MOST   60    /* seconds */
#define EXPORT_MOST 10000 /* rows */

struct taker {
    const struct call *call;
    struct page page;
};

static bool take_event(void *context, const struct event *event)
{
    struct taker *taker = context;
    if (!page_takes(&taker->page))
        return false;
    json_array_append_new(taker->page.array,
                          json_event(taker->call->backend, event, taker->call->actor.role));
    taker->page.last = event->sequence;
    return true;
}

/* ---- The history of an address ---- */

void history_show(struct call *call)
{
    struct taker taker = { .call = call };
    struct range range;
    struct reader *reader;
    struct error error = { 0 };
    if (!address_from_text(call, "query", call->part[0], &range) || !page_open(call, false, &taker.page))
        return;
    if (!read_open(call, &reader)) {
        page_drop(&taker.page);
        return;
    }
    enum err err = events_of(reader, &range, taker.page.before, take_event, &taker, &error);
    store_read_end(reader);
    if (err) {
        page_drop(&taker.page);
        fail_store(call, &error);
        return;
    }
    page_answer(call, &taker.page, "events");
}

/* ---- Changes ---- */

struct poll {
    uint64_t since, limit;
    int64_t until; /* seconds of clock_ms */
};

static enum err read_changes(struct reader *reader, const struct poll *poll, struct taker *taker,
                             struct error *error)
{
    uint64_t last;
    enum err err = events_last(reader, &last, error);
    if (err)
        return err;
    if (poll->since > last)
        return ERR_LIMIT; /* a number of another store */
    return events_each(reader, poll->since, false, take_event, taker, error);
}

static void changes_poll(struct call *call)
{
    const struct poll *poll = call->scratch;
    struct taker taker = { .call = call, .page = { .limit = poll->limit, .last = poll->since } };
    struct reader *reader;
    struct error error = { 0 };
    if (!read_open(call, &reader))
        return;
    taker.page.array = json_array();
    enum err err = read_changes(reader, poll, &taker, &error);
    store_read_end(reader);
    int64_t left = poll->until - clock_ms() / 1000;
    if (err == OK && (json_array_size(taker.page.array) > 0 || left <= 0)) {
        call_answer(
            call, 200,
            json_pack("{s:o, s:I}", "changes", taker.page.array, "next", (json_int_t)taker.page.last));
        return;
    }
    page_drop(&taker.page);
    if (err == OK)
        call_wait(call, (unsigned)left, changes_poll);
    else if (err == ERR_LIMIT)
        call_fail(call, 410, "too_old", "since",
                  "What followed this change is not kept any more: read the collections anew, and go on from "
                  "the sequence that GET /v1/status gave before.");
    else
        fail_store(call, &error);
}

void changes_show(struct call *call)
{
    uint64_t since = 0, wait = 0, limit = PAGE_LIMIT;
    if (!parameter_number(call, "since", 0, INT64_MAX, &since) ||
        !parameter_number(call, "wait", 0, WAIT_MOST, &wait) ||
        !parameter_number(call, "limit", 1, PAGE_LIMIT_MOST, &limit))
        return;
    struct poll *poll = malloc(sizeof(*poll));
    if (!poll)
        abort();
    *poll = (struct poll){ .since = since, .limit = limit, .until = clock_ms() / 1000 + (int64_t)wait };
    call->scratch = poll;
    changes_poll(call);
}

/* ---- Personal data ---- */

static const char *subject_of(struct call *call)
{
    const char *subject = call_parameter(call, "subject");
    if (subject && *subject)
        return subject;
    call_fail(call, 400, "missing_parameter", "subject",
              "Say whose data: subject is an e-mail address or an IP address.");
    return NULL;
}

static bool take_row(void *context, const char *table, const char *id, int64_t time, const char *field,
                     const char *value)
{
    struct page *page = context;
    if (!page_takes(page))
        return false;
    json_array_append_new(page->array,
                          json_pack("{s:s, s:o, s:o, s:s, s:o}", "table", table, "id", json_text(id), "time",
                                    json_time(time), "field", field, "value", json_text(value)));
    return true;
}

/* The export is in the audit trail, so now it may be given. */
static void export(struct call *call)
{
    struct page page = { .limit = EXPORT_MOST };
    struct reader *reader;
    struct error error = { 0 };
    if (call->op.judgement.kind != JUDGE_OK) {
        call_fail_judgement(call, &call->op.judgement);
        return;
    }
    if (!read_open(call, &reader))
        return;
    page.array = json_array();
    enum err err = privacy_each(reader, call_parameter(call, "subject"), take_row, &page, &error);
    store_read_end(reader);
    if (err) {
        page_drop(&page);
        fail_store(call, &error);
        return;
    }
    call_answer(call, 200,
                json_pack("{s:s, s:o, s:b}", "subject", call_parameter(call, "subject"), "rows", page.array,
                          "more", (int)page.more));
}

void privacy_show(struct call *call)
{
    if (!subject_of(call))
        return;
    call->op.verb = DELIST_NOTE;
    strcpy(call->op.reason, "personal data given out");
    call_submit(call, export);
}

static json_t *erased_form(struct call *call, int *status)
{
    *status = 200;
    return json_pack("{s:I}", "rows", (json_int_t)call->op.affected);
}

void privacy_delete(struct call *call)
{
    call->op.subject = subject_of(call);
    if (!call->op.subject)
        return;
    call->op.verb = DELIST_ERASE;
    reply_submit(call, erased_form);
}
