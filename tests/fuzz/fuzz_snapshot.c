/* The property test of the snapshot, driven by the fuzzer. */
#include "support/property.h"
#include "support/snapshot_ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return property_fuzz(snapshot_ops_run(data, size, 0));
}
