/*
 * An HTTP server under test: a table of calls, an empty store in memory, and a backend whose updater is a
 * thread that completes each operation without performing it.
 */
#ifndef SUPPORT_HTTP_FIXTURE_H
#define SUPPORT_HTTP_FIXTURE_H

#include "api/call.h"
#include "http/server.h"

#include <pthread.h>

enum { HTTP_FIXTURE_OPS = 4096 };

struct http_fixture {
    struct http_server *http;
    struct http_options options;
    const struct route *const *tables; /* NULL: routes */
    const struct route *routes[2];     /* a table, and NULL */
    struct backend backend;
    struct delist *delist;
    bool draining;
    struct list_policy rules;
    int port, page_port; /* API and page */
    char directory[32], tokens[64], unix_path[64];
    /* The updater. */
    pthread_t updater;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct delist_op *ops[HTTP_FIXTURE_OPS];
    struct reload *reload;
    unsigned count, done;
    bool hold, full, ended; /* full: it accepts no operation */
};

/* While it holds, the updater completes nothing. */
void http_fixture_hold(struct http_fixture *s, bool hold);

/* Waits until `count` operations wait in the queue. */
void http_fixture_await(struct http_fixture *s, unsigned count);

/* Waits until `count` operations are completed. */
void http_fixture_await_done(struct http_fixture *s, unsigned count);

#define HTTP_FIXTURE_TOKENS                                                                                  \
    "admin-token admin boss\n"                                                                               \
    "operator-token operator op\n"                                                                           \
    "reader-token reader\n"                                                                                  \
    "owner-token owner own ranges=192.0.2.0/24,2001:db8::/32\n"                                              \
    "old-token admin old expires=2020-01-01T00:00:00Z\n"

/* Opens it; the caller has filled in routes or tables, and what it wants of options. */
void http_fixture_open(struct http_fixture *s);

void http_fixture_close(struct http_fixture *s);

/* For cmocka: *state is a fixture, which is closed unless the test has done so and set http to NULL. */
int http_fixture_teardown(void **state);

#endif
