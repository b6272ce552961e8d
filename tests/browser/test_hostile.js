// Hostile texts: whatever lists, configuration, operators and readers write, a page has the elements that it has
// with harmless texts, and shows what they wrote.

import assert from "node:assert/strict";
import { atEnd, test } from "./runner.js";

import { withPage } from "./browser.js";
import { elementTree, layoutFaults, texts } from "./in_page.js";
import { fixture, TEXTS } from "./lists.js";
import { Server } from "./server.js";
import { sendUnchecked } from "./states.js";

const LONG = "W".repeat(300);
const HOSTILE = {
    ...TEXTS,
    exploited: `</h2></section><script>alert(1)</script>"'><b>`,
    spammers: `\u202e\u2066</title>--><svg onload=alert(2)>${LONG}`,
    about: `<img src=//evil.example/x onerror=alert(3)> &lt;b&gt; ${LONG}`,
    operator: `"><iframe src=https://evil.example></iframe>\u202e`,
    website: `https://evil.example/"><script>alert(4)</script>?a=1&b='`,
    service: `<style>*{display:none}</style>\u202e<base href=//evil.example>`,
    contact: `"><form action=//evil.example><button>`,
    notice: `<b onclick=alert(10)>${LONG}`,
    listNotice: `"><object data=//evil.example></object>`,
    end: `</p></main><textarea>`,
    reason: `<script src=//evil.example/x.js></script>'"--><svg/onload=alert(5)> &amp; $`,
};
const REPLY =
    `</p><meta http-equiv=refresh content=0;url=//evil.example>\u202e"'<a href=javascript:alert(6)>${LONG}\n</main>`;
const TYPED = {
    contact_name: `"><script>alert(7)</script>`, company: `' autofocus onfocus=alert(8) x='`, email: `"><b>@`,
    details: `</textarea><script>alert(9)</script>\u202e${LONG}`,
};

const twins = {
    harmless: await Server.start(fixture({ notices: true })),
    hostile: await Server.start(fixture({ texts: HOSTILE, notices: true })),
};
atEnd(() => Promise.all(Object.values(twins).map((server) => server.stop())));

// Opens a page of each twin: `harmless` and `hostile` are their ways there. Returns the hostile one's texts.
async function compare(harmless, hostile = harmless) {
    let expected, text;
    await withPage(twins.harmless, "en", {}, async (page) => {
        await harmless(page);
        expected = await page.evaluate(elementTree);
    });
    await withPage(twins.hostile, "en", {}, async (page) => {
        await hostile(page);
        assert.equal(await page.evaluate(elementTree), expected);
        text = (await page.evaluate(texts)).join("\n");
        for (const width of [320, 1280]) {
            await page.setViewportSize({ width, height: 900 });
            assert.deepEqual(await page.evaluate(layoutFaults, "en"), []);
        }
    });
    return text;
}

const at = (path) => (page) => page.goto(path);

const PATHS = [
    "/", "/192.0.2.7", "/192.0.2.130", "/192.0.2.200", "/198.51.100.129", "/2001:db8:1::1", "/nothing",
    "/203.0.113.200",
];

for (const path of PATHS)
    test(`texts of lists and of the configuration at ${path}`, async () => {
        const text = await compare(at(path));
        assert.ok(text.includes(HOSTILE.contact) && text.includes(HOSTILE.service));
    });

test("all of them are shown as they are written", async () => {
    const text = await compare(at("/192.0.2.200"));
    for (const name of Object.keys(HOSTILE).filter((name) => name !== "reason"))
        assert.ok(text.includes(HOSTILE[name]), name);
    assert.ok(text.includes(HOSTILE.reason.replace("$", "192.0.2.200")));
});

test("links go to pages of the Web only", () => withPage(twins.hostile, "en", {}, async (page) => {
    await page.goto("/192.0.2.7");
    const targets = await page.$$eval("a", (links) => links.map(({ href, protocol }) => ({ href, protocol })));
    assert.ok(targets.every(({ protocol }) => protocol === "http:" || protocol === "https:"));
    assert.ok(targets.some(({ href }) => href === new URL(HOSTILE.website).href));
}));

test("a reply", async () => {
    const paths = {};
    for (const [name, server] of Object.entries(twins)) {
        const { id } = await server.requestRemoval("198.51.100.150");
        await server.call("POST", `/v1/requests/${id}/deny`, { reply: name === "hostile" ? REPLY : "No." });
        paths[name] = `/requests/${id}`;
    }
    assert.ok((await compare(at(paths.harmless), at(paths.hostile))).includes(REPLY));
});

test("what is typed into a form that is refused", async () => {
    const fill = (typed) => async (page) => {
        await page.goto("/198.51.100.151");
        for (const [name, text] of Object.entries(typed)) await page.fill(`#review-${name}`, text);
        await sendUnchecked(page);
        for (const [name, text] of Object.entries(typed))
            assert.equal(await page.inputValue(`#review-${name}`), text);
    };
    const harmless = { contact_name: "Ann", company: "Example", email: "nobody@", details: "Nothing" };
    await compare(fill(harmless), fill(TYPED));
});

const QUERIES = [
    "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "' autofocus onfocus='alert(1)", LONG,
    "\u202e\u2066", "\u0001\u007f", "javascript:alert(1)", "//evil.example/..", "%00", "&lt;script&gt;",
    "\ud83d\ude00".repeat(50),
];

for (const query of QUERIES)
    test(`a look-up of ${JSON.stringify(query.slice(0, 30))}`, async () => {
        const path = (text) => `/?q=${encodeURIComponent(text)}`;
        await compare(at(path("a b")), at(path(query)));
        await compare(at(path("a b")), async (page) => {
            await page.goto("/");
            await page.fill("#text", query);
            await page.press("#text", "Enter");
            await page.waitForURL("**/lookup");
        });
    });

