#include "client/session.h"

#include "base/clock.h"
#include "base/field_line.h"
#include "base/run_directory.h"
#include "client/local_servers.h"
#include "client/safe_text.h"
#include "client/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#define ANSWER_MAX  ((size_t)256 << 20) /* larger than any answer of the server */
#define SERVERS_MAX 16
#define TOKEN_MAX   1024 /* bytes; `dnsblctl token` writes 64 */

struct session {
    CURL *curl;
    char *servers[SERVERS_MAX]; /* URLs without a slash at the end */
    size_t servers_count;
    size_t current; /* index of the one that answered last */
    bool by_api;    /* they are those of this machine, and the control sockets do not have the verb */
    char token[TOKEN_MAX];
    const char *cacert; /* NULL: the authorities of the system */
    unsigned timeout;   /* seconds */
    unsigned wait;      /* seconds; 0: do not retry */
};

/* ---- Servers and token ---- */

/* The path of a unix socket; NULL: TCP. */
static const char *socket_path(const char *server)
{
    return strncmp(server, "unix:", 5) == 0 ? server + 5 : NULL;
}

static enum err add_server(struct session *s, const char *url, struct error *error)
{
    if (s->servers_count == SERVERS_MAX)
        return error_set(error, ERR_LIMIT, "at most %d servers may be given", SERVERS_MAX);
    char *server = s->servers[s->servers_count++] = client_format("%s", url);
    for (size_t length = strlen(server); length > 1 && server[length - 1] == '/'; length--)
        server[length - 1] = '\0';
    const char *path = socket_path(server);
    if (path != NULL ? *path != '\0'
                     : strncmp(server, "http://", 7) == 0 || strncmp(server, "https://", 8) == 0)
        return OK;
    return error_set(error, ERR_SYNTAX, "'%s': expected http://HOST:PORT, https://HOST:PORT or unix:PATH",
                     server);
}

/* The servers of this machine: the API's socket, for some verbs a control socket, and where people put the
 * API if it has no socket. */
static enum err add_local(struct session *s, const struct verb *verb, struct error *error)
{
    struct local_servers local = { .count = 0 };
    s->by_api = !verb->control;
    char *api = client_format("unix:%s/" LOCAL_SERVERS_API, run_directory());
    enum err err = add_server(s, api, error);
    free(api);
    if (err == OK && verb->control)
        err = local_servers_find(&local, error);
    for (size_t i = 0; i < local.count && s->servers_count < SERVERS_MAX - 1; i++)
        err = add_server(s, local.urls[i], error);
    local_servers_free(&local);
    return err == OK ? add_server(s, "http://127.0.0.1:8053", error) : err;
}

/* Finds the servers: --url, else DNSBLD_URL (URLs separated by blanks), else the local ones. */
static enum err find_servers(struct session *s, const struct arguments *arguments, struct error *error)
{
    const char *environment = getenv("DNSBLD_URL"), *url;
    enum err err = OK;
    for (size_t i = 0; i < arguments->given_count && err == OK; i++)
        if (arguments->given[i].id == OPTION_URL)
            err = add_server(s, arguments->given[i].text, error);
    if (s->servers_count > 0)
        return err;
    if (environment == NULL || environment[strspn(environment, " \t\n,")] == '\0')
        return add_local(s, arguments->verb, error);
    char *urls = client_format("%s", environment), *rest = urls;
    while (err == OK && (url = strsep(&rest, " \t\n,")) != NULL)
        if (*url != '\0')
            err = add_server(s, url, error);
    free(urls);
    return err;
}

/* Parses the first word after comments. Only printable ASCII, as it becomes part of a header. */
static enum err parse_token(const char *path, char *text, char token[TOKEN_MAX], struct error *error)
{
    char *word = NULL, *line;
    while (word == NULL && (line = strsep(&text, "\n")) != NULL)
        word = field_line_word(&line);
    for (const char *p = word; p != NULL && *p != '\0'; p++)
        if (*p < '!' || *p > '~')
            return error_set(error, ERR_SYNTAX,
                             "%s: the token contains a character that is not printable ASCII", path);
    if (word == NULL || strlen(word) >= TOKEN_MAX)
        return error_set(error, ERR_SYNTAX, "%s: does not contain a token", path);
    if (strncmp(word, "sha256:", 7) == 0)
        return error_set(
            error, ERR_SYNTAX,
            "%s: contains the digest of a token, which is for the server; the token itself is needed", path);
    strcpy(token, word);
    return OK;
}

/* Reads the token from the file of --token-file, else of DNSBLD_TOKEN_FILE; "" without one. */
static enum err read_token(const struct arguments *arguments, char token[TOKEN_MAX], struct error *error)
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

enum err session_open(const struct arguments *arguments, struct session **out, struct error *error)
{
    struct session *s = client_not_null(calloc(1, sizeof(*s)));
    s->cacert = arguments_value(arguments, OPTION_CACERT);
    s->timeout = arguments_seconds(arguments, OPTION_TIMEOUT, 30);
    s->wait = arguments_seconds(arguments, OPTION_WAIT, 0);
    enum err err = find_servers(s, arguments, error);
    if (err == OK)
        err = read_token(arguments, s->token, error);
    if (err != OK) {
        session_close(s);
        return err;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    s->curl = client_not_null(curl_easy_init());
    *out = s;
    return OK;
}

void session_close(struct session *s)
{
    if (s == NULL)
        return;
    curl_easy_cleanup(s->curl);
    for (size_t i = 0; i < s->servers_count; i++)
        free(s->servers[i]);
    explicit_bzero(s->token, sizeof(s->token));
    free(s);
}

/* ---- One request to one server ---- */

static size_t receive(char *data, size_t one, size_t size, void *to)
{
    bool fits = (size_t)ftell(to) + size <= ANSWER_MAX;
    return fits ? fwrite(data, one, size, to) : 0; /* 0 makes curl fail */
}

/* Adds a header and frees it. */
static struct curl_slist *add_header(struct curl_slist *list, char *header)
{
    list = client_not_null(curl_slist_append(list, header));
    free(header);
    return list;
}

static struct curl_slist *make_headers(const struct api_request *request)
{
    struct curl_slist *list = add_header(NULL, client_format("Accept: application/json, */*;q=0.5"));
    const char *revision = request->if_match;
    if (request->body != NULL)
        list = add_header(list, client_format("Content-Type: application/json"));
    if (revision != NULL) { /* a number, or already an ETag */
        const char *quote = *revision == '"' || *revision == '*' ? "" : "\"";
        list = add_header(list, client_format("If-Match: %s%s%s", quote, revision, quote));
    }
    if (request->idempotency_key != NULL)
        list = add_header(list, client_format("Idempotency-Key: %s", request->idempotency_key));
    return add_header(list, client_format("Expect:"));
}

static const char *header_value(CURL *curl, const char *name)
{
    struct curl_header *header;
    return curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : "";
}

static void set_options(const struct session *s, const struct api_request *request, const char *body)
{
    CURL *curl = s->curl;
    long seconds = request->min_timeout > s->timeout ? request->min_timeout : s->timeout;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* only the server may see the token */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "dnsblctl/" DNSBLD_VERSION);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, s->timeout < 5 ? (long)s->timeout : 5L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
    if (s->cacert != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, s->cacert);
    if (*s->token != '\0') {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, s->token);
    }
    if (body != NULL || strcmp(request->method, "POST") == 0)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body != NULL ? body : "");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* Builds the response, which takes over the text. */
static void parse_response(CURL *curl, char *text, size_t length, struct response *out)
{
    unsigned long seconds = strtoul(header_value(curl, "Retry-After"), NULL, 10);
    *out = (struct response){ .text = text, .length = length };
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    out->json = json_loadb(text, length, JSON_DECODE_ANY, NULL);
    snprintf(out->request_id, sizeof(out->request_id), "%s", header_value(curl, "X-Request-Id"));
    out->retry_after = seconds > 0 && seconds < 86400 ? (unsigned)seconds : 1;
}

/* Completes the reason of a failure: for a unix socket, the message of curl is about a host. */
static void explain(CURL *curl, CURLcode code, const char *path, char reason[CURL_ERROR_SIZE])
{
    long number = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && path != NULL && number != 0)
        snprintf(reason, CURL_ERROR_SIZE, "%s", strerror((int)number));
    else if (*reason == '\0')
        snprintf(reason, CURL_ERROR_SIZE, "%s", curl_easy_strerror(code));
}

enum attempt { ANSWERED, UNANSWERED, LOST }; /* LOST: the server may have carried it out */

static enum attempt try_server(struct session *s, const char *server, const struct api_request *request,
                               struct response *out, char reason[CURL_ERROR_SIZE])
{
    const char *path = socket_path(server);
    char *target = api_request_target(request), *text;
    char *url = client_format("%s%s", path != NULL ? "http://localhost" : server, target);
    char *body = request->body != NULL ? client_not_null(json_dumps(request->body, JSON_COMPACT)) : NULL;
    struct curl_slist *headers = make_headers(request);
    size_t length;
    FILE *to = client_not_null(open_memstream(&text, &length));
    curl_off_t sent = 0;
    *reason = '\0';
    curl_easy_reset(s->curl);
    set_options(s, request, body);
    curl_easy_setopt(s->curl, CURLOPT_URL, url);
    curl_easy_setopt(s->curl, CURLOPT_UNIX_SOCKET_PATH, path);
    curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, to);
    CURLcode code = curl_easy_perform(s->curl);
    client_close_text(to);
    curl_easy_getinfo(s->curl, CURLINFO_PRETRANSFER_TIME_T, &sent);
    if (code == CURLE_OK) {
        parse_response(s->curl, text, length, out);
    } else {
        explain(s->curl, code, path, reason);
        free(text);
    }
    curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    free(body);
    free(url);
    free(target);
    if (code == CURLE_OK)
        return ANSWERED;
    return sent == 0 || strcmp(request->method, "GET") == 0 ? UNANSWERED : LOST;
}

/* ---- All servers, and retries ---- */

/* Tries one server after the other, first the one that answered last; writes the reason of each failure. */
static enum attempt try_servers(struct session *s, const struct api_request *request, struct response *out,
                                FILE *why)
{
    enum attempt attempt = UNANSWERED;
    char reason[CURL_ERROR_SIZE];
    for (size_t i = 0; i < s->servers_count && attempt == UNANSWERED; i++) {
        size_t number = (s->current + i) % s->servers_count;
        attempt = try_server(s, s->servers[number], request, out, reason);
        if (attempt == ANSWERED)
            s->current = number;
        else
            fprintf(why, "%s%s: %s", i > 0 ? "; " : "", s->servers[number], reason);
    }
    return attempt;
}

enum outcome session_send(struct session *s, const struct api_request *request, struct response *out)
{
    int64_t deadline_ms = clock_ms() + (int64_t)s->wait * 1000;
    for (bool again = true; again;) {
        char *why;
        size_t size;
        FILE *to = client_not_null(open_memstream(&why, &size));
        *out = (struct response){ .retry_after = 1 };
        enum attempt attempt = try_servers(s, request, out, to);
        client_close_text(to);
        again = attempt == ANSWERED ? out->status == 429 || out->status == 503 : attempt == UNANSWERED;
        again &= clock_ms() + (int64_t)out->retry_after * 1000 <= deadline_ms;
        if (again) {
            unsigned pause = out->retry_after;
            session_free_response(out);
            nanosleep(&(struct timespec){ .tv_sec = pause }, NULL);
        } else if (attempt != ANSWERED) {
            client_message(attempt == LOST
                               ? "the connection was lost; the request may have been carried out: %s"
                           : s->by_api ? "cannot reach a server with an API (--api): %s"
                                       : "cannot reach a server: %s",
                           why);
        }
        free(why);
    }
    if (out->text == NULL)
        return OUTCOME_UNREACHABLE;
    bool expected = out->json != NULL || request->text;
    if (out->status < 300)
        return expected ? OUTCOME_DONE : OUTCOME_FAILED;
    return out->status < 500 ? OUTCOME_REFUSED : OUTCOME_FAILED;
}

void session_free_response(struct response *response)
{
    free(response->text);
    json_decref(response->json);
    *response = (struct response){ .text = NULL };
}

/* ---- Errors ---- */

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

void session_report_error(const char *subject, const json_t *error, const char *request_id)
{
    const char *message = member(error, "message"), *code = member(error, "code"),
               *field = member(error, "field");
    const json_t *allowed = json_object_get(error, "allowed");
    char *limit = json_is_string(allowed) ? client_format("%s", json_string_value(allowed))
                  : allowed != NULL && !json_is_null(allowed)
                      ? client_not_null(json_dumps(allowed, JSON_ENCODE_ANY))
                      : client_format("%s", "");
    client_message("%s%s%s (%s%s%s)%s%s%s%s", subject, *subject != '\0' ? ": " : "", message, code,
                   *field != '\0' ? ", " : "", field, *limit != '\0' ? "; allowed: " : "", limit,
                   *request_id != '\0' ? "; request " : "", request_id);
    free(limit);
}

void session_report(const struct response *response)
{
    const json_t *error = json_object_get(response->json, "error");
    const char *id = member(response->json, "request_id");
    if (json_is_object(error))
        session_report_error("", error, *id != '\0' ? id : response->request_id);
    else
        client_message("the answer is not one of dnsbld's API: status %ld, '%.200s'", response->status,
                       response->text);
}
