#include "store/types.h"
#include "base/field_line.h"

#include <string.h>

#include <sys/random.h>

#define CLOCK_BACK_MS 10000 /* a clock set back further is accepted */

/* Milliseconds and the 12 bits after them as one number, which grows with every id (RFC 9562 section 6.2):
 * the 12 bits are random but for the first, which leaves room to count; or the number is the last one plus 1
 * if that is greater. */
static uint64_t next_stamp(int64_t now_ms, unsigned random)
{
    static uint64_t last;
    uint64_t before = __atomic_load_n(&last, __ATOMIC_RELAXED), stamp;
    do {
        stamp = (uint64_t)now_ms << 12 | (random & 0x7ff);
        if (stamp <= before && before - stamp < (uint64_t)CLOCK_BACK_MS << 12)
            stamp = before + 1;
    } while (!__atomic_compare_exchange_n(&last, &before, stamp, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return stamp;
}

void store_new_id(int64_t now_ms, char id[STORE_ID])
{
    uint8_t b[16];
    if (getrandom(b, sizeof(b), 0) != sizeof(b)) /* cannot fail for 16 bytes once the system is up */
        __builtin_trap();
    uint64_t stamp = next_stamp(now_ms, (unsigned)b[6] << 8 | b[7]);
    for (unsigned i = 0; i < 6; i++)
        b[i] = (uint8_t)(stamp >> (52 - 8 * i));
    b[6] = (uint8_t)(0x70 | (stamp >> 8 & 0x0f)); /* version 7 */
    b[7] = (uint8_t)stamp;
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f)); /* variant 10 */
    store_format_id(b, id);
}

/* Whether a dash precedes byte `i` of an id. */
static bool has_dash(unsigned i)
{
    return i == 4 || i == 6 || i == 8 || i == 10;
}

void store_format_id(const uint8_t bytes[16], char id[STORE_ID])
{
    static const char digits[] = "0123456789abcdef";

    for (unsigned i = 0; i < 16; i++) {
        if (has_dash(i))
            *id++ = '-';
        *id++ = digits[bytes[i] >> 4];
        *id++ = digits[bytes[i] & 15];
    }
    *id = '\0';
}

bool store_parse_id(const char *id, uint8_t bytes[16])
{
    char hex[32 + 1] = "";

    if (strlen(id) != STORE_ID - 1)
        return false;
    for (unsigned i = 0; i < 16; i++, id += 2) {
        if (has_dash(i) && *id++ != '-')
            return false;
        memcpy(hex + 2 * (size_t)i, id, 2);
    }
    return field_line_hex(hex, bytes, 16);
}

bool store_parse_id_prefix(const char *text, uint8_t first[16], uint8_t last[16])
{
    char low[] = "00000000-0000-0000-0000-000000000000", high[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    size_t length = strlen(text);

    if (length < STORE_ID_PREFIX || length >= STORE_ID)
        return false;
    memcpy(low, text, length);
    memcpy(high, text, length);
    return store_parse_id(low, first) && store_parse_id(high, last);
}

const char *item_state_word(enum item_state state)
{
    static const char *const words[] = { "active", "fulfilled", "expired", "ended", "relisted" };
    return (unsigned)state < ARRAY_SIZE(words) ? words[state] : "unknown";
}

const char *event_kind_word(enum event_kind kind, enum overlay_kind item_kind)
{
    static const char *const words[] = { "created", "changed",   "ended",    "expired",
                                         "held",    "fulfilled", "relisted", "requested",
                                         "decided", "suspended", "resumed",  "admin" };
    static const char *const created[] = { "delisted", "listed", "allowed" };
    if (kind == EVENT_CREATED && (unsigned)item_kind < ARRAY_SIZE(created))
        return created[item_kind];
    return (unsigned)kind < ARRAY_SIZE(words) ? words[kind] : "unknown";
}

const char *request_status_word(enum request_status status)
{
    static const char *const words[] = { "removed", "pending", "verify", "denied" };
    return (unsigned)status < ARRAY_SIZE(words) ? words[status] : "unknown";
}
