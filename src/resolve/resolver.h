/*
 * Looks up in DNS what proves control over an address or a domain, by resolvers of the system or the
 * configuration.
 *
 * Look-ups wait in a queue for one of a few threads. Each has a time for all of its questions, the wait in
 * the queue included, and is then done without an answer; a question that gets none is asked again, of each
 * resolver in turn. A client has few look-ups at a time, so that nobody takes all threads.
 */
#ifndef RESOLVE_RESOLVER_H
#define RESOLVE_RESOLVER_H

#include "answer/client_address.h"
#include "delist/proof.h"
#include "net/listen_address.h"

#define RESOLVER_THREADS    8
#define RESOLVER_QUEUE      64 /* look-ups that wait, at most... */
#define RESOLVER_PER_CLIENT 2  /* ...and those of one client, under way too */

struct resolver;

/* A look-up; the owner keeps it until `done`. */
struct resolver_lookup {
    bool wanted;                  /* for the owner */
    struct client_address client; /* who asks for it */
    struct range range;           /* PROOF_MAIL: find the names of this address that lead back to it */
    char name[PROOF_NAME],
        value[PROOF_VALUE];          /* PROOF_DNS: whether this name has a TXT record with this value */
    struct proof_evidence *evidence; /* its kind says what to look up; gets what was found */
    void (*done)(struct resolver_lookup *lookup); /* from a thread of the resolver; must not block */
    void *context;                                /* the owner's */

    /* The resolver's. */
    int64_t until_ms;
    struct resolver_lookup *next;
};

#define RESOLVER_FILE "/etc/resolv.conf"

/* Gives the addresses of resolvers: of `texts`, `addr[/port]` each, or without any the name servers in
 * `file`, which is as resolv.conf(5) says. Before chroot(). ERR_SYNTAX, ERR_SYSTEM: there are none; `error`
 * says why. */
enum err resolver_find_servers(const char *const *texts, size_t count, const char *file,
                               struct listen_address_list *out, struct error *error) must_use;

/* Starts the threads; each look-up has `timeout_ms`. Main thread. */
enum err resolver_start(const struct listen_address_list *servers, uint32_t timeout_ms, struct resolver **out,
                        struct error *error) must_use;

/* Begins a look-up. False: too many wait, or too many of the client, or the resolver stops; `done` is not
 * called then. Any thread; does not block. */
bool resolver_look_up(struct resolver *resolver, struct resolver_lookup *lookup);

struct resolver_facts {
    bool configured;                /* there is a resolver */
    uint64_t found[PROOF_FINDINGS]; /* look-ups, by enum proof_finding */
};

/* NULL: there is none. Any thread. */
void resolver_inspect(struct resolver *resolver, struct resolver_facts *out);

/* Ends those under way and in the queue without an answer, then the threads. NULL: nothing. Main thread. */
void resolver_stop(struct resolver *resolver);

#endif
