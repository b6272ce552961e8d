#include "daemon/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <syslog.h>

#define MAX_WORKERS 1024

enum kind { FLAG, TEXT, CALL };

struct option_row {
    int key;              /* the letter, or a number from LONG_ONLY on */
    const char *name;     /* of the long option, or NULL */
    const char *argument; /* what --help calls the argument; NULL: none */
    const char *help;     /* NULL: not shown */
    enum kind kind;
    size_t offset; /* FLAG and TEXT: of the bool or const char * in struct config */
    enum err (*call)(struct config *, int key, const char *value, struct error *);
};

enum { LONG_ONLY = 256, KEY_WORKERS, KEY_CHECK, KEY_TCP_IDLE, KEY_VERSION };

/* Reads a number of `unit`s at *text, moves past it; false if there is none or it does not fit 32 bits. */
static bool read_seconds(const char **text, uint32_t *seconds)
{
    static const struct {
        char suffix;
        uint32_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
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

static enum err set_bind(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    if (config->binds_count == ADDRESS_MAX)
        return error_set(error, ERR_LIMIT, "-b %s: more than %d addresses to listen on", value, ADDRESS_MAX);
    config->binds[config->binds_count++] = value;
    return OK;
}

static enum err set_family(struct config *config, int key, const char *value, struct error *error)
{
    (void)value;
    (void)error;
    config->family = key == '4' ? AF_INET : AF_INET6;
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
        if (*p != ':' && *p != '\0' && !read_seconds(&p, &part[i]))
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

static enum err set_check_interval(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    const char *p = value;
    uint32_t seconds;
    if (!read_seconds(&p, &seconds) || *p != '\0')
        return error_set(error, ERR_SYNTAX, "-c %s: a time expected, such as 60, 1m or 0", value);
    config->check_seconds = seconds;
    return OK;
}

static enum err set_minimal(struct config *config, int key, const char *value, struct error *error)
{
    (void)value;
    (void)error;
    config->authority = key == 'A';
    return OK;
}

static enum err hide_version(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    (void)value;
    (void)error;
    config->version_hidden++;
    return OK;
}

static enum err set_facility(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    static const struct {
        const char *name;
        int facility;
    } table[] = {
        { "auth", LOG_AUTH },     { "authpriv", LOG_AUTHPRIV }, { "cron", LOG_CRON },
        { "daemon", LOG_DAEMON }, { "ftp", LOG_FTP },           { "kern", LOG_KERN },
        { "lpr", LOG_LPR },       { "mail", LOG_MAIL },         { "news", LOG_NEWS },
        { "syslog", LOG_SYSLOG }, { "user", LOG_USER },         { "uucp", LOG_UUCP },
        { "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },     { "local2", LOG_LOCAL2 },
        { "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },     { "local5", LOG_LOCAL5 },
        { "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (strcmp(value, table[i].name) == 0) {
            config->facility = table[i].facility;
            return OK;
        }
    }
    return error_set(error, ERR_SYNTAX, "-F %s: not a syslog facility; daemon or local0 to local7 are usual",
                     value);
}

static enum err set_workers(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    char *end;
    unsigned long n = strtoul(value, &end, 10);
    if (strcmp(value, "auto") == 0)
        n = 0;
    else if (!isdigit((unsigned char)*value) || *end != '\0' || n == 0 || n > MAX_WORKERS)
        return error_set(error, ERR_SYNTAX, "--workers %s: auto or a number from 1 to %d expected", value,
                         MAX_WORKERS);
    config->workers = (unsigned)n;
    return OK;
}

static enum err set_tcp_idle(struct config *config, int key, const char *value, struct error *error)
{
    (void)key;
    const char *p = value;
    uint32_t seconds;
    if (!read_seconds(&p, &seconds) || *p != '\0' || seconds == 0)
        return error_set(error, ERR_SYNTAX, "--tcp-idle %s: a time expected, such as 10s", value);
    config->tcp.idle_seconds = seconds;
    return OK;
}

static enum err refuse(struct config *config, int key, const char *value, struct error *error)
{
    (void)config;
    (void)value;
    return error_set(error, ERR_REFUSED, "-%c: not supported yet; start without it", key);
}

#define AT(field) offsetof(struct config, field)

/* A row with neither letter nor name is a heading of --help. */
static const struct option_row rows[] = {
    { .help = "Network" },
    { 'b', NULL, "ADDR[/PORT]", "listen here; repeatable, required", CALL, 0, set_bind },
    { '4', NULL, NULL, "use only the IPv4 addresses that -b names", CALL, 0, set_family },
    { '6', NULL, NULL, "use only the IPv6 addresses that -b names", CALL, 0, set_family },
    { KEY_WORKERS, "workers", "N|auto", "threads that answer (auto: one for every CPU)", CALL, 0,
      set_workers },
    { KEY_TCP_IDLE, "tcp-idle", "TIME", "close TCP connections without a query for so long (10s)", CALL, 0,
      set_tcp_idle },

    { .help = "Answers" },
    { 't', NULL, "DEF:MIN:MAX", "default and bounds of TTLs, parts optional (35m)", CALL, 0, set_ttl },
    { 'a', NULL, NULL, "minimal answers (default)", CALL, 0, set_minimal },
    { 'A', NULL, NULL, "put the NS records into positive answers", CALL, 0, set_minimal },
    { 'v', NULL, NULL, "hide the version number; twice: refuse the question", CALL, 0, hide_version },

    { .help = "Lists" },
    { 'c', NULL, "TIME", "look at the files this often (1m); 0: only on SIGHUP", CALL, 0,
      set_check_interval },
    { 'e', NULL, NULL, "accept CIDR ranges with host bits set", FLAG, AT(host_bits), NULL },
    { 'C', NULL, NULL, "do not decompress gzipped files", FLAG, AT(no_gunzip), NULL },
    { 'q', NULL, NULL, "quick start: serve first, load then", FLAG, AT(quickstart), NULL },
    { KEY_CHECK, "check", NULL, "read all files, report every bad line, exit", FLAG, AT(check_only), NULL },

    { .help = "Process" },
    { 'n', NULL, NULL, "stay in the foreground, log to standard error", FLAG, AT(foreground), NULL },
    { 'u', NULL, "USER[:GROUP]", "run as this user (rbldns if it exists, else nobody)", TEXT, AT(user),
      NULL },
    { 'r', NULL, "DIR", "change the root directory", TEXT, AT(root), NULL },
    { 'w', NULL, "DIR", "change the working directory; files are relative to it", TEXT, AT(directory), NULL },
    { 'p', NULL, "FILE", "write the process id there", TEXT, AT(pid_file), NULL },
    { 'F', NULL, "FACILITY", "syslog facility (daemon)", CALL, 0, set_facility },
    { 'l', NULL, "[+]FILE", "query log; + writes every line at once, - is standard output", TEXT,
      AT(query_log), NULL },
    { 's', NULL, "[+]FILE", "a line of statistics every -c; + counts since the last one", TEXT,
      AT(stats_file), NULL },
    { 'd', NULL, NULL, "write the zones in BIND's format to standard output, exit", FLAG, AT(dump), NULL },
    { 'f', NULL, NULL, "accepted; a reload never stops the answers", FLAG, AT(fork_asked), NULL },
    { 'h', "help", NULL, "this help", CALL, 0, NULL },
    { KEY_VERSION, "version", NULL, "print the version", CALL, 0, NULL },

    { .help = "Not supported yet" },
    { 'x', NULL, "FILE", "load an extension", CALL, 0, refuse },
    { 'X', NULL, "ARG", "its argument", CALL, 0, refuse },
};

static enum err apply(const struct option_row *row, const char *value, struct config *config,
                      struct error *error)
{
    void *field = (char *)config + row->offset;
    if (row->kind == CALL)
        return row->call(config, row->key, value, error);
    if (row->kind == FLAG)
        *(bool *)field = true;
    else
        *(const char **)field = value;
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
        const struct option_row *row = rows;
        while (row->key != key)
            row++;
        enum err err = apply(row, optarg, config, error);
        if (err != OK)
            return err;
    }
    return OK;
}

enum err options_parse(int argc, char **argv, struct config *config, enum options_action *action,
                       struct error *error)
{
    *action = OPTIONS_SERVE;
    enum err err = read_options(argc, argv, config, action, error);
    if (err != OK || *action != OPTIONS_SERVE)
        return err;
    for (int i = optind; i < argc; i++) {
        err = config_add_zone(config, argv[i], error);
        if (err != OK)
            return err;
    }
    if (config->zones_count == 0)
        return error_set(error, ERR_SYNTAX,
                         "no zone is named; write zone:type:file[,file...], see dnsbld -h");
    config_name_lists(config);
    return OK;
}

void options_help(FILE *to)
{
    fputs("Usage: dnsbld [OPTION]... ZONE:TYPE:FILE[,FILE...]...\n"
          "Answers DNS queries for blocklists in rbldnsd's formats.\n"
          "TYPE is ip4set, ip4tset, ip4trie, ip6tset, ip6trie or dnset.\n",
          to);
    for (const struct option_row *row = rows; row < rows + ARRAY_SIZE(rows); row++) {
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
