#include "delist/removal_plan.h"

#include "base/clock.h"
#include "delist/breaker.h"
#include "store/items.h"
#include "view/coverage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOAD_SECONDS  10 /* until a client may ask again while lists are loaded */
#define PUBLIC_WIDEST 64 /* prefix length of the widest network that an IPv6 address may stand for */

/* ---- Inspecting ---- */

enum err removal_inspect_view(const struct view *view, const struct range *range, struct removal_state *out)
{
    const struct snapshot *snapshot = view->snapshot;
    struct range exact = *range;
    struct coverage c;
    enum err e = coverage_open(&c, snapshot, view->set_lists);

    *out = (struct removal_state){ .alone = false };
    exact.subdomains = false;
    out->unloaded = view_unloaded(view);
    view_count_entries(view, out->entries);
    if (e == OK)
        e = coverage_lists(&c, &exact, &out->listed);
    out->alone = e == OK && range->family == RANGE_NAME && !coverage_has_below(&c, range);
    coverage_close(&c);
    for (size_t i = 0; i < snapshot->sources_count && e == OK; i++) {
        unsigned list = view->set_lists[snapshot->sources[i].set];
        if (list < LISTS_MAX && snapshot->sources[i].ttl > out->max_ttl[list])
            out->max_ttl[list] = snapshot->sources[i].ttl;
    }
    return e;
}

/* Items that contain the key, newest first: on each list an allow decides, else the newest other item. */
struct item_scan {
    struct removal_state *state;
    struct list_mask decided;
};

static bool scan_item(void *context, const struct item *item)
{
    struct item_scan *scan = context;
    struct list_mask lists = item_lists(item);

    if (item->kind == OVERLAY_ALLOW) {
        list_mask_join(&scan->state->hidden, &lists);
        return true;
    }
    lists = list_mask_less(&lists, &scan->decided);
    list_mask_join(&scan->decided, &lists);
    list_mask_join(item->kind == OVERLAY_LIST ? &scan->state->listed : &scan->state->hidden, &lists);
    return true;
}

/* The store, not the overlay, says what is hidden: it has what this group has already done. */
static bool inspect_items(struct txn *txn, const struct range *range, struct removal_state *state)
{
    struct item_scan scan = { .state = state };
    struct item_filter filter = {
        .has_state = true, .state = ITEM_ACTIVE, .has_covers = true, .covers = range_head(range)
    };

    return txn_ok(txn, items_each(txn->reader, &filter, txn->now, scan_item, &scan, &txn->error));
}

bool removal_not_loaded(struct refusal *refusal)
{
    refusal_set(refusal, REFUSE_UNAVAILABLE, "not_loaded", NULL, "Not all lists are loaded yet.");
    refusal->retry_after = LOAD_SECONDS;
    return false;
}

bool removal_inspect(struct txn *txn, const struct range *range, struct removal_state *out,
                     struct refusal *refusal)
{
    enum err e = ERR_REFUSED;

    const struct view *view = txn_view_open(txn);
    if (view != NULL)
        e = removal_inspect_view(view, range, out);
    txn_view_close(txn);
    if (e == ERR_REFUSED)
        return removal_not_loaded(refusal);
    if (e != OK)
        return refusal_set(refusal, REFUSE_UNAVAILABLE, "no_memory", NULL, "Out of memory.");
    return inspect_items(txn, range, out);
}

/* ---- Facts ---- */

enum err removal_find_facts(struct store_reader *r, const struct list_policy *policy,
                            const struct removal_case *c, unsigned list, struct removal_facts *out,
                            struct error *error)
{
    enum err e = items_count_removals(r, c->range, list, c->now - policy->window, out, error);
    if (e == OK)
        e = removal_counts_find(r, list, &c->keys, c->now, out->recent, error);
    if (e != OK)
        return e;
    out->entries = c->entries[list];
    out->is_test_entry = item_policy_has_test_entry(c->range);
    struct list_mask blockers = list_mask_common(&policy->blocked_by, &c->listed);
    list_mask_remove(&blockers, list);
    unsigned blocker = list_mask_first(&blockers);
    if (blocker < LISTS_MAX)
        out->blocker = (int)blocker;
    return OK;
}

/* ---- Deciding ---- */

void removal_reply_add(char reply[STORE_REASON], const char *format, ...)
{
    size_t used = strlen(reply), room = STORE_REASON - used;
    va_list args;

    va_start(args, format);
    int length = vsnprintf(reply + used, room, format, args);
    va_end(args);
    if (length <= 0 || (size_t)length >= room - 1) {
        reply[used] = '\0';
        return;
    }
    memmove(reply + used + (used != 0), reply + used, (size_t)length + 1);
    if (used != 0)
        reply[used] = ' ';
}

static const char *time_text(int64_t at, char out[CLOCK_TEXT])
{
    return clock_format(at, out) ? out : "a later time";
}

/* The range of the delisting. */
static struct range target_of(const struct list_policy *policy, const struct removal_state *state,
                              const struct range *range)
{
    struct range target = *range;
    /* What nobody may remove from the list as a whole stands for no address either. */
    uint32_t widest = policy->public_widest[RANGE_IP6] > policy->widest[RANGE_IP6]
                          ? policy->public_widest[RANGE_IP6]
                          : policy->widest[RANGE_IP6];

    target.subdomains = range->subdomains && state->alone && policy->removal != REMOVAL_SINGLE;
    if (range->family != RANGE_IP6 || policy->removal == REMOVAL_SINGLE || !range_is_single(range) ||
        widest >= 128)
        return target;
    uint64_t host = widest <= PUBLIC_WIDEST ? UINT64_MAX : UINT64_MAX >> (widest - 64);
    target.first.lo &= ~host;
    target.last.lo |= host;
    return target;
}

static uint32_t public_duration(const struct list_policy *policy)
{
    return policy->longest != 0 && policy->longest < policy->public_duration ? policy->longest
                                                                             : policy->public_duration;
}

/* One list, while it is decided on. */
struct list_context {
    struct txn *txn;
    const struct removal_state *state;
    const struct range *range;
    const struct list_policy *policy;
    unsigned list;
    unsigned proven;
    struct removal_plan *plan;
};

/* Adds the list to those of a status, and a sentence about it. */
static void printf_like(3, 4)
    reply(struct list_context *c, enum request_status status, const char *format, ...)
{
    char sentence[STORE_REASON];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    list_mask_add(&c->plan->lists[status], c->list);
    removal_reply_add(c->plan->reply[status], "%s: %s", c->policy->name, sentence);
}

/* Where the request is not proven yet: it waits for a proof, or a code to the requester. */
static void decide_proof(struct list_context *c)
{
    if (c->policy->proof != 0) {
        reply(c, REQUEST_VERIFY, "it is removed once control of it is proven.");
        return;
    }
    if (c->txn->d->options.confirm == NULL) {
        reply(c, REQUEST_PENDING, "an operator will review the request.");
        return;
    }
    c->plan->needs_code = true;
    reply(c, REQUEST_VERIFY, "it is removed once the code that was sent by e-mail is entered.");
}

/* A limit of the last hour is reached. */
static void hold(struct list_context *c, enum removal_scope breaker)
{
    breaker_count_held(c->txn->d, breaker);
    reply(c, REQUEST_PENDING,
          "many removals were made within the last hour; an operator will review the request.");
}

/* The second half, after history and blockers: range, duration, breaker, confirmation. */
static void decide_removal(struct list_context *c, enum removal_scope breaker)
{
    const struct list_policy *policy = c->policy;
    struct range target = target_of(policy, c->state, c->range);
    int64_t until = c->txn->now + public_duration(policy);
    const struct actor anybody = { .role = ROLE_NONE };
    unsigned needed = policy->proof != 0 ? policy->proof : policy->confirm ? PROOF_CONFIRM : 0;
    struct refusal refusal;
    char time[CLOCK_TEXT];

    if (policy->removal == REMOVAL_SINGLE && !range_is_single(c->range))
        reply(c, REQUEST_DENIED, "only single addresses are removed.");
    else if (!list_policy_check_delisting(policy, &anybody, &target, c->txn->now, until, false, &refusal))
        reply(c, REQUEST_DENIED, "%s", refusal.message);
    else if (breaker != REMOVAL_SCOPES)
        hold(c, breaker);
    else if (needed != 0 && (needed & c->proven) == 0)
        decide_proof(c);
    else
        reply(c, REQUEST_REMOVED, "removed until %s; new abuse lists it again.", time_text(until, time));
}

static void decide_list(struct list_context *c, const struct removal_facts *facts)
{
    const struct list_policy *policy = c->policy;
    struct removal_eligibility eligibility;
    char time[CLOCK_TEXT];

    list_policy_eligibility(policy, facts, c->txn->now, &eligibility);
    if (eligibility.policy == REMOVAL_NEVER)
        reply(c, REQUEST_DENIED, "nothing is removed from this list by request.");
    else if (eligibility.blocker >= 0)
        reply(c, REQUEST_DENIED, "it is also listed by %s; resolve that first.",
              delist_policy(c->txn->d, (unsigned)eligibility.blocker)->name);
    else if (eligibility.removals_left == 0)
        reply(c, REQUEST_PENDING, "it was removed %u times recently; an operator will review the request.",
              facts->removals);
    else if (eligibility.policy == REMOVAL_OWNER && policy->proof == 0 &&
             eligibility.breaker == REMOVAL_SCOPES)
        reply(c, REQUEST_PENDING, "an operator will review the request.");
    else if (eligibility.next_at > c->txn->now)
        reply(c, REQUEST_DENIED, "it was removed recently; the next removal is possible at %s.",
              time_text(eligibility.next_at, time));
    else
        decide_removal(c, eligibility.breaker);
}

bool removal_decide_lists(struct txn *txn, const struct removal_state *state, const struct range *range,
                          const struct list_mask *lists, unsigned proven, struct removal_plan *out)
{
    struct removal_case asked = { .range = range,
                                  .listed = list_mask_less(&state->listed, &state->hidden),
                                  .entries = state->entries,
                                  .now = txn->now };
    struct list_context c = { .txn = txn, .state = state, .range = range, .proven = proven, .plan = out };

    *out = (struct removal_plan){ .lists = { { { 0 } } } };
    breaker_keys(txn->d, range, txn->actor->client, &asked.keys);
    for (; c.list < LISTS_MAX && txn->err == OK; c.list++) {
        struct removal_facts facts;
        c.policy = delist_policy(txn->d, c.list);
        if (!list_mask_has(lists, c.list) || c.policy == NULL)
            continue;
        if (list_mask_has(&state->hidden, c.list))
            reply(&c, REQUEST_REMOVED, "it is already off this list.");
        else if (txn_ok(txn, removal_find_facts(txn->reader, c.policy, &asked, c.list, &facts, &txn->error)))
            decide_list(&c, &facts);
    }
    return txn->err == OK;
}

/* ---- Carrying out ---- */

void removal_act(struct txn *txn, bool is_public)
{
    struct actor *a = &txn->requester;

    *a = *txn->actor;
    txn->actor = a;
    memcpy(a->origin, "request", sizeof("request"));
    if (!is_public)
        return;
    memcpy(a->name, "public", sizeof("public"));
    a->role = ROLE_NONE;
    memset(&a->lists, 0xff, sizeof(a->lists));
    a->ranges_count = 0;
}

/* Moves those lists out of `left` whose delisting is the same as that of the first one, and returns them.
 * `in` gets its range and expiry. */
static struct list_mask pop_alike(const struct delist *d, const struct removal_state *state,
                                  const struct range *range, const struct expiry *expiry,
                                  struct list_mask *left, struct item_spec *in)
{
    const struct list_policy *first = delist_policy(d, list_mask_first(left));
    struct list_mask alike = { { 0 } };

    in->range = target_of(first, state, range);
    in->expiry = expiry != NULL ? *expiry : (struct expiry){ EXPIRY_IN, public_duration(first) };
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(d, list);
        if (!list_mask_has(left, list))
            continue;
        struct range other = target_of(policy, state, range);
        if ((expiry != NULL || public_duration(policy) == public_duration(first)) &&
            range_equals(&other, &in->range))
            list_mask_add(&alike, list);
    }
    *left = list_mask_less(left, &alike);
    return alike;
}

/* When no DNS cache has it on these lists any more; 0: there are no lists. */
static int64_t effective_by(const struct txn *txn, const struct removal_state *state,
                            const struct list_mask *lists)
{
    uint32_t most = 0;

    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(txn->d, list);
        uint32_t ttl = state->max_ttl[list];
        if (!list_mask_has(lists, list) || policy == NULL)
            continue;
        if (policy->max_ttl != 0 && (ttl == 0 || policy->max_ttl < ttl))
            ttl = policy->max_ttl;
        most = ttl > most ? ttl : most;
    }
    return list_mask_is_empty(lists) ? 0 : txn->now + most;
}

bool removal_carry_out(struct txn *txn, const struct removal_state *state, const struct list_mask *lists,
                       const struct expiry *expiry, bool force, struct removal_request *request,
                       struct refusal *refusal)
{
    struct list_mask left = list_mask_less(lists, &state->hidden);
    struct item_result created[OVERLAY_ITEMS_MAX]; /* more would not fit over one address */
    unsigned count = 0;
    bool done = true;

    while (done && !list_mask_is_empty(&left)) {
        struct item_spec in = { .kind = OVERLAY_DELIST, .lists_given = true, .sticky = NO, .force = force };
        in.lists = pop_alike(txn->d, state, &request->range, expiry, &left, &in);
        snprintf(in.reason, sizeof(in.reason), "removal request"); /* no id: readers see it */
        memcpy(in.requester, request->email, sizeof(in.requester));
        if (count == OVERLAY_ITEMS_MAX)
            done = refusal_set(refusal, REFUSE_CONFLICT, "too_many", "lists",
                               "These lists would need too many different delistings.");
        else if (!(done = item_create_one(txn, &in, NULL, &created[count])))
            *refusal = created[count].refusal;
        else
            count++;
    }
    for (unsigned i = 0; i < count && !done; i++)
        if (!created[i].existed)
            txn_overlay_remove(txn, &created[i].item);
    if (!done)
        return false;
    struct list_mask fresh = list_mask_less(lists, &state->hidden);
    breaker_count(txn, &request->range, &fresh, state->entries);
    list_mask_join(&request->removed, lists);
    request->effective_by = effective_by(txn, state, &request->removed);
    return true;
}
