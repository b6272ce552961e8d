/* Judging a removal request, and carrying it out. */
#include "delist/removal_plan.h"

#include "base/clock.h"
#include "store/items.h"
#include "view/coverage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PUBLIC_WIDEST 64 /* that an IPv6 address may stand for */

/* ---- Looking ---- */

static enum err look_at_view(const struct view *view, const struct range *range, struct removal_sight *out)
{
    const struct snapshot *snapshot = view->snapshot;
    struct range exact = *range;
    struct coverage c;
    enum err e = coverage_open(&c, snapshot, view->set_lists);

    exact.subdomains = false;
    out->unloaded = view_unloaded(view);
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

/* Items that hold for the key, newest first: on each list an allow decides, else the newest of the others. */
struct deciding {
    struct removal_sight *sight;
    struct list_mask decided;
};

static bool decide(void *context, const struct item *item)
{
    struct deciding *d = context;
    struct list_mask lists = item_lists(item);

    if (item->kind == OVERLAY_ALLOW) {
        list_mask_join(&d->sight->hidden, &lists);
        return true;
    }
    lists = list_mask_less(&lists, &d->decided);
    list_mask_join(&d->decided, &lists);
    list_mask_join(item->kind == OVERLAY_LIST ? &d->sight->listed : &d->sight->hidden, &lists);
    return true;
}

/* The store says what is hidden, as it knows of what this group has done already. */
static bool look_at_items(struct txn *w, const struct range *range, struct removal_sight *sight)
{
    struct deciding deciding = { .sight = sight };
    struct item_filter filter = {
        .has_state = true, .state = ITEM_ACTIVE, .has_covers = true, .covers = range_head(range)
    };

    return txn_ok(w, items_each(w->eyes, &filter, w->now, decide, &deciding, &w->error));
}

bool removal_not_loaded(struct refusal *judgement)
{
    list_policy_refuse(judgement, REFUSE_UNAVAILABLE, "not_loaded", NULL, "Not all lists are loaded yet.");
    judgement->retry_after = 10;
    return false;
}

bool removal_look(struct txn *w, const struct range *range, struct removal_sight *out,
                  struct refusal *judgement)
{
    enum err e = ERR_REFUSED;

    *out = (struct removal_sight){ .alone = false };
    const struct view *view = txn_view_open(w->d);
    if (view != NULL)
        e = look_at_view(view, range, out);
    txn_view_close(w->d);
    if (e == ERR_REFUSED) {
        return removal_not_loaded(judgement);
    }
    if (e != OK)
        return list_policy_refuse(judgement, REFUSE_UNAVAILABLE, "no_memory", NULL, "Out of memory.");
    return look_at_items(w, range, out);
}

/* ---- Facts ---- */

enum err removal_facts_find(struct store_reader *r, const struct delist *d, const struct list_mask *listed,
                            const struct range *range, unsigned list, int64_t now, struct removal_facts *out,
                            struct error *error)
{
    const struct list_policy *rules = delist_rules(d, list);
    struct removal_count count;

    if (rules == NULL)
        return error_set(error, ERR_REFUSED, "list %u is not configured", list);
    enum err e = items_count_removals(r, range, list, now - rules->window, &count, error);
    if (e != OK)
        return e;
    struct list_mask blockers = list_mask_common(&rules->blocked_by, listed);
    list_mask_remove(&blockers, list);
    unsigned blocker = list_mask_first(&blockers);
    *out = (struct removal_facts){ .removals = count.removals,
                                   .relists = count.relists,
                                   .last_removal = count.last_removal,
                                   .last_relist = count.last_relist,
                                   .blocker = blocker < LISTS_MAX ? (int)blocker : -1 };
    return OK;
}

/* ---- Judging ---- */

void removal_say(char reply[DELIST_REASON], const char *format, ...)
{
    size_t used = strlen(reply), room = DELIST_REASON - used;
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

/* What a delisting is made for. */
static struct range target_of(const struct list_policy *rules, const struct removal_sight *sight,
                              const struct range *range)
{
    struct range target = *range;
    unsigned widest = rules->public_widest[RANGE_IP6];

    target.subdomains = range->subdomains && sight->alone && rules->removal != REMOVAL_SINGLE;
    if (range->family != RANGE_IP6 || rules->removal == REMOVAL_SINGLE || !range_is_single(range) ||
        widest >= 128)
        return target;
    uint64_t host = widest <= PUBLIC_WIDEST ? UINT64_MAX : UINT64_MAX >> (widest - 64);
    target.first.lo &= ~host;
    target.last.lo |= host;
    return target;
}

static uint32_t public_duration(const struct list_policy *rules)
{
    return rules->longest != 0 && rules->longest < rules->public_duration ? rules->longest
                                                                          : rules->public_duration;
}

/* A list's turn. */
struct turn {
    struct txn *w;
    const struct removal_sight *sight;
    const struct range *range;
    const struct list_policy *rules;
    bool confirmed;
    char *reply; /* the sentence */
};

static enum request_status says(struct turn *t, enum request_status status, const char *format, ...)
    printf_like(3, 4);

static enum request_status says(struct turn *t, enum request_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(t->reply, DELIST_REASON, format, args);
    va_end(args);
    return status;
}

static const char *name_of(const struct txn *w, int list)
{
    const struct list_policy *rules = delist_rules(w->d, (unsigned)list);
    return rules != NULL ? rules->name : "another list";
}

/* What a list that may be asked says: nothing holds against a removal but this one's circumstances. */
static enum request_status judge_removal(struct turn *t)
{
    const struct list_policy *rules = t->rules;
    struct range target = target_of(rules, t->sight, t->range);
    int64_t until = t->w->now + public_duration(rules);
    const struct actor anybody = { .role = ROLE_NONE };
    struct refusal j;
    char time[CLOCK_TEXT];

    if (rules->removal == REMOVAL_SINGLE && !range_is_single(t->range))
        return says(t, REQUEST_DENIED, "%s: only single addresses are removed.", rules->name);
    if (!list_policy_delist(rules, &anybody, &target, t->w->now, until, false, &j))
        return says(t, REQUEST_DENIED, "%s: %s", rules->name, j.message);
    if (rules->confirm && !t->confirmed && t->w->d->options.confirm == NULL)
        return says(t, REQUEST_PENDING, "%s: an operator will look at the request.", rules->name);
    if (rules->confirm && !t->confirmed)
        return says(t, REQUEST_VERIFY, "%s: it is removed once the code that was sent by e-mail is entered.",
                    rules->name);
    return says(t, REQUEST_REMOVED, "%s: removed until %s; new abuse lists it again.", rules->name,
                time_text(until, time));
}

static enum request_status judge_list(struct turn *t, const struct removal_facts *facts)
{
    const struct list_policy *rules = t->rules;
    struct removal_outlook outlook;
    char time[CLOCK_TEXT];

    list_policy_outlook(rules, facts, t->w->now, &outlook);
    if (outlook.policy == REMOVAL_NEVER)
        return says(t, REQUEST_DENIED, "%s: nothing is removed from this list by request.", rules->name);
    if (outlook.blocker >= 0)
        return says(t, REQUEST_DENIED, "%s: it is listed by %s too; resolve that first.", rules->name,
                    name_of(t->w, outlook.blocker));
    if (outlook.policy == REMOVAL_OWNER)
        return says(t, REQUEST_PENDING, "%s: an operator will look at the request.", rules->name);
    if (outlook.removals_left == 0)
        return says(t, REQUEST_PENDING, "%s: it was removed %u times lately; an operator will look at it.",
                    rules->name, facts->removals);
    if (outlook.next_at > t->w->now)
        return says(t, REQUEST_DENIED, "%s: it was removed lately; the next removal is possible at %s.",
                    rules->name, time_text(outlook.next_at, time));
    return judge_removal(t);
}

bool removal_judge(struct txn *w, const struct removal_sight *sight, const struct range *range,
                   const struct list_mask *lists, bool confirmed, struct removal_plan *out)
{
    struct list_mask live = list_mask_less(&sight->listed, &sight->hidden);
    char reply[DELIST_REASON];

    *out = (struct removal_plan){ .lists = { { { 0 } } } };
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        struct turn turn = { w, sight, range, delist_rules(w->d, list), confirmed, reply };
        struct removal_facts facts;
        enum request_status status;
        if (!list_mask_has(lists, list) || turn.rules == NULL)
            continue;
        if (list_mask_has(&sight->hidden, list)) {
            status = says(&turn, REQUEST_REMOVED, "%s: it is off this list already.", turn.rules->name);
        } else {
            enum err e = removal_facts_find(w->eyes, w->d, &live, range, list, w->now, &facts, &w->error);
            if (!txn_ok(w, e))
                return false;
            status = judge_list(&turn, &facts);
        }
        list_mask_add(&out->lists[status], list);
        removal_say(out->reply[status], "%s", reply);
    }
    return true;
}

/* ---- Carrying out ---- */

/* The lists of `left` whose delisting is the same as the first one's; they leave `left`. `in` gets its range
 * and, if each list's rules decide, its expiry. */
static struct list_mask take_alike(const struct delist *d, const struct removal_sight *sight,
                                   const struct range *range, const struct expiry *expiry,
                                   struct list_mask *left, struct create *in)
{
    const struct list_policy *first = delist_rules(d, list_mask_first(left));
    struct list_mask alike = { { 0 } };

    in->range = target_of(first, sight, range);
    in->expiry = expiry != NULL ? *expiry : (struct expiry){ EXPIRY_IN, public_duration(first) };
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *rules = delist_rules(d, list);
        if (!list_mask_has(left, list))
            continue;
        struct range other = target_of(rules, sight, range);
        if ((expiry != NULL || public_duration(rules) == public_duration(first)) &&
            range_equals(&other, &in->range))
            list_mask_add(&alike, list);
    }
    *left = list_mask_less(left, &alike);
    return alike;
}

/* When everybody knows that it is on these lists no more; 0: it is taken off none. */
static int64_t effective_by(const struct txn *w, const struct removal_sight *sight,
                            const struct list_mask *lists)
{
    uint32_t most = 0;

    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *rules = delist_rules(w->d, list);
        uint32_t ttl = sight->max_ttl[list];
        if (!list_mask_has(lists, list) || rules == NULL)
            continue;
        if (rules->max_ttl != 0 && (ttl == 0 || rules->max_ttl < ttl))
            ttl = rules->max_ttl;
        most = ttl > most ? ttl : most;
    }
    return list_mask_is_empty(lists) ? 0 : w->now + most;
}

bool removal_carry_out(struct txn *w, const struct actor *actor, const struct removal_sight *sight,
                       const struct list_mask *lists, const struct expiry *expiry, bool force,
                       struct removal_request *request, struct refusal *judgement)
{
    struct list_mask left = list_mask_less(lists, &sight->hidden);
    struct created created[OVERLAY_ITEMS_MAX]; /* more would not fit over one address */
    unsigned count = 0;
    bool done = true;

    while (done && !list_mask_is_empty(&left)) {
        struct create in = { .kind = OVERLAY_DELIST, .lists_given = true, .sticky = NO, .force = force };
        in.lists = take_alike(w->d, sight, &request->range, expiry, &left, &in);
        snprintf(in.reason, sizeof(in.reason), "removal request %s", request->id);
        memcpy(in.requester, request->email, sizeof(in.requester));
        if (count == OVERLAY_ITEMS_MAX)
            done = list_policy_refuse(judgement, REFUSE_CONFLICT, "too_many", "lists",
                                      "These lists would need too many different delistings.");
        else if (!(done = delist_create_one(w, actor, &in, NULL, &created[count])))
            *judgement = created[count].judgement;
        else
            count++;
    }
    for (unsigned i = 0; i < count && !done; i++)
        if (!created[i].existed)
            txn_hide(w, &created[i].item);
    if (!done)
        return false;
    list_mask_join(&request->removed, lists);
    request->effective_by = effective_by(w, sight, &request->removed);
    return true;
}
