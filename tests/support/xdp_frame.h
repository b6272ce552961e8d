/* The machines between which the frames of xdp_peer.h go: the frames themselves are made byte by byte. */
#ifndef SUPPORT_XDP_FRAME_H
#define SUPPORT_XDP_FRAME_H

#include "xdp/data.h"

#include <sys/socket.h>

enum { XDP_FRAME_LOOPBACK = 1 }; /* index of the interface by which the kernel's test runs come */

/* The interface that they come by, with the server's addresses. */
void xdp_frame_interface(struct xdp_interface *interface);

/* Who asks: xdp_peer_client. */
struct sockaddr_storage xdp_frame_client(bool ipv6);

#endif
