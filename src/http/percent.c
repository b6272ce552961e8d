#include "http/percent.h"

#include "base/field_line.h"
#include "http/json_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool percent_decode(char *text, bool form)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        *to = form && *from == '+' ? ' ' : *from;
        if (*from == '%') {
            int high = field_line_hex_digit(from[1]), low = high >= 0 ? field_line_hex_digit(from[2]) : -1;
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

void percent_encode(const char *text, char *out)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x80 && (isalnum(byte) || strchr("-._~", byte) != NULL))
            *out++ = *text;
        else
            out += sprintf(out, "%%%02X", byte);
    }
    *out = '\0';
}

/* Adds `field`, NAME=VALUE. False: it is not valid. */
static bool add_field(json_t *object, char *field)
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
    return json_object_set_new(object, field, json_string(value)) == 0;
}

json_t *percent_parse_form(const char *body, size_t length)
{
    char *copy = json_text_allocate(length + 1), *rest = copy, *field;
    json_t *object = json_object();
    if (copy != NULL)
        *(char *)mempcpy(copy, body, length) = '\0';
    bool valid = copy != NULL && strlen(copy) == length;
    while (valid && (field = strsep(&rest, "&")) != NULL)
        valid = add_field(object, field);
    free(copy);
    if (valid)
        return object;
    json_decref(object);
    return NULL;
}
