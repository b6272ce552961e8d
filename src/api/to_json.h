/*
 * What the API answers, as JSON: items, events, requests, and the small values in them.
 *
 * All return a new reference; NULL: out of memory. Bytes of stored rows and list files that are not UTF-8
 * become U+FFFD. Any thread.
 */
#ifndef API_TO_JSON_H
#define API_TO_JSON_H

#include "api/backend.h"
#include "http/json_text.h"

json_t *to_json_time(int64_t time);  /* RFC 3339; null for 0 and STORE_FOREVER */
json_t *to_json_code(uint32_t code); /* an A record's address, host byte order */
json_t *to_json_range(const struct range *range);
json_t *to_json_size(const struct range *range); /* addresses in it; beyond 2^63 the nearest real number */

/* The name of a list by its number, null for none; names in order of number. */
json_t *to_json_list(const struct backend *backend, unsigned list);
json_t *to_json_lists(const struct backend *backend, const struct list_mask *lists);

/* The words of kinds of proof. */
json_t *to_json_proof_kinds(unsigned kinds);

/* A delisting, a listing or an allow, as GET shows it to the actor: whoever asked for a removal
 * only to a reviewer. */
json_t *to_json_item(const struct backend *backend, const struct item *item, const struct actor *actor);

/* What people are told at `now`, in a language: the server's banner, those of `lists`, and that lists have
 * ended. */
json_t *to_json_banners(const struct backend *backend, const struct list_mask *lists, enum language language,
                        int64_t now);

/* Whether changes outlast the server. */
json_t *to_json_durable(const struct backend *backend);

/* "delistings", "listings", "allows": in paths and as names of collections. "delisting"...: one of them. */
const char *to_json_collection(enum overlay_kind kind);
const char *to_json_kind(enum overlay_kind kind);

/* An event, as the actor may see it: clients' addresses are for operators, the ids of requests for reviewers,
 * since who knows one may see the request and confirm it. */
json_t *to_json_event(const struct backend *backend, const struct event *event, const struct actor *actor);

/* A removal request: what everybody sees who knows its id; with `people` also what reviewers see. */
json_t *to_json_request(const struct backend *backend, const struct removal_request *request, bool people);

/* The names of fields, of bits of enum form_field. */
json_t *to_json_fields(unsigned fields);

#endif
