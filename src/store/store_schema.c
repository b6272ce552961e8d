/*
 * The schema as a list of migration steps. A released step never changes: a new store runs all of them, an
 * old one those that it lacks. Columns that each start reads stand first.
 */
#include "store/store_file.h"

#include <stdio.h>
#include <stdlib.h>

static const char version_1[] =
    "CREATE TABLE lists (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE facts (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    /* Active items by kind, and delistings by list (STORE_COUNT_LIST): counting a million rows takes too
       long. */
    "CREATE TABLE counts (what INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT;"

    "CREATE TABLE items ("
    "number INTEGER PRIMARY KEY AUTOINCREMENT," /* never used twice, even after a purge */
    "kind INTEGER NOT NULL, state INTEGER NOT NULL,"
    "cover BLOB NOT NULL, bounds BLOB, subdomains INTEGER NOT NULL,"
    "lists BLOB, over BLOB, sticky INTEGER NOT NULL, code INTEGER, text BLOB,"
    "expires_at INTEGER NOT NULL, id BLOB NOT NULL,"
    "created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER,"
    "gone_at INTEGER," /* when it became history; NULL: it is not */
    "revision INTEGER NOT NULL, batch_id BLOB, origin TEXT, created_by TEXT, ended_by TEXT,"
    "requester TEXT, reason TEXT) STRICT;"
    /* An index costs each item 10 to 30 bytes and a few microseconds: one for each query below, no more. */
    "CREATE UNIQUE INDEX items_id ON items (id);"
    /* Items that contain an address, lie in a range, are the same. */
    "CREATE INDEX items_cover ON items (cover, state);"
    /* How often something was removed by request: a small part of all items. */
    "CREATE INDEX items_removals ON items (cover, created_at) WHERE origin = 'request';"
    /* Pages of one kind and state, newest first; all active items at start. */
    "CREATE INDEX items_state ON items (kind, state);"
    /* What expires next. */
    "CREATE INDEX items_due ON items (expires_at) WHERE state = 0;"
    /* A batch, to be reverted. */
    "CREATE INDEX items_batch ON items (batch_id) WHERE batch_id IS NOT NULL;"
    /* Retention: history; items that still name a requester. */
    "CREATE INDEX items_gone ON items (gone_at) WHERE gone_at IS NOT NULL;"
    "CREATE INDEX items_people ON items (gone_at) WHERE gone_at IS NOT NULL AND requester IS NOT NULL;"

    /* Delistings that are not sticky, list by list, in the order in which feeds are compared with them, with
     * all fields that this needs: a million lookups in `items` would take seconds. */
    "CREATE TABLE watches (list INTEGER NOT NULL, first BLOB NOT NULL, number INTEGER NOT NULL,"
    "held INTEGER NOT NULL, fulfilled INTEGER NOT NULL, gone_since INTEGER,"
    "over INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
    "cover BLOB NOT NULL, bounds BLOB, subdomains INTEGER NOT NULL,"
    "PRIMARY KEY (list, first, number)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE events ("
    "sequence INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, kind INTEGER NOT NULL,"
    "item_kind INTEGER, item_id BLOB, cover BLOB, bounds BLOB, subdomains INTEGER, lists BLOB, code INTEGER,"
    "expires_at INTEGER, actor TEXT, client TEXT, reason TEXT) STRICT;"
    /* The history of an address. */
    "CREATE INDEX events_cover ON events (cover) WHERE cover IS NOT NULL;"
    /* How often it was relisted. */
    "CREATE INDEX events_relisted ON events (cover, time) WHERE kind = 6;"
    /* Retention. */
    "CREATE INDEX events_time ON events (time);"
    "CREATE INDEX events_client ON events (time) WHERE client IS NOT NULL;"

    "CREATE TABLE requests ("
    "number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, status INTEGER NOT NULL,"
    "cover BLOB NOT NULL, bounds BLOB, subdomains INTEGER NOT NULL, lists BLOB, removed BLOB,"
    "created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, effective_by INTEGER, contact_name TEXT,"
    "email TEXT, company TEXT, details TEXT, category TEXT, fixed INTEGER NOT NULL, lang TEXT, client TEXT,"
    "reply TEXT, decided_by TEXT, proof BLOB, revision INTEGER NOT NULL,"
    "people INTEGER NOT NULL) STRICT;" /* whether it still has personal data */
    /* Pages by status; repeated requests; the limit per client; retention. */
    "CREATE INDEX requests_status ON requests (status);"
    "CREATE INDEX requests_cover ON requests (cover);"
    "CREATE INDEX requests_client ON requests (client, created_at) WHERE client IS NOT NULL;"
    "CREATE INDEX requests_gone ON requests (updated_at);"
    "CREATE INDEX requests_people ON requests (updated_at) WHERE people = 1;"

    "CREATE TABLE repeats (actor BLOB NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL,"
    "time INTEGER NOT NULL, status INTEGER NOT NULL, body BLOB, UNIQUE (actor, key)) STRICT;"
    "CREATE INDEX repeats_time ON repeats (time);";

/* Each requester has a row of his own: a repeat is recognised by a digest, and the limit of a client is
 * counted in memory. Those that wait for a review are counted. */
static const char version_2[] =
    "ALTER TABLE requests ADD COLUMN repeat BLOB;"
    "ALTER TABLE requests ADD COLUMN mailbox BLOB;"
    "DROP INDEX requests_cover;"
    "DROP INDEX requests_client;"
    "CREATE INDEX requests_repeat ON requests (repeat) WHERE repeat IS NOT NULL;"
    "CREATE INDEX requests_mailbox ON requests (mailbox, created_at) WHERE mailbox IS NOT NULL;"
    "CREATE INDEX requests_pending ON requests (cover, number) WHERE status = 1;"
    "INSERT INTO counts (what, value) SELECT 8, count(*) FROM requests WHERE status = 1;";

/* Proof of control. Wrong codes were counted by the revision of a request that waits for its code. */
static const char version_3[] = "ALTER TABLE requests ADD COLUMN control_code BLOB;"
                                "ALTER TABLE requests ADD COLUMN control_to TEXT;"
                                "ALTER TABLE requests ADD COLUMN hosts TEXT;"
                                "ALTER TABLE requests ADD COLUMN wrong_codes INTEGER NOT NULL DEFAULT 0;"
                                "ALTER TABLE requests ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;"
                                "UPDATE requests SET wrong_codes = revision - 1 WHERE status = 2;"
                                /* The last code for each target, which was sent to one mailbox. */
                                "CREATE TABLE proof_mails (target BLOB NOT NULL PRIMARY KEY, sent_at INTEGER "
                                "NOT NULL, code BLOB NOT NULL,"
                                "mailbox TEXT NOT NULL) STRICT, WITHOUT ROWID;";

/* Public removals are counted for an hour, and a client's open requests are found. */
static const char version_4[] =
    "CREATE TABLE removals (list INTEGER NOT NULL, scope INTEGER NOT NULL, key BLOB NOT NULL,"
    "slot INTEGER NOT NULL, count INTEGER NOT NULL,"
    "PRIMARY KEY (list, scope, key, slot)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX removals_slot ON removals (slot);" /* purge */
    "ALTER TABLE requests ADD COLUMN asker BLOB;"
    "CREATE INDEX requests_asker ON requests (asker) WHERE asker IS NOT NULL;";

static const char *const steps[] = { version_1, version_2, version_3, version_4 };

const struct store_schema store_schema = { steps, ARRAY_SIZE(steps) };

enum err store_schema_migrate(sqlite3 *db, const struct store_schema *schema, const char *path,
                              struct error *error)
{
    char set[128], number[32] = "";
    int rc = sql_query_text(db, "PRAGMA user_version", number, sizeof(number));
    int version = (int)strtol(number, NULL, 10);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (; rc == SQLITE_OK && version < schema->version; version++)
        rc = sqlite3_exec(db, schema->steps[version], NULL, NULL, NULL);
    snprintf(set, sizeof(set), "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             STORE_SCHEMA_APPLICATION, schema->version);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, set, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return OK;
    enum err e = sql_explain(db, path, rc, error);
    if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return e;
}
