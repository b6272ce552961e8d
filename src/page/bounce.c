/* What the text of a bounce is about: its addresses and domains are weighed by the words around them. */
#include "page/bounce_words.h"
#include "trie/ip.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    BEFORE = 3, /* words in front of a candidate that count, and behind it */
    BEHIND = 5,
    SAYS = -6, /* weight of who refuses */
    /* Weights of a candidate, by what it is: a name in a zone of ours counts more than an address, and that
     * more than a domain. */
    IN_ZONE = 12,
    ADDRESS = 6,
    ADDRESS_IN_URL = 8, /* the list's own link */
    ADDRESS_PRIVATE = -4,
    NAME = -1,
    NAME_IN_MAIL = 0, /* of an e-mail address */
    NAME_IN_URL = -6,
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
    { "rcpt", 3 }, /* of a log: RCPT from host[address]: 554 */
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

/* ---- Candidates ---- */

static int weigh_context(const struct bounce *b, size_t index)
{
    char copy[TYPED_WORD];
    int weight = 0, hint = 0;
    for (size_t i = index > BEFORE ? index - BEFORE : 0; i < index; i++) {
        bounce_copy(&b->words[i], copy);
        weight += bounce_weigh(before, ARRAY_SIZE(before), copy);
    }
    /* What follows the words of who refuses is about another. */
    for (size_t i = index + 1; i < b->count && i <= index + BEHIND && hint != SAYS; i++) {
        bounce_copy(&b->words[i], copy);
        hint = bounce_is_reply(&b->words[i]) ? SAYS : bounce_weigh(behind, ARRAY_SIZE(behind), copy);
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
    const struct bounce *bounce;
    int weight; /* of `found` */
    struct range found;
    char zone[TYPED_WORD]; /* that `found` was a name in; empty: none */
};

/* Whether it is about who lists: a list's code, the name of a zone of ours, or of the page. */
static bool is_of_list(const struct typed_names *names, const struct range *key)
{
    char text[RANGE_TEXT];
    range_format(key, text);
    if (key->family != RANGE_NAME)
        return typed_is_code(text);
    return names->is_zone(names->context, text) || strcasecmp(text, names->host) == 0;
}

static void consider(struct search *s, size_t index)
{
    const struct typed_names *names = s->bounce->names;
    char word[TYPED_WORD], zone[TYPED_WORD];
    struct range key;
    struct error unused;
    bounce_copy(&s->bounce->words[index], word);
    if (typed_parse_word(word, names, &key, zone, &unused) != OK || range_size(&key) != 1 ||
        (zone[0] == '\0' && is_of_list(names, &key)))
        return;
    int weight = weigh_kind(&key, zone[0] != '\0', word) + weigh_context(s->bounce, index);
    /* A plain name of which no word near it speaks well is no candidate. */
    int least = key.family == RANGE_NAME && s->weight < NAME ? NAME : s->weight;
    if (weight <= least)
        return;
    s->weight = weight;
    s->found = key;
    strcpy(s->zone, zone);
}

enum err bounce_find(const char *text, const struct typed_names *names, struct typed *out)
{
    struct bounce *bounce = malloc(sizeof(*bounce));
    struct search s = { .bounce = bounce, .weight = INT_MIN };
    if (bounce == NULL)
        return ERR_MEMORY;
    bounce->names = names;
    bounce_split(text, bounce);
    for (size_t i = 0; i < bounce->count; i++)
        consider(&s, i);
    if (s.weight != INT_MIN) {
        out->key = s.found;
        bounce_find_list(bounce, s.zone, out);
    }
    free(bounce);
    return s.weight != INT_MIN ? OK : ERR_REFUSED;
}
