#include "answer/customer_keys.h"

#include "base/hash.h"
#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE = 64 / sizeof(uint64_t) }; /* counters of a cache line */

struct customer_keys *customer_keys_new(uint64_t seed, size_t zones_count)
{
    struct customer_keys *k = calloc(1, sizeof(*k));

    if (k != NULL) {
        k->seed = seed;
        k->zones_count = zones_count;
    }
    return k;
}

void customer_keys_free(struct customer_keys *k)
{
    if (k == NULL)
        return;
    hash_index_free(&k->index);
    hash_index_free(&k->names);
    vec_free(&k->keys);
    vec_free(&k->customers);
    vec_free(&k->zones);
    free(k->states);
    free(k->counts);
    free(k);
}

uint32_t customer_keys_find_customer(const struct customer_keys *k, const char *name)
{
    uint64_t hash = hash_bytes(k->seed, name, strlen(name));
    uint32_t id;

    for (size_t at = hash_index_first(&k->names, hash);
         (id = hash_index_id(&k->names, hash, &at)) != HASH_INDEX_NONE; at++)
        if (strcmp(customer_keys_get_customer(k, id)->name, name) == 0)
            return id;
    return CUSTOMER_KEYS_NONE;
}

uint32_t customer_keys_add_customer(struct customer_keys *k, const char *name)
{
    uint32_t id = customer_keys_find_customer(k, name);

    if (id != CUSTOMER_KEYS_NONE)
        return id;
    id = (uint32_t)VEC_COUNT(&k->customers, struct customer);
    struct customer *c = vec_add(&k->customers, sizeof(*c));
    if (c == NULL || !hash_index_add(&k->names, hash_bytes(k->seed, name, strlen(name)), id))
        return CUSTOMER_KEYS_NONE;
    snprintf(c->name, sizeof(c->name), "%s", name);
    return id;
}

/* The key with this label, or, if `size` is 0, with this digest. */
static const struct customer_key *find(const struct customer_keys *k, const uint8_t *text, uint8_t size)
{
    size_t length = size != 0 ? size : SHA256_SIZE;
    uint64_t hash = hash_bytes(k->seed, text, length);
    uint32_t id;

    for (size_t at = hash_index_first(&k->index, hash);
         (id = hash_index_id(&k->index, hash, &at)) != HASH_INDEX_NONE; at++) {
        const struct customer_key *key = &VEC_AT(&k->keys, const struct customer_key, id);
        if (key->size == size && memcmp(key->label, text, length) == 0)
            return key;
    }
    return NULL;
}

/* Adds the bits of `allowed`; *first is their index. A key shares those of the key before if they are equal.
 */
static enum err add_zones(struct customer_keys *k, const bool *allowed, uint32_t *first)
{
    size_t words = k->zones_count / 64 + 1, sets = VEC_COUNT(&k->zones, uint64_t) / words;
    uint64_t *bits = vec_add(&k->zones, words * sizeof(*bits));

    if (bits == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < k->zones_count; i++)
        bits[i / 64] |= (uint64_t)allowed[i] << i % 64;
    *first = (uint32_t)(sets * words);
    if (sets != 0 && memcmp(bits - words, bits, words * sizeof(*bits)) == 0) {
        *first -= (uint32_t)words;
        memset(bits, 0, words * sizeof(*bits));
        k->zones.used -= words * sizeof(*bits);
    }
    return OK;
}

enum err customer_keys_add(struct customer_keys *k, const struct customer_key *key, const bool *allowed)
{
    uint32_t id = (uint32_t)VEC_COUNT(&k->keys, struct customer_key);
    uint64_t hash = hash_bytes(k->seed, key->label, key->size != 0 ? key->size : SHA256_SIZE);

    if (find(k, key->label, key->size) != NULL)
        return ERR_REFUSED;
    struct customer_key *added = vec_add(&k->keys, sizeof(*added));
    if (added == NULL || !hash_index_add(&k->index, hash, id))
        return ERR_MEMORY;
    *added = *key;
    k->digests |= key->size == 0;
    return add_zones(k, allowed, &added->zones);
}

enum err customer_keys_finish(struct customer_keys *k, size_t workers)
{
    size_t count = VEC_COUNT(&k->customers, struct customer);

    k->workers = workers;
    k->stride = (count / LINE + 1) * LINE;
    k->states = calloc(count + 1, sizeof(*k->states));
    size_t size = (workers + 1) * k->stride * sizeof(*k->counts);
    k->counts = aligned_alloc(64, size);
    if (k->states == NULL || k->counts == NULL)
        return ERR_MEMORY;
    memset(k->counts, 0, size);
    return OK;
}

hot const struct customer_key *customer_keys_find(const struct customer_keys *k, const uint8_t *label)
{
    uint8_t digest[SHA256_SIZE];
    const struct customer_key *key = find(k, label + 1, label[0]);

    if (key != NULL || !k->digests)
        return key;
    sha256(label + 1, label[0], digest);
    return find(k, digest, 0);
}

uint64_t customer_keys_sum(const struct customer_keys *k, uint32_t customer)
{
    uint64_t sum = 0;

    for (size_t worker = 0; worker < k->workers; worker++)
        sum += __atomic_load_n(&k->counts[worker * k->stride + customer], __ATOMIC_RELAXED);
    return sum;
}
