#include "config/options.h"

#include "config/config_file.h"
#include "config/schema.h"

#include <getopt.h>
#include <string.h>

/* An option sets a key of the configuration file, chooses the action, or is read by hand (read_special). */
struct options_row {
    char letter;                /* 0: none */
    const char *name;           /* of the long option, or NULL */
    const char *argument;       /* what --help calls the argument; NULL: none */
    const char *setting;        /* the key, or section.key */
    const char *value;          /* what the key is set to; NULL: the argument */
    enum options_action action; /* OPTIONS_SERVE: leaves the action as it is */
    const char *help;
};

#define LONG_ONLY 256 /* what getopt_long() returns for a long option: this and the number of its row */

/* The first address of a kind replaces those of the file. */
static enum err add_address(const struct schema_row *row, const char *value, struct config_addresses *to,
                            struct error *error)
{
    if (to->address != to->options)
        *to = (struct config_addresses){ .address = to->options };
    if (to->count == row->max)
        return error_set(error, ERR_LIMIT, "at most %u %s", row->max, row->unit);
    to->options[to->count++] = value;
    return OK;
}

/* DEF:MIN:MAX, each optional. A default that is not given is clamped to the bounds. */
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

static enum err read_special(char letter, const char *value, struct config *config, struct error *error)
{
    switch (letter) {
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
        return error_set(error, ERR_REFUSED, "-%c: extensions are not supported; remove this option", letter);
    default: /* --config was read first */
        return OK;
    }
}

/* A row with neither letter nor name is a heading of --help. */
static const struct options_row rows[] = {
    { .help = "Network" },
    { 'b', NULL, "ADDR[/PORT]", "listen", .help = "listen on this address; repeatable, required" },
    { '4', NULL, NULL, "family", "ipv4", .help = "use only the IPv4 addresses of host names in -b" },
    { '6', NULL, NULL, "family", "ipv6", .help = "use only the IPv6 addresses of host names in -b" },
    { 0, "workers", "N|auto", "workers", .help = "worker threads (auto: one per CPU)" },
    { 0, "xdp", "INTERFACE", "xdp",
      .help = "answer plain queries in the kernel, at this interface; repeatable" },
    { 0, "tcp-idle", "TIME", "tcp.idle",
      .help = "close a TCP connection after this long without a query (10s)" },

    { .help = "Answers" },
    { 't', NULL, "DEF:MIN:MAX", .help = "default, lowest and highest TTL, each optional (35m)" },
    { 'a', NULL, NULL, "authority", "false", .help = "minimal answers (default)" },
    { 'A', NULL, NULL, "authority", "true", .help = "put the NS records into positive answers" },
    { 'v', NULL, NULL, .help = "hide the version number; twice: refuse version.bind" },

    { .help = "Lists" },
    { 'c', NULL, "TIME", "check_interval",
      .help = "check the files for changes this often (1m); 0: only on SIGHUP" },
    { 'e', NULL, NULL, "host_bits", "true", .help = "accept CIDR ranges with host bits set" },
    { 'C', NULL, NULL, "no_gunzip", "true", .help = "do not decompress gzipped files" },
    { 'q', NULL, NULL, "quickstart", "true", .help = "start serving before the lists are loaded" },
    { 0, "guards", "on|warn|off", "guards.mode",
      .help = "refuse data that looks broken (on), only log it, or do not look" },
    { 0, "check", NULL, .action = OPTIONS_CHECK, .help = "load all files, report every bad line, exit" },
    { 'd', NULL, NULL, .action = OPTIONS_DUMP,
      .help = "write the zones as master files to standard output, exit" },

    { .help = "API" },
    { 0, "api", "ADDR", "api", .help = "serve the API and the page on ADDR:PORT or unix:PATH; repeatable" },
    { 0, "page", "ADDR:PORT", "page", .help = "serve only the page and the public calls; repeatable" },
    { 0, "api-tokens", "FILE", "http.tokens", .help = "the tokens of the API, with their roles" },
    { 0, "state", "DIR", "state", .help = "store what the API changes there; else in memory only" },

    { .help = "Configuration" },
    { 0, "config", "FILE", .help = "read this file first; options override it, zones add to it" },
    { 0, "print-config", NULL, .action = OPTIONS_PRINT,
      .help = "print the configuration in force as a file, exit" },

    { .help = "Process" },
    { 'n', NULL, NULL, "foreground", "true", .help = "stay in the foreground, log to standard error" },
    { 'u', NULL, "USER[:GROUP]", "user", .help = "run as this user (rbldns if it exists, else nobody)" },
    { 'r', NULL, "DIR", "chroot", .help = "change the root directory" },
    { 'w', NULL, "DIR", "directory", .help = "change the working directory; file names are relative to it" },
    { 'p', NULL, "FILE", "pid_file", .help = "write the process id to this file" },
    { 'F', NULL, "FACILITY", "syslog_facility", .help = "syslog facility (daemon)" },
    { 'l', NULL, "[+]FILE", "query_log",
      .help = "log queries to FILE (-: standard output); +: each line at once" },
    { 's', NULL, "[+]FILE", "stats_file",
      .help = "append statistics to FILE every -c; +: counts since the last line" },
    { 'f', NULL, NULL, .help = "ignored: a reload never interrupts answers" },
    { 'h', "help", NULL, .action = OPTIONS_HELP, .help = "print this help, exit" },
    { 0, "version", NULL, .action = OPTIONS_VERSION, .help = "print the version, exit" },

    { .help = "Not supported" },
    { 'x', NULL, "FILE", .help = "load an extension" },
    { 'X', NULL, "ARG", .help = "the argument of the extension" },
};

/* Sets the key of the configuration file that the option stands for. */
static enum err apply_setting(const struct options_row *option, const char *argument, struct config *config,
                              struct error *error)
{
    const char *value = option->value != NULL ? option->value : argument;
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
    if (option->letter != 0)
        return error_set(error, reason.code, "-%c %s: %s", option->letter, value, reason.text);
    return error_set(error, reason.code, "--%s %s: %s", option->name, value, reason.text);
}

/* Returns what getopt_long() does; *row is the option, unless that is '?' or ':'. */
static int next_option(int argc, char **argv, const struct options_row **row)
{
    /* With ':' first a missing argument gives ':', and nothing is printed. */
    static char letters[2 * ARRAY_SIZE(rows) + 2] = ":";
    static struct option longs[ARRAY_SIZE(rows) + 1];
    char *letter = letters + 1;
    struct option *name = longs;
    for (int i = 0; i < (int)ARRAY_SIZE(rows); i++) {
        bool argument = rows[i].argument != NULL;
        if (rows[i].name != NULL)
            *name++ = (struct option){ rows[i].name, argument, NULL, LONG_ONLY + i };
        if (rows[i].letter != 0)
            letter += sprintf(letter, "%c%s", rows[i].letter, argument ? ":" : "");
    }
    int key = getopt_long(argc, argv, letters, longs, NULL);
    *row = rows + (key >= LONG_ONLY ? key - LONG_ONLY : 0);
    while (key < LONG_ONLY && *row < rows + ARRAY_SIZE(rows) && (*row)->letter != key)
        ++*row;
    return key;
}

static enum err read_options(int argc, char **argv, struct config *config, enum options_action *action,
                             struct error *error)
{
    optind = 0; /* getopt starts over */
    const struct options_row *row;
    for (int key; (key = next_option(argc, argv, &row)) != -1;) {
        const char *word = argv[optind - 1];
        if (key == '?' && optopt > 0 && optopt < LONG_ONLY)
            return error_set(error, ERR_SYNTAX, "-%c: unknown option; see dnsbld -h", optopt);
        if (key == '?')
            return error_set(error, ERR_SYNTAX, "%s: unknown option; see dnsbld -h", word);
        if (key == ':')
            return error_set(error, ERR_SYNTAX, "%s: an argument is missing; see dnsbld -h", word);
        if (row->action > *action)
            *action = row->action;
        enum err err = row->setting != NULL ? apply_setting(row, optarg, config, error)
                                            : read_special(row->letter, optarg, config, error);
        if (err != OK || *action >= OPTIONS_HELP)
            return err;
    }
    return OK;
}

/* The file that --config names, or NULL; errors in the options are reported later. */
static const char *find_config(int argc, char **argv)
{
    const struct options_row *row;
    const char *path = NULL;
    optind = 0;
    for (int key; (key = next_option(argc, argv, &row)) != -1;) {
        if (key == '?' || key == ':')
            continue;
        if (row->action >= OPTIONS_HELP)
            return NULL;
        if (row->name != NULL && strcmp(row->name, "config") == 0)
            path = optarg;
    }
    return path;
}

enum err options_parse(int argc, char **argv, struct config *config, enum options_action *action,
                       struct error *error)
{
    const char *path = find_config(argc, argv);
    *action = OPTIONS_SERVE;
    enum err err = path != NULL ? config_file_read(path, config, error) : OK;
    int version = config->version;
    int guards = config->guards.mode;
    config->version = VERSION_FULL; /* -v replaces that of the file, and --guards those of its lists */
    config->guards.mode = GUARD_MODES;
    if (err == OK)
        err = read_options(argc, argv, config, action, error);
    if (config->version == VERSION_FULL)
        config->version = version;
    for (size_t i = 0; i < config->sets_count && config->guards.mode != GUARD_MODES; i++)
        config->sets[i].guards.mode = config->guards.mode;
    if (config->guards.mode == GUARD_MODES)
        config->guards.mode = guards;
    if (err != OK || *action >= OPTIONS_HELP)
        return err;
    for (int i = optind; i < argc && err == OK; i++)
        err = config_add_zone_spec(config, argv[i], error);
    return err == OK ? config_complete(config, error) : err;
}

void options_help(FILE *to)
{
    fputs("dnsbld " DNSBLD_VERSION "\n"
          "Usage: dnsbld [OPTION]... ZONE:TYPE:FILE[,FILE...]...\n"
          "Answers DNS queries for blocklists in rbldnsd's formats.\n"
          "TYPE is ip4set, ip4tset, ip4trie, ip6tset, ip6trie, dnset, generic, combined, acl or dynamic.\n",
          to);
    for (const struct options_row *row = rows; row < rows + ARRAY_SIZE(rows); row++) {
        char text[64] = "";
        const char *argument = row->argument != NULL ? row->argument : "";
        if (row->letter == 0 && row->name == NULL) {
            fprintf(to, "\n%s\n", row->help);
            continue;
        }
        if (row->letter != 0 && row->name != NULL)
            snprintf(text, sizeof(text), "-%c, --%s %s", row->letter, row->name, argument);
        else if (row->letter != 0)
            snprintf(text, sizeof(text), "-%c %s", row->letter, argument);
        else
            snprintf(text, sizeof(text), "    --%s %s", row->name, argument);
        fprintf(to, "  %-22s %s\n", text, row->help);
    }
}
