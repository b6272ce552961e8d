#include "http/form.h"

#include "http/json_text.h"
#include "http/percent.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool form_is(const char *type)
{
    static const char name[] = "application/x-www-form-urlencoded";
    return strcspn(type, "; \t") == sizeof(name) - 1 && strncasecmp(type, name, sizeof(name) - 1) == 0;
}

/* Adds `field`, NAME=VALUE. False: it is not valid. */
static bool add(json_t *object, char *field)
{
    char *value = strchr(field, '=');
    if (value == NULL)
        return *field == '\0';
    *value++ = '\0';
    if (!percent_decode(field, true) || !percent_decode(value, true) ||
        json_object_get(object, field) != NULL)
        return false;
    if (*value == '\0')
        return true;
    return json_object_set_new(object, field,
                               strcmp(value, "true") == 0 ? json_true() : json_string(value)) == 0;
}

json_t *form_parse(const char *body, size_t length)
{
    char *copy = json_text_allocate(length + 1), *rest = copy, *field;
    json_t *object = json_object();
    if (copy != NULL)
        *(char *)mempcpy(copy, body, length) = '\0';
    bool valid = copy != NULL && strlen(copy) == length;
    while (valid && (field = strsep(&rest, "&")) != NULL)
        valid = add(object, field);
    free(copy);
    if (valid)
        return object;
    json_decref(object);
    return NULL;
}
