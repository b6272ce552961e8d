/*
 * The languages in which people are addressed: which one a reader gets, and the operator's texts in them.
 *
 * A language is a row in language.c; a key of schema_localized in config/schema_api.c; and for the page a
 * catalogue of messages, words_XX.c, with a row in page/words.c. Pure; any thread.
 */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

#include "base/attr.h"

#include <stdbool.h>

enum language { LANGUAGE_EN, LANGUAGE_JA, LANGUAGES };

/* Its tag (BCP 47): for lang=, the attribute of HTML, and the configuration; and its name in itself. */
const char *language_tag(enum language language);
const char *language_name(enum language language);

/* Finds the language of a tag, also one with a region: "ja-JP". False: we have no such language. */
bool language_find(const char *tag, enum language *out) must_use;

/* The best one for a reader: `asked`, the value of lang=, else by Accept-Language (RFC 9110 section 12.5.4),
 * else English. Both may be NULL; what is not valid is ignored. */
enum language language_choose(const char *asked, const char *accept);

/* A text of the operator. One that was written without a language is the first one's, and so everybody's. */
struct localized {
    const char *text[LANGUAGES]; /* NULL: not in this language */
};

/* The text in a language, else in English, else in the first one there is; NULL: there is none. */
const char *language_text(const struct localized *text, enum language language);

/* The text where nobody's language is known, as in DNS; NULL: there is none. */
static inline const char *language_default_text(const struct localized *text)
{
    return language_text(text, LANGUAGE_EN);
}

#endif
