/* /livez for supervisors, /readyz for routing, /healthz for alarms. */
#include "api/calls.h"
#include "api/to_json.h"

#define RETRY_SECONDS 10

/* Readers get `details`, which may name files, others only the kind of the problem. */
static void add_reason(const struct call *call, json_t *reasons, const char *list, const char *kind,
                       const char *details)
{
    bool reader = call->request->client.loopback || call->actor->role >= ROLE_READER;
    json_array_append_new(reasons, json_pack("{s:o, s:o}", "list", json_text(list), "reason",
                                             json_text(reader && *details != '\0' ? details : kind)));
}

static void check_list(const struct call *call, json_t *reasons, const struct report_list *list)
{
    for (size_t i = 0; i < list->sets_count; i++) {
        const struct report_set *set = &list->sets[i];
        if (!set->loaded)
            add_reason(call, reasons, list->name, "it has no data", set->last.reason);
        else if (set->stale)
            add_reason(call, reasons, list->name, "its data is too old", "");
        else if (set->last.refused)
            add_reason(call, reasons, list->name, "its last load was refused", set->last.reason);
        else if (!set->last.good)
            add_reason(call, reasons, list->name, "its last load failed", set->last.reason);
        else if (*set->alarm != '\0')
            add_reason(call, reasons, list->name, "its data would end too many delistings", set->alarm);
    }
}

/* Takes `reasons` over; none: all is well. */
static void answer_health(struct call *call, json_t *reasons)
{
    bool well = json_array_size(reasons) == 0;
    if (!well)
        http_set_retry_after(call->request, RETRY_SECONDS);
    http_answer(call->request, well ? 200 : 503,
                json_pack("{s:s, s:o}", "status", well ? "ok" : "unwell", "reasons", reasons));
}

static void check_workers(const struct call *call, const struct report *report, json_t *reasons)
{
    if (report->workers_alive < report->workers)
        add_reason(call, reasons, NULL, "a worker does not answer", "");
}

static void check_loaded(const struct call *call, const struct report *report, json_t *reasons)
{
    if (!report->loaded)
        add_reason(call, reasons, NULL, "not all lists have been loaded yet", "");
}

static void check_all(const struct call *call, const struct report *report, json_t *reasons)
{
    check_workers(call, report, reasons);
    for (size_t i = 0; i < report->lists_count; i++)
        check_list(call, reasons, &report->lists[i]);
    struct error error;
    if (call->backend->token_failure(call->backend->context, &error))
        add_reason(call, reasons, NULL, "the token file is not valid, the tokens read before are in use",
                   error.text);
    if (*report->key_file_error != '\0')
        add_reason(call, reasons, NULL, "the key file is not valid, the keys read before are in use",
                   report->key_file_error);
    if (!report->store.healthy)
        add_reason(call, reasons, NULL, "the store cannot be written", report->store.failure);
}

static void answer_check(struct call *call,
                         void (*check)(const struct call *call, const struct report *report, json_t *reasons))
{
    struct report report = { .started = 0 };
    struct error error = { 0 };
    json_t *reasons = json_array();
    if (call->backend->report(call->backend->context, &report, &error) != OK) {
        add_reason(call, reasons, NULL, "no report can be made", error.text);
    } else {
        check(call, &report, reasons);
        backend_free_report(&report);
    }
    answer_health(call, reasons);
}

void health_live(struct call *call)
{
    answer_check(call, check_workers);
}

void health_ready(struct call *call)
{
    answer_check(call, check_loaded);
}

void health_all(struct call *call)
{
    answer_check(call, check_all);
}
