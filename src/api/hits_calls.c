/* Recent answers that listed something: whose mail is turned away because of an address. */
#include "answer/hit_sample.h"
#include "api/calls.h"
#include "api/paging.h"
#include "api/parameters.h"
#include "api/to_json.h"

/* Records have no numbers, and new ones come in all the time. A cursor says the second of the last record
 * given, and how many of that second were. */
#define SECOND_BITS 24

struct taker {
    struct paging page;
    bool has_within;
    struct range within;
    uint64_t stands_for; /* of all that match, kept or not */
    int64_t second;      /* of the record before... */
    uint64_t of_second;  /* ...and how many of that second matched so far, it included */
};

static bool matches(const struct taker *taker, const struct hit_record *hit)
{
    static const struct list_mask none;
    struct refusal ignored;
    return (!taker->has_within || range_contains(&taker->within, &hit->key)) &&
           list_policy_reach(taker->page.call->actor, &hit->key, &none, &ignored);
}

/* Whether the record was on a page before. */
static bool was_given(const struct taker *taker)
{
    int64_t second = (int64_t)(taker->page.before >> SECOND_BITS);
    uint64_t given = taker->page.before & ((UINT64_C(1) << SECOND_BITS) - 1);
    return taker->page.before > 0 &&
           (taker->second > second || (taker->second == second && taker->of_second <= given));
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

static bool take_hit(void *context, const struct hit_record *hit)
{
    struct taker *taker = context;
    if (!matches(taker, hit))
        return true;
    taker->stands_for += hit->weight;
    taker->of_second = hit->time == taker->second ? taker->of_second + 1 : 1;
    taker->second = hit->time;
    /* What has no place any more still counts. */
    if (was_given(taker) || !paging_takes(&taker->page))
        return true;
    json_array_append_new(taker->page.array, hit_json(taker->page.call, hit));
    taker->page.last = (uint64_t)taker->second << SECOND_BITS | taker->of_second;
    return true;
}

void hits_index(struct call *call)
{
    struct taker taker = { .stands_for = 0 };
    uint64_t seen = 0;
    unsigned rate = 0;
    if (!parameter_range(call, "within", &taker.has_within, &taker.within) ||
        !paging_open(call, false, &taker.page))
        return;
    taker.page.array = json_array();
    if (!call->backend->hits(call->backend->context, take_hit, &taker, &seen, &rate)) {
        json_decref(taker.page.array);
        call_fail_memory(call);
        return;
    }
    json_t *body = paging_json(&taker.page, "hits");
    json_object_set_new(body, "seen", json_integer((json_int_t)seen));
    json_object_set_new(body, "sample_rate", json_integer((json_int_t)rate));
    json_object_set_new(body, "estimated", json_integer((json_int_t)taker.stands_for));
    call_answer(call, 200, body);
}
