#include "config/options.h"

#include "config/config_file.h"
#include "config/config_list_policy.h"
#include "config/schema_value.h"

#include <getopt.h>
#include <string.h>

/* What an option does is one of: it sets a key of the configuration file, it raises a flag, or it is a call.
 */
struct config_option {
    int key;              /* the letter, or a number from LONG_ONLY on */
    const char *name;     /* of the long option, or NULL */
    const char *argument; /* what --help calls the argument; NULL: none */
    const char *help;
    const char *setting; /* the key, of a section within as section.key */
    const char *value;   /* what the key becomes; NULL: the argument */
    size_t flag;         /* offset of a bool in struct config */
    enum err (*call)(struct config *, int key, const char *value, struct error *);
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

static enum err set_bind(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    if (config->binds_count == LISTEN_ADDRESS_MAX)
        return error_set(error, ERR_LIMIT, "-b %s: more than %d addresses to listen on", value,
                         LISTEN_ADDRESS_MAX);
    config->binds[config->binds_count++] = value;
    return OK;
}

/* --api and --page; the first of a kind replaces what the file has. */
static enum err add_address(struct config *config, int key, const char *value, struct error *error)
{
    struct config_addresses *to = key == KEY_API ? &config->api : &config->page;
    if (to->from_file) {
        to->count = 0;
        to->from_file = false;
    }
    if (to->count == HTTP_LISTENERS_MAX)
        return error_set(error, ERR_LIMIT, "%s: more than %d addresses", value, HTTP_LISTENERS_MAX);
    to->address[to->count++] = value;
    return OK;
}

/* def:min:max, each may be missing. A default that is not given moves into the bounds. */
static enum err set_ttl(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
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
        return error_set(error, ERR_SYNTAX, "-t %s: def:min:max expected, such as 35m:1m:1d", value);
    if (part[1] > max || (given && (part[0] < part[1] || part[0] > max)))
        return error_set(error, ERR_SYNTAX, "-t %s: the default must lie within min and max", value);
    config->default_ttl = part[0] < part[1] ? part[1] : part[0] > max ? max : part[0];
    config->min_ttl = part[1];
    config->max_ttl = part[2];
    return OK;
}

static enum err hide_version(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    (void)value;
    (void)error;
    config->version_hidden += config->version_hidden < VERSION_REFUSED;
    return OK;
}

static enum err refuse(struct config *config, int key, const char *value, struct error *error)
{
    (void)config;
    (void)value;
    return error_set(error, ERR_REFUSED, "-%c: extensions are not supported; start without it", key);
}

#define SETS(key, to) .setting = key, .value = to
#define NOTHING       .setting = NULL
#define FLAG(field)   .flag = offsetof(struct config, field)

/* A row with neither letter nor name is a heading of --help. */
static const struct config_option rows[] = {
    { .help = "Network" },
    { 'b', NULL, "ADDR[/PORT]", "listen here; repeatable, required", .call = set_bind },
    { '4', NULL, NULL, "use only the IPv4 addresses that -b names", SETS("family", "ipv4") },
    { '6', NULL, NULL, "use only the IPv6 addresses that -b names", SETS("family", "ipv6") },
    { KEY_WORKERS, "workers", "N|auto", "threads that answer (auto: one for every CPU)",
      SETS("workers", NULL) },
    { KEY_TCP_IDLE, "tcp-idle", "TIME", "close TCP connections without a query for so long (10s)",
      SETS("tcp.idle", NULL) },

    { .help = "Answers" },
    { 't', NULL, "DEF:MIN:MAX", "default and bounds of TTLs, parts optional (35m)", .call = set_ttl },
    { 'a', NULL, NULL, "minimal answers (default)", SETS("authority", "false") },
    { 'A', NULL, NULL, "put the NS records into positive answers", SETS("authority", "true") },
    { 'v', NULL, NULL, "hide the version number; twice: refuse the question", .call = hide_version },

    { .help = "Lists" },
    { 'c', NULL, "TIME", "look at the files this often (1m); 0: only on SIGHUP",
      SETS("check_interval", NULL) },
    { 'e', NULL, NULL, "accept CIDR ranges with host bits set", SETS("host_bits", "true") },
    { 'C', NULL, NULL, "do not decompress gzipped files", SETS("no_gunzip", "true") },
    { 'q', NULL, NULL, "quick start: serve first, load then", SETS("quickstart", "true") },
    { KEY_CHECK, "check", NULL, "read all files, report every bad line, exit", FLAG(check_only) },
    { 'd', NULL, NULL, "write the zones in BIND's format to standard output, exit", FLAG(dump) },

    { .help = "API" },
    { KEY_API, "api", "ADDR", "serve the API and the page: ADDR:PORT or unix:PATH; repeatable",
      .call = add_address },
    { KEY_PAGE, "page", "ADDR:PORT", "serve only what the public may use; repeatable", .call = add_address },
    { KEY_TOKENS, "api-tokens", "FILE", "who may do what by the API", SETS("http.tokens", NULL) },
    { KEY_STATE, "state", "DIR", "keep what the API does there, not in memory only", SETS("state", NULL) },

    { .help = "Configuration" },
    { KEY_CONFIG, "config", "FILE", "read this file first; options override it, zones add to it", NOTHING },
    { KEY_PRINT_CONFIG, "print-config", NULL, "print a configuration file that says the same, exit",
      NOTHING },

    { .help = "Process" },
    { 'n', NULL, NULL, "stay in the foreground, log to standard error", SETS("foreground", "true") },
    { 'u', NULL, "USER[:GROUP]", "run as this user (rbldns if it exists, else nobody)", SETS("user", NULL) },
    { 'r', NULL, "DIR", "change the root directory", SETS("chroot", NULL) },
    { 'w', NULL, "DIR", "change the working directory; files are relative to it", SETS("directory", NULL) },
    { 'p', NULL, "FILE", "write the process id there", SETS("pid_file", NULL) },
    { 'F', NULL, "FACILITY", "syslog facility (daemon)", SETS("syslog_facility", NULL) },
    { 'l', NULL, "[+]FILE", "query log; + writes every line at once, - is standard output",
      SETS("query_log", NULL) },
    { 's', NULL, "[+]FILE", "a line of statistics every -c; + counts since the last one",
      SETS("stats_file", NULL) },
    { 'f', NULL, NULL, "accepted; a reload never stops the answers", FLAG(fork_asked) },
    { 'h', "help", NULL, "this help", NOTHING },
    { KEY_VERSION, "version", NULL, "print the version", NOTHING },

    { .help = "Not supported" },
    { 'x', NULL, "FILE", "load an extension", .call = refuse },
    { 'X', NULL, "ARG", "its argument", .call = refuse },
};

static enum err apply_setting(const struct config_option *option, const char *value, struct config *config,
                              struct error *error)
{
    const struct schema_row *section = schema_root;
    const char *key = strchr(option->setting, '.');
    char outer[32], letter[] = { '-', (char)option->key, '\0' };
    void *in = config;
    struct error reason;
    if (key != NULL) {
        snprintf(outer, sizeof(outer), "%.*s", (int)(key - option->setting), option->setting);
        const struct schema_row *row = &section[schema_index(section, outer)];
        section = row->section;
        in = (char *)config + row->offset;
    }
    key = key != NULL ? key + 1 : option->setting;
    if (schema_value_read(&section[schema_index(section, key)], value, in, &reason) == OK)
        return OK;
    bool is_long = option->key >= LONG_ONLY;
    return error_set(error, reason.code, "%s%s %s: %s", is_long ? "--" : letter, is_long ? option->name : "",
                     value, reason.text);
}

static enum err apply(const struct config_option *row, const char *value, struct config *config,
                      struct error *error)
{
    if (row->setting != NULL)
        return apply_setting(row, row->value != NULL ? row->value : value, config, error);
    if (row->call != NULL)
        return row->call(config, row->key, value, error);
    if (row->flag != 0)
        *((bool *)config + row->flag) = true;
    return OK;
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
    optind = 0; /* starts anew, so that a test may call this again */
    for (int key; (key = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        const char *word = argv[optind - 1];
        if (key == '?' && optopt > 0 && optopt < LONG_ONLY)
            return error_set(error, ERR_SYNTAX, "-%c: unknown option; see dnsbld -h", optopt);
        if (key == '?')
            return error_set(error, ERR_SYNTAX, "%s: unknown option; see dnsbld -h", word);
        if (key == ':')
            return error_set(error, ERR_SYNTAX, "%s: an argument is missing; see dnsbld -h", word);
        if (key == 'h' || key == KEY_VERSION) {
            *action = key == 'h' ? OPTIONS_HELP : OPTIONS_VERSION;
            return OK;
        }
        if (key == KEY_PRINT_CONFIG)
            *action = OPTIONS_PRINT;
        const struct config_option *row = rows;
        while (row->key != key)
            row++;
        enum err err = apply(row, optarg, config, error);
        if (err != OK)
            return err;
    }
    return OK;
}

/* The file that --config names, or NULL; whatever is wrong with the options is found later. */
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

/* The file first, then what overrides it: some -b replace all its addresses, -v its word on the version. */
static enum err read_all(int argc, char **argv, struct config *config, enum options_action *action,
                         struct error *error)
{
    const char *path = find_config(argc, argv);
    enum err err = path != NULL ? config_file_read(path, config, error) : OK;
    size_t binds_count = config->binds_count;
    int version_hidden = config->version_hidden;
    config->binds_count = 0;
    config->version_hidden = VERSION_FULL;
    if (err == OK)
        err = read_options(argc, argv, config, action, error);
    if (config->binds_count == 0)
        config->binds_count = binds_count;
    if (config->version_hidden == VERSION_FULL)
        config->version_hidden = version_hidden;
    return err;
}

enum err options_parse(int argc, char **argv, struct config *config, enum options_action *action,
                       struct error *error)
{
    *action = OPTIONS_SERVE;
    enum err err = read_all(argc, argv, config, action, error);
    if (err != OK || *action == OPTIONS_HELP || *action == OPTIONS_VERSION)
        return err;
    for (int i = optind; i < argc && err == OK; i++)
        err = config_add_zone(config, argv[i], error);
    if (err == OK)
        err = config_check(config, error);
    if (err == OK)
        err = config_take_never(config, error);
    if (err != OK)
        return err;
    config_name_lists(config);
    return config_list_policy_settle(config, error);
}

void options_help(FILE *to)
{
    fputs("Usage: dnsbld [OPTION]... ZONE:TYPE:FILE[,FILE...]...\n"
          "Answers DNS queries for blocklists in rbldnsd's formats.\n"
          "TYPE is ip4set, ip4tset, ip4trie, ip6tset, ip6trie, dnset, generic, combined, acl or dynamic.\n",
          to);
    for (const struct config_option *row = rows; row < rows + ARRAY_SIZE(rows); row++) {
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
