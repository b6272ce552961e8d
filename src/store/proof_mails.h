/* The table of codes that were mailed to prove control: the last one for each target (delist/proof.h). */
#ifndef STORE_PROOF_MAILS_H
#define STORE_PROOF_MAILS_H

#include "store/store.h"

#define PROOF_MAIL_SECONDS 86400 /* between two mails about one target */

struct proof_mail {
    int64_t sent_at;
    uint8_t code[32]; /* its SHA-256 */
    char mailbox[STORE_EMAIL];
};

/* Finds the mail about a target. */
enum err proof_mails_find(struct store_reader *r, const struct range *target, bool *found,
                          struct proof_mail *out, struct error *error) must_use;

/* Adds the mail about a target, in place of an earlier one. */
enum err proof_mails_set(struct store *s, const struct range *target, const struct proof_mail *mail,
                         struct error *error) must_use;

/* Deletes at most STORE_PURGE mails that were sent until then; adds to *rows how many. */
enum err proof_mails_purge(struct store *s, int64_t until, unsigned *rows, struct error *error) must_use;

#endif
