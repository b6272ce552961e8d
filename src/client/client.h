/*
 * dnsblctl: the command-line client of the HTTP API.
 *
 * One table (verbs.c) says for each verb its arguments, its call and how the answer is shown. Dispatch,
 * --help, completion and the test of the man page are derived from it. One thread.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

/* The result of a run, and its exit status as in dnsblctl(1). */
enum outcome {
    OUTCOME_DONE = 0,
    OUTCOME_USAGE = 1,       /* the command line, a file or something else on this side is not right */
    OUTCOME_UNREACHABLE = 2, /* no server answered */
    OUTCOME_REFUSED = 3,     /* the server refused: 4xx */
    OUTCOME_FAILED = 4,   /* the server failed: 5xx, an answer that is not of the API, a load that failed */
    OUTCOME_PARTIAL = 5,  /* some of many were done, some not */
    OUTCOME_DECLINED = 6, /* the user did not confirm */
    OUTCOME_LISTED = 10,  /* lookup --exit-code: something is listed */
};

/* Runs the command line; returns the exit status. Writes to standard output and standard error. */
int client_run(int argc, char **argv);

#endif
