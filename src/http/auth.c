#include "http/request.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

static const char *const role_words[] = { "anybody", "a reader", "an owner", "an operator", "an admin" };

/* A call without a role. */
static bool unknown(struct http_request *x, const char *code, const char *message)
{
    bool wrong = strcmp(code, "unauthorized") != 0;
    call_set_header(&x->call, "WWW-Authenticate",
                    wrong ? "Bearer realm=\"dnsbld\", error=\"invalid_token\"" : "Bearer realm=\"dnsbld\"");
    call_fail(&x->call, 401, code, NULL, "%s", message);
    return false;
}

/* The token of `Authorization: Bearer TOKEN`, or NULL. */
static const char *bearer(const char *header)
{
    if (strncasecmp(header, "Bearer", 6) != 0 || (header[6] != ' ' && header[6] != '\t'))
        return NULL;
    header += 6;
    return header + strspn(header, " \t");
}

/* Counts a wrong token. A client that has sent too many is told so, and yet a right one is taken: others may
 * share the address, and to guess a token of 128 bits takes more than time. */
static bool wrong_token(struct http_request *x)
{
    unsigned seconds;
    __atomic_add_fetch(&x->server->counters.refused_tokens, 1, __ATOMIC_RELAXED);
    if (!x->has_client || limits_take(x->server->failures, &x->client, clock_ms(), &seconds))
        return unknown(x, "bad_token",
                       x->tokens != NULL
                           ? "This token is not known here: is it all of it, and of this server?"
                           : "This server has no token file (--api-tokens), so no token is known.");
    call_set_retry_after(&x->call, seconds);
    call_fail(&x->call, 429, "too_many_tokens", NULL,
              "Too many wrong tokens came from your address; try again later.");
    return false;
}

static bool take_token(struct http_request *x, const char *header)
{
    struct http_server *server = x->server;
    struct actor *actor = &x->call.actor;
    const char *text = bearer(header);
    const struct token *token = NULL;
    pthread_mutex_lock(&server->tokens_lock);
    x->tokens = tokens_take(server->tokens);
    pthread_mutex_unlock(&server->tokens_lock);
    if (text == NULL)
        return unknown(x, "bad_authorization", "Authorization must be: Bearer TOKEN.");
    if (x->tokens != NULL)
        token = tokens_find(x->tokens, text);
    if (token == NULL)
        return wrong_token(x);
    if (token->expires <= x->call.now)
        return unknown(x, "expired_token", "This token has expired: ask for a new one.");
    actor->role = token->role;
    memcpy(actor->name, token->name, sizeof(actor->name));
    actor->lists = token->lists;
    actor->ranges = token->ranges;
    actor->ranges_count = token->ranges_count;
    return true;
}

/* On a unix socket root and the server's own user are admin; not so what a proxy passes on. */
static void take_peer(struct http_request *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (!x->serving->listener->unix_socket || x->forwarded || info == NULL ||
        getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        (peer.uid != 0 && peer.uid != geteuid()))
        return;
    x->call.actor.role = ROLE_ADMIN;
    if (peer.uid == 0)
        snprintf(x->call.actor.name, sizeof(x->call.actor.name), "root");
    else
        snprintf(x->call.actor.name, sizeof(x->call.actor.name), "uid %u", peer.uid);
}

static void describe(struct http_request *x)
{
    struct actor *actor = &x->call.actor;
    const char *agent = call_header(&x->call, "User-Agent");
    *actor = (struct actor){ .role = ROLE_NONE, .name = "public" };
    memset(&actor->lists, 0xff, sizeof(actor->lists));
    snprintf(actor->client, sizeof(actor->client), "%s", x->call.client);
    privacy_client(x->server->options.privacy, actor->client);
    snprintf(actor->origin, sizeof(actor->origin), "%s",
             agent != NULL && strncmp(agent, "dnsblctl", 8) == 0 ? "command line" : "api");
}

/* A look-up by nobody in particular is limited. */
static bool may_look_up(struct http_request *x)
{
    unsigned seconds;
    if (!x->route->limited || x->call.actor.role != ROLE_NONE || !x->has_client ||
        x->server->lookups == NULL || limits_take(x->server->lookups, &x->client, clock_ms(), &seconds))
        return true;
    __atomic_add_fetch(&x->server->counters.limited, 1, __ATOMIC_RELAXED);
    call_set_retry_after(&x->call, seconds);
    call_fail(&x->call, 429, "too_many_lookups", NULL,
              "%u look-ups a minute are free for your network; try again in %u s, or use a token.",
              x->server->options.lookups_per_minute, seconds);
    return false;
}

bool auth_check(struct http_request *x)
{
    const char *header = x->call.page ? NULL : call_header(&x->call, "Authorization");
    const struct route *route = x->route;
    describe(x);
    if (header == NULL)
        take_peer(x);
    else if (!take_token(x, header))
        return false;
    if (x->call.actor.role >= route->role || (route->loopback && x->call.loopback))
        return may_look_up(x);
    if (x->call.actor.role != ROLE_NONE) {
        call_fail(&x->call, 403, "forbidden", NULL, "This needs %s, and this token is %s's.",
                  role_words[route->role], role_words[x->call.actor.role]);
        return false;
    }
    if (x->server->options.tokens == NULL && !x->serving->listener->unix_socket) {
        call_fail(&x->call, 403, "no_tokens", NULL,
                  "This server has no token file (--api-tokens), so nobody can say who he is; use its unix "
                  "socket instead.");
        return false;
    }
    return unknown(x, "unauthorized", "This needs a token: Authorization: Bearer TOKEN.");
}
