// Chromium, one for all tests, and pages of it that note what a page of ours must not do.

import { atEnd } from "./runner.js";

import { chromium } from "playwright-core";

const ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
];
const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const LOCALES = { en: "en-GB", ja: "ja-JP" };

let started;

function browser() {
    started ??= chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });
    return started;
}

atEnd(async () => (await started)?.close());

// Notes what a page does that no page of ours may do, in `page.faults`; and the status of the page that is shown.
function watch(page, origin) {
    page.faults = [];
    const fault = (text) => page.faults.push(text);
    page.on("pageerror", (error) => fault(`script failed: ${error}`));
    page.on("dialog", (dialog) => {
        fault(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    page.on("console", (message) => {
        const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status");
        const isOfPage = message.location().url === page.url(); // its status is checked by the test
        if (!(isStatus && isOfPage)) fault(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
        if (!request.url().startsWith(`${origin}/`)) fault(`asks for ${request.url()}`);
        if (request.headers().cookie) fault(`sends a cookie: ${request.headers().cookie}`);
    });
    page.on("response", (response) => {
        if (response.headers()["set-cookie"]) fault(`sets a cookie: ${response.headers()["set-cookie"]}`);
        if (response.request().isNavigationRequest()) page.status = response.status();
        else if (response.status() >= 400) fault(`${response.url()} has status ${response.status()}`);
    });
}

// Opens a page of a new profile, for a server. It can be read without JavaScript, too: that is for its own scripts.
export async function openPage(server, language, { javaScript = true } = {}) {
    const context = await (await browser()).newContext({
        baseURL: server.origin, locale: LOCALES[language], javaScriptEnabled: javaScript, timezoneId: "UTC",
    });
    context.setDefaultTimeout(60000); // on a machine with much else to do
    const page = await context.newPage();
    watch(page, server.origin);
    return page;
}

// A new profile takes longer than most tests: pages are used again. They keep nothing, as no page sets a cookie.
const unused = new Map();

// Runs `use` with a page; fails if the page did what no page may do.
export async function withPage(server, language, { width = 1280, scheme = "light", ...options }, use) {
    const kind = JSON.stringify([server.origin, language, options]);
    if (!unused.has(kind)) unused.set(kind, []);
    const page = unused.get(kind).pop() ?? (await openPage(server, language, options));
    page.faults.length = 0;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await use(page);
    if (page.faults.length) throw new Error(page.faults.join("\n"));
    unused.get(kind).push(page);
}
