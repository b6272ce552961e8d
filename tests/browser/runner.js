// Runs tests, one for each CPU at a time, and prints a line of TAP for each. node:test would run those of one
// process, which share the browser, one by one.

import os from "node:os";

const TEST_SECONDS = 180; // on a machine with much else to do

const tests = [];
const ends = [];

// Adds a test: it fails if `run` throws.
export function test(name, run) {
    tests.push({ name, run });
}

// Has `end` called after all tests.
export function atEnd(end) {
    ends.push(end);
}

function timeout() {
    return new Promise((_, reject) => {
        setTimeout(() => reject(new Error(`takes more than ${TEST_SECONDS} s`)), TEST_SECONDS * 1000).unref();
    });
}

async function runNext(queue, counts) {
    for (let next; (next = queue.shift());) {
        const begun = Date.now();
        const failure = await Promise.race([next.run(), timeout()]).then(() => null, (error) => error);
        counts[failure ? "failed" : "passed"]++;
        console.log(`${failure ? "not ok" : "ok"} - ${next.name} # ${Date.now() - begun} ms`);
        if (failure) console.log(String(failure.stack ?? failure).replace(/^/gm, "    # "));
    }
}

// Runs the tests whose names contain one of `words`, or all. The last line is `N passed, N failed`. Returns
// whether some passed and none failed.
export async function runTests(words) {
    const cpus = os.availableParallelism?.() ?? os.cpus().length;
    const queue = tests.filter(({ name }) => !words.length || words.some((word) => name.includes(word)));
    const counts = { passed: 0, failed: 0 };
    await Promise.all(Array.from({ length: cpus }, () => runNext(queue, counts)));
    for (const end of ends)
        await end().catch((error) => {
            counts.failed++;
            console.log(`not ok - the end: ${error.stack}`);
        });
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
    return counts.failed === 0 && counts.passed > 0;
}
