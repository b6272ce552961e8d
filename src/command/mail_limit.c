#include "command/mail_limit.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct mail_limit {
    struct mail_limit_rules rules;
    uint64_t seed;
    size_t count, next; /* of `sent`, a ring */
    struct mail_limit_mail {
        uint64_t mailbox, subject; /* hashes; `subject` with the mailbox as seed */
        int64_t time_ms;
    } sent[MAIL_LIMIT_KEPT];
};

struct mail_limit *mail_limit_new(const struct mail_limit_rules *rules, uint64_t seed)
{
    struct mail_limit *limit = calloc(1, sizeof(*limit));
    if (limit == NULL)
        return NULL;
    limit->rules = *rules;
    limit->seed = seed;
    return limit;
}

bool mail_limit_admit(struct mail_limit *limit, const char *mailbox, const char *subject, int64_t now_ms)
{
    uint64_t box = hash_bytes(limit->seed, mailbox, strlen(mailbox));
    uint64_t about = hash_bytes(box, subject, strlen(subject));
    const int64_t interval_ms = (int64_t)limit->rules.interval * 1000;
    uint32_t within_hour = 0;

    for (size_t i = 0; i < limit->count; i++) {
        const struct mail_limit_mail *mail = &limit->sent[i];
        int64_t age_ms = now_ms - mail->time_ms;
        if (mail->mailbox != box)
            continue;
        if (mail->subject == about && age_ms < interval_ms)
            return false;
        within_hour += age_ms < CLOCK_HOUR_MS;
    }
    if (limit->rules.per_mailbox != 0 && within_hour >= limit->rules.per_mailbox)
        return false;
    limit->sent[limit->next] = (struct mail_limit_mail){ box, about, now_ms };
    limit->next = (limit->next + 1) % MAIL_LIMIT_KEPT;
    limit->count += limit->count < MAIL_LIMIT_KEPT;
    return true;
}
