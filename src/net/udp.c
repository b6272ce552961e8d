#include "net/udp.h"

#include "net/socket.h"

#include <errno.h>
#include <string.h>

#include <sys/mman.h>
#include <sys/socket.h>

/* Not a multiple of a page, or all buffers would compete for the same few cache sets. */
#define BUFFER_STRIDE (ANSWER_UDP_MAX + 128)
#define CONTROL_SPACE CMSG_SPACE(sizeof(struct in6_pktinfo))

struct udp {
    struct udp_batch batch; /* what the caller sees */
    struct mmsghdr in[ANSWER_BATCH];
    struct mmsghdr out[ANSWER_BATCH]; /* of the replies, without gaps */
    struct iovec in_data[ANSWER_BATCH];
    struct iovec out_data[ANSWER_BATCH];
    struct socket_address client[ANSWER_BATCH];
    _Alignas(struct cmsghdr) uint8_t control[ANSWER_BATCH][CONTROL_SPACE];
    unsigned used; /* headers that the last receive wrote to */
    _Alignas(4096) uint8_t buffers[ANSWER_BATCH][BUFFER_STRIDE];
};

struct udp_batch *udp_new(void)
{
    struct udp *u =
        mmap(NULL, sizeof(*u), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (u == MAP_FAILED)
        return NULL;
    for (unsigned i = 0; i < ANSWER_BATCH; i++) {
        u->in_data[i] = (struct iovec){ u->buffers[i], ANSWER_UDP_MAX };
        u->in[i].msg_hdr = (struct msghdr){ .msg_name = &u->client[i],
                                            .msg_iov = &u->in_data[i],
                                            .msg_iovlen = 1,
                                            .msg_control = u->control[i] };
        u->batch.queries[i] = (struct answer_query){ .packet = u->buffers[i],
                                                     .capacity = ANSWER_UDP_MAX,
                                                     .client = &u->client[i].sa };
    }
    u->used = ANSWER_BATCH;
    return &u->batch;
}

void udp_free(struct udp_batch *batch)
{
    if (batch != NULL)
        munmap(batch, sizeof(struct udp));
}

unsigned udp_receive(struct udp_batch *batch, int fd)
{
    struct udp *u = (struct udp *)batch;
    for (unsigned i = 0; i < u->used; i++) {
        u->in[i].msg_hdr.msg_namelen = sizeof(u->client[i]);
        u->in[i].msg_hdr.msg_controllen = CONTROL_SPACE;
    }
    int count = recvmmsg(fd, u->in, ANSWER_BATCH, MSG_DONTWAIT, NULL);
    u->used = count > 0 ? (unsigned)count : 0;
    for (unsigned i = 0; i < u->used; i++)
        batch->queries[i].length = u->in[i].msg_len;
    return u->used;
}

/* Turns the control data of a received packet into that of its reply: its destination becomes the reply's
 * source. Routing chooses the interface, unless the address has a scope. */
static void reply_control(struct msghdr *message)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    if (c == NULL)
        return;
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
        ((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex = 0;
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(c);
        if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
            info->ipi6_ifindex = 0;
    }
}

static unsigned collect_replies(struct udp_batch *batch, unsigned count)
{
    struct udp *u = (struct udp *)batch;
    unsigned replies = 0;
    for (unsigned i = 0; i < count; i++) {
        if (batch->queries[i].length == 0)
            continue;
        struct msghdr *in = &u->in[i].msg_hdr, *out = &u->out[replies].msg_hdr;
        if (in->msg_controllen > 0)
            reply_control(in);
        u->out_data[replies] = (struct iovec){ batch->queries[i].packet, batch->queries[i].length };
        *out = *in;
        out->msg_iov = &u->out_data[replies++];
    }
    return replies;
}

void udp_send(struct udp_batch *batch, int fd, unsigned count)
{
    struct udp *u = (struct udp *)batch;
    unsigned replies = collect_replies(batch, count), unsent = 0;
    for (unsigned at = 0; at < replies;) {
        int sent = sendmmsg(fd, &u->out[at], replies - at, MSG_DONTWAIT);
        if (sent > 0) {
            at += (unsigned)sent;
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            unsent += replies - at;
            break;
        } else if (errno != EINTR) { /* one reply cannot be sent, such as to port 0 */
            unsent++;
            at++;
        }
    }
    if (unlikely(unsent > 0))
        counter_add(&batch->unsent, unsent);
}
