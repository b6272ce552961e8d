/*
 * Texts as JSON, and the memory of JSON documents.
 *
 * jansson returns NULL when it is out of memory, but json_array_append_new() and json_object_set_new() pass
 * over a NULL, and the document would lack a part. Therefore its allocations are watched: json_text_lost()
 * says whether one failed in this thread since json_text_begin(). Such an answer is not given.
 */
#ifndef HTTP_JSON_TEXT_H
#define HTTP_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A text; null if it is NULL or empty. Bytes that are not UTF-8 become U+FFFD. NULL: out of memory. */
json_t *json_text(const char *text);
json_t *json_text_bytes(const void *text, size_t length);

/* Watches jansson's allocations from now on. Once, before any document is made. */
void json_text_watch(void);

/* Forgets earlier failures, as the thread begins with another answer. */
void json_text_begin(void);

/* malloc(), watched likewise: for other parts of an answer. */
void *json_text_allocate(size_t size);

/* Whether an allocation failed in this thread since json_text_begin(). */
bool json_text_lost(void);

/* Makes text of a document, malloc'ed, and takes the document over. NULL: a part of it is lost. */
char *json_text_dump(json_t *document);

#endif
