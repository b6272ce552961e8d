#include "page/bounce_words.h"

#include <ctype.h>
#include <string.h>

static bool is_separator(char c)
{
    return strchr(" ,;()<>[]{}\"'|*", c) != NULL;
}

static bool is_ascii(char c)
{
    return (c & 0x80) == 0;
}

/* Whether a word ends between these two characters: where letters or digits of ASCII meet others, as in
 * Japanese no blank stands beside an address. A dot or an @ joins them: they are a domain's. */
static bool is_border(char left, char right)
{
    char ascii = is_ascii(left) ? left : right;
    return is_ascii(left) != is_ascii(right) && strchr(".@-", ascii) == NULL;
}

/* The end of the word at `at`. Outside of a URL, an = separates. */
static const char *word_end(const char *at)
{
    bool url = false;
    for (const char *from = at; *at != '\0' && !is_separator(*at) && (*at != '=' || url); at++) {
        if (at != from && is_border(at[-1], *at))
            break;
        url |= *at == '/';
    }
    return at;
}

void bounce_split(const char *text, struct bounce *out)
{
    out->count = 0;
    while (*text != '\0' && out->count < BOUNCE_WORDS_MAX) {
        const char *end = word_end(text);
        if (end != text)
            out->words[out->count++] = (struct bounce_word){ text, (size_t)(end - text) };
        text = end + (end == text);
    }
}

bool bounce_is_reply(const struct bounce_word *word)
{
    const char *at = word->at;
    return word->length >= 3 && (at[0] == '4' || at[0] == '5') && at[1] >= '0' && at[1] <= '5' &&
           at[2] >= '0' && at[2] <= '9' && (word->length == 3 || at[3] == '-');
}

void bounce_copy(const struct bounce_word *word, char copy[TYPED_WORD])
{
    const char *at = word->at;
    size_t length = word->length;
    if (length > 4 && bounce_is_reply(word)) {
        at += 4;
        length -= 4;
    }
    if (length >= TYPED_WORD)
        length = 0;
    memcpy(copy, at, length);
    copy[length] = '\0';
}

static bool is_meant(const char *hint, const char *word)
{
    enum { WHOLE = 3 }; /* letters up to which a hint is the whole word: "by" is not "bypass" */
    size_t length = strlen(hint);
    if (!is_ascii(hint[0]))
        return strstr(word, hint) != NULL;
    return strncasecmp(word, hint, length) == 0 && (length > WHOLE || !isalnum((unsigned char)word[length]));
}

int bounce_weigh(const struct hint *hints, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (is_meant(hints[i].word, word))
            return hints[i].weight;
    return 0;
}
