/*
 * Proof of control over what is to be removed: its kinds, and what each asks for.
 *
 * What is proven is the target of a request: an IPv4 address, the /64 of an IPv6 address, a domain. A DNS
 * record proves one request only: its value follows from the request's id, and says nothing about it.
 * Mailboxes are never typed by anybody: they are those of a domain, or of the names that lead to an address
 * and back.
 *
 * Pure functions, any thread.
 */
#ifndef DELIST_PROOF_H
#define DELIST_PROOF_H

#include "store/types.h"

enum proof_kind {
    PROOF_MAIL = 1,    /* a code that is mailed to postmaster@ or abuse@ */
    PROOF_DNS = 2,     /* a TXT record */
    PROOF_ADDRESS = 4, /* a request that comes from the target itself */
    PROOF_CONFIRM = 8, /* a code that is mailed to the requester: no control, but somebody reads it */
};

/* What was found out about a target in DNS, and what for. */
enum proof_finding {
    PROOF_UNASKED,
    PROOF_FOUND,     /* the record, or names of the address */
    PROOF_MISSING,   /* there is none */
    PROOF_NO_ANSWER, /* in time */
    PROOF_BUSY,      /* it was not asked: too many others wait */
    PROOF_FINDINGS
};

struct proof_evidence {
    enum proof_kind kind;
    enum proof_finding finding;
    char hosts[STORE_HOSTS]; /* the names, with blanks between them; PROOF_HOSTS at most */
};

#define PROOF_HOSTS     2 /* names of one address, each with two mailboxes */
#define PROOF_MAILBOXES (2 * PROOF_HOSTS)
#define PROOF_NAME      (RANGE_TEXT + 16) /* bytes of a domain name as text */
#define PROOF_VALUE     64

/* "mail", "dns", "address", else "confirm"; and back of the first three, 0: none. */
const char *proof_kind_word(enum proof_kind kind);
unsigned proof_kind_find(const char *word);

/* The target of a request for `range`. */
struct range proof_target(const struct range *range);

/* Whether `client`, an address as text, is in the target. */
bool proof_is_from(const struct range *range, const char *client);

/* The name of the TXT record: _dnsbld and the target's reverse name, or the domain. False: it would be too
 * long. */
bool proof_record_name(const struct range *range, char out[PROOF_NAME]);

/* The text of the TXT record. */
void proof_record_value(const char id[STORE_ID], char out[PROOF_VALUE]);

/* The name of an address, under which are its PTR records. False: it is not one address. */
bool proof_pointer_name(const struct range *range, char out[PROOF_NAME]);

/* Whether a name from DNS is that of a host with a mailbox: letters in lower case, digits and hyphens within
 * its labels (RFC 1123 section 2.1), at least two of them, the last one not a number; short enough. */
bool proof_is_host(const char *name);

/* The mailboxes of a domain, or of those of `hosts` that are valid names. Returns how many. */
size_t proof_mailboxes(const struct range *range, const char *hosts, char out[PROOF_MAILBOXES][STORE_EMAIL]);

#endif
