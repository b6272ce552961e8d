#include "page/own_names.h"

#include "delist/delist.h"

#include <stdio.h>
#include <string.h>

static bool is_zone(void *context, const char *name)
{
    const struct backend *backend = context;
    return backend->has_zone(backend->context, name);
}

/* Copies the name of the host, without a port, as the reader's browser or a trusted proxy has it. */
static void copy_host(const struct http_request *request, char *out, size_t size)
{
    const char *host = request->client.proxied ? http_header(request, "X-Forwarded-Host") : NULL;
    if (host == NULL)
        host = http_header(request, "Host");
    if (host != NULL)
        snprintf(out, size, "%.*s", (int)strcspn(host, ":, "), host);
}

void own_names_find(const struct http_request *request, const struct backend *backend, struct own_names *out)
{
    size_t count = 0;
    out->host[0] = '\0';
    copy_host(request, out->host, sizeof(out->host));
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(backend->delist, list);
        if (policy == NULL)
            continue;
        out->lists[count++] = (struct typed_list){ policy->name, policy->name };
        for (enum language l = 0; l < LANGUAGES; l++)
            if (policy->description.title.text[l] != NULL)
                out->lists[count++] = (struct typed_list){ policy->description.title.text[l], policy->name };
    }
    out->names = (struct typed_names){
        .is_zone = is_zone,
        .context = (void *)backend,
        .host = out->host,
        .lists = out->lists,
        .lists_count = count,
    };
}
