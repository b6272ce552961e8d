/* restore: replaces the store by a backup, without a server. */
#include "client/run.h"
#include "client/safe_text.h"
#include "store/store.h"

#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

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
