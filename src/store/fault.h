/*
 * Fault points for crash tests: in a debug build, the environment variable DNSBLD_FAULT=NAME[:COUNT] has the
 * process killed (SIGKILL) when the point NAME is passed for the COUNT-th time (1 without); in other builds
 * nothing is there.
 *
 * Points, in the order of a request: "taken" (in the updater, nothing done), "written" (rows written, not
 * committed), "committed", "edited" (overlay committed, not published), "published", "answered" (its thread
 * was told).
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
