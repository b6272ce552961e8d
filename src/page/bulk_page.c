#include "page/bulk_page.h"

#include "api/calls.h"
#include "page/csv.h"
#include "page/error_page.h"
#include "page/list_state.h"
#include "page/list_title.h"
#include "page/own_names.h"
#include "page/pasted.h"

#include <stdlib.h>
#include <string.h>

enum { TITLES_MOST = 3 }; /* of lists, in a row of the page */

/* What became of the rows of a text. */
struct bulk_page {
    struct pasted pasted;
    struct bulk_result {
        char key[RANGE_TEXT];           /* what was looked up, or what stood there */
        bool left;                      /* not looked up: the client's look-ups are used up */
        json_t *json;                   /* the look-up's answer; NULL: `why` there is none */
        const struct list_state *state; /* of `json` */
        struct refusal why;
    } results[PASTED_MOST];
    size_t known, live; /* rows that were looked up, and those that are listed */
    unsigned seconds;   /* until the client may look up more; 0: it may */
};

/* ---- Looking up ---- */

static void set_refusal(struct bulk_result *r, enum pasted_kind kind)
{
    refusal_set(&r->why, REFUSE_INVALID, kind == PASTED_RANGE ? "not_single" : "bad_range", NULL, "%s",
                kind == PASTED_RANGE ? "a range" : "no address and no domain");
}

/* Looks one row up. False: the call has failed, out of memory. */
static bool look_up_row(struct call *call, struct bulk_page *b, size_t i)
{
    struct listed lists[LISTED_MAX];
    const struct pasted_row *row = &b->pasted.rows[i];
    struct bulk_result *r = &b->results[i];
    strcpy(r->key, row->text);
    if (row->kind != PASTED_KEY) {
        set_refusal(r, row->kind);
        return true;
    }
    range_format(&row->key, r->key);
    r->left = b->seconds > 0 || !http_admit_get(call->request, &b->seconds);
    if (r->left)
        return true;
    call->request->caught = &r->why;
    r->json = api_lookup_json(call, &row->key);
    call->request->caught = NULL;
    if (r->json == NULL)
        return !call->request->response.answered;
    r->state = list_state_of(lists, listed_from_json(r->json, call->now, lists));
    b->known++;
    b->live += r->state->live;
    return true;
}

static bool look_up(struct call *call, struct bulk_page *b)
{
    struct own_names own;
    own_names_find(call->request, call->backend, &own);
    if (pasted_parse(listed_text(call->body, "text"), &own.names, &b->pasted) != OK)
        return call_fail_memory(call);
    for (size_t i = 0; i < b->pasted.count; i++)
        if (!look_up_row(call, b, i))
            return false;
    return true;
}

static void free_bulk_page(struct bulk_page *b)
{
    for (size_t i = 0; i < b->pasted.count; i++)
        json_decref(b->results[i].json);
    pasted_free(&b->pasted);
    free(b);
}

/* ---- As CSV ---- */

/* The state on one list, by one listing of it. */
static const struct list_state *state_of(const json_t *listing)
{
    const struct listed l = { .live = strcmp(listed_text(listing, "state"), "listed") == 0,
                              .temporary = strcmp(listed_text(listing, "tier"), "temporary") == 0 };
    return list_state_of(&l, 1);
}

/* Writes a record for each listing, or one that says that there is none. */
static void write_records(struct page *page, const struct bulk_result *r)
{
    const json_t *listings = json_object_get(r->json, "listings");
    size_t count = json_array_size(listings);
    for (size_t i = 0; i < count; i++) {
        const json_t *listing = json_array_get(listings, i);
        const char *const cells[] = { r->key,
                                      state_of(listing)->code,
                                      listed_text(listing, "list"),
                                      listed_text(listing, "code"),
                                      listed_text(listing, "text"),
                                      "" };
        csv_write(page->html.file, cells, ARRAY_SIZE(cells));
    }
    const char *const cells[] = { r->key, r->state != NULL ? r->state->code : "error",           "", "",
                                  "",     r->state != NULL ? "" : error_page_text(page, &r->why) };
    if (count == 0)
        csv_write(page->html.file, cells, ARRAY_SIZE(cells));
}

static void answer_csv(struct page *page, const struct bulk_page *b)
{
    static const char *const names[] = { "query", "status", "list", "code", "reason", "error" };
    if (text_stream_open(&page->html)) {
        fputs(CSV_BEGIN, page->html.file);
        csv_write(page->html.file, names, ARRAY_SIZE(names));
        for (size_t i = 0; i < b->pasted.count; i++)
            write_records(page, &b->results[i]);
    }
    http_set_header(page->request, "Content-Disposition", "attachment; filename=\"look-up.csv\"");
    layout_answer(page, 200, "text/csv; charset=utf-8; header=present");
}

/* ---- As a page ---- */

/* The titles of the first lists. */
static const char *titles(struct page *page, const struct bulk_result *r)
{
    struct listed lists[LISTED_MAX];
    size_t count = listed_from_json(r->json, page->request->now, lists);
    const char *joined = "";
    for (size_t i = 0; i < count && i < TITLES_MOST; i++)
        joined = list_title_join(page, joined, list_title(page, lists[i].list));
    return count <= TITLES_MOST
               ? joined
               : LAYOUT_WORDS(page, WORD_BULK_MORE, joined, layout_number(page, count - TITLES_MOST));
}

static void write_row(struct page *page, const struct bulk_result *r)
{
    if (r->state == NULL) {
        html_write(
            &page->html,
            "<tr><th scope=\"row\">%s</th><td><span aria-hidden=\"true\">⚠</span> %s</td><td>%s</td></tr>\n",
            r->key, layout_words(page, WORD_STATE_UNKNOWN, NULL), error_page_text(page, &r->why));
        return;
    }
    html_write(&page->html,
               "<tr class=\"%s\"><th scope=\"row\"><a href=\"/%s%s\">%s</a></th><td><span class=\"state\">"
               "<span aria-hidden=\"true\">%s</span> %s</span></td><td>%s</td></tr>\n",
               r->state->class, r->key, layout_lang(page), layout_key(page, r->key), r->state->sign,
               layout_words(page, r->state->state, NULL), titles(page, r));
}

static void write_table(struct page *page, const struct bulk_page *b)
{
    size_t left = 0;
    for (size_t i = 0; i < b->pasted.count; i++)
        left += b->results[i].left;
    if (left == b->pasted.count)
        return;
    html_write(&page->html,
               "<table>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
               "scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
               layout_words(page, WORD_BULK_KEY, NULL), layout_words(page, WORD_BULK_STATE, NULL),
               layout_words(page, WORD_BULK_LISTS, NULL));
    for (size_t i = 0; i < b->pasted.count; i++)
        if (!b->results[i].left)
            write_row(page, &b->results[i]);
    html_write(&page->html, "</tbody>\n</table>\n");
}

/* The button that has the same rows as a file. */
static void write_csv_form(struct page *page, const struct bulk_page *b)
{
    html_write(&page->html,
               "<form method=\"post\" action=\"/bulk%s\"><input type=\"hidden\" name=\"text\" value=\"",
               layout_lang(page));
    for (size_t i = 0; i < b->pasted.count; i++)
        if (!b->results[i].left)
            html_write(&page->html, "%s\n", b->results[i].key);
    html_write(&page->html, "\"><p><button name=\"format\" value=\"csv\">%s</button></p></form>\n",
               layout_words(page, WORD_BULK_CSV, NULL));
}

/* The form, with what was not looked up. */
static void write_form(struct page *page, const struct bulk_page *b)
{
    html_write(&page->html,
               "<form class=\"bulk\" method=\"post\" action=\"/bulk%s\"><label for=\"bulk\">%s</label>"
               "<textarea id=\"bulk\" name=\"text\" rows=\"10\" autocomplete=\"off\" autocapitalize=\"none\" "
               "spellcheck=\"false\" required aria-describedby=\"bulk-hint\"%s>\n",
               layout_lang(page), layout_words(page, WORD_BULK_BOX, NULL), b == NULL ? " autofocus" : "");
    for (size_t i = 0; b != NULL && i < b->pasted.count; i++)
        if (b->results[i].left)
            html_write(&page->html, "%s\n", b->results[i].key);
    html_write(&page->html,
               "%s</textarea><p class=\"hint\" id=\"bulk-hint\">%s</p>\n<p><button>%s</button></p></form>\n",
               b != NULL ? b->pasted.rest : "",
               LAYOUT_WORDS(page, WORD_BULK_HINT, layout_number(page, PASTED_MOST)),
               layout_words(page, WORD_LOOK_UP, NULL));
}

/* Says what was not looked up, and why. */
static void write_rest(struct page *page, const struct bulk_page *b)
{
    enum word word = b->seconds > 0 ? WORD_BULK_TOO_OFTEN : WORD_BULK_TOO_MANY;
    size_t number = b->seconds > 0 ? b->seconds : PASTED_MOST;
    if (b->seconds > 0 || b->pasted.rest[0] != '\0')
        html_write(&page->html, "<p class=\"error\">%s</p>\n",
                   LAYOUT_WORDS(page, word, layout_number(page, number)));
}

static void answer_page(struct page *page, const struct bulk_page *b)
{
    const char *live = layout_number(page, b->live), *known = layout_number(page, b->known);
    http_set_retry_after(page->request, b->seconds);
    layout_open(page, LAYOUT_WORDS(page, WORD_BULK_RESULT, live, known));
    layout_sentence(page, b->live > 0 ? "✖" : "✔", b->live > 0 ? "blocked" : "clear",
                    LAYOUT_WORDS(page, b->live > 0 ? WORD_BULK_SOME : WORD_BULK_NONE, live, known), true);
    write_rest(page, b);
    write_table(page, b);
    write_csv_form(page, b);
    write_form(page, b);
    layout_close(page, 200);
}

/* Nothing was looked up: there was nothing, or the client has no look-ups left. */
static void answer_nothing(struct page *page, const struct bulk_page *b)
{
    struct refusal refusal;
    if (b->seconds > 0)
        refusal_set(&refusal, REFUSE_TOO_MANY, "too_many_lookups", NULL, "too many look-ups");
    else if (b->pasted.count > 0)
        refusal = b->results[0].why;
    else
        refusal_set(&refusal, REFUSE_INVALID, "bad_range", NULL, "no address and no domain");
    refusal.retry_after = b->seconds;
    error_page_open(page, http_refusal_status(&refusal), &refusal);
    write_table(page, b);
    write_form(page, b);
    layout_close(page, http_refusal_status(&refusal));
}

static void answer(struct page *page, const struct bulk_page *b, bool csv)
{
    bool whole = b->seconds == 0 && b->pasted.rest[0] == '\0';
    if (b->known == 0)
        answer_nothing(page, b);
    else if (csv && whole)
        answer_csv(page, b);
    else
        answer_page(page, b);
}

void bulk_page_start(struct call *call)
{
    struct page page;
    layout_begin(&page, call->request, call->backend);
    page.path = "/bulk";
    layout_open(&page, layout_words(&page, WORD_BULK_START, NULL));
    write_form(&page, NULL);
    layout_close(&page, 200);
}

void bulk_page_look_up(struct call *call)
{
    struct bulk_page *b = calloc(1, sizeof(*b));
    struct page page;
    if (b == NULL) {
        call_fail_memory(call);
        return;
    }
    layout_begin(&page, call->request, call->backend);
    page.path = "/bulk";
    if (look_up(call, b))
        answer(&page, b, strcmp(listed_text(call->body, "format"), "csv") == 0);
    free_bulk_page(b);
}
