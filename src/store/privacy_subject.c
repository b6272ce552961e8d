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

/* All of a request by the subject is its data; elsewhere only the fields that mention it. */
#define OF_SUBJECT  "(mentions(email, ?1) OR mentions(client, ?1))"
#define OWN_REQUEST "(kind = 7 AND item_id IN (SELECT id FROM requests WHERE " OF_SUBJECT "))"
_Static_assert(EVENT_REQUESTED == 7, "the statements name the number");

/* Erases a field that mentions the subject, or any field if the row is `own`. */
#define ERASE(field, own)   " " field " = iif(mentions(" field ", ?1) OR " own ", NULL, " field ")"
#define ERASE_OF(field)     ERASE(field, OF_SUBJECT)
#define ERASE_PERSON        ERASE_OF("contact_name") "," ERASE_OF("email") "," ERASE_OF("company")
#define ERASE_DIGEST(field) " " field " = iif(" OF_SUBJECT ", NULL, " field ")"
#define ERASE_REST                                                                                           \
    ERASE_OF("details")                                                                                      \
    "," ERASE_OF("client") "," ERASE_OF("reply") "," ERASE_OF("control_to") "," ERASE_DIGEST(                \
        "repeat") "," ERASE_DIGEST("mailbox") "," ERASE_DIGEST("asker")

#define IN_EVENTS                                                                                            \
    " WHERE mentions(client, ?1) OR mentions(reason, ?1)"                                                    \
    " OR (reason IS NOT NULL OR client IS NOT NULL) AND " OWN_REQUEST
#define IN_ITEMS " WHERE mentions(requester, ?1) OR mentions(reason, ?1)"
#define IN_REQUESTS                                                                                          \
    " WHERE " OF_SUBJECT " OR mentions(contact_name, ?1) OR mentions(company, ?1)"                           \
    " OR mentions(details, ?1) OR mentions(reply, ?1) OR mentions(control_to, ?1)"
#define IN_MAILS   " WHERE mentions(mailbox, ?1)"
#define IN_REPEATS " WHERE mentions(CAST(body AS TEXT), ?1)"

static const struct subject_table {
    const char *name;
    const char *select; /* id or NULL, number, time, whether all fields are its data, fields */
    const char *erase;
    const char *fields[8];
} tables[] = {
    { "events",
      "SELECT NULL, sequence, time, " OWN_REQUEST ", client, reason FROM events" IN_EVENTS,
      "UPDATE events SET" ERASE("client", OWN_REQUEST) "," ERASE("reason", OWN_REQUEST) IN_EVENTS,
      { "client", "reason" } },
    { "items",
      "SELECT id, number, created_at, 0, requester, reason FROM items" IN_ITEMS,
      "UPDATE items SET" ERASE("requester", "0") "," ERASE("reason", "0") IN_ITEMS,
      { "requester", "reason" } },
    { "requests",
      "SELECT id, number, created_at, " OF_SUBJECT ", contact_name, email, company, details, client, reply,"
      " control_to FROM requests" IN_REQUESTS,
      "UPDATE requests SET" ERASE_PERSON "," ERASE_REST IN_REQUESTS,
      { "contact_name", "email", "company", "details", "client", "reply", "control_to" } },
    { "proof_mails",
      "SELECT NULL, 0, sent_at, 0, mailbox FROM proof_mails" IN_MAILS,
      "DELETE FROM proof_mails" IN_MAILS,
      { "mailbox" } },
    { "repeats",
      "SELECT NULL, rowid, time, 0, CAST(body AS TEXT) FROM repeats" IN_REPEATS,
      "DELETE FROM repeats" IN_REPEATS,
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
        if (value != NULL && (all || sql_mentions(value, subject)))
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
