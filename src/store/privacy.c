#include "store/privacy.h"
#include "store/items.h"
#include "store/sql_stmt.h"
#include "store/store_private.h"

#include <stdio.h>
#include <string.h>

#define SWEEP 500 /* rows of a table at a time */
_Static_assert(REQUEST_PENDING == 1,
               "as the statements have it: all others are decided, or were never confirmed");

/* ---- Before it is stored ---- */

void privacy_client(enum privacy privacy, char client[64])
{
    static const unsigned kept[] = { 24, 48 };
    struct range range;
    char text[RANGE_TEXT];

    if (privacy == PRIVACY_FULL || client[0] == '\0')
        return;
    bool known = privacy == PRIVACY_PREFIX && range_parse(client, false, &range, NULL) == OK &&
                 range.family != RANGE_NAME;
    client[0] = '\0'; /* what is no address may still hold one */
    if (!known)
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
    char *at = strchr(text, '@'); /* at the front of what was cut down before */
    bool address =
        at != NULL && at[1] != '\0' && strpbrk(text, " \t,;<>()\"") == NULL && strchr(at + 1, '@') == NULL;
    if (privacy == PRIVACY_PREFIX && address)
        memmove(text, at, strlen(at) + 1);
    else
        text[0] = '\0';
}

/* ---- Retention ---- */

static enum err sweep(struct store *s, const char *sql, int64_t until, bool *more, unsigned *rows,
                      struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open_write(&q, s, sql);
    sql_stmt_put(&q, until);
    sql_stmt_put(&q, SWEEP);
    enum err e = sql_stmt_finish(&q, error);
    if (e == OK) {
        int changed = sqlite3_changes(s->writer.db);
        *more |= changed >= SWEEP;
        *rows += (unsigned)changed;
    }
    return e;
}

static enum err sweep_people(struct store *s, int64_t until, bool *more, unsigned *rows, struct error *error)
{
    static const char *const sql[] = {
        "UPDATE requests SET contact_name = NULL, email = NULL, company = NULL, details = NULL, client = "
        "NULL,"
        " people = 0 WHERE number IN (SELECT number FROM requests INDEXED BY requests_people"
        " WHERE people = 1 AND updated_at <= ? AND status IN (0, 2, 3) ORDER BY updated_at LIMIT ?)",
        "UPDATE events SET client = NULL WHERE sequence IN (SELECT sequence FROM events INDEXED BY "
        "events_client"
        " WHERE client IS NOT NULL AND time <= ? ORDER BY time LIMIT ?)",
        "UPDATE items SET requester = NULL WHERE number IN (SELECT number FROM items INDEXED BY items_people"
        " WHERE requester IS NOT NULL AND gone_at IS NOT NULL AND gone_at <= ? ORDER BY gone_at LIMIT ?)",
    };
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ARRAY_SIZE(sql); i++)
        e = sweep(s, sql[i], until, more, rows, error);
    return e;
}

/* Notes the last event that goes now: whoever asks for what came after an earlier one has missed some. */
static enum err note_gone(struct store *s, int64_t until, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open_write(
        &q, s,
        "INSERT INTO facts (name, value) SELECT 'events_gone', max(sequence) FROM"
        " (SELECT sequence FROM events INDEXED BY events_time WHERE time <= ? ORDER BY time LIMIT ?)"
        " HAVING max(sequence) IS NOT NULL"
        " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)");
    sql_stmt_put(&q, until);
    sql_stmt_put(&q, SWEEP);
    return sql_stmt_finish(&q, error);
}

static enum err sweep_history(struct store *s, int64_t until, bool *more, unsigned *rows, struct error *error)
{
    static const char *const sql[] = {
        "DELETE FROM events WHERE sequence IN (SELECT sequence FROM events INDEXED BY events_time"
        " WHERE time <= ? ORDER BY time LIMIT ?)",
        "DELETE FROM requests WHERE number IN (SELECT number FROM requests INDEXED BY requests_gone"
        " WHERE updated_at <= ? AND status IN (0, 2, 3) ORDER BY updated_at LIMIT ?)",
    };
    unsigned items = 0;
    enum err e = note_gone(s, until, error);
    if (e == OK)
        e = items_forget(s, until, &items, error);
    *rows += items;
    *more |= items >= ITEMS_FORGET;
    for (size_t i = 0; e == OK && i < ARRAY_SIZE(sql); i++)
        e = sweep(s, sql[i], until, more, rows, error);
    return e;
}

enum err privacy_sweep(struct store *s, const struct retention *retention, int64_t now, bool *more,
                       struct error *error)
{
    bool again = false;
    unsigned rows = 0;
    enum err e = OK;

    if (retention->people != 0)
        e = sweep_people(s, now - (int64_t)retention->people, &again, &rows, error);
    if (e == OK && retention->history != 0)
        e = sweep_history(s, now - (int64_t)retention->history, &again, &rows, error);
    if (e != OK)
        return e;
    s->swept |= rows != 0;
    if (s->swept && !again) { /* once, not for each portion */
        s->swept = false;
        store_erased(s);
    }
    *more = again;
    return OK;
}
