#include "net/listen_address.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netdb.h>

static enum err add(const char *text, const struct addrinfo *info, struct listen_address_list *list,
                    struct error *error)
{
    struct socket_address new = { .length = info->ai_addrlen };
    if (info->ai_family != AF_INET && info->ai_family != AF_INET6)
        return OK;
    memcpy(&new.sa, info->ai_addr, info->ai_addrlen);
    if (new.v4.sin_port == 0) /* sin6_port is at the same offset */
        return error_set(error, ERR_SYNTAX, "-b %s: 0 is not a valid port to listen on", text);
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(&list->address[i], &new, sizeof(new)) == 0) /* getaddrinfo leaves no byte undefined */
            return OK;
    if (list->count == LISTEN_ADDRESS_MAX)
        return error_set(error, ERR_LIMIT, "-b %s: at most %d addresses to listen on", text,
                         LISTEN_ADDRESS_MAX);
    list->address[list->count++] = new;
    return OK;
}

/* getaddrinfo accepts a number above 65535, cut to 16 bits. */
static bool port_too_large(const char *port)
{
    return port[strspn(port, "0123456789")] == '\0' && (strlen(port) > 5 || atoi(port) > UINT16_MAX);
}

enum err listen_address_resolve(const char *text, int family, struct listen_address_list *list,
                                struct error *error)
{
    char host[256];
    const char *slash = strchr(text, '/');
    size_t host_len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    const char *port = slash != NULL ? slash + 1 : "53"; /* not "domain": /etc/services may be missing */
    if (host_len == 0 || host_len >= sizeof(host) || *port == '\0')
        return error_set(error, ERR_SYNTAX, "-b %s: addr or addr/port expected", text);
    if (port_too_large(port))
        return error_set(error, ERR_SYNTAX, "-b %s: a port is at most 65535", text);
    memcpy(host, text, host_len);
    host[host_len] = '\0';

    struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found;
    int failure = getaddrinfo(host, port, &hints, &found);
    if (failure != 0) {
        const char *colon = strchr(host, ':');
        bool misplaced_port = colon != NULL && strchr(colon + 1, ':') == NULL;
        return error_set(error, ERR_SYNTAX, "-b %s: %s%s", text, gai_strerror(failure),
                         misplaced_port ? " (a port is written addr/port)" : "");
    }
    struct listen_address_list result = *list;
    enum err err = OK;
    for (const struct addrinfo *info = found; info != NULL && err == OK; info = info->ai_next)
        err = add(text, info, &result, error);
    freeaddrinfo(found);
    if (err == OK)
        *list = result;
    return err;
}

static bool has_ip4(const struct socket_address *addresses, size_t count, in_port_t port)
{
    for (size_t i = 0; i < count; i++)
        if (addresses[i].sa.sa_family == AF_INET && addresses[i].v4.sin_port == port)
            return true;
    return false;
}

void listen_address_split(struct listen_address_list *list, const struct socket_address *others, size_t count)
{
    for (size_t i = 0; i < list->count; i++) {
        struct socket_address *a = &list->address[i];
        in_port_t port = a->v6.sin6_port;
        a->v6_only = a->sa.sa_family == AF_INET6 && socket_address_is_wildcard(a) &&
                     (has_ip4(list->address, list->count, port) || has_ip4(others, count, port));
    }
}
