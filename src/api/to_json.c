#include "api/to_json.h"

#include "base/clock.h"
#include "delist/removal.h"

#include <string.h>

/* ---- Small values ---- */

json_t *to_json_time(int64_t time)
{
    char text[CLOCK_TEXT];
    return time != 0 && time != STORE_FOREVER && clock_format(time, text) ? json_string(text) : json_null();
}

json_t *to_json_code(uint32_t code)
{
    return json_sprintf("%u.%u.%u.%u", code >> 24, code >> 16 & 255, code >> 8 & 255, code & 255);
}

json_t *to_json_range(const struct range *range)
{
    char text[RANGE_TEXT];
    range_format(range, text);
    return json_string(text);
}

json_t *to_json_size(const struct range *range)
{
    uint64_t size = range_size(range);
    if (size <= INT64_MAX)
        return json_integer((json_int_t)size);
    /* Only IPv6 ranges are so large. */
    return json_real((double)(trie_key_number(range->last) - trie_key_number(range->first)) + 1);
}

json_t *to_json_list(const struct backend *backend, unsigned list)
{
    return json_text(store_list_name(delist_store(backend->delist), list));
}

json_t *to_json_lists(const struct backend *backend, const struct list_mask *lists)
{
    const struct store *store = delist_store(backend->delist);
    json_t *names = json_array();
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        const char *name = list_mask_has(lists, i) ? store_list_name(store, i) : NULL;
        if (name != NULL)
            json_array_append_new(names, json_text(name));
    }
    return names;
}

json_t *to_json_proof_kinds(unsigned kinds)
{
    json_t *words = json_array();
    for (unsigned kind = PROOF_MAIL; kind <= PROOF_ADDRESS; kind *= 2)
        if (kinds & kind)
            json_array_append_new(words, json_string(proof_kind_word((enum proof_kind)kind)));
    return words;
}

/* ---- Items ---- */

json_t *to_json_durable(const struct backend *backend)
{
    return json_boolean(store_is_durable(delist_store(backend->delist)));
}

const char *to_json_collection(enum overlay_kind kind)
{
    return kind == OVERLAY_DELIST ? "delistings" : kind == OVERLAY_LIST ? "listings" : "allows";
}

const char *to_json_kind(enum overlay_kind kind)
{
    return kind == OVERLAY_DELIST ? "delisting" : kind == OVERLAY_LIST ? "listing" : "allow";
}

/* Adds what only one kind of items has. */
static void add_kind(const struct backend *backend, json_t *object, const struct item *item)
{
    if (item->kind == OVERLAY_DELIST) {
        json_object_set_new(object, "sticky", json_boolean(item->sticky));
        json_object_set_new(object, "over", to_json_lists(backend, &item->over));
    }
    if (item->kind == OVERLAY_LIST) {
        json_object_set_new(object, "list", to_json_list(backend, list_mask_first(&item->lists)));
        json_object_set_new(object, "code", to_json_code(item->code));
        json_object_set_new(object, "text", json_text_bytes(item->text + 1, item->text[0]));
    }
    if (item->range.family == RANGE_NAME)
        json_object_set_new(object, "include_subdomains", json_boolean(item->range.subdomains));
}

json_t *to_json_item(const struct backend *backend, const struct item *item, const struct actor *actor)
{
    bool people =
        strcmp(item->origin, "request") != 0 || list_policy_is_reviewer(actor, &item->range, &item->lists);
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "id", item->id,
        "range", to_json_range(&item->range), "lists", to_json_lists(backend, &item->lists), "state",
        item_state_word(item->state), "created_at", to_json_time(item->created_at), "updated_at",
        to_json_time(item->updated_at), "expires_at", to_json_time(item->expires_at), "ended_at",
        to_json_time(item->ended_at), "reason", json_text(item->reason), "requester",
        json_text(people ? item->requester : ""), "created_by", json_text(item->created_by), "ended_by",
        json_text(item->ended_by), "batch_id", json_text(item->batch_id), "origin", json_text(item->origin),
        "durable", to_json_durable(backend), "revision", (json_int_t)item->revision);
    add_kind(backend, object, item);
    return object;
}

/* ---- Events ---- */

json_t *to_json_event(const struct backend *backend, const struct event *event, const struct actor *actor)
{
    bool requested = event->kind == EVENT_REQUESTED || event->kind == EVENT_DECIDED;
    json_t *object = json_pack(
        "{s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sequence", (json_int_t)event->sequence,
        "time", to_json_time(event->time), "event", event_kind_word(event->kind, event->item_kind), "kind",
        requested         ? json_string("request")
        : event->has_item ? json_string(to_json_kind(event->item_kind))
                          : json_null(),
        "id", json_text(event->item_id), "range",
        event->has_range ? to_json_range(&event->range) : json_null(), "lists",
        to_json_lists(backend, &event->lists), "code",
        event->code != 0 ? to_json_code(event->code) : json_null(), "expires_at",
        to_json_time(event->expires_at), "by", json_text(event->actor), "reason", json_text(event->reason));
    if (requested && !list_policy_is_reviewer(actor, &event->range, &event->lists))
        json_object_set_new(object, "id", json_null());
    if (actor->role >= ROLE_OPERATOR)
        json_object_set_new(object, "client", json_text(event->client));
    return object;
}

/* ---- Removal requests ---- */

static json_t *verify_json(const struct removal_request *request)
{
    static const uint8_t none[sizeof(request->code)];
    if (request->status != REQUEST_VERIFY || (memcmp(request->code, none, sizeof(none)) == 0 &&
                                              memcmp(request->control_code, none, sizeof(none)) == 0))
        return json_null();
    return json_pack("{s:s, s:o}", "method", "email", "path",
                     json_sprintf("/v1/requests/%s/verify", request->id));
}

static json_t *mail_json(const struct removal_request *request)
{
    char mailboxes[PROOF_MAILBOXES][STORE_EMAIL];
    json_t *to = json_array();
    size_t count = proof_mailboxes(&request->range, request->hosts, mailboxes);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(to, json_text(mailboxes[i]));
    return json_pack("{s:s, s:o, s:o}", "kind", "mail", "to", to, "sent_to", json_text(request->control_to));
}

/* The proofs for which a request waits; one of them is enough for a list. */
static json_t *proofs_json(const struct backend *backend, const struct removal_request *request)
{
    unsigned kinds = removal_proofs(backend->delist, request);
    struct range target = proof_target(&request->range);
    char name[PROOF_NAME], value[PROOF_VALUE];
    json_t *proofs = json_array();
    if (kinds & PROOF_ADDRESS && request->range.family != RANGE_NAME)
        json_array_append_new(proofs,
                              json_pack("{s:s, s:o}", "kind", "address", "range", to_json_range(&target)));
    if (kinds & PROOF_MAIL)
        json_array_append_new(proofs, mail_json(request));
    if (!(kinds & PROOF_DNS) || !proof_record_name(&request->range, name))
        return proofs;
    proof_record_value(request->id, value);
    json_array_append_new(proofs, json_pack("{s:s, s:o, s:s, s:s}", "kind", "dns", "name", json_text(name),
                                            "type", "TXT", "value", value));
    return proofs;
}

json_t *to_json_request(const struct backend *backend, const struct removal_request *request, bool people)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "id", request->id, "status",
        request_status_word(request->status), "query", to_json_range(&request->range), "lists",
        to_json_lists(backend, &request->lists), "verify", verify_json(request), "proof",
        proofs_json(backend, request), "review", (int)removal_may_be_reviewed(backend->delist, request),
        "removed_lists", to_json_lists(backend, &request->removed), "effective_by",
        to_json_time(request->effective_by), "reply", json_text(request->reply), "created_at",
        to_json_time(request->created_at), "updated_at", to_json_time(request->updated_at), "durable",
        to_json_durable(backend));
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

/* ---- What people are told ---- */

static void add_banner(json_t *array, const char *list, const struct banner *b, bool retired,
                       enum language language, int64_t now)
{
    if (notice_has_banner(b, now))
        json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "list", json_text(list),
                                               "text", json_text(language_text(&b->text, language)), "link",
                                               json_text(b->link), "since", to_json_time(b->since), "until",
                                               to_json_time(b->until), "retired", (int)retired));
}

json_t *to_json_banners(const struct backend *backend, const struct list_mask *lists, enum language language,
                        int64_t now)
{
    json_t *array = json_array();
    if (backend->banner != NULL)
        add_banner(array, NULL, backend->banner, false, language, now);
    for (unsigned i = 0; backend->delist != NULL && i < LISTS_MAX; i++) {
        const struct list_policy *policy = delist_policy(backend->delist, i);
        if (policy == NULL)
            continue;
        const struct banner end = notice_of_end(&policy->description.retired);
        add_banner(array, policy->name, &end, true, language, now);
        if (list_mask_has(lists, i))
            add_banner(array, policy->name, &policy->description.banner, false, language, now);
    }
    return array;
}

/* ---- Fields ---- */

json_t *to_json_fields(unsigned fields)
{
    json_t *names = json_array();
    for (unsigned field = 0; field < FORM_FIELDS; field++)
        if (fields >> field & 1)
            json_array_append_new(names, json_string(list_policy_field_word((enum form_field)field)));
    return names;
}
