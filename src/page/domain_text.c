#include "page/domain_text.h"

#include "base/utf8.h"

#include <idn2.h>
#include <stdio.h>
#include <string.h>

/* Scripts, as bits. */
enum {
    NONE = 0, /* digits and the hyphen, which go with each */
    ASCII = 1,
    LATIN = 2,
    GREEK = 4,
    CYRILLIC = 8,
    THAI = 16,
    DEVANAGARI = 32,
    HAN = 64,
    KANA = 128,
    HANGUL = 256,
    BOPOMOFO = 512,
    OTHER = 1024,
};

/* The letters that a label may have. Of what only looks like a letter nothing is here. */
static const struct {
    uint32_t first, last;
    unsigned script;
} letters[] = {
    { '-', '-', NONE },           { '0', '9', NONE },           { 'a', 'z', ASCII },
    { 0xdf, 0xf6, LATIN },        { 0xf8, 0x17f, LATIN },       { 0x1e00, 0x1eff, LATIN },
    { 0x386, 0x3ce, GREEK },      { 0x430, 0x45f, CYRILLIC },   { 0x490, 0x491, CYRILLIC },
    { 0x904, 0x939, DEVANAGARI }, { 0x93e, 0x94d, DEVANAGARI }, { 0xe01, 0xe3a, THAI },
    { 0xe40, 0xe4e, THAI },       { 0x3005, 0x3005, HAN }, /* repeats a character */
    { 0x3041, 0x3096, KANA },     { 0x30a1, 0x30fa, KANA },     { 0x30fc, 0x30fe, KANA },
    { 0x3105, 0x312f, BOPOMOFO }, { 0x3400, 0x4dbf, HAN },      { 0x4e00, 0x9fff, HAN },
    { 0xac00, 0xd7a3, HANGUL },
};

static unsigned script_of(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
        if (code >= letters[i].first && code <= letters[i].last)
            return letters[i].script;
    return OTHER;
}

/* Whether letters of these scripts may stand in one label. */
static bool go_together(unsigned scripts)
{
    static const unsigned groups[] = {
        ASCII | LATIN,         GREEK, CYRILLIC, THAI, DEVANAGARI, ASCII | HAN | KANA, ASCII | HAN | HANGUL,
        ASCII | HAN | BOPOMOFO
    };
    for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
        if ((scripts & ~groups[i]) == 0)
            return true;
    return false;
}

/* Whether each label is written in one script. */
static bool is_safe(const char *domain)
{
    unsigned scripts = NONE;
    size_t left = strlen(domain);
    for (size_t size; left > 0; domain += size, left -= size) {
        uint32_t code;
        size = utf8_decode(domain, left, &code);
        if (size == 0)
            return false;
        scripts = code == '.' ? NONE : scripts | script_of(code);
        if (!go_together(scripts))
            return false;
    }
    return true;
}

/* Whether these U-labels are those of the domain. */
static bool is_same(const char *unicode, const char *domain)
{
    char *ascii = NULL;
    bool same =
        idn2_to_ascii_8z(unicode, &ascii, IDN2_NONTRANSITIONAL) == IDN2_OK && strcmp(ascii, domain) == 0;
    idn2_free(ascii);
    return same;
}

void domain_text_format(const char *key, char out[DOMAIN_TEXT])
{
    char *unicode = NULL;
    bool shown = strstr(key, "xn--") != NULL && idn2_to_unicode_8z8z(key, &unicode, 0) == IDN2_OK &&
                 strcmp(unicode, key) != 0 && is_safe(unicode) && is_same(unicode, key);
    if (shown)
        snprintf(out, DOMAIN_TEXT, "%s (%s)", unicode, key);
    else
        snprintf(out, DOMAIN_TEXT, "%s", key);
    idn2_free(unicode);
}
