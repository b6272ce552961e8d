#include "client/endpoints.h"

#include "client/safe_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

static enum err add(struct endpoints *endpoints, const char *url, size_t length, struct error *error)
{
    struct endpoint endpoint = { .path = NULL };
    if (endpoints->count == ENDPOINTS_MAX)
        return error_set(error, ERR_LIMIT, "at most %d servers may be given", ENDPOINTS_MAX);
    while (length > 1 && url[length - 1] == '/')
        length--;
    endpoint.name = client_format("%.*s", (int)length, url);
    if (strncmp(endpoint.name, "unix:", 5) == 0 && endpoint.name[5] != '\0') {
        endpoint.path = endpoint.name + 5;
        endpoint.base = client_format("http://localhost");
    } else if (strncmp(endpoint.name, "http://", 7) == 0 || strncmp(endpoint.name, "https://", 8) == 0) {
        endpoint.base = client_format("%s", endpoint.name);
    } else {
        enum err err =
            error_set(error, ERR_SYNTAX, "'%s': expected http://HOST:PORT, https://HOST:PORT or unix:PATH",
                      endpoint.name);
        free(endpoint.name);
        return err;
    }
    endpoints->array[endpoints->count++] = endpoint;
    return OK;
}

static enum err add_urls(struct endpoints *endpoints, const char *words, struct error *error)
{
    enum err err = OK;
    while (err == OK && *(words += strspn(words, " \t\n,")) != '\0') {
        size_t length = strcspn(words, " \t\n,");
        err = add(endpoints, words, length, error);
        words += length;
    }
    return err;
}

enum err endpoints_find(const struct arguments *arguments, struct endpoints *out, struct error *error)
{
    const char *environment = getenv("DNSBLD_URL");
    enum err err = OK;
    *out = (struct endpoints){ .count = 0 };
    for (size_t i = 0; i < arguments->given_count && err == OK; i++)
        if (arguments->given[i].id == OPTION_URL)
            err = add(out, arguments->given[i].value, strlen(arguments->given[i].value), error);
    if (err == OK && out->count == 0 && environment != NULL)
        err = add_urls(out, environment, error);
    if (err == OK && out->count == 0)
        err = add_urls(out, ENDPOINTS_SOCKET " " ENDPOINTS_TCP, error);
    if (err != OK)
        endpoints_free(out);
    return err;
}

void endpoints_free(struct endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        free(endpoints->array[i].name);
        free(endpoints->array[i].base);
    }
    endpoints->count = 0;
}

/* Parses the first word after comments. Only printable ASCII, as it becomes part of a header. */
static enum err parse_token(const char *path, char *text, char token[TOKEN_MAX], struct error *error)
{
    char *p = text + strspn(text, " \t\r\n");
    while (*p == '#') {
        p += strcspn(p, "\n");
        p += strspn(p, " \t\r\n");
    }
    size_t length = strcspn(p, " \t\r\n");
    for (size_t i = 0; i < length; i++)
        if (p[i] < '!' || p[i] > '~')
            return error_set(error, ERR_SYNTAX,
                             "%s: the token contains a character that is not printable ASCII", path);
    if (length == 0 || length >= TOKEN_MAX)
        return error_set(error, ERR_SYNTAX, "%s: does not contain a token", path);
    if (strncmp(p, "sha256:", 7) == 0)
        return error_set(
            error, ERR_SYNTAX,
            "%s: contains the digest of a token, which is for the server; the token itself is needed", path);
    snprintf(token, TOKEN_MAX, "%.*s", (int)length, p);
    return OK;
}

enum err endpoints_token(const struct arguments *arguments, char token[TOKEN_MAX], struct error *error)
{
    const char *path = arguments_value(arguments, OPTION_TOKEN_FILE);
    char text[4 * TOKEN_MAX];
    struct stat status;
    *token = '\0';
    if (path == NULL)
        path = getenv("DNSBLD_TOKEN_FILE");
    if (path == NULL || *path == '\0')
        return OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 && fstat(fd, &status) == 0 ? read(fd, text, sizeof(text) - 1) : -1;
    enum err err;
    if (n < 0) {
        err = error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    } else if ((status.st_mode & S_IRWXO) != 0) {
        err = error_set(error, ERR_REFUSED,
                        "%s: others can read this token: chmod 600 the file, and replace the token", path);
    } else {
        text[n] = '\0';
        err = parse_token(path, text, token, error);
    }
    if (fd >= 0)
        close(fd);
    explicit_bzero(text, sizeof(text));
    return err;
}
