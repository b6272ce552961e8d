/* dnsbld, the server: main() runs what the command line asks for; serve() is the order of the start. */
#include "base/log.h"
#include "config/config_file.h"
#include "config/options.h"
#include "daemon/background.h"
#include "daemon/check.h"
#include "daemon/config_change.h"
#include "daemon/dump.h"
#include "daemon/privileges.h"
#include "daemon/server.h"
#include "serve/memory.h"
#include "serve/systemd.h"

#include <signal.h>
#include <stdlib.h>

#include <unistd.h>

/* ---- Signals ---- */

/* Blocks the signals that the main thread waits for; all threads inherit the mask. */
static void block_signals(sigset_t *signals)
{
    static const int waited[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD };
    sigemptyset(signals);
    for (size_t i = 0; i < ARRAY_SIZE(waited); i++)
        sigaddset(signals, waited[i]);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void exit_at_once(int signal)
{
    (void)signal;
    background_remove_pid();
    _exit(EXIT_SUCCESS);
}

/* Loads. Meanwhile SIGTERM and SIGINT end the process at once, as there is nothing to clean up. No thread
 * that outlives this may start in it: it would keep these signals unblocked. */
static enum err load(struct server *server, struct error *error)
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    signal(SIGTERM, exit_at_once);
    signal(SIGINT, exit_at_once);
    pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
    enum err err = server_load(server, error);
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    return err;
}

/* Handles signals, and what is due by time, until SIGTERM or SIGINT. SIGCHLD, of the process that runs
 * commands, only wakes it: server_tick sees to that process. */
static void handle_signals(struct server *server, const sigset_t *signals)
{
    for (;;) {
        int64_t ms = server_tick(server);
        struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };
        int signal = sigtimedwait(signals, NULL, &wait);
        if (signal == SIGTERM || signal == SIGINT)
            return;
        if (signal == SIGHUP) {
            config_change_log();
            server_reload(server);
        } else if (signal == SIGUSR1 || signal == SIGUSR2)
            server_log_stats(server, signal == SIGUSR2);
    }
}

/* ---- The start ---- */

/* Opens what needs root, drops root, loads and serves. */
static enum err serve(const struct config *config, struct error *error)
{
    struct identity identity;
    struct server *server = NULL;
    sigset_t signals;

    block_signals(&signals);
    systemd_open();
    config_change_open(config->path);
    enum err err = privileges_find(config->user, &identity, error);
    if (err == OK)
        err = server_open(config, &identity, &server, error);
    if (err == OK && !config->foreground)
        err = background_enter(error);
    if (err == OK && !config->foreground)
        log_to_syslog(config->facility);
    if (err == OK)
        err = server_fork(server, &identity, error);
    memory_open();
    if (err == OK && config->pid_file != NULL)
        err = background_write_pid(config->pid_file, error);
    if (err == OK)
        err = privileges_enter(config->root, config->directory, &identity, error);
    if (err == OK && config->state != NULL)
        err = privileges_make_directory(config->state, &identity, error);
    if (err == OK)
        err = privileges_drop(&identity, error);
    if (err == OK)
        err = server_prepare(server, error);
    if (err == OK)
        err = load(server, error);
    if (err == OK)
        err = server_start(server, error);
    if (err == OK) {
        if (!config->foreground)
            background_ready();
        systemd_notify("READY=1\nMAINPID=%ld", (long)getpid());
        handle_signals(server, &signals);
        systemd_notify("STOPPING=1");
    }
    bool stopped = server_stop(server);
    background_remove_pid();
    if (!stopped)
        _exit(EXIT_SUCCESS);
    return err;
}

/* Becomes the user that a server would become, and checks. */
static enum err check(const struct config *config, int *code, struct error *error)
{
    struct identity identity;
    enum err err = privileges_find(geteuid() == 0 ? config->user : NULL, &identity, error);
    if (err != OK)
        return err;
    struct check_rights rights = check_files_open(config, &identity);
    err = privileges_enter(config->root, config->directory, &identity, error);
    if (err == OK) {
        rights.makes_state = config->state != NULL && privileges_makes_directory(config->state, &identity);
        err = privileges_drop(&identity, error);
    }
    if (err == OK)
        *code = check_run(config, &rights);
    return err;
}

static enum err dump(const struct config *config, struct error *error)
{
    static const struct identity self = { .change = false };
    enum err err = privileges_enter(config->root, config->directory, &self, error);
    return err == OK ? dump_run(config, stdout, error) : err;
}

static enum err run(const struct config *config, enum options_action action, int *code, struct error *error)
{
    switch (action) {
    case OPTIONS_HELP:
        options_help(stdout);
        return OK;
    case OPTIONS_VERSION:
        puts("dnsbld " DNSBLD_VERSION);
        return OK;
    case OPTIONS_PRINT:
        return config_print(config, stdout, error);
    case OPTIONS_CHECK:
        return check(config, code, error);
    case OPTIONS_DUMP:
        return dump(config, error);
    default:
        if (config->fork_ignored)
            log_notice("-f is not needed: a reload never interrupts answers");
        return serve(config, error);
    }
}

int main(int argc, char **argv)
{
    struct config config;
    struct error error;
    enum options_action action;
    int code = EXIT_SUCCESS;

    config_init(&config);
    if (argc == 1) {
        options_help(stderr);
        return EXIT_FAILURE;
    }
    enum err err = options_parse(argc, argv, &config, &action, &error);
    if (err == OK) {
        memory_limit(config.memory_percent);
        err = run(&config, action, &code, &error);
    }
    config_free(&config);
    if (err != OK) {
        log_error("%s", error.text);
        return EXIT_FAILURE;
    }
    return code;
}
