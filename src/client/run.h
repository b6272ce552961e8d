/* The functions that run verbs; the table of verbs names them. */
#ifndef CLIENT_RUN_H
#define CLIENT_RUN_H

#include "client/session.h"

/* Most verbs: sends one request and shows the answer; with --all, all pages of a collection. */
enum outcome run_call(struct command *command);

/* show, change: items by id, of any kind. */
enum outcome run_items(struct command *command);

/* end, relist: items by id, or by what they are about. */
enum outcome run_end(struct command *command);

/* delist, list, allow: one item, or many in batches. */
enum outcome run_create(struct command *command);

enum outcome run_lookup(struct command *command);
enum outcome run_changes(struct command *command);
enum outcome run_health(struct command *command);
enum outcome run_token(struct command *command);
enum outcome run_restore(struct command *command);

/* ---- Shared ---- */

/* Sends a request; reports and frees an answer that is not DONE. */
enum outcome run_send(struct command *command, const struct api_request *request,
                      struct response *out) must_use;

/* Sends a request and shows the answer; frees the request. */
enum outcome run_request(struct command *command, struct api_request *request) must_use;

/* Reports an error on this side; returns OUTCOME_USAGE. */
enum outcome run_fail(const struct error *error);

/* Shows an answer that is one object, or text. */
void run_show(const struct command *command, const struct response *response);

#endif
