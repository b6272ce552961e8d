/* An HTTP client that sends exactly the bytes that it is given. */
#ifndef SUPPORT_HTTP_CLIENT_H
#define SUPPORT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct http_response {
    int status; /* 0: the connection was closed without one */
    char head[4096];
    char body[1 << 18];
    size_t length;
};

/* Connects to a port of 127.0.0.1 or to a UNIX socket; the caller closes the socket. */
int http_client_open(int port);
int http_client_open_unix(const char *path);

/* Writes all, or as much as the server reads. */
void http_client_write(int fd, const void *data, size_t size);

/* The value of a header of the response, cut off at 511 bytes, or NULL. Valid until this thread's next call.
 */
const char *http_client_header(const struct http_response *a, const char *name);

/* Reads one response, after any of status 100; `head`: it has no body. */
void http_client_read(int fd, bool head, struct http_response *response);

/* Sends a request and reads the response. */
void http_client_send(int fd, const char *text, struct http_response *response);

/* Likewise on a connection of its own. */
void http_client_ask(int port, const char *text, struct http_response *response);

/* The `code` in the body of an error, or "". Valid until the next call. */
const char *http_client_code(const struct http_response *response);

#endif
