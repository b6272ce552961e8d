// The lists and rules that the tests serve: one list for each thing that a page can say about a list.

export const ZONE = "bl.example.org";

// Texts of the configuration and of list files that tests refer to, or exchange for hostile ones.
export const TEXTS = {
    exploited: { en: "Exploited hosts", ja: "不正利用端末リスト" },
    spammers: { en: "Spam sources", ja: "迷惑メール送信元リスト" },
    about: { en: "Computers that somebody else uses.", ja: "第三者に操作されている端末です。" },
    operator: { en: "the Example Association", ja: "見本協会" },
    website: "https://xbl.example.org/",
    service: { en: "Example lists", ja: "見本ブロックリスト" },
    contact: "postmaster@bl.example.org",
    reason: "Exploited host, see http://bl.example.org/$",
    notice: { en: "The lists move to another place in May.", ja: "リストは五月に移転します。" },
    listNotice: { en: "This list grows.", ja: "このリストは拡大中です。" },
    end: { en: "Do not ask it any more.", ja: "今後は参照しないでください。" },
};

const TITLES = {
    delayed: { en: "New senders", ja: "新規送信元リスト" },
    withheld: { en: "Observed senders", ja: "観測リスト" },
    policy: { en: "End-user ranges", ja: "一般利用者向けアドレスリスト" },
    limited: { en: "Repeated senders", ja: "再登録リスト" },
    confirmed: { en: "Confirmed senders", ja: "確認済みリスト" },
    domains: { en: "Domains in spam", ja: "迷惑メール内ドメインリスト" },
    proven: { en: "Proven owners", ja: "所有者確認リスト" },
};

// Texts of list files: a page shows them as they are, in either language.
const REASONS = [
    "Known spam source", "Seen for the first time", "Nobody sees this", "End-user range", "In a link",
];

// What a page may have of the other language.
export function names() {
    return ["例え.test", ...REASONS, ...Object.values(TEXTS).filter((text) => typeof text === "string")];
}

// What Server.start() serves. `limits` and `http` are sections of the configuration; with `notices` there are
// banners, a list that has ended, a logo, and all links.
export function fixture({ texts = TEXTS, limits = {}, http = {}, notices = false } = {}) {
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
        "proven.ip4trie": `:127.0.0.13:${range}\n198.51.100.240/28\n`,
        "proven.dnset": `:127.0.1.3:${link}\nproven.example\n`,
        "domains.dnset": `:127.0.1.2:${link}\nspam.example\nxn--r8jz45g.test\n`,
    };
    const rules = [
        { lists: ["exploited"], title: texts.exploited, about: texts.about, operator: texts.operator,
            website: texts.website, removal: "self", blocked_by: ["spammers"] },
        { lists: ["spammers"], title: texts.spammers, removal: "owner" },
        { lists: ["delayed"], title: TITLES.delayed, removal: "self", tier: "temporary" },
        { lists: ["withheld"], title: TITLES.withheld, removal: "owner", reason: "withheld" },
        { lists: ["policy"], title: TITLES.policy, removal: "never" },
        { lists: ["limited"], title: TITLES.limited, removal: "self", removals: 1 },
        { lists: ["confirmed"], title: TITLES.confirmed, removal: "self", confirm: true },
        { lists: ["proven"], title: TITLES.proven, removal: "self", proof: ["mail", "dns", "address"] },
        { lists: ["domains"], title: TITLES.domains, removal: "self" },
    ];
    const config = configuration(Object.keys(files), texts, { rules, limits, http });
    if (notices) addNotices({ files, config }, texts);
    return { files, config };
}

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><path d="M0 0h120v40z"/></svg>`;

function addNotices({ files, config }, texts) {
    const retired = { since: "2026-01-01T00:00:00Z", text: texts.end };
    files["ended.ip4trie"] = "192.0.2.0/24 :127.0.0.2:In the past\n";
    files["logo.svg"] = LOGO;
    files["own.css"] = "h1{letter-spacing:.01em}";
    config.banner = { text: texts.notice, link: texts.website };
    config.rules[0].banner = { text: texts.listNotice, link: texts.website };
    config.rules.push({ lists: ["ended"], title: { en: "Old list", ja: "旧リスト" }, retired });
    config.lists.push({ name: "ended", type: "ip4trie", files: ["ended.ip4trie"] });
    config.zones[0].lists.push("ended");
    Object.assign(config.http, { imprint: texts.website, privacy: texts.website, logo: "logo.svg", style: "own.css" });
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
        resolver: { addresses: ["127.0.0.1/9"], timeout: "1s" }, // nothing answers there
        limits: { requests: "unlimited", ...limits },
        http: {
            name: texts.service, contact: texts.contact, lookups: "unlimited", requests: "unlimited", ...http,
        },
    };
}
