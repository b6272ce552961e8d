#include "view/guard.h"

#include "base/human.h"
#include "dns/name.h"

#include <stdio.h>

#include <arpa/inet.h>

#define ADVICE "if the new files are right, dnsblctl reload --accept takes them"

static enum err refuse(struct error *error, const char *list, const char *what, uint64_t old, uint64_t new)
{
    return error_set(error, ERR_REFUSED, "%s: load refused: %s, %s before and %s now; " ADVICE, list, what,
                     human_count(old).text, human_count(new).text);
}

enum err guard_data(const char *list, const struct guard_rules *rules, const struct snapshot_set *old,
                    const struct set_data *data, struct error *error)
{
    char what[64];
    if (!old->loaded)
        return OK;
    if (old->entries >= GUARD_MIN_ENTRIES && data->entries * 100 < old->entries * rules->shrink) {
        snprintf(what, sizeof(what), "fewer than %u %% of the entries", rules->shrink);
        return refuse(error, list, what, old->entries, data->entries);
    }
    if (rules->growth != 0 && old->entries >= GUARD_MIN_ENTRIES &&
        data->entries * 100 > old->entries * rules->growth) {
        snprintf(what, sizeof(what), "more than %u %% of the entries", rules->growth);
        return refuse(error, list, what, old->entries, data->entries);
    }
    if (rules->bad_lines != 0 && data->lines >= GUARD_MIN_LINES &&
        data->bad * 100 > data->lines * rules->bad_lines)
        return error_set(error, ERR_REFUSED,
                         "%s: load refused: %s of %s lines are bad, more than %u %%; " ADVICE, list,
                         human_count(data->bad).text, human_count(data->lines).text, rules->bad_lines);
    return OK;
}

const char *guard_canary(unsigned canaries)
{
    static const char *const names[] = { "127.0.0.1", "::ffff:127.0.0.1", "the name INVALID",
                                         "a whole top-level domain" };
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        if (canaries & 1u << i)
            return names[i];
    }
    return "nothing";
}

static enum err refuse_canary(struct error *error, const char *list, const char *canary)
{
    return error_set(error, ERR_REFUSED, "%s: load refused: it now lists %s, which no list should; " ADVICE,
                     list, canary);
}

enum err guard_built(const char *list, const struct guard_rules *rules, const struct snapshot_set *old,
                     const struct snapshot_set *new, struct error *error)
{
    if (!old->loaded)
        return OK;
    if (rules->coverage != 0 && new->coverage4 > old->coverage4 &&new->coverage4 - old->coverage4 >
                                    UINT64_C(1) << (32 - rules->coverage)) {
        char what[64];
        snprintf(what, sizeof(what), "IPv4 addresses grown by more than a /%u", rules->coverage);
        return refuse(error, list, what, old->coverage4, new->coverage4);
    }
    if (rules->canaries && new->canaries != 0)
        return refuse_canary(error, list, guard_canary(new->canaries));
    return OK;
}

static bool lists(const struct snapshot *snapshot, uint16_t set, const struct guard_canary *canary)
{
    if (canary->kind == GUARD_IP4)
        return snapshot_verdict_has(snapshot, snapshot_lookup4(snapshot, canary->ip4), set);
    if (canary->kind == GUARD_IP6)
        return snapshot_verdict_has(snapshot, snapshot_lookup6(snapshot, canary->hi, canary->lo), set);
    uint8_t offsets[128];
    unsigned labels = 0;
    for (unsigned at = 0; canary->name[at] != 0; at += canary->name[at] + 1u)
        offsets[labels++] = (uint8_t)at;
    return snapshot_verdict_has(snapshot,
                                names_lookup(&snapshot->names, canary->name, offsets, labels).verdict, set);
}

enum err guard_own_canaries(const char *list, const struct guard_rules *rules, const struct snapshot *old,
                            const struct snapshot *new, uint16_t set, struct error *error)
{
    for (size_t i = 0; i < rules->canary_count; i++) {
        const struct guard_canary *canary = &rules->canary[i];
        if (lists(new, set, canary) && (old == NULL || !lists(old, set, canary)))
            return refuse_canary(error, list, canary->text);
    }
    return OK;
}

bool guard_lists_own(const struct guard_rules *rules, const struct snapshot *snapshot, uint16_t set)
{
    for (size_t i = 0; i < rules->canary_count; i++)
        if (lists(snapshot, set, &rules->canary[i]))
            return true;
    return false;
}

enum err guard_read_canary(const char *text, struct guard_canary *canary, struct error *error)
{
    uint8_t bytes[16];
    uint16_t length;
    *canary = (struct guard_canary){ .text = text, .kind = GUARD_NAME };
    if (inet_pton(AF_INET, text, bytes) == 1) {
        canary->kind = GUARD_IP4;
        for (unsigned i = 0; i < 4; i++)
            canary->ip4 = canary->ip4 << 8 | bytes[i];
        return OK;
    }
    if (inet_pton(AF_INET6, text, bytes) == 1) {
        canary->kind = GUARD_IP6;
        for (unsigned i = 0; i < 8; i++) {
            canary->hi = canary->hi << 8 | bytes[i];
            canary->lo = canary->lo << 8 | bytes[8 + i];
        }
        return OK;
    }
    return name_from_text(text, canary->name, &length, error);
}
