/* What verbs do: the functions in their table. */
#ifndef CLIENT_RUN_H
#define CLIENT_RUN_H

#include "client/session.h"

/* Most verbs: one request, and its answer shown; a collection page by page with --all. */
enum outcome run_call(struct command *command);

/* show, change, end: items whose kind the id does not tell. */
enum outcome run_items(struct command *command);

/* delist, list, allow: one, or many. */
enum outcome run_create(struct command *command);

enum outcome run_lookup(struct command *command);
enum outcome run_changes(struct command *command);
enum outcome run_health(struct command *command);
enum outcome run_token(struct command *command);
enum outcome run_restore(struct command *command);

/* ---- Shared ---- */

/* Sends; says what is wrong with an answer that is not DONE, and frees it. */
enum outcome run_send(struct command *command, const struct api_request *request,
                      struct response *out) must_use;

/* Sends, and shows the answer; frees the request. */
enum outcome run_request(struct command *command, struct api_request *request) must_use;

/* Says what is wrong on this side. */
enum outcome run_fail(const struct error *error);

/* Shows an answer that is one object. */
void run_show(const struct command *command, const struct response *response);

#endif
