/*
 * The open requests of whoever looks an address up, shown in place of the forms that would make them again.
 *
 * They are recognised by the client's address (removal_each_open), so people who share one see each other's
 * requests for the same address, as far as the page of a request shows them: no personal data. Only the page
 * tells them: programs ask for many people from one address, and know the ids that they were given.
 */
#ifndef PAGE_OWN_REQUESTS_H
#define PAGE_OWN_REQUESTS_H

#include "api/call.h"
#include "page/layout.h"
#include "page/listed.h"

enum { OWN_REQUESTS_MAX = 8 }; /* further ones, which are rare, are not shown */

struct own_requests {
    size_t count;
    struct own_request {
        char id[STORE_ID];
        enum request_status status; /* REQUEST_PENDING or REQUEST_VERIFY */
        bool proof;                 /* it waits for a proof of control (proof_form_is_due) */
        struct list_mask lists;     /* from which it has removed nothing yet */
        int64_t created_at;
    } request[OWN_REQUESTS_MAX];
};

/* Finds those for `key`, oldest first; none where the client is not known (request_client.known). False: the
 * call has failed. */
bool own_requests_find(struct call *call, const struct range *key, struct own_requests *out) must_use;

/* Has the lists they are for show them instead of a form (LISTED_ASKED); leaves those for lists that list it
 * still. */
void own_requests_mark(const struct page *page, struct own_requests *own, struct listed *lists, size_t count);

/* Writes a section for each. `key`: the address or name, as the page shows it. */
void own_requests_write(struct page *page, const char *key, const struct own_requests *own);

#endif
