/*
 * The rights of the fast path are those of a process beside the server, dnsbld-xdp; the server keeps none.
 * This is the server's end: what it asks for, over a pair of sockets, in messages of one size.
 *
 * The process makes maps, whose descriptors it returns, loads the program that the build has embedded over
 * maps that the server gives it, and has it on the interfaces of the configuration, which the server names by
 * number. It parses nothing and reads no map; what a server that was taken over can do with it is to answer
 * queries on these interfaces. When either of the two ends, however it does, nothing is left on the
 * interfaces.
 *
 * Any thread. Each call waits for its answer: milliseconds, but xdp_rights_load. All fail with ERR_SYSTEM if
 * the kernel refuses, or once the process has ended; the log says that once.
 */
#ifndef XDP_RIGHTS_H
#define XDP_RIGHTS_H

#include "base/child.h"
#include "xdp/kernel.h"

struct xdp_rights;

/* Takes over the child, which runs xdp_process_run. NULL: out of memory, and nothing is taken over. */
struct xdp_rights *xdp_rights_new(const struct child *child);

/* Ends the process, and with it all that is on interfaces. NULL: nothing. */
void xdp_rights_free(struct xdp_rights *rights);

/* Makes a map, whose descriptor is the caller's. With it the caller may map, read and write the map: only to
 * make one needs rights (since Linux 5.19). `rights` NULL: this process has them, for tests and benchmarks.
 */
enum err xdp_rights_map(struct xdp_rights *rights, const struct xdp_map_spec *spec, int *map,
                        struct error *error) must_use;

/* Loads a program over these maps, by enum xdp_map; they stay the caller's. It is not in use yet. 0.3 s. */
enum err xdp_rights_load(struct xdp_rights *rights, const struct xdp_layout *layout, const int maps[XDP_MAPS],
                         struct error *error) must_use;

/* Uses the program loaded last instead of the one before, on all interfaces: *attached has a bit for each
 * interface that has one, by number. */
enum err xdp_rights_use(struct xdp_rights *rights, uint32_t *attached, struct error *error) must_use;

/* Puts the program in use on the interface `number` in one of `modes` (enum xdp_mode), instead of whatever
 * was there of ours. *index is that of the interface in the system. If it is generic although native is
 * permitted, `error` says why. */
enum err xdp_rights_attach(struct xdp_rights *rights, uint32_t number, unsigned modes, enum xdp_mode *mode,
                           uint32_t *index, struct error *error) must_use;

/* Takes it off. */
void xdp_rights_detach(struct xdp_rights *rights, uint32_t number);

/* Whether the process has ended. *socket, to wait by, hangs up when it does. */
bool xdp_rights_has_ended(struct xdp_rights *rights, int *socket);

#endif
