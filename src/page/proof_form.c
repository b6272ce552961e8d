#include "page/proof_form.h"

#include "delist/removal.h"

#include <string.h>

/* ---- Forms ---- */

static void open_section(struct page *page, enum word heading, const char *help)
{
    html_write(&page->html, "<section class=\"action\"><h2>%s</h2>\n<p>%s</p>\n",
               layout_words(page, heading, NULL), help);
}

static void open_form(struct page *page, const struct removal_request *r, const char *path, const char *kind)
{
    html_write(&page->html,
               "<form method=\"post\" action=\"%s%s\"><input type=\"hidden\" name=\"id\" value=\"%s\">", path,
               layout_lang(page), r->id);
    if (kind != NULL)
        html_write(&page->html, "<input type=\"hidden\" name=\"kind\" value=\"%s\">", kind);
}

static void close_form(struct page *page, enum word button)
{
    html_write(&page->html, "<p><button>%s</button></p></form></section>\n",
               layout_words(page, button, NULL));
}

/* ---- Kinds of proof ---- */

static void write_address(struct page *page, const struct removal_request *r, const char *target)
{
    open_section(page, WORD_PROVE_ADDRESS, LAYOUT_WORDS(page, WORD_PROVE_ADDRESS_HELP, target));
    open_form(page, r, "/proof", "address");
    close_form(page, WORD_PROVE_ADDRESS_BUTTON);
}

static void write_mailboxes(struct page *page, char (*mailboxes)[STORE_EMAIL], size_t count)
{
    html_write(&page->html, "<fieldset><legend>%s</legend>", layout_words(page, WORD_PROVE_MAIL_TO, NULL));
    for (size_t i = 0; i < count; i++)
        html_write(&page->html,
                   "<label class=\"check\"><input type=\"radio\" name=\"to\" value=\"%s\"%s> %s</label>\n",
                   mailboxes[i], i == 0 ? " checked" : "", mailboxes[i]);
    html_write(&page->html, "</fieldset>\n");
}

/* A code that was sent already is asked for elsewhere on the page: there is one a day. */
static void write_mail(struct page *page, const struct removal_request *r)
{
    char mailboxes[PROOF_MAILBOXES][STORE_EMAIL], pointer[PROOF_NAME], key[RANGE_TEXT];
    size_t count = proof_mailboxes(&r->range, r->hosts, mailboxes);
    if (r->control_to[0] != '\0' || (count == 0 && !proof_pointer_name(&r->range, pointer)))
        return;
    range_format(&r->range, key);
    open_section(page, WORD_PROVE_MAIL,
                 LAYOUT_WORDS(page, count > 0 ? WORD_PROVE_MAIL_HELP : WORD_PROVE_MAIL_NONE, key));
    open_form(page, r, "/proof", "mail");
    if (count > 0)
        write_mailboxes(page, mailboxes, count);
    close_form(page, count > 0 ? WORD_PROVE_MAIL_BUTTON : WORD_PROVE_MAIL_AGAIN);
}

static void write_dns(struct page *page, const struct removal_request *r, const char *target)
{
    char name[PROOF_NAME], value[PROOF_VALUE];
    if (!proof_record_name(&r->range, name))
        return;
    proof_record_value(r->id, value);
    open_section(page, WORD_PROVE_DNS, LAYOUT_WORDS(page, WORD_PROVE_DNS_HELP, target));
    html_write(&page->html,
               "<dl><dt>%s</dt><dd><code>%s</code></dd><dt>%s</dt><dd><code>TXT</code></dd>"
               "<dt>%s</dt><dd><code>%s</code></dd></dl>\n<p>%s</p>\n"
               "<p class=\"record\"><code>%s. 300 IN TXT \"%s\"</code></p>\n",
               layout_words(page, WORD_PROVE_DNS_NAME, NULL), name,
               layout_words(page, WORD_PROVE_DNS_TYPE, NULL), layout_words(page, WORD_PROVE_DNS_VALUE, NULL),
               value, layout_words(page, WORD_PROVE_DNS_LINE, NULL), name, value);
    open_form(page, r, "/proof", "dns");
    close_form(page, WORD_PROVE_DNS_BUTTON);
}

static void write_review(struct page *page, const struct removal_request *r)
{
    open_section(page, WORD_PROVE_NOT, layout_words(page, WORD_PROVE_NOT_HELP, NULL));
    open_form(page, r, "/review", NULL);
    close_form(page, WORD_REVIEW_BUTTON);
}

bool proof_form_is_due(const struct delist *delist, const struct removal_request *request)
{
    static const uint8_t none[sizeof(request->code)];
    return removal_proofs(delist, request) != 0 && memcmp(request->code, none, sizeof(none)) == 0;
}

void proof_form_write(struct page *page, const struct removal_request *request)
{
    unsigned kinds = removal_proofs(page->backend->delist, request);
    struct range range = proof_target(&request->range);
    char target[RANGE_TEXT];
    range_format(&range, target);
    if ((kinds & (kinds - 1)) != 0) /* several */
        html_write(&page->html, "<p>%s</p>\n", layout_words(page, WORD_PROVE_WAYS, NULL));
    if (kinds & PROOF_MAIL)
        write_mail(page, request);
    if (kinds & PROOF_DNS)
        write_dns(page, request, layout_key(page, target));
    if (kinds & PROOF_ADDRESS && range.family != RANGE_NAME)
        write_address(page, request, target);
    if (kinds != 0 && removal_may_be_reviewed(page->backend->delist, request))
        write_review(page, request);
}
