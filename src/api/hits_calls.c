/* Recent answers that listed something: whose mail is refused because of an address. */
#include "answer/hit_sample.h"
#include "api/calls.h"
#include "api/paging.h"
#include "api/parameters.h"
#include "api/to_json.h"

/* Records have no numbers, and new ones arrive all the time. A cursor has the second of the last record on
 * the page, and how many of that second were on pages so far. */
#define SECOND_BITS 24

struct hit_page {
    struct paging page;
    bool has_within;
    struct range within;
    uint64_t estimated;    /* queries that all matching records stand for, on the page or not */
    int64_t second;        /* of the last matching record */
    uint64_t second_count; /* matching records of that second so far */
};

static bool matches(const struct hit_page *h, const struct hit_record *hit)
{
    static const struct list_mask none;
    struct refusal ignored;
    return (!h->has_within || range_contains(&h->within, &hit->key)) &&
           list_policy_check_scope(h->page.call->actor, &hit->key, &none, &ignored);
}

/* Whether the last matching record was on an earlier page. */
static bool was_given(const struct hit_page *h)
{
    int64_t second = (int64_t)(h->page.before >> SECOND_BITS);
    uint64_t given = h->page.before & ((UINT64_C(1) << SECOND_BITS) - 1);
    return h->page.before > 0 && (h->second > second || (h->second == second && h->second_count <= given));
}

static json_t *hit_json(const struct call *call, const struct hit_record *hit)
{
    const struct backend *backend = call->backend;
    char client[RANGE_TEXT];
    range_format_address(hit->client_ipv6 ? RANGE_IP6 : RANGE_IP4,
                         (struct trie_key){ hit->client[0], hit->client[1] }, client);
    privacy_client(delist_privacy(backend->delist), client);
    const char *zone = backend->zone_name(backend->context, hit->zone);
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "time", to_json_time(hit->time), "client",
                     json_text(client), "query", to_json_range(&hit->key), "zone", json_text(zone), "code",
                     hit->code != 0 ? to_json_code(hit->code) : json_null());
}

static bool add_hit(void *context, const struct hit_record *hit)
{
    struct hit_page *h = context;
    if (!matches(h, hit))
        return true;
    h->estimated += hit->weight;
    h->second_count = hit->time == h->second ? h->second_count + 1 : 1;
    h->second = hit->time;
    /* A record that has no room still counts. */
    if (was_given(h) || !paging_has_room(&h->page))
        return true;
    json_array_append_new(h->page.array, hit_json(h->page.call, hit));
    h->page.last = (uint64_t)h->second << SECOND_BITS | h->second_count;
    return true;
}

void api_hits_index(struct call *call)
{
    struct hit_page h = { .estimated = 0 };
    uint64_t seen = 0;
    unsigned rate = 0;
    if (!parameter_range(call, "within", &h.has_within, &h.within) || !paging_open(call, &h.page))
        return;
    h.page.array = json_array();
    if (!call->backend->hits(call->backend->context, add_hit, &h, &seen, &rate)) {
        json_decref(h.page.array);
        call_fail_memory(call);
        return;
    }
    json_t *body = paging_json(&h.page, "hits");
    json_object_set_new(body, "seen", json_integer((json_int_t)seen));
    json_object_set_new(body, "sample_rate", json_integer((json_int_t)rate));
    json_object_set_new(body, "estimated", json_integer((json_int_t)h.estimated));
    http_answer(call->request, 200, body);
}
