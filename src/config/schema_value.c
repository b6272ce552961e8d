/* One value of the configuration: text, as in the file and on the command line, <-> field of a struct. */
#include "config/schema.h"

#include "base/clock.h"
#include "http/convert.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    char suffix;
    uint32_t seconds;
} units[] = { { 'w', 604800 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

bool schema_value_seconds(const char **text, uint32_t *seconds)
{
    if (!isdigit((unsigned char)**text))
        return false;
    char *end;
    errno = 0;
    unsigned long long n = strtoull(*text, &end, 10), unit = 1;
    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        if (tolower((unsigned char)*end) == units[i].suffix) {
            unit = units[i].seconds;
            end++;
            break;
        }
    }
    if (errno != 0 || n > UINT32_MAX / unit)
        return false;
    *text = end;
    *seconds = (uint32_t)(n * unit);
    return true;
}

/* Writes a time in the largest unit that leaves no remainder; never in weeks. */
static void write_amount(const struct schema_row *row, uint32_t value, char buffer[SCHEMA_VALUE_TEXT])
{
    size_t i = 1;
    while (value % units[i].seconds != 0)
        i++;
    if (row->type == SCHEMA_TIME && value != 0)
        snprintf(buffer, SCHEMA_VALUE_TEXT, "%u%c", value / units[i].seconds, units[i].suffix);
    else
        snprintf(buffer, SCHEMA_VALUE_TEXT, "%u", value);
}

static enum err read_amount(const struct schema_row *row, const char *text, uint32_t *value,
                            struct error *error)
{
    bool time = row->type == SCHEMA_TIME, has_zero = row->zero != NULL;
    const char *end = text, *zero = has_zero ? row->zero : "", *separator = has_zero ? " or " : "";
    uint32_t seconds = 0;
    if (has_zero && strcmp(text, zero) == 0) {
        *value = 0;
        return OK;
    }
    if (time && (!schema_value_seconds(&end, &seconds) || *end != '\0'))
        return error_set(error, ERR_SYNTAX, "'%s': %s%sa time such as 90s, 15m, 12h or 7d expected", text,
                         zero, separator);
    unsigned long long number = time ? seconds : strtoull(text, (char **)&end, 10); /* or ULLONG_MAX */
    if (!isdigit((unsigned char)*text) || *end != '\0')
        return error_set(error, ERR_SYNTAX, "'%s': %s%sa number expected", text, zero, separator);
    if (number < row->min || number > row->max) {
        char low[SCHEMA_VALUE_TEXT], high[SCHEMA_VALUE_TEXT];
        write_amount(row, row->min, low);
        write_amount(row, row->max, high);
        return error_set(error, ERR_LIMIT, "'%s': out of range; %s%s%s to %s expected", text, zero, separator,
                         low, high);
    }
    *value = (uint32_t)number;
    return OK;
}

static enum err read_bool(const char *text, bool *value, struct error *error)
{
    static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *value = i % 2 != 0;
            return OK;
        }
    }
    return error_set(error, ERR_SYNTAX, "'%s': true or false expected", text);
}

static enum err read_choice(const struct schema_row *row, const char *text, int *value, struct error *error)
{
    char all[SCHEMA_VALUE_TEXT] = "";
    size_t length = 0;
    for (const struct schema_choice *c = row->choices; c->word != NULL; c++) {
        if (strcmp(text, c->word) == 0) {
            *value = c->value;
            return OK;
        }
        if (length < sizeof(all)) /* else the text is cut off */
            length += (size_t)snprintf(all + length, sizeof(all) - length, " %s", c->word);
    }
    return error_set(error, ERR_SYNTAX, "'%s': one of%s expected", text, all);
}

static enum err read_date(const char *text, int64_t *value, struct error *error)
{
    char whole[CLOCK_TEXT];
    int64_t time;
    snprintf(whole, sizeof(whole), "%s%s", text, strlen(text) == strlen("2027-01-31") ? "T00:00:00Z" : "");
    if (!convert_time(whole, &time) || time == 0)
        return error_set(error, ERR_SYNTAX,
                         "'%s': a date such as 2027-01-31 or 2027-01-31T12:00:00Z expected", text);
    *value = time;
    return OK;
}

enum err schema_value_read(const struct schema_row *row, const char *text, void *section, struct error *error)
{
    uint64_t unused;
    void *field = row->offset == SCHEMA_BY_HAND ? (void *)&unused : (char *)section + row->offset;
    switch (row->type) {
    case SCHEMA_TEXT:
        if (row->offset != SCHEMA_BY_HAND)
            *(const char **)field = text;
        return OK;
    case SCHEMA_NUMBER:
    case SCHEMA_TIME:
        return read_amount(row, text, field, error);
    case SCHEMA_BOOL:
        return read_bool(text, field, error);
    case SCHEMA_CHOICE:
        return read_choice(row, text, field, error);
    case SCHEMA_DATE:
        return read_date(text, field, error);
    default:
        return OK;
    }
}

const char *schema_value_write(const struct schema_row *row, const void *section,
                               char buffer[SCHEMA_VALUE_TEXT])
{
    if (row->offset == SCHEMA_BY_HAND)
        return NULL;
    const void *field = (const char *)section + row->offset;
    if (row->type == SCHEMA_TEXT)
        return *(const char *const *)field;
    if (row->type == SCHEMA_BOOL)
        return *(const bool *)field ? "true" : "false";
    if (row->type == SCHEMA_CHOICE) {
        const struct schema_choice *c = row->choices;
        while (c->value != *(const int *)field)
            c++;
        return c->word;
    }
    if (row->type == SCHEMA_DATE) {
        _Static_assert(SCHEMA_VALUE_TEXT >= CLOCK_TEXT, "room");
        int64_t time = *(const int64_t *)field;
        return time != 0 && clock_format(time, buffer) ? buffer : NULL;
    }
    uint32_t value = *(const uint32_t *)field;
    if (value == 0 && row->zero != NULL)
        return row->zero;
    write_amount(row, value, buffer);
    return buffer;
}

void schema_value_defaults(const struct schema_row *rows, void *section)
{
    struct error error;
    for (const struct schema_row *row = rows; row->key != NULL; row++) {
        if (row->type == SCHEMA_SECTION && row->offset != SCHEMA_BY_HAND)
            schema_value_defaults(row->section, (char *)section + row->offset);
        else if (row->initial != NULL && schema_value_read(row, row->initial, section, &error) != OK)
            abort(); /* the schema contradicts itself; test_schema finds that first */
    }
}
