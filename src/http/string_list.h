/* Lists of words in messages and headers: "a, b, c". */
#ifndef HTTP_STRING_LIST_H
#define HTTP_STRING_LIST_H

#include <stdio.h>
#include <string.h>

/* Appends a word to `list` of `size` bytes; what does not fit is cut off. */
static inline void string_list_append(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", word);
}

/* Writes all of `words`, which ends in NULL. */
static inline void string_list_join(char *list, size_t size, const char *const *words)
{
    *list = '\0';
    for (; *words != NULL; words++)
        string_list_append(list, size, *words);
}

#endif
