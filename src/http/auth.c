/* Who makes a request, and whether they may use the route. */
#include "base/clock.h"
#include "http/mhd_daemon.h"
#include "http/request.h"
#include "http/server_private.h"
#include "http/tokens.h"

#include <stdio.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

static const char *const role_words[] = { "anybody", "a reader", "an owner", "an operator", "an admin" };

/* 401: nobody is known to make this request. */
static bool fail_unauthorized(struct http_request *r, const char *code, const char *message)
{
    bool invalid = strcmp(code, "unauthorized") != 0;
    http_set_header(r, "WWW-Authenticate",
                    invalid ? "Bearer realm=\"dnsbld\", error=\"invalid_token\"" : "Bearer realm=\"dnsbld\"");
    return http_fail(r, 401, code, NULL, "%s", message);
}

/* The token of `Authorization: Bearer TOKEN`, or NULL. */
static const char *parse_bearer(const char *header)
{
    if (strncasecmp(header, "Bearer", 6) != 0 || (header[6] != ' ' && header[6] != '\t'))
        return NULL;
    header += 6;
    return header + strspn(header, " \t");
}

/* Counts a wrong token. A client that sent too many gets 429 for the next wrong one; a right one is always
 * accepted, for others may share the address, and nobody guesses a token of 128 bits. */
static bool fail_token(struct http_request *r)
{
    struct http_server *server = r->server;
    unsigned seconds;
    __atomic_add_fetch(&server->counters.refused_tokens, 1, __ATOMIC_RELAXED);
    if (!r->client.has_address || throttle_admit(server->failures, &r->client.address, clock_ms(), &seconds))
        return fail_unauthorized(
            r, "bad_token",
            server->options.tokens != NULL
                ? "This token is not known here: is it complete, and a token of this server?"
                : "This server has no token file (--api-tokens), so it knows no tokens.");
    http_set_retry_after(r, seconds);
    return http_fail(r, 429, "too_many_tokens", NULL,
                     "Too many wrong tokens came from your address; try again later.");
}

static bool check_token(struct http_request *r, const char *header)
{
    const char *text = parse_bearer(header);
    const struct token *token = NULL;
    r->tokens = token_store_acquire(&r->server->tokens);
    if (text == NULL)
        return fail_unauthorized(r, "bad_authorization", "Authorization must be: Bearer TOKEN.");
    if (r->tokens != NULL)
        token = tokens_find(r->tokens, text);
    if (token == NULL)
        return fail_token(r);
    if (token->expires <= r->now)
        return fail_unauthorized(r, "expired_token", "This token has expired: ask for a new one.");
    r->actor.role = token->role;
    memcpy(r->actor.name, token->name, sizeof(r->actor.name));
    r->actor.lists = token->lists;
    r->actor.ranges = token->ranges;
    r->actor.ranges_count = token->ranges_count;
    return true;
}

/* On a unix socket root and the server's own user are admin, but not through a proxy. */
static void check_peer(struct http_request *r)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (!r->daemon->listener->unix_socket || r->client.forwarded || info == NULL ||
        getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        (peer.uid != 0 && peer.uid != geteuid()))
        return;
    r->actor.role = ROLE_ADMIN;
    if (peer.uid == 0)
        snprintf(r->actor.name, sizeof(r->actor.name), "root");
    else
        snprintf(r->actor.name, sizeof(r->actor.name), "uid %u", peer.uid);
}

/* The actor of a request without a token. */
static void set_public_actor(struct http_request *r)
{
    struct actor *actor = &r->actor;
    *actor = (struct actor){ .role = ROLE_NONE, .name = "public" };
    memset(&actor->lists, 0xff, sizeof(actor->lists));
    snprintf(actor->client, sizeof(actor->client), "%s", r->client.text);
}

/* Counts one use, if there is a limit for it. False: the client has none left for *seconds. */
static bool admit(const struct http_request *r, struct throttle *throttle, unsigned *seconds)
{
    return r->actor.role != ROLE_NONE || !r->client.has_address || throttle == NULL ||
           throttle_admit(throttle, &r->client.address, clock_ms(), seconds);
}

bool http_admit_get(struct http_request *r, unsigned *seconds)
{
    struct http_server *server = r->server;
    bool admitted = admit(r, server->gets, seconds);
    if (!admitted)
        __atomic_add_fetch(&server->counters.limited, 1, __ATOMIC_RELAXED);
    return admitted;
}

bool http_admit(struct http_request *r)
{
    struct http_server *server = r->server;
    bool get = r->route->method == METHOD_GET;
    struct throttle *throttle = get ? server->gets : server->posts;
    const struct http_limit_error *error = get ? server->program.gets_error : server->program.posts_error;
    unsigned seconds;
    if (!r->route->limited || admit(r, throttle, &seconds))
        return true;
    __atomic_add_fetch(&server->counters.limited, 1, __ATOMIC_RELAXED);
    struct refusal refusal;
    refusal_set(&refusal, error->kind, error->code, NULL,
                "%u %s a minute are free for your address; try again in %u s, or use a token.",
                get ? server->options.gets_per_minute : server->options.posts_per_minute, error->calls,
                seconds);
    refusal.retry_after = seconds;
    return http_refuse(r, &refusal);
}

bool auth_check(struct http_request *r)
{
    const bool control = r->daemon->listener->control;
    const char *header = r->page || control ? NULL : http_header(r, "Authorization");
    set_public_actor(r);
    if (header == NULL)
        check_peer(r);
    else if (!check_token(r, header))
        return false;
    const bool loopback = r->route->loopback && r->client.loopback;
    if (r->actor.role >= r->route->role || (loopback && origin_has_local_host(r)))
        return r->route->admits || http_admit(r);
    if (control)
        return http_fail(r, 403, "forbidden", NULL,
                         "The control socket is for root and the user that the server runs as.");
    if (loopback && r->actor.role == ROLE_NONE)
        return http_fail(r, 403, "foreign_host", "Host",
                         "Without a token, ask for this by an address, or as localhost.");
    if (r->actor.role != ROLE_NONE)
        return http_fail(r, 403, "forbidden", NULL, "This needs the token of %s, and yours is that of %s.",
                         role_words[r->route->role], role_words[r->actor.role]);
    if (r->server->options.tokens == NULL && !r->daemon->listener->unix_socket)
        return http_fail(
            r, 403, "no_tokens", NULL,
            "This server has no token file (--api-tokens), so it accepts this on its unix socket only.");
    return fail_unauthorized(r, "unauthorized", "This needs a token: Authorization: Bearer TOKEN.");
}
