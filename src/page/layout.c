#include "page/layout.h"

#include "http/json_text.h"
#include "http/server.h"
#include "page/asset.h"
#include "page/banner.h"
#include "page/domain_text.h"
#include "page/period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct page_text {
    struct page_text *next;
    char text[];
};

void layout_begin(struct page *page, struct http_request *request, const struct backend *backend)
{
    const char *asked = http_parameter(request, "lang");
    enum language unused;
    *page = (struct page){ .request = request, .backend = backend };
    page->language = language_choose(asked, http_header(request, "Accept-Language"));
    if (asked != NULL && language_find(asked, &unused))
        snprintf(page->lang, sizeof(page->lang), "?lang=%s", language_tag(page->language));
}

/* ---- Messages ---- */

/* Makes room for a text of `length` bytes that lives as long as the page; NULL: out of memory, which the
 * page's end notices. */
static char *keep(struct page *page, size_t length)
{
    struct page_text *text = json_text_allocate(sizeof(*text) + length + 1);
    if (text == NULL)
        return NULL;
    text->next = page->texts;
    page->texts = text;
    return text->text;
}

const char *layout_words(struct page *page, enum word word, const char *const arguments[WORDS_ARGUMENTS])
{
    char *text = keep(page, words_format(page->language, word, arguments, NULL));
    if (text == NULL)
        return "";
    words_format(page->language, word, arguments, text);
    return text;
}

const char *layout_time(struct page *page, int64_t time)
{
    enum { TIME_TEXT = 64 };
    time_t seconds = (time_t)time;
    struct tm tm;
    char *text = keep(page, TIME_TEXT);
    if (text == NULL || gmtime_r(&seconds, &tm) == NULL ||
        strftime(text, TIME_TEXT, words(page->language, WORD_TIME_FORMAT), &tm) == 0)
        return "";
    return text;
}

const char *layout_period(struct page *page, int64_t time)
{
    char *text = keep(page, PERIOD_TEXT);
    if (text == NULL)
        return "";
    period_format(page->language, time - page->request->now, text);
    return text;
}

const char *layout_number(struct page *page, size_t number)
{
    enum { NUMBER_TEXT = 24 };
    char *text = keep(page, NUMBER_TEXT);
    if (text == NULL)
        return "";
    snprintf(text, NUMBER_TEXT, "%zu", number);
    return text;
}

const char *layout_key(struct page *page, const char *key)
{
    char *text = keep(page, DOMAIN_TEXT);
    if (text == NULL)
        return "";
    domain_text_format(key, text);
    return text;
}

const char *layout_lang(const struct page *page)
{
    return page->lang;
}

/* ---- Around the contents ---- */

static void write_languages(struct page *page)
{
    const char *path = page->path != NULL ? page->path : "/";
    html_write(&page->html, "<nav aria-label=\"%s\">", layout_words(page, WORD_LANGUAGES, NULL));
    for (enum language l = 0; l < LANGUAGES; l++) {
        const char *tag = language_tag(l);
        if (l == page->language)
            html_write(&page->html, "<span lang=\"%s\" aria-current=\"true\">%s</span>", tag,
                       language_name(l));
        else
            html_write(&page->html, "<a href=\"%s?lang=%s%s\" lang=\"%s\" hreflang=\"%s\">%s</a>", path, tag,
                       page->parameters, tag, tag, language_name(l));
    }
    html_write(&page->html, "</nav>");
}

/* The name of the service, or its logo. */
static void write_home(struct page *page, const char *name)
{
    html_write(&page->html, "<header><a class=\"home\" href=\"/%s\">", layout_lang(page));
    if (page->backend->logo->bytes != NULL)
        html_write(&page->html, "<img class=\"logo\" src=\"/logo\" alt=\"%s\">", name);
    else
        html_write(&page->html, "%s", name);
    html_write(&page->html, "</a>");
}

void layout_open(struct page *page, const char *heading)
{
    const char *name = language_text(&page->backend->service->name, page->language);
    name = name != NULL ? name : "dnsbld";
    text_stream_open(&page->html);
    html_write(&page->html,
               "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><title>%s – %s</title>\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
               "<meta name=\"robots\" content=\"noindex\">\n"
               "<link rel=\"stylesheet\" href=\"/style.css\">",
               language_tag(page->language), heading, name);
    if (page->backend->style->bytes != NULL)
        html_write(&page->html, "<link rel=\"stylesheet\" href=\"/own.css\">");
    html_write(&page->html, "</head>\n<body>\n");
    write_home(page, name);
    write_languages(page);
    html_write(&page->html, "</header>\n<main>\n");
    banner_write_all(page);
    html_write(&page->html, "<h1>%s</h1>\n", heading);
}

static void write_link(struct page *page, const char *link, enum word word)
{
    if (link != NULL)
        html_write(&page->html, "<p><a href=\"%s\" rel=\"noreferrer\">%s</a></p>\n", link,
                   layout_words(page, word, NULL));
}

void layout_answer(struct page *page, int status, const char *type)
{
    size_t length;
    char *text = text_stream_close(&page->html, &length);
    while (page->texts != NULL) {
        struct page_text *next = page->texts->next;
        free(page->texts);
        page->texts = next;
    }
    http_set_header(page->request, "Content-Language", language_tag(page->language));
    http_set_header(page->request, "Vary", "Accept-Language");
    http_set_header(page->request, "X-Robots-Tag", "noindex");
    http_answer_text(page->request, status, type, text, length);
}

void layout_close(struct page *page, int status)
{
    const struct http_service *service = page->backend->service;
    html_write(&page->html, "</main>\n<footer><p>%s</p>\n", layout_words(page, WORD_WHO_DECIDES, NULL));
    if (service->contact != NULL)
        html_write(&page->html, "<p>%s</p>\n", LAYOUT_WORDS(page, WORD_CONTACT, service->contact));
    write_link(page, service->imprint, WORD_IMPRINT);
    write_link(page, service->privacy, WORD_PRIVACY);
    html_write(&page->html, "</footer>\n</body>\n</html>\n");
    layout_answer(page, status, "text/html; charset=utf-8");
}

void layout_sentence(struct page *page, const char *sign, const char *class, const char *sentence, bool focus)
{
    html_write(
        &page->html,
        "<p class=\"verdict %s\" id=\"verdict\" tabindex=\"-1\"%s><span aria-hidden=\"true\">%s</span> "
        "<strong>%s</strong></p>\n",
        class, focus ? " autofocus" : "", sign, sentence);
}

void layout_box(struct page *page, const char *query, bool focus)
{
    html_write(
        &page->html,
        "<form class=\"search\" method=\"post\" action=\"/lookup%s\"><label for=\"text\">%s</label>"
        "<div><input id=\"text\" name=\"text\" value=\"%s\" autocomplete=\"off\" autocapitalize=\"none\" "
        "spellcheck=\"false\" required aria-describedby=\"hint\"%s><button>%s</button></div>"
        "<p id=\"hint\">%s</p><p><a href=\"/bulk%s\">%s</a></p></form>\n",
        layout_lang(page), layout_words(page, WORD_BOX, NULL), query, focus ? " autofocus" : "",
        layout_words(page, WORD_LOOK_UP, NULL), layout_words(page, WORD_BOX_HINT, NULL), layout_lang(page),
        layout_words(page, WORD_BULK_LINK, NULL));
}
