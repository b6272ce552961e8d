#include "delist/proof.h"

#include "base/sha256.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RECORD_LABEL "_dnsbld."
#define VALUE_PREFIX "dnsbld-proof="
#define VALUE_OCTETS 16 /* of a digest; in hexadecimal */

enum { LONGEST_LOCAL = sizeof("postmaster@") - 1, NIBBLES_TARGET = 16, NIBBLES_ADDRESS = 32 };

static const struct {
    enum proof_kind kind;
    const char *word;
} kinds[] = { { PROOF_MAIL, "mail" }, { PROOF_DNS, "dns" }, { PROOF_ADDRESS, "address" } };

const char *proof_kind_word(enum proof_kind kind)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].word;
    return "confirm";
}

unsigned proof_kind_find(const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strcmp(kinds[i].word, word) == 0)
            return kinds[i].kind;
    return 0;
}

/* ---- The target ---- */

struct range proof_target(const struct range *range)
{
    struct range target = range_head(range);
    if (range->family != RANGE_IP6)
        return target;
    target.first.lo = 0;
    target.last.lo = UINT64_MAX;
    return target;
}

bool proof_is_from(const struct range *range, const char *client)
{
    struct range from;
    return range->family != RANGE_NAME && range_parse(client, false, &from, NULL) == OK &&
           from.family == range->family && from.first.hi == range->first.hi;
}

/* ---- Names in DNS ---- */

/* Writes the name of an address under in-addr.arpa or ip6.arpa; of IPv6 with its first `nibbles`. */
static void write_reverse(const struct range *range, unsigned nibbles, char *out)
{
    uint64_t hi = range->first.hi, lo = range->first.lo;
    if (range->family == RANGE_IP4) {
        sprintf(out, "%" PRIu64 ".%" PRIu64 ".%" PRIu64 ".%" PRIu64 ".in-addr.arpa", hi >> 32 & 255,
                hi >> 40 & 255, hi >> 48 & 255, hi >> 56);
        return;
    }
    while (nibbles-- > 0)
        out += sprintf(out, "%x.",
                       (unsigned)(nibbles < 16 ? hi >> (60 - 4 * nibbles) : lo >> (124 - 4 * nibbles)) & 15);
    strcpy(out, "ip6.arpa");
}

bool proof_record_name(const struct range *range, char out[PROOF_NAME])
{
    struct range target = proof_target(range);
    char *end = stpcpy(out, RECORD_LABEL);
    if (range->family != RANGE_NAME)
        write_reverse(&target, NIBBLES_TARGET, end);
    else
        range_format(&target, end);
    return range->family != RANGE_NAME || range->name_len + sizeof(RECORD_LABEL) - 1 <= WIRE_NAME_MAX;
}

bool proof_pointer_name(const struct range *range, char out[PROOF_NAME])
{
    if (range->family == RANGE_NAME || !range_is_single(range))
        return false;
    write_reverse(range, NIBBLES_ADDRESS, out);
    return true;
}

void proof_record_value(const char id[STORE_ID], char out[PROOF_VALUE])
{
    char text[sizeof(VALUE_PREFIX) + STORE_ID];
    uint8_t digest[SHA256_SIZE];
    int length = snprintf(text, sizeof(text), VALUE_PREFIX "%s", id);
    sha256(text, (size_t)length, digest);
    char *end = stpcpy(out, VALUE_PREFIX);
    for (unsigned i = 0; i < VALUE_OCTETS; i++)
        end += sprintf(end, "%02x", digest[i]);
}

/* ---- Mailboxes ---- */

bool proof_is_host(const char *name)
{
    size_t length = strlen(name), start = 0, labels = 0;
    bool number = false;
    if (length + LONGEST_LOCAL >= STORE_EMAIL)
        return false;
    for (size_t i = 0; i <= length; i++) {
        if (name[i] == '.' || name[i] == '\0') {
            if (i == start || i - start > 63 || name[start] == '-' || name[i - 1] == '-')
                return false;
            number = strspn(name + start, "0123456789") == i - start;
            start = i + 1;
            labels++;
        } else if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name[i]) == NULL) {
            return false;
        }
    }
    return labels >= 2 && !number;
}

static void add_mailboxes(const char *host, size_t *count, char out[PROOF_MAILBOXES][STORE_EMAIL])
{
    if (!proof_is_host(host) || *count + 2 > PROOF_MAILBOXES)
        return;
    snprintf(out[(*count)++], STORE_EMAIL, "postmaster@%s", host);
    snprintf(out[(*count)++], STORE_EMAIL, "abuse@%s", host);
}

size_t proof_mailboxes(const struct range *range, const char *hosts, char out[PROOF_MAILBOXES][STORE_EMAIL])
{
    char text[RANGE_TEXT], copy[STORE_HOSTS], *rest = copy, *host;
    struct range target = proof_target(range);
    size_t count = 0;
    if (range->family == RANGE_NAME) {
        range_format(&target, text);
        add_mailboxes(text, &count, out);
        return count;
    }
    snprintf(copy, sizeof(copy), "%s", hosts);
    while ((host = strsep(&rest, " ")) != NULL)
        add_mailboxes(host, &count, out);
    return count;
}
