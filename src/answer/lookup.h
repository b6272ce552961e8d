/*
 * The use case "what does DNS say about this key now, and why": for the API, the page, and people.
 *
 * It asks every zone of a view by the code that answers DNS, so that the two agree, and adds what DNS does
 * not tell: what is listed and hidden, by whom, until when, and how far the listing reaches.
 */
#ifndef ANSWER_LOOKUP_H
#define ANSWER_LOOKUP_H

#include "answer/text.h"
#include "view/view.h"

#define LOOKUP_LISTINGS_MAX 64 /* listings that are given */
#define LOOKUP_ZONES_MAX    64 /* zones of one listing that are given */

enum lookup_state {
    LOOKUP_LIVE,      /* DNS says it */
    LOOKUP_DELISTED,  /* hidden by a delisting */
    LOOKUP_ALLOWED,   /* hidden by an allow */
    LOOKUP_PROTECTED, /* hidden by the file of what nobody may list */
};

/* What one list has with one code: of several equal ones the first that is live, else the first. */
struct lookup_listing {
    enum lookup_state state;
    uint16_t list; /* number, or VIEW_NO_LIST */
    uint32_t code; /* the A record, host byte order */
    uint32_t ttl;  /* of the A record, in seconds, cut to the time for which all this is sure */
    bool dynamic;  /* from the overlay; else from a file */
    /* The overlay's item that decides: what hides it, else the listing itself if it is dynamic. Number 0:
     * none.
     */
    uint64_t number;
    int64_t until; /* Unix seconds, INT64_MAX: no end; 0: no item decides */
    /* How far it reaches. Addresses: all around the key for which the same is listed, within a /16 (of IPv6
     * too). Of a 6to4 address that is listed by the IPv4 address within: that one's. Names: the name that is
     * listed, perhaps one above the key. */
    struct range range;
    char text[TEXT_MAX + 1]; /* as the first TXT record would have it; "": none, or of a generic set */
    unsigned zones_count;
    uint16_t zones[LOOKUP_ZONES_MAX]; /* ids of the zones that say it, or would */
};

struct lookup {
    bool listed; /* some listing is live */
    unsigned count;
    struct lookup_listing listing[LOOKUP_LISTINGS_MAX];
};

/* Asks for `key`, one address or a name. What there is more than LOOKUP_LISTINGS_MAX, live ones before
 * others, is left out. Zones that are not ready, or expired, are asked all the same. A thread that may read
 * the view; no allocation; some microseconds a zone. */
void lookup_key(const struct view *view, const struct range *key, int64_t now, struct lookup *out);

#endif
