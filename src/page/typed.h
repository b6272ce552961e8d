/*
 * What a person typed into the box, or pasted from a bounce, and the address or domain that is meant.
 *
 * Pure; any thread.
 */
#ifndef PAGE_TYPED_H
#define PAGE_TYPED_H

#include "overlay/range.h"

#define TYPED_MAX 16384 /* bytes of a pasted text that are read */

/* Whether we answer for a zone of this name; letters are alike in either case. */
typedef bool typed_is_zone(void *context, const char *name);

/* Finds the address, also a prefix, or the domain in `text`, UTF-8.
 *
 * One word is that word, without what people leave around it: blanks, brackets, quotes, punctuation, the
 * scheme, port and path of a URL, `IPv6:`, what is in front of an @; full-width digits and dots are ASCII
 * ones. The address in the path or the query of a URL is meant, not its host. A name in a zone of ours is the
 * address or the domain in front of the zone.
 *
 * In a longer text each address and domain is weighed by the words around it: what was blocked, not who says
 * so. ERR_REFUSED: there is none. ERR_SYNTAX: one word, which is no address and no domain: `error` is a
 * sentence for the user. At most 1 ms. */
enum err typed_find(const char *text, typed_is_zone *is_zone, void *context, struct range *out,
                    struct error *error) must_use;

#endif
