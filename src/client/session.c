#include "client/session.h"

#include "base/clock.h"
#include "client/endpoints.h"
#include "client/safe_text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#define ANSWER_MAX ((size_t)256 << 20) /* larger than any answer of the server */

struct session {
    CURL *curl;
    struct endpoints endpoints;
    size_t current; /* index of the one that answered last */
    char token[TOKEN_MAX];
    const char *cacert; /* NULL: the authorities of the system */
    unsigned timeout;   /* seconds */
    unsigned wait;      /* seconds; 0: do not retry */
};

/* Parses --timeout or --wait; *out stays when it was not given. */
static enum err parse_duration_option(const struct arguments *arguments, enum option_id id, unsigned *out,
                                      struct error *error)
{
    const char *text = arguments_value(arguments, id);
    json_t *value;
    enum err err = text != NULL ? api_request_parse_option(id, OPTION_IS_DURATION, text, &value, error) : OK;
    if (err != OK || text == NULL)
        return err;
    *out = (unsigned)json_integer_value(value);
    json_decref(value);
    return OK;
}

enum err session_open(const struct arguments *arguments, struct session **out, struct error *error)
{
    struct session *s = client_not_null(calloc(1, sizeof(*s)));
    s->cacert = arguments_value(arguments, OPTION_CACERT);
    s->timeout = 30;
    enum err err = endpoints_find(arguments, &s->endpoints, error);
    if (err == OK)
        err = endpoints_token(arguments, s->token, error);
    if (err == OK)
        err = parse_duration_option(arguments, OPTION_TIMEOUT, &s->timeout, error);
    if (err == OK)
        err = parse_duration_option(arguments, OPTION_WAIT, &s->wait, error);
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
    endpoints_free(&s->endpoints);
    explicit_bzero(s->token, sizeof(s->token));
    free(s);
}

/* ---- One request to one server ---- */

struct body {
    char *text;
    size_t length;
};

static size_t receive(char *data, size_t one, size_t size, void *context)
{
    struct body *body = context;
    (void)one;
    if (size > ANSWER_MAX - body->length)
        return 0; /* makes curl fail */
    body->text = client_not_null(realloc(body->text, body->length + size + 1));
    memcpy(body->text + body->length, data, size);
    body->length += size;
    body->text[body->length] = '\0';
    return size;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    if (value == NULL)
        return list;
    char *line = client_format("%s: %s", name, value);
    list = client_not_null(curl_slist_append(list, line));
    explicit_bzero(line, strlen(line));
    free(line);
    return list;
}

/* Turns a revision, a number or already an ETag, into an ETag. */
static char *format_etag(const char *revision)
{
    bool bare = *revision != '"' && *revision != '*';
    return client_format("%s%s%s", bare ? "\"" : "", revision, bare ? "\"" : "");
}

static struct curl_slist *make_headers(const struct session *s, const struct api_request *request)
{
    char *bearer = *s->token != '\0' ? client_format("Bearer %s", s->token) : NULL;
    char *etag = request->if_match != NULL ? format_etag(request->if_match) : NULL;
    struct curl_slist *list = add_header(NULL, "Accept", "application/json, */*;q=0.5");
    list = add_header(list, "Authorization", bearer);
    list = add_header(list, "Content-Type", request->body != NULL ? "application/json" : NULL);
    list = add_header(list, "If-Match", etag);
    list = add_header(list, "Idempotency-Key", request->idempotency_key);
    free(etag);
    free(bearer);
    return client_not_null(curl_slist_append(list, "Expect:"));
}

static void copy_header(CURL *curl, const char *name, char *to, size_t size)
{
    struct curl_header *header;
    *to = '\0';
    if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        snprintf(to, size, "%s", header->value);
}

static void set_options(const struct session *s, const struct endpoint *endpoint,
                        const struct api_request *request, const char *url, const char *body)
{
    CURL *curl = s->curl;
    long seconds = request->min_timeout > s->timeout ? request->min_timeout : s->timeout;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* only the server may see the token */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "dnsblctl/" DNSBLD_VERSION);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, s->timeout < 5 ? (long)s->timeout : 5L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, endpoint->path);
    if (s->cacert != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, s->cacert);
    if (body != NULL || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body != NULL ? body : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(body != NULL ? strlen(body) : 0));
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* Builds the response, which takes over the body. */
static void parse_response(CURL *curl, struct body *body, struct response *out)
{
    char retry_after[32];
    if (body->text == NULL)
        body->text = client_format("%s", "");
    *out = (struct response){ .text = body->text, .length = body->length };
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    out->json = json_loadb(body->text, body->length, JSON_DECODE_ANY, NULL);
    copy_header(curl, "Retry-After", retry_after, sizeof(retry_after));
    copy_header(curl, "X-Request-Id", out->request_id, sizeof(out->request_id));
    unsigned long seconds = strtoul(retry_after, NULL, 10);
    out->retry_after = seconds > 0 && seconds < 86400 ? (unsigned)seconds : 1;
}

/* Completes the reason of a failure: for a unix socket, the message of curl is about a host. */
static void explain(CURL *curl, CURLcode code, const struct endpoint *endpoint, char reason[CURL_ERROR_SIZE])
{
    long number = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && endpoint->path != NULL && number != 0)
        snprintf(reason, CURL_ERROR_SIZE, "%s", strerror((int)number));
    else if (*reason == '\0')
        snprintf(reason, CURL_ERROR_SIZE, "%s", curl_easy_strerror(code));
}

enum attempt { ANSWERED, NOT_SENT, LOST }; /* LOST: the server may have received it */

static enum attempt try_endpoint(struct session *s, const struct endpoint *endpoint,
                                 const struct api_request *request, struct response *out,
                                 char reason[CURL_ERROR_SIZE])
{
    struct body answer = { .text = NULL };
    char *target = api_request_target(request), *url = client_format("%s%s", endpoint->base, target),
         *body = NULL;
    struct curl_slist *headers = make_headers(s, request);
    curl_off_t sent = 0;
    if (request->body != NULL)
        body = client_not_null(json_dumps(request->body, JSON_COMPACT));
    *reason = '\0';
    set_options(s, endpoint, request, url, body);
    curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, &answer);
    CURLcode code = curl_easy_perform(s->curl);
    curl_easy_getinfo(s->curl, CURLINFO_PRETRANSFER_TIME_T, &sent);
    if (code == CURLE_OK)
        parse_response(s->curl, &answer, out);
    else
        explain(s->curl, code, endpoint, reason);
    curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        free(answer.text);
    free(body);
    free(url);
    free(target);
    return code == CURLE_OK ? ANSWERED : sent == 0 ? NOT_SENT : LOST;
}

/* ---- All servers, and retries ---- */

/* Tries one server after the other, first the one that answered last; *why is the reason of each failure. */
static enum attempt try_endpoints(struct session *s, const struct api_request *request, struct response *out,
                                  char **why)
{
    bool read_only = strcmp(request->method, "GET") == 0;
    enum attempt attempt = NOT_SENT;
    char reason[CURL_ERROR_SIZE];
    *why = client_format("%s", "");
    for (size_t i = 0; i < s->endpoints.count; i++) {
        size_t number = (s->current + i) % s->endpoints.count;
        const struct endpoint *endpoint = &s->endpoints.array[number];
        attempt = try_endpoint(s, endpoint, request, out, reason);
        if (attempt == ANSWERED) {
            s->current = number;
            return ANSWERED;
        }
        char *longer = client_format("%s%s%s: %s", *why, **why == '\0' ? "" : "; ", endpoint->name, reason);
        free(*why);
        *why = longer;
        if (attempt == LOST && !read_only)
            return LOST;
    }
    return attempt;
}

enum outcome session_send(struct session *s, const struct api_request *request, struct response *out)
{
    int64_t deadline_ms = clock_ms() + (int64_t)s->wait * 1000;
    for (;;) {
        char *why;
        *out = (struct response){ .text = NULL };
        enum attempt attempt = try_endpoints(s, request, out, &why);
        bool lost = attempt == LOST && strcmp(request->method, "GET") != 0;
        bool busy = attempt == ANSWERED ? out->status == 429 || out->status == 503 : !lost;
        unsigned pause = attempt == ANSWERED ? out->retry_after : 1;
        if (!busy || clock_ms() + (int64_t)pause * 1000 > deadline_ms) {
            if (attempt != ANSWERED)
                client_message(lost ? "the connection was lost; the request may have been carried out: %s"
                                    : "cannot reach a server: %s",
                               why);
            free(why);
            break;
        }
        free(why);
        session_free_response(out);
        nanosleep(&(struct timespec){ .tv_sec = pause }, NULL);
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
