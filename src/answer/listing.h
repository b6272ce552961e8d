/*
 * What lists a key, one by one: the members of the verdicts found, and the overlay's listings, in the order
 * in which answers have them; and composing an answer from them, where there is none ready-made: TXT and ANY,
 * generic records, two verdicts at once (6to4; a subzone and its parent), and what the overlay changes.
 * Internal to answer/.
 */
#ifndef ANSWER_LISTING_H
#define ANSWER_LISTING_H

#include "answer/match.h"
#include "answer/reply.h"
#include "list/stored_text.h"

/* Either a member of a verdict or a listing of the overlay. */
struct listing {
    const uint8_t *record;           /* of a generic one, from its type on; NULL: it is not generic */
    uint32_t code;                   /* the A record of one that is not generic, host byte order */
    uint32_t ttl;                    /* before any cut */
    uint8_t labels;                  /* of the name that is listed; 0: the overlay's, or listed by address */
    const struct overlay_item *item; /* NULL: the snapshot's */
    const struct snapshot_source *source; /* the member's; the zone's first of the item's list; or NULL */
    const struct match *match;
    struct text text;                     /* as the list has it; length 0: none */
    const char *withheld;                 /* what is said in place of `text`; NULL: that */
    unsigned list;                        /* number, or VIEW_NO_LIST */
    const struct overlay_item *hidden_by; /* NULL: no item hides it */
    bool protected;                       /* nobody may list the key */
};

/* Calls `accept` with the listings of a match, in the order of its zone's sources and of their lines, until
 * it returns true; whether it has. A listing of the overlay follows the first source of its list, or comes
 * last if there is none. `hidden`: with what is delisted, allowed or protected, and with texts that are
 * withheld. The listing is valid during the call only. */
bool listing_visit(const struct view *view, const struct match *match, int64_t now, bool hidden,
                   bool (*accept)(void *context, const struct listing *listing), void *context);

/* Whether it has a record of this type. */
bool listing_has_type(const struct listing *l, unsigned type);

/* Writes the text of the TXT record of one that is not generic or is withheld, as text_expand does; returns
 * its length. */
size_t listing_text(const struct view *view, const struct listing *listing, const struct plan *plan,
                    uint8_t *out);

/* Writes the records of the type asked for (ANY: all) that the matches have, in the order of the matches, of
 * the zone's sources, and of their lines; equal data once, the lowest TTL for all records of a type.
 * Ends where the reply is full: what lists a key may be more than fits. */
void listing_compose(struct reply *r, const struct view *view, const struct plan *plan,
                     const struct matches *m);

#endif
