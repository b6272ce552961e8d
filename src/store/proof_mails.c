#include "store/proof_mails.h"

#include "store/store_state.h"

#include <string.h>

enum err proof_mails_find(struct store_reader *r, const struct range *target, bool *found,
                          struct proof_mail *out, struct error *error)
{
    struct proof_mail mail;
    size_t size;
    struct sql_stmt q = store_read_stmt(r, "SELECT sent_at, code, mailbox FROM proof_mails WHERE target = ?");
    sql_stmt_bind_cover(&q, target);
    bool known = sql_stmt_next(&q);
    if (known) {
        mail.sent_at = sql_stmt_int(&q);
        const void *code = sql_stmt_blob(&q, &size);
        known = size == sizeof(mail.code);
        if (known)
            memcpy(mail.code, code, size);
        sql_stmt_text(&q, mail.mailbox, sizeof(mail.mailbox));
        known &= !q.damaged; /* a damaged row is as good as none: another code is sent */
    }
    enum err e = sql_stmt_close(&q, error);
    if (e != OK)
        return e;
    *found = known;
    if (known)
        *out = mail;
    return OK;
}

enum err proof_mails_set(struct store *s, const struct range *target, const struct proof_mail *mail,
                         struct error *error)
{
    struct sql_stmt q = store_write_stmt(
        s, "INSERT OR REPLACE INTO proof_mails (target, sent_at, code, mailbox) VALUES (?, ?, ?, ?)");
    sql_stmt_bind_cover(&q, target);
    sql_stmt_bind_int(&q, mail->sent_at);
    sql_stmt_bind_blob(&q, mail->code, sizeof(mail->code));
    sql_stmt_bind_text(&q, mail->mailbox);
    return sql_stmt_finish(&q, error);
}

enum err proof_mails_purge(struct store *s, int64_t until, unsigned *rows, struct error *error)
{
    unsigned changed = 0;
    struct sql_stmt q = store_write_stmt(s, "DELETE FROM proof_mails WHERE target IN"
                                            " (SELECT target FROM proof_mails WHERE sent_at <= ? LIMIT ?)");
    sql_stmt_bind_int(&q, until);
    sql_stmt_bind_int(&q, STORE_PURGE);
    enum err e = sql_stmt_finish_update(&q, &changed, error);
    *rows += changed;
    return e;
}
