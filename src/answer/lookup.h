/*
 * The use case "how does DNS answer for this key now, and why": for the API and the page.
 *
 * It asks every zone of a view by the code that answers DNS, so that the two agree, and adds what DNS does
 * not show: what is listed but hidden, by which item, until when, and the range of the listing.
 */
#ifndef ANSWER_LOOKUP_H
#define ANSWER_LOOKUP_H

#include "answer/text.h"
#include "view/view.h"

#define LOOKUP_LISTINGS_MAX 64                    /* of a key; more are left out */
#define LOOKUP_ZONES_MAX    64                    /* of a listing; more are left out */
#define LOOKUP_TEXT_MAX     (4 * WIRE_STRING_MAX) /* octets: what people read of a text */

enum lookup_state {
    LOOKUP_LIVE,      /* DNS answers it */
    LOOKUP_DELISTED,  /* hidden by a delisting */
    LOOKUP_ALLOWED,   /* hidden by an allow */
    LOOKUP_PROTECTED, /* hidden because nobody may list the key */
};

/* A listing by one list with one code: of several the first that is live, else the first. */
struct lookup_listing {
    enum lookup_state state;
    uint16_t list; /* number, or VIEW_NO_LIST */
    uint32_t code; /* the A record, host byte order */
    uint32_t ttl;  /* of the A record, in seconds; ends no later than the items of the overlay that decide */
    bool dynamic;  /* a listing of the overlay; else of a file */
    /* The overlay's item that decides: the one that hides the listing, else the listing itself if it is
     * dynamic. Number 0: none. */
    uint64_t number;
    int64_t until; /* Unix seconds, INT64_MAX: no end; 0: no item decides */
    /* The range of the listing. Addresses: those around the key with the same verdict, within a /16 (of IPv6
     * too); of a 6to4 address that is listed by the IPv4 address within, the IPv4 range. Names: the name that
     * is listed, perhaps one above the key. */
    struct range range;
    /* Of the first TXT record, at most its first LOOKUP_TEXT_MAX octets; "": none, or a generic set's. */
    char text[LOOKUP_TEXT_MAX + 1];
    unsigned zones_count;
    uint16_t zones[LOOKUP_ZONES_MAX]; /* ids of the zones that answer it, or would if it were not hidden */
};

struct lookup {
    bool listed; /* some listing is live */
    unsigned count;
    struct lookup_listing listing[LOOKUP_LISTINGS_MAX];
};

/* Looks up `key`, one address or a name. Of more than LOOKUP_LISTINGS_MAX listings, one of each list and live
 * ones go before others. Zones that are not ready, or expired, are asked too. A thread that may read the
 * view; no allocation; some microseconds a zone. */
void lookup_key(const struct view *view, const struct range *key, int64_t now, struct lookup *out);

#endif
