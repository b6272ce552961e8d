/* The servers and the token, from options and environment. */
#ifndef CLIENT_ENDPOINTS_H
#define CLIENT_ENDPOINTS_H

#include "client/arguments.h"

#define ENDPOINTS_MAX 16
#define TOKEN_MAX     1024

#define ENDPOINTS_SOCKET "unix:/run/dnsbld/api.sock"
#define ENDPOINTS_TCP    "http://127.0.0.1:8053"

struct endpoint {
    char *name;       /* as given */
    const char *path; /* of a unix socket; NULL: TCP. Points into `name`. */
    char *base;       /* URL without a slash at the end */
};

struct endpoints {
    struct endpoint array[ENDPOINTS_MAX];
    size_t count;
};

/* Finds the servers: --url, else DNSBLD_URL (URLs separated by blanks), else the local ones. */
enum err endpoints_find(const struct arguments *arguments, struct endpoints *out,
                        struct error *error) must_use;
void endpoints_free(struct endpoints *endpoints);

/* Reads the token from the file of --token-file, else of DNSBLD_TOKEN_FILE; "" without one. It is the first
 * word in the file; lines that begin with # are skipped. ERR_REFUSED: others can read the file. */
enum err endpoints_token(const struct arguments *arguments, char token[TOKEN_MAX],
                         struct error *error) must_use;

#endif
