/*
 * The floor: a UDP server of the same system calls as dnsbld's workers that does nothing but set the bit
 * that makes a query a reply. What dnsbld costs beyond it is DNS and lists.
 * Usage: echo ADDR/PORT [THREADS]     (one thread for every CPU that the process may use)
 */
#include "bench.h"
#include "net/listen_address.h"

#include <errno.h>
#include <sched.h>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { BATCH = 64, BYTES = 4096, STRIDE = BYTES + 128, BUSY_ROUNDS = 16, MAX_THREADS = 64 };

struct batch {
    struct mmsghdr headers[BATCH];
    struct iovec data[BATCH];
    struct sockaddr_storage clients[BATCH];
    uint8_t buffers[BATCH][STRIDE];
};

static struct batch *new_batch(void)
{
    struct batch *b = bench_array(1, sizeof(*b));
    for (int i = 0; i < BATCH; i++) {
        b->data[i].iov_base = b->buffers[i];
        b->headers[i].msg_hdr = (struct msghdr){ .msg_name = &b->clients[i],
                                                 .msg_namelen = sizeof(b->clients[i]),
                                                 .msg_iov = &b->data[i],
                                                 .msg_iovlen = 1 };
    }
    return b;
}

/* Turns one batch round; true when more may be waiting. */
static bool echo(struct batch *b, int fd)
{
    for (int i = 0; i < BATCH; i++)
        b->data[i].iov_len = BYTES;
    int count = recvmmsg(fd, b->headers, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) {
        b->data[i].iov_len = b->headers[i].msg_len;
        b->buffers[i][2] |= 0x80;
    }
    for (int at = 0; at < count;) {
        int sent = sendmmsg(fd, b->headers + at, (unsigned)(count - at), MSG_DONTWAIT);
        at += sent > 0 ? sent : 1; /* what cannot be sent is dropped */
    }
    return count == BATCH;
}

static void *serve(void *argument)
{
    int fd = *(int *)argument, epoll = epoll_create1(0);
    struct batch *b = new_batch();
    struct epoll_event event = { .events = EPOLLIN };
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        abort();
    for (bool busy = false;;) {
        int ready = epoll_wait(epoll, &event, 1, busy ? 0 : -1);
        busy = ready > 0;
        for (int round = 0; busy && round < BUSY_ROUNDS; round++)
            busy = echo(b, fd);
    }
    return NULL;
}

/* As large a receive buffer as dnsbld asks for. */
static int open_socket(const struct socket_address *address)
{
    int fd = socket(address->sa.sa_family, SOCK_DGRAM, 0), on = 1, bytes = 4 << 20;
    struct error error;
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    if (bind(fd, &address->sa, address->length) != 0)
        bench_must(error_set(&error, ERR_SYSTEM, "cannot listen: %s", strerror(errno)), &error);
    return fd;
}

/* Has a thread start on the `number`-th CPU that the process may use, and stay there. */
static void pin(pthread_attr_t *attributes, const cpu_set_t *allowed, int number)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, allowed) && number-- == 0)
            CPU_SET(cpu, &one);
    pthread_attr_setaffinity_np(attributes, sizeof(one), &one);
}

int main(int argc, char **argv)
{
    int fds[MAX_THREADS];
    struct listen_address_list at = { .count = 0 };
    struct error error;
    cpu_set_t allowed;
    if (argc < 2 || sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
        fprintf(stderr, "usage: echo ADDR/PORT [THREADS]\n");
        return 1;
    }
    int cpus = CPU_COUNT(&allowed), threads = argc > 2 ? atoi(argv[2]) : cpus;
    threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
    bench_must(listen_address_resolve(argv[1], AF_UNSPEC, &at, &error), &error);
    pthread_t thread;
    for (int i = 0; i < threads; i++) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pin(&attributes, &allowed, i % cpus);
        fds[i] = open_socket(&at.address[0]);
        if (pthread_create(&thread, &attributes, serve, &fds[i]) != 0)
            abort();
        pthread_attr_destroy(&attributes);
    }
    pthread_join(thread, NULL);
}
