#include "xdp/rights.h"

#include "base/log.h"
#include "xdp/message.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MS 30000 /* a program of the largest lists is loaded in less than a second */

struct xdp_rights {
    struct child child;
    pthread_mutex_t lock; /* held while an answer is waited for; guards the rest */
    bool ended;
};

struct xdp_rights *xdp_rights_new(const struct child *child)
{
    struct xdp_rights *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return NULL;
    r->child = *child;
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void xdp_rights_free(struct xdp_rights *rights)
{
    if (rights == NULL)
        return;
    child_end(&rights->child, rights->ended);
    pthread_mutex_destroy(&rights->lock);
    free(rights);
}

/* ---- Under the lock ---- */

static void note_end(struct xdp_rights *r)
{
    char end[CHILD_TEXT];
    child_reap(&r->child, end);
    r->ended = true;
    log_error("the process dnsbld-xdp %s; there is no fast path until the server is restarted", end);
}

/* Exchanges a request for its answer. *map: NULL, or where the answer's descriptor is put. */
static bool exchange(struct xdp_rights *r, const struct xdp_request *request, const int *maps, unsigned count,
                     struct xdp_response *response, int *map)
{
    struct pollfd from = { .fd = r->child.socket, .events = POLLIN };
    int descriptors[XDP_MAPS];
    unsigned received = 0;

    if (!xdp_message_send(r->child.socket, request, sizeof(*request), maps, count, MSG_DONTWAIT) ||
        poll(&from, 1, ANSWER_MS) != 1 ||
        !xdp_message_receive(r->child.socket, response, sizeof(*response), descriptors, &received))
        return false;
    response->text[sizeof(response->text) - 1] = '\0';
    if (received == (map != NULL && response->err == OK)) {
        if (received != 0)
            *map = descriptors[0];
        return true;
    }
    while (received > 0)
        close(descriptors[--received]);
    return false;
}

/* ---- Calls ---- */

static enum err ask(struct xdp_rights *r, const struct xdp_request *request, const int *maps, unsigned count,
                    struct xdp_response *response, int *map, struct error *error)
{
    pthread_mutex_lock(&r->lock);
    bool done = !r->ended && exchange(r, request, maps, count, response, map);
    if (!done && !r->ended)
        note_end(r);
    pthread_mutex_unlock(&r->lock);
    return done ? error_set(error, (enum err)response->err, "%s", response->text)
                : error_set(error, ERR_SYSTEM, "the process dnsbld-xdp has ended");
}

enum err xdp_rights_map(struct xdp_rights *rights, const struct xdp_map_spec *spec, int *map,
                        struct error *error)
{
    struct xdp_request request = { .kind = XDP_REQUEST_MAP,
                                   .map_kind = spec->kind,
                                   .entries = spec->entries,
                                   .value_bytes = spec->value_bytes };
    struct xdp_response response;
    return rights == NULL
               ? xdp_kernel_map(spec, map, error)
               : ask(rights, &request, &spec->inner, spec->kind == XDP_KIND_ARRAYS, &response, map, error);
}

enum err xdp_rights_load(struct xdp_rights *rights, const struct xdp_layout *layout, const int maps[XDP_MAPS],
                         struct error *error)
{
    struct xdp_request request = { .kind = XDP_REQUEST_LOAD, .layout = *layout };
    struct xdp_response response;
    return ask(rights, &request, maps, XDP_MAPS, &response, NULL, error);
}

enum err xdp_rights_use(struct xdp_rights *rights, uint32_t *attached, struct error *error)
{
    struct xdp_request request = { .kind = XDP_REQUEST_USE };
    struct xdp_response response;
    enum err err = ask(rights, &request, NULL, 0, &response, NULL, error);
    if (err == OK)
        *attached = response.attached;
    return err;
}

enum err xdp_rights_attach(struct xdp_rights *rights, uint32_t number, unsigned modes, enum xdp_mode *mode,
                           uint32_t *index, struct error *error)
{
    struct xdp_request request = { .kind = XDP_REQUEST_ATTACH, .number = number, .modes = modes };
    struct xdp_response response;
    enum err err = ask(rights, &request, NULL, 0, &response, NULL, error);
    if (err == OK) {
        *mode = (enum xdp_mode)response.mode;
        *index = response.index;
    }
    return err;
}

void xdp_rights_detach(struct xdp_rights *rights, uint32_t number)
{
    struct xdp_request request = { .kind = XDP_REQUEST_DETACH, .number = number };
    struct xdp_response response;
    struct error error;
    (void)!ask(rights, &request, NULL, 0, &response, NULL, &error); /* it has ended: nothing is attached */
}

bool xdp_rights_has_ended(struct xdp_rights *rights, int *socket)
{
    struct pollfd from = { .fd = rights->child.socket };
    pthread_mutex_lock(&rights->lock);
    if (!rights->ended && poll(&from, 1, 0) == 1)
        note_end(rights);
    bool ended = rights->ended;
    pthread_mutex_unlock(&rights->lock);
    *socket = rights->child.socket;
    return ended;
}
