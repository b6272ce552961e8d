// A removal as a sender comes to it, from the bounce to the DNS.

import assert from "node:assert/strict";
import { test } from "./runner.js";

import { withPage } from "./browser.js";
import { ZONE } from "./lists.js";
import { serverOf } from "./servers.js";
import { sendUnchecked } from "./states.js";

const LISTED = ["127.0.0.4"];
const server = await serverOf("main");

// The mail that came back, with its link, in a program that shows mail.
function bounce(address) {
    const link = `${server.origin}/${address}`;
    return `<p>550 5.7.1 Client host [${address}] blocked; see <a href="${link}">${link}</a></p>`;
}

async function lookUp(address) {
    return server.lookUp(address, ZONE);
}

const languages = {
    en: { blocked: "is blocked", button: "now", removed: "has been removed from Exploited hosts" },
    ja: { blocked: "ブロックされています", button: "今すぐ解除する", removed: "不正利用端末リスト から解除しました" },
};

// Two clicks: on the link in the bounce, and on the button.
async function removeInTwoClicks(page, language, address) {
    const words = languages[language];
    assert.deepEqual(await lookUp(address), LISTED);
    await page.setContent(bounce(address));
    await page.click("a");
    assert.match(await page.textContent("h1"), new RegExp(words.blocked));
    await page.click(`button:has-text("${words.button}")`);
    await page.waitForURL("**/requests/*");
    assert.equal(await lookUp(address), "NXDOMAIN");
    assert.ok((await page.textContent(".verdict")).includes(words.removed));
}

let host = 20;
for (const language of ["en", "ja"]) {
    for (const javaScript of [true, false]) {
        const address = `192.0.2.${host++}`;
        test(`two clicks from the bounce, ${language}, ${javaScript ? "with" : "without"} JavaScript`, () =>
            withPage(server, language, { javaScript }, (page) => removeInTwoClicks(page, language, address)));
    }
}

test("by the keyboard alone", () => withPage(server, "en", {}, async (page) => {
    await page.goto("/192.0.2.30");
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    for (let i = 0; !(await focused()).endsWith("now"); i++) {
        assert.ok(i < 20, "the button is not within 20 tabs");
        await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.waitForURL("**/requests/*");
    assert.equal(await lookUp("192.0.2.30"), "NXDOMAIN");
}));

test("the whole bounce, pasted", () => withPage(server, "en", {}, async (page) => {
    await page.goto("/");
    await page.fill("#text", "<bob@example.net>: host mx.example.net[203.0.113.99] said: 550 5.7.1 Service " +
        `unavailable; client [192.0.2.31] blocked using ${ZONE} (in reply to RCPT TO command)`);
    await page.press("#text", "Enter");
    await page.waitForURL(/192\.0\.2\.31/);
    assert.equal(new URL(page.url()).pathname, "/192.0.2.31");
    assert.doesNotMatch(page.url(), /bob|mx/);
    assert.match(await page.textContent("h1"), /192\.0\.2\.31 is blocked/);
}));

test("a wrong code, then the right one", () => withPage(server, "en", {}, async (page) => {
    await page.goto("/203.0.113.210");
    await page.fill("#remove-email", "ann@example.net");
    await page.click("form.removal button");
    await page.waitForURL("**/requests/*");
    const code = await server.mailedCode(page.url().split("/").at(-1));
    await page.fill("#code", "WRONG");
    await page.press("#code", "Enter");
    await page.waitForURL("**/confirm");
    assert.match(await page.textContent("main"), /not the code/);
    assert.deepEqual(await lookUp("203.0.113.210"), ["127.0.0.12"]);
    await page.fill("#code", code);
    await page.press("#code", "Enter");
    await page.waitForURL("**/requests/*");
    assert.equal(await lookUp("203.0.113.210"), "NXDOMAIN");
}));

test("a refused form keeps what was typed", () => withPage(server, "ja", {}, async (page) => {
    const typed = {
        contact_name: "山田 太郎", company: `A & B "C" <D>`, category: "newsletter",
        details: "あ".repeat(1000), email: "nobody@",
    };
    await page.goto("/198.51.100.140");
    for (const [name, text] of Object.entries(typed)) {
        const field = page.locator(`#review-${name}`);
        await (name === "category" ? field.selectOption(text) : field.fill(text));
    }
    await page.check("[name=fixed]");
    await sendUnchecked(page);
    for (const [name, text] of Object.entries(typed))
        assert.equal(await page.inputValue(`#review-${name}`), text);
    assert.ok(await page.isChecked("[name=fixed]"));
    await page.fill("#review-email", "yamada@example.net");
    await page.click("form.removal button");
    await page.waitForURL("**/requests/*");
    const requests = await server.requestsFor("198.51.100.140");
    assert.deepEqual(requests.map(({ details, lang }) => [details, lang]), [[typed.details, "ja"]]);
}));

test("what the browser itself refuses is not sent", () => withPage(server, "en", {}, async (page) => {
    await page.goto("/203.0.113.211");
    await page.click("form.removal button");
    assert.ok(await page.$eval("#remove-email", (field) => field.validity.valueMissing));
    assert.equal(new URL(page.url()).pathname, "/203.0.113.211");
    assert.deepEqual(await server.requestsFor("203.0.113.211"), []);
}));

test("reload, back and forward repeat nothing", () => withPage(server, "en", {}, async (page) => {
    await page.goto("/192.0.2.32");
    await page.click("form.removal button");
    await page.waitForURL("**/requests/*");
    const own = page.url();
    await page.reload();
    assert.match(await page.textContent("h1"), /Removed/);
    await page.goBack();
    assert.match(await page.textContent("h1"), /192\.0\.2\.32/);
    await page.goForward();
    assert.equal(page.url(), own);
    assert.equal((await server.requestsFor("192.0.2.32")).length, 1);
}));

test("nothing changes on GET", () => withPage(server, "en", {}, async (page) => {
    await page.goto("/192.0.2.33");
    const targets = await page.$$eval("a[href], form", (all) => all.map(({ href, action }) => href ?? action));
    for (const target of targets.filter((at) => at.startsWith(server.origin)))
        await fetch(target, { headers: { Accept: "text/html" } });
    assert.deepEqual(await lookUp("192.0.2.33"), LISTED);
}));

test("the other language is a link away and stays", () => withPage(server, "en", {}, async (page) => {
    await page.goto("/192.0.2.34");
    await page.click("text=日本語");
    await page.click("form.removal button");
    await page.waitForURL("**/requests/*");
    assert.match(await page.textContent("h1"), /解除しました/);
}));
