/*
 * Which lists have something in a range, against a scan of plain arrays (support/set_model.h); a planted
 * fault must be caught.
 *
 * Some sets share a list, and some have none. Ranges begin and end at the edges of what is listed or near
 * them, or are random. Half of the runs walk every /16 as a whole.
 */
#include "support/input.h"
#include "support/random.h"
#include "support/set_decode.h"
#include "support/set_model.h"
#include "support/set_text.h"
#include "support/u128.h"
#include "view/coverage.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint16_t list_numbers[] = { 0, 1, 255, UINT16_MAX };

struct world {
    struct sets_model model;
    uint16_t set_lists[SETS_MAX];
    struct snapshot *snapshot;
    struct coverage coverage;
    uint64_t random;
};

static uint64_t random_below(struct world *w, uint64_t below)
{
    return random_next(&w->random) % below;
}

static void add_set(const struct world *w, unsigned set, const struct set_members *said,
                    struct list_mask *mask)
{
    if (said->count != 0 && w->set_lists[set] < LISTS_MAX)
        list_mask_add(mask, w->set_lists[set]);
}

static bool listed(const struct world *w, unsigned set, bool ipv6, u128 key)
{
    struct set_members a;
    a.count = 0;
    set_model_address(&w->model, set, ipv6, key, &a);
    return a.count != 0;
}

/* ---- Address ranges ---- */

static struct range make_range(bool ipv6, u128 first, u128 last)
{
    return (struct range){ .family = ipv6 ? RANGE_IP6 : RANGE_IP4,
                           .first = { (uint64_t)(first >> 64), (uint64_t)first },
                           .last = { (uint64_t)(last >> 64), (uint64_t)last } };
}

static u128 random_end(struct world *w, bool ipv6)
{
    u128 edges[EDGES_MAX], unit = ipv6 ? 1 : (u128)1 << 96;
    unsigned n = set_model_edges(&w->model.set[random_below(w, w->model.count)], ipv6, edges);
    u128 end = edges[random_below(w, n)] + unit * random_below(w, 3) - unit;
    if (random_below(w, 4) == 0)
        end ^= (u128)1 << (ipv6 ? random_below(w, 128) : 96 + random_below(w, 32));
    return end;
}

static struct range random_range(struct world *w, bool ipv6)
{
    u128 a = random_end(w, ipv6), b = random_below(w, 4) == 0 ? a : random_end(w, ipv6);
    u128 low = u128_low_bits(ipv6 ? 0 : 96);
    if (random_below(w, 3) == 0) { /* a CIDR */
        low = u128_low_bits((unsigned)random_below(w, ipv6 ? 129 : 33) + (ipv6 ? 0 : 96));
        b = a;
    }
    u128 first = a < b ? a : b, last = a < b ? b : a;
    return make_range(ipv6, first & ~low, last | low);
}

/* The number of addresses first..last, or one above UINT64_MAX whose sums do not overflow. */
static u128 count_keys(u128 first, u128 last, bool ipv6)
{
    u128 more = (last - first) >> (ipv6 ? 0 : 96);
    return (more < (u128)1 << 100 ? more : (u128)1 << 100) + 1;
}

/* Scans the range edge by edge: the lists that have something, and how many addresses those of `lists` have.
 */
static void model_range(const struct world *w, bool ipv6, u128 first, u128 last,
                        const struct list_mask *lists, struct list_mask *mask, u128 *addresses)
{
    static u128 edges[SETS_MAX * EDGES_MAX + 1];
    unsigned n = 0;

    for (unsigned set = 0; set < w->model.count; set++)
        n += set_model_edges(&w->model.set[set], ipv6, edges + n);
    edges[n++] = first;
    u128_sort(edges, n);
    memset(mask, 0, sizeof(*mask));
    *addresses = 0;
    for (unsigned i = 0; i < n; i++) {
        u128 end = i + 1 < n && edges[i + 1] <= last ? edges[i + 1] - 1 : last;
        if (edges[i] < first || edges[i] > last || (i + 1 < n && edges[i + 1] == edges[i]))
            continue;
        bool counts = false;
        for (unsigned set = 0; set < w->model.count; set++) {
            struct set_members a = { .count = listed(w, set, ipv6, edges[i]) };
            add_set(w, set, &a, mask);
            counts |=
                a.count != 0 && w->set_lists[set] < LISTS_MAX && list_mask_has(lists, w->set_lists[set]);
        }
        if (counts)
            *addresses += count_keys(edges[i], end, ipv6);
    }
}

static const char *compare_range(struct world *w, bool ipv6)
{
    struct range range = random_range(w, ipv6);
    struct list_mask lists = { { random_below(w, 4), 0, 0, random_below(w, 2) << 63 } }, want, got;
    u128 addresses;
    uint64_t count;

    model_range(w, ipv6, (u128)range.first.hi << 64 | range.first.lo,
                (u128)range.last.hi << 64 | range.last.lo, &lists, &want, &addresses);
    if (coverage_lists(&w->coverage, &range, &got) != OK ||
        coverage_count(&w->coverage, &range, &lists, &count) != OK)
        abort();
    if (memcmp(&got, &want, sizeof(got)) != 0)
        return ipv6 ? "lists of an IPv6 range" : "lists of an IPv4 range";
    if (count != (addresses < UINT64_MAX ? (uint64_t)addresses : UINT64_MAX))
        return ipv6 ? "count of an IPv6 range" : "count of an IPv4 range";
    return NULL;
}

/* ---- Names ---- */

static struct label_path random_path(struct world *w)
{
    const struct set_model *s = &w->model.set[random_below(w, w->model.count)];
    struct label_path n = { .labels = 0 };
    if (s->kind == DNSET && s->count != 0)
        n = s->line[random_below(w, s->count)].name;
    if (random_below(w, 3) == 0)
        n.labels = n.labels != 0 ? n.labels - 1 : 0;
    while (n.labels < 2 || (n.labels < LABELS_MAX_NAME && random_below(w, 4) == 0))
        n.label[n.labels++] = (uint8_t)random_below(w, SET_MODEL_LABELS);
    return n;
}

static struct range name_range(const struct label_path *n, bool subdomains)
{
    struct range range = { .family = RANGE_NAME, .subdomains = subdomains };
    for (unsigned i = n->labels; i-- > 0;) {
        const char *text = set_model_labels[n->label[i]];
        range.name[range.name_len++] = (uint8_t)strlen(text);
        memcpy(range.name + range.name_len, text, strlen(text));
        range.name_len = (uint16_t)(range.name_len + strlen(text));
    }
    range.name_len++;
    return range;
}

static void model_names(const struct world *w, const struct label_path *n, bool subdomains,
                        struct list_mask *mask)
{
    memset(mask, 0, sizeof(*mask));
    for (unsigned set = 0; set < w->model.count; set++) {
        const struct set_model *s = &w->model.set[set];
        struct set_members a;
        a.count = 0;
        set_model_name(&w->model, set, n, false, &a);
        for (unsigned i = 0; i < s->count && subdomains && s->kind == DNSET; i++) {
            struct label_path top = *n;
            set_model_name(&w->model, set, &top, true, &a);
            if (!set_model_is_within(&s->line[i].name, n))
                continue;
            set_model_name(&w->model, set, &s->line[i].name, false, &a);
            set_model_name(&w->model, set, &s->line[i].name, true, &a);
        }
        add_set(w, set, &a, mask);
    }
}

static const char *compare_name(struct world *w)
{
    struct label_path n = random_path(w);
    bool subdomains = random_below(w, 2);
    struct range range = name_range(&n, subdomains);
    struct list_mask want, got, lists = { { 1 } };
    uint64_t count;

    model_names(w, &n, subdomains, &want);
    if (coverage_lists(&w->coverage, &range, &got) != OK ||
        coverage_count(&w->coverage, &range, &lists, &count) != OK)
        abort();
    if (memcmp(&got, &want, sizeof(got)) != 0)
        return "lists of a name";
    return count == list_mask_has(&want, 0) ? NULL : "count of a name";
}

/* ---- Running ---- */

/* Inverts a line of the model. */
static void plant_fault(struct world *w)
{
    struct set_model *s = &w->model.set[random_below(w, w->model.count)];
    if (s->count != 0)
        s->line[random_below(w, s->count)].excluded ^= true;
}

static const char *run(uint64_t seed, bool damage)
{
    static struct world w;
    static uint8_t bytes[3008];
    size_t size = random_bytes(seed, bytes, 8, seed % 4 == 0 ? 3000 : 400);
    struct input in = { bytes, bytes + size };
    struct set_data *data[SETS_MAX] = { NULL };
    const char *wrong = NULL;
    struct error error;

    memset(&w, 0, sizeof(w));
    w.random = seed;
    w.model.count = 1 + input_byte(&in) % SETS_MAX;
    for (unsigned set = 0; set < w.model.count; set++) {
        w.model.set[set].kind = input_byte(&in) % 4;
        w.set_lists[set] = list_numbers[input_byte(&in) % 4];
        set_decode(&in, &w.model.set[set]);
        data[set] = set_text_load(&w.model.set[set]);
    }
    if (snapshot_build(NULL, data, w.model.count, &w.snapshot, &error) != OK ||
        coverage_open(&w.coverage, w.snapshot, w.set_lists) != OK)
        abort();
    if (seed % 2 != 0)
        w.coverage.few = 0;
    if (damage)
        plant_fault(&w);
    for (unsigned i = 0; i < 30 && wrong == NULL; i++) {
        wrong = compare_range(&w, false);
        wrong = wrong != NULL ? wrong : compare_range(&w, true);
        wrong = wrong != NULL ? wrong : compare_name(&w);
    }
    coverage_close(&w.coverage);
    snapshot_free(w.snapshot);
    for (unsigned set = 0; set < w.model.count; set++)
        set_free(data[set]);
    return wrong;
}

static void equals_model(void **state)
{
    (void)state;
    const char *more = getenv("SEEDS");
    uint64_t seeds = more != NULL ? strtoull(more, NULL, 10) : 100;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        const char *wrong = run(seed, false);
        if (wrong != NULL)
            fail_msg("seed %llu: %s differ", (unsigned long long)seed, wrong);
    }
}

static void planted_fault_is_caught(void **state)
{
    (void)state;
    unsigned caught = 0;
    for (uint64_t seed = 1; seed <= 60; seed++)
        caught += run(seed, true) != NULL;
    print_message("%u of 60 faults were caught\n", caught);
    /* A quarter of the sets has no list, some have no lines, and some lines repeat others. */
    assert_true(caught > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_model),
        cmocka_unit_test(planted_fault_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
