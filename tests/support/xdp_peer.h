/*
 * The fast path beside the sockets: every DNS message goes, within a frame, through the text of xdp/ on the
 * host, through the program in the kernel, and through answer_batch(); what the fast path answers must be the
 * same to the byte.
 */
#ifndef SUPPORT_XDP_PEER_H
#define SUPPORT_XDP_PEER_H

#include "answer/answer.h"
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
    const struct xdp_overlay *overlay; /* NULL: none */
    struct xdp_path *path;             /* NULL: there is no kernel that runs it; why_not says why */
    struct error why_not;
    struct answer_zone_counters zones[32]; /* as answer_batch() counts them */
};

/* Loads the view. It is borrowed; xdp_peer_free is due. */
void xdp_peer_new(const struct view *view, struct xdp_peer **out);

/* Likewise with the overlay in this memory, in the kernel if xdp_peer_overlay could make it there. Versions
 * that are in view->overlay are published by xdp_overlay_publish. */
void xdp_peer_new_over(const struct view *view, const struct xdp_overlay *overlay, struct xdp_peer **out);

/* Memory for an overlay: the kernel's, or, without the rights, the system's. */
struct xdp_overlay *xdp_peer_overlay(size_t most_bytes);
void xdp_peer_free(struct xdp_peer *peer);

/* Frames a message that is `query` or the reply to it: Ethernet to UDP. Returns the frame's bytes. */
size_t xdp_peer_frame(uint8_t *frame, unsigned way, bool query, const uint8_t *message, size_t size);

/* What became of a frame on the host; the kernel's program must do the same with it. `reply`, of
 * XDP_FRAME bytes: where the reply is put, *size its bytes, 0 if there is none. */
enum xdp_outcome xdp_peer_run(struct xdp_peer *peer, const uint8_t *frame, size_t length, uint8_t *reply,
                              size_t *size);

/* Runs a message; if it is answered, the reply is what answer_batch() says. */
enum xdp_outcome xdp_peer_ask(struct xdp_peer *peer, unsigned way, const uint8_t *message, size_t size);

#endif
