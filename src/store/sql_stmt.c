#include "store/sql_stmt.h"
#include "base/log.h"
#include "store/cidr_key.h"
#include "store/store_private.h"

#include <errno.h>
#include <string.h>

static sqlite3_stmt *find(struct store_reader *r, const char *sql, int *rc)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->statements[i].sql == sql)
            return r->statements[i].stmt;
    sqlite3_stmt *stmt = NULL;
    if (r->count == STORE_STATEMENTS) {
        *rc = SQLITE_TOOBIG;
        return NULL;
    }
    *rc = sqlite3_prepare_v3(r->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (*rc != SQLITE_OK)
        return NULL;
    r->statements[r->count].sql = sql;
    r->statements[r->count++].stmt = stmt;
    return stmt;
}

void sql_stmt_open(struct sql_stmt *q, struct store_reader *r, const char *sql)
{
    *q = (struct sql_stmt){ .reader = r };
    q->stmt = find(r, sql, &q->rc);
    if (q->stmt != NULL && sqlite3_stmt_busy(q->stmt)) { /* used within itself: leave the outer use alone */
        q->stmt = NULL;
        q->rc = SQLITE_MISUSE;
    }
}

void sql_stmt_open_write(struct sql_stmt *q, struct store *s, const char *sql)
{
    *q = (struct sql_stmt){ .reader = &s->writer, .rc = SQLITE_ABORT };
    if (s->begun && !s->failed)
        sql_stmt_open(q, &s->writer, sql);
}

/* The number of the next parameter, or 0 after an error. */
static int parameter(struct sql_stmt *q)
{
    return q->rc == SQLITE_OK ? ++q->at : 0;
}

void sql_stmt_put(struct sql_stmt *q, int64_t value)
{
    int at = parameter(q);
    if (at != 0)
        q->rc = sqlite3_bind_int64(q->stmt, at, value);
}

void sql_stmt_put_null(struct sql_stmt *q)
{
    int at = parameter(q);
    if (at != 0)
        q->rc = sqlite3_bind_null(q->stmt, at);
}

void sql_stmt_put_time(struct sql_stmt *q, int64_t time)
{
    if (time != 0)
        sql_stmt_put(q, time);
    else
        sql_stmt_put_null(q);
}

void sql_stmt_put_text(struct sql_stmt *q, const char *text)
{
    int at = parameter(q);
    if (at != 0)
        q->rc = *text == '\0' ? sqlite3_bind_null(q->stmt, at)
                              : sqlite3_bind_text(q->stmt, at, text, -1, SQLITE_STATIC);
}

static void put_blob(struct sql_stmt *q, const void *data, size_t size, sqlite3_destructor_type keep)
{
    int at = parameter(q);
    if (at != 0)
        q->rc =
            size == 0 ? sqlite3_bind_null(q->stmt, at) : sqlite3_bind_blob64(q->stmt, at, data, size, keep);
}

void sql_stmt_put_blob(struct sql_stmt *q, const void *data, size_t size)
{
    put_blob(q, data, size, SQLITE_STATIC);
}

void sql_stmt_put_id(struct sql_stmt *q, const char *id)
{
    uint8_t bytes[16];
    if (*id == '\0')
        sql_stmt_put_null(q);
    else if (store_parse_id(id, bytes))
        put_blob(q, bytes, sizeof(bytes), SQLITE_TRANSIENT);
    else if (q->rc == SQLITE_OK)
        q->rc = SQLITE_MISMATCH;
}

void sql_stmt_put_mask(struct sql_stmt *q, const struct list_mask *mask)
{
    uint8_t bytes[LISTS_MAX / 8];
    size_t size = 0;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(mask->word[i / 8] >> (8 * (i % 8)));
        if (bytes[i] != 0)
            size = i + 1;
    }
    put_blob(q, bytes, size, SQLITE_TRANSIENT);
}

void sql_stmt_put_cover(struct sql_stmt *q, const struct range *range)
{
    struct cidr_key place;
    cidr_key_of(range, &place);
    put_blob(q, place.cover, place.cover_size, SQLITE_TRANSIENT);
}

void sql_stmt_put_range(struct sql_stmt *q, const struct range *range)
{
    struct cidr_key place = { .cover_size = 0 };
    if (range != NULL)
        cidr_key_of(range, &place);
    put_blob(q, place.cover, place.cover_size, SQLITE_TRANSIENT);
    put_blob(q, place.bounds, place.bounds_size, SQLITE_TRANSIENT);
    if (range != NULL)
        sql_stmt_put(q, range->family == RANGE_NAME && range->subdomains);
    else
        sql_stmt_put_null(q);
}

bool sql_stmt_next(struct sql_stmt *q)
{
    if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW)
        return false;
    q->at = 0;
    q->bad = false;
    errno = 0;
    q->rc = sqlite3_step(q->stmt);
    q->number = errno;
    return q->rc == SQLITE_ROW;
}

int64_t sql_stmt_number(struct sql_stmt *q)
{
    int at = q->at++;
    if (sqlite3_column_type(q->stmt, at) != SQLITE_INTEGER)
        q->bad = true;
    return sqlite3_column_int64(q->stmt, at);
}

int64_t sql_stmt_number_or(struct sql_stmt *q, int64_t null)
{
    if (sqlite3_column_type(q->stmt, q->at) != SQLITE_NULL)
        return sql_stmt_number(q);
    q->at++;
    return null;
}

unsigned sql_stmt_choice(struct sql_stmt *q, unsigned most)
{
    int64_t value = sql_stmt_number(q);
    if (value >= 0 && value <= most)
        return (unsigned)value;
    q->bad = true;
    return 0;
}

bool sql_stmt_bool(struct sql_stmt *q)
{
    return sql_stmt_choice(q, 1) != 0;
}

const void *sql_stmt_blob(struct sql_stmt *q, size_t *size)
{
    int at = q->at++, type = sqlite3_column_type(q->stmt, at);
    *size = 0;
    if (type == SQLITE_NULL)
        return NULL;
    if (type != SQLITE_BLOB) {
        q->bad = true;
        return NULL;
    }
    const void *data = sqlite3_column_blob(q->stmt, at);
    if (data != NULL)
        *size = (size_t)sqlite3_column_bytes(q->stmt, at);
    return data;
}

/* The bytes of the UTF-8 sequence at `p` (RFC 3629), 0 if it is none. */
static size_t sequence(const unsigned char *p)
{
    static const struct {
        unsigned char first, last, low, high; /* lead bytes; bounds of the byte behind */
        size_t size;
    } kinds[] = { { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
                  { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
                  { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 } };
    if (*p < 0x80)
        return 1;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (*p < kinds[i].first || *p > kinds[i].last)
            continue;
        if (p[1] < kinds[i].low || p[1] > kinds[i].high)
            return 0;
        for (size_t k = 2; k < kinds[i].size; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return kinds[i].size;
    }
    return 0;
}

/* Whoever passes the text on may rely on UTF-8: what is none becomes question marks. */
static void mend(char *text)
{
    while (*text != '\0') {
        size_t size = sequence((unsigned char *)text);
        if (size == 0)
            *text = '?';
        text += size != 0 ? size : 1;
    }
}

void sql_stmt_text(struct sql_stmt *q, char *out, size_t size)
{
    int at = q->at++, type = sqlite3_column_type(q->stmt, at);
    out[0] = '\0';
    if (type == SQLITE_NULL)
        return;
    const unsigned char *text = type == SQLITE_TEXT ? sqlite3_column_text(q->stmt, at) : NULL;
    size_t bytes = text != NULL ? (size_t)sqlite3_column_bytes(q->stmt, at) : size;
    if (bytes >= size) {
        q->bad = true;
        return;
    }
    memcpy(out, text, bytes);
    out[bytes] = '\0';
    mend(out);
}

void sql_stmt_id(struct sql_stmt *q, char id[STORE_ID])
{
    size_t size;
    const uint8_t *bytes = sql_stmt_blob(q, &size);

    id[0] = '\0';
    if (size == 16)
        store_format_id(bytes, id);
    else
        q->bad |= size != 0;
}

void sql_stmt_mask(struct sql_stmt *q, struct list_mask *mask)
{
    size_t size;
    const uint8_t *bytes = sql_stmt_blob(q, &size);
    *mask = (struct list_mask){ { 0 } };
    if (size > LISTS_MAX / 8) {
        q->bad = true;
        return;
    }
    for (size_t i = 0; i < size; i++)
        mask->word[i / 8] |= (uint64_t)bytes[i] << (8 * (i % 8));
}

bool sql_stmt_range(struct sql_stmt *q, struct range *range)
{
    struct cidr_key place;
    const void *cover = sql_stmt_blob(q, &place.cover_size), *bounds;
    if (cover == NULL) {
        q->at += 2;
        return false;
    }
    bounds = sql_stmt_blob(q, &place.bounds_size);
    bool subdomains = sql_stmt_bool(q);
    if (place.cover_size > sizeof(place.cover) || place.bounds_size > sizeof(place.bounds)) {
        q->bad = true;
        return false;
    }
    memcpy(place.cover, cover, place.cover_size);
    if (bounds != NULL)
        memcpy(place.bounds, bounds, place.bounds_size);
    bool good = cidr_key_range(&place, subdomains, range);
    q->bad |= !good;
    return good;
}

enum err sql_stmt_close(struct sql_stmt *q, struct error *error)
{
    struct store *s = q->reader->store;
    struct error own;

    if (q->stmt != NULL) {
        sqlite3_reset(q->stmt);
        sqlite3_clear_bindings(q->stmt);
    }
    if (q->rc == SQLITE_OK || q->rc == SQLITE_ROW || q->rc == SQLITE_DONE)
        return OK;
    errno = q->number;
    enum err e = store_explain(q->reader->db, s->path, q->rc, &own);
    if (q->reader == &s->writer)
        store_failed(s, &own);
    return error_set(error, e, "%s", own.text);
}

enum err sql_stmt_numbers(struct sql_stmt *q, uint64_t *out, unsigned most, unsigned *count,
                          struct error *error)
{
    unsigned n = 0;

    while (n < most && sql_stmt_next(q))
        out[n++] = (uint64_t)sql_stmt_number(q);
    enum err e = sql_stmt_close(q, error);
    if (e == OK)
        *count = n;
    return e;
}

enum err sql_stmt_finish(struct sql_stmt *q, struct error *error)
{
    while (sql_stmt_next(q))
        ;
    return sql_stmt_close(q, error);
}

enum err sql_stmt_run(struct store_reader *r, const char *sql, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open(&q, r, sql);
    return sql_stmt_finish(&q, error);
}

void sql_stmt_log_bad(struct sql_stmt *q, const char *what, int64_t number)
{
    struct store *s = q->reader->store;
    unsigned logged = atomic_fetch_add(&s->bad_rows, 1);
    if (logged < STORE_BAD_LOGGED)
        log_error("%s: %s %lld is damaged and passed over", s->path, what, (long long)number);
    else if (logged == STORE_BAD_LOGGED)
        log_error("%s: more rows are damaged; they are not logged one by one", s->path);
}
