// The lists and rules that the tests serve: one list for each thing that a page can say about a list.

export const ZONE = "bl.example.org";

// Texts of the configuration and of list files: a page shows them as they are, in either language.
export const TEXTS = {
    exploited: "Example XBL",
    spammers: "Example SBL",
    about: "Example-about: hosts that were seen sending spam.",
    operator: "Example Operators",
    website: "https://xbl.example.org/",
    service: "Example Lists",
    contact: "postmaster@bl.example.org",
    reason: "Exploited host, see http://bl.example.org/$",
};

const DELAYED = "Example Grey List";
const WITHHELD = "Example Private List";
const POLICY = "Example PBL";
const LIMITED = "Example Limited List";
const CONFIRMED = "Example Mail List";
const DOMAINS = "Example DBL";
const REASONS = [
    "Known spam source", "Seen for the first time", "Nobody sees this", "End-user range", "In a link",
];

// All of these texts: what a page in Japanese may have of English.
export function names(texts = TEXTS) {
    return [DELAYED, WITHHELD, POLICY, LIMITED, CONFIRMED, DOMAINS, ...REASONS, ...Object.values(texts)];
}

// What Server.start() serves. `limits` and `http` are sections of the configuration.
export function fixture({ texts = TEXTS, limits = {}, http = {} } = {}) {
    const [spam, first, unseen, range, link] = REASONS;
    const files = {
        "exploited.ip4trie": `192.0.2.0/24 :127.0.0.4:${texts.reason}\n`,
        "exploited.ip6trie": `2001:db8:1::/48 :127.0.0.4:${texts.reason}\n`,
        "spammers.ip4trie": `:127.0.0.2:${spam}\n192.0.2.128/28\n192.0.2.200/32\n198.51.100.128/26\n`,
        "delayed.ip4trie": `:127.0.0.8:${first}\n198.51.100.0/26\n192.0.2.200/32\n`,
        "withheld.ip4trie": `:127.0.0.9:${unseen}\n198.51.100.64/26\n`,
        "policy.ip4trie": `:127.0.0.10:${range}\n203.0.113.0/25\n192.0.2.200/32\n`,
        "limited.ip4trie": `:127.0.0.11:${range}\n203.0.113.128/26\n`,
        "confirmed.ip4trie": `:127.0.0.12:${range}\n203.0.113.192/26\n`,
        "domains.dnset": `:127.0.1.2:${link}\nspam.example\nxn--r8jz45g.test\n`,
    };
    const rules = [
        { lists: ["exploited"], title: texts.exploited, about: texts.about, operator: texts.operator,
            website: texts.website, removal: "self", blocked_by: ["spammers"] },
        { lists: ["spammers"], title: texts.spammers, removal: "owner" },
        { lists: ["delayed"], title: DELAYED, removal: "self", tier: "temporary" },
        { lists: ["withheld"], title: WITHHELD, removal: "owner", reason: "withheld" },
        { lists: ["policy"], title: POLICY, removal: "never" },
        { lists: ["limited"], title: LIMITED, removal: "self", removals: 1 },
        { lists: ["confirmed"], title: CONFIRMED, removal: "self", confirm: true },
        { lists: ["domains"], title: DOMAINS, removal: "self" },
    ];
    return { files, config: configuration(Object.keys(files), texts, { rules, limits, http }) };
}

function configuration(files, texts, { rules, limits, http }) {
    const lists = files.map((file) => {
        const [name, type] = file.split(".");
        return { name, type, files: [file] };
    });
    return {
        lists,
        zones: [{ name: ZONE, lists: rules.map((rule) => rule.lists[0]) }],
        rules,
        limits: { requests: "unlimited", ...limits },
        http: {
            name: texts.service, contact: texts.contact, lookups: "unlimited", requests: "unlimited", ...http,
        },
    };
}
