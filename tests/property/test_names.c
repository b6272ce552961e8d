/*
 * Random names, of all bytes and lengths, in two lists that are loaded one after the other: what is found for
 * a name, and what the table has, against a model that goes through all lines.
 */
#include "support/input.h"
#include "support/must.h"
#include "support/property.h"
#include "support/text_view.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES = 300, LISTS = 2, LINE_TEXT = 4 * WIRE_NAME_MAX + 32, EXCLUDED = 0, CODES = 3 };

/* In wire form, with what a look-up may read after it. */
struct wire_name {
    uint8_t bytes[WIRE_NAME_MAX + NAMES_LABEL_PAD];
    size_t size; /* with the root label */
};

struct line {
    struct wire_name name;
    bool exact, below;
    unsigned code; /* 127.0.0.x, or EXCLUDED */
};

static struct list {
    struct line line[LINES];
    unsigned count;
} lists[LISTS];

/* ---- The model ---- */

/* The codes that the lines of a list about this name have, as bits. False: there are no such lines. */
static bool line_codes(const struct list *l, const uint8_t *name, size_t size, bool below, unsigned *codes)
{
    bool any = false, excluded = false;

    *codes = 0;
    for (unsigned i = 0; i < l->count; i++) {
        const struct line *line = &l->line[i];
        if (!(below ? line->below : line->exact) || line->name.size != size ||
            memcmp(line->name.bytes, name, size) != 0)
            continue;
        any = true;
        excluded |= line->code == EXCLUDED;
        *codes |= 1u << line->code;
    }
    *codes = excluded ? 0 : *codes;
    return any;
}

/* The longest match decides. `below`: of the names below this one that are not in the list. */
static unsigned model_codes(const struct list *l, const struct wire_name *n, bool below)
{
    unsigned codes;

    if (line_codes(l, n->bytes, n->size, below, &codes))
        return codes;
    for (size_t at = 0; n->bytes[at] != 0;) {
        at += n->bytes[at] + 1u;
        if (n->bytes[at] != 0 && line_codes(l, n->bytes + at, n->size - at, true, &codes))
            return codes;
    }
    return 0;
}

/* ---- The table ---- */

static unsigned verdict_codes(const struct snapshot *s, uint32_t verdict, unsigned list)
{
    unsigned codes = 0;

    for (uint16_t i = 0; i < s->sources_count; i++) {
        struct verdict_members m = { .next = 0 };
        if (s->sources[i].set != list)
            continue;
        m.count = 0;
        snapshot_members_of(&m, s, verdict, i);
        for (unsigned j = 0; j < m.count; j++)
            codes |= 1u << (m.member[j].code & 0xff);
    }
    return codes;
}

static const char *check_name(const struct snapshot *s, const struct wire_name *n)
{
    uint8_t offsets[WIRE_LABELS_MAX + 1];
    struct name_match m = names_lookup(&s->names, name_split(n->bytes, offsets));
    uint32_t below = m.entry != NAMES_ROOT ? names_below(&s->names, m.entry) : m.verdict;

    for (unsigned list = 0; list < s->sets_count; list++) {
        if (verdict_codes(s, m.verdict, list) != model_codes(&lists[list], n, false))
            return "a name has another verdict";
        if (verdict_codes(s, below, list) != model_codes(&lists[list], n, true))
            return "another verdict holds below a name";
    }
    return NULL;
}

/* The name, all above it, one below it and some beside it. */
static const char *check_around(const struct snapshot *s, const struct wire_name *n)
{
    struct wire_name other = *n;
    const char *wrong = check_name(s, n);

    for (size_t at = 0; n->bytes[at] != 0 && wrong == NULL; at += n->bytes[at] + 1u) {
        memset(&other, 0, sizeof(other));
        other.size = n->size - at;
        memcpy(other.bytes, n->bytes + at, other.size);
        wrong = check_name(s, &other);
        other.bytes[1] ^= 1;
        wrong = wrong == NULL ? check_name(s, &other) : wrong;
    }
    if (n->size <= WIRE_NAME_MAX - 2 && wrong == NULL) {
        memset(&other, 0, sizeof(other));
        other.size = n->size + 2;
        other.bytes[0] = 1;
        memcpy(other.bytes + 2, n->bytes, n->size);
        wrong = check_name(s, &other);
    }
    return wrong;
}

/* Every entry: after the one before, below the one above, and found under its name. */
static const char *check_table(const struct names *n)
{
    struct name_walk w;
    uint8_t last[WIRE_NAME_MAX], last_size = 0;
    uint32_t count = 0;

    names_walk_begin(&w, n);
    while (names_walk(&w)) {
        uint32_t entry = names_walk_entry(&w), above = w.depth != 0 ? w.path[w.depth - 1] : NAMES_ROOT;
        uint8_t size = w.lengths[w.depth], wire[WIRE_NAME_MAX + NAMES_LABEL_PAD] = { 0 };
        uint8_t offsets[WIRE_LABELS_MAX + 1], least = size < last_size ? size : last_size;
        if (entry != NAMES_ROOT && memcmp(last, w.name, least) >= (size > last_size))
            return "entries are not in order";
        if (entry != NAMES_ROOT && (entry <= above || entry >= names_end(n, above)))
            return "an entry is not below the one above it";
        if (names_has_below(n, entry) != (names_next(n, entry) != names_end(n, entry)))
            return "names_has_below is wrong";
        for (unsigned depth = w.depth, at = 0; depth > 0; at += wire[at] + 1u, depth--)
            memcpy(wire + at, w.name + w.lengths[depth - 1], w.name[w.lengths[depth - 1]] + 1u);
        if (names_lookup(n, name_split(wire, offsets)).entry != entry)
            return "an entry is not found";
        memcpy(last, w.name, size);
        last_size = size;
        count++;
    }
    return count == n->count + (n->records.used != 0) ? NULL : "the count of names is wrong";
}

/* ---- Random lists ---- */

/* Puts a label in front; false if there is no room. Most begin as another one does. */
static bool put_label(struct wire_name *n, struct input *in)
{
    static const uint8_t lengths[] = { 1, 1, 2, 3, 7, 8, 9, 15, 16, 63 };
    unsigned length = lengths[input_below(in, sizeof(lengths))], varied = input_below(in, 4);

    if (n->size + length + 1 > WIRE_NAME_MAX)
        return false;
    memmove(n->bytes + length + 1, n->bytes, n->size);
    n->bytes[0] = (uint8_t)length;
    memset(n->bytes + 1, 'x', length);
    for (unsigned i = 0; i < varied; i++) {
        uint8_t byte = input_below(in, 2) ? (uint8_t) "az09.\\*\1"[input_below(in, 8)] : input_byte(in);
        n->bytes[1 + input_byte(in) % length] = byte >= 'A' && byte <= 'Z' ? 'z' : byte;
    }
    n->size += length + 1;
    return true;
}

/* A new name, or one below or above a name that the list has. */
static void make_name(struct wire_name *n, const struct list *l, struct input *in)
{
    unsigned labels = 1 + input_below(in, 3), from = input_below(in, 4);

    memset(n, 0, sizeof(*n));
    n->size = 1;
    if (l->count != 0 && from != 0)
        *n = l->line[input_byte(in) % l->count].name;
    if (l->count != 0 && from == 3) {
        size_t cut = n->bytes[0] + 1u;
        if (cut < n->size - 1) {
            memmove(n->bytes, n->bytes + cut, n->size - cut);
            n->size -= cut;
            memset(n->bytes + n->size, 0, sizeof(n->bytes) - n->size);
        }
        return;
    }
    labels = input_below(in, 32) == 0 ? WIRE_LABELS_MAX : labels;
    while (labels-- != 0 && put_label(n, in))
        ;
}

static void write_line(const struct line *line, char *out)
{
    out += sprintf(out, "%s%s", line->code == EXCLUDED ? "!" : "",
                   !line->below  ? ""
                   : line->exact ? "."
                                 : "*.");
    for (size_t at = 0; line->name.bytes[at] != 0; at += line->name.bytes[at] + 1u) {
        for (unsigned i = 1; i <= line->name.bytes[at]; i++) {
            uint8_t byte = line->name.bytes[at + i];
            bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
            out += sprintf(out, plain ? "%c" : "\\%03u", byte);
        }
        out += sprintf(out, ".");
    }
    if (line->code != EXCLUDED)
        out += sprintf(out, " :%u:", line->code);
    sprintf(out, "\n");
}

static struct set_data *make_list(struct list *l, struct input *in)
{
    static char text[LINES * LINE_TEXT];
    unsigned count = input_byte(in);
    char *end = text;

    *end = '\0';
    for (l->count = 0; l->count < count && in->p < in->end; l->count++) {
        struct line *line = &l->line[l->count];
        make_name(&line->name, l, in);
        line->code = input_below(in, CODES + 1);
        line->exact = input_below(in, 3) != 0;
        line->below = !line->exact || input_below(in, 2);
        write_line(line, end);
        end += strlen(end);
    }
    return text_view_load_set(&(struct text_set){ "", "dnset", text });
}

static struct snapshot *build(const struct snapshot *old, struct set_data **data)
{
    struct snapshot *s;
    struct error error = { .text = "" };

    must(snapshot_build(old, data, LISTS, &s, &error) == OK, error.text);
    return s;
}

static const char *check_all(const struct snapshot *s)
{
    const char *wrong = check_table(&s->names);

    for (unsigned i = 0; i < LISTS; i++)
        for (unsigned j = 0; j < lists[i].count && wrong == NULL; j++)
            wrong = check_around(s, &lists[i].line[j].name);
    return wrong;
}

/* `fault`: a line of the first list has another value in the model. */
static const char *run(const uint8_t *bytes, size_t size, uint64_t fault)
{
    struct input in = { bytes, bytes + size };
    struct set_data *data[LISTS] = { make_list(&lists[0], &in), NULL };
    struct line *wrong_line = &lists[0].line[lists[0].count != 0 ? fault % lists[0].count : 0];

    lists[1].count = 0;
    wrong_line->code = (wrong_line->code + (fault != 0)) % (CODES + 1);
    struct snapshot *first = build(NULL, data);
    const char *wrong = check_all(first);
    set_free(data[0]);
    data[0] = NULL;
    data[1] = make_list(&lists[1], &in);
    struct snapshot *second = build(first, data);
    wrong = wrong == NULL ? check_all(second) : wrong;
    set_free(data[1]);
    snapshot_free(first);
    snapshot_free(second);
    return wrong;
}

static const struct property random_lists = {
    .run = run, .least = 8, .most = 600, .longer_each = 4, .longest = 6000
};
static const struct property faulty_lists = { .run = run, .least = 60, .most = 600 };

static void equals_model(void **state)
{
    (void)state;
    property_check(&random_lists, 1, property_seeds(100));
}

/* Another line for the same name can hide the fault. */
static void planted_fault_is_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&faulty_lists, 1, 40, PROPERTY_FAULT_OF_SEED) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equals_model),
                                        cmocka_unit_test(planted_fault_is_caught) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
