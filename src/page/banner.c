#include "page/banner.h"

#include "delist/delist.h"
#include "page/list_title.h"

void banner_write(struct page *page, const char *before, const struct banner *banner)
{
    if (!notice_has_banner(banner, page->request->now))
        return;
    html_write(&page->html, "<p class=\"banner\">%s%s", before, language_text(&banner->text, page->language));
    if (banner->link != NULL)
        html_write(&page->html, " <a href=\"%s\" rel=\"noreferrer\">%s</a>", banner->link, banner->link);
    html_write(&page->html, "</p>\n");
}

void banner_write_all(struct page *page)
{
    const struct delist *delist = page->backend->delist;
    banner_write(page, "", page->backend->banner);
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        const struct list_policy *policy = delist_policy(delist, i);
        if (policy == NULL || policy->description.retired.since == 0)
            continue;
        const struct banner end = notice_of_end(&policy->description.retired);
        banner_write(
            page,
            LAYOUT_WORDS(page, WORD_LIST_ENDED, list_title(page, policy->name), layout_time(page, end.since)),
            &end);
    }
}
