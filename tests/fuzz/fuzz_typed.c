/* Reads bytes as what people type or paste into the page, one or many, and checks what is promised of all
 * that is found. */
#include "base/utf8.h"
#include "page/domain_text.h"
#include "page/pasted.h"
#include "support/must.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_zone(void *context, const char *name)
{
    (void)context;
    return strcasecmp(name, "zen.example") == 0 || strcasecmp(name, "example") == 0;
}

static const struct typed_list lists[] = { { "xbl", "xbl" },
                                           { "Dial-up List", "pbl" },
                                           { "\xe3\x83\xaa", "ja" } };
static const struct typed_names names = {
    .is_zone = is_zone, .host = "page.example", .lists = lists, .lists_count = ARRAY_SIZE(lists)
};

/* What is found has a canonical text, which a page can show. */
static void check_key(const struct range *key)
{
    char text[RANGE_TEXT], shown[DOMAIN_TEXT];
    struct range again;
    struct error unused;
    size_t characters;
    range_format(key, text);
    must(range_parse(text, false, &again, &unused) == OK && range_equals(key, &again), "a key is canonical");
    domain_text_format(text, shown);
    must(utf8_length(shown, strlen(shown), &characters), "a key is shown in UTF-8");
    must(strstr(shown, text) != NULL, "A-labels are shown");
}

static void check_typed(const char *text)
{
    struct typed typed;
    struct error error = { 0 };
    if (typed_find(text, &names, &typed, &error) != OK) {
        must(error.text[0] != '\0', "an error says why");
        return;
    }
    check_key(&typed.key);
    must(typed.code[0] == '\0' || typed_is_code(typed.code), "a code is one");
    must(typed.reply[0] == '\0' || typed_is_reply(typed.reply), "a reply is one");
    must(strlen(typed.list) < 256, "a list fits");
}

static void check_pasted(const char *text)
{
    struct pasted pasted;
    must(pasted_parse(text, &names, &pasted) == OK, "there is memory");
    must(pasted.count <= PASTED_MOST && strlen(pasted.rest) <= strlen(text) + 1, "rows are not many");
    must(pasted.rest[0] == '\0' || pasted.count == PASTED_MOST, "all is read unless the rows are full");
    for (size_t i = 0; i < pasted.count; i++) {
        const struct pasted_row *row = &pasted.rows[i];
        size_t characters;
        must(utf8_length(row->text, strlen(row->text), &characters), "a row is UTF-8");
        if (row->kind == PASTED_KEY)
            check_key(&row->key);
    }
    pasted_free(&pasted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    must(text != NULL, "there is memory");
    *(char *)mempcpy(text, data, size) = '\0';
    check_typed(text);
    check_pasted(text);
    free(text);
    return 0;
}
