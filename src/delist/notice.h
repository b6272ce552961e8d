/* What the operator tells people for a time, by the configuration, whose texts these are. Pure; any thread.
 */
#ifndef DELIST_NOTICE_H
#define DELIST_NOTICE_H

#include "base/language.h"

#include <stddef.h>
#include <stdint.h>

/* A text on the page and in the API, never in DNS. */
struct banner {
    struct localized text; /* none: there is no banner */
    const char *link;      /* http:// or https://; NULL: none */
    int64_t since, until;  /* Unix seconds: shown from `since` on, before `until`; 0: no such bound */
};

/* The end of a list. From `since` on it lists nothing, and people read `text` instead. */
struct retirement {
    struct localized text;
    int64_t since; /* Unix seconds; 0: the list is not to end */
};

static inline bool notice_has_banner(const struct banner *banner, int64_t now)
{
    return language_default_text(&banner->text) != NULL && banner->since <= now &&
           (banner->until == 0 || now < banner->until);
}

static inline bool notice_is_retired(const struct retirement *retired, int64_t now)
{
    return retired->since != 0 && retired->since <= now;
}

/* What is said of the end of a list, from then on; nothing if it is not to end. */
static inline struct banner notice_of_end(const struct retirement *retired)
{
    if (retired->since == 0)
        return (struct banner){ .since = 0 };
    return (struct banner){ .text = retired->text, .since = retired->since };
}

#endif
