#include "daemon/control_socket.h"

#include "api/calls.h"
#include "base/log.h"
#include "base/run_directory.h"

#include <errno.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_MODE 0755
#define CONNECTIONS    8     /* at a time, each of a dnsblctl */
#define IDLE_SECONDS   30    /* that a connection may be idle */
#define BODY_BYTES     65536 /* of a body; the names of all lists are the longest */

static enum err bind_socket(const char *name, const struct identity *identity, struct control_socket *c,
                            struct error *error)
{
    const char *directory = run_directory();
    int length = snprintf(c->address, sizeof(c->address), "unix:%s/%s" RUN_DIRECTORY_SUFFIX, directory, name);
    if (length >= (int)sizeof(c->address))
        return error_set(error, ERR_LIMIT, "%s: the name is too long", c->address);
    for (char *p = c->address + strlen("unix:") + strlen(directory) + 1; *p != '\0'; p++)
        if (*p == '/')
            *p = '-';
    if (mkdir(directory, DIRECTORY_MODE) == 0)
        chmod(directory, DIRECTORY_MODE); /* whatever the umask; who cannot is told by what fails next */
    else if (errno != EEXIST)
        return error_set(error, ERR_SYSTEM, "%s cannot be created: %s", directory, strerror(errno));
    c->listener = (struct http_listener){ .address = c->address, .control = true };
    enum err err = http_bind(&c->listener, error);
    if (err == OK && identity->change &&
        lchown(c->address + strlen("unix:"), identity->uid, identity->gid) != 0) {
        err = error_set(error, ERR_SYSTEM, "%s: cannot change the owner: %s", c->address, strerror(errno));
        http_unbind(&c->listener);
    }
    return err;
}

void control_socket_open(const char *name, const struct identity *identity, struct control_socket *out)
{
    const char *instance = getenv("DNSBLD_INSTANCE");
    *out = (struct control_socket){ .server = NULL };
    if (instance != NULL && *instance != '\0')
        name = instance;
    out->failure.code = bind_socket(name, identity, out, &out->failure);
    if (out->failure.code == OK)
        snprintf(out->reach, sizeof(out->reach), "dnsblctl --url %s", out->address);
}

void control_socket_yield(struct control_socket *c, const struct config_addresses *addresses)
{
    for (size_t i = 0; i < addresses->count && c->failure.code == OK; i++)
        if (strcmp(addresses->address[i], c->address) == 0) {
            http_unbind(&c->listener);
            c->failure.code = error_set(&c->failure, ERR_REFUSED, "%s is the API's", c->address);
        }
}

void control_socket_start(struct control_socket *c, const struct backend *backend)
{
    static const struct route *const tables[] = { api_control_routes, NULL };
    const struct http_options options = { .listener = { c->listener },
                                          .listeners = 1,
                                          .threads = 1,
                                          .connections = CONNECTIONS,
                                          .per_client = CONNECTIONS,
                                          .idle_seconds = IDLE_SECONDS,
                                          .body_bytes = BODY_BYTES };
    const struct http_program program = {
        .tables = tables,
        .no_such_path = "The control socket has no such path; the API has more (--api).",
        .context = (void *)backend,
        .new_call = call_new,
        .free_call = call_free
    };
    if (c->failure.code == OK)
        c->failure.code = http_start(&options, &program, &c->server, &c->failure);
    if (c->failure.code == OK)
        log_info("control socket on %s", c->address);
    else
        log_notice("no control socket: %s", c->failure.text);
}

const char *control_socket_reach(const struct control_socket *c)
{
    return c->failure.code == OK ? c->reach : NULL;
}

void control_socket_stop(struct control_socket *c)
{
    if (c->server != NULL)
        http_stop(c->server);
    else if (c->failure.code == OK)
        http_unbind(&c->listener);
}
