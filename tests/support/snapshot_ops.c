#include "support/snapshot_ops.h"

#include "support/set_decode.h"
#include "support/set_text.h"
#include "support/snapshot_compare.h"
#include "support/snapshot_facts.h"

#include <stdlib.h>
#include <string.h>

/* Replaces some sets, in the model and in `data`; the first generation has nearly all. */
static void decode_generation(struct input *in, bool first, struct sets_model *m, struct set_data **data,
                              struct set_data **changed)
{
    for (unsigned set = 0; set < m->count; set++) {
        uint8_t how = input_byte(in);
        changed[set] = NULL;
        if (first ? how % 8 == 0 : how % 2 == 0)
            continue;
        set_decode(in, &m->set[set]);
        set_free(data[set]);
        data[set] = changed[set] = set_text_load(&m->set[set]);
    }
}

/* Changes what one line of the model says, if there is one. */
static void plant_fault(struct sets_model *m, uint64_t fault)
{
    struct set_model *s = &m->set[fault % m->count];
    if (s->count == 0)
        return;
    struct set_line *l = &s->line[fault / 8 % s->count];
    l->code ^= 0x40;
    l->excluded = false;
}

static struct snapshot *build(const struct snapshot *old, struct set_data *const *changed, size_t count,
                              bool give_texts)
{
    struct snapshot *snapshot;
    struct error error;

    for (size_t i = 0; i < count; i++)
        if (changed[i] != NULL)
            changed[i]->give_texts = give_texts;
    if (snapshot_build(old, changed, count, &snapshot, &error) != OK)
        abort();
    return snapshot;
}

const char *snapshot_ops_run(const uint8_t *bytes, size_t size, uint64_t fault)
{
    static struct sets_model m, before;
    struct input in = { bytes, bytes + size };
    struct set_data *data[SETS_MAX] = { NULL }, *changed[SETS_MAX];
    struct snapshot *snapshot = NULL;
    const char *wrong = NULL;

    memset(&m, 0, sizeof(m));
    m.count = 1 + input_byte(&in) % SETS_MAX;
    unsigned generations = 1 + input_byte(&in) % 3;
    for (unsigned set = 0; set < m.count; set++)
        m.set[set].kind = input_byte(&in) % 4;
    for (unsigned i = 0; i < generations && wrong == NULL; i++) {
        before = m;
        decode_generation(&in, i == 0, &m, data, changed);
        /* First as a load that is refused: it has the texts, and gives them back. */
        struct snapshot *next = build(snapshot, changed, m.count, true);
        wrong = snapshot_compare(next, &m);
        snapshot_unbuild(next);
        if (wrong != NULL)
            break;
        next = build(snapshot, changed, m.count, false);
        if (!snapshot_facts_equal(next, snapshot, &m, &before))
            wrong = "a fact about a set differs from the model";
        snapshot_free(snapshot);
        snapshot = next;
        if (fault != 0 && i + 1 == generations)
            plant_fault(&m, fault);
        if (wrong == NULL)
            wrong = snapshot_compare(snapshot, &m);
        if (wrong == NULL && i != 0)
            wrong = snapshot_compare_fresh(snapshot, data, m.count);
    }
    snapshot_free(snapshot);
    for (unsigned set = 0; set < m.count; set++)
        set_free(data[set]);
    return wrong;
}
