/* The property test of the overlay, driven by the fuzzer. */
#include "support/overlay_ops.h"
#include "support/property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return property_fuzz(overlay_ops_run(data, size, 0));
}
