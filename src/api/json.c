#include "api/json.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

/* ---- Small values ---- */

/* The length of the UTF-8 sequence (RFC 3629) at `p`, 0 if there is none. The library knows what is one. */
static size_t sequence_length(const uint8_t *p, size_t left)
{
    for (size_t n = 1; n <= 4 && n <= left; n++) {
        json_t *probe = json_stringn((const char *)p, n);
        json_decref(probe);
        if (probe != NULL)
            return n;
    }
    return 0;
}

static json_t *bytes_json(const uint8_t *text, size_t length)
{
    if (length == 0)
        return json_null();
    json_t *whole = json_stringn((const char *)text, length);
    if (whole != NULL)
        return whole;
    char *fixed = malloc(3 * length), *to = fixed;
    if (fixed == NULL)
        abort();
    while (length > 0) {
        size_t n = sequence_length(text, length);
        to = n > 0 ? mempcpy(to, text, n) : mempcpy(to, "\xef\xbf\xbd", 3);
        n += n == 0;
        text += n;
        length -= n;
    }
    json_t *string = json_stringn(fixed, (size_t)(to - fixed));
    free(fixed);
    return string;
}

json_t *text_json(const char *text)
{
    return bytes_json((const uint8_t *)text, text != NULL ? strlen(text) : 0);
}

json_t *time_json(int64_t time)
{
    char text[CLOCK_TEXT];
    return time != 0 && time != DELIST_FOR_EVER && clock_format(time, text) ? json_string(text) : json_null();
}

json_t *code_json(uint32_t code)
{
    return json_sprintf("%u.%u.%u.%u", code >> 24, code >> 16 & 255, code >> 8 & 255, code & 255);
}

json_t *range_json(const struct range *range)
{
    char text[RANGE_TEXT];
    range_format(range, text);
    return json_string(text);
}

static unsigned __int128 key_number(struct trie_key key)
{
    return (unsigned __int128)key.hi << 64 | key.lo;
}

json_t *size_json(const struct range *range)
{
    uint64_t size = range_size(range);
    if (size <= INT64_MAX)
        return json_integer((json_int_t)size);
    /* That many are IPv6 addresses only. */
    return json_real((double)(key_number(range->last) - key_number(range->first)) + 1);
}

json_t *list_json(const struct backend *backend, unsigned list)
{
    return text_json(store_list_name(delist_store(backend->delist), list));
}

json_t *lists_json(const struct backend *backend, const struct list_mask *lists)
{
    const struct store *store = delist_store(backend->delist);
    json_t *names = json_array();
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        const char *name = list_mask_has(lists, i) ? store_list_name(store, i) : NULL;
        if (name != NULL)
            json_array_append_new(names, text_json(name));
    }
    return names;
}

json_t *judgement_json(const struct judgement *judgement)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "code", text_json(judgement->code), "message",
                     text_json(judgement->message), "field", text_json(judgement->field), "allowed",
                     text_json(judgement->allowed));
}

/* ---- Items ---- */

json_t *durable_json(const struct backend *backend)
{
    return json_boolean(store_is_durable(delist_store(backend->delist)));
}

const char *item_kinds(enum overlay_kind kind)
{
    return kind == OVERLAY_DELIST ? "delistings" : kind == OVERLAY_LIST ? "listings" : "allows";
}

const char *item_kind(enum overlay_kind kind)
{
    return kind == OVERLAY_DELIST ? "delisting" : kind == OVERLAY_LIST ? "listing" : "allow";
}

/* What only one kind has. */
static void add_kind(const struct backend *backend, json_t *object, const struct item *item)
{
    if (item->kind == OVERLAY_DELIST) {
        json_object_set_new(object, "sticky", json_boolean(item->sticky));
        json_object_set_new(object, "over", lists_json(backend, &item->over));
    }
    if (item->kind == OVERLAY_LIST) {
        unsigned list = 0;
        while (list < LISTS_MAX && !list_mask_has(&item->lists, list))
            list++;
        json_object_set_new(object, "list", list_json(backend, list));
        json_object_set_new(object, "code", code_json(item->code));
        json_object_set_new(object, "text", bytes_json(item->text + 1, item->text[0]));
    }
    if (item->range.family == RANGE_NAME)
        json_object_set_new(object, "include_subdomains", json_boolean(item->range.subdomains));
}

json_t *item_json(const struct backend *backend, const struct item *item)
{
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "id", item->id,
        "range", range_json(&item->range), "lists", lists_json(backend, &item->lists), "state",
        item_state_word(item->state), "created_at", time_json(item->created_at), "updated_at",
        time_json(item->updated_at), "expires_at", time_json(item->expires_at), "ended_at",
        time_json(item->ended_at), "reason", text_json(item->reason), "requester", text_json(item->requester),
        "created_by", text_json(item->created_by), "ended_by", text_json(item->ended_by), "batch_id",
        text_json(item->batch_id), "origin", text_json(item->origin), "durable", durable_json(backend),
        "revision", (json_int_t)item->revision);
    add_kind(backend, object, item);
    return object;
}

/* ---- Events ---- */

json_t *event_json(const struct backend *backend, const struct event *event, enum role role)
{
    bool requested = event->kind == EVENT_REQUESTED || event->kind == EVENT_DECIDED;
    json_t *object = json_pack(
        "{s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sequence", (json_int_t)event->sequence,
        "time", time_json(event->time), "event", event_kind_word(event->kind, event->item_kind), "kind",
        requested         ? json_string("request")
        : event->has_item ? json_string(item_kind(event->item_kind))
                          : json_null(),
        "id", text_json(event->item_id), "range", event->has_range ? range_json(&event->range) : json_null(),
        "lists", lists_json(backend, &event->lists), "code",
        event->code != 0 ? code_json(event->code) : json_null(), "expires_at", time_json(event->expires_at),
        "by", text_json(event->actor), "reason", text_json(event->reason));
    /* The id of a request is the permission to see it, and to answer its e-mail. */
    if (requested && role < ROLE_OWNER)
        json_object_set_new(object, "id", json_null());
    if (role >= ROLE_OPERATOR)
        json_object_set_new(object, "client", text_json(event->client));
    return object;
}

/* ---- Removal requests ---- */

static json_t *how_to_verify(const struct removal_request *request)
{
    if (request->status != REQUEST_VERIFY)
        return json_null();
    return json_pack("{s:s, s:o}", "method", "email", "path",
                     json_sprintf("/v1/requests/%s/verify", request->id));
}

json_t *request_json(const struct backend *backend, const struct removal_request *request, bool people)
{
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", request->id, "status",
                  request_status_word(request->status), "query", range_json(&request->range), "lists",
                  lists_json(backend, &request->lists), "verify", how_to_verify(request), "removed_lists",
                  lists_json(backend, &request->removed), "effective_by", time_json(request->effective_by),
                  "reply", text_json(request->reply), "created_at", time_json(request->created_at),
                  "updated_at", time_json(request->updated_at), "durable", durable_json(backend));
    if (people)
        json_object_update_new(
            object, json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "contact_name",
                              text_json(request->contact_name), "email", text_json(request->email), "company",
                              text_json(request->company), "details", text_json(request->details), "category",
                              text_json(request->category), "fixed", (int)request->fixed, "lang",
                              text_json(request->lang), "client", text_json(request->client), "decided_by",
                              text_json(request->decided_by)));
    return object;
}
