#include "net/socket.h"
#include "net/udp.h"

#include "net/listen_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <poll.h>
#include <unistd.h>

/* A port that is free. */
static unsigned free_port(int family)
{
    struct socket_address a = { .sa = { .sa_family = (sa_family_t)family }, .length = sizeof(a.v6) };
    int fd = socket(family, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, &a.sa, a.length) != 0)
        return 0;
    getsockname(fd, &a.sa, &a.length);
    close(fd);
    return ntohs(a.v4.sin_port);
}

static struct socket_address resolve(const char *host, unsigned port)
{
    char text[SOCKET_ADDRESS_TEXT];
    struct listen_address_list list = { .count = 0 };
    struct error error;
    snprintf(text, sizeof(text), "%s/%u", host, port);
    assert_int_equal(listen_address_resolve(text, AF_UNSPEC, &list, &error), OK);
    return list.address[0];
}

/* A client that receives only from the address it asks. */
static int connect_to(const char *host, unsigned port)
{
    struct socket_address a = resolve(host, port);
    int fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(fd, &a.sa, a.length), 0);
    return fd;
}

static void wait_readable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    assert_int_equal(poll(&p, 1, 2000), 1);
}

/* Sends 100 packets to `host`, every third of which gets no reply, and checks the replies. */
static void exchange(const char *listen, const char *host, unsigned port)
{
    struct socket_address address = resolve(listen, port);
    struct error error;
    int fd, client;
    assert_int_equal(socket_probe(&address, SOCK_DGRAM, &error), OK);
    assert_int_equal(socket_open(&address, SOCK_DGRAM, &fd, 1, &error), OK);
    assert_int_equal(socket_probe(&address, SOCK_DGRAM, &error),
                     ERR_SYSTEM); /* this test is the other server */
    assert_non_null(strstr(error.text, "already in use"));
    struct udp_batch *batch = udp_new();
    assert_non_null(batch);
    client = connect_to(host, port);
    assert_int_equal(udp_receive(batch, fd), 0);

    for (uint8_t i = 0; i < 100; i++)
        assert_int_equal(send(client, &i, 1, 0), 1);
    wait_readable(fd);
    uint8_t expected = 0;
    static const unsigned counts[] = { ANSWER_BATCH, 100 - ANSWER_BATCH, 0 };
    for (size_t round = 0; round < ARRAY_SIZE(counts); round++) {
        unsigned count = udp_receive(batch, fd);
        assert_int_equal(count, counts[round]);
        for (unsigned i = 0; i < count; i++, expected++) {
            struct answer_query *q = &batch->queries[i];
            assert_int_equal(q->length, 1);
            assert_int_equal(q->packet[0], expected);
            assert_int_equal(q->client->sa_family, address.sa.sa_family);
            q->packet[1] = 'r';
            q->length = expected % 3 == 0 ? 0 : 2;
        }
        udp_send(batch, fd, count);
    }
    for (uint8_t i = 0; i < 100; i++) {
        uint8_t reply[16];
        if (i % 3 == 0)
            continue;
        wait_readable(client);
        assert_int_equal(recv(client, reply, sizeof(reply), 0), 2);
        assert_int_equal(reply[0], i);
    }
    assert_int_equal(batch->unsent, 0);
    udp_free(batch);
    close(client);
    close(fd);
}

static void one_address(void **state)
{
    (void)state;
    exchange("127.0.0.1", "127.0.0.1", free_port(AF_INET));
}

static void wildcard(void **state)
{
    (void)state;
    unsigned port = free_port(AF_INET6);
    exchange("0.0.0.0", "127.0.0.5", free_port(AF_INET));
    if (port == 0)
        print_message("no IPv6 here: its wildcard is skipped\n");
    else
        exchange("::", "::1", port);
}

/* A reply that cannot be sent (to port 0) is dropped; those around it are sent. */
static void invalid_client(void **state)
{
    (void)state;
    unsigned port = free_port(AF_INET);
    struct socket_address address = resolve("127.0.0.1", port);
    struct error error;
    int fd, client;
    assert_int_equal(socket_open(&address, SOCK_DGRAM, &fd, 1, &error), OK);
    client = connect_to("127.0.0.1", port);
    struct udp_batch *batch = udp_new();
    for (uint8_t i = 0; i < 3; i++)
        assert_int_equal(send(client, &i, 1, 0), 1);
    wait_readable(fd);
    assert_int_equal(udp_receive(batch, fd), 3);
    ((struct sockaddr_in *)(uintptr_t)batch->queries[1].client)->sin_port = 0;
    udp_send(batch, fd, 3);
    assert_int_equal(batch->unsent, 1);
    for (uint8_t i = 0; i < 3; i += 2) {
        uint8_t reply;
        wait_readable(client);
        assert_int_equal(recv(client, &reply, 1, 0), 1);
        assert_int_equal(reply, i);
    }
    udp_free(batch);
    close(client);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_address), cmocka_unit_test(wildcard),
                                        cmocka_unit_test(invalid_client) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
