#include "page/removal_form.h"

#include "page/list_title.h"

#include <stdio.h>
#include <string.h>

enum {
    REMOVE = 1 << LISTED_REMOVE, /* actions */
    REVIEW = LISTED_FORMS & ~(1u << LISTED_REMOVE),
    ALL_FIELDS = (1 << FORM_FIELDS) - 1,
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

/* Ends the label of a field, after its text. */
static void close_label(struct page *page, bool required)
{
    if (required)
        html_write(&page->html, " <small>%s</small>", layout_words(page, WORD_REQUIRED, NULL));
    html_write(&page->html, "</label>\n");
}

static void write_label(struct page *page, const char *form, const char *name, enum word label, bool required)
{
    html_write(&page->html, "<label for=\"%s-%s\">%s", form, name, layout_words(page, label, NULL));
    close_label(page, required);
}

/* ---- Fields: of `form`, whose name keeps the ids of two forms apart ---- */

struct field {
    const char *name;
    enum word label;
    const char *type, *autocomplete;
    void (*write)(struct page *page, const char *form, const struct field *field, bool required,
                  const json_t *typed);
};

/* A field of one line. */
static void write_line(struct page *page, const char *form, const struct field *field, bool required,
                       const json_t *typed)
{
    write_label(page, form, field->name, field->label, required);
    html_write(
        &page->html,
        "<input id=\"%s-%s\" name=\"%s\" type=\"%s\" autocomplete=\"%s\" maxlength=\"%u\" value=\"%s\"%s>\n",
        form, field->name, field->name, field->type, field->autocomplete, (unsigned)CONTACT_CHARACTERS,
        listed_text(typed, field->name), required ? " required" : "");
}

static void write_category(struct page *page, const char *form, const struct field *field, bool required,
                           const json_t *typed)
{
    static const struct {
        const char *value;
        enum word word;
    } kinds[] = { { "personal", WORD_CATEGORY_PERSONAL },
                  { "company", WORD_CATEGORY_COMPANY },
                  { "newsletter", WORD_CATEGORY_NEWSLETTER } };
    write_label(page, form, field->name, field->label, required);
    html_write(&page->html, "<select id=\"%s-category\" name=\"category\"%s><option value=\"\"></option>",
               form, required ? " required" : "");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        html_write(&page->html, "<option value=\"%s\"%s>%s</option>", kinds[i].value,
                   strcmp(listed_text(typed, "category"), kinds[i].value) == 0 ? " selected" : "",
                   layout_words(page, kinds[i].word, NULL));
    html_write(&page->html, "</select>\n");
}

static void write_details(struct page *page, const char *form, const struct field *field, bool required,
                          const json_t *typed)
{
    char most[16];
    snprintf(most, sizeof(most), "%u", (unsigned)DETAILS_CHARACTERS);
    write_label(page, form, field->name, field->label, required);
    html_write(&page->html,
               "<textarea id=\"%s-details\" name=\"details\" rows=\"5\" "
               "maxlength=\"%u\" aria-describedby=\"%s-most\"%s>\n%s</textarea><p class=\"hint\" "
               "id=\"%s-most\">%s</p>\n",
               form, (unsigned)DETAILS_CHARACTERS, form, required ? " required" : "",
               listed_text(typed, "details"), form, LAYOUT_WORDS(page, WORD_DETAILS_HINT, most));
}

static void write_fixed(struct page *page, const char *form, const struct field *field, bool required,
                        const json_t *typed)
{
    (void)form;
    html_write(&page->html,
               "<label class=\"check\"><input type=\"checkbox\" name=\"fixed\" value=\"true\"%s%s> %s",
               listed_text(typed, "fixed")[0] != '\0' ? " checked" : "", required ? " required" : "",
               layout_words(page, field->label, NULL));
    close_label(page, required);
}

static const struct field fields[FORM_FIELDS] = {
    [FORM_CONTACT_NAME] = { "contact_name", WORD_NAME, "text", "name", write_line },
    [FORM_EMAIL] = { "email", WORD_EMAIL, "email", "email", write_line },
    [FORM_COMPANY] = { "company", WORD_COMPANY, "text", "organization", write_line },
    [FORM_CATEGORY] = { "category", WORD_CATEGORY, NULL, NULL, write_category },
    [FORM_DETAILS] = { "details", WORD_DETAILS, NULL, NULL, write_details },
    [FORM_FIXED] = { "fixed", WORD_FIXED, NULL, NULL, write_fixed },
};

/* Writes those of `which`; `required`: those that must be filled in. */
static void write_fields(struct page *page, const char *form, unsigned which, unsigned required,
                         const json_t *typed)
{
    for (unsigned i = 0; i < FORM_FIELDS; i++)
        if (which >> i & 1)
            fields[i].write(page, form, &fields[i], required >> i & 1, typed);
}

/* Those that some list with these actions requires; of an e-mail address, to confirm by it. */
static unsigned required_fields(const struct listed *lists, size_t count, unsigned actions)
{
    unsigned required = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(actions >> lists[i].action & 1))
            continue;
        if (lists[i].action == LISTED_REMOVE && lists[i].confirm)
            required |= 1u << FORM_EMAIL;
        for (size_t j = 0; j < json_array_size(lists[i].required); j++)
            for (unsigned field = 0; field < FORM_FIELDS; field++)
                if (strcmp(json_string_value(json_array_get(lists[i].required, j)), fields[field].name) == 0)
                    required |= 1u << field;
    }
    return required;
}

/* ---- Forms ---- */

static void open_form(struct page *page, const char *query)
{
    html_write(&page->html,
               "<form class=\"removal\" method=\"post\" action=\"/requests%s\"><input type=\"hidden\" "
               "name=\"query\" value=\"%s\"><input type=\"hidden\" name=\"lang\" value=\"%s\">",
               layout_lang(page), query, language_tag(page->language));
    /* No person sees or reaches this field; programs that fill in forms fill it in, too. */
    html_write(&page->html, "<input class=\"none\" name=\"" REMOVAL_FORM_TRAP
                            "\" tabindex=\"-1\" autocomplete=\"off\" aria-hidden=\"true\">");
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

/* Whether a removal at once is confirmed by a code that is sent by e-mail. */
static bool sends_code(const struct listed *lists, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (lists[i].action == LISTED_REMOVE && lists[i].confirm)
            return true;
    return false;
}

static void write_removal(struct page *page, const char *query, const struct listed *lists, size_t count,
                          const json_t *typed)
{
    const char *key = layout_key(page, query);
    int left = removals_left(lists, count);
    unsigned required = required_fields(lists, count, REMOVE);
    bool proof = needs_proof(lists, count);
    char number[16];
    html_write(&page->html, "<section class=\"action\"><h2>%s</h2>\n<p>%s</p>\n",
               LAYOUT_WORDS(page, WORD_REMOVE_HEADING, key, list_title_all(page, lists, count, REMOVE)),
               layout_words(page, WORD_FIX_FIRST, NULL));
    open_form(page, query);
    write_lists(page, lists, count, REMOVE);
    write_fields(page, "remove", required, required, typed);
    if (sends_code(lists, count))
        html_write(&page->html, "<p class=\"hint\">%s</p>\n", layout_words(page, WORD_CODE_WILL_COME, NULL));
    html_write(&page->html, "<p><button>%s</button></p>\n",
               LAYOUT_WORDS(page, proof ? WORD_PROVE_FIRST_BUTTON : WORD_REMOVE_BUTTON, key));
    if (proof)
        html_write(&page->html, "<p>%s</p>\n", LAYOUT_WORDS(page, WORD_PROVE_NEXT, key));
    html_write(&page->html, "<p>%s", layout_words(page, WORD_LISTED_AGAIN, NULL));
    snprintf(number, sizeof(number), "%d", left);
    if (left >= 0)
        html_write(&page->html, " %s", LAYOUT_WORDS(page, WORD_REMOVALS_LEFT, number));
    html_write(&page->html, "</p>\n<details%s><summary>%s</summary>\n", typed != NULL ? " open" : "",
               layout_words(page, WORD_MORE_FIELDS, NULL));
    write_fields(page, "remove", ALL_FIELDS & ~required, 0, typed);
    html_write(&page->html, "</details>\n<p class=\"hint\">%s</p></form></section>\n",
               layout_words(page, WORD_STORED, NULL));
}

static void write_review(struct page *page, const char *query, const struct listed *lists, size_t count,
                         const json_t *typed)
{
    const char *key = layout_key(page, query);
    html_write(&page->html, "<section class=\"action\"><h2>%s</h2>\n<p>%s</p>\n",
               LAYOUT_WORDS(page, WORD_REVIEW_HEADING, key, list_title_all(page, lists, count, REVIEW)),
               layout_words(page, WORD_REVIEW_HELP, NULL));
    open_form(page, query);
    write_lists(page, lists, count, REVIEW);
    write_fields(page, "review", ALL_FIELDS, required_fields(lists, count, REVIEW), typed);
    html_write(&page->html,
               "<p class=\"hint\">%s</p>\n<p>%s</p>\n<p><button>%s</button></p></form></section>\n",
               layout_words(page, WORD_STORED, NULL), layout_words(page, WORD_NO_MAIL_WILL_COME, NULL),
               layout_words(page, WORD_REVIEW_BUTTON, NULL));
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

void removal_form_write_again(struct page *page, const json_t *typed)
{
    const json_t *lists = json_object_get(typed, "lists"); /* an array, unless the trap was filled in */
    open_form(page, listed_text(typed, "query"));
    if (lists != NULL) {
        html_write(&page->html, "<input type=\"hidden\" name=\"lists\" value=\"%s",
                   listed_text(typed, "lists"));
        for (size_t i = 0; i < json_array_size(lists); i++)
            html_write(&page->html, "%s%s", i == 0 ? "" : ",", json_string_value(json_array_get(lists, i)));
        html_write(&page->html, "\">\n");
    }
    write_fields(page, "again", ALL_FIELDS, 0, typed);
    html_write(&page->html, "<p><button>%s</button></p></form>\n", layout_words(page, WORD_SEND_AGAIN, NULL));
}
