/*
 * Bytes decoded into operations of delist/: delist, list, allow, batches, change, end, revert, time, sweep,
 * suspend, restart, and snapshots with what they mean for delistings. After each one, what was published must
 * say of every key and list what the model says.
 */
#ifndef SUPPORT_DELIST_OPS_H
#define SUPPORT_DELIST_OPS_H

#include <stddef.h>
#include <stdint.h>

/* Does what `bytes` say, in memory or with a store on disk that is reopened; with an enum delist_fault.
 * Returns what is wrong, or NULL. */
const char *delist_ops_run(const uint8_t *bytes, size_t size, uint64_t fault);
const char *delist_ops_run_on_disk(const uint8_t *bytes, size_t size, uint64_t fault);

#endif
