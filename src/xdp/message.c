#include "xdp/message.h"

#include <errno.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

union control { /* aligned as sendmsg() wants it */
    struct cmsghdr head;
    char bytes[CMSG_SPACE(XDP_MAPS * sizeof(int))];
};

bool xdp_message_send(int socket, const void *message, size_t bytes, const int *descriptors, unsigned count,
                      int flags)
{
    union control control;
    struct iovec part = { .iov_base = (void *)message, .iov_len = bytes };
    struct msghdr head = { .msg_iov = &part, .msg_iovlen = 1 };

    if (count != 0) {
        memset(&control, 0, sizeof(control));
        head.msg_control = &control;
        head.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&head);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(c), descriptors, count * sizeof(int));
    }
    return TEMP_FAILURE_RETRY(sendmsg(socket, &head, MSG_NOSIGNAL | flags)) == (ssize_t)bytes;
}

bool xdp_message_receive(int socket, void *message, size_t bytes, int descriptors[XDP_MAPS], unsigned *count)
{
    union control control;
    struct iovec part = { .iov_base = message, .iov_len = bytes };
    struct msghdr head = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t size = TEMP_FAILURE_RETRY(recvmsg(socket, &head, MSG_CMSG_CLOEXEC));

    *count = 0;
    for (struct cmsghdr *c = size >= 0 ? CMSG_FIRSTHDR(&head) : NULL; c != NULL; c = CMSG_NXTHDR(&head, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && *count == 0) {
            *count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            memcpy(descriptors, CMSG_DATA(c), *count * sizeof(int));
        }
    if (size == (ssize_t)bytes && !(head.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return true;
    while (*count > 0)
        close(descriptors[--*count]);
    return false;
}
