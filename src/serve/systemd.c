#include "serve/systemd.h"

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int manager = -1; /* socket connected to the service manager; negative: there is none */

static uint64_t env_number(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

/* Whether the variable `pid_name` names this process, or is missing. */
static bool is_for_us(const char *pid_name)
{
    return getenv(pid_name) == NULL || env_number(pid_name) == (uint64_t)getpid();
}

size_t systemd_sockets(void)
{
    return getenv("LISTEN_PID") != NULL && is_for_us("LISTEN_PID") ? (size_t)env_number("LISTEN_FDS") : 0;
}

void systemd_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = path != NULL ? strlen(path) : 0;
    if (length < 2 || length >= sizeof(address.sun_path))
        return;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') /* an abstract name */
        address.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (manager >= 0 && connect(manager, (struct sockaddr *)&address, size) != 0) {
        log_warning("NOTIFY_SOCKET %s: %s; the service manager gets no notifications", path, strerror(errno));
        close(manager);
        manager = -1;
    }
}

void systemd_notify(const char *format, ...)
{
    char text[512];
    va_list args;
    if (manager < 0)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (send(manager, text, strlen(text), MSG_NOSIGNAL) < 0 && errno != EAGAIN)
        log_warning("cannot notify the service manager: %s", strerror(errno));
}

void systemd_notify_reloading(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    systemd_notify("RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
                   (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000);
}

uint64_t systemd_watchdog(void)
{
    return manager >= 0 && is_for_us("WATCHDOG_PID") ? env_number("WATCHDOG_USEC") : 0;
}
