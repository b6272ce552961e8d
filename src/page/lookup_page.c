#include "page/lookup_page.h"

#include "page/banner.h"
#include "page/list_title.h"
#include "page/removal_form.h"

#include <stdio.h>
#include <string.h>

/* ---- The sentence ---- */

/* How the states of an address are shown. `state` is that of one list; no list is shown as clear. */
static const struct state_style {
    const char *sign, *class;
    enum word state, heading, sentence, of_domain;
} blocked = { "✖",
              "blocked",
              WORD_STATE_BLOCKED,
              WORD_IS_BLOCKED,
              WORD_BLOCKED_SENTENCE,
              WORD_DOMAIN_BLOCKED_SENTENCE },
  delayed = { "◷",
              "delayed",
              WORD_STATE_DELAYED,
              WORD_IS_DELAYED,
              WORD_DELAYED_SENTENCE,
              WORD_DOMAIN_DELAYED_SENTENCE },
  removed = { "✔",
              "removed",
              WORD_STATE_REMOVED,
              WORD_IS_REMOVED,
              WORD_REMOVED_SENTENCE,
              WORD_REMOVED_SENTENCE },
  clear = { .sign = "✔",
            .class = "clear",
            .heading = WORD_IS_CLEAR,
            .sentence = WORD_CLEAR_SENTENCE,
            .of_domain = WORD_CLEAR_SENTENCE };

/* That of all of these lists: the first one counts most. */
static const struct state_style *style_of(const struct listed *lists, size_t count)
{
    if (count == 0)
        return &clear;
    if (!lists[0].live)
        return &removed;
    return lists[0].temporary ? &delayed : &blocked;
}

/* An address of IPv6 has a colon, one of IPv4 no letter. */
static bool is_domain(const char *query)
{
    return strchr(query, ':') == NULL && query[strspn(query, "0123456789.")] != '\0';
}

static void write_sentence(struct page *page, const struct state_style *style, const char *query,
                           const struct listed *lists, size_t count)
{
    unsigned actions = style == &removed ? 1u << LISTED_NOTHING : ~(1u << LISTED_NOTHING);
    const char *titles = list_title_all(page, lists, count, actions);
    enum word sentence = is_domain(query) ? style->of_domain : style->sentence;
    layout_sentence(page, style->sign, style->class, LAYOUT_WORDS(page, sentence, query, titles));
    if (style == &clear)
        html_write(&page->html, "<p>%s</p>\n", layout_words(page, WORD_CLEAR_OTHERS, NULL));
}

/* ---- A list ---- */

static void write_row(struct page *page, enum word label, const char *text)
{
    html_write(&page->html, "<dt>%s</dt><dd>%s</dd>\n", layout_words(page, label, NULL), text);
}

/* Why it is listed, with the codes that DNS answers. */
static void write_reasons(struct page *page, const struct listed *l)
{
    for (size_t i = 0; i < json_array_size(l->listings); i++) {
        const json_t *listing = json_array_get(l->listings, i);
        const char *text = listed_text(listing, "text");
        if (strcmp(listed_text(listing, "list"), l->list) != 0)
            continue;
        html_write(
            &page->html, "<dt>%s</dt><dd>%s <small>(%s)</small></dd>\n", layout_words(page, WORD_WHY, NULL),
            text[0] != '\0' ? text : layout_words(page, WORD_NO_DETAILS, NULL), listed_text(listing, "code"));
    }
}

static const char *effect(struct page *page, const struct listed *l)
{
    if (l->live)
        return layout_words(page, l->temporary ? WORD_EFFECT_TEMPORARY : WORD_EFFECT_PERMANENT, NULL);
    if (l->until == 0)
        return layout_words(page, WORD_EFFECT_NONE_FOREVER, NULL);
    return LAYOUT_WORDS(page, WORD_EFFECT_NONE, layout_time(page, l->until));
}

/* Since when it is listed at least; NULL: not known for an hour. */
static const char *since_text(struct page *page, const struct listed *l)
{
    enum { HOUR = 3600, DAY = 24 * HOUR };
    int64_t age = l->since != 0 ? page->request->now - l->since : 0;
    bool days = age >= 2 * DAY;
    enum word word = days ? WORD_SINCE_DAYS : age >= 2 * HOUR ? WORD_SINCE_HOURS : WORD_SINCE_HOUR;
    char number[32];
    if (age < HOUR)
        return NULL;
    snprintf(number, sizeof(number), "%lld", (long long)(age / (days ? DAY : HOUR)));
    return LAYOUT_WORDS(page, word, layout_time(page, l->since), number);
}

static const char *action_text(struct page *page, const struct listed *l)
{
    static const enum word words[] = { [LISTED_REMOVE] = WORD_DO_REMOVE_NOW, [LISTED_REVIEW] = WORD_DO_REVIEW,
                                       [LISTED_USED_UP] = WORD_DO_USED_UP,   [LISTED_BUSY] = WORD_DO_BUSY,
                                       [LISTED_ASKED] = WORD_DO_ASKED,       [LISTED_NEVER] = WORD_DO_NEVER };
    if (l->action == LISTED_RESOLVE)
        return LAYOUT_WORDS(page, WORD_DO_RESOLVE_FIRST, list_title(page, l->resolve));
    if (l->action == LISTED_WAIT)
        return LAYOUT_WORDS(page, WORD_DO_WAIT, layout_time(page, l->wait));
    if (l->action == LISTED_REMOVE && l->prove)
        return layout_words(page, WORD_DO_PROVE, NULL);
    return layout_words(page, words[l->action], NULL);
}

/* What is on the list, who runs it, and where more is said. */
static void write_description(struct page *page, const char *list)
{
    const struct list_description *d = list_title_description(page, list);
    const char *about = language_text(&d->about, page->language);
    const char *by = language_text(&d->operator, page->language);
    if (about != NULL)
        html_write(&page->html, "<p>%s</p>\n", about);
    if (by != NULL)
        html_write(&page->html, "<p>%s</p>\n", LAYOUT_WORDS(page, WORD_OPERATOR, by));
    if (d->website != NULL)
        html_write(&page->html, "<p><a href=\"%s\" rel=\"noreferrer\">%s</a></p>\n", d->website, d->website);
    banner_write(page, "", &d->banner);
}

static void write_list(struct page *page, const struct listed *l)
{
    const struct state_style *style = style_of(l, 1);
    const char *since = since_text(page, l);
    html_write(&page->html,
               "<section class=\"list %s\" id=\"list-%s\"><h2>%s <span class=\"state\"><span "
               "aria-hidden=\"true\">%s</span> %s</span></h2>\n",
               style->class, l->list, list_title(page, l->list), style->sign,
               layout_words(page, style->state, NULL));
    write_description(page, l->list);
    html_write(&page->html, "<dl>\n");
    write_reasons(page, l);
    if (since != NULL)
        write_row(page, WORD_SINCE, since);
    write_row(page, WORD_EFFECT, effect(page, l));
    if (l->live)
        write_row(page, WORD_UNTIL,
                  l->until != 0 ? LAYOUT_WORDS(page, WORD_UNTIL_TIME, layout_time(page, l->until))
                                : layout_words(page, WORD_UNTIL_UNKNOWN, NULL));
    if (l->action != LISTED_NOTHING)
        write_row(page, WORD_WHAT_TO_DO, action_text(page, l));
    html_write(&page->html, "</dl></section>\n");
}

void lookup_page_show(struct page *page, const json_t *result, struct own_requests *own)
{
    struct listed lists[LISTED_MAX];
    const char *query = listed_text(result, "query");
    size_t count = listed_from_json(result, page->request->now, lists);
    const struct state_style *style = style_of(lists, count);
    layout_open(page, LAYOUT_WORDS(page, style->heading, query));
    write_sentence(page, style, query, lists, count);
    own_requests_mark(page, own, lists, count);
    own_requests_write(page, query, own);
    removal_form_write(page, query, lists, count, NULL);
    for (size_t i = 0; i < count; i++)
        write_list(page, &lists[i]);
    layout_box(page, "", false);
    layout_close(page, 200);
}
