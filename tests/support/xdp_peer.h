/*
 * The fast path beside the sockets: every DNS message goes, within a frame, through the text of xdp/ on the
 * host, through the program in the kernel, and through answer_batch(); what the fast path answers must be the
 * same to the byte.
 */
#ifndef SUPPORT_XDP_PEER_H
#define SUPPORT_XDP_PEER_H

#include "answer/answer.h"
#include "xdp/kept.h"
#include "xdp/loader.h"
#include "xdp/work.h"

/* The ways in which a message is framed: bits. */
enum { XDP_PEER_IPV6 = 1, XDP_PEER_VLAN = 2, XDP_PEER_WAYS = 4 };

enum { XDP_PEER_PORT = 53, XDP_PEER_CLIENT_PORT = 40000 };

struct xdp_peer {
    const struct view *view;
    int64_t now; /* Unix seconds; may be changed */
    struct answer_context context;
    struct xdp_table table;
    struct xdp_interfaces *interfaces;
    const struct xdp_overlay *overlay; /* which has the clock; NULL: none */
    struct xdp_overlay *own;           /* the same, if it is the peer's own: without items */
    struct xdp_path *path;             /* NULL: there is no kernel that runs it; why_not says why */
    struct error why_not;
    struct answer_zone_counters zones[32]; /* as answer_batch() counts them */
    unsigned cpu;                          /* that the thread keeps to from xdp_peer_new on */
    struct policy policy;                  /* of the context; with rules for clients */
    struct xdp_facts facts;
    struct xdp_kept *kept;                  /* NULL: none of what it is for, or no kernel */
    struct rate_line *rates, *kernel_rates; /* the kernel's table, and the CPU's part; NULL: none */
    size_t rates_bytes;
    uint64_t limited[3]; /* by enum rate_action, of what does not go up */
};

/* The operator's rules, for both. */
struct xdp_peer_rules {
    bool authority, hits;
    const struct rate_rules *rate; /* NULL: no limit; with a small table */
    const struct prefixes *exempt, *resolvers;
};

/* Loads the view. It is borrowed, as are the rules (NULL: none); xdp_peer_free is due. */
void xdp_peer_new(const struct view *view, const struct xdp_peer_rules *rules, struct xdp_peer **out);

/* Likewise with the overlay in this memory, in the kernel if xdp_peer_overlay could make it there. Versions
 * that are in view->overlay are published by xdp_overlay_publish. */
void xdp_peer_new_over(const struct view *view, const struct xdp_overlay *overlay,
                       const struct xdp_peer_rules *rules, struct xdp_peer **out);

/* Memory for an overlay: the kernel's, or, without the rights, the system's. */
struct xdp_overlay *xdp_peer_overlay(size_t most_bytes);

/* The addresses that messages come from. */
void xdp_peer_client(const char *ip4, const char *ip6);

void xdp_peer_free(struct xdp_peer *peer);

/* Loads the view into the kernel once more, as a reload does. */
void xdp_peer_reload(struct xdp_peer *peer);

/* Frames a message that is `query` or the reply to it: Ethernet to UDP. Returns the frame's bytes. */
size_t xdp_peer_frame(uint8_t *frame, unsigned way, bool query, const uint8_t *message, size_t size);

/* What became of a frame on the host; the kernel's program must do the same with it. `reply`, of
 * XDP_FRAME bytes: where the reply is put, *size its bytes, 0 if there is none. */
enum xdp_outcome xdp_peer_run(struct xdp_peer *peer, const uint8_t *frame, size_t length, uint8_t *reply,
                              size_t *size);

/* Runs a message; if it is answered or dropped, then as answer_batch() does it. With a rate limit
 * answer_batch() also counts what goes up and is counted there. */
enum xdp_outcome xdp_peer_ask(struct xdp_peer *peer, unsigned way, const uint8_t *message, size_t size);

/* Likewise a query, with a plain OPT record if `edns`. */
enum xdp_outcome xdp_peer_query(struct xdp_peer *peer, unsigned way, const char *name, unsigned type,
                                bool edns);

#endif
