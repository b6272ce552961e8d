#include "store/privacy.h"
#include "store/items.h"
#include "store/proof_mails.h"
#include "store/store_state.h"

#include <string.h>

/* Requests of any other status are decided, or were never confirmed. */
_Static_assert(REQUEST_PENDING == 1, "the statements name the number");

/* ---- Before storing ---- */

void privacy_client(enum privacy privacy, char client[64])
{
    static const unsigned kept[] = { 24, 48 };
    struct range range;
    char text[RANGE_TEXT];

    if (privacy == PRIVACY_FULL || client[0] == '\0')
        return;
    bool is_address = privacy == PRIVACY_PREFIX && range_parse(client, false, &range, NULL) == OK &&
                      range.family != RANGE_NAME;
    client[0] = '\0'; /* text that is not an address may still contain one */
    if (!is_address)
        return;
    uint64_t host = UINT64_MAX >> kept[range.family];
    range.first.hi &= ~host;
    range.last.hi = range.first.hi | host;
    range.first.lo = 0;
    range.last.lo = UINT64_MAX;
    if (range_format(&range, text) < 64)
        strcpy(client, text);
}

void privacy_requester(enum privacy privacy, char *text)
{
    if (privacy == PRIVACY_FULL)
        return;
    char *at = strchr(text, '@'); /* at the start if the text was reduced before */
    bool is_email =
        at != NULL && at[1] != '\0' && strpbrk(text, " \t,;<>()\"") == NULL && strchr(at + 1, '@') == NULL;
    if (privacy == PRIVACY_PREFIX && is_email)
        memmove(text, at, strlen(at) + 1);
    else
        text[0] = '\0';
}

/* ---- Retention ---- */

static const char *const people_sql[] = {
    "UPDATE requests SET contact_name = NULL, email = NULL, company = NULL, details = NULL,"
    " client = NULL, repeat = NULL, mailbox = NULL, asker = NULL, people = 0 WHERE number IN"
    " (SELECT number FROM requests INDEXED BY requests_people"
    " WHERE people = 1 AND updated_at <= ? AND status IN (0, 2, 3) ORDER BY updated_at LIMIT ?)",
    "UPDATE events SET client = NULL WHERE sequence IN (SELECT sequence FROM events"
    " INDEXED BY events_client WHERE client IS NOT NULL AND time <= ? ORDER BY time LIMIT ?)",
    "UPDATE items SET requester = NULL WHERE number IN (SELECT number FROM items INDEXED BY items_people"
    " WHERE requester IS NOT NULL AND gone_at IS NOT NULL AND gone_at <= ? ORDER BY gone_at LIMIT ?)",
};

static const char *const history_sql[] = {
    /* The last event that is purged now: events_each fails for whoever has not read up to it. */
    "INSERT INTO facts (name, value) SELECT 'events_gone', max(sequence) FROM"
    " (SELECT sequence FROM events INDEXED BY events_time WHERE time <= ? ORDER BY time LIMIT ?)"
    " HAVING max(sequence) IS NOT NULL"
    " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
    "DELETE FROM events WHERE sequence IN (SELECT sequence FROM events INDEXED BY events_time"
    " WHERE time <= ? ORDER BY time LIMIT ?)",
    "DELETE FROM requests WHERE number IN (SELECT number FROM requests INDEXED BY requests_gone"
    " WHERE updated_at <= ? AND status IN (0, 2, 3) ORDER BY updated_at LIMIT ?)",
};

/* Runs the statements; adds to *rows how many rows they changed, sets *more if one reached its limit. */
static enum err purge(struct store *s, const char *const *sql, size_t count, int64_t until, unsigned *rows,
                      bool *more, struct error *error)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < count; i++) {
        unsigned changed = 0;
        struct sql_stmt q = store_write_stmt(s, sql[i]);
        sql_stmt_bind_int(&q, until);
        sql_stmt_bind_int(&q, STORE_PURGE);
        e = sql_stmt_finish_update(&q, &changed, error);
        *more |= changed >= STORE_PURGE;
        *rows += changed;
    }
    return e;
}

enum err privacy_purge(struct store *s, const struct retention *retention, int64_t now, bool *more,
                       struct error *error)
{
    int64_t people = now - (int64_t)retention->people, history = now - (int64_t)retention->history;
    unsigned rows = 0, items = 0;
    bool limited = false;
    enum err e = OK;

    e = proof_mails_purge(s, now - PROOF_MAIL_SECONDS, &rows, error);
    limited = rows >= STORE_PURGE;
    if (e == OK && retention->people != 0)
        e = purge(s, people_sql, ARRAY_SIZE(people_sql), people, &rows, &limited, error);
    if (e == OK && retention->history != 0)
        e = items_purge(s, history, &items, error);
    if (e == OK && retention->history != 0)
        e = purge(s, history_sql, ARRAY_SIZE(history_sql), history, &rows, &limited, error);
    if (e != OK)
        return e;
    limited |= items >= STORE_PURGE;
    store_write_erased(s, rows + items != 0, limited);
    *more = limited;
    return OK;
}
