/*
 * How often one mailbox is written to: once about one subject in rules.interval, and rules.per_mailbox times
 * in an hour. So nobody can have a stranger's mailbox filled.
 *
 * It keeps hashes of the last MAIL_LIMIT_KEPT mails, in memory. Whoever wants to write to a mailbox again
 * sooner must have so many mails sent to others. One thread.
 */
#ifndef COMMAND_MAIL_LIMIT_H
#define COMMAND_MAIL_LIMIT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAIL_LIMIT_KEPT 4096

struct mail_limit;

struct mail_limit_rules {
    uint32_t interval;    /* seconds between two mails to one mailbox about one subject; 0: none */
    uint32_t per_mailbox; /* mails to one mailbox in an hour; 0: unlimited */
};

/* `seed`: random, so that nobody can choose mailboxes that count as one. NULL: out of memory. For free(). */
struct mail_limit *mail_limit_new(const struct mail_limit_rules *rules, uint64_t seed);

/* Whether a mail to `mailbox` (mailbox_fold) about `subject` may be sent at `now_ms` of the monotonic clock;
 * it then counts. 10 us. */
bool mail_limit_admit(struct mail_limit *limit, const char *mailbox, const char *subject,
                      int64_t now_ms) must_use;

#endif
