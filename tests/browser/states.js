// The states of the page, a line each: how a reader comes to one, and what marks it.
//
// `at` is a path, or makes one from the server; `steps` are what the reader then does. `verdict` is the class of
// the sentence that comes first, `forms` are the forms below it, `status` is HTTP's (200). `server` is one of
// servers.js. `words` are in the page in each language, where the rest does not tell a state from others.

import { TEXTS, ZONE } from "./lists.js";

const NO_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const MAILBOX = { email: "ann@example.net" };

// Something of each state, and a line that is nothing.
export const MANY = "192.0.2.12 198.51.100.7\n198.51.100.200\nspam.example\n2001:db8:1:1234:5678:9abc:def0:1234\n???";

async function removed(server, address, fields) {
    const { id } = await server.requestRemoval(address, fields);
    return `/requests/${id}`;
}

// A removal that an operator has ended: the address is listed again.
async function ended(server, address) {
    await removed(server, address);
    const { delistings } = await server.call("GET", `/v1/delistings?covers=${address}`);
    await server.call("DELETE", `/v1/delistings/${delistings[0].id}`);
    return `/${address}`;
}

async function denied(server, address, reply) {
    const own = await removed(server, address);
    await server.call("POST", `/v1${own}/deny`, { reply });
    return own;
}

// Sends the form for a removal as a browser does that checks nothing.
export async function sendUnchecked(page) {
    await page.$eval("form.removal", (form) => form.submit());
    await page.waitForURL("**/requests");
}

export const REPLY = "Example-reply: Port 25 is still open.\nClose it first.";

export const states = [
    { name: "start", at: "/" },

    { name: "clear", at: "/198.51.100.200", verdict: "clear" },
    { name: "clear domain", at: "/example.org", verdict: "clear" },
    { name: "clear IPv6", at: "/2001:db8:ffff:1234:5678:9abc:def0:1234", verdict: "clear" },

    { name: "remove now", at: "/192.0.2.7", verdict: "blocked", forms: ["remove"] },
    { name: "review", at: "/198.51.100.129", verdict: "blocked", forms: ["review"] },
    { name: "never", at: "/203.0.113.7", verdict: "blocked", words: { en: "policy", ja: "方針" } },
    { name: "resolve first", at: "/192.0.2.130", verdict: "blocked", forms: ["review"],
        words: { en: `First resolve the listing on ${TEXTS.spammers.en}`, ja: `先に ${TEXTS.spammers.ja} の登録` } },
    { name: "used up", at: (server) => ended(server, "203.0.113.130"), verdict: "blocked",
        forms: ["review"], words: { en: "too often", ja: "上限" } },
    { name: "wait", at: (server) => ended(server, "192.0.2.77"), verdict: "blocked",
        words: { en: "next removal", ja: "次に解除できる" } },
    { name: "code by e-mail", at: "/203.0.113.200", verdict: "blocked", forms: ["remove"],
        words: { en: "A code will be sent to this address", ja: "コードをお送りします" } },
    { name: "delayed", at: "/198.51.100.7", verdict: "delayed", forms: ["remove"] },
    { name: "ends by itself", verdict: "delayed", forms: ["remove"],
        words: { en: "ends by itself", ja: "自動的に終わります" },
        at: async (server) => {
            const listing = { range: "198.51.100.220", list: "delayed", expires_in: "12h" };
            await server.call("POST", "/v1/listings", listing);
            return "/198.51.100.220";
        } },
    { name: "taken off", verdict: "removed", words: { en: "UTC", ja: "UTC" },
        at: async (server) => {
            await removed(server, "192.0.2.8");
            return "/192.0.2.8";
        } },
    { name: "taken off for ever", verdict: "removed",
        at: async (server) => {
            const delisting = { range: "192.0.2.9", lists: ["exploited"], expires_at: null };
            await server.call("POST", "/v1/delistings", delisting);
            return "/192.0.2.9";
        } },
    { name: "withheld", at: "/198.51.100.70", verdict: "blocked", forms: ["review"],
        words: { en: "does not give details", ja: "詳細を公開していません" } },
    { name: "domain", at: "/spam.example", verdict: "blocked", forms: ["remove"] },
    { name: "domain in Japanese", at: "/xn--r8jz45g.test", verdict: "blocked", forms: ["remove"] },
    { name: "IPv6", at: "/2001:db8:1:1234:5678:9abc:def0:1234", verdict: "blocked", forms: ["remove"] },
    { name: "banner", server: "notices", at: "/", words: TEXTS.notice },
    { name: "banner of a list", server: "notices", at: "/192.0.2.7", verdict: "blocked", forms: ["remove"],
        words: TEXTS.listNotice },
    { name: "list that has ended", server: "notices", at: "/198.51.100.200", verdict: "clear",
        words: TEXTS.end },
    { name: "several lists", at: "/192.0.2.200", verdict: "blocked", forms: ["remove", "review"],
        words: { en: "Delayed", ja: "遅延中" } },

    { name: "list that a message named", verdict: "blocked", forms: ["remove"],
        at: `/192.0.2.12?list=${ZONE}&code=127.0.0.4&reply=550+5.7.1`,
        words: { en: "The message that you pasted", ja: "貼り付けられたメッセージについて" } },
    { name: "message about what is off", at: `/198.51.100.200?list=${ZONE}&reply=550+5.7.1`, verdict: "clear",
        words: { en: "send it again now", ja: "もう一度お送りください" } },
    { name: "message about a list elsewhere", at: "/198.51.100.200?list=bl.example.net", verdict: "clear",
        words: { en: "which is not a list of this server", ja: "bl.example.net" } },
    { name: "many", at: "/bulk" },
    { name: "many, looked up", at: "/bulk", verdict: "blocked",
        words: { en: "Download as CSV", ja: "表をファイルに保存する" },
        steps: async (page) => {
            await page.fill("#bulk", MANY);
            await page.click("form.bulk button");
            await page.waitForSelector("table");
        } },
    { name: "many, but no address", at: "/bulk", status: 400, verdict: "delayed",
        steps: async (page) => {
            await page.fill("#bulk", "?");
            await page.click("form.bulk button");
            await page.waitForSelector(".verdict");
        } },

    { name: "proof needed", at: "/198.51.100.241", verdict: "blocked", forms: ["remove"] },
    { name: "proof for an address", at: (server) => removed(server, "198.51.100.242"), verdict: "delayed",
        forms: ["prove"] },
    { name: "proof for a domain", at: (server) => removed(server, "proven.example"), verdict: "delayed",
        forms: ["prove"] },

    { name: "request of one's own", verdict: "blocked",
        at: async (server) => {
            await removed(server, "198.51.100.135");
            return "/198.51.100.135";
        } },
    { name: "request of one's own that waits for a proof", verdict: "blocked",
        words: { en: "Show that it is yours", ja: "管理者であることの確認" },
        at: async (server) => {
            await removed(server, "198.51.100.243");
            return "/198.51.100.243";
        } },
    { name: "request pending", at: (server) => removed(server, "198.51.100.131"), verdict: "delayed" },
    { name: "request removed", at: (server) => removed(server, "192.0.2.10"), verdict: "clear" },
    { name: "request denied", at: (server) => denied(server, "198.51.100.132", REPLY), verdict: "blocked",
        words: { en: "Port 25 is still open.", ja: "Port 25 is still open." } },
    { name: "request refused", at: (server) => removed(server, "203.0.113.8"), verdict: "blocked" },
    { name: "code to enter", at: (server) => removed(server, "203.0.113.201", MAILBOX), verdict: "delayed",
        forms: ["code"] },
    { name: "wrong code", at: (server) => removed(server, "203.0.113.202", MAILBOX), verdict: "delayed",
        forms: ["code"], words: { en: "Attempts left", ja: "残りの入力回数" },
        steps: async (page) => {
            await page.fill("#code", "WRONG");
            await page.press("#code", "Enter");
            await page.waitForURL("**/confirm");
        } },

    { name: "form refused", at: "/198.51.100.133", status: 422, verdict: "delayed", forms: ["review"],
        steps: async (page) => {
            await page.fill("#review-email", "nobody@");
            await sendUnchecked(page);
        } },
    { name: "short form refused", at: "/192.0.2.11", status: 422, verdict: "delayed", forms: ["remove"],
        steps: async (page) => {
            await page.click("summary");
            await page.fill("#remove-email", "nobody@");
            await sendUnchecked(page);
        } },
    { name: "no such path", at: "/nothing", status: 404, verdict: "delayed" },
    { name: "no such request", at: `/requests/${NO_ID}`, status: 404, verdict: "delayed" },
    { name: "range", at: "/?q=10.0.0.0/8", status: 400, verdict: "delayed" },
    { name: "nothing found", at: "/", status: 400, verdict: "delayed",
        steps: async (page) => {
            await page.fill("#text", "Wo ist meine Mail? Where is my mail?");
            await page.press("#text", "Enter");
            await page.waitForURL("**/lookup");
        } },
    { name: "too many questions", server: "slow", status: 429, verdict: "delayed",
        at: async (server) => {
            while ((await fetch(`${server.origin}/`)).status !== 429);
            return "/";
        } },
    { name: "queue full", server: "full", at: "/198.51.100.134", status: 503, verdict: "delayed",
        forms: ["review"],
        steps: async (page) => {
            await page.click("form.removal button");
            await page.waitForURL("**/requests");
        } },
];

// What a page holds of a state's forms, by the name that `forms` gives them.
export const forms = {
    remove: "#remove-details",
    review: "#review-details",
    code: "#code",
    prove: "form[action^='/proof']",
};
