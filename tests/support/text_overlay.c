#include "support/text_overlay.h"

#include "support/must.h"
#include "support/text_range.h"

#include <string.h>

struct overlay *text_overlay_new(const struct text_item *items, size_t count, struct overlay_view *out)
{
    return text_overlay_new_in(items, count, NULL, out);
}

struct overlay *text_overlay_new_in(const struct text_item *items, size_t count,
                                    const struct arena_memory *memory, struct overlay_view *out)
{
    struct error error = { .text = "" };
    struct overlay *o;
    uint64_t generation;

    must(overlay_new_in(TEXT_OVERLAY_MAX, memory, &o, &error) == OK, error.text);
    for (size_t i = 0; i < count; i++) {
        const struct text_item *t = &items[i];
        struct list_mask lists = { { t->lists } };
        bool subdomains = t->range[0] == '.';
        uint8_t text[256] = { 0 };
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
        struct range range = text_range(t->range + subdomains, subdomains);
        must(overlay_add(o, &range, &item, 0, &error) == OK, error.text);
    }
    must(overlay_commit(o, out, &generation, &error) == OK, error.text);
    return o;
}
