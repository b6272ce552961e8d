#include "view/suffixes.h"

#include "overlay/range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN "===BEGIN ICANN DOMAINS==="
#define END   "===END ICANN DOMAINS==="

/* A rule ends at the first blank (publicsuffix.org/list). A single label, as of a top-level domain, is no
 * range. */
static void add_rule(char *line, struct vec *suffixes)
{
    struct range range;
    line[strcspn(line, " \t\r\n")] = '\0';
    if (strpbrk(line, "*!/") != NULL || range_parse(line, false, &range, NULL) != OK ||
        range.family != RANGE_NAME)
        return;
    uint8_t *suffix = vec_add(suffixes, 1u + range.name_len);
    if (suffix == NULL)
        return;
    suffix[0] = (uint8_t)range.name_len;
    memcpy(suffix + 1, range.name, range.name_len);
}

void suffixes_read(const char *path, struct vec *suffixes)
{
    FILE *from = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    bool within = false;
    while (from != NULL && getline(&line, &size, from) > 0) {
        within = strstr(line, BEGIN) != NULL || (within && strstr(line, END) == NULL);
        if (within)
            add_rule(line, suffixes);
    }
    if (from != NULL)
        fclose(from);
    free(line);
    if (vec_add(suffixes, NAMES_LABEL_PAD) == NULL)
        vec_free(suffixes);
    vec_trim(suffixes);
}
