#include "command/runner.h"

#include "base/child.h"
#include "base/clock.h"
#include "command/run_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

_Static_assert(COMMAND_INPUT <= PIPE_BUF, "a pipe takes a whole input at once");

struct runner {
    const struct command_table *table;
    struct run_queue *queue;
    pid_t server;
};

/* ---- Runs ---- */

/* Tells the server. Blocks while the server does not read. */
static void report(enum command_result result, uint32_t command, int status, pid_t pid, const char *label)
{
    struct command_outcome outcome = { .result = result, .command = command, .status = status, .pid = pid };
    memcpy(outcome.label, label, sizeof(outcome.label));
    send(CHILD_SOCKET, &outcome, sizeof(outcome), MSG_NOSIGNAL);
}

/* Starts `path` with `input` as its standard input. Returns an errno value, or 0. */
static int spawn(const char *path, int input, pid_t *pid)
{
    char *const arguments[] = { (char *)path, NULL }, *const environment[] = { NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int failure = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

static int start(const char *path, const struct command_run *run, pid_t *pid)
{
    int ends[2], failure;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    if (write(ends[1], run->input, run->length) == (ssize_t)run->length)
        failure = spawn(path, ends[0], pid);
    else
        failure = errno;
    close(ends[0]);
    close(ends[1]);
    return failure;
}

static void start_waiting(struct runner *r)
{
    const struct command_run *run;
    while ((run = run_queue_next(r->queue)) != NULL) {
        pid_t pid;
        int failure = start(r->table->command[run->command].path, run, &pid);
        if (failure == 0) {
            run_queue_begin(r->queue, pid, clock_ms());
        } else {
            report(COMMAND_NOT_STARTED, run->command, failure, 0, run->label);
            run_queue_skip(r->queue);
        }
    }
}

/* A program has ended, so its group has, too: what it left behind is killed before its number, which is the
 * group's, may be another's. */
static void reap(struct runner *r)
{
    for (siginfo_t info = { 0 };
         waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0; info.si_pid = 0) {
        struct run_queue_job job;
        int status;
        kill(-info.si_pid, SIGKILL);
        if (waitpid(info.si_pid, &status, 0) != info.si_pid || !run_queue_end(r->queue, info.si_pid, &job))
            continue;
        bool exited = WIFEXITED(status);
        enum command_result result = job.overdue                           ? COMMAND_TIMED_OUT
                                     : !exited                             ? COMMAND_KILLED
                                     : WEXITSTATUS(status) != EXIT_SUCCESS ? COMMAND_FAILED
                                                                           : COMMAND_SUCCEEDED;
        report(result, job.command, exited ? WEXITSTATUS(status) : WTERMSIG(status), job.pid, job.label);
    }
}

static void kill_overdue(struct runner *r)
{
    for (pid_t pid; (pid = run_queue_overdue(r->queue, clock_ms())) != 0;)
        kill(-pid, SIGKILL);
}

/* ---- The loop ---- */

/* Takes what the server has sent. False: the server has ended, or what it sends is no message. */
static bool receive(struct runner *r)
{
    struct command_run run;
    ssize_t size;
    while ((size = recv(CHILD_SOCKET, &run, sizeof(run), MSG_DONTWAIT | MSG_TRUNC)) == (ssize_t)sizeof(run)) {
        if (run.command >= r->table->count || run.length > sizeof(run.input))
            return false;
        if (!run_queue_add(r->queue, &run))
            report(COMMAND_DROPPED, run.command, 0, 0, run.label);
        start_waiting(r);
    }
    return size < 0 && (errno == EAGAIN || errno == EINTR);
}

static void serve(struct runner *r, const sigset_t *waiting)
{
    struct pollfd from = { .fd = CHILD_SOCKET, .events = POLLIN };
    do {
        int64_t ms = run_queue_wait_ms(r->queue, clock_ms());
        struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };
        ppoll(&from, 1, ms >= 0 ? &wait : NULL, waiting);
        kill_overdue(r);
        reap(r);
        start_waiting(r);
    } while (receive(r) && getppid() == r->server);
    pid_t pid;
    for (size_t i = 0; (pid = run_queue_pid(r->queue, i)) != 0; i++)
        kill(-pid, SIGKILL);
}

void runner_run(const struct command_table *table, int socket, pid_t server, bool background)
{
    struct runner r = { .table = table, .queue = run_queue_new(&table->limits), .server = server };
    sigset_t waiting;

    if (r.queue != NULL && child_enter("dnsbld-commands", socket, background, &waiting))
        serve(&r, &waiting);
    _exit(EXIT_FAILURE);
}
