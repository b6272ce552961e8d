#include "http/request.h"

#include "http/server_private.h"
#include "http/tokens.h"

#include <microhttpd.h>
#include <stdlib.h>

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *http_parameter(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_GET_ARGUMENT_KIND, name);
}

void request_release(struct http_request *r)
{
    if (__atomic_sub_fetch(&r->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (r->call != NULL)
        r->server->program.free_call(r->call);
    if (r->response.mhd != NULL)
        MHD_destroy_response(r->response.mhd);
    for (unsigned i = 0; i < r->response.headers_count; i++)
        free(r->response.headers[i].value);
    json_decref(r->body.json);
    free(r->body.bytes);
    tokens_release(r->tokens);
    free(r->path);
    free(r->target);
    free(r);
}
