#include "page/page.h"

#include "api/calls.h"
#include "api/fields.h"
#include "api/submit.h"
#include "page/asset.h"
#include "page/bounce_note.h"
#include "page/bulk_page.h"
#include "page/error_page.h"
#include "page/lookup_page.h"
#include "page/own_names.h"
#include "page/own_requests.h"
#include "page/removal_form.h"
#include "page/request_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(struct page *page, struct call *call)
{
    layout_begin(page, call->request, call->backend);
}

/* Shows why a call failed. */
static void show_refusal(struct call *call, const char *typed)
{
    const struct refusal *refusal = &call->op.refusal;
    struct page page;
    if (call->request->response.answered) /* it was out of memory */
        return;
    begin(&page, call);
    error_page_show(&page, http_refusal_status(refusal), refusal, typed);
}

/* Sends the browser on to another page (RFC 9110 section 15.4.4), in the language that was chosen.
 * `parameters`: "&name=value", or empty. */
static void redirect(struct call *call, const char *path, const char *parameters)
{
    char target[RANGE_TEXT + PAGE_PARAMETERS + 32];
    struct page page;
    begin(&page, call);
    const char *lang = layout_lang(&page);
    bool first = lang[0] == '\0' && parameters[0] != '\0'; /* of the parameters */
    snprintf(target, sizeof(target), "/%s%s%s%s", path, lang, first ? "?" : "", parameters + first);
    http_set_header(call->request, "Location", target);
    http_answer_text(call->request, 303, "text/html; charset=utf-8", strdup(""), 0);
}

/* ---- Look-up ---- */

/* What a person means by `text`. False: the call's refusal says why it is nothing. */
static bool find_query(struct call *call, const char *text, struct typed *out)
{
    struct own_names own;
    struct error error;
    own_names_find(call->request, call->backend, &own);
    enum err err = typed_find(text, &own.names, out, &error);
    if (err == ERR_MEMORY)
        return call_fail_memory(call);
    if (err != OK)
        return call_fail(call, 400, "bad_range", "q", "%s", error.text);
    return range_size(&out->key) == 1 ||
           call_fail(call, 400, "not_single", "q", "This is a range: ask for one address or domain name.");
}

static void show_start(struct call *call)
{
    struct page page;
    begin(&page, call);
    layout_open(&page, layout_words(&page, WORD_START, NULL));
    html_write(&page.html, "<p>%s</p>\n", layout_words(&page, WORD_START_HELP, NULL));
    layout_box(&page, "", true);
    if (call->request->client.has_address) {
        const char *client = call->request->client.text;
        html_write(&page.html, "<p><a href=\"/%s%s\">%s</a></p>\n", client, layout_lang(&page),
                   LAYOUT_WORDS(&page, WORD_OWN_ADDRESS, client));
    }
    layout_close(&page, 200);
}

static void show_lookup(struct call *call, const char *text)
{
    struct page page;
    struct typed typed;
    char path[RANGE_TEXT + 1] = "/";
    struct own_requests own;
    json_t *result = NULL;
    call->request->caught = &call->op.refusal;
    if (find_query(call, text, &typed) && own_requests_find(call, &typed.key, &own))
        result = api_lookup_json(call, &typed.key);
    if (result == NULL) {
        show_refusal(call, text);
        return;
    }
    begin(&page, call);
    range_format(&typed.key, path + 1);
    page.path = path;
    lookup_page_show(&page, result, &own);
    json_decref(result);
}

/* The links of bounces name the address in one of these. */
static void show_query(struct call *call)
{
    static const char *const names[] = { "q", "ip", "ip_address" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *text = http_parameter(call->request, names[i]);
        if (text != NULL) {
            show_lookup(call, text);
            return;
        }
    }
    show_start(call);
}

/* A path is an address, a domain, or nothing. */
static void show_path(struct call *call)
{
    struct range key;
    struct error error;
    if (range_parse(call->part, false, &key, &error) == OK)
        show_lookup(call, call->part);
    else
        call_fail(call, 404, "no_such_path", NULL, "There is nothing at this path.");
}

/* What was typed or pasted is in the body: only what was found in it goes into the URL. */
static void find_pasted(struct call *call)
{
    struct typed typed;
    char path[RANGE_TEXT], parameters[PAGE_PARAMETERS];
    call->request->caught = &call->op.refusal;
    bool found = find_query(call, listed_text(call->body, "text"), &typed);
    if (!found) {
        show_refusal(call, listed_text(call->body, "text"));
        return;
    }
    range_format(&typed.key, path);
    bounce_note_format(&typed, parameters);
    redirect(call, path, parameters);
}

/* ---- Removal ---- */

static void show_request(struct call *call)
{
    struct page page;
    call->request->caught = &call->op.refusal;
    bool found = api_requests_read(call, call->part, &call->op.request);
    if (!found) {
        show_refusal(call, "");
        return;
    }
    begin(&page, call);
    request_page_show(&page, &call->op.request, NULL);
}

/* The operation is done: its request's own page shows it. */
static void redirect_to_request(struct call *call)
{
    char path[64];
    snprintf(path, sizeof(path), "requests/%s", call->op.request.id);
    redirect(call, path, "");
}

/* Shows the form again, with what was typed, and why it was refused. */
static void show_form(struct call *call)
{
    const struct refusal refusal = call->op.refusal;
    struct listed lists[LISTED_MAX];
    struct page page;
    struct range key;
    struct error error;
    json_t *result = NULL;
    call->request->caught = &call->op.refusal;
    /* Who is over a limit gets no look-up either. */
    if (refusal.kind != REFUSE_TOO_MANY &&
        range_parse(listed_text(call->body, "query"), false, &key, &error) == OK && range_size(&key) == 1)
        result = api_lookup_json(call, &key);
    call->op.refusal = refusal;
    if (call->request->response.answered) /* it was out of memory */
        return;
    begin(&page, call);
    error_page_open(&page, http_refusal_status(&refusal), &refusal);
    if (result != NULL) {
        size_t count = listed_from_json(result, call->now, lists);
        removal_form_write(&page, listed_text(result, "query"), lists, count, call->body);
    } else {
        removal_form_write_again(&page, call->body);
    }
    layout_close(&page, http_refusal_status(&refusal));
    json_decref(result);
}

static void finish_removal(struct call *call)
{
    if (call->op.refusal.kind == REFUSE_NONE)
        redirect_to_request(call);
    else
        show_form(call);
}

/* The form's lists, "a,b", as the API has them. */
static bool split_lists(struct call *call)
{
    const char *text = json_string_value(json_object_get(call->body, "lists"));
    if (text == NULL)
        return true;
    json_t *names = json_array();
    for (const char *at = text; at != NULL; at = *at == ',' ? at + 1 : NULL) {
        size_t length = strcspn(at, ",");
        json_array_append_new(names, json_stringn(at, length));
        at += length;
    }
    return json_object_set_new(call->body, "lists", names) == 0 || call_fail_memory(call);
}

/* Whether a person filled the form in. */
static bool is_person(struct call *call)
{
    if (json_object_get(call->body, REMOVAL_FORM_TRAP) == NULL)
        return true;
    json_object_del(call->body, REMOVAL_FORM_TRAP);
    return call_fail(call, 422, "trap", REMOVAL_FORM_TRAP, "This field must be empty.");
}

static void request_removal(struct call *call)
{
    call->request->caught = &call->op.refusal;
    bool valid =
        http_admit(call->request) && is_person(call) && split_lists(call) && api_requests_parse(call);
    call->request->caught = NULL;
    if (valid)
        submit_operation(call, finish_removal);
    else
        show_form(call);
}

/* Shows the request again, with why the code or the proof was not taken. */
static void show_request_again(struct call *call)
{
    struct page page;
    const struct refusal refusal = call->op.refusal;
    call->request->caught = &call->op.refusal;
    bool found = api_requests_read(call, call->op.id, &call->op.request);
    call->op.refusal = refusal;
    if (!found) {
        show_refusal(call, "");
        return;
    }
    begin(&page, call);
    request_page_show(&page, &call->op.request, &refusal);
}

static void finish_step(struct call *call)
{
    if (call->op.refusal.kind == REFUSE_NONE)
        redirect_to_request(call);
    else
        show_request_again(call);
}

static void confirm_request(struct call *call)
{
    const char *id = listed_text(call->body, "id");
    call->request->caught = &call->op.refusal;
    call->op.verb = DELIST_VERIFY;
    bool valid = field_text(call, call->body, "code", true, call->op.reason, sizeof(call->op.reason)) &&
                 (call_is_id(id) || call_fail_missing(call, "request"));
    call->request->caught = NULL;
    if (!valid) {
        show_refusal(call, "");
        return;
    }
    memcpy(call->op.id, id, STORE_ID);
    submit_operation(call, finish_step);
}

static void prove_control(struct call *call)
{
    call->request->caught = &call->op.refusal;
    bool valid = api_proof_parse(call, listed_text(call->body, "id"));
    if (valid) {
        call->request->caught = NULL;
        submit_operation(call, finish_step);
    } else {
        show_request_again(call);
    }
}

static void ask_for_review(struct call *call)
{
    call->part = listed_text(call->body, "id");
    call->request->caught = &call->op.refusal;
    bool valid = submit_set_target(call, DELIST_REVIEW, "request");
    call->request->caught = NULL;
    if (valid)
        submit_operation(call, finish_step);
    else
        show_refusal(call, "");
}

/* ---- Fixed texts ---- */

static void show_style(struct call *call)
{
    http_set_header(call->request, "Cache-Control", "max-age=3600");
    http_answer_text(call->request, 200, "text/css; charset=utf-8", strdup(html_style), strlen(html_style));
}

/* A file of the operator. */
static void show_asset(struct call *call, const struct asset *asset)
{
    if (asset->bytes == NULL) {
        call_fail(call, 404, "no_such_path", NULL, "There is nothing at this path.");
        return;
    }
    char *copy = malloc(asset->size);
    if (copy != NULL)
        memcpy(copy, asset->bytes, asset->size);
    http_set_header(call->request, "Cache-Control", "max-age=3600");
    http_answer_text(call->request, 200, asset->type, copy, asset->size);
}

/* Opened by itself, an SVG file is a document, which could have scripts. */
static void show_logo(struct call *call)
{
    http_set_header(call->request, "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
    show_asset(call, call->backend->logo);
}

static void show_own_style(struct call *call)
{
    show_asset(call, call->backend->style);
}

static void show_robots(struct call *call)
{
    static const char text[] = "User-agent: *\nDisallow: /\n";
    http_answer_text(call->request, 200, "text/plain; charset=utf-8", strdup(text), sizeof(text) - 1);
}

/* There is no icon; without this route it would be a domain. */
static void show_nothing(struct call *call)
{
    http_set_header(call->request, "Cache-Control", "max-age=86400");
    http_answer_text(call->request, 204, "image/x-icon", strdup(""), 0);
}

/* ---- Routes ---- */

#define LOOKUP(at, names)                                                                                    \
    {                                                                                                        \
        METHOD_GET, at, .page = true, .limited = true, .parameters = names ", lang", .handle = show_query    \
    }
#define FORM .page = true, .limited = true, .body = true, .form = true, .parameters = "lang"

const struct route page_routes[] = {
    LOOKUP("/", "q, ip"),
    LOOKUP("/lookup", "q, ip"),
    LOOKUP("/cgi-bin/lookup", "ip_address"),
    { METHOD_GET, "/{query}", .page = true, .limited = true, .parameters = "lang, list, code, reply",
      .handle = show_path },
    { METHOD_GET, "/bulk", .page = true, .parameters = "lang", .handle = bulk_page_start },
    { METHOD_POST, "/bulk", FORM, .handle = bulk_page_look_up },
    { METHOD_POST, "/lookup", FORM, .handle = find_pasted },
    { METHOD_POST, "/requests", FORM, .admits = true, .handle = request_removal },
    { METHOD_POST, "/confirm", FORM, .handle = confirm_request },
    { METHOD_POST, "/proof", FORM, .handle = prove_control },
    { METHOD_POST, "/review", FORM, .handle = ask_for_review },
    { METHOD_GET, "/requests/{id}", .page = true, .limited = true, .parameters = "lang",
      .handle = show_request },
    { METHOD_GET, "/style.css", .page = true, .handle = show_style },
    { METHOD_GET, "/own.css", .page = true, .handle = show_own_style },
    { METHOD_GET, "/logo", .page = true, .handle = show_logo },
    { METHOD_GET, "/robots.txt", .page = true, .handle = show_robots },
    { METHOD_GET, "/favicon.ico", .page = true, .handle = show_nothing },
    { .path = NULL },
};
