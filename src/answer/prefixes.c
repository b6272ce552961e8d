#include "answer/prefixes.h"

#include "dns/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(struct trie_key a, struct trie_key b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

static int by_first(const void *a, const void *b)
{
    return compare(((const struct prefix_range *)a)->first, ((const struct prefix_range *)b)->first);
}

/* The bits behind the first `length` of a key. */
static struct trie_key host_bits(unsigned length)
{
    return (struct trie_key){ length < 64 ? ~UINT64_C(0) >> length : 0, length <= 64 ? ~UINT64_C(0)
                                                                        : length < 128
                                                                            ? ~UINT64_C(0) >> (length - 64)
                                                                            : 0 };
}

static bool parse_length(const char *text, unsigned most, unsigned *length)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    *length = (unsigned)n;
    return *text >= '0' && *text <= '9' && *end == '\0' && n <= most;
}

enum err prefixes_add(struct prefixes *set, const char *text, struct error *error)
{
    char address[INET6_ADDRSTRLEN];
    uint8_t bytes[16] = { 0 };
    size_t size = strcspn(text, "/");
    bool ipv6 = memchr(text, ':', size) != NULL;
    unsigned most = ipv6 ? 128 : 32, length = most;

    if (size < sizeof(address))
        snprintf(address, sizeof(address), "%.*s", (int)size, text);
    if (size >= sizeof(address) || inet_pton(ipv6 ? AF_INET6 : AF_INET, address, bytes) != 1 ||
        (text[size] == '/' && !parse_length(text + size + 1, most, &length)))
        return error_set(error, ERR_SYNTAX, "'%s': ADDRESS or ADDRESS/LENGTH expected", text);
    struct prefix_range *range = vec_add(&set->ranges[ipv6], sizeof(*range));
    if (range == NULL)
        return error_set(error, ERR_MEMORY, "'%s': out of memory", text);
    struct trie_key key = { (uint64_t)wire_get32(bytes) << 32 | wire_get32(bytes + 4),
                            (uint64_t)wire_get32(bytes + 8) << 32 | wire_get32(bytes + 12) };
    struct trie_key host = host_bits(length);
    *range = (struct prefix_range){ { key.hi & ~host.hi, key.lo & ~host.lo },
                                    { key.hi | host.hi, key.lo | host.lo } };
    return OK;
}

void prefixes_end(struct prefixes *set)
{
    for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
        struct vec *v = &set->ranges[ipv6];
        struct prefix_range *range = v->data;
        size_t count = VEC_COUNT(v, *range), kept = 0;
        if (count == 0)
            continue;
        qsort(range, count, sizeof(*range), by_first);
        for (size_t i = 1; i < count; i++) /* prefixes are apart, or one is within the other */
            if (compare(range[i].first, range[kept].last) > 0)
                range[++kept] = range[i];
            else if (compare(range[i].last, range[kept].last) > 0)
                range[kept] = range[i];
        v->used = (kept + 1) * sizeof(*range);
    }
}

hot bool prefixes_have(const struct prefixes *set, const struct client *client)
{
    const struct prefix_range *range = set->ranges[client->ipv6].data;
    size_t from = 0, to = VEC_COUNT(&set->ranges[client->ipv6], *range);

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare(client->key, range[middle].first) < 0)
            to = middle;
        else if (compare(client->key, range[middle].last) > 0)
            from = middle + 1;
        else
            return true;
    }
    return false;
}

void prefixes_free(struct prefixes *set)
{
    vec_free(&set->ranges[0]);
    vec_free(&set->ranges[1]);
}
