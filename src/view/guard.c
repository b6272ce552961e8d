#include "view/guard.h"

#include "base/human.h"
#include "dns/name.h"
#include "view/suffixes.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

enum { REASON_SIZE = sizeof(((struct guard_finding *)0)->reason) };

struct comparison {
    const struct guard_rules *rules;
    const struct guard_load *old, *new;
    const struct guard_facts *facts;  /* of the new load */
    struct covered gained4, gained6;  /* zeroed when that is too little to matter, or nothing is built */
    bool filling;                     /* an hour ago the set was empty... */
    bool was_small;                   /* ...or smaller than rules->from */
    const struct guard_facts *before; /* what a guard compares with: of `old`... */
    bool hour_ago;                    /* ...or of what was served an hour ago */
};

/* ---- Canaries ---- */

/* Those of every list. */
static const struct guard_canary common[] = {
    { .text = "127.0.0.1", .kind = GUARD_IP4, .key = { UINT64_C(0x7f000001) << 32, 0 } },
    { .text = "::ffff:127.0.0.1", .kind = GUARD_IP6, .key = { 0, 0xffff7f000001 } },
    { .text = "the name INVALID", .kind = GUARD_NAME, .name = "\7invalid" },
};

/* What a load lists and another does not: their number, and the first one's text. */
struct canaries {
    const struct guard_load *old, *new;
    uint64_t count;
    char first[NAME_MAX_TEXT];
};

static bool lists_canary(const struct guard_load *load, const struct guard_canary *canary)
{
    const struct snapshot *s = load->in.snapshot;
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    if (s == NULL)
        return false;
    uint32_t verdict = canary->kind == GUARD_NAME
                           ? names_lookup(&s->names, name_split(canary->name, offsets)).verdict
                           : trie_lookup(canary->kind == GUARD_IP4 ? &s->trie4 : &s->trie6, canary->key);
    return snapshot_verdict_has(s, verdict, load->in.set);
}

/* Whether the load lists the names below this one. */
static bool lists_below(const struct guard_load *load, const uint8_t *name)
{
    const struct snapshot *s = load->in.snapshot;
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    if (s == NULL)
        return false;
    struct name_match match = names_lookup(&s->names, name_split(name, offsets));
    uint32_t verdict = match.entry != NAMES_ROOT ? names_below(&s->names, match.entry) : match.verdict;
    return snapshot_verdict_has(s, verdict, load->in.set);
}

static void add_canary(struct canaries *c, const struct guard_canary *canary)
{
    if (!lists_canary(c->new, canary) || lists_canary(c->old, canary))
        return;
    if (c->count++ == 0)
        snprintf(c->first, sizeof(c->first), "%s", canary->text);
}

static void add_below(struct canaries *c, const uint8_t *name)
{
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    if (!lists_below(c->new, name) || lists_below(c->old, name))
        return;
    struct labels labels = name_split(name, offsets);
    if (c->count++ == 0)
        name_to_text(name, labels_size(labels, 0) + 1, c->first);
}

/* Top-level domains and public suffixes with all names below. Not "test", which RFC 5782 section 5 wants
 * listed. */
static void add_suffixes(struct canaries *c, const struct vec *suffixes)
{
    const struct names *n = &c->new->in.snapshot->names;
    const uint8_t *suffix;

    for (uint32_t e = names_next(n, NAMES_ROOT), end = names_end(n, NAMES_ROOT); e < end;
         e = names_end(n, e)) {
        const uint8_t *record = names_record(n, e);
        uint8_t name[1 + NAME_LABEL + 1 + NAMES_LABEL_PAD] = { record[1] & NAME_LABEL };
        memcpy(name + 1, record + NAME_HEAD, name[0]);
        if (memcmp(name, "\4test", 5) != 0)
            add_below(c, name);
    }
    for (size_t at = 0; suffixes != NULL && (suffix = suffixes_next(suffixes, &at)) != NULL;)
        add_below(c, suffix);
}

static bool has_names(const struct guard_load *load)
{
    const struct snapshot *s = load->in.snapshot;

    for (size_t i = 0; i < s->sources_count; i++)
        if (s->sources[i].set == load->in.set && s->sources[i].has_names)
            return true;
    return false;
}

/* Counts what `new` lists and `old`, which need not have a snapshot, does not. */
static void find_canaries(const struct guard_rules *rules, const struct guard_load *old,
                          const struct guard_load *new, struct canaries *out)
{
    *out = (struct canaries){ .old = old, .new = new };
    if (new->in.snapshot == NULL || new->protected) /* that one lists nothing */
        return;
    for (size_t i = 0; rules->canaries && i < ARRAY_SIZE(common); i++)
        add_canary(out, &common[i]);
    for (size_t i = 0; i < rules->canary_count; i++)
        add_canary(out, &rules->canary[i]);
    if (rules->canaries && has_names(new))
        add_suffixes(out, rules->suffixes);
}

/* False for a prefix, an address with a mistake, a pattern: as a name it would guard nothing. */
static bool is_name(const char *text)
{
    static const char usual[] = "0123456789.-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return text[strspn(text, usual)] == '\0' && text[strspn(text, "0123456789.")] != '\0';
}

enum err guard_parse_canary(const char *text, struct guard_canary *canary, struct error *error)
{
    uint8_t bytes[16];
    uint16_t length;
    *canary = (struct guard_canary){ .text = text, .kind = GUARD_NAME };
    bool ip4 = inet_pton(AF_INET, text, bytes) == 1;
    if (ip4 || inet_pton(AF_INET6, text, bytes) == 1) {
        canary->kind = ip4 ? GUARD_IP4 : GUARD_IP6;
        canary->key = trie_key_read(bytes, ip4 ? 4 : 16);
        return OK;
    }
    if (!is_name(text))
        return error_set(error, ERR_SYNTAX, "'%.100s': an address or a name in ASCII expected", text);
    return name_from_text(text, canary->name, &length, error);
}

/* ---- The guards: each writes a reason, and is true if the new load does not look right ---- */

static bool is_unusable(const struct comparison *c, char *reason)
{
    snprintf(reason, REASON_SIZE, "no usable line, %s, in place of %s",
             human_number(c->facts->bad, "bad line", "bad lines").text,
             human_number(c->before->entries, "entry", "entries").text);
    return c->facts->entries == 0 && c->before->entries != 0 &&
           (c->facts->bad != 0 || c->before->entries >= GUARD_EMPTY || c->new->protected);
}

static bool has_shrunk(const struct comparison *c, char *reason)
{
    uint32_t least = c->rules->shrink;

    snprintf(reason, REASON_SIZE, "fewer than %u %% of the entries, %s %s and %s now", least,
             human_count(c->before->entries).text, c->hour_ago ? "an hour ago" : "before",
             human_count(c->facts->entries).text);
    return c->facts->entries * 100 < c->before->entries * least;
}

static bool has_grown(const struct comparison *c, char *reason)
{
    uint32_t most = c->rules->growth;

    snprintf(reason, REASON_SIZE, "more than %u %% of the entries, %s before and %s now", most,
             human_count(c->before->entries).text, human_count(c->facts->entries).text);
    return most != 0 && !c->filling && c->facts->entries * 100 > c->before->entries * most;
}

static bool is_bad(const struct guard_facts *facts, uint32_t most)
{
    return most != 0 && facts->lines >= GUARD_MIN_LINES && facts->bad * 100 > facts->lines * most;
}

static bool has_bad_lines(const struct comparison *c, char *reason)
{
    uint32_t most = c->rules->bad_lines;

    snprintf(reason, REASON_SIZE, "%s of %s lines are bad, more than %u %%", human_count(c->facts->bad).text,
             human_count(c->facts->lines).text, most);
    return is_bad(c->facts, most) && !is_bad(c->before, most);
}

/* How many addresses, or /64s, may be new; UINT64_MAX: any number. */
static uint64_t most_new(const struct guard_rules *rules, bool ipv6)
{
    uint32_t length = ipv6 ? rules->coverage6 : rules->coverage;

    return length != 0 ? UINT64_C(1) << ((ipv6 ? 64 : 32) - length) : UINT64_MAX;
}

/* The number of sets that the set's list has. */
static uint64_t count_sets(const struct covered_set *in)
{
    uint64_t count = 0;

    for (size_t i = 0; in->lists != NULL && i < in->snapshot->sets_count; i++)
        count += in->lists[i] == in->lists[in->set];
    return count != 0 ? count : 1;
}

/* What a load has newly covered beside facts: the list, and the set's part of it. A load that gains nothing
 * on what is served gains nothing on an hour ago. */
static struct covered gain(const struct comparison *c, bool ipv6)
{
    struct covered g = ipv6 ? c->gained6 : c->gained4;
    uint64_t before = ipv6 ? c->before->covered6 : c->before->covered4;

    if (!c->hour_ago && c->old->in.snapshot != NULL)
        return g;
    bool more = g.all > before && g.own_gained != 0;
    g.gained = g.own_gained = more ? g.all - before : 0;
    return g;
}

/* What a list gains is found in a set that has a part in it; of several sets, at least an equal share. */
static bool covers_more(const struct comparison *c, char *reason)
{
    if (c->new->in.snapshot == NULL || c->filling)
        return false;
    for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
        uint32_t length = ipv6 ? c->rules->coverage6 : c->rules->coverage;
        struct covered g = gain(c, ipv6);
        if (g.gained <= most_new(c->rules, ipv6) || g.own_gained < g.gained / count_sets(&c->new->in))
            continue;
        snprintf(reason, REASON_SIZE, "%s %s newly listed%s, more than a /%u", human_count(g.gained).text,
                 ipv6 ? "IPv6 /64s" : "IPv4 addresses", c->hour_ago ? " within an hour" : "", length);
        return true;
    }
    return false;
}

static bool lists_new_canary(const struct comparison *c, char *reason)
{
    struct canaries new;

    if (c->facts->canaries == 0)
        return false;
    find_canaries(c->rules, c->old, c->new, &new);
    if (c->old->in.snapshot == NULL &&
        new.count <= c->before->canaries) /* which ones those were is not known */
        return false;
    snprintf(reason, REASON_SIZE, "it now lists %.100s%s, which no list should", new.first,
             new.count > 1 ? " and more" : "");
    return new.count != 0;
}

static const struct {
    const char *name;
    bool (*finds)(const struct comparison *c, char reason[REASON_SIZE]);
    bool any_size; /* it is made whatever `from` says */
    bool hour_ago; /* it is also made beside what was served an hour ago */
    bool grows;    /* it finds what a small list may do in steps, too, as it may at once */
    bool patient;
} guards[] = {
    { "unusable", is_unusable, .any_size = true },
    { "shrink", has_shrunk, .hour_ago = true, .patient = true },
    { "growth", has_grown, .grows = true, .patient = true },
    { "bad_lines", has_bad_lines, .patient = true },
    { "coverage", covers_more, .hour_ago = true, .grows = true },
    { "canaries", .finds = lists_new_canary },
};
_Static_assert(ARRAY_SIZE(guards) + 2 <= GUARD_FINDINGS, "two are made twice");

/* ---- The comparison ---- */

/* Counts what one family of a load covers and gains, if it may be too much and is judged: a first load is
 * not, and if its list has one set, that set's own count will do. */
static enum err count_covered(const struct comparison *c, bool ipv6, uint64_t *all, struct covered *gained)
{
    uint64_t sets = count_sets(&c->new->in);

    if ((sets == 1 && !c->old->facts.loaded) || *all <= most_new(c->rules, ipv6) / sets)
        return OK;
    enum err err = covered_count(&c->old->in, &c->new->in, ipv6, gained);
    if (err == OK)
        *all = gained->all;
    return err;
}

/* Completes the facts of a load that is built. */
static enum err complete(struct comparison *c, struct guard_facts *facts)
{
    static const struct guard_load nothing;
    struct canaries all;

    if (c->new->in.snapshot == NULL)
        return OK;
    enum err err = count_covered(c, false, &facts->covered4, &c->gained4);
    if (err == OK)
        err = count_covered(c, true, &facts->covered6, &c->gained6);
    find_canaries(c->rules, &nothing, c->new, &all);
    facts->canaries = all.count;
    return err;
}

static void apply(struct comparison *c, unsigned guard, const struct guard_facts *before, bool hour_ago,
                  struct guard_findings *out)
{
    struct guard_finding *found = &out->found[out->count];

    c->before = before;
    c->hour_ago = hour_ago;
    if (!guards[guard].finds(c, found->reason))
        return;
    found->guard = guards[guard].name;
    found->held = before->entries != 0 && (guards[guard].any_size || before->entries >= c->rules->from) &&
                  !(guards[guard].grows && c->was_small);
    found->patient = guards[guard].patient && !c->new->protected;
    out->count++;
}

/* Whether a load after a restart is of the files that were served before it. What is looked for may have
 * changed since: the operator's canaries, the public suffixes. */
static bool is_same(const struct guard_load *old, const struct guard_load *new)
{
    const struct guard_facts *a = &old->facts, *b = &new->facts;

    return old->in.snapshot == NULL && a->loaded && a->mtime == b->mtime && a->entries == b->entries &&
           a->lines == b->lines && a->bad == b->bad;
}

enum err guard_compare(const struct guard_rules *rules, const struct guard_load *old,
                       const struct guard_load *new, const struct guard_facts *then,
                       struct guard_findings *out)
{
    struct comparison c = { .rules = rules,
                            .old = old,
                            .new = new,
                            .facts = &out->facts,
                            .filling = then->loaded && then->entries == 0,
                            .was_small = then->loaded && then->entries < rules->from };

    out->count = 0;
    out->facts = new->facts;
    enum err err = complete(&c, &out->facts);
    if (is_same(old, new))
        return err;
    for (unsigned i = 0; err == OK && rules->mode != GUARD_OFF && i < ARRAY_SIZE(guards); i++) {
        bool first = !old->facts.loaded || old->facts.entries == 0;
        if (!first || guards[i].finds == lists_new_canary) /* a first load is only warned about */
            apply(&c, i, &old->facts, false, out);
        if (!first && guards[i].hour_ago && then->loaded)
            apply(&c, i, then, true, out);
    }
    return err;
}

bool guard_looks_same(const struct guard_rules *rules, const struct guard_facts *first,
                      const struct guard_facts *now)
{
    const struct comparison c = { .rules = rules, .facts = now, .before = first };
    char reason[REASON_SIZE];

    return !has_shrunk(&c, reason) && !has_grown(&c, reason) &&
           is_bad(first, rules->bad_lines) == is_bad(now, rules->bad_lines);
}

/* ---- Loads ---- */

struct guard_load guard_load_read(const struct set_data *data)
{
    return (struct guard_load){
        .facts = { .loaded = true,
                   .entries = data->entries,
                   .lines = data->lines,
                   .bad = data->bad,
                   .mtime = data->mtime },
        .protected = data->protected,
    };
}

struct guard_load guard_load_built(const struct snapshot *snapshot, size_t set, const uint16_t *lists)
{
    const struct snapshot_set *s = &snapshot->sets[set];

    return (struct guard_load){ .facts = { .loaded = s->loaded,
                                           .entries = s->entries,
                                           .lines = s->lines,
                                           .bad = s->bad,
                                           .mtime = s->mtime,
                                           .covered4 = s->coverage4,
                                           .covered6 = s->coverage6 },
                                .protected = s->protected,
                                .in = { snapshot, (uint16_t)set, lists } };
}
