/*
 * Look-ups in a large list of domains: bytes a name, ns a look-up. Usage: bench_names zone:dnset:FILE
 *
 * Looked up, at random, are names of the list; names one label below those; and names beside them, which are
 * not in the list.
 */
#include "lists.h"

enum { QUESTIONS = 1 << 18, PASSES = 5 };

struct question {
    uint8_t wire[256 + NAMES_LABEL_PAD], offsets[WIRE_LABELS_MAX + 1];
    struct labels labels;
};

enum kind { LISTED, BELOW, BESIDE };

/* Turns a name of the list's pool around: there the top label comes first. */
static void set_question(struct question *q, const uint8_t *reversed, enum kind kind)
{
    size_t at = reversed[0] + (kind == BELOW ? 4u : 0);
    memset(q, 0, sizeof(*q));
    for (const uint8_t *label = reversed + 1; label <= reversed + reversed[0]; label += *label + 1) {
        at -= *label + 1u;
        memcpy(q->wire + at, label, *label + 1u);
    }
    if (kind == BELOW)
        memcpy(q->wire, "\3www", 4);
    if (kind == BESIDE)
        q->wire[1 + bench_random() % q->wire[0]] = '_';
    q->labels = name_split(q->wire, q->offsets);
}

/* Ns a look-up, the best of some passes; *listed: of how many there was a verdict. */
static double measure(const struct names *n, const struct question *questions, unsigned *listed)
{
    double best = 1e9;
    for (int pass = 0; pass < PASSES; pass++) {
        double start = bench_cpu();
        *listed = 0;
        for (unsigned i = 0; i < QUESTIONS; i++)
            *listed += names_lookup(n, questions[i].labels).verdict != 0;
        double took = (bench_cpu() - start) / QUESTIONS * 1e9;
        best = took < best ? took : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    static const char *const what[] = { "listed", "below", "beside" };
    struct lists lists;
    if (argc != 2) {
        fprintf(stderr, "usage: bench_names zone:dnset:FILE\n");
        return 1;
    }
    lists_load(&lists, argv + 1, 1);
    struct snapshot *snapshot = lists_build(&lists);
    snapshot_use_huge_pages(snapshot);
    const struct set_data *set = lists.sets[0].data;
    const struct entry_name *entry = set->entries_name.data;
    size_t count = VEC_COUNT(&set->entries_name, *entry);
    printf("%lu names, %.2f bytes each", lists.entries,
           (double)snapshot_bytes(snapshot) / (double)lists.entries);
    struct question *questions = bench_array(QUESTIONS, sizeof(*questions));
    for (enum kind kind = LISTED; count != 0 && kind <= BESIDE; kind++) {
        unsigned listed;
        for (unsigned i = 0; i < QUESTIONS; i++)
            set_question(&questions[i],
                         &VEC_AT(&set->names, const uint8_t, entry[bench_random() % count].name), kind);
        double ns = measure(&snapshot->names, questions, &listed);
        printf("; %s %.1f ns a look-up (%.0f %% listed)", what[kind], ns, 100.0 * listed / QUESTIONS);
    }
    printf("\n");
    free(questions);
    snapshot_free(snapshot);
    lists_free(&lists);
    return 0;
}
