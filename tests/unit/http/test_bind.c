/* Addresses to listen on, and left-over sockets of former servers. */
#include "http/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void forms(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        enum err err;
    } table[] = {
        { "127.0.0.1:0", OK },
        { "0.0.0.0:0", OK },
        { "127.0.0.1", ERR_SYNTAX },
        { "127.0.0.1:", ERR_SYNTAX },
        { ":8053", ERR_SYNTAX },
        { "127.0.0.1:65536", ERR_SYNTAX },
        { "127.0.0.1:http", ERR_SYNTAX },
        { "127.0.0.1:-1", ERR_SYNTAX },
        { "127.0.0.1/8053", ERR_SYNTAX },
        { "localhost:8053", ERR_SYNTAX }, /* numbers only */
        { "::1:8053", ERR_SYNTAX },
        { "[::1]", ERR_SYNTAX },
        { "[::1]8053", ERR_SYNTAX },
        { "[::1:8053", ERR_SYNTAX },
        { "[]:8053", ERR_SYNTAX },
        { "", ERR_SYNTAX },
        { "unix:", ERR_SYNTAX },
        { "unix:/nonexistent/socket", ERR_SYSTEM },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct http_listener listener = { .address = table[i].address, .socket = -1 };
        struct error error = { 0 };
        enum err err = http_bind(&listener, &error);
        if (err != table[i].err)
            fail_msg("%s: %s", table[i].address, error.text);
        if (err == OK)
            close(listener.socket);
        else
            assert_non_null(strstr(error.text, table[i].address));
    }
}

static void address_in_use(void **state)
{
    struct http_listener first = { .address = "127.0.0.1:0" }, second;
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    struct error error;
    char text[32];

    (void)state;
    assert_int_equal(http_bind(&first, &error), OK);
    assert_int_equal(getsockname(first.socket, (void *)&address, &length), 0);
    snprintf(text, sizeof(text), "127.0.0.1:%d", ntohs(address.sin_port));
    second = (struct http_listener){ .address = text };
    assert_int_equal(http_bind(&second, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, "already in use"));
    close(first.socket);
}

/* What is left of a server that was killed: the files, without anybody who answers or holds the lock. */
static void kill_server(struct http_listener *listener)
{
    close(listener->socket);
    close(listener->lock);
    close(listener->directory);
}

/* A socket that was bound without a lock, by another program. */
static int bind_without_lock(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(bind(fd, (const void *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static void unix_sockets(void **state)
{
    char directory[] = "/tmp/http-bind-XXXXXX", path[64], text[80], lock[80];
    struct http_listener first = { .address = text }, second = { .address = text };
    struct error error;
    struct stat status;
    mode_t mask = umask(0077);

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/socket", directory);
    snprintf(text, sizeof(text), "unix:%s", path);
    snprintf(lock, sizeof(lock), "%s.lock", path);
    assert_int_equal(http_bind(&first, &error), OK);
    assert_true(first.unix_socket);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    assert_int_equal(http_bind(&second, &error), ERR_REFUSED); /* its server has the lock... */
    assert_non_null(strstr(error.text, "already in use"));
    unlink(path);
    assert_int_equal(http_bind(&second, &error), ERR_REFUSED); /* ...whatever became of the socket */
    kill_server(&first);
    assert_int_equal(http_bind(&second, &error), OK);
    kill_server(&second);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(http_bind(&first, &error), OK); /* in the place of what was left */
    http_unbind(&first);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(lock, F_OK), -1);
    int other = bind_without_lock(path);
    assert_int_equal(http_bind(&second, &error), ERR_REFUSED); /* it answers */
    close(other);
    assert_int_equal(http_bind(&second, &error), OK);
    http_unbind(&second);
    fclose(fopen(path, "w"));
    assert_int_equal(http_bind(&second, &error), ERR_REFUSED); /* a file is not taken away */
    assert_non_null(strstr(error.text, "not a socket"));
    assert_int_equal(stat(path, &status), 0);
    unlink(path);
    unlink(lock);
    assert_int_equal(rmdir(directory), 0);
    umask(mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(forms), cmocka_unit_test(address_in_use),
                                        cmocka_unit_test(unix_sockets) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
