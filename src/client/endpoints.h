/* Where the servers are, and the token: options and environment, checked. */
#ifndef CLIENT_ENDPOINTS_H
#define CLIENT_ENDPOINTS_H

#include "client/arguments.h"

#define PLACES_MAX 16
#define TOKEN_MAX  1024

#define PLACES_SOCKET "unix:/run/dnsbld/api.sock"
#define PLACES_TCP    "http://127.0.0.1:8053"

struct place {
    char *name;       /* as given */
    const char *path; /* of a unix socket; NULL: TCP. Points into `name`. */
    char *base;       /* URL without the slash at the end */
};

struct places {
    struct place place[PLACES_MAX];
    size_t count;
};

/* From --url, else DNSBLD_URL (URLs with blanks between them), else the local ones. */
enum err places_find(const struct arguments *arguments, struct places *out, struct error *error) must_use;
void places_free(struct places *places);

/* Reads the token from the file of --token-file, else of DNSBLD_TOKEN_FILE, else there is none: "". It is the
 * first word in the file; lines that begin with # are skipped. */
enum err places_token(const struct arguments *arguments, char token[TOKEN_MAX], struct error *error) must_use;

#endif
