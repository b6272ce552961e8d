#include "http/item_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Small values ---- */

/* The length of the UTF-8 sequence (RFC 3629) at `p`, 0 if there is none. The library knows what is one. */
static size_t sequence_length(const uint8_t *p, size_t left)
{
    for (size_t n = 1; n <= 4 && n <= left; n++) {
        json_t *probe = json_stringn((const char *)p, n);
        json_decref(probe);
        if (probe)
            return n;
    }
    return 0;
}

json_t *json_bytes(const uint8_t *text, size_t length)
{
    if (length == 0)
        return json_null();
    json_t *whole = json_stringn((const char *)text, length);
    if (whole)
        return whole;
    char *fixed = malloc(3 * length), *to = fixed;
    if (!fixed)
        abort();
    while (length > 0) {
        size_t n = sequence_length(text, length);
        to = mempcpy(to, n ? (const char *)text : "\xef\xbf\xbd", n ? n : 3);
        text += n ? n : 1;
        length -= n ? n : 1;
    }
    json_t *string = json_stringn(fixed, (size_t)(to - fixed));
    free(fixed);
    return string;
}

json_t *json_text(const char *text)
{
    return json_bytes((const uint8_t *)text, strlen(text));
}

json_t *json_counted(const uint8_t *text)
{
    return json_bytes(text + 1, text[0]);
}

json_t *json_code(uint32_t code)
{
    return json_sprintf("%u.%u.%u.%u", code >> 24, code >> 16 & 255, code >> 8 & 255, code & 255);
}

static unsigned __int128 key_number(struct trie_key key)
{
    return (unsigned __int128)key.hi << 64 | key.lo;
}

json_t *json_size(const struct range *range)
{
    uint64_t size = range_size(range);
    if (size <= INT64_MAX)
        return json_integer((json_int_t)size);
    /* That many are IPv6 addresses only. */
    return json_real((double)(key_number(range->last) - key_number(range->first)) + 1);
}

json_t *json_list(const struct backend *backend, unsigned list)
{
    const char *name = list < LISTS_MAX ? store_list_name(delist_store(backend->delist), list) : NULL;
    return name ? json_text(name) : json_null();
}

/* ---- Items ---- */

json_t *json_durable(const struct backend *backend)
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
        json_object_set_new(object, "over", json_lists(backend, &item->over));
    }
    if (item->kind == OVERLAY_LIST) {
        unsigned list = 0;
        while (list < LISTS_MAX && !list_mask_has(&item->lists, list))
            list++;
        json_object_set_new(object, "list", json_list(backend, list));
        json_object_set_new(object, "code", json_code(item->code));
        json_object_set_new(object, "text", json_counted(item->text));
    }
    if (item->range.family == RANGE_NAME)
        json_object_set_new(object, "include_subdomains", json_boolean(item->range.subdomains));
}

json_t *json_item(const struct backend *backend, const struct item *item)
{
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "id", item->id,
        "range", json_range(&item->range), "lists", json_lists(backend, &item->lists), "state",
        item_state_word(item->state), "created_at", json_time(item->created_at), "updated_at",
        json_time(item->updated_at), "expires_at", json_time(item->expires_at), "ended_at",
        json_time(item->ended_at), "reason", json_text(item->reason), "requester", json_text(item->requester),
        "created_by", json_text(item->created_by), "ended_by", json_text(item->ended_by), "batch_id",
        json_text(item->batch_id), "origin", json_text(item->origin), "durable", json_durable(backend),
        "revision", (json_int_t)item->revision);
    add_kind(backend, object, item);
    return object;
}

/* ---- Events ---- */

json_t *json_event(const struct backend *backend, const struct event *event, enum role role)
{
    bool requested = event->kind == EVENT_REQUESTED || event->kind == EVENT_DECIDED;
    json_t *object = json_pack(
        "{s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sequence", (json_int_t)event->sequence,
        "time", json_time(event->time), "event", event_kind_word(event->kind, event->item_kind), "kind",
        requested         ? json_string("request")
        : event->has_item ? json_string(item_kind(event->item_kind))
                          : json_null(),
        "id", json_text(event->item_id), "range", event->has_range ? json_range(&event->range) : json_null(),
        "lists", json_lists(backend, &event->lists), "code",
        event->code ? json_code(event->code) : json_null(), "expires_at", json_time(event->expires_at), "by",
        json_text(event->actor), "reason", json_text(event->reason));
    /* The id of a request is the permission to see it, and to answer its e-mail. */
    if (requested && role < ROLE_OWNER)
        json_object_set_new(object, "id", json_null());
    if (role >= ROLE_OPERATOR)
        json_object_set_new(object, "client", json_text(event->client));
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

json_t *json_request(const struct backend *backend, const struct removal_request *request, bool people)
{
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", request->id, "status",
                  request_status_word(request->status), "query", json_range(&request->range), "lists",
                  json_lists(backend, &request->lists), "verify", how_to_verify(request), "removed_lists",
                  json_lists(backend, &request->removed), "effective_by", json_time(request->effective_by),
                  "reply", json_text(request->reply), "created_at", json_time(request->created_at),
                  "updated_at", json_time(request->updated_at), "durable", json_durable(backend));
    if (people)
        json_object_update_new(
            object, json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "contact_name",
                              json_text(request->contact_name), "email", json_text(request->email), "company",
                              json_text(request->company), "details", json_text(request->details), "category",
                              json_text(request->category), "fixed", (int)request->fixed, "lang",
                              json_text(request->lang), "client", json_text(request->client), "decided_by",
                              json_text(request->decided_by)));
    return object;
}
