/* What the configuration says to people: whether links and texts make sense; and the files of the page. */
#include "config/config.h"

#include "config/yaml_file.h"

#include <string.h>

/* Of a text that DNS answers, with an address for each $: with names and an OPT record it fits into a UDP
 * reply. */
#define TEXT_BYTES    1000
#define ADDRESS_BYTES 39

/* Fails at `text`, one of the file's. */
#define FAIL(config, text, error, ...) yaml_file_error((config)->file, text, error, ERR_SYNTAX, __VA_ARGS__)

/* Checks a link; NULL: there is none. */
static enum err check_link(const struct config *config, const char *key, const char *link,
                           struct error *error)
{
    if (link == NULL || strncmp(link, "https://", 8) == 0 || strncmp(link, "http://", 7) == 0)
        return OK;
    return FAIL(config, link, error, "%s: '%s' does not begin with http:// or https://", key, link);
}

static enum err check_banner(const struct config *config, const struct banner *banner, struct error *error)
{
    const char *text = language_default_text(&banner->text);
    if (banner->until != 0 && banner->until <= banner->since)
        return FAIL(config, text, error, "banner: until is not after since: it would never be shown");
    return check_link(config, "link", banner->link, error);
}

static size_t count_bytes(const char *text)
{
    size_t bytes = strlen(text);
    for (; *text != '\0'; text++)
        bytes += *text == '$' ? ADDRESS_BYTES - 1 : 0;
    return bytes;
}

/* Checks a text that DNS answers. */
static enum err check_length(const struct config *config, const char *key, const struct localized *text,
                             struct error *error)
{
    for (unsigned l = 0; l < LANGUAGES; l++)
        if (text->text[l] != NULL && count_bytes(text->text[l]) > TEXT_BYTES)
            return FAIL(config, text->text[l], error, "%s: longer than %d bytes, %d for each $", key,
                        TEXT_BYTES, ADDRESS_BYTES);
    return OK;
}

static enum err check_rules(const struct config *config, const struct config_rules *rules,
                            struct error *error)
{
    const struct list_description *says = &rules->policy.description;
    const char *withheld = language_default_text(&says->withheld_text);
    enum err err = check_link(config, "website", says->website, error);
    if (err == OK)
        err = check_banner(config, &says->banner, error);
    if (err == OK)
        err = check_length(config, "retired", &says->retired.text, error);
    if (err == OK)
        err = check_length(config, "withheld_text", &says->withheld_text, error);
    if (err == OK && withheld != NULL && rules->reason == 0)
        err = FAIL(config, withheld, error, "withheld_text: requires reason: withheld");
    return err;
}

/* Reads a file of the page; NULL: there is none. */
static enum err read_asset(const struct config *config, const char *key, const char *path,
                           enum asset_kind kind, struct asset *out, struct error *error)
{
    struct error reason;
    enum err err = path != NULL ? asset_read(path, kind, out, &reason) : OK;
    return err != OK ? FAIL(config, path, error, "%s: %s", key, reason.text) : OK;
}

enum err config_notices_check(struct config *config, struct error *error)
{
    const struct http_service *service = &config->http.service;
    enum err err = check_banner(config, &config->banner, error);
    if (err == OK)
        err = check_link(config, "imprint", service->imprint, error);
    if (err == OK)
        err = check_link(config, "privacy", service->privacy, error);
    if (err == OK)
        err = read_asset(config, "logo", service->logo, ASSET_LOGO, &config->logo, error);
    if (err == OK)
        err = read_asset(config, "style", service->style, ASSET_STYLE, &config->style, error);
    for (size_t i = 0; i < config->rules_count && err == OK; i++)
        err = check_rules(config, &config->rules[i], error);
    return err;
}
