#include "config/options.h"

#include "config/config_file.h"
#include "config/config_list_policy.h"
#include "config/schema_value.h"

#include <getopt.h>
#include <string.h>

/* An option sets a key of the configuration file, chooses the action, or is read by hand (read_special). */
struct options_row {
    int key;              /* the letter, or a number from LONG_ONLY on */
    const char *name;     /* of the long option, or NULL */
    const char *argument; /* what --help calls the argument; NULL: none */
    const char *help;
    const char *setting;        /* the key, or section.key */
    const char *value;          /* what the key is set to; NULL: the argument */
    enum options_action action; /* OPTIONS_SERVE: leaves the action as it is */
};

enum {
    LONG_ONLY = 256,
    KEY_WORKERS,
    KEY_CHECK,
    KEY_TCP_IDLE,
    KEY_CONFIG,
    KEY_PRINT_CONFIG,
    KEY_VERSION,
    KEY_API,
    KEY_PAGE,
    KEY_TOKENS,
    KEY_STATE
};

/* The first address of a kind replaces those of the file. */
static enum err add_address(const struct schema_row *row, const char *value, struct config_addresses *to,
                            struct error *error)
{
    if (to->address != to->options)
        *to = (struct config_addresses){ .address = to->options };
    if (to->count == row->max)
        return error_set(error, ERR_LIMIT, "at most %u addresses", row->max);
    to->options[to->count++] = value;
    return OK;
}

/* DEF:MIN:MAX, each optional. A default that is not given moves into the bounds. */
static enum err set_ttl(struct config *config, const char *value, struct error *error)
{
    uint32_t part[3] = { config->default_ttl, 0, 0 };
    bool given = *value != ':' && *value != '\0';
    const char *p = value;
    for (unsigned i = 0; i < 3; i++) {
        if (*p != ':' && *p != '\0' && !schema_value_seconds(&p, &part[i]))
            break;
        if (*p != ':' || i == 2)
            break;
        p++;
    }
    uint32_t max = part[2] != 0 ? part[2] : UINT32_MAX;
    if (*p != '\0' || *value == '\0')
        return error_set(error, ERR_SYNTAX, "-t %s: DEF:MIN:MAX expected, such as 35m:1m:1d", value);
    if (part[1] > max || (given && (part[0] < part[1] || part[0] > max)))
        return error_set(error, ERR_SYNTAX, "-t %s: the default must lie between MIN and MAX", value);
    config->default_ttl = part[0] < part[1] ? part[1] : part[0] > max ? max : part[0];
    config->min_ttl = part[1];
    config->max_ttl = part[2];
    return OK;
}

static enum err read_special(int key, const char *value, struct config *config, struct error *error)
{
    switch (key) {
    case 't':
        return set_ttl(config, value, error);
    case 'v':
        config->version += config->version < VERSION_REFUSED;
        return OK;
    case 'f':
        config->fork_ignored = true;
        return OK;
    case 'x':
    case 'X':
        return error_set(error, ERR_REFUSED, "-%c: extensions are not supported; start without it", key);
    default: /* --config was read first */
        return OK;
    }
}

#define SETS(key, to) .setting = key, .value = to
#define SPECIAL       .setting = NULL

/* A row with neither letter nor name is a heading of --help. */
static const struct options_row rows[] = {
    { .help = "Network" },
    { 'b', NULL, "ADDR[/PORT]", "listen on this address; repeatable, required", SETS("listen", NULL) },
    { '4', NULL, NULL, "use only the IPv4 addresses of host names in -b", SETS("family", "ipv4") },
    { '6', NULL, NULL, "use only the IPv6 addresses of host names in -b", SETS("family", "ipv6") },
    { KEY_WORKERS, "workers", "N|auto", "worker threads (auto: one per CPU)", SETS("workers", NULL) },
    { KEY_TCP_IDLE, "tcp-idle", "TIME", "close a TCP connection after this long without a query (10s)",
      SETS("tcp.idle", NULL) },

    { .help = "Answers" },
    { 't', NULL, "DEF:MIN:MAX", "default, lowest and highest TTL, each optional (35m)", SPECIAL },
    { 'a', NULL, NULL, "minimal answers (default)", SETS("authority", "false") },
    { 'A', NULL, NULL, "put the NS records into positive answers", SETS("authority", "true") },
    { 'v', NULL, NULL, "hide the version number; twice: refuse version.bind", SPECIAL },

    { .help = "Lists" },
    { 'c', NULL, "TIME", "check the files for changes this often (1m); 0: only on SIGHUP",
      SETS("check_interval", NULL) },
    { 'e', NULL, NULL, "accept CIDR ranges with host bits set", SETS("host_bits", "true") },
    { 'C', NULL, NULL, "do not decompress gzipped files", SETS("no_gunzip", "true") },
    { 'q', NULL, NULL, "start serving before the lists are loaded", SETS("quickstart", "true") },
    { KEY_CHECK, "check", NULL, "load all files, report every bad line, exit", .action = OPTIONS_CHECK },
    { 'd', NULL, NULL, "write the zones as master files to standard output, exit", .action = OPTIONS_DUMP },

    { .help = "API" },
    { KEY_API, "api", "ADDR", "serve the API and the page on ADDR:PORT or unix:PATH; repeatable",
      SETS("api", NULL) },
    { KEY_PAGE, "page", "ADDR:PORT", "serve only the page and the public calls; repeatable",
      SETS("page", NULL) },
    { KEY_TOKENS, "api-tokens", "FILE", "the tokens of the API, with their roles",
      SETS("http.tokens", NULL) },
    { KEY_STATE, "state", "DIR", "store what the API changes there; else in memory only",
      SETS("state", NULL) },

    { .help = "Configuration" },
    { KEY_CONFIG, "config", "FILE", "read this file first; options override it, zones add to it", SPECIAL },
    { KEY_PRINT_CONFIG, "print-config", NULL, "print the configuration in force as a file, exit",
      .action = OPTIONS_PRINT },

    { .help = "Process" },
    { 'n', NULL, NULL, "stay in the foreground, log to standard error", SETS("foreground", "true") },
    { 'u', NULL, "USER[:GROUP]", "run as this user (rbldns if it exists, else nobody)", SETS("user", NULL) },
    { 'r', NULL, "DIR", "change the root directory", SETS("chroot", NULL) },
    { 'w', NULL, "DIR", "change the working directory; file names are relative to it",
      SETS("directory", NULL) },
    { 'p', NULL, "FILE", "write the process id to this file", SETS("pid_file", NULL) },
    { 'F', NULL, "FACILITY", "syslog facility (daemon)", SETS("syslog_facility", NULL) },
    { 'l', NULL, "[+]FILE", "log queries to FILE (-: standard output); +: each line at once",
      SETS("query_log", NULL) },
    { 's', NULL, "[+]FILE", "append statistics to FILE every -c; +: counts since the last line",
      SETS("stats_file", NULL) },
    { 'f', NULL, NULL, "ignored: a reload never interrupts answers", SPECIAL },
    { 'h', "help", NULL, "print this help, exit", .action = OPTIONS_HELP },
    { KEY_VERSION, "version", NULL, "print the version, exit", .action = OPTIONS_VERSION },

    { .help = "Not supported" },
    { 'x', NULL, "FILE", "load an extension", SPECIAL },
    { 'X', NULL, "ARG", "the argument of the extension", SPECIAL },
};

/* Sets the key of the configuration file that the option stands for. */
static enum err apply_setting(const struct options_row *option, const char *value, struct config *config,
                              struct error *error)
{
    const struct schema_row *section = schema_root;
    const char *key = option->setting, *dot = strchr(key, '.');
    struct error reason;
    void *in = config;
    if (dot != NULL) {
        char name[32];
        snprintf(name, sizeof(name), "%.*s", (int)(dot - key), key);
        const struct schema_row *within = &section[schema_index(section, name)];
        section = within->section;
        in = (char *)config + within->offset;
        key = dot + 1;
    }
    const struct schema_row *row = &section[schema_index(section, key)];
    enum err err = row->type == SCHEMA_TEXTS
                       ? add_address(row, value, (void *)((char *)in + row->offset), &reason)
                       : schema_value_read(row, value, in, &reason);
    if (err == OK)
        return OK;
    if (option->key < LONG_ONLY)
        return error_set(error, reason.code, "-%c %s: %s", option->key, value, reason.text);
    return error_set(error, reason.code, "--%s %s: %s", option->name, value, reason.text);
}

static enum err apply(const struct options_row *row, const char *value, struct config *config,
                      enum options_action *action, struct error *error)
{
    if (row->action > *action)
        *action = row->action;
    if (row->setting != NULL)
        return apply_setting(row, row->value != NULL ? row->value : value, config, error);
    return read_special(row->key, value, config, error);
}

/* Makes getopt's two descriptions of the table. */
static void describe(char letters[2 * ARRAY_SIZE(rows) + 2], struct option longs[ARRAY_SIZE(rows) + 1])
{
    *letters++ = ':'; /* a missing argument is reported as ':' and nothing is printed */
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].name != NULL)
            *longs++ = (struct option){ rows[i].name, rows[i].argument != NULL, NULL, rows[i].key };
        if (rows[i].key != 0 && rows[i].key < LONG_ONLY) {
            *letters++ = (char)rows[i].key;
            if (rows[i].argument != NULL)
                *letters++ = ':';
        }
    }
    *letters = '\0';
    *longs = (struct option){ NULL, 0, NULL, 0 };
}

static enum err read_options(int argc, char **argv, struct config *config, enum options_action *action,
                             struct error *error)
{
    char letters[2 * ARRAY_SIZE(rows) + 2];
    struct option longs[ARRAY_SIZE(rows) + 1];
    describe(letters, longs);
    optind = 0; /* getopt starts over, so that a test may call this again */
    for (int key; (key = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        const char *word = argv[optind - 1];
        if (key == '?' && optopt > 0 && optopt < LONG_ONLY)
            return error_set(error, ERR_SYNTAX, "-%c: unknown option; see dnsbld -h", optopt);
        if (key == '?')
            return error_set(error, ERR_SYNTAX, "%s: unknown option; see dnsbld -h", word);
        if (key == ':')
            return error_set(error, ERR_SYNTAX, "%s: an argument is missing; see dnsbld -h", word);
        const struct options_row *row = rows;
        while (row->key != key)
            row++;
        enum err err = apply(row, optarg, config, action, error);
        if (err != OK || *action >= OPTIONS_HELP)
            return err;
    }
    return OK;
}

/* The file that --config names, or NULL; errors in the options are reported later. */
static const char *find_config(int argc, char **argv)
{
    char letters[2 * ARRAY_SIZE(rows) + 2];
    struct option longs[ARRAY_SIZE(rows) + 1];
    const char *path = NULL;
    describe(letters, longs);
    optind = 0;
    for (int key; (key = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (key == 'h' || key == KEY_VERSION)
            return NULL;
        if (key == KEY_CONFIG)
            path = optarg;
    }
    return path;
}

/* The file first, then what overrides it; -v replaces the version of the file. */
static enum err read_all(int argc, char **argv, struct config *config, enum options_action *action,
                         struct error *error)
{
    const char *path = find_config(argc, argv);
    enum err err = path != NULL ? config_file_read(path, config, error) : OK;
    int version = config->version;
    config->version = VERSION_FULL;
    if (err == OK)
        err = read_options(argc, argv, config, action, error);
    if (config->version == VERSION_FULL)
        config->version = version;
    return err;
}

enum err options_parse(int argc, char **argv, struct config *config, enum options_action *action,
                       struct error *error)
{
    *action = OPTIONS_SERVE;
    enum err err = read_all(argc, argv, config, action, error);
    if (err != OK || *action >= OPTIONS_HELP)
        return err;
    for (int i = optind; i < argc && err == OK; i++)
        err = config_add_zone_spec(config, argv[i], error);
    if (err == OK)
        err = config_check(config, error);
    if (err == OK)
        err = config_add_never_list(config, error);
    if (err != OK)
        return err;
    config_name_lists(config);
    return config_list_policy_resolve(config, error);
}

void options_help(FILE *to)
{
    fputs("Usage: dnsbld [OPTION]... ZONE:TYPE:FILE[,FILE...]...\n"
          "Answers DNS queries for blocklists in rbldnsd's formats.\n"
          "TYPE is ip4set, ip4tset, ip4trie, ip6tset, ip6trie, dnset, generic, combined, acl or dynamic.\n",
          to);
    for (const struct options_row *row = rows; row < rows + ARRAY_SIZE(rows); row++) {
        char text[64] = "";
        const char *argument = row->argument != NULL ? row->argument : "";
        if (row->key == 0) {
            fprintf(to, "\n%s\n", row->help);
            continue;
        }
        if (row->key < LONG_ONLY && row->name != NULL)
            snprintf(text, sizeof(text), "-%c, --%s %s", row->key, row->name, argument);
        else if (row->key < LONG_ONLY)
            snprintf(text, sizeof(text), "-%c %s", row->key, argument);
        else
            snprintf(text, sizeof(text), "    --%s %s", row->name, argument);
        fprintf(to, "  %-22s %s\n", text, row->help);
    }
}
