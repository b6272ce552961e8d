/*
 * The JSON forms of what the API gives out: items, events, requests, and the small values in them.
 *
 * All return a new reference and never fail for what a stored row or a list file holds: bytes that are not
 * UTF-8 come out as U+FFFD. Any thread.
 */
#ifndef HTTP_ITEM_JSON_H
#define HTTP_ITEM_JSON_H

#include "http/call.h"

/* A text; null when it is empty. */
json_t *json_text(const char *text);
json_t *json_bytes(const uint8_t *text, size_t length);

/* A text with a length byte in front, as listings have it. */
json_t *json_counted(const uint8_t *text);

/* An A record's address, host byte order. */
json_t *json_code(uint32_t code);

/* How many addresses a range holds; past 2^63 as the nearest floating-point number. */
json_t *json_size(const struct range *range);

/* The name of a list by its number, null for none. */
json_t *json_list(const struct backend *backend, unsigned list);

/* A delisting, a listing or an allow, as GET shows it. */
json_t *json_item(const struct backend *backend, const struct item *item);

/* Whether what is done outlasts the server. */
json_t *json_durable(const struct backend *backend);

/* "delistings", "listings", "allows": in paths and as names of collections; "delisting"...: one of them. */
const char *item_kinds(enum overlay_kind kind);
const char *item_kind(enum overlay_kind kind);

/* An event; clients' addresses are for operators. */
json_t *json_event(const struct backend *backend, const struct event *event, enum role role);

/* A removal request: what anybody sees who knows its id, and with `people` what reviewers see. */
json_t *json_request(const struct backend *backend, const struct removal_request *request, bool people);

#endif
