#include "page/list_title.h"

#include "delist/delist.h"

const struct list_description *list_title_description(const struct page *page, const char *list)
{
    static const struct list_description nothing;
    const struct delist *delist = page->backend->delist;
    int number = delist_list_number(delist, list);
    const struct list_policy *policy = number >= 0 ? delist_policy(delist, (unsigned)number) : NULL;
    return policy != NULL ? &policy->description : &nothing;
}

const char *list_title(const struct page *page, const char *list)
{
    const char *title = language_text(&list_title_description(page, list)->title, page->language);
    return title != NULL ? title : list;
}

const char *list_title_join(struct page *page, const char *joined, const char *title)
{
    return joined[0] == '\0' ? title : LAYOUT_WORDS(page, WORD_LIST_JOIN, joined, title);
}

const char *list_title_all(struct page *page, const struct listed *lists, size_t count, unsigned actions)
{
    const char *joined = "";
    for (size_t i = 0; i < count; i++)
        if (actions >> lists[i].action & 1)
            joined = list_title_join(page, joined, list_title(page, lists[i].list));
    return joined;
}

const char *list_title_mask(struct page *page, const struct list_mask *lists)
{
    const char *joined = "";
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(page->backend->delist, list);
        if (list_mask_has(lists, list) && policy != NULL)
            joined = list_title_join(page, joined, list_title(page, policy->name));
    }
    return joined;
}
