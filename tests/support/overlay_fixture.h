/* Items of the overlay written in a line each, for the tests of answers. */
#ifndef SUPPORT_OVERLAY_FIXTURE_H
#define SUPPORT_OVERLAY_FIXTURE_H

#include "overlay/overlay.h"
#include "support/query.h"

/* An item; its number is its place in the array + 1. */
struct text_item {
    const char *range; /* ".name": with subdomains */
    enum overlay_kind kind;
    unsigned lists; /* bit n: list n */
    int64_t until;  /* 0: no end */
    uint32_t code;  /* last octet of 127.0.0. */
    const char *text;
};

/* An overlay of some items, and its version in *out; overlay_free gives it back. */
static inline struct overlay *overlaying(const struct text_item *items, size_t count,
                                         struct overlay_view *out)
{
    struct error error = { .text = "" };
    struct overlay *o;
    uint64_t generation;

    answering_must(overlay_new(1 << 26, &o, &error) == OK, error.text);
    for (size_t i = 0; i < count; i++) {
        const struct text_item *t = &items[i];
        struct list_mask lists = { { t->lists } };
        bool subdomains = t->range[0] == '.';
        uint8_t text[256] = { 0 };
        struct range range;
        if (t->text != NULL) {
            text[0] = (uint8_t)strlen(t->text);
            memcpy(text + 1, t->text, text[0]);
        }
        struct overlay_item item = { .number = i + 1,
                                     .until = t->until != 0 ? t->until : INT64_MAX,
                                     .lists = &lists,
                                     .code = 0x7f000000 | t->code,
                                     .kind = (uint8_t)t->kind,
                                     .subdomains = subdomains,
                                     .text = t->text != NULL ? text : NULL };
        answering_must(range_parse(t->range + subdomains, subdomains, &range, &error) == OK, error.text);
        answering_must(overlay_add(o, &range, &item, 0, &error) == OK, error.text);
    }
    answering_must(overlay_commit(o, out, &generation, &error) == OK, error.text);
    return o;
}

#endif
