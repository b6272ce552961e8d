/*
 * What the fast path needs rights for (CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): making maps, loading the
 * program, putting it on interfaces. The server has the process dnsbld-xdp do this (rights.h); tests and
 * benchmarks do it themselves.
 *
 * Nothing is pinned: what these functions make ends with the last descriptor of it. One thread.
 */
#ifndef XDP_KERNEL_H
#define XDP_KERNEL_H

#include "base/error.h"
#include "xdp/data.h"

#include <stddef.h>

struct bpf_object;

/* How an interface runs the program; bits where several are permitted. */
enum xdp_mode {
    XDP_MODE_OFF = 0,
    XDP_MODE_NATIVE = 1, /* in its driver */
    XDP_MODE_GENERIC = 2 /* in the kernel, for each packet as the stack has it */
};

/* The BPF object of program.bpf.c, which the build has embedded; *bytes is 0 if it was built without clang.
 */
const void *xdp_kernel_object(size_t *bytes);

/* What a map is. */
enum xdp_map_kind {
    XDP_KIND_ARRAY,  /* `entries` values of `value_bytes`, whole lines, zeros; can be mapped into memory */
    XDP_KIND_ARRAYS, /* `entries` arrays like the array `inner` */
    XDP_KIND_RING,   /* a ring buffer of `entries` bytes: a power of two, and whole pages */
    XDP_KINDS
};

struct xdp_map_spec {
    enum xdp_map_kind kind;
    uint32_t entries;
    uint32_t value_bytes; /* of an array */
    int inner;            /* of arrays: a descriptor */
};

/* Makes a map: a descriptor. */
enum err xdp_kernel_map(const struct xdp_map_spec *spec, int *map, struct error *error) must_use;

/* Loads the object's program over these maps, by enum xdp_map, which stay the caller's; instead of a negative
 * one it makes what the object declares. For bpf_object__close. Some 0.1 s. */
enum err xdp_kernel_load(const void *object, size_t bytes, const struct xdp_layout *layout,
                         const int maps[XDP_MAPS], struct bpf_object **out, struct error *error) must_use;

/* The program's descriptor, owned by the object. */
int xdp_kernel_program(const struct bpf_object *object);

/* Puts the program on the interface with this index of the system, in one of `modes`: natively if the driver
 * can, else generically. *link is a descriptor that keeps it there. If it is generic although native is
 * permitted, `error` says why. ERR_SYSTEM: it is not there. */
enum err xdp_kernel_attach(unsigned index, const struct bpf_object *object, unsigned modes, int *link,
                           enum xdp_mode *mode, struct error *error) must_use;

/* Puts another program in its place. False: the interface is gone. */
bool xdp_kernel_exchange(int link, const struct bpf_object *object) must_use;

/* Waits until all packets that are with a program now are done with. */
void xdp_kernel_wait(void);

#endif
