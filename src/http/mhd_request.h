/* What libmicrohttpd calls for each request (see request.h); `daemon` is a struct mhd_daemon. */
#ifndef HTTP_MHD_REQUEST_H
#define HTTP_MHD_REQUEST_H

#include <microhttpd.h>
#include <stdint.h>

struct http_server;

void *mhd_request_new(void *daemon, const char *uri, struct MHD_Connection *connection);
enum MHD_Result mhd_request_continue(void *daemon, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *data, size_t *size,
                                     void **request);
void mhd_request_end(void *daemon, struct MHD_Connection *connection, void **request,
                     enum MHD_RequestTerminationCode how);

/* By when a request that begins now must be complete. */
int64_t mhd_request_deadline_ms(const struct http_server *server);

#endif
