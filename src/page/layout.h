/*
 * A page as it is made: its language, what every page has around its contents, and the messages in it. One
 * thread.
 */
#ifndef PAGE_LAYOUT_H
#define PAGE_LAYOUT_H

#include "api/backend.h"
#include "http/request.h"
#include "page/html.h"
#include "page/words.h"

#define PAGE_PARAMETERS 1024

struct page {
    struct http_request *request;
    const struct backend *backend;
    enum language language;
    char lang[16];                    /* see layout_lang */
    const char *path;                 /* of the page, for its other languages; NULL: the start */
    char parameters[PAGE_PARAMETERS]; /* that these links keep, "&a=b"; empty: none */
    struct text_stream html;
    struct page_text *texts; /* of layout_words, until the page is done */
};

/* Begins a page for the request: what the browser wants decides the language. `html` is not open yet. */
void layout_begin(struct page *page, struct http_request *request, const struct backend *backend);

/* Writes the head, what every page says, and the heading. */
void layout_open(struct page *page, const char *heading);

/* Writes the end and answers with the page. */
void layout_close(struct page *page, int status);

/* Answers with what was written to page->html, of another type than a page. */
void layout_answer(struct page *page, int status, const char *type);

/* The message in the page's language with its arguments, as plain text: to be written with %s. Valid until
 * layout_close. */
const char *layout_words(struct page *page, enum word word, const char *const arguments[WORDS_ARGUMENTS]);
#define LAYOUT_WORDS(page, word, ...)                                                                        \
    layout_words(page, word, (const char *const[WORDS_ARGUMENTS]){ __VA_ARGS__ })

/* What a link within the page ends in to keep the language: "?lang=ja" if lang= has chosen it, else nothing.
 * Valid as long as the page. */
const char *layout_lang(const struct page *page);

/* What the page says first, in a sign, a colour (by the class) and words. `focus`: a reader begins there,
 * also one who listens: then nothing else on the page may have the focus. */
void layout_sentence(struct page *page, const char *sign, const char *class, const char *sentence,
                     bool focus);

/* The box to look something up. `query`: what it holds, empty: nothing. */
void layout_box(struct page *page, const char *query, bool focus);

/* A time in words, in UTC: "31 January 2027, 12:00 UTC". Likewise valid until layout_close. */
const char *layout_time(struct page *page, int64_t time);

/* How long it is from now to a time, in words (period.h); a number; and an address or a domain as people
 * write it (domain_text.h). Likewise. */
const char *layout_period(struct page *page, int64_t time);
const char *layout_number(struct page *page, size_t number);
const char *layout_key(struct page *page, const char *key);

#endif
