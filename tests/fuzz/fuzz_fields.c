/* Bodies: bytes as JSON, and its fields by every reader there is. */
#include "api/fields.h"
#include "api/to_json.h"
#include "support/memory_delist.h"
#include "support/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct refusal caught;
static struct backend backend;
static struct http_request request = { .caught = &caught };
static struct call call = { .backend = &backend, .request = &request };

static void begin(void)
{
    static struct list_policy policies[2] = { { .name = "sbl" }, { .name = "xbl" } };

    if (backend.delist == NULL)
        backend.delist = memory_delist_open(policies, 2);
}

/* Each field is parsed, or refused with a code and an error that can be written as JSON. */
static bool check(bool good)
{
    must(good == (caught.kind == REFUSE_NONE), "a failure is noted");
    if (!good) {
        must(caught.kind == REFUSE_INVALID && *caught.code != '\0' && *caught.message != '\0',
             "a failure says why");
        json_t *json = http_refusal_json(&caught);
        char *text = json_dumps(json, 0);
        must(text != NULL, "an error is JSON");
        free(text);
        json_decref(json);
    }
    caught = (struct refusal){ .kind = REFUSE_NONE };
    return good;
}

static void check_text(const json_t *body, const char *field, typeof(field_text) *read, char *out,
                       size_t size)
{
    memset(out, 'x', size);
    *out = '\0';
    if (!check(read(&call, body, field, false, out, size)))
        return;
    must(memchr(out, '\0', size) != NULL, "a text ends");
    json_t *json = json_string(out);
    must(json != NULL, "a text is UTF-8");
    json_decref(json);
    for (const char *c = out; *c != '\0'; c++)
        must((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t', "a text has no control characters");
}

static void read_all(const json_t *body)
{
    static const char known[] = "range, lists, reason, sticky";
    char name[16], reason[STORE_REASON];
    struct expiry expiry;
    struct list_mask lists;
    struct range range;
    bool given = false, flag;

    check(field_check_known(&call, body, known));
    check_text(body, "name", field_bytes, name, sizeof(name));
    check_text(body, "reason", field_text, reason, sizeof(reason));
    check(field_bool(&call, body, "sticky", &flag));
    if (check(field_range(&call, body, "range", true, &range)))
        json_decref(to_json_range(&range));
    if (check(field_lists(&call, body, "lists", &given, &lists)) && given) {
        json_t *names = to_json_lists(&backend, &lists);
        must(json_array_size(names) >= 1 && json_array_size(names) <= 2, "there are two lists");
        json_decref(names);
    }
    given = false;
    if (check(field_expiry(&call, body, &expiry, &given)) && given)
        must(expiry.kind != EXPIRY_DEFAULT && (expiry.kind != EXPIRY_IN || expiry.value > 0),
             "an expiry is one");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_error_t error;

    begin();
    json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(body))
        read_all(body);
    json_decref(body);
    return 0;
}
