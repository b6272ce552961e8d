#include "page/request_page.h"

#include "delist/delist.h"
#include "delist/removal.h"
#include "http/json_text.h"
#include "page/error_page.h"
#include "page/list_title.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    const char *sign, *class;
    enum word heading, sentence;
} states[] = {
    [REQUEST_REMOVED] = { "✔", "clear", WORD_REQUEST_REMOVED, WORD_REMOVED_FROM },
    [REQUEST_PENDING] = { "◷", "delayed", WORD_REQUEST_PENDING, WORD_PENDING_TEXT },
    [REQUEST_VERIFY] = { "✉", "delayed", WORD_REQUEST_VERIFY, WORD_VERIFY_TEXT },
    [REQUEST_DENIED] = { "✖", "blocked", WORD_REQUEST_DENIED, WORD_DENIED_TEXT },
};

static const char *titles(struct page *page, const struct list_mask *lists)
{
    const char *joined = "";
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(page->backend->delist, list);
        if (list_mask_has(lists, list) && policy != NULL)
            joined = list_title_join(page, joined, list_title(page, policy->name));
    }
    return joined;
}

static void write_code_form(struct page *page, const struct removal_request *r, const struct refusal *wrong)
{
    char left[24]; /* a request begins with revision 1, and each wrong code makes the next */
    snprintf(left, sizeof(left), "%" PRIu64, REMOVAL_CODE_ATTEMPTS + 1 - r->revision);
    if (wrong != NULL)
        html_write(&page->html, "<p class=\"error\" role=\"alert\">%s %s</p>\n", error_page_text(page, wrong),
                   LAYOUT_WORDS(page, WORD_ATTEMPTS_LEFT, left));
    html_write(
        &page->html,
        "<form method=\"post\" action=\"/confirm%s\"><input type=\"hidden\" name=\"id\" value=\"%s\">"
        "<label for=\"code\">%s</label><input id=\"code\" name=\"code\" autocomplete=\"one-time-code\" "
        "autocapitalize=\"characters\" spellcheck=\"false\" required autofocus> <button>%s</button></form>\n",
        layout_lang(page), r->id, layout_words(page, WORD_CODE_LABEL, NULL),
        layout_words(page, WORD_CONFIRM_BUTTON, NULL));
}

static void write_outcome(struct page *page, const struct removal_request *r)
{
    if (r->status == REQUEST_REMOVED && r->effective_by != 0)
        html_write(&page->html, "<p>%s</p>\n",
                   LAYOUT_WORDS(page, WORD_EFFECTIVE_BY, layout_time(page, r->effective_by)));
    if (r->status == REQUEST_REMOVED)
        html_write(&page->html, "<p>%s</p>\n<p>%s</p>\n", layout_words(page, WORD_QUEUED_MAIL, NULL),
                   layout_words(page, WORD_LISTED_AGAIN, NULL));
    if (r->status == REQUEST_PENDING)
        html_write(&page->html, "<p>%s</p>\n", layout_words(page, WORD_NO_MAIL_COMES, NULL));
    if (r->decided_by[0] != '\0') /* otherwise the reply says what this page says */
        html_write(&page->html, "<h2>%s</h2>\n<p class=\"reply\">%s</p>\n",
                   layout_words(page, WORD_REPLY, NULL), r->reply);
}

void request_page_show(struct page *page, const struct removal_request *r, const struct refusal *wrong)
{
    char key[RANGE_TEXT], path[64];
    range_format(&r->range, key);
    snprintf(path, sizeof(path), "/requests/%s", r->id);
    page->path = path;
    layout_open(page, layout_words(page, states[r->status].heading, NULL));
    layout_sentence(page, states[r->status].sign, states[r->status].class,
                    LAYOUT_WORDS(page, states[r->status].sentence, key, titles(page, &r->lists)));
    if (r->status == REQUEST_VERIFY)
        write_code_form(page, r, wrong);
    write_outcome(page, r);
    html_write(&page->html, "<p>%s <a href=\"%s\">%s</a></p>\n<p><a href=\"/%s%s\">%s</a></p>\n",
               layout_words(page, WORD_KEEP_ADDRESS, NULL), path, r->id, key, layout_lang(page),
               LAYOUT_WORDS(page, WORD_LOOK_AGAIN, key));
    layout_close(page, 200);
}
