#include "xdp/process.h"

#include "base/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <net/if.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { VALUE_BYTES_MAX = 16384 };

struct process {
    const char *const *names;
    size_t count;
    struct bpf_object *loaded, *in_use; /* NULL: none */
    int links[XDP_INTERFACES_MAX];      /* by number; negative: it is not on the interface */
};

static void detach(struct process *p, uint32_t number)
{
    if (p->links[number] >= 0)
        close(p->links[number]);
    p->links[number] = -1;
}

static enum err load(struct process *p, const struct xdp_request *q, const int maps[XDP_MAPS],
                     struct error *error)
{
    size_t bytes;
    const void *object = xdp_kernel_object(&bytes);

    bpf_object__close(p->loaded);
    p->loaded = NULL;
    return xdp_kernel_load(object, bytes, &q->layout, maps, &p->loaded, error);
}

static enum err use(struct process *p, struct xdp_response *r, struct error *error)
{
    if (p->loaded == NULL)
        return error_set(error, ERR_REFUSED, "no program is loaded");
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->links[i] >= 0 && !xdp_kernel_exchange(p->links[i], p->loaded))
            detach(p, i);
        r->attached |= (uint32_t)(p->links[i] >= 0) << i;
    }
    bpf_object__close(p->in_use);
    p->in_use = p->loaded;
    p->loaded = NULL;
    return OK;
}

static enum err attach(struct process *p, const struct xdp_request *q, struct xdp_response *r,
                       struct error *error)
{
    enum xdp_mode mode = XDP_MODE_OFF;

    detach(p, q->number);
    r->index = if_nametoindex(p->names[q->number]);
    if (p->in_use == NULL || r->index == 0)
        return error_set(error, ERR_REFUSED, "%s",
                         r->index == 0 ? "there is no such interface" : "no program is in use");
    enum err err = xdp_kernel_attach(r->index, p->in_use, q->modes, &p->links[q->number], &mode, error);
    r->mode = mode;
    return err;
}

static bool is_valid_map(const struct xdp_request *q)
{
    return q->map_kind < XDP_KINDS && q->entries != 0 &&
           (q->map_kind != XDP_KIND_ARRAY || (q->value_bytes != 0 && q->value_bytes <= VALUE_BYTES_MAX &&
                                              q->value_bytes % sizeof(struct xdp_line) == 0));
}

static bool is_valid(const struct process *p, const struct xdp_request *q, unsigned descriptors)
{
    bool is_map = q->kind == XDP_REQUEST_MAP;
    unsigned due = q->kind == XDP_REQUEST_LOAD ? XDP_MAPS : is_map && q->map_kind == XDP_KIND_ARRAYS;

    return q->kind < XDP_REQUEST_KINDS && descriptors == due &&
           (q->kind < XDP_REQUEST_ATTACH || q->number < p->count) && (!is_map || is_valid_map(q));
}

/* Does what a request asks for; the answer has *map if it is not negative. */
static enum err perform(struct process *p, const struct xdp_request *q, const int maps[XDP_MAPS],
                        struct xdp_response *r, int *map, struct error *error)
{
    struct xdp_map_spec spec;

    switch ((enum xdp_request_kind)q->kind) {
    case XDP_REQUEST_MAP:
        spec = (struct xdp_map_spec){ (enum xdp_map_kind)q->map_kind, q->entries, q->value_bytes, maps[0] };
        return xdp_kernel_map(&spec, map, error);
    case XDP_REQUEST_LOAD:
        return load(p, q, maps, error);
    case XDP_REQUEST_USE:
        return use(p, r, error);
    case XDP_REQUEST_ATTACH:
        return attach(p, q, r, error);
    default:
        detach(p, q->number);
        return OK;
    }
}

/* False: the server has ended, or what it sends is no request. */
static bool serve(struct process *p)
{
    struct xdp_request q;
    struct xdp_response r = { .err = OK };
    struct error error = { .text = "" };
    int maps[XDP_MAPS] = { -1 }, map = -1;
    unsigned count;

    if (!xdp_message_receive(CHILD_SOCKET, &q, sizeof(q), maps, &count))
        return false;
    bool valid = is_valid(p, &q, count);
    if (valid) {
        r.err = perform(p, &q, maps, &r, &map, &error);
        snprintf(r.text, sizeof(r.text), "%.*s", (int)sizeof(r.text) - 1, error.text);
        valid = xdp_message_send(CHILD_SOCKET, &r, sizeof(r), &map, map >= 0, 0);
    }
    for (unsigned i = 0; i < count; i++)
        close(maps[i]);
    if (map >= 0)
        close(map);
    return valid;
}

void xdp_process_run(const char *const *names, size_t count, int socket, bool background)
{
    struct process p = { .names = names, .count = count };
    sigset_t waiting;

    for (size_t i = 0; i < XDP_INTERFACES_MAX; i++)
        p.links[i] = -1;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* nobody of the same user reads or changes its memory */
    if (child_enter("dnsbld-xdp", socket, background, &waiting))
        while (serve(&p))
            ;
    _exit(EXIT_FAILURE);
}
