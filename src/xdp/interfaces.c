#include "xdp/interfaces.h"

#include "xdp/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>
#include <unistd.h>

#define BYTES (XDP_INTERFACE_SLOTS * sizeof(struct xdp_interface))

struct xdp_interfaces {
    int map;
    struct xdp_interface *slots; /* mapped */
};

enum err xdp_interfaces_new(struct xdp_rights *rights, struct xdp_interfaces **out, struct error *error)
{
    struct xdp_interfaces *i = calloc(1, sizeof(*i));

    if (i == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    const struct xdp_map_spec spec = { .entries = XDP_INTERFACE_SLOTS, .value_bytes = sizeof(*i->slots) };
    enum err err = xdp_rights_map(rights, &spec, &i->map, error);
    if (err != OK) {
        free(i);
        return err;
    }
    i->slots = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, i->map, 0);
    if (i->slots == MAP_FAILED) {
        err = error_set(error, ERR_SYSTEM, "the interfaces cannot be mapped: %s", strerror(errno));
        close(i->map);
        free(i);
        return err;
    }
    *out = i;
    return OK;
}

void xdp_interfaces_free(struct xdp_interfaces *interfaces)
{
    if (interfaces == NULL)
        return;
    munmap(interfaces->slots, BYTES);
    close(interfaces->map);
    free(interfaces);
}

int xdp_interfaces_map(const struct xdp_interfaces *interfaces)
{
    return interfaces->map;
}

/* The index is written last, and on the way out first: a slot with an index is whole. */
void xdp_interface_put(struct xdp_interface slots[XDP_INTERFACE_SLOTS], const struct xdp_interface *new)
{
    struct xdp_interface *to = NULL;

    for (unsigned i = 0; i < XDP_INTERFACE_SLOTS && to == NULL; i++)
        if (slots[i].index == 0)
            to = &slots[i];
    if (new->index != 0 && to != NULL) {
        memcpy((char *)to + sizeof(to->index), (const char *)new + sizeof(new->index),
               sizeof(*new) - sizeof(new->index));
        __atomic_store_n(&to->index, new->index, __ATOMIC_RELEASE);
    }
    for (unsigned i = 0; i < XDP_INTERFACE_SLOTS; i++)
        if (&slots[i] != to && slots[i].index != 0 && slots[i].number == new->number)
            __atomic_store_n(&slots[i].index, 0, __ATOMIC_RELEASE);
}

void xdp_interfaces_put(struct xdp_interfaces *interfaces, const struct xdp_interface *new)
{
    xdp_interface_put(interfaces->slots, new);
    xdp_kernel_wait(); /* before the slot that became free is used again */
}
