/*
 * What the handlers share: parameters of the query, pages of collections, and answers that become of
 * operations.
 */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "http/call.h"

/* ---- Parameters: each returns false when it has failed the call; one that is not there leaves *out ---- */

bool parameter_number(struct call *call, const char *name, uint64_t least, uint64_t most, uint64_t *out);
bool parameter_time(struct call *call, const char *name, int64_t *out);
/* One of `count` words; *out is its index. */
bool parameter_word(struct call *call, const char *name, const char *const *words, size_t count, int *out);
/* A configured list. */
bool parameter_list(struct call *call, const char *name, bool *given, unsigned *out);
/* A range, or with `single` one address or domain name only; `subdomains`: a name means what is below, too.
 */
bool parameter_range(struct call *call, const char *name, bool single, bool subdomains, bool *given,
                     struct range *out);

/* The same of a text that is no parameter: `field` is what errors name. */
bool address_from_text(struct call *call, const char *field, const char *text, struct range *out);

/* ---- Pages: `limit` and `cursor`, and the array that becomes of them ---- */

#define PAGE_LIMIT      100
#define PAGE_LIMIT_MOST 1000

struct page {
    size_t limit;
    uint64_t before;       /* the number of the last one of the page before; 0: from the start */
    char after[DELIST_ID]; /* the same, when cursors are ids; empty: from the start */
    json_t *array;
    uint64_t last; /* number or id of the last one taken */
    char last_id[DELIST_ID];
    bool more;
};

/* `ids`: the cursor is a UUID; else a number. */
bool page_open(struct call *call, bool ids, struct page *page);

/* Whether one more has its place; if not, there is a next page. */
bool page_takes(struct page *page);

/* {NAME: [..], "next_cursor"}, and answering with it. page_drop instead when something failed. */
json_t *page_json(struct page *page, const char *name);
void page_answer(struct call *call, struct page *page, const char *name);
void page_drop(struct page *page);

/* ---- The store ---- */

/* A snapshot to read from; false when it has failed the call. */
bool read_open(struct call *call, struct reader **out);

/* Fails a call because the store did not do what it should; `error` goes to the log. */
void fail_store(struct call *call, const struct error *error);

/* Whether `text` looks like an id. */
bool is_id(const char *text);

/* ---- Operations ---- */

/* The revision of what is answered, as a strong ETag. */
void set_etag(struct call *call, uint64_t revision);

/* If-Match (RFC 9110 section 13.1.1), one strong ETag of ours or *, for call->op. False when it has failed
 * the call. */
bool read_if_match(struct call *call);

/* Makes the answer of an operation that went well: the body, and the status. It is also called by the
 * updater, for Idempotency-Key, before the operation is committed: it only reads. */
typedef json_t *reply_form(struct call *call, int *status);

/* What the scratch of a call begins with whose operation is under way. */
struct reply {
    reply_form *form;
    void (*then)(struct call *call); /* sets headers of an answer that went well; may be NULL */
    void (*fail)(struct call *call); /* answers when it did not; NULL: call_fail_judgement */
};

/* Makes call->scratch a struct reply and nothing more. */
struct reply *reply_new(struct call *call);

/* Submits call->op; call->scratch begins with a struct reply, or is NULL, and then is made. */
void reply_submit(struct call *call, reply_form *form);

#endif
