/*
 * What a look-up found, list by list: the answer of the API to it, as the page shows it. Pure; borrows from
 * the answer.
 */
#ifndef PAGE_LISTED_H
#define PAGE_LISTED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* What can be done about a listing on request, by whoever looks it up. */
enum listed_action {
    LISTED_REMOVE,  /* at once */
    LISTED_REVIEW,  /* an operator decides */
    LISTED_USED_UP, /* likewise, as the removals are used up */
    LISTED_BUSY,    /* likewise, as many removals were made within the last hour */
    LISTED_ASKED,   /* a request is open (own_requests.h) */
    LISTED_NEVER,
    LISTED_RESOLVE, /* after the removal from another list */
    LISTED_WAIT,    /* until a time */
    LISTED_NOTHING, /* it does not count */
};

/* Bits of those that a form is for. */
#define LISTED_FORMS (1u << LISTED_REMOVE | 1u << LISTED_REVIEW | 1u << LISTED_USED_UP | 1u << LISTED_BUSY)

/* One list. It may list the same for several reasons, each with a code of its own. */
struct listed {
    const char *list;
    bool live, temporary;
    bool named; /* by the bounce that a reader pasted (bounce_note.h) */
    enum listed_action action;
    bool confirm;           /* by a code that is sent by e-mail */
    bool prove;             /* by a proof of control */
    const char *resolve;    /* LISTED_RESOLVE: the other list */
    int64_t wait;           /* LISTED_WAIT: until then */
    int64_t since;          /* since when it is known to be listed; 0: not known */
    int64_t until;          /* when its last listing, or what hides it, ends; 0: not known, or never */
    int removals_left;      /* -1: no limit */
    const json_t *required; /* names of the fields that a request must fill in */
    const json_t *listings; /* all of the look-up; those of this list have its name */
};

enum { LISTED_MAX = 256 };

/* The lists of a look-up's answer, those that count first. Returns how many; at most LISTED_MAX. */
size_t listed_from_json(const json_t *result, int64_t now, struct listed lists[LISTED_MAX]);

/* A member of a JSON object that is a text; else empty. */
const char *listed_text(const json_t *object, const char *key);

#endif
