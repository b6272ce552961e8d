#include "api/call.h"

#include "api/to_json.h"
#include "base/log.h"
#include "http/json_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By what the actor makes the call. */
static void set_origin(struct actor *actor, const char *agent)
{
    bool command = agent != NULL && strncmp(agent, "dnsblctl", strlen("dnsblctl")) == 0;
    snprintf(actor->origin, sizeof(actor->origin), "%s", command ? "command line" : "api");
}

/* As calloc(), with which jemalloc would have the kernel zero a block as large as these, for every call: that
 * interrupts the CPUs on which DNS is answered. */
static void *allocate_zeroed(size_t size)
{
    void *memory = json_text_allocate(size);
    return memory != NULL ? memset(memory, 0, size) : NULL;
}

struct call *call_new(void *backend, struct http_request *request)
{
    struct call *call = allocate_zeroed(sizeof(*call));
    if (call == NULL)
        return NULL;
    set_origin(&request->actor, http_header(request, "User-Agent"));
    call->request = request;
    call->backend = backend;
    call->actor = &request->actor;
    call->part = request->part;
    call->body = request->body.json;
    call->now = request->now;
    call->argument = request->route->argument;
    call->kind = (enum overlay_kind)call->argument;
    return call;
}

void call_free(struct call *call)
{
    free(call->op.body);
    free(call->reload.outcomes);
    free(call->scratch);
    free(call);
}

enum language call_language(const struct call *call)
{
    return language_choose(http_parameter(call->request, "lang"),
                           http_header(call->request, "Accept-Language"));
}

void call_set_etag(struct call *call, uint64_t revision)
{
    char text[32];
    snprintf(text, sizeof(text), "\"%" PRIu64 "\"", revision);
    http_set_header(call->request, "ETag", text);
}

/* ---- Failing ---- */

bool call_fail_missing(struct call *call, const char *what)
{
    return call_fail(call, 404, "not_found", NULL, "There is no %s with this id.", what);
}

bool call_fail_store(struct call *call, const struct error *error)
{
    log_warning("api: request %s: %s", call->request->id, error->text);
    return call_fail(call, 503, "store_unavailable", NULL,
                     "The store cannot be read now; try again in a moment.");
}

bool call_fail_memory(struct call *call)
{
    return call_fail(call, 503, "no_memory", NULL, "The server is out of memory: try again in a moment.");
}

/* ---- What the call is about ---- */

bool call_is_id(const char *text)
{
    static const char form[] = "00000000-0000-0000-0000-000000000000";
    if (strlen(text) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == '-' ? text[i] != '-' : strchr("0123456789abcdef", text[i]) == NULL)
            return false;
    return true;
}

bool call_check_id(struct call *call, const char *what)
{
    return call_is_id(call->part) || call_fail_missing(call, what);
}

bool call_find_list(struct call *call, const char *field, const char *name, unsigned *out)
{
    const struct delist *delist = call->backend->delist;
    int number = delist != NULL ? delist_list_number(delist, name) : -1;
    if (number < 0) {
        char now[256] = "";
        if (delist != NULL)
            delist_explain_list(delist, name, now, sizeof(now));
        return call_fail(call, 400, "unknown_list", field, "There is no list '%.64s'%s.", name,
                         *now != '\0' ? now : "; GET /v1/lists names them");
    }
    *out = (unsigned)number;
    return true;
}

bool call_parse_range(struct call *call, const char *field, const char *text, bool subdomains,
                      struct range *out)
{
    struct error error;
    return range_parse(text, subdomains, out, &error) == OK ||
           call_fail(call, 400, "bad_range", field, "%s", error.text);
}

bool call_read_store(struct call *call, struct store_reader **out)
{
    struct error error = { 0 };
    return store_read(delist_store(call->backend->delist), out, &error) == OK ||
           call_fail_store(call, &error);
}

bool call_end_read(struct call *call, struct store_reader *reader, enum err err, const char *what,
                   const struct error *error)
{
    store_read_end(reader);
    if (err == ERR_REFUSED && what != NULL)
        return call_fail_missing(call, what);
    return err == OK || call_fail_store(call, error);
}

void *call_new_scratch(struct call *call, size_t size)
{
    free(call->scratch);
    call->scratch = allocate_zeroed(size);
    if (call->scratch == NULL)
        call_fail_memory(call);
    return call->scratch;
}
