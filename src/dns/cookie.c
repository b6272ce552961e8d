#include "dns/cookie.h"

#include <string.h>

enum { VERSION = 1, AT_TIME = EDNS_COOKIE_CLIENT + 4, AT_HASH = AT_TIME + 4 };

static void write_hash(const uint8_t *secret, const struct cookie_client *client, const uint8_t *cookie,
                       uint8_t *out)
{
    uint8_t input[AT_HASH + COOKIE_ADDRESS];

    memcpy(input, cookie, AT_HASH);
    memcpy(input + AT_HASH, client->address, client->size);
    uint64_t hash = siphash(secret, input, AT_HASH + (size_t)client->size);
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)(hash >> 8 * i);
}

/* Compares in constant time: its duration must not show how much of a forged hash is right. */
static bool has_hash(const uint8_t *secret, const struct cookie_client *client, const uint8_t *cookie)
{
    uint8_t hash[8], difference = 0;

    write_hash(secret, client, cookie, hash);
    for (unsigned i = 0; i < 8; i++)
        difference |= hash[i] ^ cookie[AT_HASH + i];
    return difference == 0;
}

void cookie_make(const struct cookie_secrets *secrets, const struct cookie_client *client, int64_t now,
                 uint8_t *cookie)
{
    wire_put32(wire_put32(cookie + EDNS_COOKIE_CLIENT, (uint32_t)VERSION << 24), (uint32_t)now);
    write_hash(secrets->current, client, cookie, cookie + AT_HASH);
}

bool cookie_valid(const struct cookie_secrets *secrets, const struct cookie_client *client, int64_t now,
                  const uint8_t *cookie, size_t size)
{
    if (size != COOKIE_SIZE || cookie[EDNS_COOKIE_CLIENT] != VERSION)
        return false;
    /* Times are 32 bits that wrap (RFC 1982), as RFC 9018 section 4.3 has it. */
    int32_t age = (int32_t)((uint32_t)now - wire_get32(cookie + AT_TIME));
    if (age > COOKIE_AGE_MAX || age < -COOKIE_AHEAD_MAX)
        return false;
    return has_hash(secrets->current, client, cookie) || has_hash(secrets->previous, client, cookie);
}
