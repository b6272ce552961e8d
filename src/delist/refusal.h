/* Why a rule or a check says no, in the words of the API. */
#ifndef DELIST_REFUSAL_H
#define DELIST_REFUSAL_H

#include "store/types.h"

enum refusal_kind {
    REFUSE_NONE,        /* no refusal: permitted */
    REFUSE_INVALID,     /* 400: the request has no valid meaning */
    REFUSE_FORBIDDEN,   /* 403: not with this token */
    REFUSE_MISSING,     /* 404 */
    REFUSE_CONFLICT,    /* 409 */
    REFUSE_CHANGED,     /* 412 */
    REFUSE_RULE,        /* 422 */
    REFUSE_TOO_MANY,    /* 429 */
    REFUSE_UNAVAILABLE, /* 503: store or memory; nothing was done */
};

struct refusal {
    enum refusal_kind kind;
    char code[33];          /* "too_wide", "protected", "blocked_by"...: the table is in docs/api.md */
    char message[384];      /* one sentence */
    char field[STORE_NAME]; /* of the request; empty: none */
    char allowed[256];      /* what is allowed instead; empty: nothing to say */
    uint32_t retry_after;   /* seconds; 0: none */
};

/* Sets a refusal; `field` may be NULL. Returns false, so that checks read `return refusal_set(...)`. */
bool refusal_set(struct refusal *refusal, enum refusal_kind kind, const char *code, const char *field,
                 const char *format, ...) printf_like(5, 6);

/* Sets `allowed`. Returns false. */
bool refusal_allow(struct refusal *refusal, const char *format, ...) printf_like(2, 3);

#endif
