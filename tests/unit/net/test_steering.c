#include "net/steering.h"

#include "net/listen_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <poll.h>
#include <unistd.h>

enum { HASHED = -1, LOOPBACK = 1 };

/* Interprets the few instructions that a program has, as bpf(4) describes them. */
static long interpret(const struct sock_filter *program, size_t length, uint32_t interface, uint32_t cpu)
{
    uint32_t a = 0;
    for (size_t i = 0; i < length; i++) {
        const struct sock_filter *p = &program[i];
        if (p->code == (BPF_LD | BPF_W | BPF_ABS)) {
            assert_true(p->k == (uint32_t)(SKF_AD_OFF + SKF_AD_CPU) ||
                        p->k == (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX));
            a = p->k == (uint32_t)(SKF_AD_OFF + SKF_AD_CPU) ? cpu : interface;
        } else if (p->code == (BPF_JMP | BPF_JEQ | BPF_K)) {
            i += a == p->k ? p->jt : p->jf;
        } else if (p->code == (BPF_ALU | BPF_MOD | BPF_K)) {
            a %= p->k;
        } else if (p->code == (BPF_RET | BPF_K)) {
            return p->k == UINT32_MAX ? HASHED : (long)p->k;
        } else {
            assert_int_equal(p->code, BPF_RET | BPF_A);
            return (long)a;
        }
    }
    fail_msg("the program does not return");
    return 0;
}

static struct steering make(const char *cpus, size_t workers)
{
    struct steering s = { .workers = workers, .all = true };
    for (size_t i = 0; cpus[i] != '\0'; i++)
        if (cpus[i] == '1')
            CPU_SET(i, &s.cpus);
    return s;
}

static void test_cpus(void **state)
{
    (void)state;
    static const struct {
        const char *cpus; /* that the process may use, from 0 on */
        size_t workers;
        int of_cpu[8]; /* the worker of each */
        const char *why;
    } cases[] = {
        { "1111", 4, { 0, 1, 2, 3, 0, 1, 2, 3 }, "a worker on each" },
        { "1111", 2, { 0, 1, 0, 1, 0, 1, 0, 1 }, "the CPUs without a worker are shared out" },
        { "11111111", 3, { 0, 1, 2, 0, 1, 2, 0, 1 }, "likewise" },
        { "00110000", 2, { 0, 1, 0, 1, 0, 1, 0, 1 }, "the modulo fits" },
        { "01010100", 3, { 0, 0, 2, 1, 1, 2, 0, 1 }, "CPUs 1, 3 and 5 have workers" },
        { "01100000", 2, { 0, 0, 1, 1, 0, 1, 0, 1 }, "an odd CPU first" },
        { "00000111", 3, { 0, 1, 2, 0, 1, 0, 1, 2 }, "the last three" },
    };
    struct sock_filter program[STEERING_PROGRAM_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct steering s = make(cases[i].cpus, cases[i].workers);
        size_t length = steering_program(&s, program);
        assert_true(length <= STEERING_PROGRAM_MAX);
        for (uint32_t cpu = 0; cpu < 8; cpu++)
            if (interpret(program, length, 9, cpu) != cases[i].of_cpu[cpu])
                fail_msg("%s, %zu workers: CPU %u: %s", cases[i].cpus, cases[i].workers, cpu, cases[i].why);
        for (size_t worker = 0; worker < s.workers; worker++)
            assert_int_equal(cases[i].of_cpu[steering_cpu(&s.cpus, worker)], worker);
    }
}

static void test_more_workers_than_cpus(void **state)
{
    (void)state;
    struct steering s = make("0101", 5);
    static const size_t cpus[] = { 1, 3, 1, 3, 1 };
    for (size_t worker = 0; worker < 5; worker++)
        assert_int_equal(steering_cpu(&s.cpus, worker), cpus[worker]);
    cpu_set_t ours;
    assert_int_equal(sched_getaffinity(0, sizeof(ours), &ours), 0);
    assert_false(steering_find(STEERING_ON, (size_t)CPU_COUNT(&ours) + 1, &s));
    assert_false(steering_find(STEERING_ON, 1, &s));
    assert_false(steering_find(STEERING_OFF, 2, &s));
}

static void test_interfaces(void **state)
{
    (void)state;
    struct sock_filter program[STEERING_PROGRAM_MAX];
    struct steering s = make("1111", 4);
    s.all = false;
    for (size_t count = 0; count <= STEERING_INTERFACES_MAX; count++) {
        s.interfaces_count = count;
        if (count > 0)
            s.interfaces[count - 1] = (unsigned)(100 + 7 * count);
        size_t length = steering_program(&s, program);
        assert_true(length <= STEERING_PROGRAM_MAX);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(interpret(program, length, s.interfaces[i], 3), 3);
        assert_int_equal(interpret(program, length, LOOPBACK, 3), HASHED);
        assert_int_equal(interpret(program, length, 101, 3), HASHED);
    }
}

static void test_longest(void **state)
{
    (void)state;
    struct sock_filter program[STEERING_PROGRAM_MAX];
    struct steering s = { .workers = CPU_SETSIZE - 1, .interfaces_count = STEERING_INTERFACES_MAX };
    for (size_t cpu = 1; cpu < CPU_SETSIZE; cpu++) /* each worker one CPU off */
        CPU_SET(cpu, &s.cpus);
    assert_true(steering_program(&s, program) <= STEERING_PROGRAM_MAX);
}

static void receive(int fd, bool expected)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    char byte;
    assert_int_equal(poll(&p, 1, expected ? 2000 : 0), expected);
    if (expected)
        assert_int_equal(recv(fd, &byte, 1, 0), 1);
}

/* The kernel does as the program says: a packet over loopback is received on its sender's CPU. */
static void steer(const char *listen, const char *host)
{
    struct listen_address_list list = { .count = 0 };
    struct steering s;
    struct error error;
    int fds[2], client;
    if (!steering_find(STEERING_ON, 2, &s))
        skip();
    assert_int_equal(listen_address_resolve(listen, AF_UNSPEC, &list, &error), OK);
    struct socket_address *address = &list.address[0];
    address->v4.sin_port = 0; /* any; sin6_port is at the same place */
    if (socket_open(address, SOCK_DGRAM, fds, 1, &error) != OK)
        skip();
    assert_true(socket_get_address(fds[0], address)); /* with its port */
    assert_int_equal(socket_open(address, SOCK_DGRAM, fds + 1, 1, &error), OK);
    assert_true(steering_attach(&s, fds[0]));
    struct listen_address_list to = { .count = 0 };
    assert_int_equal(listen_address_resolve(host, AF_UNSPEC, &to, &error), OK);
    to.address[0].v4.sin_port = address->v4.sin_port;
    client = socket(to.address[0].sa.sa_family, SOCK_DGRAM, 0);
    for (unsigned i = 0; i < 40; i++) {
        cpu_set_t one;
        size_t worker = i / 3 % 2;
        CPU_ZERO(&one);
        CPU_SET(steering_cpu(&s.cpus, worker), &one);
        assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
        assert_int_equal(sendto(client, "x", 1, 0, &to.address[0].sa, to.address[0].length), 1);
        receive(fds[worker], true);
        receive(fds[!worker], false);
    }
    assert_int_equal(sched_setaffinity(0, sizeof(s.cpus), &s.cpus), 0);
    close(client);
    close(fds[0]);
    close(fds[1]);
}

static void test_ipv4(void **state)
{
    (void)state;
    steer("127.0.0.1/1", "127.0.0.1/1");
}

static void test_ipv6(void **state)
{
    (void)state;
    steer("::1/1", "::1/1");
}

/* An IPv4 client of a socket for both families. */
static void test_both(void **state)
{
    (void)state;
    steer("::/1", "127.0.0.1/1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpus),       cmocka_unit_test(test_more_workers_than_cpus),
        cmocka_unit_test(test_interfaces), cmocka_unit_test(test_longest),
        cmocka_unit_test(test_ipv4),       cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
