/* A radix sort in place, the highest octet first (McIlroy, Bostic and McIlroy, "Engineering Radix Sort",
 * 1993: American flag sort). */
#include "list/sort_hosts.h"

#include <stdint.h>

enum { FEW = 40 }; /* addresses that are sorted by insertion */

static void insert(uint32_t *a, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t x = a[i];
        size_t j = i;
        for (; j > 0 && a[j - 1] > x; j--)
            a[j] = a[j - 1];
        a[j] = x;
    }
}

/* Moves each address to the part of its octet at bit `shift`; end[octet] becomes where that part ends. */
static void distribute(uint32_t *a, size_t count, unsigned shift, size_t end[256])
{
    size_t next[256], sum = 0;

    for (unsigned octet = 0; octet < 256; octet++)
        end[octet] = 0;
    for (size_t i = 0; i < count; i++)
        end[a[i] >> shift & 0xff]++;
    for (unsigned octet = 0; octet < 256; octet++) {
        next[octet] = sum;
        end[octet] = sum += end[octet];
    }
    for (unsigned octet = 0; octet < 256; octet++) {
        while (next[octet] < end[octet]) {
            uint32_t x = a[next[octet]];
            for (unsigned to; (to = x >> shift & 0xff) != octet;) {
                uint32_t y = a[next[to]];
                a[next[to]++] = x;
                x = y;
            }
            a[next[octet]++] = x;
        }
    }
}

/* The recursion is as deep as an address has octets. */
static void sort(uint32_t *a, size_t count, unsigned shift)
{
    size_t end[256], first = 0;

    if (count <= FEW) {
        insert(a, count);
        return;
    }
    distribute(a, count, shift, end);
    for (unsigned octet = 0; shift != 0 && octet < 256; octet++) {
        sort(a + first, end[octet] - first, shift - 8);
        first = end[octet];
    }
}

void sort_hosts(struct vec *hosts)
{
    uint32_t *a = hosts->data, *kept = a;
    size_t count = VEC_COUNT(hosts, uint32_t);

    sort(a, count, 24);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || a[i] != kept[-1])
            *kept++ = a[i];
    hosts->used = (size_t)(kept - a) * sizeof(*a);
}
