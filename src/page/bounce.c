/* What the text of a bounce is about: its addresses and domains are weighed by the words around them. */
#include "page/typed_private.h"
#include "trie/ip.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORDS_MAX = 2000, /* of a text that are read */
    BEFORE = 3,       /* words in front of a candidate that count, and behind it */
    BEHIND = 5,
    SAYS = -6, /* weight of who refuses */
    /* Weights of a candidate, by what it is. Like those of words they are set by hand, so that the bounces in
     * tests/unit/page/test_typed.c are understood: a name in a zone of ours counts more than an address, and
     * that more than a domain. */
    IN_ZONE = 12,
    ADDRESS = 6,
    ADDRESS_IN_URL = 8, /* the list's own link */
    ADDRESS_PRIVATE = -4,
    NAME = -1,
    NAME_IN_MAIL = 0, /* of an e-mail address */
    NAME_IN_URL = -6,
};

/* What a word says about a candidate near it; words are compared by their beginning. */
struct hint {
    const char *word;
    int weight;
};

static const struct hint before[] = {
    { "client", 3 },
    { "sender", 3 },
    { "host", 1 },
    { "ip", 3 },
    { "address", 2 },
    { "source", 2 },
    { "connection", 1 },
    { "domain", 2 },
    { "from", 3 },
    { "to", -2 },
    { "by", -2 },
    { "talking", -2 },
    { "remote-mta", -6 },
    { "reporting-mta", -6 },
    { "received-from-mta", 1 },
    { "with", -1 },
    { "\xe9\x80\x81\xe4\xbf\xa1\xe5\x85\x83", 3 },             /* sender, in Japanese */
    { "\xe6\x8e\xa5\xe7\xb6\x9a\xe5\x85\x83", 3 },             /* connecting host */
    { "\xe3\x82\xa2\xe3\x83\x89\xe3\x83\xac\xe3\x82\xb9", 2 }, /* address */
};

static const struct hint behind[] = {
    { "said", SAYS },
    { "recipient", -8 },
    { "refused", 3 },
    { "rejected", 3 },
    { "blocked", 4 },
    { "black", 3 },
    { "blocklisted", 4 },
    { "listed", 4 },
    { "denied", 3 },
    { "deferred", 3 },
    { "banned", 4 },
    { "found", 2 },
    { "is", 1 },
    { "was", 1 },
    { "\xe3\x81\xaf", 1 },                                     /* the topic's particle */
    { "\xe6\x8b\x92\xe5\x90\xa6", 3 },                         /* refusal */
    { "\xe7\x99\xbb\xe9\x8c\xb2", 3 },                         /* listing */
    { "\xe3\x83\x96\xe3\x83\xad\xe3\x83\x83\xe3\x82\xaf", 3 }, /* block */
};

static int weigh(const struct hint *hints, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        bool ascii = (hints[i].word[0] & 0x80) == 0;
        if (ascii ? strncasecmp(word, hints[i].word, strlen(hints[i].word)) == 0
                  : strstr(word, hints[i].word) != NULL)
            return hints[i].weight;
    }
    return 0;
}

/* ---- Words ---- */

struct piece {
    const char *at;
    size_t length;
};

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

static size_t split(const char *text, struct piece *words)
{
    size_t count = 0;
    while (*text != '\0' && count < WORDS_MAX) {
        const char *end = word_end(text);
        if (end != text)
            words[count++] = (struct piece){ text, (size_t)(end - text) };
        text = end + (end == text);
    }
    return count;
}

/* Whether the word begins with the code of a refusal (RFC 5321 section 4.2.1): 550, 550-text. */
static bool is_reply(struct piece word)
{
    const char *at = word.at;
    return word.length >= 3 && (at[0] == '4' || at[0] == '5') && at[1] >= '0' && at[1] <= '5' &&
           at[2] >= '0' && at[2] <= '9' && (word.length == 3 || at[3] == '-');
}

/* Copies a word without the code that may stand in front of it. Too long:
 * the copy is empty. */
static void copy_word(struct piece word, char copy[TYPED_WORD])
{
    const char *at = word.at;
    size_t length = word.length;
    if (length > 4 && is_reply(word)) {
        at += 4;
        length -= 4;
    }
    if (length >= TYPED_WORD)
        length = 0;
    memcpy(copy, at, length);
    copy[length] = '\0';
}

/* ---- Candidates ---- */

static int weigh_context(const struct piece *words, size_t count, size_t index)
{
    char copy[TYPED_WORD];
    int weight = 0, hint = 0;
    for (size_t i = index > BEFORE ? index - BEFORE : 0; i < index; i++) {
        copy_word(words[i], copy);
        weight += weigh(before, ARRAY_SIZE(before), copy);
    }
    /* What follows the words of who refuses is about another. */
    for (size_t i = index + 1; i < count && i <= index + BEHIND && hint != SAYS; i++) {
        copy_word(words[i], copy);
        hint = is_reply(words[i]) ? SAYS : weigh(behind, ARRAY_SIZE(behind), copy);
        weight += hint;
    }
    return weight;
}

/* Whether mail from this IPv4 address can have come over the Internet (RFC 6890): not 0/8, 10/8, 127/8,
 * 172.16/12, 192.168/16, 169.254/16 or 100.64/10. */
static bool is_public4(uint32_t ip4)
{
    return ip4 >> 24 != 0 && ip4 >> 24 != 10 && ip4 >> 24 != 127 && ip4 >> 20 != 0xac1 &&
           ip4 >> 16 != 0xc0a8 && ip4 >> 16 != 0xa9fe && ip4 >> 22 != 0x191;
}

/* The weight of a candidate, by what it is. */
static int weigh_kind(const struct range *key, bool in_zone, const char *word)
{
    if (in_zone)
        return IN_ZONE;
    if (key->family == RANGE_NAME)
        return strchr(word, '/') != NULL ? NAME_IN_URL : strchr(word, '@') != NULL ? NAME_IN_MAIL : NAME;
    if (key->family == RANGE_IP4 && !is_public4(ip4_address(key->first)))
        return ADDRESS_PRIVATE;
    return strchr(word, '/') != NULL ? ADDRESS_IN_URL : ADDRESS;
}

struct search {
    typed_is_zone *is_zone;
    void *context;
    const struct piece *words;
    size_t count;
    int weight; /* of `found` */
    struct range found;
};

/* Whether it is the name of a zone of ours. */
static bool is_own_zone(const struct search *s, const struct range *key)
{
    char name[RANGE_TEXT];
    if (key->family != RANGE_NAME)
        return false;
    range_format(key, name);
    return s->is_zone(s->context, name);
}

/* Whether it is a code of a list, as DNS answers it (RFC 5782 section 2.1). */
static bool is_code(const struct range *key)
{
    uint32_t ip4 = key->family == RANGE_IP4 ? ip4_address(key->first) : 0;
    return ip4 >> 24 == 127 && ip4 != 0x7f000001;
}

static void consider(struct search *s, size_t index)
{
    char word[TYPED_WORD];
    struct range key;
    bool in_zone;
    struct error unused;
    copy_word(s->words[index], word);
    if (typed_parse_word(word, s->is_zone, s->context, &key, &in_zone, &unused) != OK ||
        range_size(&key) != 1 || (!in_zone && (is_own_zone(s, &key) || is_code(&key))))
        return;
    int weight = weigh_kind(&key, in_zone, word) + weigh_context(s->words, s->count, index);
    /* A plain name of which no word near it speaks well is no candidate. */
    int least = key.family == RANGE_NAME && s->weight < NAME ? NAME : s->weight;
    if (weight <= least)
        return;
    s->weight = weight;
    s->found = key;
}

enum err bounce_find(const char *text, typed_is_zone *is_zone, void *context, struct range *out)
{
    struct piece *words = malloc(WORDS_MAX * sizeof(*words));
    struct search s = { .is_zone = is_zone, .context = context, .words = words, .weight = INT_MIN };
    if (words == NULL)
        return ERR_MEMORY;
    s.count = split(text, words);
    for (size_t i = 0; i < s.count; i++)
        consider(&s, i);
    free(words);
    if (s.weight == INT_MIN)
        return ERR_REFUSED;
    *out = s.found;
    return OK;
}
