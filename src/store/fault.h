/*
 * Fault points for crash tests: in a debug build, the environment variable DNSBLD_FAULT=NAME[:COUNT] makes
 * the process kill itself (SIGKILL) when it passes the point NAME for the COUNT-th time (default 1). Other
 * builds have no fault points.
 *
 * Points, in the order of a request: "taken" (in the updater, nothing done), "written" (rows written, not
 * committed), "committed", "edited" (overlay committed, not published), "published", "answered" (the
 * request's thread was woken). Of a copy of the store: "copied" (complete, without its name).
 */
#ifndef STORE_FAULT_H
#define STORE_FAULT_H

#ifdef DEBUG
void fault_pass(const char *name);
#else
static inline void fault_pass(const char *name)
{
    (void)name;
}
#endif

#endif
