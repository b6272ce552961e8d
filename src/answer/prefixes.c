#include "answer/prefixes.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_first(const void *a, const void *b)
{
    const struct prefix_range *x = a, *y = b;
    return trie_key_less(x->first, y->first) ? -1 : trie_key_less(y->first, x->first);
}

static bool parse_length(const char *text, unsigned max, unsigned *length)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    *length = (unsigned)n;
    return *text >= '0' && *text <= '9' && *end == '\0' && n <= max;
}

enum err prefixes_add(struct prefixes *set, const char *text, struct error *error)
{
    char address[INET6_ADDRSTRLEN];
    uint8_t bytes[16] = { 0 };
    size_t size = strcspn(text, "/");
    bool ipv6 = memchr(text, ':', size) != NULL;
    unsigned max = ipv6 ? 128 : 32, length = max;

    if (size < sizeof(address))
        snprintf(address, sizeof(address), "%.*s", (int)size, text);
    if (size >= sizeof(address) || inet_pton(ipv6 ? AF_INET6 : AF_INET, address, bytes) != 1 ||
        (text[size] == '/' && !parse_length(text + size + 1, max, &length)))
        return error_set(error, ERR_SYNTAX, "'%s': ADDRESS or ADDRESS/LENGTH expected", text);
    struct prefix_range *range = vec_add(&set->ranges[ipv6], sizeof(*range));
    if (range == NULL)
        return error_set(error, ERR_MEMORY, "'%s': out of memory", text);
    struct trie_key key = trie_key_read(bytes, sizeof(bytes));
    *range = (struct prefix_range){ trie_key_first(key, length), trie_key_last(key, length) };
    return OK;
}

void prefixes_finish(struct prefixes *set)
{
    for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
        struct vec *v = &set->ranges[ipv6];
        struct prefix_range *range = v->data;
        size_t count = VEC_COUNT(v, *range), kept = 0;
        if (count == 0)
            continue;
        qsort(range, count, sizeof(*range), by_first);
        for (size_t i = 1; i < count; i++) /* two prefixes do not overlap, or one is within the other */
            if (trie_key_less(range[kept].last, range[i].first))
                range[++kept] = range[i];
            else if (trie_key_less(range[kept].last, range[i].last))
                range[kept] = range[i];
        v->used = (kept + 1) * sizeof(*range);
    }
}

hot bool prefixes_contain(const struct prefixes *set, const struct client_address *client)
{
    const struct prefix_range *range = set->ranges[client->ipv6].data;
    size_t from = 0, to = VEC_COUNT(&set->ranges[client->ipv6], *range);

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (trie_key_less(client->key, range[middle].first))
            to = middle;
        else if (trie_key_less(range[middle].last, client->key))
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
