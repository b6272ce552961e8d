// Writes the pictures that the documentation shows, docs/screenshots/, with --screenshots. Times and ids in them
// are fixed, so that a picture changes only when the page does.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { withPage } from "./browser.js";
import { test } from "./runner.js";
import { serverOf } from "./servers.js";
import { MANY } from "./states.js";

const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../docs/screenshots");
const HEIGHT = 720;
const MOST_BYTES = 100_000;

async function remove(page) {
    await page.goto("/192.0.2.7");
    await page.click("form.removal button");
    await page.waitForURL("**/requests/*");
}

async function lookUpMany(page) {
    await page.goto("/bulk");
    await page.fill("#bulk", MANY);
    await page.click("form.bulk button");
    await page.waitForSelector("table");
}

// Each is the top of the page as `open` leaves it: in English, light, unless it says something else.
const pictures = [
    { name: "blocked", open: (page) => page.goto("/192.0.2.7") },
    { name: "blocked-ja-phone", open: (page) => page.goto("/192.0.2.7"), language: "ja", width: 390 },
    { name: "several-dark", open: (page) => page.goto("/192.0.2.200"), scheme: "dark" },
    { name: "many", open: lookUpMany },
    { name: "removed", open: remove },
];

// Runs in the page.
function fixTexts() {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode;
        node.data = node.data.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "0199d2c0-7c1e-7b52-9a51-5d2f3e8a4c06")
            .replace(/\d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d/g, "31 January 2027, 12:00")
            .replace(/\d{4}年\d+月\d+日 \d\d:\d\d/g, "2027年1月31日 12:00");
    }
}

async function take({ name, open, language = "en", ...look }) {
    const server = await serverOf("pictures"); // a server of its own: other tests change nothing there
    await withPage(server, language, { width: 780, ...look }, async (page) => {
        await open(page);
        await page.evaluate(fixTexts);
        const clip = { x: 0, y: 0, width: page.viewportSize().width, height: HEIGHT };
        const picture = await page.screenshot({ clip, animations: "disabled", caret: "hide" });
        assert.ok(picture.length < MOST_BYTES, `${picture.length} bytes`);
        fs.mkdirSync(FOLDER, { recursive: true });
        fs.writeFileSync(path.join(FOLDER, `${name}.png`), picture);
    });
}

// One after the other, as they share addresses.
if (process.argv.includes("--screenshots"))
    test("screenshots", async () => {
        for (const picture of pictures) await take(picture);
    });
