#include "resolve/resolver.h"

#include "base/clock.h"
#include "base/log.h"
#include "resolve/exchange.h"
#include "resolve/records.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/eventfd.h>
#include <unistd.h>

#define ROUNDS 2 /* that a question is asked of each server in turn */

struct resolver {
    struct listen_address_list servers;
    uint32_t timeout_ms;
    int stopping; /* an eventfd, which can be read once the resolver stops */
    pthread_mutex_t lock;
    pthread_cond_t filled;
    bool stop;
    struct resolver_lookup *first, **end; /* those that wait */
    size_t waiting;
    struct resolver_lookup *under_way[RESOLVER_THREADS];
    struct resolver_facts facts;
    pthread_t threads[RESOLVER_THREADS];
    size_t started, running; /* of them; a thread's number is how many ran before it */
};

/* ---- Servers ---- */

static enum err read_file(const char *file, struct listen_address_list *out, struct error *error)
{
    ldns_resolver *system = NULL;
    ldns_status status = ldns_resolver_new_frm_file(&system, file);
    size_t count = status == LDNS_STATUS_OK ? ldns_resolver_nameserver_count(system) : 0;
    for (size_t i = 0; i < count && out->count < LISTEN_ADDRESS_MAX; i++) {
        struct socket_address *address = &out->address[out->count];
        size_t size = 0;
        struct sockaddr_storage *storage =
            ldns_rdf2native_sockaddr_storage(ldns_resolver_nameservers(system)[i], LDNS_PORT, &size);
        if (storage != NULL && size <= sizeof(address->v6)) {
            *address = (struct socket_address){ .length = (socklen_t)size };
            memcpy(&address->v6, storage, size);
            out->count++;
        }
        free(storage);
    }
    ldns_resolver_deep_free(system);
    if (out->count > 0)
        return OK;
    return error_set(error, ERR_SYSTEM, "%s: no name server can be read from it%s%s; set resolver.addresses",
                     file, status != LDNS_STATUS_OK ? ": " : "",
                     status != LDNS_STATUS_OK ? ldns_get_errorstr_by_id(status) : "");
}

enum err resolver_find_servers(const char *const *texts, size_t count, const char *file,
                               struct listen_address_list *out, struct error *error)
{
    struct error reason;
    out->count = 0;
    for (size_t i = 0; i < count; i++)
        if (listen_address_resolve(texts[i], AF_UNSPEC, out, &reason) != OK)
            return error_set(error, ERR_SYNTAX, "resolver.addresses: %s", reason.text);
    return count > 0 ? OK : read_file(file, out, error);
}

/* ---- Questions ---- */

/* The answer of the first server that gives one; NULL: none did in time. */
static ldns_pkt *ask(const struct resolver *r, const ldns_rdf *name, ldns_rr_type type, int64_t until_ms)
{
    size_t tries = ROUNDS * r->servers.count;
    for (size_t i = 0; i < tries; i++) {
        int64_t now = clock_ms(), share = (until_ms - now) / (int64_t)(tries - i);
        struct exchange_limits limits = { .until_ms = now + share, .stop = r->stopping };
        ldns_pkt *answer =
            share > 0 ? exchange_ask(&r->servers.address[i % r->servers.count], name, type, &limits) : NULL;
        ldns_pkt_rcode code = answer != NULL ? ldns_pkt_get_rcode(answer) : LDNS_RCODE_SERVFAIL;
        if (code == LDNS_RCODE_NOERROR || code == LDNS_RCODE_NXDOMAIN)
            return answer;
        ldns_pkt_free(answer);
    }
    return NULL;
}

/* Whether a name has the TXT record of the value, or of another type the record of the address. */
static enum proof_finding find_record(const struct resolver *r, const struct resolver_lookup *l,
                                      const char *text, ldns_rr_type type)
{
    ldns_rdf *name = ldns_dname_new_frm_str(text);
    ldns_pkt *answer = name != NULL ? ask(r, name, type, l->until_ms) : NULL;
    bool found = answer != NULL && (type == LDNS_RR_TYPE_TXT ? records_have_text(answer, name, l->value)
                                                             : records_have_address(answer, name, &l->range));
    enum proof_finding finding = answer == NULL ? PROOF_NO_ANSWER : found ? PROOF_FOUND : PROOF_MISSING;
    ldns_pkt_free(answer);
    ldns_rdf_deep_free(name);
    return finding;
}

/* The names of the address that lead back to it. */
static enum proof_finding find_hosts(const struct resolver *r, struct resolver_lookup *l)
{
    char pointer[PROOF_NAME] = "", names[RECORDS_NAMES][STORE_EMAIL], *hosts = l->evidence->hosts;
    ldns_rdf *name = proof_pointer_name(&l->range, pointer) ? ldns_dname_new_frm_str(pointer) : NULL;
    ldns_pkt *answer = name != NULL ? ask(r, name, LDNS_RR_TYPE_PTR, l->until_ms) : NULL;
    ldns_rr_type type = l->range.family == RANGE_IP4 ? LDNS_RR_TYPE_A : LDNS_RR_TYPE_AAAA;
    size_t count = answer != NULL ? records_names(answer, name, names) : 0, found = 0, used = 0;
    enum proof_finding finding = answer != NULL ? PROOF_MISSING : PROOF_NO_ANSWER;
    for (size_t i = 0; i < count && found < PROOF_HOSTS; i++) {
        enum proof_finding back = find_record(r, l, names[i], type);
        if (back == PROOF_FOUND)
            used +=
                (size_t)snprintf(hosts + used, STORE_HOSTS - used, "%s%s", found++ > 0 ? " " : "", names[i]);
        else if (back == PROOF_NO_ANSWER)
            finding = PROOF_NO_ANSWER;
    }
    ldns_pkt_free(answer);
    ldns_rdf_deep_free(name);
    return found > 0 ? PROOF_FOUND : finding;
}

/* ---- The threads ---- */

/* The next look-up, which is then under way as number `thread`; NULL: the resolver stops, and none waits. */
static struct resolver_lookup *pop(struct resolver *r, size_t thread)
{
    pthread_mutex_lock(&r->lock);
    while (r->first == NULL && !r->stop)
        pthread_cond_wait(&r->filled, &r->lock);
    struct resolver_lookup *l = r->under_way[thread] = r->first;
    if (l != NULL) {
        r->first = l->next;
        r->end = r->first != NULL ? r->end : &r->first;
        r->waiting--;
    }
    pthread_mutex_unlock(&r->lock);
    return l;
}

static void end(struct resolver *r, size_t thread, enum proof_finding finding)
{
    pthread_mutex_lock(&r->lock);
    r->facts.found[finding]++;
    r->under_way[thread] = NULL;
    pthread_mutex_unlock(&r->lock);
}

static void *run(void *argument)
{
    struct resolver *r = argument;
    struct resolver_lookup *l;
    pthread_mutex_lock(&r->lock);
    size_t thread = r->running++;
    pthread_mutex_unlock(&r->lock);
    while ((l = pop(r, thread)) != NULL) {
        l->evidence->hosts[0] = '\0';
        if (clock_ms() >= l->until_ms)
            l->evidence->finding = PROOF_BUSY;
        else
            l->evidence->finding = l->evidence->kind == PROOF_DNS
                                       ? find_record(r, l, l->name, LDNS_RR_TYPE_TXT)
                                       : find_hosts(r, l);
        end(r, thread, l->evidence->finding); /* first: whoever learns that it is done may ask again */
        l->done(l);
    }
    return NULL;
}

enum err resolver_start(const struct listen_address_list *servers, uint32_t timeout_ms, struct resolver **out,
                        struct error *error)
{
    struct resolver *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return error_set(error, ERR_MEMORY, "resolver: out of memory");
    *r = (struct resolver){
        .servers = *servers, .timeout_ms = timeout_ms, .end = &r->first, .facts.configured = true
    };
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->filled, NULL);
    r->stopping = eventfd(0, EFD_CLOEXEC);
    int failure = r->stopping < 0 ? errno : 0;
    while (r->started < RESOLVER_THREADS && failure == 0) {
        failure = pthread_create(&r->threads[r->started], NULL, run, r);
        if (failure == 0)
            pthread_setname_np(r->threads[r->started++], "resolver");
    }
    if (failure == 0) {
        *out = r;
        return OK;
    }
    resolver_stop(r);
    return error_set(error, ERR_SYSTEM, "resolver: cannot start its threads: %s", strerror(failure));
}

void resolver_stop(struct resolver *resolver)
{
    struct resolver *r = resolver;
    if (r == NULL)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_broadcast(&r->filled);
    pthread_mutex_unlock(&r->lock);
    if (r->stopping >= 0 && write(r->stopping, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
        log_error("resolver: %s", strerror(errno)); /* does not happen; the look-ups end at their time */
    for (size_t i = 0; i < r->started; i++)
        pthread_join(r->threads[i], NULL);
    if (r->stopping >= 0)
        close(r->stopping);
    pthread_cond_destroy(&r->filled);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* ---- Asking ---- */

static bool is_same(const struct client_address *a, const struct client_address *b)
{
    return a->ipv6 == b->ipv6 && a->key.hi == b->key.hi &&
           (a->ipv6 || a->key.lo == b->key.lo); /* IPv6: the /64 */
}

/* How many look-ups wait or are under way for the client; under the lock. */
static size_t count_of(const struct resolver *r, const struct client_address *client)
{
    size_t count = 0;
    for (const struct resolver_lookup *l = r->first; l != NULL; l = l->next)
        count += is_same(&l->client, client);
    for (size_t i = 0; i < RESOLVER_THREADS; i++)
        count += r->under_way[i] != NULL && is_same(&r->under_way[i]->client, client);
    return count;
}

bool resolver_look_up(struct resolver *resolver, struct resolver_lookup *lookup)
{
    struct resolver *r = resolver;
    pthread_mutex_lock(&r->lock);
    bool taken =
        !r->stop && r->waiting < RESOLVER_QUEUE && count_of(r, &lookup->client) < RESOLVER_PER_CLIENT;
    if (taken) {
        lookup->until_ms = clock_ms() + r->timeout_ms;
        lookup->next = NULL;
        *r->end = lookup;
        r->end = &lookup->next;
        r->waiting++;
        pthread_cond_signal(&r->filled);
    } else {
        r->facts.found[PROOF_BUSY]++;
    }
    pthread_mutex_unlock(&r->lock);
    return taken;
}

void resolver_inspect(struct resolver *resolver, struct resolver_facts *out)
{
    *out = (struct resolver_facts){ .configured = false };
    if (resolver == NULL)
        return;
    pthread_mutex_lock(&resolver->lock);
    *out = resolver->facts;
    pthread_mutex_unlock(&resolver->lock);
}
