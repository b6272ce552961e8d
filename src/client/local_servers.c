#include "client/local_servers.h"

#include "base/run_directory.h"
#include "client/safe_text.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Connects to the socket at the path; 0, or what connect() failed with. */
static int try_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(address.sun_path))
        return ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failure = fd < 0 || connect(fd, (const void *)&address, sizeof(address)) != 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return failure;
}

static bool is_api(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash != NULL ? slash + 1 : path, LOCAL_SERVERS_API) == 0;
}

static void add(struct local_servers *s, const char *path)
{
    s->urls = client_not_null(realloc(s->urls, (s->count + 1) * sizeof(*s->urls)));
    s->urls[s->count++] = client_format("unix:%s", path);
}

/* Leaves only number `kept`. */
static void keep(struct local_servers *s, size_t kept)
{
    for (size_t i = 0; i < s->count; i++)
        if (i != kept)
            free(s->urls[i]);
    s->urls[0] = s->urls[kept];
    s->count = 1;
}

/* Has a person choose. False: there is no terminal, or no valid answer came. */
static bool choose(struct local_servers *s)
{
    char answer[16];
    if (!isatty(STDERR_FILENO) || !isatty(STDIN_FILENO))
        return false;
    fputs("Several servers run here:\n", stderr);
    for (size_t i = 0; i < s->count; i++)
        fprintf(stderr, "%4zu  %s\n", i + 1, s->urls[i]);
    fprintf(stderr, "Which one? [1-%zu] ", s->count);
    if (fgets(answer, sizeof(answer), stdin) == NULL)
        return false;
    unsigned long number = strtoul(answer, NULL, 10);
    if (number < 1 || number > s->count)
        return false;
    keep(s, number - 1);
    return true;
}

/* ERR_REFUSED, with what to type. */
static enum err fail_several(const struct local_servers *s, struct error *error)
{
    char names[sizeof(error->text)] = "";
    for (size_t i = 0, used = 0; i < s->count && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s --url %s", i > 0 ? " or" : "",
                                 s->urls[i]);
    return error_set(error, ERR_REFUSED, "several servers run here; name one of them:%s", names);
}

enum err local_servers_find(struct local_servers *out, struct error *error)
{
    struct local_servers answering = { .count = 0 }, denied = { .count = 0 };
    bool api = false;
    glob_t found;
    char *pattern = client_format("%s/*" RUN_DIRECTORY_SUFFIX, run_directory());
    size_t paths = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    for (size_t i = 0; i < paths; i++) {
        int failure = try_connect(found.gl_pathv[i]);
        if (is_api(found.gl_pathv[i]))
            api = failure == 0;
        else if (failure == 0)
            add(&answering, found.gl_pathv[i]);
        else if (failure == EACCES)
            add(&denied, found.gl_pathv[i]);
    }
    if (paths > 0)
        globfree(&found);
    free(pattern);
    struct local_servers *chosen = answering.count > 0 ? &answering : &denied;
    enum err err = !api && answering.count > 1 && !choose(&answering) ? fail_several(&answering, error) : OK;
    *out = (struct local_servers){ .count = 0 };
    if (err == OK && !api) {
        *out = *chosen;
        *chosen = (struct local_servers){ .count = 0 };
    }
    local_servers_free(&answering);
    local_servers_free(&denied);
    return err;
}

void local_servers_free(struct local_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        free(servers->urls[i]);
    free(servers->urls);
    *servers = (struct local_servers){ .count = 0 };
}
