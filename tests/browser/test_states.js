// Every state of the page in both languages, on a narrow screen, a phone and a desktop, light and dark.
// With --short only on the narrow screen, English light and Japanese dark.

import assert from "node:assert/strict";
import { test } from "./runner.js";

import { withPage } from "./browser.js";
import { checkContent, checkFocus, checkLook, foreignWords } from "./checks.js";
import { names } from "./lists.js";
import { serverOf } from "./servers.js";
import { forms, REPLY, states } from "./states.js";

const ALL = [320, 390, 1280].flatMap((width) => [[width, "light"], [width, "dark"]]);
const looks = process.argv.includes("--short") ? { en: [[320, "light"]], ja: [[320, "dark"]] } : { en: ALL, ja: ALL };

// The path of a state is made once: both languages show the same.
const paths = new Map();

async function pathOf(state, server) {
    if (typeof state.at === "string") return state.at;
    if (!paths.has(state)) paths.set(state, state.at(server));
    return paths.get(state);
}

// Whether the page is in the state that it should be in.
async function checkState(page, state, language) {
    assert.equal(page.status, state.status ?? 200);
    const verdict = page.locator(".verdict");
    if (state.verdict) assert.equal(await verdict.first().getAttribute("class"), `verdict ${state.verdict}`);
    else assert.equal(await verdict.count(), 0);
    const found = [];
    for (const [name, mark] of Object.entries(forms)) if (await page.locator(mark).count()) found.push(name);
    assert.deepEqual(found, state.forms ?? []);
    const text = await page.locator("main").textContent();
    if (state.words) assert.ok(text.includes(state.words[language]), text);
}

for (const state of states) {
    for (const language of Object.keys(looks)) {
        test(`${state.name}, ${language}`, async () => {
            const server = await serverOf(state.server ?? "main");
            await withPage(server, language, {}, async (page) => {
                await page.goto(await pathOf(state, server));
                await state.steps?.(page);
                await checkState(page, state, language);
                await checkContent(page, language, [...names(), ...REPLY.split("\n")]);
                for (const [width, colorScheme] of looks[language]) {
                    await page.setViewportSize({ width, height: 900 });
                    await page.emulateMedia({ colorScheme });
                    await checkLook(page, language);
                    await checkFocus(page);
                }
            });
        });
    }
}

test("words of the other language are found", async () => {
    const japanese = ["解除 Removed", "Known spam source", "IPアドレス", "http://bl.example.org/192.0.2.7"];
    assert.deepEqual(foreignWords("ja", japanese), ["Removed"]);
    assert.deepEqual(foreignWords("en", ["Removed 解"]), ["解"]);
});
