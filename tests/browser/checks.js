// What must hold of every page, in every state.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fs from "node:fs";

import { elementTree, layoutFaults, noteFocus, texts } from "./in_page.js";
import { names } from "./lists.js";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const MOST_BYTES = 30 * 1024;

// What a page in Japanese may have in Latin script besides names: what Japanese writes so.
const LATIN = /(?<!\w)(UTC|IP|DNS|CSV)(?!\w)/g;
const ADDRESS = // URLs, mailboxes, domains, IPv6, ids
    /https?:\/\/\S+|[\w.-]+@[\w.-]+|[\w-]+(\.[\w-]+)+|[0-9a-f]*:[0-9a-f:]+|[0-9a-f]{8}-[0-9a-f-]+/gi;
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]+/gu;

// What is in the language that the page is not in.
export function foreignWords(language, found, known = names()) {
    let text = found.join("\n");
    const longestFirst = [...known].sort((a, b) => b.length - a.length);
    for (const name of longestFirst) text = text.replaceAll(name.replace("$", ""), " ");
    if (language === "en") return text.match(JAPANESE) ?? [];
    return text.replace(ADDRESS, " ").replace(LATIN, " ").match(/[a-z][a-z.'-]*[a-z]/gi) ?? [];
}

// In any width and scheme: language, size, markup.
export async function checkContent(page, language, known) {
    const root = page.locator("html");
    assert.equal(await root.getAttribute("lang"), language);
    const bytes = await page.evaluate(() => performance.getEntriesByType("navigation")[0].decodedBodySize);
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
    assert.deepEqual(foreignWords(language, await page.evaluate(texts), known), []);
    const tree = await page.evaluate(elementTree);
    assert.doesNotMatch(tree, /^ *(script|style|iframe|object|embed|base|svg)\b|\bstyle\b|\bon\w+/m);
}

// The browser keeps what it has compiled, other than with page.evaluate(), which calls eval().
async function loadAxe(page) {
    if (await page.evaluate(() => "axe" in window)) return;
    page.devTools ??= await page.context().newCDPSession(page);
    await page.devTools.send("Runtime.evaluate", { expression: AXE });
}

// In the present width and scheme: layout, and axe's rules.
export async function checkLook(page, language) {
    assert.deepEqual(await page.evaluate(layoutFaults, language), []);
    await loadAxe(page);
    const options = { runOnly: RULES, resultTypes: ["violations"] };
    const { violations } = await page.evaluate((given) => window.axe.run(given), options);
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`), []);
}

// The Tab key comes to every control, in the order of the page, and is seen there.
export async function checkFocus(page) {
    const controls = await page.evaluate(noteFocus);
    for (let i = 0; i < controls + 2; i++) await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => window.focused);
    const places = [...new Set(focused.map(({ place }) => place))];
    const first = places.indexOf(0);
    assert.deepEqual([...places.slice(first), ...places.slice(0, first)], [...Array(controls).keys()]);
    assert.deepEqual(focused.filter(({ isSeen }) => !isSeen), []);
}
