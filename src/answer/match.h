/*
 * What matches a question: the verdicts of the snapshot that hold for it, each with what the overlay has for
 * the same key. Internal to answer/.
 */
#ifndef ANSWER_MATCH_H
#define ANSWER_MATCH_H

#include "answer/plan.h"
#include "overlay/overlay.h"

/* How a verdict was found, which is what `$` stands for in its texts. */
enum match_kind { BY_NAME, BY_IP4, BY_IP6 };

/* A verdict that holds for the question, as one zone sees it. */
struct match {
    const struct zone *zone;
    uint32_t verdict;
    enum match_kind kind;
    bool records_only;  /* for this client only generic records count */
    bool whole_sets;    /* sections of combined sets do not count: the subzone asked for has its own */
    bool by_address;    /* members listed by name do not count: the IPv4 address is one within an IPv6 one */
    bool restricted;    /* zone_answer is not the answer: one of these three, or the overlay, changes it */
    uint8_t key_labels; /* of the question's name, in front of `zone` */
    const struct overlay_record *overlay; /* what the overlay has for the key; NULL: nothing that is in force
                                             for a list of `zone` */
};

enum { MATCHES_MAX = 3 };

/* What is known of the names below the question's name in front of a zone. */
struct match_name {
    uint32_t entry; /* of the question's name in the table of names, or NAMES_ROOT */
    /* If the overlay has something for the name: */
    uint32_t verdict; /* of the name; without an entry, of all names below it too */
    bool listed;      /* the overlay lists the names below it */
};

struct matches {
    unsigned count;
    struct match match[MATCHES_MAX];
    int64_t until; /* when the first of the overlay's items that decide here ends (Unix seconds); INT64_MAX:
                      none does while this view is published */
    struct match_name name[2];                  /* in front of the zone, and of its parent */
    struct overlay_record records[MATCHES_MAX]; /* where match.overlay points */
};

/* The name of the question in front of `zone`, in the table of names. */
static inline struct name_match match_find_name(const struct plan *p, const struct view *v,
                                                const struct zone *zone)
{
    if (!zone->has_names)
        return (struct name_match){ 0, NAMES_ROOT };
    return names_lookup(&v->snapshot->names, plan_labels(p, zone));
}

/* Finds the matches once the plan's probes are finished, at most three: by IPv6 and by IPv4 address, or by
 * name; and, in a subzone, by name in front of its parent. `listed`: only those that list the key. */
void match_find(const struct plan *plan, const struct view *view, bool listed, struct matches *out);

/* Whether `zone`, the plan's or its parent, lists something below the question's name `name`, which it does
 * not list itself: then the name exists, and the answer is NODATA, not NXDOMAIN (RFC 8020, RFC 9156).
 * Delistings do not count: a cached NXDOMAIN would outlast them. Bounded work: where the bound is reached,
 * yes. Some 100 ns, at most 1 us. */
bool subtree_has_listing(const struct plan *plan, const struct view *view, const struct zone *zone,
                         const struct match_name *name);

#endif
