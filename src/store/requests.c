#include "store/requests.h"
#include "base/sha256.h"
#include "store/store_state.h"

#include <string.h>

#define REQUEST_FIELDS                                                                                       \
    "number, id, status, cover, bounds, subdomains, lists, removed, created_at, updated_at, effective_by,"   \
    " contact_name, email, company, details, category, fixed, lang, client, reply, decided_by, proof, "      \
    "revision, repeat, asker, control_code, control_to, hosts, wrong_codes, checks"

/* Digests; zero: none. */
static void bind_digest(struct sql_stmt *q, const uint8_t *digest, size_t size)
{
    bool has = false;
    for (size_t i = 0; i < size; i++)
        has |= digest[i] != 0;
    sql_stmt_bind_blob(q, digest, has ? size : 0);
}

static void read_digest(struct sql_stmt *q, uint8_t *digest, size_t size)
{
    size_t stored;
    const void *blob = sql_stmt_blob(q, &stored);
    memset(digest, 0, size);
    if (stored == size)
        memcpy(digest, blob, size);
    else
        q->damaged |= stored != 0;
}

/* Whether it has personal data. */
static bool has_people(const struct removal_request *r)
{
    return r->contact_name[0] != '\0' || r->email[0] != '\0' || r->company[0] != '\0' ||
           r->details[0] != '\0' || r->client[0] != '\0';
}

_Static_assert(REQUEST_PENDING == 1 && REQUEST_VERIFY == 2, "the statements name the numbers");

/* Adds `times` (1 or -1) a request of this status to the count of those that wait. */
static void count(struct store *s, int64_t status, int times)
{
    s->added[STORE_COUNT_PENDING] += status == REQUEST_PENDING ? times : 0;
}

enum err requests_add(struct store *s, const struct removal_request *request, struct error *error)
{
    struct sql_stmt q = store_write_stmt(
        s, "INSERT INTO requests (id, status, cover, bounds, subdomains, lists, removed, created_at,"
           " updated_at, effective_by, contact_name, email, company, details, category, fixed, lang,"
           " client, reply, decided_by, proof, revision, people, repeat, mailbox, hosts, asker)"
           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?,"
           " iif(?2 IN (1, 2), ?, NULL))");
    sql_stmt_bind_id(&q, request->id);
    sql_stmt_bind_int(&q, request->status);
    sql_stmt_bind_range(&q, &request->range);
    sql_stmt_bind_mask(&q, &request->lists);
    sql_stmt_bind_mask(&q, &request->removed);
    sql_stmt_bind_int(&q, request->created_at);
    sql_stmt_bind_int(&q, request->updated_at);
    sql_stmt_bind_time(&q, request->effective_by);
    sql_stmt_bind_text(&q, request->contact_name);
    sql_stmt_bind_text(&q, request->email);
    sql_stmt_bind_text(&q, request->company);
    sql_stmt_bind_text(&q, request->details);
    sql_stmt_bind_text(&q, request->category);
    sql_stmt_bind_int(&q, request->fixed);
    sql_stmt_bind_text(&q, request->lang);
    sql_stmt_bind_text(&q, request->client);
    sql_stmt_bind_text(&q, request->reply);
    sql_stmt_bind_text(&q, request->decided_by);
    bind_digest(&q, request->code, sizeof(request->code));
    sql_stmt_bind_int(&q, has_people(request));
    bind_digest(&q, request->repeat, sizeof(request->repeat));
    bind_digest(&q, request->mailbox, sizeof(request->mailbox));
    sql_stmt_bind_text(&q, request->hosts);
    bind_digest(&q, request->asker, sizeof(request->asker));
    enum err e = sql_stmt_finish(&q, error);
    if (e == OK)
        count(s, request->status, 1);
    return e;
}

enum err requests_change(struct store *s, struct removal_request *request, struct error *error)
{
    int64_t before = -1;
    struct sql_stmt old = store_write_stmt(s, "SELECT status FROM requests WHERE id = ?");
    sql_stmt_bind_id(&old, request->id);
    enum err e = sql_stmt_finish_int(&old, &before, error);
    if (e != OK)
        return e;
    struct sql_stmt q = store_write_stmt(
        s, "UPDATE requests SET status = ?, removed = ?, updated_at = ?, effective_by = ?, reply = ?,"
           " decided_by = ?, proof = ?, control_code = ?, control_to = ?, hosts = ?, wrong_codes = ?, checks "
           "= ?, asker = iif(?1 IN (1, 2), asker, NULL),"
           " revision = revision + 1 WHERE id = ? RETURNING revision");
    sql_stmt_bind_int(&q, request->status);
    sql_stmt_bind_mask(&q, &request->removed);
    sql_stmt_bind_int(&q, request->updated_at);
    sql_stmt_bind_time(&q, request->effective_by);
    sql_stmt_bind_text(&q, request->reply);
    sql_stmt_bind_text(&q, request->decided_by);
    bind_digest(&q, request->code, sizeof(request->code));
    bind_digest(&q, request->control_code, sizeof(request->control_code));
    sql_stmt_bind_text(&q, request->control_to);
    sql_stmt_bind_text(&q, request->hosts);
    sql_stmt_bind_int(&q, request->wrong_codes);
    sql_stmt_bind_int(&q, request->checks);
    sql_stmt_bind_id(&q, request->id);
    uint64_t revision = sql_stmt_next(&q) ? (uint64_t)sql_stmt_int(&q) : 0;
    e = sql_stmt_finish(&q, error);
    if (e == OK && revision == 0)
        return error_set(error, ERR_SYSTEM, "%s: request %s is missing", q.conn->path, request->id);
    if (e != OK)
        return e;
    count(s, before, -1);
    count(s, request->status, 1);
    request->revision = revision;
    return OK;
}

static bool read_request(struct sql_stmt *q, struct removal_request *r)
{
    int64_t number = sql_stmt_int(q);
    r->number = (uint64_t)number;
    sql_stmt_id(q, r->id);
    r->status = (enum request_status)sql_stmt_enum(q, REQUEST_DENIED);
    q->damaged |= !sql_stmt_range(q, &r->range);
    sql_stmt_mask(q, &r->lists);
    sql_stmt_mask(q, &r->removed);
    r->created_at = sql_stmt_int(q);
    r->updated_at = sql_stmt_int(q);
    r->effective_by = sql_stmt_int_or(q, 0);
    sql_stmt_text(q, r->contact_name, sizeof(r->contact_name));
    sql_stmt_text(q, r->email, sizeof(r->email));
    sql_stmt_text(q, r->company, sizeof(r->company));
    sql_stmt_text(q, r->details, sizeof(r->details));
    sql_stmt_text(q, r->category, sizeof(r->category));
    r->fixed = sql_stmt_bool(q);
    sql_stmt_text(q, r->lang, sizeof(r->lang));
    sql_stmt_text(q, r->client, sizeof(r->client));
    sql_stmt_text(q, r->reply, sizeof(r->reply));
    sql_stmt_text(q, r->decided_by, sizeof(r->decided_by));
    read_digest(q, r->code, sizeof(r->code));
    r->revision = (uint64_t)sql_stmt_int(q);
    read_digest(q, r->repeat, sizeof(r->repeat));
    read_digest(q, r->asker, sizeof(r->asker));
    read_digest(q, r->control_code, sizeof(r->control_code));
    sql_stmt_text(q, r->control_to, sizeof(r->control_to));
    sql_stmt_text(q, r->hosts, sizeof(r->hosts));
    r->wrong_codes = sql_stmt_enum(q, UINT32_MAX);
    r->checks = sql_stmt_enum(q, UINT32_MAX);
    memset(r->mailbox, 0, sizeof(r->mailbox)); /* only written */
    if (q->damaged)
        sql_stmt_log_damaged(q, "request", number);
    return !q->damaged;
}

enum err requests_find(struct store_reader *r, const char *id, struct removal_request *out,
                       struct error *error)
{
    uint8_t bytes[16];
    struct removal_request request;
    bool found = false;
    enum err e = OK;

    if (store_parse_id(id, bytes)) {
        struct sql_stmt q = store_read_stmt(r, "SELECT " REQUEST_FIELDS " FROM requests WHERE id = ?");
        sql_stmt_bind_blob(&q, bytes, sizeof(bytes));
        found = sql_stmt_next(&q) && read_request(&q, &request);
        e = sql_stmt_close(&q, error);
    }
    if (e == OK && !found)
        return error_set(error, ERR_REFUSED, "%s", "");
    if (e == OK)
        *out = request;
    return e;
}

/* ---- Repeated requests ---- */

/* The lists on which an active delisting has an effect on the first address of `range`, or on the name: the
 * range of a removal may be wider or narrower than the one that was asked for. */
static enum err find_delisted(struct store_reader *r, const struct range *range, struct list_mask *lists,
                              struct error *error)
{
    struct range key = range_head(range), found;
    struct list_mask on, over;

    *lists = (struct list_mask){ { 0 } };
    struct sql_stmt q =
        store_read_stmt(r, "SELECT lists, over, cover, bounds, subdomains FROM items INDEXED BY items_cover"
                           " WHERE cover = ? AND kind = 0 AND state = 0");
    sql_stmt_bind_above(&q, &key);
    while (sql_stmt_next(&q)) {
        sql_stmt_mask(&q, &on);
        sql_stmt_mask(&q, &over);
        on = list_mask_less(&on, &over);
        if (sql_stmt_range(&q, &found) && !q.damaged && range_contains(&found, &key))
            list_mask_join(lists, &on);
    }
    return sql_stmt_close(&q, error);
}

enum err requests_find_same(struct store_reader *r, const struct removal_request *like, bool *found,
                            struct removal_request *out, struct error *error)
{
    struct removal_request request;
    struct list_mask delisted;
    bool same = false;

    enum err e = find_delisted(r, &like->range, &delisted, error);
    if (e != OK)
        return e;
    struct sql_stmt q =
        store_read_stmt(r, "SELECT " REQUEST_FIELDS
                           " FROM requests INDEXED BY requests_repeat WHERE repeat = ? AND status < 3"
                           " ORDER BY number DESC");
    bind_digest(&q, like->repeat, sizeof(like->repeat));
    while (!same && sql_stmt_next(&q))
        same = read_request(&q, &request) && range_equals(&request.range, &like->range) &&
               memcmp(&request.lists, &like->lists, sizeof(like->lists)) == 0 &&
               (request.status != REQUEST_REMOVED || list_mask_is_within(&request.removed, &delisted));
    e = sql_stmt_close(&q, error);
    if (e != OK)
        return e;
    *found = same;
    if (same)
        *out = request;
    return OK;
}

enum err requests_find_code(struct store_reader *r, const uint8_t mailbox[STORE_DIGEST], int64_t since,
                            int64_t until, bool *found, uint8_t code[32], struct error *error)
{
    struct sql_stmt q = store_read_stmt(
        r, "SELECT proof FROM requests INDEXED BY requests_mailbox WHERE mailbox = ?"
           " AND created_at BETWEEN ? AND ? AND proof IS NOT NULL ORDER BY created_at DESC LIMIT 1");
    bind_digest(&q, mailbox, STORE_DIGEST);
    sql_stmt_bind_int(&q, since);
    sql_stmt_bind_int(&q, until);
    bool known = sql_stmt_next(&q);
    if (known)
        read_digest(&q, code, SHA256_SIZE);
    *found = known && !q.damaged;
    return sql_stmt_close(&q, error);
}

enum err requests_each_open(struct store_reader *r, const uint8_t asker[STORE_DIGEST], int64_t since,
                            bool (*visit)(void *context, const struct removal_request *request),
                            void *context, struct error *error)
{
    struct removal_request request;
    bool more = true;

    struct sql_stmt q =
        store_read_stmt(r, "SELECT " REQUEST_FIELDS " FROM requests INDEXED BY requests_asker WHERE asker = ?"
                           " AND (status = 1 OR status = 2 AND created_at > ?) ORDER BY number");
    bind_digest(&q, asker, STORE_DIGEST);
    sql_stmt_bind_int(&q, since);
    while (more && sql_stmt_next(&q))
        if (read_request(&q, &request))
            more = visit(context, &request);
    return sql_stmt_close(&q, error);
}

/* ---- The queue ---- */

static enum err find_number(struct store_reader *r, const char *id, int64_t *number, struct error *error)
{
    uint8_t bytes[16];
    enum err e = OK;

    *number = 0;
    if (store_parse_id(id, bytes)) {
        struct sql_stmt q = store_read_stmt(r, "SELECT number FROM requests WHERE id = ?");
        sql_stmt_bind_blob(&q, bytes, sizeof(bytes));
        e = sql_stmt_finish_int(&q, number, error);
    }
    if (e == OK && *number == 0)
        return error_set(error, ERR_REFUSED, "there is no request %.40s to continue after", id);
    return e;
}

enum err requests_each(struct store_reader *r, int status, bool newest, uint64_t after,
                       bool (*visit)(void *context, const struct removal_request *request), void *context,
                       struct error *error)
{
    static const char *const sql[2][2] = {
        { "SELECT " REQUEST_FIELDS " FROM requests WHERE number > ? ORDER BY number",
          "SELECT " REQUEST_FIELDS " FROM requests WHERE number < ? ORDER BY number DESC" },
        { "SELECT " REQUEST_FIELDS " FROM requests INDEXED BY requests_status"
          " WHERE number > ? AND status = ? ORDER BY number",
          "SELECT " REQUEST_FIELDS " FROM requests INDEXED BY requests_status"
          " WHERE number < ? AND status = ? ORDER BY number DESC" },
    };
    struct removal_request request;
    int64_t from = after != 0 && after < INT64_MAX ? (int64_t)after : newest ? INT64_MAX : 0;
    bool more = true;

    struct sql_stmt q = store_read_stmt(r, sql[status >= 0][newest]);
    sql_stmt_bind_int(&q, from);
    if (status >= 0)
        sql_stmt_bind_int(&q, status);
    while (more && sql_stmt_next(&q))
        if (read_request(&q, &request))
            more = visit(context, &request);
    return sql_stmt_close(&q, error);
}

/* ---- Those that wait for a review ---- */

enum err requests_count_pending(struct store_reader *r, const struct range *range, uint64_t *pending,
                                struct error *error)
{
    int64_t number = 0;
    if (range == NULL)
        return store_count(r, STORE_COUNT_PENDING, pending, error);
    struct sql_stmt q = store_read_stmt(
        r, "SELECT count(*) FROM requests INDEXED BY requests_pending WHERE cover = ? AND status = 1");
    sql_stmt_bind_cover(&q, range);
    enum err e = sql_stmt_finish_int(&q, &number, error);
    if (e == OK)
        *pending = (uint64_t)number;
    return e;
}

enum err requests_find_pending(struct store_reader *r, const struct range *range, const char *after,
                               bool *found, struct removal_request *out, struct error *error)
{
    struct removal_request request;
    int64_t from = 0;
    bool same = false;

    enum err e = *after != '\0' ? find_number(r, after, &from, error) : OK;
    if (e != OK)
        return e;
    struct sql_stmt q =
        store_read_stmt(r, "SELECT " REQUEST_FIELDS " FROM requests INDEXED BY requests_pending"
                           " WHERE cover = ? AND status = 1 AND number > ? ORDER BY number");
    sql_stmt_bind_cover(&q, range);
    sql_stmt_bind_int(&q, from);
    while (!same && sql_stmt_next(&q))
        same = read_request(&q, &request) && range_equals(&request.range, range);
    e = sql_stmt_close(&q, error);
    *found = e == OK && same;
    if (*found)
        *out = request;
    return e;
}
