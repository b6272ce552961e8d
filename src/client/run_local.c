/* token and restore: verbs that need no server. */
#include "base/sha256.h"
#include "client/run.h"
#include "client/safe_text.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_BYTES 32

/* ---- token ---- */

static void write_hex(const uint8_t *bytes, size_t count, char *hex)
{
    for (size_t i = 0; i < count; i++)
        sprintf(hex + 2 * i, "%02x", bytes[i]);
}

/* Writes the token to a new file that only its owner can read. */
static enum err write_token(const char *path, const char *token, struct error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    bool written = dprintf(fd, "%s\n", token) > 0;
    if (close(fd) != 0 || !written) {
        unlink(path);
        return error_set(error, ERR_SYSTEM, "%s: cannot write: %s", path, strerror(errno));
    }
    return OK;
}

/* Appends " lists=a,b": the values of an option, separated by commas. */
static void append_option(const struct arguments *a, enum option_id id, const char *name, char **line)
{
    const char *between = name;
    for (size_t i = 0; i < a->given_count; i++) {
        const struct given_option *given = &a->given[i];
        const char *canonical = json_string_value(given->value);
        if (given->id != id && !(id == OPTION_LIST && given->id == OPTION_LISTS))
            continue;
        char *longer = client_format("%s%s%s", *line, between, canonical != NULL ? canonical : given->text);
        free(*line);
        *line = longer;
        between = ",";
    }
}

static enum err make_line(const struct arguments *a, const char *token, char **line, struct error *error)
{
    static const char *const roles[] = { "admin", "operator", "owner", "reader" };
    uint8_t digest[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    size_t i = 0;
    while (i < ARRAY_SIZE(roles) && strcmp(a->words[0], roles[i]) != 0)
        i++;
    if (i == ARRAY_SIZE(roles))
        return error_set(error, ERR_SYNTAX, "'%s' is not a role: expected admin, operator, owner or reader",
                         a->words[0]);
    if (strpbrk(a->words[1], " \t\r\n=#") != NULL || *a->words[1] == '\0')
        return error_set(error, ERR_SYNTAX, "'%s' is not a valid name: expected one without blanks, = and #",
                         a->words[1]);
    sha256(token, strlen(token), digest);
    write_hex(digest, sizeof(digest), hex);
    *line = client_format("sha256:%s %s %s", hex, a->words[0], a->words[1]);
    append_option(a, OPTION_LIST, " lists=", line);
    append_option(a, OPTION_WITHIN, " ranges=", line);
    append_option(a, OPTION_UNTIL, " expires=", line);
    return OK;
}

enum outcome run_token(struct command *command)
{
    const char *path = arguments_value(command->arguments, OPTION_OUTPUT);
    const struct render_output *out = &command->output;
    uint8_t random[TOKEN_BYTES];
    char token[2 * TOKEN_BYTES + 1], *line = NULL;
    struct error error;
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return run_fail(&(struct error){ ERR_SYSTEM, "cannot get random numbers" });
    write_hex(random, sizeof(random), token);
    enum err err = make_line(command->arguments, token, &line, &error);
    if (err == OK && path != NULL && (err = write_token(path, token, &error)) != OK)
        free(line);
    if (err != OK)
        return run_fail(&error);
    json_t *answer = json_pack("{s:s, s:s*}", "line", line, "token", path == NULL ? token : NULL);
    if (path != NULL && !arguments_has(command->arguments, OPTION_JSON))
        fprintf(out->to, "%s\n", line); /* ready to be appended to a file */
    else if (out->json)
        render_json(out, answer, JSON_INDENT(2));
    else
        fprintf(
            out->to,
            "The token, for the file of the client:\n%s\nThe line for the token file of the server:\n%s\n",
            token, line);
    json_decref(answer);
    free(line);
    return OUTCOME_DONE;
}

/* ---- restore ---- */

/* Gives files that root has created to the owner of the directory, the user of the server. */
static void give_to_owner(const char *directory)
{
    static const char *const files[] = { STORE_FILE, "lock" };
    struct stat owner;
    if (geteuid() != 0 || stat(directory, &owner) != 0)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        char *path = client_format("%s/%s", directory, files[i]);
        if (lchown(path, owner.st_uid, owner.st_gid) != 0)
            client_message("%s: cannot change the owner to that of %s", path, directory);
        free(path);
    }
}

enum outcome run_restore(struct command *command)
{
    char *const *words = command->arguments->words;
    struct error error;
    if (store_restore(words[0], words[1], &error) != OK)
        return run_fail(&error);
    give_to_owner(words[1]);
    json_t *answer = json_pack("{s:o}", "restored", json_sprintf("%s/" STORE_FILE, words[1]));
    render_object(&command->output, answer);
    json_decref(answer);
    return OUTCOME_DONE;
}
