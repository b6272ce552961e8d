/*
 * dnsblctl: the command-line client of the HTTP API.
 *
 * One table (verbs.c) says for each verb what it takes, which call it makes and how the answer is shown.
 * Dispatch, --help, completion and the test of the man page come from it. One thread.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

/* How a run ends; the numbers are the exit status, for scripts, and documented in dnsblctl(1). */
enum outcome {
    OUTCOME_DONE = 0,
    OUTCOME_USAGE = 1,       /* the command line, a file or something else on this side is wrong */
    OUTCOME_UNREACHABLE = 2, /* no server answered */
    OUTCOME_REFUSED = 3,     /* the server did not want to: 4xx */
    OUTCOME_TROUBLE = 4,     /* the server could not: 5xx, or an answer that makes no sense */
    OUTCOME_PARTIAL = 5,     /* some of many were done, some not */
    OUTCOME_DECLINED = 6,    /* the question whether to go on was answered with no */
    OUTCOME_LISTED = 10,     /* lookup --exit-code: something is listed */
};

/* Does what the arguments say; returns the exit status. Writes to standard output and standard error. */
int client_run(int argc, char **argv);

#endif
