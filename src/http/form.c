#include "http/form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Decodes a name or value in place; false when an escape is broken or stands for a zero byte. */
static bool decode(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        *to = *from == '+' ? ' ' : *from;
        if (*from == '%') {
            int high = hex(from[1]), low = high >= 0 ? hex(from[2]) : -1;
            if (low < 0 || high + low == 0)
                return false;
            *to = (char)(high << 4 | low);
            from += 2;
        }
        to++;
    }
    *to = '\0';
    return true;
}

bool form_is(const char *type)
{
    static const char name[] = "application/x-www-form-urlencoded";
    return strcspn(type, "; \t") == sizeof(name) - 1 && strncasecmp(type, name, sizeof(name) - 1) == 0;
}

/* Adds `field`, NAME=VALUE. */
static bool add(json_t *object, char *field)
{
    char *value = strchr(field, '=');
    if (value == NULL)
        return *field == '\0';
    *value++ = '\0';
    if (!decode(field) || !decode(value) || json_object_get(object, field) != NULL)
        return false;
    if (*value == '\0')
        return true;
    return json_object_set_new(object, field,
                               strcmp(value, "true") == 0 ? json_true() : json_string(value)) == 0;
}

json_t *form_read(const char *body, size_t length)
{
    char *copy = strndup(body, length), *rest = copy, *field;
    json_t *object = json_object();
    bool good = copy != NULL && strlen(copy) == length;
    while (good && (field = strsep(&rest, "&")) != NULL)
        good = add(object, field);
    free(copy);
    if (good)
        return object;
    json_decref(object);
    return NULL;
}
