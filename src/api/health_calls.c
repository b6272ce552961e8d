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
    bool retired = list->retired != NULL && notice_is_retired(list->retired, call->now);
    for (size_t i = 0; i < list->sets_count && !retired; i++) {
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
    if (list->breaker_open)
        add_reason(call, reasons, list->name,
                   "its public removals of the last hour have reached their limit: further ones wait for a "
                   "review",
                   "");
}

static void check_report(const struct call *call, const struct report *report, json_t *reasons)
{
    const bool all = call->argument == HEALTH_ALL;
    struct error error;
    if (call->argument != HEALTH_READY && report->workers_alive < report->workers)
        add_reason(call, reasons, NULL, "a worker does not answer", "");
    if (call->argument == HEALTH_READY && __atomic_load_n(call->backend->draining, __ATOMIC_RELAXED))
        add_reason(call, reasons, NULL, "the server is being drained", "");
    if (call->argument == HEALTH_READY && !report->loaded)
        add_reason(call, reasons, NULL, "not all lists have been loaded yet", "");
    for (size_t i = 0; all && i < report->lists_count; i++)
        check_list(call, reasons, &report->lists[i]);
    if (all && call->backend->token_failure(call->backend->context, &error))
        add_reason(call, reasons, NULL, "the token file is missing or not valid", error.text);
    if (all && *report->key_file_error != '\0')
        add_reason(call, reasons, NULL, "the key file is not valid, the keys read before are in use",
                   report->key_file_error);
    if (all && *report->commands.failure != '\0')
        add_reason(call, reasons, NULL, "no commands can be run", report->commands.failure);
    if (all && !report->store.healthy)
        add_reason(call, reasons, NULL, "the store cannot be written", report->store.failure);
}

void api_health_show(struct call *call)
{
    struct report report = { .started = 0 };
    struct error error = { 0 };
    json_t *reasons = json_array();
    if (call->backend->report(call->backend->context, &report, &error) != OK) {
        add_reason(call, reasons, NULL, "no report can be made", error.text);
    } else {
        check_report(call, &report, reasons);
        backend_free_report(&report);
    }
    bool healthy = json_array_size(reasons) == 0;
    if (!healthy)
        http_set_retry_after(call->request, RETRY_SECONDS);
    http_answer(call->request, healthy ? 200 : 503,
                json_pack("{s:s, s:o}", "status", healthy ? "ok" : "unwell", "reasons", reasons));
}
