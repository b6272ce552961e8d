#include "daemon/check_files.h"

#include "base/file_stamp.h"
#include "base/human.h"
#include "base/log.h"
#include "http/tokens.h"
#include "serve/key_file.h"
#include "serve/secret_file.h"
#include "store/store.h"
#include "store/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

static bool fail(const struct error *error)
{
    log_error("%s", error->text);
    return false;
}

/* The failure that errno says. */
static bool fail_errno(const char *path, const char *hint)
{
    log_error("%s: %s%s", path, strerror(errno), hint);
    return false;
}

/* For the token file: any number will do, as only the names are checked. */
static int list_number(const void *context, const char *name)
{
    return config_has_list(context, name) ? 0 : -1;
}

static void explain_list(const void *context, const char *name, char *out, size_t size)
{
    config_explain_list(context, name, out, size);
}

static bool check_tokens(const struct config *config)
{
    const struct token_lists lists = { list_number, config, explain_list };
    struct tokens *tokens;
    struct error error;
    if (config->http.tokens == NULL)
        return true;
    if (tokens_read(config->http.tokens, &lists, &tokens, &error) != OK)
        return fail(&error);
    printf("%s: %s\n", config->http.tokens, human_number(tokens->count, "token", "tokens").text);
    tokens_release(tokens);
    return true;
}

static bool check_keys(const struct config *config)
{
    struct customer_keys *keys;
    struct error error;
    if (config->keys.file == NULL)
        return true;
    if (key_file_read(config->keys.file, config, 1, 0, &keys, &error) != OK)
        return fail(&error);
    printf("%s: %s\n", config->keys.file,
           human_number(VEC_COUNT(&keys->keys, struct customer_key), "key", "keys").text);
    customer_keys_free(keys);
    return true;
}

static bool check_secret(const struct config *config)
{
    struct cookie_secrets secrets = { .current = { 0 } };
    struct error error;
    if (!config->cookies || config->cookie_secret == NULL)
        return true;
    bool good = secret_file_read(config->cookie_secret, &secrets, &error) == OK || fail(&error);
    explicit_bzero(&secrets, sizeof(secrets));
    return good;
}

/* A certificate or its key. */
static bool check_pem(const char *path, bool secret)
{
    char *text;
    struct error error;
    if (path == NULL)
        return true;
    if (file_stamp_read(path, secret, &text, &error) != OK)
        return fail(&error);
    explicit_bzero(text, strlen(text));
    free(text);
    return true;
}

static bool check_state(const struct config *config, bool makes_state)
{
    char path[STORE_FILE_PATH];
    struct error error;
    bool exists = false;
    if (config->state == NULL || makes_state)
        return true;
    snprintf(path, sizeof(path), "%s/" STORE_FILE, config->state);
    if (access(config->state, R_OK | W_OK | X_OK) != 0)
        return fail_errno(config->state, "; the state directory must belong to the user that dnsbld runs as");
    if (store_file_probe(path, &exists, &error) != OK)
        return fail(&error);
    if (exists && access(path, R_OK | W_OK) != 0)
        return fail_errno(path, "");
    printf("%s: %s\n", config->state, exists ? "a store" : "no store yet");
    return true;
}

struct check_rights check_files_open(const struct config *config, const struct identity *identity)
{
    struct check_rights rights = { .command = -1 };
    if (config->confirm_command == NULL)
        return rights;
    if (identity->change)
        privileges_begin_files(identity);
    rights.command = open(config->confirm_command, O_PATH | O_CLOEXEC);
    rights.command_errno = rights.command < 0 ? errno : 0;
    if (identity->change)
        privileges_end_files();
    return rights;
}

/* Closes rights->command. */
static bool check_command(const char *path, const struct check_rights *rights)
{
    struct stat status;
    int reason = rights->command_errno;
    if (path == NULL)
        return true;
    if (reason == 0 && fstat(rights->command, &status) == 0 && !S_ISREG(status.st_mode))
        reason = EACCES; /* as execve() says it */
    /* Kernels before 5.8 cannot tell: EINVAL. */
    if (reason == 0 && faccessat(rights->command, "", X_OK, AT_EMPTY_PATH | AT_EACCESS) != 0 &&
        errno == EACCES)
        reason = errno;
    if (rights->command >= 0)
        close(rights->command);
    if (reason == 0)
        return true;
    log_error("%s: %s; confirm_command must be a program that the user whom dnsbld runs as may run", path,
              strerror(reason));
    return false;
}

bool check_files(const struct config *config, const struct check_rights *rights)
{
    bool good = check_tokens(config);
    good &= check_keys(config);
    good &= check_secret(config);
    good &= check_pem(config->http.tls_certificate, false);
    good &= check_pem(config->http.tls_key, true);
    good &= check_state(config, rights->makes_state);
    good &= check_command(config->confirm_command, rights);
    return good;
}
