/* The property test of the trie, driven by the fuzzer. */
#include "support/property.h"
#include "support/trie_ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return property_fuzz(trie_ops_run_build(data, size, 0));
}
