#include "support/text_range.h"

#include "support/must.h"

struct range text_range(const char *text, bool subdomains)
{
    struct range range;
    struct error error = { .text = "" };

    must(range_parse(text, subdomains, &range, &error) == OK, error.text);
    return range;
}
