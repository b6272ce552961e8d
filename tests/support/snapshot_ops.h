/*
 * Bytes decoded into sets, and into generations in which some of the sets are replaced. Each generation's
 * snapshot is compared with the model, at all edges and at other keys and names, and with a snapshot built
 * from scratch.
 */
#ifndef SUPPORT_SNAPSHOT_OPS_H
#define SUPPORT_SNAPSHOT_OPS_H

#include <stddef.h>
#include <stdint.h>

/* Returns what is wrong, or NULL. A fault (0: none) says which line of the model is changed, if there is one.
 */
const char *snapshot_ops_run(const uint8_t *bytes, size_t size, uint64_t fault);

#endif
