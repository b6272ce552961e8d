/* What an administrator has the server do: reload, backup. */
#include "api/calls.h"
#include "api/fields.h"
#include "api/submit.h"
#include "api/to_json.h"

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

/* The reload is done; now it goes to the audit trail. */
static void reloaded(struct call *call)
{
    const struct reload *reload = &call->reload;
    struct delist_op *op = &call->op;
    op->verb = DELIST_AUDIT;
    size_t used =
        (size_t)snprintf(op->reason, sizeof(op->reason), "reload%s", reload->accept ? " --accept" : "");
    for (size_t i = 0; i < reload->lists_count && used < sizeof(op->reason) - STORE_NAME - 1; i++)
        used += (size_t)snprintf(op->reason + used, sizeof(op->reason) - used, " %s", reload->lists[i]);
    submit_mutation(call, reloaded_json);
}

void api_admin_reload(struct call *call)
{
    struct reload *reload = &call->reload;
    struct list_mask lists = { .word = { 0 } };
    bool given = false;
    if (!field_check_known(call, call->body, "lists, accept") ||
        !field_lists(call, call->body, "lists", &given, &lists) ||
        !field_bool(call, call->body, "accept", &reload->accept))
        return;
    const char **names = call_new_scratch(call, LISTS_MAX * sizeof(*names));
    if (names == NULL)
        return;
    for (unsigned list = 0; given && list < LISTS_MAX; list++)
        if (list_mask_has(&lists, list))
            names[reload->lists_count++] = store_list_name(delist_store(call->backend->delist), list);
    reload->lists = given ? names : NULL;
    submit_reload(call, reloaded);
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
