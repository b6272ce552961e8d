/* What the lists say of an address or a domain name now, from the view that DNS answers from. */
#include "age/age.h"
#include "answer/lookup.h"
#include "api/calls.h"
#include "api/fields.h"
#include "api/parameters.h"
#include "api/to_json.h"
#include "delist/breaker.h"
#include "delist/removal.h"
#include "store/items.h"
#include "trie/ip.h"

#include <limits.h>
#include <string.h>

#define QUERIES_MAX 1000

/* One look-up. The snapshot of the store is opened after the view was read, so it has all items that the view
 * has. */
struct lookup_call {
    const struct call *call;
    struct store_reader *reader;
    struct range key;
    struct lookup lookup;
    uint64_t entries[LISTS_MAX]; /* of lists */
    struct removal_case asked;
};

static bool sees_details(const struct call *call)
{
    return call->actor->role >= ROLE_READER;
}

/* Without a token nobody learns what is listed beside what he asks for. */
static bool sees_range(const struct lookup_call *lc, const struct range *range)
{
    return sees_details(lc->call) || range_contains(&lc->key, range);
}

/* ---- One listing ---- */

static enum err removal_json(const struct lookup_call *lc, const struct list_policy *policy, unsigned list,
                             json_t **out, struct error *error)
{
    const struct call *call = lc->call;
    struct removal_facts facts;
    struct removal_eligibility eligibility;
    enum err err = removal_find_facts(lc->reader, policy, &lc->asked, list, &facts, error);
    if (err != OK)
        return err;
    list_policy_eligibility(policy, &facts, call->now, &eligibility);
    *out = json_pack(
        "{s:s, s:b, s:o, s:o, s:o, s:o}", "policy", list_policy_removal_word(eligibility.policy), "confirm",
        (int)policy->confirm, "proof", to_json_proof_kinds(policy->proof), "removals_left",
        eligibility.removals_left == UINT_MAX ? json_null()
                                              : json_integer((json_int_t)eligibility.removals_left),
        "next_at", to_json_time(eligibility.next_at), "blocked_by",
        eligibility.blocker >= 0 ? to_json_list(call->backend, (unsigned)eligibility.blocker) : json_null());
    if (eligibility.breaker != REMOVAL_SCOPES)
        json_object_set_new(*out, "breaker", json_string(list_policy_scope_word(eligibility.breaker)));
    if (policy->required != 0)
        json_object_set_new(*out, "required", to_json_fields(policy->required));
    return OK;
}

static json_t *zones_json(const struct lookup_call *lc, const struct lookup_listing *l)
{
    const struct backend *backend = lc->call->backend;
    json_t *zones = json_array();
    for (unsigned i = 0; i < l->zones_count; i++) {
        const char *name = backend->zone_name(backend->context, l->zones[i]);
        if (name != NULL)
            json_array_append_new(zones, json_text(name));
    }
    return zones;
}

/* Since when the list names the key, as far as is known: by the age of its files, or by the item that lists
 * it. */
static int64_t listed_since(const struct lookup_call *lc, const struct lookup_listing *l,
                            const struct list_policy *policy, const struct item *item)
{
    const char *ages = lc->call->backend->ages;
    struct range key = lc->key;
    if (l->dynamic)
        return l->state == LOOKUP_LIVE ? item->created_at : 0;
    if (ages == NULL || policy == NULL)
        return 0;
    if (key.family == RANGE_IP6 && l->range.family == RANGE_IP4) /* 6to4 */
        key = (struct range){ .family = RANGE_IP4, .first = ip4_key(ip6_6to4_ip4(key.first)) };
    return age_find(&(struct age_place){ ages, l->list, policy->name }, &key, lc->call->now);
}

static const char *hidden_by(enum lookup_state state)
{
    return state == LOOKUP_DELISTED ? "delisting" : state == LOOKUP_ALLOWED ? "allow" : "protected";
}

/* What is said in place of a text that is withheld, as DNS does it: `$` is the address, or the name that is
 * listed. */
static json_t *withheld_json(const struct lookup_call *lc, const struct list_policy *policy,
                             const struct lookup_listing *l)
{
    const char *text = language_text(&policy->description.withheld_text, call_language(lc->call));
    char subject[RANGE_TEXT];
    struct text_key key;
    uint8_t out[TEXT_MAX];
    size_t length = range_format(l->range.family == RANGE_NAME ? &l->range : &lc->key, subject);
    key.length = (uint16_t)(length < sizeof(key.text) ? length : sizeof(key.text));
    memcpy(key.text, subject, key.length);
    length = text_expand(out, NULL, NULL, (struct text){ (const uint8_t *)text, strlen(text) }, &key);
    return json_text_bytes(out, length < TEXT_MAX ? length : TEXT_MAX);
}

static enum err listing_json(const struct lookup_call *lc, const struct lookup_listing *l, json_t *array,
                             struct error *error)
{
    const struct call *call = lc->call;
    const struct list_policy *policy =
        l->list < LISTS_MAX ? delist_policy(call->backend->delist, l->list) : NULL;
    bool live = l->state == LOOKUP_LIVE;
    int64_t until = l->number != 0 ? l->until : 0;
    struct item item = { .id = "" }; /* the one that decides; no id: none does */
    json_t *removal = NULL;
    enum err err = l->number != 0 ? items_find_number(lc->reader, l->number, call->now, &item, error) : OK;
    if (err == ERR_REFUSED) /* the store does not have it any more */
        err = OK;
    if (err == OK && policy != NULL)
        err = removal_json(lc, policy, l->list, &removal, error);
    if (err != OK)
        return err;
    json_t *object = json_pack(
        "{s:o, s:o, s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o?}", "list",
        to_json_list(call->backend, l->list), "code", to_json_code(l->code), "tier",
        list_policy_tier_word(policy != NULL ? policy->tier : TIER_PERMANENT), "state",
        live ? "listed" : "delisted", "hidden_by", live ? NULL : hidden_by(l->state), "range",
        sees_range(lc, &l->range) ? to_json_range(&l->range) : json_null(), "listed_since",
        to_json_time(listed_since(lc, l, policy, &item)), "delisted_until", to_json_time(live ? 0 : until),
        "expires_at", to_json_time(live ? until : 0), "delisting_id", json_text(live ? NULL : item.id),
        "listing_id", json_text(live ? item.id : NULL), "ttl", (json_int_t)l->ttl, "removal", removal);
    if (sees_details(call))
        json_object_set_new(object, "zones", zones_json(lc, l));
    if (sees_details(call) || policy == NULL || !policy->withheld)
        json_object_set_new(object, "text", json_text(l->text));
    else if (language_default_text(&policy->description.withheld_text) != NULL)
        json_object_set_new(object, "text", withheld_json(lc, policy, l));
    json_array_append_new(array, object);
    return OK;
}

/* ---- One query ---- */

static enum err lookup_result_json(struct lookup_call *lc, json_t **out, struct error *error)
{
    json_t *listings = json_array();
    struct list_mask found = { .word = { 0 } };
    enum err err = OK;
    lc->asked = (struct removal_case){ .range = &lc->key, .entries = lc->entries, .now = lc->call->now };
    if (lc->lookup.count > 0)
        breaker_keys(lc->call->backend->delist, &lc->key, lc->call->actor->client, &lc->asked.keys);
    for (unsigned i = 0; i < lc->lookup.count; i++) {
        const struct lookup_listing *l = &lc->lookup.listing[i];
        if (l->list < LISTS_MAX)
            list_mask_add(&found, l->list);
        if (l->state == LOOKUP_LIVE && l->list < LISTS_MAX)
            list_mask_add(&lc->asked.listed, l->list);
    }
    for (unsigned i = 0; i < lc->lookup.count && err == OK; i++)
        err = listing_json(lc, &lc->lookup.listing[i], listings, error);
    if (err != OK) {
        json_decref(listings);
        return err;
    }
    const char *status = lc->lookup.listed ? "listed" : lc->lookup.count > 0 ? "delisted" : "not_listed";
    *out = json_pack("{s:o, s:s, s:o, s:o}", "query", to_json_range(&lc->key), "status", status, "listings",
                     listings, "banners",
                     to_json_banners(lc->call->backend, &found, call_language(lc->call), lc->call->now));
    return OK;
}

/* Reads the view. False: the call has failed; a list without data could list what no other list does. */
static bool read_view(struct call *call, struct lookup_call *lc)
{
    const struct backend *backend = call->backend;
    const struct view *view = backend->view_open(backend->context);
    bool usable = view != NULL;
    if (usable) {
        struct list_mask unloaded = view_unloaded(view);
        lookup_key(view, &lc->key, call->now, &lc->lookup);
        view_count_entries(view, lc->entries);
        usable = lc->lookup.listed || list_mask_is_empty(&unloaded);
    }
    backend->view_close(backend->context);
    if (!usable)
        call_fail(call, 503, "not_loaded", NULL, "Not all lists are loaded yet: try again in a moment.");
    return usable;
}

/* Makes the result of what read_view found. NULL: the call has failed. */
static json_t *make_result(struct call *call, struct lookup_call *lc)
{
    struct error error = { 0 };
    json_t *object = NULL;
    if (!call_read_store(call, &lc->reader))
        return NULL;
    enum err err = lookup_result_json(lc, &object, &error);
    if (call_end_read(call, lc->reader, err, NULL, &error) && object == NULL)
        call_fail_memory(call);
    return object;
}

json_t *api_lookup_json(struct call *call, const struct range *key)
{
    struct lookup_call *lc = call_new_scratch(call, sizeof(*lc));
    if (lc == NULL)
        return NULL;
    lc->call = call;
    lc->key = *key;
    return read_view(call, lc) ? make_result(call, lc) : NULL;
}

/* ---- Calls ---- */

void api_lookup_show(struct call *call)
{
    const char *field = call->part != NULL ? "query" : "q";
    const char *text = call->part != NULL ? call->part : http_parameter(call->request, "q");
    struct range key;
    json_t *object = NULL;
    if (text == NULL)
        call_fail(call, 400, "missing_parameter", "q", "q must be an address or a domain name to look up.");
    else if (parameter_parse_address(call, field, text, &key))
        object = api_lookup_json(call, &key);
    if (object != NULL)
        http_answer(call->request, 200, object);
}

/* The result of one of many queries, or its error. NULL: the call has failed. */
static json_t *look_up_one(struct call *call, struct lookup_call *lc, const char *text)
{
    struct refusal refusal;
    call->request->caught = &refusal;
    bool found = parameter_parse_address(call, "query", text, &lc->key) && read_view(call, lc);
    call->request->caught = NULL;
    if (found)
        return make_result(call, lc);
    return json_pack("{s:o, s:o}", "query", json_text(text), "error", http_refusal_json(&refusal));
}

/* The array of queries. NULL: the call has failed. */
static const json_t *find_queries(struct call *call)
{
    const json_t *queries = json_object_get(call->body, "queries");
    size_t count = json_array_size(queries), texts = 0;
    for (size_t i = 0; i < count; i++)
        texts += json_is_string(json_array_get(queries, i));
    if (count == 0 || texts < count) {
        call_fail(call, 400, queries != NULL ? "bad_type" : "missing_field", "queries",
                  "queries must be an array of addresses and domain names.");
        return NULL;
    }
    if (count > QUERIES_MAX) {
        call_fail(call, 422, "batch_too_large", "queries", "At most %d queries are allowed in one call.",
                  QUERIES_MAX);
        return NULL;
    }
    return queries;
}

void api_lookup_bulk(struct call *call)
{
    const json_t *queries = field_check_known(call, call->body, "queries") ? find_queries(call) : NULL;
    if (queries == NULL)
        return;
    struct lookup_call *lc = call_new_scratch(call, sizeof(*lc));
    if (lc == NULL)
        return;
    lc->call = call;
    json_t *results = json_array(), *query, *object = NULL;
    size_t i;
    json_array_foreach(queries, i, query)
    {
        object = look_up_one(call, lc, json_string_value(query));
        if (object == NULL)
            break;
        json_array_append_new(results, object);
    }
    if (object != NULL)
        http_answer(call->request, 200, json_pack("{s:o}", "results", results));
    else
        json_decref(results);
}
