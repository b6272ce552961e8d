/*
 * Many values and many sources on a few keys, loaded and reloaded, against a model: of each set the first
 * SET_MAX_VALUES distinct values that its lines give a key, in the order in which the set names them,
 * whatever the other sets have. A reload gives what a start gives.
 */
#include "list/set.h"
#include "support/input.h"
#include "support/memory_file.h"
#include "support/must.h"
#include "support/property.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SETS = 300, VALUES = 2500, KEYS = 3, ADDRESS = 0, NETWORK = 1, NAME = 2 };

/* The lines of a set: value numbers, ascending by `step` from 0, for one key. */
struct lines {
    bool loaded;
    unsigned key, count;
    unsigned repeat; /* each value comes so many times */
};

static struct lines model[SETS];
static struct set_data *data[SETS];

static const char *const keys[KEYS] = { "192.0.2.1", "192.0.0.0/8", "a.test" };

/* Value `n` of a set: some share their code, some their text. */
static int print_value(char *p, unsigned n)
{
    return sprintf(p, ":127.%u.%u.%u:t%u", n / 3 >> 16, n / 3 >> 8 & 255, n / 3 & 255, n % 3 + n / 3 * 2);
}

static struct set_data *load(const struct lines *l, uint64_t *bad)
{
    static char text[VALUES * 2 * 64];
    struct load_options options = { .default_ttl = 2100, .now = 1795321198 };
    struct set_data *set;
    struct error error;
    int at = 0;

    for (unsigned i = 0; i < l->count * l->repeat; i++) {
        at += sprintf(text + at, "%s ", keys[l->key]);
        at += print_value(text + at, i % l->count);
        text[at++] = '\n';
    }
    char *path = memory_file_new(text, (size_t)at);
    struct set_spec spec = { l->key == NAME ? "dnset" : "ip4set", &path, 1 };
    must(set_load(&spec, &options, &set, &error) == OK, error.text);
    memory_file_free(path);
    *bad = set->bad;
    return set;
}

static unsigned kept(const struct lines *l)
{
    return l->count < SET_MAX_VALUES ? l->count : SET_MAX_VALUES;
}

static const char *check_set(const struct snapshot *s, unsigned set, uint32_t verdict, bool holds)
{
    const struct lines *l = &model[set];
    struct verdict_members m = { .next = 0 };
    unsigned expected = l->loaded && holds ? kept(l) : 0;

    m.count = 0;
    for (uint16_t i = 0; i < s->sources_count; i++)
        if (s->sources[i].set == set)
            snapshot_members_of(&m, s, verdict, i);
    if (m.count != expected)
        return "a set has another number of members";
    if (snapshot_verdict_has(s, verdict, (uint16_t)set) != (expected != 0))
        return "snapshot_verdict_has is wrong";
    for (unsigned i = 0; i < m.count; i++) {
        char want[64], got[64];
        const uint8_t *text = snapshot_text(s, verdict_text(&m, i));
        uint32_t code = m.member[i].code;
        print_value(want, i);
        sprintf(got, ":127.%u.%u.%u:%.*s", code >> 16 & 255, code >> 8 & 255, code & 255, text[0], text + 1);
        if (strcmp(want, got) != 0)
            return "a member differs";
    }
    return NULL;
}

static const char *check(const struct snapshot *s, unsigned sets)
{
    const uint8_t wire[16] = "\1a\4test", offsets[] = { 0, 2 };
    uint32_t verdicts[KEYS] = {
        [ADDRESS] = trie_lookup(&s->trie4, ip4_key(0xc0000201)),
        [NETWORK] = trie_lookup(&s->trie4, ip4_key(0xc0000301)),
        [NAME] = names_lookup(&s->names, (struct labels){ wire, offsets, 2 }).verdict,
    };
    const char *wrong = NULL;

    for (unsigned set = 0; set < sets && wrong == NULL; set++) {
        wrong = check_set(s, set, verdicts[ADDRESS], model[set].key != NAME);
        if (wrong == NULL)
            wrong = check_set(s, set, verdicts[NETWORK], model[set].key == NETWORK);
        if (wrong == NULL)
            wrong = check_set(s, set, verdicts[NAME], model[set].key == NAME);
    }
    return wrong;
}

static const char *change(struct input *in, unsigned set)
{
    static const uint16_t counts[] = { 1, 2, 1, 3, 255, 256, 300, 999, 1000, 1001, VALUES };
    struct lines *l = &model[set];
    uint64_t bad;

    l->loaded = true;
    l->key = input_below(in, KEYS);
    l->count = counts[input_below(in, set < 12 ? sizeof(counts) / sizeof(counts[0]) : 4)];
    l->repeat = 1 + input_below(in, 2);
    set_free(data[set]);
    data[set] = load(l, &bad);
    return bad == (l->count - kept(l)) * (uint64_t)l->repeat ? NULL : "the lines left out are not bad lines";
}

/* `fault`: one value more or less in the model of a set. */
static const char *run(const uint8_t *bytes, size_t size, uint64_t fault)
{
    struct input in = { bytes, bytes + size };
    struct set_data *changed[SETS];
    struct snapshot *snapshot = NULL, *next;
    struct error error;
    const char *wrong = NULL;
    unsigned sets = input_below(&in, 2) ? SETS : 1 + input_below(&in, 20),
             generations = 1 + input_below(&in, 3);

    memset(model, 0, sizeof(model));
    for (unsigned i = 0; i < generations && wrong == NULL; i++) {
        for (unsigned set = 0; set < sets; set++) {
            bool now = i == 0 ? input_below(&in, 8) != 7 : input_below(&in, 4) == 1;
            if (now && wrong == NULL)
                wrong = change(&in, set);
            changed[set] = now ? data[set] : NULL;
        }
        must(snapshot_build(snapshot, changed, sets, &next, &error) == OK, "out of memory");
        snapshot_free(snapshot);
        snapshot = next;
        if (fault != 0 && i + 1 == generations)
            model[fault % sets].count++;
        if (wrong == NULL)
            wrong = check(snapshot, sets);
    }
    snapshot_free(snapshot);
    for (unsigned set = 0; set < SETS; set++) {
        set_free(data[set]);
        data[set] = NULL;
    }
    return wrong;
}

static const struct property many_values = { .run = run, .least = 8, .most = 3000 };

static void equals_model(void **state)
{
    (void)state;
    property_check(&many_values, 1, property_seeds(40));
}

/* Where a set is not loaded, or has more values than count, the fault does not show. */
static void planted_fault_is_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&many_values, 1, 20, PROPERTY_FAULT_OF_SEED) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_model),
        cmocka_unit_test(planted_fault_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
