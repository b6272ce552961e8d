#include "page/error_page.h"

#include <stdio.h>
#include <string.h>

/* The codes of errors that people meet, and what they mean to them. */
static const struct {
    const char *code;
    enum word word;
} errors[] = {
    { "no_such_path", WORD_ERROR_NOTHING_THERE },
    { "bad_path", WORD_ERROR_NOTHING_THERE },
    { "not_found", WORD_ERROR_NOTHING_THERE },
    { "unknown_parameter", WORD_ERROR_NOTHING_THERE },
    { "bad_parameter", WORD_ERROR_NO_ADDRESS },
    { "bad_range", WORD_ERROR_NO_ADDRESS },
    { "not_single", WORD_ERROR_NOT_SINGLE },
    { "too_wide", WORD_ERROR_NOT_SINGLE },
    { "too_many_lookups", WORD_ERROR_TOO_MANY },
    { "too_many_requests", WORD_ERROR_TOO_MANY },
    { "not_listed", WORD_ERROR_NOT_LISTED },
    { "bad_email", WORD_ERROR_EMAIL },
    { "email_needed", WORD_ERROR_EMAIL_NEEDED },
    { "field_needed", WORD_ERROR_FIELD_NEEDED },
    { "too_long", WORD_ERROR_TOO_LONG },
    { "too_large", WORD_ERROR_TOO_LONG },
    { "wrong_code", WORD_ERROR_WRONG_CODE },
    { "expired", WORD_ERROR_CODE_EXPIRED },
    { "decided", WORD_ERROR_DECIDED },
    { "queue_full", WORD_ERROR_QUEUE_FULL },
    { "no_record", WORD_ERROR_NO_RECORD },
    { "no_answer", WORD_ERROR_NO_ANSWER },
    { "no_mailbox", WORD_ERROR_NO_MAILBOX },
    { "other_mailbox", WORD_ERROR_OTHER_MAILBOX },
    { "other_address", WORD_ERROR_OTHER_ADDRESS },
    { "too_many_checks", WORD_ERROR_TOO_MANY_CHECKS },
    { "not_loaded", WORD_ERROR_NOT_READY },
    { "no_memory", WORD_ERROR_NOT_READY },
    { "no_mail", WORD_ERROR_NOT_READY },
    { "no_random", WORD_ERROR_NOT_READY },
    { "stopping", WORD_ERROR_NOT_READY },
    { "busy", WORD_ERROR_NOT_READY },
    { "store_unavailable", WORD_ERROR_NOT_READY },
    { "foreign_origin", WORD_ERROR_ORIGIN },
    { "method_not_allowed", WORD_ERROR_METHOD },
    { "trap", WORD_ERROR_TRAP },
};

const char *error_page_text(struct page *page, const struct refusal *refusal)
{
    char seconds[16];
    snprintf(seconds, sizeof(seconds), "%u", refusal->retry_after);
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
        if (strcmp(refusal->code, errors[i].code) == 0)
            return LAYOUT_WORDS(page, errors[i].word, seconds);
    return LAYOUT_WORDS(page, WORD_ERROR_OTHER, refusal->code);
}

void error_page_open(struct page *page, int status, const struct refusal *refusal)
{
    http_set_retry_after(page->request, refusal->retry_after);
    layout_open(page, layout_words(page, status == 404 ? WORD_NOT_FOUND : WORD_ERROR, NULL));
    layout_sentence(page, "⚠", "delayed", error_page_text(page, refusal), true);
}

void error_page_show(struct page *page, int status, const struct refusal *refusal, const char *typed)
{
    error_page_open(page, status, refusal);
    layout_box(page, typed, false);
    layout_close(page, status);
}

/* Whether the path is of the API or monitoring. */
static bool is_for_programs(const char *target)
{
    static const char *const paths[] = { "/v1", "/metrics", "/livez", "/readyz", "/healthz" };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        size_t length = strlen(paths[i]);
        if (strncmp(target, paths[i], length) == 0 &&
            (target[length] == '\0' || strchr("/?", target[length]) != NULL))
            return true;
    }
    return false;
}

bool error_page_answer(void *backend, struct http_request *request, int status, const struct refusal *refusal)
{
    const char *accept = http_header(request, "Accept");
    struct page page;
    if (is_for_programs(request->target) || accept == NULL || strstr(accept, "text/html") == NULL)
        return false;
    layout_begin(&page, request, backend);
    error_page_show(&page, status, refusal, "");
    return true;
}
