#include "client/session.h"

#include "base/clock.h"
#include "client/endpoints.h"
#include "client/safe_text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#define ANSWER_MAX ((size_t)256 << 20) /* more than any answer of the server */

struct session {
    CURL *curl;
    struct endpoints places;
    size_t current; /* the place that answered last */
    char token[TOKEN_MAX];
    const char *cacert; /* NULL: the system's */
    unsigned timeout;   /* seconds */
    unsigned wait;      /* seconds; 0: do not try again */
};

/* Reads a time of --timeout or --wait; *out stays when it was not given. */
static enum err read_span(const struct arguments *arguments, enum option_id id, unsigned *out,
                          struct error *error)
{
    const char *text = arguments_value(arguments, id);
    json_t *value;
    enum err err = text != NULL ? api_request_option(id, OPTION_IS_SPAN, text, &value, error) : OK;
    if (err != OK || text == NULL)
        return err;
    *out = (unsigned)json_integer_value(value);
    json_decref(value);
    return OK;
}

enum err session_open(const struct arguments *arguments, struct session **out, struct error *error)
{
    struct session *x = client_need(calloc(1, sizeof(*x)));
    x->cacert = arguments_value(arguments, OPTION_CACERT);
    x->timeout = 30;
    enum err err = endpoints_find(arguments, &x->places, error);
    if (err == OK)
        err = endpoints_token(arguments, x->token, error);
    if (err == OK)
        err = read_span(arguments, OPTION_TIMEOUT, &x->timeout, error);
    if (err == OK)
        err = read_span(arguments, OPTION_WAIT, &x->wait, error);
    if (err != OK) {
        session_close(x);
        return err;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    x->curl = client_need(curl_easy_init());
    *out = x;
    return OK;
}

void session_close(struct session *x)
{
    if (x == NULL)
        return;
    curl_easy_cleanup(x->curl);
    endpoints_free(&x->places);
    explicit_bzero(x->token, sizeof(x->token));
    free(x);
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
        return 0; /* not what it was given: curl gives up */
    body->text = client_need(realloc(body->text, body->length + size + 1));
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
    list = client_need(curl_slist_append(list, line));
    explicit_bzero(line, strlen(line));
    free(line);
    return list;
}

/* A revision is written as a number, and also taken as an ETag. */
static char *make_etag(const char *revision)
{
    bool bare = *revision != '"' && *revision != '*';
    return client_format("%s%s%s", bare ? "\"" : "", revision, bare ? "\"" : "");
}

static struct curl_slist *make_headers(const struct session *x, const struct api_request *request)
{
    char *bearer = *x->token != '\0' ? client_format("Bearer %s", x->token) : NULL;
    char *etag = request->if_match != NULL ? make_etag(request->if_match) : NULL;
    struct curl_slist *list = add_header(NULL, "Accept", "application/json, */*;q=0.5");
    list = add_header(list, "Authorization", bearer);
    list = add_header(list, "Content-Type", request->body != NULL ? "application/json" : NULL);
    list = add_header(list, "If-Match", etag);
    list = add_header(list, "Idempotency-Key", request->idempotency_key);
    free(etag);
    free(bearer);
    return client_need(curl_slist_append(list, "Expect:"));
}

static void copy_header(CURL *curl, const char *name, char *to, size_t size)
{
    struct curl_header *header;
    *to = '\0';
    if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        snprintf(to, size, "%s", header->value);
}

static void set_options(const struct session *x, const struct endpoint *place,
                        const struct api_request *request, const char *url, const char *body)
{
    CURL *curl = x->curl;
    long seconds = request->patience > x->timeout ? request->patience : x->timeout;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* the token goes to the server alone */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "dnsblctl/" DNSBLD_VERSION);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, x->timeout < 5 ? (long)x->timeout : 5L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, place->path);
    if (x->cacert != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, x->cacert);
    if (body != NULL || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body != NULL ? body : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(body != NULL ? strlen(body) : 0));
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* Takes over the body. */
static void read_response(CURL *curl, struct body *body, struct response *out)
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

/* What curl says is about hosts, also when there is none. */
static void explain(CURL *curl, CURLcode code, const struct endpoint *place, char reason[CURL_ERROR_SIZE])
{
    long number = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && place->path != NULL && number != 0)
        snprintf(reason, CURL_ERROR_SIZE, "%s", strerror((int)number));
    else if (*reason == '\0')
        snprintf(reason, CURL_ERROR_SIZE, "%s", curl_easy_strerror(code));
}

enum attempt { ANSWERED, NOT_SENT, LOST }; /* LOST: it may have been received */

static enum attempt try_place(struct session *x, const struct endpoint *place,
                              const struct api_request *request, struct response *out,
                              char reason[CURL_ERROR_SIZE])
{
    struct body answer = { .text = NULL };
    char *target = api_request_target(request), *url = client_format("%s%s", place->base, target),
         *body = NULL;
    struct curl_slist *headers = make_headers(x, request);
    curl_off_t sent = 0;
    if (request->body != NULL)
        body = client_need(json_dumps(request->body, JSON_COMPACT));
    *reason = '\0';
    set_options(x, place, request, url, body);
    curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, &answer);
    CURLcode code = curl_easy_perform(x->curl);
    curl_easy_getinfo(x->curl, CURLINFO_PRETRANSFER_TIME_T, &sent);
    if (code == CURLE_OK)
        read_response(x->curl, &answer, out);
    else
        explain(x->curl, code, place, reason);
    curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        free(answer.text);
    free(body);
    free(url);
    free(target);
    return code == CURLE_OK ? ANSWERED : sent == 0 ? NOT_SENT : LOST;
}

/* ---- To any server, and again ---- */

/* Asks one after the other, beginning with the one that answered last; *why says what was wrong with each. */
static enum attempt try_places(struct session *x, const struct api_request *request, struct response *out,
                               char **why)
{
    bool reads = strcmp(request->method, "GET") == 0;
    enum attempt attempt = NOT_SENT;
    char reason[CURL_ERROR_SIZE];
    *why = client_format("%s", "");
    for (size_t i = 0; i < x->places.count; i++) {
        size_t number = (x->current + i) % x->places.count;
        const struct endpoint *place = &x->places.place[number];
        attempt = try_place(x, place, request, out, reason);
        if (attempt == ANSWERED) {
            x->current = number;
            return ANSWERED;
        }
        char *longer = client_format("%s%s%s: %s", *why, **why == '\0' ? "" : "; ", place->name, reason);
        free(*why);
        *why = longer;
        if (attempt == LOST && !reads)
            return LOST;
    }
    return attempt;
}

enum outcome session_send(struct session *x, const struct api_request *request, struct response *out)
{
    int64_t deadline_ms = clock_ms() + (int64_t)x->wait * 1000;
    for (;;) {
        char *why;
        *out = (struct response){ .text = NULL };
        enum attempt attempt = try_places(x, request, out, &why);
        bool lost = attempt == LOST && strcmp(request->method, "GET") != 0;
        bool busy = attempt == ANSWERED ? out->status == 429 || out->status == 503 : !lost;
        unsigned pause = attempt == ANSWERED ? out->retry_after : 1;
        if (!busy || clock_ms() + (int64_t)pause * 1000 > deadline_ms) {
            if (attempt != ANSWERED)
                client_complain(lost
                                    ? "the connection was lost, and the request may have been carried out: %s"
                                    : "no server can be reached: %s",
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
    bool makes_sense = out->json != NULL || request->text;
    if (out->status < 300)
        return makes_sense ? OUTCOME_DONE : OUTCOME_TROUBLE;
    return out->status < 500 ? OUTCOME_REFUSED : OUTCOME_TROUBLE;
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

void session_complain_of(const char *subject, const json_t *error, const char *request_id)
{
    const char *message = member(error, "message"), *code = member(error, "code"),
               *field = member(error, "field");
    json_t *allowed = json_object_get(error, "allowed");
    char *more = NULL;
    if (json_is_string(allowed) && json_string_length(allowed) > 0)
        more = client_format("; allowed: %s", json_string_value(allowed));
    else if (json_is_array(allowed) || json_is_object(allowed) || json_is_number(allowed)) {
        char *json = client_need(json_dumps(allowed, JSON_ENCODE_ANY));
        more = client_format("; allowed: %s", json);
        free(json);
    }
    client_complain("%s%s%s (%s%s%s)%s%s%s", subject, *subject != '\0' ? ": " : "", message, code,
                    *field != '\0' ? ", " : "", field, more != NULL ? more : "",
                    *request_id != '\0' ? "; request " : "", request_id);
    free(more);
}

void session_complain(const struct response *response)
{
    const json_t *error = json_object_get(response->json, "error");
    const char *id = member(response->json, "request_id");
    if (json_is_object(error))
        session_complain_of("", error, *id != '\0' ? id : response->request_id);
    else
        client_complain("this is no answer of dnsbld's API: status %ld, '%.200s'", response->status,
                        response->text);
}
