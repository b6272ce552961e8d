#include "page/lookup_page.h"

#include "page/banner.h"
#include "page/bounce_note.h"
#include "page/list_state.h"
#include "page/list_title.h"
#include "page/removal_form.h"

#include <stdio.h>
#include <string.h>

/* ---- The sentence ---- */

/* An address of IPv6 has a colon, one of IPv4 no letter. */
static bool is_domain(const char *query)
{
    return strchr(query, ':') == NULL && query[strspn(query, "0123456789.")] != '\0';
}

static void write_sentence(struct page *page, const struct list_state *state, const char *query,
                           const struct listed *lists, size_t count)
{
    unsigned actions = state->live ? ~(1u << LISTED_NOTHING) : 1u << LISTED_NOTHING;
    const char *titles = list_title_all(page, lists, count, actions);
    enum word sentence = is_domain(query) ? state->of_domain : state->sentence;
    layout_sentence(page, state->sign, state->class,
                    LAYOUT_WORDS(page, sentence, layout_key(page, query), titles), true);
    if (state->live)
        html_write(&page->html, "<p>%s</p>\n", layout_words(page, WORD_NOT_ADMINISTRATOR, NULL));
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
    return LAYOUT_WORDS(page, WORD_EFFECT_NONE, layout_time(page, l->until), layout_period(page, l->until));
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
        return LAYOUT_WORDS(page, WORD_DO_WAIT, layout_time(page, l->wait), layout_period(page, l->wait));
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

static void write_list(struct page *page, const char *query, const struct listed *l)
{
    const struct list_state *state = list_state_of(l, 1);
    const char *since = since_text(page, l);
    html_write(&page->html,
               "<section class=\"list %s\" id=\"list-%s\"><h2>%s <span class=\"state\"><span "
               "aria-hidden=\"true\">%s</span> %s</span></h2>\n",
               state->class, l->list, list_title(page, l->list), state->sign,
               layout_words(page, state->state, NULL));
    if (l->named)
        html_write(&page->html, "<p class=\"named\">%s</p>\n", layout_words(page, WORD_NOTE_NAMED, NULL));
    write_description(page, l->list);
    html_write(&page->html, "<dl>\n");
    write_reasons(page, l);
    if (since != NULL)
        write_row(page, WORD_SINCE, since);
    write_row(page, WORD_EFFECT, effect(page, l));
    if (l->live)
        write_row(page, WORD_UNTIL,
                  l->until != 0 ? LAYOUT_WORDS(page, WORD_UNTIL_TIME, layout_time(page, l->until),
                                               layout_period(page, l->until))
                                : layout_words(page, WORD_UNTIL_UNKNOWN, NULL));
    if (l->action != LISTED_NOTHING)
        write_row(page, WORD_WHAT_TO_DO, action_text(page, l));
    html_write(&page->html, "</dl>\n");
    if (l->action == LISTED_NEVER && !is_domain(query))
        html_write(&page->html, "<p>%s</p>\n", layout_words(page, WORD_DYNAMIC, NULL));
    html_write(&page->html, "</section>\n");
}

void lookup_page_show(struct page *page, const json_t *result, struct own_requests *own)
{
    struct listed lists[LISTED_MAX];
    struct bounce_note note;
    const char *query = listed_text(result, "query"), *key = layout_key(page, query);
    size_t count = listed_from_json(result, page->request->now, lists);
    const struct list_state *state = list_state_of(lists, count);
    bounce_note_read(page, &note);
    bounce_note_mark(page, &note, lists, count);
    layout_open(page, LAYOUT_WORDS(page, state->heading, key));
    write_sentence(page, state, query, lists, count);
    if (!bounce_note_write(page, &note, key, lists, count) && count == 0)
        html_write(&page->html, "<p>%s</p>\n", layout_words(page, WORD_CLEAR_OTHERS, NULL));
    own_requests_mark(page, own, lists, count);
    own_requests_write(page, key, own);
    removal_form_write(page, query, lists, count, NULL);
    for (size_t i = 0; i < count; i++)
        write_list(page, query, &lists[i]);
    layout_box(page, "", false);
    layout_close(page, 200);
}
