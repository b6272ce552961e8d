#include "support/property.h"

#include "support/must.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *run_seed(const struct property *p, uint64_t seed, uint64_t fault)
{
    bool longer = p->longer_each != 0 && seed % p->longer_each == 0;
    size_t most = longer ? p->longest : p->most;
    uint8_t *random = malloc(most);

    must(random != NULL, "out of memory");
    size_t size = random_bytes(seed, random, p->least, most);
    uint8_t *bytes = malloc(size); /* exactly as many, so that a sanitizer sees reads past the end */
    must(bytes != NULL, "out of memory");
    memcpy(bytes, random, size);
    free(random);
    const char *wrong = p->run(bytes, size, fault);
    free(bytes);
    return wrong;
}

void property_check(const struct property *property, uint64_t first, uint64_t last)
{
    for (uint64_t seed = first; seed <= last; seed++) {
        const char *wrong = run_seed(property, seed, 0);
        if (wrong != NULL)
            fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    }
}

unsigned property_count_caught(const struct property *property, uint64_t first, uint64_t last, uint64_t fault)
{
    unsigned caught = 0;

    for (uint64_t seed = first; seed <= last; seed++) {
        uint64_t own = seed * UINT64_C(0x9e3779b97f4a7c15) >> 20;
        caught += run_seed(property, seed, fault == PROPERTY_FAULT_OF_SEED ? own : fault) != NULL;
    }
    return caught;
}

uint64_t property_seeds(uint64_t usual)
{
    const char *seeds = getenv("SEEDS");
    return seeds != NULL ? strtoull(seeds, NULL, 10) : usual;
}

int property_fuzz(const char *wrong)
{
    must(wrong == NULL, wrong);
    return 0;
}
