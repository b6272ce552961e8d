#include "page/own_requests.h"

#include "delist/removal.h"
#include "page/list_title.h"
#include "page/proof_form.h"

#include <string.h>

/* ---- Finding ---- */

struct finding {
    const struct delist *delist;
    struct own_requests *out;
};

static bool add_request(void *context, const struct removal_request *request)
{
    const struct finding *f = context;
    struct own_request *r = &f->out->request[f->out->count++];
    memcpy(r->id, request->id, sizeof(r->id));
    r->status = request->status;
    r->proof = proof_form_is_due(f->delist, request);
    r->lists = list_mask_less(&request->lists, &request->removed);
    r->created_at = request->created_at;
    return f->out->count < OWN_REQUESTS_MAX;
}

bool own_requests_find(struct call *call, const struct range *key, struct own_requests *out)
{
    const struct request_client *client = &call->request->client;
    struct finding f = { call->backend->delist, out };
    struct store_reader *reader;
    struct error error = { 0 };
    out->count = 0;
    if (!client->known)
        return true;
    if (!call_read_store(call, &reader))
        return false;
    enum err err = removal_each_open(f.delist, reader, client->text, key, call->now, add_request, &f, &error);
    return call_end_read(call, reader, err, NULL, &error);
}

/* ---- Showing ---- */

static bool is_for(const struct page *page, const struct own_request *request, const struct listed *l)
{
    int number = delist_list_number(page->backend->delist, l->list);
    return number >= 0 && list_mask_has(&request->lists, (unsigned)number);
}

/* Marks what the request is for. Returns whether a list is among it that lists the key still. */
static bool mark(const struct page *page, const struct own_request *request, struct listed *lists,
                 size_t count)
{
    const unsigned with_form = LISTED_FORMS | 1u << LISTED_ASKED;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!lists[i].live || !is_for(page, request, &lists[i]))
            continue;
        any = true;
        if (with_form >> lists[i].action & 1)
            lists[i].action = LISTED_ASKED;
    }
    return any;
}

void own_requests_mark(const struct page *page, struct own_requests *own, struct listed *lists, size_t count)
{
    size_t left = 0;
    for (size_t i = 0; i < own->count; i++)
        if (mark(page, &own->request[i], lists, count))
            own->request[left++] = own->request[i];
    own->count = left;
}

void own_requests_write(struct page *page, const char *key, const struct own_requests *own)
{
    static const struct {
        enum word text, link;
    } words[] = {
        [REQUEST_PENDING] = { WORD_PENDING_TEXT, WORD_OWN_REQUEST_LINK },
        [REQUEST_VERIFY] = { WORD_VERIFY_TEXT, WORD_REQUEST_VERIFY },
    };
    for (size_t i = 0; i < own->count; i++) {
        const struct own_request *r = &own->request[i];
        enum word text = r->proof ? WORD_PROVE_TEXT : words[r->status].text;
        enum word link = r->proof ? WORD_REQUEST_PROVE : words[r->status].link;
        html_write(&page->html, "<section class=\"action\"><h2>%s</h2>\n<p>%s</p>\n<p>%s</p>\n",
                   layout_words(page, WORD_OWN_REQUEST, NULL),
                   LAYOUT_WORDS(page, text, key, list_title_mask(page, &r->lists)),
                   LAYOUT_WORDS(page, WORD_OWN_REQUEST_FROM, layout_time(page, r->created_at)));
        html_write(&page->html, "<p><a href=\"/requests/%s%s\">%s</a></p></section>\n", r->id,
                   layout_lang(page), layout_words(page, link, NULL));
    }
}
