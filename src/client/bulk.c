#include "client/bulk.h"

#include "base/field_line.h"
#include "client/safe_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#define CONFIRM_ABOVE      256 /* addresses */
#define BAD_LINES_REPORTED 20

/* ---- Reading ---- */

static enum err add_range(struct bulk *bulk, enum input_kind word, const char *text, json_t *lists,
                          struct error *error)
{
    struct range range;
    char canonical[RANGE_TEXT];
    enum err err = input_parse_range(word, text, &range, error);
    if (err != OK)
        return err;
    if (bulk->count == bulk->size) {
        bulk->size = bulk->size * 2 + 16;
        bulk->items = client_not_null(reallocarray(bulk->items, bulk->size, sizeof(*bulk->items)));
    }
    range_format(&range, canonical);
    if (__builtin_add_overflow(bulk->addresses, range_size(&range), &bulk->addresses))
        bulk->addresses = UINT64_MAX;
    bulk->items[bulk->count++] =
        (struct bulk_item){ client_format("%s", canonical), range.family == RANGE_NAME, lists };
    return OK;
}

/* Adds the range of a line, which is cut up. */
static enum err add_line(struct bulk *bulk, const struct verb *verb, bool lists, char *line,
                         struct error *error)
{
    json_t *names = NULL;
    line[strcspn(line, "#")] = '\0';
    char *range = field_line_word(&line), *field = field_line_word(&line);
    if (range == NULL)
        return OK;
    if (field != NULL && (!lists || field_line_word(&line) != NULL))
        return error_set(error, ERR_SYNTAX, "'%s': expected %s", field,
                         lists ? "a range and names of lists separated by commas, and nothing more"
                               : "one range in a line");
    if (field != NULL) {
        enum err err = input_parse(INPUT_LISTS, field, &names, error);
        if (err != OK)
            return err;
        if (verb->one_list && json_array_size(names) != 1) {
            json_decref(names);
            return error_set(error, ERR_SYNTAX, "'%s': expected one list", field);
        }
    }
    enum err err = add_range(bulk, verb->word, range, names, error);
    if (err != OK)
        json_decref(names);
    return err;
}

static enum err read_file(struct bulk *bulk, const struct verb *verb, bool lists, const char *path,
                          struct error *error)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    const char *name = standard ? "standard input" : path;
    char *line = NULL;
    size_t size = 0, number = 0, bad = 0;
    if (file == NULL)
        return error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    for (ssize_t n; (n = getline(&line, &size, file)) >= 0;) {
        struct error reason;
        number++;
        enum err err = strlen(line) == (size_t)n
                           ? add_line(bulk, verb, lists, line, &reason)
                           : error_set(&reason, ERR_SYNTAX, "the line contains a zero byte");
        if (err != OK && bad++ < BAD_LINES_REPORTED)
            client_message("%s:%zu: %s", name, number, reason.text);
    }
    enum err err = OK;
    if (ferror(file))
        err = error_set(error, ERR_SYSTEM, "%s: %s", name, strerror(errno));
    else if (bad > 0)
        err = error_set(error, ERR_SYNTAX, "%s: %zu bad line%s; nothing was sent", name, bad,
                        bad == 1 ? "" : "s");
    free(line);
    if (!standard)
        fclose(file);
    return err;
}

enum err bulk_read(const struct arguments *arguments, bool lists, struct bulk *out, bool *many,
                   struct error *error)
{
    const struct verb *verb = arguments->verb;
    enum err err = OK;
    *out = (struct bulk){ .count = 0 };
    *many = arguments->words_count > 1;
    for (size_t i = 0; i < arguments->words_count && err == OK; i++) {
        bool standard = strcmp(arguments->words[i], "-") == 0;
        *many |= standard;
        err = standard ? read_file(out, verb, lists, "-", error)
                       : add_range(out, verb->word, arguments->words[i], NULL, error);
    }
    for (size_t i = 0; i < arguments->given_count && err == OK; i++) {
        if (arguments->given[i].id != OPTION_FILE)
            continue;
        *many = true;
        err = read_file(out, verb, lists, arguments->given[i].text, error);
    }
    if (err == OK && out->count == 0)
        err = error_set(error, ERR_SYNTAX, "no range is given");
    if (err != OK)
        bulk_free(out);
    return err;
}

void bulk_free(struct bulk *bulk)
{
    for (size_t i = 0; i < bulk->count; i++) {
        free(bulk->items[i].text);
        json_decref(bulk->items[i].lists);
    }
    free(bulk->items);
    *bulk = (struct bulk){ .count = 0 };
}

/* ---- Confirmation ---- */

enum outcome bulk_confirm(const struct arguments *arguments, uint64_t addresses)
{
    char answer[16] = "";
    if (addresses <= CONFIRM_ABOVE || arguments_has(arguments, OPTION_YES) ||
        arguments_has(arguments, OPTION_DRY_RUN) || !isatty(STDERR_FILENO))
        return OUTCOME_DONE;
    FILE *terminal = fopen("/dev/tty", "re"); /* standard input may have the ranges */
    if (terminal == NULL)
        return OUTCOME_DONE;
    if (addresses == UINT64_MAX)
        fprintf(stderr, "This affects more addresses than can be counted. Continue? [y/N] ");
    else
        fprintf(stderr, "This affects %llu addresses. Continue? [y/N] ", (unsigned long long)addresses);
    bool yes = fgets(answer, sizeof(answer), terminal) != NULL && (*answer == 'y' || *answer == 'Y');
    fclose(terminal);
    if (!yes)
        client_message("nothing was done");
    return yes ? OUTCOME_DONE : OUTCOME_DECLINED;
}

/* ---- Progress ---- */

bool bulk_has_progress(size_t total)
{
    return total > BULK_ITEMS && isatty(STDERR_FILENO);
}

void bulk_progress(size_t done, size_t total)
{
    static const char bar[] = "########################################";
    int width = (int)sizeof(bar) - 1, full = (int)(done * (size_t)width / total);
    if (!bulk_has_progress(total))
        return;
    if (done < total)
        fprintf(stderr, "\r[%-*.*s] %zu of %zu", width, full, bar, done, total);
    else
        fputs("\r\033[K", stderr);
}
