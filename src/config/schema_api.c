/* The sections http, rules, breaker, limits, retention and commands of the schema, and what people are told.
 */
#include "config/config.h"
#include "config/schema.h"

static const struct schema_choice removals[] = { { "self", REMOVAL_SELF },
                                                 { "single", REMOVAL_SINGLE },
                                                 { "owner", REMOVAL_OWNER },
                                                 { "never", REMOVAL_NEVER },
                                                 { NULL, 0 } };

static const struct schema_choice tiers[] = { { "permanent", TIER_PERMANENT },
                                              { "temporary", TIER_TEMPORARY },
                                              { NULL, 0 } };

static const struct schema_choice bypasses[] = { { "deny", 0 }, { "allow", 1 }, { NULL, 0 } };

static const struct schema_choice reasons[] = { { "shown", 0 }, { "withheld", 1 }, { NULL, 0 } };

#define BITS4 .min = 0, .max = 32, .unit = "bits"
#define BITS6 .min = 0, .max = 128, .unit = "bits"
_Static_assert(offsetof(struct http_options, trusted_proxies_count) ==
                   offsetof(struct http_options, trusted_proxies) + sizeof(struct config_texts *),
               "a field of TEXTS is followed by its count");

const struct schema_row schema_http[] = {
    { "tokens", TEXT(http_options, tokens),
      .help = "The file of tokens, a line each: TOKEN ROLE [NAME] [lists=A,B] [ranges=CIDR,..] "
              "[expires=TIME]; it is read again when it changes. Without it changes can only be made through "
              "a unix socket. As --api-tokens." },
    { "tls_certificate", TEXT(http_options, tls_certificate),
      .help =
          "A PEM file with the certificate and its chain: the API's TCP addresses then speak HTTPS only." },
    { "tls_key", TEXT(http_options, tls_key), .help = "The file with the key of the certificate." },
    { "trusted_proxies", TEXTS(http_options, trusted_proxies), .prefixes = true,
      .help = "Addresses and prefixes of proxies whose X-Forwarded-For and Forwarded headers are trusted." },
    { "threads", NUMBER(http_options, threads), "2", .min = 1, .max = 64, .unit = "threads",
      .help = "Threads that serve HTTP, for each address." },
    { "connections", NUMBER(http_options, connections), "1000", .min = 1, .max = 60000, .unit = "connections",
      .help =
          "Open connections of each address, at most. When all are taken, a new one takes the place of the "
          "longest idle one of the client that has most idle ones." },
    { "per_client", NUMBER(http_options, per_client), "100", .min = 1, .max = 60000, .unit = "connections",
      .help = "Of these, from one IPv4 address or one IPv6 /64, at most." },
    { "idle", TIME(http_options, idle_seconds), "30s", .min = 1, .max = 3600,
      .help = "A connection is closed after this time without activity." },
    { "body_size", NUMBER(http_options, body_bytes), "1048576", .min = 1024, .max = 16777216, .unit = "bytes",
      .help = "The longest body of a request." },
    { "lookups", NUMBER(http_options, gets_per_minute), "300", .min = 1, .max = 1000000, .zero = "unlimited",
      .unit = "a minute",
      .help = "Look-ups of a client without a token: an IPv4 address or an IPv6 /64. The /24 or /48 around "
              "it has eight times as many." },
    { "requests", NUMBER(http_options, posts_per_minute), "60", .min = 1, .max = 1000000, .zero = "unlimited",
      .unit = "a minute",
      .help =
          "Likewise its calls that ask for a removal or confirm one, also those that are refused. How many "
          "can be stored is another limit: requests in limits." },
    { "name", LOCALIZED(http_options, service.name),
      .help = "The name of the service on the public page; without it, dnsbld." },
    { "contact", TEXT(http_options, service.contact), .help = "The operator's address on the public page." },
    { "imprint", TEXT(http_options, service.imprint),
      .help =
          "The page with the operator's legal notice, http:// or https://, to which the public page links." },
    { "privacy", TEXT(http_options, service.privacy), .help = "Likewise the page with the privacy policy." },
    { "logo", TEXT(http_options, service.logo),
      .help =
          "A PNG, JPEG, WebP or SVG file of at most 131072 bytes that the public page shows in place of the "
          "name. It is read at the start, before chroot and directory take effect." },
    { "style", TEXT(http_options, service.style),
      .help = "A CSS file of at most 65536 bytes that the public page uses after its own style sheet. It is "
              "read likewise. Images, fonts and style sheets of other hosts are not loaded." },
    { NULL }
};

/* ---- What people are told ---- */

const struct schema_row schema_localized[] = {
    { "en", TEXT(localized, text[LANGUAGE_EN]),
      .help = "The text in English; also of a text that is written without languages." },
    { "ja", TEXT(localized, text[LANGUAGE_JA]), .help = "The text in Japanese." },
    { NULL }
};

const struct schema_row schema_banner[] = {
    { "text", LOCALIZED(banner, text), .required = true, .help = "What the page and the API say." },
    { "link", TEXT(banner, link), .help = "A page that says more, http:// or https://." },
    { "since", DATE(banner, since), .help = "When it is first shown; without it, at once." },
    { "until", DATE(banner, until), .help = "When it is no longer shown; without it, it stays." },
    { NULL }
};

const struct schema_row schema_retired[] = {
    { "since", DATE(retirement, since), .required = true,
      .help = "When the list ends. From then on nothing is answered from it." },
    { "text", LOCALIZED(retirement, text), .required = true,
      .help =
          "What the page and the API say from then on, and the TXT record of each zone whose lists are all "
          "retired, at the zone's own name. At most 1000 bytes." },
    { NULL }
};

/* ---- Rules ---- */

const struct schema_row schema_rules[] = {
    { "lists", TEXTS(config_rules, lists), .required = true,
      .help = "The names of the lists to which the section applies." },
    { "title", LOCALIZED(config_rules, policy.description.title),
      .help = "What the page calls the list; without it, its name." },
    { "about", LOCALIZED(config_rules, policy.description.about),
      .help = "A sentence on the page: what is on the list." },
    { "website", TEXT(config_rules, policy.description.website),
      .help = "The list's own page in the Web, http:// or https://, to which the page links." },
    { "operator", LOCALIZED(config_rules, policy.description.operator),
      .help = "Who runs the list, on the page." },
    { "banner", SECTION(config_rules, policy.description.banner), .section = schema_banner,
      .help = "What people are told with each listing of these lists, for a time." },
    { "retired", SECTION(config_rules, policy.description.retired), .section = schema_retired,
      .help = "The end of these lists; see RETIRED LISTS." },
    { "removal", CHOICE(config_rules, policy.removal), "owner", .choices = removals,
      .help = "What a public removal request can do: remove at once (self), remove single addresses at once "
              "(single), or wait for a review (owner); never: nothing is removed, not even through the API "
              "without an administrator's force." },
    { "tier", CHOICE(config_rules, policy.tier), "permanent", .choices = tiers,
      .help = "Whether mail from listed addresses should be rejected (permanent) or delayed (temporary); "
              "clients of the API are told." },
    { "bypass", CHOICE(config_rules, bypass), "deny", .choices = bypasses,
      .help = "Whether allows apply to these lists." },
    { "reason", CHOICE(config_rules, reason), "shown", .choices = reasons,
      .help =
          "Whether the texts of listings are shown to everybody, or to holders of tokens only (withheld). "
          "DNS and look-ups without a token then have withheld_text in place of each." },
    { "withheld_text", LOCALIZED(config_rules, policy.description.withheld_text),
      .help =
          "What is said in place of texts that are withheld. A $ stands for the listed address or name, $$ "
          "for a $. Without it DNS says \"" LIST_POLICY_WITHHELD "\", and look-ups say nothing. At most "
          "1000 bytes, with 39 for each $." },
    { "confirm", BOOL(config_rules, policy.confirm), "false",
      .help = "Public removals must be confirmed by e-mail; requires confirm_command." },
    { "proof", TEXTS(config_rules, proof), .alone = true,
      .help =
          "Public removals need a proof of control, one of these: mail, a code that is sent to postmaster@ "
          "or abuse@ of the domain, or of the host name that leads to the address and back; dns, a TXT "
          "record under the reverse name or the domain; address, a request that comes from the address "
          "itself, or from the /64 of an IPv6 address. With removal owner, who proves control removes at "
          "once, and others wait for a review. Not together with confirm; mail requires confirm_command." },
    { "widest_ipv4", NUMBER(config_rules, policy.widest[0]), "16", BITS4,
      .help = "The widest IPv4 range of a delisting, as a prefix length." },
    { "widest_ipv6", NUMBER(config_rules, policy.widest[1]), "32", BITS6, .help = "Likewise for IPv6." },
    { "public_ipv4", NUMBER(config_rules, policy.public_widest[0]), "32", BITS4,
      .help = "The widest IPv4 range of a public request where removal is self." },
    { "public_ipv6", NUMBER(config_rules, policy.public_widest[1]), "64", BITS6,
      .help = "Likewise for IPv6." },
    { "duration", TIME(config_rules, policy.duration), "7d", .min = 1, .max = YEARS,
      .help = "How long a delisting lasts if it names no end." },
    { "longest", TIME(config_rules, policy.longest), "365d", .min = 1, .max = YEARS,
      .help = "The longest delisting that owners may ask for." },
    { "public_duration", TIME(config_rules, policy.public_duration), "7d", .min = 1, .max = YEARS,
      .help = "How long a removal by a public request lasts." },
    { "removals", NUMBER(config_rules, policy.removals), "3", .min = 1, .max = 1000000, .zero = "unlimited",
      .unit = "removals",
      .help = "Public removals of one address within the window; further requests wait for a review." },
    { "window", TIME(config_rules, policy.window), "30d", .min = 1, .max = YEARS, .help = "See removals." },
    { "cool_down", TIME(config_rules, policy.cool_down), "1d", .max = YEARS,
      .help = "The wait between two public removals of one address." },
    { "relist_factor", NUMBER(config_rules, policy.relist_factor), "2", .min = 1, .max = 100, .unit = "times",
      .help = "The wait is multiplied by this factor for each time the address was listed again after a "
              "removal." },
    { "relist_after", TIME(config_rules, policy.relist_after), "1h", .min = 1, .max = YEARS,
      .help =
          "A delisting that is not sticky ends when the list has had nothing in its range for this long." },
    { "max_ttl", TIME(config_rules, policy.max_ttl), "auto", .min = 1, .max = YEARS, .zero = "auto",
      .help = "The highest TTL of answers from these lists; auto is 5 minutes for temporary lists and those "
              "with self or single removal or proof, else no limit." },
    { "blocked_by", TEXTS(config_rules, blocked_by),
      .help = "While one of these lists lists an address, a public request cannot remove it from the lists "
              "of this section." },
    { "breaker", BY_HAND(SECTION), .section = schema_breaker,
      .help = "What differs from the server's breaker for each of these lists." },
    { "form", SECTION(config_rules, form), .section = schema_form,
      .help = "What a removal request must say." },
    { NULL }
};

const struct schema_row schema_form[] = {
    { "required", TEXTS(config_form, required), .alone = true,
      .help = "The fields that must be filled in, of contact_name, email, company, category, details and "
              "fixed. A request that lacks one is refused, unless it would be denied anyway." },
    { NULL }
};

#define REMOVALS .min = 0, .max = 1000000, .zero = "off", .unit = "removals"

const struct schema_row schema_breaker[] = {
    { "list", NUMBER(breaker_rules, list), "100", REMOVALS,
      .help = "From the list, in all. While this limit is reached, /healthz says so." },
    { "list_permille", NUMBER(breaker_rules, list_permille), "1", .min = 0, .max = 1000, .zero = "off",
      .unit = "per mille", .help = "Of a big list this share of its entries, if that is more than list." },
    { "network", NUMBER(breaker_rules, network), "30", REMOVALS, .help = "Of one IPv4 /24 or IPv6 /48." },
    { "target", NUMBER(breaker_rules, target), "3", REMOVALS,
      .help = "Of one address (IPv6: its /64) or domain." },
    { "client", NUMBER(breaker_rules, client), "30", REMOVALS,
      .help = "That one client asks for: an IPv4 address or an IPv6 /64." },
    { NULL }
};

const struct schema_row schema_resolver[] = {
    { "addresses", TEXTS(config_resolver, addresses), .max = LISTEN_ADDRESS_MAX, .unit = "addresses",
      .help =
          "Resolvers, ADDRESS[/PORT] each, instead of the name servers of /etc/resolv.conf, which is read at "
          "the start." },
    { "timeout", TIME(config_resolver, timeout), "5s", .min = 1, .max = 60,
      .help = "How long a look-up may take, with all of its questions." },
    { NULL }
};

const struct schema_row schema_limits[] = {
    { "listing_ipv4", NUMBER(delist_limits, listing_widest[0]), "24", BITS4,
      .help = "The widest IPv4 range of a dynamic listing, as a prefix length." },
    { "listing_ipv6", NUMBER(delist_limits, listing_widest[1]), "48", BITS6, .help = "Likewise for IPv6." },
    { "listing_duration", TIME(delist_limits, listing_duration), "1d", .min = 1, .max = YEARS,
      .help = "How long a dynamic listing lasts if it names no end." },
    { "listing_longest", TIME(delist_limits, listing_longest), "none", .min = 1, .max = YEARS, .zero = "none",
      .help = "The longest dynamic listing." },
    { "allow_ipv4", NUMBER(delist_limits, allow_widest[0]), "16", BITS4,
      .help = "The widest IPv4 range of an allow." },
    { "allow_ipv6", NUMBER(delist_limits, allow_widest[1]), "32", BITS6, .help = "Likewise for IPv6." },
    { "active", NUMBER(delist_limits, active_most), "2000000", .min = 1, .max = 100000000, .unit = "items",
      .help = "Active delistings, listings and allows, at most." },
    { "requests", NUMBER(delist_limits, requests_per_client), "60", .min = 1, .max = 1000000,
      .zero = "unlimited", .unit = "an hour",
      .help =
          "Removal requests of one client without a token: an IPv4 address or an IPv6 /64. The /24 or /48 "
          "around it has eight times as many." },
    { "pending", NUMBER(delist_limits, pending_most), "10000", .min = 1, .max = 1000000, .unit = "requests",
      .help = "Removal requests that wait for a review, at most; further ones are refused." },
    { "pending_each", NUMBER(delist_limits, pending_each), "20", .min = 1, .max = 1000, .unit = "requests",
      .help = "Likewise for one address or domain." },
    { "listed_addresses", NUMBER(delist_limits, cap_addresses), "65536", .min = 1, .max = UINT32_MAX,
      .zero = "unlimited", .unit = "addresses a day",
      .help = "What one token may list in a day, counted in IPv4 addresses or IPv6 /56s." },
    { "mass_relist", NUMBER(delist_limits, mass_relist), "100", .min = 1, .max = UINT32_MAX,
      .unit = "delistings",
      .help = "A load that would end more delistings of a list than this number and than mass_relist_percent "
              "of them ends none." },
    { "mass_relist_percent", NUMBER(delist_limits, mass_relist_percent), "1", .min = 1, .max = 100,
      .unit = "percent", .help = "See mass_relist." },
    { NULL }
};

const struct schema_row schema_retention[] = {
    { "people", TIME(retention, people), "90d", .min = 1, .max = YEARS, .zero = "unlimited",
      .help = "How long contact data and clients' addresses are kept after a request is decided." },
    { "history", TIME(retention, history), "730d", .min = 1, .max = YEARS, .zero = "unlimited",
      .help = "How long events and ended items are kept." },
    { NULL }
};

const struct schema_row schema_commands[] = {
    { "at_once", NUMBER(config_commands, limits.at_once), "4", .min = 1, .max = COMMAND_AT_ONCE_MAX,
      .unit = "programs", .help = "Programs that run at a time, at most." },
    { "waiting", NUMBER(config_commands, limits.waiting), "50", .min = 1, .max = COMMAND_WAITING_MAX,
      .unit = "mails",
      .help = "Codes that wait until a program can be run for them, at most; further requests that need a "
              "code are answered 503." },
    { "timeout", TIME(config_commands, limits.seconds), "30s", .min = 1, .max = 3600,
      .help = "A program that takes longer is killed, with the processes that it has started." },
    { "interval", TIME(config_commands, mails.interval), "1h", .min = 1, .max = 86400, .zero = "none",
      .help = "The time between two codes to one mailbox about one address or domain. A code that would be "
              "sent sooner is not sent." },
    { "per_mailbox", NUMBER(config_commands, mails.per_mailbox), "5", .min = 1, .max = 1000,
      .zero = "unlimited", .unit = "an hour",
      .help = "Codes to one mailbox, at most; further ones are not sent. Those that prove control do not "
              "count, of which each address or domain has one a day." },
    { NULL }
};
