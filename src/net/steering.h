/*
 * Steering: which of the UDP sockets that share an address gets a packet.
 *
 * By itself the kernel chooses by a hash of addresses and ports, so most packets wake a worker on another CPU
 * than the one that has received them. A steered packet goes to the worker of its CPU, whose caches have it.
 * That helps where the packets arrive on all CPUs, and does harm where they arrive on few: then few workers
 * have all the work. So it is done for the interfaces that spread packets over enough CPUs. Main thread.
 */
#ifndef NET_STEERING_H
#define NET_STEERING_H

#include "base/attr.h"

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include <linux/filter.h>

enum steering_mode { STEERING_AUTO, STEERING_ON, STEERING_OFF };

enum {
    STEERING_INTERFACES_MAX = 64,
    STEERING_PROGRAM_MAX = 2 * CPU_SETSIZE + STEERING_INTERFACES_MAX + 5, /* instructions */
};

/* Who gets what. */
struct steering {
    cpu_set_t cpus; /* that the process may use; not empty */
    size_t workers; /* and sockets of each address; worker `i` runs on steering_cpu(cpus, i) */
    bool all;       /* steer every packet; else those of these interfaces (their indexes) */
    unsigned interfaces[STEERING_INTERFACES_MAX];
    size_t interfaces_count;
};

/* The CPU of a worker: the one with its number among `cpus`, modulo their count. */
size_t steering_cpu(const cpu_set_t *cpus, size_t worker);

/* Fills in *out for `workers` workers of the process. STEERING_AUTO: with the interfaces that are up and have
 * a receive queue for each worker. False: there is nothing to steer, as the mode says so, there is one
 * worker, a CPU has several, of which only one would get packets, or no such interface. */
bool steering_find(enum steering_mode mode, size_t workers, struct steering *out) must_use;

/* Writes the classic BPF program that chooses the socket: for a packet that is steered, the number of the
 * worker on its CPU, or, if there is none, the CPU's number modulo the workers; for others a number too
 * high, upon which the kernel hashes. Returns the number of instructions. Pure. */
size_t steering_program(const struct steering *s, struct sock_filter program[STEERING_PROGRAM_MAX]);

/* Steers all sockets that share the address of `fd`. They must have been bound in the order of their workers.
 * False and errno: the kernel refuses, and hashes. */
bool steering_attach(const struct steering *s, int fd) must_use;

#endif
