/*
 * The languages of the page: which one a reader gets.
 *
 * A language is a catalogue of messages, words_XX.c, a row in language.c and one in words.c. Pure; any
 * thread.
 */
#ifndef PAGE_LANGUAGE_H
#define PAGE_LANGUAGE_H

#include "base/attr.h"

#include <stdbool.h>

enum language { LANGUAGE_EN, LANGUAGE_JA, LANGUAGES };

/* Its tag (BCP 47): for lang=, and the attribute of HTML; and its name in itself. */
const char *language_tag(enum language language);
const char *language_name(enum language language);

/* Finds the language of a tag, also one with a region: "ja-JP". False: we have no such language. */
bool language_find(const char *tag, enum language *out) must_use;

/* The best one for a reader: `asked`, the value of lang=, else by Accept-Language (RFC 9110 section 12.5.4),
 * else English. Both may be NULL; what is not valid is ignored. */
enum language language_choose(const char *asked, const char *accept);

#endif
