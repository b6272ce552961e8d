// The checks themselves: each finds what it is there for.

import assert from "node:assert/strict";
import { test } from "./runner.js";

import { openPage } from "./browser.js";
import { checkContent, checkFocus, checkLook } from "./checks.js";
import { layoutFaults } from "./in_page.js";
import { serverOf } from "./servers.js";

// A page with this body and style.
async function show(body, use, style = "") {
    const page = await openPage(await serverOf("main"), "en");
    await page.setViewportSize({ width: 320, height: 900 });
    await page.setContent(`<!doctype html><html lang="en"><title>t</title><style>${style}</style>${body}</html>`);
    try {
        await use(page);
    } finally {
        await page.context().close();
    }
}

const bad = [
    ["a wide box", `<div style="width:400px">wide</div>`, /scrolls sideways/],
    ["text outside its box", `<p style="width:50px">extraordinarily</p>`, /text outside its box/],
    ["a broken word", `<p class="narrow">these words are broken</p>`, /broken word/],
    ["a broken address", `<p class="narrow">it is 192.0.2.100 and 192.0.2.101</p>`, /broken word "192/],
    ["a small target", `<button style="padding:0;border:0;font-size:8px">ok</button>`, /target of/],
    ["a small link", `<nav><a href="/" style="font-size:10px">start</a></nav>`, /target of/],
];

for (const [name, body, expected] of bad)
    test(`${name} is found`, () => show(body, async (page) => {
        assert.match((await page.evaluate(layoutFaults, "en")).join("\n"), expected);
    }, ".narrow{width:90px;word-break:break-all}"));

test("what is in order is no fault", () => show(`<p>A <a href="/">link</a> in a sentence.</p>`, async (page) => {
    assert.deepEqual(await page.evaluate(layoutFaults, "en"), []);
}));

test("axe finds a field without a label", () => show(`<main><h1>t</h1><input class="big"></main>`, (page) =>
    assert.rejects(checkLook(page, "en"), /label/), ".big{padding:9px}"));

test("a control without a visible focus is found", () =>
    show("<button>one</button>", (page) => assert.rejects(checkFocus(page)), "*:focus{outline:none}"));

test("a control that no key reaches is found", () => show(
    `<button>one</button><button>two</button>`, async (page) => {
        await page.evaluate(() => document.addEventListener("keydown", (event) => event.preventDefault()));
        await assert.rejects(checkFocus(page));
    }));

test("markup of data is found", () => show(`<h1>t</h1><img src="x" onerror="alert(1)">`, (page) =>
    assert.rejects(checkContent(page, "en"), /onerror/)));

test("requests to others, and what the policy forbids, are found", async () => {
    const page = await openPage(await serverOf("main"), "en");
    await page.goto("/");
    await page.evaluate(() => document.body.insertAdjacentHTML("beforeend",
        `<p style="color:red">t</p><img src="http://192.0.2.1:9/x">`));
    await page.waitForTimeout(100);
    assert.match(page.faults.join("\n"), /Content Security Policy/);
    await page.context().close();
});
