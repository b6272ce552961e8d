#include "page/words.h"

const char *words(enum language language, enum word word)
{
    static const char *const *const catalogues[LANGUAGES] = {
        [LANGUAGE_EN] = words_en, [LANGUAGE_JA] = words_ja
    };
    return catalogues[language][word];
}
