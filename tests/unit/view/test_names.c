/* The table of names at its edges; tests/property/test_names.c compares it with a model. */
#include "support/random.h"
#include "support/text_view.h"
#include "view/names.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct snapshot *snapshot_of(const char *text)
{
    struct set_data *set = text_view_load_set(&(struct text_set){ "", "dnset", text });
    struct snapshot *s;
    struct error error;

    assert_int_equal(snapshot_build(NULL, &set, 1, &s, &error), OK);
    set_free(set);
    return s;
}

static struct name_match find(const struct names *n, const char *name)
{
    uint8_t wire[WIRE_NAME_MAX + NAMES_LABEL_PAD] = { 0 }, offsets[WIRE_LABELS_MAX + 1];
    uint16_t length;

    assert_int_equal(name_from_text(name, wire, &length, NULL), OK);
    return names_lookup(n, name_split(wire, offsets));
}

static void both_products_are_the_same(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t a = random_next(&seed), b = random_next(&seed);
        a >>= i % 64; /* small ones, too */
        assert_int_equal(name_fold_parts(a, b), hash_fold(a, b));
    }
    assert_int_equal(name_fold_parts(UINT64_MAX, UINT64_MAX), hash_fold(UINT64_MAX, UINT64_MAX));
}

/* Makes the slot of one name lead to another one, as if their hashes were the same. */
static void forge_slot(struct names *n, const char *of, const char *to)
{
    uint32_t from = find(n, of).entry, other = find(n, to).entry, mask = names_entry_mask(n);
    uint32_t *slot = n->slots.data;

    assert_true(from != NAMES_ROOT && other != NAMES_ROOT);
    for (; (*slot & mask) != from; slot++)
        ;
    *slot = (*slot & ~mask) | other;
}

static void a_hash_alone_finds_nothing(void **state)
{
    static const struct {
        const char *of, *to, *why;
    } rows[] = {
        { "a.com", "b.com", "the label differs" },
        { "a.com", "a.net", "another name above" },
        { "a.com", "a.a.com", "a name further below" },
        { "a.com", "com", "the name above itself" },
        { "abcdefghijklmnopq.com", "abcdefghijklmnopx.com", "the label differs in its last byte" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct snapshot *s = snapshot_of("a.com\nb.com\na.net\na.a.com\nabcdefghijklmnopq.com\n"
                                         "abcdefghijklmnopx.com\n");
        assert_true(find(&s->names, rows[i].of).verdict != 0);
        forge_slot(&s->names, rows[i].of, rows[i].to);
        struct name_match m = find(&s->names, rows[i].of);
        if (m.verdict != 0 || m.entry != NAMES_ROOT)
            fail_msg("%s is taken for %s: %s", rows[i].of, rows[i].to, rows[i].why);
        snapshot_free(s);
    }
}

/* More top labels than there are numbers for them. */
static void top_labels_may_be_many(void **state)
{
    enum { LABELS = 70000, LINE = 24 };
    char *text = malloc(LABELS * LINE), *end = text;

    (void)state;
    assert_non_null(text);
    for (unsigned i = 0; i < LABELS; i++)
        end += sprintf(end, "x.%05u\n", i * 11 % LABELS);
    struct snapshot *s = snapshot_of(text);
    assert_int_equal(s->names.count, 2 * LABELS);
    for (unsigned i = 0; i < LABELS; i++) {
        char name[LINE];
        sprintf(name, "x.%05u", i);
        assert_true(find(&s->names, name).verdict != 0);
        assert_true(find(&s->names, name + 2).verdict == 0 && find(&s->names, name + 2).entry != NAMES_ROOT);
    }
    snapshot_free(s);
    free(text);
}

/* 127 labels: each but the lowest is there only for those below it. */
static void names_may_be_deep(void **state)
{
    char text[2 * WIRE_LABELS_MAX + 1];

    (void)state;
    for (unsigned i = 0; i < WIRE_LABELS_MAX; i++)
        memcpy(text + 2 * i, "a.", 3);
    struct snapshot *s = snapshot_of(text);
    assert_int_equal(s->names.count, WIRE_LABELS_MAX);
    for (unsigned i = 0; i < WIRE_LABELS_MAX; i++) {
        struct name_match m = find(&s->names, text + 2 * i);
        assert_int_equal(names_depth(&s->names, m.entry), WIRE_LABELS_MAX - i);
        assert_int_equal(m.verdict != 0, i == 0);
        assert_int_equal(names_has_below(&s->names, m.entry), i != 0);
    }
    snapshot_free(s);
}

static void names_that_only_inherit_are_left_out(void **state)
{
    (void)state;
    struct snapshot *s = snapshot_of("!.a.b.com\n.d.com\n!.z.y.x.com\n");
    assert_int_equal(s->names.count, 2);
    assert_int_equal(names_depth(&s->names, find(&s->names, "d.com").entry), 2);
    assert_int_equal(find(&s->names, "b.com").entry, NAMES_ROOT);
    assert_true(names_has_below(&s->names, find(&s->names, "com").entry));
    snapshot_free(s);
    s = snapshot_of(".com\n!.x.com\n!.z.y.x.com\n");
    assert_int_equal(s->names.count, 2);
    assert_true(names_has_below(&s->names, find(&s->names, "com").entry));
    assert_false(names_has_below(&s->names, find(&s->names, "x.com").entry));
    assert_int_equal(find(&s->names, "z.y.x.com").verdict, 0);
    snapshot_free(s);
    s = snapshot_of("!.a.b.com\n");
    assert_int_equal(s->names.count, 0);
    assert_false(names_has_below(&s->names, NAMES_ROOT));
    assert_int_equal(find(&s->names, "com").entry, NAMES_ROOT);
    snapshot_free(s);
}

static void nothing_is_found_without_names(void **state)
{
    static const struct names none = { .count = 0 };
    struct name_walk w;

    (void)state;
    names_walk_begin(&w, &none);
    assert_false(names_walk(&w));
    assert_int_equal(find(&none, "com").entry, NAMES_ROOT);
    assert_false(names_has_below(&none, NAMES_ROOT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_products_are_the_same),
        cmocka_unit_test(a_hash_alone_finds_nothing),
        cmocka_unit_test(top_labels_may_be_many),
        cmocka_unit_test(names_may_be_deep),
        cmocka_unit_test(names_that_only_inherit_are_left_out),
        cmocka_unit_test(nothing_is_found_without_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
