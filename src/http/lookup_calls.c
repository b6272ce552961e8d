/* What the lists say of an address or a domain now, from the same view as DNS. */
#include "answer/lookup.h"

#include "delist/items.h"
#include "delist/removal.h"
#include "http/calls.h"
#include "http/item_json.h"
#include "http/page.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES_MOST 1000

/* One look-up under way. The snapshot of the store is taken after the view was read: what that shows was
 * stored before. */
struct asked {
    const struct call *call;
    struct reader *reader;
    struct range key;
    struct lookup lookup;
    struct list_mask listed; /* lists that have it now */
};

static bool knows_more(const struct call *call)
{
    return call->actor.role >= ROLE_READER;
}

/* ---- One listing ---- */

static enum err removal_json(const struct asked *a, const struct list_rules *rules, unsigned list,
                             json_t **out, struct error *error)
{
    const struct call *call = a->call;
    struct removal_facts facts;
    struct removal_outlook outlook;
    enum err err = removal_facts_find(a->reader, call->backend->delist, &a->listed, &a->key, list, call->now,
                                      &facts, error);
    if (err)
        return err;
    rules_outlook(rules, &facts, call->now, &outlook);
    *out = json_pack(
        "{s:s, s:o, s:o, s:o}", "policy", removal_word(outlook.policy), "removals_left",
        outlook.removals_left == UINT_MAX ? json_null() : json_integer((json_int_t)outlook.removals_left),
        "next_at", outlook.next_at > call->now ? json_time(outlook.next_at) : json_null(), "blocked_by",
        outlook.blocker >= 0 ? json_list(call->backend, (unsigned)outlook.blocker) : json_null());
    return OK;
}

/* The id of the item that decides; null when none does. */
static enum err item_id(const struct asked *a, uint64_t number, json_t **out, struct error *error)
{
    struct item item;
    enum err err =
        number == 0 ? ERR_REFUSED : items_find_number(a->reader, number, a->call->now, &item, error);
    if (err && err != ERR_REFUSED)
        return err;
    *out = err ? json_null() : json_string(item.id);
    return OK;
}

static json_t *zones_json(const struct asked *a, const struct lookup_listing *l)
{
    const struct backend *backend = a->call->backend;
    json_t *zones = json_array();
    for (unsigned i = 0; i < l->zones_count; i++) {
        const char *name = backend->zone_name(backend->context, l->zones[i]);
        if (name)
            json_array_append_new(zones, json_text(name));
    }
    return zones;
}

static const char *hider(enum lookup_state state)
{
    return state == LOOKUP_DELISTED ? "delisting" : state == LOOKUP_ALLOWED ? "allow" : "protected";
}

static enum err listing_json(const struct asked *a, const struct lookup_listing *l, json_t *array,
                             struct error *error)
{
    const struct call *call = a->call;
    const struct list_rules *rules =
        l->list < LISTS_MAX ? delist_rules(call->backend->delist, l->list) : NULL;
    bool live = l->state == LOOKUP_LIVE;
    json_t *id, *removal = NULL;
    enum err err = rules ? removal_json(a, rules, l->list, &removal, error) : OK;
    if (err)
        return err;
    err = item_id(a, l->number, &id, error);
    if (err) {
        json_decref(removal);
        return err;
    }
    json_t *until = l->number ? json_time(l->until) : json_null();
    json_t *object =
        json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "list",
                  json_list(call->backend, l->list), "code", json_code(l->code), "tier",
                  tier_word(rules ? rules->tier : TIER_PERMANENT), "state", live ? "listed" : "delisted",
                  "hidden_by", live ? json_null() : json_string(hider(l->state)), "range",
                  json_range(&l->range), "delisted_until", live ? json_null() : json_incref(until),
                  "expires_at", live ? json_incref(until) : json_null(), "delisting_id",
                  live ? json_null() : json_incref(id), "listing_id", live ? json_incref(id) : json_null(),
                  "ttl", (json_int_t)l->ttl, "removal", removal ? removal : json_null());
    json_decref(until);
    json_decref(id);
    if (knows_more(call))
        json_object_set_new(object, "zones", zones_json(a, l));
    if (knows_more(call) || !rules || !rules->withheld)
        json_object_set_new(object, "text", json_text(l->text));
    json_array_append_new(array, object);
    return OK;
}

/* ---- One query ---- */

static enum err lookup_json(struct asked *a, json_t **out, struct error *error)
{
    json_t *listings = json_array();
    a->listed = (struct list_mask){ .word = { 0 } };
    for (unsigned i = 0; i < a->lookup.count; i++) {
        const struct lookup_listing *l = &a->lookup.listing[i];
        if (l->state == LOOKUP_LIVE && l->list < LISTS_MAX)
            list_mask_add(&a->listed, l->list);
    }
    for (unsigned i = 0; i < a->lookup.count; i++) {
        enum err err = listing_json(a, &a->lookup.listing[i], listings, error);
        if (err) {
            json_decref(listings);
            return err;
        }
    }
    const char *status = a->lookup.listed ? "listed" : a->lookup.count > 0 ? "delisted" : "not_listed";
    *out = json_pack("{s:o, s:s, s:o}", "query", json_range(&a->key), "status", status, "listings", listings);
    return OK;
}

/* Reads the view. False when it has failed the call. */
static bool look_at_view(struct call *call, struct asked *a)
{
    const struct backend *backend = call->backend;
    const struct view *view = backend->view_open(backend->context);
    if (view)
        lookup_key(view, &a->key, call->now, &a->lookup);
    backend->view_close(backend->context);
    if (!view)
        call_fail(call, 503, "not_loaded", NULL, "The lists are not loaded yet.");
    return view != NULL;
}

static json_t *look(struct call *call, struct asked *a)
{
    struct error error = { 0 };
    json_t *object = NULL;
    if (!look_at_view(call, a) || !read_open(call, &a->reader))
        return NULL;
    enum err err = lookup_json(a, &object, &error);
    store_read_end(a->reader);
    if (err)
        fail_store(call, &error);
    return err ? NULL : object;
}

static struct asked *asked_new(const struct call *call)
{
    struct asked *a = malloc(sizeof(*a));
    if (!a)
        abort();
    a->call = call;
    return a;
}

json_t *lookup_of(struct call *call, const struct range *key)
{
    struct asked *a = asked_new(call);
    a->key = *key;
    json_t *object = look(call, a);
    free(a);
    return object;
}

/* ---- Calls ---- */

static void look_up(struct call *call, const char *field, const char *text)
{
    struct range key;
    if (!address_from_text(call, field, text, &key))
        return;
    json_t *object = lookup_of(call, &key);
    if (object)
        call_answer(call, 200, object);
}

void lookup_path(struct call *call)
{
    look_up(call, "query", call->part[0]);
}

void lookup_query(struct call *call)
{
    const char *text = call_parameter(call, "q");
    if (text)
        look_up(call, "q", text);
    else
        call_fail(call, 400, "missing_parameter", "q",
                  "Say what to look up: q is an address or a domain name.");
}

/* What cannot be understood has its error in its place; NULL when it has failed the call. */
static json_t *look_one(struct call *call, struct asked *a, const char *text)
{
    struct judgement judgement;
    call->caught = &judgement;
    bool understood = address_from_text(call, "query", text, &a->key);
    call->caught = NULL;
    if (understood)
        return look(call, a);
    return json_pack("{s:o, s:o}", "query", json_text(text), "error", call_judgement_json(&judgement));
}

static bool check_queries(struct call *call, const json_t *queries)
{
    const char *code = NULL;
    size_t i;
    json_t *query;
    if (!queries)
        code = "missing_field";
    else if (!json_is_array(queries) || json_array_size(queries) == 0)
        code = "bad_type";
    json_array_foreach(queries, i, query) if (!json_is_string(query)) code = "bad_type";
    if (code)
        call_fail(call, 400, code, "queries", "queries is an array of addresses and domain names.");
    else if (json_array_size(queries) > QUERIES_MOST)
        call_fail(call, 422, "batch_too_large", "queries", "At most %d queries are answered at a time.",
                  QUERIES_MOST);
    return !code && json_array_size(queries) <= QUERIES_MOST;
}

void lookup_bulk(struct call *call)
{
    static const char *const known[] = { "queries", NULL };
    const json_t *queries = json_object_get(call->body, "queries");
    if (!call_fields(call, call->body, known) || !check_queries(call, queries))
        return;
    struct asked *a = asked_new(call);
    json_t *results = json_array(), *query, *object = NULL;
    size_t i;
    json_array_foreach(queries, i, query)
    {
        object = look_one(call, a, json_string_value(query));
        if (!object)
            break;
        json_array_append_new(results, object);
    }
    free(a);
    if (object)
        call_answer(call, 200, json_pack("{s:o}", "results", results));
    else
        json_decref(results);
}
