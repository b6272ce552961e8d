#include "page/words.h"

#include <string.h>

const char *words(enum language language, enum word word)
{
    static const char *const *const catalogues[LANGUAGES] = {
        [LANGUAGE_EN] = words_en, [LANGUAGE_JA] = words_ja
    };
    return catalogues[language][word];
}

/* The argument that a placeholder at `at` stands for; NULL: it is none. */
static const char *argument(const char *at, const char *const *arguments)
{
    unsigned number = at[0] == '{' ? (unsigned)(at[1] - '1') : WORDS_ARGUMENTS;
    return number < WORDS_ARGUMENTS && at[2] == '}' && arguments != NULL ? arguments[number] : NULL;
}

size_t words_format(enum language language, enum word word, const char *const arguments[WORDS_ARGUMENTS],
                    char *out)
{
    size_t length = 0;
    for (const char *at = words(language, word); *at != '\0'; at++) {
        const char *given = argument(at, arguments), *from = given != NULL ? given : at;
        size_t size = given != NULL ? strlen(given) : 1;
        if (out != NULL)
            memcpy(out + length, from, size);
        length += size;
        at += given != NULL ? 2 : 0;
    }
    if (out != NULL)
        out[length] = '\0';
    return length;
}
