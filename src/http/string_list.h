/* Lists of words as text, as they are in messages: "a, b, c". */
#ifndef HTTP_STRING_LIST_H
#define HTTP_STRING_LIST_H

#include <string.h>

/* The index of a word in the list; -1: it is not there. */
static inline int string_list_find(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (int i = 0; *list != '\0'; i++) {
        size_t n = strcspn(list, ",");
        if (n == length && memcmp(list, word, n) == 0)
            return i;
        list += n + strspn(list + n, ", ");
    }
    return -1;
}

#endif
