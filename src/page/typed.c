#include "page/typed.h"

#include "base/utf8.h"
#include "http/percent.h"
#include "page/typed_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- Characters ---- */

/* The ASCII character that is meant; 0: none, it is left out; 0x80: it stays as it is. */
static char fold(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        char meant;
    } others[] = {
        { 0x00a0, 0x00a0, ' ' }, { 0x00ad, 0x00ad, '\0' }, { 0x2000, 0x200a, ' ' }, { 0x200b, 0x200f, '\0' },
        { 0x2010, 0x2015, '-' }, { 0x2018, 0x201f, '"' },  { 0x2028, 0x2029, ' ' }, { 0x2060, 0x2060, '\0' },
        { 0x3000, 0x3001, ' ' }, { 0x3002, 0x3002, '.' },  { 0x3008, 0x3011, '"' }, { 0xfeff, 0xfeff, '\0' },
        { 0xff61, 0xff61, '.' }, { 0xff62, 0xff64, '"' },
    };
    if (code < 0x80)
        return code < ' ' || code == 0x7f ? ' ' : (char)code;
    if (code >= 0xff01 && code <= 0xff5e) /* full-width forms of ASCII */
        return (char)(code - 0xff01 + '!');
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (code >= others[i].first && code <= others[i].last)
            return others[i].meant;
    return (char)0x80;
}

char *typed_fold(const char *text, size_t length)
{
    char *copy = malloc(length + 1), *to = copy;
    if (copy == NULL)
        return NULL;
    for (size_t size; length > 0; text += size, length -= size) {
        uint32_t code;
        size = utf8_decode(text, length, &code);
        if (size == 0)
            break; /* cut within a character */
        char meant = fold(code);
        if (meant == (char)0x80)
            to = mempcpy(to, text, size);
        else if (meant != '\0' && (meant != ' ' || (to != copy && to[-1] != ' ')))
            *to++ = meant;
    }
    while (to != copy && to[-1] == ' ')
        to--;
    *to = '\0';
    return copy;
}

/* ---- One word ---- */

/* Takes off what people leave around a word. */
static void strip(char *word)
{
    char *from = word + strspn(word, "<({\"'*");
    size_t length = strlen(from);
    while (length > 0 && strchr(">)}\"',;!?.*:", from[length - 1]) != NULL &&
           !(length > 1 && from[length - 1] == ':' && from[length - 2] == ':'))
        length--;
    memmove(word, from, length);
    word[length] = '\0';
}

/* Cuts a word down to the host: no user, no port, no brackets. */
static void cut_to_host(char *word)
{
    char *at = strrchr(word, '@');
    if (at != NULL)
        memmove(word, at + 1, strlen(at));
    word[strcspn(word, "]")] = '\0';
    if (*word == '[')
        memmove(word, word + 1, strlen(word));
    char *colon = strchr(word, ':');
    if (colon != NULL && strchr(colon + 1, ':') == NULL) /* one colon: a port */
        *colon = '\0';
    if (strncasecmp(word, "IPv6:", 5) == 0) /* RFC 5321 section 4.1.3 */
        memmove(word, word + 5, strlen(word + 5) + 1);
}

/* Parses one address, or in the value of a parameter a name. */
static bool parse_part(char *part, bool value, struct range *out)
{
    struct error unused;
    return percent_decode(part, true) && range_parse(part, false, out, &unused) == OK &&
           (out->family != RANGE_NAME ? range_size(out) == 1 : value);
}

/* Finds what the path and query of a URL name. */
static bool find_in_path(char *path, struct range *out)
{
    char before = *path;
    while (before != '\0') {
        size_t length = strcspn(++path, "/?&=#");
        char next = path[length];
        path[length] = '\0';
        if (parse_part(path, before == '=', out))
            return true;
        before = next;
        path += length;
    }
    return false;
}

/* ---- Names in a zone ---- */

/* Parses labels that are an address backwards, as DNS asks for it (RFC 5782 section 2.1). Cuts them off `key`
 * one by one. */
static bool parse_reversed(char *key, struct range *out)
{
    char text[64], *to = text;
    struct error unused;
    unsigned count = 1;
    for (const char *at = key; *at != '\0'; at++)
        count += *at == '.';
    if (count != 4 && count != 32)
        return false;
    for (unsigned i = 0; i < count; i++) {
        char *dot = strrchr(key, '.'), *label = dot != NULL ? dot + 1 : key;
        if (strlen(label) > (count == 4 ? 3 : 1))
            return false;
        to = stpcpy(to, label);
        if (i + 1 < count && (count == 4 || i % 4 == 3))
            *to++ = count == 4 ? '.' : ':';
        if (dot != NULL)
            *dot = '\0';
    }
    *to = '\0';
    return range_parse(text, false, out, &unused) == OK && out->family != RANGE_NAME;
}

/* Parses a name that ends in a zone of ours, and copies that. False: it does not. */
static bool parse_in_zone(const char *name, const struct typed_names *names, struct range *out,
                          char zone[TYPED_WORD])
{
    char key[TYPED_WORD], reversed[TYPED_WORD];
    struct error unused;
    for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        if (!names->is_zone(names->context, dot + 1))
            continue;
        *(char *)mempcpy(key, name, (size_t)(dot - name)) = '\0';
        strcpy(reversed, key);
        strcpy(zone, dot + 1);
        return parse_reversed(reversed, out) || range_parse(key, false, out, &unused) == OK;
    }
    return false;
}

/* The host and all behind it in a word that may be a URL. */
static char *skip_scheme(char *word)
{
    char *scheme = strstr(word, "://");
    return scheme != NULL ? scheme + 3 : strncasecmp(word, "mailto:", 7) == 0 ? word + 7 : word;
}

enum err typed_parse_word(const char *text, const struct typed_names *names, struct range *out,
                          char zone[TYPED_WORD], struct error *error)
{
    char word[TYPED_WORD];
    zone[0] = '\0';
    if (strlen(text) >= sizeof(word))
        return error_set(error, ERR_SYNTAX, "too long for an address or a domain");
    strcpy(word, text);
    strip(word);
    char *host = skip_scheme(word), *path = host + strcspn(host, "/?#");
    bool range = host == word && range_parse(word, false, out, error) == OK &&
                 out->family != RANGE_NAME; /* with a slash perhaps */
    if (range || (*path != '\0' && find_in_path(path, out)))
        return OK;
    *path = '\0';
    cut_to_host(host);
    if (parse_in_zone(host, names, out, zone))
        return OK;
    zone[0] = '\0';
    return range_parse(host, false, out, error);
}

bool typed_parse_host(const char *text, struct range *out)
{
    char word[TYPED_WORD];
    struct error unused;
    if (strlen(text) >= sizeof(word))
        return false;
    strcpy(word, text);
    strip(word);
    char *host = skip_scheme(word);
    host[strcspn(host, "/?#")] = '\0';
    if (strchr(host, '@') != NULL || strchr(host, '.') == NULL)
        return false;
    cut_to_host(host);
    return range_parse(host, false, out, &unused) == OK && out->family == RANGE_NAME;
}

/* ---- Codes ---- */

bool typed_is_code(const char *text)
{
    struct range range;
    struct error unused;
    return strncmp(text, "127.", 4) == 0 && strcmp(text, "127.0.0.1") != 0 &&
           range_parse(text, false, &range, &unused) == OK && range.family == RANGE_IP4 &&
           range_size(&range) == 1;
}

bool typed_is_reply(const char *text)
{
    static const char digits[] = "0123456789";
    if (text[0] != '4' && text[0] != '5')
        return false;
    if (text[1] != '.')
        return text[1] != '\0' && strchr("0257", text[1]) != NULL && strspn(text, digits) == 3 &&
               text[3] == '\0';
    size_t subject = strspn(text + 2, digits);
    const char *detail = text + 2 + subject;
    size_t length = *detail == '.' ? strspn(detail + 1, digits) : 0;
    return subject >= 1 && subject <= 3 && length >= 1 && length <= 3 && detail[1 + length] == '\0';
}

/* ---- All that was typed ---- */

enum err typed_find(const char *text, const struct typed_names *names, struct typed *out, struct error *error)
{
    char *copy = typed_fold(text, strnlen(text, TYPED_MAX)), zone[TYPED_WORD];
    if (copy == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    enum err err;
    *out = (struct typed){ .list = "" };
    if (strchr(copy, ' ') == NULL)
        err = typed_parse_word(copy, names, &out->key, zone, error);
    else
        err = bounce_find(copy, names, out);
    if (err == ERR_REFUSED)
        error_set(error, err, "no address and no domain is in this text");
    else if (err == ERR_MEMORY)
        error_set(error, err, "out of memory");
    free(copy);
    return err;
}
