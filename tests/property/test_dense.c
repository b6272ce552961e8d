/*
 * Many hosts of several sets in a few /16s, those at the ends of the address space among them, loaded and
 * then reloaded set by set, against an array of what each set says of each address.
 */
#include "list/set.h"
#include "support/memory_file.h"
#include "support/must.h"
#include "support/random.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SETS = 3, SLOTS = 4, SIZE = 1 << 16, RELOADS = 12, LINES_MAX = SLOTS * SIZE };

static const uint32_t slots[SLOTS] = { 0x0000, 0x0a01, 0x0a02, 0xffff };

struct line {
    uint32_t first, last;
    unsigned code;
};

static uint8_t model[SETS][SLOTS][SIZE]; /* the last octet of the code; 0: not listed */
static struct line lines[LINES_MAX];
static uint64_t seed;

static unsigned below(unsigned n)
{
    return (unsigned)(random_next(&seed) >> 20) % n;
}

/* Makes the lines of a set, ascending, none over another; some begin where the one before ends. Returns how
 * many. */
static unsigned make_lines(unsigned set)
{
    static const unsigned gaps[] = { 2, 12, 400, 3000 };
    unsigned count = 0, values = 1 + below(4), longest = 1 + below(2) * below(20);

    memset(model[set], 0, sizeof(model[set]));
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        unsigned gap = gaps[below(4)], at = below(2) * below(gap), size = SIZE - (slots[slot] == 0xffff);
        while (at < size) {
            unsigned code = 2 + below(values), end = at + 1 + below(longest);
            end = end < size ? end : size;
            lines[count++] = (struct line){ slots[slot] << 16 | at, slots[slot] << 16 | (end - 1), code };
            memset(&model[set][slot][at], (int)code, end - at);
            at = end + below(gap);
        }
    }
    model[set][SLOTS - 1][SIZE - 1] = 2;
    lines[count++] = (struct line){ UINT32_MAX, UINT32_MAX, 2 };
    return count;
}

/* Exchanges some of the lines, or all. */
static void shuffle(unsigned count, unsigned exchanges)
{
    for (unsigned i = 0; i < exchanges; i++) {
        unsigned a = below(count), b = below(count);
        struct line line = lines[a];
        lines[a] = lines[b];
        lines[b] = line;
    }
}

static struct set_data *load(unsigned count)
{
    static char text[LINES_MAX * 48];
    struct load_options options = { .default_ttl = 2100, .now = 1795321198 };
    struct set_data *set;
    struct error error;
    char *p = text;

    for (unsigned i = 0; i < count; i++) {
        uint32_t a = lines[i].first, b = lines[i].last;
        p += sprintf(p, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
        if (a != b)
            p += sprintf(p, "-%u.%u.%u.%u", b >> 24, b >> 16 & 255, b >> 8 & 255, b & 255);
        if (lines[i].code != 2)
            p += sprintf(p, " :%u:", lines[i].code);
        *p++ = '\n';
    }
    char *path = memory_file_new(text, (size_t)(p - text));
    struct set_spec spec = { "ip4set", &path, 1 };
    must(set_load(&spec, &options, &set, &error) == OK, error.text);
    memory_file_free(path);
    assert_int_equal(set->bad, 0);
    return set;
}

static void check(const struct snapshot *s)
{
    uint64_t listed[SETS] = { 0 };

    assert_int_equal(s->sources_count, SETS);
    for (size_t i = 0; i < (size_t)SLOTS * SIZE; i++) {
        uint32_t address = slots[i / SIZE] << 16 | (uint32_t)(i % SIZE);
        uint32_t verdict = trie_lookup(&s->trie4, ip4_key(address));
        struct verdict_members m = { .next = 0 };
        for (uint16_t set = 0; set < SETS; set++) {
            uint8_t code = model[set][i / SIZE][i % SIZE];
            snapshot_members_of(&m, s, verdict, set);
            listed[set] += code != 0;
            if (m.count != (code != 0) || (code != 0 && m.member->code != (0x7f000000 | code)))
                fail_msg("%08x, set %u: %u members, code %u", address, set, m.count, code);
        }
    }
    assert_int_equal(trie_lookup(&s->trie4, ip4_key(0x0a030000)), 0);
    assert_int_equal(trie_lookup(&s->trie4, ip4_key(0x00010000)), 0);
    for (size_t set = 0; set < SETS; set++)
        assert_int_equal(s->sets[set].coverage4, listed[set]);
}

static void equals_the_arrays(void **state)
{
    struct snapshot *snapshot = NULL;
    (void)state;

    for (unsigned i = 0; i < RELOADS + SETS; i++) {
        struct set_data *changed[SETS] = { NULL };
        struct snapshot *next;
        struct error error;
        seed = i;
        for (unsigned set = 0; set < SETS; set++) {
            if (snapshot != NULL && set != i % SETS)
                continue;
            unsigned count = make_lines(set);
            shuffle(count, i % 4 == 0 ? 0 : i % 4 == 1 ? 3 : 2 * count);
            changed[set] = load(count);
        }
        must(snapshot_build(snapshot, changed, SETS, &next, &error) == OK, error.text);
        check(next);
        snapshot_free(snapshot);
        snapshot = next;
        for (unsigned set = 0; set < SETS; set++)
            set_free(changed[set]);
    }
    snapshot_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equals_the_arrays) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
