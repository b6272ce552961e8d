#include "page/removal_form.h"

#include "page/list_title.h"

#include <stdio.h>
#include <string.h>

enum {
    REMOVE = 1 << LISTED_REMOVE, /* actions */
    REVIEW = 1 << LISTED_REVIEW | 1 << LISTED_USED_UP,
    CONTACT_CHARACTERS = (STORE_CONTACT - 1) / 4, /* for so many UTF8_SIZE has made room */
    DETAILS_CHARACTERS = (STORE_REASON - 1) / 4,
};

/* The form's names of the lists with these actions, as "a,b". */
static void write_lists(struct page *page, const struct listed *lists, size_t count, unsigned actions)
{
    const char *separator = "";
    html_write(&page->html, "<input type=\"hidden\" name=\"lists\" value=\"");
    for (size_t i = 0; i < count; i++) {
        if (!(actions >> lists[i].action & 1))
            continue;
        html_write(&page->html, "%s%s", separator, lists[i].list);
        separator = ",";
    }
    html_write(&page->html, "\">\n");
}

/* A field of one line. `form` keeps the ids of two forms apart. */
static void write_field(struct page *page, const char *form, const char *name, enum word label,
                        const char *type, const char *autocomplete, bool required, const json_t *typed)
{
    html_write(&page->html, "<label for=\"%s-%s\">%s%s</label>", form, name, layout_words(page, label, NULL),
               required ? layout_words(page, WORD_REQUIRED, NULL) : "");
    html_write(
        &page->html,
        "<input id=\"%s-%s\" name=\"%s\" type=\"%s\" autocomplete=\"%s\" maxlength=\"%u\" value=\"%s\"%s>\n",
        form, name, name, type, autocomplete, (unsigned)CONTACT_CHARACTERS, listed_text(typed, name),
        required ? " required" : "");
}

static void write_category(struct page *page, const char *form, const json_t *typed)
{
    static const struct {
        const char *value;
        enum word word;
    } kinds[] = { { "personal", WORD_CATEGORY_PERSONAL },
                  { "company", WORD_CATEGORY_COMPANY },
                  { "newsletter", WORD_CATEGORY_NEWSLETTER } };
    html_write(&page->html,
               "<label for=\"%s-category\">%s</label><select id=\"%s-category\" name=\"category\">"
               "<option value=\"\"></option>",
               form, layout_words(page, WORD_CATEGORY, NULL), form);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        html_write(&page->html, "<option value=\"%s\"%s>%s</option>", kinds[i].value,
                   strcmp(listed_text(typed, "category"), kinds[i].value) == 0 ? " selected" : "",
                   layout_words(page, kinds[i].word, NULL));
    html_write(&page->html, "</select>\n");
}

static void write_details(struct page *page, const char *form, const json_t *typed)
{
    char most[16];
    snprintf(most, sizeof(most), "%u", (unsigned)DETAILS_CHARACTERS);
    html_write(&page->html,
               "<label for=\"%s-details\">%s</label><textarea id=\"%s-details\" name=\"details\" rows=\"5\" "
               "maxlength=\"%u\" aria-describedby=\"%s-most\">%s</textarea><p class=\"hint\" "
               "id=\"%s-most\">%s</p>\n",
               form, layout_words(page, WORD_DETAILS, NULL), form, (unsigned)DETAILS_CHARACTERS, form,
               listed_text(typed, "details"), form, LAYOUT_WORDS(page, WORD_DETAILS_HINT, most));
}

/* All fields but the e-mail address, which stands alone where a code is sent to it. */
static void write_fields(struct page *page, const char *form, bool email, const json_t *typed)
{
    write_field(page, form, "contact_name", WORD_NAME, "text", "name", false, typed);
    if (email)
        write_field(page, form, "email", WORD_EMAIL, "email", "email", false, typed);
    write_field(page, form, "company", WORD_COMPANY, "text", "organization", false, typed);
    write_category(page, form, typed);
    write_details(page, form, typed);
    html_write(
        &page->html,
        "<label class=\"check\"><input type=\"checkbox\" name=\"fixed\" value=\"true\"%s> %s</label>\n",
        listed_text(typed, "fixed")[0] != '\0' ? " checked" : "", layout_words(page, WORD_FIXED, NULL));
}

static void open_form(struct page *page, const char *query, const struct listed *lists, size_t count,
                      unsigned actions)
{
    html_write(&page->html,
               "<form class=\"removal\" method=\"post\" action=\"/requests%s\"><input type=\"hidden\" "
               "name=\"query\" value=\"%s\"><input type=\"hidden\" name=\"lang\" value=\"%s\">",
               layout_lang(page), query, language_tag(page->language));
    /* No person sees or reaches this field; programs that fill in forms fill it in, too. */
    html_write(&page->html, "<input class=\"none\" name=\"" REMOVAL_FORM_TRAP
                            "\" tabindex=\"-1\" autocomplete=\"off\" aria-hidden=\"true\">");
    write_lists(page, lists, count, actions);
}

static bool needs_email(const struct listed *lists, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (lists[i].action == LISTED_REMOVE && lists[i].confirm)
            return true;
    return false;
}

static bool needs_proof(const struct listed *lists, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (lists[i].action == LISTED_REMOVE && lists[i].prove)
            return true;
    return false;
}

/* The fewest removals that one of the lists has left; -1: no limit. */
static int removals_left(const struct listed *lists, size_t count)
{
    int least = -1;
    for (size_t i = 0; i < count; i++)
        if (lists[i].action == LISTED_REMOVE && lists[i].removals_left >= 0 &&
            (least < 0 || lists[i].removals_left < least))
            least = lists[i].removals_left;
    return least;
}

static void write_removal(struct page *page, const char *query, const struct listed *lists, size_t count,
                          const json_t *typed)
{
    int left = removals_left(lists, count);
    bool email = needs_email(lists, count), proof = needs_proof(lists, count);
    char number[16];
    html_write(&page->html, "<section class=\"action\"><h2>%s</h2>\n<p>%s</p>\n",
               LAYOUT_WORDS(page, WORD_REMOVE_HEADING, query, list_title_all(page, lists, count, REMOVE)),
               layout_words(page, WORD_FIX_FIRST, NULL));
    open_form(page, query, lists, count, REMOVE);
    if (email)
        write_field(page, "remove", "email", WORD_EMAIL, "email", "email", true, typed);
    html_write(&page->html, "<p><button>%s</button></p>\n",
               LAYOUT_WORDS(page, proof ? WORD_PROVE_FIRST_BUTTON : WORD_REMOVE_BUTTON, query));
    if (proof)
        html_write(&page->html, "<p>%s</p>\n", LAYOUT_WORDS(page, WORD_PROVE_NEXT, query));
    html_write(&page->html, "<p>%s", layout_words(page, WORD_LISTED_AGAIN, NULL));
    snprintf(number, sizeof(number), "%d", left);
    if (left >= 0)
        html_write(&page->html, " %s", LAYOUT_WORDS(page, WORD_REMOVALS_LEFT, number));
    html_write(&page->html, "</p>\n<details%s><summary>%s</summary>\n", typed != NULL ? " open" : "",
               layout_words(page, WORD_MORE_FIELDS, NULL));
    write_fields(page, "remove", !email, typed);
    html_write(&page->html, "</details>\n<p class=\"hint\">%s</p></form></section>\n",
               layout_words(page, WORD_STORED, NULL));
}

static void write_review(struct page *page, const char *query, const struct listed *lists, size_t count,
                         const json_t *typed)
{
    html_write(&page->html, "<section class=\"action\"><h2>%s</h2>\n<p>%s</p>\n",
               LAYOUT_WORDS(page, WORD_REVIEW_HEADING, query, list_title_all(page, lists, count, REVIEW)),
               layout_words(page, WORD_REVIEW_HELP, NULL));
    open_form(page, query, lists, count, REVIEW);
    write_fields(page, "review", true, typed);
    html_write(&page->html, "<p class=\"hint\">%s</p>\n<p><button>%s</button></p></form></section>\n",
               layout_words(page, WORD_STORED, NULL), layout_words(page, WORD_REVIEW_BUTTON, NULL));
}

void removal_form_write(struct page *page, const char *query, const struct listed *lists, size_t count,
                        const json_t *typed)
{
    unsigned actions = 0;
    for (size_t i = 0; i < count; i++)
        actions |= 1u << lists[i].action;
    if (actions & REMOVE)
        write_removal(page, query, lists, count, typed);
    if (actions & REVIEW)
        write_review(page, query, lists, count, typed);
}
