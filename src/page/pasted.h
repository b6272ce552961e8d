/* Many addresses and domains, as people paste them. Pure; any thread. */
#ifndef PAGE_PASTED_H
#define PAGE_PASTED_H

#include "page/typed.h"

enum { PASTED_MOST = 50, PASTED_SHOWN = 80 };

/* What a row is. A range, or what is no address and no domain, is not looked up. */
enum pasted_kind { PASTED_KEY, PASTED_RANGE, PASTED_NOTHING };

struct pasted {
    struct pasted_row {
        enum pasted_kind kind;
        struct range key;            /* PASTED_KEY */
        char text[PASTED_SHOWN + 1]; /* what stood there, or its beginning */
    } rows[PASTED_MOST];
    size_t count;
    char *rest; /* of the text, where the rows are full; empty: nothing */
};

/* Reads a text, UTF-8. A line of which at least half of the words, between blanks, commas and semicolons, are
 * addresses, ranges or domains has a row for each word; another line, as of a log, is about one address or
 * domain (typed_find) or has a row that says it is about none. What comes again has one row. ERR_MEMORY;
 * pasted_free is due in any case. At most 50 ms for 64 KiB. */
enum err pasted_parse(const char *text, const struct typed_names *names, struct pasted *out) must_use;
void pasted_free(struct pasted *pasted);

#endif
