/* The audit trail in the log: who did what, to what, until when, why. */
#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"
#include "delist/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Sizes that keep a line below 1,000 bytes or so, and the names of lists that one has. */
enum { TEXT = 208, LISTS_SHOWN = 8, TARGET = TEXT + LISTS_SHOWN * STORE_NAME + 8 };

/* Text from outside made fit for a log: no control characters, at most TEXT - 1 bytes. */
static const char *clean(const char *text, char out[TEXT])
{
    size_t n = 0;

    for (; n < TEXT - 1 && text[n] != '\0'; n++)
        out[n] = (unsigned char)text[n] < ' ' || text[n] == 127 ? ' ' : text[n];
    while (text[n] != '\0' && n > 0 && (text[n] & 0xc0) == 0x80)
        n--; /* do not cut a UTF-8 character */
    out[n] = '\0';
    return out;
}

/* A range and lists: "192.0.2.1 on sbl,xbl". */
static const char *target_text(const struct delist *d, const struct range *range,
                               const struct list_mask *lists, char out[TARGET])
{
    char text[RANGE_TEXT];
    unsigned shown = 0;

    range_format(range, text);
    size_t n = (size_t)snprintf(out, TARGET, "%.180s%s on ", text,
                                range->family == RANGE_NAME && range->subdomains ? " and below" : "");
    for (unsigned i = 0; i < LISTS_MAX && shown <= LISTS_SHOWN; i++) {
        const char *name = list_mask_has(lists, i) ? store_list_name(delist_store(d), i) : NULL;
        if (name == NULL)
            continue;
        n += (size_t)snprintf(out + n, TARGET - n, "%s%s", shown > 0 ? "," : "",
                              shown < LISTS_SHOWN ? name : "...");
        shown++;
    }
    return out;
}

static const char *end_text(int64_t at, char out[TEXT])
{
    char time[CLOCK_TEXT];

    if (at == STORE_FOREVER || !clock_format(at, time))
        return "for ever";
    snprintf(out, TEXT, "until %s", time);
    return out;
}

static void log_item(const struct delist *d, const char *actor, const char *verb, const struct item *item)
{
    char target[TARGET], until[TEXT], reason[TEXT];

    log_info("audit: %s %s %s %s: %s [%s]", actor, verb, target_text(d, &item->range, &item->lists, target),
             end_text(item->expires_at, until), item->reason[0] != '\0' ? clean(item->reason, reason) : "-",
             item->id);
}

static void log_created(const struct delist *d, const char *actor, const struct delist_op *op)
{
    for (size_t i = 0; i < op->count; i++) {
        const struct item_result *created = &op->created[i];
        if (created->refusal.kind == REFUSE_NONE && !created->existed && !op->create[i].dry_run)
            log_item(d, actor, event_kind_word(EVENT_CREATED, created->item.kind), &created->item);
    }
}

/* Without the id: who knows it may see the request. */
static void log_request(const struct delist *d, const char *actor, const struct removal_request *r)
{
    char target[TARGET];

    log_info("audit: %s removal request for %s: %s", actor, target_text(d, &r->range, &r->lists, target),
             request_status_word(r->status));
}

void audit_log(const struct delist *d, const struct delist_op *op)
{
    char actor[TEXT], reason[TEXT], client[sizeof(op->actor->client)];

    if (op->sequence == 0) /* nothing was changed */
        return;
    memcpy(client, op->actor->client, sizeof(client));
    privacy_client(delist_privacy(d), client);
    snprintf(actor, sizeof(actor), "%s (%s%s%s)", op->actor->name, op->actor->origin,
             client[0] != '\0' ? " from " : "", client);
    switch (op->verb) {
    case DELIST_CREATE:
        log_created(d, actor, op);
        break;
    case DELIST_CHANGE:
    case DELIST_END:
        log_item(d, actor, op->verb == DELIST_END ? "ended" : "changed", &op->item);
        break;
    case DELIST_END_MATCHING:
        log_info("audit: %s ended %s by value", actor, human_number(op->affected, "item", "items").text);
        break;
    case DELIST_REVERT:
        log_info("audit: %s reverted batch %s: %" PRIu64 " ended", actor, op->id, op->affected);
        break;
    case DELIST_SUSPEND:
    case DELIST_RESUME:
        log_notice("audit: %s %s all delistings and listings", actor,
                   op->verb == DELIST_SUSPEND ? "suspended" : "resumed");
        break;
    case DELIST_REQUEST:
    case DELIST_VERIFY:
    case DELIST_PROVE:
    case DELIST_REVIEW:
    case DELIST_APPROVE:
    case DELIST_DENY:
        log_request(d, actor, &op->request);
        break;
    case DELIST_AUDIT:
        log_info("audit: %s: %s", actor, clean(op->reason, reason));
        break;
    case DELIST_ERASE:
        log_info("audit: %s erased personal data in %s", actor,
                 human_number(op->affected, "row", "rows").text);
        break;
    case DELIST_FEED:
        break; /* feed_evaluate logs one line for each load */
    }
}
