#include "view/guard.h"

#include "base/human.h"
#include "dns/name.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#define ADVICE "if the new files are right, accept them with dnsblctl reload --accept"

enum { REASON_SIZE = 300 };

struct comparison {
    const struct guard_rules *rules;
    const struct guard_load *old, *new;
};

/* ---- Canaries ---- */

/* Those of every list, in the order of their bits. */
static const struct guard_canary common[] = {
    { .text = "127.0.0.1", .kind = GUARD_IP4, .key = { UINT64_C(0x7f000001) << 32, 0 } },
    { .text = "::ffff:127.0.0.1", .kind = GUARD_IP6, .key = { 0, 0xffff7f000001 } },
    { .text = "the name INVALID", .kind = GUARD_NAME, .name = "\7invalid" },
};

const char *guard_canary_text(unsigned canaries)
{
    for (unsigned i = 0; i < ARRAY_SIZE(common); i++)
        if (canaries & 1u << i)
            return common[i].text;
    return canaries & CANARY_TLD ? "a whole top-level domain" : "nothing";
}

static bool lists_canary(const struct guard_load *load, const struct guard_canary *canary)
{
    const struct snapshot *s = load->snapshot;
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    if (s == NULL)
        return false;
    uint32_t verdict = canary->kind == GUARD_NAME
                           ? names_lookup(&s->names, name_split(canary->name, offsets)).verdict
                           : trie_lookup(canary->kind == GUARD_IP4 ? &s->trie4 : &s->trie6, canary->key);
    return snapshot_verdict_has(s, verdict, load->set);
}

static bool lists_tld(const struct guard_load *load, const uint8_t *label)
{
    static const uint8_t offset = 0;
    const struct snapshot *s = load->snapshot;

    if (s == NULL)
        return false;
    uint32_t entry = names_lookup(&s->names, (struct labels){ label, &offset, 1 }).entry;
    return entry != NAMES_ROOT && snapshot_verdict_has(s, names_below(&s->names, entry), load->set);
}

/* Whether `new` lists all of some top-level domain of which `old` does not list all. */
static bool lists_new_tld(const struct guard_load *old, const struct guard_load *new)
{
    const struct names *n = &new->snapshot->names;

    for (uint32_t i = 1; i < VEC_COUNT(&n->entries, struct name_entry); i++) {
        const struct name_entry *e = &VEC_AT(&n->entries, const struct name_entry, i);
        const uint8_t *label = &VEC_AT(&n->labels, const uint8_t, e->label);
        if (e->parent == NAMES_ROOT && memcmp(label, "\4test", 5) != 0 && lists_tld(new, label) &&
            !lists_tld(old, label))
            return true;
    }
    return false;
}

unsigned guard_new_canaries(const struct guard_load *old, const struct guard_load *new)
{
    unsigned canaries = 0;

    if (new->snapshot == NULL)
        return new->facts.canaries & ~old->facts.canaries;
    if (new->snapshot->sets[new->set].protected) /* names what must not be listed, and lists nothing */
        return 0;
    for (unsigned i = 0; i < ARRAY_SIZE(common); i++)
        if (lists_canary(new, &common[i]) && !lists_canary(old, &common[i]))
            canaries |= 1u << i;
    if (lists_new_tld(old, new))
        canaries |= CANARY_TLD;
    return old->snapshot != NULL ? canaries : canaries & ~old->facts.canaries;
}

/* The first of the operator's canaries that `new` lists but `old` does not; NULL: none. Facts without a
 * snapshot only tell whether any was listed: then none is new. */
static const struct guard_canary *new_own_canary(const struct guard_rules *rules,
                                                 const struct guard_load *old, const struct guard_load *new)
{
    if (old->snapshot == NULL && old->facts.canaries & GUARD_OWN_CANARY)
        return NULL;
    for (size_t i = 0; i < rules->canary_count; i++)
        if (lists_canary(new, &rules->canary[i]) && !lists_canary(old, &rules->canary[i]))
            return &rules->canary[i];
    return NULL;
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
    return name_from_text(text, canary->name, &length, error);
}

/* ---- The checks: each writes a reason, and is true if the new load is to be refused for it ---- */

static bool changes_size(const struct comparison *c, char *reason)
{
    const struct guard_rules *rules = c->rules;
    uint64_t old = c->old->facts.entries, new = c->new->facts.entries;
    bool fewer = new * 100 < old * rules->shrink;
    bool more = rules->growth != 0 && new * 100 > old * rules->growth;

    snprintf(reason, REASON_SIZE, "%s than %u %% of the entries, %s before and %s now",
             fewer ? "fewer" : "more", fewer ? rules->shrink : rules->growth, human_count(old).text,
             human_count(new).text);
    return fewer || more;
}

static bool has_bad_lines(const struct comparison *c, char *reason)
{
    const struct guard_facts *new = &c->new->facts;

    snprintf(reason, REASON_SIZE, "%s of %s lines are bad, more than %u %%", human_count(new->bad).text,
             human_count(new->lines).text, c->rules->bad_lines);
    return c->rules->bad_lines != 0 &&
           new->lines >= GUARD_MIN_LINES &&new->bad * 100 > new->lines * c->rules->bad_lines;
}

static bool covers_more(const struct comparison *c, char *reason)
{
    uint64_t old = c->old->facts.coverage4, new = c->new->facts.coverage4;
    unsigned length = c->rules->coverage;

    snprintf(reason, REASON_SIZE, "IPv4 addresses grown by more than a /%u, %s before and %s now", length,
             human_count(old).text, human_count(new).text);
    return length != 0 && new > old &&new - old > UINT64_C(1) << (32 - length);
}

static bool lists_new_canary(const struct comparison *c, char *reason)
{
    unsigned canaries = c->rules->canaries ? guard_new_canaries(c->old, c->new) : 0;
    const struct guard_canary *own = new_own_canary(c->rules, c->old, c->new);

    snprintf(reason, REASON_SIZE, "it now lists %s, which no list should",
             own != NULL && canaries == 0 ? own->text : guard_canary_text(canaries));
    return canaries != 0 || own != NULL;
}

static const struct {
    bool (*refuses)(const struct comparison *c, char reason[REASON_SIZE]);
    uint64_t from; /* old entries from which on it is made */
} checks[] = {
    { changes_size, GUARD_MIN_ENTRIES },
    { has_bad_lines, 0 },
    { covers_more, 0 },
    { lists_new_canary, 0 },
};

enum err guard_check(const char *list, const struct guard_rules *rules, const struct guard_load *old,
                     const struct guard_load *new, struct error *error)
{
    struct comparison c = { rules, old, new };
    char reason[REASON_SIZE];

    for (unsigned i = 0; old->facts.loaded && i < ARRAY_SIZE(checks); i++)
        if (old->facts.entries >= checks[i].from && checks[i].refuses(&c, reason))
            return error_set(error, ERR_REFUSED, "%s: load refused: %s; " ADVICE, list, reason);
    return OK;
}

/* ---- Loads ---- */

struct guard_load guard_load_read(const struct set_data *data)
{
    return (struct guard_load){
        .facts = { .loaded = true, .entries = data->entries, .lines = data->lines, .bad = data->bad }
    };
}

struct guard_load guard_load_built(const struct snapshot *snapshot, size_t set)
{
    const struct snapshot_set *s = &snapshot->sets[set];

    return (struct guard_load){ .facts = { .loaded = s->loaded,
                                           .entries = s->entries,
                                           .lines = s->lines,
                                           .bad = s->bad,
                                           .coverage4 = s->coverage4 },
                                .snapshot = snapshot,
                                .set = (uint16_t)set };
}

struct guard_facts guard_facts(const struct guard_rules *rules, const struct guard_load *built)
{
    static const struct guard_load nothing;
    struct guard_facts facts = built->facts;

    facts.canaries = guard_new_canaries(&nothing, built) |
                     (new_own_canary(rules, &nothing, built) != NULL ? GUARD_OWN_CANARY : 0);
    return facts;
}
