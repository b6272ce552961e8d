/* Reads bytes as a range (the first one: with subdomains or not), and checks what every range promises. */
#include "overlay/range.h"
#include "support/input.h"
#include "support/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool keys_equal(struct trie_key a, struct trie_key b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

/* The CIDRs follow one another from the first address to the last. */
static void check_cidrs(const struct range *r)
{
    unsigned __int128 next = (unsigned __int128)r->first.hi << 64 | r->first.lo;
    struct range_cursor cursor;
    struct trie_key prefix;
    unsigned bits, count = 0;

    for (range_open(&cursor, r); range_next(&cursor, r, &prefix, &bits); count++) {
        must(((unsigned __int128)prefix.hi << 64 | prefix.lo) == next, "CIDRs follow one another");
        must(bits <= (r->family == RANGE_IP4 ? 32 : 128), "a CIDR is an address at least");
        must(bits == 128 || (next & (~(unsigned __int128)0 >> bits)) == 0, "a CIDR has no host bits");
        next += bits == 0 ? 0 : (unsigned __int128)1 << (128 - bits);
    }
    next--;
    must(count <= 254, "CIDRs are not many");
    must(keys_equal(r->last, (struct trie_key){ (uint64_t)(next >> 64), (uint64_t)next }), "CIDRs end");
}

static void check_name(const struct range *r)
{
    uint8_t reversed[WIRE_NAME_MAX];
    unsigned at = 0, labels = 0;

    must(r->name_len <= WIRE_NAME_MAX, "a name fits");
    for (; r->name[at] != 0; at += r->name[at] + 1u, labels++) {
        must(r->name[at] <= 63, "a label fits");
        for (unsigned i = 1; i <= r->name[at]; i++)
            must(r->name[at + i] < 0x80 && (r->name[at + i] < 'A' || r->name[at + i] > 'Z'), "lower case");
    }
    must(at + 1 == r->name_len && labels >= 2, "labels fill a name");
    must(range_reversed_name(r, reversed) == at, "all labels are turned round");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[RANGE_TEXT], again[RANGE_TEXT];
    struct range r, same;
    struct error error = { 0 };
    char *input = malloc(size + 1);

    must(input != NULL, "there is memory");
    memcpy(input, data, size);
    input[size] = '\0';
    bool subdomains = size != 0 && data[0] & 1;
    enum err err = range_parse(size != 0 ? input + 1 : input, subdomains, &r, &error);
    free(input);
    if (err != OK) {
        must(err == ERR_SYNTAX && error.code == err && error.text[0] != '\0', "an error says why");
        for (const char *p = error.text; *p != '\0'; p++)
            must(*p >= ' ' && *p < 0x7f, "an error is one line of ASCII");
        return 0;
    }
    must(range_format(&r, text) == strlen(text), "the length is the text's");
    must(range_parse(text, subdomains, &same, &error) == OK, "the canonical text is a range");
    must(range_format(&same, again) == strlen(again) && strcmp(text, again) == 0, "it is canonical");
    must(range_equals(&r, &same), "it is the same");
    must(range_size(&r) > 0, "no range is empty");
    if (r.family == RANGE_NAME)
        check_name(&r);
    else
        check_cidrs(&r);
    return 0;
}
