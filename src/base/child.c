#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_MS 1000 /* for the child to end once its socket is closed */

enum err child_start(void (*run)(void *context, int socket, pid_t server), void *context, struct child *out,
                     struct error *error)
{
    pid_t server = getpid();
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set(error, ERR_SYSTEM, "no socket: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        run(context, ends[1], server);
        _exit(1);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_set(error, ERR_SYSTEM, "no process: %s", strerror(errno));
    }
    *out = (struct child){ .socket = ends[0], .pid = pid };
    return OK;
}

/* ---- In the child ---- */

/* Leaves of the server's descriptors `socket` as CHILD_SOCKET and standard error. */
static bool keep_descriptors(int socket, bool background)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    return nowhere >= 0 && dup2(nowhere, STDIN_FILENO) >= 0 &&
           dup2(background ? nowhere : STDERR_FILENO, STDOUT_FILENO) >= 0 &&
           dup2(STDOUT_FILENO, STDERR_FILENO) >= 0 && dup2(socket, CHILD_SOCKET) >= 0 &&
           fcntl(CHILD_SOCKET, F_SETFD, FD_CLOEXEC) == 0 && close_range(CHILD_SOCKET + 1, ~0u, 0) == 0;
}

static void limit_resources(void)
{
    struct rlimit files = { CHILD_FILES, CHILD_FILES }, now;
    if (getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_max > CHILD_FILES)
        setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* what a unit gave the server alone */
}

static void ignore(int signal)
{
    (void)signal;
}

static void block_signals(sigset_t *waiting)
{
    sigset_t all;
    struct sigaction action = { .sa_handler = ignore };
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    sigaction(SIGCHLD, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigfillset(waiting);
    sigdelset(waiting, SIGCHLD);
    sigdelset(waiting, SIGTERM);
}

bool child_enter(const char *name, int socket, bool background, sigset_t *waiting)
{
    block_signals(waiting);
    prctl(PR_SET_NAME, name, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    limit_resources();
    return chdir("/") == 0 && keep_descriptors(socket, background);
}

/* ---- In the server ---- */

void child_reap(const struct child *child, char text[CHILD_TEXT])
{
    int status = 0;
    kill(child->pid, SIGKILL);
    waitpid(child->pid, &status, 0);
    bool killed = WIFSIGNALED(status);
    snprintf(text, CHILD_TEXT, "%s %d", killed ? "was killed by signal" : "ended with status",
             killed ? WTERMSIG(status) : WEXITSTATUS(status));
}

void child_wait(const struct child *child, int wait_ms)
{
    struct pollfd from = { .fd = child->socket, .events = POLLIN };
    if (wait_ms > 0)
        poll(&from, 1, wait_ms);
}

void child_end(struct child *child, bool ended)
{
    shutdown(child->socket, SHUT_WR);
    if (!ended) {
        child_wait(child, END_MS);
        kill(child->pid, SIGKILL); /* unless it has ended, which its number outlives until waitpid() */
        waitpid(child->pid, NULL, 0);
    }
    close(child->socket);
}
