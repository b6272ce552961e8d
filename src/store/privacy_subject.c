/*
 * What is kept of one person or address, wherever it stands. All rows are looked at: this is rare, and an
 * index of people would be one more place to keep them in.
 */
#include "store/privacy.h"
#include "store/sql_stmt.h"
#include "store/store_private.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- holds(text, subject) ---- */

/* Whether a character may be part of the same address as its neighbour; of those that also end a sentence,
 * when something follows. */
static bool joins(char c, char next)
{
    if (c == '.' || c == ':')
        return isalnum((unsigned char)next) || next == ':';
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-_+@%/", c) != NULL);
}

static bool holds(const char *text, const char *subject)
{
    size_t size = strlen(subject);
    for (const char *at = text; (at = strcasestr(at, subject)) != NULL; at++)
        if ((at == text || !joins(at[-1], 'x')) && !joins(at[size], at[size] != '\0' ? at[size + 1] : '\0'))
            return true;
    return false;
}

static void holds_in_sql(sqlite3_context *context, int count, sqlite3_value **values)
{
    const unsigned char *text = sqlite3_value_text(values[0]), *subject = sqlite3_value_text(values[1]);
    (void)count;
    sqlite3_result_int(context,
                       text != NULL && subject != NULL && holds((const char *)text, (const char *)subject));
}

int privacy_register(sqlite3 *db)
{
    return sqlite3_create_function(db, "holds", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                   NULL, holds_in_sql, NULL, NULL);
}

/* An address in its canonical form, as it is stored; false for what is neither an e-mail address nor one. */
static bool canonical(const char *subject, char out[RANGE_TEXT])
{
    struct range range;
    if (range_parse(subject, false, &range, NULL) == OK && range.family != RANGE_NAME)
        return range_format(&range, out) != 0;
    return strchr(subject, '@') != NULL && strlen(subject) >= 3 &&
           snprintf(out, RANGE_TEXT, "%s", subject) < RANGE_TEXT;
}

/* ---- Finding ---- */

/* Requests by the subject are its own as a whole; elsewhere, only the field that names it is. */
#define OF_SUBJECT  "(holds(email, ?1) OR holds(client, ?1))"
#define OWN_REQUEST "(kind = 7 AND item_id IN (SELECT id FROM requests WHERE " OF_SUBJECT "))"
#define ANY_REQUEST                                                                                          \
    OF_SUBJECT " OR holds(contact_name, ?1) OR holds(company, ?1) OR holds(details, ?1) OR holds(reply, ?1)"
_Static_assert(EVENT_REQUESTED == 7, "as the statements have it");

static const struct hash_index {
    const char *name;
    const char *select; /* id or NULL, number, time, whether all fields are meant, fields */
    const char *erase;
    const char *fields[7];
} tables[] = {
    { "events",
      "SELECT NULL, sequence, time, " OWN_REQUEST ", client, reason FROM events"
      " WHERE holds(client, ?1) OR holds(reason, ?1) OR (reason IS NOT NULL OR client IS NOT NULL) "
      "AND " OWN_REQUEST,
      "UPDATE events SET client = iif(holds(client, ?1) OR " OWN_REQUEST ", NULL, client),"
      " reason = iif(holds(reason, ?1) OR " OWN_REQUEST ", NULL, reason)"
      " WHERE holds(client, ?1) OR holds(reason, ?1) OR (reason IS NOT NULL OR client IS NOT NULL) "
      "AND " OWN_REQUEST,
      { "client", "reason" } },
    { "items",
      "SELECT id, number, created_at, 0, requester, reason FROM items"
      " WHERE holds(requester, ?1) OR holds(reason, ?1)",
      "UPDATE items SET requester = iif(holds(requester, ?1), NULL, requester),"
      " reason = iif(holds(reason, ?1), NULL, reason) WHERE holds(requester, ?1) OR holds(reason, ?1)",
      { "requester", "reason" } },
    { "requests",
      "SELECT id, number, created_at, " OF_SUBJECT ", contact_name, email, company, details, client, reply"
      " FROM requests WHERE " ANY_REQUEST,
      "UPDATE requests SET"
      " contact_name = iif(holds(contact_name, ?1) OR " OF_SUBJECT ", NULL, contact_name),"
      " company = iif(holds(company, ?1) OR " OF_SUBJECT ", NULL, company),"
      " details = iif(holds(details, ?1) OR " OF_SUBJECT ", NULL, details),"
      " reply = iif(holds(reply, ?1) OR " OF_SUBJECT ", NULL, reply),"
      " email = iif(" OF_SUBJECT ", NULL, email), client = iif(" OF_SUBJECT ", NULL, client)"
      " WHERE " ANY_REQUEST,
      { "contact_name", "email", "company", "details", "client", "reply" } },
    { "repeats",
      "SELECT NULL, rowid, time, 0, CAST(body AS TEXT) FROM repeats WHERE holds(CAST(body AS TEXT), ?1)",
      "DELETE FROM repeats WHERE holds(CAST(body AS TEXT), ?1)",
      { "body" } },
};

typedef bool take_field(void *context, const char *table, const char *id, int64_t time, const char *field,
                        const char *value);

/* Gives out the fields of a row. */
static bool take_row(struct sql_stmt *q, const struct hash_index *table, const char *subject,
                     take_field *take, void *context)
{
    char id[STORE_ID];
    bool more = true;

    sql_stmt_id(q, id);
    int64_t number = sql_stmt_number(q), time = sql_stmt_number(q);
    bool all = sql_stmt_bool(q);
    if (id[0] == '\0')
        snprintf(id, sizeof(id), "%lld", (long long)number);
    for (size_t i = 0; more && table->fields[i] != NULL; i++) {
        const char *value = (const char *)sqlite3_column_text(q->stmt, q->at++);
        if (value != NULL && (all || holds(value, subject)))
            more = take(context, table->name, id, time, table->fields[i], value);
    }
    return more;
}

enum err privacy_each(struct store_reader *r, const char *subject, take_field *take, void *context,
                      struct error *error)
{
    char text[RANGE_TEXT];
    bool more = canonical(subject, text);
    enum err e = OK;

    for (size_t i = 0; e == OK && more && i < ARRAY_SIZE(tables); i++) {
        struct sql_stmt q;
        sql_stmt_open(&q, r, tables[i].select);
        sql_stmt_put_text(&q, text);
        while (more && sql_stmt_next(&q))
            more = take_row(&q, &tables[i], text, take, context);
        e = sql_stmt_close(&q, error);
    }
    return e;
}

enum err privacy_erase(struct store *s, const char *subject, uint64_t *rows, struct error *error)
{
    char text[RANGE_TEXT];
    uint64_t erased = 0;
    enum err e = OK;

    /* Events first: they are found by the requests. */
    for (size_t i = 0; e == OK && canonical(subject, text) && i < ARRAY_SIZE(tables); i++) {
        struct sql_stmt q;
        sql_stmt_open_write(&q, s, tables[i].erase);
        sql_stmt_put_text(&q, text);
        e = sql_stmt_finish(&q, error);
        if (e == OK)
            erased += (uint64_t)sqlite3_changes(s->writer.db);
    }
    if (e != OK)
        return e;
    if (erased != 0)
        store_erased(s);
    *rows = erased;
    return OK;
}
