/*
 * What the bounce said that a reader pasted: which list, its code, the reply. It goes with the address into
 * the URL of the look-up, as `list=`, `code=` and `reply=`, where anybody may write what he likes: it is
 * checked again, shown as text, and changes nothing but what the page says first.
 */
#ifndef PAGE_BOUNCE_NOTE_H
#define PAGE_BOUNCE_NOTE_H

#include "overlay/list_mask.h"
#include "page/layout.h"
#include "page/listed.h"
#include "page/typed.h"

struct bounce_note {
    enum { NOTE_NO_LIST, NOTE_OWN, NOTE_ELSEWHERE } whose; /* the list is */
    struct list_mask lists;                                /* NOTE_OWN: those that are meant */
    const char *list, *code, *reply; /* as people call the list; empty: none; valid as long as the page */
};

/* Writes what was found as parameters of a URL, each as "&name=value"; empty: nothing was found. */
void bounce_note_format(const struct typed *found, char out[PAGE_PARAMETERS]);

/* Reads the parameters of the page's request, and has the links to its other languages keep them. */
void bounce_note_read(struct page *page, struct bounce_note *out);

/* Marks those of the lists that the bounce means as `named`, and puts them first. */
void bounce_note_mark(const struct page *page, const struct bounce_note *note, struct listed *lists,
                      size_t count);

/* Writes what the bounce said, and what that means now for `key`, as the page shows it. False: there is none.
 */
bool bounce_note_write(struct page *page, const struct bounce_note *note, const char *key,
                       const struct listed *lists, size_t count);

#endif
