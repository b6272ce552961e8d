#include "config/schema.h"

#include "config/config.h"
#include "net/steering.h"
#include "view/suffixes.h"
#include "xdp/data.h"

#include <stdlib.h>
#include <string.h>

#include <syslog.h>

#define WEEKS (52 * 604800u) /* about a year, in seconds: the longest that makes sense */

static const struct schema_choice families[] = {
    { "any", AF_UNSPEC }, { "ipv4", AF_INET }, { "ipv6", AF_INET6 }, { NULL, 0 }
};

static const struct schema_choice steerings[] = {
    { "auto", STEERING_AUTO }, { "on", STEERING_ON }, { "off", STEERING_OFF }, { NULL, 0 }
};

static const struct schema_choice versions[] = {
    { "full", VERSION_FULL }, { "name", VERSION_NAME }, { "refused", VERSION_REFUSED }, { NULL, 0 }
};

static const struct schema_choice facilities[] = {
    { "auth", LOG_AUTH },     { "authpriv", LOG_AUTHPRIV }, { "cron", LOG_CRON },
    { "daemon", LOG_DAEMON }, { "ftp", LOG_FTP },           { "kern", LOG_KERN },
    { "lpr", LOG_LPR },       { "mail", LOG_MAIL },         { "news", LOG_NEWS },
    { "syslog", LOG_SYSLOG }, { "user", LOG_USER },         { "uucp", LOG_UUCP },
    { "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },     { "local2", LOG_LOCAL2 },
    { "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },     { "local5", LOG_LOCAL5 },
    { "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 },     { NULL, 0 }
};

static const struct schema_choice guard_modes[] = {
    { "on", GUARD_ON }, { "warn", GUARD_WARN }, { "off", GUARD_OFF }, { NULL, 0 }
};

static const struct schema_choice stale[] = {
    { "servfail", STALE_SERVFAIL }, { "serve", STALE_SERVE }, { "drop", STALE_DROP }, { NULL, 0 }
};

static const struct schema_choice privacies[] = {
    { "full", PRIVACY_FULL }, { "prefix", PRIVACY_PREFIX }, { "none", PRIVACY_NONE }, { NULL, 0 }
};

static const struct schema_choice over_limit[] = {
    { "log", OVER_LOG }, { "refuse", OVER_REFUSE }, { "code", OVER_CODE }, { NULL, 0 }
};

const struct schema_row schema_root[] = {
    { "listen", TEXTS(config, listen), .max = LISTEN_ADDRESS_MAX, .unit = "addresses",
      .help = "Addresses to listen on, each as ADDRESS or ADDRESS/PORT; the default port is 53. Required "
              "here or as -b, which replaces them all." },
    { "family", CHOICE(config, family), "any", .choices = families,
      .help = "Which addresses of a host name in listen are used. As -4 and -6." },
    { "workers", NUMBER(config, workers), "auto", .min = 1, .max = 1024, .zero = "auto", .unit = "threads",
      .help =
          "Threads that answer queries; auto is one for every CPU that the process may use. As --workers." },
    { "steering", CHOICE(config, steering), "auto", .choices = steerings,
      .help =
          "Have UDP queries answered by the worker on the CPU that receives them: on, all of them; auto, "
          "those of interfaces that, at the start, have a receive queue for each worker; off, none, as "
          "with more workers than CPUs. Those that are not steered the kernel spreads over the workers by "
          "a hash of addresses and ports." },
    { "xdp", TEXTS(config, xdp), .alone = true, .max = XDP_INTERFACES_MAX, .unit = "interfaces",
      .help = "Network interfaces at which a program in the kernel answers plain queries: the fast path, see "
              "dnsbld(8). A single one needs no list. As --xdp, which replaces them all." },
    { "memory_limit", NUMBER(config, memory_percent), "75", .min = 1, .max = 100, .zero = "off",
      .unit = "percent",
      .help = "The share of the machine's memory that the lists may take, including what loading needs. A "
              "load that needs more fails, and the old data stays in service." },
    { "edns_size", NUMBER(config, edns_size), "1232", .min = 512, .max = 4096, .unit = "bytes",
      .help = "The longest UDP reply to a client that uses EDNS, and the size announced to it." },
    { "tcp", SECTION(config, tcp), .section = schema_tcp, .help = "Limits of TCP, for each worker." },
    { "authority", BOOL(config, authority), "false",
      .help = "Put the zone's NS records into positive answers. As -A; false is -a." },
    { "version", CHOICE(config, version), "full", .choices = versions,
      .help = "What version.bind is answered with: name and version, the name only (-v), or REFUSED (-vv)." },
    { "hostname", TEXT(config, hostname),
      .help = "What hostname.bind is answered with; without it the query is refused." },
    { "identity", TEXT(config, identity),
      .help = "What id.server and the NSID option are answered with; without it the query is refused and the "
              "option is left out." },
    { "minimal_any", BOOL(config, minimal_any), "false",
      .help = "Answer ANY over UDP with the A records only, or with one other type if there are none (RFC "
              "8482)." },
    { "cookies", BOOL(config, cookies), "true", .help = "Use DNS cookies (RFC 7873)." },
    { "cookie_secret", TEXT(config, cookie_secret),
      .help = "A file with the secret of the cookies: 32 hexadecimal digits, and in an optional second line "
              "the previous secret. It is read again when it changes. Servers that share an address share "
              "it. Without it the secret is random and changes every day." },
    { "rate_limit", SECTION(config, rate_limit), .section = schema_rate,
      .help = "Limits of UDP replies, for each worker. TCP and valid cookies are exempt." },
    { "keys", SECTION(config, keys), .section = schema_keys,
      .help = "The keys of customers, for zones that require them." },
    { "public_resolvers", SECTION(config, public_resolvers), .section = schema_public,
      .help = "Clients for which zones without keys list everything, with 127.255.255.254. Caution: a mail "
              "server that does not check the code rejects all mail." },
    { "misspelt_zones", SECTION(config, misspelt_zones), .section = schema_misspelt,
      .help = "See misspelt in zones." },
    { "help_address", TEXT(config, help),
      .help = "Where the TXT records of 127.255.255.252, .254 and .255 refer people to, such as the address "
              "of a web page." },
    { "ttl", TIME(config, default_ttl), "35m", .min = 1, .max = WEEKS,
      .help = "The TTL of answers from lists that set none. The first part of -t." },
    { "min_ttl", TIME(config, min_ttl), "none", .min = 1, .max = WEEKS, .zero = "none",
      .help = "The lowest TTL that a list may set. The second part of -t." },
    { "max_ttl", TIME(config, max_ttl), "none", .min = 1, .max = WEEKS, .zero = "none",
      .help = "The highest TTL that a list may set. The third part of -t." },
    { "check_interval", TIME(config, check_seconds), "1m", .max = WEEKS,
      .help = "How often all files are checked for changes, in addition to being watched; 0: only SIGHUP "
              "reloads. As -c." },
    { "host_bits", BOOL(config, host_bits), "false",
      .help = "Accept CIDR ranges with host bits set; the bits are cleared. As -e." },
    { "no_gunzip", BOOL(config, no_gunzip), "false", .help = "Do not decompress gzipped files. As -C." },
    { "quickstart", BOOL(config, quickstart), "false",
      .help = "Start to serve before the lists are loaded; until a list is loaded, its zones answer "
              "SERVFAIL. As -q." },
    { "foreground", BOOL(config, foreground), "false",
      .help = "Stay in the foreground and log to standard error. As -n." },
    { "user", TEXT(config, user),
      .help = "USER or USER:GROUP to run as when started by root; the default is rbldns if there is such a "
              "user, else nobody. As -u." },
    { "chroot", TEXT(config, root), .help = "The new root directory. As -r." },
    { "directory", TEXT(config, directory),
      .help = "The working directory, within the new root; file names are relative to it. As -w." },
    { "pid_file", TEXT(config, pid_file), .help = "The file that the process id is written to. As -p." },
    { "syslog_facility", CHOICE(config, facility), "daemon", .choices = facilities,
      .help = "The syslog facility. As -F." },
    { "query_log", TEXT(config, query_log),
      .help = "The file to which a line is written for every query; with a + in front each line is written "
              "at once, - is standard output. As -l." },
    { "stats_file", TEXT(config, stats_file),
      .help = "The file to which a line of statistics is written at every check_interval; with a + in front "
              "the line counts from the one before. As -s." },
    { "api", TEXTS(config, api), .max = HTTP_LISTENERS_MAX, .unit = "addresses",
      .help = "Where the API and the public page are served, each as ADDRESS:PORT, [ADDRESS]:PORT or "
              "unix:PATH. As --api." },
    { "page", TEXTS(config, page), .max = HTTP_LISTENERS_MAX, .unit = "addresses",
      .help =
          "Where only what the public may use is served: the page, look-ups, removal requests. As --page." },
    { "http", SECTION(config, http), .section = schema_http, .help = "Settings of api and page." },
    { "banner", SECTION(config, banner), .section = schema_banner,
      .help = "What people are told on every page and with every look-up of the API, for a time." },
    { "state", TEXT(config, state),
      .help = "The directory in which delistings and everything else that the API changes are stored. "
              "Without it they are kept in memory only and are lost when the server stops. As --state." },
    { "never_list", TEXT(config, never_list),
      .help = "A file of addresses, ranges and domains that no list may list, whatever its files or the API "
              "say. It is read again when it changes." },
    { "rules", BY_HAND(SECTIONS), .section = schema_rules,
      .help = "Who may remove what from which list. Each section applies to the lists it names; the defaults "
              "apply to all others." },
    { "resolver", SECTION(config, resolver), .section = schema_resolver,
      .help = "Who is asked in DNS for what proves control of an address or a domain (proof in rules)." },
    { "breaker", SECTION(config, breaker), .section = schema_breaker,
      .help =
          "Public removals from each list within an hour, at most. What goes beyond waits for a review." },
    { "limits", SECTION(config, limits), .section = schema_limits, .help = "Limits of the API." },
    { "overlay_memory", NUMBER(config, overlay_mib), "1024", .min = 4, .max = 32768, .unit = "MiB",
      .help = "The most memory for delistings, listings and allows." },
    { "age_space", NUMBER(config, age_mib), "1024", .min = 1, .max = 1048576, .zero = "off", .unit = "MiB",
      .help = "The most disk space in the state directory for since when each list has named what it names; "
              "see dnsbld(8). Look-ups and the page show it. A list that needs more than is left has none." },
    { "privacy", CHOICE(config, privacy), "full", .choices = privacies,
      .help = "What is stored about clients and requesters: everything (full), the /24 or /48 of an address "
              "and the domain of an e-mail address (prefix), or nothing (none). Reviewers of removal "
              "requests see no more either." },
    { "retention", SECTION(config, retention), .section = schema_retention,
      .help = "How long data is kept." },
    { "confirm_command", TEXT(config, confirm_command),
      .help = "A program that sends the confirmation code of a removal request. Its standard input has the "
              "e-mail address, the code and the id of the request, a line each. An absolute path, to which "
              "chroot does not apply." },
    { "commands", SECTION(config, commands), .section = schema_commands,
      .help = "Limits of confirm_command." },
    { "guards", SECTION(config, guards), .section = schema_guards,
      .help = "What a reload must not do to a list. A reload that does is refused, and the old data stays in "
              "service; see GUARDS." },
    { "lists", BY_HAND(SECTIONS), .section = schema_list,
      .help = "The lists, a section each. Sections of one name are parts of one list, such as its IPv4 and "
              "its IPv6 addresses." },
    { "zones", BY_HAND(SECTIONS), .section = schema_zone,
      .help = "The zones, a section each. Zones on the command line are added." },
    { "acls", BY_HAND(TEXTS),
      .help = "Lists of type acl that apply to all zones. As :acl:FILE on the command line." },
    { NULL }
};

const struct schema_row schema_tcp[] = {
    { "connections", NUMBER(tcp_limits, connections), "1000", .min = 1, .max = 100000, .unit = "connections",
      .help = "Open connections, at most. When all are taken, a new one takes the place of the longest idle "
              "one of the client that has most idle ones." },
    { "per_client", NUMBER(tcp_limits, per_client), "20", .min = 1, .max = 100000, .unit = "connections",
      .help = "Open connections from one address or one IPv6 /64, at most." },
    { "idle", TIME(tcp_limits, idle_seconds), "10s", .min = 1, .max = 3600,
      .help = "A connection is closed after this time without a complete query. As --tcp-idle." },
    { "crowded_idle", TIME(tcp_limits, crowded_seconds), "2s", .min = 1, .max = 3600,
      .help = "Likewise while more than half of the connections are in use." },
    { "max_age", TIME(tcp_limits, age_seconds), "10m", .min = 1, .max = WEEKS,
      .help = "A connection is closed at this age." },
    { "queries", NUMBER(tcp_limits, queries), "1000000", .min = 1, .max = UINT32_MAX, .unit = "queries",
      .help = "A connection is closed after this number of queries." },
    { NULL }
};

const struct schema_row schema_rate[] = {
    { "responses_per_second", NUMBER(config_rate, rules.responses_per_second), "off", .min = 1,
      .max = 1000000, .zero = "off", .unit = "replies",
      .help = "Replies per second to one prefix of clients, at most." },
    { "slip", NUMBER(config_rate, rules.slip), "2", .min = 1, .max = 1000, .zero = "none", .unit = "replies",
      .help = "Every slip-th reply over the limit is sent as an empty reply with TC set, or as BADCOOKIE if "
              "the client uses cookies, so that real clients can retry." },
    { "ipv4_prefix", NUMBER(config_rate, rules.ipv4_prefix), "24", .min = 8, .max = 32, .unit = "bits",
      .help = "The length of the prefixes by which IPv4 clients are counted together." },
    { "ipv6_prefix", NUMBER(config_rate, rules.ipv6_prefix), "56", .min = 16, .max = 64, .unit = "bits",
      .help = "Likewise for IPv6." },
    { "table_size", NUMBER(config_rate, rules.table_size), "65536", .min = 1024, .max = 16777216,
      .unit = "prefixes", .help = "Prefixes that are tracked at a time; 16 bytes each." },
    { "exempt", TEXTS(config_rate, exempt), .prefixes = true,
      .help = "Addresses and prefixes of clients that are not limited." },
    { "dry_run", BOOL(config_rate, rules.dry_run), "false", .help = "Count, but send all replies." },
    { NULL }
};

const struct schema_row schema_keys[] = {
    { "file", TEXT(config_keys, file), .help = "The file of keys; it is read again when it changes." },
    { "over_limit", CHOICE(config_keys, over_limit), "log", .choices = over_limit,
      .help = "What happens to the queries of a customer over a limit: they are only logged, they are "
              "refused, or they are answered with the code 127.255.255.255. Caution: a mail server that does "
              "not check the code rejects all mail." },
    { "dry_run", BOOL(config_keys, dry_run), "false",
      .help = "Count and log who has no key or is over a limit, and answer as usual." },
    { NULL }
};

const struct schema_row schema_public[] = {
    { "prefixes", TEXTS(config_public, prefixes), .prefixes = true, .help = "Their addresses and prefixes." },
    { "dry_run", BOOL(config_public, dry_run), "false", .help = "Count and log them, and answer as usual." },
    { NULL }
};

const struct schema_row schema_misspelt[] = { { "dry_run", BOOL(config_misspelt, dry_run), "false",
                                                .help = "Count and log, and refuse as usual." },
                                              { NULL } };

const struct schema_row schema_list[] = {
    { "name", TEXT(config_set, list), .required = true,
      .help = "The name by which zones, the API and the log refer to the list. It has no colon, comma or "
              "slash." },
    { "type", BY_HAND(TEXT), .required = true, .help = "The type of its files; see dnsbld-lists(5)." },
    { "files", BY_HAND(TEXTS),
      .help =
          "Its files, which are read as one. A list of type dynamic has none: only the API adds entries." },
    { "on_stale", CHOICE(config_set, on_stale), "servfail", .choices = stale,
      .help = "What happens to the list when its data is stale, that is, when its $TIMESTAMP has expired or "
              "its files are older than max_age: its zones answer SERVFAIL, it is served nevertheless, or "
              "its zones answer without it." },
    { "max_age", TIME(config_set, max_age), "none", .min = 1, .max = YEARS, .zero = "none",
      .help = "The list is stale when its newest file is older than this." },
    { "guards", BY_HAND(SECTION), .section = schema_guards,
      .help = "What differs from the server's guards for this list; its canaries are added to theirs." },
    { NULL }
};

const struct schema_row schema_guards[] = {
    { "mode", CHOICE(guard_rules, mode), "on", .choices = guard_modes,
      .help = "Refuse what the guards find, only log it, or do not look. --guards replaces this, for all "
              "lists." },
    { "from", NUMBER(guard_rules, from), "1000", .min = 1, .max = UINT32_MAX, .zero = "always",
      .unit = "entries",
      .help = "Lists that had fewer entries are only warned about, except by a file without a usable line." },
    { "patience", TIME(guard_rules, patience), "1h", .max = YEARS,
      .help = "Data that is refused for shrink, growth or bad_lines is taken when it still looks the same "
              "after this time; 0: never. never_list does not wait for it." },
    { "shrink", NUMBER(guard_rules, shrink), "50", .min = 1, .max = 100, .zero = "off", .unit = "percent",
      .help = "The smallest share of the entries, those of an hour ago too, that a reload must keep." },
    { "growth", NUMBER(guard_rules, growth), "300", .min = 100, .max = 1000000, .zero = "off",
      .unit = "percent", .help = "The most that a reload may grow the list to." },
    { "bad_lines", NUMBER(guard_rules, bad_lines), "50", .min = 1, .max = 100, .zero = "off",
      .unit = "percent",
      .help = "For files of 100 lines or more: the greatest share of lines that may be bad, unless as many "
              "were before." },
    { "coverage", NUMBER(guard_rules, coverage), "8", .min = 1, .max = 32, .zero = "off",
      .unit = "bits of a prefix",
      .help = "How many IPv4 addresses may at most be newly listed, by one load or within an hour, as the "
              "length of a prefix of that size: 8 is a /8, 16,777,216 addresses. Special-purpose space (RFC "
              "6890) does not count." },
    { "coverage6", NUMBER(guard_rules, coverage6), "16", .min = 1, .max = 64, .zero = "off",
      .unit = "bits of a prefix", .help = "Likewise for IPv6." },
    { "canaries", BOOL(guard_rules, canaries), "true",
      .help = "Refuse a reload that newly lists 127.0.0.1, ::ffff:127.0.0.1, the name INVALID, or a "
              "top-level domain or public suffix with all names below it. The public suffixes of more than "
              "one label are those of " SUFFIXES_FILE ", if that is there at the start." },
    { "canary", BY_HAND(TEXTS),
      .help = "More addresses and domain names that a reload may not newly list, such as your own." },
    { NULL }
};

const struct schema_row schema_zone[] = {
    { "name", BY_HAND(TEXT), .required = true, .help = "Its domain name." },
    { "lists", BY_HAND(TEXTS), .required = true,
      .help = "The lists it answers from, in this order: names of lists, or TYPE:FILE[,FILE...] as on the "
              "command line. Lists of type acl say who may query the zone." },
    { "soa", BY_HAND(SECTION), .section = schema_soa,
      .help = "The SOA record, instead of the $SOA in the data." },
    { "ns", BY_HAND(TEXTS),
      .help = "The names of its name servers, instead of the $NS in the data; at most 32." },
    { "ns_ttl", BY_HAND(TIME), "1h", .min = 1, .max = WEEKS, .help = "The TTL of these NS records." },
    { "keys", BOOL(zone_spec, keyed), "false",
      .help = "Answer only queries with a valid key between the question and the zone: 4.3.2.1.KEY.zone. The "
              "zone's own name needs none." },
    { "misspelt", BOOL(zone_spec, misspelt), "false",
      .help = "Answer queries for names under the parent domain of this zone that are in no zone, probably a "
              "misspelt one, with 127.255.255.252. Caution: a mail server that does not check the code "
              "rejects all mail." },
    { NULL }
};

const struct schema_row schema_soa[] = {
    { "mname", BY_HAND(TEXT), .required = true, .help = "The primary name server." },
    { "rname", BY_HAND(TEXT), .required = true,
      .help = "The mailbox of the person responsible, with a dot instead of the @." },
    { "ttl", TIME(set_soa, ttl), "1h", .min = 1, .max = WEEKS, .help = "The TTL of the record." },
    { "refresh", TIME(set_soa, refresh), "1h", .max = WEEKS, .help = "See RFC 1035, section 3.3.13." },
    { "retry", TIME(set_soa, retry), "10m", .max = WEEKS, .help = "Likewise." },
    { "expire", TIME(set_soa, expire), "1d", .max = WEEKS, .help = "Likewise." },
    { "minimum", TIME(set_soa, minimum), "5m", .max = WEEKS,
      .help = "How long resolvers may cache that something is not listed." },
    { "serial", NUMBER(set_soa, serial), "auto", .min = 1, .max = UINT32_MAX, .zero = "auto",
      .help = "The serial number; auto is the time of the newest file." },
    { NULL }
};

size_t schema_count(const struct schema_row *section)
{
    size_t count = 0;
    while (section[count].key != NULL)
        count++;
    return count;
}

size_t schema_index(const struct schema_row *section, const char *key)
{
    for (size_t i = 0; section[i].key != NULL; i++) {
        if (strcmp(section[i].key, key) == 0)
            return i;
    }
    abort();
}

#define KEY_MAX 63

/* The edit distance of two words (Wagner and Fischer 1974), the second of at most KEY_MAX bytes. */
static size_t distance(const char *a, const char *b)
{
    size_t row[KEY_MAX + 1], length = strlen(b);
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t corner = row[0]++;
        for (size_t j = 0; j < length; j++) {
            size_t changed = corner + (a[i] != b[j]);
            corner = row[j + 1];
            size_t best = row[j] + 1 < corner + 1 ? row[j] + 1 : corner + 1;
            row[j + 1] = best < changed ? best : changed;
        }
    }
    return row[length];
}

const char *schema_suggest(const struct schema_row *section, const char *word)
{
    const char *best = NULL;
    size_t length = strlen(word), least = length < 4 ? 2 : length / 3 + 2; /* beyond: not a misspelling */
    for (const struct schema_row *row = section; row->key != NULL; row++) {
        size_t d = distance(word, row->key);
        if (d < least) {
            least = d;
            best = row->key;
        }
    }
    return best;
}
