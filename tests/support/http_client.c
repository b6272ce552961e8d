#include "support/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <jansson.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static void set_timeout(int fd)
{
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = 20 }, sizeof(struct timeval));
}

int http_client_open(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_int_equal(connect(fd, (void *)&address, sizeof(address)), 0);
    set_timeout(fd);
    return fd;
}

int http_client_open_unix(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
    assert_int_equal(connect(fd, (void *)&address, sizeof(address)), 0);
    set_timeout(fd);
    return fd;
}

void http_client_write(int fd, const void *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t n = send(fd, (const char *)data + at, size - at, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the answer, or its absence, will tell */
        at += (size_t)n;
    }
}

const char *http_client_header(const struct http_response *a, const char *name)
{
    static __thread char value[512];
    char find[64];
    snprintf(find, sizeof(find), "\r\n%s: ", name);
    const char *at = strcasestr(a->head, find);
    if (at == NULL)
        return NULL;
    at += strlen(find);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

void http_client_read(int fd, bool head, struct http_response *a)
{
    size_t used = 0;
    *a = (struct http_response){ .status = 0 };
    while (used < sizeof(a->head) - 1 && (used < 4 || memcmp(a->head + used - 4, "\r\n\r\n", 4) != 0)) {
        if (recv(fd, a->head + used, 1, 0) != 1)
            return;
        used++;
    }
    a->head[used] = '\0';
    assert_int_equal(sscanf(a->head, "HTTP/1.1 %d", &a->status), 1);
    if (a->status == 100) {
        http_client_read(fd, head, a);
        return;
    }
    const char *length = http_client_header(a, "Content-Length");
    size_t wanted = head || length == NULL ? 0 : strtoul(length, NULL, 10);
    assert_true(wanted < sizeof(a->body));
    while (a->length < wanted) {
        ssize_t n = recv(fd, a->body + a->length, wanted - a->length, 0);
        if (n <= 0)
            break;
        a->length += (size_t)n;
    }
    a->body[a->length] = '\0';
}

void http_client_send(int fd, const char *text, struct http_response *a)
{
    http_client_write(fd, text, strlen(text));
    http_client_read(fd, strncmp(text, "HEAD", 4) == 0, a);
}

void http_client_ask(int port, const char *text, struct http_response *a)
{
    int fd = http_client_open(port);
    http_client_send(fd, text, a);
    close(fd);
}

const char *http_client_code(const struct http_response *a)
{
    static char code[64];
    json_t *body = json_loadb(a->body, a->length, 0, NULL);
    const char *text = json_string_value(json_object_get(json_object_get(body, "error"), "code"));
    snprintf(code, sizeof(code), "%s", text != NULL ? text : "");
    json_decref(body);
    return code;
}
