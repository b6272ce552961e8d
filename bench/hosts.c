/* Prints random IPv4 addresses, ascending, one a line: a list of any size. Usage: hosts COUNT [SEED] */
#include "bench.h"

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (argc > 2)
        bench_state = strtoul(argv[2], NULL, 10);
    uint32_t *hosts = bench_hosts(&n);
    for (size_t i = 0; i < n; i++)
        if (hosts[i] >> 24 != 127) /* loopback addresses stand in test entries, which lists add themselves */
            printf("%u.%u.%u.%u\n", hosts[i] >> 24, hosts[i] >> 16 & 255, hosts[i] >> 8 & 255,
                   hosts[i] & 255);
    free(hosts);
    return 0;
}
