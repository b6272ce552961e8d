/* The store's schema and its migration. */
#ifndef STORE_STORE_SCHEMA_H
#define STORE_STORE_SCHEMA_H

#include "store/sql.h"

#define STORE_SCHEMA_APPLICATION 0x646e7362 /* application_id in the file's header: "dnsb" */

/* Version n of a schema is made from version n - 1 by steps[n - 1]. */
struct store_schema {
    const char *const *steps;
    int version;
};
extern const struct store_schema store_schema;

/* Brings an open database to the schema's version, in one transaction. */
enum err store_schema_migrate(sqlite3 *db, const struct store_schema *schema, const char *path,
                              struct error *error) must_use;

#endif
