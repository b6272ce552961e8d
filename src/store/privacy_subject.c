/*
 * Personal data of one subject, in all tables. All rows are read: this is rare, and an index of people would
 * be one more place that stores them.
 */
#include "store/privacy.h"
#include "store/sql.h"
#include "store/store_state.h"

#include <stdio.h>
#include <string.h>

/* Writes an address in canonical form, as it is stored. False: neither an e-mail nor an IP address. */
static bool canonical(const char *subject, char out[RANGE_TEXT])
{
    struct range range;
    if (range_parse(subject, false, &range, NULL) == OK && range.family != RANGE_NAME)
        return range_format(&range, out) != 0;
    return strchr(subject, '@') != NULL && strlen(subject) >= 3 &&
           snprintf(out, RANGE_TEXT, "%s", subject) < RANGE_TEXT;
}

/* ---- Finding ---- */

/* All of a request by the subject is its data; elsewhere only the field that names it. */
#define OF_SUBJECT  "(holds(email, ?1) OR holds(client, ?1))"
#define OWN_REQUEST "(kind = 7 AND item_id IN (SELECT id FROM requests WHERE " OF_SUBJECT "))"
#define ANY_REQUEST                                                                                          \
    OF_SUBJECT " OR holds(contact_name, ?1) OR holds(company, ?1) OR holds(details, ?1) OR holds(reply, ?1)"
_Static_assert(EVENT_REQUESTED == 7, "the statements name the number");

static const struct subject_table {
    const char *name;
    const char *select; /* id or NULL, number, time, whether all fields are its data, fields */
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

/* Visits the fields of a row. */
static bool visit_row(struct sql_stmt *q, const struct subject_table *table, const char *subject,
                      privacy_visitor *visit, void *context)
{
    char id[STORE_ID];
    bool more = true;

    sql_stmt_id(q, id);
    int64_t number = sql_stmt_int(q), time = sql_stmt_int(q);
    bool all = sql_stmt_bool(q);
    if (id[0] == '\0')
        snprintf(id, sizeof(id), "%lld", (long long)number);
    for (size_t i = 0; more && table->fields[i] != NULL; i++) {
        const char *value = sql_stmt_raw_text(q);
        if (value != NULL && (all || sql_holds(value, subject)))
            more = visit(context, table->name, id, time, table->fields[i], value);
    }
    return more;
}

enum err privacy_each(struct store_reader *r, const char *subject, privacy_visitor *visit, void *context,
                      struct error *error)
{
    char text[RANGE_TEXT];
    bool more = canonical(subject, text);
    enum err e = OK;

    for (size_t i = 0; e == OK && more && i < ARRAY_SIZE(tables); i++) {
        struct sql_stmt q = store_read_stmt(r, tables[i].select);
        sql_stmt_bind_text(&q, text);
        while (more && sql_stmt_next(&q))
            more = visit_row(&q, &tables[i], text, visit, context);
        e = sql_stmt_close(&q, error);
    }
    return e;
}

enum err privacy_erase(struct store *s, const char *subject, uint64_t *rows, struct error *error)
{
    char text[RANGE_TEXT];
    uint64_t erased = 0;
    enum err e = OK;

    /* Events first: they are found through requests. */
    for (size_t i = 0; e == OK && canonical(subject, text) && i < ARRAY_SIZE(tables); i++) {
        unsigned rows_changed;
        struct sql_stmt q = store_write_stmt(s, tables[i].erase);
        sql_stmt_bind_text(&q, text);
        e = sql_stmt_finish_update(&q, &rows_changed, error);
        if (e == OK)
            erased += rows_changed;
    }
    if (e != OK)
        return e;
    store_write_erased(s, erased != 0, false);
    *rows = erased;
    return OK;
}
