/* Which list a bounce names, what that answered, and how mail was refused. */
#include "page/bounce_words.h"

#include <ctype.h>
#include <string.h>

enum {
    BEFORE = 2, /* words in front of a candidate that count, the second half; and behind it */
    BEHIND = 3,
    LEAST = 4, /* weight of a list's name, and of somebody else's host */
    URL = 1,
    URL_OF_KEY = 4, /* a link with the address in it is the list's own */
};

static const struct hint before[] = {
    { "using", 8 },
    { "list", 6 },
    { "blocklist", 6 },
    { "black", 6 },
    { "denylist", 6 },
    { "dnsbl", 6 },
    { "rbl", 6 },
    { "found", 6 },
    { "database", 4 },
    { "blocked", 4 },
    { "by", 3 },
    { "see", 3 },
    { "visit", 3 },
    { "in", 1 },
    { "on", 1 },
    { "at", 1 },
    { "from", -6 },
    { "to", -6 },
    { "host", -6 },
    { "talking", -6 },
    { "helo", -8 },
    { "remote-mta", -16 },
    { "reporting-mta", -16 },
    { "received-from-mta", -16 },
    { "\xe3\x83\xaa\xe3\x82\xb9\xe3\x83\x88", 6 }, /* list */
};

static const struct hint behind[] = {
    { "said", -16 },
    { "lists", 5 },
    { "\xe7\x99\xbb\xe9\x8c\xb2", 6 },             /* listed */
    { "\xe6\x8e\xb2\xe8\xbc\x89", 6 },             /* published */
    { "\xe3\x81\x94\xe8\xa6\xa7", 4 },             /* please see */
    { "\xe5\x8f\x82\xe7\x85\xa7", 4 },             /* refer to */
    { "\xe7\xa2\xba\xe8\xaa\x8d", 4 },             /* check */
    { "\xe3\x83\xaa\xe3\x82\xb9\xe3\x83\x88", 4 }, /* list */
};

/* Whether a word stands between a hint and what it is about: an article, or the code that each line of a
 * reply begins with. */
static bool is_between(const char *word)
{
    static const char *const articles[] = { "the", "our", "a", "this" };
    for (size_t i = 0; i < ARRAY_SIZE(articles); i++)
        if (strcasecmp(word, articles[i]) == 0)
            return true;
    return typed_is_reply(word);
}

/* What the words in front of a candidate say. */
static int weigh_before(const struct bounce *b, size_t index)
{
    char copy[TYPED_WORD];
    int weight = 0;
    for (int distance = 1; index > 0 && distance <= BEFORE;) {
        bounce_copy(&b->words[--index], copy);
        if (!is_between(copy))
            weight += bounce_weigh(before, ARRAY_SIZE(before), copy) / distance++;
    }
    return weight;
}

static int weigh_behind(const struct bounce *b, size_t index)
{
    char copy[TYPED_WORD];
    int weight = 0;
    for (size_t i = index + 1; i < b->count && i <= index + BEHIND; i++) {
        bounce_copy(&b->words[i], copy);
        weight += bounce_weigh(behind, ARRAY_SIZE(behind), copy);
    }
    return weight;
}

/* ---- A zone of ours ---- */

static bool find_zone(const struct bounce *b, char list[RANGE_TEXT])
{
    char word[TYPED_WORD];
    struct range key;
    for (size_t i = 0; i < b->count; i++) {
        bounce_copy(&b->words[i], word);
        if (typed_parse_host(word, &key) &&
            (range_format(&key, list), b->names->is_zone(b->names->context, list)))
            return true;
    }
    return false;
}

/* ---- A list of ours ---- */

/* Whether the text goes on after `at` with the same word. */
static bool goes_on(const char *at)
{
    unsigned char next = (unsigned char)at[*at == '.' || *at == '-'];
    return isalnum(next) || *at == '_' || *at == '@';
}

/* The name of a list that is called as the text goes on at `at`; the longest one. */
static const char *list_called(const struct typed_names *names, const char *at)
{
    const char *found = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < names->lists_count; i++) {
        const char *called = names->lists[i].called;
        size_t length = strlen(called);
        if (length > longest && strncasecmp(at, called, length) == 0 && !goes_on(at + length)) {
            found = names->lists[i].name;
            longest = length;
        }
    }
    return found;
}

static bool find_list(const struct bounce *b, char list[RANGE_TEXT])
{
    for (size_t i = 0; i < b->count; i++) {
        if (weigh_before(b, i) + weigh_behind(b, i) < LEAST)
            continue;
        const char *name = list_called(b->names, b->words[i].at);
        if (name != NULL && strlen(name) < RANGE_TEXT) {
            strcpy(list, name);
            return true;
        }
    }
    return false;
}

/* ---- Somebody else's ---- */

/* Whether the domain may be a host of somebody else's list: "e.g" is none. */
static bool is_foreign(const struct typed_names *names, const char *host, const char *key)
{
    const char *last = strrchr(host, '.');
    return last != NULL && strlen(last + 1) > 1 && strcmp(host, key) != 0 &&
           strcasecmp(host, names->host) != 0;
}

/* The host that the words around it make the list's; empty: none. */
static void find_host(const struct bounce *b, const struct range *key, char list[RANGE_TEXT])
{
    char word[TYPED_WORD], host[RANGE_TEXT], about[RANGE_TEXT];
    struct range name;
    int best = LEAST - 1;
    range_format(key, about);
    list[0] = '\0';
    for (size_t i = 0; i < b->count; i++) {
        bounce_copy(&b->words[i], word);
        if (!typed_parse_host(word, &name))
            continue;
        range_format(&name, host);
        int weight = weigh_before(b, i) + weigh_behind(b, i);
        if (strstr(word, "://") != NULL)
            weight += strstr(word, about) != NULL ? URL + URL_OF_KEY : URL;
        if (weight > best && is_foreign(b->names, host, about)) {
            best = weight;
            strcpy(list, host);
        }
    }
}

/* ---- Codes ---- */

/* Copies the first word that `is` one. Like "550-5.7.1:" it may go on with another. */
static void find_word(const struct bounce *b, bool (*is)(const char *text), char *out, size_t size)
{
    for (size_t i = 0; i < b->count; i++) {
        const char *at = b->words[i].at, *end = at + b->words[i].length;
        at += *at == ':';
        size_t length = strspn(at, "0123456789.");
        if (length < (size_t)(end - at) && isalpha((unsigned char)at[length]))
            continue;
        length -= length > 0 && at[length - 1] == '.'; /* the end of a sentence */
        if (length >= size)
            continue;
        *(char *)mempcpy(out, at, length) = '\0';
        if (is(out))
            return;
    }
    out[0] = '\0';
}

static bool is_basic_reply(const char *text)
{
    return strchr(text, '.') == NULL && typed_is_reply(text);
}

void bounce_find_list(const struct bounce *b, const char *zone, struct typed *out)
{
    if (zone[0] != '\0')
        strcpy(out->list, zone);
    else if (!find_zone(b, out->list) && !find_list(b, out->list))
        find_host(b, &out->key, out->list);
    find_word(b, typed_is_code, out->code, sizeof(out->code));
    find_word(b, is_basic_reply, out->reply, sizeof(out->reply));
    if (out->reply[0] == '\0')
        find_word(b, typed_is_reply, out->reply, sizeof(out->reply));
}
