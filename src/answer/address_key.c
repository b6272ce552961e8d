#include "answer/address_key.h"

#include <string.h>

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

/* ---- Label by label: for parts of addresses ---- */

/* The value of a label that is a decimal octet without leading zeros, or -1. */
static int octet_label(const uint8_t *label)
{
    unsigned value = 0;

    if (label[0] - 1u > 2 || (label[0] > 1 && label[1] == '0'))
        return -1;
    for (unsigned i = 1; i <= label[0]; i++) {
        unsigned digit = label[i] - (unsigned)'0';
        if (digit > 9)
            return -1;
        value = 10 * value + digit;
    }
    return value <= 255 ? (int)value : -1;
}

static int nibble_label(const uint8_t *label)
{
    unsigned digit = label[1] - (unsigned)'0', letter = label[1] - (unsigned)'a';

    return digit <= 9 ? (int)digit : letter <= 5 ? (int)letter + 10 : -1;
}

static bool parse_octets(struct labels l, uint32_t *address)
{
    uint32_t value = 0;

    for (unsigned i = l.count; i-- > 0;) {
        int octet = octet_label(l.wire + l.offsets[i]);
        if (octet < 0)
            return false;
        value = value << 8 | (uint32_t)octet;
    }
    *address = value << (32 - 8 * l.count);
    return true;
}

/* Of labels of one octet, which stand two bytes apart: from the lowest nibble up. */
static bool parse_nibbles(struct labels l, struct trie_key *address)
{
    uint64_t half[2] = { 0, 0 };

    for (unsigned i = 0; i < l.count; i++) {
        int nibble = nibble_label(l.wire + 2 * (size_t)i);
        if (nibble < 0)
            return false;
        unsigned from_top = l.count - 1 - i;
        half[from_top / 16] |= (uint64_t)nibble << (60 - 4 * (from_top % 16));
    }
    *address = (struct trie_key){ half[0], half[1] };
    return true;
}

/* ---- All labels at once: for whole addresses ---- */

#ifdef __SSE4_1__

static inline int read_lane(const uint8_t *label)
{
    int lane;

    memcpy(&lane, label, sizeof(lane));
    return lane;
}

/* Four labels, each in a lane of four octets: its length and up to three digits, which are moved to the
 * lane's end. */
bool address_key_parse_ip4(const uint8_t *name, const uint8_t *offsets, uint32_t *address)
{
    const __m128i each = _mm_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12);
    const __m128i end = _mm_setr_epi8(-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const __m128i least_by_count = _mm_setr_epi8(1, 0, 10, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    __m128i labels = _mm_setr_epi32(read_lane(name + offsets[0]), read_lane(name + offsets[1]),
                                    read_lane(name + offsets[2]), read_lane(name + offsets[3]));
    __m128i count = _mm_shuffle_epi8(labels, each);
    __m128i digits = _mm_shuffle_epi8(labels, _mm_add_epi8(count, end));
    digits = _mm_xor_si128(digits, _mm_set1_epi8('0'));
    digits = _mm_and_si128(digits, _mm_cmpgt_epi8(count, _mm_set1_epi32(0x00010203)));
    __m128i hundreds_rest = _mm_maddubs_epi16(digits, _mm_set1_epi32(0x010a6400));
    __m128i octets = _mm_madd_epi16(hundreds_rest, _mm_set1_epi16(1));
    __m128i least = _mm_and_si128(_mm_shuffle_epi8(least_by_count, count), _mm_set1_epi32(0xff));

    __m128i wrong = _mm_or_si128(_mm_subs_epu8(count, _mm_set1_epi8(3)), /* more than three digits */
                                 _mm_subs_epu8(digits, _mm_set1_epi8(9)));
    wrong = _mm_or_si128(wrong, _mm_cmpgt_epi32(least, octets)); /* leading zeros, or no digits */
    wrong = _mm_or_si128(wrong, _mm_cmpgt_epi32(octets, _mm_set1_epi32(255)));
    octets = _mm_packus_epi16(_mm_packus_epi32(octets, octets), octets);
    *address = (uint32_t)_mm_cvtsi128_si32(octets);
    return _mm_testz_si128(wrong, wrong);
}

/* Sixteen digits, the lowest nibble first, as eight octets in lanes of 16 bits; *wrong gets some bit set if
 * one is no digit. */
static inline __m128i read_nibbles(const uint8_t *labels, __m128i *wrong)
{
    __m128i first = _mm_loadu_si128((const void *)labels),
            second = _mm_loadu_si128((const void *)(labels + 16));
    __m128i c = _mm_packus_epi16(_mm_srli_epi16(first, 8), _mm_srli_epi16(second, 8));
    __m128i digit = _mm_sub_epi8(c, _mm_set1_epi8('0')), letter = _mm_sub_epi8(c, _mm_set1_epi8('a'));
    __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
    __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
    __m128i value = _mm_blendv_epi8(_mm_add_epi8(letter, _mm_set1_epi8(10)), digit, is_digit);

    *wrong = _mm_or_si128(*wrong, _mm_andnot_si128(is_letter, _mm_cmpeq_epi8(is_digit, _mm_setzero_si128())));
    return _mm_maddubs_epi16(value, _mm_set1_epi16(0x1001));
}

/* 32 labels of one octet. */
static inline bool parse_ip6(const struct query *q, struct trie_key *address)
{
    __m128i wrong = _mm_setzero_si128();
    __m128i low = read_nibbles(q->name, &wrong), high = read_nibbles(q->name + 32, &wrong);
    __m128i octets = _mm_packus_epi16(low, high);

    *address =
        (struct trie_key){ (uint64_t)_mm_extract_epi64(octets, 1), (uint64_t)_mm_cvtsi128_si64(octets) };
    return _mm_testz_si128(wrong, wrong);
}

#else

bool address_key_parse_ip4(const uint8_t *name, const uint8_t *offsets, uint32_t *address)
{
    return parse_octets((struct labels){ name, offsets, 4 }, address);
}

static inline bool parse_ip6(const struct query *q, struct trie_key *address)
{
    return parse_nibbles(query_labels(q, 32), address);
}

#endif

/* `single`: all labels have one octet. */
static __attribute__((noinline)) void parse_part(struct address_key *key, struct labels l, bool single)
{
    if (l.count < 4 && parse_octets(l, &key->ip4))
        key->bits4 = (uint8_t)(8 * l.count);
    if (single && l.count < 32 && parse_nibbles(l, &key->ip6))
        key->bits6 = (uint8_t)(4 * l.count);
}

void address_key_parse(struct address_key *key, const struct query *q, unsigned labels)
{
    bool single = q->offsets[labels] == 2 * labels;

    key->bits4 = labels == 4 && address_key_parse_ip4(q->name, q->offsets, &key->ip4) ? 32 : 0;
    key->bits6 = labels == 32 && single && parse_ip6(q, &key->ip6) ? 128 : 0;
    if (labels != 0 && (labels < 4 || single))
        parse_part(key, query_labels(q, labels), single);
}
