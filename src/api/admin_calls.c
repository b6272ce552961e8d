/* What an administrator has the server do: reload, drain, backup. */
#include "api/calls.h"
#include "api/fields.h"
#include "api/submit.h"
#include "api/to_json.h"
#include "base/log.h"

#include <stdio.h>
#include <time.h>

#include <sys/stat.h>

/* ---- Reload ---- */

static json_t *reloaded_json(struct call *call)
{
    json_t *array = json_array();
    for (size_t i = 0; i < call->reload.outcomes_count; i++) {
        const struct reload_outcome *o = &call->reload.outcomes[i];
        json_array_append_new(array, json_pack("{s:o, s:b, s:b, s:b, s:I, s:o}", "list", json_text(o->list),
                                               "changed", (int)o->changed, "good", (int)o->good, "refused",
                                               (int)o->refused, "entries", (json_int_t)o->entries, "reason",
                                               json_text(o->reason)));
    }
    return json_pack("{s:o}", "lists", array);
}

/* For what changes no list, or where there is no audit trail because the API does not change any. */
static void log_done(const struct call *call)
{
    log_notice("audit: %s: %s", call->actor->name, call->op.reason);
}

/* The reload is done; now it goes to the audit trail. */
static void reloaded(struct call *call)
{
    const struct reload *reload = &call->reload;
    struct delist_op *op = &call->op;
    op->verb = DELIST_AUDIT;
    size_t used =
        (size_t)snprintf(op->reason, sizeof(op->reason), "reload%s", reload->accept ? " --accept" : "");
    for (size_t i = 0; i < reload->lists_count && used < sizeof(op->reason) - STORE_NAME - 1; i++)
        used += (size_t)snprintf(op->reason + used, sizeof(op->reason) - used, " %.*s", STORE_NAME - 2,
                                 reload->lists[i]);
    if (call->backend->delist != NULL) {
        submit_mutation(call, reloaded_json);
    } else {
        log_done(call);
        http_answer(call->request, 200, reloaded_json(call));
    }
}

/* The names of the body's `lists`, as long as it lasts; none: all lists. Names and not numbers, as lists have
 * numbers only where the API changes something. False: the call has failed. */
static bool read_names(struct call *call, struct reload *reload)
{
    static const char expected[] = "an array of names of lists";
    const json_t *lists = json_object_get(call->body, "lists");
    const char **names, *name;
    unsigned number;
    if (lists == NULL)
        return true;
    if (json_is_array(lists) && json_array_size(lists) == 0)
        return call_fail(call, 400, "no_lists", "lists", "lists is empty; leave it out for all lists.");
    names = call_new_scratch(call, (json_array_size(lists) + 1) * sizeof(*names));
    if (names == NULL)
        return false;
    for (size_t i = 0; (name = json_string_value(json_array_get(lists, i))) != NULL; i++) {
        if (!call->backend->has_list(call->backend->context, name) &&
            !call_find_list(call, "lists", name, &number))
            return false;
        names[reload->lists_count++] = name;
    }
    reload->lists = names;
    return (json_is_array(lists) && reload->lists_count == json_array_size(lists)) ||
           http_fail_allowed(call->request, 400, "bad_type", "lists", expected, "lists must be %s.",
                             expected);
}

void api_admin_reload(struct call *call)
{
    struct reload *reload = &call->reload;
    if (field_check_known(call, call->body, "lists, accept") &&
        field_bool(call, call->body, "accept", &reload->accept) && read_names(call, reload))
        submit_reload(call, reloaded);
}

/* ---- Drain ---- */

void api_admin_drain(struct call *call)
{
    const bool drain = call->argument != 0;
    __atomic_store_n(call->backend->draining, drain, __ATOMIC_RELAXED);
    snprintf(call->op.reason, sizeof(call->op.reason), "%s", drain ? "drain" : "undrain");
    log_done(call);
    http_answer(call->request, 200, json_pack("{s:b}", "draining", (int)drain));
}

/* ---- Backup ---- */

struct backup {
    char path[4096];
    uint64_t bytes;
};

static json_t *backup_json(struct call *call)
{
    const struct backup *backup = call->scratch;
    call->op.status = 201;
    return json_pack("{s:o, s:I, s:o}", "path", json_text(backup->path), "bytes", (json_int_t)backup->bytes,
                     "created_at", to_json_time(call->now));
}

/* The end of the request's id is random, so two backups of one second have different names. */
static void name_backup(const struct call *call, struct backup *backup)
{
    char when[32];
    struct tm tm;
    time_t now = call->now;
    strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    snprintf(backup->path, sizeof(backup->path), "%s/dnsbld-%s-%s.db", call->backend->backups, when,
             call->request->id + STORE_ID - 1 - 12);
}

/* Copying blocks this thread, so there is one copy at a time, and the other threads serve. */
static enum err copy_store(struct call *call, struct backup *backup, struct error *error)
{
    static bool copying;
    if (__atomic_test_and_set(&copying, __ATOMIC_ACQUIRE))
        return error_set(error, ERR_LIMIT, "Another backup is in progress.");
    mkdir(call->backend->backups, 0700); /* or it exists; if not, store_backup fails */
    enum err err = store_backup(delist_store(call->backend->delist), backup->path, &backup->bytes, error);
    __atomic_clear(&copying, __ATOMIC_RELEASE);
    return err;
}

void api_admin_backup(struct call *call)
{
    struct error error = { 0 };
    if (call->backend->backups == NULL) {
        call_fail(call, 409, "no_store", NULL,
                  "There is nothing to back up: without --state the server keeps its store in memory.");
        return;
    }
    struct backup *backup = call_new_scratch(call, sizeof(*backup));
    if (backup == NULL)
        return;
    name_backup(call, backup);
    if (copy_store(call, backup, &error) != OK) {
        call_fail(call, 503, "backup_failed", NULL, "%s", error.text);
        return;
    }
    call->op.verb = DELIST_AUDIT;
    snprintf(call->op.reason, sizeof(call->op.reason), "backup to %.1000s", backup->path);
    submit_mutation(call, backup_json);
}
