#include "serve/query_ring.h"

#include "answer/client_address.h"
#include "dns/wire.h"

#include <string.h>

#include <netinet/in.h>
#include <sys/mman.h>

#define CACHE_LINE 64
_Static_assert((QUERY_RING_SIZE & (QUERY_RING_SIZE - 1)) == 0, "positions are masked");

struct query_ring {
    _Alignas(CACHE_LINE) uint64_t head; /* records that went in; written by the producer */
    uint64_t cached_tail;               /* the tail when the producer last read it */
    uint64_t dropped;
    struct doorbell *bell;              /* NULL: none */
    _Alignas(CACHE_LINE) uint64_t tail; /* records that came out; written by the consumer */
    _Alignas(CACHE_LINE) struct query_record records[QUERY_RING_SIZE];
};

struct query_ring *query_ring_new(struct doorbell *bell)
{
    struct query_ring *ring =
        mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ring == MAP_FAILED)
        return NULL;
    ring->bell = bell;
    return ring;
}

void query_ring_free(struct query_ring *ring)
{
    if (ring != NULL)
        munmap(ring, sizeof(*ring));
}

static void set_client(struct query_record *r, const struct sockaddr *client)
{
    struct client_address address = client_address_of(client);
    struct cookie_client octets = client_address_octets(&address);
    r->ipv6 = address.ipv6;
    memcpy(r->client, octets.address, octets.size);
}

/* Fills in `r` from a reply. False: it has no question, as when the query could not be parsed. */
static bool make_record(struct query_record *r, const struct answer_query *q)
{
    const uint8_t *packet = q->packet;
    if (q->length < WIRE_HEADER || wire_get16(packet + 4) != 1)
        return false;
    /* The parser has checked the name: it is not compressed and ends within the packet. */
    size_t end = WIRE_HEADER;
    while (packet[end] != 0)
        end += 1u + packet[end];
    end++;
    memcpy(r->name, packet + WIRE_HEADER, end - WIRE_HEADER);
    r->type = wire_get16(packet + end);
    r->class = wire_get16(packet + end + 2);
    r->rcode = packet[3] & 15;
    r->answers = wire_get16(packet + 6);
    r->length = (uint16_t)q->length;
    set_client(r, q->client);
    return true;
}

void query_ring_add(struct query_ring *ring, int64_t now, const struct answer_query *queries, unsigned count)
{
    uint64_t head = ring->head;
    for (unsigned i = 0; i < count; i++) {
        if (head - ring->cached_tail == QUERY_RING_SIZE)
            ring->cached_tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
        if (head - ring->cached_tail == QUERY_RING_SIZE) {
            counter_add(&ring->dropped, count - i);
            break;
        }
        struct query_record *r = &ring->records[head & (QUERY_RING_SIZE - 1)];
        if (make_record(r, &queries[i])) {
            r->time = now;
            head++;
        }
    }
    __atomic_store_n(&ring->head, head, __ATOMIC_SEQ_CST);
    if (ring->bell != NULL)
        doorbell_ring(ring->bell);
}

const struct query_record *query_ring_first(struct query_ring *ring)
{
    if (__atomic_load_n(&ring->head, __ATOMIC_SEQ_CST) == ring->tail)
        return NULL;
    return &ring->records[ring->tail & (QUERY_RING_SIZE - 1)];
}

void query_ring_next(struct query_ring *ring)
{
    __atomic_store_n(&ring->tail, ring->tail + 1, __ATOMIC_RELEASE);
}

uint64_t query_ring_dropped(const struct query_ring *ring)
{
    return __atomic_load_n(&ring->dropped, __ATOMIC_RELAXED);
}
