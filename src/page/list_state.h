/* The state of an address or a domain, and how a page shows it: in a sign, a colour and words. */
#ifndef PAGE_LIST_STATE_H
#define PAGE_LIST_STATE_H

#include "page/listed.h"
#include "page/words.h"

#include <stddef.h>

struct list_state {
    const char *sign, *class;
    const char *code; /* in CSV */
    enum word state;  /* a badge */
    enum word heading, sentence, of_domain;
    bool live; /* listed now */
};

/* The state on all of these lists, of which the first one counts most; of none: not listed. Static. */
const struct list_state *list_state_of(const struct listed *lists, size_t count);

#endif
