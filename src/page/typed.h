/*
 * What a person typed into the box, or pasted from a bounce: the address or domain that is meant, and what
 * the bounce says of it.
 *
 * Pure; any thread.
 */
#ifndef PAGE_TYPED_H
#define PAGE_TYPED_H

#include "overlay/range.h"

#define TYPED_MAX 16384 /* bytes of a pasted text that are read */

/* What texts may name of this server. */
struct typed_names {
    /* Whether we answer for a zone of this name; letters are alike in either case. */
    bool (*is_zone)(void *context, const char *name);
    void *context;
    const char *host; /* by whose name readers reach the page; empty: not known */
    /* What people call the lists. One may have several rows. */
    const struct typed_list {
        const char *called, *name; /* its name or title; its name */
    } * lists;
    size_t lists_count;
};

struct typed {
    struct range key; /* an address, also a prefix, or a domain */
    /* Of a text of several words, what the receiving server said. Empty: not found. */
    char list[RANGE_TEXT]; /* who lists it: a zone of ours, a list by its name, or somebody else's host */
    char code[16];         /* what that list answered, 127.0.0.2 */
    char reply[12];        /* with which mail was refused: 450, 550, or only 5.7.1 */
};

/* Finds the address, also a prefix, or the domain in `text`, UTF-8.
 *
 * One word is that word, without what people leave around it: blanks, brackets, quotes, punctuation, the
 * scheme, port and path of a URL, `IPv6:`, what is in front of an @; full-width digits and dots are ASCII
 * ones. The address in the path or the query of a URL is meant, not its host. A name in a zone of ours is the
 * address or the domain in front of the zone.
 *
 * In a longer text each address and domain is weighed by the words around it: what was blocked, not who says
 * so. The list is a zone of ours that the text names, else a list of ours, else the host that the words
 * around it make the list's. ERR_REFUSED: there is no address and no domain. ERR_SYNTAX: one word, which is
 * neither: `error` is a sentence for the user. Some ms at most. */
enum err typed_find(const char *text, const struct typed_names *names, struct typed *out,
                    struct error *error) must_use;

/* Whether `text` is a reply of a mail server that refuses: 450, 550 (RFC 5321 section 4.2.1), 5.7.1 (RFC
 * 3463); and whether it is a code of a list, as DNS answers it (RFC 5782 section 2.1). */
bool typed_is_reply(const char *text);
bool typed_is_code(const char *text);

#endif
