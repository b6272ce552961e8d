#include "load/load_guard.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR 3600 /* loads are compared with what was served this long ago, too; seconds */
#define PART 300  /* of it: of all that was served within, the first is remembered */

/* ---- What was served ---- */

struct guard_facts load_guard_then(const struct load_guard *g, int64_t now)
{
    for (unsigned i = 0; i < g->past_count; i++)
        if (g->past[i].until > now - HOUR && g->past[i].until <= now) /* a clock may have been wrong */
            return g->past[i].facts;
    return (struct guard_facts){ .loaded = false };
}

/* Remembers that last_good was served until now. */
static void add_past(struct load_guard *g, int64_t now)
{
    if (g->past_count != 0 && g->past[g->past_count - 1].until / PART == now / PART)
        return;
    if (g->past_count == LOAD_GUARD_PAST)
        memmove(g->past, g->past + 1, --g->past_count * sizeof(g->past[0]));
    g->past[g->past_count].until = now;
    g->past[g->past_count++].facts = g->last_good;
}

void load_guard_served(struct load_guard *g, int64_t now)
{
    if (!g->clean) /* what was served before is no measure any more */
        g->past_count = 0;
    else if (g->last_good.loaded)
        add_past(g, now);
    g->last_good = g->facts;
    g->refused_at = g->believed_at = 0;
}

/* ---- Judging ---- */

bool load_guard_is_due(struct load_guard *g, int64_t now)
{
    bool due = g->believed_at != 0 && g->believed_at <= now;
    if (due)
        g->believed_at = 0;
    return due;
}

static enum err refuse(const struct load_guard *g, const struct load_guard_case *load,
                       const struct guard_finding *found, struct error *error)
{
    const char *list = load->set->list;
    char time[CLOCK_TEXT], wait[128] = "", take[256];
    if (g->believed_at != 0 && clock_format(g->believed_at, time))
        snprintf(wait, sizeof(wait), "it is taken if it still looks like this at %s; ", time);
    if (load->reach != NULL)
        snprintf(take, sizeof(take), "%s reload %s --accept", load->reach, list);
    else
        snprintf(take, sizeof(take), "restart dnsbld with --guards warn");
    return error_set(error, ERR_REFUSED, "%s: load refused: %s: %s; %sto take it now: %s", list, found->guard,
                     found->reason, wait, take);
}

/* Logs what was found and refuses nothing, and why not; what was also found beside an hour ago only once. */
static void warn(const struct load_guard *g, const struct load_guard_case *load,
                 const struct guard_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++) {
        const struct guard_finding *f = &findings->found[i];
        if (i > 0 && f[-1].guard == f->guard && f[-1].held == f->held)
            continue;
        const char *why = g->last_good.entries == 0 ? "nothing was served before"
                          : !f->held && g->last_good.entries >= load->set->guards.from
                              ? "the list was smaller than guards.from an hour ago"
                          : !f->held                             ? "the list is smaller than guards.from"
                          : load->accepted                       ? "it was accepted"
                          : load->set->guards.mode == GUARD_WARN ? "guards.mode is warn"
                                                                 : "it has looked like this for long enough";
        log_warning("%s: %s: %s; it is loaded, as %s", load->set->list, f->guard, f->reason, why);
    }
}

/* Whether data that is refused has looked the same for long enough. */
static bool is_believed(struct load_guard *g, const struct load_guard_case *load)
{
    const struct guard_rules *rules = &load->set->guards;
    bool same = g->refused_at != 0 && g->refused_at <= load->now &&
                guard_looks_same(rules, &g->refused, &load->new.facts);
    if (!same) {
        g->refused = load->new.facts;
        g->refused_at = load->since != 0 && load->since < load->now ? load->since : load->now;
    }
    return rules->patience != 0 && load->now - g->refused_at >= rules->patience;
}

/* The finding that refuses the load, or NULL; sets what is remembered of it. */
static const struct guard_finding *find_reason(struct load_guard *g, const struct load_guard_case *load,
                                               const struct guard_findings *findings)
{
    const struct guard_rules *rules = &load->set->guards;
    bool asked = false, believed = false;
    g->clean = true;
    g->believed_at = 0;
    for (unsigned i = 0; i < findings->count; i++) {
        const struct guard_finding *f = &findings->found[i];
        g->clean &= !f->held;
        if (!f->held || load->accepted || rules->mode != GUARD_ON)
            continue;
        if (!asked)
            believed = is_believed(g, load);
        asked = true;
        if (f->patient && believed)
            continue;
        if (f->patient && rules->patience != 0)
            g->believed_at = g->refused_at + rules->patience;
        return f;
    }
    return NULL;
}

enum err load_guard_judge(struct load_guard *g, const struct load_guard_case *load, struct error *error)
{
    const struct guard_facts then = load_guard_then(g, load->now);
    bool built = load->new.in.snapshot != NULL;
    struct guard_findings findings;
    enum err err = guard_compare(&load->set->guards, &load->old, &load->new, &then, &findings);
    if (err != OK)
        return error_set(error, err, "%s: out of memory while it was checked", load->set->list);
    const struct guard_finding *reason = find_reason(g, load, &findings);
    if (reason != NULL)
        return refuse(g, load, reason, error);
    g->facts = findings.facts;
    if (built && !g->warned)
        warn(g, load, &findings);
    g->warned = built;
    return OK;
}

uint16_t *load_guard_lists(const struct config *config)
{
    uint16_t *lists = calloc(config->sets_count + 1, sizeof(*lists));
    for (size_t i = 0; lists != NULL && i < config->sets_count; i++)
        while (strcmp(config->sets[lists[i]].list, config->sets[i].list) != 0)
            lists[i]++;
    return lists;
}
