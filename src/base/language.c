#include "base/language.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *tag, *name;
} languages[LANGUAGES] = {
    [LANGUAGE_EN] = { "en", "English" },
    [LANGUAGE_JA] = { "ja", "日本語" },
};

const char *language_tag(enum language language)
{
    return languages[language].tag;
}

const char *language_name(enum language language)
{
    return languages[language].name;
}

static bool find(const char *tag, size_t length, enum language *out)
{
    size_t primary = strcspn(tag, "-");
    for (unsigned i = 0; i < LANGUAGES; i++) {
        size_t own = strlen(languages[i].tag);
        if (own == (primary < length ? primary : length) && strncasecmp(tag, languages[i].tag, own) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool language_find(const char *tag, enum language *out)
{
    return find(tag, strlen(tag), out);
}

/* The quality of a range, in thousandths (RFC 9110 section 12.4.2); `from`: what follows the tag. */
static unsigned quality(const char *from, size_t length)
{
    const char *q = memmem(from, length, "q=", 2);
    if (q == NULL)
        return 1000;
    double value = strtod(q + 2, NULL);
    return value > 1 ? 1000 : value > 0 ? (unsigned)(value * 1000) : 0;
}

enum language language_choose(const char *asked, const char *accept)
{
    enum language best = LANGUAGE_EN, language;
    unsigned most = 0;
    if (asked != NULL && language_find(asked, &best))
        return best;
    for (const char *at = accept; at != NULL && *at != '\0'; at += *at == ',') {
        at += strspn(at, " \t");
        size_t length = strcspn(at, ","), tag = strcspn(at, ",; \t");
        unsigned q = quality(at + tag, length - tag);
        if (q > most && find(at, tag, &language)) {
            best = language;
            most = q;
        }
        at += length;
    }
    return best;
}

const char *language_text(const struct localized *text, enum language language)
{
    unsigned first = 0;
    if (text->text[language] != NULL)
        return text->text[language];
    while (first < LANGUAGES - 1 && text->text[first] == NULL)
        first++;
    return text->text[LANGUAGE_EN] != NULL ? text->text[LANGUAGE_EN] : text->text[first];
}
