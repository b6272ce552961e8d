#include "page/bounce_note.h"

#include "delist/delist.h"
#include "http/percent.h"
#include "page/list_title.h"

#include <stdio.h>
#include <string.h>

/* ---- In the URL ---- */

void bounce_note_format(const struct typed *found, char out[PAGE_PARAMETERS])
{
    enum { LIST_MOST = 255 }; /* bytes: the name of a host, or of a list */
    char list[3 * LIST_MOST + 1] = "";
    if (strlen(found->list) <= LIST_MOST)
        percent_encode(found->list, list);
    snprintf(out, PAGE_PARAMETERS, "%s%s%s%s%s%s", list[0] != '\0' ? "&list=" : "", list,
             found->code[0] != '\0' ? "&code=" : "", found->code, found->reply[0] != '\0' ? "&reply=" : "",
             found->reply);
}

/* A parameter that `is` valid and fits; else empty. */
static void read_parameter(const struct page *page, const char *name, bool (*is)(const char *text), char *out,
                           size_t size)
{
    const char *text = http_parameter(page->request, name);
    if (text != NULL && strlen(text) < size && is(text))
        strcpy(out, text);
}

/* The lists of a zone, by its name in canonical form. False: there is none. */
static bool find_zone(const struct backend *backend, const char *name, const struct range *range,
                      struct list_mask *lists)
{
    uint8_t offsets[WIRE_LABELS_MAX + 1];
    if (!backend->has_zone(backend->context, name))
        return false;
    const struct view *view = backend->view_open(backend->context);
    const struct zone *zone = view != NULL ? view_find_zone(view, name_split(range->name, offsets)) : NULL;
    if (zone != NULL)
        *lists = zone->lists;
    backend->view_close(backend->context);
    return true;
}

/* Finds out whose the list is. `found->list` gets its name in canonical form. */
static void read_list(struct page *page, struct bounce_note *note, struct typed *found)
{
    const struct backend *backend = page->backend;
    const char *name = http_parameter(page->request, "list");
    struct range range;
    struct error unused;
    int number = name != NULL ? delist_list_number(backend->delist, name) : -1;
    if (number >= 0 && strlen(name) < sizeof(found->list)) {
        note->whose = NOTE_OWN;
        note->list = list_title(page, name);
        note->lists = list_mask_of((unsigned)number);
        strcpy(found->list, name);
    } else if (name != NULL && range_parse(name, false, &range, &unused) == OK &&
               range.family == RANGE_NAME) {
        range_format(&range, found->list);
        note->whose = find_zone(backend, found->list, &range, &note->lists) ? NOTE_OWN : NOTE_ELSEWHERE;
        note->list = layout_key(page, found->list);
    }
}

void bounce_note_read(struct page *page, struct bounce_note *out)
{
    struct typed found = { .list = "" };
    *out = (struct bounce_note){ .list = "" };
    read_list(page, out, &found);
    read_parameter(page, "code", typed_is_code, found.code, sizeof(found.code));
    read_parameter(page, "reply", typed_is_reply, found.reply, sizeof(found.reply));
    out->code = found.code[0] != '\0' ? http_parameter(page->request, "code") : "";
    out->reply = found.reply[0] != '\0' ? http_parameter(page->request, "reply") : "";
    bounce_note_format(&found, page->parameters);
}

/* ---- The lists that it means ---- */

/* Whether the list has a listing with this code. */
static bool has_code(const struct listed *l, const char *code)
{
    for (size_t i = 0; i < json_array_size(l->listings); i++) {
        const json_t *listing = json_array_get(l->listings, i);
        if (strcmp(listed_text(listing, "list"), l->list) == 0 &&
            strcmp(listed_text(listing, "code"), code) == 0)
            return true;
    }
    return false;
}

static bool is_meant(const struct page *page, const struct bounce_note *note, const struct listed *l)
{
    int number = delist_list_number(page->backend->delist, l->list);
    return number >= 0 && list_mask_has(&note->lists, (unsigned)number);
}

void bounce_note_mark(const struct page *page, const struct bounce_note *note, struct listed *lists,
                      size_t count)
{
    struct listed sorted[LISTED_MAX];
    bool coded = false; /* one that is meant has the code; of a zone's lists the others are then not meant */
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        coded |= is_meant(page, note, &lists[i]) && has_code(&lists[i], note->code);
    for (size_t i = 0; i < count; i++)
        lists[i].named = is_meant(page, note, &lists[i]) && (!coded || has_code(&lists[i], note->code));
    for (int named = 1; named >= 0; named--)
        for (size_t i = 0; i < count; i++)
            if (lists[i].named == named)
                sorted[n++] = lists[i];
    memcpy(lists, sorted, n * sizeof(*lists));
}

/* ---- On the page ---- */

static bool is_live(const struct listed *lists, size_t count, bool named)
{
    for (size_t i = 0; i < count; i++)
        if (lists[i].live && (lists[i].named || !named))
            return true;
    return false;
}

/* Whether the code says that the receiving server may not ask; it lists nothing. */
static bool is_error_code(const char *code)
{
    return strncmp(code, "127.255.255.", strlen("127.255.255.")) == 0;
}

/* What the list means for the key. */
static const char *about_list(struct page *page, const struct bounce_note *note, const char *key,
                              const struct listed *lists, size_t count)
{
    if (note->whose == NOTE_ELSEWHERE)
        return LAYOUT_WORDS(page, WORD_NOTE_ELSEWHERE, note->list);
    return LAYOUT_WORDS(page, is_live(lists, count, true) ? WORD_NOTE_LISTED : WORD_NOTE_NOT_LISTED, key,
                        note->list);
}

/* What becomes of the message. */
static const char *about_message(struct page *page, const struct bounce_note *note,
                                 const struct listed *lists, size_t count)
{
    if (note->reply[0] == '4')
        return LAYOUT_WORDS(page, WORD_NOTE_TRIES_AGAIN, note->reply);
    return layout_words(page, is_live(lists, count, false) ? WORD_NOTE_SEND_LATER : WORD_NOTE_SEND_AGAIN,
                        NULL);
}

bool bounce_note_write(struct page *page, const struct bounce_note *note, const char *key,
                       const struct listed *lists, size_t count)
{
    const char *const parts[] = { note->list, note->code, note->reply };
    const char *found = "";
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        if (parts[i][0] != '\0')
            found = list_title_join(page, found, parts[i]);
    if (found[0] == '\0')
        return false;
    html_write(&page->html, "<section class=\"note\"><h2>%s</h2>\n<p>%s</p>\n",
               layout_words(page, WORD_NOTE_HEADING, NULL), LAYOUT_WORDS(page, WORD_NOTE_FOUND, found));
    if (is_error_code(note->code))
        html_write(&page->html, "<p>%s</p>\n", LAYOUT_WORDS(page, WORD_NOTE_ERROR_CODE, note->code));
    else if (note->whose != NOTE_NO_LIST)
        html_write(&page->html, "<p>%s</p>\n", about_list(page, note, key, lists, count));
    if (note->whose != NOTE_ELSEWHERE && !is_error_code(note->code))
        html_write(&page->html, "<p>%s</p>\n", about_message(page, note, lists, count));
    html_write(&page->html, "</section>\n");
    return true;
}
