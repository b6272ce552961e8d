/* What texts may name of this server: its zones, its lists, the host of the page. */
#ifndef PAGE_OWN_NAMES_H
#define PAGE_OWN_NAMES_H

#include "api/backend.h"
#include "http/request.h"
#include "page/typed.h"

struct own_names {
    struct typed_names names;
    struct typed_list lists[(1 + LANGUAGES) * LISTS_MAX]; /* by name, and by title in each language */
    char host[256];
};

/* Fills in what `out->names` points at; valid as long as the request and `out`, which may not move. */
void own_names_find(const struct http_request *request, const struct backend *backend, struct own_names *out);

#endif
