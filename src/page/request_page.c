#include "page/request_page.h"

#include "delist/delist.h"
#include "delist/removal.h"
#include "http/json_text.h"
#include "page/error_page.h"
#include "page/list_title.h"
#include "page/proof_form.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *sign, *class;
    enum word heading, sentence;
} states[] = {
    [REQUEST_REMOVED] = { "✔", "clear", WORD_REQUEST_REMOVED, WORD_REMOVED_FROM },
    [REQUEST_PENDING] = { "◷", "delayed", WORD_REQUEST_PENDING, WORD_PENDING_TEXT },
    [REQUEST_VERIFY] = { "✉", "delayed", WORD_REQUEST_VERIFY, WORD_VERIFY_TEXT },
    [REQUEST_DENIED] = { "✖", "blocked", WORD_REQUEST_DENIED, WORD_DENIED_TEXT },
};

/* Why a code or a proof was not taken, and how many codes may still be tried. `focus`: a reader begins there.
 */
static void write_refusal(struct page *page, const struct removal_request *r, const struct refusal *refusal,
                          bool focus)
{
    char left[24];
    snprintf(left, sizeof(left), "%u",
             r->wrong_codes < REMOVAL_CODE_ATTEMPTS ? REMOVAL_CODE_ATTEMPTS - r->wrong_codes : 0);
    html_write(&page->html, "<p class=\"error\" id=\"wrong\" tabindex=\"-1\"%s>%s %s</p>\n",
               focus ? " autofocus" : "", error_page_text(page, refusal),
               strcmp(refusal->code, "wrong_code") == 0 ? LAYOUT_WORDS(page, WORD_ATTEMPTS_LEFT, left) : "");
}

static bool is_set(const uint8_t digest[32])
{
    static const uint8_t none[32];
    return memcmp(digest, none, sizeof(none)) != 0;
}

/* Whether a code was sent that is to be entered. */
static bool asks_code(const struct removal_request *r)
{
    return r->status == REQUEST_VERIFY && (is_set(r->code) || is_set(r->control_code));
}

/* `wrong`: the page says why the last code was not taken. */
static void write_code_form(struct page *page, const struct removal_request *r, bool wrong)
{
    if (is_set(r->control_code))
        html_write(&page->html, "<p>%s</p>\n", LAYOUT_WORDS(page, WORD_CODE_SENT_TO, r->control_to));
    html_write(
        &page->html,
        "<form method=\"post\" action=\"/confirm%s\"><input type=\"hidden\" name=\"id\" value=\"%s\">"
        "<label for=\"code\">%s</label><input id=\"code\" name=\"code\" autocomplete=\"one-time-code\" "
        "autocapitalize=\"characters\" spellcheck=\"false\" required autofocus%s> "
        "<button>%s</button></form>\n",
        layout_lang(page), r->id, layout_words(page, WORD_CODE_LABEL, NULL),
        wrong ? " aria-invalid=true aria-describedby=wrong" : "",
        layout_words(page, WORD_CONFIRM_BUTTON, NULL));
}

/* What is to be done before the removal. */
static void write_waiting(struct page *page, const struct removal_request *r, const char *key, bool wrong)
{
    if (!list_mask_is_empty(&r->removed))
        html_write(&page->html, "<p>%s</p>\n",
                   LAYOUT_WORDS(page, WORD_REMOVED_FROM, key, list_title_mask(page, &r->removed)));
    if (asks_code(r))
        write_code_form(page, r, wrong);
    proof_form_write(page, r);
}

static void write_outcome(struct page *page, const struct removal_request *r)
{
    bool known = r->effective_by <= page->request->now; /* to all mail servers */
    if (r->status == REQUEST_REMOVED && r->effective_by != 0)
        html_write(&page->html, "<p>%s</p>\n",
                   LAYOUT_WORDS(page, known ? WORD_EFFECTIVE_SINCE : WORD_EFFECTIVE_BY,
                                layout_time(page, r->effective_by), layout_period(page, r->effective_by)));
    if (r->status == REQUEST_REMOVED)
        html_write(&page->html, "<p>%s</p>\n<p>%s</p>\n", layout_words(page, WORD_QUEUED_MAIL, NULL),
                   layout_words(page, WORD_LISTED_AGAIN, NULL));
    if (r->status == REQUEST_PENDING || r->status == REQUEST_REMOVED)
        html_write(
            &page->html, "<p>%s</p>\n",
            layout_words(page, r->status == REQUEST_PENDING ? WORD_NO_MAIL_COMES : WORD_NO_MAIL_DONE, NULL));
    if (r->decided_by[0] != '\0') /* otherwise the reply says what this page says */
        html_write(&page->html, "<h2>%s</h2>\n<p class=\"reply\">%s</p>\n",
                   layout_words(page, WORD_REPLY, NULL), r->reply);
}

void request_page_show(struct page *page, const struct removal_request *r, const struct refusal *wrong)
{
    char query[RANGE_TEXT], path[64];
    bool proof = proof_form_is_due(page->backend->delist, r);
    enum word heading = proof ? WORD_REQUEST_PROVE : states[r->status].heading;
    enum word sentence = proof ? WORD_PROVE_TEXT : states[r->status].sentence;
    const struct list_mask left = list_mask_less(&r->lists, &r->removed);
    const struct list_mask *lists =
        r->status == REQUEST_VERIFY || r->status == REQUEST_PENDING ? &left : &r->lists;
    range_format(&r->range, query);
    const char *key = layout_key(page, query);
    snprintf(path, sizeof(path), "/requests/%s", r->id);
    page->path = path;
    layout_open(page, layout_words(page, heading, NULL));
    layout_sentence(page, proof ? "◷" : states[r->status].sign, states[r->status].class,
                    LAYOUT_WORDS(page, sentence, key, list_title_mask(page, lists)),
                    !asks_code(r) && wrong == NULL);
    if (wrong != NULL)
        write_refusal(page, r, wrong, !asks_code(r));
    if (r->status == REQUEST_VERIFY)
        write_waiting(page, r, key, wrong != NULL);
    write_outcome(page, r);
    html_write(&page->html, "<p>%s <a href=\"%s\">%s</a></p>\n<p><a href=\"/%s%s\">%s</a></p>\n",
               layout_words(page, WORD_KEEP_ADDRESS, NULL), path, r->id, query, layout_lang(page),
               LAYOUT_WORDS(page, WORD_LOOK_AGAIN, key));
    layout_close(page, 200);
}
