/* The messages between the server (rights.h) and the process that has the rights (process.h). */
#ifndef XDP_MESSAGE_H
#define XDP_MESSAGE_H

#include "xdp/kernel.h"

enum xdp_request_kind {
    XDP_REQUEST_MAP,    /* map_kind, entries, value_bytes; with inner's descriptor; the answer has one */
    XDP_REQUEST_LOAD,   /* layout; the request has a descriptor of each map */
    XDP_REQUEST_USE,    /* the answer says `attached` */
    XDP_REQUEST_ATTACH, /* number, modes; the answer says mode, index */
    XDP_REQUEST_DETACH, /* number */
    XDP_REQUEST_KINDS
};

struct xdp_request {
    uint32_t kind;
    uint32_t number; /* of an interface of the configuration */
    uint32_t modes;
    uint32_t map_kind, entries, value_bytes;
    struct xdp_layout layout;
};

struct xdp_response {
    uint32_t err; /* enum err */
    uint32_t mode, index, attached;
    char text[240]; /* of a failure, or why not natively */
};

/* Sends a message of `bytes`, with `count` descriptors, at most XDP_MAPS. */
bool xdp_message_send(int socket, const void *message, size_t bytes, const int *descriptors, unsigned count,
                      int flags);

/* Receives a message of exactly `bytes`; *count, at most XDP_MAPS, of descriptors, which are the caller's.
 * False: it is none, or the other side has ended, and there are no descriptors. */
bool xdp_message_receive(int socket, void *message, size_t bytes, int descriptors[XDP_MAPS], unsigned *count);

#endif
