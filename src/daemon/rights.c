#include "daemon/rights.h"

#include "base/log.h"
#include "xdp/process.h"

#include <linux/capability.h>

#define BIT(capability) (UINT64_C(1) << (capability))

struct start {
    const struct config *config;
    const struct identity *identity;
};

static void run(void *context, int socket, pid_t server)
{
    const struct start *s = context;
    const struct config *c = s->config;
    struct error error;

    (void)server; /* its end closes the socket */
    if (privileges_keep(s->identity, BIT(CAP_BPF) | BIT(CAP_NET_ADMIN) | BIT(CAP_PERFMON), &error) == OK)
        xdp_process_run(c->xdp.address, c->xdp.count, socket, !c->foreground);
    log_error("%s", error.text);
}

enum err rights_start(const struct config *config, const struct identity *identity, struct xdp_rights **out,
                      struct error *error)
{
    struct start start = { config, identity };
    struct child child;
    struct error reason;

    if (child_start(run, &start, &child, &reason) != OK)
        return error_set(error, ERR_SYSTEM, "fast path: %s", reason.text);
    *out = xdp_rights_new(&child);
    if (*out != NULL)
        return OK;
    child_end(&child, false);
    return error_set(error, ERR_MEMORY, "fast path: out of memory");
}
