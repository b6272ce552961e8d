/*
 * What a question meets: the verdicts of the snapshot that hold for it, each with what the overlay says of
 * the same key. Internal to answer/.
 */
#ifndef ANSWER_MATCH_H
#define ANSWER_MATCH_H

#include "answer/plan.h"

/* How a verdict was found, which is what `$` stands for in its texts. */
enum match_kind { BY_NAME, BY_IP4, BY_IP6 };

/* A verdict that holds for the question, as one zone sees it. */
struct match {
    const struct zone *zone;
    uint32_t verdict;
    enum match_kind kind;
    bool records_only;  /* for this client only generic records count */
    bool whole_sets;    /* sections of combined sets do not count: the place that is asked for has its own */
    bool by_address;    /* what was listed by name does not count: the address asked for was another one */
    bool restricted;    /* zone_answer does not tell: one of these three, or the overlay, has a say */
    uint8_t key_labels; /* of the question's name, in front of `zone` */
    const struct overlay_record *overlay; /* what was found for the key in the overlay; NULL: nothing that is
                                             in force for a list of `zone` */
};

enum { MATCHES_MAX = 3 };

/* The question's name in front of a zone, as far as it tells of the names below it. */
struct match_name {
    uint32_t entry; /* in the table of names, or NAMES_ROOT */
    /* If the overlay has something on the name: */
    uint32_t verdict; /* its own; without an entry that of all names below it too */
    bool listed;      /* what is below it as well, by the overlay */
};

struct matches {
    unsigned count;
    struct match match[MATCHES_MAX];
    int64_t until; /* all this is sure until then (Unix seconds): the overlay's items that decide here are in
                      force; INT64_MAX: for this view's time */
    struct match_name name[2];                  /* in front of the zone, and of the zone around it */
    struct overlay_record records[MATCHES_MAX]; /* where match.overlay points */
};

/* Finds the matches once the plan's probes are finished, at most three: by IPv6 and by IPv4 address, or by
 * name; and by name in the zone around a place of a combined set. `listed`: only those that list the key. */
void match_find(const struct plan *plan, const struct view *view, bool listed, struct matches *out);

#endif
