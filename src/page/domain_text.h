/*
 * A domain as people write it, where that cannot be taken for another: `例え.jp (xn--r8jz45g.jp)`.
 *
 * U-labels (RFC 5890) are shown beside the A-labels, never instead of them, and only if each label is written
 * in one script of the table in domain_text.c; kana, Hangul and Bopomofo go with Han, and these with the
 * letters a to z, as they look like none of them. Scripts that are written from right to left are not in it:
 * they would reorder what stands around them. Pure; any thread.
 */
#ifndef PAGE_DOMAIN_TEXT_H
#define PAGE_DOMAIN_TEXT_H

#define DOMAIN_TEXT 2048 /* bytes of any, with the terminating zero */

/* Writes `key`, the canonical text of an address or a domain (overlay/range.h), as a page shows it. */
void domain_text_format(const char *key, char out[DOMAIN_TEXT]);

#endif
