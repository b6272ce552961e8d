/*
 * What is parsed before a client is authenticated; the first byte chooses: a line of the token file, the
 * headers of proxies, a path.
 */
#include "http/client_addr.h"
#include "http/path.h"
#include "http/tokens.h"
#include "support/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int number(const void *context, const char *name)
{
    (void)context;
    return strcmp(name, "xbl") == 0 ? 3 : -1;
}

static void line(char *text)
{
    static const struct token_lists lists = { number, NULL };
    struct error error = { .text = "" };
    struct token token;
    bool empty = false;

    if (token_parse(text, &lists, &empty, &token, &error) != OK) {
        must(*error.text != '\0', "an error says why");
        return;
    }
    if (empty)
        return;
    must(token.role >= ROLE_READER && token.role <= ROLE_ADMIN, "a token has a role");
    must(token.role != ROLE_OWNER || token.ranges_count > 0, "an owner has ranges");
    must(token.ranges_count <= TOKEN_RANGES_MAX, "ranges are bounded");
    must(*token.name != '\0' && memchr(token.name, '\0', sizeof(token.name)) != NULL, "a token has a name");
    must(strspn(token.name, "\x7f\t ") == 0, "a name can be printed");
    free(token.ranges);
}

/* Two headers, if there is a line feed. */
static void header(char *text, bool standard)
{
    struct prefixes trusted = { 0 };
    struct error error;

    must(prefixes_add(&trusted, "10.0.0.0/8", &error) == OK, error.text);
    prefixes_finish(&trusted);
    struct client_addr_hops hops = { .trusted = &trusted, .standard = standard };
    char *second = strchr(text, '\n');
    if (second != NULL)
        *second++ = '\0';
    client_addr_read(&hops, text);
    if (second != NULL)
        client_addr_read(&hops, second);
    must(!hops.known || hops.client.ipv6 || hops.client.key.lo == 0, "an IPv4 address is one");
    prefixes_free(&trusted);
}

static void target(char *text)
{
    static const struct route table[] = {
        { .method = METHOD_GET, .path = "/" },
        { .method = METHOD_GET, .path = "/v1/lookup/{x}" },
        { .method = METHOD_GET, .path = "/v1/{x}/y" },
        { .path = NULL },
    };
    static const struct route *const tables[] = { table, NULL };
    const char *part;
    struct path path;
    unsigned methods;

    if (path_split(text, &path) != OK)
        return;
    must(path.count >= 1 && path.count <= PATH_SEGMENTS, "a path has segments");
    for (size_t i = 0; i < path.count; i++)
        for (const unsigned char *c = (const unsigned char *)path.segment[i]; *c != '\0'; c++)
            must(*c >= ' ' && *c != 0x7f, "a segment has no control characters");
    const struct route *r = path_find_route(tables, false, METHOD_GET, &path, &part, &methods);
    must((r != NULL) == (methods == METHOD_GET), "a path that is there has a method");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || memchr(data, '\0', size) != NULL)
        return 0;
    char *text = malloc(size); /* of exactly its size, so that what is read beyond is seen */
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (*data % 4) {
    case 0:
        line(text);
        break;
    case 1:
        target(text);
        break;
    default:
        header(text, *data % 4 == 2);
    }
    free(text);
    return 0;
}
